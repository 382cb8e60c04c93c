"""A person whose fine win rate is that of their territory: whoever sells there wins as often."""

from __future__ import annotations

from dataclasses import dataclass

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._evidence import Counts, upper_tail
from salesops.insights._finding import Finding, Insight, deals_where, literal
from salesops.insights._groups import Standing, standings

JOIN = "JOIN account a ON a.id = o.account_id"
LEAST_SHARE = 0.3  # of the territory's closed deals, for it to be somebody's
LEAST_CLOSED = 10  # on either side of each comparison
ALIKE = 0.05  # a difference that chance makes at least so often is none


@dataclass(frozen=True)
class _Wins:
    """Won and closed deals of one person and of all others, in the territory and elsewhere."""

    person: str
    name: str
    here: Counts
    elsewhere: Counts

    def is_the_territory(self) -> bool:
        """They win more here than elsewhere, as everybody does, and elsewhere no more than others."""
        if min(self.here.all, self.here.others_all, self.elsewhere.all) < LEAST_CLOSED:
            return False
        if self.here.all < LEAST_SHARE * (self.here.all + self.here.others_all):
            return False
        own = Counts(self.here.hit, self.here.all, self.elsewhere.hit, self.elsewhere.all)
        others = Counts(
            self.here.others_hit,
            self.here.others_all,
            self.elsewhere.others_hit,
            self.elsewhere.others_all,
        )
        return (
            upper_tail(own) < ALIKE
            and upper_tail(others) < ALIKE
            and upper_tail(self.here) > ALIKE
            and upper_tail(self.elsewhere) > ALIKE
        )


def _look(book: Book) -> Finding | None:
    for standing in standings(book, "a.country", JOIN):
        if standing.share > standing.others:
            wins = _largest_owner(book, standing.group)
            if wins and wins.is_the_territory():
                return _told(standing, wins)
    return None


def _largest_owner(book: Book, country: str) -> _Wins | None:
    rows = book.engine.run(
        "SELECT o.owner_id, coalesce(p.name, o.owner_id), coalesce(a.country = $country, false), "
        f"count(*) FILTER (o.is_won), count(*) FROM opportunity o {JOIN} "
        "LEFT JOIN person p ON p.id = o.owner_id WHERE o.is_closed AND o.owner_id IS NOT NULL "
        "GROUP BY 1, 2, 3",
        {"country": country},
    ).rows
    inside = [r for r in rows if r[2]]
    if not inside:
        return None
    person, name = max(inside, key=lambda r: (r[4], r[0]))[:2]

    def counts(is_here: bool) -> Counts:
        side = [r for r in rows if r[2] is is_here]
        mine = [r for r in side if r[0] == person]
        won, closed = sum(r[3] for r in mine), sum(r[4] for r in mine)
        return Counts(won, closed, sum(r[3] for r in side) - won, sum(r[4] for r in side) - closed)

    return _Wins(person, name, counts(True), counts(False))


def _told(standing: Standing, wins: _Wins) -> Finding:
    here, elsewhere = wins.here, wins.elsewhere
    everywhere = (here.hit + elsewhere.hit) / (here.all + elsewhere.all)
    country = standing.group
    return Finding(
        name="easy_territory",
        title=f"{wins.name} wins {in_percent(everywhere)}: the territory, {country}, explains it",
        text=f"In {country} {wins.name} wins {in_percent(here.hit / here.all)} and everybody else "
        f"{in_percent(here.others_hit / here.others_all)}. Elsewhere {wins.name} wins "
        f"{in_percent(elsewhere.hit / elsewhere.all)}, the others "
        f"{in_percent(elsewhere.others_hit / max(1, elsewhere.others_all))}. Compare people within a territory "
        "before praising or copying anybody.",
        evidence=(
            f"{counted(here.all + here.others_all, 'closed deal')} in {country}, {here.all:,} of them theirs",
            f"{in_percent(standing.others)} is usual for such deals in other countries",
        ),
        rows=here.all + here.others_all,
        money_minor=standing.money_minor,
        link=deals_where(f"is_closed and account.country = {literal(country)}"),
        link_words=f"See the deals in {country}",
        about="people",
    )


easy_territory = Insight("easy_territory", _look)
