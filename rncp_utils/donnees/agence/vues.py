"""The tables of the portfolio as the analyses read them."""

from __future__ import annotations

import pandas as pd

from rncp_utils.entreprise.codes import NORMAL
from rncp_utils.entreprise.liasse import INDEX


def liasses_en_table(liasses: pd.DataFrame, clients: pd.DataFrame) -> pd.DataFrame:
    """Liasses du régime normal du portefeuille, une ligne par exercice et une colonne par case, prêtes à analyser.

    Parameters
    ----------
    liasses : DataFrame
        ``charger("liasses")`` : une ligne par case remplie. Les 2035 sont laissées de côté : ``sig_bnc`` les lit.
    clients : DataFrame
        ``charger("clients")``, index ``id_client``.

    Returns
    -------
    DataFrame
        Index (siren, date_cloture), où ``siren`` porte l'identifiant du client ; euros, NaN pour une case vide ;
        ``duree_mois`` et ``forme_juridique``.
    """
    normales = liasses[liasses["regime"] == NORMAL]
    table = normales.pivot(index=["id_client", "date_cloture"], columns="code", values="valeur").astype("float64")
    table.index.names = list(INDEX)
    table.columns.name = None
    table["duree_mois"] = 12
    table["forme_juridique"] = table.index.get_level_values(INDEX[0]).map(clients["statut"])
    return table
