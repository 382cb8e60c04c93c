"""Sales and marketing cost, for acquisition cost, as people keep it."""

from salesops.records.fields import choice, currency_code, day, money, text
from salesops.records.record import Record, versions_of


class Cost(Record):
    """Sales and marketing cost, for acquisition cost."""

    category = choice()
    function = choice()
    team = choice()
    booked_on = day()
    amount_minor = money()
    currency = currency_code()
    description = text()

    class Meta:
        db_table = "cost"


CostVersion = versions_of(Cost)
