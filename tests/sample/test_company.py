"""Whatever the seed and the size, the simulated company obeys the calendar and its own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise
from random import Random

import pytest

from salesops.foundations.problem import Refusal
from salesops.sample import offer
from salesops.sample.company import MOST, Company, Record, simulate
from salesops.sample.names import AccountNames
from salesops.tables import TABLES

CLOSED = set(offer.CLOSED)


@pytest.fixture(
    scope="module",
    params=[(1, 1), (5, 2), (20, 3), (400, 4), (900, 5), (900, 6)],
    ids=lambda p: f"size {p[0]}, seed {p[1]}",
)
def any_company(request: pytest.FixtureRequest) -> Company:
    """Small ones, of several seeds."""
    size, seed = request.param
    return simulate(size, seed)


def lives(company: Company) -> Iterator[list[Record]]:
    """The versions of one opportunity after another."""
    for _, versions in groupby(
        company.rows("opportunity_version"), lambda v: str(v["opportunity_id"])
    ):
        yield list(versions)


def test_the_size_is_the_number_of_opportunities(any_company: Company) -> None:
    assert sum(1 for _ in any_company.rows("opportunity")) == any_company.size


def test_every_table_is_told_and_has_only_declared_columns(any_company: Company) -> None:
    for name, table in TABLES.items():
        filled = {c.name for c in table.columns if not c.derived}
        for record in any_company.rows(name):
            assert record.keys() <= filled, name


def test_keys_are_unique(any_company: Company) -> None:
    for name, table in TABLES.items():
        keys = Counter(tuple(r[k] for k in table.key) for r in any_company.rows(name))
        assert not [k for k, n in keys.items() if n > 1], name


def test_every_reference_leads_to_a_record(any_company: Company) -> None:
    ids = {
        name: {r["id"] for r in any_company.rows(name)}
        for name in TABLES
        if "id" in TABLES[name].column
    }
    for name, table in TABLES.items():
        for column in table.columns:
            if column.refers_to and not column.derived:
                pointed = {r.get(column.name) for r in any_company.rows(name)} - {None}
                assert pointed <= ids[column.refers_to], f"{name}.{column.name}"


def test_nothing_happens_before_its_account_is_known(any_company: Company) -> None:
    known = {a["id"]: a["created_at"] for a in any_company.rows("account")}
    for deal in any_company.rows("opportunity"):
        assert deal["created_at"] >= known[deal["account_id"]]
    for activity in any_company.rows("activity"):
        if activity["account_id"]:
            assert activity["occurred_at"] >= known[activity["account_id"]]


def test_nothing_happens_after_the_last_day(any_company: Company) -> None:
    end = datetime.combine(any_company.ends_on, datetime.max.time())
    for name, column in (
        ("account", "created_at"),
        ("lead", "created_at"),
        ("opportunity_version", "valid_from"),
        ("activity", "occurred_at"),
    ):
        assert all(r[column] <= end for r in any_company.rows(name)), name


def test_states_follow_one_another_and_the_last_is_the_state_now(any_company: Company) -> None:
    now = {d["id"]: d for d in any_company.rows("opportunity")}
    for versions in lives(any_company):
        moments = [v["valid_from"] for v in versions]
        deal = now[versions[0]["opportunity_id"]]
        assert moments == sorted(set(moments))
        assert moments[0] == deal["created_at"]
        assert all(versions[-1][k] == deal[k] for k in deal if k != "id")


def test_a_closed_deal_changes_no_more_unless_it_is_opened_again(any_company: Company) -> None:
    for versions in lives(any_company):
        for former, following in pairwise(versions):
            if former["stage"] in CLOSED:
                assert former["stage"] == offer.LOST
                assert following["stage"] not in CLOSED
                assert (following["valid_from"] - former["valid_from"]).days <= 35


def test_a_deal_closes_on_the_day_it_says(any_company: Company) -> None:
    for versions in lives(any_company):
        for version in versions:
            if version["stage"] in CLOSED:
                assert version["close_date"] == version["valid_from"].date()


def test_amounts_are_positive_but_for_lost_deals_set_to_nothing(any_company: Company) -> None:
    for version in any_company.rows("opportunity_version"):
        amount = version["amount_minor"]
        if amount == 0:
            assert version["stage"] in (offer.LOST, offer.NO_DECISION)
        assert amount is None or amount >= 0
    assert all(
        d["amount_minor"] > 0 for d in any_company.rows("opportunity") if d["stage"] == offer.WON
    )


def test_lines_add_up_to_the_amount(any_company: Company) -> None:
    sums: Counter[str] = Counter()
    for line in any_company.rows("opportunity_line"):
        assert line["amount_minor"] == int(line["quantity"]) * line["unit_price_minor"]
        assert 0 < line["unit_price_minor"] <= line["list_price_minor"]
        sums[line["opportunity_id"]] += line["amount_minor"]
    for deal in any_company.rows("opportunity"):
        assert sums[deal["id"]] == (deal["amount_minor"] or 0)


def test_shares_of_a_split_add_up_to_one(any_company: Company) -> None:
    for _, shares in groupby(
        any_company.rows("opportunity_split"), lambda s: str(s["opportunity_id"])
    ):
        parts = list(shares)
        assert sum(p["share"] for p in parts) == 1
        assert len({p["person_id"] for p in parts}) == len(parts)


def test_owners_are_employed_on_the_day(any_company: Company) -> None:
    """But for the one who left lately and whose deals were forgotten."""
    people = {p["id"]: (p["hired_on"], p["left_on"]) for p in any_company.rows("person")}
    forgotten = any_company.truths.left_and_still_owns
    owned = [
        (v["owner_id"], v["valid_from"].date()) for v in any_company.rows("opportunity_version")
    ]
    done = [(a["owner_id"], a["occurred_at"].date()) for a in any_company.rows("activity")]
    for person, day in owned + done:
        hired, left = people[person]
        assert hired <= day
        assert left is None or day <= left
    for deal in any_company.rows("opportunity"):
        if deal["stage"] not in CLOSED and deal["owner_id"] != forgotten:
            assert people[deal["owner_id"]][1] is None


def test_a_deal_belongs_to_the_team_of_its_owner_on_the_day(any_company: Company) -> None:
    teams = {d.id: offer.TEAMS[d.account.team].name for d in any_company.deals}
    places = list(any_company.rows("team_membership"))
    by_person: dict[str, list[Record]] = {}
    for place in places:
        by_person.setdefault(place["person_id"], []).append(place)
    for version in any_company.rows("opportunity_version"):
        day = version["valid_from"].date()
        there = [
            p["team"]
            for p in by_person[version["owner_id"]]
            if p["valid_from"] <= day < p["valid_to"]
        ]
        assert there in ([teams[version["opportunity_id"]]], [])


def test_places_of_a_person_neither_overlap_nor_leave_a_gap(any_company: Company) -> None:
    by_person: dict[str, list[Record]] = {}
    for place in any_company.rows("team_membership"):
        by_person.setdefault(place["person_id"], []).append(place)
    for places in by_person.values():
        for former, following in pairwise(places):
            assert former["valid_to"] == following["valid_from"]


def test_currencies_are_those_declared(any_company: Company) -> None:
    declared = {r["currency"] for r in any_company.rows("exchange_rate")}
    for name in ("account", "opportunity", "opportunity_line", "quota", "cost"):
        assert {r["currency"] for r in any_company.rows(name)} <= declared
    countries = {a["id"]: a["currency"] for a in any_company.rows("account")}
    for deal in any_company.rows("opportunity"):
        assert deal["currency"] == countries[deal["account_id"]]


def test_only_customers_are_sold_more_and_only_what_they_pay_is_renewed(
    any_company: Company,
) -> None:
    won: dict[str, datetime] = {}
    for versions in lives(any_company):
        last = versions[-1]
        if last["stage"] == offer.WON:
            account = last["account_id"]
            won[account] = min(won.get(account, last["valid_from"]), last["valid_from"])
    for deal in any_company.rows("opportunity"):
        if deal["type"] != offer.NEW:
            assert won[deal["account_id"]].date() <= deal["created_at"].date()


def test_subscriptions_last_and_do_not_overlap_themselves(any_company: Company) -> None:
    spans: dict[str, list[Record]] = {}
    for row in any_company.rows("recurring_revenue"):
        assert row["monthly_minor"] > 0
        assert row["ends_on"] is None or row["starts_on"] < row["ends_on"]
        spans.setdefault(row["id"].rsplit("-", 1)[0], []).append(row)
    for rows in spans.values():
        for former, following in pairwise(rows):
            assert former["ends_on"] == following["starts_on"]


def test_names_are_told_once_but_for_planted_copies(any_company: Company) -> None:
    copies = {copy for _, copy in any_company.truths.duplicate_accounts}
    names = Counter(
        a["name"].removesuffix(".") for a in any_company.rows("account") if a["id"] not in copies
    )
    assert not [n for n, times in names.items() if times > 1]
    deals = Counter((d["account_id"], d["name"]) for d in any_company.rows("opportunity"))
    assert not [n for n, times in deals.items() if times > 1]
    people = Counter(p["name"] for p in any_company.rows("person"))
    assert not [n for n, times in people.items() if times > 1]


def test_telling_a_table_twice_tells_the_same(any_company: Company) -> None:
    for name in TABLES:
        assert list(any_company.rows(name)) == list(any_company.rows(name)), name


def test_the_same_seed_gives_the_same_company_and_another_another() -> None:
    def first(seed: int) -> list[Record]:
        return list(simulate(60, seed).rows("opportunity"))

    assert first(8) == first(8)
    assert first(8) != first(9)


@pytest.mark.parametrize("size", [0, -3, MOST + 1])
def test_an_impossible_size_is_refused_in_words(size: int) -> None:
    with pytest.raises(Refusal, match="from 1 to"):
        simulate(size, 1)


def test_the_company_is_believable(company: Company) -> None:
    summary = company.summary()
    closed = summary["won"] + summary["lost"] + summary["no_decision"]
    assert 0.28 < summary["won"] / closed < 0.46
    assert 0.03 < summary["open"] / summary["opportunities"] < 0.15
    assert 3 < summary["versions"] / summary["opportunities"] < 8
    products = Counter(d.product for d in company.deals)
    assert products[0] > 2 * products[3]  # the cheap first product sells most
    months = Counter(d.now["close_date"].month % 3 for d in company.deals if d.is_won)
    assert months[0] > months[1] > months[2]  # signatures gather before a quarter ends


def test_the_summary_counts_what_the_tables_hold(company: Company) -> None:
    stages = Counter(d["stage"] for d in company.rows("opportunity"))
    summary = company.summary()
    assert summary["won"] == stages[offer.WON]
    assert summary["lost"] == stages[offer.LOST]
    assert summary["no_decision"] == stages[offer.NO_DECISION]
    assert summary["versions"] == sum(1 for _ in company.rows("opportunity_version"))
    assert summary["accounts"] == sum(1 for _ in company.rows("account"))


def test_there_are_names_enough_for_the_largest_company() -> None:
    names = AccountNames(Random(1))
    drawn = [names.another()[0] for _ in range(60_000)]
    assert len(set(drawn)) == len(drawn)
    assert not [n for n in drawn if any(c.isdigit() for c in n)]
