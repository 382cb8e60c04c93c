"""The pipeline through time: what was open on a day, what changed since, and how deals went on."""

from salesops.pipeline.as_of import as_of, days_back, first_day
from salesops.pipeline.bottlenecks import Bottleneck, Bottlenecks, Held, bottlenecks, held_up
from salesops.pipeline.conformance import Conformance, Departed, conformance, departures
from salesops.pipeline.ends import Ends, ends
from salesops.pipeline.flows import Flow, flows
from salesops.pipeline.funnel import FATES, Entry, Funnel, Step, entries, funnel
from salesops.pipeline.movement import (
    BOXES,
    DATES,
    GROUPS,
    Box,
    Bridge,
    Move,
    Movement,
    movement,
    moves,
)
from salesops.pipeline.period_funnel import (
    CROSSINGS,
    Crossing,
    Passage,
    PeriodFunnel,
    crossings,
    period_funnel,
)
from salesops.pipeline.process import KEY_ACTIVITIES, deals_through, process
from salesops.pipeline.snapshots import Line, Snapshots, Standing
from salesops.pipeline.ways import Way, Ways, outcomes_of_stages, ways

__all__ = [
    "BOXES",
    "CROSSINGS",
    "DATES",
    "FATES",
    "GROUPS",
    "KEY_ACTIVITIES",
    "Bottleneck",
    "Bottlenecks",
    "Box",
    "Bridge",
    "Conformance",
    "Crossing",
    "Departed",
    "Ends",
    "Entry",
    "Flow",
    "Funnel",
    "Held",
    "Line",
    "Move",
    "Movement",
    "Passage",
    "PeriodFunnel",
    "Snapshots",
    "Standing",
    "Step",
    "Way",
    "Ways",
    "as_of",
    "bottlenecks",
    "conformance",
    "crossings",
    "days_back",
    "deals_through",
    "departures",
    "ends",
    "entries",
    "first_day",
    "flows",
    "funnel",
    "held_up",
    "movement",
    "moves",
    "outcomes_of_stages",
    "period_funnel",
    "process",
    "ways",
]
