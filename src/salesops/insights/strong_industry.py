"""An industry in which deals are won clearly more often than comparable ones elsewhere."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where, literal
from salesops.insights._groups import standings


def _look(book: Book) -> Finding | None:
    found = standings(book, "a.industry", "JOIN account a ON a.id = o.account_id")
    strong = [s for s in found if s.share > s.others]
    if not strong:
        return None
    best = max(strong, key=lambda s: s.won - s.expected)
    return Finding(
        name="strong_industry",
        title=f"{best.group} is won {in_percent(best.share)} of the time, other industries {in_percent(best.others)}",
        text=f"{best.won:,} of {counted(best.closed, 'closed deal')} there were won; as many elsewhere would "
        f"have brought {best.expected:.0f}. Chance does not explain it.",
        evidence=(
            f"{counted(best.closed, 'closed deal')} in {best.group}",
            f"{best.others_closed:,} comparable ones elsewhere",
            "the money is what the additional wins are worth",
        ),
        rows=best.closed,
        money_minor=best.money_minor,
        link=deals_where(f"is_closed and account.industry = {literal(best.group)}"),
        link_words="See these deals",
        tone="good",
        about="winning",
    )


strong_industry = Insight("strong_industry", _look)
