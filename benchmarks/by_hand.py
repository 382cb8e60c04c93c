"""Every KPI as an analyst would write it in DuckDB's SQL, over the tables of a book.

Each query gives numerator, denominator and the number of rows, then what is shown beside: median and 90th
percentile, and what an interval needs. `$start`, `$end`, `$as_of` and `$today` are the reading's.
"""

from __future__ import annotations

_CLOSED = "is_closed AND closed_on >= $start AND closed_on < $end"
_WON = "is_won AND closed_on >= $start AND closed_on < $end"
_OPEN = "NOT is_closed AND is_qualified"
_SPREAD = "median(x), quantile_cont(x, 0.9)"
_CHANCE = "sum(x::DOUBLE), sum(x::DOUBLE * x)"


def _share(won: str, where: str, more: str = "") -> str:
    return (
        f"SELECT count(*) FILTER ({won}), count(*), count(*){more} FROM opportunity WHERE {where}"
    )


def _money(where: str, more: str = "") -> str:
    return (
        f"SELECT sum(x), count(x), count(x), count(*) - count(x){more} "
        f"FROM (SELECT value_minor AS x FROM opportunity WHERE {where})"
    )


def _span(seconds: str, where: str, more: str, joined: str = "") -> str:
    return f"""
        SELECT sum(x), count(x), count(x), count(*) - count(x){more} FROM (
            SELECT CASE WHEN x >= 0 THEN x END AS x FROM (
                SELECT {seconds} AS x FROM opportunity d {joined} WHERE {where}))
    """


def _seconds(after: str, before: str, day_after: str, day_before: str) -> str:
    return (
        f"CASE WHEN {after} IS NOT NULL AND {before} IS NOT NULL "
        f"THEN date_diff('second', {before}, {after}) "
        f"ELSE 86400 * date_diff('day', {day_before}, {day_after}) END"
    )


_CYCLE = _seconds("closed_at", "created_at", "closed_on", "created_on")
_ENTRIES = """
    WITH entered AS (
        SELECT opportunity_id, stage, min(valid_from) AS at, max(stage_position) AS position
        FROM opportunity_version WHERE change_source = 'history' AND outcome = 'open' GROUP BY ALL
        HAVING min(valid_from) >= $start AND min(valid_from) < $end),
    reached AS (
        SELECT opportunity_id, max(CASE WHEN is_won THEN 1000000 ELSE stage_position END) AS furthest
        FROM opportunity_version WHERE outcome IN ('open', 'won') GROUP BY 1)
"""
_WEIGHTED = """
    WITH been AS (SELECT DISTINCT opportunity_id, stage FROM opportunity_version
        WHERE change_source = 'history' AND outcome = 'open'),
    chance AS (
        SELECT d.pipeline, b.stage, CAST(count(*) FILTER (d.is_won) * 10000 / count(*) + 0.5 AS DECIMAL(18,9)) AS c
        FROM been b JOIN opportunity d ON d.id = b.opportunity_id WHERE d.is_closed GROUP BY ALL)
    SELECT sum(x), count(x), count(x), count(*) - count(x) FROM (
        SELECT floor((d.value_minor * floor(c.c)::BIGINT * 2 + 10000) / 20000)::BIGINT AS x
        FROM opportunity d LEFT JOIN chance c ON c.pipeline = d.pipeline AND c.stage = d.stage
        WHERE NOT d.is_closed AND d.is_qualified {more})
"""
_PAYING = """
    SELECT account_id, sum(value_minor) AS monthly,
        sum(CAST(round(value_minor * gross_margin) AS BIGINT)) AS margin,
        sum(value_minor) FILTER (gross_margin IS NOT NULL) AS known
    FROM recurring_revenue WHERE starts_on <= $today AND (ends_on IS NULL OR ends_on > $today) GROUP BY 1
"""
# Period ends that still run end with the reading's day, as far as it is known.
_BOTH_ENDS = """
    WITH paid AS (SELECT account_id, value_minor AS v, starts_on, coalesce(ends_on, DATE '9999-12-31') AS until,
        least($end, $today + 1) AS last FROM recurring_revenue),
    both_ AS (SELECT account_id, sum(v) FILTER (starts_on <= $start AND until > $start) AS a,
        sum(v) FILTER (starts_on <= last AND until > last) AS z FROM paid GROUP BY 1)
"""
_LISTED = """
    SELECT count(*) AS n, sum(l) AS l, sum(s) AS s FROM (
        SELECT CASE WHEN r.minor_rate IS NULL THEN x.l ELSE round(x.l * r.minor_rate) END AS l,
            CASE WHEN r.minor_rate IS NULL THEN x.s ELSE round(x.s * r.minor_rate) END AS s
        FROM (SELECT round(i.list_price_minor * i.quantity) AS l, i.amount_minor AS s, i.currency, d.closed_on
            FROM opportunity_line i JOIN opportunity d ON d.id = i.opportunity_id
            WHERE d.is_won AND d.closed_on >= $start AND d.closed_on < $end AND i.list_price_minor > 0) x
        LEFT JOIN exchange_rate r ON r.currency = x.currency AND r.valid_from <= x.closed_on
            AND r.valid_to > x.closed_on)
"""
_ATTAINED = """
    WITH goal AS (
        SELECT person_id, sum(value_minor) AS goal, sum(ends_on - starts_on) AS days FROM quota
        WHERE starts_on >= $start AND ends_on <= $end GROUP BY 1),
    sold AS (SELECT owner_id, sum(value_minor) AS sold FROM opportunity
        WHERE is_won AND closed_on >= $start AND closed_on < $end GROUP BY 1),
    both_ AS (SELECT goal, coalesce(sold, 0) AS sold FROM goal LEFT JOIN sold ON owner_id = person_id
        WHERE days >= date_diff('day', $start, $end) AND goal > 0)
"""
_REAL = "NOT lower(trim({0})) IN ('n/a', 'na', 'x', '-', '.', '0', 'none', 'unknown', 'tbd', '?')"


