"""Whether an agent who wished for one last chat has it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0007_invitations"),
    ]

    operations = [
        migrations.AddField(
            model_name="slot",
            name="last_begun",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="She has her last ones: what rings beside them is the end of it.",
            ),
        ),
    ]
