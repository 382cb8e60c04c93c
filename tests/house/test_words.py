"""The words of the house: sentences that open modules, names that say something, nothing left to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.code import FOLDERS, ROOT, SOURCE, modules, templates, tree

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")


def opening(module: Path) -> str:
    """The first paragraph of a module's docstring, in one line."""
    text = ast.get_docstring(tree(module)) or ""
    return " ".join(text.split("\n\n")[0].split())


def test_every_module_opens_with_a_sentence() -> None:
    wrong = {
        str(m): opening(m)
        for m in modules(*FOLDERS)
        if not re.fullmatch(r"[\w`“(].*\.", opening(m))
    }
    assert wrong == {}


def test_every_public_class_and_function_of_the_program_says_what_it_is() -> None:
    silent = [
        f"{module}:{node.lineno} {node.name}"
        for module in modules("src")
        for node in tree(module).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    empty = [str(m) for m in modules(*FOLDERS) if EMPTY_NAMES & {*m.parent.parts, m.stem}]
    assert empty == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    empty = [
        f"{module}:{node.lineno} {node.name}"
        for module in modules(*FOLDERS)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef)
        and EMPTY_NAMES & {word.lower() for word in re.findall(r"[A-Z][a-z]+", node.name)}
    ]
    assert empty == []


def test_every_folder_of_tests_is_introduced_by_a_sentence() -> None:
    folders = {m.parent for m in modules("tests")}
    assert sorted(str(f) for f in folders if not (ROOT / f / "__init__.py").is_file()) == []


def test_the_name_of_a_test_is_a_claim() -> None:
    short = [
        f"{module}: {node.name}"
        for module in modules("tests")
        for node in tree(module).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and node.name.count("_") < 3
    ]
    assert short == []


def test_nothing_is_left_to_do() -> None:
    written = [ROOT / m for m in (*modules(*FOLDERS), *templates())]
    written += [*SOURCE.rglob("*.js"), *SOURCE.rglob("*.css"), *(ROOT / "docs").rglob("*.md")]
    left = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in written
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if LEFT_OVER.search(line)
    ]
    assert left == []


def calls(module: Path) -> Iterator[tuple[int, str]]:
    """Every call of a module, as line and dotted name with imports resolved."""
    known = dict(_imported(module))
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            head, _, rest = name.partition(".")
            yield node.lineno, ".".join(filter(None, (known.get(head, f"?{head}"), rest)))


def _imported(module: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.asname or name.name.split(".")[0], name.name
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield name.asname or name.name, f"{node.module}.{name.name}"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


ASKS_THE_MACHINE = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today|time\.(time|time_ns|localtime|gmtime)"
    r"|uuid\.uuid[14]|django\.utils\.timezone\.(now|localdate)|.*\.ibis\.(now|today)|ibis\.(now|today|random)"
)
BY_CHANCE = re.compile(r"random\.(?!Random$)\w+|numpy\.random\.(?!default_rng$|Generator$)\w+")


def test_only_the_clock_asks_the_machine_what_time_it_is() -> None:
    asked = [
        f"{module}:{line} {name}"
        for module in modules("src")
        for line, name in calls(module)
        if ASKS_THE_MACHINE.fullmatch(name) and module.name != "clock.py"
    ]
    assert asked == []


def test_chance_is_drawn_from_a_seed_alone() -> None:
    drawn = [
        f"{module}:{line} {name}"
        for module in modules("src")
        for line, name in calls(module)
        if BY_CHANCE.fullmatch(name)
    ]
    unseeded = [
        f"{module}:{node.lineno}"
        for module in modules("src")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
        and _dotted(node.func).split(".")[-1] in ("Random", "default_rng")
        and not node.args
    ]
    assert (drawn, unseeded) == ([], [])


INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)", re.I)


@pytest.mark.parametrize("template", templates(), ids=str)
def test_a_template_has_no_style_or_script_of_its_own(template: Path) -> None:
    text = (ROOT / template).read_text(encoding="utf-8")
    assert [text[m.start() : m.end() + 40] for m in INLINE.finditer(text)] == []
