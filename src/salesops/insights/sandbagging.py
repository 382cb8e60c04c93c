"""A team whose deals grow when they are won: its forecasts are too low."""

from salesops.book.book import Book
from salesops.foundations.percent import in_percent
from salesops.insights._evidence import Counts, survivors, upper_tail
from salesops.insights._finding import Finding, Insight, deals_where, literal

LEAST_WON = 20
GREW = 1.05
LEAST_GAP = 0.25  # of the share of wins that grew


def _look(book: Book) -> Finding | None:
    if book.facts.history_from is None:
        return None
    rows = book.engine.run(
        "WITH state AS (SELECT opportunity_id, is_won, amount_minor, valid_from, "
        "lag(amount_minor) OVER life AS said, lag(forecast_category) OVER life AS category, "
        "lag(currency) OVER life AS said_in, currency FROM opportunity_version "
        "WHERE change_source = 'history' AND opportunity_id IN (SELECT id FROM opportunity "
        "WHERE is_won AND team IS NOT NULL AND value_minor > 0) "
        "WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)), "
        "signed AS (SELECT opportunity_id, arg_max(said, valid_from) AS said, "
        "arg_max(category, valid_from) AS category, arg_max(amount_minor, valid_from) AS amount "
        "FROM state WHERE is_won AND said > 0 AND said_in = currency GROUP BY 1) "
        "SELECT o.team, count(*), count(*) FILTER (s.amount > $grew * s.said), "
        "count(*) FILTER (s.category = 'commit'), "
        "sum(o.value_minor), sum(o.value_minor * (s.said / s.amount)) FROM signed s "
        "JOIN opportunity o ON o.id = s.opportunity_id WHERE o.is_won AND o.team IS NOT NULL "
        "AND s.amount > 0 AND o.value_minor > 0 GROUP BY 1",
        {"grew": GREW},
    ).rows
    wins, grown = sum(r[1] for r in rows), sum(r[2] for r in rows)
    counts = {r[0]: Counts(r[2], r[1], grown - r[2], wins - r[1]) for r in rows}
    chances = {
        team: upper_tail(c)
        for team, c in counts.items()
        if c.all >= LEAST_WON and c.others_all >= LEAST_WON
    }
    for team in survivors(chances):
        c = counts[team]
        if c.hit / c.all - c.others_hit / c.others_all < LEAST_GAP:
            continue
        _, _, _, committed, value, said = next(r for r in rows if r[0] == team)
        more = float(value) / float(said) - 1
        others_committed = sum(r[3] for r in rows) - committed
        return Finding(
            name="sandbagging",
            title=f"{team} wins {in_percent(more)} more than it says before the signature",
            text=f"In {c.hit:,} of its {c.all:,} won deals the amount rose with the last step, elsewhere in "
            f"{c.others_hit:,} of {c.others_all:,}. {committed or 'None'} of them stood in commit before, "
            f"elsewhere {others_committed:,}. A forecast built on what this team says is too low.",
            evidence=(f"{c.all:,} won deals of {team}", f"{c.others_all:,} of other teams"),
            rows=c.all,
            money_minor=int(float(value) - float(said)),
            link=deals_where(f"is_won and team = {literal(team)}"),
            link_words="See these deals",
            about="forecast",
        )
    return None


sandbagging = Insight("sandbagging", _look)
