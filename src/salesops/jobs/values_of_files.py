"""Values of files that an office calls otherwise: stages and choices, given as somebody said, and remembered by source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
from django.db.models import F
from django.db.models.fields.json import KeyTextTransform
from pydantic import BaseModel, TypeAdapter

from salesops.book.custom import HAVE_FIELDS, Kind, own_column
from salesops.book.settings import read_json, write_whole
from salesops.engines.stages import in_usual_order
from salesops.importers.joining import held
from salesops.records.custom_field import PREFIX, CustomField, named
from salesops.records.incoming import KEY, KNOWN_STAGES, key_of, own_columns
from salesops.records.models import NOUNS, PipelineStage

STAGE = "opportunity.stage"
# Columns whose values people choose from those there are, each with those that tell of the same.
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "opportunity.type": (),
    "opportunity.source": (),
    "opportunity.loss_reason": (),
    "opportunity_contact.role": (),
    "lead.status": (),
    "lead.source": (),
    "account.industry": (),
    "account.type": (),
    "account.country": (),
    "account.region": (),
    "person.team": ("team_membership.team", "quota.team", "cost.team"),
    "person.role": ("team_membership.role",),
}
AS_IT_IS = ""  # what somebody said a value is to become: what it is
FILE = "values.json"  # in the folder of an office's book

# Column → value of a file → what it is here; of a stage its key.
Said = Mapping[str, Mapping[str, str]]
_KEPT = TypeAdapter(dict[str, dict[str, dict[str, str]]])


class Asked(BaseModel):
    """A value that no record has, or that somebody gave another: how many rows say it, and what it becomes."""

    column: str
    value: str
    words: str
    rows: int
    to: str = AS_IT_IS


def remembered_values(folder: Path, source: str) -> dict[str, dict[str, str]]:
    """What was said of the values of a source before; nothing where it cannot be read."""
    try:
        return _KEPT.validate_python(read_json(folder / FILE)).get(source, {})
    except ValueError:
        return {}


def remember_values(folder: Path, source: str, said: Said) -> None:
    """Keep what was said of the values of a source, for its next files."""
    if not said:
        return
    try:
        kept = _KEPT.validate_python(read_json(folder / FILE))
    except ValueError:
        kept = {}
    kept[source] = {column: dict(values) for column, values in said.items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, json.dumps(kept, indent=2, ensure_ascii=False))


def both(former: Said, newer: Said) -> dict[str, dict[str, str]]:
    """What was said before, and over it what was said since."""
    columns = dict.fromkeys([*former, *newer])
    return {c: {**former.get(c, {}), **newer.get(c, {})} for c in columns}


def choices_of(column: str) -> list[tuple[str, str]]:
    """What a value of the column may become here: a key and its words."""
    if column == STAGE:
        there = PipelineStage.objects.filter(deleted_at=None).exclude(is_active=False)
        ordered = there.order_by("pipeline", "position", "stage")
        return [(s.pk, stage_in_words(s.pipeline, s.stage)) for s in ordered]
    field = _own_choice(column)
    offered = field.offered if field else sorted(_known(column), key=str.casefold)
    return [(value, value) for value in offered]


def stage_in_words(pipeline: str | None, stage: str) -> str:
    """A stage as it is told from those of other pipelines."""
    return f"{pipeline}: {stage}" if pipeline else stage


def give_values(work: duckdb.DuckDBPyConnection, said: Said) -> list[Asked]:
    """Have what was read say what the office calls it; returns what is new here and what was given another value.

    Of a stage that names no pipeline, one of its name that is the only one here is meant, unless it was said otherwise.
    """
    asked = [*_stages(work, said.get(STAGE, {}))]
    _give_stages(work, {a.value: a.to for a in asked if a.to})
    for column in (*CHOSEN, *_own_choices(work)):
        here = _known(column)
        if not here:
            continue
        found = _values(work, column, here, said.get(column, {}))
        _give(work, column, {a.value: a.to for a in found if a.to})
        asked += found
    return asked


def may_be_given(column: str) -> bool:
    """Whether values of the column can become others here."""
    return column == STAGE or column in CHOSEN or _own_choice(column) is not None


def know_stages(work: duckdb.DuckDBPyConnection) -> None:
    """Files that tell nothing of stages bring those of their deals, as far as the office does not have them."""
    if _first(work, "SELECT 1 FROM pipeline_stage"):
        return
    known = set(PipelineStage.objects.values_list("pipeline", "stage"))
    has_order = {pipeline for pipeline, _ in known}
    new = [
        (p or None, s) for p, s in in_usual_order(work, _used(work)) if (p or None, s) not in known
    ]
    for position, (pipeline, stage) in enumerate(new, 1):
        place = None if pipeline in has_order else position
        work.execute(
            "INSERT INTO pipeline_stage (pipeline, stage, position, is_active) VALUES (?, ?, ?, true)",
            [pipeline, stage, place],
        )


def know_stage_keys(work: duckdb.DuckDBPyConnection, prefix: str) -> None:
    """Have what was read of stages go to those of the same name here, also where people or another system made them.

    `prefix` stands before the keys of the source, by which its own are known.
    """
    work.execute(f"CREATE TABLE {KNOWN_STAGES} (pipeline VARCHAR, stage VARCHAR, key VARCHAR)")
    rows = work.execute(
        f"SELECT {key_of(KEY['pipeline_stage'], prefix)}, coalesce(pipeline, ''), stage FROM pipeline_stage"
    ).fetchall()
    own = set(
        PipelineStage.objects.filter(pk__in=[key for key, *_ in rows]).values_list("pk", flat=True)
    )
    there = PipelineStage.objects.filter(deleted_at=None).order_by("-pk")
    named = {(s.pipeline or "", s.stage): s.pk for s in there}
    known = [
        (pipeline, stage, named[pipeline, stage])
        for key, pipeline, stage in rows
        if key not in own and (pipeline, stage) in named
    ]
    if known:
        work.executemany(f"INSERT INTO {KNOWN_STAGES} VALUES (?, ?, ?)", known)


# -- stages ------------------------------------------------------------------------------------


def _stages(work: duckdb.DuckDBPyConnection, said: Mapping[str, str]) -> Iterable[Asked]:
    there = list(PipelineStage.objects.filter(deleted_at=None))
    if not there:
        return
    known = {(s.pipeline or "", s.stage) for s in there}
    keys = {s.pk for s in there}
    named: dict[str, list[str]] = {}
    for stage in there:
        if stage.is_active is not False:
            named.setdefault(str(stage.stage).casefold(), []).append(stage.pk)
    for (pipeline, stage), rows in _used(work).items():
        value = f"{pipeline}|{stage}"
        if (pipeline, stage) in known and not said.get(value):
            continue
        same = named.get(stage.casefold(), []) if not pipeline else []
        only = same[0] if len(same) == 1 else AS_IT_IS
        to = said.get(value, only)
        words = stage_in_words(pipeline, stage)
        yield Asked(
            column=STAGE, value=value, words=words, rows=rows, to=to if to in keys else AS_IT_IS
        )


def _used(work: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """The stages that deals are or were in, by pipeline and name, with how many deals: the most first."""
    own = "v.pipeline" if "pipeline" in held(work, "opportunity_version") else "o.pipeline"
    found = work.execute(
        "SELECT coalesce(pipeline, ''), stage, count(DISTINCT id) FROM ("
        "SELECT pipeline, stage, id FROM opportunity UNION ALL "
        f"SELECT {own}, v.stage, o.id FROM opportunity_version v JOIN opportunity o ON o.id = v.opportunity_id) "
        "WHERE stage IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    return {(pipeline, stage): rows for pipeline, stage, rows in found.fetchall()}


def _give_stages(work: duckdb.DuckDBPyConnection, to: Mapping[str, str]) -> None:
    there = PipelineStage.objects.in_bulk(set(to.values()))
    rows = [(value, there[key].pipeline, there[key].stage) for value, key in to.items()]
    if not rows:
        return
    work.execute("CREATE OR REPLACE TEMP TABLE _stage_here (value VARCHAR, p VARCHAR, s VARCHAR)")
    work.executemany("INSERT INTO _stage_here VALUES (?, ?, ?)", rows)
    value = "coalesce({}, '') || '|' || {}"
    if "pipeline" in held(work, "opportunity_version"):
        work.execute(
            "UPDATE opportunity_version AS v SET pipeline = m.p, stage = m.s FROM _stage_here m "
            f"WHERE m.value = {value.format('v.pipeline', 'v.stage')}"
        )
    else:  # they are in the pipeline of their deal, which is asked for before it is another
        work.execute(
            "UPDATE opportunity_version AS v SET stage = m.s FROM _stage_here m, opportunity o "
            f"WHERE o.id = v.opportunity_id AND m.value = {value.format('o.pipeline', 'v.stage')}"
        )
    work.execute(
        "UPDATE opportunity AS o SET pipeline = m.p, stage = m.s FROM _stage_here m "
        f"WHERE m.value = {value.format('o.pipeline', 'o.stage')}"
    )
    work.execute(
        f"DELETE FROM pipeline_stage WHERE {value.format('pipeline', 'stage')} IN (SELECT value FROM _stage_here)"
    )


# -- choices -----------------------------------------------------------------------------------


def _known(column: str) -> set[str]:
    """The values that records say in a column, and those that a field of the company's own offers."""
    known: set[str] = set(field.offered) if (field := _own_choice(column)) else set()
    for each in _alike(column):
        table, _, name = each.partition(".")
        said = KeyTextTransform(name.removeprefix(PREFIX), "custom") if field else F(name)
        there = NOUNS[table].objects.filter(deleted_at=None).order_by()
        known.update(there.annotate(said_here=said).values_list("said_here", flat=True).distinct())
    return {value for value in known if value is not None}


