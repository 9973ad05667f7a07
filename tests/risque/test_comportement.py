"""Daily balances, behaviour indicators and the early-warning score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.risque import SuiviComptes, indicateurs_compte, score_alerte, soldes_denses, soldes_depuis_mouvements

JOUR = "2026-03-31"


@pytest.fixture(scope="module")
def portefeuille():
    """30 accounts over 500 days, drawn once."""
    hasard = np.random.default_rng(31919)
    n, jours = 30, 500
    dates = pd.date_range("2024-11-17", periods=jours)
    montants = np.round(hasard.normal(0, 900, (n, jours)), 2)
    montants[3] = 0.0
    mouvements = pd.DataFrame(
        {
            "id_compte": np.repeat([f"C{i:02}" for i in range(n)], jours),
            "date_op": np.tile(dates, n),
            "montant": montants.ravel(),
            "nature": np.where(hasard.random(n * jours) < 0.05, "virement_interne", "virement"),
        }
    ).sample(frac=1, random_state=1)
    autorisations = pd.Series(np.where(np.arange(n) % 4 == 0, 0.0, 5_000.0), index=[f"C{i:02}" for i in range(n)])
    incidents = pd.DataFrame(
        {
            "id_compte": ["C01"] * 3 + ["C02", "C04"],
            "date": pd.to_datetime(["2026-03-01", "2026-03-15", "2026-02-01", "2026-03-20", "2025-01-01"]),
            "type": ["rejet_prelevement", "rejet_cheque", "rejet_prelevement", "saisie", "interdit_bancaire"],
        }
    )
    return mouvements, autorisations, incidents


@pytest.fixture(scope="module")
def suivi(portefeuille):
    mouvements, autorisations, incidents = portefeuille
    soldes = soldes_depuis_mouvements(mouvements)
    ca = pd.Series(400_000.0, index=autorisations.index)
    return SuiviComptes(soldes, autorisations, mouvements=mouvements, incidents=incidents, ca_ttc=ca)


def test_les_soldes_comblent_les_jours_sans_releve_et_gardent_le_dernier_du_jour():
    releves = pd.DataFrame(
        {
            "id_compte": ["b", "a", "a", "b", "a"],
            "date": ["2026-01-05", "2026-01-02", "2026-01-05", "2026-01-05", "2026-01-02"],
            "solde": [1.0, 10.0, -3.5, 2.0, 20.0],
        }
    )
    copie = releves.copy(deep=True)
    soldes = soldes_denses(releves, fin="2026-01-06")
    assert soldes.serie("a").tolist() == [20.0, 20.0, 20.0, -3.5, -3.5]
    assert soldes.serie("b").tolist() == [0.0, 0.0, 0.0, 2.0, 2.0]
    pd.testing.assert_frame_equal(releves, copie)
    longue = soldes.table()
    assert len(longue) == 10
    pd.testing.assert_series_equal(soldes_denses(longue).serie("a"), soldes.serie("a"))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(-500_00, 500_00)), min_size=1))
def test_le_solde_d_un_jour_est_celui_de_la_veille_plus_les_mouvements(lignes):
    debut = pd.Timestamp("2026-01-01")
    table = pd.DataFrame(
        [(c, debut + pd.Timedelta(days=j), m / 100) for c, j, m in lignes], columns=["id_compte", "date_op", "montant"]
    )
    soldes = soldes_depuis_mouvements(table, initiaux=pd.Series({"a": 12.34}), debut="2025-12-31")
    for i, compte in enumerate(soldes.cles):
        cents = sum(m for c, _, m in lignes if c == compte) + (1234 if compte == "a" else 0)
        assert soldes.cents[i, -1] == cents
    ecarts = np.diff(soldes.cents, axis=1).sum(axis=1) + soldes.cents[:, 0]
    assert (ecarts == soldes.cents[:, -1]).all()


def lent(suivi, portefeuille, compte, date, fenetre=90):
    """The same indicators of one account, in plain pandas."""
    mouvements, autorisations, _ = portefeuille
    solde = suivi.soldes.serie(compte)
    vu = solde[:date].iloc[-fenetre:]
    limite = autorisations[compte]
    exces = (-vu - limite).clip(lower=0)
    tous = (-solde[:date] - limite) > 1e-9
    suites = tous.groupby((~tous).cumsum()).cumsum()
    credits = mouvements[
        (mouvements.id_compte == compte) & (mouvements.montant > 0) & (mouvements.nature != "virement_interne")
    ].set_index("date_op")["montant"]
    flux = credits[(credits.index > vu.index[0] - pd.Timedelta(days=1)) & (credits.index <= vu.index[-1])].sum()
    return {
        "jours_debiteurs": (vu < 0).sum(),
        "jours_depassement": (exces > 0).sum(),
        "depassement_consecutif": suites.iloc[-fenetre:].max(),
        "depassement_max": exces.max(),
        "depassement_moyen": exces[exces > 0].mean() if (exces > 0).any() else 0.0,
        "utilisation_moyenne": (-vu).clip(lower=0).mean() / limite if limite else np.nan,
        "utilisation_max": (-vu).clip(lower=0).max() / limite if limite else np.nan,
        "flux_confies": flux,
        "solde_moyen": vu.mean(),
        "solde_min": vu.min(),
    }


@pytest.mark.parametrize("date", ["2025-06-30", JOUR])
def test_la_table_dit_ce_que_dit_le_calcul_compte_par_compte(suivi, portefeuille, date):
    table = suivi.indicateurs(date)
    for compte in table.index:
        attendus = lent(suivi, portefeuille, compte, date)
        np.testing.assert_allclose(
            table.loc[compte, list(attendus)].astype(float), list(attendus.values()), atol=1e-6, err_msg=compte
        )


def test_les_incidents_les_flux_et_la_pente(suivi):
    lus = suivi.indicateurs(JOUR)
    assert lus.loc["C01", ["nb_rejets_prelevement", "nb_rejets_cheque"]].tolist() == [2, 1]
    assert lus.loc["C02", "nb_saisies"] == 1
    assert lus["interdit_bancaire"].sum() == 1
    np.testing.assert_allclose(lus["part_flux"], lus["flux_confies"] * 4 / suivi.ca_ttc)
    assert lus["baisse_flux"].drop("C03").notna().all()
    assert np.isnan(suivi.indicateurs("2025-02-28")["baisse_flux"]).all()
    jours = pd.date_range("2026-01-01", periods=90)
    droite = pd.DataFrame({"id_compte": "x", "date": jours, "solde": np.arange(90) * -10.0})
    pente = indicateurs_compte(soldes_denses(droite), None, jours[-1]).loc["x", "pente_solde"]
    assert pente == pytest.approx(-10 * 365.25 / 12)


def test_les_retards_courent_jusqu_a_la_regularisation(suivi, portefeuille):
    _, autorisations, _ = portefeuille
    impayes = pd.DataFrame(
        {
            "id_compte": ["C05", "C05", "C06"],
            "date": pd.to_datetime(["2026-01-15", "2026-02-15", "2026-01-15"]),
            "date_regularisation": pd.to_datetime([None, None, "2026-02-01"]),
            "montant": [800.0, 800.0, 500.0],
        }
    )
    lus = SuiviComptes(suivi.soldes, autorisations, impayes=impayes).indicateurs(JOUR)
    assert lus.loc["C05", ["retard_max_jours", "arriere_total"]].tolist() == [75, 1600]
    assert lus.loc["C06", ["retard_max_jours", "arriere_total"]].tolist() == [0, 0]
    avant = SuiviComptes(suivi.soldes, autorisations, impayes=impayes).indicateurs("2026-01-31")
    assert avant.loc["C06", "retard_max_jours"] == 16


@pytest.mark.parametrize(
    ("appel", "erreur", "phrase"),
    [
        (lambda s: s.indicateurs("2030-01-01"), ErreurDonnees, "Aucun solde au 01/01/2030"),
        (lambda s: s.indicateurs(JOUR, 0), ErreurDonnees, "fenetre_jours vaut 0"),
        (lambda s: s.soldes.serie("ZZ"), ErreurDonnees, "« ZZ » est inconnu"),
        (lambda s: SuiviComptes(s.soldes, pd.Series({"C00": -5.0})), ErreurDonnees, "est négative"),
        (lambda s: SuiviComptes(s.soldes, incidents=pd.DataFrame({"x": []})), ErreurSchema, "table des incidents"),
        (lambda s: soldes_denses(pd.DataFrame({"id_compte": ["a"]})), ErreurSchema, "Colonnes absentes : date, solde"),
        (
            lambda s: soldes_denses(pd.DataFrame({"id_compte": ["a"], "date": ["x"], "solde": [1.0]})),
            ErreurDonnees,
            "autre chose que des dates",
        ),
        (
            lambda s: soldes_denses(pd.DataFrame({"id_compte": [], "date": [], "solde": []})),
            ErreurDonnees,
            "La table est vide",
        ),
    ],
)
def test_ce_qui_ne_se_mesure_pas_est_dit(suivi, appel, erreur, phrase):
    with pytest.raises(erreur, match=phrase):
        appel(suivi)


def test_le_score_dit_ses_motifs_du_plus_lourd_au_plus_leger():
    lus = pd.DataFrame(
        {
            "depassement_consecutif": [35, 12, 0, 0],
            "nb_rejets_prelevement": [2, 0, 0, 0],
            "nb_rejets_cheque": [1, 0, 0, 0],
            "nb_saisies": [1, 0, 0, 0],
            "baisse_flux": [0.6, 0.35, np.nan, 0.0],
            "utilisation_moyenne": [1.1, 0.5, np.nan, 0.2],
            "retard_max_jours": [0, 0, 0, 92],
        },
        index=list("abcd"),
    )
    score = score_alerte(lus, date=JOUR)
    assert score["score"].tolist() == [25 + 25 + 20 + 15 + 10, 12 + 15, 0, 25]
    assert score["libelle"].tolist() == ["contentieux", "surveillance", "vert", "contentieux"]
    assert score.loc["a", "motifs"].startswith(
        "dépassement de plus de 30 jours de suite ; flux confiés en baisse de plus"
    )
    assert score["motifs"].isna().tolist() == [False, False, True, False]
    assert score.loc["b", "motif_principal"] == "flux confiés en baisse de plus de 30\u00a0%"
    assert (score["non_mesures"] > 0).all()
    assert score.attrs["source"] == "convention de cours"


def test_les_finances_completent_et_un_defaut_mene_au_dernier_niveau():
    lus = pd.DataFrame({"depassement_consecutif": [0, 0, 0]}, index=list("abc"))
    finances = pd.DataFrame(
        {
            "ebe": [-5.0, 10.0, 10.0],
            "capitaux_propres_insuffisants": [True, False, False],
            "mois_depuis_cloture": [10, 3, np.nan],
            "defaut": [False, True, False],
            "procedure_collective": [False, False, True],
        },
        index=list("abc"),
    )
    score = score_alerte(lus, finances, date=JOUR)
    assert score["score"].tolist() == [28, 0, 0]
    assert score["niveau"].tolist() == [1, 4, 4]
    with pytest.raises(ErreurSchema, match="n'ont pas les mêmes lignes"):
        score_alerte(lus, finances.iloc[::-1], date=JOUR)


def _suivi_d_un_defaut(soldes: dict[str, list[float]], impayes: pd.DataFrame | None = None) -> SuiviComptes:
    """Accounts allowed to owe 1 000 €, one balance a day from 2025-01-01."""
    jours = pd.date_range("2025-01-01", periods=len(next(iter(soldes.values()))))
    longue = pd.DataFrame(soldes, index=jours.rename("date")).rename_axis("id_compte", axis=1).stack().rename("solde")
    return SuiviComptes(soldes_denses(longue.reset_index()), pd.Series(1_000.0, index=sorted(soldes)), impayes=impayes)


def test_le_defaut_par_depassement_vient_le_91e_jour_et_dure_jusqu_a_la_fin_de_la_probation():
    fini = [-3_000.0] * 91 + [0.0] * 109
    rechute = [-3_000.0] * 91 + [0.0] * 60 + [-3_000.0] + [0.0] * 48
    suivi = _suivi_d_un_defaut({"fini": fini, "rechute": rechute, "petit": [-1_090.0] * 200, "sain": [-900.0] * 200})
    assert not suivi.defauts("2025-03-31")["defaut"].any()
    le_91e = suivi.defauts("2025-04-01")
    assert le_91e["jours_arriere"].to_dict() == {"fini": 91, "petit": 0, "rechute": 91, "sain": 0}
    assert le_91e["defaut"].to_dict() == {"fini": True, "petit": False, "rechute": True, "sain": False}
    assert le_91e["defaut_depuis"].dropna().eq(pd.Timestamp("2025-04-01")).all()
    # Back within the limit on 2 April: out on 2 July, unless a relapse has sent the three months back to their start.
    assert suivi.defauts("2025-07-01").loc["fini", "defaut"]
    sortie = suivi.defauts("2025-07-02")
    assert not sortie.loc["fini", "defaut"] and sortie.loc["rechute", "defaut"]


def test_le_seuil_relatif_compte_les_prets_et_une_echeance_ancienne_suffit():
    impayes = pd.DataFrame(
        {
            "id_compte": ["a", "b"],
            "date": pd.to_datetime(["2025-01-01", "2025-01-01"]),
            "date_regularisation": [pd.NaT, pd.Timestamp("2025-03-01")],
            "montant": [500.0, 500.0],
        }
    )
    suivi = _suivi_d_un_defaut({"a": [0.0] * 120, "b": [0.0] * 120}, impayes)
    lus = suivi.defauts("2025-04-02")
    assert lus["jours_arriere"].to_dict() == {"a": 91, "b": 0}
    assert lus["defaut"].to_dict() == {"a": True, "b": False}
    assert not suivi.defauts("2025-04-01")["defaut"].any()
    lourds = suivi.defauts("2025-04-30", pd.Series({"a": 60_000.0, "b": 60_000.0}))
    assert not lourds["defaut"].any(), "500 € are less than 1 % of what is owed"


indicateurs = st.fixed_dictionaries(
    {
        "depassement_consecutif": st.integers(0, 120),
        "nb_rejets_prelevement": st.integers(0, 6),
        "nb_rejets_cheque": st.integers(0, 6),
        "nb_lcr_impayees": st.integers(0, 3),
        "nb_saisies": st.integers(0, 2),
        "baisse_flux": st.floats(-1, 1),
        "utilisation_moyenne": st.floats(0, 2),
        "retard_max_jours": st.integers(0, 120),
    }
)


@given(indicateurs, st.data())
def test_une_aggravation_n_abaisse_jamais_le_niveau(avant, data):
    nom = data.draw(st.sampled_from(list(avant)))
    pire = avant | {nom: avant[nom] + data.draw(st.integers(1, 60))}
    score = score_alerte(pd.DataFrame([avant, pire]), date=JOUR)
    assert score["score"].iloc[1] >= score["score"].iloc[0]
    assert score["niveau"].iloc[1] >= score["niveau"].iloc[0]
    assert score["score"].between(0, 100).all()
