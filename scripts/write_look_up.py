"""The pages of docs/look_up are written from the definitions, so that they say what the program does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from salesops.book.dimension import DIMENSIONS, GRAINS, SEGMENT
from salesops.data_quality import CHECKS, Check
from salesops.foundations.condition_reader import MOST_PLACES, MOST_WHOLE_DIGITS
from salesops.foundations.criterion import MOST_CHARACTERS, MOST_DEPTH, parse
from salesops.foundations.fiscal_calendar import FiscalCalendar
from salesops.foundations.table import DUCKDB_TYPE, Column, Table, Type
from salesops.kpis import KPIS
from salesops.kpis._absent import ABSENT
from salesops.kpis._definition import Basis, Interval, Kpi, Unit
from salesops.tables import TABLES

FOLDER = Path(__file__).parents[1] / "docs" / "look_up"
WRITTEN = "<!-- Written by scripts/write_look_up.py from the definitions; change those. -->"
TODAY = date(2026, 8, 15)

TYPES = {
    Type.ID: "text that identifies a row here, or one of the table it refers to",
    Type.TEXT: "text",
    Type.CHOICE: "text with few distinct values",
    Type.MONEY: "a whole number of minor units of a currency, such as cents",
    Type.CURRENCY: "a currency's three letters, such as EUR",
    Type.DATE: "a calendar day in the organisation's zone",
    Type.INSTANT: "a moment in UTC",
    Type.YES_NO: "yes or no",
    Type.COUNT: "a whole number",
    Type.DECIMAL: "an exact number with six decimal places",
    Type.SHARE: "an exact number, usually from 0 to 1, with six decimal places",
    Type.RATE: "an exact exchange rate with nine decimal places",
}
UNITS = {
    Unit.SHARE: "share, from 0 to 1",
    Unit.MONEY: "money, in the book's reporting currency",
    Unit.MONEY_PER_DAY: "money a day, in the book's reporting currency",
    Unit.DAYS: "days",
    Unit.HOURS: "hours",
    Unit.MONTHS: "months",
    Unit.TIMES: "times",
    Unit.COUNT: "count",
}
BASES = {
    Basis.CLOSED: "the day a deal closed puts it in a period",
    Basis.CREATED: "the day a deal was created puts it in a period",
    Basis.ENTERED: "the day a deal entered the stage puts it in a period",
    Basis.DUE: "what was open when the period began",
    Basis.POINT: "the state at one instant",
    Basis.PERIOD: "what is dated in the period",
}
INTERVALS = {
    Interval.NONE: "none; there is no chance in it",
    Interval.SHARE: "Wilson's interval of a share, at 95 %",
    Interval.MEAN: "Student's interval of a mean, at 95 %",
    Interval.RATIO: "the interval of a ratio of two sums by linearisation, at 95 %",
}
SEVERITIES = {
    "bad": "numbers are wrong because of it",
    "warn": "numbers may be wrong because of it",
    "note": "worth a look, and often true",
}
GROUPS = "conversion pipeline size cycle quota forecast economics people data".split()
CONDITIONS = (
    ("amount >= 50000", "deals of 50,000 and more, each in its own currency"),
    ("amount_minor >= 5000000", "the same for dollars, in minor units: 5,000,000 cents"),
    ("value >= 50000", "deals of 50,000 and more in the reporting currency"),
    ("stage = 'Proposal'", "text stands in single quotes; capitals count"),
    ("stage <> 'Proposal'", "all others; those without a stage are not chosen"),
    ("stage in ('Proposal', 'Negotiation')", "one of several"),
    ("stage not in ('Proposal', 'Negotiation')", "none of several"),
    ("name like 'Acme%'", "begins with; % is any text, _ any one character"),
    ("name not ilike '%renewal%'", "does not contain, in capitals or not"),
    ("close_date between '2026-01-01' and '2026-03-31'", "both days included"),
    ("close_date < date '2026-04-01'", "a day may name its type"),
    ("created_at >= '2026-01-31 14:00'", "an instant, in UTC"),
    ("is_won", "a yes or no is a condition of its own"),
    ("not is_closed and probability > 0.5", "and, or, not, with brackets as needed"),
    ("loss_reason is null", "is empty; `is not null` is not"),
    ("coalesce(loss_reason, 'unknown') = 'unknown'", "the first that is not empty"),
    ("lower(source) = 'web'", "lower and upper change one character into one"),
    ("length(next_step) > 20", "how many characters"),
    ("value * probability > 10000", "calculate with +, - and *"),
    ("account.industry = 'Software'", "a column of the account the deal refers to"),
)
PERIODS = (
    "2026 2026Q3 2026M07 2026-07 2026W14 this_quarter last_quarter last_month last_4_quarters "
    "2025Q4..2026Q3 2026-07-01..2026-09-30"
).split()
CALENDARS = (
    ("first month January, calendar months", FiscalCalendar()),
    ("first month February, calendar months", FiscalCalendar(first_month=2)),
    ("first month February, 4-4-5 weeks", FiscalCalendar(first_month=2, pattern="445")),
    ("first month February, 4-5-4 weeks", FiscalCalendar(first_month=2, pattern="454")),
    ("first month February, 5-4-4 weeks", FiscalCalendar(first_month=2, pattern="544")),
)


def pages() -> dict[str, str]:
    """The text of every page by its file's name."""
    written = {
        "tables.md": _tables(),
        "kpis.md": _kpis(),
        "checks.md": _checks(),
        "conditions.md": _conditions(),
        "periods.md": _periods(),
        "command_line.md": _command_line(),
    }
    written["README.md"] = _contents(written)
    return {name: "\n".join([WRITTEN, "", *lines, ""]) for name, lines in written.items()}


