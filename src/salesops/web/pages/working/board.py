"""The board of deals: a column for each stage with its count and sum, and cards that are moved from one to another."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.book.book import Book
from salesops.book.listing import Ask, Listing
from salesops.engines.literals import literal
from salesops.foundations.money import format_money
from salesops.records.models import OpportunityVersion
from salesops.records.record import FOREVER
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import whole_book
from salesops.web.pages.keeping.record_page import Attempt, Outcome, actor_of, edited, reading
from salesops.web.pages.records.lists import ask_of, counted
from salesops.web.pages.records.narrowing import page, rows_narrowed, sums_by
from salesops.web.pages.working.kinds import OPPORTUNITIES, with_own_fields
from salesops.web.pages.working.lists import said_done, said_once
from salesops.web.pages.working.rows import Kept, in_words, kept, said_now

MOST_CARDS = 50
OF_THE_MOMENT = ("move", "done", "at")
BOARD = "/board"


@dataclass
class Card:
    """One deal: what it is, whether its reader may move it, and the version they see."""

    key: str
    name: str
    account: str
    owner: str
    money: str
    close_date: str
    may_move: bool
    is_ahead: bool
    seen: int = 0
    is_opened: bool = False


@dataclass
class Column:
    """One stage: how many deals are in it and what they are worth, those shown, and how many more there are."""

    stage: str
    outcome: str
    count: int = 0
    minor: int = 0
    cards: list[Card] = field(default_factory=list)
    narrowed: str = ""  # the address of all of them as a list

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, self.count - len(self.cards))


def board(request: HttpRequest) -> HttpResponse:
    """The board the address asks for, or what comes of moving a card."""
    moment = {name: request.GET.get(name, "") for name in OF_THE_MOMENT}
    request.GET = request.GET.copy()  # type: ignore[assignment]
    for name in OF_THE_MOMENT:
        request.GET.pop(name, None)  # type: ignore[misc]
    actor = actor_of(request)
    if request.method == "POST":
        return _moved(request, actor)
    done = said_done(actor, OPPORTUNITIES, moment["done"], moment["at"]) or said_once(request)
    return shown(request, actor, moment["move"], Attempt(), done)


def _moved(request: HttpRequest, actor: User) -> HttpResponse:
    """What comes of giving a card another stage."""
    form = request.POST.dict()
    key = form.get("key", "")
    record = visible_to(actor, OPPORTUNITIES.noun).filter(pk=key).first()
    if record is None:
        raise Http404
    move = {"column": "stage", "value": form.get("stage", ""), "seen": form.get("seen", "")}
    outcome = edited(actor, OPPORTUNITIES.noun, key, move)
    if outcome.attempt is not None:
        told = Attempt(refusal=_why_not(str(record), outcome))
        return shown(request, actor, "", told, None, outcome.status)
    query = request.GET.copy()
    if outcome.change is not None:
        query["done"], query["at"] = str(outcome.change.pk), key
    return HttpResponseRedirect(f"{BOARD}?{query.urlencode()}")


def _why_not(name: str, outcome: Outcome) -> str:
    attempt = outcome.attempt
    assert attempt is not None
    if attempt.clash is not None:
        clash = attempt.clash
        return (
            f"{clash.by} moved “{name}” to {clash.now or 'no stage'} meanwhile. Move it again if it "
            "is to be elsewhere."
        )
    return attempt.refusal or f"“{name}” stays where it is. {attempt.problem}"


def shown(
    request: HttpRequest,
    actor: User,
    opened: str,
    attempt: Attempt,
    done: Mapping[str, Any] | None,
    status: int = 200,
) -> HttpResponse:
    """The board as it is now, with the form of the card `opened`."""
    book = whole_book()
    listing = with_own_fields(OPPORTUNITIES).listing
    ask = dataclasses.replace(ask_of(request, listing, book), sort="", page=1)
    pipelines = _pipelines(book)
    asked = request.GET.get("pipeline", "")
    pipeline = asked if asked in pipelines else next(iter(pipelines), "")
    columns = _columns(request, actor, book, listing, ask, pipeline, opened)
    count, total = counted(book, listing, _within(ask, _of_pipeline(pipeline)))
    context = {
        "kind": OPPORTUNITIES,
        "columns": columns,
        "pipelines": pipelines,
        "pipeline": pipeline,
        "count": count,
        "total": total,
        "currency": book.facts.currency,
        "ask": ask,
        "chosen_facets": [
            (listing.column(n).title, v) for n, v in sorted(ask.facets.items())
        ],
        "kept": [(n, request.GET[n]) for n in (*ask.facets, "where", "pipeline", "view") if request.GET.get(n)],
        "where": request.GET.get("where", ""),
        "here": request.GET.urlencode(),
        "address": BOARD,
        "attempt": attempt,
        "done": done,
        "zone": reading()[1],
        "on": "board",
    }  # fmt: skip
    return render(request, "working/board.html", context, status=status)


def _columns(
    request: HttpRequest,
    actor: User,
    book: Book,
    listing: Listing,
    ask: Ask,
    pipeline: str,
    opened: str,
) -> list[Column]:
    """The stages in order, with their cards as the records are now: one that was moved stands where it is."""
    of_it = _within(ask, _of_pipeline(pipeline))
    sums = sums_by(book.engine, listing, of_it, "stage")
    columns = {}
    for stage, outcome in _stages(book, pipeline):
        count, minor = sums.get(stage, (0, 0))
        query = request.GET.copy()
        query.pop("pipeline", None)
        query["stage"] = stage
        narrowed = f"{OPPORTUNITIES.address}?{query.urlencode()}"
        columns[stage] = Column(stage, outcome, count, minor, narrowed=narrowed)
    rows = [row for row in _first_cards(book, listing, of_it) if row["stage"] in columns]
    found = kept(actor, OPPORTUNITIES, book, [row["_id"] for row in rows])
    seen = _versions(list(found.records))
    for row in rows:
        record = found.records.get(row["_id"])
        was = found.in_book[row["_id"]]["stage"]
        column = _column_now(columns, record, pipeline)
        if column is None or column.stage != was:
            _count_elsewhere(columns[was], column, row["value"] or 0)
        if column is None or record is None:
            continue
        card = _card(found, record, row, book.facts.currency)
        card.seen, card.is_opened = seen.get(record.pk, 0), record.pk == opened
        # What was moved a moment ago is looked for at the top.
        column.cards.insert(0 if column.stage != was else len(column.cards), card)
    return list(columns.values())


def _first_cards(book: Book, listing: Listing, ask: Ask) -> list[dict[str, Any]]:
    """The rows of each stage's first cards: of open deals those that close next, of closed ones the latest."""
    narrowed, values = rows_narrowed(listing, ask, "")
    first = "{'day': coalesce(x.close_date, DATE '%s'), 'key': x.id}"
    found = book.engine.run(
        f"SELECT min({first % '9999-12-31'}, {MOST_CARDS}) FILTER (WHERE NOT x.is_closed), "
        f"max({first % '0001-01-01'}, {MOST_CARDS}) FILTER (WHERE x.is_closed) {narrowed} GROUP BY x.stage",
        values,
    )
    keys = [one["key"] for row in found.rows for each in row for one in each or ()]
    wanted = ", ".join(literal(key) for key in keys) or "NULL"
    of_them = Ask(size=max(1, len(keys)), extra=f"x.id IN ({wanted})")
    by_key = {row["_id"]: row for row in page(book.engine, listing, of_them).dicts()}
    return [by_key[key] for key in keys]


