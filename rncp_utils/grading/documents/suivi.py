"""Suivi de remise : où en est chaque copie attendue."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rncp_utils.grading.feuilles import en_heures
from rncp_utils.grading.notes import A_CONFIRMER, CORRIGE, ECHEC, NON_REMIS
from rncp_utils.grading.resultats import Resultats

NON_DISTRIBUE, A_CORRIGER, RETOUR = "non distribué", "remis, à corriger", "corrigé, retour produit"
COLONNES = ("apprenant", "devoir", "etat", "remis_le", "retard_h")
ETATS = (NON_DISTRIBUE, NON_REMIS, A_CORRIGER, ECHEC, A_CONFIRMER, CORRIGE, RETOUR)
AVERTISSEMENT = (
    "« Non remis » couvre « non commencé » et « en cours » : jusqu'à la remise, le travail reste sur le poste de "
    "l'apprenant."
)


def suivi_des_remises(resultats: Resultats, cours: Path | None = None) -> pd.DataFrame:
    """Une ligne par apprenant × devoir du carnet de notes : état, instant de remise, retard en heures.

    Avec le dossier du cours, une copie collectée mais pas encore corrigée, un devoir qui n'est pas distribué et un
    retour déjà produit se voient aussi. D'un candidat à la VAE, seules les copies remises y sont.
    """
    devoirs = resultats.devoirs
    attendus = (devoirs["statut"] != NON_REMIS) | ~devoirs["apprenant"].isin(resultats.en_vae)
    devoirs = devoirs[attendus].reset_index(drop=True)
    table = en_heures(devoirs)[["apprenant", "devoir", "statut", "remis_le", "retard_h"]]
    table = table.rename(columns={"statut": "etat"})
    table["retard_h"] = table["retard_h"].where(table["remis_le"].notna())
    if cours is not None:
        cles = list(zip(table["apprenant"], table["devoir"], strict=True))
        collectees, rendues = _copies(cours / "submitted"), _copies(cours / "feedback")
        distribues = {chemin.name for chemin in (cours / "release").glob("*") if chemin.is_dir()}
        non_remis = table["etat"] == NON_REMIS
        collectee = pd.Series([cle in collectees for cle in cles], index=table.index, dtype=bool)
        rendue = pd.Series([cle in rendues for cle in cles], index=table.index, dtype=bool)
        table["etat"] = table["etat"].mask(non_remis & ~table["devoir"].isin(distribues), NON_DISTRIBUE)
        table["etat"] = table["etat"].mask(non_remis & collectee, A_CORRIGER)
        table["etat"] = table["etat"].mask((table["etat"] == CORRIGE) & rendue, RETOUR)
    return table.reindex(columns=list(COLONNES))


def _copies(dossier: Path) -> set[tuple[str, str]]:
    """(learner, assignment) of each folder of a step of nbgrader."""
    return {(chemin.parent.name, chemin.name) for chemin in dossier.glob("*/*") if chemin.is_dir()}
