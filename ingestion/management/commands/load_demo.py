"""`manage.py load_demo`: the fictitious register, accounts and monthly files."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingestion.demo.load import DemoRefused, folder, is_loaded, load_demo


class Command(BaseCommand):
    help = "Charge la démonstration : registre, comptes et fichiers mensuels fictifs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        loaded = is_loaded()
        try:
            load_demo(self.stdout.write)
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from None
        state = "déjà chargée" if loaded else "chargée"
        self.stdout.write(f"Démonstration {state}. Comptes et fichiers\u202f: {folder()}")
