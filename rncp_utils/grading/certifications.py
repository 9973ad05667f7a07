"""Des blocs à la certification : ce que l'outil propose, ce que le jury décide.

La proposition de certification suit les blocs : la décision du jury sur un bloc, s'il l'a prise, sinon la proposition
de l'outil. Elle n'est faite que pour un dossier qui peut mener à la certification.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurListe
from rncp_utils.grading.blocs import AJOURNE, VALIDATION
from rncp_utils.grading.entrees import DEROGATION, DOSSIER, Entrees
from rncp_utils.grading.lecture_csv import lire_csv_fr
from rncp_utils.grading.masques import enumerer, introduire, joindre, objets
from rncp_utils.grading.mentions import date_longue
from rncp_utils.grading.notes import A_CONFIRMER
from rncp_utils.niveaux import NON_EVALUE
from rncp_utils.referentiel import Referentiel, Regles

DECISIONS = "decisions.csv"
COLONNES_DECISIONS = ("apprenant", "objet", "proposition", "decision", "motif", "ecart")
COLONNES_CERTIFICATION = (
    *("apprenant", "voie", "date_entree", "dossier", "proposition", "motif"),
    *("decision", "motif_du_jury"),
)
CERTIFICATION = "certification"
HORS_CERTIFICATION, A_COMPLETER = "hors certification", "à compléter"
VALIDE, AJOURNE_PAR_LE_JURY = "validé", "ajourné"
# What the jury says when it follows the tool; nothing else is a proposal to follow.
SUIVRE = {VALIDATION: VALIDE, AJOURNE: AJOURNE_PAR_LE_JURY}
_PROPOSE = {decision: proposition for proposition, decision in SUIVRE.items()}
_INTRODUCTIONS = {A_CONFIRMER: "blocs à confirmer : ", NON_EVALUE: "blocs non évalués : ", AJOURNE: "blocs ajournés : "}


@dataclass(frozen=True)
class Deliberation:
    """Décisions lues et certifications proposées ; colonnes décrites par :class:`rncp_utils.grading.Resultats`."""

    decisions: pd.DataFrame
    certifications: pd.DataFrame

    def sans_motifs(self) -> Deliberation:
        """Les mêmes tables, sans ce que le jury a écrit librement."""
        return Deliberation(self.decisions.assign(motif=""), self.certifications.assign(motif_du_jury=""))


def lire_decisions(cours: Path) -> pd.DataFrame:
    """Décisions écrites dans ``session/decisions.csv``, non contrôlées ; l'index est le numéro de la ligne.

    Une ligne sans décision n'en est pas une. ``proposition`` est celle que le jury avait sous les yeux, si le fichier
    la porte.
    """
    chemin = Path(cours) / DOSSIER / DECISIONS
    colonnes = ("apprenant", "objet", "decision", "motif")
    if not chemin.exists():
        return pd.DataFrame(columns=[*colonnes, "proposition"], dtype=object)
    table = lire_csv_fr(chemin, colonnes, ("proposition",))
    return table[table["decision"] != ""]


def deliberer(
    blocs: pd.DataFrame, decisions: pd.DataFrame, entrees: Entrees, referentiel: Referentiel, regles: Regles
) -> Deliberation:
    """Propositions de certification, et décisions contrôlées.

    Parameters
    ----------
    blocs
        Table de :func:`rncp_utils.grading.blocs.par_bloc`.
    decisions
        Table de :func:`lire_decisions`.
    entrees, referentiel, regles
        Inscriptions ; fiche (validité, voies) ; règles (blocs requis).

    Raises
    ------
    ErreurListe
        Décision inconnue, double, prise sur un dossier qui ne le permet pas, ou écartée de la proposition sans motif.
    """
    codes = list(referentiel.codes_blocs)
    forme = (len(blocs) // len(codes), len(codes))
    apprenants = pd.Index(blocs["apprenant"].to_numpy(dtype=object).reshape(forme)[:, 0], dtype=object)
    propositions = blocs["proposition"].to_numpy(dtype=object).reshape(forme)
    dossiers = _dossiers(apprenants, entrees.inscriptions, referentiel)
    decidees = _par_objet(decisions, apprenants, codes)
    retenues = np.where(pd.isna(decidees), propositions, decidees)
    requis = [codes.index(code) for code in regles.certification.blocs_requis]
    table = _proposer(dossiers, retenues[:, requis], ~pd.isna(decidees[:, requis]), regles)
    fautes = list(_fautes(decisions, apprenants, codes, propositions, table))
    if fautes:
        raise ErreurListe(f"Le fichier « {DECISIONS} » est refusé, corrigez chacune de ces fautes :", fautes)
    controlees = _controlees(decisions, apprenants, codes, propositions, table)
    finales = controlees[controlees["objet"] == CERTIFICATION].set_index("apprenant")
    for colonne, origine in (("decision", "decision"), ("motif_du_jury", "motif")):
        textes = finales[origine].to_dict()
        table[colonne] = pd.Series([textes.get(nom, "") for nom in table["apprenant"]], index=table.index, dtype=object)
    return Deliberation(controlees, table[list(COLONNES_CERTIFICATION)])


def _dossiers(apprenants: pd.Index, inscriptions: pd.DataFrame, fiche: Referentiel) -> pd.DataFrame:
    """Whether each learner's file can lead to the certification, and why not."""
    voies = {voie.code: voie for voie in fiche.voies_acces.voies}
    inscrits = {ligne["apprenant"]: ligne for ligne in inscriptions.to_dict("records")}
    lignes = []
    for apprenant in apprenants:
        inscrit = inscrits.get(apprenant, {})
        entree = inscrit.get("date_entree")
        entree = entree if isinstance(entree, dt.date) else None
        voie = voies.get(inscrit.get("voie", ""))
        dossier, motif = _etat_du_dossier(fiche, voie, entree, bool(inscrit.get(DEROGATION)), bool(inscrit))
        lignes.append((apprenant, voie.code if voie else "", entree, dossier, motif))
    colonnes = ["apprenant", "voie", "date_entree", "dossier", "motif"]
    return pd.DataFrame(lignes, columns=colonnes, dtype=object)


