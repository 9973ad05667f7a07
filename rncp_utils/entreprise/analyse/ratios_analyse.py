"""Ratios d'analyse : structure, liquidité, rentabilité, dette."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.bilan import OptionsBilan, masses_fonctionnelles
from rncp_utils.entreprise.analyse.capacite_autofinancement import calculer_caf
from rncp_utils.entreprise.analyse.exercices import facteur_annuel, ouvertures, parametre_a_la_cloture
from rncp_utils.entreprise.analyse.formules_sig import calculer_soldes
from rncp_utils.entreprise.analyse.pcg import lire_comptes
from rncp_utils.entreprise.codes import COMPTES, amortissements_de, codes_de
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur, calculer, selon
from rncp_utils.entreprise.regimes import vers_codes_normaux
from rncp_utils.parametres import fiche_parametre, parametre

TAUX_IS = "is.taux_normal"
Ratios = dict[str, Valeur]


def ratios(
    x: Entreprises,
    *,
    taux_is: Any = None,
    remboursements: Any = None,
    capitaux_propres_hors_resultat: bool = False,
    **elements: Any,
) -> pd.Series | pd.DataFrame:
    """Ratios d'une entreprise, ou d'une table d'entreprises, par la question à laquelle ils répondent.

    - structure : ``autonomie_financiere`` = CP / total du bilan, ``gearing_brut`` = DF / CP, ``gearing_net`` =
      (DF + EH - CF - CD) / CP, ``couverture_emplois_stables`` = ressources stables / emplois stables, ``levier`` =
      total du bilan / CP ;
    - liquidité : ``liquidite_generale`` = actif circulant net / dettes à court terme, ``liquidite_reduite`` (hors
      stocks), ``liquidite_immediate`` (disponibilités et valeurs mobilières), ``tresorerie_nette_jours`` de CA HT ;
    - rentabilité : ``taux_marge_brute``, ``taux_valeur_ajoutee``, ``taux_marge_ebe``, ``taux_marge_exploitation``,
      ``taux_marge_nette`` (sur CA HT), ``roa`` = résultat d'exploitation / actif économique,
      ``rentabilite_economique`` = roa × (1 - taux d'IS), ``rentabilite_financiere`` = HN / DL ;
    - dette : ``df_sur_caf`` (années), ``annuites_sur_caf`` = capital remboursé / CAF, ``annuites_sur_ebe`` = (capital +
      intérêts) / EBE, ``couverture_interets`` = EBE / intérêts (fois), ``frais_financiers_sur_ca``, ``dscr`` = (CAF +
      intérêts) / (capital + intérêts) ;
    - montants qui les éclairent, en euros : ``dettes_financieres``, ``caf``.

    CP = DL + DO. DF = DS + DT + (DU - EH) + DV. Conventions de cours : dettes à court terme = EC - DF ; actif
    économique = CP + DF + EH - CF - CD ; intérêts = GR, à défaut GU.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Comptes par codes (régime normal, ou simplifié converti), en euros. FL, HN, BJ, CJ, DL, EC et EE sont exigés.
    taux_is : float, array ou Series
        Fraction ; par défaut le taux normal à l'ouverture de l'exercice, même pour une entreprise individuelle.
    remboursements : float, array ou Series, en euros
        Capital d'emprunts remboursé dans l'exercice ; par défaut la case VK.
    capitaux_propres_hors_resultat : bool
        Rapporte le résultat aux capitaux propres d'avant résultat (DL - DI).
    **elements
        Comptes et transferts de la CAF, comme :func:`rncp_utils.entreprise.caf_additive`.

    Returns
    -------
    Series ou DataFrame
        Fractions, années, jours ou nombre de fois, jamais multipliés par cent. Un ratio qui n'a pas de sens (capitaux
        propres, CAF ou EBE nuls ou négatifs au dénominateur) est NaN avec son motif. Les flux rapportés à un encours
        sont ramenés à douze mois. Pour les seuils : :func:`lire_seuils`.

    Raises
    ------
    ErreurSchema
        Poste exigé absent.

    Source : définitions usuelles du diagnostic financier, de mémoire, à vérifier (23 novembre 2026).

    >>> from rncp_utils.entreprise.exemples import martin
    >>> ratios(martin())[["gearing_net", "df_sur_caf", "annuites_sur_caf", "dscr"]].round(5).tolist()
    [0.84735, 2.10756, 0.49419, 1.80184]
    """
    options = {"taux_is": taux_is, "remboursements": remboursements, "hors_resultat": capitaux_propres_hors_resultat}
    return calculer(vers_codes_normaux(x), lambda p: _ratios(p, elements, **options))


def _ratios(p: Postes, elements: dict[str, Any], *, taux_is: Any, remboursements: Any, hors_resultat: bool) -> Ratios:
    sans_resultat, sans_bilan = np.isnan(p["FL"]), np.isnan(p["EE"])
    soldes = calculer_soldes(p, lire_comptes(p, elements.get("referentiel"), _comptes(elements)))
    soldes = {nom: selon(sans_resultat, np.nan, solde) for nom, solde in soldes.items()}
    montants = {
        "dettes_financieres": selon(sans_bilan, np.nan, dettes_financieres(p)),
        "caf": selon(sans_resultat, np.nan, calculer_caf(p, **elements)),
    }
    df = montants["dettes_financieres"]
    # Only the split of the BFR depends on BZ, and no ratio reads it.
    masses = masses_fonctionnelles(p, OptionsBilan(bz_hors_exploitation=0.0))
    return (
        _structure(p, masses, df)
        | _liquidite(p, masses, df)
        | _marges(p, soldes)
        | _rentabilite(p, soldes, df, taux_is, hors_resultat)
        | _dette(p, soldes, montants, remboursements)
        | montants
    )


def _comptes(elements: dict[str, Any]) -> dict[str, Any]:
    """The detail accounts among the arguments of the CAF."""
    return {compte: elements[compte] for compte in COMPTES if compte in elements}


def dettes_financieres(p: Postes) -> Valeur:
    """Borrowings without the short-term bank overdrafts, in euros."""
    return p.somme("DS", "DT", "DU", "DV") - p.get("EH")


def actif_circulant_net(p: Postes) -> Valeur:
    """Current assets less their depreciation, in euros, prepaid expenses included."""
    return p["CJ"] - p.get("CK")


def stocks_nets(p: Postes) -> Valeur:
    """Inventories less their depreciation, in euros."""
    return p.somme(*codes_de("stocks")) - p.somme(*amortissements_de("stocks"))


def _capitaux_propres(p: Postes) -> Valeur:
    return p["DL"] + p.get("DO")


def _dette_nette(p: Postes, df: Valeur) -> Valeur:
    return df + p.get("EH") - p.somme("CF", "CD")


def _structure(p: Postes, masses: Ratios, df: Valeur) -> Ratios:
    capitaux_propres = _capitaux_propres(p)
    total_bilan = p.denominateur(p["EE"], "total du bilan", positif=True)
    diviseur = p.denominateur(capitaux_propres, "capitaux propres", positif=True)
    emplois_stables = p.denominateur(masses["emplois_stables"], "emplois stables", positif=True)
    return {
        "autonomie_financiere": capitaux_propres / total_bilan,
        "gearing_brut": df / diviseur,
        "gearing_net": _dette_nette(p, df) / diviseur,
        "couverture_emplois_stables": masses["ressources_stables"] / emplois_stables,
        "levier": p["EE"] / diviseur,
    }


def _liquidite(p: Postes, masses: Ratios, df: Valeur) -> Ratios:
    dettes_court_terme = p.denominateur(p["EC"] - df, "dettes à court terme", positif=True)
    actif_circulant = actif_circulant_net(p)
    disponible = p.somme("CF", "CD") - p.somme("CG", "CE")
    ca_annuel = p.denominateur(p["FL"], "chiffre d'affaires", positif=True) * facteur_annuel(p)
    return {
        "liquidite_generale": actif_circulant / dettes_court_terme,
        "liquidite_reduite": (actif_circulant - stocks_nets(p)) / dettes_court_terme,
        "liquidite_immediate": disponible / dettes_court_terme,
        "tresorerie_nette_jours": masses["tresorerie_nette"]
        * parametre_a_la_cloture(p, "ratios.base_jours")
        / ca_annuel,
    }


def _marges(p: Postes, soldes: Ratios) -> Ratios:
    chiffre_affaires = p.denominateur(p["FL"], "chiffre d'affaires", positif=True)
    return {
        "taux_marge_brute": soldes["marge_globale"] / chiffre_affaires,
        "taux_valeur_ajoutee": soldes["valeur_ajoutee"] / chiffre_affaires,
        "taux_marge_ebe": soldes["ebe"] / chiffre_affaires,
        "taux_marge_exploitation": soldes["resultat_exploitation"] / chiffre_affaires,
        "taux_marge_nette": p["HN"] / chiffre_affaires,
    }


def _rentabilite(p: Postes, soldes: Ratios, df: Valeur, taux_is: Any, hors_resultat: bool) -> Ratios:
    annuel = facteur_annuel(p)
    actif_economique = p.denominateur(
        _capitaux_propres(p) + _dette_nette(p, df), "actif économique (capitaux propres + dette nette)", positif=True
    )
    base = p["DL"] - p.get("DI") if hors_resultat else p["DL"]
    capitaux_propres = p.denominateur(base, "capitaux propres", positif=True)
    roa = soldes["resultat_exploitation"] * annuel / actif_economique
    return {
        "roa": roa,
        "rentabilite_economique": roa * (1 - _taux_is(p, taux_is)),
        "rentabilite_financiere": p["HN"] * annuel / capitaux_propres,
    }


def _dette(p: Postes, soldes: Ratios, montants: Ratios, remboursements: Any) -> Ratios:
    capital, inconnu = p.complement("VK", remboursements)
    p.signaler(inconnu, "remboursements d'emprunts (VK) inconnus : annuités et DSCR non calculés", bloquant=False)
    p.refuser(capital < 0, "remboursements d'emprunts négatifs")
    capital = selon(inconnu, np.nan, capital)
    interets, sans_gr = p.complement("GR")
    interets = selon(sans_gr, p.get("GU"), interets)
    chiffre_affaires = p.denominateur(p["FL"], "chiffre d'affaires", positif=True)
    caf = p.denominateur(montants["caf"], "CAF", positif=True)
    ebe = p.denominateur(soldes["ebe"], "EBE", positif=True)
    service = p.denominateur(capital + interets, "service de la dette", positif=True)
    return {
        "df_sur_caf": montants["dettes_financieres"] / (caf * facteur_annuel(p)),
        "annuites_sur_caf": capital / caf,
        "annuites_sur_ebe": (capital + interets) / ebe,
        "couverture_interets": soldes["ebe"] / p.denominateur(interets, "intérêts", positif=True),
        "frais_financiers_sur_ca": p.get("GU") / chiffre_affaires,
        "dscr": (montants["caf"] + interets) / service,
    }


def _taux_is(p: Postes, fourni: Any) -> Valeur:
    """Corporate tax rate: as given, else the one of the opening day; NaN and a reason before the first known one."""
    if fourni is not None:
        taux, inconnu = p.complement("taux_is", fourni)
        p.refuser(inconnu | (taux < 0) | (taux > 1), "taux d'impôt attendu en fraction, de 0 à 1")
        return taux
    debuts = ouvertures(p)
    if debuts is None:
        return float(parametre(TAUX_IS, dt.date.today()))
    jours = debuts.jours
    connus = jours >= np.datetime64(fiche_parametre(TAUX_IS).dates[0])
    # The last slot is for an unknown opening day, whose rank is -1.
    taux = np.full(len(jours) + 1, np.nan)
    taux[np.flatnonzero(connus)] = parametre(TAUX_IS, jours[connus])
    par_ligne = taux[debuts.rangs]
    p.signaler(np.isnan(par_ligne), "taux d'IS inconnu : rentabilité économique non calculée", bloquant=False)
    return par_ligne
