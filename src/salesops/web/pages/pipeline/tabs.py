"""The pages of the pipeline, in the order of their tabs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from salesops.web.books import is_office

# The URL name of each page and its words; one page may have further pages of its own below it.
TABS = (
    ("pipeline", "By day"),
    ("what_changed", "What changed"),
    ("funnel", "Funnel"),
    ("process_map", "Process map"),
    ("bottlenecks", "Bottlenecks"),
    ("conformance", "Conformance"),
    ("people_compared", "People compared"),
)
# Of an office alone, as a local book holds no records: its page, words, and the pages below it.
OF_AN_OFFICE = (("process_changes", "Changes"),)
_BELOW = {
    "process_change": "process_changes",
    "new_process_change": "process_changes",
    "edit_process_change": "process_changes",
}
CARRIED = ("as_of", "before", "where")  # from one page of the pipeline to the next


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs as `pipeline/_tabs.html` shows them, the one of the page asked for marked."""
    match = request.resolver_match
    here = (match.url_name or "") if match else ""
    here = _BELOW.get(here, here)
    carried = {name: request.GET[name] for name in CARRIED if request.GET.get(name)}
    query = f"?{urlencode(carried)}" if carried else ""
    return [
        {"url": reverse(name) + query, "title": title, "is_here": name == here}
        for name, title in (*TABS, *(OF_AN_OFFICE if is_office() else ()))
    ]
