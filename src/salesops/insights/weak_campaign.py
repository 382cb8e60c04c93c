"""A campaign whose deals are won clearly less often than those of other campaigns."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where, literal
from salesops.insights._groups import standings


def _look(book: Book) -> Finding | None:
    found = standings(book, "c.id", "JOIN campaign c ON c.id = o.campaign_id")
    weak = [s for s in found if s.share < s.others]
    if not weak:
        return None
    worst = max(weak, key=lambda s: s.expected - s.won)
    name = book.engine.run("SELECT name FROM campaign WHERE id = $id", {"id": worst.group}).rows[0][
        0
    ]
    return Finding(
        name="weak_campaign",
        title=f"Deals from the campaign “{name}” are won {in_percent(worst.share)} of the time, "
        f"those of other campaigns {in_percent(worst.others)}",
        text=f"{worst.won:,} of {counted(worst.closed, 'closed deal')} were won; as many from other campaigns "
        f"would have brought {worst.expected:.0f}. Chance does not explain it.",
        evidence=(
            f"{counted(worst.closed, 'closed deal')} of this campaign",
            f"{worst.others_closed:,} comparable ones of others",
            "the money is what the missing wins would be worth",
        ),
        rows=worst.closed,
        money_minor=worst.money_minor,
        link=deals_where(f"is_closed and campaign_id = {literal(worst.group)}"),
        link_words="See these deals",
        about="leads",
    )


weak_campaign = Insight("weak_campaign", _look)
