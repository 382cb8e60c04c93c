"""A deal: what may be bought, by whom, for how much and when."""

from salesops.foundations.table import Column, Table, Type

opportunity = Table(
    name="opportunity",
    meaning="A deal: what may be bought, by whom, for how much and when.",
    key=("id",),
    export_file="Opportunity",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("name", Type.TEXT, "What the deal is called."),
        Column("account_id", Type.ID, "Who would buy.", refers_to="account"),
        Column(
            "owner_id",
            Type.ID,
            "Who owns the deal: at close for closed deals, now for open ones.",
            refers_to="person",
        ),
        Column("pipeline", Type.CHOICE, "The sales process it goes through."),
        Column("stage", Type.CHOICE, "Where it stands in its pipeline.", required=True),
        Column("forecast_category", Type.CHOICE, "omitted, pipeline, best_case, commit or closed."),
        Column("type", Type.CHOICE, "New, expansion, renewal and the like."),
        Column("source", Type.CHOICE, "Where the deal came from."),
        Column("campaign_id", Type.ID, "The campaign credited with it.", refers_to="campaign"),
        Column(
            "product_id", Type.ID, "The product, or that of its largest line.", refers_to="product"
        ),
        Column("amount_minor", Type.MONEY, "What it is worth."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("probability", Type.SHARE, "The chance of winning the source states."),
        Column(
            "close_date", Type.DATE, "Expected day of closing; for closed deals the day it closed."
        ),
        Column("next_step", Type.TEXT, "What happens next."),
        Column("loss_reason", Type.CHOICE, "Why it was lost."),
        Column("created_at", Type.INSTANT, "The instant the record was created."),
        Column(
            "created_on",
            Type.DATE,
            "The day the record was created; from the instant where the source has one.",
        ),
        Column(
            "closed_at",
            Type.INSTANT,
            "The instant it entered the closed stage it is in, where history shows it.",
            derived=True,
        ),
        Column("closed_on", Type.DATE, "The day it closed; empty while open.", derived=True),
        Column("outcome", Type.CHOICE, "open, won, lost or no_decision.", derived=True),
        Column("is_closed", Type.YES_NO, "Won, lost or given up.", derived=True),
        Column("is_won", Type.YES_NO, "Won.", derived=True),
        Column("is_qualified", Type.YES_NO, "Its stage is flagged qualified.", derived=True),
        Column(
            "stage_position",
            Type.COUNT,
            "Order of its stage in its pipeline, from 1.",
            derived=True,
        ),
        Column(
            "value_minor",
            Type.MONEY,
            "The amount in the book's reporting currency, at the rate dated to the event.",
            derived=True,
        ),
        Column(
            "team",
            Type.CHOICE,
            "The owner's team: at close for closed deals, at the reading's instant for open ones.",
            derived=True,
        ),
        Column(
            "pitched_on",
            Type.DATE,
            "The day it first reached a stage flagged pitched.",
            derived=True,
        ),
        Column(
            "qualified_on",
            Type.DATE,
            "The day it first reached a stage flagged qualified.",
            derived=True,
        ),
        Column(
            "qualified_value_minor",
            Type.MONEY,
            "Its value at that moment, in the reporting currency.",
            derived=True,
        ),
    ),
)
