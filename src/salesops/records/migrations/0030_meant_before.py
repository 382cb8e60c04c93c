from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0029_deleted_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="pipelinestage",
            name="meant_before",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pipelinestageversion",
            name="meant_before",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
