"""Names by their words: an index beside a base file that finds a name in spite of the wrong letters people type.

Each distinct word of all names is kept once with the letters it has, and for each word the names it is in. A word that
is typed is compared with the words, and never with the names. For how long that takes see `benchmarks/names.py`.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from salesops.book.engine import Rows
from salesops.engines.literals import literal
from salesops.foundations.threads import threads

# What the index of a base file is called: the file's own name and this. Another number, another layout.
NAMES = ".names-1"
MOST_WORDS = 6
LONGEST_WORD = 40
_MEMORY = "700MB"
_KIND_BITS = 28  # of a place the bits below the kind: 268 million names of each

# Table → what stands beside the name, what it hangs on, and which of them come after the others.
_INDEXED = {
    "opportunity": ("stage", "account_id", "is_closed"),
    "account": ("industry", "NULL", "false"),
    "contact": ("title", "account_id", "false"),
    "lead": ("company", "NULL", "is_converted"),
    "person": ("team", "NULL", "NOT is_active"),
}
KINDS = tuple(_INDEXED)

# One spelling for what people type as one letter: no accents, no capitals, no apostrophes.
_SINGLE, _SINGLE_FOR = "øłđðħı", "olddhi"
_SEVERAL = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "'": "", "’": ""}
_WORD = r"'[\p{L}\p{M}\p{N}]+'"


log = logging.getLogger("salesops.engines")


@dataclass(frozen=True)
class Found:
    """A name that was found: what it is of, and how far it is from what was typed (0: the same words)."""

    kind: str
    id: str
    name: str
    note: str
    hangs_on: str
    distance: int


@dataclass(frozen=True)
class NameIndex:
    """An index that is attached as `alias`. `seen` is the table of the places its reader may see, empty for all;
    `gone` that of those which hold no more, empty for none."""

    run: Callable[[str], Rows]
    alias: str
    seen: str = ""
    gone: str = ""

    def find(self, text: str, most: int) -> dict[str, list[Found]]:
        """The best `most` names of each kind for what was typed: those of the same words first, then those of words
        that begin so; where all these are few, those with a letter or two wrong as well."""
        found: dict[str, dict[str, Found]] = {}
        words = self._words(text)
        for is_near in (False, True) if words else ():
            for name in self._hits(words, is_near, most):
                found.setdefault(name.kind, {}).setdefault(name.id, name)
            if sum(map(len, found.values())) >= most:
                break
        for asked in () if found else self._other_words(words):
            for name in self._hits(asked, len(asked) == 1, most):
                found.setdefault(name.kind, {}).setdefault(name.id, name)
        return {kind: list(found[kind].values())[:most] for kind in KINDS if kind in found}

    def _words(self, text: str) -> list[str]:
        """The words of what was typed, spelt as the index spells them."""
        asked = literal(text[:400].replace("\0", " "))
        words = self.run(f"SELECT regexp_extract_all({_folded(asked)}, {_WORD})").rows[0][0]
        return [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]

    def _other_words(self, words: list[str]) -> list[list[str]]:
        """What is looked for where nothing was found: several words as one, or one taken apart."""
        if len(words) > 1:
            return [["".join(words)[:LONGEST_WORD]]]
        return self._halves(words[0]) if words else []

    def _halves(self, word: str) -> list[list[str]]:
        """The ways in which a word is two words of names, such as cocacola."""
        pairs = [[word[:at], word[at:]] for at in range(2, len(word) - 1)]
        if not pairs:
            return []
        parts = ", ".join(literal(part) for part in {part for pair in pairs for part in pair})
        rows = self.run(f"SELECT word FROM {self.alias}.word WHERE word IN ({parts})").rows
        known = {row[0] for row in rows}
        return [pair for pair in pairs if known.issuperset(pair)][:3]

    def _hits(self, words: list[str], is_near: bool, most: int) -> list[Found]:
        """The best names that have every word, the best first."""
        asked = [(self._near if is_near else self._same)(word) for word in words]
        wanted = ", ".join(f"w{i} AS MATERIALIZED ({select})" for i, select in enumerate(asked))
        first, *others = [
            f"(SELECT place, distance, leads FROM {self.alias}.posting JOIN w{i} USING (number)) h{i}"
            for i in range(len(words))
        ]
        joined = first + "".join(f" JOIN {other} USING (place)" for other in others)
        distance = " + ".join(f"h{i}.distance" for i in range(len(words)))
        where = f"WHERE place IN (FROM {self.seen})" if self.seen else ""
        if self.gone:
            where = f"WHERE place NOT IN (FROM {self.gone})"
        # A name may have a word twice, hence a few more than are asked for.
        best = self.run(
            f"WITH {wanted} SELECT min(((({distance})::BIGINT * 2 + (NOT h0.leads)::INTEGER) << 32) + place, "
            f"{most * 4}) FROM {joined} {where} GROUP BY place >> {_KIND_BITS}"
        )
        distances: dict[int, int] = {}
        for (scores,) in best.rows:
            of_kind: dict[int, int] = {}
            for score in scores:
                of_kind.setdefault(score & 0xFFFFFFFF, score >> 33)
            distances.update(list(of_kind.items())[:most])
        return self._named(distances)

    def _named(self, distances: dict[int, int]) -> list[Found]:
        if not distances:
            return []
        # Each by itself: one place tells the part of the file, which a list of places does not.
        asked = (f"FROM {self.alias}.name WHERE place = {place}" for place in distances)
        rows = {row[0]: row[1:] for row in self.run(" UNION ALL ".join(asked)).rows}
        return [
            Found(KINDS[place >> _KIND_BITS], key, name, note or "", on or "", distance)
            for place, distance in distances.items()
            for key, name, note, on in [rows[place]]
        ]

    def _same(self, word: str) -> str:
        """The words that are this one, or begin with it."""
        low, high = literal(word), literal(word + chr(0x10FFFF))
        return (
            f"SELECT number, (word <> {low})::INTEGER AS distance FROM {self.alias}.word "
            f"WHERE word >= {low} AND word <= {high}"
        )

    def _near(self, word: str) -> str:
        """The words that hold this one, or would with a letter added, left out, exchanged or swapped with the next;
        of a word of eight letters two of these."""
        typed, wrong = literal(word), _may_be_wrong(word)
        held = f"contains(word, {typed})"
        distance = f"CASE WHEN word = {typed} THEN 0 WHEN starts_with(word, {typed}) THEN 1"
        words = f"{self.alias}.word"
        if not wrong:
            return f"SELECT number, {distance} ELSE 4 END AS distance FROM {words} WHERE {held}"
        # What is still being typed is compared with as much of each word.
        spans = ["word", *(f"left(word, {len(word) + more})" for more in (-1, 0, 1))]
        apart = f"least({', '.join(f'damerau_levenshtein({span}, {typed})' for span in spans)})"
        mask, is_latin = _letters(word)
        # Letters are compared before words: a wrong letter is at most one that the other lacks.
        likely = f"bit_count({mask} & ~letters) <= {wrong}" if is_latin else "letters = -1"
        long = f"length(word) >= {len(word) - wrong}"
        return (
            f"SELECT number, {distance} WHEN apart = 1 THEN 3 WHEN {held} THEN 4 ELSE 5 END AS distance FROM ("
            f"SELECT number, word, CASE WHEN {likely} THEN CASE WHEN {long} THEN {apart} ELSE 99 END "
            f"ELSE 99 END AS apart FROM {words} WHERE letters <> 0) WHERE apart <= {wrong} OR {held}"
        )


@dataclass(frozen=True)
class Names:
    """All the names of a generation: of its base, and of its delta where it has one."""

    indexes: tuple[NameIndex, ...]

    def find(self, text: str, most: int) -> dict[str, list[Found]]:
        """The best `most` names of each kind, as `NameIndex.find` has them."""
        found = [index.find(text, most) for index in self.indexes]
        by_kind = {kind: [f for each in found for f in each.get(kind, ())] for kind in KINDS}
        return {
            kind: sorted(of_it, key=lambda f: f.distance)[:most]
            for kind, of_it in by_kind.items()
            if of_it
        }


def index_of(base: Path) -> Path:
    """The index of a base or a delta, made now where there is none; while that of a base is made, one of before."""
    own = _own(base)
    if own.exists():
        return own
    former = _former(base) if base.name.startswith("base-") else None
    if former is None:
        return make_index(base, waits=True) or _aside(base)
    threading.Thread(target=make_index, args=(base,), daemon=True).start()
    return former


def made_of(index: Path) -> Path:
    """The file whose names an index has."""
    return index.with_name(index.name.removesuffix(NAMES))


def make_index(base: Path, *, waits: bool = False) -> Path | None:
    """Make the index of a base file, unless somebody has or, where it does not wait, is at it. None where it cannot."""
    own = _own(base)
    try:
        with own.with_name(f"{own.name}-lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            if not own.exists():
                write_index(base, own)
    except OSError:  # somebody is at it, or the folder cannot be written to
        return None
    except duckdb.Error:
        # Memory or disk too short, or the base gone meanwhile: the book is whole all the same.
        log.exception("The names in %s could not be indexed.", base)
        return None
    return own


def write_index(base: Path, file: Path) -> None:
    """Write the index of the names in `base` to `file`, which is there when it is whole."""
    with _draft(file) as (draft, spill):
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": str(threads()),
            "temp_directory": str(spill),
        }
        with duckdb.connect(str(draft), config=config) as made:
            made.execute("SET preserve_insertion_order = false")
            made.execute(f"ATTACH {literal(str(base))} AS read_from (READ_ONLY)")
            _write(made)


def places_in(tables: Sequence[str], alias: str) -> str:
    """The select of the places of those names whose rows are in the tables, which are a reader's views."""
    return " UNION ALL ".join(
        f'SELECT n.place FROM {alias}.name n WHERE {_of_kind(table)} AND n.id IN (SELECT id FROM "{table}")'
        for table in tables
    )


