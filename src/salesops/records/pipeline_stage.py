"""A stage of a pipeline and what it means, as people keep it."""

from salesops.records.fields import by_day, choice, count, share, yes_no
from salesops.records.record import Record, versions_of


class PipelineStage(Record):
    """A stage of a pipeline and what it means.

    `meant_before` holds for each day on which it came to mean something else what that was before: {"2026-03-01":
    {"is_qualified": false}}. What a day does not name was then as it was after it.
    """

    pipeline = choice()
    stage = choice()
    position = count()
    default_probability = share()
    forecast_category = choice()
    outcome = choice()
    is_pitched = yes_no()
    is_qualified = yes_no()
    is_active = yes_no()
    meant_before = by_day()

    class Meta:
        db_table = "pipeline_stage"

    def __str__(self) -> str:
        return str(self.stage or self.id)


PipelineStageVersion = versions_of(PipelineStage)