def _etat_du_dossier(
    fiche: Referentiel, voie: object, entree: dt.date | None, derogation: bool, inscrit: bool
) -> tuple[str, str]:
    fin = fiche.validite.fin
    if not inscrit:
        return A_COMPLETER, "aucune inscription : la voie d'accès et la date d'entrée sont à renseigner"
    if entree is None:
        return A_COMPLETER, "date d'entrée en formation à renseigner"
    if entree > fin:
        return HORS_CERTIFICATION, (
            f"entrée en formation le {date_longue(entree)}, après la fin de l'enregistrement de la fiche "
            f"({date_longue(fin)}) : entraînement, non valable comme certification"
        )
    if voie is None:
        return A_COMPLETER, "voie d'accès à renseigner"
    if voie.statut == "ouvert" or derogation:
        return CERTIFICATION, ""
    if voie.statut == "ferme":
        return HORS_CERTIFICATION, "voie d'accès fermée par la fiche"
    return A_COMPLETER, "voie d'accès non confirmée par la fiche : une dérogation du certificateur est nécessaire"


def _par_objet(decisions: pd.DataFrame, apprenants: pd.Index, codes: list[str]) -> np.ndarray:
    """Learner × bloc: the proposal that the jury's decision amounts to, None where it has not decided."""
    grille = np.full((len(apprenants), len(codes)), None, dtype=object)
    for apprenant, objet, decision in decisions[["apprenant", "objet", "decision"]].itertuples(index=False):
        if apprenant in apprenants and objet in codes:
            grille[apprenants.get_loc(apprenant), codes.index(objet)] = _PROPOSE.get(decision)
    return grille


