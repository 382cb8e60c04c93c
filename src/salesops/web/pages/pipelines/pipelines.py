"""The pipelines of an office: stages in order, edited in place by who may, with what a change means and what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from salesops.actions.add_pipeline import add_pipeline
from salesops.actions.arrange_stages import (
    CATEGORIES,
    OUTCOMES,
    add_stage,
    edit_stage,
    in_order,
    may_arrange,
    meaning_now,
    move_stage,
    refuse_who_may_not,
    take_back_turn,
)
from salesops.actions.edit_record import Unfit, version_now
from salesops.actions.move_person import day_in
from salesops.book.stage_meaning import DATED, turns
from salesops.foundations.clock import system_clock
from salesops.foundations.period_words import day_in_words
from salesops.foundations.problem import Refusal
from salesops.records.change import reason_of
from salesops.records.models import Opportunity, PipelineStage
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import manifest, whole_book
from salesops.web.pages.keeping.arranged import (
    change_of,
    done_of,
    place_of,
    seen_of,
    told_of,
    undone,
)
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.keeping.typed import day as typed_day
from salesops.web.pages.pipelines.words import meant, what
from salesops.web.words import said

PLACE = "/pipelines"
MOST_TOLD = 30
_WITH_CHANCE = re.compile(r"(.*?)[\s,;:]*([-+\d.,]+)\s*%")
USUAL = "Qualification 10 %\nDiscovery 20 %\nProposal 50 %\nNegotiation 75 %"
_DONE = {
    "arrange_stages": "The stages have another order.",
    "add_pipeline": "The pipeline is there. Deals can be put into its stages.",
}
_YES_NO = {"": None, "yes": True, "no": False}


def pipelines(request: HttpRequest) -> HttpResponse:
    """The stages of each pipeline, or what comes of a form on them."""
    actor = actor_of(request)
    if request.method != "POST":
        return _shown(request, actor)
    refuse_who_may_not(actor)
    form = request.POST.dict()
    try:
        number = _do(actor, form)
    except Refusal as refusal:
        column = getattr(refusal, "column", "")
        return _shown(request, actor, problem=str(refusal), column=column, typed=form, status=422)
    return HttpResponseRedirect(f"{PLACE}?done={number}#s-{form.get('key', '')}")


def _do(actor: User, form: Mapping[str, str]) -> int:
    """Do what a form asks; the number of the change, 0 where it was so already."""
    key = form.get("key", "")
    match form.get("do"):
        case "edit":
            seen = seen_of(form)
            stage = get_object_or_404(PipelineStage, pk=key, deleted_at=None)
            values = {c: v for c, v in _values(form).items() if getattr(stage, c) != v}
            if not values:
                return 0
            reason = reason_of(form.get("reason", ""))
            since = _since(form) if values.keys() & set(DATED) else None
            change = edit_stage(
                actor, key, values, system_clock, seen=seen, since=since, reason=reason
            )
            return int(change.pk)
        case "take_back":
            day = typed_day("day", form.get("day", ""))
            if day is None:
                raise Refusal("Choose what is to be taken back.")
            get_object_or_404(PipelineStage, pk=key, deleted_at=None)
            return int(take_back_turn(actor, key, day, system_clock, seen=seen_of(form)).pk)
        case "add":
            made = add_stage(
                actor, form.get("pipeline", ""), form.get("stage", ""), _values(form), system_clock
            )
            state = PipelineStage.versions.objects.get(record_id=made.pk)
            return int(state.opened_by or 0)
        case "pipeline":
            made = add_pipeline(
                actor,
                form.get("new_pipeline", ""),
                _stages(form.get("stages", "")),
                form.get("won", ""),
                form.get("lost", ""),
                system_clock,
            )
            return int(made.pk)
        case "move":
            return int(move_stage(actor, key, place_of(form), system_clock).pk)
        case "undo":
            return undone(actor, change_of(form))
    raise Refusal("Choose what is to be done.")


def _stages(text: str) -> list[tuple[str, Decimal | None]]:
    """Stages as they are typed, one a line, each with its probability behind it where one is known."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        read = _WITH_CHANCE.fullmatch(line.strip())
        try:
            found.append((read[1], _share(read[2])) if read else (line, None))
        except Unfit as unfit:
            raise Unfit("stages", f"{line.strip()}: {unfit}") from unfit
    return found


