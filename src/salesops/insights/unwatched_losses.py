"""Losing takes clearly longer than winning: deals that will be lost are let go late."""

from salesops.book.book import Book
from salesops.insights._evidence import ALPHA, one_sided, ranks_higher
from salesops.insights._finding import Finding, Insight, deals_where

LEAST_CLOSED = 50
RATIO = 1.25


def _look(book: Book) -> Finding | None:
    rows = book.engine.run(
        "SELECT date_diff('day', created_on, closed_on), count(*) FILTER (NOT is_won), "
        "count(*) FILTER (is_won), sum(value_minor) FILTER (NOT is_won) FROM opportunity "
        "WHERE is_closed AND closed_on >= created_on GROUP BY 1"
    ).rows
    lost_days = _median([(r[0], r[1]) for r in rows])
    won_days = _median([(r[0], r[2]) for r in rows])
    n_lost, n_won = sum(r[1] for r in rows), sum(r[2] for r in rows)
    if min(n_won, n_lost) < LEAST_CLOSED or not won_days or lost_days < RATIO * won_days:
        return None
    if one_sided(ranks_higher((r[0], r[1], r[2]) for r in rows)) > ALPHA:
        return None
    late = [r for r in rows if r[0] > won_days]
    money = [r[3] for r in late if r[3] is not None]
    return Finding(
        name="unwatched_losses",
        title=f"Losing a deal takes {lost_days / won_days:.1f} times as long as winning one",
        text=f"Half of the won deals closed within {won_days:.0f} days, half of the lost ones only after "
        f"{lost_days:.0f}. {sum(r[1] for r in late):,} deals were lost later than that: let them go sooner, "
        "and the time goes to deals that close.",
        evidence=(f"{n_won:,} won deals", f"{n_lost:,} not won"),
        rows=sum(r[1] for r in late),
        money_minor=int(sum(money)) if money else None,
        link=deals_where("is_closed and not is_won"),
        link_words="See the lost deals",
        about="time",
    )


def _median(counts: list[tuple[int, int]]) -> float:
    """The middle value of values with counts, 0 where there is none."""
    half, below = sum(n for _, n in counts) / 2, 0
    for value, n in sorted(counts):
        below += n
        if n and below >= half:
            return float(value)
    return 0.0


unwatched_losses = Insight("unwatched_losses", _look)
