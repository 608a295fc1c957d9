"""One of each thing that has a page, in Bourgogne-Franche-Comté, in Bretagne and in the nation."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import AccessToken, User
from accounts.tokens import make as make_key
from dashboard.editions import freeze
from dashboard.models import (
    DeckTemplate,
    Edition,
    Export,
    ExportKind,
    ExportState,
    Letter,
    SlideSelection,
    TypedFigure,
)
from dashboard.unsubscribing import stop_url
from ingestion.arbitration import decide
from ingestion.models import (
    Arbitration,
    Extract,
    HeaderMapping,
    Kind,
    Source,
    State,
    default_source,
)
from ingestion.process import process
from ingestion.receive import receive
from reference.models import Event, LegalEntity, Programme, Region
from tests.ingestion import world
from tests.ingestion.world import brought, facility, line, published

OURS = ("ingestion", "dashboard", "accounts")
#: A legal entity with facilities in two régions: its lines are to be arbitrated.
OWNER = world.number("75", 500)
SLUG = "bourgogne-franche-comte"

Arguments = Mapping[str, object]


@dataclass(frozen=True)
class Places:
    """The arguments of the addresses: those of the région's own objects, and of others'."""

    published: Extract
    ready: Extract
    to_map: Extract
    members: Extract
    source: Source
    mapping: HeaderMapping
    national: Extract
    national_source: Source
    national_mapping: HeaderMapping
    event: Event
    edition: Edition
    typed_figure: TypedFigure
    export: Export
    slides: SlideSelection
    template: DeckTemplate
    stop: str
    key: AccessToken


def build(author: User) -> Places:
    """The world of `tests.ingestion.world`, with files in the states that have pages."""
    region = world.build()
    world.add_facility("21", 50, owner=OWNER)
    world.add_facility("35", 52, owner=OWNER)
    entity = LegalEntity.objects.get(finess=OWNER)
    one = published([line(facility("21", 1), 5), line(OWNER, 11)], name="janvier.csv")
    decide(region, entity, Arbitration.CARRY, None, author)
    decide(Region.objects.get(pk="53"), entity, Arbitration.SET_ASIDE, None, author)
    programme = Programme.objects.create(code="essai", name="Essai")
    own = Source.objects.create(name="Éditeur d’ici", region=region)
    nation = default_source()
    return Places(
        published=one,
        ready=brought([line(facility("21", 1), 6, month="2025-02")], name="fevrier.csv"),
        to_map=_asked(region),
        members=process(
            receive(
                io.BytesIO(f"FINESS ET\n{facility('21', 1)}\n".encode()),
                name="membres.csv",
                region=region,
                kind=Kind.PROGRAMME,
                programme=programme,
            )
        ),
        source=own,
        mapping=_mapping(own, region),
        national=brought([line(facility("35", 1), 3)], name="france.csv", region=None),
        national_source=nation,
        national_mapping=_mapping(nation, None),
        event=Event.objects.create(region=region, month=dt.date(2025, 1, 1), label="Cibles"),
        typed_figure=TypedFigure.objects.create(
            region=region, label="ESMS financés", value="3", source="Essai", on=dt.date(2025, 1, 1)
        ),
        key=make_key(author, "Rapport", 30)[0],
        stop=stop_url(author, Letter.DIGEST, region.code).rstrip("/").rpartition("/")[2],
        edition=freeze(region, "Comité", dt.date(2026, 1, 26), actor=author)[0],
        export=Export.objects.create(
            region=region,
            author=author,
            kind=ExportKind.DECK,
            state=ExportState.READY,
            size=2,
            data_version=1,
            file=ContentFile(b"PK", "diapositives.pptx"),
            expires_at=timezone.now(),
            made_at=timezone.now(),
        ),
        slides=SlideSelection.objects.create(user=author, region=region, shared=True),
        template=DeckTemplate.objects.create(
            region=region, name="Essai", file=ContentFile(b"PK", "modele.pptx")
        ),
    )


def _asked(region: Region) -> Extract:
    content = f"Identifiant;Papier;Combien\n{facility('21', 1)};SYNTH;3\n".encode()
    extract = process(receive(io.BytesIO(content), name="2025-03.csv", region=region))
    assert extract.state == State.TO_MAP
    return extract


def _mapping(source: Source, region: Region | None) -> HeaderMapping:
    return HeaderMapping.objects.create(
        source=source,
        region=region,
        signature="0" * 64,
        headers=[["a", "A"], ["b", "B"], ["c", "C"]],
        columns={"fields": {"finess": "a", "type": "b", "documents": "c"}},
    )


def names() -> set[str]:
    """The full name of every address of the three applications that people read."""
    return set(_named(get_resolver().url_patterns, ""))


def _named(patterns: list[URLPattern | URLResolver], space: str) -> list[str]:
    found = []
    for each in patterns:
        if isinstance(each, URLResolver):
            if (each.namespace or space) in (*OURS, ""):
                found += _named(each.url_patterns, str(each.namespace or space))
        else:
            found.append(f"{space}:{each.name}")
    return found


def addresses(places: Places) -> dict[str, str]:
    """An address of each name, of the région's own objects."""
    month = {"slug": SLUG, "month": "2025-01"}
    own: dict[str, Arguments] = {
        **{
            f"ingestion:{name}": {"pk": places.published.pk}
            for name in ("extract", "correction", "withdraw", "republish", "reread", "purge")
        },
        **{
            f"ingestion:{name}": {"pk": places.ready.pk}
            for name in ("publish", "refresh_preview", "mode", "confirm")
        },
        **{f"ingestion:{name}": month for name in ("month", "difference", "withdraw_month")},
        "ingestion:foretell": {"pk": places.members.pk},
        "ingestion:mapping": {"pk": places.to_map.pk},
        "ingestion:models": {"name": "membres-programme.csv"},
        "ingestion:source": {"pk": places.source.pk},
        "ingestion:mapping_edit": {"pk": places.mapping.pk},
        "ingestion:mapping_forget": {"pk": places.mapping.pk},
        "ingestion:arbitrate": {"slug": SLUG, "finess": OWNER},
        "ingestion:forget_decision": {"slug": SLUG, "finess": OWNER},
        "dashboard:region": {"slug": SLUG},
        "dashboard:region_table": {"slug": SLUG},
        "dashboard:region_chart": {"slug": SLUG, "chart": "types"},
        "dashboard:typed_figures": {"slug": SLUG},
        "dashboard:typed_figure": {"slug": SLUG, "pk": places.typed_figure.pk},
        "dashboard:typed_figure_remove": {"slug": SLUG, "pk": places.typed_figure.pk},
        "dashboard:perimeter": {"slug": SLUG},
        "dashboard:freshness": {"slug": SLUG},
        "dashboard:texts": {"slug": SLUG},
        "dashboard:region_text": {"slug": SLUG},
        "dashboard:departement_text": {"code": "21", "subject": "esms"},
        "dashboard:editions": {"slug": SLUG},
        "dashboard:edition": {"slug": SLUG, "pk": places.edition.pk},
        "dashboard:edition_export": {"slug": SLUG, "pk": places.edition.pk},
        **{f"dashboard:{name}": {"key": places.export.pk} for name in ("export", "export_file")},
        "dashboard:region_export": {"slug": SLUG},
        **{
            f"dashboard:{name}": {"slug": SLUG}
            for name in ("slides", "slide_add", "deck_templates", "deck_template_model")
        },
        "dashboard:shared_slides": {"key": places.slides.key},
        **{
            f"dashboard:{name}": {"slug": SLUG, "pk": places.template.pk}
            for name in ("deck_template_file", "deck_template_remove")
        },
        "dashboard:departement_export": {"code": "21"},
        "dashboard:departement": {"code": "21"},
        "dashboard:departement_chart": {"code": "21", "chart": "esms"},
        "dashboard:departement_facilities": {"code": "21"},
        "dashboard:region_facilities": {"slug": SLUG},
        **{f"dashboard:{name}": {"slug": SLUG} for name in ("goals", "goals_import")},
        **{f"dashboard:{name}": {"slug": SLUG} for name in ("programmes", "programme_add")},
        "dashboard:programme": {"slug": SLUG, "code": "essai"},
        "dashboard:programme_file": {"slug": SLUG, "code": "essai", "name": "par-mois"},
        "dashboard:departement_programme": {"code": "21", "programme": "essai"},
        "dashboard:departement_programme_file": {
            "code": "21",
            "programme": "essai",
            "name": "par-mois",
        },
        "dashboard:goals_file": {"slug": SLUG, "name": "reperes"},
        "dashboard:goal_add": {"slug": SLUG, "kind": "evenements"},
        **{
            f"dashboard:{name}": {"slug": SLUG, "kind": "evenements", "pk": places.event.pk}
            for name in ("goal", "goal_delete")
        },
        "dashboard:data": {"name": "territoires", "form": "csv"},
        "dashboard:unsubscribe": {"token": places.stop},
        "accounts:key_revoke": {"pk": places.key.pk},
        "accounts:password_reset_confirm": {"uidb64": "MQ", "token": "set-password"},
    }
    return {name: reverse(name, kwargs=dict(own.get(name, {}))) for name in names()}
