"""A product that is won clearly less often than comparable deals for others."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where, literal
from salesops.insights._groups import standings


def _look(book: Book) -> Finding | None:
    found = standings(book, "p.id", "JOIN product p ON p.id = o.product_id")
    weak = [s for s in found if s.share < s.others]
    if not weak:
        return None
    worst = max(weak, key=lambda s: s.expected - s.won)
    name = book.engine.run("SELECT name FROM product WHERE id = $id", {"id": worst.group}).rows[0][
        0
    ]
    return Finding(
        name="weak_product",
        title=f"Deals for {name} are won {in_percent(worst.share)} of the time, "
        f"for other products {in_percent(worst.others)}",
        text=f"{worst.won:,} of {counted(worst.closed, 'closed deal')} for it were won; as many for other "
        f"products would have brought {worst.expected:.0f}. Chance does not explain it.",
        evidence=(
            f"{counted(worst.closed, 'closed deal')} for {name}",
            f"{worst.others_closed:,} comparable ones for others",
            "the money is what the missing wins would be worth",
        ),
        rows=worst.closed,
        money_minor=worst.money_minor,
        link=deals_where(f"is_closed and product_id = {literal(worst.group)}"),
        link_words="See these deals",
        about="winning",
    )


weak_product = Insight("weak_product", _look)
