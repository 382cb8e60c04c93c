"""The kinds of requests an office has: those it begins with, until an administrator makes them its own."""

from __future__ import annotations

from salesops.records.request import RequestKind

_HOUR = 60
# key, name, what to ask, priority, hours to the first answer, hours to the solution, whether it is secret
_USUAL = (
    ("data_fix", "Data fix", "What is wrong, what is right instead, and how you know.", 2, 4, 16, False),
    ("report", "Report", "Which question it answers, for whom, over which period, how often.", 3, 8, 40, False),
    ("access", "Access", "Who needs access, to what, and who agreed to it.", 2, 2, 8, False),
    (
        "territory",
        "Territory question",
        "Which accounts or area, who you think owns them, and since when.",
        3, 8, 24, False,
    ),
    ("quota", "Quota", "Whose quota, for which period, and what you would change.", 3, 8, 24, False),
    ("pay", "Pay question", "Which deal or period, what was paid, and what you expected.", 2, 8, 24, True),
    ("tool", "Tool", "Which tool, what you did, what happened, and what you expected.", 2, 4, 24, False),
    ("other", "Something else", "What you need, and what happens if you do not get it.", 3, 8, 40, False),
)  # fmt: skip


def kinds() -> list[RequestKind]:
    """Every kind of the office in its order; the usual ones, not kept yet, where it has none."""
    return list(RequestKind.objects.select_related("owner")) or _usual()


def keep_usual_kinds() -> None:
    """Write the usual kinds down in an office that has none yet. Two at once write them once."""
    if not RequestKind.objects.exists():
        RequestKind.objects.bulk_create(_usual(), ignore_conflicts=True)


def _usual() -> list[RequestKind]:
    return [
        RequestKind(
            key=key,
            name=name,
            asks=asks,
            priority=priority,
            answer_minutes=answer * _HOUR,
            solve_minutes=solve * _HOUR,
            is_secret=is_secret,
            position=place,
        )
        for place, (key, name, asks, priority, answer, solve, is_secret) in enumerate(_USUAL, 1)
    ]
