"""Fonctions score publiées : Conan et Holder (1979), Altman Z' (1983)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.exercices import clotures, facteur_annuel
from rncp_utils.entreprise.analyse.formules_sig import calculer_soldes
from rncp_utils.entreprise.analyse.pcg import lire_comptes
from rncp_utils.entreprise.analyse.ratios_analyse import actif_circulant_net, dettes_financieres, stocks_nets
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur
from rncp_utils.entreprise.regimes import postes_normaux
from rncp_utils.parametres import fiche_parametre, parametre

SAIN, ALERTE = "sain", "alerte"


def conan_holder(x: Entreprises) -> pd.Series | pd.DataFrame:
    """Fonction score de Conan et Holder (1979) : risque de défaillance d'une PME industrielle de 10 à 500 salariés.

    ``N = 24 R1 + 22 R2 + 16 R3 - 87 R4 - 10 R5``, avec R1 = EBE / dettes totales, R2 = capitaux permanents / total du
    passif, R3 = (réalisable + disponible) / total de l'actif, R4 = frais financiers / chiffre d'affaires HT, R5 =
    charges de personnel / valeur ajoutée. Plus N est élevé, mieux c'est. Hors de l'industrie, le score ne vaut rien.

    Conventions de cours pour les postes : dettes totales = EC ; capitaux permanents = DL + DO + DR + dettes
    financières stables ; réalisable et disponible = actif circulant net hors stocks, charges constatées d'avance
    comprises. L'EBE d'un exercice d'une autre durée est ramené à douze mois.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Comptes par codes, en euros ; FL, CJ, DL, EC et EE sont exigés.

    Returns
    -------
    Series ou DataFrame
        Les cinq composantes (fractions), ``score`` (sans unité) et ``zone`` : sain, vigilance ou alerte. Sans dettes,
        ou avec une valeur ajoutée négative, le score n'a pas de sens : NaN, zone absente et motif. ``attrs["sources"]``
        dit ce qui reste à vérifier.

    Raises
    ------
    ErreurSchema
        Poste exigé absent.

    Source : deux mises en œuvre publiques concordantes pour les coefficients. Les bornes (9 et 4) sont à vérifier
    (23 novembre 2026) : trois versions circulent, et aucune table de probabilités n'est donnée ici.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> resultat = conan_holder(martin())
    >>> round(resultat["score"], 4), resultat["zone"]
    (20.1909, 'sain')
    """
    p = postes_normaux(x)
    p.exiger("FL", "CJ", "DL", "EC", "EE")
    soldes = calculer_soldes(p, lire_comptes(p, None, {}))
    total_bilan = p.denominateur(p["EE"], "total du bilan", positif=True)
    chiffre_affaires = p.denominateur(p["FL"], "chiffre d'affaires", positif=True)
    valeur_ajoutee = p.denominateur(soldes["valeur_ajoutee"], "valeur ajoutée", positif=True)
    dettes_totales = p.denominateur(p["EC"], "dettes totales", positif=True)
    capitaux_permanents = p.somme("DL", "DO", "DR") + dettes_financieres(p)
    composantes = {
        "ebe_sur_dettes": soldes["ebe"] * facteur_annuel(p) / dettes_totales,
        "capitaux_permanents_sur_passif": capitaux_permanents / total_bilan,
        "realisable_disponible_sur_actif": (actif_circulant_net(p) - stocks_nets(p)) / total_bilan,
        "frais_financiers_sur_ca": p.get("GU") / chiffre_affaires,
        "personnel_sur_va": p.somme("FY", "FZ") / valeur_ajoutee,
    }
    return _score(p, composantes, "scoring.conan_holder", "vigilance")


def altman_zprime(x: Entreprises) -> pd.Series | pd.DataFrame:
    """Score Z' d'Altman (1983) pour les sociétés non cotées, transposé aux postes français.

    ``Z' = 0,717 X1 + 0,847 X2 + 3,107 X3 + 0,420 X4 + 0,998 X5``, avec X1 = fonds de roulement / actif, X2 = bénéfices
    non distribués / actif, X3 = résultat d'exploitation / actif, X4 = capitaux propres / dettes, X5 = chiffre
    d'affaires / actif. Estimé sur des sociétés américaines.

    Conventions de cours pour les postes : fonds de roulement = actif circulant net - (EC - dettes financières stables),
    bénéfices non distribués = DD + DE + DF + DG + DH + DI, résultat = GG, dettes = EC (sans les provisions), actif =
    EE. Les flux d'un exercice d'une autre durée sont ramenés à douze mois.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Comptes par codes, en euros ; FL, GG, CJ, DL, EC et EE sont exigés.

    Returns
    -------
    Series ou DataFrame
        Les cinq composantes (fractions), ``score`` et ``zone`` : sain, grise ou alerte ; NaN avec un motif si une
        composante n'a pas de sens.

    Raises
    ------
    ErreurSchema
        Poste exigé absent.

    Source : Altman (1983), lu de source secondaire, à vérifier (23 novembre 2026).

    >>> from rncp_utils.entreprise.exemples import martin
    >>> resultat = altman_zprime(martin())
    >>> round(resultat["score"], 5), resultat["zone"]
    (2.52888, 'grise')
    """
    p = postes_normaux(x)
    p.exiger("FL", "GG", "CJ", "DL", "EC", "EE")
    actif = p.denominateur(p["EE"], "total du bilan", positif=True)
    dettes = p.denominateur(p["EC"], "dettes totales", positif=True)
    fonds_de_roulement = actif_circulant_net(p) - (p["EC"] - dettes_financieres(p))
    benefices_non_distribues = p.somme("DD", "DE", "DF", "DG", "DH", "DI")
    annuel = facteur_annuel(p)
    composantes = {
        "fonds_de_roulement_sur_actif": fonds_de_roulement / actif,
        "benefices_non_distribues_sur_actif": benefices_non_distribues / actif,
        "resultat_exploitation_sur_actif": p["GG"] * annuel / actif,
        "capitaux_propres_sur_dettes": p["DL"] / dettes,
        "ca_sur_actif": p["FL"] * annuel / actif,
    }
    return _score(p, composantes, "scoring.altman_zprime", "grise")


def _score(p: Postes, composantes: dict[str, Valeur], modele: str, entre_deux: str) -> pd.Series | pd.DataFrame:
    """Weighted sum of the components and its zone, with the coefficients and bounds of the closing date."""
    coefficients = table_a_la_cloture(p, f"{modele}.coefficients")
    bornes = table_a_la_cloture(p, f"{modele}.zones")
    score: Valeur = sum(coefficients[nom] * composante for nom, composante in composantes.items())
    rangs = np.select([np.isnan(score), score < bornes[ALERTE], score > bornes[SAIN]], [-1, 0, 2], default=1)
    resultat = avec_classe(p, p.resultat(**composantes, score=score), "zone", rangs, (ALERTE, entre_deux, SAIN))
    resultat.attrs["sources"] = {nom: mention(f"{modele}.{nom}") for nom in ("coefficients", "zones")}
    return resultat


def avec_classe(
    p: Postes, resultat: pd.Series | pd.DataFrame, nom: str, rangs: np.ndarray, categories: Sequence[str]
) -> pd.Series | pd.DataFrame:
    """Results with a named class, given by its rank (-1: none): text for one company, ordered category for many."""
    if not p.en_table:
        classe = categories[int(rangs)] if rangs >= 0 else None
        attributs = resultat.attrs
        resultat = pd.concat([resultat.astype("object"), pd.Series({nom: classe}, dtype="object")])
        resultat.attrs = attributs
        return resultat
    # A refused row has no result left, hence no class.
    rangs = np.where(resultat.iloc[:, :-1].isna().all(axis="columns"), -1, rangs)
    classes = pd.Categorical.from_codes(rangs, categories=list(categories), ordered=True)
    resultat.insert(resultat.columns.get_loc("motif"), nom, classes)
    return resultat


def table_a_la_cloture(p: Postes, nom: str) -> dict[str, Valeur]:
    """Named numbers of a parameter at each closing day; at today's where the source has no date."""
    jours = clotures(p)
    if jours is None or not len(jours.jours):
        return parametre(nom, dt.date.today())
    p.refuser(jours.inconnues, "date de clôture absente")
    tables = [parametre(nom, jour) for jour in jours.jours]
    if all(table == tables[0] for table in tables):
        return tables[0]
    return {cle: np.array([table[cle] for table in tables])[jours.rangs] for cle in tables[0]}


def mention(nom: str) -> str:
    """What a reader must know of a parameter: how far it was checked, and when."""
    fiche = fiche_parametre(nom)
    jour = f"{fiche.metadata.last_value_still_valid_on:%d/%m/%Y}"
    statut = fiche.statut.replace("_", " ")
    return f"{statut} ({jour})" + (f", à vérifier : {fiche.a_verifier}" if fiche.a_verifier else "")
