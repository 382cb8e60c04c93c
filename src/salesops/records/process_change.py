"""A change of the process: what, why, which number it should move by how much, who gets it and from when; and its readings.

Every state is kept, with who gave it. What it was read to have done stands beside it, each reading as it was made.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from salesops.records.fields import choice, day, decimal, several, text
from salesops.records.record import Record, versions_of

AFTER = "after"  # the kind of reading that says what it did
# What it is measured by. It stands from the first reading on: who could choose it afterwards would find what they like.
MEASURED_BY = ("kpi", "expected", "teams", "people", "criterion", "starts_on", "last_on")


class ProcessChange(Record):
    """One change. `teams` by name and `people` by key get it; `expected` has the KPI's unit and a sign, in
    minor units where it is money.

    `criterion` says which opportunities it concerns. `stage`, `moment` and `rule` tell a rule that stops deals, where
    the change is one. `given_up_on` is the day it was given up.
    """

    name = text()
    what = text()
    why = text()
    kpi = choice()
    expected = decimal()
    teams = several()
    people = several()
    criterion = text()
    starts_on = day()
    last_on = day()
    stage = choice()
    moment = choice()
    rule = text()
    given_up_on = day()

    class Meta:
        db_table = "process_change"


ProcessChangeVersion = versions_of(ProcessChange)


class EffectReading(models.Model):
    """What a change was read to have done (`after`), or what could be found (`before` it began). Added, never written again.

    `change` tells by whom and when it was read. It `is_whole` where all the planned days were over.
    """

    change = models.OneToOneField("records.Change", models.PROTECT, related_name="+")
    process_change = models.ForeignKey(ProcessChange, models.PROTECT, related_name="readings")
    kind = models.CharField(max_length=10)
    is_whole = models.BooleanField()
    told = models.JSONField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "effect_reading"

    def __str__(self) -> str:
        return f"{self.kind} {self.process_change_id}"
