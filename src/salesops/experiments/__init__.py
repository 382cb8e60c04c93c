"""Trying a change of the process on the past, and measuring what it did once some work by it."""

from salesops.experiments.concluding import conclusion
from salesops.experiments.measuring import Plan, look_after, look_before, measurable
from salesops.experiments.reading import Reading, headline, sentences
from salesops.experiments.replay import Fate, Looked, Replay, Rule, looked_at, replay

__all__ = [
    "Fate",
    "Looked",
    "Plan",
    "Reading",
    "Replay",
    "Rule",
    "conclusion",
    "headline",
    "look_after",
    "look_before",
    "looked_at",
    "measurable",
    "replay",
    "sentences",
]
