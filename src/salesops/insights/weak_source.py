"""A source whose deals are won clearly less often than all others."""

from salesops.book.book import Book
from salesops.foundations.statistics import wilson
from salesops.insights._finding import Finding, Insight

LEAST_CLOSED = 30
CONFIDENCE = 0.99  # several sources are compared


def _look(book: Book) -> Finding | None:
    rows = book.engine.run(
        "SELECT source, count(*) FILTER (is_won), count(*), sum(value_minor) FROM opportunity "
        "WHERE is_closed AND source IS NOT NULL GROUP BY source"
    ).rows
    won, closed = sum(r[1] for r in rows), sum(r[2] for r in rows)
    worst: tuple[float, Finding] | None = None
    for source, mine, ended, money in rows:
        others, others_ended = won - mine, closed - ended
        if ended < LEAST_CLOSED or others_ended < LEAST_CLOSED:
            continue
        here, there = wilson(mine, ended, CONFIDENCE), wilson(others, others_ended, CONFIDENCE)
        if here is None or there is None or here[1] >= there[0]:
            continue
        gap = others / others_ended - mine / ended
        finding = Finding(
            name="weak_source",
            title=f"“{source}” wins {mine / ended:.0%}, everything else {others / others_ended:.0%}",
            text=f"Of {ended:,} closed deals from this source {mine:,} were won. "
            f"The difference is too large for chance: 99 % intervals are {here[0]:.0%} to {here[1]:.0%} here "
            f"and {there[0]:.0%} to {there[1]:.0%} elsewhere.",
            evidence=(f"{ended:,} closed deals from this source", f"{others_ended:,} from others"),
            rows=ended,
            money_minor=int(money) if money is not None else None,
            link="/numbers/win_rate?by=source",
            link_words="Compare sources",
        )
        if worst is None or gap > worst[0]:
            worst = (gap, finding)
    return worst[1] if worst else None


weak_source = Insight("weak_source", _look)
