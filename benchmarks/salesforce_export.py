"""A made-up Salesforce export of any size, written by DuckDB: the same size gives the same bytes.

Every opportunity has five rows of history that walk through the stages, or ten of which every seventh deal's go back
once; every eighth is still open. The last row of history is what the opportunity says now, as it is in a real export.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

PERSONS_A_DEAL = 1 / 5_000
FIRST_DAY = "TIMESTAMP '2023-01-01 08:00:00'"
SPAN_SECONDS = 3 * 365 * 86_400

# Deterministic numbers: `draw(k)` is a whole number from 0 to 9,999 that depends on the deal and `k` alone.
_DEALS = f"""
    CREATE TABLE deal AS
    WITH drawn AS (
        SELECT i, CAST({FIRST_DAY} + to_seconds((hash(i, 1) % {SPAN_SECONDS})::BIGINT) AS TIMESTAMP) AS born,
            (hash(i, 2) % 10000)::BIGINT AS luck, (hash(i, 3) % 10000)::BIGINT AS size,
            (hash(i, 4) % 80)::BIGINT + 12 AS days,
            (hash(i, 5) % $accounts)::BIGINT AS account, (hash(i, 6) % $persons)::BIGINT AS person,
            (hash(i, 7) % 6)::BIGINT AS source, (hash(i, 8) % 4)::BIGINT AS kind
        FROM range($size) r(i))
    SELECT *,
        CASE WHEN i % 8 = 0 THEN 'open' WHEN luck < 3600 THEN 'won' WHEN luck < 8500 THEN 'lost'
            ELSE 'no_decision' END AS ending,
        1000 + size * 37 + size * size // 150 AS amount
    FROM drawn
