"""How types of documents are told."""

from __future__ import annotations

PREPONDERANCES = (
    "les {label} représentent {share} des documents {window}{others}",
    "{window}, la prépondérance des {label} est forte, à {share} des documents{others}",
)
CARRIERS = (
    "{window}, les dépôts sont d’abord portés par {listed}",
    "l’essentiel des documents déposés {window} se répartit entre {listed}",
    "{listed} structurent les dépôts {window}",
    "{window}, {number} types ressortent de la composition des dépôts : {listed}",
)
GAINS = (
    (
        "la palette se diversifie entre les {span} premiers et les {span} derniers "
        "mois{apart} : {words}"
    ),
    (
        "des {span} premiers aux {span} derniers mois{apart}, {words}, signe d’une "
        "diversification des dépôts"
    ),
    (
        "les types se diversifient : {words} des documents, des {span} premiers aux {span} "
        "derniers mois{apart}"
    ),
)
OTHERS_RISES = (
    (
        "la hausse de la catégorie « Autres », à {end} des documents {when} contre {start} "
        "aux mêmes mois un an plus tôt, mérite d’être examinée{content}"
    ),
    (
        "la catégorie « Autres » passe de {start} à {end} des documents, {when} par rapport "
        "aux mêmes mois un an plus tôt : son contenu est à examiner{content}"
    ),
)
GENERICS = (
    (
        "un type générique (synthèse, document du secteur, libellé non reconnu) est porté par "
        "{share} des documents{most} : recours par défaut ou usage réel, la question mérite une "
        "analyse qualitative"
    ),
    (
        "la qualité du typage interroge : {share} des documents portent un type "
        "générique{most}, au détriment d’une qualification plus fine"
    ),
    (
        "les types génériques comptent pour {share} des documents{most}, ce qui limite la "
        "lecture des usages"
    ),
)
