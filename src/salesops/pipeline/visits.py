"""Every stay of a deal somewhere it can wait: a stage, a hand-over to another owner or team, the way from lead to deal.

A visit to a stage lasts from entering it to leaving it, a hand-over from the change to the deal's next stage. From the
day on which a stage came to end deals nobody waits in it any more, though nobody moved them. Only recorded entries
count: of a state that was merely seen nobody knows the beginning. What is found here is the same for every question
about waiting, and of a large book takes longer than what is then asked: `visiting` finds it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from salesops.book.book import Book
from salesops.book.condition import condition_in, narrowing
from salesops.book.engine import Ask
from salesops.book.history import history_from
from salesops.foundations.instant import bare

OWNER, TEAM, LEAD = "\x02owner", "\x02team", "\x02lead"  # places that are no stage's name
PLACES: Mapping[str, str] = {
    OWNER: "Hand-over to another owner",
    TEAM: "Hand-over to another team",
    LEAD: "From lead to deal",
}


@contextmanager
def visiting(book: Book, ask: Ask | None = None) -> Iterator[Ask]:
    """A way to ask of the table `visit`, found once for all that is asked; `ask` itself where one is at hand.

    Raises Refusal where there is no history.
    """
    if ask is not None:
        yield ask
        return
    with book.engine.holding("visit", f"{visits(book)} FROM visit", values(book)) as found:
        yield found


def visits(book: Book) -> str:
    """`WITH … visit AS (…)`: place, id, deal_id, entered_at, left_at (null while there), is_over, days, lost, went_back,
    is_again, quarter, owner, team, and stratum, which is what is held equal; beside it `state`, all states of deals.

    Raises Refusal where there is no history.
    """
    history_from(book, "how long anything stayed is not known")
    leads = "true" if not book.criterion else "false"  # a condition on deals says nothing of leads
    return f"""
    WITH quarter AS (
        SELECT quarter AS label, row_number() OVER (ORDER BY min(day)) AS number FROM calendar GROUP BY quarter
    ), on_day AS (
        SELECT c.day, c.turns_at, b.number AS before_it, a.number AS after_it FROM calendar c
        LEFT JOIN calendar d ON d.day = c.day_before LEFT JOIN quarter b ON b.label = d.quarter
        LEFT JOIN calendar e ON e.day = c.day_after LEFT JOIN quarter a ON a.label = e.quarter
    ), deal AS (
        SELECT x.id, coalesce(x.type, '') AS type, coalesce(x.source, '') AS source, x.value_minor,
            {_segment(book)} AS segment
        FROM opportunity x WHERE {narrowing(book)}
    ), size AS (
        SELECT quantile_disc(value_minor, 1.0 / 3) AS low, quantile_disc(value_minor, 2.0 / 3) AS high FROM deal
    ), state AS (
        SELECT v.opportunity_id AS id, v.stage, v.is_closed, v.outcome, v.owner_id, v.team, v.value_minor, v.pipeline,
            v.stage_position, v.valid_from, v.valid_to, v.change_source = 'history' AS is_known,
            lag(v.stage) OVER life AS former_stage, lag(v.is_closed) OVER life AS was_closed,
            lag(v.owner_id) OVER life AS former_owner,
            lag(v.team) OVER life AS former_team,
            last_value(v.valid_to) OVER (PARTITION BY v.opportunity_id ORDER BY v.valid_from
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS ends
        FROM opportunity_version v WHERE v.valid_from <= $now AND v.opportunity_id IN (SELECT id FROM deal)
        WINDOW life AS (PARTITION BY v.opportunity_id ORDER BY v.valid_from)
    ), step AS (
        SELECT *, lead(valid_from) OVER life AS next_at, lead(outcome) OVER life AS next_outcome,
            lead(stage_position) OVER life AS next_position,
            lead(stage IS DISTINCT FROM former_stage) OVER life AS is_moved,
            row_number() OVER (PARTITION BY id, stage ORDER BY valid_from) AS visit_number
        FROM state WHERE stage IS DISTINCT FROM former_stage OR is_closed <> was_closed
        WINDOW life AS (PARTITION BY id ORDER BY valid_from)
    ), handed AS (
        SELECT h.*, n.next_at, n.next_outcome, n.is_moved FROM state h
        JOIN (
            SELECT id, valid_from, coalesce(next_at, TIMESTAMP '9999-12-31') AS next_at, next_outcome, is_moved
            FROM step
        ) n ON n.id = h.id AND n.valid_from <= h.valid_from AND n.next_at > h.valid_from
        WHERE h.is_known AND NOT h.is_closed AND h.former_owner IS NOT NULL AND h.owner_id <> h.former_owner
    ), stay AS (
        SELECT stage AS place, id, id AS deal_id, valid_from AS entered_at, next_at, ends, is_moved, next_outcome,
            next_outcome = 'open' AND next_position < stage_position AS went_back, visit_number > 1 AS is_again,
            owner_id, team, value_minor, pipeline
        FROM step WHERE is_known AND NOT is_closed
        UNION ALL
        SELECT p.place, id, id, valid_from, nullif(next_at, TIMESTAMP '9999-12-31'), ends, is_moved, next_outcome,
            false, false, owner_id, team, value_minor, pipeline
        FROM handed, (SELECT unnest([$owner, $team]) AS place) p
        WHERE p.place = $owner OR team <> former_team
        UNION ALL
        SELECT $lead, l.id, l.opportunity_id, coalesce(l.created_at, CAST(l.created_on AS TIMESTAMP)),
            CAST(l.converted_on AS TIMESTAMP), TIMESTAMP '9999-12-31', true, 'open', false, false,
            l.owner_id, p.team, NULL, l.source
        FROM lead l LEFT JOIN person p ON p.id = l.owner_id
        WHERE {leads} AND l.is_converted AND l.converted_on >= l.created_on AND l.converted_on <= $today
    ), visit AS MATERIALIZED (
        SELECT s.place, s.id, s.deal_id, s.entered_at, s.left_at, s.left_at IS NOT NULL AND s.is_moved AS is_over,
            greatest(0, CAST(round(
                (epoch_us(coalesce(s.left_at, $now)) - epoch_us(s.entered_at)) / 86400000000) AS INTEGER)) AS days,
            s.is_moved AND s.next_outcome IN ('lost', 'no_decision') AS lost, s.is_moved AND s.went_back AS went_back,
            s.is_again, coalesce(s.owner_id, s.id) AS owner, s.team,
            CASE WHEN s.entered_at < c.turns_at THEN c.before_it ELSE c.after_it END AS quarter,
            concat_ws(chr(31), d.type, d.source, s.pipeline, d.segment, CASE WHEN s.value_minor IS NULL THEN '-'
                WHEN s.value_minor <= z.low THEN 'small' WHEN s.value_minor <= z.high THEN 'middle' ELSE 'large' END
            ) AS stratum
        FROM (SELECT * REPLACE (next_at IS NOT NULL AND is_moved AS is_moved),
                coalesce(next_at, CASE WHEN ends <= $now THEN ends END) AS left_at FROM stay) s
        LEFT JOIN deal d ON d.id = s.id CROSS JOIN size z
        JOIN on_day c ON c.day = CAST(s.entered_at AS DATE)
    )"""


def values(book: Book) -> dict[str, Any]:
    """What the statement is asked with."""
    return {
        "now": bare(book.instant),
        "today": book.today,
        "year_ago": book.today - timedelta(days=364),
        "owner": OWNER,
        "team": TEAM,
        "lead": LEAD,
    }


def _segment(book: Book) -> str:
    """The first of the book's own segments a deal belongs to, as SQL over the opportunity `x`."""
    cases = [
        f"WHEN {condition_in(book, segment.criterion)} THEN '{place}'"
        for place, segment in enumerate(book.settings.segments)
    ]
    return f"CASE {' '.join(cases)} ELSE '' END" if cases else "''"
