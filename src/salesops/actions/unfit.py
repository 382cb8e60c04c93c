"""What a person is told where a value does not fit its column."""

from __future__ import annotations

from salesops.foundations.problem import Refusal


class Unfit(Refusal):
    """A value does not fit its column; `column` tells which."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
