"""A number that left the band of its own past is told of; one that only varies, or has little past, is not."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from scripts.sample_books import altered, sample_books
from scripts.simulate_alerts import SHIFTS, of_last_month, told_of
from scripts.simulate_bottlenecks import NEEDED

from salesops.book.book import Book
from salesops.insights import INSIGHTS, alerts, bands
from tests.insights.drawing import CALLED, table

HEAD = "id  stage  amount  created_on  close_date"
CLOSED = 12  # a month


def _deals(months: int) -> str:
    """Twelve deals close in each of so many months until May 2026, some half of them won; of the last month none."""
    random, lines = Random(3), []
    for back in range(months - 1, -1, -1):
        year, month = divmod(2026 * 12 + 4 - back, 12)
        won = sum(random.random() < 0.5 for _ in range(CLOSED)) if back else 0
        for n in range(CLOSED):
            stage = "Won" if n < won else "Lost"
            amount, on = random.randrange(900, 1100), f"{year}-{month + 1:02}"
            lines.append(f"d{back}-{n}  {stage}  {amount}  2023-01-0{n % 9 + 1}  {on}-1{n % 9}")
    return table(HEAD, lines)


def test_a_month_chance_does_not_explain_is_told_and_numbers_that_only_vary_are_not(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=_deals(30), activity=CALLED)
    found = {a.look.kpi.name: a.look for a in alerts(book)}
    assert "win_rate" in found
    assert not found.keys() & {"lost_cycle", "pipeline_created", "no_decision_rate", "sales_cycle"}
    last = found["win_rate"]
    assert (last.month.label, last.is_outside, last.is_above, last.months) == (
        "2026M05",
        True,
        False,
        28,
    )
    told = INSIGHTS["out_of_band"].look(book)
    assert told is not None
    assert "in May 2026: 0.0 %, expected " in told.title
    assert (told.tone, told.is_news, told.rows) == ("bad", True, CLOSED)
    assert told.link.endswith("?period=2026M05")
    assert [look.month.label for look in bands(book, "win_rate")][-1] == "2026M05"


def test_a_number_of_a_moment_is_that_of_the_months_end(draw: Callable[..., Book]) -> None:
    random = Random(4)
    deals, states = [HEAD], ["opportunity_id  valid_from  stage  amount  close_date"]
    for back in range(29, -1, -1):  # one deal is open when a month ends; in May 2026 a huge one
        year, month = divmod(2026 * 12 + 4 - back, 12)
        after = f"{(year * 12 + month + 1) // 12}-{(month + 1) % 12 + 1:02}"
        amount = random.randrange(900, 1100) if back else 9000
        begun, ended = f"{year}-{month + 1:02}-05", f"{after}-05"
        deals.append(f"d{back}  Lost  {amount}  {begun}  {ended}")
        states.append(f"d{back}  {begun}T09:00  Proposal  {amount}  {ended}")
        states.append(f"d{back}  {ended}T09:00  Lost  {amount}  {ended}")
    pasts = "\n".join(states)
    book = draw(opportunity="\n".join(deals), opportunity_version=pasts, activity=CALLED)
    told = INSIGHTS["out_of_band"].look(book)
    assert told is not None
    assert told.title.startswith("Open pipeline at the end of May 2026: $9K, expected $")
    assert told.link == "/numbers/open_pipeline?as_of=2026-05-31"


def test_with_little_past_nothing_is_said(draw: Callable[..., Book]) -> None:
    short = draw(opportunity=_deals(3), activity=CALLED)
    assert INSIGHTS["out_of_band"].look(short) is None
    assert bands(short, "win_rate") == []


def test_in_a_company_only_what_was_changed_in_its_last_month_is_told() -> None:
    """Of a hundred companies of 4,000 deals each; one smaller one stands here."""
    shift = SHIFTS["selling cost half again as much"]
    for _, book in sample_books(1500, (11,), is_planted=False, only=(*NEEDED, "cost")):
        assert told_of(book) == []
        with altered(book, shift.change, of_last_month(book)) as changed:
            assert told_of(changed) == [shift.kpi]
