"""Quartiles of each section and size, on firms of the same generator that bear no fact of the plan."""

from __future__ import annotations

import warnings

import pandas as pd

from rncp_utils.donnees.agence.vues import liasses_en_table
from rncp_utils.entreprise import quartiles, ratios, rotation
from rncp_utils.erreurs import AvertissementDonnees
from rncp_utils.portefeuille import segmenter

# Ratio → direction that is good; days and years as the engines give them.
RATIOS = {
    "autonomie_financiere": "+",
    "gearing_net": "-",
    "couverture_emplois_stables": "+",
    "liquidite_generale": "+",
    "tresorerie_nette_jours": "+",
    "taux_valeur_ajoutee": "+",
    "taux_marge_ebe": "+",
    "taux_marge_nette": "+",
    "rentabilite_financiere": "+",
    "df_sur_caf": "-",
    "annuites_sur_caf": "-",
    "frais_financiers_sur_ca": "-",
    "delai_clients": "-",
    "delai_fournisseurs": "-",
    "bfre_bce_jours": "-",
}
_MINIMUM = 20


def secteurs_de_reference(liasses: pd.DataFrame, clients: pd.DataFrame, date: object) -> pd.DataFrame:
    """Quartiles of :data:`RATIOS` by section and size, at the last closing of each firm.

    Parameters
    ----------
    liasses, clients : DataFrame
        Tables of a population generated without a plan; the 2035 have no balance sheet and are left out.

    Returns
    -------
    DataFrame
        section, tranche_ca, ratio, sens, n, q1, q2, q3; groups of fewer than twenty firms are left out.
    """
    table = liasses_en_table(liasses, clients)
    dernieres = table.groupby(level=0).tail(1)
    with warnings.catch_warnings():
        # A ratio that means nothing for a firm is missing, hence not counted.
        warnings.simplefilter("ignore", AvertissementDonnees)
        delais = rotation(dernieres).drop(columns="motif")
        mesures = ratios(dernieres).join(delais)[list(RATIOS)]
    ids = mesures.index.get_level_values(0)
    segments = segmenter(clients, date=date).loc[ids]
    mesures = mesures.astype("float64").assign(
        section=segments["section"].to_numpy(), tranche_ca=segments["tranche_ca"].astype("str").to_numpy()
    )
    groupes = quartiles(mesures.reset_index(drop=True), ["section", "tranche_ca"], _MINIMUM, colonnes=list(RATIOS))
    groupes = groupes.reset_index()
    groupes["sens"] = groupes["ratio"].map(RATIOS)
    connus = groupes["q2"].notna()
    return groupes.loc[connus, ["section", "tranche_ca", "ratio", "sens", "n", "q1", "q2", "q3"]].reset_index(drop=True)