def places_replaced(replaced: str, alias: str) -> str:
    """The select of the places of those names whose rows are among the replaced, by name of table and id."""
    kinds = ", ".join(f"('{table}', {number})" for number, table in enumerate(KINDS))
    return (
        f"SELECT n.place FROM {alias}.name n JOIN (VALUES {kinds}) k(kind, number) "
        f"ON n.place >> {_KIND_BITS} = k.number JOIN {replaced} r ON r.name = k.kind AND r.id = n.id"
    )


def _write(made: duckdb.DuckDBPyConnection) -> None:
    # A delta has those tables alone in which something changed.
    listed = made.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'read_from'"
    ).fetchall()
    there = {row[0] for row in listed}
    rows = " UNION ALL ".join(
        f"SELECT {number}::TINYINT AS kind, x.id, x.name, x.{note} AS note, {on}::VARCHAR AS hangs_on, "
        f"(coalesce({last}, false)::INTEGER << 8) + least(length(x.name), 255) AS rank "
        f"FROM read_from.{table} x WHERE x.name <> ''"
        for number, (table, (note, on, last)) in enumerate(_INDEXED.items())
        if table in there
    )
    rows = rows or _NO_ROWS
    # Narrow rows are ordered and the wide ones joined to them, which takes half as long.
    place = (
        f"(kind::INTEGER << {_KIND_BITS}) + row_number() OVER (PARTITION BY kind ORDER BY rank, r)"
    )
    words = f"regexp_extract_all({_folded('name')}, {_WORD})"
    # Of other alphabets every letter is taken to be there, so that none is passed over.
    letters = f"CASE WHEN regexp_matches(word, '[^a-z0-9]') THEN -1 ELSE {_LETTERS} END"
    made.execute(f"""
        CREATE TEMP TABLE read AS {rows};
        CREATE TEMP TABLE placed AS SELECT r, ({place})::INTEGER AS place
            FROM (SELECT rowid AS r, kind, rank FROM read);
        CREATE TABLE name AS SELECT place, id, name, note, hangs_on
            FROM read JOIN placed ON read.rowid = placed.r ORDER BY place;
        CREATE TEMP TABLE spoken AS SELECT place, word, min(nth) = 1 AS leads FROM (
            SELECT place, unnest(words) AS word, generate_subscripts(words, 1) AS nth
            FROM (SELECT place, {words} AS words FROM name)) GROUP BY ALL;
        CREATE TABLE word AS SELECT row_number() OVER (ORDER BY word)::INTEGER AS number, word, {letters} AS letters
            FROM (SELECT DISTINCT word FROM spoken) ORDER BY word;
        CREATE TABLE posting AS SELECT number, place, leads
            FROM spoken JOIN word USING (word) ORDER BY number, place;
        DROP TABLE spoken; DROP TABLE placed; DROP TABLE read;
    """)


