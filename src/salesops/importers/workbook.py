"""Reading a workbook in a process of its own: `python workbook.py FILE FOLDER`.

Each sheet with data becomes a CSV; a line of JSON, `[path, sheet]`, is printed for each. Memory and time are bounded
before the file is touched, so that a made-up file ends this process and nothing else.
"""

import csv
import json
import re
import resource
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 300


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, float):
        # A number with three decimals could be taken for thousands; with a fourth it cannot.
        return re.sub(r"(\.\d{3})$", r"\g<1>0", repr(cell))
    return str(cell)


def _main(source: str, folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(source)
    for number, sheet in enumerate(book.sheet_names):
        table = book.get_sheet_by_name(sheet)
        if table.height == 0 or table.width == 0:
            continue
        target = Path(folder) / f"{Path(source).stem[:40]}-{number}.csv"
        with target.open("w", encoding="utf-8", newline="") as out:
            # Empty rows above come too, so that every row has the number it has in the sheet.
            csv.writer(out, lineterminator="\n").writerows(
                [_text(c) for c in row] for row in table.iter_rows()
            )
        sys.stdout.write(json.dumps([str(target), sheet]) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
