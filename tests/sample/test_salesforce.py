"""The export is a Salesforce export, the same to the byte for a seed, however it is cut."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from salesops.foundations.problem import Refusal
from salesops.importers.salesforce import OBJECTS as KNOWN
from salesops.sample.company import Company, simulate
from salesops.sample.export_objects import OBJECTS
from salesops.sample.salesforce import NOT_IN_SALESFORCE, quoted, write_export, write_files

SCRIPT = """
import sys
from pathlib import Path
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_export
write_export(simulate(150, int(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def small() -> Company:
    """150 opportunities from seed 5."""
    return simulate(150, 5)


def members(path: Path) -> dict[str, list[list[str]]]:
    """Every CSV of a zip by name, header first."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8"))))
            for name in archive.namelist()
        }


def bytes_elsewhere(folder: Path, seed: int, hash_seed: str) -> str:
    """The digest of an export written by another process."""
    path = folder / f"{seed}-{hash_seed}.zip"
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(seed), str(path)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"},
    )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path, small: Company) -> None:
    (path,) = write_export(small, tmp_path / "here.zip")
    here = hashlib.sha256(path.read_bytes()).hexdigest()
    assert bytes_elsewhere(tmp_path, 5, "0") == here
    assert bytes_elsewhere(tmp_path, 5, "4242") == here
    assert bytes_elsewhere(tmp_path, 6, "0") != here


def test_every_line_has_as_many_cells_as_its_header(tmp_path: Path, small: Company) -> None:
    (path,) = write_export(small, tmp_path / "export.zip")
    found = members(path)
    assert set(found) == {f"{o.name}.csv" for o in OBJECTS} | {
        f"{name}.csv" for name in NOT_IN_SALESFORCE
    }
    for name, lines in found.items():
        assert {len(line) for line in lines} == {len(lines[0])}, name
        assert len(set(lines[0])) == len(lines[0]), f"{name} names a column twice"


def test_every_filled_column_the_importer_knows_is_filled(tmp_path: Path, small: Company) -> None:
    (path,) = write_export(small, tmp_path / "export.zip")
    lines = members(path)["Opportunity.csv"]
    empty = {
        name for place, name in enumerate(lines[0]) if not any(line[place] for line in lines[1:])
    }
    assert not empty & set(KNOWN["Opportunity"][1])


def test_ids_are_eighteen_characters_and_unique(tmp_path: Path, small: Company) -> None:
    (path,) = write_export(small, tmp_path / "export.zip")
    for name, lines in members(path).items():
        if name in ("DatedConversionRate.csv", "CurrencyType.csv") or lines[0][0] != "Id":
            continue
        ids = [line[0] for line in lines[1:]]
        assert {len(i) for i in ids} <= {18}, name
        assert len(set(ids)) == len(ids), name


def test_parts_together_hold_every_row_once(tmp_path: Path, small: Company) -> None:
    (whole,) = write_export(small, tmp_path / "whole.zip")
    parts = write_export(small, tmp_path / "cut.zip", parts=3)
    assert [p.name for p in parts] == ["cut_1.zip", "cut_2.zip", "cut_3.zip"]
    cut = [members(p) for p in parts]
    for name, lines in members(whole).items():
        rows = [tuple(line) for part in cut for line in part[name][1:]]
        repeated = name in ("User.csv", "UserRole.csv", "Product2.csv", "OpportunityStage.csv")
        expected = [tuple(line) for line in lines[1:]] * (3 if repeated else 1)
        assert sorted(rows) == sorted(expected), name


def test_a_folder_holds_the_same_files_as_the_zip(tmp_path: Path, small: Company) -> None:
    (path,) = write_export(small, tmp_path / "export.zip")
    written = write_export(small, tmp_path / "export")
    zipped = members(path)
    assert {p.name for p in written} == set(zipped)
    text = (tmp_path / "export" / "Opportunity.csv").read_text("utf-8")
    deals = list(csv.reader(io.StringIO(text)))
    assert deals == zipped["Opportunity.csv"]


def test_our_own_tables_are_written_as_csv_and_parquet_alike(
    tmp_path: Path, small: Company
) -> None:
    write_files(small, tmp_path / "csv", kind="csv")
    write_files(small, tmp_path / "parquet", kind="parquet")
    with (tmp_path / "csv" / "opportunity.csv").open(encoding="utf-8") as lines:
        text = list(csv.DictReader(lines))
    table = pq.read_table(tmp_path / "parquet" / "opportunity.parquet").to_pylist()
    assert [{k: v or "" for k, v in row.items()} for row in table] == text
    assert len(text) == 150
    assert (tmp_path / "csv" / "planted_truths.json").exists()


def test_another_kind_of_file_is_refused_before_anything_is_written(
    tmp_path: Path, small: Company
) -> None:
    with pytest.raises(Refusal, match="csv or parquet"):
        write_files(small, tmp_path / "odd", kind="xls")
    assert not (tmp_path / "odd").exists()


@pytest.mark.parametrize(
    "cells", [("a", "b"), ("",), ('say "x"', "y"), ("two\nlines", '"'), ("a,b", "", "é")]
)
def test_a_line_is_read_as_the_cells_it_was_written_from(cells: tuple[str, ...]) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
    assert quoted(cells) == written.getvalue()
