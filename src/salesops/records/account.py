"""An organisation we sell to, or might, as people keep it."""

from salesops.records.fields import (
    choice,
    count,
    currency_code,
    day,
    instant,
    money,
    reference,
    text,
)
from salesops.records.record import Record, index_of_deleted, versions_of


class Account(Record):
    """An organisation we sell to, or might."""

    name = text()
    parent = reference("self")
    owner = reference("records.Person")
    industry = choice()
    type = choice()
    country = choice()
    region = choice()
    website = text()
    phone = text()
    employees = count()
    annual_revenue_minor = money()
    currency = currency_code()
    source = choice()
    created_at = instant()
    created_on = day()

    class Meta:
        db_table = "account"
        indexes = (index_of_deleted("account"),)


AccountVersion = versions_of(Account)
