"""How the ESMS that feed are told."""

from __future__ import annotations

from indicators.dynamics import Label

ONE_MONTH = "en {ended}, seul mois reçu, {end} ont alimenté Mon espace santé {place}"
OPENINGS: dict[Label, tuple[str, ...]] = {
    Label.PROGRESSIVE: (
        (
            "{when}, la part des ESMS {whose} alimentant Mon espace santé progresse de "
            "manière continue, de {start} à {end}"
        ),
        (
            "le socle des ESMS {whose} qui alimentent Mon espace santé s’élargit nettement : "
            "{start} en {begun}, {end} en {ended}"
        ),
        ("{place}, {end} ont alimenté Mon espace santé en {ended}, contre {start} en {begun}"),
        (
            "partie de {start} en {begun}, la part des ESMS {whose} qui alimentent Mon "
            "espace santé atteint {end} en {ended}"
        ),
        (
            "la trajectoire des ESMS {whose} qui alimentent Mon espace santé est ascendante "
            "{when}, de {start} à {end}"
        ),
    ),
    Label.PLATEAU_PEAK: (
        (
            "{when}, la part des ESMS {whose} alimentant Mon espace santé reste limitée, de "
            "{start} à {end}, avec une rupture nette en cours de période"
        ),
        (
            "{place}, la part des ESMS qui alimentent Mon espace santé est globalement stable "
            "en dehors d’un pic : {start} en {begun}, {end} en {ended}"
        ),
    ),
    Label.RISE_PLATEAU: (
        (
            "{when}, la part des ESMS {whose} alimentant Mon espace santé connaît une montée "
            "rapide puis un palier : {start} en {begun}, {end} en {ended}"
        ),
        (
            "la part des ESMS {whose} qui alimentent Mon espace santé s’est élevée de {start} "
            "en {begun} à un palier qui tient encore en {ended}, à {end}"
        ),
    ),
    Label.IRREGULAR: (
        (
            "{when}, la part des ESMS {whose} alimentant Mon espace santé varie fortement "
            "d’un mois à l’autre, de {start} en {begun} à {end} en {ended}"
        ),
        (
            "{place}, la participation des ESMS est irrégulière {when} : {start} en "
            "{begun}, {end} en {ended}"
        ),
    ),
    Label.PLATEAU: (
        (
            "{when}, la part des ESMS {whose} alimentant Mon espace santé est stable : "
            "{start} en {begun}, {end} en {ended}"
        ),
        (
            "{place}, la part des ESMS qui alimentent Mon espace santé n’évolue guère {when}, "
            "de {start} à {end}"
        ),
    ),
    Label.DECLINING: (
        ("{when}, la part des ESMS {whose} alimentant Mon espace santé recule, de {start} à {end}"),
        (
            "{place}, la part des ESMS qui alimentent Mon espace santé se réduit : {start} en "
            "{begun}, {end} en {ended}"
        ),
    ),
    Label.TOO_SHORT: (
        (
            "{when}, la part des ESMS {whose} alimentant Mon espace santé va de {start} à "
            "{end}, sur trop peu de mois pour qualifier une évolution"
        ),
    ),
}
ACCELERATIONS = (
    "la dynamique s’accélère à compter {since}",
    "la hausse est plus marquée à partir {since}",
    "l’adhésion prend de l’ampleur à compter {since}",
)
PLATEAUS = (
    "le palier est atteint en {when}, avec ensuite des fluctuations sans décrochage durable",
    "la stabilisation date {since}",
)
TURNS = (
    "une inflexion {how} se dessine depuis {when}",
    "la fin de période marque une inflexion {how}, à compter {since}",
)
PEAKS = (
    "le pic se situe en {when}, avec {level}",
    "en {when}, le taux culmine à {level}",
    "le maximum est atteint en {when} : {level}",
)
FALLS = (
    "le décrochage est rapide : {left} seulement en {when}",
    "le reflux suit aussitôt, avec {left} en {when}",
    "en {when}, il n’en reste que {left}",
)
DIPS = (
    "un léger décrochage ponctuel est à noter en {when} ({low})",
    "le creux {of_month} ({low}) reste sans lendemain",
    "le recul le plus visible, celui {of_month} ({low}), n’a pas duré",
)
PLACES = (
    (
        "sur {months} mois, {fed} ESMS {verb} alimenté au moins une fois, soit {rate} de ceux "
        "du périmètre{against}"
    ),
    (
        "en comptant tous ceux qui ont déposé au moins une fois en {months} mois, le taux est "
        "de {rate} ({fed} ESMS){against}"
    ),
    (
        "au moins un document a été déposé en {months} mois par {fed} ESMS, soit {rate} du "
        "périmètre{against}"
    ),
    (
        "le taux sur {months} mois s’établit à {rate} ({fed} ESMS ayant alimenté au moins une "
        "fois){against}"
    ),
)
NOBODY = "aucun ESMS n’a alimenté en {months} mois{against}"
MONTHLY = " ; ce niveau annuel doit beaucoup au pic, le taux du dernier mois étant de {rate}"
#: A series that does not rise, after "volumes en".
NOUNS = {
    Label.IRREGULAR: "dents de scie",
    Label.PLATEAU_PEAK: "plateau, pic mis à part",
    Label.PLATEAU: "plateau",
    Label.DECLINING: "baisse",
}
BOTH_RISE = (
    (
        "cette évolution est cohérente avec la hausse des volumes, qui s’appuie sur un "
        "élargissement réel du socle"
    ),
    (
        "volumes et nombre d’ESMS progressent de concert : la dynamique ne tient pas aux seuls "
        "effets de volume"
    ),
    "l’élargissement du socle accompagne ainsi la hausse des volumes",
    "la hausse des volumes est donc partagée par un nombre croissant de structures",
)
ONLY_ESMS_RISE = (
    (
        "le contraste est net avec des volumes en {volumes} : les structures adhèrent, mais "
        "déposent encore de façon inégale"
    ),
    (
        "ce socle contraste avec des volumes en {volumes} : l’enjeu tient désormais moins à "
        "l’adhésion qu’à la régularité et à l’intensité des dépôts"
    ),
)
BOTH_UNEVEN = (
    (
        "le nombre d’ESMS suit donc le même profil que les volumes, sans élargissement durable du "
        "socle"
    ),
    (
        "volumes et ESMS culminent puis refluent ensemble : l’épisode n’a pas élargi durablement "
        "le socle"
    ),
)
ONLY_VOLUMES_RISE = (
    "les volumes progressent sans que le socle s’élargisse au même rythme",
    "la hausse des volumes ne se lit pas dans le nombre d’ESMS qui alimentent",
)
GROWTHS = (
    (
        "sur les {change} gagnés en un an, {brought} {came} de {new} ESMS sans dépôt l’année "
        "précédente ({rest})"
    ),
    (
        "sans dépôt l’année précédente, {new} ESMS {verb} apporté {brought} sur les {change} "
        "gagnés en un an ({rest})"
    ),
    (
        "l’arrivée ou le retour de {new} ESMS compte pour {brought} dans une hausse annuelle de "
        "{change} ({rest})"
    ),
    (
        "la hausse annuelle de {change} doit {brought} à {new} ESMS qui {nothing} l’année "
        "précédente ({rest})"
    ),
)
#: What those that are not new make is a loss.
RENEWALS = (
    (
        "sans dépôt l’année précédente, {new} ESMS {verb} apporté {brought}, soit plus que la "
        "hausse annuelle elle-même, de {change} ({rest})"
    ),
    (
        "le socle se renouvelle : {brought} {came} de {new} ESMS qui {nothing} l’année "
        "précédente, pour une hausse totale de {change} ({rest})"
    ),
    (
        "sans l’arrivée ou le retour de {new} ESMS ({brought}), les volumes auraient reculé en un "
        "an, au lieu de gagner {change} ({rest})"
    ),
)
HABITS = (
    (
        "parmi les {feeding} ESMS qui ont alimenté, {regular} {verb} au moins quatre mois sur cinq "
        "depuis {their} premier dépôt"
    ),
    (
        "en matière de régularité, {regular} de ces {feeding} ESMS {verb} au moins quatre mois sur "
        "cinq depuis {their} premier dépôt"
    ),
    (
        "depuis {their} premier dépôt, {regular} de ces {feeding} ESMS {verb} au moins quatre mois "
        "sur cinq"
    ),
    (
        "le rythme d’au moins quatre mois sur cinq, depuis le premier dépôt, est celui de "
        "{regular} de ces {feeding} ESMS"
    ),
)
POTENTIALS = (
    (
        "sur ces {months} mois, {silent} sur {parc} {verb} sans dépôt : c’est là que se trouve le "
        "potentiel de mobilisation"
    ),
    ("le potentiel demeure important, {silent} sur {parc} n’ayant rien déposé sur la même durée"),
    (
        "le levier principal reste l’entrée de nouvelles structures : {silent} sur {parc} "
        "{have} déposé aucun document en {months} mois"
    ),
    (
        "l’accompagnement vers un premier dépôt, ou vers une reprise, concerne encore {silent} "
        "du périmètre (sur {parc})"
    ),
)
NO_HABIT = ("aucun de ces {feeding} ESMS ne dépose encore au moins quatre mois sur cinq",)
SLIGHT_TRENDS = (
    "dans le même temps, une {trend} du nombre d’ESMS est perceptible",
    "une {trend} se dessine néanmoins",
)
