"""From the books to what the branch receives: complete forms, 2035 of the liberals, and the movements of each year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import Calendrier
from rncp_utils.donnees.agence.exercices import Comptes, sous_pcg_2025
from rncp_utils.donnees.agence.immobilisations import Parc
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.fils_rouges.liasses import totaliser_bilan, totaliser_resultat
from rncp_utils.entreprise.codes import BNC, NORMAL, postes

# Lines of our books that are no boxes of the form for everybody.
_SOCIETES_SEULEMENT = ("DD", "DG", "DH", "DV", "VI", "ZE", "HK")
INCOHERENTE = "liasse_incoherente"
# Accounts of the sales of fixed assets, and whether they are those of the plan comptable of 2025.
_CESSIONS = {"c775": False, "c675": False, "c757": True, "c657": True}
MOIS_PAR_AN = 12


def cases_de_la_liasse(comptes: Comptes, parc: Parc, societe: np.ndarray) -> dict[str, np.ndarray]:
    """Every box of the régime normal, totals included, (clients, exercices)."""
    x, e = dict(comptes.cases), comptes.elements
    x |= {postes()[code].amortissement: montant for code, montant in parc.amortissements.items()}
    x["c775"], x["c675"] = x["HB"], np.zeros_like(x["HB"])
    x["c657"] = np.zeros_like(x["HB"])
    x["VI"] = x["DV"]
    x["VJ"], x["VK"] = e["emprunte"], e["rembourse"]
    x["ZE"] = np.where(societe[:, None], e["distributions"], 0)
    totaliser_resultat(x)
    totaliser_bilan(x)
    return x


def liasses(
    comptes: Comptes, parc: Parc, clients: pd.DataFrame, calendrier: Calendrier, faits: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Long table of the forms received, and movements of the same years.

    Returns
    -------
    liasses : DataFrame
        id_client, date_cloture, code, valeur (euros), regime, duree_mois; no row for an empty box.
    operations : DataFrame
        id_client, date_cloture and the fields of :class:`rncp_utils.entreprise.Mouvements`, euros.
    """
    societe = (clients["regime_fiscal"] == "IS").to_numpy()
    cases = cases_de_la_liasse(comptes, parc, societe)
    delivrees = comptes.actif.copy()
    delivrees[:, 0] = delivrees[:, -1] = False
    recues = delivrees & (clients["regime_fiscal"] != "micro").to_numpy()[:, None]
    operations = _operations(comptes, parc, clients, calendrier, recues)
    dernier = recues.shape[1] - 2
    # The two last forms of these clients never came; the last one of those came as a document that does not hold.
    recues[np.ix_(porteurs(faits, clients.index, "bilan_manquant"), [dernier - 1, dernier])] = False
    recues[porteurs(faits, clients.index, INCOHERENTE), dernier] = False
    bnc = (clients["regime_fiscal"] == "BNC").to_numpy()
    normales = _longue(cases, recues & ~bnc[:, None], clients, calendrier, NORMAL, exclus=~societe)
    liberales = _longue(_declarations_2035(cases), recues & bnc[:, None], clients, calendrier, BNC)
    table = pd.concat([normales, liberales], ignore_index=True)
    return table.sort_values(["id_client", "date_cloture"], kind="stable", ignore_index=True), operations


def derniere_liasse(
    comptes: Comptes, parc: Parc, clients: pd.DataFrame, calendrier: Calendrier, faits: pd.DataFrame
) -> pd.DataFrame:
    """True last form, and the one before it, of the clients whose document does not hold; as :func:`liasses`."""
    dernier = comptes.actif.shape[1] - 2
    choisies = np.zeros_like(comptes.actif)
    choisies[np.ix_(porteurs(faits, clients.index, INCOHERENTE), [dernier - 1, dernier])] = True
    societe = (clients["regime_fiscal"] == "IS").to_numpy()
    cases = cases_de_la_liasse(comptes, parc, societe)
    return _longue(cases, choisies, clients, calendrier, NORMAL, exclus=~societe)


