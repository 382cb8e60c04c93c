"""A region, or where regions are alike a country, in which deals are won clearly less often."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where, literal
from salesops.insights._groups import Standing, standings

JOIN = "JOIN account a ON a.id = o.account_id"


def _look(book: Book) -> Finding | None:
    for column in ("region", "country"):
        weak = [s for s in standings(book, f"a.{column}", JOIN) if s.share < s.others]
        if weak:
            return _told(column, max(weak, key=lambda s: s.expected - s.won))
    return None


def _told(column: str, worst: Standing) -> Finding:
    where = worst.group
    return Finding(
        name="weak_region",
        title=f"In {where} {in_percent(worst.share)} of the deals are won, elsewhere {in_percent(worst.others)}",
        text=f"{worst.won:,} of {counted(worst.closed, 'closed deal')} there were won; as many elsewhere would "
        f"have brought {worst.expected:.0f}. Chance does not explain it.",
        evidence=(
            f"{counted(worst.closed, 'closed deal')} in {where}",
            f"{worst.others_closed:,} comparable ones elsewhere",
            "the money is what the missing wins would be worth",
        ),
        rows=worst.closed,
        money_minor=worst.money_minor,
        link=deals_where(f"is_closed and account.{column} = {literal(where)}"),
        link_words="See these deals",
        about="territories",
    )


weak_region = Insight("weak_region", _look)
