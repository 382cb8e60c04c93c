"""Matching: the table a file holds and the column each of its columns goes to, guessed from names and values."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from pathlib import PurePosixPath

import duckdb

from salesops.book.custom import HAVE_FIELDS, MADE_OF, Kind, own_column, own_field
from salesops.foundations.table import Type
from salesops.importers import formats
from salesops.importers.model import Answers, Choice, Question, SourceColumn, SourceFile
from salesops.importers.vocabulary import COLUMN_WORDS, FILE_WORDS, NEEDED, OTHER_WORDS, words
from salesops.tables import TABLES

NEEDS_YOU = "Needs you"
_CHOOSE = "Choose what it holds if it matters."
LEAST_CONFIDENCE = 0.6
LEAST_NEAR = 0.86
MOST_NEAR = 300
LEAST_SCORE = 1.2
LOOKED_AT_FIRST = 1_000
EXTRA_TYPES = {
    "opportunity.status": Type.CHOICE,
    "opportunity_version.left_at": Type.INSTANT,
    "pipeline_stage.id": Type.ID,
    "person.first_name": Type.TEXT,
    "person.last_name": Type.TEXT,
    "_field_history.opportunity_id": Type.ID,
    "_field_history.valid_from": Type.INSTANT,
    "_field_history.changed_by": Type.TEXT,
    "_field_history.field": Type.CHOICE,
    "_field_history.old_value": Type.TEXT,
    "_field_history.new_value": Type.TEXT,
    "_field_history.old_number": Type.DECIMAL,
    "_field_history.new_number": Type.DECIMAL,
    "_field_history.old_day": Type.DATE,
    "_field_history.new_day": Type.DATE,
}
_OWN = re.compile(r"custom:(text|number|money|date|choice|person):([a-z0-9_]{1,60})")
_FROM_CURRENCY = ("from currency code", "from currency", "from", "base currency", "base")
_TO_CURRENCY = ("to currency code", "to currency", "to", "quote currency")
_WEIGHT = {"stage": 1.5, "amount_minor": 1.0, "close_date": 1.0, "opportunity_id": 1.2, "id": 0.5}
_STATUS_WORDS = re.compile(
    r"^(closed[ -]?)?(won|lost|open|in progress|active|abandoned|cancell?ed|gewonnen|verloren|offen)$",
    re.I,
)
_FORMAT_LABELS = {
    "date:day-first": "the day comes first",
    "date:month-first": "the month comes first",
    "instant:day-first": "the day comes first",
    "instant:month-first": "the month comes first",
    "number:point": "a point begins the decimals, a comma parts thousands",
    "number:comma": "a comma begins the decimals, a point parts thousands",
    "percent:point": "a point begins the decimals, a comma parts thousands",
    "percent:comma": "a comma begins the decimals, a point parts thousands",
}


def match_file(source: SourceFile, forced: str | None = None) -> None:
    """Fill in table, targets and confidence; leaves the file out with a reason where nothing fits."""
    if not forced and OTHER_WORDS.search(_stem(source.name)):
        source.why = "Its name says it holds something that salesops does not read. " + _CHOOSE
        return
    hints = _file_hints(source.name)
    best: tuple[float, str, dict[int, tuple[str, float]]] = (0.0, "", {})
    for table in [forced] if forced else COLUMN_WORDS:
        matched = match_columns(source, table)
        if not forced and not _has_needed(table, matched):
            continue
        score = sum(conf * _WEIGHT.get(col, 0.6) for col, conf in matched.values())
        score += 1.5 if table in hints else 0.0
        score -= 0.08 * (len(source.columns) - len(matched))
        if score > best[0] or forced:
            best = (score, table, matched)
    score, table, matched = best
    if not table or (score < LEAST_SCORE and not forced):
        source.why = _why_none(source, hints)
        return
    source.table = table
    source.recognised_as = TABLES[table].name.replace("_", " ").capitalize()
    for place, column in enumerate(source.columns):
        target, confidence = matched.get(place, ("", 0.0))
        column.target = f"{table}.{target}" if target else ""
        column.confidence = confidence


def _why_none(source: SourceFile, hints: set[str]) -> str:
    """What is missing, where the file's name tells what it should hold."""
    for table in hints:
        have = {name for name, _ in match_columns(source, table).values()}
        missing = [group for group in NEEDED[table] if not have & set(group)]
        if have and missing:
            wanted = " and ".join(
                " or ".join(n.removesuffix("_minor").replace("_", " ") for n in group)
                for group in missing
            )
            return (
                f"It looks like {_plural(table)}, but no column with values in it tells {wanted}. "
                f"{_CHOOSE}"
            )
    return f"Its columns are none that salesops knows. {_CHOOSE}"


