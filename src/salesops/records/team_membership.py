"""A person's place in the organisation over a half-open span of days, as people keep it."""

from salesops.records.fields import choice, day, reference
from salesops.records.record import Record, versions_of


class TeamMembership(Record):
    """A person's place in the organisation over a half-open span of days."""

    person = reference("records.Person")
    team = choice()
    role = choice()
    manager = reference("records.Person")
    valid_from = day()
    valid_to = day()

    class Meta:
        db_table = "team_membership"


TeamMembershipVersion = versions_of(TeamMembership)
