"""Files made beside the pages, slides chosen, letters asked for."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dashboard", "0003_editions_kept"),
        ("reference", "0004_events_and_targets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeckTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("file", models.FileField(upload_to="templates/", verbose_name="fichier")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="déposé le",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deck_templates",
                        to="reference.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "modèle de diapositives",
                "verbose_name_plural": "modèles de diapositives",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("deck", "Diapositives"), ("workbook", "Classeur")],
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("working", models.BooleanField(default=False, verbose_name="document de travail")),
                ("title", models.CharField(max_length=150, verbose_name="intitulé")),
                ("pieces", models.JSONField(default=list, verbose_name="contenu")),
                (
                    "link",
                    models.CharField(blank=True, max_length=200, verbose_name="adresse du site"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "En attente"),
                            ("making", "En préparation"),
                            ("ready", "Prêt"),
                            ("failed", "En échec"),
                            ("expired", "Supprimé"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="parties faites")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="parties en tout")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                ("problem", models.TextField(blank=True, verbose_name="ce qui n’a pas marché")),
                (
                    "file",
                    models.FileField(blank=True, upload_to="exports/", verbose_name="fichier"),
                ),
                (
                    "size",
                    models.PositiveBigIntegerField(null=True, verbose_name="taille en octets"),
                ),
                (
                    "data_version",
                    models.BigIntegerField(null=True, verbose_name="version des données"),
                ),
                (
                    "figures",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="empreinte des chiffres"
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="demandé le",
                    ),
                ),
                ("queued_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                ("made_at", models.DateTimeField(null=True, verbose_name="fait le")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="gardé jusqu’au")),
                (
                    "notify",
                    models.BooleanField(default=False, verbose_name="prévenir par courriel"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "departement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reference.departement",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to="dashboard.edition",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="reference.region",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dashboard.decktemplate",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "ordering": ["-asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "letter",
                    models.CharField(
                        choices=[
                            ("digest", "Point sur l’alimentation"),
                            ("deck", "Diapositives de la région"),
                            ("export", "Fichier prêt"),
                        ],
                        max_length=10,
                        verbose_name="courriel",
                    ),
                ),
                ("key", models.CharField(max_length=80, verbose_name="à propos de")),
                ("subject", models.CharField(max_length=200, verbose_name="objet")),
                ("body", models.TextField(verbose_name="texte")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="écrit le",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="à envoyer à partir de",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mailings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "courriel",
                "verbose_name_plural": "courriels",
            },
        ),
        migrations.CreateModel(
            name="SlideSelection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=150, verbose_name="titre")),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                        verbose_name="clé de partage",
                    ),
                ),
                ("shared", models.BooleanField(default=False, verbose_name="partagée")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slide_selections",
                        to="reference.region",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dashboard.decktemplate",
                        verbose_name="modèle",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slide_selections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sélection de diapositives",
                "verbose_name_plural": "sélections de diapositives",
            },
        ),
        migrations.CreateModel(
            name="SlidePick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveIntegerField(verbose_name="rang")),
                ("territory", models.CharField(max_length=4, verbose_name="territoire")),
                ("code", models.CharField(max_length=40, verbose_name="graphique")),
                ("query", models.CharField(blank=True, max_length=300, verbose_name="sélection")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="titre")),
                ("kept", models.BooleanField(default=True, verbose_name="à garder")),
                (
                    "selection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picks",
                        to="dashboard.slideselection",
                    ),
                ),
            ],
            options={
                "verbose_name": "diapositive choisie",
                "verbose_name_plural": "diapositives choisies",
                "ordering": ["rank", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "letter",
                    models.CharField(
                        choices=[
                            ("digest", "Point sur l’alimentation"),
                            ("deck", "Diapositives de la région"),
                        ],
                        max_length=10,
                        verbose_name="courriel",
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[("monthly", "Chaque mois"), ("quarterly", "Chaque trimestre")],
                        default="monthly",
                        max_length=10,
                        verbose_name="fréquence",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="depuis le",
                    ),
                ),
                ("told", models.DateField(null=True, verbose_name="dernier mois annoncé")),
                (
                    "departement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reference.departement",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reference.region",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "abonnement",
                "verbose_name_plural": "abonnements",
            },
        ),
        migrations.AddConstraint(
            model_name="decktemplate",
            constraint=models.UniqueConstraint(
                fields=("region", "name"), name="one_template_per_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.UniqueConstraint(
                condition=models.Q(("author", None), ("edition", None)),
                fields=("region", "figures"),
                name="one_scheduled_deck_per_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.UniqueConstraint(
                condition=models.Q(("edition__isnull", False)),
                fields=("edition",),
                name="one_deck_per_edition",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.UniqueConstraint(
                fields=("user", "letter", "key"), name="one_mailing_per_user_and_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="slideselection",
            constraint=models.UniqueConstraint(
                fields=("user", "region"), name="one_selection_per_region"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("user", "letter", "region", "departement"),
                name="one_subscription_per_territory",
                nulls_distinct=False,
            ),
        ),
    ]
