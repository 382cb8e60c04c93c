"""Somebody of our own: seller, manager, operations, as people keep it."""

from salesops.records.fields import choice, day, reference, text, yes_no
from salesops.records.record import Record, versions_of


class Person(Record):
    """Somebody of our own: seller, manager, operations."""

    name = text()
    email = text()
    title = text()
    role = choice()
    manager = reference("self")
    team = choice()
    region = choice()
    hired_on = day()
    left_on = day()
    is_active = yes_no()

    class Meta:
        db_table = "person"


PersonVersion = versions_of(Person)
