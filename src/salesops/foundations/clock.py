"""A clock is passed in, so that nothing in the program asks the machine what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The instant now, in UTC. The only place that reads the machine's clock."""
    return datetime.now(UTC)


def fixed_clock(instant: datetime) -> Clock:
    """A clock that stands still at `instant` (aware), for tests and for `as of`."""
    if instant.tzinfo is None:
        raise ValueError("A clock needs an instant with a time zone, such as UTC.")
    moment = instant.astimezone(UTC)
    return lambda: moment
