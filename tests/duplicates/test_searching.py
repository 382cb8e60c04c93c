"""What looks like one thing is found, with its reasons; what merely has something in common is not."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest

from salesops.duplicates import KINDS
from salesops.duplicates.searching import Found, Pair, search
from salesops.duplicates.weighing import Model, known_beforehand, makes_sense
from tests.duplicates.febrl import febrl
from tests.duplicates.spoilt import Row, measured, people, table, true_pairs

ACCOUNT = "id parent_id name website phone country region".split()
CONTACT = "id account_id name first_name last_name email phone title".split()
LEAD = "id name company email is_converted".split()


def rows(columns: Sequence[str], text: str) -> list[Row]:
    """Rows drawn one a line, values apart by `|`, a dash for nothing."""
    drawn = []
    for line in text.strip().splitlines():
        values = [v.strip() for v in line.split("|")]
        drawn.append(
            {
                c: None if v == "-" else v
                for c, v in zip(columns, values + ["-"] * (len(columns) - len(values)), strict=True)
            }
        )
    return drawn


def found(noun: str, columns: Sequence[str], text: str, new: list[str] | None = None) -> Found:
    """What is found among the rows drawn."""
    with duckdb.connect() as work:
        table(work, "drawn", rows(columns, text))
        if noun == "lead":
            work.execute("ALTER TABLE drawn ALTER is_converted TYPE BOOLEAN")
        return search(work, KINDS[noun], "drawn", new=new)


def keys(of: Found) -> list[tuple[str, str]]:
    """The pairs alone, strongest first."""
    return [(p.left, p.right) for p in of.pairs]


def test_an_account_is_known_under_other_spellings_and_not_by_a_word_in_common() -> None:
    of = found(
        "account",
        ACCOUNT,
        """
        a1 | -  | Acme Inc.           | https://www.acme.com | +1 415 555 0100     | United States | CA
        a2 | -  | ACME Incorporated   | acme.com             | -                   | United States | -
        a3 | -  | Acme Logistics GmbH | acme-logistics.de    | -                   | Germany       | -
        a4 | a1 | Acme Holding        | acme.com             | -                   | United States | -
        a5 | -  | Globex              | globex.com           | 030 1234567         | Germany       | Berlin
        a6 | -  | Globx GmbH          | http://globex.com/   | +49 (30) 1234567    | Germany       | Berlin
        a7 | -  | Northwind Traders   | northwind.com        | -                   | France        | -
        a8 | -  | Southwind Traders   | southwind.com        | -                   | France        | -
        """,
    )
    assert keys(of) == [("a5", "a6"), ("a1", "a2")]
    assert {(r.field, r.words) for r in of.pairs[1].why} == {
        ("Name", "the same"),
        ("Website", "the same"),
        ("Country and region", "the same country"),
    }
    assert all(r.weight > 0 for r in of.pairs[1].why)


def test_a_contact_is_known_by_name_and_number_and_not_by_the_switchboard() -> None:
    of = found(
        "contact",
        CONTACT,
        """
        c1 | a1 | Ana Reyes  | Ana  | Reyes | ana.reyes@acme.com    | 415-555-0101      | CFO
        c2 | a2 | Reyes, Ana | -    | -     | a.reyes@acme.com      | +1 (415) 555 0101 | -
        c3 | a5 | Paul Weber | Paul | Weber | paul.weber@globex.com | 030 1234567       | Buyer
        c4 | a5 | Mia Stone  | Mia  | Stone | mia.stone@globex.com  | 030 1234567       | Buyer
        c5 | -  | -          | -    | -     | info@acme.com         | -                 | -
        c6 | -  | Support    | -    | -     | info@acme.com         | -                 | -
        """,
    )
    assert keys(of) == [("c1", "c2")]


def test_leads_are_compared_while_one_of_them_is_still_to_be_worked() -> None:
    drawn = """
        l1 | Ana Reyes | Acme Inc | ana@acme.com | true
        l2 | Ana Reyes | ACME     | ANA@ACME.COM | {}
        """
    assert keys(found("lead", LEAD, drawn.format("false"))) == [("l1", "l2")]
    assert keys(found("lead", LEAD, drawn.format("true"))) == []


def test_a_new_record_is_compared_with_all_and_the_others_are_not_again() -> None:
    of = found(
        "account",
        ACCOUNT,
        """
        a1 | - | Initech Systems | initech.com | - | - | -
        a2 | - | Initech Systems | initech.com | - | - | -
        a3 | - | Globex          | globex.com  | - | - | -
        a4 | - | Globex Inc      | globex.com  | - | - | -
        """,
        new=["a4"],
    )
    assert keys(of) == [("a3", "a4")]


def test_febrl_like_people_are_found_with_an_f1_of_97_in_a_hundred_and_reasons_add_up() -> None:
    made = people(seed=3, originals=500, duplicates=200)
    truth = true_pairs(made)
    with duckdb.connect() as work:
        table(work, "people", made)
        of = search(work, febrl, "people")
    precision, _, f1 = measured(set(keys(of)), truth)
    assert precision >= 0.99
    assert f1 >= 0.97
    assert of.model.learned
    assert all(_adds_up(p, of.model) for p in of.pairs)


def _adds_up(pair: Pair, model: Model) -> bool:
    import math

    before = math.log2(model.prior / (1 - model.prior))
    return abs(before + sum(r.weight for r in pair.why) - pair.weight) < 0.5


def test_what_was_learned_is_kept_only_while_the_fields_are_the_same() -> None:
    model = known_beforehand(KINDS["lead"], 10)
    assert Model.of_json(KINDS["lead"], model.as_json()) == model
    assert Model.of_json(KINDS["account"], model.as_json()) is None


@pytest.mark.parametrize(
    ("shares", "does"),
    [
        ([(0.8, 0.01), (0.1, 0.02), (0.1, 0.97)], True),
        ([(0.1, 0.01), (0.1, 0.02), (0.8, 0.97)], False),  # the different ones taken for the same
        ([(0.1, 0.1), (0.6, 0.02), (0.3, 0.88)], False),
    ],
)
def test_what_contradicts_itself_is_not_learned(
    shares: list[tuple[float, float]], does: bool
) -> None:
    assert makes_sense(shares) is does
