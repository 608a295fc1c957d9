"""What changed since a committee: an edition beside today, in a table and in one paragraph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.urls import reverse

from dashboard.charts.chart import Column, Table, Unit
from dashboard.charts.contributors import is_small
from dashboard.committees import Head, Meeting, head_of
from dashboard.editions import Json, ranked, summary
from dashboard.models import Edition
from dashboard.synthesis import NOTHING, UNALLOCATED
from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.evidence import RegionEvidence
from indicators.selection import Territory
from reference import french
from reference.models import Region
from reference.months import in_french

#: Below half of what is written, a change is none.
LEAST_POINTS = 0.0005


@dataclass(frozen=True)
class Pair:
    """A figure on both dates, and its change, as they are written.

    `numbers`: the same in their unit, None for what is written in counts or not known.
    """

    before: str
    after: str
    change: str
    numbers: tuple[float | None, float | None, float | None] = (None, None, None)


@dataclass(frozen=True)
class Row:
    """A territory then and now; `url` is "" for the région itself.

    `sites`: how many ESMS fed it over 12 months on both dates; None: not known.
    """

    name: str
    url: str
    documents: Pair
    rate: Pair
    rank: Pair
    sites: tuple[float | None, float | None]


@dataclass(frozen=True)
class Since:
    """What changed since the committee of an edition."""

    title: str
    committee_on: dt.date
    meeting: Meeting
    url: str
    month: dt.date  # the last received then
    now: dt.date  # the last received today
    rows: tuple[Row, ...]
    unallocated: Row | None  # the documents without a département, where there are or were any
    total: Row
    paragraph: Paragraph

    @property
    def lines(self) -> tuple[Row, ...]:
        """All of them in the order of the table, the région last."""
        carried = () if self.unallocated is None else (self.unallocated,)
        return (*self.rows, *carried, self.total)

    @property
    def then(self) -> str:
        """How a heading tells the earlier figures: "à fin décembre 2025"."""
        return self.meeting.then if self.month == self.now else f"à fin {in_french(self.month)}"

    @property
    def today(self) -> str:
        """How a heading tells today's figures, by their last month where it is another."""
        return "aujourd’hui" if self.month == self.now else f"à fin {in_french(self.now)}"


def editions_before(region: Region, committee_on: dt.date | None) -> QuerySet[Edition]:
    """The editions of a région for the committees before a day; None: all of them."""
    editions = Edition.objects.filter(region=region)
    return editions.filter(committee_on__lt=committee_on) if committee_on else editions


def since(region: Region, evidence: RegionEvidence, before: dt.date | None = None) -> Since | None:
    """What changed since the latest committee that has met with an edition, in one query.

    Where none has met, since the edition of the latest to come. `evidence`: that of today, over the
    months that pages open on. `before`: only committees before that day count. None without any
    edition.
    """
    edition = (
        editions_before(region, before)
        .annotate(summary=F("content__summary"), met=_met(evidence.region.measures.cut_off))
        .defer("content")
        .order_by("-met", "-committee_on", "-pk")
        .first()
    )
    if edition is None:
        return None
    edition.region = region
    return compare(head_of(edition), edition.summary, evidence)


def _met(cut_off: dt.date | None) -> ExpressionWrapper[Q]:
    """Whether a committee has met, as `committees.Head.meeting` tells it."""
    met = Q(at__date__gte=F("committee_on"))
    if cut_off is not None:
        met |= Q(committee_on__lte=cut_off)
    return ExpressionWrapper(met, output_field=BooleanField())


def since_table(found: Since) -> Table:
    """The same as a table: each département, documents without one, then the région."""
    rows = found.lines

    def three(name: str, label: str, unit: Unit, change: Unit, word: str) -> tuple[Column, ...]:
        pairs: list[Pair] = [getattr(row, name) for row in rows]
        kinds = (
            ("avant", f"{label} {found.then}", unit, [pair.before for pair in pairs]),
            ("maintenant", f"{label} {found.today}", unit, [pair.after for pair in pairs]),
            ("ecart", word, change, [pair.change for pair in pairs]),
        )
        return tuple(
            Column(
                f"{name}-{code}", heading, one, tuple(pair.numbers[rank] for pair in pairs),
                tuple(texts),
            )
            for rank, (code, heading, one, texts) in enumerate(kinds)
        )  # fmt: skip

    return Table(
        caption=f"Depuis {found.meeting.name}",
        corner="Territoire",
        rows=tuple(row.name for row in rows),
        columns=(
            *three("documents", "Documents", Unit.DOCUMENTS, Unit.RATE, "Évolution"),
            *three("rate", "Taux", Unit.RATE, Unit.POINTS, "Écart"),
            *three("rank", "Rang", Unit.RANK, Unit.RANK, "Places gagnées"),
        ),
    )


