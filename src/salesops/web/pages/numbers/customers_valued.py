"""What customers are worth: by who stayed at each renewal, or by who bought again; how sure that is; and each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.customers import (
    Buyer,
    Check,
    Present,
    Purchase,
    PurchaseValue,
    RecurringValue,
    Terms,
    Value,
    purchase_value,
    purchases_of,
    recurring_value,
)
from salesops.customers.recurring_value import MONTHS, Every
from salesops.customers.value_words import ahead, doubts_of_purchases, doubts_of_renewals, missed
from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent, in_percents
from salesops.foundations.period_words import day_in_words
from salesops.foundations.problem import Refusal
from salesops.foundations.statistics import wilson
from salesops.foundations.typed_number import typed_decimal
from salesops.insights import LIBRARY_PERIOD
from salesops.web.books import narrowed_book, speaks_of
from salesops.web.charts.frame import round_lines
from salesops.web.charts.told import Point, told, values
from salesops.web.export import as_asked, is_export, major
from salesops.web.pages.pipeline.kept import kept
from salesops.web.paging import page_of, paged

SIZE = 50
CONTRACTS, PURCHASES = "contracts", "purchases"
# Each way to learn it: how its door is called, and for which customers it is.
WAYS = (
    (
        CONTRACTS,
        "By renewals",
        "For customers with contracts that go on or end: learned from who stayed.",
    ),
    (
        PURCHASES,
        "By purchases",
        "For customers who buy again when they like: learned from when and for how much they bought.",
    ),
)
YEARS = (1, 2, 3, 5, 10)
EVERY: tuple[tuple[Every, str], ...] = (
    ("year", "Every year"),
    ("quarter", "Every quarter"),
    ("month", "Every month"),
)
SLIPPING = "slipping"
LEAST, MOST = 0.1, 0.5  # likely to be one still: more likely gone than not, and not surely gone


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    book: Book
    way: str
    years: int
    every: Every
    discount: str
    margin: str

    @property
    def terms(self) -> Terms:
        """What is asked; raises Refusal for what is none."""
        percent = typed_decimal(self.discount) or Decimal(0)
        margin = typed_decimal(self.margin)
        return Terms(
            years=self.years,
            discount=float(percent / 100),
            margin=None if margin is None else float(margin / 100),
        )


def customers_valued(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` each customer as a file."""
    asked = _asked(request)
    frame = {
        "asked": asked,
        "ways": [(way, title) for way, title, _ in WAYS],
        "way_said": next(said for way, _, said in WAYS if way == asked.way),
        "other_way": next((w, title) for w, title, _ in WAYS if w != asked.way),
        "years": YEARS,
        "asked_said": f"{counted(asked.years, 'year')} ahead, {asked.discount} % a year off",
        "every": EVERY,
        "speaks_of": speaks_of(asked.book),
        "last_day": asked.book.today,
        "sees_part": not asked.book.scope.is_everything,
    }
    try:
        found = _by_renewals(asked) if asked.way == CONTRACTS else _by_purchases(asked)
    except Refusal as refusal:
        return render(request, "numbers/customer_value.html", frame | {"why": str(refusal)})
    currency = asked.book.facts.currency
    is_slipping = request.GET.get("show") == SLIPPING and isinstance(found, PurchaseValue)
    customers: Sequence[Buyer | Present]
    if isinstance(found, PurchaseValue):
        customers = slipping(found) if is_slipping else found.buyers
        page_of_way = _told_purchases(asked, found)
    else:
        customers = found.customers
        page_of_way = _told_renewals(asked, found)
    if is_export(request):
        return as_asked(request, "customer-value", *_file(customers, currency, asked.book))
    page = page_of(request)
    shown = customers[(page - 1) * SIZE : page * SIZE + 1]
    names = asked.book.names_of("account", [c.id for c in shown[:SIZE]])
    return render(
        request,
        "numbers/customer_value.html",
        frame
        | page_of_way
        | {
            "found": found,
            "is_slipping": is_slipping,
            "ahead": ahead(found.terms),
            "new": _sure(found.new, currency),
            "present": _sure(found.present, currency),
            "is_revenue": isinstance(found, PurchaseValue) and found.terms.margin is None,
            "half": _half([c.value for c in _all(found)]),
            "costs": _costs(asked.book, found),
            "customers": [_customer(c, names, currency) for c in shown[:SIZE]],
            "n_shown": len(customers),
        }
        | paged(page, shown, SIZE),
    )


