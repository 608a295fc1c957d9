"""The nomenclatures that come with the product, and the row that names the data's state."""

from django.db import migrations

from reference import nomenclatures


def load(apps, _schema_editor):
    nomenclatures.load(apps.get_model)


def unload(_apps, _schema_editor):
    nomenclatures.unload()


class Migration(migrations.Migration):
    dependencies = [("reference", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
