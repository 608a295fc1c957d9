"""How the documents of a département are told."""

from __future__ import annotations

from indicators.dynamics import Label

OPENINGS: dict[Label, tuple[str, ...]] = {
    Label.PROGRESSIVE: (
        (
            "{when}, l’alimentation de Mon espace santé par les ESMS {whose} connaît une "
            "montée en charge progressive : le niveau mensuel médian passe de {start} en début "
            "de période à {end} à la fin, pour un total de {total}"
        ),
        (
            "les ESMS {whose} ont déposé {total} {when}, selon une progression d’ensemble "
            "qui porte le niveau mensuel médian de {start} à {end}"
        ),
        (
            "{place}, les volumes progressent tout au long de la période, {when} : partis d’un "
            "niveau médian de {start} par mois, ils se situent en fin de parcours à {end}, soit "
            "{total} au total"
        ),
        (
            "avec {total} {when}, l’alimentation par les ESMS {whose} suit une trajectoire "
            "ascendante, d’un niveau médian de {start} par mois au début à {end} à la fin"
        ),
    ),
    Label.PLATEAU_PEAK: (
        (
            "{when}, l’alimentation de Mon espace santé par les ESMS {whose} se caractérise "
            "davantage par une stabilité que par une progression continue : hors pic, le niveau "
            "mensuel médian va de {start} à {end}, sur un total de {total}"
        ),
        (
            "les ESMS {whose} ont déposé {total} {when}, sans montée en charge marquée : en "
            "dehors d’un épisode, le niveau mensuel médian va de {start} au début de la période "
            "à {end} à la fin"
        ),
    ),
    Label.IRREGULAR: (
        (
            "{when}, l’alimentation de Mon espace santé par les ESMS {whose} évolue par "
            "à-coups, sans trajectoire de montée en charge continue : elle totalise {total}, "
            "sur un fond médian allant de {start} par mois à {end}"
        ),
        (
            "les volumes déposés {place} {when} ({total}) dessinent une dynamique heurtée, "
            "faite de pics ponctuels plutôt que d’une montée en charge continue ; hors pics, le "
            "niveau mensuel médian va de {start} à {end}"
        ),
    ),
    Label.PLATEAU: (
        (
            "{when}, les volumes déposés par les ESMS {whose} restent stables : le niveau "
            "mensuel médian va de {start} à {end}, pour un total de {total}"
        ),
        (
            "l’alimentation par les ESMS {whose} forme un plateau {when}, de {start} à "
            "{end} par mois en médiane ({total} au total)"
        ),
    ),
    Label.RISE_PLATEAU: (
        (
            "{when}, les volumes déposés par les ESMS {whose} montent, de {start} à {end} "
            "par mois en médiane, puis se stabilisent ; ils totalisent {total}"
        ),
        (
            "après une montée en charge, l’alimentation par les ESMS {whose} atteint un palier "
            ": le niveau mensuel médian passe de {start} à {end} {when}, pour un total de "
            "{total}"
        ),
    ),
    Label.DECLINING: (
        (
            "{when}, l’alimentation de Mon espace santé par les ESMS {whose} recule : le "
            "niveau mensuel médian passe de {start} à {end}, pour un total de {total}"
        ),
        (
            "les volumes déposés {place} diminuent {when}, de {start} à {end} par mois en "
            "médiane ({total} au total)"
        ),
    ),
}
ACCELERATIONS = (
    "la progression s’accélère à compter {since}{change}",
    "le rythme s’élève nettement à partir {since}{change}",
    "une accélération est visible à partir {since}{change}",
    "le mouvement gagne en ampleur à compter {since}{change}",
)
CHANGES = (
    "sur un an, l’évolution est de {change}",
    "d’une année sur l’autre, les dépôts évoluent de {change}",
    "l’évolution sur un an s’établit à {change}",
)
TURNS = (
    (
        "l’inflexion à la baisse, visible {since} ({last} en {month}), reste à surveiller, pour "
        "confirmer la pérennité de la dynamique"
    ),
    (
        "le repli amorcé {since}, avec {last} en {month}, demande à être suivi au prochain "
        "fichier mensuel"
    ),
    (
        "la fin de période appelle une vigilance : les volumes fléchissent {since} et "
        "s’établissent à {last} en {month}"
    ),
)
UPTURNS = (
    "la fin de période marque une inflexion à la hausse, à compter {since}",
    "les derniers mois, à partir {since}, dépassent ce que laissaient attendre les précédents",
    "une inflexion récente, à la hausse, se lit à compter {since}",
)
CONCENTRATIONS = (
    (
        "la dynamique dépend de peu d’acteurs : cinq organismes gestionnaires concentrent "
        "{part} des documents"
    ),
    (
        "la dépendance à quelques acteurs est à surveiller, cinq organismes gestionnaires faisant "
        "{part} des documents"
    ),
    (
        "cinq organismes gestionnaires font à eux seuls {part} des documents, ce qui fragilise "
        "la trajectoire"
    ),
)
UNEXPLAINED = (
    (
        "aucun événement n’étant saisi autour {when}, l’origine de ce pic reste à documenter "
        "auprès des ESMS concernés"
    ),
    (
        "le pic {when} n’est rattaché à aucun événement saisi : il reste à qualifier avec les "
        "ESMS qui ont alors déposé"
    ),
)
ACTIVE = (
    (
        "la hausse sur un an repose à {part} sur des ESMS qui alimentaient déjà l’année "
        "précédente : l’arrivée d’autres ESMS y pèse encore peu"
    ),
    (
        "un point d’attention : {part} des documents gagnés en un an viennent d’ESMS déjà "
        "actifs l’année précédente"
    ),
)
REGULARITY = (
    (
        "le levier est la régularité : depuis {their} premier dépôt, {regular} sur {feeding} "
        "{verb} au moins quatre mois sur cinq, et l’automatisation est à rechercher pour les autres"
    ),
    (
        "l’enjeu est de transformer ces épisodes en dépôts mensuels : {regular} sur {feeding} "
        "{verb} au moins quatre mois sur cinq depuis {their} premier dépôt"
    ),
    (
        "l’accompagnement gagnerait à viser la constance des dépôts, {regular} sur {feeding} "
        "tenant depuis {their} premier dépôt le rythme de quatre mois sur cinq"
    ),
    (
        "faire durer les dépôts est la priorité : le rythme de quatre mois sur cinq depuis le "
        "premier dépôt n’est tenu que par {regular} sur {feeding}"
    ),
)
TYPING = (
    (
        "le levier est qualitatif : employer le type précis lorsqu’il existe, pour rendre les "
        "documents plus faciles à retrouver"
    ),
    (
        "une revue des documents versés permettrait de distinguer l’usage par défaut du besoin "
        "réel, et de mieux équilibrer les types"
    ),
    "l’accompagnement peut porter en priorité sur le choix du type au moment du dépôt",
)
INTENSITY = (
    (
        "la marge de progrès tient à l’intensité : la moitié du temps, un ESMS qui alimente "
        "dépose au plus {median} dans le mois"
    ),
    (
        "avec une médiane de {median} par mois pour un ESMS qui alimente, l’intensité des "
        "dépôts est le levier le plus immédiat"
    ),
    (
        "chez ceux qui alimentent déjà, la médiane de {median} par mois laisse une marge de "
        "progression"
    ),
    (
        "l’intensité des dépôts est le levier : en médiane, un ESMS qui alimente verse {median} "
        "dans le mois"
    ),
)
NOBODY_REGULAR = (
    "le levier est la régularité : aucun des {feeding} ESMS qui ont alimenté n’a déposé au "
    "moins quatre mois sur cinq depuis son premier dépôt"
)
SLIGHT_TRENDS = (
    "une {trend} se dessine toutefois",
    "sous ce pic, une {trend} est perceptible",
    "le fond connaît une {trend}",
)
