"""Every address of an office, one line each: the book's pages, signing in, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account_views
from allauth.usersessions import views as session_views
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, include, path, reverse

from salesops.web import failures
from salesops.web import urls as local
from salesops.web.books import manifest
from salesops.web.pages.audit import audit
from salesops.web.pages.changes import changes as process_changes
from salesops.web.pages.changes import filing, one_change
from salesops.web.pages.clean_data.mending import mending
from salesops.web.pages.custom_fields import custom_fields
from salesops.web.pages.desk.arranging import arranging
from salesops.web.pages.desk.asking import new_request
from salesops.web.pages.desk.effectiveness import effectiveness
from salesops.web.pages.desk.one_request import one_request
from salesops.web.pages.desk.queue import requests
from salesops.web.pages.duplicates.decided import decided, take_back
from salesops.web.pages.duplicates.merging import merge
from salesops.web.pages.duplicates.proposals import duplicates, not_the_same
from salesops.web.pages.erasing import erasing
from salesops.web.pages.exports import one_export
from salesops.web.pages.files import files
from salesops.web.pages.home import home
from salesops.web.pages.importing import imports, new_import, one_import
from salesops.web.pages.keeping import converting, deleted, new_opportunity, new_record, undoing
from salesops.web.pages.keeping.account import ACCOUNT
from salesops.web.pages.keeping.account import account as kept_account
from salesops.web.pages.keeping.declared import KINDS, declared_list, declared_record
from salesops.web.pages.keeping.opportunity import OPPORTUNITY
from salesops.web.pages.keeping.opportunity import opportunity as kept_opportunity
from salesops.web.pages.organisation import joining, moving, organisation, person
from salesops.web.pages.people_and_access import people_and_access
from salesops.web.pages.pipeline import sales_process_in_office
from salesops.web.pages.pipelines import pipelines
from salesops.web.pages.settings import in_office
from salesops.web.pages.sharing import sharing
from salesops.web.pages.signing_in import account, health, invitation, provider
from salesops.web.pages.tasks import calendar, tasks
from salesops.web.pages.tasks.activity import ACTIVITY, new_activity
from salesops.web.pages.tasks.activity import activity as kept_activity
from salesops.web.pages.tasks.for_you import people_to_mention
from salesops.web.pages.tasks.recently import find
from salesops.web.pages.work import work
from salesops.web.pages.working import board as working_board
from salesops.web.pages.working import lists as working_lists
from salesops.web.pages.working import many as working_many
from salesops.web.pages.working import undoing as working_undoing
from salesops.web.pages.working import views as working_views

Page = Callable[..., HttpResponse]

# They speak of the files a book was opened from; an office's book follows its records.
_OF_A_LOCAL_BOOK = ("opening", "settings", "found", "data", "refused")


def _home(request: HttpRequest) -> HttpResponse:
    """The book's home; before there is a book, one's own account."""
    if manifest() is None:
        return HttpResponseRedirect(reverse("my_account"))
    return home.home(request)


def _closed(request: HttpRequest, **_: Any) -> HttpResponse:  # noqa: ARG001  Django's
    raise Http404


def _of_the_book(pattern: Any) -> URLPattern:
    name = pattern.name or ""
    page = pattern.callback
    if name.startswith(_OF_A_LOCAL_BOOK):
        page = _closed
    elif name == "home":
        page = _home
    made: URLPattern = path(str(pattern.pattern), page, pattern.default_args, name)
    return made


urlpatterns = [
    path("health", health.health, name="health"),
    path("sign-in", provider.sign_in, name="account_login"),
    path("sign-in/provider", provider.begin, name="provider_begin"),
    path("sign-in/provider/back", provider.callback, name="provider_callback"),
    path("sign-in/ended", account_views.account_inactive, name="account_inactive"),
    path("sign-out", account_views.logout, name="account_logout"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("invitation/<str:token>/provider", provider.begin, name="invitation_by_provider"),
    path("account", account.account, name="my_account"),
    path("account/confirm", account_views.reauthenticate, name="account_reauthenticate"),
    path("account/provider", provider.link, name="link_provider"),
    path("account/password", provider.change_password, name="account_change_password"),
    path("account/sessions", session_views.list_usersessions, name="usersessions_list"),
    path("account/factors/webauthn/login/", provider.passkey_login, name="mfa_login_webauthn"),
    path("account/factors/", include("allauth.mfa.urls")),
    path("access", people_and_access.people_and_access, name="people_and_access"),
    path("access/invite", people_and_access.invite, name="invite"),
    path("access/<int:key>", people_and_access.change, name="change_login"),
    path("access/invitations/<int:key>", people_and_access.take_back, name="take_back"),
    path("erasures", erasing.list_erasures, name="erasures"),
    path("erasures/new", erasing.erase, name="erase"),
    path("access/test-mail", people_and_access.test_mail, name="test_mail"),
    path("audit", audit.audit, name="audit"),
    path("audit/seen", audit.seen, name="audit_seen"),
    path("settings", in_office.settings, name="book_settings"),
    path("pipelines", pipelines.pipelines, name="pipelines"),
    path("conformance/process", sales_process_in_office.sales_process, name="sales_process"),
    path("custom-fields", custom_fields.custom_fields, name="custom_fields"),
    path("organisation", organisation.organisation, name="organisation"),
    path("organisation/add", joining.add, name="add_person"),
    path("organisation/move", moving.move, name="move_person"),
    path("organisation/team", moving.team, name="rename_team"),
    path("organisation/take-back", organisation.take_back, name="take_back_move"),
    path("organisation/people/<path:key>", person.person, name="organisation_person"),
    path("requests", requests, name="requests"),
    path("requests/new", new_request, name="new_request"),
    path("requests/effectiveness", effectiveness, name="requests_effectiveness"),
    path("requests/settings", arranging, name="request_settings"),
    path("requests/<int:key>", one_request, name="request"),
    path("imports", imports.imports, name="imports"),
    path("imports/new", new_import.new_import, name="new_import"),
    path("imports/new/<slug:session>/wait", new_import.wait, name="import_wait"),
    path("imports/new/<slug:session>/stop", new_import.stop, name="import_stop"),
    path("imports/new/<slug:session>/look", new_import.look_again, name="import_look"),
    path("imports/new/<slug:session>/add", new_import.add, name="import_add"),
    path("imports/new/<slug:session>/forget", new_import.forget_files, name="import_forget"),
    path("imports/new/<slug:session>/columns", new_import.columns, name="import_columns"),
    path("imports/new/<slug:session>/check", new_import.check, name="import_check"),
    path(
        "imports/new/<slug:session>/refused/<int:place>",
        new_import.refused_rows,
        name="import_refused",
    ),
    path("imports/<int:key>", one_import.one_import, name="import"),
    path("imports/<int:key>/undo", one_import.undo_import, name="undo_import"),
    path("imports/<int:key>/stop", one_import.stop_import, name="stop_import"),
    path("imports/<int:key>/refused/<int:place>", one_import.refused_rows, name="import_mend"),
    path("work", work.work, name="work"),
    path("work/<int:key>", work.one_job, name="one_job"),
    path("work/<int:key>/stop", work.stop, name="stop_job"),
    path("exports/<int:key>", one_export.one_export, name="export"),
    path("exports/<int:key>/file", one_export.export_file, name="export_file"),
    path("changes", process_changes.process_changes, name="process_changes"),
    path("changes/new", filing.new_process_change, name="new_process_change"),
    path("changes/<slug:key>", one_change.process_change, name="process_change"),
    path("changes/<slug:key>/edit", filing.edit_process_change, name="edit_process_change"),
    path("changes/<slug:key>/undo", one_change.undo_process_change, name="undo_process_change"),
    path("duplicates", duplicates, name="duplicates"),
    path("duplicates/decided", decided, name="duplicates_decided"),
    path("duplicates/<slug:name>/merge", merge, name="merge_duplicates"),
    path("duplicates/<slug:name>/apart", not_the_same, name="duplicates_apart"),
    path("duplicates/taken-back/<int:key>", take_back, name="take_back_duplicates"),
    # Names the sign-in pages look for; nobody signs up or changes an address by themselves.
    path("sign-up", _closed, name="account_signup"),
    path("account/email", _closed, name="account_email"),
    path("account/set-password", _closed, name="account_set_password"),
    # Records, which everybody sees their own part of; they stand before the book's pages of the same address.
    path("opportunities", working_lists.opportunities, name="opportunities"),
    path("accounts", working_lists.accounts, name="accounts"),
    path("clean-data/<slug:check>", mending, name="clean_data_of"),
    path("change/<slug:name>", working_many.change_many, name="change_many"),
    path("change/<slug:name>/<int:job>", working_many.many_changed, name="many_changed"),
    path("views/<slug:name>", working_views.views, name="views"),
    path("board", working_board.board, name="opportunity_board"),
    path("undo/in/<slug:name>", working_undoing.undo, name="undo_in_list"),
    path("opportunities/<path:key>", kept_opportunity, name="opportunity"),
    path("accounts/<path:key>", kept_account, name="account"),
    path("new/opportunity", new_opportunity.new_opportunity, name="new_opportunity"),
    path("files/<int:key>", files.file, name="file"),
    path("files/<int:key>/away", files.away, name="file_away"),
    path("files/<int:key>/erase", files.erase, name="file_erase"),
    path("files/<slug:noun>/<path:key>", files.attach, name="attach_files"),
    path("new/<slug:name>", new_record.new_record, name="new_record"),
    path("contacts", declared_list, {"name": "contact"}, "contacts"),
    path("contacts/<path:key>", declared_record, {"name": "contact"}, "contact"),
    path("leads", declared_list, {"name": "lead"}, "leads"),
    path("convert/<path:key>", converting.convert, name="convert_lead"),
    path("leads/<path:key>", declared_record, {"name": "lead"}, "lead"),
    path("activities", declared_list, {"name": "activity"}, "activities"),
    path("records/<slug:name>", declared_list, name="declared_list"),
    path("records/<slug:name>/<path:key>", declared_record, name="declared_record"),
    *(
        path(f"undo/{n}/<path:key>", undoing.undo, {"kind": k}, f"undo_{n}")
        for n, k in KINDS.items()
    ),
    *(
        path(f"gone/{n}/<path:key>", undoing.gone, {"kind": k}, f"gone_{n}")
        for n, k in KINDS.items()
    ),
    path("deleted/<slug:name>", deleted.deleted_records, name="deleted_records"),
    path("find", find, name="find"),
    path("shared", sharing.shared, name="shared"),
    path("share/<slug:noun>/<path:key>", sharing.share, name="share"),
    path("account/calendar", calendar.calendar, name="my_calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar_feed"),
    path("people-to-mention", people_to_mention, name="people_to_mention"),
    path("tasks", tasks.tasks, name="tasks"),
    path("tasks/undo", tasks.undo, name="task_undo"),
    path("activities/new", new_activity, name="new_activity"),
    path("activities/<path:key>", kept_activity, name="activity"),
    path("done/activity/<path:key>", tasks.done, name="task_done"),
    path("undo/activity/<path:key>", undoing.undo, {"kind": ACTIVITY}, "undo_activity"),
    path("gone/activity/<path:key>", undoing.gone, {"kind": ACTIVITY}, "gone_activity"),
    path("undo/opportunity/<path:key>", undoing.undo, {"kind": OPPORTUNITY}, "undo_opportunity"),
    path("undo/person/<path:key>", undoing.undo, {"kind": person.PERSON}, "undo_person"),
    path("gone/person/<path:key>", undoing.gone, {"kind": person.PERSON}, "gone_person"),
    path("undo/account/<path:key>", undoing.undo, {"kind": ACCOUNT}, "undo_account"),
    path("gone/opportunity/<path:key>", undoing.gone, {"kind": OPPORTUNITY}, "gone_opportunity"),
    path("gone/account/<path:key>", undoing.gone, {"kind": ACCOUNT}, "gone_account"),
    *(_of_the_book(pattern) for pattern in local.urlpatterns),
]
handler404 = failures.not_found
handler500 = failures.broken
