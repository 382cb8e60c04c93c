"""A number whose last whole month is not what its own past leads one to expect."""

from datetime import timedelta

from salesops.book.book import Book
from salesops.book.picture import value_in_words
from salesops.book.turns import turns_of
from salesops.foundations.counting import counted
from salesops.insights._bands import Alert, Look, alerts
from salesops.insights._finding import Finding, Insight


def _look(book: Book) -> Finding | None:
    found = alerts(book)
    if not found:
        return None
    first, *others = found
    look, kpi = first.look, first.look.kpi
    calendar_month = book.calendar.pattern == "calendar"
    month = f"{look.month.start:%B %Y}" if calendar_month else look.month.label
    also = "; ".join(f"{a.look.kpi.title} {_said(book, a.look)}" for a in others)
    return Finding(
        name="out_of_band",
        title=f"{kpi.title} {'at the end of' if look.is_of_a_moment else 'in'} {month}: {_said(book, look)}",
        text=f"Its level, trend, season and noise over {counted(look.months, 'month')} lead one to expect that, and "
        f"chance does not explain the difference.{f' So did {also}.' if also else ''}{_by_meaning(book, look)}",
        evidence=(
            *((f"{counted(look.figure.n, 'row')} in it",) if look.figure.n else ()),
            f"{counted(first.looked_at, 'number')} looked at",
            _surety(first),
        ),
        rows=look.figure.n,
        money_minor=None,
        link=f"/numbers/{kpi.name}?{_asked(look)}",
        link_words="See the number",
        tone=look.tone,
        about="numbers",
        is_news=True,
    )


def _by_meaning(book: Book, look: Look) -> str:
    """What stages came to mean something else in the months that the number is judged by."""
    turns = turns_of(book, look.kpi, look.month.start - timedelta(days=31 * look.months))
    return f" {turns} That alone may have moved it." if turns else ""


def _asked(look: Look) -> str:
    """What the number's page is asked for to show the month, or what was when it ended."""
    if look.is_of_a_moment:
        return f"as_of={look.month.last_day}"
    return f"period={look.month.label}"


def _said(book: Book, look: Look) -> str:
    value, low, high = (
        value_in_words(look.kpi.unit, v, book.facts.currency, compact=True)
        for v in (look.figure.value, look.low, look.high)
    )
    return f"{value}, expected {low} to {high}"


def _surety(alert: Alert) -> str:
    return f"of alerts as sure as this at most 1 in {max(2, int(1 / max(alert.rate, 1e-6))):,} is the work of chance"


out_of_band = Insight("out_of_band", _look)
