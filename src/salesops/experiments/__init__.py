"""Trying a change of the process on the past, and measuring what it did once some work by it."""

from salesops.experiments.concluding import conclusion
from salesops.experiments.measuring import LEAST_DAYS, Plan, look_after, look_before, measurable
from salesops.experiments.reading import Reading, headline, in_unit, sentences
from salesops.experiments.replay import MOMENTS, Fate, Looked, Replay, Rule, looked_at, replay

__all__ = [
    "LEAST_DAYS",
    "MOMENTS",
    "Fate",
    "Looked",
    "Plan",
    "Reading",
    "Replay",
    "Rule",
    "conclusion",
    "headline",
    "in_unit",
    "look_after",
    "look_before",
    "looked_at",
    "measurable",
    "replay",
    "sentences",
]
