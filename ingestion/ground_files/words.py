"""What a register or a list of members does, in the words of its page and of its command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingestion.models import Extract, State
from reference.numbers import grouped

#: The fates of the facilities of a register: key of the counts, singular, plural.
REGISTER_FATES = (
    ("created", "créé", "créés"),
    ("updated", "mis à jour", "mis à jour"),
    ("closed", "fermé", "fermés"),
    ("reopened", "rouvert", "rouverts"),
    ("unchanged", "inchangé", "inchangés"),
    ("refused", "refusé", "refusés"),
)
#: And those of the members of a list.
MEMBER_FATES = (
    ("added", "ajouté", "ajoutés"),
    ("updated", "mis à jour", "mis à jour"),
    ("unchanged", "inchangé", "inchangés"),
)


def counted(count: int, singular: str, plural: str) -> str:
    """A count and its noun, zero and one in the singular: "1 créé", "2 ajoutés"."""
    return f"{grouped(count)} {plural if count > 1 else singular}"


def fates(counts: dict[str, int], words: Iterable[tuple[str, str, str]]) -> list[str]:
    """What became of each, in order: "3 créés", "0 fermé"."""
    return [counted(counts[key], singular, plural) for key, singular, plural in words]


@dataclass(frozen=True)
class Replay:
    """The lines of one monthly file that a register took up."""

    extract: int
    name: str
    lines: str


@dataclass(frozen=True)
class RegisterWords:
    """What the page of a register shows; `done` tells applied from foretold."""

    told: dict[str, Any]
    done: bool

    @property
    def date(self) -> dt.date:
        """The register's own date."""
        return dt.date.fromisoformat(self.told["date"])

    @property
    def read(self) -> str:
        """How many facilities the file holds."""
        return counted(self.told["counts"]["read"], "établissement lu", "établissements lus")

    @property
    def fates(self) -> list[str]:
        """What becomes of each; they add up to those read."""
        elsewhere = self.told["counts"].get("out_of_scope", 0)
        left = [counted(elsewhere, "d’une autre région", "d’autres régions")] if elsewhere else []
        return fates(self.told["counts"], REGISTER_FATES) + left

    @property
    def absent(self) -> str:
        """The facilities that close because a covered département no longer has them."""
        count = self.told["counts"]["closed_by_absence"]
        if not count:
            return ""
        verb = (
            ("a été fermé", "ont été fermés") if self.done else ("serait fermé", "seraient fermés")
        )
        return (
            f"{counted(count, 'établissement ouvert', 'établissements ouverts')} "
            f"{verb[count > 1]} parce que le fichier ne {'le' if count == 1 else 'les'} contient "
            f"plus. {'Son' if count == 1 else 'Leur'} histoire est gardée."
        )

    @property
    def covered(self) -> str:
        """The départements for which the file speaks of all facilities."""
        return _named(self.told["covered"])

    @property
    def partial(self) -> list[str]:
        """Those of which it holds less than half: nothing is closed there."""
        return [
            f"{name} ({code})\u202f: {grouped(present)} sur {grouped(known)} connus"
            for code, name, present, known in self.told["uncovered"]
            if present
        ]

    @property
    def left_out(self) -> str:
        """Those of which it holds nothing."""
        return _named(
            [[code, name] for code, name, present, _ in self.told["uncovered"] if not present]
        )

    @property
    def new_categories(self) -> str:
        """The categories that nobody knew, created without a sector, in the perimeter."""
        return ", ".join(f"{code} {label}".strip() for code, label in self.told["new_categories"])

    @property
    def replayable(self) -> str:
        """How many waiting lines the register makes known, before the facts are read again."""
        lines, months = self.told["replayable"]["lines"], self.told["replayable"]["months"]
        if not lines:
            return ""
        verb = "serait reprise" if lines == 1 else "seraient reprises"
        return (
            f"{counted(lines, 'ligne', 'lignes')} de FINESS à rattacher {verb} "
            f"({grouped(months)} mois {'concerné' if months == 1 else 'concernés'})."
        )

    @property
    def replayed(self) -> list[Replay] | None:
        """The lines taken up, by monthly file; None while the facts have not been read again."""
        told = self.told.get("replayed")
        if told is None:
            return None
        return [
            Replay(each["extract"], each["name"], counted(each["lines"], "ligne", "lignes"))
            for each in told
        ]


@dataclass(frozen=True)
class MembersWords:
    """What the page of a list of members shows; `done` tells applied from foretold."""

    told: dict[str, Any]
    done: bool

    @property
    def fates(self) -> list[str]:
        """What becomes of the facilities that the list names."""
        return fates(self.told["counts"], MEMBER_FATES)

    @property
    def absent(self) -> str:
        """The members that the list does not name, and what becomes of them."""
        counts = self.told["counts"]
        count = counts["removed"] + counts["kept"]
        if not count:
            return ""
        removed = bool(counts["removed"])
        tense = {
            (True, True): ("a été retiré", "ont été retirés"),
            (True, False): ("serait retiré", "seraient retirés"),
            (False, True): ("a été gardé", "ont été gardés"),
            (False, False): ("serait gardé", "seraient gardés"),
        }[removed, self.done]
        who = counted(count, "membre absent de la liste", "membres absents de la liste")
        return f"{who} {tense[count > 1]}."

    @property
    def absentees(self) -> str:
        """The first of them, by name."""
        named = ", ".join(f"{name} ({finess})" for finess, name in self.told["absent"])
        counts = self.told["counts"]
        more = counts["removed"] + counts["kept"] - len(self.told["absent"])
        return f"{named} et {grouped(more)} autres" if more > 0 else named

    @property
    def unread(self) -> str:
        """The headers of the columns that were not read."""
        return ", ".join(f"«\u202f{header}\u202f»" for header in self.told["unread"])


def replay_words(replay: dict[str, Any]) -> str:
    """What became of the waiting lines of a monthly file when the ground changed."""
    day = dt.date.fromisoformat(replay["on"])
    lines, verb = replay["lines"], "a été reprise" if replay["lines"] == 1 else "ont été reprises"
    who = counted(lines, "ligne à rattacher", "lignes à rattacher")
    accepted = counted(replay["accepted"], "acceptée", "acceptées")
    still = replay["still"]
    rest = "plus aucune n’attend"
    if still:
        rest = f"{counted(still, 'attend', 'attendent')} encore"
    return (
        f"{who} {verb} le {day:%d/%m/%Y}, grâce au registre et aux arbitrages de ce jour\u202f: "
        f"{accepted}, {rest}."
    )


def words(extract: Extract) -> RegisterWords | MembersWords | None:
    """What the page of a file of the ground says of it; None before it is read, or purged."""
    if not extract.preview or extract.state not in {
        State.READY,
        State.PUBLISHING,
        State.PUBLISHED,
    }:
        return None
    kind = RegisterWords if "layout" in extract.preview else MembersWords
    return kind(extract.preview, done=extract.state == State.PUBLISHED)


def _named(places: Iterable[list[str]]) -> str:
    return ", ".join(f"{name} ({code})" for code, name in places)