def _contents(written: dict[str, list[str]]) -> list[str]:
    links = [f"- [{lines[0].removeprefix('# ')}]({name})" for name, lines in written.items()]
    return ["# Look up", "", *links]


# -- tables ----------------------------------------------------------------------------------------


def _tables() -> list[str]:
    kinds = [f"| {kind.value} | {words} | `{DUCKDB_TYPE[kind]}` |" for kind, words in TYPES.items()]
    listed = [f"- [{t.name}](#{t.name}): {t.meaning}" for t in TABLES.values()]
    sections = [line for table in TABLES.values() for line in _table(table)]
    return [
        "# Tables",
        "",
        (
            "The facts of selling that a book holds. Spans are half-open: the first day or instant belongs "
            "to them, the last does not."
        ),
        "",
        *listed,
        "",
        "## Types",
        "",
        "| type | holds | in DuckDB |",
        "|---|---|---|",
        *kinds,
        *sections,
    ]


def _table(table: Table) -> list[str]:
    rows = [f"| `{c.name}` | {c.type.value} | {_meaning(c)} |" for c in table.columns]
    return [
        "",
        f"## {table.name}",
        "",
        table.meaning,
        "",
        f"Key: {_listed(table.key)}. Filled by: {table.export_file}.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
        *rows,
    ]


def _meaning(column: Column) -> str:
    told = [_cell(column.meaning)]
    if column.unit:
        told.append(f"Unit: {column.unit}.")
    if column.refers_to:
        told.append(f"Refers to [{column.refers_to}](#{column.refers_to}).")
    if column.required:
        told.append("Always there.")
    if column.derived:
        told.append("Worked out while a book is built.")
    return " ".join(told)


# -- numbers ---------------------------------------------------------------------------------------


def _kpis() -> list[str]:
    groups: dict[str, list[Kpi]] = {}
    for kpi in sorted(KPIS.values(), key=lambda k: GROUPS.index(k.group)):
        groups.setdefault(kpi.group, []).append(kpi)
    listed = [
        f"- {group.capitalize()}: " + ", ".join(f"[{k.title}](#{k.name})" for k in kpis)
        for group, kpis in groups.items()
    ]
    sections = [line for kpis in groups.values() for kpi in kpis for line in _kpi(kpi)]
    return [
        "# KPIs",
        "",
        (
            f"The {len(KPIS)} numbers a book can be asked for, as `salesops kpi NAME` and "
            '`book.measure("NAME")`.'
        ),
        "",
        *listed,
        "- [Not here, and why](#absent)",
        *sections,
        *_absent(),
    ]


def _absent() -> list[str]:
    """What of conversion, pipeline, size, people, customers and data somebody may look for in vain."""
    return [
        "",
        "## absent",
        "",
        (
            "**Not here, and why.** Numbers of conversion, pipeline, size and price, people, unit economics and "
            "data that are asked for elsewhere."
        ),
        "",
        "| metric | number | why it is not here |",
        "|---|---|---|",
        *[f"| {a.number} | {a.title} | {_cell(a.why)} |" for a in ABSENT],
    ]


def _splits(kpi: Kpi) -> list[str]:
    """The dimensions it can be split by: a combination by what all its parts share."""
    parts = [_splits(KPIS[part.kpi]) for part in kpi.parts.values()]
    if not parts:
        return list(kpi.splits)
    return [s for s in parts[0] if all(s in other for other in parts)]


