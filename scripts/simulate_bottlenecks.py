"""How often a bottleneck is said to be where nothing holds deals up, and the slow stage where one does, in sample companies.

`python -m scripts.simulate_bottlenecks 7000 100 40` makes companies of 4,000 deals: of a hundred seeds from 7000 on with
nothing planted, and of the first forty with a stage that was slow for a quarter. It takes some ten minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from salesops.pipeline import bottlenecks
from scripts.sample_books import sample_books

DEALS = 4000
NEEDED = (
    "lead",
    "opportunity",
    "opportunity_version",
    "person",
    "team_membership",
    "pipeline_stage",
    "exchange_rate",
)


def main(first: int, plain: int, planted: int, say: Callable[[str], None] = print) -> None:
    """Print in how many companies something was found, and each finding that is not the planted one."""
    anything = 0
    for company, book in sample_books(
        DEALS, range(first, first + plain), is_planted=False, only=NEEDED
    ):
        found = bottlenecks(book).found
        anything += bool(found)
        for one in found:
            say(f"  nothing planted, seed {company.seed}: {one.title}")
    say(f"nothing planted: something was found in {anything} of {plain}")
    right = others = 0
    for company, book in sample_books(
        DEALS, range(first, first + planted), is_planted=True, only=NEEDED
    ):
        found, truths = bottlenecks(book).found, company.truths
        wanted = truths.slow_stage, "wait", truths.slow_quarter
        named = [one for one in found if (one.place, one.measure, one.first) == wanted]
        right += bool(named)
        others += len(found) > len(named)
        if not named:
            say(f"  seed {company.seed}: {wanted[0]}, {wanted[2]} was not found")
        for one in found:
            if one not in named:
                say(f"  seed {company.seed}: beside it {one.title}")
    say(f"a slow stage: found in {right} of {planted}; something else beside it in {others}")


if __name__ == "__main__":
    asked = [int(given) for given in sys.argv[1:]]
    main(*(asked or (7000, 100, 40)))
