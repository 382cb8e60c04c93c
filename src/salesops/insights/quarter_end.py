"""Deals that close in a quarter's last month are won clearly more often than in its other months."""

from salesops.book.book import Book
from salesops.foundations.percent import in_percent
from salesops.insights._evidence import ALPHA, Counts, stratified
from salesops.insights._finding import Finding, Insight

LEAST_CLOSED = 60
LEAST_QUARTERS = 3
LEAST_GAP = 0.08
AGREEING = 0.75  # of the quarters must show the same


def _look(book: Book) -> Finding | None:
    rows = book.engine.run(
        "WITH last AS (SELECT quarter, max(month) AS month FROM calendar GROUP BY 1) "
        "SELECT c.quarter, count(*) FILTER (o.is_won AND c.month = l.month), "
        "count(*) FILTER (c.month = l.month), count(*) FILTER (o.is_won AND c.month <> l.month), "
        "count(*) FILTER (c.month <> l.month) "
        "FROM opportunity o JOIN calendar c ON c.day = o.closed_on JOIN last l USING (quarter) "
        "WHERE o.is_closed GROUP BY 1 ORDER BY 1"
    ).rows
    quarters = [Counts(*r[1:5]) for r in rows if r[2] and r[4]]
    whole = Counts(*(sum(r[place] for r in rows) for place in range(1, 5)))
    if len(quarters) < LEAST_QUARTERS or min(whole.all, whole.others_all) < LEAST_CLOSED:
        return None
    here, there = whole.hit / whole.all, whole.others_hit / whole.others_all
    agreeing = sum(q.hit / q.all > q.others_hit / q.others_all for q in quarters)
    if here - there < LEAST_GAP or agreeing < AGREEING * len(quarters):
        return None
    if stratified(quarters) > ALPHA:
        return None
    return Finding(
        name="quarter_end",
        title=f"A quarter’s last month wins {in_percent(here)} of what closes in it, its other months {in_percent(there)}",
        text=f"It was so in {agreeing} of {len(quarters)} quarters. Wins gather before a quarter ends, so "
        "compare a month with the same month of another quarter and never with the one before.",
        evidence=(
            f"{whole.hit:,} of {whole.all:,} closed in last months were won",
            f"{whole.others_hit:,} of {whole.others_all:,} in the others",
        ),
        rows=whole.all,
        money_minor=None,
        link="/numbers/win_rate?by=month",
        link_words="See the win rate by month",
        about="time",
    )


quarter_end = Insight("quarter_end", _look)
