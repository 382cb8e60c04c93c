"""One product on an opportunity, as people keep it."""

from salesops.records.fields import currency_code, day, decimal, money, reference
from salesops.records.record import Record, versions_of


class OpportunityLine(Record):
    """One product on an opportunity."""

    opportunity = reference("records.Opportunity")
    product = reference("records.Product")
    quantity = decimal()
    list_price_minor = money()
    unit_price_minor = money()
    amount_minor = money()
    currency = currency_code()
    service_on = day()

    class Meta:
        db_table = "opportunity_line"


OpportunityLineVersion = versions_of(OpportunityLine)
