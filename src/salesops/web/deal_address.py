"""Where the page of a deal is."""

from __future__ import annotations

from urllib.parse import quote


def deal_address(key: str) -> str:
    """The address of its page, whatever its key is made of."""
    return f"/opportunities/{quote(key, safe='')}"