def _column_now(columns: Mapping[str, Column], record: Any, pipeline: str) -> Column | None:
    """Where the card stands; nowhere where it is gone or in another pipeline."""
    if record is None or (record.pipeline or pipeline) != pipeline:
        return None
    return columns.get(record.stage or "")


def _count_elsewhere(was: Column, now: Column | None, minor: int) -> None:
    was.count, was.minor = was.count - 1, was.minor - minor
    if now is not None:
        now.count, now.minor = now.count + 1, now.minor + minor


def _card(found: Kept, record: Any, row: Mapping[str, Any], currency: str) -> Card:
    own = record.currency or currency
    same = found.in_book[record.pk]["amount_minor"] == record.amount_minor
    value = OPPORTUNITIES.listing.column("value")
    amount = "" if record.amount_minor is None else format_money(record.amount_minor, own)
    return Card(
        key=record.pk,
        name=str(record),
        account=said_now(found, record, "account_id", currency),
        owner=said_now(found, record, "owner_id", currency),
        money=in_words(value, row["value"], currency) if same else amount,
        close_date=said_now(found, record, "close_date", currency),
        may_move=record.pk in found.editable,
        is_ahead=record.pk in found.ahead,
    )


def _versions(keys: Sequence[str]) -> dict[str, int]:
    """The version each record is in."""
    now = OpportunityVersion.objects.filter(record_id__among=set(keys), ends_at=FOREVER)
    return dict(now.order_by("version").values_list("record_id", "version"))


def _pipelines(book: Book) -> list[str]:
    found = book.engine.run(
        "SELECT pipeline FROM opportunity WHERE pipeline IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    )
    return [str(row[0]) for row in found.rows]


def _stages(book: Book, pipeline: str) -> list[tuple[str, str]]:
    found = book.engine.run(
        "SELECT stage, coalesce(outcome, 'open') FROM pipeline_stage WHERE pipeline = $pipeline "
        "AND stage IS NOT NULL ORDER BY position NULLS LAST, stage",
        {"pipeline": pipeline},
    )
    return [(str(stage), str(outcome)) for stage, outcome in found.rows]


def _of_pipeline(pipeline: str) -> str:
    return f"x.pipeline = {literal(pipeline)}"


def _within(ask: Ask, condition: str) -> Ask:
    """The same question of rows for which the condition is true as well."""
    both = " AND ".join(f"({c})" for c in (ask.extra, condition) if c)
    return dataclasses.replace(ask, extra=both)
