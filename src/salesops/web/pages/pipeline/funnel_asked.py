"""What the pages of the funnel are asked: of which deals and days, in which definition, and of which stage the deals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from salesops.book.book import Book
from salesops.foundations.period import Period
from salesops.pipeline import CROSSINGS, FATES
from salesops.pipeline.stays import GROUPS
from salesops.web.books import narrowed_book
from salesops.web.pages.pipeline.days import Days, days_asked
from salesops.web.pages.pipeline.spans import over_of, span_shown, split_of, splits_shown
from salesops.web.pages.pipeline.tabs import tabs

COHORT, PERIOD = "cohort", "period"
# Each definition: how its door is called, and in one sentence what it takes and what for.
DEFINITIONS = (
    (
        COHORT,
        "Follow who entered",
        "Takes the deals that entered a stage in these days and follows them until now: to judge how well a stage converts.",
    ),
    (
        PERIOD,
        "What happened",
        "Counts what happened in these days, whenever the deals had entered: to see how much came, went and stayed.",
    ),
)


@dataclass(frozen=True)
class Asked:
    """What the address asks for; a span of own days is `first..last`, `fate` one of the definition's."""

    book: Book
    before: Book | None  # as it was known on the day compared with
    days: Days
    definition: str
    over: str
    period: Period
    by: str
    group: str | None
    stage: str
    fate: str

    @property
    def whose(self) -> dict[str, Any]:
        """What the deals are asked with: of the chosen group, or of all."""
        return {} if self.group is None else {"by": self.by, "group": self.group or None}


def asked_of(request: HttpRequest) -> Asked:
    """The question an address asks."""
    book = narrowed_book(request)
    days = days_asked(request, book)
    before, book = days.book_before(book), days.book(book)
    given = {k: str(v).strip() for k, v in request.GET.items()}
    over, (by, group) = over_of(request, book), split_of(request, book, GROUPS)
    definition = PERIOD if given.get("definition") == PERIOD else COHORT
    fates = CROSSINGS if definition == PERIOD else FATES
    return Asked(
        book=book,
        before=before,
        days=days,
        definition=definition,
        over=over,
        period=book.period(over),
        by=by,
        group=group,
        stage=given.get("stage", ""),
        fate=given["fate"] if given.get("fate") in fates else "entered",
    )


def frame(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What the page shows whether or not there is an answer."""
    shown = span_shown(asked.book, asked.period, asked.over, asked.days)
    return shown | {
        "tabs": tabs(request),
        "asked": asked,
        "days_carried": (*shown["days_carried"], "definition"),
        "definitions": [(name, title) for name, title, _ in DEFINITIONS],
        "definition_said": next(said for name, _, said in DEFINITIONS if name == asked.definition),
        **splits_shown(asked.book, GROUPS, asked.by),
    }


def percent(share: float | None) -> str:
    """12.3 %, or nothing."""
    return "" if share is None else f"{share * 100:.1f} %"
