"""A pipeline that hangs on few deals."""

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight

TOP = 10
LEAST_DEALS = 30
LEAST_SHARE = 0.4


def _look(book: Book) -> Finding | None:
    count, whole, top = book.engine.run(
        "SELECT count(*), sum(value_minor), sum(value_minor) FILTER (place <= $top) FROM ("
        "SELECT value_minor, row_number() OVER (ORDER BY value_minor DESC) AS place FROM opportunity "
        "WHERE NOT is_closed AND is_qualified AND value_minor > 0)",
        {"top": TOP},
    ).rows[0]
    if count < LEAST_DEALS or not whole or top / whole < LEAST_SHARE:
        return None
    return Finding(
        name="concentration",
        title=f"Ten deals hold {top / whole:.0%} of the open pipeline",
        text=f"The other {count - TOP:,} together hold the rest. What happens to these ten decides the period.",
        evidence=(f"{count:,} open qualified deals",),
        rows=TOP,
        money_minor=int(top),
        link="/opportunities?outcome=open&sort=-value",
        link_words="See the largest deals",
    )


concentration = Insight("concentration", _look)
