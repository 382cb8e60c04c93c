"""An event log is read from XES and CSV alike, its odd rows are told, and nothing in it is guessed away."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from salesops.foundations.problem import Refusal
from salesops.importers.event_log import EventLog, LogColumns, read_event_log

XES = """<?xml version="1.0"?>
<log xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="never"/></global>
  <trace>
    <event>
      <string key="concept:name" value="Call"><string key="concept:name" value="nested"/></string>
      <date key="time:timestamp" value="2026-03-29T03:30:00.250+02:00"/>
      <string key="lifecycle:transition" value="start"/>
    </event>
    <event>
      <date key="time:timestamp" value="2026-03-29T01:45:00Z"/>
      <string key="concept:name" value="Call"/>
      <string key="lifecycle:transition" value="complete"/>
    </event>
    <list key="x"><values><string key="concept:name" value="inner"/></values></list>
    <string key="concept:name" value="NA"/>
  </trace>
  <trace><event><string key="concept:name" value="Mail"/></event></trace>
</log>
"""


def read(
    folder: Path, text: str | bytes, name: str = "log.csv", columns: LogColumns | None = None
) -> tuple[EventLog, list[tuple[str, str, str]]]:
    """What is read of a file, and its events in order."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with duckdb.connect() as connection:
        log = read_event_log(path, connection, columns)
        events = connection.execute(
            "SELECT case_id, activity, CAST(moment AS VARCHAR) FROM event ORDER BY place"
        ).fetchall()
    return log, events


def test_xes_is_read_with_its_own_names_and_zones(tmp_path: Path) -> None:
    log, events = read(tmp_path, gzip.compress(XES.encode()), "log.xes.gz")
    assert events == [
        ("NA", "Call", "2026-03-29 01:30:00.25"),
        ("NA", "Call", "2026-03-29 01:45:00"),
    ]
    assert log.left_out == 1
    assert "no time" in log.problems[0].message
    assert "1 complete, 1 start" in log.notes[0]


def test_only_what_was_completed_may_be_counted(tmp_path: Path) -> None:
    log, events = read(tmp_path, XES, "log.xes", LogColumns(lifecycle="Complete"))
    assert len(events) == 1
    assert "1 of 3" in log.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]><log>&a;</log>', "declares entities"),
        ("<log><trace></log>", "not whole as XML: line 1"),
        ("<html></html>", "no XES event log"),
    ],
)
def test_xml_that_is_no_log_is_refused_with_a_reason(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        read(tmp_path, text, "log.xes")


def test_a_csv_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = '\ufeffCase ID;Activity;Timestamp\nNA;"a; b";2026-01-31 10:00:00\n null ;x ;31/01/2026 11:00\n'
    log, events = read(tmp_path, text)
    assert events == [
        ("NA", "a; b", "2026-01-31 10:00:00"),
        (" null ", "x ", "2026-01-31 11:00:00"),
    ]
    assert (log.events, log.cases, log.left_out) == (2, 2, 0)


def test_rows_that_lack_something_are_told_with_their_place(tmp_path: Path) -> None:
    text = "case,activity,time\n1,a,2026-01-01\n,b,2026-01-01\n1,,2026-01-02\n1,c,soon\n"
    log, events = read(tmp_path, text)
    assert len(events) == 1
    assert [(p.row, p.code) for p in log.problems] == [
        (3, "no_case"),
        (4, "no_activity"),
        (5, "no_time"),
    ]
    assert log.problems[2].value == "soon"


def test_days_that_can_be_read_both_ways_are_asked_about(tmp_path: Path) -> None:
    text = "case,activity,time\n1,a,03/04/2026\n1,b,05/06/2026\n"
    with pytest.raises(Refusal, match="--dates"):
        read(tmp_path, text)
    _, events = read(tmp_path, text, columns=LogColumns(dates="month-first"))
    assert events[0][2] == "2026-03-04 00:00:00"


def test_a_column_that_is_not_known_is_asked_for(tmp_path: Path) -> None:
    text = "who,what,when\n1,a,2026-01-01\n"
    with pytest.raises(Refusal, match="Name it with --case; there are who, what, when"):
        read(tmp_path, text)
    log, _ = read(tmp_path, text, columns=LogColumns(case="who", activity="what", timestamp="when"))
    assert log.events == 1
