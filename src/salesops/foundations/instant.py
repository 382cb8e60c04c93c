"""An instant on the clocks of a zone, and as tables hold it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

OPEN_END = "TIMESTAMP '9999-12-31 00:00:00'"  # SQL: where a span ends that has not ended


def in_zone(instant: datetime, zone: str) -> datetime:
    """An instant, in UTC where it names no zone, on the clocks of a zone."""
    known = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return known.astimezone(ZoneInfo(zone))


def bare(instant: datetime) -> datetime:
    """As tables hold it: of UTC, without saying so."""
    return instant.astimezone(UTC).replace(tzinfo=None)
