"""The preview of a file as its page shows it: words and numbers, from the JSON that is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.models import Extract, Mode
from reference.months import in_french, parse_month
from reference.numbers import grouped
from reference.spreadsheets import Cell

NOTHING = "n.\u00a0d."
#: From a doubling on, people say "×2,4" sooner than "+140 %".
SAID_AS_RATIO = 2
#: Above it, only the départements that miss a month are shown one by one.
MAX_PLACES = 30
MAX_SHOWN = 20
#: The tables of a comparison and the facilities that move, by their names in addresses.
FILES = {
    "departement": "par-departement",
    "month": "par-mois",
    "type": "par-type",
    "gone": "esms-disparus",
    "new": "esms-nouveaux",
}


@dataclass(frozen=True)
class GridCell:
    """A month of a département: `count` accepted records, or a question (`value` to send).

    `published`: something is published there now.
    """

    count: str = ""
    value: str = ""
    confirmed: bool = False
    published: bool = False
    label: str = ""

    @property
    def state(self) -> str:
        """What is said in place of a count; "" when there is one."""
        if not self.value:
            return ""
        if self.confirmed:
            return "zéro"
        return "absent, publié" if self.published else "non reçu"


@dataclass(frozen=True)
class Grid:
    """Months × départements of a file. `complete`: how many rows that miss nothing are left out."""

    months: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell, ...]], ...]
    complete: int
    questions: int
    confirmed: int


@dataclass(frozen=True)
class Line:
    """A line of a comparison: measures as (published now, once published, difference).

    `numbers`: those of the documents, then of the facilities, as files hold them.
    """

    label: str
    documents: tuple[str, str, str]
    facilities: tuple[str, str, str] | None
    numbers: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A comparison by one thing. `partial`: some differences leave out what is not published."""

    name: str
    title: str
    head: str
    lines: tuple[Line, ...]
    partial: bool

    @property
    def file(self) -> str:
        """Its name in the address of its file."""
        return FILES[self.name]

    @property
    def without_comparison(self) -> bool:
        """Whether something is not published yet."""
        return any(NOTHING in line.documents for line in self.lines if not line.total)

    @property
    def with_facilities(self) -> bool:
        """Whether contributors are compared too."""
        return self.lines[0].facilities is not None


@dataclass(frozen=True)
class Moves:
    """Facilities that appear or leave: how many, and the first ones (FINESS, name, documents).

    `named`: all those whose name is kept, for a file.
    """

    name: str
    title: str
    total: int
    rows: tuple[tuple[str, str, str], ...]
    named: tuple[tuple[str, str, int], ...]

    @property
    def file(self) -> str:
        """Its name in the address of its file."""
        return FILES[self.name]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.total - len(self.rows)


def heads(preview: dict[str, Any]) -> dict[str, str]:
    """The columns of a comparison: what the file is compared with, and what it would make."""
    if preview["reference"]:
        return {"before": in_french(parse_month(preview["reference"])), "after": "Ce fichier"}
    return {"before": "Publié", "after": "Après"}


def tables(preview: dict[str, Any]) -> list[Table]:
    """The comparison with what is published, by département, month (if several) and type."""
    comparison = preview["comparison"]
    wanted = [("departement", "Par département", "Département")]
    if len(comparison["month"]) > 2:  # the last line is the total
        wanted.append(("month", "Par mois", "Mois"))
    wanted.append(("type", "Par type de document", "Type de document"))
    return [_table(name, title, head, comparison[name]) for name, title, head in wanted]


def _table(name: str, title: str, head: str, lines: list[dict[str, Any]]) -> Table:
    partial = any(
        line[measure][0] is not None and line[measure][1] != line[measure][2]
        for line in lines
        for measure in ("documents", "facilities")
        if measure in line
    )
    shown = [_line(each, name, comparable=partial and _sums_up(each, name)) for each in lines]
    if partial:
        shown.append(_whole(lines[-1]))
    return Table(name, title, head, tuple(shown), partial)


def _sums_up(line: dict[str, Any], name: str) -> bool:
    """Whether a line adds up cells of which some may have nothing to be compared with."""
    return name == "type" or not line["key"]


def _line(line: dict[str, Any], name: str, *, comparable: bool) -> Line:
    """A line of a table; `comparable`: it tells only the cells known on both sides."""
    label = line["key"]
    if label and name == "month":
        label = in_french(parse_month(label))
    measures = [line[name] for name in ("documents", "facilities") if name in line]
    return Line(
        label=label or ("Total comparable" if comparable else "Total"),
        documents=_measure(*line["documents"], comparable=comparable),
        facilities=(
            _measure(*line["facilities"], comparable=comparable) if "facilities" in line else None
        ),
        numbers=tuple(
            number for measure in measures for number in _numbers(*measure, comparable=comparable)
        ),
        total=not line["key"],
    )


def _whole(total: dict[str, Any]) -> Line:
    """The total of the file, where the one above it tells comparable cells only."""
    facilities = (
        (NOTHING, grouped(total["facilities"][1]), NOTHING) if "facilities" in total else None
    )
    documents = (NOTHING, grouped(total["documents"][1]), NOTHING)
    known = [total[name][1] for name in ("documents", "facilities") if name in total]
    numbers = tuple(number for one in known for number in (NOTHING, one, NOTHING))
    return Line("Total du fichier", documents, facilities, numbers, total=True)


def _measure(
    before: int | None, after: int, same: int | None, *, comparable: bool
) -> tuple[str, str, str]:
    if before is None or same is None:
        return NOTHING, grouped(after), NOTHING
    return grouped(before), grouped(same if comparable else after), change(before, same)


def _numbers(
    before: int | None, after: int, same: int | None, *, comparable: bool
) -> tuple[Cell, Cell, Cell]:
    """The same, as files hold it."""
    if before is None or same is None:
        return NOTHING, after, NOTHING
    return before, same if comparable else after, same - before


