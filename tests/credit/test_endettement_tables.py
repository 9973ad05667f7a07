"""One case and a table of cases give the same figures; inputs stay as they were; teaching values are dated."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rncp_utils import credit
from rncp_utils.erreurs import ErreurDonnees, ErreurParametre
from rncp_utils.parametres import fiche_parametre, parametre, parametres_livres

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

LIGNES = 40
AJOUTES = [
    nom for nom in parametres_livres() if nom.startswith(("endettement.", "tns.assiette_minimale", "tns.dividendes"))
]


def _tirer(fonction: str) -> dict[str, Any]:
    """Columns of random cases, some of them impossible."""
    h = np.random.default_rng(31919)

    def montants(bas: int, haut: int) -> pd.Series:
        return pd.Series(h.integers(bas * 100, haut * 100, LIGNES) / 100).mask(h.random(LIGNES) < 0.05)

    def mots(*choix: str) -> pd.Series:
        return pd.Series(h.choice(choix, LIGNES))

    annees = pd.Series(h.integers(2021, 2028, LIGNES))
    clotures = pd.Series(pd.to_datetime("2018-06-30") + pd.to_timedelta(h.integers(0, 3_000, LIGNES), unit="D"))
    colonnes = {
        "ir": {"rni": montants(-5_000, 300_000), "parts": montants(0, 5).round(), "annee_revenus": annees},
        "is_societe": {
            "benefice": montants(-50_000, 900_000),
            "date": clotures,
            "ca": montants(-10_000, 12_000_000),
            "detention": montants(0, 2).round(1),
            "duree_mois": pd.Series(h.choice([12, 9, 18, 0], LIGNES, p=[0.7, 0.1, 0.1, 0.1])),
        },
        "cotisations_tns": {
            "revenu_avant_cotisations": montants(-5_000, 400_000),
            "date": annees,
            "activite": mots("artisan", "commercant", "liberal"),
        },
        "micro": {
            "ca": montants(-2_000, 250_000),
            "activite": mots("ventes", "services", "bnc", "cipav", "mixte"),
            "date": annees,
            "ca_precedent": montants(0, 250_000),
            "debut_activite": clotures.mask(h.random(LIGNES) < 0.7),
        },
        "taux_endettement": {
            "charges": montants(-100, 5_000),
            "revenus": montants(-200, 9_000),
            "loyers": montants(0, 9_000),
        },
        "respecte_hcsf": {
            "taux": montants(0, 1) / 2,
            "duree_annees": montants(0, 30).round(),
            "differe_mois": montants(-1, 36).round(),
            "nature": mots("immobilier_particulier", "professionnel"),
        },
        "reste_a_vivre": {
            "revenus": montants(0, 9_000),
            "charges": montants(-100, 5_000),
            "adultes": montants(1, 3).round(),
            "enfants": montants(0, 4).round(),
        },
        "mensualite_maximale": {"revenus": montants(0, 9_000), "charges": montants(-100, 3_000)},
        "capital_empruntable": {
            "mensualite": montants(-10, 4_000),
            "taux": montants(0, 12) / 10,
            "duree": montants(0, 300).round(),
        },
        "capacite_remboursement_pro": {
            "caf": montants(-10_000, 90_000),
            "prelevements": montants(-500, 40_000),
            "annuites": montants(0, 40_000),
            "interets": montants(0, 9_000),
        },
        "revenus_fonciers_ponderes": {"loyers": montants(-100, 3_000), "mensualites": montants(0, 2_000)},
        "annuite_max": {"capacite": montants(-10_000, 60_000)},
    }
    return colonnes[fonction]


FONCTIONS = [
    "ir",
    "is_societe",
    "cotisations_tns",
    "micro",
    "taux_endettement",
    "respecte_hcsf",
    "reste_a_vivre",
    "mensualite_maximale",
    "capital_empruntable",
    "capacite_remboursement_pro",
    "revenus_fonciers_ponderes",
    "annuite_max",
]


def _nombres(resultat: Any) -> list[float]:
    valeurs = resultat.drop("motif", errors="ignore") if isinstance(resultat, pd.Series) else [resultat]
    return [math.nan if valeur is pd.NA else float(valeur) for valeur in valeurs]


@pytest.mark.parametrize("nom", FONCTIONS)
def test_une_table_est_le_calcul_ligne_a_ligne(nom):
    colonnes = _tirer(nom)
    avant = {cle: serie.copy(deep=True) for cle, serie in colonnes.items()}
    fonction = getattr(credit, nom)
    table = fonction(**colonnes)
    for cle, serie in colonnes.items():
        pd.testing.assert_series_equal(serie, avant[cle])
    calcules = refuses = 0
    for rang in range(LIGNES):
        ligne = {cle: serie.iloc[rang] for cle, serie in colonnes.items()}
        ligne = {cle: None if pd.isna(valeur) else valeur for cle, valeur in ligne.items()}
        try:
            seul = fonction(**ligne)
        except (ErreurDonnees, ErreurParametre):
            assert table.iloc[rang].drop("motif").isna().all() and pd.notna(table["motif"].iloc[rang])
            refuses += 1
            continue
        np.testing.assert_array_equal(_nombres(table.iloc[rang]), _nombres(seul))
        calcules += 1
    assert calcules >= 5 and (refuses or nom in ("mensualite_maximale", "annuite_max"))


@pytest.mark.parametrize("nom", FONCTIONS)
def test_l_ordre_et_les_etiquettes_des_lignes_n_importent_pas(nom):
    colonnes = _tirer(nom)
    ordre = np.random.default_rng(7).permutation(LIGNES)
    fonction = getattr(credit, nom)
    table = fonction(**colonnes)
    melange = fonction(**{cle: serie.iloc[ordre] for cle, serie in colonnes.items()})
    assert melange.index.tolist() == ordre.tolist()
    retablie = melange.loc[range(LIGNES)]
    pd.testing.assert_frame_equal(retablie.drop(columns="motif"), table.drop(columns="motif"), check_exact=True)
    assert retablie["motif"].isna().tolist() == table["motif"].isna().tolist()


@pytest.mark.parametrize("nom", FONCTIONS)
def test_une_table_vide_donne_une_table_vide(nom):
    vides = {cle: serie.iloc[:0] for cle, serie in _tirer(nom).items()}
    assert len(getattr(credit, nom)(**vides)) == 0


@pytest.mark.parametrize("nom", ["ir", "cotisations_tns"])
def test_des_listes_valent_des_series(nom):
    colonnes = _tirer(nom)
    fonction = getattr(credit, nom)
    listes = fonction(**{cle: serie.to_numpy() for cle, serie in colonnes.items()})
    pd.testing.assert_frame_equal(listes, fonction(**colonnes))


def test_les_parametres_ajoutes_sont_connus_entre_leurs_dates_et_changent_a_leurs_dates():
    assert len(AJOUTES) == 13
    for nom in AJOUTES:
        fiche = fiche_parametre(nom)
        connus = [contenu for contenu in fiche.contenus if contenu is not None]
        for rang, (date, contenu) in enumerate(zip(fiche.dates, fiche.contenus, strict=True)):
            veille = date - dt.timedelta(days=1)
            if contenu is not None:
                assert parametre(nom, date) == contenu
            if rang and contenu is not None:
                assert parametre(nom, veille) == fiche.contenus[rang - 1] != contenu
        with pytest.raises(ErreurParametre):
            parametre(nom, fiche.dates[0] - dt.timedelta(days=1))
        assert connus


def test_les_valeurs_d_enseignement_le_disent():
    for nom in AJOUTES:
        statut = fiche_parametre(nom).statut
        assert (statut == "convention_de_cours") == nom.startswith("endettement.")
