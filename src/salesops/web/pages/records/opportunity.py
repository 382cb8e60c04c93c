"""An opportunity: its facts, its whole history drawn, its activities, contacts, lines and credit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.book.book import Book
from salesops.book.deletion import DELETION
from salesops.foundations.instant import in_zone
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent
from salesops.web.books import whole_book
from salesops.web.charts.life import Stay, life
from salesops.web.pages.records.records import name_of, record

OUTCOME_OF_A_STAGE = {
    "open": "leaves deals open",
    "won": "means won",
    "lost": "means lost",
    "no_decision": "means given up without a decision",
}


def opportunity(request: HttpRequest, key: str) -> HttpResponse:
    """The deal with that id."""
    book = whole_book()
    deletions = _deletions(book, key)
    now_deleted = next((d for d in deletions if d["back_at"].year == 9999), None)
    deal = now_deleted or record(book, "opportunity", key)
    versions, activities = _states(book, key), _activities(book, key)
    changes = _changes(book, versions, deletions)
    return render(
        request,
        "records/opportunity.html",
        {
            "deal": deal,
            "account": name_of(book, "account", deal["account_id"]),
            "owner": name_of(book, "person", deal["owner_id"]),
            "product": name_of(book, "product", deal["product_id"]),
            "campaign": name_of(book, "campaign", deal["campaign_id"]),
            **_life(book, deal, versions, activities),
            "changes": changes,
            "has_who": any(c["who"] for c in changes),
            "activities": activities,
            "contacts": _contacts(book, key),
            "lines": _lines(book, key),
            "splits": _splits(book, key),
            "currency": book.facts.currency,
        },
    )


def life_in_book(book: Book, key: str) -> dict[str, Any]:
    """The life of a deal drawn, and its days in each stage; nothing where the book does not have it yet."""
    deal = book.engine.run("SELECT * FROM opportunity WHERE id = $key", {"key": key}).dicts()
    if not deal:
        return {}
    return _life(book, deal[0], _states(book, key), _activities(book, key))


def _life(
    book: Book,
    deal: dict[str, Any],
    versions: list[dict[str, Any]],
    activities: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "picture": _picture(book, deal, versions, activities),
        "stays": _stays(versions, book.instant),
    }


def _deletions(book: Book, key: str) -> list[dict[str, Any]]:
    """Each time the deal was deleted, as it was then, with `deleted_at` and `back_at`."""
    return book.engine.run(
        f"SELECT * FROM {DELETION} WHERE id = $key ORDER BY deleted_at", {"key": key}
    ).dicts()


def _states(book: Book, key: str) -> list[dict[str, Any]]:
    return book.engine.run(
        "SELECT v.*, p.name AS who FROM opportunity_version v LEFT JOIN person p ON p.id = v.changed_by_id "
        "WHERE opportunity_id = $key ORDER BY valid_from",
        {"key": key},
    ).dicts()


def _activities(book: Book, key: str) -> list[dict[str, Any]]:
    return book.engine.run(
        "SELECT a.*, p.name AS owner FROM activity a LEFT JOIN person p ON p.id = a.owner_id "
        "WHERE a.opportunity_id = $key ORDER BY occurred_at DESC NULLS LAST LIMIT 200",
        {"key": key},
    ).dicts()


def _contacts(book: Book, key: str) -> list[dict[str, Any]]:
    return book.engine.run(
        "SELECT x.*, c.name AS contact FROM opportunity_contact x LEFT JOIN contact c ON c.id = x.contact_id "
        "WHERE opportunity_id = $key ORDER BY x.is_primary IS TRUE DESC, x.role NULLS LAST, x.id",
        {"key": key},
    ).dicts()


def _lines(book: Book, key: str) -> list[dict[str, Any]]:
    return book.engine.run(
        "SELECT l.*, d.name AS product FROM opportunity_line l LEFT JOIN product d ON d.id = l.product_id "
        "WHERE opportunity_id = $key ORDER BY l.amount_minor DESC",
        {"key": key},
    ).dicts()


def _splits(book: Book, key: str) -> list[dict[str, Any]]:
    found = book.engine.run(
        "SELECT s.*, p.name AS person FROM opportunity_split s LEFT JOIN person p ON p.id = s.person_id "
        "WHERE opportunity_id = $key ORDER BY s.share DESC",
        {"key": key},
    ).dicts()
    for split in found:
        split["percent"] = "n/a" if split["share"] is None else in_percent(split["share"])
    return found


def _stays(versions: list[dict[str, Any]], now: datetime) -> list[dict[str, str]]:
    """How long it was in each open stage, visits added up, in the order of first entry."""
    seconds: dict[str, float] = {}
    for version in versions:
        if version["is_closed"] or version["change_source"] == "snapshot":
            continue
        until = min(version["valid_to"], now.replace(tzinfo=None))
        spent = max(0.0, (until - version["valid_from"]).total_seconds())
        seconds[version["stage"]] = seconds.get(version["stage"], 0.0) + spent
    return [{"stage": s, "days": f"{t / 86_400:,.1f} d"} for s, t in seconds.items()]


def _picture(
    book: Book,
    deal: dict[str, Any],
    versions: list[dict[str, Any]],
    activities: list[dict[str, Any]],
) -> Any:
    recorded = [v for v in versions if v["change_source"] != "snapshot"]
    if not recorded:
        return ""
    order = {
        row[0]: row[1]
        for row in book.engine.run(
            "SELECT stage, position FROM pipeline_stage WHERE pipeline = $p",
            {"p": deal["pipeline"]},
        ).rows
    }
    lanes = sorted({_stage(v) for v in recorded}, key=lambda s: (order.get(s, 99), s))
    zone = book.calendar.time_zone
    end = in_zone(book.facts.data_as_of, zone)
    stays = []
    former: dict[str, Any] | None = None
    for version in recorded:
        start = in_zone(version["valid_from"], zone)
        stop = min(version["valid_to"].replace(tzinfo=UTC), max(end, start)).astimezone(end.tzinfo)
        if version["is_closed"] and version["valid_to"].year == 9999:
            stop = start
        pushed = bool(
            former
            and former["close_date"]
            and version["close_date"]
            and not version["is_closed"]
            and version["close_date"] > former["close_date"]
        )
        said = f"{start:%-d %b %Y}: {_stage(version)}"
        if version["amount_minor"] is not None:
            said += f", {format_money(version['amount_minor'], version['currency'])}"
        stays.append(Stay(start, stop, lanes.index(_stage(version)), said, pushed))
        former = version
    moments = [in_zone(a["occurred_at"], zone) for a in activities if a["occurred_at"]]
    return life(stays, lanes, moments, deal["outcome"] if deal["is_closed"] else "")


def _stage(version: dict[str, Any]) -> str:
    """The stage of a version in words; some have none yet."""
    return version["stage"] or "No stage"


def _changes(
    book: Book, versions: list[dict[str, Any]], deletions: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What each version changed, and when the deal was deleted, newest first, in words."""
    told = [
        {"at": d["deleted_at"], "who": "", "what": ["Deleted"], "is_snapshot": False}
        for d in deletions
    ]
    back = {d["back_at"] for d in deletions}
    former: dict[str, Any] | None = None
    for version in versions:
        if former is None:
            what = [
                f"Created in {version['stage']}"
                if version["change_source"] == "history"
                else "Seen as it is now"
            ]
        else:
            what = _differences(book, former, version)
            if not what and version["change_source"] == "meaning":
                former = version
                continue
            if version["valid_from"] in back:
                what = ["Brought back", *what]
        told.append(
            {
                "at": version["valid_from"],
                "who": version["who"] or "",
                "what": what or ["Saved without a visible change"],
                "is_snapshot": version["change_source"] == "snapshot",
            }
        )
        former = version
    return sorted(told, key=lambda change: change["at"], reverse=True)


