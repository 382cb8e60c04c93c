"""Somebody who may become a customer and is not yet tied to an opportunity, as people keep it."""

from salesops.records.fields import choice, day, instant, reference, text, yes_no
from salesops.records.record import Record, index_of_deleted, versions_of


class Lead(Record):
    """Somebody who may become a customer and is not yet tied to an opportunity."""

    name = text()
    company = text()
    email = text()
    status = choice()
    source = choice()
    owner = reference("records.Person")
    campaign = reference("records.Campaign")
    created_at = instant()
    created_on = day()
    is_converted = yes_no()
    converted_on = day()
    account = reference("records.Account")
    contact = reference("records.Contact")
    opportunity = reference("records.Opportunity")

    class Meta:
        db_table = "lead"
        indexes = (index_of_deleted("lead"),)


LeadVersion = versions_of(Lead)
