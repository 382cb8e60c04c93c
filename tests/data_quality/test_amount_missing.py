"""An amount is missing where the stage needs one, and is guessed from what was won."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.data_quality import LEAST_WON, run_checks
from tests.data_quality.finding import wrong

DEALS = """
    id      stage        amount  created_on  close_date
    early   Prospecting  -       2026-01-01  2026-07-01
    none    Discovery    -       2026-01-01  2026-07-01
    zero    Proposal     0       2026-01-01  2026-07-01
    priced  Proposal     50      2026-01-01  2026-07-01
    free    Won          -       2026-01-01  2026-02-01
    lost    Lost         -       2026-01-01  2026-02-01
"""


def test_an_amount_is_missing_from_qualified_and_from_won_deals(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS)
    assert wrong(book, "amount_missing") == {"none", "zero", "free"}
    assert run_checks(book).of("amount_missing").money_minor is None


def test_each_stands_for_an_average_won_deal_and_adds_nothing_to_the_total(
    draw: Callable[..., Book],
) -> None:
    won = "".join(f"w{n}  Won  300  2026-01-01  2026-02-01\n" for n in range(LEAST_WON))
    report = run_checks(draw(opportunity=f"{DEALS}\n{won}"))
    found = report.of("amount_missing")
    assert (found.money_minor, found.is_guess) == (900_00, True)
    assert report.money_minor in (None, 0)
