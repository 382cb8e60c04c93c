"""Open deals that belong to people who have left."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.insights._finding import Finding, Insight, deals_where, one_of

MOST_NAMES = 3


def _look(book: Book) -> Finding | None:
    rows = book.engine.run(
        "SELECT p.id, coalesce(p.name, p.id), count(*), sum(o.value_minor) FROM opportunity o "
        "JOIN person p ON p.id = o.owner_id WHERE NOT o.is_closed "
        "AND (p.is_active = false OR p.left_on <= $today) GROUP BY 1, 2 ORDER BY 3 DESC, 1",
        {"today": book.today},
    ).rows
    if not rows:
        return None
    deals = sum(r[2] for r in rows)
    money = [r[3] for r in rows if r[3] is not None]
    names = ", ".join(r[1] for r in rows[:MOST_NAMES])
    if len(rows) > MOST_NAMES:
        names += f" and {len(rows) - MOST_NAMES} more"
    ids, _ = one_of(r[0] for r in rows)
    title = counted(deals, "open deal belongs", "open deals belong")
    somebody = "somebody who has left" if len(rows) == 1 else "people who have left"
    return Finding(
        name="owner_left",
        title=f"{title} to {somebody}",
        text=f"Still under {names}. Nobody works a deal without an owner: hand them over.",
        evidence=(counted(len(rows), "former owner"),),
        rows=deals,
        money_minor=int(sum(money)) if money else None,
        link=deals_where(f"not is_closed and owner_id in {ids}"),
        link_words="See these deals",
        tone="bad",
        about="records",
    )


owner_left = Insight("owner_left", _look)
