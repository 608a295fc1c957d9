"""The paragraph under the chart of sectors: balance, rank in the region, reach, lever."""

from __future__ import annotations

from collections.abc import Callable

from indicators.commentary.absent import nothing_received
from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.commentary.view import SMALL_BASE, View
from indicators.commentary.words import SECTORS, alternatives, locative, of, ordinal
from indicators.evidence import TerritoryEvidence
from indicators.series import Measures, SectorFigures
from reference import french

#: From these shares on, the first sector is alone, dominant, in the majority.
ALONE, DOMINANT = 0.95, 0.8
#: A sector is worth a clause of its own from this share on.
PRESENT = 0.03
#: A part of documents that differs so much from that of ESMS is a contrast.
CONTRAST = 0.08


def write_sectors(view: View) -> Paragraph:
    """The reading of the sectors that feed in a département."""
    nothing = nothing_received(view)
    if nothing is not None:
        return Paragraph((nothing,))
    only = view.measures.selection.sector
    if only is not None:
        return Paragraph((_filtered(view),))
    present = _present(view.measures)
    if not present:
        return Paragraph((_nobody(view),))
    written = [
        _balance(view, present),
        _absent_sectors(view, present),
        _rank(view),
        _reach(view),
        _volumes(view, present),
        _lever(view),
    ]
    return Paragraph(tuple(sentence for sentence in written if sentence is not None))


def share_of(code: str) -> Callable[[TerritoryEvidence], float | None]:
    """The share of a sector among the ESMS that feed; None without any, or on a small base."""

    def share(evidence: TerritoryEvidence) -> float | None:
        if total(evidence.measures) < SMALL_BASE:
            return None
        return next((s.share for s in evidence.measures.sectors if s.sector == code), None)

    return share


def total(measures: Measures) -> int:
    """How many ESMS fed in the window."""
    return sum(figures.contributors for figures in measures.sectors)


def _present(measures: Measures) -> list[SectorFigures]:
    """The sectors that feed, the first first."""
    found = [figures for figures in measures.sectors if figures.contributors]
    return sorted(found, key=lambda figures: -figures.contributors)


def _nobody(view: View) -> Sentence:
    line = Line()
    line.keep("ESMS ayant alimenté sur la fenêtre", 0.0)
    window = view.window_words(line)
    return line.end(
        f"{window}, aucun ESMS n’a alimenté Mon espace santé {locative(view.territory)} : il n’y a "
        "pas de répartition par secteur"
    )


def _filtered(view: View) -> Sentence:
    line = Line()
    sector = view.measures.selection.sector
    name = SECTORS[str(sector)]
    fed = line.count("ESMS ayant alimenté sur la fenêtre", total(view.measures), "ESMS", "ESMS")
    line.keep("secteur", name)
    window = view.window_words(line)
    return line.end(
        f"la sélection ne retient que le secteur {name} : {fed} de ce secteur "
        f"{'a' if total(view.measures) < 2 else 'ont'} alimenté Mon espace santé "
        f"{locative(view.territory)} {window}",
        view.link(secteur=str(sector)),
    )


def _part(view: View, line: Line, figures: SectorFigures) -> str:
    """A sector's part: "89 %", or "8 ESMS" on a small base."""
    if total(view.measures) < SMALL_BASE or figures.share is None:
        return f"{line.say(f'ESMS {figures.sector}', figures.contributors)} ESMS"
    return line.say(f"part {figures.sector} des ESMS qui alimentent", figures.share)


