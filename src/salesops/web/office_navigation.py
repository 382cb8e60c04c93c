"""The menu of an office: the book's pages, requests, who may sign in, and one's own account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from salesops.actions.change_settings import may_change_settings
from salesops.foundations.clock import system_clock
from salesops.foundations.percent import in_percent
from salesops.jobs.exporting import waiting_for
from salesops.records.audit_log import reads_audit_log
from salesops.records.open_tasks import open_tasks
from salesops.records.reach import ADMINISTRATORS, EDIT_ALL, SEE_ALL
from salesops.records.user import User
from salesops.records.zone import organisation_zone
from salesops.web import navigation
from salesops.web.navigation import Entry
from salesops.web.pages.tasks.due import Task, due_by_tonight, lines
from salesops.web.pages.tasks.for_you import for_you
from salesops.web.pages.tasks.recently import MOST_SHOWN, recently_seen
from salesops.web.pages.tasks.tasks import word_of
from salesops.web.pages.work.told import told
from salesops.web.pages.work.work import going_on

MOST_ON_HOME = 8
TASKS = Entry("tasks", "Tasks", "circle-check", "K", ("task*", "*activity"))
REQUESTS = Entry("requests", "Requests", "clock", "R", ("request*", "new_request"))
IMPORTS = Entry("imports", "Imports", "upload", "I", ("import*", "new_import", "*_import"))
WORK = Entry("work", "Work", "list-checks", "W", ("work", "one_job", "stop_job", "export"))
DUPLICATES = Entry(
    "duplicates", "Duplicates", "merge", "M", ("duplicates*", "merge_duplicates", "take_back_dup*")
)
ACCESS = Entry(
    "people_and_access", "Access", "users", "U", ("people_and_*", "invite*", "change_*", "eras*")
)
ORGANISATION = Entry(
    "organisation",
    "Organisation",
    "network",
    "T",
    ("organisation*", "move_person", "rename_team", "take_back_move", "*_person"),
)
PIPELINES = Entry("pipelines", "Pipelines", "columns-3", "E", ("pipelines",))
CUSTOM_FIELDS = Entry("custom_fields", "Custom fields", "list-plus", "F", ("custom_fields",))
SETTINGS = Entry("book_settings", "Settings", "sliders-horizontal", "S", ("book_settings",))
AUDIT = Entry("audit", "Audit log", "history", "L", ("audit*",))
ACCOUNT = Entry(
    "my_account",
    "My account",
    "settings",
    "Y",
    (
        "my_account",
        "my_calendar",
        "shared",
        "link_provider",
        "account_*",
        "mfa_*",
        "usersessions_*",
    ),
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
    for group in ([TASKS, REQUESTS], _of_operations(user), [ACCOUNT]):
        shown = [navigation.shown(entry, here) for entry in group]
        shown[0]["begins"] = True
        entries += shown
    zone = frame["manifest"].zone if frame["manifest"] else organisation_zone()
    due = due_by_tonight(user, system_clock(), zone)
    mentioned = for_you(user)
    for entry in entries:
        if entry["title"] == TASKS.title:
            entry["due"] = due
        elif entry["url"] == "/":
            entry["due"], entry["due_said"] = len(mentioned), "for you"
    only_looks = user.role in SEE_ALL - EDIT_ALL
    return frame | {
        "entries": entries,
        "sees_all": user.role in SEE_ALL,
        "going": work_of(user),
        "ready": ready_for(user),
        "todo": _todo(user, zone) if here == "home" else None,
        "recent": recently_seen(user)[:MOST_SHOWN] if here == "home" else None,
        "tasks_due": due + len(mentioned),
        "for_you": mentioned if here in ("home", "tasks") else None,
        "mention_zone": zone,
        "did": word_of(request, user) if "did" in request.GET else None,
        "makes": []
        if only_looks
        else [
            ("New task", reverse("new_activity")),
            ("New opportunity", reverse("new_opportunity")),
            ("New account", reverse("new_record", args=["account"])),
            ("New contact", reverse("new_record", args=["contact"])),
            ("New lead", reverse("new_record", args=["lead"])),
        ],
        "new_opportunity": "" if only_looks else reverse("new_opportunity"),
    }


def _of_operations(user: User) -> list[Entry]:
    """What arranges the office and keeps it in order; everybody sees how it is organised."""
    found = [ORGANISATION]
    if user.role in SEE_ALL:
        found += [PIPELINES, CUSTOM_FIELDS, DUPLICATES, IMPORTS, WORK]
    if user.role in ADMINISTRATORS:
        found.append(ACCESS)
    if may_change_settings(user):
        found.append(SETTINGS)
    if reads_audit_log(user):
        found.append(AUDIT)
    return found


def _todo(user: User, zone: str) -> list[Task]:
    """What home shows of what the reader has to do: the first of it."""
    return lines(user, open_tasks(user)[:MOST_ON_HOME], system_clock(), zone)


def work_of(user: User) -> str:
    """The work somebody asked for that goes on now, in words; empty where there is none."""
    job = going_on(user.pk)
    if job is None:
        return ""
    (line,) = told(user, [job], system_clock())
    return line.title + (f", {in_percent(line.share)}" if line.share is not None else " …")


def ready_for(user: User) -> list[tuple[str, str]]:
    """The files that were prepared for somebody and that they have not fetched: what each is called, and its page."""
    return [
        (str(j.arguments["name"]), reverse("export", args=[j.pk]))
        for j in waiting_for(user, system_clock())
    ]