def _kpi(kpi: Kpi) -> list[str]:
    better = {"up": "more is better", "down": "less is better"}.get(kpi.better)
    told = {
        "Formula": kpi.formula,
        "Unit": UNITS[kpi.unit] + (f"; {better}" if better else ""),
        "Basis": BASES[kpi.basis],
        "Interval": INTERVALS[kpi.interval],
        "Pitfalls": kpi.pitfalls,
        "Needs": "; ".join(f"{n.what}, from {n.file}" for n in kpi.needs)
        + ("; the history of deals" if kpi.needs_history else ""),
        "Made of": ", ".join(f"[{p.kpi}](#{p.kpi})" for p in kpi.parts.values()),
        "Split by": ", ".join(_splits(kpi)) + (f", {', '.join(GRAINS)}" if kpi.is_dated else ""),
        "Source": kpi.source,
        "Definition": f"version {kpi.version}, metric {kpi.number}",
    }
    return [
        "",
        f"## {kpi.name}",
        "",
        f"**{kpi.title}.** *{kpi.question}*",
        "",
        kpi.meaning,
        "",
        *[f"- {name}: {words.removeprefix('; ')}" for name, words in told.items() if words],
    ]


# -- checks ---------------------------------------------------------------------------------------


def _checks() -> list[str]:
    checks = sorted(CHECKS.values(), key=lambda c: list(SEVERITIES).index(c.severity))
    listed = [f"- [{c.title}](#{c.name})" for c in checks]
    sections = [line for check in checks for line in _check(check)]
    return [
        "# Checks",
        "",
        (
            f"The {len(CHECKS)} ways in which records can be wrong that a book is asked for, by `salesops checks`, "
            "those first because of which numbers are wrong."
        ),
        "",
        *listed,
        *sections,
    ]


def _check(check: Check) -> list[str]:
    told = {
        "Why it matters": check.matters,
        "What to do": check.remedy,
        "Mended in": f"`{check.mends}`",
        "Weight": SEVERITIES[check.severity],
        "Needs": "; ".join(f"{n.what}, from {n.file}" for n in check.needs)
        + ("; the history of deals" if check.needs_history else ""),
        "Of former days": _former(check),
    }
    return [
        "",
        f"## {check.name}",
        "",
        f"**{check.title}.** {check.wrong}",
        "",
        *[f"- {name}: {words.removeprefix('; ')}" for name, words in told.items() if words],
    ]


def _former(check: Check) -> str:
    """What it takes to say how it was some weeks ago."""
    if check.past is None:
        return "not told"
    columns = [f"`{c}`" for c in check.past]
    return f"told where history keeps {', '.join(columns) or 'the stages of deals'}"


# -- conditions ------------------------------------------------------------------------------------


def _conditions() -> list[str]:
    for text, _ in CONDITIONS:
        parse(text, TABLES["opportunity"], TABLES)  # an example that is refused is no example
    refers = [
        f"- {t.name}: " + _listed(c.name.removesuffix("_id") for c in t.columns if c.refers_to)
        for t in TABLES.values()
        if any(c.refers_to for c in t.columns)
    ]
    return [
        "# Conditions",
        "",
        (
            "Segments, filters and `--where` take one language: a condition as SQL has it, over the columns of "
            "a [table](tables.md). What is not understood is refused, with a mark under the wrong word."
        ),
        "",
        "| condition | chooses |",
        "|---|---|",
        *[f"| `{text}` | {words} |" for text, words in CONDITIONS],
        "",
        "## Rules",
        "",
        (
            "- Only rows are chosen for which the condition is true. A comparison with an empty value is unknown, "
            "and so is its opposite: `stage <> 'Won'` does not choose deals without a stage."
        ),
        (
            "- Money without `_minor` is in whole units of its currency; money in the reporting currency in "
            "whole units of that. Money is added to and compared with money and plain numbers, and multiplied "
            "by plain numbers."
        ),
        "- Text is compared letter by letter, capitals before small ones, and orders by Unicode code points.",
        "- A pattern of `like` has no escape: `%` and `_` always stand for other characters.",
        (
            f"- A number has at most {MOST_WHOLE_DIGITS} digits before the point and {MOST_PLACES} after it. "
            "Calculations are exact; what could outgrow 38 digits is refused."
        ),
        (
            f"- A condition has at most {MOST_CHARACTERS:,} characters, is nested at most {MOST_DEPTH} deep, and "
            "holds no comment, no semicolon and no double quotes."
        ),
        "- A column of another table is written `account.industry`. These can be reached from:",
        "",
        *refers,
    ]


