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

__all__ = ["BOXES", "GROUPS", "Box", "Bridge", "Move", "Movement", "movement", "moves"]
