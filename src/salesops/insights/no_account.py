"""Deals that belong to no account: nobody knows who would buy."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.percent import in_percent
from salesops.insights._finding import Finding, Insight, deals_where

LEAST_SHARE = 0.02
LEAST_ROWS = 3


def _look(book: Book) -> Finding | None:
    rows, still_open, every, money = book.engine.run(
        "SELECT count(*) FILTER (account_id IS NULL), "
        "count(*) FILTER (account_id IS NULL AND NOT is_closed), count(*), "
        "sum(value_minor) FILTER (account_id IS NULL) FROM opportunity"
    ).rows[0]
    # Where no deal names an account the files have none, and that is said elsewhere.
    if rows < LEAST_ROWS or rows == every or rows < LEAST_SHARE * every:
        return None
    where = "all of them open" if still_open == rows else f"{still_open:,} of them open"
    return Finding(
        name="no_account",
        title=f"{counted(rows, 'deal')} of {every:,} belong to no account",
        text=f"That is {in_percent(rows / every)}, {where}. They are missing from every view by account, industry or "
        "region, and whether they are new business or an old customer’s cannot be told.",
        evidence=(f"{rows:,} of {counted(every, 'deal')}",),
        rows=rows,
        money_minor=int(money) if money else None,
        link=deals_where("account_id is null"),
        link_words="See these deals",
        about="records",
    )


no_account = Insight("no_account", _look)