"""
_WALKS = {
    5: (
        "list_extract(['Prospecting', 'Qualification', 'Proposal', 'Negotiation', 'Negotiation'], s.n)"
    ),
    10: (
        "list_extract(CASE WHEN d.i % 7 = 3 THEN ['Prospecting', 'Prospecting', 'Qualification', 'Proposal', "
        "'Qualification', 'Qualification', 'Proposal', 'Negotiation', 'Negotiation', 'Negotiation'] "
        "ELSE ['Prospecting', 'Prospecting', 'Qualification', 'Qualification', 'Proposal', 'Proposal', 'Proposal', "
        "'Negotiation', 'Negotiation', 'Negotiation'] END, s.n)"
    ),
}
_STATES = """
    CREATE TABLE state AS
    SELECT d.i, s.n, d.person,
        CAST(d.born + to_seconds((d.days * 86400 // ($states - 1))::BIGINT * (s.n - 1) + CASE WHEN s.n > 1
            THEN i % 20000 ELSE 0 END) AS TIMESTAMP) AS since,
        CASE WHEN s.n < $states OR d.ending = 'open' THEN $walk
            WHEN d.ending = 'won' THEN 'Closed Won' WHEN d.ending = 'lost' THEN 'Closed Lost'
            ELSE 'Closed No Decision' END AS stage,
        CASE WHEN s.n = 1 AND d.i % 10 < 3 THEN NULL ELSE d.amount + (s.n - $states) * (d.luck % 50) END AS amount,
        CAST(d.born + to_seconds(d.days * 86400 - CASE WHEN d.ending = 'open' AND d.i % 3 > 0
            THEN 0 ELSE ($states - s.n) * 86400 END) AS DATE) AS closes
    FROM deal d, (SELECT unnest(range(1, $states + 1)) AS n) s
"""
_ID = "'{prefix}5g' || lpad(CAST({number} AS VARCHAR), 10, '0') || 'AAA'"
_STAMP = "strftime({0}, '%Y-%m-%d %H:%M:%S')"
_CHANCE = """CASE {0} WHEN 'Prospecting' THEN 10 WHEN 'Qualification' THEN 25 WHEN 'Proposal' THEN 50
    WHEN 'Negotiation' THEN 75 WHEN 'Closed Won' THEN 100 ELSE 0 END"""
_CATEGORY = """CASE {0} WHEN 'Prospecting' THEN 'Pipeline' WHEN 'Qualification' THEN 'Pipeline'
    WHEN 'Proposal' THEN 'BestCase' WHEN 'Negotiation' THEN 'Forecast' WHEN 'Closed Won' THEN 'Closed'
    ELSE 'Omitted' END"""


def write_export(folder: Path, size: int, *, whole: bool = False, states: int = 5) -> list[Path]:
    """The files of an export with `size` opportunities of `states` versions, 5 or 10; written once, then found again.

    `whole` adds what else a KPI asks for: activities, quotas, costs and recurring revenue.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / ".written"
    if not done.exists():
        with duckdb.connect() as connection:
            _write(connection, folder, size, states)
        done.touch()
    names = [*_FILES, *(_MORE if whole else ())]
    return [folder / f"{name}.csv" for name in names]


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, size: int, states: int) -> None:
    connection.execute("SET threads = 2")
    connection.execute("SET memory_limit = '4GB'")
    persons = max(20, int(size * PERSONS_A_DEAL))
    accounts = max(10, size // 5)
    counts = {"persons": persons, "accounts": accounts, "states": states}
    connection.execute(_DEALS, {"size": size, "persons": persons, "accounts": accounts})
    connection.execute(_STATES.replace("$walk", _WALKS[states]).replace("$states", str(states)))
    for name, select in {**_FILES, **_MORE}.items():
        text = select
        for word, count in counts.items():
            text = text.replace(f"${word}", str(count))
        target = str(folder / f"{name}.csv").replace("'", "''")
        connection.execute(f"COPY ({text}) TO '{target}' (HEADER, FORCE_QUOTE *)")


def _id(prefix: str, number: str) -> str:
    return _ID.format(prefix=prefix, number=number)


_FILES = {
    "User": f"""
        SELECT {_id("005", "i")} AS Id, 'Person ' || i AS Name, 'person' || i || '@example.com' AS Email,
            'Team ' || (i % 20) AS Team__c, '1' AS IsActive, '2022-12-01 08:00:00' AS CreatedDate,
            '2026-01-05 08:00:00' AS SystemModstamp
        FROM range($persons) r(i)
    """,
    "Account": f"""
        SELECT {_id("001", "i")} AS Id, '0' AS IsDeleted, 'Company ' || i AS Name,
            list_extract(['Software', 'Retail', 'Health', 'Energy', 'Media'], i % 5 + 1) AS Industry,
            list_extract(['Germany', 'France', 'Spain', 'Poland'], i % 4 + 1) AS BillingCountry,
            'Region ' || (i % 30) AS BillingState, {_id("005", "i % $persons")} AS OwnerId,
            '2022-12-02 08:00:00' AS CreatedDate, {_id("005", "0")} AS CreatedById,
            '2026-01-05 08:00:00' AS SystemModstamp
        FROM range($accounts) r(i)
    """,
    "Opportunity": f"""
        SELECT {_id("006", "d.i")} AS Id, '0' AS IsDeleted, {_id("001", "d.account")} AS AccountId,
            'Deal ' || d.i || ', ' || d.kind AS Name, '' AS Description, s.stage AS StageName,
            CAST(s.amount AS DECIMAL(18,2)) AS Amount, {_CHANCE.format("s.stage")} AS Probability,
            CAST(s.amount AS DECIMAL(18,2)) AS ExpectedRevenue, s.closes || ' 00:00:00' AS CloseDate,
            list_extract(['New', 'Expansion', 'Renewal', 'New'], d.kind + 1) AS Type,
            CASE WHEN d.ending = 'open' AND d.i % 3 > 0 THEN 'Call them' END AS NextStep,
            list_extract(['Web', 'Partner', 'Event', 'Referral', 'Cold call', 'Mail'], d.source + 1)
                AS LeadSource,
            CASE WHEN d.ending = 'open' THEN '0' ELSE '1' END AS IsClosed,
            CASE WHEN d.ending = 'won' THEN '1' ELSE '0' END AS IsWon,
            {_CATEGORY.format("s.stage")} AS ForecastCategory, '000000000000000AAA' AS CampaignId,
            {_id("005", "d.person")} AS OwnerId, {_STAMP.format("d.born")} AS CreatedDate,
            {_id("005", "d.person")} AS CreatedById, {_STAMP.format("s.since")} AS LastModifiedDate,
            {_id("005", "d.person")} AS LastModifiedById, {_STAMP.format("s.since")} AS SystemModstamp,
            CASE WHEN d.ending = 'lost' THEN list_extract(['Price', 'Features', 'Timing'], d.i % 3 + 1) END
                AS Loss_Reason__c
        FROM deal d JOIN state s ON s.i = d.i AND s.n = $states
    """,
    "OpportunityHistory": f"""
        SELECT {_id("008", "s.i * $states + s.n")} AS Id, '0' AS IsDeleted, {_id("006", "s.i")} AS OpportunityId,
            {_id("005", "s.person")} AS CreatedById, {_STAMP.format("s.since")} AS CreatedDate,
            s.stage AS StageName, CAST(s.amount AS DECIMAL(18,2)) AS Amount,
            CAST(s.amount AS DECIMAL(18,2)) AS ExpectedRevenue, s.closes || ' 00:00:00' AS CloseDate,
            {_CHANCE.format("s.stage")} AS Probability, {_CATEGORY.format("s.stage")} AS ForecastCategory,
            {_STAMP.format("s.since")} AS SystemModstamp
        FROM state s
    """,
}
_MORE = {
    "Event": f"""
        SELECT {_id("00U", "s.i * $states + s.n")} AS Id, '0' AS IsDeleted, 'Talk ' || s.n AS Subject,
            {_id("005", "s.person")} AS OwnerId, {_id("006", "s.i")} AS WhatId,
            list_extract(['Call', 'Meeting', 'Internal', 'Email'], CAST(s.i + s.n AS BIGINT) % 4 + 1) AS Type,
            {_STAMP.format("s.since + INTERVAL 3 HOUR")} AS StartDateTime,
            (CAST(s.i AS BIGINT) % 6 + 1) * 15 AS DurationInMinutes,
            {_STAMP.format("s.since")} AS CreatedDate, {_STAMP.format("s.since")} AS SystemModstamp
        FROM state s WHERE s.n <= 2
    """,
    "quota": f"""
        SELECT {_id("005", "i")} AS person_id, DATE '2023-01-01' + to_months(CAST(q * 3 AS INTEGER)) AS starts_on,
            DATE '2023-01-01' + to_months(CAST(q * 3 + 3 AS INTEGER)) AS ends_on,
            40000000 + (hash(i, q) % 20) * 1000000 AS amount
        FROM range($persons) r(i), range(12) t(q)
    """,
    "cost": """
        SELECT CAST(DATE '2023-01-15' + to_months(CAST(m AS INTEGER)) AS DATE) AS booked_on,
            list_extract(['sales', 'marketing', 'account_management'], f % 3 + 1) AS function,
            list_extract(['salary', 'travel', 'tools'], f // 3 + 1) AS category, 'Team ' || t AS team,
            20000 + (hash(m, f, t) % 5000) AS amount
        FROM range(36) x(m), range(9) y(f), range(20) z(t)
    """,
    "recurring_revenue": f"""
        SELECT {_id("001", "i")} AS account_id,
            CAST(DATE '2023-01-01' + CAST(hash(i, 1) % 900 AS INTEGER) AS DATE) AS starts_on,
            CASE WHEN i % 3 > 0 THEN CAST(DATE '2023-06-01' + CAST(hash(i, 1) % 900 + hash(i, 2) % 400
                AS INTEGER) AS DATE) END AS ends_on,
            200 + hash(i, 3) % 9000 AS monthly_amount, 'USD' AS currency, 0.6 + (hash(i, 4) % 30) / 100
                AS gross_margin
        FROM range($accounts) r(i) WHERE i % 2 = 0
    """,
}
