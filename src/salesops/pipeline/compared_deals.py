"""The deals that comparisons of people and teams look at: by whose they are, what they are and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from salesops.book.book import Book
from salesops.book.condition import narrowing
from salesops.foundations.instant import bare
from salesops.foundations.period import Period
from salesops.pipeline.mix import Levels, Usual
from salesops.pipeline.stays import as_of_sql

# Whose deals are put together; and what goes its own way, so that ten deals of it are not ten: the customer, for people.
# A team is its people, and what one of them alone does is not the team's.
GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "person": ("x.owner_id", "coalesce('a' || x.account_id, 'x' || x.id)"),
        "team": ("x.team", "x.owner_id"),
    }
)
SECONDS = (
    "CASE WHEN x.closed_at IS NOT NULL AND x.created_at IS NOT NULL THEN epoch(x.closed_at) - epoch(x.created_at) "
    "ELSE epoch(CAST(x.closed_on AS TIMESTAMP)) - epoch(CAST(x.created_on AS TIMESTAMP)) END"
)
# What is looked at of a deal, and of which deals. Spans of days and amounts are skewed, so their logarithms are.
LOOKED_AT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "win_rate": ("CAST(x.is_won AS DOUBLE)", "true"),
        "sales_cycle": (f"ln(1 + ({SECONDS}) / 86400.0)", f"x.is_won AND ({SECONDS}) >= 0"),
        "deal_size": ("ln(x.value_minor)", "x.is_won AND x.value_minor > 0"),
    }
)


@dataclass(frozen=True)
class Sums:
    """Deals of one kind: how many, and the sums of what is looked at and of its squares."""

    n: int
    total: float
    squares: float


@dataclass(frozen=True)
class Heaps:
    """How somebody's deals come in heaps: how many, and sums over heaps of sizes and of what is beyond the usual."""

    heaps: int
    n: int
    over: float
    squares: float  # of single deals beyond the usual
    sizes2: float
    sizes3: float
    overs2: float
    both: float


Held = dict[str, dict[Levels, Sums]]


def held_by(book: Book, measure: str, by: str, over: Period) -> Held:
    """Closed deals, or won ones, by whose they are and by what they are."""
    rows = book.engine.run(
        f"{_deals(book, measure, by)} SELECT whose, country, source, sized, year, count(*), sum(y), sum(y * y) "
        "FROM deal GROUP BY ALL ORDER BY ALL",
        _values(book, over),
    ).rows
    held: Held = {}
    for whose, country, source, sized, year, n, total, squares in rows:
        held.setdefault(whose, {})[country, source, sized, year] = Sums(n, total, squares)
    return held


def heaps_of(
    book: Book, measure: str, by: str, over: Period, usual: Mapping[Levels, float]
) -> dict[str, Heaps]:
    """How the deals of each come in heaps beyond what is usual for their kind."""
    asked: dict[str, Any] = {f"level{n}": [k[n] for k in usual] for n in range(4)}
    rows = book.engine.run(
        f"{_deals(book, measure, by)}, told AS (SELECT unnest($level0) AS country, unnest($level1) AS source, "
        "unnest($level2) AS sized, unnest($level3) AS year, unnest($told) AS told), "
        "heap AS (SELECT whose, cluster, count(*) AS m, sum(y - told) AS s, sum((y - told) ** 2) AS q "
        "FROM deal JOIN told USING (country, source, sized, year) GROUP BY ALL) "
        "SELECT whose, count(*), sum(m), sum(s), sum(q), sum(m * m), sum(m * m * m), sum(s * s), sum(m * s) FROM heap "
        "GROUP BY ALL ORDER BY ALL",
        _values(book, over) | asked | {"told": list(usual.values())},
    ).rows
    return {
        whose: Heaps(int(heaps), int(n), *(float(value) for value in sums))
        for whose, heaps, n, *sums in rows
    }