def _own(base: Path) -> Path:
    return base.with_name(base.name + NAMES)


def _former(base: Path) -> Path | None:
    """The newest index of another generation in the folder, which is one of before."""
    found = [f for f in base.parent.glob(f"base-*{NAMES}") if f.name[5:].split(".")[0].isdigit()]
    return max(found, key=lambda f: int(f.name[5:].split(".")[0]), default=None)


@lru_cache(maxsize=1)
def _aside(base: Path) -> Path:
    """The index of a base file in a folder that cannot be written to, for as long as this process lives."""
    file = Path(_temporary().name) / (base.name + NAMES)
    write_index(base, file)
    return file


@lru_cache(maxsize=1)
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="salesops-names-")


@contextmanager
def _draft(file: Path) -> Iterator[tuple[Path, Path]]:
    """A file to write, renamed to `file` where all went well, and a folder to spill to. Only for one at a time."""
    draft, spill = file.with_name(f"{file.name}-draft"), file.with_name(f"{file.name}-spill")
    draft.unlink(missing_ok=True)
    try:
        yield draft, spill
        draft.replace(file)
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            left.unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)


def _may_be_wrong(word: str) -> int:
    """How many letters may be wrong. None where there are digits, nor in a word so short that it would be any other."""
    if len(word) < 4 or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2


