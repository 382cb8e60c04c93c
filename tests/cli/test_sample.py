"""`salesops sample` writes the sample company, the same for the same seed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.cli.conftest import Run


def test_a_salesforce_export_is_a_zip_of_its_objects(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("sample", "--size", "30", "--out", tmp_path / "export.zip")
    assert (ran.code, ran.out) == (0, "")
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        assert {"Opportunity.csv", "OpportunityHistory.csv", "User.csv"} <= set(archive.namelist())


def test_a_seed_gives_the_same_bytes_and_another_seed_others(salesops: Run, tmp_path: Path) -> None:
    def opportunities(name: str, seed: str) -> bytes:
        salesops("sample", "--size", "30", "--seed", seed, "--out", tmp_path / name)
        return (tmp_path / name / "Opportunity.csv").read_bytes()

    assert opportunities("one", "7") == opportunities("again", "7")
    assert opportunities("one", "7") != opportunities("other", "8")


def test_csv_and_parquet_have_a_file_a_table(salesops: Run, tmp_path: Path) -> None:
    for kind in ("csv", "parquet"):
        ran = salesops("sample", "--size", "30", "--as", kind, "--out", tmp_path / kind)
        assert ran.code == 0
        assert (tmp_path / kind / f"opportunity.{kind}").exists()


def test_what_is_written_opens_to_the_same_count(salesops: Run, tmp_path: Path) -> None:
    salesops("sample", "--size", "30", "--as", "csv", "--out", tmp_path / "csv")
    ran = salesops("open", tmp_path / "csv", "--book", tmp_path / "book", "--no-serve")
    assert ran.code == 0
    assert "30 opportunities" in ran.out


def test_an_unknown_kind_is_refused_with_those_known(salesops: Run, tmp_path: Path) -> None:
    ran = salesops("sample", "--as", "hubspot", "--out", tmp_path / "x")
    assert ran.code == 2
    assert "salesforce" in ran.err
    assert not (tmp_path / "x").exists()
