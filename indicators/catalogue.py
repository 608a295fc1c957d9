"""Every indicator, declared once: what it counts, over what, why it matters, what it cannot say.

Charts, the method page, slides and workbooks read these declarations (definitions: DOMAIN,
"Indicators").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from indicators.series import LEAST_RECEIVED
from reference.numbers import NARROW


class Direction(Enum):
    """Which way is better."""

    UP = "plus c’est haut, mieux c’est"
    DOWN = "plus c’est bas, mieux c’est"
    NONE = "ni la hausse ni la baisse n’est bonne en soi"


class Family(Enum):
    """The chapters of the method page, in its order."""

    VOLUMES = "Documents"
    REACH = "ESMS qui alimentent"
    SECTORS = "Secteurs"
    USE = "Usages"
    PROGRAMMES = "Programmes"


@dataclass(frozen=True)
class Indicator:
    """One indicator, in French as screens and exports write it.

    `numerator` and `denominator` say what is divided by what; `denominator` is empty for a count.
    """

    code: str
    family: Family
    title: str
    numerator: str
    denominator: str
    unit: str
    direction: Direction
    why: str
    caveat: str

    @property
    def is_ratio(self) -> bool:
        """Whether something is divided by something."""
        return bool(self.denominator)


_PARC = "ESMS du périmètre ouverts au moins un jour dans le mois"
_PARC_NOTE = (
    "Un ESMS qui a alimenté dans le mois compte parmi les ESMS ouverts, même si le registre le dit "
    f"fermé{NARROW}: il est signalé pour correction."
)
_NINE = f"Non disponible en dessous de {LEAST_RECEIVED} mois reçus sur 12."

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        code="documents",
        family=Family.VOLUMES,
        title="Documents alimentés",
        numerator="somme des documents déposés dans le mois, tous types confondus ou par type",
        denominator="",
        unit="documents",
        direction=Direction.UP,
        why="C’est ce que trouvent les personnes dans leur Mon espace santé.",
        caveat="Un seul établissement automatisé peut porter le volume d’un département. Les "
        "documents portés par un organisme gestionnaire sans site identifié comptent ici, jamais "
        "dans les taux.",
    ),
    Indicator(
        code="growth",
        family=Family.VOLUMES,
        title="Évolution sur un an",
        numerator="documents des 12 derniers mois",
        denominator="documents des 12 mois précédents, à mois comparables",
        unit=f"{NARROW}%",
        direction=Direction.UP,
        why="Elle efface l’effet des saisons.",
        caveat="Un pic pèse sur l’année qui le contient. Seuls comptent les mois reçus les deux "
        "années. " + _NINE,
    ),
    Indicator(
        code="growth_origin",
        family=Family.VOLUMES,
        title="D’où vient la croissance",
        numerator="variation des documents sur un an, due aux nouveaux ESMS, à ceux qui "
        "alimentaient déjà, à ceux qui ont cessé et aux organismes gestionnaires",
        denominator="",
        unit="documents",
        direction=Direction.NONE,
        why="Une hausse portée par de nouveaux ESMS n’appelle pas la même action qu’une hausse "
        "portée par les mêmes.",
        caveat="La somme des parts est la variation totale, sur les mêmes mois comparables.",
    ),
    Indicator(
        code="contributors",
        family=Family.REACH,
        title="ESMS qui alimentent",
        numerator="ESMS du périmètre ouverts avec au moins un document dans le mois",
        denominator="",
        unit="ESMS",
        direction=Direction.UP,
        why="Le nombre dit l’adhésion, le volume ne la dit pas.",
        caveat="Un ESMS est un site géographique (FINESS ET), jamais un organisme gestionnaire.",
    ),
    Indicator(
        code="rate",
        family=Family.REACH,
        title="Part des ESMS alimentant Mon espace santé",
        numerator="ESMS qui alimentent dans le mois",
        denominator=_PARC,
        unit=f"{NARROW}%",
        direction=Direction.UP,
        why="Elle seule permet de comparer deux départements.",
        caveat=_PARC_NOTE,
    ),
    Indicator(
        code="rate_12m",
        family=Family.REACH,
        title="Part des ESMS ayant alimenté sur 12 mois",
        numerator="ESMS ouverts dans le mois, avec au moins un document dans les 12 mois qui "
        "finissent avec lui (compte distinct)",
        denominator=_PARC,
        unit=f"{NARROW}%",
        direction=Direction.UP,
        why="Elle retient aussi ceux qui alimentent de temps en temps.",
        caveat="Ce n’est jamais une somme de mois. " + _NINE,
    ),
    Indicator(
        code="regularity",
        family=Family.REACH,
        title="Régularité",
        numerator="mois avec au moins un document, sur 12 mois",
        denominator="mois reçus depuis le premier dépôt de l’ESMS, sur 12 mois",
        unit=f"{NARROW}%",
        direction=Direction.UP,
        why="Un usage installé se voit chaque mois, un effet de cible une seule fois.",
        caveat=f"Un ESMS est dit régulier à partir de 80{NARROW}%.",
    ),
    Indicator(
        code="intensity",
        family=Family.REACH,
        title="Intensité",
        numerator="médiane des documents par ESMS et par mois où il alimente, sur 12 mois",
        denominator="",
        unit="documents par ESMS et par mois",
        direction=Direction.UP,
        why="Elle dit ce que dépose un ESMS ordinaire, sans les plus gros.",
        caveat="Médiane et non moyenne" + f"{NARROW}: quelques ESMS automatisés la fausseraient.",
    ),
    Indicator(
        code="sector_rate",
        family=Family.SECTORS,
        title="Part des ESMS qui alimentent, par secteur",
        numerator="ESMS du secteur qui alimentent",
        denominator="ESMS ouverts du même secteur",
        unit=f"{NARROW}%",
        direction=Direction.UP,
        why="Dire que presque tous les contributeurs sont du secteur PA ne veut rien dire sans "
        "elle.",
        caveat="En dessous de 20 ESMS ouverts, des nombres et non des pourcentages.",
    ),
    Indicator(
        code="sector_split",
        family=Family.SECTORS,
        title="Répartition par secteur",
        numerator="ESMS distincts du secteur qui ont alimenté dans la fenêtre, ou leurs documents",
        denominator="tous les ESMS distincts qui ont alimenté dans la fenêtre, ou tous les "
        "documents",
        unit=f"{NARROW}%",
        direction=Direction.NONE,
        why="Elle montre qui porte l’alimentation du territoire.",
        caveat="La fenêtre est de 12 mois, écrite sur le graphique. Un ESMS sans secteur connu "
        "compte à part, il n’est jamais écarté.",
    ),
    Indicator(
        code="typing",
        family=Family.USE,
        title="Qualité du typage",
        numerator="documents de types génériques (synthèses, document du secteur social ou "
        "médico-social, document sans autre précision E1762, types non reconnus)",
        denominator="documents de la fenêtre",
        unit=f"{NARROW}%",
        direction=Direction.DOWN,
        why="Un document bien typé se retrouve.",
        caveat="«\u202fAutres\u202f» n’est pas un type générique" + f"{NARROW}: il réunit des "
        "types précis, peu fréquents.",
    ),
    Indicator(
        code="diversity",
        family=Family.USE,
        title="Diversité des types",
        numerator="nombre de types qui, utilisés à parts égales, donneraient la même diversité "
        "(exponentielle de l’entropie de Shannon)",
        denominator="",
        unit="types",
        direction=Direction.UP,
        why="Une alimentation diverse suit la prise en charge, pas un seul flux.",
        caveat="Calculée sur les codes du DMP, types non reconnus exclus.",
    ),
    Indicator(
        code="concentration",
        family=Family.USE,
        title="Concentration",
        numerator="documents des cinq organismes gestionnaires qui déposent le plus",
        denominator="documents de la fenêtre",
        unit=f"{NARROW}%",
        direction=Direction.NONE,
        why="Un volume qui repose sur un organisme tombe avec lui.",
        caveat="Un groupe de rattachement, quand il est connu, compte pour un organisme.",
    ),
    Indicator(
        code="programme_coverage",
        family=Family.PROGRAMMES,
        title="Couverture d’un programme",
        numerator="membres du programme parmi les ESMS ouverts",
        denominator=_PARC,
        unit=f"{NARROW}%",
        direction=Direction.NONE,
        why="Elle dit quelle part du territoire le programme a touchée.",
        caveat="Les membres sont ceux du dernier fichier appliqué.",
    ),
    Indicator(
        code="programme_gap",
        family=Family.PROGRAMMES,
        title="Écart entre membres et autres",
        numerator="part des membres qui ont alimenté sur 12 mois, moins celle des autres ESMS",
        denominator="",
        unit="points",
        direction=Direction.NONE,
        why="Il situe les membres par rapport aux autres, sans prouver que le programme en est la "
        "cause.",
        caveat="Les membres ont pu être choisis parmi les plus avancés. " + _NINE,
    ),
)