@dataclass(frozen=True)
class Both:
    """The figures of one territory then and now, as `editions.summary` has them."""

    territory: Territory
    before: Json
    after: Json

    def change(self, name: str) -> float | None:
        """The difference of a figure, None unless both are known."""
        before, after = self.before.get(name), self.after.get(name)
        return None if before is None or after is None else float(after - before)

    @property
    def small(self) -> bool:
        """Whether the rate of either date is over too few ESMS to be a percentage."""
        return any(is_small(each.get("parc")) for each in (self.before, self.after))

    @property
    def move(self) -> float:
        """The change of the rate, 0 when it would not be written."""
        change = None if self.small else self.change("rate")
        return change if change is not None and abs(change) >= LEAST_POINTS else 0.0


def compare(head: Head, before: dict[str, Json], evidence: RegionEvidence) -> Since:
    """An edition beside today; a département that it did not know is "n. d." there.

    Both are ranked by today's rule: the first editions ranked the smallest départements too.
    """
    before, today = ranked(before), summary(evidence)
    measured = [evidence.region, *evidence.departements.values()]
    found = {
        each.measures.selection.territory.code: each.measures.selection.territory
        for each in measured
    }
    total, *places = [
        Both(territory, before.get(code, {}), today[code]) for code, territory in found.items()
    ]
    measures = evidence.region.measures
    now, meeting = measures.last_received or head.month, head.meeting(measures.cut_off)
    return Since(
        title=head.title,
        committee_on=head.committee_on,
        meeting=meeting,
        url=reverse("dashboard:edition", args=[head.region.slug, head.number]),
        month=head.month,
        now=now,
        rows=tuple(_row(each) for each in places),
        unallocated=_unallocated_row(total),
        total=_row(total),
        paragraph=paragraph(head, meeting, now, total, places),
    )


# --- The table ------------------------------------------------------------------------------------


def _row(both: Both) -> Row:
    code = both.territory.departement_code
    return Row(
        name=french.typographic(both.territory.name),
        url=reverse("dashboard:departement", args=[code]) if code else "",
        documents=_documents(both),
        rate=_rate(both),
        rank=_rank(both),
        sites=(both.before.get("contributors"), both.after.get("contributors")),
    )


def _unallocated_row(region: Both) -> Row | None:
    before, after = _unallocated(region.before), _unallocated(region.after)
    if not before and not after:
        return None
    documents = Both(region.territory, {"documents": before}, {"documents": after})
    nothing = Pair(NOTHING, NOTHING, NOTHING)
    return Row(UNALLOCATED, "", _documents(documents), nothing, nothing, (None, None))


def _unallocated(figures: Json) -> float | None:
    """The documents of a région without a département; None: n. d., or an edition without them."""
    if figures.get("documents") is None or "unallocated" not in figures:
        return None
    return figures["unallocated"] or 0.0


def _documents(both: Both) -> Pair:
    before, after = both.before.get("documents"), both.after.get("documents")
    change = after / before - 1 if before and after is not None else None
    return Pair(
        french.integer(before),
        french.integer(after),
        "–" if change is None else french.signed_percent(change),
        (before, after, change),
    )


def _rate(both: Both) -> Pair:
    if both.small:
        return Pair(counts(both.before), counts(both.after), "–")
    change = both.change("rate")
    return Pair(
        french.percent(both.before.get("rate")),
        french.percent(both.after.get("rate")),
        "–" if change is None else french.signed_points(change),
        (both.before.get("rate"), both.after.get("rate"), change),
    )


def counts(figures: Json) -> str:
    """The ESMS that fed over 12 months of those open: "3 sur 12"."""
    part, whole = figures.get("contributors"), figures.get("parc")
    if part is None or whole is None:
        return french.NOT_AVAILABLE
    return f"{french.integer(part)} sur {french.integer(whole)}"


def _rank(both: Both) -> Pair:
    change = both.change("rank")
    return Pair(
        ordinal(both.before.get("rank")),
        ordinal(both.after.get("rank")),
        "–" if not change else french.signed(french.integer(-change)),
        (both.before.get("rank"), both.after.get("rank"), -change if change else None),
    )


def ordinal(rank: int | None) -> str:
    """A rank among départements: "1er", "2e"."""
    if rank is None:
        return "–"
    return "1er" if rank == 1 else f"{rank}e"


# --- The paragraph --------------------------------------------------------------------------------


def paragraph(
    head: Head, meeting: Meeting, now: dt.date, total: Both, places: Sequence[Both]
) -> Paragraph:
    """What changed until `now`, the last month received; each number is one of its facts."""
    said = [*_region(total, meeting), *_rates(places), *_volumes(places), *_ranks(places)]
    if not said:
        said = [Line().end("les chiffres de la région et de ses départements sont les mêmes")]
    return Paragraph((_received(head, meeting, now), *said))


