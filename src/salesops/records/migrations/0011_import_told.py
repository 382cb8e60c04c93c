from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_duplicates"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="money",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="importrun",
            name="refused",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="importrun",
            name="to_mend",
            field=models.BigIntegerField(default=0),
        ),
    ]