def _values(
    work: duckdb.DuckDBPyConnection, column: str, here: set[str], said: Mapping[str, str]
) -> list[Asked]:
    """The values that are new here, or were given others, the commonest first."""
    rows = " UNION ALL ".join(
        f'SELECT trim("{name}") AS value FROM "{table}"' for table, name in _read_as(column)
    )
    found = work.execute(
        f"SELECT value, count(*) FROM ({rows}) WHERE value <> '' GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    return [
        Asked(column=column, value=value, words=value, rows=rows, to=said.get(value, AS_IT_IS))
        for value, rows in found
        if value not in here or said.get(value)
    ]


def _give(work: duckdb.DuckDBPyConnection, column: str, to: Mapping[str, str]) -> None:
    if not to:
        return
    work.execute("CREATE OR REPLACE TEMP TABLE _value_here (value VARCHAR, here VARCHAR)")
    work.executemany("INSERT INTO _value_here VALUES (?, ?)", list(to.items()))
    for table, name in _read_as(column):
        tables = [table]
        if table == "opportunity" and name in held(work, "opportunity_version"):
            tables.append("opportunity_version")
        for each in tables:
            work.execute(
                f'UPDATE "{each}" AS x SET "{name}" = m.here FROM _value_here m WHERE m.value = trim(x."{name}")'
            )


