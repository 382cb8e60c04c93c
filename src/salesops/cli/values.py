"""What values of files are called in an office, told and said at the command line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesops.cli.terminal import out, say
from salesops.foundations.counting import counted
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    from salesops.jobs.values_of_files import Asked

MOST_SHOWN = 20
MOST_OFFERED = 12
FORM = "COLUMN:VALUE=OURS"


def values_said(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """What was typed after --value, by column and value of the files. Nothing behind the sign leaves a value as it is."""
    said: dict[str, dict[str, str]] = {}
    for text in texts:
        place, sign, ours = text.rpartition("=")
        column, colon, value = place.partition(":")
        if not (sign and colon and value.strip()):
            raise Refusal(f"“{text}” cannot be read. Write it as {FORM}.")
        said.setdefault(column.strip(), {})[_as_read(column.strip(), value.strip())] = ours.strip()
    return {column: _known_here(column, values) for column, values in said.items()}


def refuse_unread(said: dict[str, dict[str, str]], read: Sequence[Asked]) -> None:
    """Refuse what was said of a value that no row of the files has: it is a slip of the pen."""
    there = {(each.column, each.value) for each in read}
    for column, values in said.items():
        for value, to in values.items():
            if to and (column, value) not in there:
                raise Refusal(f"No row of these files says “{_spoken(column, value)}” of {column}.")


def show_values(read: Sequence[Asked], source: str) -> None:
    """Say which stages and choices of the files no record has, what is made of them, and how to say otherwise."""
    from salesops.jobs.values_of_files import choices_of

    if not read:
        return
    offered = {column: dict(choices_of(column)) for column in dict.fromkeys(a.column for a in read)}
    say(out(), "\nValues that are new here:")
    for one in read[:MOST_SHOWN]:
        becomes = (
            f"becomes {offered[one.column].get(one.to, one.to)}" if one.to else "stays as it is"
        )
        say(out(), f"{one.column} “{one.words}”, {counted(one.rows, 'row')}, {becomes}", indent=2)
    if len(read) > MOST_SHOWN:
        say(out(), f"and {len(read) - MOST_SHOWN:,} more", indent=2)
    for column, choices in offered.items():
        words = list(choices.values())
        more = f" and {len(words) - MOST_OFFERED:,} more" if len(words) > MOST_OFFERED else ""
        say(out(), f"{column} here: {', '.join(words[:MOST_OFFERED])}{more}", indent=2)
    open_ = next((one for one in read if not one.to and offered[one.column]), None)
    if open_ is not None:
        ours = next(iter(offered[open_.column].values()))
        example = shlex.quote(f"{open_.column}:{open_.words}={ours}")
        say(out(), f"Say what each is here, once for {source}, before it is written:")
        out().print(f"  --value {example}", style="dim", soft_wrap=True, markup=False)


def _known_here(column: str, values: dict[str, str]) -> dict[str, str]:
    """The values with what they become as it is kept: of a stage its key."""
    from salesops.jobs.values_of_files import CHOSEN, STAGE, choices_of, may_be_given

    if not may_be_given(column):
        known = ", ".join((STAGE, *CHOSEN))
        raise Refusal(
            f"Values of “{column}” cannot be given others. Choose one of {known}, or a choice of your own, such as "
            "opportunity.custom.tier."
        )
    keys = {words: key for key, words in choices_of(column)}
    for ours in values.values():
        if ours and ours not in keys:
            there = ", ".join(list(keys)[:MOST_OFFERED]) or "none yet"
            raise Refusal(f"There is no “{ours}” of {column} here. There are: {there}.")
    return {value: keys[ours] if ours else "" for value, ours in values.items()}


def _as_read(column: str, value: str) -> str:
    """A value as the files are read: of a stage with its pipeline, which stands before a colon."""
    from salesops.jobs.values_of_files import STAGE

    if column != STAGE:
        return value
    pipeline, colon, stage = value.partition(": ")
    return f"{pipeline}|{stage}" if colon else f"|{value}"


def _spoken(column: str, value: str) -> str:
    from salesops.jobs.values_of_files import STAGE, stage_in_words

    return stage_in_words(*value.split("|", 1)) if column == STAGE else value
