"""What the palette finds while somebody types, also with letters wrong: whatever has a name, and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.engines.literals import literal
from salesops.engines.names import Found
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi
from salesops.web.books import engine, manifest

MOST = 6
SHORTEST = 2
_SHORTEST_WRONG, _ALIKE = 4, 0.75  # of the words of numbers, which are few
# Kind → where its page is and its icon, in the order of those that fit equally well.
_KINDS = {
    "account": ("/accounts/", "building-2"),
    "opportunity": ("/opportunities/", "handshake"),
    "contact": ("/contacts/", "user-round"),
    "lead": ("/leads/", "magnet"),
    "person": ("/people/", "users"),
}


class Option(NamedTuple):
    """One line of the palette."""

    url: str
    icon: str
    title: str
    note: str = ""


def find(request: HttpRequest) -> HttpResponse:
    """The best few of each kind for `q`: what fits best first, and what is only near where little fits."""
    text = request.GET.get("q", "").strip()
    return render(request, "found_options.html", {"found": found_for(text), "text": text})


def found_for(text: str) -> list[Option]:
    """What is found for a text of two letters or more."""
    if len(text) < SHORTEST:
        return []
    words = text.lower().split()
    found = _numbers(words) + (_names(text) if manifest() else [])
    return found or _numbers([_nearest(word) for word in words])


def _names(text: str) -> list[Option]:
    index = engine().names()
    by_kind = index.find(text, MOST)
    by_kind["contact"] = _at_accounts(by_kind.get("contact", []))
    order = sorted(_KINDS, key=lambda k: by_kind[k][0].distance if by_kind.get(k) else 0)
    return [_option(each) for kind in order for each in by_kind.get(kind, [])]


def _at_accounts(contacts: Sequence[Found]) -> list[Found]:
    """Contacts with the name of their account in place of their title, where they have one."""
    keys = {c.hangs_on for c in contacts if c.hangs_on}
    listed = ", ".join(map(literal, sorted(keys))) or "NULL"
    names = dict(engine().run(f"SELECT id, name FROM account WHERE id IN ({listed})").rows)
    return [
        Found(c.kind, c.id, c.name, names.get(c.hangs_on) or c.note, "", c.distance)
        for c in contacts
    ]


def _option(found: Found) -> Option:
    address, icon = _KINDS[found.kind]
    return Option(address + quote(found.id, safe=""), icon, found.name, found.note)


def _numbers(words: Sequence[str]) -> list[Option]:
    """KPIs that have every word, those whose title begins with the text first, short titles first."""
    text = " ".join(words)
    fitting = [k for k in KPIS.values() if all(words) and _has(k, words)]
    fitting.sort(key=lambda k: (not k.title.lower().startswith(text), len(k.title)))
    return [Option(f"/numbers/{k.name}", "chart-spline", k.title, "Number") for k in fitting[:MOST]]


def _has(kpi: Kpi, words: Sequence[str]) -> bool:
    return all(word in f"{kpi.title} {kpi.name}".lower() for word in words)


def _nearest(word: str) -> str:
    """The word of a title that was meant, empty where it is none of them."""
    known = {each for kpi in KPIS.values() for each in kpi.title.lower().split()}
    if any(word in each for each in known):
        return word
    if len(word) < _SHORTEST_WRONG:
        return ""
    return next(iter(get_close_matches(word, known, n=1, cutoff=_ALIKE)), "")
