"""What several checks read beside a record, joined once for all of them."""

from salesops.data_quality._check import Lent

LEAST_ALIKE = 30  # of deals before anything is called usual among them
NEVER_LONGER = 0.95

STAGE = Lent(
    "s",
    """LEFT JOIN (
        SELECT *, bool_or(is_pitched) OVER whole AS has_pitched,
            count(*) FILTER (outcome = 'open') OVER whole AS open_stages,
            bit_or(CASE WHEN outcome = 'open' AND is_active IS NOT FALSE AND position < 62
                THEN CAST(1 AS BIGINT) << position ELSE 0 END) OVER whole AS stages_in_use
        FROM pipeline_stage WINDOW whole AS (PARTITION BY pipeline)
    ) s ON s.pipeline = x.pipeline AND s.stage = x.stage""",
)
OWNER = Lent("p", "LEFT JOIN person p ON p.id = x.owner_id")
# Where an open deal has been in the pipeline it is in, by what was recorded.
HISTORY = Lent(
    "h",
    """LEFT JOIN (
        SELECT v.opportunity_id, max(v.valid_from) FILTER (v.change_source = 'history') AS changed_at,
            min(v.stage_position) FILTER (v.outcome = 'open') AS first_position,
            max(v.stage_position) FILTER (v.outcome = 'open') AS furthest_position,
            bit_or(CASE WHEN v.outcome = 'open' AND v.stage_position < 62
                THEN CAST(1 AS BIGINT) << v.stage_position ELSE 0 END) AS visited
        FROM opportunity_version v
        JOIN opportunity o ON o.id = v.opportunity_id AND NOT o.is_closed AND o.pipeline = v.pipeline
        WHERE v.change_source <> 'snapshot' GROUP BY 1
    ) h ON h.opportunity_id = x.id""",
)
# The last day anything was done for an open deal.
ACTIVITY = Lent(
    "t",
    """LEFT JOIN (
        SELECT a.opportunity_id, max(a.occurred_on) AS last_on FROM activity a
        JOIN opportunity o ON o.id = a.opportunity_id AND NOT o.is_closed
        WHERE a.is_done IS NOT FALSE AND a.occurred_on <= $today GROUP BY 1
    ) t ON t.opportunity_id = x.id""",
)
# How many days nearly all deals won within a year spent in a stage, visits added up.
LIVED = Lent(
    "w",
    f"""LEFT JOIN (
        SELECT pipeline, stage, CAST(ceil(quantile_cont(days, {NEVER_LONGER})) AS INTEGER) AS days FROM (
            SELECT v.pipeline, v.stage, v.opportunity_id,
                sum(epoch(v.valid_to) - epoch(v.valid_from)) / 86400 AS days
            FROM opportunity_version v JOIN opportunity o ON o.id = v.opportunity_id
                AND o.is_won AND o.closed_on > $today - 365
            WHERE v.outcome = 'open' AND v.change_source <> 'snapshot' GROUP BY ALL)
        GROUP BY 1, 2 HAVING count(*) >= {LEAST_ALIKE}
    ) w ON w.pipeline = x.pipeline AND w.stage = x.stage""",
)
# What deals of a type are usually worth, on the scale of logarithms, where twice and half are as far.
USUAL = Lent(
    "u",
    f"""LEFT JOIN (
        SELECT type, quartiles[2] AS middle, (quartiles[3] - quartiles[1]) / 1.349 AS spread FROM (
            SELECT coalesce(type, '') AS type, quantile_cont(ln(value_minor), [0.25, 0.5, 0.75]) AS quartiles
            FROM opportunity WHERE value_minor > 0 AND outcome IN ('open', 'won')
            GROUP BY 1 HAVING count(*) >= {LEAST_ALIKE})
    ) u ON u.type = coalesce(x.type, '')""",
)
# Accounts whose open deals are in more than one currency.
MIXED = Lent(
    "m",
    """LEFT JOIN (
        SELECT account_id, string_agg(DISTINCT currency, ', ' ORDER BY currency) AS currencies
        FROM opportunity WHERE NOT is_closed AND account_id IS NOT NULL AND amount_minor IS NOT NULL
        GROUP BY 1 HAVING min(currency) <> max(currency)
    ) m ON m.account_id = x.account_id""",
)
LINES = Lent(
    "l",
    "LEFT JOIN (SELECT DISTINCT opportunity_id FROM opportunity_line) l ON l.opportunity_id = x.id",
)
CONTACTS = Lent(
    "k",
    "LEFT JOIN (SELECT DISTINCT account_id FROM contact) k ON k.account_id = x.account_id",
)
# Open deals of an account or of a person, with their money.
DEALS_OF_ACCOUNT = Lent(
    "d",
    """LEFT JOIN (
        SELECT account_id, count(*) AS deals, CAST(sum(value_minor) AS BIGINT) AS value_minor
        FROM opportunity WHERE NOT is_closed GROUP BY 1
    ) d ON d.account_id = x.id""",
)
DEALS_OF_PERSON = Lent(
    "d",
    """LEFT JOIN (
        SELECT owner_id, count(*) AS deals, CAST(sum(value_minor) AS BIGINT) AS value_minor
        FROM opportunity WHERE NOT is_closed GROUP BY 1
    ) d ON d.owner_id = x.id""",
)
