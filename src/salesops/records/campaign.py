"""A planned effort to bring in buyers, as people keep it."""

from salesops.records.fields import choice, currency_code, day, money, text
from salesops.records.record import Record, versions_of


class Campaign(Record):
    """A planned effort to bring in buyers."""

    name = text()
    type = choice()
    status = choice()
    starts_on = day()
    ends_on = day()
    budget_minor = money()
    currency = currency_code()

    class Meta:
        db_table = "campaign"


CampaignVersion = versions_of(Campaign)
