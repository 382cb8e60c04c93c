"""A contact's part in an opportunity."""

from salesops.foundations.table import Column, Table, Type

opportunity_contact = Table(
    name="opportunity_contact",
    meaning="A contact's part in an opportunity.",
    key=("id",),
    export_file="OpportunityContactRole",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column(
            "opportunity_id", Type.ID, "Its opportunity.", refers_to="opportunity", required=True
        ),
        Column("contact_id", Type.ID, "Who takes part.", refers_to="contact", required=True),
        Column("role", Type.CHOICE, "Their role, such as decision maker or champion."),
        Column("is_primary", Type.YES_NO, "The contact whom the deal goes through first."),
    ),
)
