"""Every state an opportunity has been in, each valid over a half-open span of time."""

from salesops.foundations.table import Column, Table, Type
from salesops.tables.opportunity import opportunity

opportunity_version = Table(
    name="opportunity_version",
    meaning="Every state an opportunity has been in, each valid over a half-open span of time.",
    key=(
        "opportunity_id",
        "valid_from",
    ),
    export_file="OpportunityHistory",
    columns=(
        Column(
            "opportunity_id",
            Type.ID,
            "Whose state this is.",
            refers_to="opportunity",
            required=True,
        ),
        Column("valid_from", Type.INSTANT, "The instant from which this was so.", required=True),
        Column(
            "valid_to",
            Type.INSTANT,
            "The instant until which it was so; 9999-12-31 while it still is.",
            derived=True,
        ),
        Column("changed_by_id", Type.ID, "Who made the change.", refers_to="person"),
        Column(
            "change_source",
            Type.CHOICE,
            "history where the source recorded the change, snapshot where only a state was seen, meaning where nobody "
            "changed the deal and its stage came to mean something else.",
        ),
        *opportunity.columns[1:],
        Column(
            "is_stage_entry",
            Type.YES_NO,
            "Here it entered an open stage it had never been in, by a recorded change.",
            derived=True,
        ),
    ),
)
