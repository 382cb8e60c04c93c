"""Only who has the link printed in the terminal may look."""

from collections.abc import Callable
from hmac import compare_digest

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import escape_leading_slashes

COOKIE = "salesops"


class OnlyWithTheLink:
    """Exchanges the key in the link for a signed cookie; everything else without it is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return HttpResponse(
                "This server answers only to 127.0.0.1.", status=400, content_type="text/plain"
            )
        if request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        key = request.GET.get("key", "")
        if settings.SALESOPS_KEY and compare_digest(key.encode(), settings.SALESOPS_KEY.encode()):
            return self._let_in(request)
        if not self._is_known(request):
            return render(request, "no_link.html", status=403)
        return self.get_response(request)

    def _let_in(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.copy()
        del query["key"]
        path = escape_leading_slashes(request.path)
        address = path + (f"?{query.urlencode()}" if query else "")
        response = HttpResponseRedirect(address)
        response.set_cookie(
            COOKIE, Signer().sign("reader"), httponly=True, samesite="Strict", max_age=7 * 86_400
        )
        return response

    def _is_known(self, request: HttpRequest) -> bool:
        try:
            return Signer().unsign(request.COOKIES.get(COOKIE, "")) == "reader"
        except BadSignature:
            return False
