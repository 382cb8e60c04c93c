"""What a kind of record is compared by: its fields, how alike each can be, and which records are worth comparing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One degree of likeness of a field: a condition on `{l}` and `{r}`, two rows as they were prepared.

    `m` is how often two records of one thing are this alike, `u` how often two of different things are: what is
    known beforehand, for where there is too little data to learn it. `rarity` names the prepared column whose rare
    values count for more. `is_fixed` keeps m and u as they are: for what follows from another field anyway, and would
    be counted twice if it were learned by itself. Without `words` the level says nothing to people.
    """

    words: str
    condition: str
    m: float
    u: float
    rarity: str = ""
    is_fixed: bool = False


@dataclass(frozen=True)
class Field:
    """Something compared. Nothing is said by a field where `unknown` holds.

    `levels` go from the most alike down; what meets none of them is `otherwise`, with its own m and u.
    """

    name: str
    title: str
    unknown: str
    levels: tuple[Level, ...]
    otherwise: Level


@dataclass(frozen=True)
class Kind:
    """How duplicates of one noun are found.

    `prepared` is SQL that makes of the noun's rows, in `{rows}`, one row each with `id` and what is compared. `blocks`
    are SQL expressions over it: two records are compared where one of these is the same. `sure` are conditions under
    which two records are one thing nearly always; from their number follows how many there are at all. `apart` is a
    condition under which two records are known to be different things. `learns_in` are pairs of equal columns within
    which the levels are learned.
    """

    noun: str
    prepared: str
    fields: tuple[Field, ...]
    blocks: tuple[str, ...]
    sure: tuple[str, ...]
    learns_in: tuple[str, ...]
    apart: str = ""


def different(m: float, u: float, words: str = "different") -> Level:
    """What is left where no level holds."""
    return Level(words, "ELSE", m, u)


def on(condition: str, left: str, right: str) -> str:
    """A condition on two rows that are called `left` and `right`."""
    return condition.replace("{l}", left).replace("{r}", right)
