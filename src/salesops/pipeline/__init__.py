"""The pipeline through time: what was open on a day, and what changed since."""

from salesops.pipeline.as_of import as_of, days_back, first_day
from salesops.pipeline.bottlenecks import Bottleneck, Bottlenecks, Held, bottlenecks, held_up
from salesops.pipeline.flows import Flow, flows
from salesops.pipeline.movement import (
    BOXES,
    GROUPS,
    Box,
    Bridge,
    Move,
    Movement,
    movement,
    moves,
)
from salesops.pipeline.process import KEY_ACTIVITIES, deals_through, process
from salesops.pipeline.snapshots import Line, Snapshots, Standing

__all__ = [
    "BOXES",
    "GROUPS",
    "KEY_ACTIVITIES",
    "Bottleneck",
    "Bottlenecks",
    "Box",
    "Bridge",
    "Flow",
    "Held",
    "Line",
    "Move",
    "Movement",
    "Snapshots",
    "Standing",
    "as_of",
    "bottlenecks",
    "days_back",
    "deals_through",
    "first_day",
    "flows",
    "held_up",
    "movement",
    "moves",
    "process",
]
