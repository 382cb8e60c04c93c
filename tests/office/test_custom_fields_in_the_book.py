"""Fields of a company's own are typed columns of the book: counted, split by and filtered as any other, on any day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from salesops.actions.changing import changing
from salesops.actions.define_field import define_field, edit_field
from salesops.actions.edit_record import edit_record, version_now
from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.question import expression
from salesops.book.settings import Segment, Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.jobs.following import follow, is_followed
from salesops.kpis import KPIS
from salesops.records.custom_field import CustomField
from salesops.records.models import Account, Opportunity, PipelineStage
from tests.office.readers import Office

pytestmark = pytest.mark.django_db(transaction=True)

MAY, JUNE, LATER = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (5, 6, 7))
NOW = fixed_clock(LATER)
FIELDS = (
    ("opportunity", "Tier", "choice"), ("opportunity", "Fee", "money"), ("opportunity", "Fit", "number"),
    ("opportunity", "Go live", "date"), ("opportunity", "Sponsor", "person"), ("opportunity", "Note", "text"),
    ("account", "Health", "choice"),
)  # fmt: skip


@pytest.fixture
def folder(office: Office, tmp_path: Path) -> Path:
    """Three won deals of three people; Bob's says gold in May and silver from June on."""
    PipelineStage.objects.create(pipeline="Sales", stage="Won", position=1, outcome="won")
    Opportunity.objects.all().delete()  # they are of today, and these of May
    with changing(None, "create", fixed_clock(MAY)):
        for name in ("alice", "bob", "charlie"):
            Opportunity.objects.create(
                id=f"{name}-won", name=name, owner_id=name, account_id=f"{name}-account", pipeline="Sales",
                stage="Won", amount_minor=1_000, currency="USD", created_at=MAY, close_date=MAY.date(),
            )  # fmt: skip
    for noun, label, kind in FIELDS:
        define_field(office.ravi, noun, label, kind, fixed_clock(MAY), choices="gold\nsilver")
    bob = {
        "tier": "gold", "fee": 12_345, "fit": "7.25", "go_live": "2026-09-01", "sponsor": "alice", "note": "N"
    }  # fmt: skip
    given = {f"custom.{key}": value for key, value in bob.items()}
    edit_record(office.bob, Opportunity, "bob-won", given, fixed_clock(MAY))
    edit_record(office.bob, Account, "bob-account", {"custom.health": "gold"}, fixed_clock(MAY))
    edit_record(office.bob, Opportunity, "bob-won", {"custom.tier": "silver"}, fixed_clock(JUNE))
    follow(tmp_path / "book", NOW)
    return tmp_path / "book"


def _won(book: Book, by: str, name: str = "win_rate") -> dict[str, int]:
    return {f.label[0]: f.n for f in book.measure(name, by=by).figures}


def test_each_kind_is_a_typed_column_of_now_and_of_the_past(folder: Path) -> None:
    engine = DuckDBEngine(folder)
    columns = (
        "custom_tier, custom_fee_minor, custom_fit, custom_go_live, custom_sponsor_id, custom_note"
    )
    said = engine.run(f"SELECT {columns} FROM opportunity WHERE id = 'bob-won'").rows
    assert said == [("silver", 12_345, Decimal("7.25"), date(2026, 9, 1), "alice", "N")]
    past = engine.run(
        "SELECT custom_tier, custom_fee_minor FROM opportunity_version "
        "WHERE opportunity_id = 'bob-won' ORDER BY valid_from"
    ).rows
    assert past[-2:] == [("gold", 12_345), ("silver", 12_345)]
    assert engine.run("SELECT custom_health FROM account WHERE id = 'bob-account'").rows == [
        ("gold",)
    ]


