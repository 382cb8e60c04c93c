"""The command as a whole: light to start, plain in a pipe, and an exit code for every end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops.cli.app import app
from tests.cli.conftest import Run

SALESOPS = Path(sys.executable).with_name("salesops")
HEAVY = ("duckdb", "ibis", "django", "pandas", "numpy", "pyarrow", "granian")
COMMANDS = sorted(c.name or "" for c in app.registered_commands)


def started(*words: object, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(SALESOPS), *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **extra},
    )


def answers(link: str) -> bool:
    """The page behind the link comes, once the server has started."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    for _ in range(600):
        try:
            with browser.open(link) as page:
                return bool(page.status == 200)
        except urllib.error.URLError:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize("words", [["--help"], *([c, "--help"] for c in COMMANDS)])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys; from salesops.cli.main import run\n"
        f"sys.argv = ['salesops', *{words}]\n"
        "try: run()\n"
        f"finally: print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0
    assert "Usage: salesops" in ran.stdout
    assert ran.stderr == "[]\n"


def test_every_command_and_option_says_what_it_is_for(salesops: Run) -> None:
    told = salesops("--help").out
    assert all(f"\n  {command} " in told for command in COMMANDS)
    for command in app.registered_commands:
        assert command.callback is not None
        assert (command.callback.__doc__ or "").strip()


def test_without_a_word_it_shows_the_help(salesops: Run) -> None:
    ran = salesops()
    assert ran.code == 2
    assert "Usage: salesops" in ran.out + ran.err


def test_the_version_is_told(salesops: Run) -> None:
    assert salesops("--version").out == "salesops 0.1.0\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_kpis_and_splits(shell: str) -> None:
    def completed(line: str) -> str:
        environment = {
            "_SALESOPS_COMPLETE": f"complete_{shell}",
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - 1),
        }
        out, _ = started(**environment).communicate(timeout=60)
        return out

    assert "problems" in completed("salesops pro")
    assert "win_rate_narrow" in completed("salesops kpi win_rate_n")
    assert "industry" in completed("salesops kpi win_rate --by indus")


def test_a_refusal_ends_a_process_with_2_and_a_sentence(tmp_path: Path) -> None:
    process = started("kpi", "win_rate", "--book", tmp_path / "nowhere")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("There is no book in")
    assert "Traceback" not in err


def test_a_question_ends_a_process_with_3(ambiguous: Path, tmp_path: Path) -> None:
    process = started("open", ambiguous, "--book", tmp_path / "book", "--no-serve")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, "")
    assert "--answer" in err


def test_a_pipe_has_no_colours_and_no_line_is_wrapped_or_cut(
    salesops: Run, sample_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for words in (("demo", "--no-serve"), ("kpi", "win_rate", "--by", "person"), ("problems",)):
        ran = salesops(*words, "--book", sample_book)
        assert "\x1b" not in ran.out
        assert "…" not in ran.out
    names = salesops("kpi", "win_rate", "--by", "person", "--format", "json", "--book", sample_book)
    table = salesops("kpi", "win_rate", "--by", "person", "--book", sample_book).out.splitlines()
    assert len(table) == len(json.loads(names.out)) + 3


def test_markup_in_names_is_shown_and_not_obeyed(salesops: Run, tmp_path: Path) -> None:
    file = tmp_path / "deals [bold].csv"
    file.write_text("Deal ID,Stage,Amount,Created\nd1,[red]Deal[/red] x,5,2026-01-05\n", "utf-8")
    book = tmp_path / "book"
    ran = salesops("open", file, "--book", book, "--no-serve")
    assert "deals [bold].csv" in ran.out
    by_stage = salesops("kpi", "open_pipeline", "--by", "stage", "--book", book)
    assert "[red]Deal[/red] x" in by_stage.out


@pytest.mark.parametrize("words", [["kpis"], ["kpi", "win_rate", "--rows", "--format", "json"]])
def test_a_reader_that_goes_away_is_no_error(sample_book: Path, words: list[str]) -> None:
    book = [] if words == ["kpis"] else ["--book", str(sample_book)]
    process = started(*words, *book)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=60) == 1


def test_ctrl_c_while_opening_ends_with_130_and_without_a_traceback(tmp_path: Path) -> None:
    lines = (f"d{i},Won,{i},2026-01-05,2026-02-10\n" for i in range(300_000))
    file = tmp_path / "deals.csv"
    file.write_text("Deal ID,Stage,Amount,Created,Close Date\n" + "".join(lines), "utf-8")
    process = started("open", file, "--book", tmp_path / "book", "--no-serve")
    while not list(tmp_path.glob("book/work/*/staging.duckdb")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "Stopped. Nothing was changed.\n")
    assert not (tmp_path / "book").exists()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_refused(salesops: Run, sample_book: Path, taken_port: int) -> None:
    ran = salesops("serve", "--book", sample_book, "--port", taken_port)
    assert ran.code == 2
    assert f"Port {taken_port} is in use" in ran.err


def test_a_port_that_cannot_be_is_refused(salesops: Run, sample_book: Path) -> None:
    assert salesops("serve", "--book", sample_book, "--port", "70000").code == 2


def test_serve_prints_a_link_with_a_key_and_ctrl_c_ends_it(sample_book: Path) -> None:
    with started("serve", "--book", sample_book) as process:
        try:
            link = printed_link(process)
            assert answers(link)
            process.send_signal(signal.SIGINT)
            out, rest = process.communicate(timeout=60)
        finally:
            process.kill()
    assert "Traceback" not in rest
    assert (process.returncode, out) == (0, "")


def printed_link(process: subprocess.Popen[str]) -> str:
    """The link the server prints, once it has said how to end it."""
    assert process.stderr is not None
    told = ""
    while "Ctrl-C ends it." not in told:
        line = process.stderr.readline()
        assert line, f"It ended before it was ready: {told}"
        told += line
    link = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", told)
    assert link
    return link[0]
