"""A target as pages show it: what it is of, what there is, how it stands and where it is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from salesops.book.standing import Standing, is_growing
from salesops.foundations.percent import in_percent
from salesops.foundations.period_words import period_in_words
from salesops.web.charts.bars import bar

EVERYBODY = "Everybody"


def lines(found: Sequence[Standing]) -> list[dict[str, Any]]:
    """A line a target, in the order given."""
    return [_line(one) for one in found]


def _line(one: Standing) -> dict[str, Any]:
    target = one.target
    share = one.share if is_growing(one.kpi) else None
    query = urlencode({"period": target.period, "team": target.team})
    asked = urlencode({"period": target.period} | ({"by": "team"} if target.team else {}))
    return {
        "title": one.kpi.title,
        "period": period_in_words(one.period or target.period),
        "whose": target.team or EVERYBODY,
        "goal": one.goal,
        "value": one.value,
        "percent": "" if share is None else in_percent(float(share)),
        "bar": "" if share is None else bar(max(0.0, float(share)), None, None, 1),
        "words": one.words,
        "tone": one.tone,
        "sentence": one.sentence,
        "number": f"{reverse('number', args=[target.kpi])}?{asked}",
        "change": f"{reverse('target', args=[target.kpi])}?{query}",
    }
