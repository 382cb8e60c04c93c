"""A problem is something a person must know or mend: which file, row, column and value, and what to do.

Problems are data. They are gathered, counted and shown; they are never raised and never stop the rest.
What cannot go on at all is a `Refusal`, whose text is a sentence for the person who must act.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem changes what is read."""

    REFUSED = "refused"  # the row was left out of the book
    BLANKED = "blanked"  # the row is in, this value could not be read and is empty
    DOUBTFUL = "doubtful"  # the row is in as it is, and somebody should look
    NOTE = "note"  # nothing is wrong; worth knowing


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at one place.

    `row` counts as a spreadsheet does: the header is row 1, the first record row 2. `code` is the same
    for all problems of a kind, so that they can be counted; `message` says what happened and `remedy`
    what to do, both as sentences.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    table: str = ""


class Refusal(Exception):
    """The work cannot go on; the text is a sentence for the person who must act.

    `problems` carries what was gathered until then, if anything was.
    """

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