def _differences(book: Book, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    said = []
    if old["stage"] != new["stage"]:
        said.append(f"Stage from {old['stage']} to {new['stage']}")
    if old["amount_minor"] != new["amount_minor"]:
        said.append(f"Amount from {_money(old)} to {_money(new)}")
    if old["close_date"] != new["close_date"]:
        said.append(f"Close date from {_day(old['close_date'])} to {_day(new['close_date'])}")
    if old["owner_id"] != new["owner_id"]:
        before, after = (name_of(book, "person", v["owner_id"]) for v in (old, new))
        said.append(f"Owner from {before or 'nobody'} to {after or 'nobody'}")
    if old["stage"] == new["stage"]:
        said += _meanings(old, new)
    return said


def _meanings(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What the stage came to mean while the deal was in it."""
    if old["outcome"] != new["outcome"]:
        means = OUTCOME_OF_A_STAGE[new["outcome"]]
    elif old["is_qualified"] != new["is_qualified"]:
        means = f"{'counts' if new['is_qualified'] else 'no longer counts'} as qualified"
    else:
        return []
    return [f"From this day {new['stage']} {means}"]


def _money(version: dict[str, Any]) -> str:
    return (
        "nothing"
        if version["amount_minor"] is None
        else format_money(version["amount_minor"], version["currency"])
    )


def _day(day: datetime | None) -> str:
    return f"{day:%-d %b %Y}" if day else "none"
