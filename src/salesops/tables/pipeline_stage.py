"""A stage of a pipeline and what it means."""

from salesops.foundations.table import Column, Table, Type

pipeline_stage = Table(
    name="pipeline_stage",
    meaning="A stage of a pipeline and what it means.",
    key=(
        "pipeline",
        "stage",
    ),
    export_file="OpportunityStage",
    columns=(
        Column("pipeline", Type.CHOICE, "The pipeline."),
        Column("stage", Type.CHOICE, "Its name as deals carry it.", required=True),
        Column("position", Type.COUNT, "Order in the pipeline, from 1."),
        Column(
            "default_probability", Type.SHARE, "The chance of winning the source states for it."
        ),
        Column("forecast_category", Type.CHOICE, "omitted, pipeline, best_case, commit or closed."),
        Column("outcome", Type.CHOICE, "open, won, lost or no_decision."),
        Column("is_pitched", Type.YES_NO, "Reaching it means the offer was put to the buyer."),
        Column("is_qualified", Type.YES_NO, "Deals here count as pipeline."),
        Column("is_active", Type.YES_NO, "Still in use."),
    ),
)
