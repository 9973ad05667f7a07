"""Choisir une cible de prospection : indicateurs des secteurs et des communes, notes et rangs. Convention de cours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date
from rncp_utils.portefeuille.segmentation import section_naf
from rncp_utils.portefeuille.territoire import ACTIF

SECTIONS = {
    "C": "Fabrication (boulangerie)",
    "F": "Construction",
    "G": "Commerce et garages",
    "H": "Transports",
    "I": "Restauration",
    "L": "Immobilier",
    "M": "Conseil",
    "Q": "Santé",
    "S": "Services aux particuliers",
}
# Criterion → the column that it reads, and whether more is better.
CRITERES = {
    "potentiel": ("pnb_a_conquerir", True),
    "accessibilite": ("part_contactables", True),
    "risque": ("taux_fermeture", False),
}
NOTE_MAX, NOTE_NEUTRE = 10.0, 5.0
# Two equal scores may differ by a last bit: they are still equal.
_DECIMALES = 9


def prospects_contactables(prospects: pd.DataFrame, date: Any) -> pd.DataFrame:
    """Lignes du fichier que l'on peut contacter : ni devenues clientes, ni opposées, ni gardées trop longtemps.

    Parameters
    ----------
    prospects : DataFrame
        ``id_client`` (vide tant que le prospect n'est pas client), ``opposition``, ``date_entree_fichier``,
        ``dernier_contact``.
    date : date
        Jour de la lecture.

    Raises
    ------
    ErreurSchema
        Colonne absente.

    Source : durée de conservation, paramètre ``conformite.conservation`` (référentiel de la CNIL, à vérifier).

    >>> from rncp_utils.donnees import charger
    >>> len(prospects_contactables(charger("prospects"), "2026-03-31"))
    363
    """
    _colonnes(prospects, ("id_client", "opposition", "date_entree_fichier", "dernier_contact"), "des prospects")
    jour = pd.Timestamp(date)
    annees = parametre("conformite.conservation", lire_date(date))["prospect"]
    garde = (
        prospects["id_client"].isna()
        & ~prospects["opposition"].astype(bool)
        & (pd.to_datetime(prospects["date_entree_fichier"]) <= jour)
        & (pd.to_datetime(prospects["dernier_contact"]) > jour - pd.DateOffset(years=annees))
    )
    return prospects[garde]


def indicateurs_secteurs(date: Any, tables: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Ce que les données de l'agence disent de chaque secteur, avant d'en choisir un.

    Parameters
    ----------
    date : date
        Jour de la lecture ; les données du cours sont arrêtées au 31/03/2026.
    tables : dict, optional
        ``etablissements``, ``prospects``, ``clients``, ``contrats``, ``incidents`` ; par défaut, celles du cours.

    Returns
    -------
    DataFrame
        Index ``section`` (C F G H I L M Q S). ``libelle`` ; ``etablissements`` ouverts ; ``creations`` et
        ``fermetures`` des douze derniers mois ; ``clients`` ; ``part_de_marche`` (clients sur établissements,
        fraction) ; ``a_conquerir`` (établissements qui ne sont pas clients) ; ``pnb_moyen`` (d'un client, €/an) ;
        ``pnb_a_conquerir`` (``a_conquerir`` × ``pnb_moyen``, €/an, plafond théorique) ; ``contactables`` (prospects) ;
        ``part_contactables`` (sur ``a_conquerir``, fraction) ; ``taux_fermeture`` (fermetures sur les établissements
        ouverts douze mois plus tôt, fraction) ; ``clients_en_incident`` (clients qui ont eu un incident de paiement
        dans les douze mois). Un rapport sans diviseur vaut NaN.

    Raises
    ------
    ErreurSchema
        Table ou colonne absente.

    >>> secteurs = indicateurs_secteurs("2026-03-31")
    >>> secteurs[["etablissements", "creations", "clients", "contactables"]].loc["F"].tolist()
    [345, 24, 26, 50]
    """
    lues = _lire(tables, ("etablissements", "prospects", "clients", "contrats", "incidents"))
    clients = lues["clients"].assign(groupe=section_naf(lues["clients"]["naf"]))
    prospects = lues["prospects"].assign(groupe=section_naf(lues["prospects"]["naf"]))
    etablissements = lues["etablissements"].assign(groupe=section_naf(lues["etablissements"]["naf"]))
    sections = pd.Index(SECTIONS, name="section")
    table = _compter(etablissements, prospects, clients, sections, pd.Timestamp(date))
    table.insert(0, "libelle", pd.Series(SECTIONS))
    pnb = lues["contrats"].groupby("id_client")["pnb_annuel"].sum().reindex(clients.index, fill_value=0)
    table["pnb_moyen"] = pnb.groupby(clients["groupe"]).mean().reindex(sections)
    table["pnb_a_conquerir"] = table["a_conquerir"] * table["pnb_moyen"]
    incidents = _douze_mois(lues["incidents"], "date", pd.Timestamp(date))["id_client"]
    en_incident = clients.loc[clients.index.isin(incidents), "groupe"]
    table["clients_en_incident"] = en_incident.value_counts().reindex(sections, fill_value=0)
    table.attrs["source"] = "convention de cours"
    return table


def indicateurs_communes(
    date: Any, sections: Iterable[str] = tuple(SECTIONS), tables: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Ce que les données disent de chaque commune de la zone, pour les secteurs choisis.

    Parameters
    ----------
    date : date
    sections : liste de sections de la NAF
        Par défaut, les neuf du territoire.
    tables : dict, optional
        ``territoire``, ``etablissements``, ``prospects``, ``clients`` ; par défaut, celles du cours.

    Returns
    -------
    DataFrame
        Index ``commune`` (nom), de la plus peuplée à la moins peuplée : ``population`` et les comptes de
        :func:`indicateurs_secteurs`, sans ce qui vient du PNB et des incidents.

    Raises
    ------
    ErreurDonnees
        Section inconnue, ou aucune.

    >>> communes = indicateurs_communes("2026-03-31", ["F"])
    >>> communes.loc["Sarzelle", ["etablissements", "clients", "contactables"]].tolist()
    [33, 5, 5]
    """
    choisies = [sections] if isinstance(sections, str) else list(sections)
    inconnues = [str(s) for s in choisies if s not in SECTIONS]
    if inconnues or not choisies:
        raise ErreurDonnees(
            f"Sections demandées : {', '.join(inconnues) or 'aucune'} ; choisissez parmi {', '.join(SECTIONS)}."
        )
    lues = _lire(tables, ("territoire", "etablissements", "prospects", "clients"))
    lieux = lues["territoire"].sort_values("population", ascending=False, kind="stable").set_index("commune_insee")
    retenues = [
        t[section_naf(t["naf"]).isin(choisies)].assign(groupe=lambda x: x["commune_insee"])
        for t in (lues["etablissements"], lues["prospects"], lues["clients"])
    ]
    table = _compter(*retenues, lieux.index, pd.Timestamp(date))
    table.insert(0, "population", lieux["population"])
    table.index = pd.Index(lieux["commune"].tolist(), name="commune")
    table.attrs["source"] = "convention de cours"
    return table


def scorer_secteurs(indicateurs: pd.DataFrame, poids: Mapping[str, float]) -> pd.DataFrame:
    """Note chaque secteur de 0 à 10 sur trois critères, en fait la moyenne pondérée, et les classe.

    Règle du cours. Note = 10 × (valeur − minimum) ÷ (maximum − minimum), sur la colonne du critère : ``potentiel`` lit
    ``pnb_a_conquerir``, ``accessibilite`` lit ``part_contactables``, ``risque`` lit ``taux_fermeture``. Pour le risque,
    la note est retournée (10 moins elle) : 10 va au secteur qui ferme le moins. Si toutes les valeurs d'un critère sont
    égales, chacune reçoit 5. Score = Σ (poids × note) ÷ Σ poids. Deux scores égaux à neuf décimales partagent le
    meilleur rang, et le rang suivant saute (1, 2, 2, 4) ; ils sont alors listés dans l'ordre de l'index.

    Parameters
    ----------
    indicateurs : DataFrame
        Un secteur par ligne, les trois colonnes ci-dessus ; ``libelle``, s'il y est, est recopié. Non modifié.
    poids : dict
        Un nombre positif ou nul par critère ; seules comptent leurs proportions.

    Returns
    -------
    DataFrame
        Du premier au dernier rang : ``libelle``, ``note_potentiel``, ``note_accessibilite``, ``note_risque``,
        ``score`` (0 à 10, non arrondis), ``rang`` (entier).

    Raises
    ------
    ErreurSchema
        Colonne absente, critère absent ou inconnu.
    ErreurDonnees
        Poids négatif, non numérique ou tous nuls ; valeur manquante ; table vide.

    >>> t = pd.DataFrame({"pnb_a_conquerir": [100, 200, 300], "part_contactables": [0.2, 0.1, 0.1],
    ...                   "taux_fermeture": [0.05, 0.10, 0.15]}, index=["x", "y", "z"])
    >>> scorer_secteurs(t, {"potentiel": 2, "accessibilite": 1, "risque": 1})[["score", "rang"]].to_dict("list")
    {'score': [5.0, 5.0, 3.75], 'rang': [1, 1, 3]}
    """
    valeurs = _valeurs(indicateurs)
    parts = _poids(poids)
    notes = pd.DataFrame(
        {f"note_{nom}": _note(valeurs[colonne], croissant) for nom, (colonne, croissant) in CRITERES.items()}
    )
    somme = sum(parts.values())
    score = sum(parts[nom] / somme * notes[f"note_{nom}"] for nom in CRITERES)
    table = notes.assign(score=score, rang=score.round(_DECIMALES).rank(method="min", ascending=False).astype("int64"))
    if "libelle" in indicateurs:
        table.insert(0, "libelle", indicateurs["libelle"])
    table = table.sort_values("rang", kind="stable")
    table.attrs["source"] = "convention de cours"
    return table


def _valeurs(indicateurs: pd.DataFrame) -> pd.DataFrame:
    colonnes = [colonne for colonne, _ in CRITERES.values()]
    _colonnes(indicateurs, colonnes, "des secteurs")
    if indicateurs.empty:
        raise ErreurDonnees("La table des secteurs est vide : il n'y a rien à classer.")
    valeurs = indicateurs[colonnes].apply(pd.to_numeric, errors="coerce").astype("float64")
    for colonne in colonnes:
        manquants = valeurs.index[~np.isfinite(valeurs[colonne])]
        if len(manquants):
            lignes = ", ".join(map(str, manquants))
            raise ErreurDonnees(
                f"« {colonne} » manque ou n'est pas un nombre pour {lignes} : complétez-la, ou retirez la ligne."
            )
    return valeurs


def _poids(poids: Mapping[str, float]) -> dict[str, float]:
    inconnus = [str(nom) for nom in poids if nom not in CRITERES]
    absents = [nom for nom in CRITERES if nom not in poids]
    if inconnus or absents:
        raise ErreurSchema(
            f"Critères inconnus : {', '.join(inconnus) or 'aucun'} ; sans poids : {', '.join(absents) or 'aucun'}. "
            f"Donnez un poids à {', '.join(CRITERES)}."
        )
    lus = {}
    for nom in CRITERES:
        valeur = poids[nom]
        if isinstance(valeur, bool | str) or valeur is None or not np.isfinite(valeur) or valeur < 0:
            raise ErreurDonnees(f"Le poids de « {nom} » vaut {valeur} : un nombre positif ou nul est attendu.")
        lus[nom] = float(valeur)
    if not sum(lus.values()):
        raise ErreurDonnees("Les trois poids sont nuls : donnez un poids à un critère au moins.")
    return lus


def _note(valeurs: pd.Series, croissant: bool) -> pd.Series:
    etendue = valeurs.max() - valeurs.min()
    if not etendue:
        return pd.Series(NOTE_NEUTRE, index=valeurs.index)
    depart = valeurs - valeurs.min() if croissant else valeurs.max() - valeurs
    return NOTE_MAX * depart / etendue


def _compter(
    etablissements: pd.DataFrame, prospects: pd.DataFrame, clients: pd.DataFrame, index: pd.Index, jour: pd.Timestamp
) -> pd.DataFrame:
    """Counts and rates by ``groupe``, a column of the three tables, in the order of ``index``."""

    def nombre(lignes: pd.DataFrame) -> pd.Series:
        return lignes["groupe"].value_counts().reindex(index, fill_value=0)

    existants = etablissements[pd.to_datetime(etablissements["date_creation"]) <= jour]
    fermes_apres = pd.to_datetime(existants["date_fermeture"]) > jour
    ouverts = nombre(existants[(existants["etat"] == ACTIF) | fermes_apres])
    creations = nombre(_douze_mois(existants, "date_creation", jour))
    fermetures = nombre(_douze_mois(existants, "date_fermeture", jour))
    au_debut = ouverts - creations + fermetures
    entres = clients[pd.to_datetime(clients["date_entree_relation"]) <= jour]
    table = pd.DataFrame({"etablissements": ouverts, "creations": creations, "fermetures": fermetures})
    table["clients"] = nombre(entres)
    table["part_de_marche"] = table["clients"] / ouverts.where(ouverts > 0)
    table["a_conquerir"] = ouverts - table["clients"]
    table["contactables"] = nombre(prospects_contactables(prospects, jour))
    table["part_contactables"] = table["contactables"] / table["a_conquerir"].where(table["a_conquerir"] > 0)
    table["taux_fermeture"] = fermetures / au_debut.where(au_debut > 0)
    return table


def _douze_mois(table: pd.DataFrame, colonne: str, jour: pd.Timestamp) -> pd.DataFrame:
    dates = pd.to_datetime(table[colonne])
    return table[(dates > jour - pd.DateOffset(years=1)) & (dates <= jour)]


def _lire(tables: Mapping[str, pd.DataFrame] | None, noms: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    if tables is None:
        # The data of the course stand above this package: they are read only on demand.
        from rncp_utils.donnees import charger

        return {nom: charger(nom) for nom in noms}
    absentes = [nom for nom in noms if nom not in tables]
    if absentes:
        raise ErreurSchema(f"Tables absentes : {', '.join(absentes)}. Donnez {', '.join(noms)}.")
    return {nom: tables[nom] for nom in noms}


def _colonnes(table: pd.DataFrame, attendues: Iterable[str], de: str) -> None:
    absentes = [nom for nom in attendues if nom not in table]
    if absentes:
        raise ErreurSchema(f"Colonnes absentes de la table {de} : {', '.join(absentes)}.")
