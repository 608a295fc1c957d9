import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0002_confirmed_by_replacement"),
        ("reference", "0003_programmes_and_perimeter"),
    ]

    operations = [
        migrations.AlterField(
            model_name="facilitymonth",
            name="departement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="reference.departement",
            ),
        ),
        migrations.AddIndex(
            model_name="facilitymonth",
            index=models.Index(fields=["departement", "month"], name="facility_month_cell"),
        ),
        migrations.AlterField(
            model_name="monthlyreach",
            name="departement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.departement",
            ),
        ),
        migrations.AlterField(
            model_name="monthlyvolume",
            name="departement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.departement",
            ),
        ),
        migrations.AlterField(
            model_name="monthlyvolume",
            name="document_type",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.documenttype",
            ),
        ),
        migrations.AlterField(
            model_name="monthlyvolume",
            name="region",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.region",
            ),
        ),
    ]
