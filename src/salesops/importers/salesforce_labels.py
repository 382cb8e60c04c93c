"""The labels and ids of Salesforce's reports: what a heading says, and an id of 15 signs as the one of 18 it stands for."""

from __future__ import annotations

from collections.abc import Sequence

from salesops.importers.model import SourceColumn, SourceFile

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def label(heading: str) -> str:
    """A heading as it is compared: `Account Name: Account Name` and `Opportunity Owner: Full Name` say it twice."""
    plain = (
        " ".join(heading.lower().split()).removesuffix(": full name").removeprefix("opportunity: ")
    )
    first, _, second = plain.partition(": ")
    if second and (first == second or (first == "account" and second.startswith("account"))):
        return second
    return plain


def named(source: SourceFile, labels: Sequence[str]) -> SourceColumn | None:
    """The column of a file with the first of these labels that is there."""
    by_label = {label(c.name): c for c in reversed(source.columns)}
    return next((by_label[w] for w in labels if w in by_label), None)


def eighteen(key: str) -> str:
    """SQL of an id with the three signs that tell which of its letters are large; other texts stay as they are."""
    return (
        f"CASE WHEN regexp_matches({key}, '^[0-9A-Za-z]{{15}}$') "
        f"THEN {key} || {' || '.join(_check(key, first) for first in (1, 6, 11))} ELSE {key} END"
    )


def _check(key: str, first: int) -> str:
    """SQL of one sign: five letters, each large or not, are a number below 32."""
    number = " + ".join(
        f"CASE WHEN substr({key}, {first + place}, 1) BETWEEN 'A' AND 'Z' THEN {2**place} ELSE 0 END"
        for place in range(5)
    )
    return f"substr('{_SIGNS}', 1 + {number}, 1)"