def _received(head: Head, meeting: Meeting, now: dt.date) -> Sentence:
    """How many months came since."""
    line = Line()
    line.keep("date du comité", head.committee_on.isoformat())
    if not meeting.met:
        line.keep("date de l’édition", head.frozen_on.isoformat())
    then = line.month("mois du comité", head.month)
    months = (now.year - head.month.year) * 12 + now.month - head.month.month
    if months <= 0:
        return line.end(
            f"depuis {meeting.name}, les données vont toujours jusqu’à {in_french(now)}"
        )
    if months > 1:
        more = f"{line.count('mois reçus depuis', months, 'mois', 'mois')} de plus ont été reçus"
    else:
        line.keep("mois reçus depuis", months)
        more = "un mois de plus a été reçu"
    last = line.month("mois le plus récent", now)
    reading = "qui disposait des" if meeting.met else "faite sur les"
    return line.end(
        f"depuis {meeting.name}, {reading} données jusqu’à {then}, {more}"
        f"\u202f: elles vont jusqu’à {last}"
    )


def _region(total: Both, meeting: Meeting) -> Iterator[Sentence]:
    before, after = total.before.get("documents"), total.after.get("documents")
    line, parts = Line(), []
    if before and after is not None and before != after:
        one, other = line.say("documents au comité", before), line.say("documents", after)
        line.keep("évolution des documents", after / before - 1)
        parts.append(f"les documents passent de {one} à {other} ({_documents(total).change})")
    if total.move:
        line.keep("part au comité", total.before["rate"])
        line.keep("part", total.after["rate"])
        line.keep("écart des parts", total.move)
        rate = _rate(total)
        parts.append(
            f"la part des ESMS qui ont alimenté passe de {rate.before} à {rate.after} "
            f"({rate.change})"
        )
    if parts:
        yield line.end(f"sur 12 mois, dans la région, {' et '.join(parts)}")
    line = Line()
    if total.change("parc"):
        parc = line.say("ESMS ouverts", total.after["parc"])
        earlier = line.say("ESMS ouverts au comité", total.before["parc"])
        yield line.end(f"le périmètre compte {parc} ESMS ouverts, contre {earlier} {meeting.then}")


def _rates(places: Sequence[Both]) -> Iterator[Sentence]:
    """Where the rate rose and fell, the most first."""
    for sign, verb in ((1, "progresse"), (-1, "recule")):
        moved = sorted(
            (each for each in places if each.move * sign > 0),
            key=lambda each: (-abs(each.move), each.territory.code),
        )
        if not moved:
            continue
        line = Line()
        told = [_told(line, each) for each in moved[:3]]
        others = len(moved) - len(told)
        if others:
            count = line.count(
                f"départements où elle {verb} aussi",
                others,
                "autre département",
                "autres départements",
            )
            told.append(f"dans {count}")
        yield line.end(f"la part des ESMS qui ont alimenté {verb} {french.listing(told)}")


def _told(line: Line, both: Both) -> str:
    name = both.territory.name
    line.keep(f"écart des parts, {name}", both.move)
    return f"{french.typographic(both.territory.locative)} ({french.signed_points(both.move)})"


def _volumes(places: Sequence[Both]) -> Iterator[Sentence]:
    """Where documents rose the most, and fell the most."""
    moves = {
        each.territory.code: each.after["documents"] / each.before["documents"] - 1
        for each in places
        if each.before.get("documents") and each.after.get("documents") is not None
    }
    if not moves:
        return
    most, least = max(moves, key=moves.__getitem__), min(moves, key=moves.__getitem__)
    names = {each.territory.code: each.territory for each in places}
    line, parts = Line(), []
    for code, sign, words in ((most, 1, "augmentent le plus"), (least, -1, "reculent le plus")):
        if moves[code] * sign > 0:
            line.keep(f"évolution des documents, {names[code].name}", moves[code])
            place = french.typographic(names[code].locative)
            parts.append(f"{words} {place} ({french.signed_percent(moves[code])})")
    if parts:
        yield line.end(f"les documents {' et '.join(parts)}")


def _ranks(places: Sequence[Both]) -> Iterator[Sentence]:
    """Who changed rank by rate."""
    line, parts = Line(), []
    for each in places:
        if each.change("rank") and not each.small:
            name, rank = each.territory.name, _rank(each)
            line.keep(f"rang au comité, {name}", each.before["rank"])
            line.keep(f"rang, {name}", each.after["rank"])
            place = french.typographic(each.territory.locative)
            parts.append(f"du {rank.before} au {rank.after} rang {place}")
    if parts:
        yield line.end(f"au classement des parts, on passe {french.listing(parts)}")
