"""Somebody of our own: seller, manager, operations."""

from salesops.foundations.table import Column, Table, Type

person = Table(
    name="person",
    meaning="Somebody of our own: seller, manager, operations.",
    key=("id",),
    export_file="User",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("name", Type.TEXT, "Full name.", required=True),
        Column("email", Type.TEXT, "Mail address."),
        Column("title", Type.TEXT, "Job title."),
        Column("role", Type.CHOICE, "Role in the organisation."),
        Column("manager_id", Type.ID, "Who leads them now.", refers_to="person"),
        Column("team", Type.CHOICE, "Their team now."),
        Column("region", Type.CHOICE, "Their office or region."),
        Column("hired_on", Type.DATE, "First day."),
        Column("left_on", Type.DATE, "The first day they were gone."),
        Column("is_active", Type.YES_NO, "They still work here."),
    ),
)
