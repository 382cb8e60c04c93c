"""A person at an account, as people keep it."""

from salesops.records.fields import day, instant, reference, text
from salesops.records.record import Record, index_of_deleted, versions_of


class Contact(Record):
    """A person at an account."""

    account = reference("records.Account")
    name = text()
    first_name = text()
    last_name = text()
    email = text()
    phone = text()
    title = text()
    owner = reference("records.Person")
    created_at = instant()
    created_on = day()

    class Meta:
        db_table = "contact"
        indexes = (index_of_deleted("contact"),)


ContactVersion = versions_of(Contact)
