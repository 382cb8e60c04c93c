"""A call, mail, message, meeting or other piece of work, done or planned, as people keep it."""

from salesops.records.fields import choice, count, instant, reference, text, yes_no
from salesops.records.record import Record, index_of_deleted, versions_of


class Activity(Record):
    """A call, mail, message, meeting or other piece of work, done or planned."""

    kind = choice()
    subject = text()
    owner = reference("records.Person")
    opportunity = reference("records.Opportunity")
    account = reference("records.Account")
    contact = reference("records.Contact")
    lead = reference("records.Lead")
    occurred_at = instant()
    duration_minutes = count()
    is_done = yes_no()

    class Meta:
        db_table = "activity"
        indexes = (index_of_deleted("activity"),)

    def __str__(self) -> str:
        return self.subject or (self.kind or "activity").replace("_", " ").capitalize()


ActivityVersion = versions_of(Activity)
