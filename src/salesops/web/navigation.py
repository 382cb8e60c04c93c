"""The menu: only what exists, in the same order for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from salesops.web.books import manifest


@dataclass(frozen=True)
class Entry:
    """One entry: the URL name, its words, its icon, the letter after G and the pages it is marked on."""

    name: str
    title: str
    icon: str
    letter: str
    pages: tuple[str, ...]  # names of its pages, such as opening*


ENTRIES = (
    Entry("home", "Home", "house", "H", ("home", "found")),
    Entry(
        "numbers",
        "Numbers",
        "chart-spline",
        "N",
        ("number", "numbers", "rows", "target*", "choose_numbers", "customer_value"),
    ),
    Entry("opportunities", "Opportunities", "handshake", "O", ("opportunit*", "*_opportunity")),
    Entry(
        "pipeline",
        "Pipeline",
        "waypoints",
        "X",
        (
            "pipeline",
            "what_changed",
            "funnel",
            "process_map",
            "bottlenecks",
            "conformance",
            "sales_process",
            "pipeline_*",
            "*process_change*",
            "people_compared",
        ),
    ),
    Entry("accounts", "Accounts", "building-2", "A", ("account", "accounts")),
    Entry("contacts", "Contacts", "user-round", "B", ("contact", "contacts")),
    Entry("leads", "Leads", "magnet", "Q", ("lead", "leads", "convert_lead")),
    Entry("people", "People", "users", "P", ("people", "person")),
    Entry(
        "all_records",
        "All records",
        "layers",
        "V",
        ("all_records", "declared_*", "activities", "deleted_records"),
    ),
    Entry("clean_data", "Clean data", "wrench", "C", ("clean_data*",)),
    Entry("data", "Data", "database", "D", ("data", "opening*", "refused")),
    Entry("settings", "Settings", "settings", "S", ("settings",)),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs."""
    found = manifest()
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    entries = ENTRIES if found else tuple(e for e in ENTRIES if e.name in ("home", "settings"))
    theme = request.COOKIES.get("theme", "")
    from salesops.web.names import book_title

    return {
        "entries": [shown(entry, here) for entry in entries],
        "manifest": found,
        "is_office": False,
        "sees_all": True,
        "book_title": book_title(),
        "theme": theme if theme in ("light", "dark") else "",
    }


def shown(entry: Entry, here: str) -> dict[str, Any]:
    """An entry as the frame shows it on the page named `here`."""
    return {
        "url": reverse(entry.name),
        "title": entry.title,
        "icon": entry.icon,
        "letter": entry.letter,
        "is_here": any(fnmatchcase(here, page) for page in entry.pages),
    }
