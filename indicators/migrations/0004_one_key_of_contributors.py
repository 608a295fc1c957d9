from django.db import migrations, models


class Migration(migrations.Migration):
    """The key of contributors begins with their cell, and is their only index; rows stay."""

    dependencies = [
        ("indicators", "0003_lighter_summaries"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="facilitymonth",
            name="facility_month_cell",
        ),
        # Django changes no primary key by itself.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE indicators_facilitymonth"
                    " DROP CONSTRAINT indicators_facilitymonth_pkey,"
                    " ADD PRIMARY KEY (departement_id, month, facility_id)",
                    "ALTER TABLE indicators_facilitymonth"
                    " DROP CONSTRAINT indicators_facilitymonth_pkey,"
                    " ADD PRIMARY KEY (month, facility_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="facilitymonth",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "departement",
                        "month",
                        "facility",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
    ]
