"""A company whose deals end as “A_ACTIVATED” and “A_DECLINED” had a win rate of 0 % and nothing but open deals.

A weekly export without OpportunityStage says of each deal whether it is closed or won. That was not read, and what a
stage means was guessed from its name alone. The one stage whose name was known, “A_FINALIZED”, came to stand before all
others, and only deals in it were pipeline."""

from __future__ import annotations

from pathlib import Path

import salesops
from salesops.foundations.clock import system_clock
from salesops.jobs.opening import open_files

HEAD = (
    "Id,IsDeleted,Name,StageName,IsClosed,IsWon,Amount,CloseDate,OwnerId,CreatedDate,SystemModstamp"
)
STAGES = ("A_SUBMITTED", "A_ACCEPTED", "A_FINALIZED")


def test_deals_end_as_they_say_and_stages_stand_as_deals_go(tmp_path: Path) -> None:
    ends = {"A": ("A_ACTIVATED", "1,1"), "B": ("A_DECLINED", "1,0"), "C": ("A_ACCEPTED", "0,0")}
    deals = [
        f"006{key},0,{key},{stage},{flags},1000,2026-03-31 00:00:00,005A,2026-01-01 09:00:00,2026-03-31 10:00:00"
        for key, (stage, flags) in ends.items()
    ]
    moves = [
        f"008{key}{month},006{key},{stage},1000,2026-0{month}-01 09:00:00,2026-0{month}-01 09:00:00"
        for key in ends
        for month, stage in enumerate(STAGES[: 2 if key == "C" else 3], 1)
    ]
    (tmp_path / "Opportunity.csv").write_text("\n".join([HEAD, *deals]) + "\n")
    (tmp_path / "OpportunityHistory.csv").write_text(
        "\n".join(["Id,OpportunityId,StageName,Amount,CreatedDate,SystemModstamp", *moves]) + "\n"
    )
    open_files([tmp_path], tmp_path / "book", clock=system_clock)
    book = salesops.open(tmp_path / "book")
    assert book.measure("win_rate").value == 0.5
    assert book.stage_order()[:3] == list(STAGES)
    assert book.measure("open_pipeline").value == 1000_00
    assert book.as_of("2026-02-15").measure("open_pipeline").value == 3000_00