def _filled(column: str) -> str:
    return f"coalesce({_REAL.format(column)}, false)::INT"


# What was open when the period began, and what became of it. The benchmark's days are those of UTC.
_AT_START = """
    SELECT v.value_minor AS value, CASE WHEN d.is_won AND d.ended THEN d.value_minor END AS won, d.ended, v.close_date,
        NOT d.is_closed AND $today < $end AND coalesce(d.close_date < $end, false) AS due_still
    FROM opportunity_version v JOIN (SELECT *, coalesce(is_closed AND closed_on >= $start AND closed_on < $end, false)
        AS ended FROM opportunity) d ON d.id = v.opportunity_id
    WHERE NOT v.is_closed AND v.is_qualified AND v.valid_from < $start AND v.valid_to >= $start
"""
_DUE = f"SELECT * FROM ({_AT_START}) WHERE close_date >= $start AND close_date < $end"
BY_HAND = {
    "slippage_rate": f"SELECT count(*) FILTER (NOT ended AND NOT due_still), count(*), count(*) FROM ({_DUE})",
    "slippage_rate_value": f"""SELECT sum(x), sum(value), count(value), sum(x::DOUBLE * x), sum(value::DOUBLE * value),
        sum(x::DOUBLE * value)
        FROM (SELECT value, CASE WHEN ended OR due_still THEN 0 ELSE 1 END * value AS x FROM ({_DUE}))""",
    "in_period_yield": f"""SELECT sum(x), sum(value), count(value), sum(x::DOUBLE * x), sum(value::DOUBLE * value),
        sum(x::DOUBLE * value)
        FROM (SELECT value, CASE WHEN value IS NOT NULL THEN coalesce(won, 0) END AS x FROM ({_AT_START}))""",
    "push_count": """SELECT count(*) FILTER (date_trunc('quarter', former) <> date_trunc('quarter', close_date)),
            count(*), count(*) FROM (SELECT *, lag(close_date) OVER life AS former FROM (
            SELECT *, lead(valid_from) OVER life AS until FROM (
                SELECT *, lag(close_date) OVER life AS before FROM opportunity_version
                WHERE NOT is_closed AND close_date IS NOT NULL
                WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from))
            WHERE before IS NULL OR before <> close_date WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from))
        WHERE until IS NULL OR epoch(until) - epoch(valid_from) >= 86400
        WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from))
        WHERE close_date > former AND valid_from >= $start AND valid_from < $end""",
    "acquisition_cost": """SELECT sum(value_minor), count(value_minor), count(value_minor) FROM cost
        WHERE function IN ('sales', 'marketing') AND booked_on >= $start AND booked_on < $end""",
    "arpa": f"SELECT sum(x), count(x), count(x), {_SPREAD}, {_CHANCE} "
    f"FROM (SELECT monthly AS x FROM ({_PAYING}))",
    "gross_margin": f"SELECT sum(margin), sum(known), count(*), sum(margin::DOUBLE * margin), "
    f"sum(known::DOUBLE * known), sum(margin::DOUBLE * known) FROM ({_PAYING})",
    "attainment_distribution": f"""{_ATTAINED} SELECT sum(x), count(*), count(*), {_SPREAD}, {_CHANCE}
        , quantile_cont(x, 0.1), quantile_cont(x, 0.25), quantile_cont(x, 0.75)
        FROM (SELECT floor((sold * 2000000 + goal) / (2 * goal))::BIGINT AS x FROM both_)""",
    "top_fifth_share": f"""{_ATTAINED}, ranked AS (
            SELECT sold, row_number() OVER (ORDER BY sold DESC) - 1 AS place, count(*) OVER () AS people FROM both_)
        SELECT sum(sold) FILTER (place * 5 < people), sum(sold), count(*) FROM ranked""",
    "reps_at_quota": f"{_ATTAINED} SELECT count(*) FILTER (sold >= goal), count(*), count(*) FROM both_",
    "quota": """SELECT sum(value_minor), count(*), count(*) FROM quota
        WHERE starts_on >= $start AND ends_on <= $end AND person_id NOT IN (
            SELECT manager_id FROM person WHERE manager_id IS NOT NULL)""",
    "average_deal_size": _money(_WON, f", {_SPREAD}, {_CHANCE}"),
    "closed_to_date": _money(_WON),
    "credited_bookings": """SELECT sum(x), count(x), count(x) FROM (
        SELECT CASE WHEN s.share IS NULL THEN d.value_minor ELSE round(d.value_minor * s.share) END AS x
        FROM opportunity d LEFT JOIN opportunity_split s
            ON s.opportunity_id = d.id AND NOT coalesce(s.is_overlay, false)
        WHERE d.is_won AND d.closed_on >= $start AND d.closed_on < $end)""",
    "open_pipeline": _money(_OPEN),
    "pipeline_due": _money(f"{_OPEN} AND close_date >= $start AND close_date < $end"),
    "pipeline_created": """SELECT sum(x), count(x), count(x), count(*) - count(x) FROM (
        SELECT qualified_value_minor AS x FROM opportunity WHERE qualified_on >= $start AND qualified_on < $end)""",
    "win_rate": _share("is_won", _CLOSED),
    "win_rate_narrow": _share("is_won", f"{_CLOSED} AND outcome <> 'no_decision'"),
    "close_rate": _share(
        "is_won", "pitched_on >= $start AND pitched_on < $end", ", count(*) FILTER (NOT is_closed)"
    ),
    "created_cohort_win_rate": _share(
        "is_won", "created_on >= $start AND created_on < $end", ", count(*) FILTER (NOT is_closed)"
    ),
    "past_due_close_dates": _share("close_date < $today", "NOT is_closed"),
    "sales_cycle": _span(_CYCLE, _WON, f", {_SPREAD}, {_CHANCE}"),
    "lost_cycle": _span(_CYCLE, f"{_CLOSED} AND NOT is_won", f", {_SPREAD}, {_CHANCE}"),
    "pipeline_age": _span(
        _seconds("$as_of", "created_at", "$today", "created_on"), _OPEN, f", {_SPREAD}"
    ),
    "aged_pipeline": f"""
        WITH old AS (SELECT quantile_cont(x, 0.8) AS after FROM (
            SELECT {_CYCLE} AS x FROM opportunity WHERE is_won) WHERE x >= 0)
        SELECT sum(value_minor) FILTER (x > after), sum(value_minor), count(*) FROM (
            SELECT value_minor, {_seconds("$as_of", "created_at", "$today", "created_on")} AS x
            FROM opportunity WHERE {_OPEN} AND value_minor IS NOT NULL), old WHERE x >= 0""",
    "sales_cycle_first_interaction": _span(
        _seconds("d.closed_at", "f.at", "d.closed_on", "f.day"),
        _WON,
        f", {_SPREAD}, {_CHANCE}",
        """LEFT JOIN (SELECT opportunity_id, min(occurred_at) AS at, min(occurred_on) AS day FROM activity
            WHERE is_done AND is_selling AND occurred_at <= $as_of GROUP BY 1) f ON f.opportunity_id = d.id""",
    ),
    "stage_conversion": f"""{_ENTRIES} SELECT count(*) FILTER (furthest > position), count(*), count(*),
        count(*) FILTER (NOT d.is_closed AND furthest <= position)
        FROM entered JOIN reached USING (opportunity_id) JOIN opportunity d ON d.id = opportunity_id""",
    "stage_to_win": f"""{_ENTRIES} SELECT count(*) FILTER (d.is_won), count(*), count(*),
        count(*) FILTER (NOT d.is_closed)
        FROM entered JOIN opportunity d ON d.id = opportunity_id""",
    "weighted_pipeline": _WEIGHTED.format(more=""),
    "weighted_due": _WEIGHTED.format(more="AND d.close_date >= $start AND d.close_date < $end"),
    "win_rate_value": f"""
        WITH last AS (SELECT opportunity_id, arg_max(value_minor, valid_from) AS v FROM opportunity_version
            WHERE outcome = 'open' AND value_minor IS NOT NULL GROUP BY 1),
        deal AS (SELECT is_won, CASE WHEN is_won THEN value_minor ELSE coalesce(v, value_minor) END AS y
            FROM opportunity LEFT JOIN last ON opportunity_id = id WHERE {_CLOSED})
        SELECT sum(y) FILTER (is_won), sum(y), count(y), sum(y::DOUBLE * y) FILTER (is_won), sum(y::DOUBLE * y)
        FROM deal""",
    "data_completeness": f"""
        SELECT sum({_filled("owner_id")} + {_filled("account_id")} + coalesce(amount_minor <> 0, false)::INT
            + (close_date IS NOT NULL)::INT + {_filled("source")}
            + CASE WHEN NOT is_closed AND is_qualified THEN {_filled("next_step")} ELSE 0 END
            + CASE WHEN outcome = 'lost' THEN {_filled("loss_reason")} ELSE 0 END),
            sum(5 + (NOT is_closed AND is_qualified)::INT + (outcome = 'lost')::INT), count(*)
        FROM opportunity""",
    "new_customers": """SELECT count(*), count(*), count(*) FROM (
        SELECT min(closed_on) AS first FROM opportunity WHERE is_won AND account_id IS NOT NULL
        GROUP BY account_id) WHERE first >= $start AND first < $end""",
    "customer_churn": """
        WITH paid AS (SELECT account_id, starts_on, coalesce(ends_on, DATE '9999-12-31') AS until
            FROM recurring_revenue),
        start AS (SELECT DISTINCT account_id FROM paid WHERE starts_on <= $start AND until > $start)
        SELECT count(*) FILTER (account_id NOT IN (SELECT account_id FROM paid
            WHERE starts_on <= least($end, $today + 1) AND until > least($end, $today + 1))), count(*), count(*)
        FROM start""",
    "time_spent_selling": """
        SELECT sum(duration_minutes) FILTER (is_selling), sum(duration_minutes), count(*),
            sum(duration_minutes::DOUBLE * duration_minutes) FILTER (is_selling),
            sum(duration_minutes::DOUBLE * duration_minutes)
        FROM activity WHERE is_done AND duration_minutes > 0 AND occurred_on >= $start AND occurred_on < $end""",
    "arr": f"SELECT sum(monthly) * 12, count(*), count(*) FROM ({_PAYING})",
    "nrr": f"{_BOTH_ENDS} SELECT sum(coalesce(z, 0)), sum(a), count(*) FROM both_ WHERE a > 0",
    "grr": f"{_BOTH_ENDS} SELECT sum(least(coalesce(z, 0), a)), sum(a), count(*) FROM both_ WHERE a > 0",
    "new_recurring_revenue": f"""{_BOTH_ENDS} SELECT sum(z), count(*), count(*) FROM both_
        WHERE coalesce(a, 0) = 0 AND z IS NOT NULL""",
    "discount_rate": f"SELECT (l - s)::BIGINT, l::BIGINT, n FROM ({_LISTED})",
    "price_realisation": f"SELECT s::BIGINT, l::BIGINT, n FROM ({_LISTED})",
    "lead_conversion": """SELECT count(*) FILTER (is_converted AND converted_on < created_on + 90), count(*), count(*)
        FROM lead WHERE created_on >= $start AND created_on < $end""",
}
