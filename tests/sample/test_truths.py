"""What was planted can be found by simple SQL, for any seed, and what was not cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from salesops.sample import offer
from salesops.sample.company import Company, simulate
from salesops.sample.truths import plant
from tests.sample.loaded import tables_of

SEEDS = (11, 12, 13)


class Planted:
    """A company of 2,500 opportunities and its tables."""

    def __init__(self, seed: int) -> None:
        self.company: Company = simulate(2500, seed)
        self.truths = self.company.truths
        self.work: duckdb.DuckDBPyConnection = tables_of(self.company)

    def ask(self, sql: str, **values: Any) -> Any:
        """The first column of the first row."""
        row = self.work.execute(sql, values or None).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture(scope="module", params=SEEDS, ids=lambda s: f"seed {s}")
def planted(request: pytest.FixtureRequest) -> Planted:
    """Companies of several seeds."""
    return Planted(request.param)


SHARE_WON = f"""
    SELECT avg(CASE WHEN o.stage = '{offer.WON}' THEN 1.0 ELSE 0 END)
    FROM opportunity o JOIN account a ON a.id = o.account_id
    WHERE o.stage LIKE 'Closed%' AND o.type <> 'Renewal' AND
"""


def test_deals_of_the_bad_source_are_won_less_than_half_as_often(planted: Planted) -> None:
    bad = planted.ask(f"{SHARE_WON} o.source = $s", s=planted.truths.bad_source)
    others = planted.ask(
        f"{SHARE_WON} o.source <> $s AND o.type = '{offer.NEW}'", s=planted.truths.bad_source
    )
    assert bad < 0.5 * others


def test_the_bad_source_needs_most_leads_for_a_deal(planted: Planted) -> None:
    found = planted.work.execute(
        "SELECT source, avg(is_converted::INT) FROM lead GROUP BY 1 ORDER BY 2 LIMIT 1"
    ).fetchone()
    assert found is not None
    assert found[0] == planted.truths.bad_source


def test_the_easy_territory_is_easy_for_whoever_works_it(planted: Planted) -> None:
    country, person = planted.truths.easy_territory, planted.truths.easy_person
    other_countries = planted.ask(f"{SHARE_WON} a.country <> $c", c=country)
    by_the_person = planted.ask(
        f"{SHARE_WON} a.country = $c AND o.owner_id = $p", c=country, p=person
    )
    by_colleagues = planted.ask(
        f"{SHARE_WON} a.country = $c AND o.owner_id <> $p", c=country, p=person
    )
    elsewhere = planted.ask(f"{SHARE_WON} a.country <> $c AND o.owner_id = $p", c=country, p=person)
    assert by_the_person > 1.3 * other_countries
    assert by_colleagues > 1.3 * other_countries
    assert elsewhere < 1.45 * other_countries


def test_the_easy_territory_is_mostly_one_persons(planted: Planted) -> None:
    share = planted.ask(
        "SELECT avg((o.owner_id = $p)::INT) FROM opportunity o JOIN account a ON a.id = o.account_id "
        "WHERE a.country = $c",
        c=planted.truths.easy_territory,
        p=planted.truths.easy_person,
    )
    assert 0.35 < share < 0.85


def test_the_slow_stage_was_slow_in_its_quarter_only(planted: Planted) -> None:
    truths = planted.truths
    stays = """
        WITH entered AS (
            SELECT stage, valid_from, lag(stage) OVER life AS former, opportunity_id
            FROM opportunity_version WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
        ), stay AS (
            SELECT stage, valid_from AS start, lead(valid_from) OVER life AS leaves FROM entered
            WHERE former IS DISTINCT FROM stage
            WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
        )
        SELECT median(date_diff('day', start, leaves)) FROM stay WHERE leaves IS NOT NULL
        AND stage = $stage AND (start >= $start AND start < $stop) = $inside
    """
    values = {"stage": truths.slow_stage, "start": truths.slow_from, "stop": truths.slow_to}
    slow = planted.ask(stays, **values, inside=True)
    usual = planted.ask(stays, **values, inside=False)
    assert slow > 1.7 * usual
    for stage in offer.STAGES:
        if stage.name != truths.slow_stage:
            values["stage"] = stage.name
            there = planted.ask(stays, **values, inside=True)
            assert there < 1.6 * planted.ask(stays, **values, inside=False)


def test_the_sandbagging_team_never_commits_and_wins_more_than_it_said(planted: Planted) -> None:
    rows = planted.work.execute(
        """
        WITH v AS (
            SELECT v.*, lag(amount_minor) OVER (PARTITION BY opportunity_id ORDER BY valid_from) AS said
            FROM opportunity_version v)
        SELECT t.team, median(v.amount_minor / v.said) FILTER (v.stage = $won AND v.said > 0),
            count(*) FILTER (v.forecast_category = 'commit')
        FROM v JOIN team_membership t ON t.person_id = v.owner_id
            AND t.valid_from <= v.valid_from AND t.valid_to > v.valid_from
        GROUP BY 1
        """,
        {"won": offer.WON},
    ).fetchall()
    for team, more, commits in rows:
        if team == planted.truths.sandbagging_team:
            assert more > 1.15
            assert commits == 0
        else:
            assert more == 1
            assert commits > 0


def test_copies_of_accounts_differ_only_in_how_they_are_written(planted: Planted) -> None:
    accounts = {a["id"]: a for a in planted.company.rows("account")}
    assert planted.truths.duplicate_accounts
    for original, copy in planted.truths.duplicate_accounts:
        one, other = accounts[original], accounts[copy]
        assert one["name"] != other["name"]
        assert one["website"] == other["website"]
        assert one["created_at"] <= other["created_at"]
    websites = [a["website"] for a in accounts.values()]
    assert len(websites) - len(set(websites)) == len(planted.truths.duplicate_accounts)


def test_copies_of_leads_are_the_same_person_written_in_once_more(planted: Planted) -> None:
    leads = {x["id"]: x for x in planted.company.rows("lead")}
    assert planted.truths.duplicate_leads
    for original, copy in planted.truths.duplicate_leads:
        assert leads[original]["email"].upper() == leads[copy]["email"]
        assert not leads[copy]["is_converted"]


def test_stale_deals_are_open_and_have_not_moved_for_long(planted: Planted) -> None:
    assert planted.truths.stale_opportunities
    still = planted.ask(
        """
        SELECT count(*) FROM opportunity o WHERE list_contains($ids, o.id)
        AND o.stage NOT LIKE 'Closed%' AND NOT EXISTS (
            SELECT 1 FROM (SELECT *, lag(stage) OVER (PARTITION BY opportunity_id ORDER BY valid_from)
                AS former FROM opportunity_version) v
            WHERE v.opportunity_id = o.id AND v.stage IS DISTINCT FROM v.former
            AND v.valid_from > $last - INTERVAL 120 DAY)
        """,
        ids=planted.truths.stale_opportunities,
        last=planted.company.until,
    )
    assert still == len(planted.truths.stale_opportunities)


def test_only_one_who_left_still_owns_open_deals(planted: Planted) -> None:
    owners = planted.work.execute(
        "SELECT DISTINCT o.owner_id FROM opportunity o JOIN person p ON p.id = o.owner_id "
        "WHERE o.stage NOT LIKE 'Closed%' AND p.left_on IS NOT NULL"
    ).fetchall()
    assert owners in ([(planted.truths.left_and_still_owns,)], [])


def test_what_has_no_effect_has_none(planted: Planted) -> None:
    """Renewals apart, whose share differs by product, no industry is far from the others."""
    rows = planted.work.execute(
        f"SELECT a.industry, avg(CASE WHEN o.stage = '{offer.WON}' THEN 1.0 ELSE 0 END), count(*) "
        "FROM opportunity o JOIN account a ON a.id = o.account_id "
        "WHERE o.stage LIKE 'Closed%' AND o.type <> 'Renewal' GROUP BY 1"
    ).fetchall()
    usual = sum(r[1] * r[2] for r in rows) / sum(r[2] for r in rows)
    for _, share, count in rows:
        spread = (usual * (1 - usual) / count) ** 0.5
        assert abs(share - usual) < 4.5 * spread


def test_truths_are_written_as_plain_json(tmp_path: Path) -> None:
    company = simulate(40, 1)
    company.truths.write(tmp_path / "truths.json")
    told = json.loads((tmp_path / "truths.json").read_text("utf-8"))
    assert told["slow_from"] == company.truths.slow_from.isoformat()
    assert told["bad_source"] == offer.BAD_SOURCE
    assert told["stale_opportunities"] == company.truths.stale_opportunities


def test_the_easy_territory_is_never_the_sandbaggers() -> None:
    from datetime import date
    from random import Random

    for seed in range(60):
        truths = plant(Random(seed), date(2026, 8, 28))
        assert truths.easy_team != truths.sandbagging_team
        assert truths.slow_from < truths.slow_to < date(2026, 2, 1)