def _values(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says of a stage, by column."""
    return {
        "default_probability": _share(form.get("default_probability", "")),
        "forecast_category": form.get("forecast_category") or None,
        "outcome": form.get("outcome") or None,
        "is_pitched": _yes_no(form, "is_pitched"),
        "is_qualified": _yes_no(form, "is_qualified"),
        "is_active": "is_active" in form,
    }


def _since(form: Mapping[str, str]) -> date | None:
    """From which day on a change is so; None where it was always so."""
    match form.get("when", "always"):
        case "always":
            return None
        case "since":
            found = typed_day("since", form.get("since", ""))
            if found is None:
                raise Unfit("since", "Say from which day on, or choose “It was always so”.")
            return found
    raise Unfit("since", "Choose whether it was always so, or from which day on.")


def _share(text: str) -> Decimal | None:
    """A share typed as 60 or 60 %."""
    plain = text.replace("%", "").replace(" ", "").replace(",", ".")
    if not plain:
        return None
    try:
        found = Decimal(plain) / 100
    except InvalidOperation as error:
        raise Unfit("default_probability", "Write a probability such as 60 %.") from error
    if not found.is_finite() or not 0 <= found <= 1:
        raise Unfit("default_probability", "A probability is between 0 % and 100 %.")
    return found.quantize(Decimal("0.000001"))


def _yes_no(form: Mapping[str, str], name: str) -> bool | None:
    if form.get(name, "") not in _YES_NO:
        raise Unfit(name, "Choose yes, no or by its name.")
    return _YES_NO[form.get(name, "")]


def _shown(
    request: HttpRequest,
    actor: User,
    *,
    problem: str = "",
    column: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    stages = list(visible_to(actor, PipelineStage))
    may, opened = may_arrange(actor), request.GET.get("edit", "")
    if typed and typed.get("do") == "edit":
        opened = typed.get("key", "")
    told = told_of(actor, stages, may_edit=may)
    names = sorted({s.pipeline or "" for s in stages})
    counts = {
        (row["pipeline"], row["stage"]): row["n"]
        for row in Opportunity.objects.filter(deleted_at=None)
        .values("pipeline", "stage")
        .annotate(n=Count("pk"))
        .order_by()
    }
    guessed = _as_in_the_book()
    seen_keys = {s.pk for s in stages}
    arranged = [(n, [s for s in in_order(n or None) if s.pk in seen_keys]) for n in names]
    context = {
        "pipelines": [
            {
                "name": name,
                "stages": [_line(s, counts, guessed, opened if may else "") for s in of_it],
                "turns": [turn for s in of_it for turn in _turns(s)],
            }
            for name, of_it in arranged
        ],
        "today": day_in(reading()[1], system_clock),
        "outcomes": [(o, said(o)) for o in OUTCOMES],
        "categories": [(c, said(c)) for c in CATEGORIES],
        "may_arrange": may,
        "told": told[:MOST_TOLD],
        "done": done_of(request, actor, told, _DONE),
        "problem": problem,
        "column": column,
        "typed": typed or {},
        "usual": USUAL,
        "zone": reading()[1],
    }
    return render(request, "pipelines/pipelines.html", context, status=status)


def _line(
    stage: Any,
    counts: Mapping[tuple[Any, Any], int],
    guessed: Mapping[tuple[str, str], Mapping[str, Any]],
    opened: str,
) -> dict[str, Any]:
    book = guessed.get((stage.pipeline or "", stage.stage or ""), {})
    chance = stage.default_probability
    return {
        "stage": stage,
        "deals": counts.get((stage.pipeline, stage.stage), 0),
        "chance": "" if chance is None else f"{(chance * 100).normalize():f} %",
        "is_open": stage.pk == opened,
        "seen": version_now(stage) if stage.pk == opened else 0,
        "facts": [
            (name, _words(getattr(stage, name)), _words(book.get(name)))
            for name in ("outcome", "is_pitched", "is_qualified")
        ],
        "pitched": {True: "yes", False: "no"}.get(stage.is_pitched, ""),
        "qualified": {True: "yes", False: "no"}.get(stage.is_qualified, ""),
    }


def _turns(stage: Any) -> list[dict[str, Any]]:
    """Each day on which the stage came to mean something else, the latest first."""
    if not stage.meant_before:
        return []
    seen = version_now(stage)
    return [
        {
            "stage": stage,
            "day": turn.day,
            "said": day_in_words(turn.day),
            "seen": seen,
            "what": [
                (what(name), meant(turn.was[name]), meant(turn.became[name]))
                for name in DATED
                if name in turn.was
            ],
        }
        for turn in turns(meaning_now(stage), stage.meant_before)
    ]


def _words(value: Any) -> str:
    if value is None:
        return ""
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else said(str(value))


def _as_in_the_book() -> dict[tuple[str, str], dict[str, Any]]:
    """What each stage means in numbers, where the record does not say."""
    if manifest() is None:
        return {}
    found = whole_book().engine.run(
        "SELECT pipeline, stage, outcome, is_pitched, is_qualified FROM pipeline_stage"
    )
    return {(row["pipeline"] or "", row["stage"] or ""): row for row in found.dicts()}
