"""A band is as wide as the past was noisy: it holds nineteen of twenty, knows seasons, and widens where little is known."""

from __future__ import annotations

from random import Random

import pytest

from salesops.foundations.expected_band import Band, Point, expected_band


def _series(values: list[float]) -> list[Point]:
    return [Point(place % 12, value) for place, value in enumerate(values)]


def _noise(seed: int, months: int = 36) -> list[float]:
    random = Random(seed)
    return [random.gauss(0, 1) for _ in range(months)]


def _band(values: list[float], now: float, rows: int = 0) -> Band:
    past = [Point(p.month, p.value, 100 if rows else 0) for p in _series(values)]
    found = expected_band(past, Point(len(values) % 12, now, rows))
    assert found is not None
    return found


def test_of_noise_some_nineteen_in_twenty_lie_inside_and_surprises_are_as_rare_as_they_say() -> (
    None
):
    found = [_band(_noise(seed), Random(-seed - 1).gauss(0, 1)) for seed in range(300)]
    outside = sum(
        not b.low <= Random(-seed - 1).gauss(0, 1) <= b.high for seed, b in enumerate(found)
    )
    assert 6 <= outside <= 25
    assert sum(b.chance < 0.01 for b in found) <= 9
    assert sum(b.chance < 0.001 for b in found) <= 2


@pytest.mark.parametrize("seed", range(4))
def test_what_far_exceeds_all_noise_is_found_and_a_season_of_the_same_size_is_not(
    seed: int,
) -> None:
    noise = _noise(seed)
    assert _band(noise, 8.0).chance < 0.001
    assert _band(noise, 8.0).is_far
    # Every first month of a year is as high as that.
    seasonal = [v + 8 * (place % 12 == 0) for place, v in enumerate(noise)]
    band = _band(seasonal, 8.0)
    assert band.low < 8 < band.high


def test_a_trend_and_the_months_of_a_quarter_are_expected_to_go_on() -> None:
    rising = [v + place / 2 + 6 * (place % 3 == 2) for place, v in enumerate(_noise(5, 38))]
    band = _band(rising, 38 / 2 + 6)
    assert band.low < 25 < band.high
    assert not band.low < 15 < band.high


def test_a_level_that_wanders_is_expected_where_it_was_last() -> None:
    level, walk = 0.0, []
    for step in _noise(9):
        level += step
        walk.append(level)
    assert abs(_band(walk, 0).expected - walk[-1]) < 2


def test_a_month_of_few_rows_is_given_more_room() -> None:
    few, usual = _band(_noise(1), 0, rows=10), _band(_noise(1), 0, rows=100)
    assert few.high - few.low > 2 * (usual.high - usual.low)


def test_with_less_than_two_years_or_no_noise_at_all_there_is_no_band() -> None:
    assert expected_band(_series(_noise(1, 23)), Point(11, 0)) is None
    assert expected_band(_series([5.0] * 30), Point(6, 5.0)) is None
