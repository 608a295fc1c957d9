"""The tables of a région's page: 12 rolling months by type and by sector, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from dashboard.charts.chart import Column, Table, Unit, column
from dashboard.charts.contributors import is_small
from dashboard.charts.sectors import sector_label
from dashboard.charts.volumes import Group, growth_words
from dashboard.exhibits import Block, Exhibit
from indicators.details import GrowthOrigin
from indicators.evidence import RegionEvidence
from indicators.series import Measures, SectorFigures
from reference import french
from reference.months import in_french
from reference.numbers import NARROW

READING_12M = (
    "Documents et ESMS distincts des 12 mois\u202f; le taux rapporte les ESMS qui ont alimenté à "
    "ceux ouverts dans le dernier mois reçu."
)
CHANGE = "evolution"


def key_figures(evidence: RegionEvidence, groups: Sequence[Group]) -> Block:
    """The documents of 12 months by type, and the ESMS that fed and their documents by sector."""
    measures = evidence.region.measures
    first, last = measures.window
    return Block(
        code="chiffres",
        heading="Chiffres clés sur 12 mois glissants",
        message=f"De {in_french(first)} à {in_french(last)}",
        reading=READING_12M,
        exhibits=(
            _by_type(measures, groups),
            _by_sector(measures),
        ),
    )


def _by_type(measures: Measures, groups: Sequence[Group]) -> Exhibit:
    window = pd.date_range(*measures.window, freq="MS")
    year = measures.documents[measures.documents.index.isin(window)].sum()
    sums = {group.code: float(year[year.index.isin(group.types)].sum()) for group in groups}
    whole = sum(sums.values())
    shown = [group for group in groups if sums[group.code]]
    return Exhibit(
        "chiffres-types",
        Table(
            caption="Documents par type",
            corner="Type de document",
            rows=tuple(group.label for group in shown),
            columns=(
                column(
                    "documents", "Documents", Unit.DOCUMENTS, (sums[group.code] for group in shown)
                ),
                column("part", "Part", Unit.SHARE, (sums[group.code] / whole for group in shown)),
            ),
        ),
        bars="part",
    )


def _by_sector(measures: Measures) -> Exhibit:
    figures = [figure for figure in measures.sectors if figure.parc_12m or figure.contributors]
    return Exhibit(
        "chiffres-secteurs",
        Table(
            caption="ESMS ayant alimenté et documents par secteur",
            corner="Secteur",
            rows=tuple(sector_label(figure.sector) for figure in figures),
            columns=(
                column(
                    "esms", "ESMS ayant alimenté", Unit.ESMS, (one.contributors for one in figures)
                ),
                column(
                    "taux", "Taux sur 12 mois", Unit.RATE,
                    map(_rate, figures), map(_counts, figures),
                ),
                column(
                    "documents", "Documents", Unit.DOCUMENTS, (one.documents for one in figures)
                ),
                column(
                    "part", "Part des documents", Unit.SHARE,
                    (one.documents_share for one in figures),
                ),
            ),
        ),
        bars="part",
    )  # fmt: skip


def _rate(figure: SectorFigures) -> float | None:
    return None if is_small(figure.parc_12m) else figure.rate_12m


def _counts(figure: SectorFigures) -> str:
    """ "3 sur 14" where a percentage would say too much."""
    if figure.contributors_12m is None or figure.parc_12m is None:
        return ""
    return f"{figure.contributors_12m} sur {figure.parc_12m}"


def changed(changes: Iterable[float | None]) -> Column:
    """A column of changes in documents, with their signs."""
    values = tuple(changes)
    return Column(
        CHANGE,
        "Documents",
        Unit.DOCUMENTS,
        values,
        tuple(french.signed(french.integer(value)) for value in values),
    )


# --- Where growth comes from ----------------------------------------------------------------------


def growth(evidence: RegionEvidence, groups: Sequence[Group]) -> Block | None:
    """Which contributors, départements, sectors and types the change of documents comes from.

    None without a year to compare with.
    """
    origin = evidence.region.details.growth
    if origin is None:
        return None
    labels = {group.code: group.label for group in groups}
    kinds: dict[str, int] = {}
    for change in origin.by_type:
        kind = evidence.groups.get(change.code, "autres")
        kinds[kind] = kinds.get(kind, 0) + change.change
    return Block(
        code="croissance",
        heading="D’où vient l’évolution des documents",
        message=_message(evidence.region.measures, origin),
        reading=(
            "Documents des 12 derniers mois reçus moins ceux des 12 mois précédents, à mois "
            "comparables. Un nouvel ESMS n’avait rien déposé dans les 12 mois précédents."
        ),
        exhibits=(
            _exhibit("origine", "Contributeurs", _contributors(origin)),
            _exhibit(
                "departements", "Département",
                {
                    french.typographic(change.label): change.change
                    for change in origin.by_departement
                },
            ),
            _exhibit(
                "secteurs", "Secteur",
                {sector_label(change.code): change.change for change in origin.by_sector},
            ),
            _exhibit(
                "types", "Type de document",
                {
                    labels.get(kind, "Autres"): change
                    for kind, change in sorted(kinds.items(), key=lambda item: -item[1])
                },
            ),
        ),
    )  # fmt: skip


def _contributors(origin: GrowthOrigin) -> dict[str, int]:
    new = french.count(origin.new_count, "nouvel ESMS", "nouveaux ESMS")
    stopped = french.count(origin.stopped_count, "ESMS arrêté", "ESMS arrêtés")
    parts = {new: origin.new, "ESMS déjà actifs": origin.active, stopped: origin.stopped}
    if origin.carried:
        parts["Porté par l’OG, site non identifié"] = origin.carried
    return parts


def _exhibit(code: str, corner: str, changes: Mapping[str, int]) -> Exhibit:
    kept = {label: change for label, change in changes.items() if change}
    return Exhibit(
        f"croissance-{code}",
        Table(
            caption=f"Évolution en un an, par {corner.lower().removesuffix('s')}",
            corner=corner,
            rows=tuple(kept),
            columns=(changed(kept.values()),),
        ),
        bars=CHANGE,
    )


def _message(measures: Measures, origin: GrowthOrigin) -> str:
    """The change, and what each part of it adds or takes."""
    words = growth_words(measures.growth) or (
        f"{french.signed(french.count(origin.change, 'document'))} en un an"
    )
    parts = {
        "de nouveaux ESMS": origin.new,
        "d’ESMS déjà actifs": origin.active,
        "d’ESMS arrêtés": origin.stopped,
        "portés par un OG": origin.carried,
    }
    told = [f"{french.signed(french.integer(part))} {name}" for name, part in parts.items() if part]
    return f"{words}{NARROW}: {french.listing(told)}" if told else words
