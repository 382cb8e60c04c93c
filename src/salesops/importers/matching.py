"""Matching: the table a file holds and the column each of its columns goes to, guessed from names and values."""

from __future__ import annotations

import difflib
import re
from pathlib import PurePosixPath

import duckdb

from salesops.foundations.table import Type
from salesops.importers import formats
from salesops.importers.model import Answers, Choice, Question, SourceColumn, SourceFile
from salesops.importers.vocabulary import COLUMN_WORDS, FILE_WORDS, NEEDED, words
from salesops.tables import TABLES

LEAST_CONFIDENCE = 0.6
LEAST_SCORE = 1.2
EXTRA_TYPES = {
    "opportunity.status": Type.CHOICE,
    "pipeline_stage.id": Type.ID,
    "person.first_name": Type.TEXT,
    "person.last_name": Type.TEXT,
}
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
    "number:point": "1,234 is one thousand two hundred and thirty-four",
    "number:comma": "1,234 is a little more than one",
}


def match_file(source: SourceFile, forced: str | None = None) -> None:
    """Fill in table, targets and confidence; leaves the file out with a reason where nothing fits."""
    hints = _file_hints(source.name)
    best: tuple[float, str, dict[int, tuple[str, float]]] = (0.0, "", {})
    for table in [forced] if forced else COLUMN_WORDS:
        matched = _match_columns(source, table)
        if not forced and not _has_needed(table, matched):
            continue
        score = sum(conf * _WEIGHT.get(col, 0.6) for col, conf in matched.values())
        score += 1.5 if table in hints else 0.0
        score -= 0.08 * (len(source.columns) - len(matched))
        if score > best[0] or forced:
            best = (score, table, matched)
    score, table, matched = best
    if not table or (score < LEAST_SCORE and not forced):
        source.why = "Its columns are none that salesops knows. Choose what it holds if it matters."
        return
    source.table = table
    source.recognised_as = TABLES[table].name.replace("_", " ").capitalize()
    for place, column in enumerate(source.columns):
        target, confidence = matched.get(place, ("", 0.0))
        column.target = f"{table}.{target}" if target else ""
        column.confidence = confidence


def column_type(target: str) -> Type:
    """The type of `table.column`, also of the few that exist only while reading."""
    if target in EXTRA_TYPES:
        return EXTRA_TYPES[target]
    table, _, column = target.partition(".")
    return TABLES[table].column[column].type


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
        if column.reads_as in ("percent", "category", "kind", "inverse", "seconds"):
            continue
        _split_instants(connection, file, column)
        judged = formats.judge(connection, file.staging, column.key, column_type(column.target))
        column.reads_as = judged.reads_as
        column.note = judged.note or column.note
        if judged.ambiguous:
            questions.append(_question(connection, file, column, judged, answers))
    return [q for q in questions if q is not None]


def _fixed_formats(file: SourceFile) -> None:
    for column in file.columns:
        table, _, name = column.target.partition(".")
        if column.reads_as or not column.target:
            continue
        if name in ("_deleted", "_is_closed", "_is_won", "is_corporate"):
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
    identity = f"{kind}:{file.name}:{column.name}"
    said = answers.choices.get(identity) or answers.choices.get(
        f"{kind}:{file.signature}:{column.name}"
    )
    if said in judged.ambiguous:
        column.reads_as, column.note = said, "As you said"
        return None
    sample = next(
        (s for s in column.samples if re.search(r"\d[/.,-]\d", s)), (column.samples or [""])[0]
    )
    choices = [
        Choice(
            value=form,
            label=f"{_FORMAT_LABELS[form]}: {sample} is {_told(formats.example(connection, form, sample))}",
        )
        for form in judged.ambiguous
    ]
    column.note = "Needs you"
    what = "dates" if kind == "date_order" else "numbers"
    return Question(
        id=identity,
        file=file.name,
        column=column.name,
        sentence=f"The {what} in “{column.name}” of {file.name}, such as {sample}, can be read in two ways.",
        choices=choices,
        must_answer=True,
        rows=file.rows,
    )


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


def _match_columns(source: SourceFile, table: str) -> dict[int, tuple[str, float]]:
    """Place of a column → (our column, confidence), each of ours at most once."""
    pairs: list[tuple[float, int, int, str]] = []
    for place, column in enumerate(source.columns):
        name = words(column.name)
        if not name or name.startswith("fivetran synced"):
            continue
        for order, (ours, synonyms) in enumerate(COLUMN_WORDS[table].items()):
            confidence = _likeness(name, synonyms.split("|"))
            if confidence < LEAST_CONFIDENCE or column.filled == 0.0:
                continue
            if _fits(column, f"{table}.{ours}"):
                pairs.append((confidence, order, place, ours))
    pairs.sort(key=lambda p: (-p[0], p[1], p[2]))
    matched: dict[int, tuple[str, float]] = {}
    for confidence, _, place, ours in pairs:
        if place not in matched and ours not in {m[0] for m in matched.values()}:
            matched[place] = (ours, round(confidence, 2))
    return matched


def _likeness(name: str, synonyms: list[str]) -> float:
    """1 for the first words, a little less for later ones; near spellings count for less."""
    squeezed = name.replace(" ", "")
    for rank, synonym in enumerate(synonyms):
        if name == synonym or squeezed == synonym.replace(" ", ""):
            return 0.99 - min(rank, 20) * 0.005
    near = max(
        (
            difflib.SequenceMatcher(None, name, s).ratio()
            for s in synonyms
            if abs(len(s) - len(name)) <= 3
        ),
        default=0.0,
    )
    return near * 0.8 if near >= 0.86 else 0.0


def _fits(column: SourceColumn, target: str) -> bool:
    """Whether the first values could be of the type; a look, not a proof."""
    kind = column_type(target)
    samples = column.samples
    if not samples:
        return True
    if target == "opportunity.status":
        return all(_STATUS_WORDS.match(s.strip()) for s in samples)
    if kind in (Type.MONEY, Type.DECIMAL, Type.SHARE, Type.RATE, Type.COUNT):
        return (
            sum(bool(re.search(r"\d", s)) and len(re.findall(r"[A-Za-z]", s)) <= 4 for s in samples)
            > len(samples) / 2
        )
    if kind in (Type.DATE, Type.INSTANT):
        return sum(bool(re.search(r"\d", s)) and len(s) <= 40 for s in samples) > len(samples) / 2
    if kind is Type.YES_NO:
        return all(len(s) <= 6 for s in samples)
    if kind is Type.CURRENCY:
        return all(len(s) <= 4 for s in samples)
    return True


def _has_needed(table: str, matched: dict[int, tuple[str, float]]) -> bool:
    have = {name for name, _ in matched.values()}
    return all(have & set(group) for group in NEEDED[table])


def _file_hints(name: str) -> set[str]:
    """The tables a file's name speaks of; the longest words win."""
    stem = words(PurePosixPath(name.split(" › ")[-1]).stem)
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
