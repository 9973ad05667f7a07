"""Assets and loans of projects, month by month, in whole cents: (months, projects)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.echeancier import echeances
from rncp_utils.credit.projet.lecture import Projets, nombres_de
from rncp_utils.erreurs import ErreurSchema
from rncp_utils.monnaie import centimes, produit_arrondi

_JOURS_DU_MOIS, _JOURS_DE_L_ANNEE = 30, 360
# Loans paid each month, quarter, half-year or year.
_PERIODICITE = 12
_NON_PREVUS = ("paliers", "tirages", "date_deblocage", "date_premiere", "jour_ouvre", "assurance")


@dataclass(frozen=True)
class Immobilisations:
    """Purchases of each month, and depreciation since the opening."""

    achats: np.ndarray
    amortissements: np.ndarray


@dataclass(frozen=True)
class Prets:
    """Loans of the projects: what is drawn, charged, paid, and what is owed at the end of each month."""

    tirages: np.ndarray
    interets: np.ndarray
    interets_payes: np.ndarray
    capital: np.ndarray
    assurance: np.ndarray
    crd: np.ndarray
    courus: np.ndarray


def immobilisations(p: Projets) -> Immobilisations:
    """Assets: straight-line depreciation from the day of use, in days of a year of 360."""
    table = p.dossier.investissements
    projet = table["projet"].to_numpy(dtype="int64")
    montant, duree = nombres_de(table, "montant"), nombres_de(table, "duree")
    mois, jour = nombres_de(table, "mois", 0.0), nombres_de(table, "jour", 1.0)
    for ou, motif in (
        (~(montant >= 0) | np.isinf(montant), "montant manquant ou négatif"),
        (~((duree >= 0) & (duree <= 100)), "durée d'amortissement hors de 0 à 100 ans"),
        ((mois < 0) | (mois % 1 != 0), "mois : un entier positif ou nul"),
        ((jour < 1) | (jour > _JOURS_DU_MOIS) | (jour % 1 != 0), "jour : un entier de 1 à 30"),
    ):
        _refuser(p, projet[ou], f"investissement, {motif}")
    garde = ~p.refuses()[projet] & (mois < p.mois)
    projet, duree, mois, jour = projet[garde], duree[garde], mois[garde].astype("int64"), jour[garde]
    brut = centimes(montant[garde])
    achats = np.zeros((p.mois, len(p)), dtype="int64")
    np.add.at(achats, (mois, projet), brut)
    # Days of use at the end of each month, at most those of the whole life, in hundredths for lives like 2.5 years.
    vie = np.rint(duree * _JOURS_DE_L_ANNEE).astype("int64")
    fins = (np.arange(p.mois)[:, None] + 1) * _JOURS_DU_MOIS
    jours = np.clip(fins - (mois * _JOURS_DU_MOIS + jour.astype("int64") - 1), 0, vie)
    cumul = produit_arrondi(np.broadcast_to(brut, jours.shape), jours, np.maximum(vie, 1))
    amortissements = np.zeros_like(achats)
    np.add.at(amortissements.T, projet, np.where(vie > 0, cumul, 0).T)
    return Immobilisations(achats, amortissements)


def prets(p: Projets) -> Prets:
    """Loans: schedules of :func:`rncp_utils.credit.prets.echeancier.echeances`, placed in the months of the project.

    A loan drawn in month ``mois`` is drawn at its start: a monthly loan pays its first instalment at its end. The
    interest of a longer period is charged month by month.
    """
    table = p.dossier.prets.reset_index(drop=True)
    matrices = {nom: np.zeros((p.mois, len(p)), dtype="int64") for nom in ("tirages", "interets", "payes")}
    matrices |= {nom: np.zeros((p.mois, len(p)), dtype="int64") for nom in ("capital", "assurance", "capitalises")}
    if len(table):
        _placer(p, table, matrices)
    m = matrices
    crd = np.cumsum(m["tirages"] + m["capitalises"] - m["capital"], axis=0)
    courus = np.cumsum(m["interets"] - m["payes"] - m["capitalises"], axis=0)
    return Prets(m["tirages"], m["interets"], m["payes"], m["capital"], m["assurance"], crd, courus)


def _placer(p: Projets, table: pd.DataFrame, matrices: dict[str, np.ndarray]) -> None:
    """Add the loans to the months of their projects."""
    projet, mois = table["projet"].to_numpy(dtype="int64"), nombres_de(table, "mois", 0.0)
    _refuser_prets(p, table, projet, mois)
    lignes = echeances(table.drop(columns=["projet", "mois", "id_pret", "libelle"], errors="ignore"))
    fautifs = lignes.attrs["refuses"]
    for motif in sorted(set(fautifs.values())):
        _refuser(p, projet[[rang for rang, lu in fautifs.items() if lu == motif]], f"prêt refusé, {motif}")
    refuses = p.refuses()
    pret = lignes["id_pret"].to_numpy(dtype="int64")
    qui = projet[pret]
    par_an = nombres_de(table, "periodicite", float(_PERIODICITE))
    pas = (_PERIODICITE / np.where(par_an > 0, par_an, _PERIODICITE)).astype("int64")[pret]
    debut = np.where(mois >= 0, mois, 0).astype("int64")
    quand = debut[pret] + lignes["rang"].to_numpy() * pas - 1
    capital, interets, assurance = (centimes(lignes[nom]) for nom in ("capital", "interets", "assurance"))
    capitalises = np.maximum(-capital, 0)

    def ajouter(nom: str, valeurs: np.ndarray, ou: np.ndarray) -> None:
        garde = (ou >= 0) & (ou < p.mois) & ~refuses[qui]
        np.add.at(matrices[nom], (ou[garde], qui[garde]), valeurs[garde])

    ajouter("capital", np.maximum(capital, 0), quand)
    ajouter("capitalises", capitalises, quand)
    ajouter("payes", interets - capitalises, quand)
    ajouter("assurance", assurance, quand)
    for rang in range(int(pas.max(initial=1))):
        # Month ``rang`` of the period takes what brings the charge to its share of the interest.
        fait, avant = (produit_arrondi(interets, np.minimum(r, pas), pas) for r in (rang + 1, rang))
        ajouter("interets", fait - avant, quand - pas + 1 + rang)
    bons = np.flatnonzero(~refuses[projet] & (debut < p.mois))
    np.add.at(matrices["tirages"], (debut[bons], projet[bons]), centimes(nombres_de(table, "capital")[bons]))


def _refuser_prets(p: Projets, table: pd.DataFrame, projet: np.ndarray, mois: np.ndarray) -> None:
    """Refuse what a schedule can hold, and a forecast cannot place."""
    ecrits = [nom for nom in _NON_PREVUS if nom in table and table[nom].notna().any()]
    if ecrits:
        raise ErreurSchema(
            f"Un prêt du prévisionnel n'a pas de {', '.join(ecrits)} : donnez son mois de déblocage (mois), son "
            "différé et son assurance (assurance_taux)."
        )
    _refuser(p, projet[(mois < 0) | (mois % 1 != 0)], "prêt, mois : un entier positif ou nul")
    if "terme" in table:
        _refuser(p, projet[(table["terme"] == "a_echoir").to_numpy()], "prêt à échoir, non prévu : terme « echu »")


def _refuser(p: Projets, projets: np.ndarray, motif: str) -> None:
    p.refuser(np.bincount(projets, minlength=len(p)) > 0, motif)
