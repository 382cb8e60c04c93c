"""What a number page asks for, read from its address so that a reload or a shared link shows the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import Http404, HttpRequest

from salesops.book.book import Book
from salesops.book.dimension import SEGMENT, dimensions_with
from salesops.book.measurement import Figure, Measurement
from salesops.book.picture import gap_in_words, sum_in_words
from salesops.foundations.period import Period
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi
from salesops.web.books import asked_book, speaks_of

QUARTERS = 12
PRESETS = (
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("last_4_quarters", "Last 4 quarters"),
    ("this_year", "This year"),
    ("last_year", "Last year"),
    ("all", "All time"),
)
COMPARISONS = (("", "Nothing"), ("previous", "Period before"), ("year", "Same period last year"))


@dataclass(frozen=True)
class Reading:
    """A KPI, the book as asked for, the period, and how it is split and compared."""

    kpi: Kpi
    book: Book
    period: Period
    label: str
    by: str
    compare: str

    @property
    def speaks_of(self) -> datetime | None:
        """When what is shown was so, where edits came since."""
        return speaks_of(self.book)

    @property
    def other(self) -> Period | None:
        """The period it is compared with."""
        if not self.compare or self.period.label == "all":
            return None
        if self.compare == "year":
            return self.book.calendar.same_period_last_year(self.period)
        return self.book.calendar.previous(self.period)


def reading_of(request: HttpRequest, name: str) -> Reading:
    """The reading the address asks for. 404 for an unknown KPI, Refusal for a bad part."""
    kpi = KPIS.get(name)
    if kpi is None:
        raise Http404
    book = asked_book(request)
    label = request.GET.get("period", "").strip() or "last_4_quarters"
    splits = book.can_split(name)
    by = request.GET.get("by", "").strip()
    if not by and "by" not in request.GET:
        by = kpi.default_by or ("team" if "team" in splits else next(iter(splits), ""))
    compare = request.GET.get("compare", "")
    if compare not in ("previous", "year"):
        compare = ""
    return Reading(kpi, book, book.period(label), label, by, compare)


def sums_in_words(measurement: Measurement, of: Figure | None = None) -> list[tuple[str, str]]:
    """What the value was divided from, such as ("won opportunities", "463"); the rows of plain sums."""
    kpi, figure = measurement.kpi, of or measurement.figure
    if kpi.is_sum or figure.numerator is None or figure.denominator is None:
        return [("rows", f"{figure.n:,}")]
    return [
        (words, sum_in_words(kpi, unit, number, measurement.currency))
        for words, unit, number in (
            (kpi.numerator_words, kpi.numerator_unit, figure.numerator),
            (kpi.denominator_words, kpi.denominator_unit, figure.denominator),
        )
    ]


def split_titles(book: Book, name: str) -> list[tuple[str, str]]:
    """The ways a KPI can be split, with their words."""
    known = dimensions_with(book.facts.custom)
    titles = {d.name: d.title for d in known.values()} | {SEGMENT: "Segment"}
    return [(s, titles[s]) for s in book.can_split(name)]


def change_in_words(now: Figure, before: Figure, measurement: Measurement) -> str:
    """How much the value moved, in points for shares and in its unit for the rest."""
    if now.value is None or before.value is None:
        return "n/a"
    gap = Decimal(now.value) - Decimal(before.value)
    return gap_in_words(measurement.kpi.unit, gap, measurement.currency)


def tone(now: Figure, before: Figure, kpi: Kpi) -> str:
    """good, bad or nothing, by which way is better."""
    if now.value is None or before.value is None or now.value == before.value or not kpi.better:
        return ""
    return "good" if (now.value > before.value) == (kpi.better == "up") else "bad"
