"""Social contributions of an artisan or a shopkeeper, and the micro regime."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import cotisations_tns, expliquer, micro
from rncp_utils.credit.endettement.cotisations_tns import CONTRIBUTIONS
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurParametre
from rncp_utils.parametres import parametre
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

PASS_2026 = 48_060


def test_a32_cotisations_d_un_artisan():
    cout = cotisations_tns(50_000, 2026, "artisan")
    assert cout["total"] == pytest.approx(15_797.54, abs=0.02)
    attendu = {
        "assiette": 37_000.00,
        "maladie": 1794.26,
        "indemnites_journalieres": 185.00,
        "vieillesse_base": 6611.90,
        "retraite_complementaire": 2997.00,
        "invalidite_deces": 481.00,
        "allocations_familiales": 0.00,
        "csg_crds": 3589.00,
        "formation": 139.37,
        "total": 15_797.53,
        "revenu_apres_cotisations": 34_202.47,
    }
    assert cout[list(attendu)].to_dict() == attendu
    assert cout["taux_maladie"] == pytest.approx(0.0484935, abs=5e-8)


def test_la_formation_d_un_commercant_est_moindre():
    ecart = cotisations_tns(50_000, 2026, "artisan") - cotisations_tns(50_000, 2026, "commercant")
    assert ecart["formation"] == pytest.approx(139.37 - 120.15)
    assert ecart["total"] == pytest.approx(ecart["formation"])


@pytest.mark.parametrize(
    ("parts_de_pass", "taux"),
    [
        (0.10, 0),
        (0.20, 0),
        (0.30, 0.0075),
        (0.40, 0.015),
        (0.60, 0.04),
        (1.10, 0.065),
        (2, 0.077),
        (3, 0.085),
        (5, 0.085),
    ],
)
def test_le_taux_maladie_suit_l_assiette(parts_de_pass, taux):
    assiette = parts_de_pass * PASS_2026
    # The allowance is 26 %, at most 1.3 times the ceiling.
    revenu = assiette / 0.74 if assiette / 0.74 * 0.26 < 1.3 * PASS_2026 else assiette + 1.3 * PASS_2026
    cout = cotisations_tns(revenu, 2026)
    assert cout["assiette"] == pytest.approx(assiette, abs=0.01)
    assert cout["taux_maladie"] == pytest.approx(taux, abs=1e-6)


def test_au_dela_de_trois_plafonds_la_maladie_a_un_taux_a_part():
    cout = cotisations_tns(5 * PASS_2026 + 1.3 * PASS_2026, 2026)
    assert cout["maladie"] == pytest.approx(3 * PASS_2026 * 0.085 + 2 * PASS_2026 * 0.065, abs=0.01)


def test_un_petit_revenu_a_un_abattement_minimal():
    assert cotisations_tns(2_000, 2026)["assiette"] == pytest.approx(2_000 - 0.0176 * PASS_2026, abs=0.005)
    assert cotisations_tns(500, 2026)["assiette"] == 0


def test_sans_revenu_les_cotisations_minimales_restent_dues():
    cout = cotisations_tns(0, 2026)
    assert cout["assiette"] == 0 and math.isnan(cout["taux_global"])
    assert cout["indemnites_journalieres"] == pytest.approx(0.005 * 0.40 * PASS_2026, abs=0.005)
    assert cout["invalidite_deces"] == pytest.approx(0.013 * 0.115 * PASS_2026, abs=0.005)
    assert cout["vieillesse_base"] == pytest.approx(0.1787 * 5_409, abs=0.005)
    assert cout["csg_crds"] == cout["maladie"] == cout["retraite_complementaire"] == 0
    assert "assiettes minimales" in cout.attrs["motifs"][0]
    assert "minimale" in expliquer(cout).set_index("libelle").loc["Retraite de base", "commentaire"]


def test_les_minimums_peuvent_etre_otes():
    cout = cotisations_tns(0, 2026, minimales=False)
    assert cout["total"] == cout["formation"] and cout.attrs["motifs"] == ()


def test_un_deficit_se_lit_comme_une_assiette_nulle():
    assert cotisations_tns(-8_000, 2026)["total"] == cotisations_tns(0, 2026)["total"]


@pytest.mark.parametrize("annee", [2024, 2027])
def test_une_annee_sans_bareme_est_refusee(annee):
    with pytest.raises(ErreurParametre):
        cotisations_tns(50_000, annee)
    table = cotisations_tns([50_000, 50_000], [annee, 2026])
    assert math.isnan(table["total"].iloc[0]) and table["total"].iloc[1] == 15_797.53
    assert table["motif"].iloc[0].count("inconnu") == 1


def test_une_activite_inconnue_est_refusee():
    with pytest.raises(ErreurDonnees, match="« liberal » inconnue, attendu artisan, commercant"):
        cotisations_tns(50_000, 2026, "liberal")
    table = cotisations_tns([50_000] * 3, 2026, ["artisan", "liberal", None])
    assert table["motif"].isna().tolist() == [True, False, False]


def test_les_parametres_a_verifier_sont_dits():
    sources = cotisations_tns(50_000, 2026).attrs["sources"]
    assert sources["tns.csg_crds"].startswith("de memoire") and "à vérifier" in sources["tns.csg_crds"]


@given(st.floats(0, 400_000), st.floats(0, 50_000))
@settings(max_examples=exemples(60))
def test_les_cotisations_croissent_avec_le_revenu(revenu, ajout):
    table = cotisations_tns([revenu, revenu + ajout], 2026)
    assert (table[list(CONTRIBUTIONS)].diff().iloc[1] >= -0.0101).all()
    assert table["total"].iloc[0] == pytest.approx(table[list(CONTRIBUTIONS)].iloc[0].sum(), abs=1e-6)


def test_micro_de_la_specification():
    ventes = micro(120_000, "ventes", 2024)
    assert ventes[["base_ir", "cotisations", "versement_liberatoire"]].tolist() == [34_800, 14_760, 1_200]
    services = micro(60_000, "services", 2024)
    assert services[["base_ir", "cotisations"]].tolist() == [30_000, 12_720]


@pytest.mark.parametrize(
    ("activite", "ca", "base", "liberatoire"),
    [("bnc", 50_000, 33_000, 1_100), ("cipav", 50_000, 33_000, 1_100), ("ventes", 400, 95, 4), ("ventes", 200, 0, 2)],
)
def test_l_abattement_a_un_minimum_et_ne_depasse_pas_le_chiffre_d_affaires(activite, ca, base, liberatoire):
    resultat = micro(ca, activite, "2024-12-31")
    assert resultat[["base_ir", "versement_liberatoire"]].tolist() == [base, liberatoire]
    assert resultat["abattement"] + resultat["base_ir"] == ca


def test_le_taux_de_cotisation_est_celui_du_jour():
    assert micro(10_000, "bnc", "2024-06-30")["cotisations"] == 2_110
    assert micro(10_000, "bnc", "2024-07-01")["cotisations"] == 2_310


def test_un_taux_inconnu_est_refuse_et_peut_etre_donne():
    with pytest.raises(ErreurParametre, match="deux taux circulent"):
        micro(50_000, "bnc", 2026)
    assert micro(50_000, "bnc", 2026, taux_cotisations=0.25)["cotisations"] == 12_500
    table = micro([50_000] * 3, ["bnc", "ventes", "bnc"], 2026, taux_cotisations=[None, None, 0.25])
    assert table["cotisations"].tolist()[1:] == [6_150, 12_500] and math.isnan(table["cotisations"].iloc[0])
    assert table["motif"].tolist()[0] == "paramètre micro.cotisations.bnc inconnu à cette date"


@pytest.mark.parametrize(("annee", "plafond"), [(2022, 72_600), (2025, 77_700), (2026, 83_600)])
def test_le_plafond_est_celui_de_l_annee(annee, plafond):
    au_plafond, au_dessus = micro(plafond, "services", annee), micro(plafond + 1, "services", annee)
    assert au_plafond[["plafond", "depassement", "depassements_consecutifs"]].tolist() == [plafond, 0, 0]
    assert au_dessus[["depassement", "depassements_consecutifs"]].tolist() == [1, 1]


def test_le_plafond_de_la_premiere_annee_est_au_prorata():
    resultat = micro(45_000, "services", 2025, debut_activite="2025-07-01")
    assert resultat["plafond"] == round(77_700 * 184 / 365, 2)
    assert resultat["depassement"] == pytest.approx(45_000 - resultat["plafond"])
    assert micro(45_000, "services", 2025, debut_activite="2025-01-01")["plafond"] == 77_700
    assert micro(45_000, "services", 2025, debut_activite="2011-04-01")["plafond"] == 77_700


def test_le_premier_depassement_d_une_creation_ne_fait_pas_sortir():
    resultat = micro(45_000, "services", 2025, debut_activite="2025-07-01", ca_precedent=90_000)
    assert resultat["depassements_consecutifs"] == 1 and math.isnan(resultat["annee_de_sortie"])


def test_deux_depassements_de_suite_font_sortir_l_annee_suivante():
    resultat = micro(85_000, "services", 2025, ca_precedent=80_000)
    assert resultat[["depassements_consecutifs", "annee_de_sortie"]].tolist() == [2, 2026]
    assert "sortie du régime micro" in resultat.attrs["motifs"][0]
    assert "1er janvier 2026" in expliquer(resultat)["commentaire"].iloc[-1]
    assert math.isnan(micro(85_000, "services", 2025, ca_precedent=77_700)["annee_de_sortie"])
    assert math.isnan(micro(70_000, "services", 2025, ca_precedent=80_000)["annee_de_sortie"])


def test_l_annee_precedente_se_compare_a_son_propre_plafond():
    # 80 000 € was above the ceiling of 2025 and is under that of 2026.
    assert micro(84_000, "services", 2026, ca_precedent=80_000)["annee_de_sortie"] == 2027
    # Created in July 2024: 40 000 € was above its half ceiling.
    creation = micro(80_000, "services", 2025, ca_precedent=40_000, debut_activite="2024-07-01")
    assert creation["annee_de_sortie"] == 2026


def test_sans_l_annee_precedente_la_sortie_est_a_verifier():
    with pytest.warns(AvertissementDonnees, match="sortie du régime est à vérifier"):
        micro(85_000, "services", 2025)


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        ({"ca": -1}, "ca : montant négatif"),
        ({"activite": "mixte"}, "« mixte » inconnu"),
        ({"debut_activite": "2026-01-01"}, "postérieur"),
        ({"debut_activite": "demain"}, "illisible"),
        ({"ca_precedent": -5}, "négatif"),
        ({"taux_cotisations": 21.2}, "taux attendu en fraction"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_est_refuse(arguments, phrase):
    with pytest.raises(ErreurDonnees, match=phrase):
        micro(**{"ca": 50_000, "activite": "services", "date": 2025} | arguments)


@given(st.integers(0, 200_000_00), st.sampled_from(["ventes", "services", "bnc", "cipav"]))
@settings(max_examples=exemples(60))
def test_les_montants_sont_des_parts_du_chiffre_d_affaires(centimes, activite):
    ca = centimes / 100
    resultat = micro(ca, activite, "2024-12-31", ca_precedent=0)
    assert 0 <= resultat["base_ir"] <= ca
    assert resultat["cotisations"] == pytest.approx(
        parametre(f"micro.cotisations.{activite}", "2024-12-31") * ca, abs=0.0051
    )
    assert np.isnan(resultat["annee_de_sortie"])