# -- periods ---------------------------------------------------------------------------------------


def _periods() -> list[str]:
    plain = CALENDARS[0][1]
    labels = [(label, plain.period(label, TODAY)) for label in PERIODS]
    return [
        "# Periods",
        "",
        (
            f"What `--period` and the pages understand, seen from {TODAY:%-d %B %Y} in a calendar that begins in "
            "January. `all` is all of time."
        ),
        "",
        "| period | first day | last day |",
        "|---|---|---|",
        *[f"| `{label}` | {p.start} | {_last(p.end)} |" for label, p in labels],
        "",
        "## Fiscal calendars",
        "",
        (
            "A fiscal year is named by the calendar year it ends in. In a calendar of weeks a quarter has "
            "thirteen of them, shared out among its months as the name says; the year ends on the last Saturday "
            "before its first month, and a 53rd week belongs to its last month. In a calendar of months weeks are "
            "counted from the first day of the year, and the last one ends with it."
        ),
        "",
        "| calendar | 2026 | 2026Q1 | 2026M02 |",
        "|---|---|---|---|",
        *[f"| {words} | {' | '.join(_spans(calendar))} |" for words, calendar in CALENDARS],
    ]


def _spans(calendar: FiscalCalendar) -> Iterator[str]:
    for label in ("2026", "2026Q1", "2026M02"):
        period = calendar.period(label)
        yield f"{period.start} to {_last(period.end)}"


def _last(end: date) -> date:
    return date.fromordinal(end.toordinal() - 1)


# -- command line ----------------------------------------------------------------------------------


def _command_line() -> list[str]:
    import typer

    from salesops.cli import exits
    from salesops.cli.app import app

    command: Any = typer.main.get_command(app)
    sections = [
        line for name, verb in sorted(command.commands.items()) for line in _verb(name, verb)
    ]
    codes = [
        f"| {exits.FINE} | done |",
        f"| {exits.NOT_IN_ORDER} | `doctor` found something amiss, or the reader of the answer went away |",
        f"| {exits.REFUSED} | the input cannot be used; the message says why |",
        f"| {exits.QUESTION} | somebody must answer a question first |",
        f"| {exits.CANCELLED} | stopped by Ctrl-C |",
    ]
    return [
        "# Command line",
        "",
        *["Splits: " + _listed((*DIMENSIONS, SEGMENT, *GRAINS)) + ".", ""],
        "| exit code | means |",
        "|---|---|",
        *codes,
        "",
        "| option of `salesops` itself | meaning |",
        "|---|---|",
        *[f"| {_spelled(o)} | {_cell(o.help or '')} |" for o in command.params],
        *sections,
    ]


def _verb(name: str, verb: Any) -> list[str]:
    arguments = [p for p in verb.params if p.param_type_name == "argument"]
    options = [p for p in verb.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join(["salesops", name, *(_shape(a) for a in arguments), "[OPTIONS]"])
    rows = [f"| `{_shape(a)}` | {_cell(a.help or '')} |" for a in arguments]
    rows += [f"| {_spelled(o)} | {_cell(o.help or '')}{_default(o)} |" for o in options]
    table = ["", "| argument or option | meaning |", "|---|---|", *rows] if rows else []
    return ["", f"## salesops {name}", "", f"    {usage}", "", verb.help or "", *table]


def _shape(argument: Any) -> str:
    words = argument.name.upper()
    words = f"{words}…" if argument.nargs == -1 else words
    return words if argument.required else f"[{words}]"


def _spelled(option: Any) -> str:
    names = ", ".join(f"`{o}`" for o in (*option.opts, *option.secondary_opts))
    kind = option.type_descriptor.annotation
    choices = [c.value for c in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
    return f"{names} {', '.join(choices)}".strip()


def _default(option: Any) -> str:
    shown = getattr(option, "show_default", None)
    if isinstance(shown, str):
        return f" Default: {shown}."
    if option.default in (None, [], (), "") or callable(option.default) or option.is_flag:
        return ""
    return f" Default: {getattr(option.default, 'value', option.default)}."


# -- words -----------------------------------------------------------------------------------------


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the pages, and remove those that are no longer written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for file in FOLDER.iterdir():
        if file.name not in written:
            file.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(written)} pages are in {FOLDER}.\n")


if __name__ == "__main__":
    main()
