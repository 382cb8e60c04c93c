"""Malformed files, each made from a seed by spoiling a good one the way the world spoils them."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import xlsxwriter

Spoiler = Callable[[random.Random], tuple[str, bytes]]


def good(draws: random.Random, rows: int = 12) -> bytes:
    """A small file of deals without a fault."""
    lines = ["Id,Name,Stage,Amount,Close Date,Owner"]
    lines += [
        f'd{i},"Deal {i}",{draws.choice(("Won", "Lost", "Proposal"))},{draws.randint(1, 9999)}.5,'
        f"2025-{draws.randint(1, 12):02}-{draws.randint(1, 28):02},Ann"
        for i in range(rows)
    ]
    return ("\n".join(lines) + "\n").encode()


def _workbook(draws: random.Random) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.fromisoformat("2025-01-01")})
    sheet = book.add_worksheet()
    for row, line in enumerate(good(draws).decode().splitlines()):
        sheet.write_row(row, 0, line.split(","))
    sheet.merge_range(20, 0, 24, 3, "merged")
    sheet.write_formula(30, 0, "=1/0")
    book.close()
    return out.getvalue()


def _parquet(draws: random.Random) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "deals.parquet"
        duckdb.sql(
            f"SELECT i AS id, 'Won' AS stage, i * {draws.randint(1, 9)} AS amount, "
            "DATE '2025-01-01' AS close_date FROM range(20) t(i)"
        ).write_parquet(str(path))
        return path.read_bytes()


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            # A member without a date of its own, so that one seed gives the same bytes at any time.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _kinds(draws: random.Random) -> tuple[str, bytes]:
    """A good file of any kind."""
    made: tuple[tuple[str, Callable[[random.Random], bytes]], ...] = (
        ("deals.csv", good),
        ("deals.xlsx", _workbook),
        ("deals.parquet", _parquet),
        ("deals.zip", lambda d: _zipped({"deals.csv": good(d)})),
        ("deals.csv.gz", lambda d: gzip.compress(good(d), mtime=0)),
    )
    name, make = draws.choice(made)
    return name, make(draws)


def cut_off(draws: random.Random) -> tuple[str, bytes]:
    """Any kind of file, cut off anywhere."""
    name, data = _kinds(draws)
    return name, data[: draws.randint(0, len(data))]


def flipped(draws: random.Random) -> tuple[str, bytes]:
    """Any kind of file with some bytes turned into others."""
    name, data = _kinds(draws)
    spoilt = bytearray(data)
    for _ in range(draws.randint(1, 40)):
        spoilt[draws.randrange(len(spoilt))] = draws.randrange(256)
    return name, bytes(spoilt)


def junk(draws: random.Random) -> tuple[str, bytes]:
    """Bytes that mean nothing, under any ending."""
    ending = draws.choice(("csv", "xlsx", "parquet", "zip", "gz", "tsv"))
    start = draws.choice(
        (b"", b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b"\xff\xfe", b"\xef\xbb\xbf")
    )
    return f"junk.{ending}", start + draws.randbytes(draws.randint(0, 3000))


def inserted(draws: random.Random) -> tuple[str, bytes]:
    """NULs, marks, quotes and controls where none belong."""
    data = good(draws)
    for _ in range(draws.randint(1, 12)):
        place = draws.randint(0, len(data))
        odd = draws.choice(
            (b"\0", b"\xef\xbb\xbf", b'"', b'""', b"\r", b"\r\n", b"\n\n", b"\x1a", b"\xff", b"\xfe\xff",
             b",,,,,,,", b"\xe2\x80\xa8", b"\x85", b"'", b"\\", b";", b"\t", b"\xc3")
        )  # fmt: skip
        data = data[:place] + odd + data[place:]
    return "deals.csv", data


def recoded(draws: random.Random) -> tuple[str, bytes]:
    """One file in several encodings, or in one and a half of them."""
    text = good(draws).decode().replace("Deal", "Gerät ąß漢")
    encoding = draws.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"))
    data = text.encode(encoding)
    other = text.encode("cp1252", "replace")
    cut = draws.randint(0, len(data))
    return "deals.csv", draws.choice((data, data[:cut] + other[cut:], data[: cut | 1]))


def ragged(draws: random.Random) -> tuple[str, bytes]:
    """Rows that are too short, too long, empty or doubled."""
    lines = []
    for line in good(draws).decode().split("\n"):
        cells = line.split(",")
        change = draws.randrange(6)
        if change == 0:
            cells = cells[: draws.randint(0, len(cells))]
        elif change == 1:
            cells += ["more"] * draws.randint(1, 9)
        elif change == 2:
            cells = [""] * draws.randint(0, 9)
        lines += [",".join(cells)] * draws.choice((1, 1, 1, 2))
    return "deals.csv", draws.choice(("\n", "\r\n", "\r")).join(lines).encode()


def quoted(draws: random.Random) -> tuple[str, bytes]:
    """Quotes that are left open, or nothing but quotes."""
    if draws.random() < 0.4:
        return "quotes.csv", b'"' * draws.randint(1, 5000)
    data = bytearray(good(draws))
    for place in [i for i, b in enumerate(data) if b == ord('"')]:
        if draws.random() < 0.4:
            data[place] = ord(draws.choice(" '\n"))
    return "deals.csv", bytes(data)


def huge_cells(draws: random.Random) -> tuple[str, bytes]:
    """Cells of 200 KB, quoted or not, with line breaks in them."""
    filling = draws.choice(("x", "x\n", 'x""', "é", "1"))
    cell = filling * (200_000 // len(filling))
    quote = '"' if filling != "1" and filling != "x" else draws.choice(("", '"'))
    row = f"d99,{quote}{cell}{quote if draws.random() < 0.7 else ''},Won,1,2025-01-31,Ann\n"
    return "deals.csv", good(draws) + row.encode() + good(draws).split(b"\n", 1)[1]


def wide(draws: random.Random) -> tuple[str, bytes]:
    """As many columns as no program makes, or the same name for all of them."""
    width = draws.choice((300, 1_400, 2_500))
    name = draws.choice(("Amount", "column", "Stage,Amount,Close Date,Id", ""))
    header = ",".join([name if draws.random() < 0.5 else f"c{i}" for i in range(width)])
    return "wide.csv", (header + "\n" + ",".join(["1"] * width) + "\n").encode()


def bare(draws: random.Random) -> tuple[str, bytes]:
    """Files with next to nothing in them."""
    return draws.choice(("bare.csv", "bare.xlsx", "bare.parquet", "bare.zip", "bare.csv.gz")), draws.choice(
        (b"", b"\n", b" ", b"\xef\xbb\xbf", b"\xff\xfe", b"Id,Stage,Amount,Close Date\n", b",,,\n", b"\0" * 100,
         b"Id", b"\r\r\r", b"{}", b"<?xml version='1.0'?>", b"%PDF-1.4", b"Id,Stage\n,\n,\n")
    )  # fmt: skip


def strange_values(draws: random.Random) -> tuple[str, bytes]:
    """Numbers as dates, dates as numbers, and numbers no machine holds."""
    odd = (
        "9" * 40, "-" + "9" * 30, "1e400", "nan", "inf", "-0", "0x1F", "1_000", "٣", "½", "1.234", "=1+1",
        "2025-02-30", "31/12/2025", "12/31/2025", "99999-01-01", "-1", "0000-00-00", "9999-12-31", "20250101",
        "45000", "1970-01-01T00:00:00+99:99", "now", "'; DROP TABLE x; --", "%s", "\\", "NULL", "#N/A", "#REF!",
    )  # fmt: skip
    lines = good(draws).decode().splitlines()
    for number in range(1, len(lines)):
        cells = lines[number].split(",")
        cells[draws.randrange(len(cells))] = draws.choice(odd)
        lines[number] = ",".join(cells)
    return "deals.csv", "\n".join(lines).encode()


def strange_names(draws: random.Random) -> tuple[str, bytes]:
    """Column names that are SQL, quotes, emoji, endless or repeated."""
    odd = (
        '"; DROP TABLE s0; --',
        "c0",
        "_row",
        "_reason",
        "id",
        "ID",
        "Id ",
        "🦆",
        "a" * 5000,
        "'",
        '""""',
        "NULL",
    )
    header = ",".join([*draws.sample(odd, 5), draws.choice(odd)])
    return "deals.csv", header.encode() + b"\n" + good(draws).split(b"\n", 1)[1]