def test_numbers_are_split_and_filtered_by_a_field_as_of_any_day(folder: Path) -> None:
    book = Book(DuckDBEngine(folder))
    assert _won(book, "custom_tier") == {"silver": 1, "Not set": 2}
    assert _won(book.as_of("2026-05-31"), "custom_tier") == {"gold": 1, "Not set": 2}
    assert _won(book, "custom_sponsor") == {"Alice": 1, "Not set": 2}
    assert _won(book, "account_custom_health") == {"gold": 1, "Not set": 2}
    for condition, found in (
        ("custom_fee > 100", 1),  # USD 123.45
        ("custom_fee > 124", 0),
        ("custom_fit = 7.25 and custom_go_live < '2026-10-01'", 1),
        ("custom_sponsor.name = 'Alice' and account.custom_health = 'gold'", 1),
    ):
        assert book.where(condition).measure("win_rate").figure.n == found, condition
    parts = [Segment(name="Top", criterion="custom_tier = 'silver'")]
    split = Book(DuckDBEngine(folder), Settings(segments=parts))
    assert _won(split, "segment") == {"Top": 1, "In no segment": 2}
    with pytest.raises(Refusal, match="custom_teir"):
        book.where("custom_teir = 'gold'")


def test_whatever_says_it_can_be_split_by_a_field_can(folder: Path) -> None:
    book, asked = Book(DuckDBEngine(folder)), 0
    for name, kpi in KPIS.items():
        for split in book.can_split(name) if kpi.rows is not None else ():
            if "custom" in split:
                for at in (None, MAY):
                    question = dataclasses.replace(book, at=at)._question(kpi, (split,))
                    assert expression(question)[0].columns[0] == "g0", (name, split)
                asked += 1
    assert asked > 60
    assert "custom_tier" not in book.can_split("quota")
    assert "account_custom_health" in book.can_split("arpa")


def test_a_reader_counts_by_a_field_among_their_own(folder: Path) -> None:
    for owners, found in (
        (("bob", "alice"), {"silver": 1, "Not set": 1}),
        (("charlie",), {"Not set": 1}),
    ):
        scope = Scope(owner_ids=owners)
        book = Book(ScopedEngine(folder, scope), scope=scope)
        assert _won(book, "custom_tier") == found
        seen = book.engine.run("SELECT count(custom_tier) FROM opportunity").rows
        assert seen == [(sum(n for label, n in found.items() if label == "silver"),)]


def test_a_value_reaches_the_book_by_a_delta_and_a_definition_by_a_new_base(
    folder: Path, office: Office, tmp_path: Path
) -> None:
    edit_record(office.alice, Opportunity, "alice-won", {"custom.tier": "gold"}, fixed_clock(LATER))
    assert not is_followed(folder)
    by_delta = follow(folder, NOW)
    assert by_delta.delta
    assert _won(Book(DuckDBEngine(folder)), "custom_tier") == {"gold": 1, "silver": 1, "Not set": 1}
    follow(tmp_path / "anew", NOW)
    for table in ("opportunity", "opportunity_version", "account"):
        ask = f"SELECT * FROM {table} ORDER BY ALL"
        assert DuckDBEngine(folder).run(ask) == DuckDBEngine(tmp_path / "anew").run(ask)
    field = CustomField.objects.get(pk="opportunity.tier")
    edit_field(office.ravi, field.pk, {"is_active": False}, NOW, seen=version_now(field))
    assert not is_followed(folder)
    without = follow(folder, NOW)
    assert not without.delta
    assert is_followed(folder)
    assert "custom_tier" not in [c.name for c in without.custom]
    assert "custom_tier" not in Book(DuckDBEngine(folder)).can_split("win_rate")


def test_what_was_written_past_the_actions_and_fits_not_stops_no_book(folder: Path) -> None:
    Opportunity.objects.filter(pk="charlie-won").update(
        custom={"fee": "much", "go_live": [1], "fit": {"a": 1}, "note": 5}
    )
    follow(folder, NOW)
    columns = "custom_fee_minor, custom_go_live, custom_fit, custom_note"
    said = DuckDBEngine(folder).run(f"SELECT {columns} FROM opportunity WHERE id = 'charlie-won'")
    assert said.rows == [(None, None, None, "5")]
