"""Modèle typé d'une fiche RNCP : ce que la fiche dit, ce qu'elle ne dit pas, et d'où vient chaque lecture.

Rien ici ne dépend d'une fiche donnée : les nombres, les codes et les libellés sont dans le fichier YAML. Ces classes
décrivent la forme ; les renvois entre listes sont contrôlés par :func:`rncp_utils.referentiel.charger_referentiel`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from rncp_utils.erreurs import ErreurSchema
from rncp_utils.modeles import Liste, ListeRemplie, Modele

# Shape of the codes, whatever the sheet: one or two letters then a number, e.g. C4, K1, A8, B2.
MOTIF_CODE = r"[A-Z]{1,2}[0-9]{1,3}"
# Second code of a competence: bloc, dot, rank in the bloc, e.g. B1.4.
MOTIF_CODE_BLOC = MOTIF_CODE + r"\.[0-9]{1,3}"
# Code of an evaluation, also the name of its assignment folder: bloc, hyphen, modality, e.g. B1-QST.
MOTIF_EVALUATION = MOTIF_CODE + r"-[A-Z][A-Z0-9]*"
# Code of a sheet: its RNCP number.
MOTIF_FICHE = r"[0-9]+"
# What to write instead of a badly shaped code, for the person who corrects the sheet.
EXEMPLES = {
    f"^{MOTIF_CODE}$": "un code comme C4, A1 ou B2",
    f"^{MOTIF_CODE_BLOC}$": "un code comme B1.4",
    f"^{MOTIF_EVALUATION}$": "un code comme B1-QST",
    f"^{MOTIF_FICHE}$": 'un numéro entre guillemets, comme "31919"',
}
# Assignments whose name starts so are training: no bloc, no certification.
PREFIXE_ENTRAINEMENT = "F-"

Texte = Annotated[str, Field(pattern=r"\S")]
Code = Annotated[str, Field(pattern=f"^{MOTIF_CODE}$")]
CodeBloc = Annotated[str, Field(pattern=f"^{MOTIF_CODE_BLOC}$")]
CodeEvaluation = Annotated[str, Field(pattern=f"^{MOTIF_EVALUATION}$")]
CodeFiche = Annotated[str, Field(pattern=f"^{MOTIF_FICHE}$")]
Niveau = Annotated[int, Field(ge=1, le=8)]
Effectif = Annotated[int, Field(ge=1)]


class Certification(Modele):
    """Identité de la certification ; ``niveau`` vaut None, avec une note, si la fiche ne le donne pas."""

    code: CodeFiche
    intitule: Texte
    type: Texte
    niveau: Niveau | None
    note_niveau: Texte | None = None
    champs_vides: Liste[Texte] = ()


class Certificateur(Modele):
    """Autorité responsable de la certification."""

    nom: Texte
    nom_court: Texte
    signataire_qualite: Texte
    lieux_certification: Liste[Texte] = ()
    lieux_preparation: Liste[Texte] = ()


class Rubrique(Modele):
    """Code d'une nomenclature publique (NSF, ROME…) et son libellé."""

    nomenclature: Texte
    code: Texte
    libelle: Texte


class Debouches(Modele):
    """Secteurs d'activité et emplois accessibles."""

    secteurs: Liste[Texte] = ()
    emplois: Liste[Texte] = ()


class Effectifs(Modele):
    """Nombres que la fiche annonce elle-même ; le contrôle les compare aux listes."""

    activites: Effectif
    competences: Effectif
    blocs: Effectif


class Activite(Modele):
    """Activité de la fiche, sous un identifiant interne au parcours."""

    id: Code
    libelle: Texte


class LienActivite(Modele):
    """Compétences que mobilise une activité."""

    activite: Code
    competences: ListeRemplie[Code]


class CorrespondanceActivites(Modele):
    """Table activité → compétences et ce qu'elle vaut (``statut`` : donnée de la fiche ou proposition)."""

    statut: Texte
    lignes: ListeRemplie[LienActivite]


class Competence(Modele):
    """Compétence, sous ses deux codes (``C4`` et ``B1.4``).

    ``libelle`` est le texte à afficher ; ``libelle_resume`` celui du résumé quand il diffère ; ``libelle_source`` le
    texte brut écarté (tronqué, ou typographiquement différent) ; ``note_libelle`` dit pourquoi.
    """

    code: Code
    code_bloc: CodeBloc
    libelle: Texte
    libelle_resume: Texte | None = None
    libelle_source: Texte | None = None
    note_libelle: Texte | None = None


class Bloc(Modele):
    """Bloc de compétences ; ``mention_certificat`` est la clause de la fiche sur le certificat de bloc.

    ``code`` est interne au parcours ; ``code_officiel`` celui de France compétences, s'il est connu.
    """

    code: Code
    numero: Effectif
    code_officiel: Texte | None = None
    libelle: Texte
    libelle_source: Texte | None = None
    note_libelle: Texte | None = None
    competences: ListeRemplie[Code]
    mention_certificat: Texte | None = None

    @property
    def intitule(self) -> str:
        """Numéro et libellé, comme dans la fiche (« Bloc 1 : … »)."""
        return f"Bloc {self.numero} : {self.libelle}"


class Evaluation(Modele):
    """Couple bloc × modalité ; ``code`` est aussi le nom du dossier du devoir."""

    code: CodeEvaluation
    bloc: Code
    libelle: Texte
    expert_metier: bool = False


class Jury(Modele):
    """Composition du jury : texte de la fiche, nombre de membres et qualité."""

    libelle: Texte
    membres: Effectif
    qualite: Texte


class VoieAcces(Modele):
    """Voie d'accès : le texte lu, le jury écrit en regard, le statut retenu et son motif."""

    code: Texte
    libelle: Texte
    texte_source: Texte
    jury: Texte | None
    statut: Literal["ouvert", "non_confirme", "ferme"]
    motif: Texte


