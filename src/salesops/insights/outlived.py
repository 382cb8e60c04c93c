"""Open deals older than nearly all that were ever won: most of them will not be."""

from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight

LEAST_WON = 30
LEAST_ROWS = 5
SHARE = 0.9


def _look(book: Book) -> Finding | None:
    won = book.engine.run(
        "SELECT count(*), quantile_cont(date_diff('day', created_on, closed_on), $share) FROM opportunity "
        "WHERE is_won AND closed_on >= created_on",
        {"share": SHARE},
    ).rows[0]
    if won[0] < LEAST_WON:
        return None
    from datetime import timedelta

    before = book.today - timedelta(days=int(won[1]))
    rows, money, every = book.engine.run(
        "SELECT count(*) FILTER (created_on < $before), sum(value_minor) FILTER (created_on < $before), "
        "count(*) FROM opportunity WHERE NOT is_closed",
        {"before": before},
    ).rows[0]
    if rows < LEAST_ROWS:
        return None
    where = f"not is_closed and created_on < '{before.isoformat()}'"
    return Finding(
        name="outlived",
        title=f"{rows:,} open deals are older than nine in ten you have won",
        text=f"Nine of ten won deals closed within {int(won[1])} days of their creation. These are older still "
        "and open: decide for each whether it lives.",
        evidence=(f"{rows:,} of {every:,} open deals", f"from {won[0]:,} won deals"),
        rows=rows,
        money_minor=int(money) if money is not None else None,
        link=f"/opportunities?{urlencode({'where': where})}",
        link_words="See these deals",
    )


outlived = Insight("outlived", _look)
