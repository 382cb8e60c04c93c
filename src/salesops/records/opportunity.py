"""A deal: what may be bought, by whom, for how much and when, as people keep it."""

from salesops.records.fields import (
    choice,
    currency_code,
    day,
    instant,
    money,
    reference,
    share,
    text,
)
from salesops.records.record import Record, index_of_deleted, versions_of


class Opportunity(Record):
    """A deal: what may be bought, by whom, for how much and when."""

    name = text()
    account = reference("records.Account")
    owner = reference("records.Person")
    pipeline = choice()
    stage = choice()
    forecast_category = choice()
    type = choice()
    source = choice()
    campaign = reference("records.Campaign")
    product = reference("records.Product")
    amount_minor = money()
    currency = currency_code()
    probability = share()
    close_date = day()
    next_step = text()
    loss_reason = choice()
    created_at = instant()
    created_on = day()

    class Meta:
        db_table = "opportunity"
        indexes = (index_of_deleted("opportunity"),)


OpportunityVersion = versions_of(Opportunity)
