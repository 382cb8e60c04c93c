"""A person at an account."""

from salesops.foundations.table import Column, Table, Type

contact = Table(
    name="contact",
    meaning="A person at an account.",
    key=("id",),
    export_file="Contact",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("account_id", Type.ID, "Where they work.", refers_to="account"),
        Column("name", Type.TEXT, "Full name."),
        Column("first_name", Type.TEXT, "Given name."),
        Column("last_name", Type.TEXT, "Family name."),
        Column("email", Type.TEXT, "Mail address."),
        Column("phone", Type.TEXT, "Telephone number."),
        Column("title", Type.TEXT, "What they do there."),
        Column("owner_id", Type.ID, "Who looks after them.", refers_to="person"),
        Column("created_at", Type.INSTANT, "The instant the record was created."),
        Column(
            "created_on",
            Type.DATE,
            "The day the record was created; from the instant where the source has one.",
        ),
    ),
)
