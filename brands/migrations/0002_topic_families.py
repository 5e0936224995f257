"""Topics that are near each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brands", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="skill",
            name="family",
            field=models.SlugField(
                blank=True,
                db_default="",
                default="",
                help_text="Topics of one family are near each other: who knows one is asked for the others when nobody else is there.",
                max_length=40,
            ),
        ),
    ]
