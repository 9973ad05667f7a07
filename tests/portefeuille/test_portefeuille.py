"""Segments, equipment, net banking income, potential, events, campaigns, territory, interview sheet, pictures."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.calendrier import feries, jours_ouvres, paques
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.portefeuille import (
    Chiffre,
    carte_strategique,
    charger_produits,
    contacts_necessaires,
    courbe_lorenz,
    cout_acquisition,
    eligibilite,
    entonnoir,
    evenements,
    fiche_entretien,
    matrice_strategique,
    plan_action,
    pnb_client,
    prochain_anniversaire,
    recommandations,
    rentabilite_client,
    roi_campagne,
    score_potentiel,
    section_naf,
    segmenter,
    taux_equipement,
    zone_chalandise,
)

JOUR = "2026-03-31"


def clients(n=30, graine=1):
    hasard = np.random.default_rng(graine)
    naf = hasard.choice(["1071C", "5610A", "9602A", "4332A", "4520A", "6820B", "8690E"], n)
    return pd.DataFrame(
        {
            "naf": naf,
            "ca": hasard.integers(20_000, 3_000_000, n),
            "date_entree_relation": pd.Timestamp(JOUR) - pd.to_timedelta(hasard.integers(0, 8_000, n), unit="D"),
            "statut": hasard.choice(["EI", "micro", "SARL", "SAS"], n),
            "pnb": hasard.integers(0, 9_000, n),
            "potentiel": hasard.integers(0, 101, n),
            "effectif": hasard.integers(0, 12, n),
        },
        index=pd.Index([f"c{i:02}" for i in range(n)], name="id_client"),
    )


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_chaque_client_est_dans_une_case_et_une_seule(n, graine):
    table = clients(n, graine)
    copie = table.copy(deep=True)
    segments = segmenter(table, date=JOUR)
    assert segments.index.equals(table.index)
    assert segments.notna().all().all()
    pd.testing.assert_frame_equal(table, copie)
    melange = segmenter(table.sample(frac=1, random_state=1), date=JOUR).loc[table.index]
    pd.testing.assert_series_equal(melange["tranche_ca"], segments["tranche_ca"])


def test_les_sections_et_les_bornes_de_tranches():
    codes = {
        "1071C": "C",
        "4332A": "F",
        "4520A": "G",
        "5610A": "I",
        "6820B": "L",
        "7022Z": "M",
        "8690E": "Q",
        "9602A": "S",
    }
    assert section_naf(pd.Series(list(codes))).tolist() == list(codes.values())
    assert section_naf("0121Z") == "A"
    with pytest.raises(ErreurDonnees, match="« 0400Z »"):
        section_naf("0400Z")
    table = clients(4).assign(
        ca=[99_999, 100_000, 1_500_000, 750_000],
        date_entree_relation=["2026-03-31", "2025-03-30", "2010-01-01", "2023-04-02"],
    )
    segments = segmenter(table, date=JOUR)
    assert segments["tranche_ca"].tolist() == [
        "moins de 100 000 €",
        "100 000 à 300 000 €",
        "plus de 1 500 000 €",
        "750 000 à 1 500 000 €",
    ]
    assert segments["tranche_anciennete"].tolist() == ["moins de 1 an", "1 à 3 ans", "plus de 10 ans", "1 à 3 ans"]
    with pytest.raises(ErreurSchema, match="Colonnes absentes de la table des clients : naf"):
        segmenter(table.drop(columns="naf"), date=JOUR)
    with pytest.raises(ErreurDonnees, match="postérieure à la date"):
        segmenter(table, date="2020-01-01")


def test_la_matrice_partage_en_tiers_et_reste_la_meme_a_egalite():
    matrice = matrice_strategique(pd.Series([5] * 6), pd.Series([1, 2, 3, 4, 5, None]))
    assert matrice["valeur"].tolist()[:5] == ["faible", "faible", "moyen", "moyen", "fort"]
    assert matrice["strategie"].isna().tolist() == [False] * 5 + [True]
    assert matrice["strategie"].iloc[4] == "développer"


def test_l_equipement_compte_une_fois_ce_qui_est_eligible():
    table = pd.DataFrame(
        {"statut": ["SARL", "micro"], "effectif": [3, 0]}, index=pd.Index(["a", "b"], name="id_client")
    )
    contrats = pd.DataFrame(
        {"id_client": ["a"] * 6 + ["b"], "code": ["COMPTE", "CARTE", "TPE", "PEE", "PER", "TPE", "PEE"]}
    )
    lus = taux_equipement(table, contrats, date=JOUR)
    assert lus.loc["a", ["detenus", "multi_equipe", "intensite"]].tolist() == [5, True, 2]
    assert lus.loc["b", ["detenus", "inattendus"]].tolist() == [0, 1]
    assert lus["taux"].between(0, 1).all()
    gamme = charger_produits()[:14]
    six = pd.DataFrame({"id_client": "a", "code": [produit.code for produit in gamme[:6]]})
    assert taux_equipement(table.loc[["a"]], six, gamme, date=JOUR).loc["a", "taux"] == pytest.approx(6 / 14)
    with pytest.raises(ErreurDonnees, match="Produits absents de la gamme : XX"):
        taux_equipement(table, pd.DataFrame({"id_client": ["a"], "code": ["XX"]}), date=JOUR)
    with pytest.raises(ErreurSchema, match="statut"):
        eligibilite(table.drop(columns="statut"))


def test_le_pnb_d_un_client_et_d_une_table():
    un = pnb_client(60_000, 0.041, 12_000, 0.028, commissions=640)
    assert un[["marge_credits", "marge_depots", "pnb"]].round(2).tolist() == [780.0, 336.0, 1756.0]
    table = pnb_client(pd.Series([60_000, -1]), 0.041, pd.Series([12_000, 0]), 0.028, commissions=640)
    assert table["pnb"].iloc[0] == pytest.approx(un["pnb"])
    assert table.loc[1, "motif"] == "encours : un montant positif est attendu"
    with pytest.raises(ErreurDonnees, match="taux attendu en fraction"):
        pnb_client(60_000, 4.1)
    assert rentabilite_client(1_756, 600, 540) == 616


@given(
    st.floats(0, 1.5), st.floats(0, 1), st.floats(-0.5, 1), st.floats(0, 1), st.sampled_from([0, 1]), st.floats(0, 0.3)
)
def test_le_potentiel_est_borne_et_croit_avec_chaque_composante(flux, vetuste, croissance, equipement, parrain, pas):
    base = {"part_flux": flux, "vetuste": vetuste, "croissance_ca": croissance, "taux_equipement": equipement}
    mieux = base | {"part_flux": max(0, flux - pas), "croissance_ca": croissance + pas}
    table = score_potentiel(pd.DataFrame([base | {"parrainage": parrain}, mieux | {"parrainage": parrain}]), date=JOUR)
    assert table["potentiel"].between(0, 100).all()
    assert table["potentiel"].iloc[1] >= table["potentiel"].iloc[0] - 1e-9
    assert (table["indice_confiance"] == 1).all()
    rien = score_potentiel(pd.DataFrame({"autre": [1]}), date=JOUR)
    assert np.isnan(rien["potentiel"].iloc[0])


def test_un_29_fevrier_se_fete_le_28_les_autres_annees():
    dates = prochain_anniversaire(pd.Series(["2020-02-29", "2020-02-29"]), "2028-01-01")
    assert dates.dt.strftime("%d/%m/%Y").tolist() == ["29/02/2028"] * 2
    assert str(prochain_anniversaire(pd.Series(["2020-03-31"]), JOUR).iloc[0].date()) == JOUR


def test_chaque_evenement_a_son_motif_et_ce_qui_manque_est_dit():
    table = pd.DataFrame(
        {
            "date_entree_relation": ["2016-04-15", "2010-12-01"],
            "date_cloture": ["2025-09-30", "2025-12-31"],
            "naissance_dirigeant": ["1963-01-01", "1990-01-01"],
            "date_bail": ["2017-06-30", "2024-01-01"],
            "vetuste": [0.85, 0.2],
            "effectif": [10, 3],
            "ca": [180_000, 50_000],
            "plafond_micro": [188_700, 188_700],
        },
        index=pd.Index(["a", "b"], name="id_client"),
    )
    credits = pd.DataFrame({"id_client": ["a", "b", "b"], "date_fin": ["2026-05-31", "2026-09-15", "2030-01-01"]})
    lignes = pd.DataFrame({"id_client": ["b"], "date_echeance": ["2026-06-15"]})
    lus = evenements(table, JOUR, credits=credits, lignes=lignes)
    par_client = lus.groupby("id_client")["evenement"].apply(set)
    assert par_client["a"] == {
        "fin de prêt", "anniversaire de la relation", "bilan attendu", "transmission", "fin de bail",
        "matériel à renouveler", "seuil de 11 salariés", "seuil de la micro-entreprise",
    }  # fmt: skip
    assert par_client["b"] == {"fin de prêt", "échéance de ligne"}
    assert lus["priorite"].is_monotonic_increasing
    assert lus.attrs["non_lus"] == ["départ d'un salarié clé"]
    assert lus["motif"].str.len().min() > 20
    vide = evenements(table[[]], JOUR)
    assert vide.empty
    assert "fin de prêt" in vide.attrs["non_lus"]
    with pytest.raises(ErreurDonnees):
        evenements(table, JOUR, horizon=0)
    with pytest.raises(ErreurSchema, match="table des crédits : date_fin"):
        evenements(table, JOUR, credits=pd.DataFrame({"id_client": []}))


def test_a38_contacts_necessaires():
    assert contacts_necessaires(12, [0.40, 0.25, 0.60, 0.50]) == 400
    assert contacts_necessaires(12, [0.32, 0.5, 0.6]) == 125
    with pytest.raises(ErreurDonnees, match="inatteignable"):
        contacts_necessaires(12, [0.4, 0])
    for faux in ((12, [40]), (-1, [0.4]), (1.5, [0.4])):
        with pytest.raises(ErreurDonnees):
            contacts_necessaires(*faux)


@given(st.integers(0, 500), st.lists(st.floats(0.01, 1), min_size=1, max_size=5))
def test_un_contact_de_moins_ne_suffit_pas(objectif, taux):
    n = contacts_necessaires(objectif, taux)
    esperance = np.prod(taux)
    assert n * esperance >= objectif - 1e-6
    assert n == 0 or (n - 1) * esperance < objectif


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6))
def test_les_taux_de_l_entonnoir_sont_des_parts(nombres):
    etapes = sorted(nombres, reverse=True)
    lu = entonnoir({f"e{i}": n for i, n in enumerate(etapes)})
    assert lu["taux_etape"].dropna().between(0, 1).all()
    assert lu["taux_depart"].dropna().is_monotonic_decreasing


def test_plusieurs_campagnes_et_un_entonnoir_impossible():
    table = pd.DataFrame({"cibles": [60, 10], "rdv": [19, 0], "ventes": [5, 0]}, index=["a", "b"])
    lu = entonnoir(table)
    assert lu.loc[("a", "ventes"), "taux_depart"] == pytest.approx(5 / 60)
    assert np.isnan(lu.loc[("b", "ventes"), "taux_etape"])
    with pytest.raises(ErreurDonnees, match="plus de personnes que la précédente"):
        entonnoir({"cibles": 5, "rdv": 6})
    with pytest.raises(ErreurDonnees, match="inconnue ou négative"):
        entonnoir({"cibles": 5, "rdv": -1})


@pytest.mark.parametrize(
    ("annee", "jour"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))]
)
def test_paques_et_les_feries_qui_en_dependent(annee, jour):
    assert paques(annee) == dt.date(annee, *jour)
    assert len(feries(annee)) in (10, 11)
    assert jours_ouvres(f"{annee}-01-01", f"{annee}-12-31") > 245
    with pytest.raises(ErreurDonnees):
        jours_ouvres("2026-02-01", "2026-01-01")


def test_la_capacite_et_le_cout_d_une_action():
    plan = plan_action(120, "2026-09-01", "2026-11-20")
    assert plan[["jours_ouvres", "capacite_rdv", "tenable"]].tolist() == [58, 98, 0]
    assert plan_action(10, "2026-04-01", "2026-04-10", alsace_moselle=True)["jours_ouvres"] == 6
    with pytest.raises(ErreurDonnees):
        plan_action(1, JOUR, JOUR, part_commerciale=0)
    assert cout_acquisition(1_350, 5) == 270
    assert np.isnan(cout_acquisition(1_350, 0))
    assert roi_campagne(1_350, 5, 920)["seuil_clients"] == 2
    with pytest.raises(ErreurDonnees):
        roi_campagne(0, 1, 1)


def test_les_recommandations_se_suivent_par_parrain():
    t = pd.DataFrame({"parrain": ["x", "x", "y", None], "rdv": [1, 0, 1, 1], "vente": [True, False, False, True]})
    lues = recommandations(t)
    assert lues.index.tolist() == ["x", "y"]
    assert lues.loc["x", "taux"] == 0.5
    assert lues.attrs["part_recommandee"] == 0.5
    with pytest.raises(ErreurSchema):
        recommandations(t.drop(columns="vente"))


def test_la_zone_se_lit_par_section():
    t = pd.DataFrame(
        {
            "siret": list("12345"),
            "naf": ["1071C", "1071C", "1071C", "4332A", "4332A"],
            "date_creation": ["2025-06-01", "2022-06-01", "2022-06-01", "2010-01-01", "2012-01-01"],
            "etat": ["A", "A", "F", "A", "F"],
            "date_fermeture": [None, None, "2024-01-01", None, "2020-01-01"],
        }
    )
    lue = zone_chalandise(t, 20_000, date=JOUR, clients=pd.DataFrame({"siret": ["1"], "naf": ["1071C"]}))
    assert lue.loc["C", ["actifs", "densite", "taux_creation", "taux_survie", "part_de_marche"]].tolist() == [
        2.0, 1.0, 0.5, 0.5, 0.5,
    ]  # fmt: skip
    assert np.isnan(lue.loc["F", "taux_survie"])
    with pytest.raises(ErreurDonnees, match="figure deux fois"):
        zone_chalandise(pd.concat([t, t]), 20_000, date=JOUR)
    with pytest.raises(ErreurDonnees, match="population"):
        zone_chalandise(t, 0, date=JOUR)


def test_chaque_chiffre_de_la_fiche_a_sa_date():
    chiffres = [Chiffre("EBE", 88_100, "€", "2025-12-31"), Chiffre("Cotation", None, "", "2026-01-15")]
    fiche = fiche_entretien("Fournil <d'Élise>", JOUR, chiffres, alertes=["dépassement"], questions=["Projets ?"])
    html = fiche.html()
    assert "88\u202f100\xa0€" in html
    assert html.count("31/12/2025") == 1
    assert "non renseigné" in html
    assert "Fournil &lt;d&#x27;Élise&gt;" in html
    with pytest.raises(ErreurDonnees, match="daté après la fiche"):
        fiche_entretien("F", JOUR, [Chiffre("EBE", 1, "€", "2026-12-31")])


def test_les_figures_se_lisent_sans_les_voir():
    lorenz = courbe_lorenz(pd.Series([100.0, 200.0, 300.0, 400.0, 4_000.0]))
    assert "(1 sur 5) apportent 80,0\xa0% du PNB" in lorenz.alt
    table = clients(30)
    carte = carte_strategique(matrice_strategique(table["pnb"], table["potentiel"]))
    assert carte.donnees.shape == (3, 3)
    assert "pour 30 clients" in carte.alt
    with pytest.raises(ErreurDonnees):
        carte_strategique(matrice_strategique(pd.Series([np.nan]), pd.Series([1.0])))
