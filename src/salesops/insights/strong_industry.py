"""An industry in which deals are won clearly more often than in all others."""

from salesops.book.book import Book
from salesops.foundations.statistics import wilson
from salesops.insights._finding import Finding, Insight

LEAST_CLOSED = 40
CONFIDENCE = 0.99  # several industries are compared


def _look(book: Book) -> Finding | None:
    rows = book.engine.run(
        "SELECT a.industry, count(*) FILTER (o.is_won), count(*), sum(o.value_minor) FILTER (o.is_won) "
        "FROM opportunity o JOIN account a ON a.id = o.account_id "
        "WHERE o.is_closed AND a.industry IS NOT NULL GROUP BY 1"
    ).rows
    won, closed = sum(r[1] for r in rows), sum(r[2] for r in rows)
    best: tuple[float, Finding] | None = None
    for industry, mine, ended, money in rows:
        others, others_ended = won - mine, closed - ended
        if ended < LEAST_CLOSED or others_ended < LEAST_CLOSED:
            continue
        here, there = wilson(mine, ended, CONFIDENCE), wilson(others, others_ended, CONFIDENCE)
        if here is None or there is None or here[0] <= there[1]:
            continue
        gap = mine / ended - others / others_ended
        finding = Finding(
            name="strong_industry",
            title=f"{industry} is won {mine / ended:.0%} of the time, other industries {others / others_ended:.0%}",
            text=f"{mine:,} of {ended:,} closed deals there were won, more than chance explains.",
            evidence=(f"{ended:,} closed deals in {industry}", f"{others_ended:,} elsewhere"),
            rows=ended,
            money_minor=int(money) if money is not None else None,
            link="/numbers/win_rate?by=industry",
            link_words="Compare industries",
            tone="good",
        )
        if best is None or gap > best[0]:
            best = (gap, finding)
    return best[1] if best else None


strong_industry = Insight("strong_industry", _look)
