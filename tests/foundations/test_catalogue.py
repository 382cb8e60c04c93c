"""A catalogue holds one object a file, under the file's name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesops.foundations.catalogue import catalogue

Draw = Callable[..., str]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Draw]:
    """Writes a package of the given files, and forgets it afterwards."""
    name = f"drawn_{tmp_path.name.replace('-', '_')}"

    def draw(**files: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        for file, text in files.items():
            (folder / f"{file}.py").write_text(text)
        return name

    monkeypatch.syspath_prepend(tmp_path)
    yield draw
    for module in [m for m in sys.modules if m.split(".")[0] == name]:
        del sys.modules[module]


def test_objects_are_found_under_their_files_names_in_order(package: Draw) -> None:
    found = catalogue(package(pear="pear = 'P'", apple="apple = 'A'"), str)
    assert list(found.items()) == [("apple", "A"), ("pear", "P")]


def test_files_that_begin_with_an_underscore_are_no_content(package: Draw) -> None:
    assert list(catalogue(package(_shared="x = 1", apple="apple = 'A'"), str)) == ["apple"]


@pytest.mark.parametrize("text", ["", "aple = 'A'", "apple = 5"])
def test_a_file_that_does_not_define_its_own_name_is_an_error_that_names_it(
    package: Draw, text: str
) -> None:
    with pytest.raises(TypeError, match=r"apple\.py must define `apple`, a str"):
        catalogue(package(apple=text), str)


def test_an_error_inside_a_file_is_not_hidden(package: Draw) -> None:
    with pytest.raises(ZeroDivisionError):
        catalogue(package(apple="apple = 1 / 0"), str)


def test_a_catalogue_cannot_be_changed(package: Draw) -> None:
    found = catalogue(package(apple="apple = 'A'"), str)
    with pytest.raises(TypeError):
        found["pear"] = "P"  # type: ignore[index]
