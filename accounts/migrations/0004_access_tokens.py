"""Personal keys of the data service."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="nom")),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="empreinte")),
                ("hint", models.CharField(max_length=12, verbose_name="début")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="créée le")),
                ("expires_at", models.DateTimeField(verbose_name="valable jusqu’au")),
                ("used_at", models.DateTimeField(null=True, verbose_name="utilisée le")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="révoquée le")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "clé d’accès",
                "verbose_name_plural": "clés d’accès",
                "ordering": ["-created_at", "-pk"],
            },
        ),
    ]
