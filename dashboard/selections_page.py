"""What the page of a selection shows, and what its form says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from dashboard.forms import DEFAULT_MONTHS, SHARES
from dashboard.models import DeckTemplate, SlidePick, SlideSelection
from dashboard.pieces.content import Reader
from dashboard.pieces.order import NothingReceivedError
from dashboard.pieces.piece import (
    METHOD,
    NAMED,
    PROGRAMMES,
    SINCE,
    SYNTHESIS,
    codes_of_departement,
    codes_of_region,
    programme_in,
)
from dashboard.programme_reading import programme_page
from dashboard.selections import MAX_PICKS, Basket, Edit, piece_of
from indicators.snapshot import snapshot
from reference import french
from reference.models import Departement, Region, Sector
from reference.months import parse_month

#: The longest title of a slide, and of a selection.
MAX_TITLE, MAX_NAME = 200, 150
CONTROL = re.compile(r"[\x00-\x1f]")
NUMBER = re.compile(r"\d{1,9}", re.ASCII)
#: What shows the same whatever the months of its page.
TIMELESS = frozenset({SYNTHESIS, SINCE, METHOD})
#: How the form writes what a page opened before showed of a row.
SEEN = "{rank}|{kept:d}|{title}"


@dataclass(frozen=True)
class Row:
    """A chosen slide as the list shows it. `automatic`: the title made by rule, when asked for."""

    pick: SlidePick
    number: int  # from 1
    label: str
    place: str
    period: str
    page: str
    named: bool  # in working versions only
    automatic: str = ""

    @property
    def name(self) -> str:
        """What buttons call it."""
        return self.pick.title or f"{self.label}, {self.place}"

    @property
    def seen(self) -> str:
        """Its state when the page was made, to tell later what was changed on it."""
        return SEEN.format(rank=self.number - 1, kept=self.pick.kept, title=self.pick.title)


def rows(
    region: Region,
    places: Mapping[str, Departement],
    picks: Iterable[SlidePick],
    titles: Mapping[int, str],
) -> list[Row]:
    """The slides of a selection in their order; `titles`: the automatic ones by key."""
    return [
        Row(
            pick=pick,
            number=number,
            label=label_of(pick),
            place=_place(region, places, pick.territory),
            period="" if pick.code in TIMELESS else period_of(pick.query),
            page=page_of(region, pick.territory, pick.code, pick.query),
            named=pick.code in NAMED,
            automatic=titles.get(pick.pk, ""),
        )
        for number, pick in enumerate(picks, 1)
    ]


def label_of(pick: SlidePick) -> str:
    """The French name of what a slide shows."""
    if pick.code in PROGRAMMES:
        named = french.quoted(programme_in(pick.query))
        return f"Programme {named}, {PROGRAMMES[pick.code]}"
    codes = codes_of_region() if pick.territory.startswith("R") else codes_of_departement()
    return codes.get(pick.code, pick.code)


def _place(region: Region, places: Mapping[str, Departement], territory: str) -> str:
    place = places.get(territory.removeprefix("D"))
    return french.typographic(place.name if place else region.name)


def page_of(region: Region, territory: str, code: str, query: str) -> str:
    """The address of what a slide shows: its button, on the page where it was chosen."""
    if territory.startswith("D"):
        page = reverse("dashboard:departement", args=[territory[1:]])
    else:
        page = reverse("dashboard:region", args=[region.slug])
    if code in PROGRAMMES:
        asked = urlencode([pair for pair in parse_qsl(query) if pair[0] != "programme"])
        page, query = programme_page(region, territory, programme_in(query)), asked
    if code == METHOD:
        return reverse("dashboard:method")
    return f"{page}{'?' if query else ''}{query}#ajouter-{code}"


def period_of(query: str) -> str:
    """The months and the sector that a slide shows: "janv. 2024 à déc. 2025, PA"."""
    given = dict(parse_qsl(query))
    first, last = (
        french.short_month(parse_month(given[name])) if name in given else ""
        for name in ("de", "a")
    )
    if first and last:
        words = f"{first} à {last}"
    elif first or last:
        words = f"à partir {french.of(first)}" if first else f"jusqu’à {last}"
    else:
        words = f"{DEFAULT_MONTHS} derniers mois reçus"
    told = [words]
    if "secteur" in given:
        told.append(french.typographic(Sector(given["secteur"]).label))
    if given.get("documents") == SHARES:
        told.append("en parts")
    if "esms" in given:
        told.append("en nombre")
    return ", ".join(told)


def automatic_titles(region: Region, picks: Sequence[SlidePick]) -> dict[int, str]:
    """The title made by rule of each slide, by key; none when no month was received.

    Reads each report once by territory and period: asked for, never part of the plain page.
    """
    with snapshot() as version:
        try:
            reader = Reader(region, version)
        except NothingReceivedError:
            return {}
        return {pick.pk: _automatic(reader, pick) for pick in picks}


def _automatic(reader: Reader, pick: SlidePick) -> str:
    pick = SlidePick(territory=pick.territory, code=pick.code, query=pick.query)
    try:
        return reader.content(piece_of(pick)).title
    except LookupError:
        return ""


# --- What its form says ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Changes:
    """What somebody changed on their page, and what of it could not be understood, in French."""

    edits: tuple[Edit, ...]
    problems: tuple[str, ...]


def read_changes(posted: Mapping[str, str], basket: Basket) -> Changes:
    """Compare each posted row with what its page showed: only what differs was changed.

    Rows of slides that left meanwhile are passed over.
    """
    edits, problems = [], []
    for pick in basket.picks:
        seen = _seen(posted.get(f"vu-{pick.pk}", ""))
        if seen is None:
            continue
        rank, kept, title = seen
        new_title = clean(posted.get(f"titre-{pick.pk}", title))
        new_kept = f"garder-{pick.pk}" in posted
        place = posted.get(f"place-{pick.pk}", f"{rank + 1}").strip()
        new_rank, problem = _rank(place, rank, len(basket.picks))
        if len(new_title) > MAX_TITLE:
            problem, new_title = _too_long("d’une diapositive", MAX_TITLE, new_title), title
        if problem:
            problems.append(problem)
        edits.append(
            Edit(
                pk=pick.pk,
                title=new_title if new_title != title else None,
                kept=new_kept if new_kept != kept else None,
                rank=new_rank,
            )
        )
    return Changes(tuple(edits), tuple(problems))


def _seen(text: str) -> tuple[int, bool, str] | None:
    """What a page showed of a row; None without it."""
    rank, _, rest = text.partition("|")
    kept, parted, title = rest.partition("|")
    if not (NUMBER.fullmatch(rank) and kept in {"0", "1"} and parted):
        return None
    return int(rank), kept == "1", title


def _rank(place: str, rank: int, count: int) -> tuple[int | None, str]:
    """The rank that a place means when it was changed, or what is wrong with it."""
    if place == f"{rank + 1}":
        return None, ""
    if not NUMBER.fullmatch(place) or not 1 <= int(place) <= count:
        said = french.quoted(place[:20])
        return None, f"{said} n’est pas une place\u202f: indiquez un nombre de 1 à {count}."
    return int(place) - 1, ""


def read_name(
    posted: Mapping[str, str], selection: SlideSelection, templates: Sequence[DeckTemplate]
) -> tuple[str, ...]:
    """Give a selection the title and the template that were changed; what was wrong with them."""
    problems = []
    title = clean(posted.get("titre", ""))
    if len(title) > MAX_NAME:
        problems.append(_too_long("de la sélection", MAX_NAME, title))
    elif "titre" in posted and title != posted.get("vu-titre", ""):
        selection.title = title
    chosen = posted.get("modele", "")
    if "modele" in posted and chosen != posted.get("vu-modele", ""):
        found = next((each for each in templates if f"{each.pk}" == chosen), None)
        if chosen and found is None:
            problems.append("Ce modèle n’existe pas, ou plus\u202f: choisissez-en un autre.")
        else:
            selection.template = found
    return tuple(problems)


def clean(text: str) -> str:
    """A text of one line, as the database and the packages of Office take it."""
    return " ".join(CONTROL.sub(" ", text).split())


def _too_long(of: str, most: int, text: str) -> str:
    said = french.quoted(f"{text[:30]}…")
    return f"Le titre {of} a {most} caractères au plus\u202f: {said} n’a pas été enregistré."


# --- What is offered ------------------------------------------------------------------------------


def sets_of(region: Region, places: Mapping[str, Departement]) -> list[tuple[str, str]]:
    """The standard sets of slides: territory, and how it is called."""
    return [
        (f"R{region.code}", f"Toute la région ({french.typographic(region.name)})"),
        *((f"D{code}", french.typographic(place.name)) for code, place in places.items()),
    ]


def full(count: int) -> bool:
    """Whether a selection takes no more slides."""
    return count >= MAX_PICKS
