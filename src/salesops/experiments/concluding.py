"""What a replay lets be said, and what it does not: what became of deals is seen, what a rule would have done is not."""

from __future__ import annotations

from dataclasses import dataclass

from salesops.experiments.replay import Fate, Replay
from salesops.foundations.clustered import Difference
from salesops.foundations.counting import counted
from salesops.foundations.money import format_money

FEW = 10  # closed deals of a group; below that its share tells little


@dataclass(frozen=True)
class Conclusion:
    """Sentences for people."""

    can: tuple[str, ...]
    cannot: tuple[str, ...]


def conclusion(found: Replay) -> Conclusion:
    """What can be concluded from a replay and what cannot."""
    touched = found.touched
    if touched.deals == 0:
        return Conclusion(
            (f"The rule would have stopped none of {counted(found.others.deals, 'deal')}.",),
            ("Whether it would stop any in future: it rests on what sellers record then.",),
        )
    can = [
        f"The rule would have stopped {touched.deals:,} of {counted(touched.deals + found.others.deals, 'deal')}.",
        _at_stake(touched, found.currency),
        _compared(found),
    ]
    cannot = [
        (
            "What the rule would have changed. The two groups differ in more than the rule: a deal that goes well is "
            "recorded with more care, so the record may follow from success and not lead to it."
        ),
        "Whether a stopped deal would have been lost, or mended and won: nobody was stopped.",
        "How people would have worked with it. What is asked for is filled in, if need be with anything.",
    ]
    if found.unknown:
        cannot.append(
            f"What it would have done with {counted(found.unknown, 'deal')} of which the rule cannot tell, since what it "
            "looks at was empty. They are in neither group."
        )
    waiting = touched.open + found.others.open
    if waiting * 10 > touched.deals + found.others.deals:
        cannot.append(
            f"What becomes of {counted(waiting, 'deal')} that {_are(waiting)} still open; the shares will move with them."
        )
    return Conclusion(tuple(filter(None, can)), tuple(cannot))


def _at_stake(touched: Fate, currency: str) -> str:
    if touched.won == 0:
        return f"None of them was won, so stopping them would have cost no win; {touched.lost:,} were lost."
    worth = (
        "" if touched.won_minor is None else f", worth {format_money(touched.won_minor, currency)}"
    )
    return (
        f"{touched.won:,} of them {_were(touched.won)} won{worth}. That is what the rule would have held up: "
        "its price if nothing else changed."
    )


def _compared(found: Replay) -> str:
    least = min(f.won + f.lost for f in (found.touched, found.others))
    apart = found.alike or found.apart
    if apart is None or least < FEW:
        return "Too few of them have closed to compare the two groups."
    like = " of the same quarter and size" if found.alike else ""
    if apart.low is None:
        return f"Too few sellers had such deals to say whether they fared differently from others{like}."
    if apart.is_chance:
        return (
            f"Among deals{like}, those it would have stopped were won neither clearly more nor clearly less often "
            f"than the others ({said(apart)}); chance explains a difference as large."
        )
    way = "less" if apart.value < 0 else "more"
    return (
        f"Among deals{like}, those it would have stopped were won {way} often than the others: {said(apart)}; "
        "chance alone does not explain that."
    )


def said(apart: Difference) -> str:
    """A difference of shares in points, with its interval."""
    value = f"{_points(apart.value)} points"
    if apart.low is None or apart.high is None:
        return value
    return f"{value}; 95 % interval {_points(apart.low)} to {_points(apart.high)}"


def _points(share: float) -> str:
    return f"{share * 100:+.0f}".replace("-", "−")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
