"""Dependencies point down, and what starts often stays light."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.house.code import ROOT, SOURCE

HEAVY = {"duckdb", "ibis", "numpy", "pandas", "polars", "pyarrow", "pyspark", "sqlglot"}
SHOW = "import json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
WALK = """
import salesops.web.wsgi
from django.urls import get_resolver
def walk(patterns):
    for pattern in patterns:
        walk(getattr(pattern, 'url_patterns', []))
walk(get_resolver().url_patterns)
"""
HELP = """
import contextlib, io, sys
sys.argv = ['salesops', '--help']
from salesops.cli.main import run
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    run()
"""


def loaded_by(code: str) -> set[str]:
    """The packages in memory after running the code in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SALESOPS", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{SHOW}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import salesops", HEAVY | {"django", "typer"}),
        ("import salesops.web.wsgi", HEAVY),
        (WALK, HEAVY - {"duckdb"}),
        ("import salesops.cli.main", HEAVY | {"django", "rich"}),
        (HELP, HEAVY | {"django", "pydantic", "rich"}),
        ("import salesops.kpis, salesops.tables, salesops.foundations.criterion", HEAVY),
    ],
    ids=["package", "web", "all pages", "command", "help", "definitions"],
)
def test_what_starts_often_stays_light(code: str, never: set[str]) -> None:
    assert never & loaded_by(code) == set()


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_folder_of_the_program_has_its_layer() -> None:
    import tomllib

    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c for c in contract["contracts"] if c["type"] == "layers")
    assert layers["exhaustive"] is True
    named = {name.strip() for layer in layers["layers"] for name in layer.split("|")}
    assert named == {f.name for f in SOURCE.iterdir() if (f / "__init__.py").is_file()}
