"""The menu of an office: the book's pages, requests, who may sign in, and one's own account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from salesops.records.reach import ADMINISTRATORS, EDIT_ALL, SEE_ALL
from salesops.web import navigation
from salesops.web.navigation import Entry

REQUESTS = Entry("requests", "Requests", "clock", "R", ("request*", "new_request"))
ACCESS = Entry("people_and_access", "Access", "users", "U", ("people_and_*", "invite*", "change_*"))
ACCOUNT = Entry(
    "my_account",
    "My account",
    "settings",
    "Y",
    ("my_account", "account_*", "mfa_*", "usersessions_*"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs, with the entries this login has use for."""
    frame = navigation.shell(request) | {"is_office": True}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frame | {"entries": [], "manifest": None}
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    # These two speak of the files a local book was opened from.
    entries = [e for e in frame["entries"] if e["title"] not in ("Data", "Settings")]
    own = [REQUESTS, ACCESS, ACCOUNT] if user.role in ADMINISTRATORS else [REQUESTS, ACCOUNT]
    entries += [navigation.shown(entry, here) for entry in own]
    only_looks = user.role in SEE_ALL - EDIT_ALL
    return frame | {
        "entries": entries,
        "sees_all": user.role in SEE_ALL,
        "new_opportunity": "" if only_looks else reverse("new_opportunity"),
    }
