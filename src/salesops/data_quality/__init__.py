"""Data quality: which records of a book are wrong, what that costs, and who can mend them; one file a check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from salesops.book.book import Book
from salesops.book.facts import EVERYTHING
from salesops.book.history import kept_of_the_past
from salesops.data_quality._asking import NOUNS, Cell, average_won_minor, cells
from salesops.data_quality._check import Check
from salesops.data_quality._worklist import worklist
from salesops.foundations.catalogue import catalogue
from salesops.foundations.problem import Refusal

CHECKS: Mapping[str, Check] = catalogue("salesops.data_quality.checks", Check)
LEAST_WON = 10  # before their average stands for an amount that is missing
WEEKS_AGO = (12, 4)
_Share = tuple[str | None, str | None, int, int | None]  # owner, team, records and their money

__all__ = [
    "CHECKS",
    "WEEKS_AGO",
    "Check",
    "Checked",
    "Held",
    "Part",
    "Report",
    "Then",
    "Trend",
    "former_columns",
    "held_by",
    "of_owner",
    "run_checks",
    "total",
    "trend",
    "worklist",
]


@dataclass(frozen=True)
class Part:
    """What of a check is one owner's in one team."""

    owner_id: str | None
    team: str | None
    rows: int
    money_minor: int | None


@dataclass(frozen=True)
class Checked:
    """What a check found. All is None, and `why` says it, where the book cannot answer.

    `money_minor` is what is at stake, in the reporting currency: the value of those deals found that are open or
    won, or the open deals of accounts and people; `is_guess` where these have no amount and the average won deal
    stands for each.
    """

    check: Check
    rows: int | None = None
    concerned: int | None = None
    money_minor: int | None = None
    is_guess: bool = False
    parts: tuple[Part, ...] = ()
    why: str = ""

    @property
    def share(self) -> float | None:
        """How much of what it could concern is wrong; None where there is nothing it could."""
        return self.rows / self.concerned if self.rows is not None and self.concerned else None


