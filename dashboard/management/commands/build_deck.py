"""`manage.py build_deck --region CODE [--departement CODE] [--working] --output FILE`: slides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.decks.build import make_deck
from dashboard.pieces.order import NothingReceivedError, Order
from reference.models import Departement, Region


class Command(BaseCommand):
    """Writes the standard deck of a région, or of one département; public unless asked."""

    help = "Make the slides of a région or of one of its départements."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", required=True, help="official code: 27")
        parser.add_argument("--departement", help="official code: 21")
        parser.add_argument(
            "--working", action="store_true", help="with names, marked so: not to be given away"
        )
        parser.add_argument("--output", required=True, type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"Aucune région n’a le code {options['region']}.")
        departement = None
        if options["departement"]:
            departement = Departement.objects.filter(
                code=options["departement"], region=region
            ).first()
            if departement is None:
                raise CommandError(
                    f"Aucun département {options['departement']} dans la région {region.name}."
                )
        try:
            content = make_deck(
                Order(
                    region,
                    departement=departement,
                    working=options["working"],
                    link=settings.MES_SITE_URL.rstrip("/"),
                )
            ).content
        except NothingReceivedError as error:
            raise CommandError(f"Aucun mois reçu pour la région {error}.") from error
        options["output"].write_bytes(content)
        if not settings.MES_SITE_URL:
            self.stderr.write(
                "Les diapositives n’ont pas de lien vers leurs pages\u202f: MES_SITE_URL n’est pas "
                "définie."
            )
        self.stdout.write(f"{options['output']}\u202f: {len(content) // 1024} Ko")
