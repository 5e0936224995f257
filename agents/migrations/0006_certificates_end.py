"""Until when a topic or language is certified."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agents", "0005_staff")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="valid_until",
            field=models.DateTimeField(blank=True, help_text="Not asked from then on; empty: no end.", null=True),
        )
        for model in ("agentlanguage", "agentskill")
    ]
