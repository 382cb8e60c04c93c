"""A year's wins that hang on one person."""

from datetime import timedelta

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.foundations.statistics import wilson
from salesops.insights._finding import Finding, Insight, deals_where, literal

LEAST_SELLERS = 5
LEAST_WON = 20
TIMES_VALUE = 2.5  # their share of the money, against an even one
TIMES_WINS = 1.5  # their share of the wins, at the least that chance allows
CONFIDENCE = 0.998


def _look(book: Book) -> Finding | None:
    since = book.today - timedelta(days=364)
    rows = book.engine.run(
        "SELECT o.owner_id, coalesce(any_value(p.name), o.owner_id), count(*), "
        "coalesce(sum(o.value_minor), 0) FROM opportunity o LEFT JOIN person p ON p.id = o.owner_id "
        "WHERE o.is_won AND o.owner_id IS NOT NULL AND o.closed_on BETWEEN $since AND $today "
        "GROUP BY 1 ORDER BY 4 DESC, 1",
        {"since": since, "today": book.today},
    ).rows
    money = sum(r[3] for r in rows)
    if len(rows) < LEAST_SELLERS or money <= 0:
        return None
    owner, name, won, brought = rows[0]
    wins = sum(r[2] for r in rows)
    interval = wilson(won, wins, CONFIDENCE)
    if won < LEAST_WON or interval is None:
        return None
    if brought / money < TIMES_VALUE / len(rows) or interval[0] < TIMES_WINS / len(rows):
        return None
    return Finding(
        name="one_seller",
        title=f"{name} alone brought {in_percent(brought / money)} of a year’s wins",
        text=f"That is {brought / money * len(rows):.1f} times an even share among {len(rows)} sellers, from "
        f"{counted(won, 'won deal')}. Were {name} to leave, as much would have to come from the others.",
        evidence=(f"{wins:,} won deals since {since:%-d %B %Y}", f"{len(rows)} sellers"),
        rows=won,
        money_minor=int(brought),
        link=deals_where(
            f"is_won and owner_id = {literal(owner)} and closed_on >= '{since.isoformat()}'"
        ),
        link_words="See these deals",
        about="people",
    )


one_seller = Insight("one_seller", _look)