def _proposer(dossiers: pd.DataFrame, retenues: np.ndarray, decidees: np.ndarray, regles: Regles) -> pd.DataFrame:
    """The least advanced bloc says the proposal; a file that allows none says itself."""
    ouvert = (dossiers["dossier"] == CERTIFICATION).to_numpy()
    requis = list(regles.certification.blocs_requis)
    presents = [(retenues == proposition).any(axis=1) for proposition in _INTRODUCTIONS]
    rang = np.select([~ouvert, *presents], [0, 1, 2, 3], 4)
    dossier = dossiers["dossier"].to_numpy(dtype=object)
    proposition = objets(["", *_INTRODUCTIONS, VALIDATION])[rang]
    raisons = [introduire(texte, enumerer(retenues == nom, requis)) for nom, texte in _INTRODUCTIONS.items()]
    raisons.append(introduire("déjà décidés par le jury : ", enumerer(decidees, requis)))
    motif = np.where(ouvert, joindre(raisons), dossiers["motif"].to_numpy(dtype=object))
    return dossiers.assign(
        proposition=pd.Series(np.where(ouvert, proposition, dossier), dtype=object),
        motif=pd.Series(motif, dtype=object),
    )


def _fautes(
    decisions: pd.DataFrame, apprenants: pd.Index, codes: list[str], propositions: np.ndarray, table: pd.DataFrame
):
    """One sentence a line that cannot stand."""
    doubles = decisions.duplicated(["apprenant", "objet"])
    for rang, ligne in decisions.iterrows():
        faute = _faute(ligne, bool(doubles[rang]), apprenants, codes, propositions, table)
        if faute:
            yield f"ligne {rang} : {faute}"


def _faute(
    ligne: pd.Series,
    double: bool,
    apprenants: pd.Index,
    codes: list[str],
    propositions: np.ndarray,
    table: pd.DataFrame,
) -> str:
    apprenant, objet, decision = ligne["apprenant"], ligne["objet"], ligne["decision"]
    if objet not in codes and objet != CERTIFICATION:
        return f"l'objet « {objet} » est inconnu ; écrivez {', '.join([*codes, CERTIFICATION])}."
    if apprenant not in apprenants:
        return f"« {apprenant} » n'est pas au carnet de notes ; corrigez l'identifiant."
    if decision not in _PROPOSE:
        return f"la décision « {decision} » est inconnue ; écrivez {' ou '.join(_PROPOSE)}."
    if double:
        return f"{apprenant}, {objet} est décidé deux fois ; gardez une ligne."
    dossier, motif = table.loc[apprenants.get_loc(apprenant), ["dossier", "motif"]]
    if dossier == HORS_CERTIFICATION or (dossier == A_COMPLETER and objet == CERTIFICATION):
        return (
            f"{apprenant} : le jury ne peut pas se prononcer ({motif}) ; ôtez la décision, ou corrigez l'inscription."
        )
    proposition = ligne["proposition"] or _proposition(apprenant, objet, apprenants, codes, propositions, table)
    if SUIVRE.get(proposition) != decision and not ligne["motif"]:
        return (
            f"{apprenant}, {objet} : « {decision} » s'écarte de la proposition (« {proposition} ») ; "
            "écrivez le motif du jury."
        )
    return ""


def _proposition(
    apprenant: str,
    objet: str,
    apprenants: pd.Index,
    codes: list[str],
    propositions: np.ndarray,
    table: pd.DataFrame,
) -> str:
    rang = apprenants.get_loc(apprenant)
    return table["proposition"].iloc[rang] if objet == CERTIFICATION else propositions[rang, codes.index(objet)]


def _controlees(
    decisions: pd.DataFrame, apprenants: pd.Index, codes: list[str], propositions: np.ndarray, table: pd.DataFrame
) -> pd.DataFrame:
    actuelles = [
        _proposition(apprenant, objet, apprenants, codes, propositions, table)
        for apprenant, objet in decisions[["apprenant", "objet"]].itertuples(index=False)
    ]
    ecart = [SUIVRE.get(p) != decision for p, decision in zip(actuelles, decisions["decision"], strict=True)]
    controlees = decisions.rename(columns={"proposition": "vue"}).assign(proposition=actuelles, ecart=ecart)
    controlees = controlees.astype({"ecart": bool}).reset_index(drop=True)
    return controlees[[*COLONNES_DECISIONS, "vue"]]
