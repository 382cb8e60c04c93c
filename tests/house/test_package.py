"""What is installed is whole: pages, styles and scripts lie inside the package."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

from salesops.web import settings as web
from tests.house.code import ROOT, SOURCE, templates

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_package_is_what_is_built() -> None:
    assert SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["src/salesops"]


def test_pages_styles_and_scripts_are_looked_for_inside_the_package() -> None:
    engine: dict[str, Any] = web.TEMPLATES[0]
    folders: list[Path] = [*engine["DIRS"], *web.STATICFILES_DIRS]
    assert folders
    assert [f for f in folders if not f.is_dir() or SOURCE not in f.resolve().parents] == []


def test_nothing_the_pages_need_is_kept_out_of_the_package() -> None:
    needed = [ROOT / t for t in templates()]
    needed += [f for f in (SOURCE / "web" / "static").rglob("*") if f.is_file()]
    assert {f.suffix for f in needed} >= {".html", ".css", ".js"}
    ignored = subprocess.run(
        ["git", "check-ignore", *map(str, needed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ignored.stdout == ""


def test_the_command_is_the_one_that_is_there() -> None:
    from importlib import import_module

    module, _, name = SETTINGS["project"]["scripts"]["salesops"].partition(":")
    assert callable(getattr(import_module(module), name))
