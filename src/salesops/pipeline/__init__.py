"""The pipeline through time: what was open on a day, and what changed since."""

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

__all__ = [
    "BOXES",
    "GROUPS",
    "KEY_ACTIVITIES",
    "Box",
    "Bridge",
    "Move",
    "Movement",
    "deals_through",
    "movement",
    "moves",
    "process",
]
