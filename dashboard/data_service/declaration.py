"""What the data service offers, declared once: its views, its help page and its OpenAPI document.

An address, a column or a parameter is never renamed under `VERSION`; others may be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indicators.facilities import Among
from indicators.selection import CHART_SECTORS

VERSION = "v1"


class Format(StrEnum):
    """How an answer is written."""

    CSV = "csv"
    JSON = "json"


class Kind(StrEnum):
    """What a column holds: how CSV and OpenAPI write it."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"


@dataclass(frozen=True)
class Parameter:
    """One parameter of the query string."""

    name: str
    description: str
    example: str
    required: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of an answer: a property of each line of its JSON."""

    name: str
    kind: Kind
    description: str


@dataclass(frozen=True)
class Resource:
    """One table of the service.

    `callers`: only those who may see the names of ESMS read it. `measures`: its JSON is the one of
    `manage.py indicators --json` instead of the lines of its CSV.
    """

    name: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    callers: bool = False
    measures: bool = False


TERRITORY_PATTERN = r"^(R[0-9]{2}|D[0-9][0-9AB][0-9]?)$"
MONTH_PATTERN = r"^[0-9]{4}-[0-9]{2}$"

TERRITORY = Parameter(
    "territoire",
    "R suivi du code de la région, ou D suivi de celui du département.",
    "R27",
    required=True,
    pattern=TERRITORY_PATTERN,
)
REGION = Parameter(
    "territoire",
    "R suivi du code de la région.",
    "R27",
    required=True,
    pattern=r"^R[0-9]{2}$",
)
FIRST = Parameter(
    "de",
    "Premier mois, AAAA-MM. Par défaut, 24 mois sont donnés.",
    "2024-01",
    pattern=MONTH_PATTERN,
)
LAST = Parameter(
    "a",
    "Dernier mois, AAAA-MM. Par défaut, le dernier mois reçu.",
    "2025-12",
    pattern=MONTH_PATTERN,
)
SECTOR = Parameter(
    "secteur",
    "Un seul secteur. Par défaut, tous.",
    "PA",
    choices=tuple(str(sector) for sector in CHART_SECTORS),
)
AMONG = Parameter(
    "parmi",
    "Quels ESMS\u202f: ceux qui ont alimenté sur la période (par défaut), ceux qui sont ouverts "
    "sans dépôt, les nouveaux ou ceux qui ont arrêté par rapport à un an plus tôt, ceux dont c’est "
    "le premier dépôt, ceux qui n’alimentent plus depuis 3 mois reçus.",
    "sans-depot",
    choices=tuple(among.value for among in Among),
)

TERRITORIES = Resource(
    "territoires",
    "Les territoires que la clé peut lire",
    "Une ligne par région et par département, avec le premier et le dernier mois reçus.",
    (),
    (
        Column("territoire", Kind.TEXT, "Code à donner aux autres adresses\u202f: R27, D21"),
        Column("nom", Kind.TEXT, "Nom"),
        Column("niveau", Kind.TEXT, "«\u202fregion\u202f» ou «\u202fdepartement\u202f»"),
        Column("region", Kind.TEXT, "Code de la région du territoire"),
        Column("premier_mois", Kind.TEXT, "Premier mois reçu, AAAA-MM"),
        Column("dernier_mois", Kind.TEXT, "Dernier mois reçu, AAAA-MM"),
    ),
)
INDICATORS = Resource(
    "indicateurs",
    "Les indicateurs d’un territoire, mois par mois",
    "En CSV, une ligne par mois, indicateur, secteur et type de document. En JSON, les mêmes "
    "mesures rassemblées par indicateur.",
    (TERRITORY, FIRST, LAST, SECTOR),
    (
        Column("mois", Kind.TEXT, "AAAA-MM"),
        Column("territoire", Kind.TEXT, "R27, D21"),
        Column("indicateur", Kind.TEXT, "Voir la liste des indicateurs"),
        Column("secteur", Kind.TEXT, "Vide\u202f: tous les secteurs"),
        Column("type", Kind.TEXT, "Code du type de document\u202f; vide\u202f: tous"),
        Column("valeur", Kind.NUMBER, "Un nombre, ou une fraction pour une part\u202f: 0,25"),
        Column("numerateur", Kind.NUMBER, "Ce que compte la part"),
        Column("denominateur", Kind.NUMBER, "Ce à quoi elle se rapporte"),
        Column("etat", Kind.TEXT, "recu, partiel, provisoire ou non_recu"),
        Column("libelle_type", Kind.TEXT, "Libellé du type de document\u202f; vide\u202f: tous"),
    ),
    measures=True,
)
DEPARTEMENTS = Resource(
    "departements",
    "Les départements d’une région",
    "Une ligne par département au dernier mois demandé, la région en dernier\u202f: le tableau de "
    "la page de la région. Avant elle, s’il y en a, les documents de la région qu’aucun "
    "département ne porte, «\u202fNon ventilé\u202f», sans code de territoire\u202f: avec eux, "
    "les documents des départements font ceux de la région quand chacun a été reçu jusqu’au "
    "dernier mois, et 9 mois au moins. N’additionnez pas la ligne de la région avec les autres.",
    (REGION, LAST, SECTOR),
    (
        Column("mois", Kind.TEXT, "Dernier mois reçu de la période, AAAA-MM"),
        Column(
            "territoire",
            Kind.TEXT,
            "D21\u202f; R27 pour la région\u202f; vide pour «\u202fNon ventilé\u202f»",
        ),
        Column("nom", Kind.TEXT, "Nom"),
        Column("documents_12_mois", Kind.INTEGER, "Documents des mois reçus parmi les 12"),
        Column(
            "evolution", Kind.NUMBER, "Fraction\u202f: 0,12 pour +12\u202f%, à mois comparables"
        ),
        Column("mois_comparables", Kind.INTEGER, "Mois reçus les deux années, sur 12"),
        Column("esms_alimentant", Kind.INTEGER, "ESMS qui ont alimenté dans le mois"),
        Column("esms_ouverts", Kind.INTEGER, "ESMS du périmètre ouverts dans le mois"),
        Column("taux", Kind.NUMBER, "L’un divisé par l’autre, en fraction"),
        Column("esms_alimentant_12_mois", Kind.INTEGER, "ESMS qui ont alimenté en 12 mois"),
        Column("esms_ouverts_12_mois", Kind.INTEGER, "Leur dénominateur"),
        Column("taux_12_mois", Kind.NUMBER, "L’un divisé par l’autre, en fraction"),
        Column("ecart_region", Kind.NUMBER, "Écart du taux sur 12 mois à celui de la région"),
        Column("rang", Kind.INTEGER, "Rang par taux sur 12 mois\u202f; vide sous 20 ESMS"),
        Column("dynamique", Kind.TEXT, "Dynamique des documents, en un mot"),
    ),
)
FACILITIES = Resource(
    "esms",
    "Les ESMS d’un territoire",
    "Une ligne par ESMS, réservée à qui peut voir leurs noms\u202f: référents, analystes et "
    "administrateurs de la région. Document de travail.",
    (TERRITORY, FIRST, LAST, SECTOR, AMONG),
    (
        Column("finess", Kind.TEXT, "FINESS ET, 9 caractères"),
        Column("nom", Kind.TEXT, "Nom"),
        Column("commune", Kind.TEXT, "Commune"),
        Column("departement", Kind.TEXT, "Code du département"),
        Column("secteur", Kind.TEXT, "Code du secteur"),
        Column("finess_ej", Kind.TEXT, "FINESS de l’entité juridique"),
        Column("og", Kind.TEXT, "Organisme gestionnaire ou groupe de rattachement"),
        Column("etat", Kind.TEXT, "État\u202f: régulier, sans dépôt depuis 3 mois reçus…"),
        Column("documents", Kind.INTEGER, "Documents de la période"),
        Column("mois_avec_depot", Kind.INTEGER, "Mois de la période avec un document"),
        Column("premier_depot", Kind.TEXT, "AAAA-MM"),
        Column("dernier_depot", Kind.TEXT, "AAAA-MM"),
    ),
    callers=True,
)

RESOURCES = {each.name: each for each in (TERRITORIES, INDICATORS, DEPARTEMENTS, FACILITIES)}

#: The indicators of the long table: code, what it is. A share has its numerator and denominator.
CODES = {
    "documents": "Documents du mois\u202f; par type, par secteur et en tout",
    "documents_non_ventiles": "Documents d’une région qu’aucun département ne porte, compris dans "
    "les précédents",
    "esms_alimentant": "ESMS avec au moins un document dans le mois, par secteur et en tout",
    "esms_ouverts": "ESMS du périmètre ouverts dans le mois, par secteur et en tout",
    "taux": "Part des ESMS ouverts qui ont alimenté dans le mois, par secteur et en tout",
    "taux_12_mois": "Part des ESMS ouverts qui ont alimenté dans les 12 mois\u202f; par secteur, "
    "au dernier mois reçu seulement",
    "mois_recus_12": "Mois reçus parmi les 12",
    "departements_recus": "Départements du territoire reçus dans le mois",
    "documents_12_mois": "Documents des mois reçus parmi les 12 derniers (dernier mois reçu)",
    "evolution": "Documents des 12 mois rapportés aux 12 d’avant, à mois comparables, en "
    "fraction (dernier mois reçu)",
    "part_esms": "Part de chaque secteur parmi les ESMS qui ont alimenté dans les 12 derniers mois",
    "part_documents": "Part de chaque secteur dans les documents des 12 derniers mois",
    "intensite": "Médiane des documents par ESMS et par mois d’alimentation, sur 12 mois",
    "regularite": "Médiane de la régularité des ESMS qui alimentent, sur 12 mois",
    "typage_generique": "Part des documents d’un type générique, sur 12 mois",
    "diversite": "Nombre de types à parts égales qui donnerait la même diversité, sur 12 mois",
    "concentration": "Part des documents des 5 organismes gestionnaires qui alimentent le plus, "
    "sur 12 mois",
}
