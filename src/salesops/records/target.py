"""What numbers are to reach, as an office decided it: a row a decision, so that each is kept with who, when and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models

from salesops.book.target import Key
from salesops.book.target import Target as Meant
from salesops.kpis import KPIS

LONGEST_TEAM = 255


class Target(models.Model):
    """One decision about the target of a number in a period, for a team or everybody. Added, never changed or removed.

    Of those of the same number, period and team the last is in force; one without a value took the target away.
    """

    change = models.OneToOneField("records.Change", models.PROTECT, related_name="target")
    kpi = models.CharField(max_length=60)
    period = models.CharField(max_length=20)
    team = models.CharField(max_length=LONGEST_TEAM, default="", blank=True)
    value = models.CharField(
        max_length=40, null=True
    )  # exact, whatever the database has for numbers
    is_most = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, default="", blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "target"
        indexes = (models.Index(fields=["kpi", "period", "team"], name="target_of"),)

    def __str__(self) -> str:
        return f"{self.kpi} in {self.period}"

    @property
    def key(self) -> Key:
        """What there is one target of."""
        return self.kpi, self.period, self.team

    @property
    def meant(self) -> Meant | None:
        """The target that was decided on; None where one was taken away."""
        if self.value is None:
            return None
        return Meant(
            kpi=self.kpi,
            period=self.period,
            team=self.team,
            value=Decimal(self.value),
            is_most=self.is_most,
            currency=self.currency,
        )


def targets_in_force() -> list[Meant]:
    """The targets of an office as they are now, those of numbers that are no more left out."""
    last = Target.objects.values("kpi", "period", "team").annotate(last=models.Max("pk"))
    rows = Target.objects.filter(pk__in=last.values("last"), value__isnull=False)
    found = [row.meant for row in rows.order_by("kpi", "period", "team") if row.kpi in KPIS]
    return [target for target in found if target is not None]


def decisions_about(kpi: str) -> list[Target]:
    """Everything that was decided about the targets of a number, the last first."""
    return list(Target.objects.filter(kpi=kpi).select_related("change__actor").order_by("-pk"))
