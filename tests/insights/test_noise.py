"""Where nothing depends on anything, nothing is said to."""

from __future__ import annotations

import pytest

from salesops.insights import INSIGHTS
from tests.insights.facts import noise

BOOKS = 40
# Those that compare; the rest count what is there, and noise has open deals and old ones too.
COMPARING = (
    "easy_territory",
    "one_seller",
    "quarter_end",
    "sandbagging",
    "strong_industry",
    "unwatched_losses",
    "weak_campaign",
    "weak_product",
    "weak_region",
    "weak_source",
)


@pytest.fixture(scope="module")
def alarms() -> list[tuple[int, str]]:
    """The book and the insight of every claim made over noise."""
    found = []
    for seed in range(BOOKS):
        book = noise(seed)
        found += [(seed, name) for name in COMPARING if INSIGHTS[name].look(book) is not None]
    return found


def test_noise_shows_nothing(alarms: list[tuple[int, str]]) -> None:
    """440 looks at one in a thousand each: one false alarm is luck, two are a fault."""
    assert len(alarms) <= 1, alarms


def test_the_noise_is_large_enough_to_be_looked_at() -> None:
    book = noise(3)
    closed, sources = book.engine.run(
        "SELECT count(*) FILTER (is_closed), count(DISTINCT source) FROM opportunity"
    ).rows[0]
    assert closed > 800
    assert sources == 6
