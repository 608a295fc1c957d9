"""The page of one programme: key figures, a chart by month, tables by place, sector and cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.charts.chart import (
    SMALL_BASE,
    Chart,
    Column,
    Month,
    Table,
    Unit,
    column,
    words,
)
from dashboard.charts.contributors import is_small
from dashboard.charts.programme import programme_chart
from dashboard.charts.sectors import sector_label
from dashboard.charts.sparkline import sparkline
from dashboard.exhibits import Block, Exhibit
from dashboard.received import MISSING, PROVISIONAL, Cells, last_months, state
from dashboard.tiles import Tile
from indicators.programme_comparison import Comparison, Pair, TargetDates
from indicators.programme_parc import Reach
from indicators.selection import Selection
from reference import french
from reference.models import Event
from reference.months import in_french
from reference.spreadsheets import Cell

SILENT, TARGETS = "sans-depot", "dates-cibles"
PLACES, SECTOR_TABLE, VINTAGES, VENDORS = (
    "par-departement", "par-secteur", "par-millesime", "par-editeur",
)  # fmt: skip
UNSAID = "non précisé"
NARROW_SEMICOLON = "\u202f; "


@dataclass(frozen=True)
class ProgrammeReport:
    """What the page of a programme shows.

    `message`: the gap in a sentence, "" when it is unknown. `targets`: label and count, empty
    when no date is told.
    """

    comparison: Comparison
    message: str
    tiles: tuple[Tile, ...]
    chart: Chart
    blocks: tuple[Block, ...]
    targets: tuple[tuple[str, int], ...]
    silent: Table

    @property
    def tables(self) -> dict[str, tuple[str, Table, tuple[str, ...]]]:
        """Message, table and notes of each table that names no ESMS, by its code."""
        found: dict[str, tuple[str, Table, tuple[str, ...]]] = {
            exhibit.code: (block.message, exhibit.table, (block.reading,))
            for block in self.blocks
            for exhibit in block.exhibits
        }
        if self.targets:
            table = targets_table(self)
            found[TARGETS] = (table.caption, table, ())
        return found


def programme_report(
    comparison: Comparison,
    selection: Selection,
    names: Mapping[str, str],
    cells: Cells,
    events: Sequence[Event],
) -> ProgrammeReport:
    """Lay out a comparison.

    `names`: those of the départements. `cells`: what was received. `events`: those of the
    région, drawn on the chart.
    """
    return ProgrammeReport(
        comparison=comparison,
        message=gap_words(comparison),
        tiles=_tiles(comparison),
        chart=programme_chart(comparison, selection, months_of(selection, cells), events),
        blocks=_blocks(comparison, names, whole=selection.territory.is_region),
        targets=_targets(comparison.targets),
        silent=_silent(comparison, names),
    )


def months_of(selection: Selection, cells: Cells) -> tuple[Month, ...]:
    """Each month of the period with what was received of it."""
    codes, last = selection.territory.departement_codes, last_months(cells)
    months = []
    for month in selection.months:
        states = [state(cells, last, code, month) for code in codes]
        received = len(codes) - states.count(MISSING)
        partial = f"{received} départements sur {len(codes)}" if received < len(codes) else ""
        months.append(
            Month(month, received > 0, PROVISIONAL in states, partial if received else "")
        )
    return tuple(months)


# --- Key figures ----------------------------------------------------------------------------------


def _tiles(comparison: Comparison) -> tuple[Tile, ...]:
    gap = comparison.gap
    month = f"en {in_french(gap.month)}"
    year = f"12 mois à {in_french(gap.month)}"
    silent = gap.silent_members
    share = gap.of_members.parc
    of_members = (
        f"sur {french.integer(share)} membres" if is_small(share) or silent is None or not share
        else f"sur {french.integer(share)} membres, soit {french.percent(silent / share, 0)}"
    )  # fmt: skip
    return (
        _tile(
            "Membres parmi les ESMS du périmètre",
            french.integer(gap.members),
            f"sur {french.integer(gap.parc)} ESMS ouverts"
            + ("" if is_small(gap.parc) else f", soit {french.percent(gap.coverage, 0)}"),
            month,
        ),
        _tile(
            "Part des membres ayant alimenté",
            reach_words(gap.of_members),
            _of(gap.of_members),
            year,
        ),
        _tile(
            "Part des autres ayant alimenté", reach_words(gap.of_others), _of(gap.of_others), year
        ),
        _tile(
            "Membres qui n’alimentent pas",
            french.integer(silent),
            of_members if silent is not None else "moins de 9 mois reçus sur 12",
            year,
        ),
    )


def _tile(label: str, value: str, detail: str, period: str) -> Tile:
    return Tile(label, value, detail, None, "", period, sparkline([]), "")


def reach_words(reach: Reach) -> str:
    """A rate over 12 months; counts on a small base."""
    if reach.parc is None:
        return french.NOT_AVAILABLE
    return _of(reach) if is_small(reach.parc) else french.percent(reach.rate)


def reach_cell(reach: Reach) -> Cell:
    """The same in a file: the rate in percent, as a number; the words where there is none."""
    rate = None if is_small(reach.parc) else reach.rate
    return reach_words(reach) if rate is None else round(rate * 100, 2)


def _of(reach: Reach) -> str:
    """ "3 sur 14"."""
    if reach.parc is None:
        return "moins de 9 mois reçus sur 12"
    return (
        f"{french.integer(reach.fed)} sur {french.integer(reach.parc)}" if reach.parc else "aucun"
    )


def gap_words(comparison: Comparison) -> str:
    """What the page says first: the gap, in points, or why there is none."""
    gap = comparison.gap
    members, others = gap.rate_members, gap.rate_others
    small = is_small(gap.of_members.parc) or is_small(gap.of_others.parc)
    if small or members is None or others is None:
        return ""
    moved = french.apart(members, others)
    way = "de plus" if moved > 0 else "de moins"
    end = f"{french.points(moved)} {way} que les autres" if moved else "autant que les autres"
    return f"{french.percent(members)} des membres ont alimenté sur 12 mois, {end}"


# --- Tables ---------------------------------------------------------------------------------------


def _blocks(comparison: Comparison, names: Mapping[str, str], *, whole: bool) -> tuple[Block, ...]:
    """The tables; `whole`: of a région, and not of one of its départements."""
    month = in_french(comparison.gap.month)
    reading = (
        f"ESMS avec au moins un document dans les 12 mois à {month} ÷ ESMS du périmètre ouverts. "
        f"Sous {SMALL_BASE} ESMS, les effectifs remplacent le taux."
    )
    places = [(french.typographic(names[pair.code]), pair) for pair in comparison.departements]
    sectors = [(sector_label(pair.code), pair) for pair in comparison.sectors]
    titles = (
        ("Par département", "Département") if whole else ("Département et région", "Territoire")
    )
    blocks = [
        Block(
            "ecarts",
            "Membres et autres, par territoire et par secteur",
            _widest({"par département": places if whole else (), "par secteur": sectors}),
            reading,
            (
                Exhibit(PLACES, _pairs(*titles, places), "ecart"),
                Exhibit(SECTOR_TABLE, _pairs("Par secteur", "Secteur", sectors), "ecart"),
            ),
        )
    ]
    cohorts = tuple(
        Exhibit(
            code, _parts(caption, corner, [(part.value, part.members) for part in parts]), "taux"
        )
        for code, caption, corner, parts in (
            (VINTAGES, "Par millésime", "Millésime", comparison.vintages),
            (VENDORS, "Par éditeur du DUI", "Éditeur", comparison.vendors),
        )
        if any(part.value for part in parts)
    )
    if cohorts:
        blocks.append(
            Block("cohortes", "Membres, par cohorte", _best(comparison), reading, cohorts)
        )
    return tuple(blocks)


def _pairs(caption: str, corner: str, rows: Sequence[tuple[str, Pair]]) -> Table:
    pairs = [pair for _, pair in rows]
    gap = replace(
        column("ecart", "Écart", Unit.POINTS, map(_gap, pairs)), texts=tuple(map(_gap_text, pairs))
    )
    return Table(
        caption=caption,
        corner=corner,
        rows=tuple(name for name, _ in rows),
        columns=(
            *_reach_columns("membres", "Membres", [pair.members for pair in pairs]),
            *_reach_columns("autres", "Autres", [pair.others for pair in pairs]),
            gap,
        ),
    )


def _parts(caption: str, corner: str, rows: Sequence[tuple[str, Reach]]) -> Table:
    columns = _reach_columns("taux", "Taux des membres", [reach for _, reach in rows])
    return Table(caption, corner, tuple(value or UNSAID for value, _ in rows), tuple(columns))


def _reach_columns(code: str, label: str, reaches: Sequence[Reach]) -> list[Column]:
    """The counts in words, then the rate, unless the base is small."""
    rates = [None if is_small(reach.parc) else reach.rate for reach in reaches]
    reasons = ["effectif" if reach.parc and is_small(reach.parc) else "" for reach in reaches]
    return [
        words(f"{code}-effectif", f"{label}\u202f: alimentent sur ouverts", map(_of, reaches)),
        column(code, label, Unit.RATE, rates, reasons),
    ]


def _gap(pair: Pair) -> float | None:
    """The gap in points, as a fraction; None when unknown or on a small base."""
    members, others = pair.members, pair.others
    if is_small(members.parc) or is_small(others.parc):
        return None
    if members.rate is None or others.rate is None:
        return None
    return members.rate - others.rate


def _gap_text(pair: Pair) -> str:
    """The same in words, as far apart as the rates beside it are written."""
    members, others = pair.members.rate, pair.others.rate
    if _gap(pair) is None or members is None or others is None:
        return french.NOT_AVAILABLE
    return french.signed_points(french.apart(members, others))


def _widest(tables: Mapping[str, Sequence[tuple[str, Pair]]]) -> str:
    """The widest gap of each table, by the words that name it."""
    told = []
    for by, rows in tables.items():
        known = [(abs(gap), name, pair) for name, pair in rows if (gap := _gap(pair)) is not None]
        if known:
            _, name, pair = max(known, key=lambda each: each[0])
            told.append(f"{by}, {_gap_text(pair)} ({name})")
    if not told:
        return "Aucun écart ne peut être dit en pourcentage"
    return f"Plus grands écarts\u202f: {NARROW_SEMICOLON.join(told)}"


def _best(comparison: Comparison) -> str:
    known = [
        (part.members.rate, part.value)
        for part in comparison.vintages
        if part.value and part.members.rate is not None and not is_small(part.members.parc)
    ]
    if len(known) < 2:
        return "Les membres selon ce que dit la liste"
    rate, value = max(known)
    return f"Millésime {value}\u202f: {french.percent(rate)} des membres ont alimenté sur 12 mois"


def _targets(targets: TargetDates) -> tuple[tuple[str, int], ...]:
    """Where members stand with their target dates, in words."""
    if not targets.told:
        return ()
    return (
        ("cible atteinte dans les temps, ou sans date cible", targets.met),
        ("cible atteinte après la date", targets.late),
        ("date cible passée sans que la cible soit dite atteinte", targets.missed),
        ("date cible à venir", targets.ahead),
        ("aucune date dans la liste", targets.unknown),
    )


def targets_table(report: ProgrammeReport) -> Table:
    """How many members stand where with their target dates."""
    labels, counts = zip(*report.targets, strict=True)
    return Table(
        caption="Membres selon leur date cible",
        corner="Situation",
        rows=labels,
        columns=(column("membres", "Membres", Unit.ESMS, counts),),
    )


def _silent(comparison: Comparison, names: Mapping[str, str]) -> Table:
    """The members that do not feed, one line each."""
    silent = comparison.silent
    return Table(
        caption="Membres sans document sur 12 mois",
        corner="FINESS",
        rows=tuple(each.finess for each in silent),
        columns=(
            words("nom", "ESMS", (each.name for each in silent)),
            words(
                "departement", "Département",
                (french.typographic(names[each.departement]) for each in silent),
            ),
            words("secteur", "Secteur", (each.sector for each in silent)),
            words("porteur", "Porteur", (each.holder or "–" for each in silent)),
            words("millesime", "Millésime", (each.vintage or "–" for each in silent)),
            words("editeur", "Éditeur du DUI", (each.vendor or "–" for each in silent)),
            words(
                "cible", "Date cible",
                (f"{each.target_on:%d/%m/%Y}" if each.target_on else "–" for each in silent),
            ),
            words(
                "dernier", "Dernier dépôt",
                (french.short_month(each.last) if each.last else "jamais" for each in silent),
            ),
        ),
    )  # fmt: skip
