"""Settings are read as they were saved, or refused with the place of the fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from salesops.book.settings import (
    CalendarSettings,
    Segment,
    Settings,
    StageMeaning,
    load_settings,
    save_settings,
    write_whole,
)
from salesops.foundations.problem import Refusal


def test_a_folder_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()


def test_what_is_saved_is_read_back_and_leaves_no_other_file(tmp_path: Path) -> None:
    settings = Settings(
        title="Acme",
        currency="EUR",
        calendar=CalendarSettings(first_month=4, pattern="445", time_zone="Europe/Berlin"),
        stages=[StageMeaning(stage="Demo", is_pitched=False)],
        segments=[Segment(name="Large", criterion="amount > 1000")],
    )
    save_settings(tmp_path, settings)
    assert load_settings(tmp_path) == settings
    assert [f.name for f in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "Invalid JSON"),
        ("[]", "object"),
        ('{"currency": "euro"}', "currency"),
        ('{"colour": "red"}', "colour"),
        ('{"calendar": {"first_month": 13}}', "calendar.first_month"),
        ('{"calendar": {"time_zone": "Mars/Olympus"}}', "Mars/Olympus"),
        ('{"stages": [{"stage": "Demo", "outcome": "maybe"}]}', "stages.0.outcome"),
        ('{"segments": [{"name": "", "criterion": "true"}]}', "segments.0.name"),
    ],
)
def test_bad_settings_are_refused_with_the_place_and_what_to_do(
    tmp_path: Path, text: str, fault: str
) -> None:
    (tmp_path / "settings.json").write_text(text, "utf-8")
    with pytest.raises(Refusal) as refused:
        load_settings(tmp_path)
    assert fault in str(refused.value)
    assert "delete it to go back to the defaults" in str(refused.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(b'{"title": "\xff\xfe"}')
    with pytest.raises(Refusal, match="cannot be read as settings"):
        load_settings(tmp_path)


def test_threads_that_write_one_file_at_once_all_end_and_leave_it_whole(tmp_path: Path) -> None:
    file, texts = tmp_path / "answer.sql", [letter * 50_000 for letter in "abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: write_whole(file, text), texts * 4))
    assert file.read_text("utf-8") in texts
    assert list(tmp_path.iterdir()) == [file]
