"""Open deals whose close date was moved later three times or more."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._evidence import ALPHA, Counts, upper_tail
from salesops.insights._finding import Finding, Insight, deals_where, one_of

PUSHES = 3
LEAST_ROWS = 3
LEAST_CLOSED = 20


def _look(book: Book) -> Finding | None:
    if book.facts.history_from is None:
        return None
    rows = book.engine.run(
        "WITH state AS (SELECT opportunity_id, close_date, is_closed, "
        "lag(close_date) OVER life AS former FROM opportunity_version WHERE change_source = 'history' "
        "WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)), "
        "often AS (SELECT opportunity_id FROM state WHERE close_date > former AND NOT is_closed "
        "GROUP BY 1 HAVING count(*) >= $pushes) "
        "SELECT o.is_closed, f.opportunity_id IS NOT NULL, count(*) FILTER (o.is_won), count(*), "
        "sum(o.value_minor), list(o.id ORDER BY o.value_minor DESC, o.id) "
        "FILTER (NOT o.is_closed AND f.opportunity_id IS NOT NULL) "
        "FROM opportunity o LEFT JOIN often f ON f.opportunity_id = o.id GROUP BY 1, 2",
        {"pushes": PUSHES},
    ).rows
    cells = {(closed, often): tuple(told) for closed, often, *told in rows}
    nothing = (0, 0, None, None)
    _, deals, money, pushed_ids = cells.get((False, True), nothing)
    if deals < LEAST_ROWS:
        return None
    every = deals + cells.get((False, False), nothing)[1]
    won, closed, *_ = cells.get((True, True), nothing)
    others_won, others_closed, *_ = cells.get((True, False), nothing)
    ids, held = one_of(pushed_ids)
    return Finding(
        name="pushed",
        title=f"{counted(deals, 'open deal')} had the close date pushed three times or more",
        text=_what_became(Counts(won, closed, others_won, others_closed))
        + "Ask for each what would have to happen for it to close on the day it says now.",
        evidence=(f"{deals:,} of {counted(every, 'open deal')}",),
        rows=deals,
        money_minor=int(money) if money is not None else None,
        link=deals_where(f"id in {ids}"),
        link_words="See these deals" if held == deals else f"See the {held} largest",
    )


def _what_became(counts: Counts) -> str:
    """What earlier deals like these came to, where there were enough to tell."""
    if min(counts.all, counts.others_all) < LEAST_CLOSED:
        return ""
    here, there = counts.hit / counts.all, counts.others_hit / counts.others_all
    fewer = Counts(
        counts.all - counts.hit,
        counts.all,
        counts.others_all - counts.others_hit,
        counts.others_all,
    )
    told = f"Of {counts.all:,} closed deals pushed as often, {in_percent(here)} were won"
    if upper_tail(fewer) <= ALPHA:
        return f"{told}; of the others {in_percent(there)}. "
    return f"{told}, which is not clearly other than the {in_percent(there)} of the rest. "


pushed = Insight("pushed", _look)
