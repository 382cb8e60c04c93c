"""How figures, days and icons are written in templates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from salesops.book.picture import value_in_words
from salesops.foundations.instant import in_zone
from salesops.foundations.money import format_money
from salesops.foundations.period_words import period_in_words
from salesops.kpis._definition import Unit
from salesops.web.words import said

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the sprite, for the eye only."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="/icons.svg#{}"/></svg>', classes, name
    )


@register.filter
def day(value: date | None, zone: str = "") -> str:
    """31 Mar 2026; the day of an instant needs the zone it is asked in."""
    if isinstance(value, datetime):
        value = in_zone(value, zone)
    return f"{value:%-d %b %Y}" if value else ""


@register.filter
def moment(value: datetime | None, zone: str) -> str:
    """31 Mar 2026, 14:05 in that zone."""
    return f"{in_zone(value, zone):%-d %b %Y, %H:%M}" if value else ""


@register.filter
def count(value: int | Decimal | None) -> str:
    """1,234."""
    return "" if value is None else f"{value:,.0f}"


@register.filter
def period(value: Any) -> str:
    """Q3 2026, or all time."""
    return period_in_words(value)


@register.filter
def words(value: str | None) -> str:
    """No decision, from no_decision."""
    return said(value)


@register.filter
def money(value: int | None, currency: str) -> str:
    """$1,234.50 from minor units."""
    return "" if value is None else format_money(value, currency)


@register.filter
def short_money(value: int | None, currency: str) -> str:
    """$9.50M from minor units."""
    return "n/a" if value is None else format_money(value, currency, compact=True)


@register.filter
def value(figure: Any, measurement: Any) -> str:
    """A figure's value in words of its unit."""
    unit: Unit = measurement.kpi.unit
    return value_in_words(unit, figure.value, measurement.currency, compact=True)


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, empty where there is none."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.filter
def listed(query: QueryDict, name: str) -> list[str]:
    """Every value that an address has under a name."""
    return query.getlist(name)


@register.simple_tag(takes_context=True)
def with_query(context: Any, **changes: Any) -> str:
    """The query of this page with some parts changed; an empty value takes a part away."""
    query = context["request"].GET.copy()
    for name, new in changes.items():
        if new in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(new)
    return f"?{query.urlencode()}" if query else "?"
