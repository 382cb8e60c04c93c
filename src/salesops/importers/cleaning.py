"""Cleaning: any bytes that mean a table into plain UTF-8 CSV, with the row number of every record.

Most files are clean already and are read as they are. What is not (other encodings, ragged rows, quotes that
never close, NULs) is rewritten record by record here; whatever could not be kept is a problem with its row.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.importers.footers import MOST_LINES, is_footer, may_be_of_footer, may_end_in_footer
from salesops.importers.model import Limits
from salesops.importers.problems import Gathered

DELIMITERS = ",;\t|"
SNIFFED = 256 * 1024
MOST_LINES_A_RECORD = 10_000
TICK_EVERY = 20_000
_MAGIC = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel or Office file (.xls)",
    b"PK\x03\x04": "a zip or Office file",
    b"PAR1": "a Parquet file",
    b"\x7fELF": "a program",
    b"SQLite format": "a database",
    b"\x1f\x8b": "a gzip file",
}


Tick = Callable[[int], None]


def _silent(_bytes: int) -> None:
    """For those who do not watch."""


@dataclass
class CleanFile:
    """A CSV that can be read without surprises. `has_rows` says whether its first column is the row number."""

    path: Path
    header: list[str]
    delimiter: str
    encoding: str
    has_rows: bool
    gathered: Gathered = field(default_factory=Gathered)


def clean_text(
    name: str, path: Path, target: Path, limits: Limits, *, careful: bool, tick: Tick = _silent
) -> CleanFile:
    """`path` as a clean CSV; rewritten to `target` where it must be, or where `careful` asks for it.

    `tick` is told how many bytes are done.
    """
    csv.field_size_limit(2**31 - 1)
    with path.open("rb") as source:
        head = source.read(SNIFFED)
    _refuse_other_kinds(name, head)
    wide = _sixteen_bit(head)
    text = head.decode(wide, "replace") if wide else "".join(map(_decoded, _byte_lines(head)))
    lines = list(_split_lines(io.StringIO(text.replace("\0", "").lstrip("\ufeff"), newline="")))
    delimiter = _delimiter(lines)
    place, header = _header(lines, delimiter)
    if header is None or header.cells is None:
        raise Refusal(f"{name} has no row of column names at its top. Add one and open it again.")
    names = unique_names(header.cells)
    if len(names) > limits.most_columns:
        raise Refusal(
            f"{name} has {len(names):,} columns, more than the {limits.most_columns:,} that can be "
            "read. Export only the columns you need."
        )
    is_read_whole = not careful and not wide and place == 1 and header.lines == 1
    if is_read_whole and _is_plain(path) and not may_end_in_footer(path):
        return CleanFile(path, names, delimiter, "utf-8", has_rows=False)
    clean = CleanFile(target, names, ",", wide, has_rows=True)
    with (
        path.open("rb") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        reader = _Lines(source, wide)
        _rewrite(name, reader, out, (delimiter, place), limits, clean, tick)
    clean.encoding = wide or reader.encoding
    return clean


def _header(lines: list[str], delimiter: str) -> tuple[int, _Record | None]:
    """The first record that holds anything, and which one of all it is."""
    for place, record in enumerate(_records(iter(lines), delimiter), 1):
        if record.cells is None or any(c.strip() for c in record.cells):
            return place, record
    return 0, None


def unique_names(cells: list[str]) -> list[str]:
    """Header cells as names that are there and differ."""
    taken: set[str] = set()
    names = []
    for place, cell in enumerate(cells, 1):
        plain = " ".join(cell.replace("\ufeff", "").split()) or f"column {place}"
        name, again = plain, 1
        while name.lower() in taken:
            again += 1
            name = f"{plain} ({again})"
        taken.add(name.lower())
        names.append(name)
    return names


def sheets(name: str, path: Path, work: Path, limits: Limits) -> list[tuple[str, Path]]:
    """The sheets of an XLSX as CSV files, read in a process of its own that may not grow without bound."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(m.file_size for m in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise Refusal(f"{name} is not a whole Excel file. Save it again as .xlsx or CSV.") from None
    if size > limits.most_sheet_bytes:
        raise Refusal(
            f"{name} unpacks to {size / 1024**3:.1f} GiB, more than can be read as a workbook. "
            "Save it as CSV and open that."
        )
    # The reader is run by its path and not as a module, so that it starts without the whole program.
    reader = Path(__file__).with_name("workbook.py")
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(reader), str(path), str(work)],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal(f"{name} takes too long to read. Save it as CSV and open that.") from None
    if done.returncode != 0:
        raise Refusal(f"{name} cannot be read as an Excel file. Save it as CSV and open that.")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if not found:
        raise Refusal(f"{name} has no sheet with anything in it.")
    return [(name if len(found) == 1 else f"{name} › {sheet}", Path(file)) for file, sheet in found]


@dataclass
class _Record:
    cells: list[str] | None  # None where a quote never closed
    text: str
    lines: int


