"""How sectors are told."""

from __future__ import annotations

#: From which share of the first sector on, how its weight is said.
BALANCES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (
        0.945,
        (
            (
                "{window}, l’alimentation {whose} est portée de manière quasi exclusive par "
                "le secteur {main} : {part} des {fed} qui ont alimenté en relèvent{behind}"
            ),
            (
                "la concentration est extrême {place} : {part} des {fed} ayant alimenté "
                "{window} sont du secteur {main}{behind}"
            ),
            (
                "{place}, {part} des {fed} ayant alimenté Mon espace santé {window} "
                "relèvent du secteur {main}{behind}"
            ),
        ),
    ),
    (
        0.8,
        (
            (
                "la répartition des {fed} ayant alimenté Mon espace santé {place} {window} "
                "est largement dominée par le secteur {main} : {part} en relèvent{behind}"
            ),
            (
                "{place}, {part} des {fed} qui ont alimenté Mon espace santé {window} "
                "relèvent du secteur {main}{behind}"
            ),
            (
                "{window}, parmi les {fed} {whose} qui ont alimenté, {part} relèvent du "
                "secteur {main}{behind}"
            ),
            (
                "l’alimentation par secteur est fortement concentrée {place} : sur les {fed} "
                "ayant alimenté {window}, {part} sont du secteur {main}{behind}"
            ),
        ),
    ),
    (
        0.65,
        (
            (
                "{window}, les {fed} {whose} qui ont alimenté restent en majorité du "
                "secteur {main}, mais une autre présence s’affirme : {part} en "
                "relèvent{behind}"
            ),
            (
                "{place}, le secteur {main} domine sans être seul : sur les {fed} ayant "
                "alimenté {window}, {part} en relèvent{behind}"
            ),
        ),
    ),
    (
        0.0,
        (
            (
                "{place}, la répartition des {fed} ayant alimenté {window} apparaît "
                "équilibrée : {part} relèvent du secteur {main}{behind}"
            ),
            (
                "la sectorisation est plus équilibrée {place} : parmi les {fed} ayant "
                "alimenté {window}, {part} relèvent du secteur {main}{behind}"
            ),
        ),
    ),
)
SMALL = "{window}, {fed} ont alimenté Mon espace santé {place} : {part} du secteur {main}{behind}"
ONLY_ONE_SECTOR = (
    "{window}, les {fed} qui ont alimenté Mon espace santé {place} relèvent tous du secteur {main}"
)
ONLY_ONE = "{window}, le seul ESMS qui a alimenté Mon espace santé {place} relève du secteur {main}"
ABSENT = (
    "aucun dépôt ne vient des autres champs ({either})",
    "les autres champs ({listed}) n’ont pas alimenté sur cette durée",
    "restent absents les champs suivants : {listed}",
    "aucun ESMS n’a alimenté dans les autres champs ({either})",
)
ABSENT_ONE = (
    "aucun dépôt ne vient du champ {listed}",
    "le champ {listed} n’a pas alimenté sur cette durée",
    "reste absent le champ {listed}",
)
HIGHEST = (
    "la place du handicap y est la plus élevée de la région ({region})",
    "nulle part ailleurs dans la région le handicap n’a une telle place ({region})",
)
SECOND = (
    "la place du handicap y est la deuxième de la région ({region})",
    "le département est le deuxième de la région pour la place du handicap ({region})",
)
LOWEST = (
    "la place du handicap y est la plus faible de la région ({region})",
    "aucun autre département de la région ne compte aussi peu sur le handicap ({region})",
)
REACHES = (
    (
        "rapportée aux ESMS ouverts, l’alimentation en {months} mois concerne {elders} dans "
        "le champ des personnes âgées, contre {disabled} dans celui du handicap"
    ),
    (
        "le taux sur {months} mois est de {elders} pour les personnes âgées et de "
        "{disabled} pour le handicap"
    ),
    (
        "au regard des ESMS ouverts, {elders} ont alimenté en {months} mois dans le champ des "
        "personnes âgées, {disabled} dans celui du handicap"
    ),
    (
        "l’alimentation en {months} mois touche, parmi les ESMS ouverts, {elders} dans le champ "
        "des personnes âgées et {disabled} dans celui du handicap"
    ),
)
CONTRASTS = (
    (
        "en volume, le secteur {name} pèse {how} : {documents} des documents pour {share} "
        "des ESMS qui alimentent"
    ),
    (
        "le contraste avec les volumes est à relever : {documents} des documents viennent du "
        "secteur {name}, pour {share} des ESMS"
    ),
)
LEVERS = (
    (
        "le potentiel le plus large se trouve dans le secteur {name}, où {count} sur {parc} "
        "n’ont rien déposé en {months} mois"
    ),
    (
        "un accompagnement ciblé du secteur {name} s’impose en premier : {count} sur {parc} "
        "y sont sans dépôt depuis {months} mois"
    ),
    (
        "pour diversifier l’alimentation, le premier levier est le secteur {name}, avec "
        "{count} sans dépôt en {months} mois (sur {parc})"
    ),
    (
        "c’est vers le secteur {name} que l’effort serait le plus productif en nombre : "
        "{count} sur {parc} n’y ont déposé aucun document en {months} mois"
    ),
)
