"""Which page of a long list an address asks for."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

MOST = 1_000_000


def page_of(request: HttpRequest) -> int:
    """The number under `page`, from 1; the first for anything that is none."""
    said = request.GET.get("page", "")
    is_number = said.isascii() and said.isdecimal() and len(said) <= len(str(MOST))
    return min(MOST, max(1, int(said))) if is_number else 1


def paged(page: int, found: Sequence[Any], size: int) -> dict[str, Any]:
    """What a template tells of a page, for which one row more was asked than it shows."""
    before = (page - 1) * size
    return {
        "page": page,
        "has_more": len(found) > size,
        "first_row": before + 1,
        "last_row": before + len(found[:size]),
    }
