"""How long things last: the shares and intervals of published examples, and those worked out step by step."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from salesops.foundations.survival import Seen, aalen_johansen, kaplan_meier, median

# Weeks of remission, 6-mercaptopurine and placebo: Freireich and others 1963, Blood 21, 699–716, as in
# Gehan 1965; a plus was still in remission.
DRUG = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def weeks(text: str) -> list[Seen]:
    return [Seen(int(w.rstrip("+")), "" if w.endswith("+") else "relapse") for w in text.split()]


def test_the_published_curve_of_remission_is_found_with_its_intervals() -> None:
    # As Stata's and SAS's manuals print it, with log(-log) intervals.
    found = {
        s.time: (s.at_risk, s.ended, round(s.share, 4), round(s.low or 0, 4), round(s.high or 0, 4))
        for s in kaplan_meier(weeks(DRUG)).steps
    }
    assert found == {
        6: (21, 3, 0.8571, 0.6197, 0.9516),
        7: (17, 1, 0.8067, 0.5631, 0.9228),
        10: (15, 1, 0.7529, 0.5032, 0.8894),
        13: (12, 1, 0.6902, 0.4316, 0.8491),
        16: (11, 1, 0.6275, 0.3675, 0.8049),
        22: (7, 1, 0.5378, 0.2678, 0.7468),
        23: (6, 1, 0.4482, 0.1881, 0.6801),
    }


def test_the_published_medians_are_found_with_their_intervals() -> None:
    drug, placebo = median(kaplan_meier(weeks(DRUG))), median(kaplan_meier(weeks(PLACEBO)))
    assert (drug.value, drug.low, drug.high) == (23, 13, None)
    assert (placebo.value, placebo.low, placebo.high) == (8, 4, 11)


def test_without_an_end_nothing_is_known_of_the_median() -> None:
    curve = kaplan_meier([Seen(5, "", 3)])
    assert (curve.n, curve.steps, median(curve).value) == (3, (), None)
    assert curve.at(4).share == 1


def exact(rows: list[Seen], event: str) -> tuple[Fraction, Fraction]:
    """What goes on and what ended so at last, with fractions, by counting anew at each time."""
    going_on, share = Fraction(1), Fraction(0)
    for time in sorted({r.time for r in rows if r.event}):
        at_risk = sum(r.count for r in rows if r.entry < time <= r.time)
        ended = sum(r.count for r in rows if r.time == time and r.event and r.entry < time)
        hit = sum(r.count for r in rows if r.time == time and r.event == event and r.entry < time)
        if at_risk:
            share += going_on * Fraction(hit, at_risk)
            going_on *= 1 - Fraction(ended, at_risk)
    return going_on, share


def test_any_rows_give_what_counting_anew_gives_also_those_that_came_late() -> None:
    chance = random.Random(7)
    for _ in range(60):
        rows = [
            Seen(
                chance.randint(1, 9),
                chance.choice(["won", "lost", ""]),
                chance.randint(1, 3),
                chance.choice([float("-inf"), chance.randint(0, 8)]),
            )
            for _ in range(chance.randint(1, 15))
        ]
        going_on, won = exact(rows, "won")
        curve, incidence = kaplan_meier(rows), aalen_johansen(rows, ["won", "lost"])
        assert curve.at(9).share == pytest.approx(float(going_on))
        assert incidence["won"].at(9).share == pytest.approx(float(won))
        ended = sum(c.at(9).share for c in incidence.values())
        assert ended + curve.at(9).share == pytest.approx(1)


def test_with_one_kind_of_end_incidence_is_what_does_not_survive() -> None:
    # Then the delta method is Greenwood's formula, so that even the errors behind the intervals are the same.
    rows = weeks(DRUG)
    (incidence,) = aalen_johansen(rows, ["relapse"]).values()
    survival = kaplan_meier(rows)
    for ours, theirs in zip(incidence.steps, survival.steps, strict=True):
        assert ours.share == pytest.approx(1 - theirs.share)
        assert (ours.low or 0) < ours.share < (ours.high or 0)


def test_the_interval_of_an_incidence_without_censoring_is_that_of_a_share() -> None:
    # 100 deals all seen to their end: 30 won on day 5, 70 lost on day 9. The error of the share is then
    # √(p(1 − p) ÷ n), and the bounds p to the power of exp(±z · error ÷ (p · ln p)), worked out by hand.
    rows = [Seen(5, "won", 30), Seen(9, "lost", 70)]
    (step,) = aalen_johansen(rows, ["won"])["won"].steps
    assert step.share == pytest.approx(0.3)
    assert (round(step.low or 0, 4), round(step.high or 0, 4)) == (0.2136, 0.3911)


def test_what_came_late_is_at_risk_from_then_on_alone() -> None:
    # One ends at 2; another, first seen at 3, ends at 4: it is no reason to think that half outlived 2.
    curve = kaplan_meier([Seen(2, "end"), Seen(4, "end"), Seen(6, "end", 2, entry=3)])
    assert [(s.time, s.at_risk, s.ended) for s in curve.steps] == [(2, 2, 1), (4, 3, 1), (6, 2, 2)]