@dataclass(frozen=True)
class Report:
    """What all checks found: the most money first.

    `parts` are what each owner in each team has to mend; they and the totals count each record and each deal's
    money once, however many checks find it.
    """

    today: date
    currency: str
    checked: tuple[Checked, ...]
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many records are to be mended."""
        return sum(p.rows for p in self.parts)

    @property
    def money_minor(self) -> int | None:
        """What of their deals is at stake; amounts that are missing count for nothing here."""
        return _sum(p.money_minor for p in self.parts)

    def of(self, name: str) -> Checked:
        """What the check of that name found."""
        return next(c for c in self.checked if c.check.name == name)


@dataclass(frozen=True)
class Then:
    """What a check found some weeks ago; `rows` is None where nobody knows."""

    weeks: int
    rows: int | None
    money_minor: int | None


Trend = Mapping[str, tuple[Then, ...]]


@dataclass(frozen=True)
class Held:
    """What a book holds of what checks look at, whoever reads it.

    A reader of one deal without a next step would otherwise be told that next steps are not kept at all.
    """

    columns: frozenset[tuple[str, str]]  # of tables, that hold any value
    former: frozenset[str]  # of deals, of which history keeps former values


def held_by(book: Book, former: frozenset[str] | None = None) -> Held:
    """What a book holds. Ask it of the whole book, once a generation; `former` may be known already."""
    needs = sorted({(n.table, n.column) for c in CHECKS.values() for n in c.needs})
    some = 'SELECT 1 FROM "{}" WHERE "{}" IS NOT NULL LIMIT 1'
    columns = frozenset(need for need in needs if book.engine.run(some.format(*need)).rows)
    return Held(columns, former_columns(book) if former is None else former)


def former_columns(book: Book) -> frozenset[str]:
    """The columns of deals checks look at of which history keeps former values."""
    return kept_of_the_past(book, {c for check in CHECKS.values() for c in check.past or ()})


def run_checks(book: Book, held: Held | None = None) -> Report:
    """Ask a book all checks, in its reader's scope and at its instant.

    A check the book cannot answer says which file would help. Of a former day only those are answered whose
    columns history keeps. `held` is what the whole book holds; a reader of all need not say it.
    """
    if book.criterion or book.scope != getattr(book.engine, "scope", EVERYTHING):
        raise Refusal("Checks look at all that their reader may see, not at a part of it.")
    why = _unanswered(book, held or held_by(book))
    asked = [c for c in CHECKS.values() if c.name not in why]
    found = [Checked(CHECKS[name], why=said) for name, said in why.items()]
    average = average_won_minor(book, LEAST_WON)
    of_table = {table: [c for c in asked if c.table == table] for table in NOUNS}
    to_mend: list[_Share] = []
    for table, counted in cells(book, of_table).items():
        found += [_checked(c, place, counted, average) for place, c in enumerate(of_table[table])]
        to_mend += [_to_mend(table, cell) for cell in counted if cell.wrong or cell.is_reached]
    ranked = tuple(sorted(found, key=_rank))
    return Report(book.today, book.facts.currency, ranked, _parts(to_mend))


def trend(book: Book, held: Held | None = None) -> Trend:
    """By check what it found 12 and 4 weeks ago."""
    known = held or held_by(book)
    told: dict[str, list[Then]] = {name: [] for name in CHECKS}
    for weeks in WEEKS_AGO:
        report = run_checks(book.as_of(book.today - timedelta(weeks=weeks)), known)
        for one in report.checked:
            told[one.check.name].append(Then(weeks, one.rows, one.money_minor))
    return {name: tuple(points) for name, points in told.items()}


def of_owner(parts: Iterable[Part], owner: str | None) -> tuple[Part, ...]:
    """What belongs to somebody, or with None to nobody."""
    return tuple(p for p in parts if p.owner_id == owner)


def total(parts: Iterable[Part]) -> tuple[int, int | None]:
    """How many records, and the money of those that have any."""
    held = list(parts)
    return sum(p.rows for p in held), _sum(p.money_minor for p in held)


def _checked(check: Check, place: int, counted: list[Cell], average: int | None) -> Checked:
    bit = 1 << place
    wrong = [cell for cell in counted if cell.wrong & bit]
    parts = _parts(
        (c.owner_id, c.team, c.rows, _price(c, average) if check.is_unpriced else c.money_minor)
        for c in wrong
    )
    return Checked(
        check,
        rows=sum(p.rows for p in parts),
        concerned=sum(c.rows for c in counted if c.concerned & bit),
        money_minor=_sum(p.money_minor for p in parts),
        is_guess=check.is_unpriced,
        parts=parts,
    )


def _price(cell: Cell, average: int | None) -> int | None:
    """What deals without an amount would be worth, were they like those that were won."""
    return None if average is None else average * cell.rows


def _to_mend(table: str, cell: Cell) -> _Share:
    """What a cell adds to the totals. Money is that of deals alone, also of those on a wrong account."""
    rows = cell.rows if cell.wrong else 0
    money = cell.money_minor if table == "opportunity" else None
    return cell.owner_id, cell.team, rows, money


def _parts(shares: Iterable[_Share]) -> tuple[Part, ...]:
    """The shares added up by owner and team, the most money first."""
    found: dict[tuple[str | None, str | None], tuple[int, int | None]] = {}
    for owner, team, rows, money in shares:
        before, known = found.get((owner, team), (0, None))
        found[owner, team] = (before + rows, _sum((known, money)))
    parts = [Part(owner, team, *held) for (owner, team), held in found.items()]
    return tuple(sorted(parts, key=lambda p: (-(p.money_minor or 0), -p.rows, p.owner_id or "")))


def _rank(one: Checked) -> tuple[bool, int, int, str]:
    """The most money first, then the most records; what could not be asked comes last."""
    return (one.rows is None, -(one.money_minor or 0), -(one.rows or 0), one.check.name)


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [a for a in amounts if a is not None]
    return sum(known) if known else None


def _unanswered(book: Book, held: Held) -> dict[str, str]:
    """By check why the book cannot answer it."""
    facts = book.facts
    if book.is_past and (facts.history_from is None or book.instant < facts.history_from):
        return dict.fromkeys(CHECKS, "History does not reach back to that day.")
    said: dict[str, str] = {}
    for check in CHECKS.values():
        missing = next((n for n in check.needs if (n.table, n.column) not in held.columns), None)
        if missing is not None:
            said[check.name] = (
                f"The book holds no {missing.what}. A file of {missing.file} would bring them."
            )
        elif check.needs_history and facts.history_from is None:
            said[check.name] = (
                "The book holds no stage history. An OpportunityHistory file would bring it."
            )
        elif book.is_past and check.past is None:
            said[check.name] = "A book keeps no former states of what this looks at."
        elif book.is_past and not set(check.past or ()) <= held.former:
            said[check.name] = "History keeps no former values of what this looks at."
    return said
