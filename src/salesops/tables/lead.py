"""Somebody who may become a customer and is not yet tied to an opportunity."""

from salesops.foundations.table import Column, Table, Type

lead = Table(
    name="lead",
    meaning="Somebody who may become a customer and is not yet tied to an opportunity.",
    key=("id",),
    export_file="Lead",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("name", Type.TEXT, "Full name."),
        Column("company", Type.TEXT, "Where they work."),
        Column("email", Type.TEXT, "Mail address."),
        Column("status", Type.CHOICE, "Where the lead stands."),
        Column("source", Type.CHOICE, "Where the lead came from."),
        Column("owner_id", Type.ID, "Who works it.", refers_to="person"),
        Column("campaign_id", Type.ID, "The campaign that brought it.", refers_to="campaign"),
        Column("created_at", Type.INSTANT, "The instant the record was created."),
        Column(
            "created_on",
            Type.DATE,
            "The day the record was created; from the instant where the source has one.",
        ),
        Column("is_converted", Type.YES_NO, "It became an account, contact or opportunity."),
        Column("converted_on", Type.DATE, "The day it was converted."),
        Column("account_id", Type.ID, "The account it became.", refers_to="account"),
        Column("contact_id", Type.ID, "The contact it became.", refers_to="contact"),
        Column("opportunity_id", Type.ID, "The opportunity it became.", refers_to="opportunity"),
    ),
)
