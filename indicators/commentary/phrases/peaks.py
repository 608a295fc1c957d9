"""How peaks are told."""

from __future__ import annotations

HEIGHTS = (
    "le pic {when} atteint {value}{against}{after}",
    "un pic domine la période, celui {when} : {value}{against}{after}",
    "l’épisode saillant est le pic {when}, avec {value}{against}{after}",
)
EARLY = (
    "la période s’ouvre sur un pic isolé, celui {when} : {value}{against}{after}",
    ("le pic {when}, isolé en tout début de période, fait exception avec {value}{against}{after}"),
)
AFTERS = (
    ", avant un retour à {back} dès {month}",
    " ; les volumes retombent à {back} en {month}",
    ", puis un repli immédiat ({back} en {month})",
)
LISTS = (
    "{number} pics se succèdent, {most}en {listed}",
    "on relève {number} pics, {most}en {listed}",
)
TOGETHER = (
    "leur excédent tient d’abord {parts}",
    "ce qui dépasse alors le niveau courant est dû {parts}",
)
#: How much of the change over a year a peak makes.
WEIGHTS = (
    "la hausse sur un an ({rise}) tient à {part} à ce seul pic",
    "à lui seul, ce pic fait {part} de la hausse sur un an ({rise})",
)
WHOLE_WEIGHT = "la hausse sur un an ({rise}) tient tout entière à ce seul pic"
MADE_OF = (
    "est porté par {parts}",
    "est composé surtout par {parts}",
    "repose pour l’essentiel sur {parts}",
)
