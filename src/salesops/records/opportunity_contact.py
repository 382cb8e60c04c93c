"""A contact's part in an opportunity, as people keep it."""

from salesops.records.fields import choice, reference, yes_no
from salesops.records.record import Record, versions_of


class OpportunityContact(Record):
    """A contact's part in an opportunity."""

    opportunity = reference("records.Opportunity")
    contact = reference("records.Contact")
    role = choice()
    is_primary = yes_no()

    class Meta:
        db_table = "opportunity_contact"


OpportunityContactVersion = versions_of(OpportunityContact)
