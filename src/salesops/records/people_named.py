"""People whom files name: each told from those there are by id, by mail address or by name, and by none of these guessed.

A file that names owners and tells nothing else of them makes people of their names. Who is known here already becomes
nobody new: rows that name them refer to them. A name that several have names nobody, which is told. Nor does a bare id or
name become what a person, an account, a product or a campaign that is known by it is called.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import duckdb

from salesops.book.custom import HAVE_FIELDS, Kind
from salesops.foundations.problem import Problem, Severity
from salesops.importers import Examination
from salesops.importers.joining import held, id_of
from salesops.importers.problems import note_any
from salesops.records.incoming import KNOWN_PEOPLE, key_of, own_columns
from salesops.records.models import NOUNS, Person
from salesops.records.to_tables import entered, quoted
from salesops.tables import TABLES

SEVERAL = "several"
CREATED = (
    "account",
    "person",
    "product",
    "campaign",
)  # what a name alone stands for, where none tells more
OF_ONE_MEANING = (
    15  # an id as long as Salesforce's or ours is nobody else's in another system, as 7 may be
)
_HERE = "Write their mail address in place of the name, and import again."


@dataclass
class _People:
    """Who there is, by what they may be named by: the keys records have, or will have."""

    ids: dict[str, str] = field(default_factory=dict)
    emails: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, ids: Iterable[str], key: str, name: str | None, email: str | None) -> None:
        """One of them; the first of an id has it."""
        for each in ids:
            self.ids.setdefault(each, key)
        if name and name.strip():
            self.names[_plain(name)].add(key)
        if email and email.strip():
            self.emails[_plain(email)].add(key)

    def named(self, said: str) -> tuple[str, str]:
        """The key of who is meant, empty where nobody is known, and `SEVERAL` where that cannot be told."""
        if said in self.ids:
            return self.ids[said], ""
        plain = _plain(said)
        turned = " ".join(reversed(plain.split(", "))) if plain.count(", ") == 1 else plain
        for found in (self.emails.get(plain), self.names.get(plain), self.names.get(turned)):
            if found:
                return (next(iter(found)), "") if len(found) == 1 else ("", SEVERAL)
        return "", ""


def know_people(work: duckdb.DuckDBPyConnection, examination: Examination, prefix: str) -> None:
    """Have what was read name people as the records know them; whom it names in vain is told.

    `prefix` stands before the keys of the source.
    """
    work.execute(f"CREATE TABLE {KNOWN_PEOPLE} (id VARCHAR, key VARCHAR)")
    own = {
        (name, column)
        for name in HAVE_FIELDS
        for column, (_, kind) in own_columns(work, name).items()
        if kind is Kind.PERSON
    }
    key = key_of("id", prefix)
    _keep_names(work, prefix)
    is_bare = _is_bare("person")
    files = work.execute(f"SELECT id, {key}, name, email, {is_bare} FROM person").fetchall()
    bare = {id_: key for id_, key, *_, is_name in files if is_name}
    if not bare and not own:
        return
    people = _People()
    for id_, key, name, email, is_name in files:
        if not is_name:
            people.add((id_,), key, name, email)
    there = Person.objects.filter(deleted_at=None)
    for pk, name, email in there.values_list("pk", "name", "email"):
        ids = [pk.removeprefix(prefix)] if pk.startswith(prefix) else []
        people.add(ids + ([pk] if len(pk) >= OF_ONE_MEANING else []), pk, name, email)
    _lead(work, examination, people, bare)
    for id_, key in bare.items():
        people.add((id_,), key, id_, None)
    for table, column in sorted(own):
        _fill(work, examination, people, table, column)


def _is_bare(table: str) -> str:
    """SQL of whether a row was made of a name or an id that another row has, and tells nothing else."""
    rest = (c.name for c in entered(table) if c.name not in ("id", "name"))
    return " AND ".join(["id = name", *(f'"{name}" IS NULL' for name in rest)])


def _keep_names(work: duckdb.DuckDBPyConnection, prefix: str) -> None:
    """What is called otherwise here than by the bare id or name that files tell stays so."""
    for table in CREATED:
        bare = work.execute(
            f"SELECT {key_of('id', prefix)}, id FROM {table} WHERE {_is_bare(table)}"
        )
        ids = dict(bare.fetchall())
        there = NOUNS[table].objects.filter(pk__among=set(ids)).exclude(name=None)
        named = [ids[pk] for pk, name in there.values_list("pk", "name") if name != ids[pk]]
        if named:
            listed = ", ".join(map(quoted, named))
            work.execute(f"DELETE FROM {table} WHERE id IN ({listed})")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _lead(
    work: duckdb.DuckDBPyConnection,
    examination: Examination,
    people: _People,
    bare: dict[str, str],
) -> None:
    """Those of whom the files tell a name alone are who has it here; what is left in `bare` is new."""
    several = []
    for id_, own in list(bare.items()):
        key, why = people.named(id_)
        if why == SEVERAL:
            several.append(id_)
        elif key and key != own:
            work.execute(f"INSERT INTO {KNOWN_PEOPLE} VALUES (?, ?)", [id_, key])
        if why or (key and key != own):
            work.execute("DELETE FROM person WHERE id = ?", [id_])
            del bare[id_]
    if not several:
        return
    listed = ", ".join(map(quoted, several))
    for table, column in _naming(work):
        _name_nobody(work, examination, table, column, listed)


def _naming(work: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    for table in TABLES:
        there = held(work, table)
        yield from ((table, c.name) for c in entered(table) if c.refers_to == "person" and c.name in there)  # fmt: skip


def _name_nobody(
    work: duckdb.DuckDBPyConnection, examination: Examination, table: str, column: str, listed: str
) -> None:
    """Whose name several have: nobody is named, and a row that is about them alone is left out."""
    is_about = column == "person_id"
    file, called = _place(examination, table, column)
    problem = Problem(
        "person_of_several",
        Severity.REFUSED if is_about else Severity.BLANKED,
        "Rows name somebody as several people here are called. "
        + ("They are left out." if is_about else "Nobody is put there."),
        _HERE,
        file=file,
        column=called,
        table=table,
    )
    meant = f"{column} IN ({listed})"
    if not note_any(work, problem, _rows(table, column, meant)):
        return
    done = f"DELETE FROM {table}" if is_about else f"UPDATE {table} SET {column} = NULL"
    work.execute(f"{done} WHERE {meant}")


def _fill(
    work: duckdb.DuckDBPyConnection,
    examination: Examination,
    people: _People,
    table: str,
    column: str,
) -> None:
    """A field of the company's own gets the keys of the people it names."""
    told = f'SELECT DISTINCT "{column}" FROM {table} WHERE trim("{column}") <> \'\''
    found = {said: people.named(said.strip()) for (said,) in work.execute(told).fetchall()}
    file, called = _place(examination, table, column)
    for code, why, message, remedy in _IN_VAIN:
        named = [said for said, (key, reason) in found.items() if not key and reason == why]
        if named:
            meant = f'"{column}" IN ({", ".join(map(quoted, named))})'
            problem = Problem(
                code, Severity.BLANKED, message, remedy, file=file, column=called, table=table
            )
            note_any(work, problem, _rows(table, f'"{column}"', meant))
    work.execute("CREATE OR REPLACE TEMP TABLE meant (said VARCHAR, key VARCHAR)")
    rows = [[said, key or None] for said, (key, _) in found.items()]
    if rows:
        work.executemany("INSERT INTO meant VALUES (?, ?)", rows)
    work.execute(
        f'UPDATE {table} SET "{column}" = (SELECT key FROM meant WHERE said = "{column}") '
        f'WHERE "{column}" IS NOT NULL'
    )


_IN_VAIN = (
    (
        "person_of_several",
        SEVERAL,
        "Rows name somebody as several people are called. Nobody is put there.",
        _HERE,
    ),
    (
        "person_unknown",
        "",
        "Rows name somebody whom neither the files nor the office know. Nobody is put there.",
        "Correct the name, or add the person to the organisation, and import again.",
    ),
)


def _rows(table: str, column: str, condition: str) -> str:
    """The rows as problems show them; which line of which file each was is known no more."""
    return f"SELECT NULL AS row, {column} AS value, {id_of(table)} AS record_id FROM {table} WHERE {condition}"


def _place(examination: Examination, table: str, column: str) -> tuple[str, str]:
    """The file and column that name them."""
    for file in examination.files:
        for told in file.columns:
            if told.target == f"{table}.{column}" and file.table == table:
                return file.name, told.name
    return "", column