def slipping(found: PurchaseValue) -> list[Buyer]:
    """Customers who had come again and are more likely gone than not, but not surely; who spent most first."""
    gone = [b for b in found.buyers if b.purchases > 1 and LEAST <= b.chance < MOST]
    return sorted(gone, key=lambda b: -b.each * b.purchases)


def _asked(request: HttpRequest) -> Asked:
    book = narrowed_book(request)
    given = {k: str(v).strip() for k, v in request.GET.items()}
    has_contracts = (
        book.scope.is_everything and "recurring_revenue.value_minor" in book.facts.filled
    )
    way = given.get("way", "")
    if way not in (CONTRACTS, PURCHASES):
        way = CONTRACTS if has_contracts else PURCHASES
    years = given.get("years", "")
    every: Every = next((v for v, _ in EVERY if v == given.get("every")), "year")
    return Asked(
        book=book,
        way=way,
        years=int(years) if years in map(str, YEARS) else 5,
        every=every,
        discount=given.get("discount", "") or "10",
        margin=given.get("margin", ""),
    )


def _by_renewals(asked: Asked) -> RecurringValue:
    terms = asked.terms
    return kept(
        asked.book,
        ("recurring value", terms, asked.every),
        lambda: recurring_value(asked.book, terms, every=asked.every),
    )


def _by_purchases(asked: Asked) -> PurchaseValue:
    bought = tuple(sorted(purchases_of(asked.book)))
    return _of_purchases(bought, asked.book.today, asked.terms)


@lru_cache(maxsize=32)
def _of_purchases(bought: tuple[Purchase, ...], until: date, terms: Terms) -> PurchaseValue:
    """Worked out once for the same purchases, whatever else changed in the book, and whoever asks."""
    return purchase_value(bought, until=until, terms=terms)


def _all(found: RecurringValue | PurchaseValue) -> Sequence[Buyer | Present]:
    return found.buyers if isinstance(found, PurchaseValue) else found.customers


def _sure(value: Value, currency: str) -> dict[str, str]:
    def words(minor: float) -> str:
        return format_money(round(minor), currency, compact=True)

    is_sure = value.low is not None and value.high is not None
    return {
        "value": words(value.value),
        "range": f"{words(value.low or 0)} – {words(value.high or 0)}" if is_sure else "",
        "low": words(value.low) if value.low is not None else "",
    }


def _half(worth: Sequence[float]) -> int:
    """How many customers, the most valuable first, bring half of all that is to come."""
    total, so_far = sum(worth), 0.0
    for place, value in enumerate(worth, 1):
        so_far += value
        if so_far >= total / 2:
            return place
    return len(worth)


def _costs(book: Book, found: RecurringValue | PurchaseValue) -> dict[str, Any] | None:
    """What winning a customer cost of late, beside what one is worth; None where that is not known to this reader."""
    measured = book.measure("cac", period=LIBRARY_PERIOD)
    if not measured.value:
        return None
    return {
        "cac": format_money(round(measured.value), measured.currency, compact=True),
        "times": f"{found.new.value / float(measured.value):,.1f}",
        "is_less": found.new.value < float(measured.value),
    }


