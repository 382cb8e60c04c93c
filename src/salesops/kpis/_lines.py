"""Lines of won deals with what they cost by the list and as sold."""

from __future__ import annotations

from salesops.kpis._definition import OPPORTUNITY_SPLITS, Facts, Need, Table, Window
from salesops.kpis._populations import only, share_of, won_in

SPLITS = tuple(split for split in OPPORTUNITY_SPLITS if split != "segment")
NEEDS = (
    Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    Need(
        "opportunity_line",
        "list_price_minor",
        "lines with a list price",
        "OpportunityLineItem with ListPrice",
    ),
)


def priced_lines(facts: Facts, window: Window) -> Table:
    """Lines of deals won in the period with `listed` and `sold`, in minor units of the reporting currency.

    Null, and excluded, where a line has no list price, no price, or no rate into that currency.
    """
    lines = facts.whole("opportunity_line")
    by_unit = share_of(lines.unit_price_minor, lines.quantity)
    lines = lines.mutate(
        listed=share_of(lines.list_price_minor, lines.quantity),
        sold=lines.amount_minor.coalesce(by_unit),
    )
    deals = won_in(facts, window)
    kept = deals.mutate(
        deal_id=deals.id,
        # Where a deal is worth what its amount says, its currency is the reporting one.
        own=only(deals.value_minor == deals.amount_minor, deals.currency),
    ).drop("id", "product_id", "currency", "amount_minor")
    joined = lines.inner_join(kept, lines.opportunity_id == kept.deal_id)
    rates = facts.whole("exchange_rate")
    rates = rates.select(
        rate_currency="currency", rate_from="valid_from", rate_to="valid_to", rate="minor_rate"
    )
    wide = joined.left_join(
        rates,
        [
            joined.currency == rates.rate_currency,
            rates.rate_from <= joined.closed_on,
            rates.rate_to > joined.closed_on,
        ],
    )
    is_known = (wide.listed > 0) & wide.sold.notnull()
    is_known &= wide.rate.notnull() | (wide.own == wide.currency).fill_null(False)
    is_known = is_known.fill_null(False)
    rated = {
        name: only(is_known, (wide[name] * wide.rate).round().cast("int64").coalesce(wide[name]))
        for name in ("listed", "sold")
    }
    return wide.mutate(**rated, is_excluded=~is_known).drop(
        "deal_id", "own", "rate_currency", "rate_from", "rate_to", "rate"
    )
