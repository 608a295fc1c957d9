"""What changed since a committee: an edition beside today, in a table and in one paragraph."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.urls import reverse

from dashboard.charts.chart import Column, Table, Unit
from dashboard.committees import Head, Meeting, head_of
from dashboard.edition_figures import Json, ranked, summary
from dashboard.models import Edition
from dashboard.since_figures import Both, Pair, documents_pair, rank_pair, rate_pair
from dashboard.since_text import Arrived, paragraph
from dashboard.synthesis import NOTHING, UNALLOCATED
from indicators.commentary.sentences import Paragraph, Sentence
from indicators.evidence import RegionEvidence
from reference import french
from reference.models import Region
from reference.months import in_french


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
    here: str = "aujourd’hui"  # how the later figures are called, whatever their month

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
        return self.here if self.month == self.now else f"à fin {in_french(self.now)}"


def editions_before(region: Region, committee_on: dt.date | None) -> QuerySet[Edition]:
    """The editions of a région for the committees before a day; None: all of them."""
    editions = Edition.objects.filter(region=region)
    return editions.filter(committee_on__lt=committee_on) if committee_on else editions


def since(region: Region, evidence: RegionEvidence, before: dt.date | None = None) -> Since | None:
    """What changed since the latest committee that has met with an edition, in one query.

    Where none has met, since the edition of the latest to come. `evidence`: that of today, over the
    months that pages open on. `before`: the day of the committee that is prepared, of which an
    edition is made: only those before count. None without any edition.
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
    found = compare(head_of(edition), edition.summary, evidence)
    return replace(found, here="à cette édition") if before else found


def _met(cut_off: dt.date | None) -> ExpressionWrapper[Q]:
    """Whether a committee has met, as `committees.Head.meeting` tells it."""
    met = Q(at__date__gte=F("committee_on"))
    if cut_off is not None:
        met |= Q(committee_on__lte=cut_off)
    return ExpressionWrapper(met, output_field=BooleanField())


def kept_since(content: Json) -> Since | None:
    """What an edition keeps of what had changed since the committee before, None of nothing."""
    kept = content.get("since")
    if kept is None:
        return None
    day = dt.date.fromisoformat
    carried = kept["unallocated"]
    return Since(
        title=kept["title"],
        committee_on=day(kept["committee_on"]),
        meeting=Meeting(**{**kept["meeting"], "day": day(kept["meeting"]["day"])}),
        url=kept["url"],
        month=day(kept["month"]),
        now=day(kept["now"]),
        rows=tuple(map(_kept_row, kept["rows"])),
        unallocated=None if carried is None else _kept_row(carried),
        total=_kept_row(kept["total"]),
        paragraph=Paragraph((Sentence(kept["paragraph"]),)),
        here=kept["here"],
    )


def _kept_row(row: Json) -> Row:
    pairs = {
        name: Pair(**{**row[name], "numbers": tuple(row[name]["numbers"])})
        for name in ("documents", "rate", "rank")
    }
    return Row(row["name"], row["url"], **pairs, sites=tuple(row["sites"]))


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
    total = replace(total, whole=_received(before) == _received(today))
    measures = evidence.region.measures
    now, meeting = measures.last_received or head.month, head.meeting(measures.cut_off)
    received = measures.months[measures.received_departements.to_numpy() > 0]
    months = int((received > pd.Timestamp(head.month)).sum())
    return Since(
        title=head.title,
        committee_on=head.committee_on,
        meeting=meeting,
        url=reverse("dashboard:edition", args=[head.region.slug, head.number]),
        month=head.month,
        now=now,
        rows=tuple(_row(each, before, today) for each in places),
        unallocated=_unallocated_row(total),
        total=_row(total, before, today),
        paragraph=paragraph(head, meeting, Arrived(now, months), total, places),
    )


def _row(both: Both, before: dict[str, Json], today: dict[str, Json]) -> Row:
    code = both.territory.departement_code
    return Row(
        name=french.typographic(both.territory.name),
        url=reverse("dashboard:departement", args=[code]) if code else "",
        documents=documents_pair(both),
        rate=rate_pair(both),
        rank=rank_pair(both, before, today),
        sites=(both.before.get("contributors"), both.after.get("contributors")),
    )


def _received(figures: dict[str, Json]) -> set[str]:
    """The départements received in the month of some figures."""
    return {
        code for code, each in figures.items() if code[0] == "D" and each.get("parc") is not None
    }


def _unallocated_row(region: Both) -> Row | None:
    before, after = _unallocated(region.before), _unallocated(region.after)
    if not before and not after:
        return None
    # Compared, as those of the région, over as many received months only.
    documents = Both(
        region.territory,
        {**region.before, "documents": before},
        {**region.after, "documents": after},
    )
    nothing = Pair(NOTHING, NOTHING, NOTHING)
    return Row(UNALLOCATED, "", documents_pair(documents), nothing, nothing, (None, None))


def _unallocated(figures: Json) -> float | None:
    """The documents of a région without a département; None: n. d., or an edition without them."""
    if figures.get("documents") is None or "unallocated" not in figures:
        return None
    return figures["unallocated"] or 0.0
