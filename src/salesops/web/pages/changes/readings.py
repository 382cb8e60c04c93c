"""What changes of the process were read to have done: each reading for who sees everybody it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.safestring import SafeString

from salesops.book.picture import value_in_words
from salesops.experiments import Reading, headline, sentences
from salesops.kpis import KPIS
from salesops.records.models import EffectReading, Person, ProcessChange, User
from salesops.records.process_change import AFTER, MEASURED_BY
from salesops.records.reach import Reach, reach
from salesops.web.charts.interval import interval

TONES = {"helped": "good", "harmed": "bad", "unlike": "warn", "running": "acc"}


@dataclass(frozen=True)
class Told:
    """A reading in words. `is_hidden` where it is made of people whose records its reader does not see; then it says
    nothing. `is_former` where it was made of the change as it was planned before."""

    key: int
    at: datetime
    who: str
    is_hidden: bool
    is_former: bool
    is_after: bool
    is_whole: bool  # all the planned days were over
    headline: str = ""
    tone: str = ""
    reading: Reading | None = None


def told(actor: User, change: ProcessChange, since: datetime | None) -> list[Told]:
    """The readings of a change, the newest first; `since` is since when it is measured as it is planned now."""
    scope = reach(actor)
    found = change.readings.select_related("change__actor").order_by("-pk")
    return [_told(scope, kept, since) for kept in found]


def results(actor: User, changes: Iterable[ProcessChange]) -> dict[str, Told]:
    """By change the newest reading of all its days, where there is one."""
    scope = reach(actor)
    whole = EffectReading.objects.filter(
        process_change__in=list(changes), is_whole=True, kind=AFTER
    ).select_related("change__actor")
    newest = {kept.process_change_id: kept for kept in whole.order_by("pk")}
    return {key: _told(scope, kept, None) for key, kept in newest.items()}


def plan_since(change: ProcessChange) -> datetime | None:
    """Since when it is measured by what it is measured by."""
    found = None
    versions = ProcessChange.versions.objects.filter(record_id=change.pk)
    for version in versions.order_by("-version"):
        if any(getattr(version, c) != getattr(change, c) for c in MEASURED_BY):
            break
        found = version.begins_at
    return found


def _told(scope: Reach, kept: EffectReading, since: datetime | None) -> Told:
    reading = Reading.of(kept.told)
    is_hidden = not all(scope.covers(p.key) for p in reading.people)
    is_after = kept.kind == AFTER
    return Told(
        key=kept.pk,
        at=kept.change.at,
        who=str(kept.change.actor or "salesops"),
        is_hidden=is_hidden,
        is_former=since is not None and kept.change.at < since,
        is_after=is_after,
        is_whole=kept.is_whole,
        headline="" if is_hidden else headline(reading),
        tone=TONES.get(reading.verdict, "") if is_after and not is_hidden else "",
        reading=None if is_hidden else reading,
    )


def opened(one: Told, where: str) -> dict[str, Any]:
    """A reading as its card shows it; nothing of one that is hidden. `where` says which opportunities it is of."""
    found = one.reading
    if found is None:
        return {}
    names = {p.pk: str(p) for p in Person.objects.filter(pk__in=[p.key for p in found.people])}
    return {
        "reading": found,
        "title": KPIS[found.kpi].title,
        "sentences": sentences(found),
        "chart": _chart(found) if one.is_after else "",
        "groups": [_group(found, is_treated) for is_treated in (True, False) if found.people],
        "people": [_person(found, p, names, where) for p in found.people],
    }


def _chart(found: Reading) -> SafeString | str:
    effect = found.effect
    if effect is None:
        return ""
    low, high = found.said(effect.low), found.said(effect.high)
    title = f"{found.said(effect.value)}, between {low} and {high}; hoped for was {found.said(found.expected)}"
    return interval(effect.value, effect.low, effect.high, found.expected, title)


def _group(found: Reading, is_treated: bool) -> dict[str, Any]:
    before = found.level(is_treated=is_treated, after=False)
    after = found.level(is_treated=is_treated, after=True)
    return {
        "words": "Who got it" if is_treated else "Who did not",
        "people": sum(p.is_treated == is_treated for p in found.people),
        "before": _level(found, before),
        "after": _level(found, after),
        "moved": found.said(after - before) if before is not None and after is not None else "",
    }


def _person(found: Reading, one: Any, names: Mapping[str, str], where: str) -> dict[str, Any]:
    period = f"{found.first}..{found.last}"
    query = {"period": period, "by": "person", "at": one.key, "where": where}
    return {
        "name": names.get(one.key, "Somebody who is gone"),
        "place": f"/people/{quote(one.key, safe='')}",
        "got_it": one.is_treated,
        "before": _level(found, one.before),
        "expected": _level(found, one.expected),
        "after": _level(found, one.after),
        "rows": one.rows,
        "behind": f"/numbers/{found.kpi}/rows?{urlencode({k: v for k, v in query.items() if v})}",
    }


def _level(found: Reading, value: float | None) -> str:
    return "" if value is None else value_in_words(KPIS[found.kpi].unit, value, found.currency)
