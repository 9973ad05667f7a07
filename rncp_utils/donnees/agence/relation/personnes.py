"""Who owns and runs the clients: managers, partners, beneficial owners declared or not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.relation.mots import mots
from rncp_utils.donnees.agence.relation.tirages import NAT, choisir, en_dates, en_jours, identifiants
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.donnees.agence.tirage import SOCIETES
from rncp_utils.parametres import parametre

# Status → share of the companies with one, two or three partners besides the manager.
_ASSOCIES = {"SARL": (0.72, 0.28), "SAS": (0.70, 0.30), "SELARL": (1.0, 0.0), "SCI": (1.0, 0.0)}
# Hundredths of the capital held by the manager, with one partner and with two.
_PARTS_A_DEUX = (50, 51, 60, 70, 75, 80, 90)
_PARTS_A_TROIS = ((50, 25, 25), (40, 30, 30), (60, 20, 20), (34, 33, 33), (70, 20, 10), (51, 39, 10))
_FONCTIONS = {
    "EURL": "gerant",
    "SARL": "gerant",
    "SELARL": "gerant",
    "SCI": "gerant",
    "SAS": "president",
    "SASU": "president",
}
EXPLOITANT = "exploitant"
# Owners aged 62 or more are those of the plan, and nobody else comes near: 60 already makes an event.
_SENIOR, _LIMITE = (62.2, 68.5), 59.2
_AGE_A_LA_CREATION = 21
_ANNEE = 365.25
_MANDAT = "membre de l'organe de direction d'une entreprise publique"
_FIN_DU_MANDAT_MOIS = 6


def personnes(socle: Socle, creation: pd.Series) -> pd.DataFrame:
    """Managers and partners of every client, the manager first.

    Parameters
    ----------
    creation : Series
        Day on which each client was created.

    Returns
    -------
    DataFrame
        id_personne, id_client, id_foyer (None for a partner whose private side is elsewhere), civilite, nom, prenom,
        date_naissance, date_deces, fonction, dirigeant, part_capital (NaN for a sole trader), beneficiaire_declare,
        ppe, fonction_publique, fin_fonctions, plus ``couple`` (lives with the manager), which is not delivered.
    """
    clients = socle.clients
    hasard = socle.demande.hasard("personnes")
    n = len(clients)
    divergent = porteurs(socle.faits, clients.index, "beneficiaire_effectif")
    parts = _parts(clients, hasard, divergent)
    ligne, rang = np.nonzero(parts >= 0)
    dirigeant = rang == 0
    table = pd.DataFrame({"ligne": ligne, "dirigeant": dirigeant})
    table["id_client"] = clients.index.to_numpy()[ligne]
    # One partner in two shares the life of the manager; in a property company, always.
    en_couple = (hasard.random(n) < 0.5) | (clients["statut"] == "SCI").to_numpy()
    table["couple"] = ~dirigeant & (rang == 1) & en_couple[ligne]
    foyers = np.array(identifiants("F", n), dtype=object)
    table["id_foyer"] = np.where(dirigeant | table["couple"], foyers[ligne], None)
    table = table.assign(**_etat_civil(table, hasard))
    societe = clients["statut"].isin(SOCIETES).to_numpy()[ligne]
    table["part_capital"] = np.where(societe, parts[ligne, rang] / 100, np.nan)
    table["fonction"] = np.where(
        dirigeant, clients["statut"].map(_FONCTIONS).fillna(EXPLOITANT).to_numpy()[ligne], "associe"
    )
    table["beneficiaire_declare"] = _declares(table, divergent, socle.demande.date_arrete)
    table["date_naissance"] = _naissances(socle, table, creation, hasard)
    table["date_deces"] = _deces(socle, table, hasard)
    expose = dirigeant & porteurs(socle.faits, clients.index, "personne_exposee")[ligne]
    fin = pd.Timestamp(socle.demande.date_arrete) - pd.DateOffset(months=_FIN_DU_MANDAT_MOIS)
    table["ppe"] = expose
    table["fonction_publique"] = np.where(expose, _MANDAT, None)
    table["fin_fonctions"] = np.where(expose, np.datetime64(fin, "s"), NAT)
    table.insert(0, "id_personne", identifiants("P", len(table)))
    return table


def _parts(clients: pd.DataFrame, hasard: np.random.Generator, divergent: np.ndarray) -> np.ndarray:
    """Hundredths of the capital, (clients, 3), the manager first; -1 where there is nobody."""
    n = len(clients)
    parts = np.full((n, 3), -1)
    parts[:, 0] = 100
    tirage, a_deux = hasard.random(n), choisir(hasard, _PARTS_A_DEUX, n).astype("int64")
    a_trois = np.array(_PARTS_A_TROIS)[hasard.integers(0, len(_PARTS_A_TROIS), n)]
    seuls = clients["statut"].map({statut: un for statut, (un, _) in _ASSOCIES.items()}).to_numpy(dtype="float64")
    deux = ~np.isnan(seuls) & (tirage < np.nan_to_num(seuls))
    trois = ~np.isnan(seuls) & ~deux
    # The partner whom the register does not know holds clearly more than the threshold.
    a_deux = np.where(divergent, 60, a_deux)
    deux, trois = deux | divergent, trois & ~divergent
    sci = (clients["statut"] == "SCI").to_numpy()
    a_deux = np.where(sci, np.where(tirage < 0.5, 50, 60), a_deux)
    parts[deux, 0], parts[deux, 1] = a_deux[deux], 100 - a_deux[deux]
    parts[trois] = a_trois[trois]
    return parts


def _etat_civil(table: pd.DataFrame, hasard: np.random.Generator) -> dict[str, np.ndarray]:
    n, m = len(table), mots()
    femme = hasard.random(n) < 0.38
    # Who shares a manager's life is named after him or her, as often as not.
    feminins, masculins = (choisir(hasard, m["prenoms"][sexe], n) for sexe in ("madame", "monsieur"))
    noms = choisir(hasard, m["familles"], n)
    premiers = np.maximum.accumulate(np.where(table["dirigeant"], np.arange(n), 0))
    meme_nom = table["couple"].to_numpy() & (hasard.random(n) < 0.7)
    femme = np.where(table["couple"], ~femme[premiers], femme)
    return {
        "civilite": np.where(femme, "madame", "monsieur"),
        "nom": np.where(meme_nom, noms[premiers], noms),
        "prenom": np.where(femme, feminins, masculins),
    }


def _declares(table: pd.DataFrame, divergent: np.ndarray, date: dt.date) -> np.ndarray:
    """Who the register of beneficial owners names: above the threshold, or the manager when nobody is."""
    parts = table["part_capital"].to_numpy()
    seuil = parametre("conformite.seuil_beneficiaire_effectif", date)
    au_dessus = np.nan_to_num(parts) > seuil
    personne = ~pd.Series(au_dessus).groupby(table["ligne"].to_numpy()).transform("any").to_numpy()
    vrais = au_dessus | (personne & table["dirigeant"].to_numpy() & ~np.isnan(parts))
    return vrais & ~(divergent[table["ligne"]] & ~table["dirigeant"].to_numpy())


def _naissances(socle: Socle, table: pd.DataFrame, creation: pd.Series, hasard: np.random.Generator) -> np.ndarray:
    arrete = np.datetime64(socle.demande.date_arrete, "D")
    n, ligne = len(table), table["ligne"].to_numpy()
    anciennete = (arrete - en_jours(creation.to_numpy())).astype("int64")[ligne] / _ANNEE
    ages = np.clip(29 + 30 * hasard.beta(1.9, 1.7, n), 24, _LIMITE)
    dirigeant = table["dirigeant"].to_numpy()
    ages = np.where(dirigeant, np.clip(np.maximum(ages, anciennete + _AGE_A_LA_CREATION), 24, _LIMITE), ages)
    premiers = np.maximum.accumulate(np.where(dirigeant, np.arange(n), 0))
    proches = np.clip(ages[premiers] + hasard.normal(-1, 3, n), 23, _LIMITE)
    ages = np.where(table["couple"], proches, ages)
    senior = dirigeant & porteurs(socle.faits, socle.clients.index, "dirigeant_senior")[ligne]
    ages = np.where(senior, hasard.uniform(*_SENIOR, n), ages)
    return en_dates(arrete - np.rint(ages * _ANNEE).astype("timedelta64[D]"))


def _deces(socle: Socle, table: pd.DataFrame, hasard: np.random.Generator) -> np.ndarray:
    debut = socle.faits[socle.faits["fait"] == "deces_dirigeant"].set_index("id_client")["debut"]
    jours = en_jours(debut.reindex(table["id_client"]).to_numpy())
    jours = jours + hasard.integers(1, 6, len(table)).astype("timedelta64[D]")
    return en_dates(np.where(table["dirigeant"], jours, np.datetime64("NaT", "D")))
