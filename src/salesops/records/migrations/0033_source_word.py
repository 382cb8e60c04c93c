"""What sources say of stages and of deleted deals is kept; what imports said until now is in the states they made."""

from decimal import Decimal
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

STAGE = (
    "position",
    "default_probability",
    "forecast_category",
    "outcome",
    "is_pitched",
    "is_qualified",
    "is_active",
)


def said_until_now(apps: Any, _schema_editor: Any) -> None:
    """Each state that an import made of a stage, and of a deal that one deleted, is what its source said then."""
    run, word, of_stages, of_deals = (
        apps.get_model("records", name)
        for name in ("ImportRun", "SourceWord", "PipelineStageVersion", "OpportunityVersion")
    )
    imports = run.objects.values("change_id")
    stages = of_stages.objects.filter(opened_by__in=imports, is_tombstone=False)
    said = []
    for row in stages.order_by("version").values("record_id", "opened_by", *STAGE):
        told = {c: _kept(row[c]) for c in STAGE if row[c] is not None}
        said.append(("pipeline_stage", row["record_id"], row["opened_by"], told))
    deals = of_deals.objects.filter(opened_by__in=imports)
    deleted = deals.filter(deleted_at__isnull=False).values("record_id")
    for row in (
        deals.filter(record_id__in=deleted)
        .order_by("version")
        .values("record_id", "opened_by", "deleted_at")
    ):
        told = {"is_deleted": row["deleted_at"] is not None}
        said.append(("opportunity", row["record_id"], row["opened_by"], told))
    word.objects.bulk_create(
        [word(noun=n, record_id=key, change_id=change, said=told) for n, key, change, told in said],
        batch_size=1_000,
    )


def _kept(value: Any) -> Any:
    return f"{value.normalize() or Decimal(0):f}" if isinstance(value, Decimal) else value


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0032_view_for_a_team"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("noun", models.CharField(max_length=60)),
                ("record_id", models.CharField(max_length=255)),
                ("said", models.JSONField()),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.change",
                    ),
                ),
            ],
            options={
                "db_table": "source_word",
            },
        ),
        migrations.AddIndex(
            model_name="sourceword",
            index=models.Index(fields=["noun", "record_id"], name="source_word_of"),
        ),
        migrations.RunPython(said_until_now, migrations.RunPython.noop, elidable=True),
    ]
