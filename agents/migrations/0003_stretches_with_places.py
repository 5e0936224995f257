from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0002_online_stretches"),
    ]

    operations = [
        migrations.AddField(
            model_name="onlinestretch",
            name="places",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text="Her capacity at its end."),
        ),
    ]
