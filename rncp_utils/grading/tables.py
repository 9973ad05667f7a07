"""Des notes par cellule aux devoirs et aux compétences, selon les règles de certification.

Les règles sont celles de ``regles.yaml`` ; l'outil propose, le jury décide. Un statut n'est jamais donné sur des notes
partielles : une réponse à confirmer ou une épreuve manquante se voit dans le statut et se lit dans le motif.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.formats import pourcent
from rncp_utils.grading.blocs import AJOURNE, COLONNES_BLOC, VALIDATION, par_bloc
from rncp_utils.grading.comptage import Grille, compter
from rncp_utils.grading.entrees import Entrees
from rncp_utils.grading.epreuves import Situation, situer
from rncp_utils.grading.masques import enumerer, introduire, joindre, objets, si
from rncp_utils.grading.notes import A_CONFIRMER, CORRIGE, ECHEC, NON_REMIS
from rncp_utils.niveaux import ACQUIS, EN_COURS, NON_ACQUIS, NON_EVALUE
from rncp_utils.referentiel import Referentiel, Regles

__all__ = [
    "AJOURNE",
    "COLONNES_BLOC",
    "COLONNES_COMPETENCE",
    "VALIDATION",
    "par_bloc",
    "par_competence",
    "par_devoir",
]

COLONNES_COMPETENCE = (
    *("apprenant", "bloc", "competence", "points", "max", "taux", "niveau"),
    *("statut", "motif", "epreuves_manquantes"),
)


def par_devoir(notes: pd.DataFrame) -> pd.DataFrame:
    """Total de chaque apprenant à chaque devoir, pénalité de retard déduite comme le fait nbgrader.

    Parameters
    ----------
    notes
        Table de :func:`rncp_utils.grading.notes.notes_par_cellule`.

    Returns
    -------
    pandas.DataFrame
        apprenant, devoir, statut (le moins avancé de ses cellules), brut (somme des points), penalite,
        points (``max(0, brut - penalite)``), max, taux (points / max, seulement si tout est corrigé), remis_le (UTC),
        retard_s. Un devoir non remis n'a ni points ni taux.
    """
    # The least advanced status of the cells is the status of the copy.
    ordre = [CORRIGE, A_CONFIRMER, ECHEC, NON_REMIS]
    rangs = pd.Categorical(notes["statut"], categories=ordre).codes
    groupes = notes[["apprenant", "devoir", "points", "penalite", "max", "remis_le", "retard_s"]].assign(statut=rangs)
    groupes = groupes.groupby(["apprenant", "devoir"], sort=False)
    totaux = groupes.agg(
        statut=("statut", "max"),
        brut=("points", "sum"),
        penalite=("penalite", "first"),
        max=("max", "sum"),
        remis_le=("remis_le", "first"),
        retard_s=("retard_s", "first"),
    ).reset_index()
    totaux["statut"] = pd.Series(objets(ordre)[totaux["statut"].to_numpy(int)], dtype=object)
    totaux["brut"] = totaux["brut"].where(totaux["statut"] != NON_REMIS)
    totaux["points"] = (totaux["brut"] - totaux["penalite"]).clip(lower=0)
    corriges = totaux["points"].where((totaux["statut"] == CORRIGE) & (totaux["max"] > 0))
    totaux["taux"] = corriges / totaux["max"]
    ordre_colonnes = ["apprenant", "devoir", "statut", "brut", "penalite", "points", "max", "taux"]
    return totaux[[*ordre_colonnes, "remis_le", "retard_s"]]


def par_competence(
    notes: pd.DataFrame,
    referentiel: Referentiel,
    regles: Regles,
    entrees: Entrees | None = None,
    situation: Situation | None = None,
) -> pd.DataFrame:
    """Points, taux et statut de chaque apprenant à chaque compétence de la fiche.

    Seules comptent les épreuves de la fiche (les devoirs d'entraînement n'y sont pas), dans leur meilleure session, et
    les réponses qui ont une note. Une absence compte comme le disent les règles ; une erreur bloquante plafonne la
    compétence à « en cours » ; un candidat à la VAE est jugé sur son livret de preuves.

    Parameters
    ----------
    notes
        Table de :func:`rncp_utils.grading.notes.notes_par_cellule`.
    referentiel, regles
        Fiche et règles de certification.
    entrees
        Inscriptions, absences, erreurs bloquantes, preuves ; aucune par défaut.
    situation
        Résultat de :func:`rncp_utils.grading.epreuves.situer`, s'il est déjà calculé.

    Returns
    -------
    pandas.DataFrame
        Une ligne par apprenant × compétence, dans l'ordre de la fiche : apprenant, bloc, competence, points, max
        (évalués), taux (points / max, arrondi par les règles, plafonné à 1 ; NaN si rien n'est évalué), niveau (que
        donne ce taux sur la seule partie évaluée), statut, motif, epreuves_manquantes (codes).
    """
    entrees = entrees or Entrees.aucune()
    situation = situation or situer(notes, referentiel, regles, entrees)
    grille = compter(notes, entrees, referentiel, regles, situation)
    # Extra points may lift a sum above its maximum; they do not pay for another competence of the bloc.
    taux = np.clip(grille.points / np.where(grille.maximum > 0, grille.maximum, np.nan), 0, 1)
    taux = regles.arrondir_taux_en_nombre(taux)
    niveau = _niveaux(taux, regles)
    manquantes, absences = _epreuves_absentes(referentiel, situation)
    statut, motif = _statuts(grille, taux, niveau, manquantes, absences, situation, regles)
    codes = list(referentiel.codes_competences)
    eleves = len(situation.apprenants)
    bloc_de = {competence: bloc.code for bloc in referentiel.blocs for competence in bloc.competences}
    colonnes = {
        "apprenant": np.repeat(situation.apprenants, len(codes)),
        "bloc": np.tile(objets([bloc_de[competence] for competence in codes]), eleves),
        "competence": np.tile(objets(codes), eleves),
        "points": np.where(grille.maximum > 0, grille.points, np.nan).ravel(),
        "max": grille.maximum.ravel(),
        "taux": taux.ravel(),
        "niveau": niveau.ravel(),
        "statut": statut,
        "motif": motif,
        "epreuves_manquantes": manquantes,
    }
    series = {nom: pd.Series(valeurs, dtype=valeurs.dtype) for nom, valeurs in colonnes.items()}
    return pd.DataFrame(series, columns=list(COLONNES_COMPETENCE))


def _niveaux(taux: np.ndarray, regles: Regles) -> np.ndarray:
    """Level of each rate, once rounded; NaN where nothing is marked."""
    acquis, en_cours = float(regles.competence.acquis), float(regles.competence.en_cours)
    rang = np.where(np.isnan(taux), 3, np.where(taux >= acquis, 0, np.where(taux >= en_cours, 1, 2)))
    return objets([ACQUIS, EN_COURS, NON_ACQUIS, np.nan])[rang]


def _epreuves_absentes(fiche: Referentiel, situation: Situation) -> tuple[np.ndarray, np.ndarray]:
    """For each learner × competence: missing épreuves of its bloc, and which of them by a justified absence.

    An épreuve is missing when nothing was handed in, or when the course does not hold it. The VAE imposes none.
    """
    codes = list(fiche.codes_competences)
    forme = (len(situation.apprenants), len(codes))
    textes = [np.full(forme, "", dtype=object) for _ in range(2)]
    manque = (situation.choisi < 0) & ~situation.vae[:, None]
    for bloc in fiche.blocs:
        siennes = [rang for rang, evaluation in enumerate(fiche.evaluations) if evaluation.bloc == bloc.code]
        noms = [fiche.evaluations[rang].code for rang in siennes]
        colonnes = [codes.index(competence) for competence in bloc.competences]
        for texte, masque in zip(textes, (manque, manque & situation.justifiees), strict=True):
            texte[:, colonnes] = enumerer(masque[:, siennes], noms)[:, None]
    return textes[0].ravel(), textes[1].ravel()


def _statuts(
    grille: Grille,
    taux: np.ndarray,
    niveau: np.ndarray,
    manquantes: np.ndarray,
    absences: np.ndarray,
    situation: Situation,
    regles: Regles,
) -> tuple[np.ndarray, np.ndarray]:
    """Status of each learner × competence and why: what waits, what is missing, what counted zero, what caps."""
    attentes = _attentes(grille, situation, regles)
    en_vae = np.repeat(situation.vae, taux.shape[1])
    minimum = np.where(en_vae, regles.vae.preuves_minimum, regles.competence.epreuves_minimum)
    peu = np.where(en_vae, grille.preuves.ravel(), grille.epreuves.ravel()) < minimum
    incomplet = (manquantes != "") | np.isnan(taux.ravel()) | peu
    plafonnee = (grille.erreurs != "").ravel() & (niveau.ravel() == ACQUIS)
    statut = np.select(
        [attentes != "", incomplet, plafonnee], objets([A_CONFIRMER, NON_EVALUE, EN_COURS]).tolist(), niveau.ravel()
    )
    # Nothing to wait for, nothing missing, and still too few marks: the tags of the course leave the competence out.
    oubli = peu & (attentes == "") & (manquantes == "")
    zeros = enumerer(grille.zeros.reshape(len(attentes), len(situation.devoirs)), situation.devoirs)
    motif = joindre(
        [
            attentes,
            introduire("épreuves manquantes : ", manquantes),
            introduire("absences justifiées : ", absences),
            introduire("absences injustifiées, comptées 0 : ", zeros),
            si(oubli & ~en_vae, f"épreuves notées : moins de {regles.competence.epreuves_minimum}"),
            si(oubli & en_vae, f"preuves notées : moins de {regles.vae.preuves_minimum}"),
            introduire("erreur bloquante : ", grille.erreurs.ravel()),
            introduire("erreur bloquante levée par le jury : ", grille.erreurs_levees.ravel()),
        ]
    )
    return statut.astype(object), motif


def _attentes(grille: Grille, situation: Situation, regles: Regles) -> np.ndarray:
    """What still needs a person before any status: marks to give or confirm, failed runs, too few expert marks."""
    part = regles.competence.part_expert_min
    peu_expert = (grille.maximum > 0) & (grille.expert < float(part) * grille.maximum)
    forme = (grille.points.size, len(situation.devoirs))
    a_confirmer = enumerer(grille.a_confirmer.reshape(forme), situation.devoirs)
    en_echec = enumerer(grille.en_echec.reshape(forme), situation.devoirs)
    return joindre(
        [
            introduire("à noter ou à confirmer : ", a_confirmer),
            introduire("correction automatique en échec : ", en_echec),
            si((grille.preuves_a_noter > 0).ravel(), "preuves à noter"),
            si(peu_expert.ravel(), f"part notée par une personne : moins de {pourcent(part, 0)}"),
        ]
    )
