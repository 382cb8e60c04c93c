"""A problem is data with a place; a refusal is a sentence."""

import dataclasses

import pytest

from salesops.foundations.problem import Problem, Refusal, Severity

FAULT = Problem(
    "bad_day", Severity.BLANKED, "This is not a day.", "Write it as 2026-01-31.", "deals.csv", 7
)


def test_a_problem_names_its_place() -> None:
    assert (FAULT.file, FAULT.row, FAULT.column, FAULT.value) == ("deals.csv", 7, "", "")


def test_a_problem_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FAULT.row = 8  # type: ignore[misc]


def test_equal_problems_count_as_one() -> None:
    assert len({FAULT, dataclasses.replace(FAULT)}) == 1


def test_a_refusal_is_its_sentence_and_carries_what_was_found() -> None:
    refusal = Refusal("No file could be read.", (FAULT,))
    assert str(refusal) == "No file could be read."
    assert refusal.problems == (FAULT,)
    assert Refusal("No.").problems == ()
