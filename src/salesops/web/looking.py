"""Whether somebody looks at a page, or their browser only fetches it in case they will."""

from __future__ import annotations

from django.http import HttpRequest


def is_read(request: HttpRequest) -> bool:
    """Somebody looks at the page; their browser does not only fetch it in case they will."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
