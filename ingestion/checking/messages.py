"""What the report says of a record: for each code, the reason and the remedy, in French.

`{value}` is what the cell holds, `{detail}` what the check found (a number, other lines…).
Typography: narrow no-break space (U+202F) before two-part punctuation and inside quotes.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

SHOWN_LENGTH = 60
VALUE_LENGTH = 250
REASON_LENGTH = 400


@dataclass(frozen=True)
class Message:
    """How a code is said: `reason` (what is wrong) and `remedy` (what to do)."""

    reason: str
    remedy: str


_TEXT_COLUMN = (
    "Mettez la colonne des FINESS au format Texte avant de saisir ou de coller les numéros, "
    "puis exportez de nouveau le fichier."
)
_CHECK_NUMBER = "Vérifiez le numéro dans FINESS, corrigez-le et renvoyez la ligne."
_WHOLE_NUMBER = "Indiquez un nombre entier, 0 ou plus, et renvoyez la ligne."

MESSAGES = {
    "month_unreadable": Message(
        "Le mois « {value} » est illisible.",
        "Écrivez le mois sous la forme 2025-12 ou 12/2025 et renvoyez la ligne.",
    ),
    "month_missing": Message(
        "Le mois manque sur cette ligne.",
        "Indiquez le mois sous la forme 2025-12 et renvoyez la ligne.",
    ),
    "month_out_of_range": Message(
        "Le mois « {value} » est à venir, ou antérieur à l’an 2000.",
        "Corrigez le mois et renvoyez la ligne.",
    ),
    "count_unreadable": Message(
        "Le nombre de documents « {value} » n’est pas un nombre.", _WHOLE_NUMBER
    ),
    "count_negative": Message("Le nombre de documents « {value} » est négatif.", _WHOLE_NUMBER),
    "count_fractional": Message(
        "Le nombre de documents « {value} » n’est pas entier.",
        _WHOLE_NUMBER + " Les milliers se séparent par une espace, ni point ni virgule.",
    ),
    "count_too_large": Message(
        "Le nombre de documents « {value} » dépasse ce qui est possible.", _WHOLE_NUMBER
    ),
    "finess_missing": Message(
        "Le numéro FINESS manque sur cette ligne.",
        "Indiquez le FINESS de l’établissement (ET) et renvoyez la ligne.",
    ),
    "finess_scientific": Message(
        "Le FINESS « {value} » est en notation scientifique : ses chiffres sont perdus.",
        _TEXT_COLUMN,
    ),
    "finess_malformed": Message(
        "« {value} » n’a pas la forme d’un FINESS : 9 caractères, des chiffres sauf le A ou le B "
        "de la Corse.",
        _CHECK_NUMBER,
    ),
    "finess_wrong_key": Message(
        "Le FINESS « {value} » est erroné : sa clé (le dernier chiffre) ne correspond pas.",
        _CHECK_NUMBER,
    ),
    "finess_short": Message(
        "Le FINESS « {value} » n’a que 8 chiffres, et le registre ne connaît ni ce numéro avec un "
        "zéro devant, ni ce numéro avec sa clé.",
        "Écrivez les 9 caractères du FINESS et renvoyez la ligne.",
    ),
    "finess_ambiguous": Message(
        "Le FINESS « {value} » n’a que 8 chiffres et peut désigner {detail}.",
        "Écrivez les 9 caractères du FINESS et renvoyez la ligne.",
    ),
    "conflict": Message(
        "Même mois, même FINESS et même type avec d’autres nombres ({detail}) : on ne peut savoir "
        "lesquels sont justes.",
        "Gardez une seule de ces lignes, avec les bons nombres, et renvoyez-la.",
    ),
    "finess_unknown": Message(
        "Le FINESS « {value} » est bien formé, mais le registre ne le connaît pas.",
        "La ligne est gardée de côté : elle sera reprise dès qu’un registre plus récent "
        "contiendra ce numéro. Sinon, vérifiez-le.",
    ),
    "entity_to_arbitrate": Message(
        "« {value} » est le FINESS d’un organisme gestionnaire (EJ), {detail}.",
        "Dites à la page des FINESS à rattacher ce qu’elle devient, ou renvoyez la ligne avec le "
        "FINESS de l’établissement (ET) qui a alimenté.",
    ),
    "entity_set_aside": Message(
        "« {value} » est le FINESS d’un organisme gestionnaire (EJ), laissé de côté par décision.",
        "Rien à faire ; la décision se change à la page des FINESS à rattacher.",
    ),
    "entity_decided": Message(
        "« {value} » est le FINESS d’un organisme gestionnaire (EJ) : documents {detail}, "
        "par décision.",
        "Rien à faire ; la décision se change à la page des FINESS à rattacher.",
    ),
    "other_region": Message(
        "Le FINESS « {value} » est celui d’une autre région ({detail}).",
        "Rien à faire si la ligne ne concerne pas la région ; sinon, vérifiez le numéro.",
    ),
    "outside_perimeter": Message(
        "L’établissement « {value} » n’est pas dans le périmètre suivi ({detail}).",
        "Rien à faire ; si l’établissement doit être suivi, modifiez le périmètre ou son secteur.",
    ),
    "duplicate": Message(
        "Ligne identique à la ligne {detail} : comptée une seule fois.", "Rien à faire."
    ),
    "finess_repaired": Message(
        "Le FINESS « {value} » était incomplet : lu {detail}, seul numéro possible au registre.",
        "Exportez la colonne des FINESS au format Texte pour garder les 9 caractères.",
    ),
    "type_unrecognised": Message(
        "Le type de document « {value} » n’est pas reconnu : compté dans « Autres (non reconnu) ».",
        "Écrivez le code du type (celui d’un en-tête s’indique à la page des colonnes), ou faites "
        "ajouter cette écriture dans l’administration.",
    ),
    "type_missing": Message(
        "Le type de document manque : compté dans « Autres (non reconnu) ».",
        "Indiquez le code ou le libellé du type.",
    ),
    "dmp_unreadable": Message(
        "Le nombre de DMP alimentés « {value} » est illisible : seuls les documents sont gardés.",
        "Indiquez un nombre entier, 0 ou plus.",
    ),
    "dmp_above_documents": Message(
        "Il y a plus de DMP alimentés ({value}) que de documents ({detail}).",
        "Vérifiez les deux nombres dans le fichier d’origine.",
    ),
    "facility_closed": Message(
        "L’établissement « {value} » alimente alors que le registre le dit fermé ce mois-là.",
        "Vérifiez le numéro, ou signalez l’établissement au gestionnaire du registre FINESS.",
    ),
    "carried_by_entity": Message(
        "« {value} » est le FINESS d’un organisme gestionnaire (EJ) : documents comptés comme "
        "portés par l’OG, sans site.",
        "Indiquez le FINESS de l’établissement (ET) pour les compter dans les taux.",
    ),
    "entity_incomplete": Message(
        "Périmètre de l’OG incomplet : le registre chargé ne couvre que la région, il ne dit pas "
        "si l’organisme « {value} » a des établissements ailleurs.",
        "Chargez le registre national pour le vérifier.",
    ),
    "entity_subtotal": Message(
        "Les {value} documents de l’organisme gestionnaire {detail} égalent la somme de ceux de "
        "ses établissements : sans doute un sous-total, qui serait compté deux fois.",
        "Si c’est un sous-total, retirez cette ligne et renvoyez le fichier.",
    ),
}


def shown(value: str) -> str:
    """A cell's content as a message quotes it: on one line, not too long."""
    text = " ".join(value.split())
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def say(remarks: pd.DataFrame) -> pd.DataFrame:
    """Put remarks into words: adds `reason` and `remedy` to columns code, value and detail."""
    # The same remark is made of many lines: each is put into words once.
    told = remarks[["code", "value", "detail"]]
    same = told.groupby(list(told), sort=False).ngroup().to_numpy()
    words = [
        MESSAGES[code].reason.format(value=shown(value), detail=detail)[:REASON_LENGTH]
        for code, value, detail in told[~pd.Index(same).duplicated()].itertuples(index=False)
    ]
    return remarks.assign(
        value=remarks["value"].str.slice(0, VALUE_LENGTH),
        reason=pd.array(words, dtype="str").take(same),
        remedy=remarks["code"].map({code: each.remedy for code, each in MESSAGES.items()}),
    ).drop(columns="detail")
