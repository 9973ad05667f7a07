"""Ce que chaque note vaut pour la certification : épreuve, session, absence, meilleure session, voie de la VAE.

Le carnet de notes n'est jamais changé. Une ligne de notes garde ses points et dit, dans ``prise_en_compte``, ce qui en
est fait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.grading.entrees import Entrees
from rncp_utils.grading.notes import CORRIGE, NON_REMIS
from rncp_utils.referentiel import Referentiel, Regles, epreuve_du_devoir

COMPTEE, ZERO, A_NOTER = "comptée", "zéro (absence injustifiée)", "à noter"
ABSENT, AUTRE_SESSION, EN_TROP = "absence justifiée", "autre session retenue", "session en trop"
ENTRAINEMENT, VAE, NON_REMISE, SANS_COMPETENCE = "entraînement", "parcours VAE", "non remise", "sans compétence"
PRISES_EN_COMPTE = (
    *(COMPTEE, ZERO, A_NOTER, NON_REMISE, ABSENT, AUTRE_SESSION, EN_TROP),
    *(ENTRAINEMENT, VAE, SANS_COMPETENCE),
)
_CODES = {nom: rang for rang, nom in enumerate(PRISES_EN_COMPTE)}
_AUCUN = -1


@dataclass(frozen=True)
class Situation:
    """Notes by integer codes, and what counts for each learner and épreuve.

    Attributes
    ----------
    apprenants, devoirs
        Names behind the codes ``eleve`` and ``devoir`` of each row; learners sorted.
    sessions
        Session of each assignment (0: first), -1 for a training one.
    epreuve_de
        Rank of the épreuve of each assignment in the sheet, -1 for a training one.
    en_jeu, choisi
        Learner × assignment: copy of an épreuve, in a session that the rules allow; learner × épreuve: rank of the
        assignment that counts, -1 if there is none.
    zero, justifiees
        Learner × épreuve: the absence counts 0; a justified absence leaves the épreuve unmarked.
    vae
        Learners whose booklet of evidence stands for the épreuves.
    prise
        Rank in :data:`PRISES_EN_COMPTE` of each row.
    """

    apprenants: np.ndarray
    devoirs: np.ndarray
    eleve: np.ndarray
    devoir: np.ndarray
    sessions: np.ndarray
    epreuve_de: np.ndarray
    en_jeu: np.ndarray
    choisi: np.ndarray
    zero: np.ndarray
    justifiees: np.ndarray
    vae: np.ndarray
    prise: np.ndarray

    @property
    def texte(self) -> np.ndarray:
        """Words of ``prise_en_compte``."""
        return np.array(PRISES_EN_COMPTE, dtype=object)[self.prise]

    @property
    def session(self) -> np.ndarray:
        """Session of each row; 0 for a training assignment too."""
        return np.maximum(self.sessions, 0)[self.devoir]


def situer(notes: pd.DataFrame, referentiel: Referentiel, regles: Regles, entrees: Entrees) -> Situation:
    """Épreuve, session et prise en compte de chaque ligne de notes.

    Parameters
    ----------
    notes
        Table de :func:`rncp_utils.grading.notes.notes_par_cellule`.
    referentiel, regles
        Fiche et règles : absences, nombre de rattrapages, meilleure note par épreuve, voies de la VAE.
    entrees
        Inscriptions (voie) et absences.
    """
    eleve, apprenants = pd.factorize(notes["apprenant"], sort=True)
    apprenants = np.asarray(apprenants, dtype=object)
    devoir, devoirs = pd.factorize(notes["devoir"])
    devoirs = np.asarray(devoirs, dtype=object)
    # A row a learner and cell: four bytes instead of eight are felt on a large cohort.
    eleve, devoir = eleve.astype(np.int32), devoir.astype(np.int32)
    lus = [epreuve_du_devoir(nom, referentiel) for nom in devoirs]
    rangs = {code: rang for rang, code in enumerate(referentiel.codes_evaluations)}
    sessions = np.array([lu[1] if lu else _AUCUN for lu in lus], dtype=int)
    epreuve_de = np.array([rangs[lu[0]] if lu else _AUCUN for lu in lus], dtype=int)
    totaux = _totaux(notes, eleve, devoir, (len(apprenants), len(devoirs)))
    injustifiee, justifiee = _absences(entrees.absences, apprenants, devoirs, regles)
    permis = (epreuve_de >= 0) & (sessions <= regles.rattrapage.sessions)
    choisi = _choisir(totaux, injustifiee & ~totaux["remis"], permis, sessions, epreuve_de, len(rangs))
    zero = np.zeros(choisi.shape, dtype=bool)
    justifiees = np.zeros(choisi.shape, dtype=bool)
    for rang in np.flatnonzero(permis):
        epreuve = epreuve_de[rang]
        zero[:, epreuve] |= (choisi[:, epreuve] == rang) & ~totaux["remis"][:, rang]
        justifiees[:, epreuve] |= justifiee[:, rang] & (choisi[:, epreuve] < 0)
    vae = _en_vae(entrees.inscriptions, apprenants, regles)
    cases = {"choisi": choisi, "remis": totaux["remis"], "justifiee": justifiee}
    prise = _prise(notes, eleve, devoir, cases, permis, epreuve_de, vae)
    en_jeu = totaux["remis"] & permis & ~vae[:, None]
    return Situation(
        apprenants, devoirs, eleve, devoir, sessions, epreuve_de, en_jeu, choisi, zero, justifiees, vae, prise
    )


def _totaux(notes: pd.DataFrame, eleve: np.ndarray, devoir: np.ndarray, forme: tuple[int, int]) -> dict:
    """Learner × assignment: rate after the penalty, whether all is marked, whether it was handed in."""
    cases = eleve * forme[1] + devoir
    taille = forme[0] * forme[1]
    statut = notes["statut"].to_numpy(dtype=object)

    def somme(poids: np.ndarray) -> np.ndarray:
        return np.bincount(cases, weights=poids, minlength=taille).reshape(forme)

    brut, maximum = somme(np.nan_to_num(notes["points"].to_numpy(float))), somme(notes["max"].to_numpy(float))
    penalite = np.zeros(taille)
    penalite[cases] = notes["penalite"].to_numpy(float)
    points = np.clip(brut - penalite.reshape(forme), 0, None)
    return {
        "taux": points / np.where(maximum > 0, maximum, 1),
        "complet": somme((statut != CORRIGE).astype(float)) == 0,
        "remis": somme((statut != NON_REMIS).astype(float)) > 0,
    }


def _absences(
    absences: pd.DataFrame, apprenants: np.ndarray, devoirs: np.ndarray, regles: Regles
) -> tuple[np.ndarray, np.ndarray]:
    """Learner × assignment: absence that counts 0, absence that counts nothing, as the rules say of each kind."""
    zero, rien = (np.zeros((len(apprenants), len(devoirs)), dtype=bool) for _ in range(2))
    qui = pd.Index(apprenants).get_indexer(absences["apprenant"])
    quoi = pd.Index(devoirs).get_indexer(absences["devoir"])
    regle = {True: regles.absences.justifiee, False: regles.absences.injustifiee}
    for rang_eleve, rang_devoir, justifiee in zip(qui, quoi, absences["justifiee"], strict=True):
        if rang_eleve >= 0 and rang_devoir >= 0:
            (zero if regle[bool(justifiee)] == "zero" else rien)[rang_eleve, rang_devoir] = True
    return zero, rien


def _choisir(
    totaux: dict[str, np.ndarray],
    zeros: np.ndarray,
    permis: np.ndarray,
    sessions: np.ndarray,
    epreuve_de: np.ndarray,
    epreuves: int,
) -> np.ndarray:
    """Learner × épreuve: the assignment whose mark is kept, the best of those that are wholly marked.

    A copy that waits for a mark is kept only when no other is marked; at equal marks, the first session is.
    """
    choisi = np.full((len(zeros), epreuves), _AUCUN)
    meilleur = np.full((len(zeros), epreuves), -1.0)
    for rang in sorted(np.flatnonzero(permis), key=lambda rang: sessions[rang]):
        epreuve = epreuve_de[rang]
        remis = totaux["remis"][:, rang]
        # An extra credit can lift a rate above 1, never above a whole class.
        valeur = totaux["taux"][:, rang] + np.where(totaux["complet"][:, rang], 1e6, 0.0)
        valeur = np.where(remis, valeur, np.where(zeros[:, rang], 1e6, -1.0))
        mieux = valeur > meilleur[:, epreuve] + 1e-9
        choisi[mieux, epreuve] = rang
        meilleur[mieux, epreuve] = valeur[mieux]
    return choisi


def _en_vae(inscriptions: pd.DataFrame, apprenants: np.ndarray, regles: Regles) -> np.ndarray:
    voies = dict(zip(inscriptions["apprenant"], inscriptions["voie"], strict=True))
    return np.array([voies.get(nom) in regles.vae.voies for nom in apprenants], dtype=bool)


def _prise(
    notes: pd.DataFrame,
    eleve: np.ndarray,
    devoir: np.ndarray,
    cases: dict[str, np.ndarray],
    permis: np.ndarray,
    epreuve_de: np.ndarray,
    vae: np.ndarray,
) -> np.ndarray:
    epreuve = epreuve_de[devoir]
    retenu = (epreuve >= 0) & (cases["choisi"][eleve, epreuve] == devoir)
    remis = cases["remis"][eleve, devoir]
    conditions = {
        ENTRAINEMENT: epreuve < 0,
        VAE: vae[eleve],
        EN_TROP: ~permis[devoir],
        SANS_COMPETENCE: notes["competence"].isna().to_numpy(),
        ZERO: retenu & ~remis,
        ABSENT: ~remis & cases["justifiee"][eleve, devoir],
        NON_REMISE: ~remis,
        # What waits for a mark is said even in the session that is not kept: it may become the best.
        A_NOTER: notes["points"].isna().to_numpy(),
        COMPTEE: retenu,
    }
    codes = [np.int8(_CODES[nom]) for nom in conditions]
    return np.select(list(conditions.values()), codes, np.int8(_CODES[AUTRE_SESSION])).astype(np.int8)


def code(prise: str) -> int:
    """Rank of a word in :data:`PRISES_EN_COMPTE`."""
    return _CODES[prise]
