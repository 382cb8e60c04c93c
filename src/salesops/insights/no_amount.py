"""Open deals without an amount: the pipeline does not know them."""

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight, deals_where

LEAST_SHARE = 0.02
LEAST_WON = 10


def _look(book: Book) -> Finding | None:
    rows, every, won, average = book.engine.run(
        "SELECT count(*) FILTER (NOT is_closed AND amount_minor IS NULL), "
        "count(*) FILTER (NOT is_closed), count(value_minor) FILTER (is_won), "
        "avg(value_minor) FILTER (is_won) FROM opportunity"
    ).rows[0]
    if not rows or rows < every * LEAST_SHARE:
        return None
    known = average is not None and won >= LEAST_WON
    guess = " Were they like those you have won, about this much would be missing." if known else ""
    title = f"{rows:,} of {every:,} open deals have no amount"
    if rows == every:
        title = (
            "The one open deal has no amount"
            if every == 1
            else f"None of the {every:,} open deals has an amount"
        )
    elif rows == 1:
        title = f"1 of {every:,} open deals has no amount"
    return Finding(
        name="no_amount",
        title=title,
        text=f"They add nothing to any sum of pipeline, and no forecast can count on them.{guess}",
        evidence=(f"at the average of {won:,} won deals" if known else f"{every:,} open deals",),
        rows=rows,
        money_minor=int(average * rows) if known else None,
        link=deals_where("not is_closed and amount is null"),
        link_words="See these deals",
        about="records",
    )


no_amount = Insight("no_amount", _look)
