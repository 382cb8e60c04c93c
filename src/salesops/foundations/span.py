"""A span of time as people say it."""

DAY, HOUR, MINUTE = 86_400, 3_600, 60


def span_in_words(seconds: float) -> str:
    """Days from two days on, hours from two hours on, else minutes or seconds."""
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:,.1f} days"
    if seconds >= 2 * HOUR:
        return f"{seconds / HOUR:.1f} hours"
    return f"{seconds / MINUTE:.1f} min" if seconds >= MINUTE else f"{seconds:.0f} s"