def _letters(word: str) -> tuple[int, bool]:
    """The letters of a word as bits, those it has twice as 26 bits more; and whether bits can tell of all of them."""
    mask = 0
    for place, letter in enumerate(_ALPHABET):
        mask |= (letter in word) << place | (word.count(letter) > 1) << (place + len(_ALPHABET))
    return mask, word.isascii()


_NO_ROWS = (
    "SELECT 0::TINYINT AS kind, '' AS id, '' AS name, '' AS note, '' AS hangs_on, 0 AS rank LIMIT 0"
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_LETTERS = " + ".join(
    f"((word LIKE '%{letter}%')::BIGINT << {place}) + ((word LIKE '%{letter}%{letter}%')::BIGINT << {place + 26})"
    for place, letter in enumerate(_ALPHABET)
)


def _of_kind(table: str) -> str:
    number = KINDS.index(table)
    return f"n.place >= {number << _KIND_BITS} AND n.place < {(number + 1) << _KIND_BITS}"


def _folded(what: str) -> str:
    """SQL: a text as names are compared."""
    made = f"translate(strip_accents(lower({what})), '{_SINGLE}', '{_SINGLE_FOR}')"
    for letter, spelt in _SEVERAL.items():
        made = f"replace({made}, {literal(letter)}, '{spelt}')"
    return made
