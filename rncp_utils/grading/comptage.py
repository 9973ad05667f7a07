"""Learner × competence: the sums that a status rests on, in one pass over the notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.grading.entrees import Entrees
from rncp_utils.grading.epreuves import COMPTEE, ZERO, Situation, code
from rncp_utils.grading.notes import A_CONFIRMER, ECHEC
from rncp_utils.referentiel import Referentiel, Regles


@dataclass
class Grille:
    """Learner × competence.

    Attributes
    ----------
    points, maximum, expert
        Points obtained, points marked, points marked by a person.
    epreuves, preuves, preuves_a_noter
        Numbers of épreuves and of pieces of evidence (VAE) that are marked, and of those that are not.
    a_confirmer, en_echec, zeros
        Learner × competence × assignment: marks that wait for a person, failed runs, absences that count 0.
    erreurs, erreurs_levees
        Blocking errors, and those that the jury lifted, in words.
    """

    points: np.ndarray
    maximum: np.ndarray
    expert: np.ndarray
    epreuves: np.ndarray
    preuves: np.ndarray
    preuves_a_noter: np.ndarray
    a_confirmer: np.ndarray
    en_echec: np.ndarray
    zeros: np.ndarray
    erreurs: np.ndarray
    erreurs_levees: np.ndarray


def compter(notes: pd.DataFrame, entrees: Entrees, fiche: Referentiel, regles: Regles, situation: Situation) -> Grille:
    """Sums of the notes, then those of the evidence of the VAE, then the blocking errors."""
    codes = pd.Index(fiche.codes_competences)
    forme = (len(situation.apprenants), len(codes))
    grille = _des_notes(notes, rangs_parmi(notes["competence"], codes), fiche, situation, forme)
    apprenants = pd.Index(situation.apprenants, dtype=object)
    _ajouter_les_preuves(grille, entrees.preuves, codes, apprenants, situation.vae, regles.vae.niveau_max)
    for leve, textes in ((False, grille.erreurs), (True, grille.erreurs_levees)):
        erreurs = entrees.erreurs[entrees.erreurs["leve"].astype(bool) == leve]
        lignes = zip(
            apprenants.get_indexer(erreurs["apprenant"]),
            codes.get_indexer(erreurs["competence"]),
            erreurs["motif_du_jury" if leve else "motif"],
            strict=True,
        )
        for eleve, competence, motif in lignes:
            if eleve >= 0:
                textes[eleve, competence] = ", ".join(filter(None, [textes[eleve, competence], motif]))
    return grille


def rangs_parmi(colonne: pd.Series, codes: pd.Index) -> np.ndarray:
    """Rank of each text among ``codes``, -1 for another; only the distinct texts are looked up."""
    valeurs, uniques = pd.factorize(colonne)
    return np.append(codes.get_indexer(uniques), -1)[valeurs]


def _des_notes(
    notes: pd.DataFrame, competence: np.ndarray, fiche: Referentiel, situation: Situation, forme: tuple[int, int]
) -> Grille:
    eleve, devoir = situation.eleve, situation.devoir
    connue = competence >= 0
    a_zero = situation.prise == code(ZERO)
    comptee = connue & (a_zero | (situation.prise == code(COMPTEE)))
    cases = (eleve * forme[1] + competence)[comptee]
    maximum = notes["max"].to_numpy(float)[comptee]
    points = np.where(a_zero, 0.0, notes["points"].to_numpy(float))[comptee]
    expert = np.where(notes["manuel"].notna().to_numpy()[comptee], maximum, 0.0)

    def somme(poids: np.ndarray) -> np.ndarray:
        return np.bincount(cases, weights=poids, minlength=forme[0] * forme[1]).reshape(forme)

    def presence(lignes: np.ndarray) -> np.ndarray:
        masque = np.zeros((*forme, len(situation.devoirs)), dtype=bool)
        masque[eleve[lignes], competence[lignes], devoir[lignes]] = True
        return masque

    epreuves = np.zeros((*forme, len(fiche.evaluations)), dtype=bool)
    epreuves[eleve[comptee], competence[comptee], situation.epreuve_de[devoir[comptee]]] = True
    # A mark that waits in another session counts as waiting: it may become the best.
    attendue = connue & situation.en_jeu[eleve, devoir]
    statut = notes["statut"].to_numpy(dtype=object)
    return Grille(
        points=somme(points),
        maximum=somme(maximum),
        expert=somme(expert),
        epreuves=epreuves.sum(axis=2),
        preuves=np.zeros(forme, dtype=int),
        preuves_a_noter=np.zeros(forme, dtype=int),
        a_confirmer=presence(attendue & (statut == A_CONFIRMER)),
        en_echec=presence(attendue & (statut == ECHEC)),
        zeros=presence(connue & a_zero),
        erreurs=np.full(forme, "", dtype=object),
        erreurs_levees=np.full(forme, "", dtype=object),
    )


def _ajouter_les_preuves(
    grille: Grille,
    preuves: pd.DataFrame,
    codes: pd.Index,
    apprenants: pd.Index,
    vae: np.ndarray,
    niveau_max: int,
) -> None:
    """Levels obtained out of levels possible, for the learners of the VAE alone."""
    eleve, competence = apprenants.get_indexer(preuves["apprenant"]), codes.get_indexer(preuves["competence"])
    en_vae = (eleve >= 0) & np.append(vae, False)[eleve]
    niveaux = preuves["niveau"].to_numpy(float)
    notees = en_vae & ~np.isnan(niveaux)
    ou = eleve[notees], competence[notees]
    np.add.at(grille.points, ou, niveaux[notees])
    np.add.at(grille.maximum, ou, niveau_max)
    np.add.at(grille.expert, ou, niveau_max)
    np.add.at(grille.preuves, ou, 1)
    sans_note = en_vae & np.isnan(niveaux)
    np.add.at(grille.preuves_a_noter, (eleve[sans_note], competence[sans_note]), 1)
