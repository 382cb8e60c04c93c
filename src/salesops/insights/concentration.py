"""A pipeline that hangs on few deals."""

from salesops.book.book import Book
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where

TOP = 10
LEAST_DEALS = 30
LEAST_SHARE = 0.4
LEAST_TIMES = 2.5  # ten of thirty even deals hold a third: that is no concentration


def _look(book: Book) -> Finding | None:
    count, whole, top = book.engine.run(
        "SELECT count(*), sum(value_minor), sum(value_minor) FILTER (place <= $top) FROM ("
        "SELECT value_minor, row_number() OVER (ORDER BY value_minor DESC, id) AS place FROM opportunity "
        "WHERE NOT is_closed AND is_qualified AND value_minor > 0)",
        {"top": TOP},
    ).rows[0]
    if count < LEAST_DEALS or not whole:
        return None
    share = top / whole
    if share < LEAST_SHARE or share < LEAST_TIMES * TOP / count:
        return None
    return Finding(
        name="concentration",
        title=f"Ten deals hold {in_percent(share)} of the open pipeline",
        text=f"The other {count - TOP:,} together hold the rest. What happens to these ten decides the period.",
        evidence=(f"{count:,} open qualified deals with an amount",),
        rows=TOP,
        money_minor=int(top),
        link=deals_where("not is_closed and is_qualified"),
        link_words="See the largest deals",
    )


concentration = Insight("concentration", _look)
