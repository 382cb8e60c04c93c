"""Which groups of deals are won clearly more or less often than comparable deals of all other groups.

Comparable means of the same type: renewals are not held against new business. Groups are many, so that
each look counts; only what chance would hardly do in a thousand books is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from salesops.book.book import Book
from salesops.insights._evidence import Counts, stratified, survivors

LEAST_CLOSED = 30
LEAST_GAP = 0.05  # of the win rate; less is no news however sure
MOST_GROUPS = 400


@dataclass(frozen=True)
class Standing:
    """A group's closed deals, against what others of the same types would have won of as many."""

    group: str
    won: int
    closed: int
    others_closed: int
    expected: float
    one_type: str | None
    average_won_minor: float | None

    @property
    def share(self) -> float:
        """Its win rate."""
        return self.won / self.closed

    @property
    def others(self) -> float:
        """The win rate of comparable deals elsewhere."""
        return self.expected / self.closed

    @property
    def money_minor(self) -> int | None:
        """What the difference is worth, at the average won deal of the others."""
        if self.average_won_minor is None:
            return None
        return round(abs(self.won - self.expected) * self.average_won_minor)

    def deals(self, adjective: str = "") -> str:
        """What is compared, such as `new business` or `closed deals`."""
        return f"{adjective} {self.one_type or 'deals'}".strip()


def standings(book: Book, group: str, joins: str = "") -> list[Standing]:
    """The groups that stand out, the surest first. `group` is SQL over the opportunity `o`."""
    rows = book.engine.run(
        f"SELECT {group}, coalesce(o.type, ''), count(*) FILTER (o.is_won), count(*), "
        "coalesce(sum(o.value_minor) FILTER (o.is_won), 0) "
        f"FROM opportunity o {joins} WHERE o.is_closed AND {group} IS NOT NULL GROUP BY 1, 2"
    ).rows
    found = _Table()
    for name, kind, won, closed, money in rows:
        found.add(str(name), kind, won, closed, int(money))
    return found.outstanding()


class _Table:
    """Won and closed deals by group and type, with their sums."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, tuple[int, int]]] = {}
        self.types: dict[str, tuple[int, int]] = {}
        self.won_minor: dict[str, int] = {}

    def add(self, group: str, kind: str, won: int, closed: int, money: int) -> None:
        """Count a cell."""
        self.cells.setdefault(group, {})[kind] = (won, closed)
        before = self.types.get(kind, (0, 0))
        self.types[kind] = (before[0] + won, before[1] + closed)
        self.won_minor[group] = self.won_minor.get(group, 0) + money

    def outstanding(self) -> list[Standing]:
        """The groups that differ by more than chance and by enough to matter."""
        if not 2 <= len(self.cells) <= MOST_GROUPS:
            return []
        looked = {group: self._strata(group) for group in self.cells}
        chances = {
            group: stratified(strata)
            for group, strata in looked.items()
            if min(sum(s.all for s in strata), sum(s.others_all for s in strata)) >= LEAST_CLOSED
        }
        found = [self._standing(group) for group in survivors(chances)]
        return [s for s in found if abs(s.share - s.others) >= LEAST_GAP]

    def _strata(self, group: str) -> list[Counts]:
        """By type, where others have any to compare with."""
        found = []
        for kind, (won, closed) in sorted(self.cells[group].items()):
            all_won, all_closed = self.types[kind]
            if all_closed > closed:
                found.append(Counts(won, closed, all_won - won, all_closed - closed))
        return found

    def _standing(self, group: str) -> Standing:
        strata = self._strata(group)
        kinds = [k for k in self.cells[group] if k]
        wins = sum(won for won, _ in self.types.values())
        others_won = wins - sum(won for won, _ in self.cells[group].values())
        money = sum(self.won_minor.values()) - self.won_minor[group]
        return Standing(
            group=group,
            won=sum(s.hit for s in strata),
            closed=sum(s.all for s in strata),
            others_closed=sum(s.others_all for s in strata),
            expected=sum(s.all * s.others_hit / s.others_all for s in strata),
            one_type=kinds[0].lower() if len(kinds) == 1 and len(self.types) > 1 else None,
            average_won_minor=money / others_won if others_won and money else None,
        )
