"""The register behind `tests.dashboard.world`: one organisation owns every facility."""

from __future__ import annotations

from reference.models import Facility, FacilityPeriod, LegalEntity


def own_all() -> None:
    """Give each facility that has none a period, in the same category and organisation."""
    entity, _ = LegalEntity.objects.get_or_create(finess="210009999", name="OG de test")
    FacilityPeriod.objects.bulk_create(
        FacilityPeriod(facility=facility, category_id="500", legal_entity=entity)
        for facility in Facility.objects.filter(periods=None).order_by("pk")
    )
