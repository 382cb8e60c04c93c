"""Bottlenecks at the command line: what holds deals up, the deals one concerns, and every place deals can wait in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from salesops.cli.asking import Reading
from salesops.cli.deals import most, print_deals
from salesops.cli.formats import Format
from salesops.cli.terminal import out, say
from salesops.cli.writing import refuse_file, write
from salesops.foundations.money import format_money
from salesops.foundations.percent import in_percent
from salesops.foundations.problem import Refusal
from salesops.pipeline import Bottleneck, Flow, bottlenecks, flows, held_up
from salesops.pipeline.bottleneck_words import cost, evidence, nothing, sureness
from salesops.pipeline.visits import PLACES

OF_A_FINDING = {
    **dict.fromkeys(("key", "place", "measure", "team", "first", "last"), "text"),
    **dict.fromkeys(("here", "usual", "extra", "low", "high", "rate"), "float"),
    **dict.fromkeys(("here_n", "usual_n", "looks", "waiting", "worth_minor"), "whole"),
    **dict.fromkeys(("days_a_year", "deals_a_year"), "float"),
    "is_over": "text",
}
OF_A_DEAL = {
    **dict.fromkeys(("id", "name", "owner"), "text"),
    "days": "whole",
    **dict.fromkeys(("is_there", "stage"), "text"),
    "value_minor": "whole",
}
OF_A_PLACE = {
    "place": "text",
    **dict.fromkeys(("entered", "median", "low", "high", "quarter", "three_quarters"), "whole"),
    **dict.fromkeys(("queue", "arrived", "left"), "whole"),
    **dict.fromkeys(("dropped", "returned"), "float"),
}


def show_bottlenecks(reading: Reading, form: Format, target: Path | None) -> None:
    """Print or write what was found."""
    book = reading.book()
    found = bottlenecks(book)
    if form is not Format.TABLE:
        write([_record(f) for f in found.found], OF_A_FINDING, form, target)
        return
    refuse_file(target)
    console = out()
    if not found.found:
        say(console, nothing(found.looks))
        say(console, f"{found.looks:,} looks were taken. All places: --places.", style="dim")
    for one in found.found:
        say(console, one.title, style="bold")
        for line in (evidence(one), cost(one, book.facts.currency), sureness(one)):
            say(console, f"  {line}")
        say(console, f"  Its deals: --deals {one.key!r}", style="dim")


def show_held_up(reading: Reading, key: str, form: Format, target: Path | None) -> None:
    """Print or write the deals that a finding concerns."""
    book = reading.book()
    known = {f.key: f for f in bottlenecks(book).found}
    if key not in known:
        raise Refusal(
            f"No bottleneck is “{key}”. There is {', '.join(f'“{k}”' for k in known) or 'none'}."
        )
    held = held_up(book, known[key], limit=most(form))
    if form is not Format.TABLE:
        write(
            [{name: _plain(getattr(h, name)) for name in OF_A_DEAL} for h in held],
            OF_A_DEAL,
            form,
            target,
        )
        return
    refuse_file(target)
    rows = []
    for h in held:
        value = "" if h.value_minor is None else format_money(h.value_minor, book.facts.currency)
        rows.append((h.name, f"{h.days:,}", value, h.stage, h.owner))
    print_deals(
        {
            "Opportunity": "fold",
            "Days": "right",
            "Value": "right",
            "Now in": "left",
            "Owner": "left",
        },
        rows,
        "longest first",
        none="",
    )


def show_places(reading: Reading, form: Format, target: Path | None) -> None:
    """Print or write every place deals can wait in."""
    found = flows(reading.book())
    if form is not Format.TABLE:
        write([_of_place(f) for f in found], OF_A_PLACE, form, target)
        return
    refuse_file(target)
    console, table = out(), Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", overflow="fold")
    for name in ("Half within", "Middle half", "Waiting", "Came", "Left", "Lost", "Went back"):
        table.add_column(name, justify="right", no_wrap=True)
    for f in found:
        shares = (s.value if s else None for s in (f.dropped, f.returned))
        table.add_row(
            PLACES.get(f.place, f.place),
            "" if f.median is None else f"{f.median} days",
            ""
            if f.quarter is None or f.three_quarters is None
            else f"{f.quarter}–{f.three_quarters}",
            "" if f.queue is None else f"{f.queue[-1]:,}",
            f"{f.arrived:,}",
            f"{f.left:,}",
            *("" if s is None else in_percent(s) for s in shares),
        )
    console.print(table, markup=False)


def _record(found: Bottleneck) -> dict[str, Any]:
    is_wait = found.measure == "wait"
    return {
        **{name: _plain(getattr(found, name, None)) for name in OF_A_FINDING},
        "place": found.where,
        "here": found.here.mean if is_wait else found.here.ended,
        "usual": found.usual.mean if is_wait else found.usual.ended,
        "here_n": found.here.n,
        "usual_n": found.usual.n,
        "waiting": found.around.waiting,
    }


def _of_place(flow: Flow) -> dict[str, Any]:
    return {
        **{name: _plain(getattr(flow, name)) for name in OF_A_PLACE},
        "place": PLACES.get(flow.place, flow.place),
        "queue": flow.queue[-1] if flow.queue else None,
        "dropped": flow.dropped.value if flow.dropped else None,
        "returned": flow.returned.value if flow.returned else None,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
