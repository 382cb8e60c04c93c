"""Content is one object a file, named as the file, and each has its proof."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from salesops.cli.app import VERBS
from salesops.data_quality import CHECKS
from salesops.insights import INSIGHTS
from salesops.kpis import KPIS
from salesops.tables import TABLES
from tests.house.code import ROOT, SOURCE

CATALOGUES: dict[str, Mapping[str, object]] = {
    "tables": TABLES,
    "kpis": KPIS,
    "insights": INSIGHTS,
    "data_quality/checks": CHECKS,
}


@pytest.mark.parametrize("folder", CATALOGUES)
def test_every_file_of_a_catalogue_is_named_as_its_object(folder: str) -> None:
    files = {f.stem for f in (SOURCE / folder).glob("*.py") if not f.stem.startswith("_")}
    held = CATALOGUES[folder]
    assert set(held) == files
    assert {name: getattr(thing, "name", name) for name, thing in held.items()} == {
        name: name for name in held
    }


def test_every_verb_of_the_command_line_is_a_file_of_its_own_and_is_listed() -> None:
    files = {f.stem for f in (SOURCE / "cli" / "verbs").glob("*.py") if not f.stem.startswith("_")}
    assert {verb.__name__ for verb in VERBS.values()} == files
    # Python keeps `open` and `import` for itself, so these two say what they take as well.
    other = {"open": "open_files", "import": "import_files"}
    assert {name: verb.__module__ for name, verb in VERBS.items()} == {
        name: f"salesops.cli.verbs.{other.get(name, name.replace('-', '_'))}" for name in VERBS
    }


def test_every_kpi_is_proved_by_a_test_of_its_name() -> None:
    missing = [n for n in KPIS if not (ROOT / f"tests/kpis/test_{n}.py").is_file()]
    assert not missing, f"These KPIs have no file tests/kpis/test_<name>.py: {', '.join(missing)}."


def test_every_check_is_proved_by_a_test_of_its_name() -> None:
    missing = [n for n in CHECKS if not (ROOT / f"tests/data_quality/test_{n}.py").is_file()]
    assert not missing, f"These checks have no file tests/data_quality/test_<name>.py: {missing}."
