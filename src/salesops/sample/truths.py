"""What was planted in the sample company, by name and id, so that whoever looks can be checked against it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from salesops.sample import offer

SLOW_FACTOR = 2.5
EASY_FACTOR = 1.9
BAD_FACTOR = next(s.factor for s in offer.SOURCES if s.name == offer.BAD_SOURCE)
STALE_DAYS = 120
NO_EFFECT = ("industry", "product", "employees", "currency")


@dataclass
class Truths:
    """The planted truths.

    - Deals that entered `slow_stage` from `slow_from` until before `slow_to` stayed there `slow_factor`
      times as long as usual.
    - `sandbagging_team` never names a deal commit, and what it wins is 12 to 38 % larger than it said.
    - In `easy_territory` any deal is won `easy_factor` times as often as usual, whoever works it. Most
      accounts there are `easy_person`'s, who is no better than others.
    - Deals from `bad_source` are won `bad_factor` times as often as usual, and it takes most leads a deal.
    - `duplicate_accounts` and `duplicate_leads` are pairs: the record and its copy under a varied name.
    - `stale_opportunities` are open and have not moved for `stale_days` days or more.
    - `left_and_still_owns` has left, and their open deals were handed to nobody.
    - What is won does not depend on `no_effect`.
    """

    slow_stage: str
    slow_quarter: str
    slow_from: date
    slow_to: date
    sandbagging_team: str
    easy_territory: str
    easy_team: str
    slow_factor: float = SLOW_FACTOR
    easy_factor: float = EASY_FACTOR
    easy_person: str = ""
    bad_source: str = offer.BAD_SOURCE
    bad_factor: float = BAD_FACTOR
    duplicate_accounts: list[tuple[str, str]] = field(default_factory=list)
    duplicate_leads: list[tuple[str, str]] = field(default_factory=list)
    stale_opportunities: list[str] = field(default_factory=list)
    stale_days: int = STALE_DAYS
    left_and_still_owns: str = ""
    no_effect: tuple[str, ...] = NO_EFFECT

    @property
    def is_anything(self) -> bool:
        """Whether anything was planted at all."""
        return bool(self.slow_stage)

    def as_dict(self) -> dict[str, Any]:
        """As plain values, days as text."""
        return {k: str(v) if isinstance(v, date) else v for k, v in asdict(self).items()}

    def write(self, path: Path) -> None:
        """As JSON, to lie beside the files."""
        path.write_text(json.dumps(self.as_dict(), indent=2) + "\n", "utf-8")


def plant(random: Random, ends_on: date) -> Truths:
    """Choose what is wrong with this company, before anything happens in it."""
    quarter = random.randint(1, 4)
    year = ends_on.year - 1
    easy = random.choice(offer.EASY_TERRITORIES)
    easy_team = next(t.name for t in offer.TEAMS if any(x.country == easy for x in t.territories))
    return Truths(
        slow_stage=random.choice(("Solution", "Proposal", "Negotiation")),
        slow_quarter=f"{year}Q{quarter}",
        slow_from=date(year, 3 * quarter - 2, 1),
        slow_to=date(year + (quarter == 4), 3 * quarter % 12 + 1, 1),
        sandbagging_team=random.choice([t.name for t in offer.TEAMS if t.name != easy_team]),
        easy_territory=easy,
        easy_team=easy_team,
    )


def nothing(ends_on: date) -> Truths:
    """Nothing is wrong with this company: no stage, team, source, country or record is other than the rest.

    People still differ in skill, newcomers win less and types of deals go their own ways, as everywhere.
    """
    return Truths(
        slow_stage="",
        slow_quarter="",
        slow_from=ends_on,
        slow_to=ends_on,
        sandbagging_team="",
        easy_territory="",
        easy_team="",
        slow_factor=1.0,
        easy_factor=1.0,
        bad_source="",
        bad_factor=1.0,
    )
