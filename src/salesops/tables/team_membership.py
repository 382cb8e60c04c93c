"""A person's place in the organisation over a half-open span of days."""

from salesops.foundations.table import Column, Table, Type

team_membership = Table(
    name="team_membership",
    meaning="A person's place in the organisation over a half-open span of days.",
    key=(
        "person_id",
        "valid_from",
    ),
    export_file="a people history file",
    columns=(
        Column("person_id", Type.ID, "Who.", refers_to="person", required=True),
        Column("team", Type.CHOICE, "The team."),
        Column("role", Type.CHOICE, "The role there."),
        Column("manager_id", Type.ID, "Who led them.", refers_to="person"),
        Column("valid_from", Type.DATE, "First day.", required=True),
        Column("valid_to", Type.DATE, "The first day no longer so; 9999-12-31 while it is."),
    ),
)
