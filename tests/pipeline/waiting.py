"""Drawn deals that wait in a stage as long as a test says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

BEGINS = (date(2025, 4, 3), date(2025, 7, 3), date(2025, 10, 3), date(2026, 1, 5), date(2026, 4, 2))
TODAY = date(2026, 6, 30)


class Drawing:
    """Deals that go through Discovery, as drawn tables."""

    def __init__(self) -> None:
        self.deals: list[str] = []
        self.versions: list[str] = []

    def add(
        self, quarter: int, owner: str, days: int, *, end: str = "Won", amount: int = 1000
    ) -> None:
        """One that came into Discovery in the quarter and, by today, left it after so many days."""
        key = f"d{len(self.deals)}"
        came = BEGINS[quarter] + timedelta(days=len(self.deals) * 7 % 55)
        went = came + timedelta(days=days)
        now = end if went <= TODAY else "Discovery"
        self.deals.append(f"{key}  Deal {key}  {owner}  {now}  {amount}  {came}  {went}")
        self.versions.append(f"{key}  {owner}  Discovery  {amount}  {came}T09:00  {went}")
        if went <= TODAY:
            self.versions.append(f"{key}  {owner}  {end}  {amount}  {went}T09:00  {went}")

    def tables(self) -> dict[str, Any]:
        """What a book is drawn from."""
        people = [
            f"{o}{n}  Person {o}{n}  {team}"
            for o, team in (("n", "North"), ("s", "South"))
            for n in range(6)
        ]
        head = "owner_id  stage  amount"
        states = [f"opportunity_id  {head}  valid_from  close_date", *self.versions]
        return {
            "person": "\n".join(["id  name  team", *people]),
            "opportunity": "\n".join([f"id  name  {head}  created_on  close_date", *self.deals]),
            "opportunity_version": "\n".join(states),
        }


def waiting(days: Callable[[int, str], float], size: int = 36) -> dict[str, Any]:
    """Tables whose deals stay as long as said for the quarter and owner, give or take; a third is lost."""
    random, drawing = Random(5), Drawing()
    for quarter in range(len(BEGINS)):
        for n in range(size):
            owner = f"{'ns'[n % 2]}{n % 12 // 2}"
            usual = days(quarter, owner) * random.lognormvariate(0, 0.4)
            drawing.add(quarter, owner, max(1, round(usual)), end="Lost" if n % 3 == 0 else "Won")
    return drawing.tables()


# In the last quarter all take three times as long.
SLOW = waiting(lambda quarter, _: 30 if quarter == 4 else 10)