class VoiesAcces(Modele):
    """Voies d'accès, avec la source de la lecture et ses limites."""

    source: Texte
    avertissement: Texte | None = None
    voies: ListeRemplie[VoieAcces]


class Territoire(Modele):
    """Accès depuis un territoire ; ``accessible`` vaut None, avec une note, si la fiche ne se lit pas."""

    libelle: Texte
    accessible: bool | None
    note: Texte | None = None


class BaseLegale(Modele):
    """Acte d'enregistrement et sa publication."""

    nature: Texte
    date: dt.date
    date_jo: dt.date | None = None
    intitule: Texte
    texte: Texte


class Validite(Modele):
    """Période d'enregistrement, bornes comprises."""

    debut: dt.date
    fin: dt.date
    duree_ans: Effectif | None = None


class Reglementation(Modele):
    """Condition d'exercice du métier citée par la fiche, avec ce qui reste à vérifier avant diffusion."""

    code: Texte
    objet: Texte
    textes: ListeRemplie[Texte]
    a_verifier: Texte | None = None


class FicheLiee(Modele):
    """Autre fiche à connaître ; ``remplacement`` dit si elle remplace celle-ci, ou « à vérifier »."""

    code: CodeFiche
    intitule: Texte
    niveau: Niveau | None
    fin_enregistrement: dt.date | None
    meme_certificateur: bool
    remplacement: Texte
    source: Texte


class Referentiel(Modele):
    """Fiche RNCP entière. S'obtient par :func:`rncp_utils.referentiel.charger_referentiel`.

    Les listes gardent l'ordre de la fiche ; cet ordre est celui des tableaux.

    Examples
    --------
    >>> from rncp_utils.referentiel import charger_referentiel
    >>> fiche = charger_referentiel("rncp31919")
    >>> fiche.competence("B1.5").libelle
    'Analyser les documents d’une entreprise et conduire une analyse financière'
    >>> [evaluation.code for evaluation in fiche.evaluations_du_bloc("B3")]
    ['B3-MES', 'B3-RAP']
    """

    certification: Certification
    certificateur: Certificateur
    nomenclatures: Liste[Rubrique] = ()
    debouches: Debouches | None = None
    effectifs_annonces: Effectifs | None = None
    activites: ListeRemplie[Activite]
    correspondance_activites: CorrespondanceActivites
    blocs: ListeRemplie[Bloc]
    competences: ListeRemplie[Competence]
    evaluations: ListeRemplie[Evaluation]
    validite_composantes_acquises: Texte
    jury: Jury
    voies_acces: VoiesAcces
    territoires: Liste[Territoire] = ()
    base_legale: BaseLegale | None
    validite: Validite
    reglementation: Liste[Reglementation] = ()
    fiches_liees: Liste[FicheLiee] = ()

    def competence(self, code: str) -> Competence:
        """Compétence désignée par l'un de ses deux codes (``C4`` ou ``B1.4``) ; ErreurSchema s'il est inconnu."""
        for competence in self.competences:
            if code in (competence.code, competence.code_bloc):
                return competence
        raise self._inconnu("La compétence", code, self.codes_competences)

    def bloc(self, code: str) -> Bloc:
        """Bloc désigné par son code (``B1``) ; ErreurSchema s'il est inconnu."""
        for bloc in self.blocs:
            if bloc.code == code:
                return bloc
        raise self._inconnu("Le bloc", code, self.codes_blocs)

    def evaluation(self, code: str) -> Evaluation:
        """Évaluation désignée par son code (``B1-QST``) ; ErreurSchema s'il est inconnu."""
        for evaluation in self.evaluations:
            if evaluation.code == code:
                return evaluation
        raise self._inconnu("L'évaluation", code, self.codes_evaluations)

    def bloc_de(self, code: str) -> Bloc:
        """Bloc auquel appartient une compétence, désignée par l'un de ses deux codes."""
        cherchee = self.competence(code).code
        return next(bloc for bloc in self.blocs if cherchee in bloc.competences)

    def competences_du_bloc(self, code: str) -> tuple[Competence, ...]:
        """Compétences d'un bloc, dans l'ordre de la fiche."""
        return tuple(self.competence(c) for c in self.bloc(code).competences)

    def evaluations_du_bloc(self, code: str) -> tuple[Evaluation, ...]:
        """Évaluations d'un bloc (une par modalité), dans l'ordre de la fiche."""
        bloc = self.bloc(code).code
        return tuple(evaluation for evaluation in self.evaluations if evaluation.bloc == bloc)

    def est_valide_le(self, jour: dt.date) -> bool:
        """Vrai si la certification est enregistrée ce jour-là, premier et dernier jours compris."""
        return self.validite.debut <= jour <= self.validite.fin

    @property
    def codes_competences(self) -> tuple[str, ...]:
        """Codes courts des compétences (``C1``…), dans l'ordre de la fiche."""
        return tuple(competence.code for competence in self.competences)

    @property
    def codes_blocs(self) -> tuple[str, ...]:
        """Codes des blocs, dans l'ordre de la fiche."""
        return tuple(bloc.code for bloc in self.blocs)

    @property
    def codes_evaluations(self) -> tuple[str, ...]:
        """Codes des évaluations, dans l'ordre de la fiche."""
        return tuple(evaluation.code for evaluation in self.evaluations)

    def _inconnu(self, quoi: str, code: str, connus: tuple[str, ...]) -> ErreurSchema:
        fiche = self.certification.code
        return ErreurSchema(
            f"{quoi} « {code} » n'existe pas dans la fiche RNCP {fiche} ; codes connus : {', '.join(connus)}."
        )
