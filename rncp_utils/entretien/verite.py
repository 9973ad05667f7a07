"""The hidden truth of a scenario: what was to be found, what each choice is worth, what the expert says of it.

For a graded scenario it is a file of its own, ``verite.yaml``, that stays in ``source/<assignment>/``. A training
scenario may hold it, under its key ``verite``: there the truth is what the debriefing teaches.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOTIF_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
MOTIF_TEXTE = r"\S"
MOTIF_COMPETENCE = r"^C[1-9][0-9]?$"
EXEMPLES = {
    MOTIF_ID: "des lettres sans accent, des chiffres, - ou _",
    MOTIF_TEXTE: "un texte",
    MOTIF_COMPETENCE: "une compétence, par exemple C21",
}

Identifiant = Annotated[str, Field(pattern=MOTIF_ID)]
Texte = Annotated[str, Field(pattern=MOTIF_TEXTE)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Compte = Annotated[int, Field(ge=1)]
Competence = Annotated[str, Field(pattern=MOTIF_COMPETENCE)]

CODES = ("I1", "I2", "I3", "I4", "I5", "I6")
OUVERTE, FERMEE, REFORMULATION, PROPOSITION = "ouverte", "fermee", "reformulation", "proposition"
CADRE, CONCLUSION, DECOUVERTE = "cadre", "conclusion", "decouverte"
TypeDeChoix = Literal[
    "cadre",
    "ouverte",
    "fermee",
    "alternative",
    "relance",
    "reformulation",
    "information",
    "proposition",
    "objection",
    "conclusion",
    "neutre",
]
Phase = Literal["accueil", "decouverte", "validation", "proposition", "conclusion", "fin"]
ROUGES = {
    "promesse": "promesse d'un accord ou d'un geste qui n'appartient pas au conseiller",
    "sante": "question sur la santé ou la vie intime",
    "secret": "secret professionnel rompu",
    "pression": "pression sur le client",
    "dissimulation": "incitation à taire un fait",
    "hors_role": "conseil juridique ou fiscal hors du rôle du conseiller",
    "interdit": "engagement que la loi ne permet pas",
}
SIGNAUX = {
    "jargon": "vocabulaire que le client ne partage pas",
    "denigrement": "dénigrement d'un concurrent",
    "jugement": "jugement ou conseil que personne n'a demandé",
    "minimisation": "inquiétude du client écartée sans réponse",
    "catalogue": "solutions énumérées sans lien avec un besoin dit",
    "vague": "suite sans date ni engagement",
}
Code = Literal[*CODES]
Rouge = Literal[*ROUGES]
Signal = Literal[*SIGNAUX]


class Modele(BaseModel):
    """Strict and closed: a field that is not known here is a mistake, not a note."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Information(Modele):
    """Something that the client may tell; ``poids`` is its share of the coverage."""

    id: str
    libelle: Texte
    theme: str
    poids: Compte


class BesoinLatent(Modele):
    """A need that the client does not state: found once all its pieces of information are known."""

    id: str
    libelle: Texte
    informations: list[str] = Field(min_length=1)
    conseil: Texte


class Piege(Modele):
    """A mistake that the scenario invites; ``choix`` lists the ways (``"N8.c"``) of falling into it."""

    libelle: Texte
    choix: list[str] = Field(min_length=1)
    explication: Texte


class Annotation(Modele):
    """What a choice is worth.

    Attributes
    ----------
    prematuree : bool
        A solution said before the needs are known.
    rouge : str or None
        Kind of fault of conduct (I6), one of :data:`ROUGES`.
    bloquante : str or None
        Competence that this fault caps at « en cours » once the expert confirms it (rules of certification).
    signaux : list of str
        Clumsiness told in the debriefing, without points, among :data:`SIGNAUX`.
    informations : list of str
        Ids of the pieces of information that the client gives in answer, unless she does not trust enough to answer.
    faits, inexacts
        Of a reformulation: ids of the pieces of information that it takes up, and how many wrong ones it states.
    datee : bool
        Of a conclusion: the next step has a date.
    retour : str
        What the debriefing says of it.
    """

    type: TypeDeChoix
    prematuree: bool = False
    rouge: Rouge | None = None
    bloquante: Competence | None = None
    signaux: list[Signal] = Field(default_factory=list)
    informations: list[str] = Field(default_factory=list)
    faits: list[str] = Field(default_factory=list)
    inexacts: int = Field(default=0, ge=0)
    datee: bool = False
    retour: str = ""


class NoeudAnnote(Modele):
    """Phase of a node, and what each of its choices is worth."""

    phase: Phase
    choix: dict[str, Annotation] = Field(default_factory=dict)


class SeuilsCouverture(Modele):
    """I1: full marks from ``plein``, nothing under ``plancher``, in proportion between."""

    plein: Fraction
    plancher: Fraction


class SeuilsQuestionnement(Modele):
    """I2: share of open questions, bounds included."""

    plein: list[Fraction] = Field(min_length=2, max_length=2)
    partiel: list[Fraction] = Field(min_length=2, max_length=2)


class SeuilsReformulation(Modele):
    """I3: pieces of information known before, exact facts for full marks and for half."""

    informations: Compte
    faits: Compte
    faits_partiels: Compte


class SeuilsConduite(Modele):
    """I5 and I6: what must be known before any proposal, and the shortest interview that can be judged."""

    informations_avant_proposition: Compte
    echanges: Compte


class SeuilsConformite(Modele):
    """I6: number of red replies that calls for the expert's look."""

    alerte: Compte


class Seuils(Modele):
    """Parameters of the six indicators."""

    couverture: SeuilsCouverture
    questionnement: SeuilsQuestionnement
    reformulation: SeuilsReformulation
    conduite: SeuilsConduite
    conformite: SeuilsConformite


class Retour(Modele):
    """What the expert says of an indicator, reached or not."""

    acquis: Texte
    a_reprendre: Texte


class Verite(Modele):
    """All that the learner's notebook does not need in order to play."""

    scenario: str
    version: int = Field(ge=1)
    resume: Texte
    themes: dict[str, Texte]
    informations: list[Information] = Field(min_length=1)
    besoins_latents: list[BesoinLatent] = Field(min_length=1)
    noeuds: dict[str, NoeudAnnote]
    parcours_modele: list[str] = Field(min_length=1)
    seuils: Seuils
    pieges: list[Piege] = Field(default_factory=list)
    retours: dict[Code, Retour]

    def annotation(self, noeud: str, choix: str) -> Annotation:
        """What a choice is worth."""
        return self.noeuds[noeud].choix[choix]

    @property
    def libelles(self) -> dict[str, str]:
        """Wording of each piece of information."""
        return {information.id: information.libelle for information in self.informations}
