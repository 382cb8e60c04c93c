"""What pages of changes know beside them: the day the book speaks of, and the names of people."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from salesops.actions.move_person import day_in
from salesops.foundations.clock import system_clock
from salesops.jobs.measuring_changes import last_day_known
from salesops.records.models import Person, ProcessChange
from salesops.web.pages.keeping.record_page import reading


def today_known() -> date:
    """The day the book speaks of, by which it is told how far a change is; today where there is none."""
    return last_day_known(settings.SALESOPS_BOOK) or day_in(reading()[1], system_clock)


def names_in(changes: list[ProcessChange]) -> dict[str, str]:
    """The people that changes are for, by key."""
    keys = {key for change in changes for key in change.people}
    return {p.pk: str(p) for p in Person.objects.filter(pk__in=keys).only("id", "name")}
