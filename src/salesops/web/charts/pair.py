"""An evidence pair: what is found above what is usual, each a bar with its interval, on one scale."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from salesops.web.charts.bars import bar


@dataclass(frozen=True)
class Side:
    """One of the two: its words, the value as said, and the bar."""

    words: str
    said: str
    bar: SafeString


def pair(
    here: tuple[str, str, float, float], usual: tuple[str, str, float, float]
) -> tuple[Side, Side]:
    """Both sides from words, value in words, value and standard error."""
    z = 1.96
    most = max(value + z * error for _, _, value, error in (here, usual))
    first, second = (
        Side(words, said, bar(value, max(0.0, value - z * error), value + z * error, most))
        for words, said, value, error in (here, usual)
    )
    return first, second
