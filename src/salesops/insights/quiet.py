"""Open deals on which nothing was done for longer than on nearly all that were won."""

from datetime import timedelta

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where, one_of

LEAST_WON = 30
LEAST_ROWS = 5
SHARE = 0.95
LEAST_DAYS = 14
# Every day on which a deal was begun, touched or closed; the gaps between are its silences.
TOUCHED = """
    WITH touched AS (
        SELECT opportunity_id, occurred_on AS day FROM activity
        WHERE opportunity_id IS NOT NULL AND is_done IS NOT FALSE AND occurred_on <= $today
        UNION ALL SELECT id, created_on FROM opportunity WHERE created_on IS NOT NULL
        UNION ALL SELECT id, closed_on FROM opportunity WHERE closed_on IS NOT NULL
    )
"""


def _look(book: Book) -> Finding | None:
    today = {"today": book.today}
    won, days = book.engine.run(
        f"{TOUCHED}, gap AS (SELECT opportunity_id, day - lag(day) OVER (PARTITION BY opportunity_id "
        "ORDER BY day) AS days FROM touched "
        "WHERE opportunity_id IN (SELECT id FROM opportunity WHERE is_won)), "
        "longest AS (SELECT g.opportunity_id, max(g.days) AS days "
        "FROM gap g JOIN opportunity o ON o.id = g.opportunity_id WHERE o.is_won "
        "AND o.id IN (SELECT opportunity_id FROM activity) GROUP BY 1) "
        "SELECT count(*), quantile_cont(days, $share) FROM longest WHERE days IS NOT NULL",
        today | {"share": SHARE},
    ).rows[0]
    if won < LEAST_WON:
        return None
    days = max(LEAST_DAYS, int(days))
    silent = book.engine.run(
        f"{TOUCHED} SELECT o.id, o.value_minor FROM opportunity o "
        "JOIN touched t ON t.opportunity_id = o.id WHERE NOT o.is_closed GROUP BY 1, 2 "
        "HAVING max(t.day) < $before ORDER BY 2 DESC NULLS LAST, 1",
        today | {"before": book.today - timedelta(days=days)},
    ).rows
    every = book.engine.run("SELECT count(*) FROM opportunity WHERE NOT is_closed").rows[0][0]
    if len(silent) < LEAST_ROWS:
        return None
    ids, held = one_of(row[0] for row in silent)
    money = [row[1] for row in silent if row[1] is not None]
    return Finding(
        name="quiet",
        title=f"{counted(len(silent), 'open deal')} had no activity for more than {days} days",
        text=f"Of the deals you won, {in_percent(SHARE)} never went {days} days without a call, mail or meeting. "
        "Somebody should call these, or close them.",
        evidence=(f"{len(silent):,} of {counted(every, 'open deal')}", f"from {won:,} won deals"),
        rows=len(silent),
        money_minor=int(sum(money)) if money else None,
        link=deals_where(f"id in {ids}"),
        link_words="See these deals" if held == len(silent) else f"See the {held} largest",
    )


quiet = Insight("quiet", _look)