def _records(lines: Iterator[str], delimiter: str) -> Iterator[_Record]:
    """Records of a CSV. A quote that never closes costs its own line, never the ones after it."""
    waiting: deque[str] = deque()

    def pull() -> str | None:
        return waiting.popleft() if waiting else next(lines, None)

    while (line := pull()) is not None:
        if '"' not in line:
            yield _Record(line.rstrip("\r\n").split(delimiter), line, 1)
            continue
        taken = [line]
        closed = True

        def feed(taken: list[str] = taken) -> Iterator[str]:
            nonlocal closed
            yield taken[0]
            while len(taken) < MOST_LINES_A_RECORD:
                following = pull()
                if following is None:
                    break
                taken.append(following)
                yield following
            closed = False

        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), [])
        except csv.Error:
            closed = False
        if closed:
            yield _Record(cells, "".join(taken), len(taken))
        else:
            waiting.extendleft(reversed(taken[1:]))
            yield _Record(None, taken[0], 1)


def _rewrite(
    name: str,
    lines: _Lines,
    out: TextIO,
    head: tuple[str, int],
    limits: Limits,
    clean: CleanFile,
    tick: Tick,
) -> None:
    delimiter, header_at = head
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["_row", *clean.header])
    held: list[tuple[int, _Record, bool]] = []  # perhaps a footer: that is known at the end

    def write(row: int, record: _Record, is_odd: bool) -> None:
        if is_odd:
            _note_odd(name, row, record, clean)
        cells = _fitted(name, row, record, delimiter, limits, clean)
        if cells is not None:
            writer.writerow([row, *cells])

    for row, record in enumerate(_records(_split_lines(lines), delimiter), 1):
        is_odd = lines.was_odd()
        if row % TICK_EVERY == 0:
            tick(lines.done())
        blank = record.cells is not None and not any(c.strip() for c in record.cells)
        if row <= header_at or blank:
            continue
        held.append((row, record, is_odd))
        if len(held) > MOST_LINES or not may_be_of_footer(record.cells or [], len(clean.header)):
            for each in held:
                write(*each)
            held.clear()
    if is_footer([record.cells or [] for _, record, _ in held]):
        _note_footer(name, held, clean)
    else:
        for each in held:
            write(*each)


def _note_footer(name: str, held: list[tuple[int, _Record, bool]], clean: CleanFile) -> None:
    for row, record, _ in held:
        clean.gathered.note(
            Problem(
                "report_footer",
                Severity.NOTE,
                "The last lines are the report's name, totals and copyright; they are no rows.",
                "Nothing to do.",
                file=name,
                row=row,
                value=record.text.strip()[:200],
            )
        )


def _note_odd(name: str, row: int, record: _Record, clean: CleanFile) -> None:
    lost = "\ufffd" in record.text
    clean.gathered.note(
        Problem(
            "lost_letters" if lost else "odd_encoding",
            Severity.DOUBTFUL if lost else Severity.NOTE,
            "Rows hold bytes that stand for no letter; each shows as \ufffd."
            if lost
            else "Rows are not in UTF-8 as others are; they were read as Windows-1252.",
            "Export the file again as CSV UTF-8."
            if lost
            else "Look at letters with accents in these rows.",
            file=name,
            row=row,
            value=record.text[:200],
        )
    )


def _fitted(
    name: str, row: int, record: _Record, delimiter: str, limits: Limits, clean: CleanFile
) -> list[str] | None:
    """The record with exactly as many cells as the header, or None and a refusal."""
    width = len(clean.header)
    if record.cells is None:
        cells = record.text.rstrip("\r\n").split(delimiter)
        reason = "A quote in the row is never closed, or stands where none may."
        _refused(clean, name, row, cells, reason)
        return None
    cells = record.cells
    if len(cells) > width:
        if any(c.strip() for c in cells[width:]):
            reason = f"The row has {len(cells):,} cells, but there are {width:,} columns."
            _refused(clean, name, row, cells, reason)
        return None
        cells = cells[:width]
    if any(len(c) > limits.most_cell_characters for c in cells):
        reason = f"A cell of the row is longer than {limits.most_cell_characters:,} characters."
        _refused(clean, name, row, [c[:200] for c in cells], reason)
        return None
    if len(cells) < width:
        clean.gathered.note(
            Problem(
                "short_row",
                Severity.DOUBTFUL,
                f"Rows have {len(cells):,} cells, but there are {width:,} columns; the missing cells "
                "count as empty.",
                "Check whether a value was lost and the others moved to the left.",
                file=name,
                row=row,
                value=delimiter.join(cells)[:200],
            )
        )
        cells = cells + [""] * (width - len(cells))
    return cells


def _refused(clean: CleanFile, name: str, row: int, cells: list[str], reason: str) -> None:
    problem = Problem(
        "broken_row",
        Severity.REFUSED,
        reason,
        "Mend the row in the file of refused rows and open that file with the others.",
        file=name,
        row=row,
        value=",".join(cells)[:200],
    )
    clean.gathered.refuse(problem, cells)


