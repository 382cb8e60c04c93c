"""Records with duplicates of known truth, spoilt as Febrl spoils them: typed wrongly, swapped, shortened, left out."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, str | None]
_ONSETS = "b br c ch d f g gr h j k l m n p r s sch st t th v w z".split()
_VOWELS = "a e i o u ai ee ou".split()
_CODAS = "n r s t ck ll m nd rt ld ng".split()
_SOUNDS = (("ph", "f"), ("c", "k"), ("y", "i"), ("ee", "ie"), ("ll", "l"), ("ck", "k"), ("th", "t"))
_STREETS = "street road avenue place crescent drive court close".split()
_STATES = "nsw vic qld wa sa tas act nt".split()
_TRADES = "Systems Logistics Foods Partners Energy Health Design Motors Textiles Robotics Media Labs".split()
_FORMS = ("Inc", "Ltd", "GmbH", "LLC", "Corp.", "S.A.", "")
_TITLES = (
    "Buyer, Head of IT, CFO, Sales Director, Operations Manager, Plant Manager, Analyst, Owner"
).split(", ")
_COUNTRIES = ("United States", "Germany", "France", "United Kingdom", "Spain")


def word(rng: random.Random, syllables: int) -> str:
    """Something like a name."""
    return "".join(
        rng.choice(_ONSETS)
        + rng.choice(_VOWELS)
        + (rng.choice(_CODAS) if i + 1 == syllables else "")
        for i in range(syllables)
    )


def slip(rng: random.Random, text: str) -> str:
    """One letter inserted, left out, typed wrongly or swapped with its neighbour, or a sound spelled otherwise."""
    if len(text) < 2:
        return text
    at = rng.randrange(len(text) - 1)
    letter = rng.choice(string.digits if text[at].isdigit() else string.ascii_lowercase)
    match rng.randrange(5):
        case 0:
            return text[:at] + letter + text[at:]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + letter + text[at + 1 :]
        case 3:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    for one, other in _SOUNDS:
        if one in text:
            return text.replace(one, other, 1)
    return text[:at] + text[at + 1 :]


def _frequent(rng: random.Random, words: Sequence[str]) -> str:
    """Some words are far more frequent than others."""
    return words[int(len(words) * rng.random() ** 2.5)]


def spoil(
    rng: random.Random, row: Row, columns: Sequence[str], *, most: int, missing: float
) -> Row:
    """A duplicate of the row with up to `most` of its columns spoilt, and some left out."""
    spoilt = dict(row)
    for column in rng.sample(list(columns), rng.randint(1, most)):
        value = spoilt[column]
        if value is not None:
            spoilt[column] = None if rng.random() < missing else slip(rng, value)
    return spoilt


def people(seed: int, originals: int, duplicates: int) -> list[Row]:
    """Persons and addresses; the id says whose each is, `rec-12-org` or `rec-12-dup-0`."""
    rng = random.Random(seed)
    given, family = [word(rng, 2) for _ in range(400)], [word(rng, 2) for _ in range(3000)]
    suburbs = [word(rng, 3) for _ in range(600)]
    columns = (
        "given_name surname street_number address_1 address_2 suburb postcode state date_of_birth"
    ).split()
    made: list[Row] = []
    for number in range(originals):
        made.append(
            {
                "id": f"rec-{number}-org",
                "given_name": _frequent(rng, given),
                "surname": _frequent(rng, family),
                "street_number": str(rng.randint(1, 300)),
                "address_1": f"{word(rng, 2)} {rng.choice(_STREETS)}",
                "address_2": word(rng, 3) if rng.random() < 0.4 else None,
                "suburb": rng.choice(suburbs),
                "postcode": str(rng.randint(2000, 4999)),
                "state": rng.choice(_STATES),
                "date_of_birth": f"19{rng.randint(10, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}",
            }
        )

    def swapped(row: Row) -> Row:
        row = spoil(rng, row, columns, most=4, missing=0.2)
        if rng.random() < 0.06:
            row["given_name"], row["surname"] = row["surname"], row["given_name"]
        return row

    return _with_duplicates(rng, made, duplicates, swapped)


def contacts(seed: int, originals: int, duplicates: int) -> list[Row]:
    """People at accounts, five to an account that share its switchboard and domain."""
    rng = random.Random(seed)
    given, family = [word(rng, 2) for _ in range(500)], [word(rng, 2) for _ in range(4000)]
    made: list[Row] = []
    while len(made) < originals:
        account = len(made) // 5
        domain, switchboard = (
            f"{word(rng, 2)}{account}.com",
            f"+1 555 {rng.randint(1000000, 9999999)}",
        )
        for _ in range(5):
            first, last = _frequent(rng, given).title(), _frequent(rng, family).title()
            made.append(
                {
                    "id": f"rec-{len(made)}-org",
                    "account_id": f"a{account}",
                    "name": f"{first} {last}",
                    "first_name": first,
                    "last_name": last,
                    "email": f"{first}.{last}@{domain}".lower(),
                    "phone": switchboard
                    if rng.random() < 0.3
                    else f"+1 555 {rng.randint(1000000, 9999999)}",
                    "title": rng.choice(_TITLES),
                }
            )

    def again(row: Row) -> Row:
        row = spoil(
            rng, row, ("first_name", "last_name", "email", "phone", "title"), most=3, missing=0.4
        )
        if rng.random() < 0.15 and row["first_name"]:
            row["first_name"] = row["first_name"][0]
        if rng.random() < 0.05:
            row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
        if rng.random() < 0.3:
            row["account_id"] = None
        row["name"] = " ".join(p for p in (row["first_name"], row["last_name"]) if p) or None
        return row

    return _with_duplicates(rng, made, duplicates, again)


def accounts(seed: int, originals: int, duplicates: int) -> list[Row]:
    """Organisations with their sites and telephones, some of which are not known."""
    rng = random.Random(seed)
    made: list[Row] = []
    for number in range(originals):
        stem = word(rng, 3)
        made.append(
            {
                "id": f"rec-{number}-org",
                "name": f"{stem.title()} {rng.choice(_TRADES)} {rng.choice(_FORMS)}".strip(),
                "website": f"https://www.{stem}.com" if rng.random() < 0.8 else None,
                "phone": f"+49 30 {rng.randint(1000000, 9999999)}" if rng.random() < 0.8 else None,
                "country": rng.choice(_COUNTRIES),
                "region": rng.choice("North South East West".split()),
            }
        )

    def again(row: Row) -> Row:
        row = spoil(rng, row, ("name", "website", "phone", "region"), most=3, missing=0.35)
        name = row["name"] or made[int(str(row["id"]).split("-")[1])]["name"] or ""
        parts = name.split()
        if rng.random() < 0.4 and parts[-1] in _FORMS:
            parts[-1] = rng.choice(_FORMS)
        elif rng.random() < 0.15 and len(parts) > 2:
            parts = parts[:1]
        row["name"] = " ".join(p for p in parts if p)
        if row["website"] and rng.random() < 0.3:
            row["website"] = row["website"].removeprefix("https://www.") + "/en"
        return row

    return _with_duplicates(rng, made, duplicates, again)


def _with_duplicates(
    rng: random.Random, made: list[Row], duplicates: int, again: Callable[[Row], Row]
) -> list[Row]:
    copies: dict[int, int] = {}
    rows = list(made)
    for _ in range(duplicates):
        number = rng.randrange(len(made))
        copy = copies[number] = copies.get(number, -1) + 1
        rows.append(again(made[number]) | {"id": f"rec-{number}-dup-{copy}"})
    rng.shuffle(rows)
    return rows


def entity(key: str) -> str:
    """Whose record it is."""
    return key.split("-")[1]


def true_pairs(rows: Sequence[Row]) -> set[tuple[str, str]]:
    """The pairs of records that are one."""
    of: dict[str, list[str]] = {}
    for row in rows:
        of.setdefault(entity(str(row["id"])), []).append(str(row["id"]))
    return {
        (a, b) if a < b else (b, a)
        for keys in of.values()
        for i, a in enumerate(keys)
        for b in keys[i + 1 :]
    }


def measured(
    found: set[tuple[str, str]], truth: set[tuple[str, str]]
) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs found."""
    right = len(found & truth)
    precision, recall = right / max(1, len(found)), right / max(1, len(truth))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def table(work: Any, name: str, rows: Sequence[Row], more: Sequence[str] = ()) -> None:
    """The rows as a table of a DuckDB; `more` are columns that are empty."""
    import pyarrow as pa

    columns = {c: [r.get(c) for r in rows] for c in rows[0]}
    arrow = pa.table({c: pa.array(v, pa.string()) for c, v in columns.items()})
    work.register("arrived", arrow)
    empty = "".join(f", NULL::VARCHAR AS {c}" for c in more)
    work.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT *{empty} FROM arrived")
    work.unregister("arrived")