def hostile_zip(draws: random.Random) -> tuple[str, bytes]:
    """Bombs, ways out of the folder, links, locks and zips in zips."""
    data = good(draws)
    kind = draws.randrange(8)
    if kind == 0:
        return "bomb.zip", _zipped({"deals.csv": b"0" * 30_000_000})
    if kind == 1:
        return "bomb.csv.gz", gzip.compress(b"0" * 30_000_000, mtime=0)
    if kind == 2:
        out = "../" * draws.randint(1, 9)
        return "slip.zip", _zipped(
            {f"{out}tmp/slipped.csv": data, "/etc/slipped.csv": data, "C:\\x.csv": data}
        )
    if kind == 3:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        out_bytes = io.BytesIO()
        with zipfile.ZipFile(out_bytes, "w") as archive:
            archive.writestr(link, "/etc/passwd")
        return "link.zip", out_bytes.getvalue()
    if kind == 4:
        return "nested.zip", _zipped({"inner.zip": _zipped({"deals.csv": data}), "more.ZIP": b"x"})
    if kind == 5:
        locked = bytearray(_zipped({"deals.csv": data}))
        locked[6] |= 1
        central = locked.rfind(b"PK\x01\x02")
        locked[central + 8] |= 1
        return "locked.zip", bytes(locked)
    if kind == 6:
        lying = bytearray(_zipped({"deals.csv": data}))
        central = lying.rfind(b"PK\x01\x02")
        struct.pack_into("<I", lying, central + 24, draws.choice((1, 2**31, 2**32 - 2)))
        return "lying.zip", bytes(lying)
    return "many.zip", _zipped({f"{i}.csv": b"" for i in range(draws.choice((3, 11)))})


