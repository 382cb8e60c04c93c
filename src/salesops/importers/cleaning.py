"""Cleaning: any bytes that mean a table into plain UTF-8 CSV, with the row number of every record.

Most files are clean already and are read as they are. What is not (other encodings, ragged rows, quotes that
never close, NULs) is rewritten record by record here; whatever could not be kept is a problem with its row.
"""

from __future__ import annotations

import codecs
import csv
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.importers.model import Limits

DELIMITERS = ",;\t|"
SNIFFED = 256 * 1024
MOST_LINES_A_RECORD = 1_000
KEPT_PROBLEMS = 1_000
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


@dataclass
class CleanFile:
    """A CSV that can be read without surprises. `has_rows` says whether its first column is the row number."""

    path: Path
    header: list[str]
    delimiter: str
    encoding: str
    has_rows: bool
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skip_lines: int = 1


def clean_text(name: str, path: Path, target: Path, limits: Limits, *, careful: bool) -> CleanFile:
    """`path` as a clean CSV; rewritten to `target` where it must be, or where `careful` asks for it."""
    head = path.open("rb").read(SNIFFED)
    _refuse_other_kinds(name, head)
    encoding = _encoding(path, head)
    text = head.decode(encoding, errors="replace").replace("\0", "")
    text = text.lstrip("\ufeff")
    delimiter = _delimiter(text)
    header = next(iter(_records(iter(text.splitlines(keepends=True)), delimiter)), None)
    if header is None or not header.cells or not any(c.strip() for c in header.cells):
        raise Refusal(f"{name} has no row of column names at its top. Add one and open it again.")
    names = unique_names(header.cells)
    if len(names) > limits.most_columns:
        raise Refusal(f"{name} has {len(names):,} columns, more than {limits.most_columns:,}.")
    plain = encoding in ("utf-8", "utf-8-sig") and header.lines == 1 and not careful
    if plain and b"\0" not in head and "\r" not in text.replace("\r\n", "\n"):
        return CleanFile(path, names, delimiter, encoding, has_rows=False)
    return _rewrite(name, path, target, encoding, delimiter, names, limits)


def unique_names(cells: list[str]) -> list[str]:
    """Header cells as names that are there and differ."""
    seen: dict[str, int] = {}
    names = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {place}"
        seen[name.lower()] = seen.get(name.lower(), 0) + 1
        names.append(name if seen[name.lower()] == 1 else f"{name} ({seen[name.lower()]})")
    return names


def sheets(name: str, path: Path, work: Path, limits: Limits) -> list[tuple[str, Path]]:
    """The sheets of an XLSX as CSV files, read in a process of its own that may not grow without bound."""
    import zipfile

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
    done = subprocess.run(
        [sys.executable, "-m", "salesops.importers.workbook", str(path), str(work)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(f"{name} cannot be read as an Excel file. Save it as CSV and open that.")
    found = [line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line]
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
            cells = next(csv.reader(feed(), delimiter=delimiter), [])
        except csv.Error:
            cells, closed = [], False
        if closed or (len(taken) == 1 and _is_closed(taken[0], delimiter)):
            yield _Record(cells, "".join(taken), len(taken))
        else:
            waiting.extendleft(reversed(taken[1:]))
            yield _Record(None, taken[0], 1)


def _is_closed(line: str, delimiter: str) -> bool:
    try:
        next(csv.reader([line], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "unexpected end of data" not in str(error)
    return True


def _rewrite(
    name: str,
    path: Path,
    target: Path,
    encoding: str,
    delimiter: str,
    names: list[str],
    limits: Limits,
) -> CleanFile:
    csv.field_size_limit(2**31 - 1)
    clean = CleanFile(target, names, ",", encoding, has_rows=True)
    width = len(names)
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["_row", *names])
        text = (line.replace("\0", "") for line in _split_lines(source))
        for row, record in enumerate(_records(text, delimiter), 1):
            if row == 1 or (record.cells is not None and not any(record.cells)):
                continue
            cells = _fitted(name, row, record, width, limits, clean)
            if cells is not None:
                writer.writerow([row, *cells])
    return clean


def _fitted(
    name: str, row: int, record: _Record, width: int, limits: Limits, clean: CleanFile
) -> list[str] | None:
    """The record with exactly `width` cells, or None and a refusal."""
    if record.cells is None:
        cells = record.text.rstrip("\r\n").split(",")
        _refuse(clean, name, row, cells, "A quote is opened in this row and never closed.")
        return None
    cells = record.cells
    if len(cells) > width:
        if any(c.strip() for c in cells[width:]):
            _refuse(
                clean, name, row, cells, f"The row has {len(cells)} cells under {width} columns."
            )
            return None
        cells = cells[:width]
    if len(cells) < width:
        _note(
            clean,
            Problem(
                "short_row",
                Severity.DOUBTFUL,
                f"The row has {len(cells)} cells under {width} columns; the missing ones count as empty.",
                "Check whether a value was lost.",
                file=name,
                row=row,
            ),
        )
        cells = cells + [""] * (width - len(cells))
    if any(len(c) > limits.most_cell_characters for c in cells):
        _refuse(
            clean,
            name,
            row,
            [c[:200] for c in cells],
            "A cell is longer than a million characters.",
        )
        return None
    return cells


def _refuse(clean: CleanFile, name: str, row: int, cells: list[str], reason: str) -> None:
    clean.refused.append((row, cells, reason))
    _note(
        clean,
        Problem(
            "broken_row",
            Severity.REFUSED,
            reason,
            "Mend the row in the file of refused rows and open that file with the others.",
            file=name,
            row=row,
            value=",".join(cells)[:200],
        ),
    )


def _note(clean: CleanFile, problem: Problem) -> None:
    clean.problems.append(problem)


def _split_lines(source: Iterator[str]) -> Iterator[str]:
    """Lines that end in LF, CR LF or a lone CR."""
    for line in source:
        body = line.rstrip("\r\n")
        if "\r" not in body:
            yield line
            continue
        yield from re.findall(r"[^\r]*\r\n?|[^\r]+", line)


def _encoding(path: Path, head: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    if len(head) > 20:
        zeros = [head[i::2].count(0) / (len(head) / 2) for i in (0, 1)]
        if zeros[1] > 0.4 > zeros[0]:
            return "utf-16-le"
        if zeros[0] > 0.4 > zeros[1]:
            return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as source:
            while chunk := source.read(8 * 1024 * 1024):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The delimiter under which the first records have most columns, all alike."""
    lines = text.splitlines(keepends=True)[:200]
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        widths = [
            len(r.cells) for r in _records(iter(lines), candidate) if r.cells and any(r.cells)
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
    start = head[:2000].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"{", b"[{")):
        raise Refusal(
            f"{name} is a web page, XML or JSON, not a table. Perhaps a log-in page was saved instead "
            "of the export; download it again."
        )
    if head[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and not _is_sixteen_bit(head):
        controls = sum(b < 32 and b not in (9, 10, 13, 0) for b in head[:20_000])
        if controls > len(head[:20_000]) * 0.02:
            raise Refusal(f"{name} holds bytes that are not text. Export the data as CSV or .xlsx.")


def _is_sixteen_bit(head: bytes) -> bool:
    return len(head) > 20 and head.count(0) > len(head) * 0.3
