"""Accounts that are there twice under names that differ only in how they are written."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check, Lent
from salesops.data_quality._lent import DEALS_OF_ACCOUNT
from salesops.foundations.spelling import spelled_alike
from salesops.kpis._definition import Need

LEAST_CHARACTERS = 5
# Those of one country alone: “Acme GmbH” and “Acme Inc.” may be two.
TWICE = Lent(
    "n",
    f"""LEFT JOIN (
        SELECT id, first(name ORDER BY id) OVER alike AS other, count(*) OVER alike AS as_many FROM (
            SELECT id, name, coalesce(country, '') AS country, {spelled_alike("name")} AS plain FROM account)
        WHERE length(plain) >= {LEAST_CHARACTERS}
        WINDOW alike AS (PARTITION BY plain, country)
        QUALIFY as_many > 1
    ) n ON n.id = x.id""",
)

account_twice = Check(
    name="account_twice",
    title="Account is there twice",
    wrong="Another account of the same country has the same name, apart from capitals, signs and legal form.",
    matters="Two people may be calling the same customer, and its history is in two halves.",
    remedy="Keep the one with more history, move the deals of the other to it, and delete the other.",
    table="account",
    concerns="x.name IS NOT NULL",
    is_wrong="n.id IS NOT NULL",
    mends="account.name",
    severity="warn",
    needs=(Need("account", "name", "accounts", "Account"),),
    lent=(TWICE, DEALS_OF_ACCOUNT),
    shows=(
        ListColumn("other", "Alike", "n.other"),
        ListColumn("deals", "Open deals", "d.deals", "count"),
    ),
)
