"""The book of an office follows its records: the rows of now and their past, built and published anew."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache
from pathlib import Path

import duckdb

from salesops import engines
from salesops.book.custom import VERSIONS, Custom, tables_with
from salesops.book.deletion import DELETION, deletion_table
from salesops.book.quota_version import QUOTA_VERSION, QUOTA_VERSIONS
from salesops.book.settings import Settings, load_settings, save_settings, write_whole
from salesops.engines.build import build
from salesops.engines.compiled import edition
from salesops.engines.delta import CONTEXT, build_delta
from salesops.engines.folder import LAYOUT, Follows, Manifest, read_manifest_lenient
from salesops.engines.generation import REPLACED
from salesops.foundations.clock import Clock
from salesops.foundations.table import DUCKDB_TYPE
from salesops.importers.problems import create_problem_tables
from salesops.importers.room import room
from salesops.jobs.opening import (
    Checked,
    manifest_of,
    publish_checked,
    publish_delta,
    working_folder,
)
from salesops.jobs.progress import Watch, silent
from salesops.jobs.workbench import workbench
from salesops.records.custom_field import defined
from salesops.records.models import NOUNS
from salesops.records.to_tables import (
    changed_ids,
    entered,
    former_meanings,
    quota_states,
    table_batches,
)
from salesops.records.watermark import is_behind, one_moment, tells_what_changed, watermark
from salesops.tables import TABLES

# What a base is made by: once the text of one of these is another, the base is made anew.
_ENGINES = Path(engines.__file__).parent
_MAKES_A_BASE = tuple(
    _ENGINES / f"{name}.py"
    for name in "build calendar_days meanings quotas rates reading spans stages versions".split()
)
FOLLOWED = "FOLLOWED"  # beside the book: how far into the records it reaches
# Beyond these a delta slows questions down more than making a base anew costs.
MOST_CHANGED = 50_000
LONGEST_ON_ONE_BASE = timedelta(days=1)


def follow(
    folder: Path,
    clock: Clock,
    *,
    watch: Watch = silent,
    keeps_nothing: bool = False,
    settings: Settings | None = None,
) -> Manifest:
    """Publish a generation of the book in `folder` that says what the records say.

    Where little changed since its base was made, only that is built, as a delta beside the base. Readers keep
    the former generation until the new one is finished; killed on the way, it leaves the former in place. One that
    `keeps_nothing` is a base that tells nothing of former generations, not even what changed since. With other
    `settings` the generation is made by these, and they are in force from then on.
    """
    said, settings = settings, _with_records(settings or load_settings(folder))
    former = read_manifest_lenient(folder)
    with working_folder(folder) as work, room(work):
        published = None
        if former and not keeps_nothing and _may_be_kept(former, settings, clock):
            published = _follow_by_delta(folder, former, work, settings, clock, watch)
        mark, manifest = published or _follow_whole(
            folder, work, settings, clock, watch, compares=not keeps_nothing
        )
    if said is not None:
        save_settings(folder, said)
    # After publishing: killed in between, the book is only made once more.
    write_whole(folder / FOLLOWED, mark)
    return manifest


def _follow_whole(
    folder: Path, work: Path, settings: Settings, clock: Clock, watch: Watch, *, compares: bool
) -> tuple[str, Manifest]:
    connection = workbench(work / "work.duckdb")
    try:
        with one_moment():
            mark = watermark()
            load_records(connection, watch, settings.custom)
        built = build(connection, work / "base.duckdb", settings, clock(), watch)
    finally:
        connection.close()
    manifest = manifest_of(built, [], settings, clock)
    follows = Follows(
        mark=mark,
        made_by=_made_by(settings),
        made_at=manifest.opened_at,
        valued_at=built.data_as_of,
    )
    manifest = manifest.model_copy(update={"follows": follows})
    checked = Checked(work / "base.duckdb", manifest)
    return mark, publish_checked(folder, checked, compares=compares)


def _may_be_kept(former: Manifest, settings: Settings, clock: Clock) -> bool:
    """Whether the base that `former` names may stay, as far as the records need not be asked."""
    follows = former.follows
    return (
        follows is not None
        and follows.made_by == _made_by(settings)
        and timedelta() <= clock() - follows.made_at < LONGEST_ON_ONE_BASE
        and tells_what_changed(follows.mark)
    )


def _follow_by_delta(
    folder: Path, former: Manifest, work: Path, settings: Settings, clock: Clock, watch: Watch
) -> tuple[str, Manifest] | None:
    """A generation of the same base and a delta with all that changed since; None where it takes a new base."""
    since = former.follows.mark if former.follows else ""
    connection = workbench(work / "work.duckdb")
    try:
        with one_moment():
            mark = watermark()
            if not load_changed(connection, since, watch, settings.custom):
                return None
        watch("Writing what changed", 0, 1)
        built = build_delta(
            connection, folder / former.base, former, work / "delta.duckdb", settings, clock()
        )
    finally:
        connection.close()
        (work / "work.duckdb").unlink(missing_ok=True)
    if built is None:
        return None
    manifest = manifest_of(built, [], settings, clock)
    kept = {"base": former.base, "follows": former.follows}
    manifest = manifest.model_copy(update=kept)
    return mark, publish_delta(folder, work / "delta.duckdb", manifest)


def _with_records(settings: Settings) -> Settings:
    """The settings, with what records tell of how the book is made: fields of the company's own, and what stages meant."""
    own = tuple(field.in_book for field in defined())
    return settings.model_copy(update={"custom": own, "former_meanings": former_meanings()})


