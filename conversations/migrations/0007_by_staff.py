from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0006_say_reopens_one"),
    ]

    operations = [
        migrations.AddField(
            model_name="engagement",
            name="by_staff",
            field=models.BooleanField(
                db_default=False, default=False, help_text="A supervisor took the chat over: not paid by the chat."
            ),
        ),
    ]
