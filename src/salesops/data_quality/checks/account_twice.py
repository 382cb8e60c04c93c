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
        WITH named AS MATERIALIZED (
            SELECT id, name, coalesce(country, '') AS country, {spelled_alike("name")} AS plain
            FROM account WHERE name IS NOT NULL
        ), alike AS (
            SELECT plain, country, min(id) AS first_id, arg_min(name, id) AS first_name,
                arg_max(name, id) AS last_name
            FROM named WHERE length(plain) >= {LEAST_CHARACTERS} GROUP BY ALL HAVING count(*) > 1
        )
        SELECT id, CASE WHEN id = first_id THEN last_name ELSE first_name END AS other
        FROM named JOIN alike USING (plain, country)
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
