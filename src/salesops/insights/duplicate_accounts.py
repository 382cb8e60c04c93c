"""Accounts that are there twice under names that differ only in how they are written."""

from salesops.book.book import Book
from salesops.foundations.counting import counted
from salesops.foundations.spelling import spelled_alike
from salesops.insights._finding import Finding, Insight, deals_where, one_of

LEAST_CHARACTERS = 5


def _look(book: Book) -> Finding | None:
    groups = book.engine.run(
        f"WITH named AS (SELECT id, name, coalesce(country, '') AS country, {spelled_alike('name')} AS plain "
        "FROM account WHERE name IS NOT NULL), "
        "twice AS (SELECT plain, country, list(id ORDER BY id) AS ids, list(name ORDER BY id) AS names "
        f"FROM named WHERE length(plain) >= {LEAST_CHARACTERS} GROUP BY 1, 2 HAVING count(*) > 1), "
        "each AS (SELECT ids, names, unnest(ids) AS account_id FROM twice) "
        "SELECT t.ids, t.names, coalesce(sum(o.value_minor) FILTER (NOT o.is_closed), 0) AS money, "
        "count(o.id) FILTER (NOT o.is_closed) FROM each t "
        "LEFT JOIN opportunity o ON o.account_id = t.account_id GROUP BY 1, 2 "
        "ORDER BY money DESC, t.names"
    ).rows
    if not groups:
        return None
    ids, held = one_of(i for row in groups for i in row[0])
    every = sum(len(row[0]) for row in groups)
    deals, money = sum(row[3] for row in groups), sum(row[2] for row in groups)
    one, other = groups[0][1][:2]
    differ = f"such as “{one}” and “{other}”"
    if one == other:
        differ = f"or not at all: “{one}” is there twice"
    return Finding(
        name="duplicate_accounts",
        title=f"{counted(every, 'account')} are {counted(len(groups), 'organisation')}",
        text=f"Their names differ only in how they are written, {differ}. {_open(deals)} "
        "Two people may be calling the same customer, and its history is in two halves.",
        evidence=(f"{counted(every, 'account')} with a name another has",),
        rows=every,
        money_minor=int(money) if money else None,
        link=deals_where(f"account_id in {ids}"),
        link_words="See their deals" if held == every else "See the deals of the largest",
        about="records",
    )


def _open(deals: int) -> str:
    if not deals:
        return "None of them has an open deal."
    return f"{counted(deals, 'open deal stands', 'open deals stand')} under them."


duplicate_accounts = Insight("duplicate_accounts", _look)
