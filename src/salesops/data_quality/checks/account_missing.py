"""Deals that belong to no account."""

from salesops.data_quality._check import Check
from salesops.data_quality._wording import ACCOUNTS, OPEN_OR_WON

account_missing = Check(
    name="account_missing",
    title="No account",
    wrong="The deal is open or won and names no account.",
    matters="It is missing from every view by account, industry and region, and nobody can tell new business from old.",
    remedy="Name the account that would buy, or bought.",
    table="opportunity",
    concerns=OPEN_OR_WON,
    is_wrong="x.account_id IS NULL",
    mends="opportunity.account_id",
    severity="warn",
    needs=(ACCOUNTS,),
    past=("account_id",),
)
