"""A call, mail, message, meeting or other piece of work, done or planned."""

from salesops.foundations.table import Column, Table, Type

activity = Table(
    name="activity",
    meaning="A call, mail, message, meeting or other piece of work, done or planned.",
    key=("id",),
    export_file="Task",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column(
            "kind",
            Type.CHOICE,
            "call, email, message, meeting, demo, research, administration, internal, travel, training, note or task.",
        ),
        Column("subject", Type.TEXT, "What it was about."),
        Column("owner_id", Type.ID, "Who did it.", refers_to="person"),
        Column("opportunity_id", Type.ID, "The deal it was for.", refers_to="opportunity"),
        Column("account_id", Type.ID, "The account it was for.", refers_to="account"),
        Column("contact_id", Type.ID, "The person it was with.", refers_to="contact"),
        Column("lead_id", Type.ID, "The lead it was with.", refers_to="lead"),
        Column("occurred_at", Type.INSTANT, "When it happened or is planned."),
        Column("occurred_on", Type.DATE, "The day it happened or is planned.", derived=True),
        Column("duration_minutes", Type.COUNT, "How long it took.", unit="minutes"),
        Column("is_done", Type.YES_NO, "It happened."),
        Column(
            "is_selling",
            Type.YES_NO,
            "Time with buyers by phone, mail, message or meeting.",
            derived=True,
        ),
    ),
)
