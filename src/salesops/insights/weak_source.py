"""A source whose deals are won clearly less often than comparable ones."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where, literal
from salesops.insights._groups import standings


def _look(book: Book) -> Finding | None:
    weak = [s for s in standings(book, "o.source") if s.share < s.others]
    if not weak:
        return None
    worst = max(weak, key=lambda s: s.expected - s.won)
    source = worst.group
    return Finding(
        name="weak_source",
        title=f"“{source}” wins {in_percent(worst.share)}, other {worst.deals()} {in_percent(worst.others)}",
        text=f"{worst.won:,} of {counted(worst.closed, 'closed deal')} from this source were won. As many "
        f"from the other sources would have brought {worst.expected:.0f}. Chance does not explain it.",
        evidence=(
            f"{counted(worst.closed, 'closed deal')} from this source",
            f"{worst.others_closed:,} comparable ones from others",
            "the money is what the missing wins would be worth",
        ),
        rows=worst.closed,
        money_minor=worst.money_minor,
        link=deals_where(f"is_closed and source = {literal(source)}"),
        link_words="See these deals",
        about="leads",
    )


weak_source = Insight("weak_source", _look)
