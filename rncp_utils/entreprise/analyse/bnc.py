"""Soldes d'un professionnel libéral, à partir de sa déclaration 2035 (encaissements et décaissements)."""

from __future__ import annotations

import pandas as pd

from rncp_utils.entreprise.codes import BNC
from rncp_utils.entreprise.documents.formulaire_2035 import lignes_2035
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur, calculer
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema


def sig_bnc(x: Entreprises) -> pd.Series | pd.DataFrame:
    """Soldes d'une profession libérale en comptabilité de caisse (2035).

    ``recettes_nettes = recettes - debours - honoraires_retrocedes`` ; ``marge = recettes_nettes - achats - tva`` ;
    ``ebe_bnc = recettes_nettes - (depenses - frais_financiers - charges_sociales_perso)`` : les amortissements ne sont
    pas dans les dépenses. ``revenu_avant_cotisations = resultat + charges_sociales_perso``.

    Parameters
    ----------
    x : Liasse (régime BNC), mapping, Series ou DataFrame
        Montants en euros, positifs, sous les noms ``recettes`` (ou ``recettes_nettes``), ``depenses``, ``benefice`` ou
        ``deficit``, et, s'il y a lieu, ``debours``, ``honoraires_retrocedes``, ``achats``, ``tva``,
        ``frais_financiers``, ``charges_sociales_perso``. Les recettes et les dépenses sont exigées.

    Returns
    -------
    Series ou DataFrame
        recettes_nettes, marge, ebe_bnc, benefice, revenu_avant_cotisations (euros), marge_sur_recettes,
        ebe_sur_recettes (fractions).

    Raises
    ------
    ErreurDonnees
        Une liasse d'un autre régime que BNC.
    ErreurSchema
        Recettes, dépenses ou résultat absents : la case de la 2035 est nommée.

    Source : 2035-A et 2035-B, cases AD, BT, BN, BR, CP et CR, de mémoire, à vérifier sur le formulaire de l'année
    (23 novembre 2026). Convention de cours pour la marge et l'EBE.

    >>> sig_bnc({"recettes": 120_000, "depenses": 58_000, "charges_sociales_perso": 18_000, "frais_financiers": 1_000,
    ...          "achats": 6_000, "benefice": 57_000})["ebe_bnc"]
    np.float64(81000.0)
    """
    if isinstance(x, Liasse) and x.regime != BNC:
        raise ErreurDonnees(
            f"Cette liasse est du régime {x.regime} alors qu'une déclaration 2035 (régime {BNC}) est attendue : "
            "donnez la 2035 du professionnel libéral, ou analysez cette liasse avec sig sans le secteur liberal_bnc."
        )
    return calculer(x, _soldes)


def _exiger(p: Postes, nom: str) -> None:
    """A required amount; the form shows the letters of its box, which its name alone would not help to find."""
    if nom not in p:
        ligne = lignes_2035()[nom]
        raise ErreurSchema(
            f"Il manque la case {ligne.case} de la {ligne.formulaire} ({ligne.libelle[0].lower()}{ligne.libelle[1:]}, "
            f"poste {nom}) : ajoutez-la à la déclaration, avec 0 si elle est vide, avant de calculer."
        )
    p.exiger(nom)


def _soldes(p: Postes) -> dict[str, Valeur]:
    _exiger(p, "depenses")
    if "recettes_nettes" in p:
        p.exiger("recettes_nettes")
        recettes_nettes = p["recettes_nettes"]
    else:
        _exiger(p, "recettes")
        recettes_nettes = p["recettes"] - p.get("debours") - p.get("honoraires_retrocedes")
    if "deficit" not in p:
        _exiger(p, "benefice")
    cotisations_personnelles = p.get("charges_sociales_perso")
    depenses_exploitation = p["depenses"] - p.get("frais_financiers") - cotisations_personnelles
    marge = recettes_nettes - p.get("achats") - p.get("tva")
    ebe_bnc = recettes_nettes - depenses_exploitation
    benefice = p.get("benefice") - p.get("deficit")
    recettes = p.denominateur(recettes_nettes, "recettes nettes", positif=True)
    return {
        "recettes_nettes": recettes_nettes,
        "marge": marge,
        "ebe_bnc": ebe_bnc,
        "benefice": benefice,
        "revenu_avant_cotisations": benefice + cotisations_personnelles,
        "marge_sur_recettes": marge / recettes,
        "ebe_sur_recettes": ebe_bnc / recettes,
    }
