"""Key numbers are chosen by role, goal and stage: few, all of them there, each with a reason of its own."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from salesops.foundations.problem import Refusal
from salesops.insights import (
    GOALS,
    KEY_NUMBERS,
    ROLES,
    STAGES,
    choose,
    forget_key_numbers,
    keep_key_numbers,
    key_numbers,
)
from salesops.kpis import KPIS


def test_every_answer_gives_five_to_seven_numbers_each_once() -> None:
    for role, goal, stage in product(ROLES, GOALS, STAGES):
        found = [r.kpi for r in choose(role, goal, stage)]
        assert 5 <= len(found) <= 7, (role, goal, stage)
        assert len(set(found)) == len(found)
        assert set(found) <= set(KPIS)
        # Each answer has its say: what is aimed at comes first, and the others are among them.
        assert found[0] == GOALS[goal].reasons[0].kpi
        for answer in (ROLES[role], STAGES[stage]):
            assert set(found) & {r.kpi for r in answer.reasons}, (role, goal, stage)


def test_what_is_kept_is_shown_until_it_is_forgotten(tmp_path: Path) -> None:
    assert key_numbers(tmp_path) == KEY_NUMBERS
    keep_key_numbers(tmp_path, choose("seller", "speed", "growing"))
    assert key_numbers(tmp_path)[:2] == ("sales_cycle", "stage_conversion")
    forget_key_numbers(tmp_path)
    assert key_numbers(tmp_path) == KEY_NUMBERS


def test_an_answer_nobody_offers_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal, match="leader, operations, executive, seller"):
        choose("king", "speed", "growing")
