"""Diagnostic en classeur Excel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rncp_utils.tableurs import Feuille, ecrire_xlsx

if TYPE_CHECKING:
    from rncp_utils.entreprise.diagnostic import Diagnostic

_COLONNES_CONTROLES = {
    "controle": "Contrôle",
    "libelle": "Libellé",
    "gauche": "Gauche",
    "droite": "Droite",
    "ecart": "Écart",
    "tolerance": "Tolérance",
    "ok": "Tenu",
    "gravite": "Gravité",
    "detail": "Détail",
}
# What a sheet name cannot hold.
_INTERDITS = str.maketrans({**dict.fromkeys("[]:*?/\\", " "), "'": "’"})
_ONGLETS = {"Soldes intermédiaires de gestion": "SIG"}


def ecrire_classeur(diagnostic: Diagnostic, chemin: Path) -> Path:
    """Synthesis, one sheet a table, controls, reserves."""
    feuilles = {"Synthèse": Feuille(_synthese(diagnostic), largeurs={"Phrase": 80, "Repère": 50})}
    for tableau in diagnostic.tableaux:
        feuilles[_onglet(tableau.titre)] = Feuille(tableau.donnees(), filtre=False)
    controles = _controles(diagnostic)
    if not controles.empty:
        feuilles["Contrôles"] = Feuille(controles, largeurs={"Libellé": 60, "Détail": 60}, figees=2)
    remarques = _remarques(diagnostic)
    if not remarques.empty:
        feuilles["Réserves"] = Feuille(remarques, largeurs={"Phrase": 100})
    ecrire_xlsx(feuilles, chemin)
    return chemin


def _synthese(diagnostic: Diagnostic) -> pd.DataFrame:
    lignes = [(x.theme, f"{x.symbole} {x.niveau}", x.phrase, x.repere) for x in diagnostic.synthese]
    return pd.DataFrame(lignes, columns=["Thème", "Niveau", "Phrase", "Repère"])


def _controles(diagnostic: Diagnostic) -> pd.DataFrame:
    tables = [
        exercice.controles.reindex(columns=list(_COLONNES_CONTROLES)).assign(Exercice=exercice.nom)
        for exercice in diagnostic.exercices
        if not exercice.controles.empty
    ]
    if not tables:
        return pd.DataFrame()
    table = pd.concat(tables, ignore_index=True).rename(columns=_COLONNES_CONTROLES)
    table["Tenu"] = table["Tenu"].map({True: "oui", False: "non"}).fillna("non vérifiable")
    return table[["Exercice", *_COLONNES_CONTROLES.values()]]


def _remarques(diagnostic: Diagnostic) -> pd.DataFrame:
    lignes = [("Non calculé", phrase) for phrase in diagnostic.manques]
    lignes += [("Réserve", phrase) for phrase in diagnostic.reserves]
    return pd.DataFrame(lignes, columns=["Nature", "Phrase"])


def _onglet(titre: str) -> str:
    return _ONGLETS.get(titre, titre).translate(_INTERDITS)[:31].strip()
