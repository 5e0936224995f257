from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0008_pace"),
    ]

    operations = [
        migrations.AddField(
            model_name="engagement",
            name="surge_cents",
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="The bonus that its offer showed."),
        ),
    ]
