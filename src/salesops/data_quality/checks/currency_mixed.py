"""Open deals of one account in several currencies."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import MIXED
from salesops.data_quality._wording import ACCOUNTS, AMOUNTS

currency_mixed = Check(
    name="currency_mixed",
    title="Several currencies at one account",
    wrong="The deal is open, and other open deals of its account are in another currency.",
    matters="Most customers buy in one currency, so one of these is often entered in the wrong one.",
    remedy="Compare with the offers and correct the currency; leave it where the customer does buy in several.",
    table="opportunity",
    concerns="NOT x.is_closed AND x.account_id IS NOT NULL AND x.amount_minor IS NOT NULL",
    is_wrong="m.account_id IS NOT NULL",
    mends="opportunity.currency",
    severity="note",
    needs=(ACCOUNTS, AMOUNTS),
    lent=(MIXED,),
    shows=(
        ListColumn("currency", "Currency", "x.currency"),
        ListColumn("currencies", "At the account", "m.currencies"),
    ),
    past=("currency", "account_id"),
)
