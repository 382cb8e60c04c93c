"""Deals in a currency that has no rate into the reporting currency."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._wording import AMOUNTS

currency_without_rate = Check(
    name="currency_without_rate",
    title="Currency without a rate",
    wrong="The deal has an amount, and no exchange rate of its day turns it into the reporting currency.",
    matters="It is listed, and missing from every sum.",
    remedy="Add the rates of the currency (currency, valid_from, rate), or correct the deal's currency.",
    table="opportunity",
    concerns="x.amount_minor IS NOT NULL",
    is_wrong="x.value_minor IS NULL",
    mends="exchange_rate.rate",
    severity="bad",
    needs=(AMOUNTS,),
    shows=(ListColumn("currency", "Currency", "x.currency"),),
    is_unpriced=True,
)
