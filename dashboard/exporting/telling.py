"""Who is told that an export is made, in the transaction that makes it so: links, no figures."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from accounts.address import absolute_url
from dashboard.exporting.words import usual_name
from dashboard.letters import key_of, post
from dashboard.models import EXPORT_READY, Export, ExportState, Letter, Subscription
from indicators.models import CoveredMonth
from reference.french import typographic
from reference.months import in_french

SITE = "Mon espace santé en ESMS"


def tell(export: Export) -> None:
    """Write the letters about an export that was just made, or that could not be."""
    if export.author is not None:
        export.refresh_from_db(fields=["notify"])  # may have been asked while the file was made
        if export.notify:
            _tell_author(export)
    elif export.edition_id is None and export.state == ExportState.READY:
        _tell_subscribers(export)


def page_of(export: Export) -> str:
    """The whole address of the page of an export."""
    return absolute_url(reverse("dashboard:export", args=[export.pk]))


def _tell_author(export: Export) -> None:
    assert export.author is not None  # noqa: S101  # the caller looked
    if export.state == ExportState.READY:
        said = f"Votre fichier est prêt\u202f: {usual_name(export)}."
        subject = f"{SITE}\u202f: votre fichier est prêt"
        said = f"{said}\n{export.problem}".strip()  # what is to be known of it
    else:
        said = f"Votre fichier n’a pas pu être préparé\u202f: {usual_name(export)}."
        subject = f"{SITE}\u202f: votre fichier n’a pas pu être préparé"
    # Asked again, it is told again.
    key = key_of(export.region, f"export:{export.pk}:{export.asked_at:%Y%m%d%H%M%S}")
    post(export.author, EXPORT_READY, key, subject, _letter(said, export))


def _tell_subscribers(export: Export) -> None:
    """Tell those who asked for the slides of the région; each figures' deck once."""
    covered = CoveredMonth.objects.filter(departement__region=export.region)
    months = sorted(set(covered.values_list("month", flat=True)))
    if not months:
        return
    key = key_of(export.region, f"deck:{export.figures}")
    place, until = typographic(export.region.of), in_french(months[-1])
    subject = f"{SITE}\u202f: diapositives {place}, {until}"
    said = (
        f"Après une publication, un fichier de diapositives {place} a été préparé avec les données "
        f"reçues jusqu’à {until}."
    )
    asked = Subscription.objects.filter(letter=Letter.DECK, region=export.region)
    for each in asked.select_related("user").order_by("pk"):
        post(each.user, Letter.DECK, key, subject, _letter(said, export))
    asked.update(told=months[-1])


def _letter(said: str, export: Export) -> str:
    kept = ""
    if export.state == ExportState.READY and export.expires_at is not None:
        until = timezone.localtime(export.expires_at)
        kept = f"\nLe fichier est gardé jusqu’au {until:%d/%m/%Y}.\n"
    return f"Bonjour,\n\n{said}\n\nSa page\u202f:\n{page_of(export)}\n{kept}"