def _alike(column: str) -> tuple[str, ...]:
    """The column and those that tell of the same."""
    return (column, *CHOSEN.get(column, ()))


def _read_as(column: str) -> list[tuple[str, str]]:
    """The tables that files were read into, and what its columns are called there."""
    parts = [each.partition(".") for each in _alike(column)]
    return [
        (
            table,
            own_column(Kind.CHOICE, name.removeprefix(PREFIX)) if name.startswith(PREFIX) else name,
        )
        for table, _, name in parts
    ]


def _own_choices(work: duckdb.DuckDBPyConnection) -> list[str]:
    """The choices of the company's own that files fill and that are there: opportunity.custom.tier."""
    filled = [
        f"{table}.{PREFIX}{key}"
        for table in HAVE_FIELDS
        for key, kind in own_columns(work, table).values()
        if kind is Kind.CHOICE
    ]
    return [column for column in filled if _own_choice(column) is not None]


def _own_choice(column: str) -> CustomField | None:
    """The choice of the company's own that a column is; None where it is no such one."""
    table, _, name = column.partition(".")
    field = named(table, name)
    return field if field is not None and field.kind == Kind.CHOICE else None


def _first(work: duckdb.DuckDBPyConnection, sql: str) -> bool:
    return work.execute(f"{sql} LIMIT 1").fetchone() is not None
