"""Événements d'un portefeuille : l'occasion, le motif d'appel, le produit, la priorité. Convention de cours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre

COLONNES = ("id_client", "evenement", "date", "motif", "produit", "priorite")
HAUTE, MOYENNE, BASSE = 1, 2, 3
JOURS_PAR_AN = 365.25


def prochain_anniversaire(dates: Any, jour: Any) -> pd.Series:
    """Prochain anniversaire de chaque date, le jour même compris ; un 29 février se fête le 28 les autres années.

    >>> prochain_anniversaire(pd.Series(["2020-02-29", "2019-03-31"]), "2026-03-01").dt.strftime("%d/%m/%Y").tolist()
    ['28/02/2027', '31/03/2026']
    """
    jour = pd.Timestamp(jour)
    lues = pd.to_datetime(pd.Series(dates))

    def de_l_annee(annee: pd.Series) -> pd.Series:
        bissextile = (annee % 4 == 0) & ((annee % 100 != 0) | (annee % 400 == 0))
        jours = lues.dt.day.where(~((lues.dt.month == 2) & (lues.dt.day == 29) & ~bissextile), 28)
        return pd.to_datetime({"year": annee, "month": lues.dt.month, "day": jours})

    annee = pd.Series(jour.year, index=lues.index)
    cette_annee = de_l_annee(annee)
    return cette_annee.where(cette_annee >= jour, de_l_annee(annee + 1))


def evenements(
    clients: pd.DataFrame,
    date: Any,
    *,
    credits: pd.DataFrame | None = None,
    lignes: pd.DataFrame | None = None,
    horizon: int = 90,
) -> pd.DataFrame:
    """Événements des ``horizon`` jours qui viennent, les plus pressés d'abord.

    Parameters
    ----------
    clients : DataFrame
        Index ``id_client`` ; colonnes lues si elles existent : ``date_entree_relation``, ``date_cloture`` (dernière
        clôture), ``bilan_recu`` (vrai ou faux), ``naissance_dirigeant``, ``date_bail``, ``vetuste`` (fraction),
        ``effectif``, ``ca`` et ``plafond_micro`` (euros), ``depart_salarie_cle`` (vrai ou faux).
    credits : DataFrame, optional
        ``id_client``, ``date_fin``.
    lignes : DataFrame, optional
        ``id_client``, ``date_echeance``.
    horizon : int
        Jours regardés.

    Returns
    -------
    DataFrame
        ``id_client``, ``evenement``, ``date``, ``motif`` (ce que l'on dit au client), ``produit``, ``priorite``
        (1 haute, 3 basse). Un événement qui ne peut pas se lire faute de donnée n'apparaît pas ; ``attrs["non_lus"]``
        nomme ceux-là.

    Raises
    ------
    ErreurDonnees
        Horizon négatif ou nul.

    >>> clients = pd.DataFrame({"naissance_dirigeant": ["1963-05-02"]}, index=pd.Index(["a"], name="id_client"))
    >>> evenements(clients, "2026-03-31")[["evenement", "priorite"]].to_numpy().tolist()
    [['transmission', 1]]
    """
    if not horizon > 0:
        raise ErreurDonnees(f"horizon vaut {horizon} : donnez un nombre de jours positif.")
    jour = pd.Timestamp(date)
    reglages = parametre("portefeuille.evenements", jour.date())
    trouves = [
        _fins_de_pret(credits, jour, reglages),
        _echeances(lignes, jour, reglages),
        _anniversaires(clients, jour, horizon),
        _bilans(clients, jour, reglages),
        _transmissions(clients, jour, reglages),
        _baux(clients, jour, reglages),
        *_etats(clients, jour),
    ]
    lus = [table for table in trouves if isinstance(table, pd.DataFrame)]
    table = pd.concat(lus, ignore_index=True) if lus else pd.DataFrame(columns=list(COLONNES))
    table = table.sort_values(["priorite", "date", "id_client"], kind="stable", ignore_index=True)[list(COLONNES)]
    table.attrs |= {"source": "convention de cours", "non_lus": [nom for nom in trouves if isinstance(nom, str)]}
    return table


def _lignes(ids: Any, evenement: str, dates: Any, motif: str, produit: str, priorite: Any) -> pd.DataFrame:
    ids = pd.Series(np.asarray(ids))
    return pd.DataFrame(
        {
            "id_client": ids,
            "evenement": evenement,
            "date": pd.to_datetime(pd.Series(np.asarray(dates), index=ids.index)),
            "motif": motif,
            "produit": produit,
            "priorite": priorite,
        }
    )


def _fins_de_pret(credits: pd.DataFrame | None, jour: pd.Timestamp, reglages: dict[str, float]) -> pd.DataFrame | str:
    if credits is None:
        return "fin de prêt"
    _exiger(credits, ("id_client", "date_fin"), "crédits")
    fins = pd.to_datetime(credits["date_fin"])
    proches = credits[(fins >= jour) & (fins <= jour + pd.DateOffset(months=int(reglages["fin_de_pret_mois"])))]
    motif = "Le prêt se termine : que faire de la capacité de remboursement libérée ?"
    priorites = np.where(pd.to_datetime(proches["date_fin"]) <= jour + pd.DateOffset(months=3), HAUTE, MOYENNE)
    return _lignes(proches["id_client"], "fin de prêt", proches["date_fin"], motif, "INVEST", priorites)


def _echeances(lignes: pd.DataFrame | None, jour: pd.Timestamp, reglages: dict[str, float]) -> pd.DataFrame | str:
    if lignes is None:
        return "échéance de ligne"
    _exiger(lignes, ("id_client", "date_echeance"), "lignes")
    dates = pd.to_datetime(lignes["date_echeance"])
    proches = lignes[(dates >= jour) & (dates <= jour + pd.Timedelta(days=reglages["echeance_ligne_jours"]))]
    motif = "La ligne arrive à échéance : préparer son renouvellement avec le dernier bilan."
    return _lignes(proches["id_client"], "échéance de ligne", proches["date_echeance"], motif, "DECOUVERT", HAUTE)


def _anniversaires(clients: pd.DataFrame, jour: pd.Timestamp, horizon: int) -> pd.DataFrame | str:
    if "date_entree_relation" not in clients:
        return "anniversaire de la relation"
    connus = clients[clients["date_entree_relation"].notna()]
    dates = prochain_anniversaire(connus["date_entree_relation"].to_numpy(), jour)
    proches = (dates <= jour + pd.Timedelta(days=horizon)).to_numpy()
    motif = "Anniversaire de l'entrée en relation : faire le point sur l'année écoulée."
    return _lignes(connus.index[proches], "anniversaire de la relation", dates[proches], motif, "COMPTE", BASSE)


def _bilans(clients: pd.DataFrame, jour: pd.Timestamp, reglages: dict[str, float]) -> pd.DataFrame | str:
    if "date_cloture" not in clients:
        return "bilan attendu"
    attendus = pd.to_datetime(clients["date_cloture"]) + pd.DateOffset(months=int(reglages["bilan_mois"]))
    recus = clients["bilan_recu"].fillna(False) if "bilan_recu" in clients else pd.Series(False, index=clients.index)
    retard = clients[(attendus <= jour) & ~recus.astype(bool)]
    motif = "Le bilan est attendu : proposer un rendez-vous de lecture des comptes."
    return _lignes(retard.index, "bilan attendu", attendus[retard.index], motif, "COMPTE", MOYENNE)


def _transmissions(clients: pd.DataFrame, jour: pd.Timestamp, reglages: dict[str, float]) -> pd.DataFrame | str:
    if "naissance_dirigeant" not in clients:
        return "transmission"
    ages = (jour - pd.to_datetime(clients["naissance_dirigeant"])).dt.days / JOURS_PAR_AN
    vus = clients[ages >= reglages["transmission_ans"]]
    motif = "Le dirigeant approche de la retraite : quel projet pour l'entreprise et pour son patrimoine ?"
    return _lignes(vus.index, "transmission", [jour] * len(vus), motif, "PER", HAUTE)


def _baux(clients: pd.DataFrame, jour: pd.Timestamp, reglages: dict[str, float]) -> pd.DataFrame | str:
    if "date_bail" not in clients:
        return "fin de bail"
    fins = pd.to_datetime(clients["date_bail"]) + pd.DateOffset(years=int(reglages["bail_ans"]))
    proches = clients[(fins >= jour) & (fins <= jour + pd.DateOffset(months=int(reglages["bail_alerte_mois"])))]
    motif = "Le bail commercial arrive à son terme : renouveler, déménager, acheter les murs ?"
    return _lignes(proches.index, "fin de bail", fins[proches.index], motif, "IMMO", MOYENNE)


# Event → columns that it needs, condition, what is said, product, priority.
_ETATS = {
    "matériel à renouveler": (
        ("vetuste",),
        "vetuste",
        "Le matériel est très amorti : anticiper son remplacement.",
        "BAIL",
        MOYENNE,
    ),
    "seuil de la micro-entreprise": (
        ("ca", "plafond_micro"),
        "micro",
        "Le chiffre d'affaires approche du plafond : préparer le changement de régime.",
        "COMPTE",
        HAUTE,
    ),
    "seuil de 11 salariés": (
        ("effectif",),
        "onze",
        "L'effectif atteint 11 salariés : nouvelles obligations sociales.",
        "SANTE",
        MOYENNE,
    ),
    "seuil de 50 salariés": (
        ("effectif",),
        "cinquante",
        "L'effectif atteint 50 salariés : participation et représentation du personnel.",
        "PEE",
        MOYENNE,
    ),
    "départ d'un salarié clé": (
        ("depart_salarie_cle",),
        "depart",
        "Un salarié clé part : qui le remplace, et quel risque pour l'activité ?",
        "HOMMECLE",
        HAUTE,
    ),
}
SEUIL_MICRO = 0.9


def _etats(clients: pd.DataFrame, jour: pd.Timestamp) -> list[pd.DataFrame | str]:
    """Events that a state of the client tells, without a date of their own."""
    ancre = parametre("portefeuille.potentiel_ancres", jour.date())["vetuste"]
    tests = {
        "vetuste": lambda c: c["vetuste"] >= ancre,
        "micro": lambda c: (c["plafond_micro"] > 0) & (c["ca"] >= SEUIL_MICRO * c["plafond_micro"]),
        "onze": lambda c: c["effectif"].isin((10, 11)),
        "cinquante": lambda c: c["effectif"].isin((49, 50)),
        "depart": lambda c: c["depart_salarie_cle"].fillna(False).astype(bool),
    }
    tables: list[pd.DataFrame | str] = []
    for nom, (colonnes, test, motif, produit, priorite) in _ETATS.items():
        if not set(colonnes) <= set(clients):
            tables.append(nom)
            continue
        vus = clients[tests[test](clients).fillna(False)]
        tables.append(_lignes(vus.index, nom, [jour] * len(vus), motif, produit, priorite))
    return tables


def _exiger(table: pd.DataFrame, colonnes: tuple[str, ...], nom: str) -> None:
    manquantes = [colonne for colonne in colonnes if colonne not in table]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des {nom} : {', '.join(manquantes)}.")