def change(before: int, after: int) -> str:
    """A difference with its sign and size: "+12 (+3 %)", "+350 (×2,4)", "−5 (−100 %)", "="."""
    gap = after - before
    if gap == 0:
        return "="
    text = f"{'+' if gap > 0 else '−'}{grouped(abs(gap))}"
    if before == 0:
        return text
    if after >= SAID_AS_RATIO * before:
        return f"{text} (×{grouped(after / before, 1)})"
    share = abs(gap) / before * 100
    return f"{text} ({'+' if gap > 0 else '−'}{grouped(share, 0 if share >= 1 else 1)}\u202f%)"


def moves(preview: dict[str, Any]) -> list[Moves]:
    """The facilities new and gone, where something is published to compare with."""
    titles = {
        "gone": "ESMS publiés aujourd’hui, qui n’auraient plus aucun document",
        "new": "ESMS qui alimentent, absents de ce qui est publié",
    }
    if preview["reference"]:
        month = in_french(parse_month(preview["reference"]))
        titles = {
            "gone": f"ESMS qui ont alimenté en {month}, absents du fichier",
            "new": f"ESMS du fichier qui n’ont pas alimenté en {month}",
        }
    return [
        Moves(
            kind,
            title,
            preview["facilities"][kind]["total"],
            tuple(
                (finess, name, grouped(documents))
                for finess, name, documents in preview["facilities"][kind]["rows"][:MAX_SHOWN]
            ),
            tuple(tuple(row) for row in preview["facilities"][kind]["rows"]),
        )
        for kind, title in titles.items()
        if preview["facilities"][kind]["total"]
    ]


def grid(extract: Extract) -> Grid:
    """The months and départements of a ready file, with a question where it says nothing."""
    preview = extract.preview
    months = sorted(preview["covered"])
    confirmed = {(month, code) for month, code in extract.confirmed_cells}
    rows, complete = [], 0
    for code, name in preview["scope"]:
        cells = tuple(_cell(preview, month, code, name, confirmed) for month in months)
        asks = any(cell.value for cell in cells)
        if asks or len(preview["scope"]) <= MAX_PLACES:
            rows.append((name, cells))
        else:
            complete += 1
    if any("" in preview["covered"][month] for month in months):
        counts = [preview["covered"][month].get("", 0) for month in months]
        rows.append(("Non ventilé", tuple(GridCell(count=grouped(each)) for each in counts)))
    every = [cell for _, cells in rows for cell in cells]
    return Grid(
        tuple(in_french(parse_month(month)) for month in months),
        tuple(rows),
        complete,
        sum(bool(cell.value) and not cell.confirmed for cell in every),
        sum(cell.confirmed for cell in every),
    )


def grid_lines(extract: Extract) -> Iterator[Sequence[Cell]]:
    """Every month and département of a ready file, as a file: records, or what is missing."""
    preview = extract.preview
    months = sorted(preview["covered"])
    confirmed = {(month, code) for month, code in extract.confirmed_cells}
    yield "Code", "Département", *(in_french(parse_month(month)) for month in months)
    for code, name in preview["scope"]:
        yield (
            code,
            name,
            *(
                cell.state or preview["covered"][month].get(code, 0)
                for month in months
                for cell in [_cell(preview, month, code, name, confirmed)]
            ),
        )
    if any("" in preview["covered"][month] for month in months):
        yield "", "Non ventilé", *(preview["covered"][month].get("", 0) for month in months)


def _cell(
    preview: dict[str, Any], month: str, code: str, name: str, confirmed: set[tuple[str, str]]
) -> GridCell:
    count = preview["covered"][month].get(code, 0)
    if count or (code in preview["covered"][month] and (month, code) not in confirmed):
        return GridCell(count=grouped(count))
    return GridCell(
        value=f"{month}:{code}",
        confirmed=(month, code) in confirmed,
        published=preview["missing"].get(month, {}).get(code, False),
        label=f"{name}, {in_french(parse_month(month))}\u202f: zéro document",
    )


def publishing_says(extract: Extract, *, mode: str | None = None) -> str:
    """What publishing a ready file does to its months and départements, in one sentence.

    `mode`: what another mode would do instead.
    """
    covered = extract.preview["covered"]
    cells = sum(len([code for code in places if code]) for places in covered.values())
    where = f"{cells} département{'s' * (cells > 1)} en {in_french(parse_month(min(covered)))}"
    if len(covered) > 1:
        where = f"{cells} cases (mois × département) de {len(covered)} mois"
    if (mode or extract.mode) == Mode.COMPLETE:
        return (
            f"Publier complétera {where}\u202f: les lignes du fichier s’ajoutent à ce qui est "
            "publié ou le corrigent, tout le reste demeure."
        )
    return (
        f"Publier remplacera {where}\u202f: ils auront exactement le contenu du fichier, et ce "
        "qu’ils contenaient avant n’y sera plus."
    )


def file_facts(extract: Extract) -> list[tuple[str, str]]:
    """How the file was read: its sheet, its columns, the totals lines that were left out."""
    file = extract.preview["file"]
    facts = []
    if file["sheet"]:
        facts.append(("Feuille lue", _sheet(file["sheet"], len(file["sheets"]))))
    facts += [(_capital(said), header) for said, header in file["columns"].items()]
    totals = file["totals"]
    if totals:
        said = f"{grouped(totals)}, reconnue{'s' * (totals > 1)} et non comptée{'s' * (totals > 1)}"
        facts.append(("Lignes de total", said))
    return facts


def _sheet(name: str, count: int) -> str:
    return f"«\u202f{name}\u202f»" + (f" (sur {count})" if count > 1 else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