def _plural(table: str) -> str:
    spoken = table.replace("_", " ")
    if spoken == "person":
        return "people"
    return f"{spoken[:-1]}ies" if spoken.endswith("y") else f"{spoken}s"


def column_type(target: str) -> Type:
    """The type of `table.column`, also of the few that exist only while reading."""
    if target in EXTRA_TYPES:
        return EXTRA_TYPES[target]
    table, _, column = target.partition(".")
    if (own := own_field(column)) is not None:
        return MADE_OF[own[1]].type
    return TABLES[table].column[column].type


def is_target(table: str | None, target: str) -> bool:
    """Whether a column of a file that holds `table` may go to `target`; '' is to leave it out."""
    there, _, column = target.partition(".")
    if not target or target in EXTRA_TYPES:
        return not target or there == table
    if own_field(column) is not None:
        return there == table and there in HAVE_FIELDS
    return there == table and there in TABLES and column in TABLES[there].column


def targets_of(table: str) -> list[str]:
    """Our columns a file's column may go to, the usual ones first."""
    declared = [c.name for c in TABLES[table].columns if not c.derived]
    return list(dict.fromkeys([*COLUMN_WORDS[table], *declared]))


def target_named(table: str, said: str) -> str | None:
    """`table.column` as people name it: `amount` for `amount_minor`, `owner` for `owner_id`, and `custom:choice:tier`
    for a field of the company's own."""
    if own := _OWN.fullmatch(said.strip()):
        target = f"{table}.{own_column(Kind(own[1]), own[2])}"
        return target if is_target(table, target) else None
    name = re.sub(r"\W+", "_", said.strip().lower())
    known = targets_of(table)
    found = next((n for n in (name, f"{name}_minor", f"{name}_id") if n in known), None)
    return f"{table}.{found}" if found else None


def judge_columns(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, answers: Answers
) -> list[Question]:
    """Settle how each matched column is read; what is ambiguous becomes a question."""
    if file.salesforce:
        _fixed_formats(file)
        return []
    questions = []
    for column in file.columns:
        if not column.target:
            continue
        _split_instants(connection, file, column)
        judged = formats.judge(connection, file.staging, column.key, column_type(column.target))
        column.reads_as = judged.reads_as
        column.note = judged.note or column.note
        if column.target.endswith(".forecast_category"):
            column.reads_as = "category"
        if judged.ambiguous:
            questions.append(_question(connection, file, column, judged, answers))
    if file.table == "exchange_rate":
        _turn_rates(connection, file)
    return [q for q in questions if q is not None]