def alike(heaps: Mapping[str, Heaps]) -> float:
    """How alike the deals of one heap are, 0 to 1: the share of their variance that lies between heaps of one group.

    By moments, each group's own mean taken out (Searle 1971, for unequal heaps).
    """
    within = between = mixed = single = whole = 0.0
    for h in heaps.values():
        mean = h.over / h.n
        single += h.squares - h.n * mean**2
        whole += h.overs2 - 2 * mean * h.both + mean**2 * h.sizes2
        within += h.n - 1
        mixed += h.n - h.sizes2 / h.n
        between += h.sizes2 - 2 * h.sizes3 / h.n + h.sizes2**2 / h.n**2
    scale = within * between - mixed**2
    if scale <= 0 or within <= 0:
        return 0.0
    of_heaps = max(0.0, (within * whole - mixed * single) / scale)
    of_deals = max(0.0, (single - mixed * of_heaps) / within)
    return of_heaps / (of_heaps + of_deals) if of_heaps else 0.0


def spreads(held: Held, told: Usual) -> dict[str, float]:
    """The variance of one deal beyond the usual, by type: renewals go one way, and new customers many.

    What is usual was fitted to the same deals, an effect for each level, and so lies nearer to them than it is.
    """
    found: dict[str, tuple[int, float]] = {}
    fitted: dict[str, set[tuple[int, str]]] = {}
    for cells in held.values():
        for levels, sums in cells.items():
            usual, kind = told.of(levels), type_of(levels)
            n, squares = found.get(kind, (0, 0.0))
            beyond = sums.squares - 2 * usual * sums.total + sums.n * usual**2
            found[kind] = n + sums.n, squares + max(0.0, beyond)
            fitted.setdefault(kind, set()).update(enumerate(levels))
    free = {kind: n - len(fitted[kind]) + 3 for kind, (n, _) in found.items()}
    return {kind: squares / max(1, free[kind]) for kind, (_, squares) in found.items()}


def type_of(levels: Levels) -> str:
    """The type of deal that all its levels begin with."""
    return levels[0].partition("\x1f")[0]


def _deals(book: Book, measure: str, by: str) -> str:
    """The table `deal`: whose it is, its heap, its levels and what is looked at.

    The size of a deal is that of the moment it was qualified: what a lost deal is worth in the end hangs on its being lost.
    Where there is no history it is left out. What a deal came to is held against the size of its customer instead.
    """
    whose, cluster = GROUPS[by]
    looked_at, of_which = LOOKED_AT[measure]
    size = "a.employees" if measure == "deal_size" else "x.qualified_value_minor"
    has_size = measure == "deal_size" or book.facts.history_from is not None
    sized = (
        f"CASE WHEN {size} IS NULL THEN '-' WHEN {size} <= z.low THEN 'small' "
        f"WHEN {size} <= z.high THEN 'middle' ELSE 'large' END"
    )
    return f"""WITH size AS (
            SELECT quantile_disc({size}, 1.0 / 3) AS low, quantile_disc({size}, 2.0 / 3) AS high
            FROM {as_of_sql(book)} x LEFT JOIN account a ON a.id = x.account_id
        ), deal AS (
            SELECT {whose} AS whose, {cluster} AS cluster, {looked_at} AS y,
                coalesce(x.type, '') || chr(31) || coalesce(a.country, '') AS country,
                coalesce(x.type, '') || chr(31) || coalesce(x.source, '') AS source,
                coalesce(x.type, '') || chr(31) || {sized if has_size else "''"} AS sized,
                coalesce(x.type, '') || chr(31) || year(x.closed_on) AS year
            FROM {as_of_sql(book)} x LEFT JOIN account a ON a.id = x.account_id CROSS JOIN size z
            WHERE x.is_closed AND x.closed_on >= $since_day AND x.closed_on < $end_day AND {of_which}
                AND {whose} IS NOT NULL AND {within_reach(book)} AND {narrowing(book)}
        )"""


def within_reach(book: Book) -> str:
    """Deals of people whose deals the reader sees all of: of who shared a few no comparison is made."""
    return "true" if book.scope.is_everything else "list_contains($owners, x.owner_id)"


def _values(book: Book, over: Period) -> dict[str, Any]:
    return {"since_day": over.start, "end_day": over.end} | reading(book)


def reading(book: Book) -> dict[str, Any]:
    """The values that every statement here is asked with."""
    return {
        "until": bare(book.instant),
        "today": book.today,
        "owners": list(book.scope.owner_ids or ()),
    }
