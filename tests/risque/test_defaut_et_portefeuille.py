"""Default, IFRS 9, concentration, migrations, renewal of lines, intervention, the alert timeline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurParametre, ErreurSchema
from rncp_utils.risque import (
    concentration_par,
    cout_du_risque,
    delai_reaction,
    ead,
    echeancier_lignes,
    ecl,
    el,
    en_defaut,
    encours_sensibles,
    frise_alerte,
    gini,
    hhi,
    jours_arriere,
    lorenz,
    matrice_migration,
    procedure_degradation,
    proposition,
    score_alerte,
    soldes_denses,
    sortie_de_defaut,
    stade_ifrs9,
    taux_defaut,
    top_n,
    workflow_intervention,
)

JOUR = "2026-03-31"


def test_a37_les_deux_seuils_doivent_etre_depasses():
    assert jours_arriere(350, 40_000, date=JOUR) == 0
    assert jours_arriere(450, 40_000, date=JOUR) == 1
    assert jours_arriere(100, 1_000, date=JOUR) == 0
    assert jours_arriere(450, 40_000, clientele="autre", date=JOUR) == 0
    with pytest.raises(ErreurParametre):
        jours_arriere(450, 40_000, date="2019-01-01")


def test_le_defaut_est_au_91e_jour_et_le_compteur_repart_de_zero():
    jours = pd.date_range("2026-01-01", periods=120)
    arrieres = pd.Series(450.0, jours)
    compteurs = [jours_arriere(arrieres.iloc[:n], 40_000, date=JOUR) for n in (1, 90, 91)]
    assert compteurs == [1, 90, 91]
    assert [en_defaut(c, date=JOUR) for c in compteurs] == [False, False, True]
    arrieres.iloc[100] = 400.0
    assert jours_arriere(arrieres, 40_000, date=JOUR) == 19


def test_des_debiteurs_se_comptent_ensemble():
    table = pd.DataFrame([[450.0, 450.0], [450.0, 10.0]], index=["a", "b"])
    assert jours_arriere(table, pd.Series(40_000.0, index=["a", "b"]), date=JOUR).to_dict() == {"a": 2, "b": 0}
    with pytest.raises(ErreurDonnees, match="n'ont pas les mêmes débiteurs"):
        jours_arriere(table, [1.0, 2.0, 3.0], date=JOUR)
    with pytest.raises(ErreurDonnees, match="négatif ou inconnu"):
        jours_arriere(-1, 40_000, date=JOUR)
    with pytest.raises(ErreurDonnees, match="choisissez detail ou autre"):
        jours_arriere(1, 2, clientele="vip", date=JOUR)


def test_la_probation_se_compte_en_mois():
    assert str(sortie_de_defaut("2026-01-31")) == "2026-04-30"
    assert str(sortie_de_defaut("2026-01-31", restructure=True)) == "2027-01-31"


@pytest.mark.parametrize(
    ("options", "stade"),
    [
        ({"jours": 0}, 1),
        ({"jours": 29}, 1),
        ({"jours": 30}, 2),
        ({"jours": 90}, 2),
        ({"jours": 91}, 3),
        ({"jours": 0, "niveau_alerte": 2}, 2),
        ({"jours": 0, "restructure": True}, 2),
        ({"jours": 0, "defaut": True}, 3),
        ({"jours": 0, "pd_origine": 0.01, "pd_actuelle": 0.02}, 2),
        ({"jours": 0, "pd_origine": 0.01, "pd_actuelle": 0.019}, 1),
        ({"jours": 0, "pd_origine": 0.002, "pd_actuelle": 0.005}, 1),
    ],
)
def test_le_stade_ifrs9(options, stade):
    assert stade_ifrs9(**options, date=JOUR) == stade
    en_table = {nom: pd.Series([valeur, valeur]) for nom, valeur in options.items()}
    assert stade_ifrs9(**en_table, date=JOUR).tolist() == [stade, stade]


def test_les_pertes_attendues():
    assert el(0.02, 0.45, 60_000) == pytest.approx(540)
    assert ead(26_500, 40_000, 0.5) == 33_250
    assert ead(45_000, 40_000, 0.5) == 45_000
    options = {"pd12": 0.02, "pd_duree": 0.06, "lgd": 0.45, "exposition": 60_000}
    assert [ecl(s, **options) for s in (1, 2, 3)] == pytest.approx([540, 1620, 27_000])
    assert ecl(pd.Series([1, 3], ["a", "b"]), **options).to_dict() == pytest.approx({"a": 540, "b": 27_000})
    assert ecl(2, **options, tie=0.04, duree=5) < 1620
    with pytest.raises(ErreurDonnees, match="ni 1, ni 2, ni 3"):
        ecl(4, **options)
    with pytest.raises(ErreurDonnees, match="taux attendu en fraction"):
        el(2, 0.45, 1)
    with pytest.raises(ErreurDonnees, match="entre 0 et 1"):
        ead(1, 2, 50)


def test_a36_la_concentration():
    assert hhi([400, 300, 200, 100]) == pytest.approx(0.30)
    assert top_n([400, 300, 200, 100], 2) == pytest.approx(0.70)
    table = pd.DataFrame({"secteur": list("ABA"), "encours": [10.0, 20.0, 30.0]})
    par = concentration_par(table, "secteur", "encours")
    assert par["montant"].tolist() == [40, 20]
    assert par.attrs["hhi"] == pytest.approx(5 / 9)
    with pytest.raises(ErreurSchema):
        concentration_par(table, "ville", "encours")
    for faux in ([], [-1, 2], [0, 0], ["a"], [float("nan"), 1]):
        with pytest.raises(ErreurDonnees):
            hhi(faux)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any))
def test_bornes_de_la_concentration(montants):
    n = len(montants)
    assert 1 / n - 1e-9 <= hhi(montants) <= 1 + 1e-9
    assert -1e-9 <= gini(montants) <= 1 - 1 / n + 1e-9
    courbe = lorenz(montants)
    assert (courbe["part_montants"] <= courbe["part_clients"] + 1e-9).all()
    assert top_n(montants, n) == pytest.approx(1)


@given(st.lists(st.tuples(st.sampled_from("ABF"), st.sampled_from("ABF-")), min_size=1, max_size=40))
def test_chaque_ligne_de_la_matrice_totalise_un(couples):
    avant = pd.Series([a for a, _ in couples])
    apres = pd.Series([b for _, b in couples]).replace("-", None).dropna()
    matrice = matrice_migration(avant, apres, ["A", "B", "F"], defaut="F")
    for classe in "ABF":
        total = matrice.loc[classe].sum(min_count=1)
        assert total == pytest.approx(1) if (avant == classe).any() else np.isnan(total)
    if (avant == "F").any():
        assert matrice.loc["F", "F"] == 1


def test_migrations_ponderees_defauts_et_cout_du_risque():
    avant, apres = pd.Series({"x": "A", "y": "A"}), pd.Series({"x": "A", "y": "B"})
    poids = pd.Series({"x": 30.0, "y": 10.0})
    assert matrice_migration(avant, apres, ["A", "B"], poids=poids).loc["A"].tolist() == [0.75, 0.25, 0.0]
    with pytest.raises(ErreurDonnees, match="Classes inconnues : Z"):
        matrice_migration(pd.Series(["Z"]), pd.Series(["A"]), ["A"])
    assert taux_defaut(pd.Series({"x": "F"}), pd.Series({"x": "F"}), "F") != taux_defaut(avant, apres, "F")
    assert cout_du_risque(12_000, 4_000_000) == pytest.approx(30)
    with pytest.raises(ErreurDonnees):
        cout_du_risque(1, 0)
    assert encours_sensibles(pd.Series({"x": 10.0, "y": 30.0}), pd.Series({"x": 3}))["part"] == 0.25


@given(st.lists(st.integers(-200, 400), min_size=1, max_size=40))
def test_chaque_ligne_est_dans_une_tranche_et_une_seule(restes):
    lignes = pd.DataFrame(
        {
            "date_echeance": pd.Timestamp(JOUR) + pd.to_timedelta(restes, unit="D"),
            "plafond": 40_000.0,
            "utilise": 10_000.0,
        },
        index=[f"L{i}" for i in range(len(restes))],
    )
    table = echeancier_lignes(lignes, JOUR)
    assert sorted(table.index) == sorted(lignes.index)
    assert table["horizon"].notna().all()
    attendus = {
        n: "échue"
        if r < 0
        else "0 à 30 jours"
        if r <= 30
        else "31 à 60 jours"
        if r <= 60
        else "61 à 90 jours"
        if r <= 90
        else "au-delà"
        for n, r in zip(lignes.index, restes, strict=True)
    }
    assert table["horizon"].astype(str).to_dict() == attendus
    assert table["jours_restants"].is_monotonic_increasing


def test_le_calendrier_d_une_ligne_et_ses_refus():
    ligne = {"date_echeance": [pd.Timestamp("2026-05-15")], "plafond": [40_000.0], "utilise": [26_500.0]}
    table = echeancier_lignes(pd.DataFrame(ligne, index=["L1"]), JOUR).loc["L1"]
    dates = [f"{table[nom]:%d/%m/%Y}" for nom in ("demande_le", "analyse_le", "decision_le", "preavis_le")]
    assert dates == ["15/01/2026", "14/02/2026", "01/03/2026", "16/03/2026"]
    assert table["decision_le"] < table["preavis_le"], "a refusal can still be announced once it is decided"
    assert table["utilisation"] == pytest.approx(0.6625)
    for change, erreur in (
        ({"plafond": [0.0]}, "plafond nul"),
        ({"date_echeance": [pd.NaT]}, "n'a pas de date d'échéance"),
    ):
        with pytest.raises(ErreurDonnees, match=erreur):
            echeancier_lignes(pd.DataFrame(ligne | change), JOUR)
    with pytest.raises(ErreurSchema):
        echeancier_lignes(pd.DataFrame({"plafond": [1]}), JOUR)
    with pytest.raises(ErreurDonnees, match="positifs et croissants"):
        echeancier_lignes(pd.DataFrame(ligne), JOUR, horizons=(60, 30))


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        ((0.5, 0.8, 0), "renouveler"),
        ((0.66, 1.12, 0, 9), "augmenter"),
        ((0.66, 1.12, 2, 9), "renouveler"),
        ((0.05, 0.1, 0), "réduire"),
        ((0.95, 1.0, 0), "renouveler"),
        ((0.5, 0.8, 3), "réduire"),
        ((0.5, 0.8, 4), "dénoncer"),
    ],
)
def test_la_proposition_a_toujours_une_raison(arguments, attendu):
    moyenne, maxi, niveau, *jours = arguments
    avis = proposition(moyenne, maxi, niveau, jours_depassement=jours[0] if jours else 0, date=JOUR)
    assert avis["proposition"] == attendu
    assert avis["raisons"]
    assert avis["conditions"]
    if attendu in ("réduire", "dénoncer"):
        assert any("60 jours" in condition for condition in avis["conditions"])
    with pytest.raises(ErreurDonnees):
        proposition(0.5, 0.2, 0, date=JOUR)
    with pytest.raises(ErreurDonnees):
        proposition(0.5, 0.8, 7, date=JOUR)


def test_la_procedure_se_suit_et_se_mesure():
    assert workflow_intervention(0, JOUR).empty
    for niveau in range(1, 5):
        assert workflow_intervention(niveau, JOUR)["echeance"].is_monotonic_increasing
    premiers = [int(workflow_intervention(niveau, JOUR)["delai_jours"].iloc[0]) for niveau in range(1, 5)]
    assert premiers == [5, 2, 1, 0], "the graver, the sooner"
    assert "pôle risques" in workflow_intervention(4, JOUR)["action"].iloc[0]
    faite = workflow_intervention(2, "2026-03-01")["action"].iloc[0]
    suivi = procedure_degradation(2, "2026-03-01", {faite: "2026-03-05"})
    assert suivi["retard_jours"].iloc[0] == 2
    assert suivi["fait_le"].isna().sum() == 4
    assert delai_reaction("2026-03-01", "2026-03-04") == 3
    with pytest.raises(ErreurDonnees):
        delai_reaction("2026-03-04", "2026-03-01")
    with pytest.raises(ErreurDonnees, match="Action inconnue"):
        procedure_degradation(2, JOUR, {"danser": JOUR})
    with pytest.raises(ErreurDonnees, match="Le niveau 5 est inconnu"):
        workflow_intervention(5, JOUR)


def test_la_frise_se_lit_sans_la_voir():
    solde = pd.Series([5_000.0, -2_000.0, -6_000.0, -6_500.0], pd.date_range("2026-01-30", periods=4))
    niveaux = pd.Series([0, 2], pd.to_datetime(["2026-01-30", "2026-02-01"]))
    incidents = pd.Series(["rejet"], pd.to_datetime(["2026-02-01"]))
    frise = frise_alerte(solde, 4_000, niveaux=niveaux, incidents=incidents)
    assert "Dépassement de 2 jours, le premier le 01/02/2026." in frise.alt
    assert "Niveau d'alerte à la fin : liste de vigilance." in frise.alt
    assert frise.donnees["Jours en dépassement"].tolist() == [0, 2]
    assert frise.donnees["Niveau d'alerte"].tolist() == ["vert", "liste de vigilance"]
    assert "jamais dépassée" in frise_alerte(solde.abs(), 4_000).alt
    with pytest.raises(ErreurDonnees):
        frise_alerte(solde, -1)
    with pytest.raises(ErreurDonnees):
        frise_alerte(solde, 1, niveaux=pd.Series([9], solde.index[:1]))


def test_ce_qui_manque_n_est_ni_sain_ni_attribue_a_un_autre():
    stades = stade_ifrs9(pd.Series([0, np.nan, 95], index=["a", "b", "c"]), date="2026-03-31")
    assert stades.isna().tolist() == [False, True, False]
    assert stades.dropna().tolist() == [1, 3]
    with pytest.raises(ErreurDonnees, match="donnée jours absente"):
        stade_ifrs9(np.nan, date="2026-03-31")
    releves = pd.DataFrame({"id_compte": ["a", None], "date": ["2026-01-05", "2026-01-05"], "solde": [10.0, 99.0]})
    with pytest.raises(ErreurDonnees, match="1 ligne\\(s\\) sans id_compte"):
        soldes_denses(releves)


def test_le_dernier_niveau_a_toujours_son_motif():
    lus = pd.DataFrame(
        {
            "depassement_consecutif": [0, 0, 0],
            "defaut": [True, False, False],
            "procedure_collective": [False, True, None],
        },
        index=list("abc"),
    )
    alertes = score_alerte(lus, date="2026-03-31")
    assert alertes["niveau"].tolist() == [4, 4, 0]
    assert alertes["motif_principal"].fillna("").tolist() == ["client en défaut", "procédure collective ouverte", ""]


def test_a_egalite_le_plus_gros_encours_passe_d_abord():
    lignes = pd.DataFrame(
        {"date_echeance": "2026-05-15", "plafond": [10_000.0, 80_000.0], "utilise": [5_000.0, 40_000.0]},
        index=["petite", "grosse"],
    )
    table = echeancier_lignes(lignes, JOUR)
    assert table.index.tolist() == ["grosse", "petite"]
    assert table["priorite"].between(0, 100).all()
    # Same time left, same use: only the amounts differ, 15 points × 7/8.
    assert table["priorite"].iloc[0] - table["priorite"].iloc[1] == pytest.approx(13.1, abs=0.11)


def test_les_expositions_suivent_leur_debiteur_et_l_egalite_ne_depasse_pas():
    arrieres = pd.DataFrame([[450.0] * 3, [450.0] * 3], index=["a", "b"])
    expositions = pd.Series({"b": 40_000.0, "a": 90_000.0})
    assert jours_arriere(arrieres, expositions, date=JOUR).to_dict() == {"a": 0, "b": 3}
    assert jours_arriere(290.0, 29_000.0, date=JOUR) == 0
    with pytest.raises(ErreurDonnees, match="mêmes débiteurs"):
        jours_arriere(arrieres, pd.Series({"a": 1.0, "z": 1.0}), date=JOUR)


def test_un_client_sans_secteur_pese_aussi():
    table = pd.DataFrame({"secteur": ["A", None], "encours": [10.0, 30.0]})
    assert concentration_par(table, "secteur", "encours")["part"].to_dict() == {"non renseigné": 0.75, "A": 0.25}