def _turn_rates(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    """Rates from one currency into many are turned round: ours tell what one of the many is worth."""
    by_name = {words(c.name): c for c in file.columns}
    given = next((by_name[n] for n in _FROM_CURRENCY if n in by_name), None)
    wanted = next((by_name[n] for n in _TO_CURRENCY if n in by_name), None)
    rate = next((c for c in file.columns if c.target == "exchange_rate.rate"), None)
    if given is None or wanted is None or rate is None:
        return
    found = connection.execute(
        f"SELECT count(DISTINCT {given.key}), count(DISTINCT {wanted.key}) FROM {file.staging}"
    ).fetchone()
    turned = bool(found and found[0] == 1 and found[1] > 1)
    for column in file.columns:
        if column.target == "exchange_rate.currency":
            column.target, column.reads_as = "", ""
    chosen = wanted if turned else given
    chosen.target, chosen.reads_as, chosen.confidence = "exchange_rate.currency", "currency", 0.9
    if turned:
        rate.reads_as = rate.reads_as.replace("number", "inverse")
        rate.note = "Turned round: the file tells what one unit of the other currency buys"


def _fixed_formats(file: SourceFile) -> None:
    for column in file.columns:
        table, _, name = column.target.partition(".")
        if column.reads_as or not column.target:
            continue
        if name in ("_deleted", "_is_closed", "_is_won", "is_corporate", "is_active"):
            column.reads_as = "yes_no"
        elif name in ("_modified", "_day") or (table.startswith("_") and name == "valid_from"):
            column.reads_as = "instant:iso"
        elif name in ("_minutes", "rate"):
            column.reads_as = "number"
        elif table.startswith("_") and name in ("starts_on", "last_day"):
            column.reads_as = "date:iso"
        elif not name.startswith("_") and not table.startswith("_"):
            column.reads_as = _FIXED.get(TABLES[table].column[name].type, "text")
        else:
            column.reads_as = "text"


_FIXED = {
    Type.DATE: "date:iso",
    Type.INSTANT: "instant:iso",
    Type.YES_NO: "yes_no",
    Type.CURRENCY: "currency",
    **dict.fromkeys((Type.MONEY, Type.COUNT, Type.DECIMAL, Type.SHARE, Type.RATE), "number"),
}


def _question(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    column: SourceColumn,
    judged: formats.Judgement,
    answers: Answers,
) -> Question | None:
    kind = "date_order" if judged.reads_as.startswith(("date", "instant")) else "number_style"
    identity = f"{kind}:{file.signature}:{column.name}"
    said = answers.choices.get(identity)
    if said in judged.ambiguous:
        column.reads_as, column.note = said, "As you said"
        return None
    sample = _telling(connection, file, column, judged)
    choices = [
        Choice(
            value=form,
            label=f"{_FORMAT_LABELS[form]}: {sample} is {_told(formats.example(connection, form, sample))}",
        )
        for form in judged.ambiguous
    ]
    column.note = NEEDS_YOU
    what = "dates" if kind == "date_order" else "numbers"
    ways = (
        "can be read in two ways, and some values can only be read the one way, some only the other. "
        "What you do not choose is left empty and listed."
        if judged.contradictory
        else "can be read in two ways."
    )
    return Question(
        id=identity,
        file=file.name,
        column=column.name,
        sentence=f"The {what} in “{column.name}” of {file.name}, such as {sample}, {ways}",
        choices=choices,
        must_answer=True,
        rows=file.rows,
    )


def _telling(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    column: SourceColumn,
    judged: formats.Judgement,
) -> str:
    """The first value that reads differently in the two ways."""
    one, other = (formats.sql(form, column.key) for form in judged.ambiguous)
    # To read in two ways is dear, and mostly one of the first rows tells.
    for rows in (f"(SELECT * FROM {file.staging} WHERE _row <= {LOOKED_AT_FIRST})", file.staging):
        found = connection.execute(
            f"SELECT left({column.key}, 80) FROM {rows} WHERE {one} <> {other} ORDER BY _row LIMIT 1"
        ).fetchone()
        if found:
            break
    return str(found[0]) if found else (column.samples or [""])[0]


def _told(example: str) -> str:
    return example.removesuffix(" 00:00:00").rstrip("0").rstrip(".") if "." in example else example


def _split_instants(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, column: SourceColumn
) -> None:
    """A created column that also tells the time of day is the instant, not only the day."""
    if not column.target.endswith(".created_on"):
        return
    found = connection.execute(
        f"SELECT 1 FROM {file.staging} WHERE regexp_matches({column.key}, '\\d:\\d\\d') "
        f"AND NOT regexp_matches({column.key}, '[ T]0?0:00(:00)?') LIMIT 1"
    ).fetchone()
    if found:
        column.target = column.target.replace(".created_on", ".created_at")


def match_columns(source: SourceFile, table: str) -> dict[int, tuple[str, float]]:
    """Place of a column → (our column, confidence), each of ours at most once."""
    pairs: list[tuple[float, int, int, str]] = []
    # In a file of very many columns near spellings are dear to look for and seldom right.
    near = len(source.columns) <= MOST_NEAR
    for place, column in enumerate(source.columns):
        name = words(column.name)
        if not name or name.startswith("fivetran synced") or column.filled == 0.0:
            continue
        for order, (ours, synonyms) in enumerate(COLUMN_WORDS[table].items()):
            confidence = _likeness(name, synonyms, near=near)
            if confidence < LEAST_CONFIDENCE:
                continue
            if _fits(column, f"{table}.{ours}", exact=confidence > 0.85):
                pairs.append((confidence, order, place, ours))
    pairs.sort(key=lambda p: (-p[0], p[1], p[2]))
    matched: dict[int, tuple[str, float]] = {}
    for confidence, _, place, ours in pairs:
        if place not in matched and ours not in {m[0] for m in matched.values()}:
            matched[place] = (ours, round(confidence, 2))
    return matched


@lru_cache(maxsize=20_000)  # files of one export share most of their columns
def _likeness(name: str, synonyms: str, *, near: bool) -> float:
    """1 for the first words, a little less for later ones; near spellings count for less."""
    rank = _ranks(synonyms).get(name.replace(" ", ""))
    if rank is not None:
        return 0.99 - min(rank, 20) * 0.005
    if not near:
        return 0.0
    alike = (s for s in synonyms.split("|") if abs(len(s) - len(name)) <= 3)
    return max((_near(name, s) for s in alike), default=0.0) * 0.8


@cache
def _ranks(synonyms: str) -> dict[str, int]:
    """The place of each word in a list, blanks aside."""
    listed = list(enumerate(synonyms.split("|")))
    return {synonym.replace(" ", ""): rank for rank, synonym in reversed(listed)}


def _near(name: str, synonym: str) -> float:
    """How alike two spellings are, or 0 where that is less than `LEAST_NEAR`."""
    # A letter that the other has not matches nothing: most pairs are told apart by that.
    mine, theirs = _letters(name), _letters(synonym)
    most = min(len(name) - len(mine - theirs), len(synonym) - len(theirs - mine))
    if 2.0 * most < LEAST_NEAR * (len(name) + len(synonym)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, name, synonym)
    if matcher.quick_ratio() < LEAST_NEAR:  # which it never exceeds
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= LEAST_NEAR else 0.0


@lru_cache(maxsize=8192)
def _letters(text: str) -> frozenset[str]:
    return frozenset(text)


def _fits(column: SourceColumn, target: str, *, exact: bool) -> bool:
    """Whether the first values could be of the type; a look, not a proof.

    Under a name that says it plainly one good value is enough: the others are faults to tell.
    """
    kind, samples = column_type(target), column.samples
    if not samples:
        return True
    least = 1 if exact else len(samples) / 2 + 0.1
    if target == "opportunity.status":
        return all(_STATUS_WORDS.match(s.strip()) for s in samples)
    if kind in (Type.MONEY, Type.DECIMAL, Type.SHARE, Type.RATE, Type.COUNT):
        return sum(map(_could_be_number, samples)) >= least
    if kind in (Type.DATE, Type.INSTANT):
        return sum(bool(re.search(r"\d", s)) and len(s) <= 40 for s in samples) >= least
    if kind is Type.YES_NO:
        return all(len(s) <= 6 for s in samples)
    if kind is Type.CURRENCY:
        return all(len(s) <= 4 for s in samples)
    return True


def _could_be_number(text: str) -> bool:
    return bool(re.search(r"\d", text)) and len(re.findall(r"[A-Za-z]", text)) <= 6


def _has_needed(table: str, matched: dict[int, tuple[str, float]]) -> bool:
    have = {name for name, _ in matched.values()}
    return all(have & set(group) for group in NEEDED[table])


def _stem(name: str) -> str:
    return words(PurePosixPath(name.split(" › ")[-1]).stem)


def _file_hints(name: str) -> set[str]:
    """The tables a file's name speaks of; the longest words win."""
    stem = _stem(name)
    stem = re.sub(r"\b(data|export|all|list|report|history)\b$", "", stem).strip() or stem
    exact = {t for t, w in FILE_WORDS.items() if stem in w.split("|")}
    if exact:
        return exact
    inside = [
        (len(word), table)
        for table, every in FILE_WORDS.items()
        for word in every.split("|")
        if re.search(rf"\b{re.escape(word)}\b", stem)
    ]
    longest = max((n for n, _ in inside), default=0)
    return {t for n, t in inside if n == longest}
