"""Clean data: what checks find, the most money first, with whose it is and how it was some weeks ago."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from salesops.book.book import Book
from salesops.data_quality import Check, Checked, Part, Then, of_owner, total
from salesops.foundations.money import format_money
from salesops.web.books import what_is_wrong, what_was_wrong, whole_book

NOBODY = "nobody"  # in an address: what belongs to nobody
SHOWN_OWNERS, MOST_OWNERS = 2, 10
SEVERITIES = {
    "bad": ("bad", "Numbers are wrong"),
    "warn": ("warn", "Numbers may be wrong"),
    "note": ("", "Worth a look"),
}
MONTH_AGO, WEEKS_BEFORE = 4, 12


@dataclass(frozen=True)
class Row:
    """One check that found something, as the page tells it."""

    check: Check
    wrong: str
    rows: int
    concerned: int | None
    share: str
    money: str
    tone: str
    weight: str
    address: str
    owners: list[tuple[str, int]] = field(default_factory=list)
    more_owners: int = 0
    before: list[int | None] = field(default_factory=list)
    drift: str = ""


@dataclass(frozen=True)
class Owner:
    """What somebody has to mend."""

    name: str
    rows: int
    money: str
    address: str


def clean_data(request: HttpRequest) -> HttpResponse:
    """All checks of what this reader sees, or of what belongs to one owner."""
    book, found = whole_book(), what_is_wrong()
    report = found.report
    names = names_of(book, (p.owner_id for p in report.parts))
    asked = request.GET.get("owner", "")
    owner = None if asked in ("", NOBODY) else asked
    own = of_owner(report.parts, owner) if asked else report.parts
    rows, money = total(own)
    mine = person_of(request)
    told = {} if asked else what_was_wrong()
    listed = [
        _row(book, c, names, told.get(c.check.name, ()), asked, owner)
        for c in report.checked
        if c.rows
    ]
    return render(
        request,
        "clean_data/clean_data.html",
        {
            "rows": rows,
            "money": said_money(money, book),
            "listed": [r for r in listed if r],
            "clean": [c.check for c in report.checked if c.rows == 0],
            "silent": _silent(report.checked),
            "owners": _owners(book, report.parts, names),
            "asked": asked,
            "asked_name": _name(names, owner) if asked else "",
            "mine": mine,
            "is_mine": bool(mine) and asked == mine,
            "has_others": any(p.owner_id != mine for p in report.parts),
            "is_told_before": any(r.before for r in listed if r),
            "today": report.today,
            "found_at": found.as_of,
        },
    )


def _row(
    book: Book,
    one: Checked,
    names: dict[str, str],
    before: tuple[Then, ...],
    asked: str,
    owner: str | None,
) -> Row | None:
    """A check in words; of one owner only where it finds something of theirs."""
    parts = of_owner(one.parts, owner) if asked else one.parts
    rows, money = total(parts)
    if not rows:
        return None
    whose = _by_owner(parts)
    points = {t.weeks: t.rows for t in before}
    earlier = [points.get(WEEKS_BEFORE), points.get(MONTH_AGO)]
    known = [n for n in earlier if n is not None]
    tone, weight = SEVERITIES[one.check.severity]
    about = "about " if one.is_guess and money is not None else ""
    return Row(
        check=one.check,
        wrong=one.check.wrong.partition(". ")[0].removesuffix(".") + ".",
        rows=rows,
        concerned=None if asked else one.concerned,
        share="" if asked or one.share is None else percent(one.share),
        money=about + said_money(money, book),
        tone=tone,
        weight=weight,
        address=address_of(one.check, names.get(owner, owner) if asked and owner else ""),
        owners=[] if asked else [(_name(names, key), n) for key, n, _ in whose[:SHOWN_OWNERS]],
        more_owners=0 if asked else max(0, len(whose) - SHOWN_OWNERS),
        before=earlier if known else [],
        drift=("" if not known or known[0] == rows else "bad" if rows > known[0] else "good"),
    )


def address_of(check: Check, owner_name: str = "") -> str:
    """Where the records of a check are, of everybody or of somebody by name."""
    query = f"?{urlencode({'owner': owner_name})}" if owner_name and check.table != "person" else ""
    return reverse("clean_data_of", args=[check.name]) + query


def names_of(book: Book, keys: Iterable[str | None]) -> dict[str, str]:
    """The names of people by id, as far as the book knows them."""
    wanted = {key for key in keys if key}
    found = book.engine.run("SELECT id, coalesce(name, id) FROM person").rows if wanted else []
    return {str(key): str(name) for key, name in found if key in wanted}


def said_money(minor: int | None, book: Book) -> str:
    """$9.50M, nothing where there is none."""
    return "" if minor is None else format_money(minor, book.facts.currency, compact=True)


def percent(share: float) -> str:
    """31 %, 0.4 %; never 0 % where there is something, nor 100 % where there is not all."""
    number = share * 100
    if 0 < number < 0.1:
        return "< 0.1 %"
    if 99.9 < number < 100:
        return "> 99.9 %"
    return f"{number:.0f} %" if number >= 10 or number == 0 else f"{number:.1f} %"


def person_of(request: HttpRequest) -> str:
    """Who of the organisation looks; nothing in a local book, which knows no readers."""
    user: Any = getattr(request, "user", None)
    return str(getattr(user, "person_id", None) or "")


def _owners(book: Book, parts: tuple[Part, ...], names: dict[str, str]) -> list[Owner]:
    page = reverse("clean_data")
    return [
        Owner(
            _name(names, key),
            rows,
            said_money(money, book),
            f"{page}?{urlencode({'owner': key or NOBODY})}",
        )
        for key, rows, money in _by_owner(parts)
        if rows
    ]


def _by_owner(parts: Iterable[Part]) -> list[tuple[str | None, int, int | None]]:
    """Each owner's records and money over all teams, the most money first."""
    of: dict[str | None, list[Part]] = {}
    for part in parts:
        of.setdefault(part.owner_id, []).append(part)
    told = [(key, *total(held)) for key, held in of.items()]
    return sorted(told, key=lambda o: (-(o[2] or 0), -o[1], o[0] or ""))


def _name(names: dict[str, str], key: str | None) -> str:
    return names.get(key, key) if key else "Nobody"


def _silent(checked: tuple[Checked, ...]) -> list[tuple[str, list[str]]]:
    """Why some checks could not be asked, with their titles."""
    told: dict[str, list[str]] = {}
    for one in checked:
        if one.why:
            told.setdefault(one.why, []).append(one.check.title)
    return list(told.items())
