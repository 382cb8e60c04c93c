"""An organisation we sell to, or might."""

from salesops.foundations.table import Column, Table, Type

account = Table(
    name="account",
    meaning="An organisation we sell to, or might.",
    key=("id",),
    export_file="Account",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("name", Type.TEXT, "Its name.", required=True),
        Column("parent_id", Type.ID, "The account it belongs to.", refers_to="account"),
        Column("owner_id", Type.ID, "Who looks after it.", refers_to="person"),
        Column("industry", Type.CHOICE, "Line of business."),
        Column("type", Type.CHOICE, "Customer, prospect, partner and the like."),
        Column("country", Type.CHOICE, "Country of its main address."),
        Column("region", Type.CHOICE, "State, province or sales region."),
        Column("website", Type.TEXT, "Its web address."),
        Column("phone", Type.TEXT, "Telephone number."),
        Column("employees", Type.COUNT, "People who work there.", unit="people"),
        Column("annual_revenue_minor", Type.MONEY, "Its own yearly revenue."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("source", Type.CHOICE, "Where it was first heard of."),
        Column("created_at", Type.INSTANT, "The instant the record was created."),
        Column(
            "created_on",
            Type.DATE,
            "The day the record was created; from the instant where the source has one.",
        ),
        Column("is_customer", Type.YES_NO, "It has at least one won opportunity.", derived=True),
        Column("customer_since", Type.DATE, "Day of its first won opportunity.", derived=True),
    ),
)
