"""What home shows to whom, and in which order: what answers the first question of a role stands first."""

from __future__ import annotations

Rows = tuple[tuple[str, ...], ...]

_NUMBERS: Rows = (("quarter",), ("targets",), ("numbers",))
_LAST: Rows = (("recent",),)

# Role → rows of parts; those of one row stand beside each other where there is room. A part with nothing to say is left
# out, so what is written here is an order and never a promise.
OF_ROLE: dict[str, Rows] = {
    # Who waits to be let in, and does the office do its work?
    "administrator": (("to_settle", "for_you", "todo", "queue"), *_NUMBERS, ("to_mend",), ("stands_out",), *_LAST),
    # Will we make it, and what changed?
    "vp": (*_NUMBERS, ("stands_out",), ("for_you", "todo", "queue", "to_mend"), *_LAST),
    # What needs me today, in money order?
    "manager": (("to_mend", "for_you", "todo", "queue", "to_settle"), ("stands_out",), *_NUMBERS, *_LAST),
    # Which number moved, and can I trust it?
    "analyst": (("numbers",), ("targets",), ("to_mend", "for_you", "todo", "queue"), ("stands_out",), ("quarter",), *_LAST),
    # What is in my queue, and what breaks its service level next?
    "representative": (("queue",), ("for_you", "todo", "to_settle", "to_mend"), *_NUMBERS, ("stands_out",), *_LAST),
    # Will my team make it, and which of its deals need a step?
    "sales_leader": (("quarter",), ("targets",), ("deals", "for_you", "todo", "to_mend", "queue"), ("numbers",), *_LAST),
    # Which deals need a step?
    "salesperson": (("deals", "for_you", "todo", "to_mend", "queue"), *_NUMBERS, *_LAST),
}  # fmt: skip

# An office without a deal, of which no number tells anything.
BEGINNING: Rows = (("begin",), ("for_you", "todo", "queue", "to_settle"), *_LAST)

# One's own files, without people.
OF_A_LOCAL_BOOK: Rows = (*_NUMBERS, ("stands_out",))
