"""Open deals whose close date has passed: nobody knows when they will close."""

from urllib.parse import urlencode

from salesops.book.book import Book
from salesops.insights._finding import Finding, Insight

LEAST_ROWS = 3


def _look(book: Book) -> Finding | None:
    today = book.today.isoformat()
    where = f"not is_closed and close_date < '{today}'"
    found = book.engine.run(
        "SELECT count(*), sum(value_minor), (SELECT count(*) FROM opportunity WHERE NOT is_closed), "
        "median(date_diff('day', close_date, $today)) FROM opportunity "
        "WHERE NOT is_closed AND close_date < $today",
        {"today": book.today},
    ).rows[0]
    rows, money, every, days = found
    if rows < LEAST_ROWS:
        return None
    return Finding(
        name="past_due",
        title=f"{rows:,} open deals should have closed already",
        text=f"Their close dates lie before {book.today:%-d %B %Y}, half of them by {days:.0f} days or more. "
        "Until these dates are moved or the deals closed, no forecast can count on them.",
        evidence=(f"{rows:,} of {every:,} open deals",),
        rows=rows,
        money_minor=int(money) if money is not None else None,
        link=f"/opportunities?{urlencode({'where': where})}",
        link_words="See these deals",
        tone="bad",
    )


past_due = Insight("past_due", _look)
