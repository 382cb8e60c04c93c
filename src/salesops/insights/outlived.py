"""Open deals older than nearly all that were ever won: most of them will not be."""

from datetime import timedelta

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where

LEAST_WON = 30
LEAST_ROWS = 5
SHARE = 0.95


def _look(book: Book) -> Finding | None:
    won, days = book.engine.run(
        "SELECT count(*), quantile_disc(date_diff('day', created_on, closed_on), $share) FROM opportunity "
        "WHERE is_won AND closed_on >= created_on",
        {"share": SHARE},
    ).rows[0]
    if won < LEAST_WON:
        return None
    before = book.today - timedelta(days=int(days))
    rows, money, every = book.engine.run(
        "SELECT count(*) FILTER (created_on < $before), sum(value_minor) FILTER (created_on < $before), "
        "count(*) FROM opportunity WHERE NOT is_closed",
        {"before": before},
    ).rows[0]
    if rows < LEAST_ROWS:
        return None
    return Finding(
        name="outlived",
        title=f"{rows:,} open deals are older than {in_percent(SHARE)} of those you have won",
        text=f"{in_percent(SHARE)} of the won deals closed within {days:,} days of their creation. These are older and "
        "still open: decide for each whether it lives.",
        evidence=(f"{rows:,} of {counted(every, 'open deal')}", f"from {won:,} won deals"),
        rows=rows,
        money_minor=int(money) if money is not None else None,
        link=deals_where(f"not is_closed and created_on < '{before.isoformat()}'"),
        link_words="See these deals",
    )


outlived = Insight("outlived", _look)
