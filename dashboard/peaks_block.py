"""Where the peaks of a territory's documents come from, as a block of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dashboard.charts.chart import Column, Table, Unit, column
from dashboard.charts.sectors import sector_label
from dashboard.exhibits import Block, Exhibit
from indicators.evidence import TerritoryEvidence
from indicators.peaks import Part, PeakOrigin
from reference import french
from reference.months import in_french, iso
from reference.numbers import NARROW

CODE = "pics"
HEADING = "D’où viennent les pics"
READING = (
    "L’excédent d’un pic est ce que ses mois ont de plus que la moyenne des 5 mois reçus de part "
    "et d’autre, les autres pics mis à part. Chaque ligne compte le sien de la même façon\u202f: "
    "une ligne négative a moins déposé que d’ordinaire."
)
#: Lines of a table at most, besides the whole: those that weigh most.
SHOWN = 10

#: Below, an excess is written 0.
LEAST = 0.5

Parts = Callable[[PeakOrigin], Sequence[Part]]


def peaks_block(here: TerritoryEvidence, *, names: bool) -> Block | None:
    """By type, sector, and organisation where names may be; None without any peak."""
    origins = here.peaks
    if not origins:
        return None
    tables = [
        _by("type", "Type de document", origins, lambda one: one.types, _label),
        _by("secteur", "Secteur", origins, lambda one: one.sectors, _sector),
    ]
    if names:
        tables.append(
            _by("og", "Organisme gestionnaire", origins, lambda one: one.entities, _label)
        )
    told = [f"{in_french(one.peak.month)} ({_signed(one.excess)} documents)" for one in origins]
    return Block(
        code=CODE,
        heading=HEADING,
        message=f"{french.count(len(origins), 'pic')}{NARROW}: {french.listing(told)}",
        reading=READING,
        exhibits=tuple(tables),
        remarks=tuple(_events(origins)),
    )


def _by(
    code: str,
    corner: str,
    origins: Sequence[PeakOrigin],
    parts: Parts,
    label: Callable[[Part], str],
) -> Exhibit:
    """The excess of each peak and the share of it that each part makes."""
    found = [{part.code: part for part in parts(one)} for one in origins]
    labels = {part.code: label(part) for each in found for part in each.values()}
    weights = {key: sum(abs(each[key].excess) for each in found if key in each) for key in labels}
    told = (key for key in weights if any(_weighs(each.get(key)) for each in found))
    kept = sorted(told, key=lambda key: (-weights[key], key))[:SHOWN]
    columns = [
        each_column
        for one, each in zip(origins, found, strict=True)
        for each_column in _columns(one, [each.get(key) for key in kept])
    ]
    return Exhibit(
        f"pics-par-{code}",
        Table(
            f"Excédent des pics, par {corner.lower()}",
            corner,
            ("Ensemble", *(labels[key] for key in kept)),
            tuple(columns),
        ),
    )


def _weighs(part: Part | None) -> bool:
    """Whether an excess is written otherwise than 0."""
    return part is not None and abs(part.excess) >= LEAST


def _columns(origin: PeakOrigin, parts: Sequence[Part | None]) -> Iterator[Column]:
    """What each part adds to a peak: 0 for one that did not change."""
    month = origin.peak.month
    excesses = (origin.excess, *(part.excess if part else 0.0 for part in parts))
    yield Column(
        f"excedent-{iso(month)}",
        f"Excédent, {french.short_month(month)}",
        Unit.DOCUMENTS,
        excesses,
        tuple(map(_signed, excesses)),
    )
    shares = (1.0, *(part.share if part else 0.0 for part in parts))
    yield column(
        f"part-{iso(month)}",
        f"Part, {french.short_month(month)}",
        Unit.SHARE,
        shares if origin.excess > 0 else [None] * len(shares),
    )


def _events(origins: Sequence[PeakOrigin]) -> Iterator[str]:
    """What stands at each peak, and that nothing does at the others."""
    stood = [one for one in origins if one.events]
    for one in stood:
        month = french.of(in_french(one.peak.month))
        labels = [french.quoted(french.typographic(event.label)) for event in one.events]
        yield f"Autour du pic {month}{NARROW}: {french.listing(labels)}."
    if len(stood) < len(origins):
        which = "des autres pics" if stood else "de ces pics" if len(origins) > 1 else "de ce pic"
        yield f"Aucun événement n’est saisi autour {which}."


def _label(part: Part) -> str:
    return french.typographic(part.label)


def _sector(part: Part) -> str:
    return sector_label(part.code)


def _signed(number: float) -> str:
    return french.signed(french.integer(number))
