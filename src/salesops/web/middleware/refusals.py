"""A refusal anywhere below becomes a page with its sentence."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from salesops.foundations.problem import Refusal


class RefusalsAreSentences:
    """Shows what happened and what to do, with the way back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 422 with the sentence; anything else is not ours."""
        if not isinstance(error, Refusal):
            return None
        sentence = str(error)
        # One of several lines points at a place in what was typed.
        context = {"sentence": sentence, "is_drawn": "\n" in sentence, "back": _came_from(request)}
        return render(request, "refused.html", context, status=422)


def _came_from(request: HttpRequest) -> str:
    """The page of this server the request came from, else Home."""
    referrer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()})
    return referrer if is_ours else "/"
