"""What lies behind the volumes of a département, block by block, beside its région.

Each block has a message made by rule, a sentence that says how to read it, and tables that are
also files. Names of organisations are for référents and above: `names`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from dashboard.charts.chart import SMALL_BASE, Column, Table, Unit, column, words
from dashboard.charts.wording import period_words
from dashboard.exhibits import Block, Exhibit
from dashboard.growth_block import growth_block
from dashboard.peaks_block import peaks_block
from indicators.details import EntityVolume, TypeVolume
from indicators.evidence import TerritoryEvidence
from reference import french
from reference.months import iso
from reference.numbers import NARROW

#: Lines of the list of types before what is left is added up.
TYPES_SHOWN = 15


def blocks(here: TerritoryEvidence, there: TerritoryEvidence, *, names: bool) -> tuple[Block, ...]:
    """Every block, over the window of the selection; `there` is the région.

    Nothing at all without a document in the window.
    """
    if not here.details.typing.documents:
        return ()
    found = (
        _typing(here, there, names=names),
        _others(here, names=names),
        _regularity(here, there),
        _concentration(here, there, names=names),
        growth_block(
            here.details.growth,
            here.measures.last_received,
            names=names,
            sector=here.measures.selection.sector,
        ),
        peaks_block(here, names=names),
    )
    return tuple(block for block in found if block is not None)


def _territories(
    here: TerritoryEvidence, there: TerritoryEvidence, caption: str, columns: Sequence[Column]
) -> Table:
    """One line for the territory, one for its région."""
    rows = tuple(one.measures.selection.territory.name for one in (here, there))
    return Table(f"{caption}, {_window(here)}", "Territoire", rows, tuple(columns))


def _window(evidence: TerritoryEvidence) -> str:
    return period_words(*evidence.measures.window)


# --- Types ------------------------------------------------------------------------------------


def _typing(here: TerritoryEvidence, there: TerritoryEvidence, *, names: bool) -> Block:
    own, other = here.details.typing, there.details.typing
    heading = "Qualité du typage et diversité des documents"
    table = _territories(
        here,
        there,
        heading,
        (
            column("documents", "Documents", Unit.DOCUMENTS, (own.documents, other.documents)),
            column("generiques", "Types génériques", Unit.SHARE, (own.generic, other.generic)),
            column(
                "diversite", "Types utilisés à parts égales", Unit.MEAN,
                (_rounded(own.diversity), _rounded(other.diversity)),
            ),
        ),
    )  # fmt: skip
    return Block(
        code="typage",
        heading=heading,
        message=_typing_message(here, there),
        reading=(
            "Un type générique (synthèse, document du secteur social ou médico-social, libellé non "
            f"reconnu) dit peu du contenu{NARROW}: moins il y en a, mieux les documents sont "
            "retrouvés. La diversité compte les types comme s’ils étaient utilisés à parts égales."
        ),
        exhibits=(
            Exhibit("typage", table),
            _types(
                "types", f"Types de documents, {_window(here)}", here, here.details.types, names
            ),
        ),
    )


def _typing_message(here: TerritoryEvidence, there: TerritoryEvidence) -> str:
    own, other = here.details.typing, there.details.typing
    if own.documents < SMALL_BASE or own.generic is None:
        return f"{french.count(own.documents, 'document')} sur la période"
    message = f"{french.percent(own.generic, 0)} de types génériques"
    if other.generic is not None:
        message += f" ({french.percent(other.generic, 0)} dans la région)"
    if own.diversity is None:
        return message
    message += (
        f"{NARROW}; la diversité équivaut à {french.decimal(own.diversity)} types utilisés à "
        "parts égales"
    )
    if other.diversity is None:
        return message
    return f"{message} ({french.decimal(other.diversity)} dans la région)"


def _others(here: TerritoryEvidence, *, names: bool) -> Block:
    """What charts show as "Autres"."""
    kinds = here.details.others
    name = french.quoted("Autres")
    documents = sum(kind.documents for kind in kinds)
    message = f"Aucun document sous {name}"
    if kinds:
        share = french.percent(documents / here.details.typing.documents)
        first = _named(kinds[0])
        of_them = (
            f"de {len(kinds)} types, d’abord {first}"
            if len(kinds) > 1
            else f"d’un seul type, {first}"
        )
        message = f"{french.count(documents, 'document')} ({share}) {of_them}"
    return Block(
        code="autres",
        heading=f"Contenu de la catégorie {name}",
        message=message,
        reading=(
            "Les graphiques réunissent sous ce nom tous les types que le comité ne suit pas un à "
            "un, précis pour la plupart."
        ),
        exhibits=(
            _types("contenu-autres", f"Contenu de {name}, {_window(here)}", here, kinds, names),
        )
        if kinds
        else (),
    )


def _named(kind: TypeVolume) -> str:
    return french.quoted(french.typographic(kind.label))


def _types(
    code: str, caption: str, here: TerritoryEvidence, kinds: Sequence[TypeVolume], names: bool
) -> Exhibit:
    """Types with their volumes, since when, and the OG that feed most of each."""
    shown, rest = kinds[:TYPES_SHOWN], kinds[TYPES_SHOWN:]
    rows = [f"{french.typographic(kind.label)} ({kind.code})" for kind in shown]
    documents: list[float] = [kind.documents for kind in shown]
    shares = [kind.share for kind in shown]
    since = [french.short_month(kind.since).replace(" ", "\u00a0") for kind in shown]
    entities = [", ".join(map(french.typographic, kind.entities)) or "–" for kind in shown]
    links = [_link(here, type=kind.code) if names else "" for kind in shown]
    if rest:
        rows.append(f"{french.count(len(rest), 'autre type', 'autres types')}")
        documents.append(sum(kind.documents for kind in rest))
        shares.append(sum(kind.share for kind in rest))
        since.append(french.short_month(min(kind.since for kind in rest)))
        entities.append("–")
        links.append("")
    columns = [
        column("documents", "Documents", Unit.DOCUMENTS, documents),
        column("part", "Part des documents", Unit.SHARE, shares),
        words("depuis", "Depuis", since),
    ]
    if names and all(kind.entities for kind in shown):
        columns.append(words("og", "Principaux organismes gestionnaires", entities))
    table = Table(caption, "Type de document", tuple(rows), tuple(columns))
    return Exhibit(code, table, bars="documents", links=tuple(links))


def _link(here: TerritoryEvidence, **query: str) -> str:
    """The query string of the ESMS behind some documents of the window."""
    first, last = here.measures.window
    sector = here.measures.selection.sector
    months = {"de": iso(first), "a": iso(last)} | ({"secteur": str(sector)} if sector else {})
    return f"?{urlencode(months | query)}"


# --- Facilities -------------------------------------------------------------------------------


def _regularity(here: TerritoryEvidence, there: TerritoryEvidence) -> Block:
    own, other = here.details, there.details
    heading = "Intensité et régularité des dépôts"
    small = own.contributors < SMALL_BASE
    counts = f"{own.regular} sur {own.contributors} ESMS"
    if own.intensity is None or own.regularity is None:
        message = "L’intensité et la régularité ne sont pas disponibles"
    else:
        regular = (
            counts
            if small
            else f"{french.percent(own.regular / own.contributors, 0)} des ESMS qui alimentent"
        )
        message = (
            f"{_median(own.intensity)} par ESMS et par mois en médiane"
            f"{_beside(other.intensity)}{NARROW}; {regular} déposent régulièrement"
            f"{_beside_share(there)}"
        )
    table = _territories(
        here,
        there,
        heading,
        (
            column(
                "esms", "ESMS ayant alimenté", Unit.ESMS, (own.contributors, other.contributors)
            ),
            column(
                "intensite", "Documents par ESMS et par mois (médiane)", Unit.MEAN,
                (_rounded(own.intensity), _rounded(other.intensity)),
            ),
            column(
                "regularite", "Mois avec dépôt depuis le premier (médiane)", Unit.SHARE,
                (own.regularity, other.regularity),
            ),
            column("reguliers", "ESMS réguliers", Unit.ESMS, (own.regular, other.regular)),
        ),
    )  # fmt: skip
    return Block(
        code="regularite",
        heading=heading,
        message=message,
        reading=(
            "L’intensité est la médiane des documents déposés par un ESMS dans un mois où il "
            "alimente. Un ESMS est régulier quand il a déposé dans au moins 80\u202f% des mois "
            "reçus depuis son premier dépôt."
        ),
        exhibits=(Exhibit("regularite", table),),
        remarks=_small(own.contributors),
    )


def _median(value: float) -> str:
    """ "13 documents", "13,5 documents"."""
    if value == int(value):
        return french.count(value, "document")
    return f"{french.decimal(value)} document{'s' if value >= 2 else ''}"


def _beside(value: float | None) -> str:
    if value is None:
        return ""
    told = french.integer(value) if value == int(value) else french.decimal(value)
    return f" ({told} dans la région)"


def _beside_share(there: TerritoryEvidence) -> str:
    regular, all_of_them = there.details.regular, there.details.contributors
    if not all_of_them:
        return ""
    return f" ({french.percent(regular / all_of_them, 0)} dans la région)"


def _small(base: int) -> tuple[str, ...]:
    if base >= SMALL_BASE:
        return ()
    return (f"Moins de {SMALL_BASE} ESMS{NARROW}: effectifs, à lire avec prudence.",)


def _concentration(here: TerritoryEvidence, there: TerritoryEvidence, *, names: bool) -> Block:
    own, other = here.details.concentration, there.details.concentration
    heading = "Concentration par organisme gestionnaire"
    table = _territories(
        here,
        there,
        heading,
        (
            column("part", "Part des 5 premiers", Unit.SHARE, (own.share, other.share)),
            column(
                "organismes", "Organismes gestionnaires qui alimentent", Unit.ESMS,
                (own.entities, other.entities),
            ),
        ),
    )  # fmt: skip
    if own.share is None:
        message = "La concentration n’est pas disponible"
    elif own.entities <= len(own.largest):
        carriers = french.count(own.entities, "seul organisme porte", "organismes portent")
        message = f"{carriers} tous les documents"
    else:
        message = (
            f"Les {len(own.largest)} premiers organismes portent {french.percent(own.share, 0)} "
            f"des documents{_beside_concentration(other.share)}"
        )
    exhibits = [Exhibit("concentration", table)]
    if names and own.largest:
        exhibits.append(_largest(here, own.largest))
    return Block(
        code="concentration",
        heading=heading,
        message=message,
        reading=(
            f"Part des documents des organismes qui en déposent le plus{NARROW}: plus elle est "
            "grande, plus les volumes dépendent de quelques-uns."
        ),
        exhibits=tuple(exhibits),
    )


def _beside_concentration(share: float | None) -> str:
    return "" if share is None else f", {french.percent(share, 0)} dans la région"


def _largest(here: TerritoryEvidence, entities: Sequence[EntityVolume]) -> Exhibit:
    table = Table(
        f"Premiers organismes gestionnaires, {_window(here)}",
        "Organisme gestionnaire",
        tuple(french.typographic(one.name) or one.finess for one in entities),
        (
            column("documents", "Documents", Unit.DOCUMENTS, (one.documents for one in entities)),
            column("part", "Part des documents", Unit.SHARE, (one.share for one in entities)),
        ),
    )
    links = tuple(_link(here, og=one.finess) for one in entities)
    return Exhibit("premiers-organismes", table, bars="documents", links=links)


def _rounded(value: float | None) -> float | None:
    """As much as a table shows and a file needs."""
    return None if value is None else round(value, 2)
