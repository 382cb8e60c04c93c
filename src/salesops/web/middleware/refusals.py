"""A refusal anywhere below becomes a page with its sentence."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
        return render(request, "refused.html", {"sentence": str(error)}, status=422)