class _Lines:
    """The lines of a file as text, each in its own encoding where the file has several."""

    def __init__(self, source: BinaryIO, wide: str) -> None:
        self._source = source
        self._wide = wide
        self._odd = False
        self._seen: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        if self._wide:
            yield from self._wide_lines()
            return
        for raw in self._source:
            line = _decoded(raw)
            if not raw.isascii():
                is_utf8 = line.encode("utf-8") == raw
                self._seen.add("utf-8" if is_utf8 else "cp1252")
                # In a file that is Windows-1252 throughout, such a row is not odd.
                self._odd |= (not is_utf8 and "utf-8" in self._seen) or "\ufffd" in line
            yield line.lstrip("\ufeff") if raw.startswith(codecs.BOM_UTF8) else line

    def _wide_lines(self) -> Iterator[str]:
        text = io.TextIOWrapper(self._source, self._wide, "replace", newline="")
        for line in text:
            self._odd |= "\ufffd" in line
            yield line
        text.detach()

    def was_odd(self) -> bool:
        """Whether a line since the last call was in another encoding than those before it."""
        odd, self._odd = self._odd, False
        return odd

    def done(self) -> int:
        """Bytes read so far."""
        return self._source.tell()

    @property
    def encoding(self) -> str:
        """What the lines were written in."""
        return " and ".join(sorted(self._seen, reverse=True)) or "utf-8"


def _decoded(raw: bytes) -> str:
    """A line as UTF-8 where it is that, else as Windows-1252: one odd line spoils no other."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _byte_lines(head: bytes) -> list[bytes]:
    return head.splitlines(keepends=True)


def _split_lines(source: Iterable[str]) -> Iterator[str]:
    """Lines that end in LF, CR LF or a lone CR, without NULs."""
    for line in source:
        line = line.replace("\0", "")
        body = line.rstrip("\r\n")
        if "\r" not in body:
            yield line
            continue
        yield from re.findall(r"[^\r]*\r\n?|[^\r]+", line)


def _sixteen_bit(head: bytes) -> str:
    """UTF-16 with or without its mark, or ''."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 20:
        zeros = [head[i::2].count(0) / (len(head) / 2) for i in (0, 1)]
        if zeros[1] > 0.4 > zeros[0]:
            return "utf-16-le"
        if zeros[0] > 0.4 > zeros[1]:
            return "utf-16-be"
    return ""


_BLANK = re.compile(rb"\n(?:\r?\n)+[^\r\n]")
_CHUNK = 8 * 1024 * 1024


def _is_plain(path: Path) -> bool:
    """Whether DuckDB reads the file as it is and counts its rows as a spreadsheet does.

    That takes UTF-8 without NULs, lines that end in LF or CR LF, and no blank record between others.
    """
    carried, quotes = b"", 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
            read = carried + chunk
            lines = read[: read.rfind(b"\n") + 1].rstrip(b"\r\n")
            carried = read[len(lines) :]
            if not _are_plain(lines, quotes):
                return False
            quotes += lines.count(b'"')
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return _are_plain(carried, quotes)


def _are_plain(lines: bytes, quotes: int) -> bool:
    """`quotes` is how many stand before these lines."""
    if b"\0" in lines or lines.count(b"\r") != lines.count(b"\r\n"):
        return False
    place = 0
    for blank in _BLANK.finditer(lines):
        quotes += lines.count(b'"', place, blank.start())
        place = blank.start()
        if quotes % 2 == 0:  # outside quotes, a line without anything is a record of its own
            return False
    return True


def _delimiter(lines: list[str]) -> str:
    """The delimiter under which the first records have most columns, all alike."""
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        widths = [
            len(r.cells) for r in _records(iter(lines[:200]), candidate) if r.cells and any(r.cells)
        ]
        if not widths or widths[0] < 2:
            continue
        alike = sum(w == widths[0] for w in widths) / len(widths)
        if (alike, widths[0]) > best_score:
            best, best_score = candidate, (alike, widths[0])
    return best


def _refuse_other_kinds(name: str, head: bytes) -> None:
    if not head.strip():
        raise Refusal(f"{name} is empty.")
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            raise Refusal(
                f"{name} is {kind}, whatever its name says. Export the data as CSV or .xlsx."
            )
    start = head[:2000].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"{", b"[{")):
        raise Refusal(
            f"{name} is a web page, XML or JSON, not a table. Perhaps a log-in page was saved instead "
            "of the export; download it again."
        )
    if not _sixteen_bit(head):
        controls = sum(b < 32 and b not in (9, 10, 13, 0) for b in head[:20_000])
        if controls > len(head[:20_000]) * 0.02:
            raise Refusal(f"{name} holds bytes that are not text. Export the data as CSV or .xlsx.")
