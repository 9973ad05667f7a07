"""What a learner reads beside a figure: its lines in French, and how far its parameters were checked."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import fiche_parametre

CONVENTION = "convention de cours"
COLONNES = ("libelle", "montant", "commentaire")
# label, amount (euros unless the label says otherwise), how it was obtained
Ligne = tuple[str, float, str]


def expliquer(resultat: pd.Series) -> pd.DataFrame:
    """Chaque chiffre d'un résultat, ligne à ligne, tel qu'on le pose sur le papier.

    Parameters
    ----------
    resultat : Series
        Résultat, pour un seul cas, de :func:`ir`, :func:`is_societe`, :func:`cotisations_tns`, :func:`micro`,
        :func:`reste_a_vivre`, :func:`respecte_hcsf`, :func:`capacite_remboursement_pro`, :func:`situation_foyer` ou
        :func:`consolidation`.

    Returns
    -------
    DataFrame
        Une ligne par étape : ``libelle``, ``montant`` (euros, ou fraction quand le libellé dit « taux » ou « part »),
        ``commentaire``.

    Raises
    ------
    ErreurDonnees
        Une table, ou un résultat sans explication.

    >>> from rncp_utils.credit.endettement.impots import is_societe
    >>> lignes = expliquer(is_societe(49_000, "2024-12-31", ca=600_000, eligible=True))
    >>> lignes["montant"].tolist(), lignes["libelle"].iloc[-1]
    ([49000.0, 6375.0, 1625.0, 8000.0], 'Impôt sur les sociétés')
    """
    lignes = resultat.attrs.get("lignes") if isinstance(resultat, pd.Series) else None
    if lignes is None:
        raise ErreurDonnees(
            "Il n'y a pas d'explication à montrer : donnez le résultat d'un calcul fait pour un seul cas, non modifié."
        )
    return pd.DataFrame(list(lignes), columns=list(COLONNES))


def avec_lignes(
    resultat: pd.Series | pd.DataFrame, lignes: Callable[[pd.Series], list[Ligne]], *parametres: str
) -> pd.Series | pd.DataFrame:
    """The lines of the only case, and, for one or many, what the parameters it rests on are worth."""
    if isinstance(resultat, pd.Series):
        resultat.attrs["lignes"] = tuple(lignes(resultat))
    resultat.attrs["sources"] = {nom: _mention(nom) for nom in parametres}
    return resultat


def _mention(nom: str) -> str:
    """How far a parameter was checked, when, and what is left to check."""
    fiche = fiche_parametre(nom)
    jour = f"{fiche.metadata.last_value_still_valid_on:%d/%m/%Y}"
    statut = fiche.statut.replace("_", " ")
    return f"{statut} ({jour})" + (f", à vérifier : {fiche.a_verifier}" if fiche.a_verifier else "")
