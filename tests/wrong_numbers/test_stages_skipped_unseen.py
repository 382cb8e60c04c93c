"""A deal that came into an office in Proposal was told to have skipped every stage before.

Of a deal whose first state was merely seen, as one imported without its past, nobody knows which stages it had been in.
With its first recorded move the funnel took it for one that began then, and had got beyond the others without them.
"""

from __future__ import annotations

from pathlib import Path

from salesops.pipeline import conformance, funnel
from tests.drawn import draw_book
from tests.pipeline.test_movement import deals_of

STATES = """
    opportunity_id  valid_from        stage       close_date  change_source
    seen            2026-01-02T09:00  Discovery   2026-06-01  snapshot
    seen            2026-02-02T09:00  Proposal    2026-06-01  history
    leaps           2026-01-02T09:00  Prospecting  2026-06-01  snapshot
    leaps           2026-02-02T09:00  Proposal    2026-06-01  history
    began           2026-01-02T09:00  Discovery   2026-06-01  history
"""


def test_what_was_first_seen_beyond_a_stage_is_not_told_to_have_skipped_it(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=deals_of(STATES), opportunity_version=STATES)
    steps = funnel(book, "all").whole.steps
    assert {s.stage: s.skipped for s in steps if s.skipped} == {"Prospecting": 1, "Discovery": 1}
    lines = {x.stage: x for x in conformance(book).whole.lines if x.kind == "skipped"}
    told = {stage: (x.departed, x.looks, x.unknown) for stage, x in lines.items()}
    assert told == {"Prospecting": (1, 2, 1), "Discovery": (1, 2, 0)}
