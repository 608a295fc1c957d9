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
    "{number} pics se succèdent{most} : {listed}",
    "on relève {number} pics{most} : {listed}",
)
TOGETHER = (
    "leur excédent tient d’abord {parts}",
    "ce qui dépasse alors le niveau courant est dû {parts}",
)
MADE_OF = (
    "est porté par {parts}",
    "est composé surtout par {parts}",
    "repose pour l’essentiel sur {parts}",
)
