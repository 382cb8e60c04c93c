"""What an import must know of stages: what people said one means stands, until its source says otherwise than before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salesops.records.incoming import Incoming
from salesops.records.source_word import Words, as_said


@dataclass(frozen=True)
class Differing:
    """A stage that means something else here than its files say, by what people said. `stands` says that it goes on to;
    else the source, which had said what the stage meant here before, now says what people did not."""

    stage: str
    column: str
    here: Any
    there: Any
    stands: bool


def told_as(row: Incoming, column: str) -> str:
    """Under what name a word on a stage is remembered: what deals imply is not what the source tells of it."""
    return f"implied {column}" if row.is_implied else column


def without_peoples_own(
    row: Incoming, former: Mapping[str, Any], new: Words, before: Words
) -> tuple[dict[str, Any], list[Differing]]:
    """Of what a row says otherwise than the stage means, what comes in, and where people had said something.

    `before` is what its source had said. People said it who made the stage, or changed it since. Their word is
    overruled by a source that changed its own since then. What deals merely imply follows only what they implied before.
    """
    taken, differing = dict[str, Any](), list[Differing]()
    for column, value in new.items():
        here, there, was = as_said(former[column]), as_said(value), before.get(column)
        implied = before.get(f"implied {column}")
        is_unsaid = here is None and was is None and implied is None
        if is_unsaid or (
            here is not None and here in ((implied,) if row.is_implied else (was, implied))
        ):
            taken[column] = value
            continue
        stands = row.is_implied or was is None or was == there
        if not stands:
            taken[column] = value
        name = ": ".join(filter(None, (former["pipeline"], former["stage"])))
        differing.append(Differing(name, column, here, there, stands))
    return taken, differing
