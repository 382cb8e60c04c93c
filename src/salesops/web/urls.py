"""Every address, one line each."""

from django.urls import path

from salesops.web import failures, find, icons
from salesops.web.pages.clean_data import clean_data, worklist
from salesops.web.pages.data import data, refused
from salesops.web.pages.home import home
from salesops.web.pages.numbers import choosing, customer_value, number, numbers, rows
from salesops.web.pages.opening import check, columns, files, found, sample, wait
from salesops.web.pages.pipeline import (
    bottlenecks,
    by_day,
    conformance,
    funnel,
    people_compared,
    process_map,
    sales_process,
    what_changed,
)
from salesops.web.pages.records import (
    account,
    accounts,
    all_records,
    opportunities,
    opportunity,
    people,
    person,
)
from salesops.web.pages.settings import settings
from salesops.web.pages.targets import target, targets

urlpatterns = [
    path("", home.home, name="home"),
    path("open", files.files, name="opening"),
    path("open/sample", sample.sample, name="opening_sample"),
    path("open/<slug:session>/wait", wait.wait, name="opening_wait"),
    path("open/<slug:session>/cancel", wait.cancel, name="opening_cancel"),
    path("open/<slug:session>/columns", columns.columns, name="opening_columns"),
    path("open/<slug:session>/check", check.check, name="opening_check"),
    path("open/<slug:session>/refused/<int:place>", check.refused_rows, name="opening_refused"),
    path("found", found.found, name="found"),
    path("numbers", numbers.numbers, name="numbers"),
    path("numbers/<slug:name>", number.number, name="number"),
    path("numbers/<slug:name>/rows", rows.rows, name="rows"),
    path("numbers/<slug:name>/target", target.target, name="target"),
    path("targets", targets.targets, name="targets"),
    path("customer-value", customer_value.customer_value, name="customer_value"),
    path("choose-numbers", choosing.choosing, name="choose_numbers"),
    path("pipeline", by_day.by_day, name="pipeline"),
    path("what-changed", what_changed.what_changed, name="what_changed"),
    path("funnel", funnel.funnel_page, name="funnel"),
    path("process-map", process_map.process_map_page, name="process_map"),
    path("bottlenecks", bottlenecks.bottlenecks_page, name="bottlenecks"),
    path("conformance", conformance.conformance_page, name="conformance"),
    path("conformance/process", sales_process.sales_process, name="sales_process"),
    path("people-compared", people_compared.people_compared, name="people_compared"),
    path("opportunities", opportunities.opportunities, name="opportunities"),
    path("opportunities/<path:key>", opportunity.opportunity, name="opportunity"),
    path("accounts", accounts.accounts, name="accounts"),
    path("accounts/<path:key>", account.account, name="account"),
    path("people", people.people, name="people"),
    path("people/<path:key>", person.person, name="person"),
    path("records", all_records.all_records, name="all_records"),
    path("contacts", all_records.declared_list, {"name": "contact"}, "contacts"),
    path("contacts/<path:key>", all_records.declared_record, {"name": "contact"}, "contact"),
    path("leads", all_records.declared_list, {"name": "lead"}, "leads"),
    path("leads/<path:key>", all_records.declared_record, {"name": "lead"}, "lead"),
    path("activities", all_records.declared_list, {"name": "activity"}, "activities"),
    path("activities/<path:key>", all_records.declared_record, {"name": "activity"}, "activity"),
    path("records/<slug:name>", all_records.declared_list, name="declared_list"),
    path("records/<slug:name>/<path:key>", all_records.declared_record, name="declared_record"),
    path("clean-data", clean_data.clean_data, name="clean_data"),
    path("clean-data/<slug:check>", worklist.records_of, name="clean_data_of"),
    path("data", data.data, name="data"),
    path("data/refused/<int:place>", refused.refused, name="refused"),
    path("settings", settings.settings, name="settings"),
    path("find", find.find, name="find"),
    path("icons.svg", icons.icons, name="icons"),
]
handler404 = failures.not_found
handler500 = failures.broken
