"""XES event logs read as a stream: each event a row with its trace, name, time and lifecycle."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from salesops.foundations.problem import Refusal

COLUMNS = ("case", "activity", "timestamp", "lifecycle")
_READ = 1 << 20
_MOST_BYTES = 64 * 1024**3
_ATTRIBUTES = frozenset(("string", "date", "int", "float", "boolean", "id"))
_OF_EVENT = {"concept:name": 0, "time:timestamp": 1, "lifecycle:transition": 2}


def write_events(path: Path, target: Path) -> int:
    """The events of an XES file, plain or gzipped, as a CSV of `COLUMNS`, in the order of the file; how many traces.

    A trace without a name is called by its place. Attributes within attributes are not read. Raises Refusal for
    what is no XES, and for XML that declares entities: a log needs none, and some are made to fill a memory.
    """
    with target.open("w", encoding="utf-8", newline="") as out:
        reader = _Reader(csv.writer(out, quoting=csv.QUOTE_ALL))
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = reader.begins
        parser.EndElementHandler = reader.ends
        parser.EntityDeclHandler = _no_entities
        try:
            for block in _blocks(path):
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refusal(
                f"{path.name} is not whole as XML: line {error.lineno} says otherwise "
                f"({expat.ErrorString(error.code)}). Export the log once more."
            ) from error
        except (zlib.error, EOFError) as error:
            raise Refusal(
                f"{path.name} is a damaged gzip file. Copy or export it again."
            ) from error
    if not reader.is_log:
        raise Refusal(f"{path.name} is XML but no XES event log: its root is not “log”.")
    return reader.traces


def _no_entities(*_declared: object) -> None:
    raise Refusal(
        "This XML declares entities, which an event log needs none of and which can fill a machine's memory. "
        "Export the log without them."
    )


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of the file, unpacked where it is gzipped, at most so many."""
    with path.open("rb") as source:
        head = source.read(2)
        source.seek(0)
        blocks = _unpacked(source) if head == b"\x1f\x8b" else iter(lambda: source.read(_READ), b"")
        read = 0
        for block in blocks:
            read += len(block)
            if read > _MOST_BYTES:
                raise Refusal(f"{path.name} holds more than 64 GiB. Split the log.")
            yield block


def _unpacked(source: IO[bytes]) -> Iterator[bytes]:
    import gzip

    with gzip.open(source) as unpacked:
        yield from iter(lambda: unpacked.read(_READ), b"")


class _Reader:
    """Holds the event being read. `depth` counts the elements open below the trace or event they belong to."""

    def __init__(self, out: object) -> None:
        self.write = out.writerow  # type: ignore[attr-defined]
        self.write(COLUMNS)
        self.is_log = False
        self.traces = 0
        self.trace: str | None = None
        self.held: list[list[str]] = []
        self.event: list[str] | None = None
        self.inside = ""
        self.depth = 0

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = name.rpartition(" ")[2]
        if self.inside and name not in ("trace", "event"):
            self.depth += 1
            if self.depth == 1 and name in _ATTRIBUTES:
                self._attribute(attributes.get("key", ""), attributes.get("value", ""))
        elif name == "event" and self.inside == "trace":
            self.inside, self.event = "event", ["", "", ""]
        elif name == "trace":
            self.inside, self.trace, self.held = "trace", None, []
            self.traces += 1
        elif name == "log":
            self.is_log = True

    def _attribute(self, key: str, value: str) -> None:
        if self.event is not None:
            place = _OF_EVENT.get(key)
            if place is not None:
                self.event[place] = value
        elif key == "concept:name":
            self.trace = value

    def ends(self, name: str) -> None:
        """An element ends; the name of a trace may stand behind its events, so they are held until then."""
        if self.depth:
            self.depth -= 1
            return
        name = name.rpartition(" ")[2]
        if name == "event" and self.event is not None:
            self.held.append(self.event)
            self.event, self.inside = None, "trace"
        elif name == "trace":
            called = self.trace if self.trace is not None else f"trace {self.traces}"
            for event in self.held:
                self.write((called, *event))
            self.inside, self.held = "", []
