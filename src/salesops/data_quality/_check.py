"""What a check is: which records it concerns, which of them are wrong, and what to do about these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from salesops.book.listing import ListColumn
from salesops.kpis._definition import Need

Severity = Literal["bad", "warn", "note"]  # numbers are wrong, or may be; or only worth a look


@dataclass(frozen=True)
class Lent:
    """What a check reads beside the record `x`: a join under the name `alias`, found at most once a record."""

    alias: str
    join: str


@dataclass(frozen=True)
class Check:
    """One way in which records are wrong.

    `concerns` and `is_wrong` are SQL over the record `x` of `table` and what is lent; `$today` stands for the
    reading's day. `is_wrong` is asked only of what it concerns. `shows` are columns
    of the worklist that show the fault; `mends` is the column that mends it, as `table.column`.

    `past` are the columns of a deal whose former values it needs, None where the past cannot be told at all.
    """

    name: str
    title: str
    wrong: str
    matters: str
    remedy: str
    table: str
    concerns: str
    is_wrong: str
    mends: str
    severity: Severity
    needs: tuple[Need, ...] = ()
    needs_history: bool = False
    lent: tuple[Lent, ...] = ()
    shows: tuple[ListColumn, ...] = ()
    is_unpriced: bool = (
        False  # what is wrong is the amount itself, so that its money can only be guessed
    )
    past: tuple[str, ...] | None = None
