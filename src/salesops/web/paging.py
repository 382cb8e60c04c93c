"""Which page of a long list an address asks for."""

from django.http import HttpRequest

MOST = 1_000_000


def page_of(request: HttpRequest) -> int:
    """The number under `page`, from 1; the first for anything that is none."""
    said = request.GET.get("page", "")
    is_number = said.isascii() and said.isdecimal() and len(said) <= len(str(MOST))
    return min(MOST, max(1, int(said))) if is_number else 1
