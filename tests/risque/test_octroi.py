"""Grade from 1 to 10, lowest rate, who decides: both sides of each limit."""

from __future__ import annotations

import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.risque import coter, delegataire, el, pd_de_la_cote, taux_plancher

JOUR = "2026-03-31"
FAMILLES = ("financier", "comportement", "dirigeant", "secteur")


def uniforme(part: float, **options):
    return coter(dict.fromkeys(FAMILLES, part), date=JOUR, **options)


def test_les_points_sont_ceux_de_la_grille():
    c = uniforme(1)
    assert c.points == {"financier": 40, "comportement": 35, "dirigeant": 15, "secteur": 10}
    assert (c.note, c.cote, c.pd) == (100, 1, 0.002)


@pytest.mark.parametrize(
    ("part", "cote"), [(0, 9), (0.1999, 9), (0.2, 8), (0.5999, 5), (0.6, 4), (0.7, 3), (0.8999, 2), (0.9, 1)]
)
def test_dix_points_par_cote(part, cote):
    assert uniforme(part).cote == cote


def test_le_defaut_l_emporte_sur_la_note():
    c = uniforme(1, defaut=True)
    assert (c.note, c.cote, c.pd) == (100, 10, 1)


def test_une_cote_plus_faible_a_une_probabilite_plus_forte():
    probabilites = [pd_de_la_cote(cote, date=JOUR) for cote in range(1, 11)]
    assert probabilites == sorted(set(probabilites))


def test_le_taux_plancher_paie_la_perte_attendue():
    seul = taux_plancher(0.02, 0.5, date=JOUR)
    assert seul["risque"] == pytest.approx(el(0.02, 0.5, 54_000) / 54_000)
    assert seul["taux"] == pytest.approx(0.0455)
    assert taux_plancher(0.02, 0.5, quotite=0.5, date=JOUR)["taux"] == pytest.approx(0.0405)
    assert taux_plancher(0.02, 0.5, quotite=1, date=JOUR)["risque"] == 0


@pytest.mark.parametrize(
    ("montant", "cote", "attendu"),
    [
        (50_000, 5, "chargé de clientèle"),
        (50_000.01, 5, "directeur d'agence"),
        (50_000, 6, "directeur d'agence"),
        (150_000, 6, "directeur d'agence"),
        (150_001, 1, "comité de crédit"),
        (10_000, 7, "comité de crédit"),
    ],
)
def test_les_deux_limites_se_lisent_ensemble(montant, cote, attendu):
    assert delegataire(montant, cote, date=JOUR) == attendu


def test_l_engagement_total_decide_non_la_seule_demande():
    assert delegataire(54_000, 4, encours=96_000, date=JOUR) == "directeur d'agence"
    assert delegataire(54_000, 4, encours=96_001, date=JOUR) == "comité de crédit"
    with pytest.raises(ErreurDonnees, match="encours"):
        delegataire(54_000, 4, encours=-1, date=JOUR)


def test_ce_qui_est_impossible_est_refuse():
    with pytest.raises(ErreurDonnees, match="chaque famille"):
        coter({"financier": 1}, date=JOUR)
    with pytest.raises(ErreurDonnees, match="de 0 à 1"):
        coter(dict.fromkeys(FAMILLES, 55), date=JOUR)
    with pytest.raises(ErreurDonnees, match="n'existe pas"):
        pd_de_la_cote(11, date=JOUR)
    with pytest.raises(ErreurDonnees, match="quotite"):
        taux_plancher(0.02, 0.5, quotite=50, date=JOUR)
    with pytest.raises(ErreurDonnees, match="positif"):
        delegataire(0, 4, date=JOUR)
