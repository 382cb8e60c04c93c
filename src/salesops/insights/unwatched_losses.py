"""Losing takes longer than winning, or the other way round: what the two cycles say together."""

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight

LEAST_CLOSED = 50
RATIO = 1.25


def _look(book: Book) -> Finding | None:
    won, lost, n_won, n_lost, money = book.engine.run(
        "SELECT median(days) FILTER (is_won), median(days) FILTER (NOT is_won), count(*) FILTER (is_won), "
        "count(*) FILTER (NOT is_won), sum(value_minor) FILTER (NOT is_won) FROM ("
        "SELECT is_won, value_minor, date_diff('day', created_on, closed_on) AS days FROM opportunity "
        "WHERE is_closed AND closed_on >= created_on)"
    ).rows[0]
    if n_won < LEAST_CLOSED or n_lost < LEAST_CLOSED or not won or lost / won < RATIO:
        return None
    return Finding(
        name="unwatched_losses",
        title=f"Losing a deal takes {lost / won:.1f} times as long as winning one",
        text=f"Half of the won deals closed within {won:.0f} days, half of the lost ones only after {lost:.0f}. "
        "Deals that will be lost are let go late.",
        evidence=(f"{n_won:,} won deals", f"{n_lost:,} lost deals"),
        rows=n_lost,
        money_minor=int(money) if money is not None else None,
        link="/numbers/win_loss_cycle_ratio",
        link_words="See the cycles",
    )


unwatched_losses = Insight("unwatched_losses", _look)
