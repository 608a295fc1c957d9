"""The paragraph under the chart of sectors: balance, rank in the region, reach, lever."""

from __future__ import annotations

from collections.abc import Callable

from indicators.commentary.absent import nothing_received
from indicators.commentary.phrases import sectors as phrases
from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.commentary.view import SMALL_BASE, View
from indicators.commentary.words import SECTORS, alternatives, locative, of
from indicators.evidence import TerritoryEvidence
from indicators.series import Measures, SectorFigures
from reference import french
from reference.models import Sector

#: A sector is worth a clause of its own from this share on.
PRESENT = 0.03
#: A part of documents that differs so much from that of ESMS is a contrast.
CONTRAST = 0.08
UNKNOWN = str(Sector.UNKNOWN)


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
        _others(view, present),
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
    """The part of each sector that counts."""
    line = Line()
    first, *others = present
    count = total(view.measures)
    words = {
        "window": view.window_words(line),
        "fed": line.count("ESMS ayant alimenté sur la fenêtre", count, "ESMS", "ESMS"),
        "main": SECTORS[first.sector],
        "whose": of(view.territory),
        "place": locative(view.territory),
    }
    link = view.link(secteur=first.sector)
    if not others:
        template = phrases.ONLY_ONE if count == 1 else phrases.ONLY_ONE_SECTOR
        return line.end(template.format(**words), link)
    small = count < SMALL_BASE
    words["part"] = _part(view, line, first)
    behind = [
        f"{_part(view, line, figures)} du secteur {SECTORS[figures.sector]}"
        for figures in others
        if small or (figures.share or 0.0) >= PRESENT
    ][: len(others) if small else 2]
    words["behind"] = f", {french.listing(behind)}" if behind else ""
    share = first.share or 0.0
    ways = next(ways for least, ways in phrases.BALANCES if share >= least)
    return line.end((phrases.SMALL if small else view.pick(0, ways)).format(**words), link)


def _others(view: View, present: list[SectorFigures]) -> Sentence | None:
    """The sectors that hardly feed, and those that have ESMS and none that feeds."""
    if total(view.measures) < SMALL_BASE:
        return None
    line = Line()
    clauses = []
    marginal = [f for f in present[1:] if (f.share or 0.0) < PRESENT]
    if marginal:
        names = [
            f"{_field(f)} ({line.count(f'ESMS {f.sector}', f.contributors, 'ESMS', 'ESMS')})"
            for f in marginal
        ]
        many = len(names) > 1
        start, verb = (
            ("les champs", "restent marginaux") if many else ("le champ", "reste marginal")
        )
        clauses.append(f"{start} {french.listing(names)} {verb}")
    fed = {figures.sector for figures in present}
    absent = [
        f
        for f in view.measures.sectors
        if f.sector not in fed and f.month_parc and f.sector != UNKNOWN
    ]
    if absent:
        for figures in absent:
            line.keep(f"ESMS {figures.sector}", 0)
        ways = phrases.ABSENT if len(absent) > 1 else phrases.ABSENT_ONE
        text = view.pick(1, ways).format(
            listed=french.listing([_field(f) for f in absent]),
            either=alternatives([_field(f) for f in absent]),
        )
        clauses.append(text)
    return line.end(" ; ".join(clauses)) if clauses else None


def _field(figures: SectorFigures) -> str:
    """A sector as a field of action: "protection de l’enfance"."""
    return SECTORS[figures.sector].split(" (")[0]


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
    line.keep("part PH des ESMS qui alimentent", own)
    if region is None:
        return None
    regional = line.say("part PH des ESMS qui alimentent en région", region)
    against = f"{regional} pour l’ensemble"
    if rank > 2 and rank != known:
        return None
    ways = (phrases.HIGHEST, phrases.SECOND, phrases.LOWEST)[2 if rank == known else rank - 1]
    return line.end(view.pick(2, ways).format(region=against), view.link(secteur=code))


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
    text = view.pick(3, phrases.REACHES).format(elders=elders, disabled=disabled, months=months)
    return line.end(text, view.link())


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
    text = view.pick(4, phrases.CONTRASTS).format(
        name=name, share=share, documents=documents, how="davantage" if gap > 0 else "moins"
    )
    return line.end(text, view.link(secteur=figures.sector))


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
    text = view.pick(5, phrases.LEVERS).format(name=name, count=count, parc=parc, months=months)
    return line.end(text, view.link(secteur=figures.sector, parmi="sans-depot"))
