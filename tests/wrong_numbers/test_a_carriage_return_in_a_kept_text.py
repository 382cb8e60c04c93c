"""A number asked for the second time was another one where a field held nothing but a carriage return.

What counts as blank is written into the question's text with every kind of white space. The text is kept in a file,
and reading it back as Python reads text made a line feed of the carriage return: a field of carriage returns was
blank for whoever compiled the question and filled for everybody after.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.book.question import Question
from salesops.engines.compiled import edition, keep, kept_text, sql_of
from salesops.kpis import KPIS


@pytest.mark.parametrize("name", ["data_completeness", "acquisition_cost"])
def test_a_kept_text_is_what_was_compiled_to_the_last_character(tmp_path: Path, name: str) -> None:
    text = sql_of(Question(kpi=KPIS[name]), None)
    assert "\r" in text
    keep(text, tmp_path, "some.sql")
    assert kept_text(tmp_path / edition() / "some.sql") == text