def _made_by(settings: Settings) -> str:
    """Changes with whatever a base is made by beside the records: the decisions of people, and this program.

    What a process asks is looked up when it is asked for, and makes no base another.
    """
    said = settings.model_dump_json(exclude={"sales_process"})
    return hashlib.sha256(f"{_program()}{said}".encode()).hexdigest()[:32]


@cache
def _program() -> str:
    digest = hashlib.sha256(f"{LAYOUT}{edition()}".encode())
    for file in _MAKES_A_BASE:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_followed(folder: Path) -> bool:
    """Whether the book in `folder` says all that the records say, as this program and its settings say it."""
    try:
        mark = (folder / FOLLOWED).read_text("utf-8")
    except FileNotFoundError:
        return False
    manifest = read_manifest_lenient(folder)
    if manifest is None or manifest.follows is None:
        return False
    return manifest.follows.made_by == _made_by(
        _with_records(load_settings(folder))
    ) and not is_behind(mark)


def load_records(
    work: duckdb.DuckDBPyConnection, watch: Watch = silent, custom: Custom = ()
) -> None:
    """Fill the tables of `work` from the records, as an import leaves them."""
    create_problem_tables(work)
    _load(work, watch, custom=custom)


def _load(
    work: duckdb.DuckDBPyConnection, watch: Watch, since: str = "", custom: Custom = ()
) -> None:
    for done, (name, table) in enumerate(tables_with(custom).items()):
        watch("Reading the records", done, len(TABLES))
        work.execute(table.duckdb_ddl())
        own = tuple(c for c in custom if name in (c.table, VERSIONS.get(c.table)))
        columns = [f'"{c.name}"' for c in (*entered(name), *(c.column for c in own))]
        # What somebody wrote past the actions and is none of its kind is nothing, and stops no book.
        read = [f'"{c.name}"' for c in entered(name)]
        read += [f'TRY_CAST("{c.name}" AS {DUCKDB_TYPE[c.column.type]})' for c in own]
        for batch in table_batches(name, since, own):
            work.register("arrived", batch)
            work.execute(
                f'INSERT INTO "{name}" ({", ".join(columns)}) SELECT {", ".join(read)} FROM arrived'
            )
            work.unregister("arrived")
    work.execute(QUOTA_VERSIONS.duckdb_ddl())
    for batch in quota_states(since):
        work.register("arrived", batch)
        work.execute(f"INSERT INTO {QUOTA_VERSION} BY NAME FROM arrived")
        work.unregister("arrived")
    work.execute(deletion_table(tables_with(custom)).duckdb_ddl())
    work.execute(
        f"INSERT INTO {DELETION} (id, deleted_at) SELECT opportunity_id, valid_from FROM opportunity_version "
        "WHERE change_source = 'deleted'"
    )
    work.execute("DELETE FROM opportunity_version WHERE change_source = 'deleted'")


def load_changed(
    work: duckdb.DuckDBPyConnection, since: str, watch: Watch = silent, custom: Custom = ()
) -> bool:
    """Fill `work` for `build_delta` with what changed since a watermark; whether a delta can tell it."""
    work.execute(f"CREATE TABLE {REPLACED} (name VARCHAR, id VARCHAR)")
    for name in NOUNS:
        for ids in changed_ids(name, since):
            work.register("arrived", ids)
            work.execute(f"INSERT INTO {REPLACED} SELECT '{name}', id FROM arrived")
            work.unregister("arrived")
        found = work.execute(
            f"SELECT count(*), count(*) FILTER (name = '{name}') FROM {REPLACED}"
        ).fetchone()
        changed, of_this = found or (0, 0)
        if changed > MOST_CHANGED or (of_this and name in CONTEXT):
            return False
    _load(work, watch, since, custom)
    return True
