"""What a person or team is to book in a period, as people keep it."""

from salesops.records.fields import choice, currency_code, day, money, reference
from salesops.records.record import Record, versions_of


class Quota(Record):
    """What a person or team is to book in a period."""

    person = reference("records.Person")
    team = choice()
    starts_on = day()
    ends_on = day()
    amount_minor = money()
    currency = currency_code()
    product_family = choice()

    class Meta:
        db_table = "quota"


QuotaVersion = versions_of(Quota)