def _balance(view: View, present: list[SectorFigures]) -> Sentence:
    line = Line()
    window = view.window_words(line)
    fed = line.count("ESMS ayant alimenté sur la fenêtre", total(view.measures), "ESMS", "ESMS")
    first, *others = present
    main = SECTORS[first.sector]
    part = _part(view, line, first)
    seconds = [f for f in others if (f.share or 0) >= PRESENT][:2]
    second = french.listing(
        [f"le secteur {SECTORS[f.sector]} pour {_part(view, line, f)}" for f in seconds]
    )
    whose, place = of(view.territory), locative(view.territory)
    share = first.share or 0.0
    if not others:
        everyone = f"les {fed} qui ont alimenté Mon espace santé {place} relèvent tous"
        if total(view.measures) == 1:
            everyone = f"le seul ESMS qui a alimenté Mon espace santé {place} relève"
        return line.end(f"{window}, {everyone} du secteur {main}", view.link(secteur=first.sector))
    behind = f", {second}" if second else ""
    if total(view.measures) < SMALL_BASE:
        text = (
            f"{fed} ont alimenté Mon espace santé {place} {window} : le secteur {main} en compte "
            f"{part}{behind.replace(' pour ', ' : ')}"
        )
        return line.end(text, view.link(secteur=first.sector))
    if share >= ALONE:
        variants: tuple[str, ...] = (
            (
                f"{window}, l’alimentation {whose} est portée de manière quasi exclusive par le "
                f"secteur {main} : {part} des {fed} qui ont alimenté{behind}"
            ),
            (
                f"le secteur {main} réunit {part} des {fed} ayant alimenté Mon espace santé "
                f"{place} {window}{behind} : la concentration est extrême"
            ),
        )
    elif share >= DOMINANT:
        variants = (
            (
                f"la répartition des {fed} ayant alimenté Mon espace santé {place} {window} est "
                f"largement dominée par le secteur {main}, avec {part} d’entre eux{behind}"
            ),
            (
                f"{place}, le secteur {main} représente {part} des {fed} qui ont alimenté Mon "
                f"espace santé {window}{behind}"
            ),
            f"{window}, {part} des {fed} {whose} qui alimentent relèvent du secteur {main}{behind}",
        )
    elif share >= 0.65:
        variants = (
            (
                f"{window}, les {fed} {whose} qui ont alimenté restent majoritairement du secteur "
                f"{main} ({part}), mais la présence des autres est "
                f"réelle{': ' + second if second else ''}"
            ),
            (
                f"{place}, le secteur {main} domine sans être seul : {part} des {fed} ayant "
                f"alimenté {window}{behind}"
            ),
        )
    else:
        variants = (
            (
                f"{place}, la répartition des {fed} ayant alimenté {window} apparaît équilibrée : "
                f"le secteur {main} compte pour {part}{behind}"
            ),
            (
                f"{window}, aucun secteur n’écrase les autres parmi les {fed} {whose} qui "
                f"alimentent : {part} pour le secteur {main}{behind}"
            ),
        )
    return line.end(view.pick(0, variants), view.link(secteur=first.sector))


def _absent_sectors(view: View, present: list[SectorFigures]) -> Sentence | None:
    """The sectors that have ESMS and none that feeds."""
    fed = {figures.sector for figures in present}
    open_ = [f for f in view.measures.sectors if f.sector not in fed and (f.month_parc or 0) > 0]
    if not open_:
        return None
    line = Line()
    names = [SECTORS[f.sector].split(" (")[0] for f in open_ if f.sector != "INCONNU"]
    for f in open_:
        line.keep(f"ESMS {f.sector}", 0)
    if not names:
        return None
    listed = french.listing(names)
    variants: tuple[str, ...] = (
        f"aucun ESMS d’un autre champ ({alternatives(names)}) n’a encore déposé",
        f"les autres champs ({listed}) n’ont pas commencé à alimenter",
        f"restent absents les champs suivants : {listed}",
    )
    return line.end(view.pick(1, variants))


def _rank(view: View) -> Sentence | None:
    """The rank of the département for PA or PH in its region, when it is among the first."""
    line = Line()
    code = "PH"
    own, rank = share_of(code)(view.here), view.rank(share_of(code))
    known = sum(share_of(code)(one) is not None for one in view.whole.departements.values())
    if own is None or rank is None or known < 3:
        return None
    line.keep("rang de la part PH dans la région", rank)
    region = share_of(code)(view.whole.region)
    against = (
        ""
        if region is None
        else f" ({line.say('part PH des ESMS qui alimentent en région', region)}"
        " pour l’ensemble de la région)"
    )
    if rank <= 2:
        which = "premier" if rank == 1 else "deuxième"
        variants: tuple[str, ...] = (
            f"c’est le {which} département de la région pour la place du handicap{against}",
            (
                f"cette part des personnes handicapées le place au {ordinal(rank)} rang de la "
                f"région{against}"
            ),
        )
    elif rank == known:
        variants = (
            f"la part du handicap y est la plus faible de la région{against}",
            f"aucun autre département de la région n’a une part du handicap aussi faible{against}",
        )
    else:
        return None
    return line.end(view.pick(2, variants), view.link(secteur=code))


