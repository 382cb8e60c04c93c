"""Changing many rows at once: choose the field and the value, see what would change, do it as one change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from salesops.actions.edit_in_bulk import (
    EDIT_MANY,
    MOST,
    MOST_AT_ONCE,
    UNDO_MANY,
    SortedOut,
    edit_alike,
    edit_alike_soon,
    sort_out,
)
from salesops.actions.edit_record import Unfit, Values
from salesops.actions.undo_in_bulk import undo_many_soon
from salesops.book.listing import Ask
from salesops.foundations.clock import system_clock
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Column, Type
from salesops.records.change import Change, reason_of
from salesops.records.custom_field import value_of
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.models import Opportunity
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import whole_book
from salesops.web.pages.keeping import facts
from salesops.web.pages.keeping.facts import Shown
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.keeping.references import Choices
from salesops.web.pages.records.lists import ask_of
from salesops.web.pages.records.narrowing import keys_of
from salesops.web.pages.working.kinds import Worked
from salesops.web.pages.working.lists import may_work
from salesops.web.pages.working.undoing import worked
from salesops.web.pages.working.views import SAID
from salesops.web.words import counted


def change_many(request: HttpRequest, name: str) -> HttpResponse:
    """The value to give, then what giving it would change, then the change."""
    kind, actor = worked(name, request.POST.get("on", "")), actor_of(request)
    if not may_work(actor):
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect(kind.address)
    form = request.POST
    column = facts.column_of(kind.noun, form.get("column", ""))
    if column is None or column.name not in kind.at_once:
        raise Http404
    keys = _chosen(kind, form)
    asked = Asked(kind, actor, column, keys, form)
    if not keys:
        return asked.page(request, problem="Choose some rows first.")
    if form.get("do") not in ("preview", "apply"):
        return asked.page(request)
    found = asked.sorted_out()
    if not found.count:
        return asked.page(request, found=found, status=422)
    if form["do"] == "apply" and form.get("digest") == found.digest:
        return asked.done(request, found)
    return asked.page(request, found=found, is_stale=form["do"] == "apply")


class Asked:
    """Which rows are to get which value of which column, as a form says."""

    def __init__(
        self, kind: Worked, actor: User, column: Column, keys: Sequence[str], form: QueryDict
    ) -> None:
        self.kind, self.actor, self.column, self.keys, self.form = kind, actor, column, keys, form
        self.currency = reading()[0]

    def sorted_out(self) -> SortedOut:
        """What it would change."""
        given = self.form.dict()

        def read(record: Record) -> Values:
            try:
                return facts.read(self.actor, record, self.column, given, self.currency)  # type: ignore[arg-type]
            except Unfit as unfit:
                if self.column.name == "stage":
                    raise Unfit("stage", "in a pipeline without this stage") from unfit
                raise

        return sort_out(self.actor, self.kind.noun, self.keys, self.column.name, read)

    def done(self, request: HttpRequest, found: SortedOut) -> HttpResponse:
        """Change them: at once, or by a worker where they are many."""
        reason = reason_of(self.form.get("reason", ""))
        said = f"{counted(self.kind.name, found.count)}: {self.title.lower()} changed to {self.value_said()}."
        if found.count > MOST_AT_ONCE:
            job = edit_alike_soon(
                self.actor, self.kind.noun, found.alike, system_clock, reason=reason
            )
            return HttpResponseRedirect(reverse("many_changed", args=[self.kind.name, job.pk]))
        change = edit_alike(self.actor, self.kind.noun, found.alike, system_clock, reason=reason)
        request.session[SAID] = {"change": change.pk, "said": said[0].upper() + said[1:]}
        return HttpResponseRedirect(self.back)

    @property
    def back(self) -> str:
        """The list the rows were chosen in."""
        query = QueryDict(self.form.get("query", "")).urlencode()
        return f"{self.kind.address}?{query}" if query else self.kind.address

    @property
    def title(self) -> str:
        """The column's name for people."""
        return facts.title_of(self.kind.noun, self.column.name)

    def value_said(self) -> str:
        """The value as it was chosen or typed."""
        text = self.form.get("value", "").strip()
        return dict(self._choices()).get(text, text) or "nothing"

    def page(
        self,
        request: HttpRequest,
        *,
        found: SortedOut | None = None,
        problem: str = "",
        is_stale: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        """The form, with what it would change where a value was given."""
        shown = Shown(self.column.name, self.title, "", may_edit=True, is_open=True)
        shown.control, shown.choices = facts.control_of(self.column), self._choices()
        shown.typed = self.form.get("value", "")
        if shown.control == "choice" and not shown.choices:
            shown.control = "text"
        if shown.control == "money":
            shown.hint = "Such as 3.2m or 450k, each in its own currency."
        context = {
            "kind": self.kind,
            "f": shown,
            "count": len(self.keys),
            "keys": [] if self.form.get("all") else self.keys,
            "all": self.form.get("all", ""),
            "query": self.form.get("query", ""),
            "back": self.back,
            "reason": self.form.get("reason", ""),
            "value": self.form.get("value", ""),
            "value_said": self.value_said(),
            "problem": problem,
            "is_stale": is_stale,
            "nouns": counted(self.kind.name, len(self.keys)),
            "found": found,
            **(self._told(found) if found else {}),
        }
        return render(request, "working/many.html", context, status=status)

    def _told(self, found: SortedOut) -> dict[str, Any]:
        names = facts.names_of(self.actor, self.kind.noun, [r for r, _ in found.examples])
        own = self.column.name
        examples = []
        for record, values in found.examples:
            currency = getattr(record, "currency", None) or values.get("currency") or self.currency
            amount = getattr(record, "amount_minor", None)
            examples.append(
                {
                    "name": str(record),
                    "place": facts.PLACES[self.kind.name],
                    "key": record.pk,
                    "was": facts.in_words(self.column, value_of(record, own), currency, names),
                    "new": self.value_said()
                    if self.column.type is not Type.MONEY
                    else facts.in_words(self.column, values[own], currency, names),
                    "money": "" if amount is None else format_money(amount, currency),
                }
            )
        return {
            "changes": counted(self.kind.name, found.count),
            "money": [
                format_money(minor, code or self.currency or "USD", compact=True)
                for code, minor in sorted(found.money.items())
            ],
            "examples": examples,
            "left": found.left.most_common(),
            "is_long": found.count > MOST_AT_ONCE,
        }

    def _choices(self) -> Choices:
        """What the column offers: of a stage, those of every pipeline the rows are in."""
        if facts.control_of(self.column) != "choice":
            return []
        if self.column.name != "stage":
            return facts.choices(self.actor, self.kind.noun(), self.column)
        of_them = visible_to(self.actor, Opportunity).filter(pk__among=set(self.keys))
        pipelines = of_them.order_by("pipeline").values_list("pipeline", flat=True).distinct()
        offered = [c for pipeline in pipelines for c in facts.stages(self.actor, pipeline)]
        return list(dict.fromkeys(offered))


def many_changed(request: HttpRequest, name: str, job: int) -> HttpResponse:
    """How far a worker has come with changing many, and the way to take it back."""
    kind, actor = worked(name), actor_of(request)
    asked = get_object_or_404(Job, pk=job, asked_by=actor, kind__in=(EDIT_MANY, UNDO_MANY))
    if asked.arguments["noun"] != kind.name:
        raise Http404
    if request.method == "POST":
        if asked.kind != EDIT_MANY:
            raise Http404
        undoing = undo_many_soon(actor, asked, system_clock)
        return HttpResponseRedirect(reverse("many_changed", args=[kind.name, undoing.pk]))
    result = asked.result or {}
    total = sum(len(each["keys"]) for each in asked.arguments["alike"])
    is_undone = Change.objects.filter(undoes=asked.arguments["change"]).exists()
    context = {
        "kind": kind,
        "job": asked,
        "total": total,
        "nouns": counted(kind.name, total),
        "changed": counted(kind.name, result.get("changed", 0)),
        "left": result.get("left", 0),
        "is_undoing": asked.kind == UNDO_MANY,
        "is_going_on": asked.state in (WAITING, RUNNING),
        "may_undo": asked.kind == EDIT_MANY
        and asked.state not in (WAITING, RUNNING)
        and not is_undone,
    }
    return render(request, "working/many_changed.html", context)


def _chosen(kind: Worked, form: QueryDict) -> list[str]:
    """The keys of the rows chosen, or of all that match. Raises Refusal for more than can be changed at once."""
    if not form.get("all"):
        return list(dict.fromkeys(form.getlist("key")))
    address = HttpRequest()
    address.GET = QueryDict(form.get("query", ""))
    book = whole_book()
    ask: Ask = ask_of(address, kind.listing, book)
    keys = keys_of(book.engine, kind.listing, ask, MOST + 1)
    if len(keys) > MOST:
        raise Refusal(
            f"More than {MOST:,} rows match, which is the most at once. Narrow the list first."
        )
    return keys