def _told_renewals(asked: Asked, found: RecurringValue) -> dict[str, Any]:
    points = []
    for r in found.renewals:
        low, high = wilson(r.stayed, r.n) or (None, None)
        said = f"{in_percent(r.stayed / r.n)} stayed, expected {in_percent(r.expected)}"
        points.append(Point(f"Renewal {r.number}", r.expected, r.stayed / r.n, said, low, high))
    simple = asked.book.measure("ltv_margin")
    return {
        "doubts": doubts_of_renewals(found),
        "chart": told(points, _title("Share that stayed at each renewal", points), _axis(points, is_share=True)),
        "rows": [
            {
                "name": r.number,
                "n": r.n,
                "happened": in_percent(r.stayed / r.n, 1),
                "between": in_percents(p.low or 0, p.high or 0),
                "foretold": in_percent(r.expected, 1),
            }
            for r, p in zip(found.renewals, points, strict=True)
        ],
        "margin": in_percent(found.margin),
        "term_words": found.every,
        "terms_ahead": found.terms.years * 12 // MONTHS[found.every],
        "simple": format_money(simple.value, found.currency, compact=True)
        if isinstance(simple.value, int)
        else "",
    }  # fmt: skip


def _told_purchases(asked: Asked, found: PurchaseValue) -> dict[str, Any]:
    currency = asked.book.facts.currency
    check = found.check
    points = _course(check) if check else []
    return {
        "doubts": doubts_of_purchases(found),
        "chart": told(points, _title("Purchases of known customers", points), _axis(points, is_share=False)),
        "check": check,
        "foretold": f"{check.foretold:,.0f}" if check else "",
        "missed": missed(check) if check else "",
        "rows": [
            {"name": k.name, "n": k.n, "happened": f"{k.happened:,}", "foretold": f"{k.foretold:,.1f}"}
            for k in (check.kinds if check else ())
        ],
        "margin": "" if found.terms.margin is None else in_percent(found.terms.margin),
        "each": format_money(round(found.each), currency, compact=True),
        "to_come": f"{found.to_come.value:,.1f}",
        "still": f"{found.n_present:,.0f}",
        "n_slipping": len(slipping(found)),
    }  # fmt: skip


def _course(check: Check) -> list[Point]:
    return [
        Point(
            day_in_words(date.fromisoformat(t.name)),
            t.foretold,
            t.happened,
            f"{t.happened:,} purchases so far, foretold {t.foretold:,.0f}",
        )
        for t in check.course
    ]


def _title(what: str, points: Sequence[Point]) -> str:
    return f"{what}. {points[-1].label}: {points[-1].said}" if points else what


def _axis(points: Sequence[Point], *, is_share: bool) -> list[tuple[float, str]]:
    drawn = [v for v in values(points) if v is not None]
    lines = round_lines(min(drawn), max(drawn)) if drawn else []
    digits = 0 if all(round(v * 100, 6) % 1 == 0 for v in lines) else 1
    return [(v, in_percent(v, digits) if is_share else f"{v:,.0f}") for v in lines]


def _customer(
    customer: Buyer | Present, names: dict[str | None, str], currency: str
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "link": f"/accounts/{quote(customer.id, safe='')}",
        "name": names.get(customer.id, customer.id),
        "value": format_money(round(customer.value), currency, compact=True),
    }
    if isinstance(customer, Present):
        a_term = format_money(round(customer.term_minor), currency, compact=True)
        return shown | {"since": customer.since, "renewed": customer.renewed, "a_term": a_term}
    return shown | {
        "purchases": customer.purchases,
        "last_on": customer.last_on,
        "chance": in_percent(customer.chance),
        "to_come": f"{customer.to_come:,.1f}",
        "each": format_money(round(customer.each), currency, compact=True),
    }


def _file(
    customers: Sequence[Buyer | Present], currency: str, book: Book
) -> tuple[list[str], list[list[Any]]]:
    names = book.names_of("account", [c.id for c in customers])
    money = currency.lower()
    if not customers or isinstance(customers[0], Buyer):
        header = ["id", "name", "purchases", "last_on", "chance", "to_come"]
    else:
        header = ["id", "name", "since", "renewed", f"term_{money}"]
    rows = []
    for c in customers:
        told = (
            [c.purchases, c.last_on, c.chance, c.to_come]
            if isinstance(c, Buyer)
            else [c.since, c.renewed, major(round(c.term_minor), currency)]
        )
        rows.append([c.id, names.get(c.id, c.id), *told, major(round(c.value), currency)])
    return [*header, f"value_{money}"], rows
