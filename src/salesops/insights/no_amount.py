"""Open deals without an amount: the pipeline does not know them."""

from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight

LEAST_SHARE = 0.02


def _look(book: Book) -> Finding | None:
    rows, every = book.engine.run(
        "SELECT count(*) FILTER (value_minor IS NULL), count(*) FROM opportunity WHERE NOT is_closed"
    ).rows[0]
    if not rows or rows < every * LEAST_SHARE:
        return None
    average = book.engine.run("SELECT avg(value_minor) FROM opportunity WHERE is_won").rows[0][0]
    return Finding(
        name="no_amount",
        title=f"{rows:,} of {every:,} open deals have no amount",
        text="They add nothing to any sum of pipeline. If they are like those you have won, "
        "this is about what is missing.",
        evidence=("at the average won deal" if average else "no won deal to compare with",),
        rows=rows,
        money_minor=int(average * rows) if average else None,
        link=f"/opportunities?{urlencode({'where': 'not is_closed and amount is null'})}",
        link_words="See these deals",
    )


no_amount = Insight("no_amount", _look)
