"""Each way a move of a deal can depart from the process, as SQL: one row a move and what could be departed from in it.

`departed` is null where history cannot tell. The tables go on from `deal`, the deals that are asked about, and from the
rules of `process_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from salesops.kpis._populations import BEYOND_ALL
from salesops.pipeline.process_rules import RULES, Rules

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "skipped": "Skipped a stage",
        "backward": "Moved back",
        "entry": "Entered without what the stage asks",
        "exit": "Left without what the stage asks",
        "activity": "Left without the expected activity",
        "overstayed": "Stayed longer than the service level",
    }
)

# Each stage a deal came into, with the open stage it was in last before; a snapshot is a state merely seen. A stage that
# came to end deals, or no longer to, begins a step too, which nobody took.
_STEPS = f"""
    stage AS (SELECT pipeline, CAST(stage AS VARCHAR) AS stage, position, is_active FROM pipeline_stage
        WHERE outcome = 'open' AND position IS NOT NULL),
    state AS (
        SELECT v.opportunity_id AS id, v.valid_from AS moment, CAST(v.stage AS VARCHAR) AS stage, v.pipeline,
            v.stage_position AS position, v.is_closed, v.is_won, v.owner_id, v.team,
            v.change_source = 'history' AS is_recorded,
            CASE WHEN v.is_won THEN {BEYOND_ALL} WHEN NOT v.is_closed THEN v.stage_position END AS reach,
            v.change_source <> 'snapshot' AS is_known,
            v.stage IS DISTINCT FROM lag(v.stage) OVER life OR v.is_closed <> lag(v.is_closed) OVER life AS is_step
        FROM opportunity_version v WHERE v.valid_from <= $until AND v.opportunity_id IN (SELECT id FROM deal)
        WINDOW life AS (PARTITION BY v.opportunity_id ORDER BY v.valid_from)
    ), step AS MATERIALIZED (
        SELECT *, lag(is_closed) OVER life AS was_closed, lead(moment) OVER life AS left_at,
            lead(is_known) OVER life AS is_leaving_recorded,
            bool_or(is_recorded AND NOT is_closed) OVER (PARTITION BY id) AS is_told,
            max(reach) OVER before AS reached_before,
            last_value(CASE WHEN NOT is_closed THEN stage END IGNORE NULLS) OVER before AS from_stage,
            last_value(CASE WHEN NOT is_closed THEN position END IGNORE NULLS) OVER before AS from_position,
            last_value(CASE WHEN NOT is_closed THEN pipeline END IGNORE NULLS) OVER before AS from_pipeline
        FROM state WHERE is_step
        WINDOW life AS (PARTITION BY id ORDER BY moment),
            before AS (PARTITION BY id ORDER BY moment ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), onward AS (
        SELECT * FROM step WHERE is_recorded AND NOT was_closed AND from_stage IS NOT NULL
            AND (is_won OR NOT is_closed AND pipeline = from_pipeline AND position > from_position)
    )"""

# Beyond a stage without ever having been in it, as of the book's instant, told at the step that first went beyond it; who
# makes up for it moves back. What was not a recorded change may have been through the stage unseen.
_SKIPPED = """
    SELECT 'skipped' AS kind, b.stage, '' AS what, b.id, b.moment, b.owner_id, b.team,
        CASE WHEN i.id IS NOT NULL THEN false WHEN b.is_recorded THEN true END AS departed,
        concat('by going to ', b.to_stage) AS detail
    FROM (
        SELECT t.id, t.moment, t.owner_id, t.team, t.is_recorded, t.stage AS to_stage, s.pipeline, s.stage, s.is_active
        FROM step t JOIN deal d USING (id) JOIN stage s ON s.pipeline = d.pipeline AND s.position < t.reach
            AND (t.reached_before IS NULL OR s.position >= t.reached_before)
        WHERE t.is_told
    ) b LEFT JOIN (SELECT DISTINCT id, stage FROM step WHERE NOT is_closed) i ON i.id = b.id AND i.stage = b.stage
    LEFT JOIN rule r ON r.pipeline = b.pipeline AND r.stage = b.stage AND b.moment >= r.since AND b.moment < r.until
    WHERE NOT coalesce(r.may_be_skipped, b.is_active IS FALSE)"""
_BACKWARD = """
    SELECT 'backward', t.from_stage, '', t.id, t.moment, t.owner_id, t.team,
        CASE WHEN t.is_closed OR t.pipeline <> t.from_pipeline THEN false ELSE t.position < t.from_position END,
        concat('to ', t.stage)
    FROM step t JOIN (SELECT pipeline, min(position) AS position FROM stage GROUP BY pipeline) f
        ON f.pipeline = t.from_pipeline AND f.position < t.from_position
    WHERE t.is_recorded AND NOT (t.is_closed AND t.was_closed)"""
_ENTRY = """
    SELECT 'entry', t.stage, '', t.id, t.moment, t.owner_id, t.team, {unmet}, ''
    FROM step t JOIN rule r ON r.pipeline = t.pipeline AND r.stage = t.stage AND t.moment >= r.since
        AND t.moment < r.until AND r.entry IS NOT NULL
    JOIN opportunity_version v ON v.opportunity_id = t.id AND v.valid_from = t.moment
    WHERE t.is_recorded"""
_EXIT = """
    SELECT 'exit', t.from_stage, '', t.id, t.moment, t.owner_id, t.team, {unmet}, concat('to ', t.stage)
    FROM onward t JOIN rule r ON r.pipeline = t.from_pipeline AND r.stage = t.from_stage AND t.moment >= r.since
        AND t.moment < r.until AND r.leave IS NOT NULL
    JOIN opportunity_version v ON v.opportunity_id = t.id AND v.valid_from = t.moment"""
_ACTIVITY = """
    SELECT 'activity', from_stage, kind, id, moment, owner_id, team,
        CASE WHEN moment >= (SELECT min(occurred_at) FROM activity WHERE is_done AND opportunity_id IS NOT NULL)
            THEN done < least END, concat(done, ' of ', least)
    FROM (
        SELECT t.id, t.moment, t.owner_id, t.team, t.from_stage, e.kind, e.least, count(a.id) AS done
        FROM onward t JOIN expected e ON e.pipeline = t.from_pipeline AND e.stage = t.from_stage
            AND t.moment >= e.since AND t.moment < e.until
        LEFT JOIN activity a ON a.opportunity_id = t.id AND a.kind = e.kind AND a.is_done AND a.occurred_at <= t.moment
        GROUP BY ALL
    )"""
# Only stays that began so long ago that the days are over: of younger ones only the quick would be known.
_OVERSTAYED = """
    SELECT 'overstayed', stage, '', id, ends, owner_id, team,
        CASE WHEN left_at <= ends THEN false WHEN left_at IS NULL OR is_leaving_recorded THEN true END,
        concat(CAST(round((epoch_us(coalesce(left_at, $until)) - epoch_us(moment)) / 86400000000.0) AS INTEGER), ' days',
            CASE WHEN left_at IS NULL THEN ' so far' ELSE '' END)
    FROM (
        SELECT t.*, t.moment + to_days(r.days) AS ends FROM step t JOIN rule r ON r.pipeline = t.pipeline
            AND r.stage = t.stage AND t.moment >= r.since AND t.moment < r.until AND r.days IS NOT NULL
        WHERE t.is_recorded AND NOT t.is_closed
    ) WHERE ends < $until"""


def looks_sql(rules: Rules) -> str:
    """The tables up to `looked`: kind, stage, what, id, moment, owner_id, team, departed and detail."""
    asked = [_SKIPPED, _BACKWARD]
    if any(place is not None for place in rules.values["rule_entry"]):
        asked.append(_ENTRY.format(unmet=rules.unmet("r.entry", "t.moment")))
    if any(place is not None for place in rules.values["rule_exit"]):
        asked.append(_EXIT.format(unmet=rules.unmet("r.leave", "t.moment")))
    if rules.values["work_kind"]:
        asked.append(_ACTIVITY)
    if any(days is not None for days in rules.values["rule_days"]):
        asked.append(_OVERSTAYED)
    return f"{RULES}, {_STEPS}, looked AS ({' UNION ALL '.join(asked)})"


def in_words(kind: str, stage: str, what: str = "") -> str:
    """A kind of departure of one stage, or of all stages where none is named."""
    if not stage:
        return KINDS[kind]
    return {
        "skipped": f"Skipped {stage}",
        "backward": f"Back from {stage}",
        "entry": f"Entered {stage} without what it asks",
        "exit": f"Left {stage} without what it asks",
        "activity": f"Left {stage} without the expected {what}",
        "overstayed": f"Longer in {stage} than its service level",
    }[kind]