def hostile_xlsx(draws: random.Random) -> tuple[str, bytes]:
    """Workbooks that declare gigabytes, cells at the end of the world, entities, or no sheets."""
    archive = zipfile.ZipFile(io.BytesIO(_workbook(draws)))
    members = {m: archive.read(m) for m in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    kind = draws.randrange(6)
    if kind == 0:
        cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        members[sheet] = members[sheet].replace(b"</sheetData>", cell)
    elif kind == 1:
        members[sheet] = members[sheet].replace(b"<v>", b"<v>&x;", 1)
    elif kind == 2:
        del members[draws.choice(sorted(members))]
    elif kind == 3:
        members[sheet] = b" " * 40_000_000
    elif kind == 4:
        members["xl/sharedStrings.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + draws.randbytes(50)
    else:
        whole = bytearray(_zipped(members))
        central = whole.rfind(b"PK\x01\x02")
        struct.pack_into("<I", whole, central + 24, 2**31)
        return "declared.xlsx", bytes(whole)
    return "deals.xlsx", _zipped(members)


def mixed_up(draws: random.Random) -> tuple[str, bytes]:
    """Two delimiters, two headers, two ways of ending lines, or another file's end, in one file."""
    first, second = good(draws), good(draws)
    kind = draws.randrange(4)
    if kind == 0:
        second = second.replace(b",", draws.choice((b";", b"\t", b"|")))
    elif kind == 1:
        second = second.replace(b"\n", b"\r\n")
    elif kind == 2:
        second = gzip.compress(second, mtime=0)
    return "deals.csv", first + second


SPOILERS: tuple[Spoiler, ...] = (
    cut_off,
    flipped,
    junk,
    inserted,
    recoded,
    ragged,
    quoted,
    huge_cells,
    wide,
    bare,
    strange_values,
    strange_names,
    hostile_zip,
    hostile_xlsx,
    mixed_up,
)


def malformed(seed: int) -> tuple[str, bytes]:
    """The malformed file of a seed: its name and its bytes."""
    draws = random.Random(seed)
    return SPOILERS[seed % len(SPOILERS)](draws)
