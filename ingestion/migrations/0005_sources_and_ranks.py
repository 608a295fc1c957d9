"""The default source; the rank of each layer, which was that of its extract's first layer."""

from django.db import migrations
from django.db.models import Min, OuterRef, Subquery


def fill(apps, _schema_editor):
    Source = apps.get_model("ingestion", "Source")
    Extract = apps.get_model("ingestion", "Extract")
    Layer = apps.get_model("ingestion", "Layer")
    source, _ = Source.objects.get_or_create(region=None, name="Assurance maladie")
    Source.objects.get_or_create(
        region=None, name="Assurance maladie (cumul)", counting="cumulative"
    )
    Extract.objects.filter(source=None).update(source=source)
    first = (
        Layer.objects.filter(extract=OuterRef("extract"))
        .order_by()
        .values("extract")
        .annotate(first=Min("pk"))
        .values("first")
    )
    Layer.objects.update(rank=Subquery(first))


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0004_workflow")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