def _longue(
    cases: dict[str, np.ndarray],
    recues: np.ndarray,
    clients: pd.DataFrame,
    calendrier: Calendrier,
    regime: str,
    exclus: np.ndarray | None = None,
) -> pd.DataFrame:
    lignes, colonnes = np.nonzero(recues)
    clotures = calendrier.clotures()[lignes, colonnes].astype("datetime64[s]")
    obligatoires = {"FL", "HN", "DI", "BJ", "DL", "EE", "CO", "1A", "EC", "FR", "GF", "GG", "GW", "HL", "HM", "CJ"}
    obligatoires |= {"recettes", "depenses", "benefice"}
    parties = []
    for code, montants in cases.items():
        # A total of lines that nobody has is a plain 0.
        valeurs = np.rint(np.broadcast_to(montants, recues.shape)[lignes, colonnes]).astype("int64")
        garde = (valeurs != 0) | (code in obligatoires) | (code == "ZE" and exclus is not None)
        # A zero is told where it says that nothing was sold: the account of the plan comptable in force.
        if code in _CESSIONS:
            garde = sous_pcg_2025(calendrier.clotures()[lignes, colonnes]) == _CESSIONS[code]
        if exclus is not None and code in _SOCIETES_SEULEMENT:
            garde = garde & ~exclus[lignes]
        rangs = np.flatnonzero(np.broadcast_to(garde, valeurs.shape))
        parties.append(
            pd.DataFrame(
                {"ligne": lignes[rangs], "date_cloture": clotures[rangs], "code": code, "valeur": valeurs[rangs]}
            )
        )
    table = pd.concat(parties, ignore_index=True)
    table["id_client"] = clients.index.to_numpy()[table["ligne"]]
    return table.assign(regime=regime, duree_mois=MOIS_PAR_AN)[
        ["id_client", "date_cloture", "code", "valeur", "regime", "duree_mois"]
    ]


def _declarations_2035(cases: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The 2035 of a liberal who keeps no stock, grants no delay and owes no VAT: what is cashed is what is sold."""
    depenses = sum(cases[code] for code in ("FU", "FW", "FX", "FY", "FZ", "GE", "GR"))
    return {
        "recettes": cases["FL"] + cases["FQ"],
        "achats": cases["FU"],
        "loyers": cases["XQ"],
        "travaux_fournitures_services": cases["FW"] - cases["XQ"],
        "charges_sociales_perso": cases["A2"],
        "frais_financiers": cases["GR"],
        "depenses": depenses,
        "excedent": cases["FL"] + cases["FQ"] - depenses,
        "dotations_amortissements": cases["GA"],
        "benefice": cases["FL"] + cases["FQ"] - depenses - cases["GA"],
    }


def _operations(
    comptes: Comptes, parc: Parc, clients: pd.DataFrame, calendrier: Calendrier, delivrees: np.ndarray
) -> pd.DataFrame:
    e, lignes_colonnes = comptes.elements, np.nonzero(delivrees)
    cca = e["cca"]
    champs = {
        "acquisitions": parc.acquisitions,
        "brut_cede": parc.brut_cede,
        "amortissements_cedes": parc.brut_cede,
        "prix_cession": parc.prix_cession,
        "apports_capital": e["capital_verse"],
        "emprunts_nouveaux": e["emprunte"],
        "remboursements": e["rembourse"],
        "cca_apportes": np.maximum(cca, 0),
        "cca_rembourses": np.maximum(-cca, 0),
        "subventions_recues": np.zeros_like(cca),
        "dividendes": e["distributions"],
    }
    lignes, colonnes = lignes_colonnes
    return pd.DataFrame(
        {
            "id_client": clients.index.to_numpy()[lignes],
            "date_cloture": calendrier.clotures()[lignes, colonnes].astype("datetime64[s]"),
            **{nom: np.rint(valeurs[lignes, colonnes]).astype("int64") for nom, valeurs in champs.items()},
        }
    )
