"""The menu of an office: the book's pages, who may sign in, and one's own account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from salesops.records.reach import ADMINISTRATORS, EDIT_ALL, SEE_ALL
from salesops.web import navigation
from salesops.web.navigation import Entry

ACCESS = Entry("people_and_access", "Access", "users", "U", ("people_and", "invite", "change_"))
ACCOUNT = Entry("account", "My account", "settings", "Y", ("account", "mfa", "usersess"))


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs, with the entries this login has use for."""
    frame = navigation.shell(request)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frame | {"entries": [], "manifest": None}
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    hidden = {"Settings"} if user.role in SEE_ALL else {"Settings", "Data"}
    entries = [e for e in frame["entries"] if e["title"] not in hidden]
    own = [ACCESS, ACCOUNT] if user.role in ADMINISTRATORS else [ACCOUNT]
    for entry in own:
        entries.append(
            {
                "url": reverse(entry.name),
                "title": entry.title,
                "icon": entry.icon,
                "letter": entry.letter,
                "is_here": any(here.startswith(s) for s in entry.starts),
            }
        )
    for each in entries:  # one's own account and those sold to share the beginning of their names
        if each["url"] in (reverse("account"), reverse("accounts")):
            each["is_here"] = f"{request.path}/".startswith(f"{each['url']}/")
    only_looks = user.role in SEE_ALL - EDIT_ALL
    return frame | {
        "entries": entries,
        "new_opportunity": "" if only_looks else reverse("new_opportunity"),
    }
