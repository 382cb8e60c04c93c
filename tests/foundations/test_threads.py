"""How many threads a question may use is two, unless the environment says otherwise."""

from pathlib import Path

import pytest

from salesops.foundations.problem import Refusal
from salesops.foundations.threads import threads
from salesops.jobs.workbench import workbench


@pytest.mark.parametrize(("told", "many"), [("", 2), ("1", 1), (" 8 ", 8)])
def test_it_is_two_or_what_is_told(told: str, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESOPS_THREADS", told)
    assert threads() == many


@pytest.mark.parametrize("told", ["0", "-1", "two", "1.5", "²"])
def test_anything_else_is_refused(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESOPS_THREADS", told)
    with pytest.raises(Refusal, match=f"SALESOPS_THREADS is “{told}”"):
        threads()


def test_a_workbench_uses_as_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESOPS_THREADS", "3")
    with workbench(tmp_path / "bench.duckdb") as bench:
        found = bench.execute("SELECT current_setting('threads')").fetchone()
    assert found == (3,)
