"""A stage in which deals stayed clearly longer in one quarter than in the year before."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from salesops.book.book import Book
from salesops.insights._evidence import Stays, later, one_sided, survivors
from salesops.insights._finding import Finding, Insight, counted, deals_where, one_of

LEAST_HERE = 25
LEAST_BEFORE = 50
QUARTERS_BEFORE = 4
RATIO = 1.3
# Each stay in an open stage: when it was entered, and left or last seen.
STAYS = """
    WITH state AS (
        SELECT opportunity_id, stage, is_closed, valid_from, value_minor,
            lag(stage) OVER life AS former
        FROM opportunity_version WHERE change_source = 'history'
        WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
    ), entered AS (
        SELECT *, lead(valid_from) OVER (PARTITION BY opportunity_id ORDER BY valid_from) AS leaves
        FROM state WHERE stage IS DISTINCT FROM former
    ), stay AS (
        SELECT e.opportunity_id, e.stage, c.quarter, e.leaves IS NOT NULL AS is_over,
            greatest(0, date_diff('day', e.valid_from, coalesce(e.leaves, $now))) AS days
        FROM entered e JOIN calendar c ON c.day = CAST(e.valid_from AS DATE)
        WHERE NOT e.is_closed AND e.valid_from <= $now
    )
"""
Key = tuple[str, str]


def _look(book: Book) -> Finding | None:
    if book.facts.history_from is None:
        return None
    now = {"now": book.instant.astimezone(UTC).replace(tzinfo=None)}
    rows = book.engine.run(
        f"{STAYS} SELECT stage, quarter, days, count(*) FILTER (is_over), count(*) FILTER (NOT is_over) "
        "FROM stay GROUP BY ALL",
        now,
    ).rows
    pairs = _pairs(rows)
    chances = {key: one_sided(later(here, before)) for key, (here, before) in pairs.items()}
    for key in survivors(chances):
        here, before = (stays.median() for stays in pairs[key])
        if here and before and here >= RATIO * before:
            return _told(book, now, key, here, before, pairs[key][1].n)
    return None


def _pairs(rows: list[tuple[Any, ...]]) -> dict[Key, tuple[Stays, Stays]]:
    """For each stage and quarter the stays that began there, and those of the year before."""
    by_key: dict[Key, list[tuple[int, int, int]]] = {}
    for stage, quarter, days, over, still in rows:
        by_key.setdefault((stage, quarter), []).append((days, over, still))
    quarters = sorted({quarter for _, quarter in by_key})
    found = {}
    for stage, quarter in by_key:
        place = quarters.index(quarter)
        former = quarters[max(0, place - QUARTERS_BEFORE) : place]
        here = Stays.of(by_key[(stage, quarter)])
        before = Stays.of(row for q in former for row in by_key.get((stage, q), []))
        if here.n >= LEAST_HERE and before.n >= LEAST_BEFORE:
            found[(stage, quarter)] = (here, before)
    return found


def _told(
    book: Book, now: dict[str, Any], key: Key, here: int, before: int, n_before: int
) -> Finding:
    stage, quarter = key
    deals = book.engine.run(
        f"{STAYS} SELECT s.opportunity_id, max(s.days), any_value(o.value_minor) FROM stay s "
        "JOIN opportunity o ON o.id = s.opportunity_id WHERE s.stage = $stage AND s.quarter = $quarter "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
        now | {"stage": stage, "quarter": quarter},
    ).rows
    ids, held = one_of(d[0] for d in deals)
    money = [d[2] for d in deals if d[2] is not None]
    return Finding(
        name="slow_stage",
        title=f"{stage} became slow in {quarter}: {here} days instead of {before}",
        text=f"Half of the deals that came into {stage} in {quarter} stayed {here} days or longer; in the "
        f"year before it was {before}. Deals still there are counted as far as they have come, and chance "
        "does not explain it.",
        evidence=(
            f"{counted(len(deals), 'deal')} entered it in {quarter}",
            f"{n_before:,} stays in the year before",
        ),
        rows=len(deals),
        money_minor=int(sum(money)) if money else None,
        link=deals_where(f"id in {ids}"),
        link_words="See these deals" if held == len(deals) else f"See the {held} slowest",
        about="time",
    )


slow_stage = Insight("slow_stage", _look)
