"""What quotas were when: each state with from when until when it stood, and of which nothing tells what was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from salesops.foundations.period import Period
from salesops.foundations.table import Column, Table, Type
from salesops.tables import TABLES

QUOTA_VERSION = "quota_version"
QUOTA_VERSIONS = Table(
    name=QUOTA_VERSION,
    meaning="Each state of each quota, of those that are deleted as well.",
    key=("id", "valid_from"),
    columns=(
        *TABLES["quota"].columns,
        Column(
            "valid_from",
            Type.INSTANT,
            "The instant from which it stood; 0001-01-01 where nothing tells what was before.",
        ),
        Column("valid_to", Type.INSTANT, "The first instant no longer so; 9999-12-31 while it is."),
        Column(
            "known_from",
            Type.INSTANT,
            "The instant from which it is known, where it is taken to have stood before.",
        ),
    ),
)


@dataclass(frozen=True)
class QuotasSeen:
    """Quotas for days from `first` up to `after` were seen first at an instant, and nothing tells what they were before."""

    since: datetime
    first: date | None
    after: date | None

    def falls_into(self, period: Period) -> bool:
        """Whether any of them may have a part in the period."""
        begins = self.first is None or self.first < period.end
        return begins and (self.after is None or self.after > period.start)


def untold_until(seen: Iterable[QuotasSeen], instant: datetime, period: Period) -> datetime | None:
    """The instant until which a reading as of an earlier one takes quotas of the period to be as they were first seen."""
    return max((s.since for s in seen if instant < s.since and s.falls_into(period)), default=None)
