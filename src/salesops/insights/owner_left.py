"""Open deals that belong to people who have left."""

from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight


def _look(book: Book) -> Finding | None:
    rows = book.engine.run(
        "SELECT p.id, p.name, count(*), sum(o.value_minor) FROM opportunity o JOIN person p ON p.id = o.owner_id "
        "WHERE NOT o.is_closed AND (p.is_active = false OR p.left_on <= $today) GROUP BY 1, 2 ORDER BY 3 DESC",
        {"today": book.today},
    ).rows
    if not rows:
        return None
    deals = sum(r[2] for r in rows)
    money = [r[3] for r in rows if r[3] is not None]
    names = ", ".join(r[1] for r in rows[:3]) + (" and others" if len(rows) > 3 else "")
    ids = ", ".join(f"'{r[0]}'" for r in rows[:50])
    return Finding(
        name="owner_left",
        title=f"{deals:,} open deals belong to people who have left",
        text=f"They still stand under {names}. Nobody works a deal without an owner: hand them over.",
        evidence=(f"{len(rows):,} former owners",),
        rows=deals,
        money_minor=int(sum(money)) if money else None,
        link=f"/opportunities?{urlencode({'where': f'not is_closed and owner_id in ({ids})'})}",
        link_words="See these deals",
        tone="bad",
    )


owner_left = Insight("owner_left", _look)