def _reach(view: View) -> Sentence | None:
    """The rate over 12 months of PA beside that of PH: a split means little without it."""
    pairs = [(code, view.sector(code)) for code in ("PA", "PH")]
    line = Line()
    words = []
    for code, figures in pairs:
        if figures is None or figures.contributors_12m is None or not figures.parc_12m:
            continue
        fed = line.say(f"ESMS {code} ayant alimenté sur 12 mois", figures.contributors_12m)
        parc = line.say(f"ESMS {code} ouverts", figures.parc_12m)
        if figures.parc_12m < SMALL_BASE or figures.rate_12m is None:
            words.append((code, f"{fed} ESMS sur {parc}"))
        else:
            rate = line.say(f"taux {code} sur 12 mois", figures.rate_12m)
            words.append((code, f"{rate} ({fed} sur {parc})"))
    if len(words) < 2:
        return None
    months = line.say("nombre de mois du taux annuel", 12)
    (_, elders), (_, disabled) = words
    variants: tuple[str, ...] = (
        (
            f"rapporté aux ESMS ouverts, l’écart se mesure ainsi : {elders} des ESMS pour "
            f"personnes âgées ont alimenté en {months} mois, {disabled} dans le champ du handicap"
        ),
        (
            f"le taux sur {months} mois est de {elders} pour les personnes âgées et de {disabled} "
            "pour le handicap"
        ),
        (
            f"au regard des ESMS ouverts, l’alimentation sur {months} mois concerne {elders} dans "
            f"le champ des personnes âgées, contre {disabled} dans celui du handicap"
        ),
    )
    return line.end(view.pick(3, variants), view.link())


def _volumes(view: View, present: list[SectorFigures]) -> Sentence | None:
    """A sector whose part of the documents is far from its part of the ESMS."""
    if total(view.measures) < SMALL_BASE:
        return None
    gaps = [
        (figures.documents_share - figures.share, figures)
        for figures in present
        if figures.share is not None and figures.documents_share is not None
    ]
    if not gaps:
        return None
    gap, figures = max(gaps, key=lambda pair: abs(pair[0]))
    if abs(gap) < CONTRAST:
        return None
    line = Line()
    name = SECTORS[figures.sector]
    share = line.say(f"part {figures.sector} des ESMS qui alimentent", figures.share or 0.0)
    documents = line.say(f"part {figures.sector} des documents", figures.documents_share or 0.0)
    how = "davantage" if gap > 0 else "moins"
    variants: tuple[str, ...] = (
        (
            f"en volume, le secteur {name} pèse {how} : {documents} des documents pour {share} des "
            "ESMS qui alimentent"
        ),
        (
            f"le contraste avec les volumes est à relever : {documents} des documents viennent du "
            f"secteur {name}, pour {share} des ESMS"
        ),
    )
    return line.end(view.pick(4, variants), view.link(secteur=figures.sector))


def _lever(view: View) -> Sentence | None:
    """The sector that has the most ESMS without any deposit: where to go next."""
    reach = [
        (figures.parc_12m - figures.contributors_12m, figures)
        for figures in view.measures.sectors
        if figures.parc_12m is not None
        and figures.contributors_12m is not None
        and figures.sector != "INCONNU"
    ]
    if not reach:
        return None
    silent, figures = max(reach, key=lambda pair: pair[0])
    if silent <= 0:
        return None
    line = Line()
    count = line.count(f"ESMS {figures.sector} sans dépôt sur 12 mois", silent, "ESMS", "ESMS")
    months = line.say("nombre de mois du taux annuel", 12)
    parc = line.say(f"ESMS {figures.sector} ouverts", figures.parc_12m or 0)
    name = SECTORS[figures.sector]
    variants: tuple[str, ...] = (
        (
            f"le potentiel le plus large se trouve dans le secteur {name}, où {count} sur {parc} "
            f"n’ont rien déposé en {months} mois"
        ),
        (
            f"un accompagnement ciblé du secteur {name} s’impose en premier : {count} sur {parc} y "
            f"sont sans dépôt depuis {months} mois"
        ),
        (
            f"pour diversifier l’alimentation, le premier levier est le secteur {name}, avec "
            f"{count} sans dépôt en {months} mois (sur {parc})"
        ),
    )
    return line.end(view.pick(5, variants), view.link(secteur=figures.sector, parmi="sans-depot"))
