"""What holds deals up, worked out once a base of a book: as a finding among the others, and whole for its page."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.book.settings import Settings
from salesops.foundations.held_equal import Level
from salesops.insights import Finding
from salesops.jobs.beside import code_of, keep_beside, kept_beside
from salesops.pipeline import Bottleneck, Bottlenecks, Flow, bottlenecks, flows
from salesops.pipeline.bottleneck_words import cost, sureness
from salesops.pipeline.bottlenecks import Around
from salesops.pipeline.flows import Share
from salesops.pipeline.visits import visiting

# What stands beside a base file under its name.
HELD_UP = ".held-up"


@dataclass(frozen=True)
class HeldUp:
    """What holds the deals of a book up, and what flows through each place that they can wait in."""

    found: Bottlenecks
    flows: tuple[Flow, ...]


def held_up_in(book: Book) -> HeldUp:
    """Worked out now. Raises Refusal where the book holds no history."""
    with visiting(book) as ask:
        return HeldUp(bottlenecks(book, ask), tuple(flows(book, ask)))


def keep_held_up(base: Path, settings: Settings, found: HeldUp) -> None:
    """Keep it beside the base file that it was worked out of."""
    with suppress(OSError):  # a book that cannot be written to is read as well
        keep_beside(base, HELD_UP, _edition(settings), dataclasses.asdict(found))


def kept_held_up(base: Path, settings: Settings) -> HeldUp | None:
    """What is kept of a base file; None where nothing is, or under other settings."""
    return kept_beside(base, HELD_UP, _edition(settings), _read)


def what_holds_up(book: Book, known: HeldUp | None = None) -> list[Finding]:
    """The first bottleneck, none where there is none or no history to tell; `known` where it is worked out already."""
    if book.facts.history_from is None:
        return []
    found = (known.found if known else bottlenecks(book)).found[:1]
    return [
        Finding(
            name="bottleneck",
            title=b.title,
            text=cost(b, book.facts.currency),
            evidence=(f"{b.here.n:,} deals against {b.usual.n:,} of the same mix", sureness(b)),
            rows=b.here.n,
            money_minor=b.worth_minor,
            link=f"/bottlenecks?{urlencode({'finding': b.key})}#deals",
            link_words="See these deals",
            about="time",
        )
        for b in found
    ]


def _read(told: Mapping[str, Any]) -> HeldUp:
    found = told["found"]
    return HeldUp(
        Bottlenecks(tuple(map(_bottleneck, found["found"])), found["looks"], found["rate"]),
        tuple(map(_flow, told["flows"])),
    )


def _bottleneck(told: Mapping[str, Any]) -> Bottleneck:
    levels = {n: Level(**told[n]) if told[n] else None for n in ("here", "usual", "since")}
    return Bottleneck(**{**told, **levels, "around": Around(**told["around"])})


def _flow(told: Mapping[str, Any]) -> Flow:
    shares = {n: Share(**told[n]) if told[n] else None for n in ("dropped", "returned")}
    queue = None if told["queue"] is None else tuple(told["queue"])
    return Flow(**{**told, **shares, "queue": queue})


def _edition(settings: Settings) -> str:
    """Changes with how it is worked out, and with all that a person has said of the book."""
    return hashlib.sha256(f"{_code()}{settings.model_dump_json()}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    here = Path(__file__)
    methods = ("discoveries", "held_equal", "period_words", "statistics", "tails")
    own = [here, *(here.parents[1] / "foundations" / f"{m}.py" for m in methods)]
    return code_of(sorted([*(here.parents[1] / "pipeline").glob("*.py"), *own]))
