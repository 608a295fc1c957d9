"""The table of the cache in which workers leave the readings of régions for web processes."""

from django.core.management import call_command
from django.db import migrations


def create(*_):
    call_command("createcachetable", "dashboard_reading", verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0001_initial")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
