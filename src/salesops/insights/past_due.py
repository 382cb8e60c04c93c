"""Open deals whose close date has passed: nobody knows when they will close."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.insights._finding import Finding, Insight, deals_where

LEAST_ROWS = 3


def _look(book: Book) -> Finding | None:
    rows, money, every, days = book.engine.run(
        "SELECT count(*) FILTER (close_date < $today), sum(value_minor) FILTER (close_date < $today), "
        "count(*), median(date_diff('day', close_date, $today)) FILTER (close_date < $today) "
        "FROM opportunity WHERE NOT is_closed",
        {"today": book.today},
    ).rows[0]
    if rows < LEAST_ROWS:
        return None
    return Finding(
        name="past_due",
        title=f"{rows:,} open deals should have closed already",
        text=f"Their close dates lie before {book.today:%-d %B %Y}, half of them by "
        f"{counted(int(days), 'day')} or more. Until these dates are moved or the deals closed, no forecast "
        "can count on them.",
        evidence=(f"{rows:,} of {counted(every, 'open deal')}",),
        rows=rows,
        money_minor=int(money) if money is not None else None,
        link=deals_where(f"not is_closed and close_date < '{book.today.isoformat()}'"),
        link_words="See these deals",
        tone="bad",
    )


past_due = Insight("past_due", _look)
