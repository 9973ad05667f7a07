"""Tables of loans: each loan as if it were alone, bad ones refused with their reason, inputs left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rncp_utils.credit.prets.tableau as module_tableau
from rncp_utils.credit import Assurance, echeances, prets_refuses, synthese_pret, tableau_amortissement
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

FAUTIFS = {
    "F1": {"taux": 4.2},
    "F2": {"duree": 0},
    "F3": {"capital": np.nan},
    "F4": {"differe": 500, "type_differe": "total"},
    "F5": {"mode": "inconnu"},
    "F6": {"date_premiere": "pas une date"},
    "F7": {"assurance_quotite": 1.5},
    "F8": {"assurance_periodicite": 3},
}


def _prets(nombre=120, graine=7):
    """Loans of every kind."""
    h = np.random.default_rng(graine)
    deblocage = pd.Timestamp("2023-01-31") + pd.to_timedelta(h.integers(0, 800, nombre), unit="D")
    table = pd.DataFrame(
        {
            "capital": h.integers(5_000_00, 400_000_00, nombre) / 100,
            "taux": h.integers(-100, 900, nombre) / 10_000,
            "duree": h.integers(13, 90, nombre),
            "periodicite": h.choice([1, 2, 4, 12], nombre),
            "mode": h.choice(["constante", "amortissement_constant", "in_fine"], nombre),
            "differe": h.choice([0, 0, 3, 12], nombre),
            "type_differe": h.choice(["partiel", "total"], nombre),
            "convention": h.choice(["periodique", "act/365", "act/360", "30/360"], nombre),
            "date_deblocage": deblocage,
            "assurance_taux": h.choice([0, 0.0036, 0.0051], nombre),
            "assurance_assiette": h.choice(["capital_initial", "crd"], nombre),
            "assurance_quotite": h.choice([0.5, 1.0], nombre),
            "assurance_periodicite": h.choice([np.nan, 12, 4, 1], nombre),
            "jour_ouvre": h.choice(["suivant", None], nombre),
        },
        index=pd.Index([f"P{rang:04d}" for rang in range(nombre)], name="id_pret"),
    )
    # One in four is first paid well after its money is available, one in six in advance.
    table["date_premiere"] = (deblocage + pd.DateOffset(months=15)).where(h.integers(0, 4, nombre) == 0)
    avance = h.integers(0, 6, nombre) == 0
    table["terme"] = np.where(avance, "a_echoir", "echu")
    table.loc[avance, ["differe", "convention"]] = [0, "periodique"]
    table.loc[avance & (table["mode"] == "in_fine"), "mode"] = "constante"
    return table


def _seul(ligne):
    """The schedule of one row of a table of loans."""
    pret = {nom: (None if pd.isna(valeur) else valeur) for nom, valeur in ligne.items()}
    assurance = Assurance(
        pret.pop("assurance_taux"),
        pret.pop("assurance_assiette"),
        pret.pop("assurance_quotite"),
        pret.pop("assurance_periodicite"),
    )
    return tableau_amortissement(**pret, assurance=assurance)


def _comparable(lignes):
    lignes = lignes.drop(columns=["id_pret", "date_debut", "date_paiement"], errors="ignore")
    return lignes.astype({"phase": "str"}).reset_index(drop=True)


def test_la_table_egale_les_prets_un_a_un():
    prets = _prets()
    lignes = echeances(prets)
    assert lignes.attrs["refuses"] == {}
    for identifiant, du_pret in lignes.groupby("id_pret"):
        pd.testing.assert_frame_equal(
            _comparable(du_pret), _comparable(_seul(prets.loc[identifiant])), check_index_type=False
        )


@pytest.mark.parametrize("tranche", [1, 7, 50])
def test_le_decoupage_en_tranches_ne_change_rien(monkeypatch, tranche):
    prets = _prets(40)
    attendu = echeances(prets)
    monkeypatch.setattr(module_tableau, "TRANCHE", tranche)
    pd.testing.assert_frame_equal(echeances(prets), attendu)


def test_l_ordre_des_prets_et_des_colonnes_ne_compte_pas():
    prets = _prets(60)
    autre = prets.sample(frac=1, random_state=3)[prets.columns[::-1]].assign(colonne_de_plus="x")
    cle = ["id_pret", "rang"]
    melange, droit = (
        echeances(table).astype({"id_pret": "str", "phase": "str"}).sort_values(cle, ignore_index=True)
        for table in (autre, prets)
    )
    pd.testing.assert_frame_equal(melange, droit)


def test_un_pret_fautif_n_a_pas_de_lignes_et_dit_pourquoi():
    bons = _prets(30)
    mauvais = pd.DataFrame([{**bons.iloc[0], **faute} for faute in FAUTIFS.values()], index=list(FAUTIFS))
    ensemble = pd.concat([mauvais.iloc[:4], bons, mauvais.iloc[4:]])
    lignes = echeances(ensemble.rename_axis("id_pret"))
    assert set(lignes["id_pret"]) == set(bons.index)
    pd.testing.assert_frame_equal(_comparable(lignes), _comparable(echeances(bons)))
    refuses = prets_refuses(lignes)
    assert list(refuses.index) == list(FAUTIFS)
    assert refuses.loc["F1", "motif"] == "taux : taux attendu en fraction (0,05 pour 5 %)"
    assert refuses.loc["F3", "motif"] == "donnée capital absente"
    assert "mode inconnu" in refuses.loc["F5", "motif"]
    assert "date_premiere" in refuses.loc["F6", "motif"]


def test_des_identifiants_en_double_ou_absents_sont_refuses():
    prets = pd.DataFrame({"id_pret": ["A", "A", None, "B"], "capital": 1000, "taux": 0.05, "duree": 12})
    lignes = echeances(prets)
    assert set(lignes["id_pret"]) == {"B"}
    assert set(prets_refuses(lignes)["motif"]) == {"identifiant en double", "identifiant absent"}


def test_une_table_sans_aucun_bon_pret():
    lignes = echeances(pd.DataFrame({"capital": [-1.0], "taux": [0.05], "duree": [12]}))
    assert lignes.empty
    assert prets_refuses(lignes)["motif"].tolist() == ["capital nul ou négatif"]


def test_une_table_vide():
    lignes = echeances(pd.DataFrame({"capital": [], "taux": [], "duree": []}, dtype="float64"))
    assert lignes.empty
    assert "echeance_totale" in lignes


def test_identifiants_en_nombres():
    lignes = echeances(pd.DataFrame({"id_pret": [7, 3], "capital": 1000, "taux": 0.05, "duree": 2}))
    assert lignes["id_pret"].tolist() == [7, 7, 3, 3]


def test_les_entrees_ne_changent_pas():
    prets = _prets(20)
    tirages = pd.DataFrame({"id_pret": ["P0000"], "date": ["2023-02-01"], "montant": [1000.0]})
    copies = prets.copy(deep=True), tirages.copy(deep=True)
    echeances(prets, tirages=tirages)
    pd.testing.assert_frame_equal(prets, copies[0])
    pd.testing.assert_frame_equal(tirages, copies[1])


@pytest.mark.parametrize("genre", ["Int64", "float64", "object"])
def test_types_de_nombres(genre):
    prets = pd.DataFrame({"capital": [100_000], "taux": [0.042], "duree": [84]}).astype({"capital": genre})
    assert echeances(prets)["echeance_totale"].iloc[0] == 1376.11


def test_paliers_et_tirages_par_prets():
    prets = pd.DataFrame(
        {
            "capital": [100_000, 100_000, 200_000, 100_000, 100_000],
            "taux": 0.042,
            "duree": 84,
            "mode": ["paliers", "constante", "constante", "paliers", "paliers"],
            "differe": [0, 0, 12, 0, 0],
            "type_differe": "partiel",
            "commission_engagement": [0, 0, 0.005, 0, 0],
        },
        index=list("ABCDE"),
    )
    paliers = pd.DataFrame(
        {"id_pret": ["D", "A", "D", "E"], "nombre": [12, 24, 12, 24], "echeance": [1100, 1000, 1200, 300]}
    )
    tirages = pd.DataFrame({"id_pret": ["C", "C"], "date": ["2024-06-15", "2024-01-15"], "montant": [150_000, 50_000]})
    lignes = echeances(prets, paliers=paliers, tirages=tirages)
    attendus = {
        "A": tableau_amortissement(100_000, 0.042, 84, mode="paliers", paliers=[(24, 1000)]),
        "B": tableau_amortissement(100_000, 0.042, 84),
        "C": tableau_amortissement(
            *(200_000, 0.042, 84),
            differe=12,
            type_differe="partiel",
            tirages=[("2024-01-15", 50_000), ("2024-06-15", 150_000)],
            commission_engagement=0.005,
        ),
        "D": tableau_amortissement(100_000, 0.042, 84, mode="paliers", paliers=[(12, 1100), (12, 1200)]),
    }
    assert "échéance inférieure aux intérêts" in lignes.attrs["refuses"]["E"]
    for identifiant, attendu in attendus.items():
        du_pret = _comparable(lignes[lignes["id_pret"] == identifiant])
        pd.testing.assert_frame_equal(du_pret[attendu.columns], attendu)


@pytest.mark.parametrize(
    ("table", "annexes", "erreur", "motif"),
    [
        ({"capital": [1000]}, {}, ErreurSchema, "taux manque"),
        ({"capital": ["mille"], "taux": [0.05], "duree": [12]}, {}, ErreurSchema, "autre chose que des nombres"),
        (
            {"capital": [1000], "taux": [0.05], "duree": [12], "date_deblocage": [20240115]},
            {},
            ErreurSchema,
            "des dates sont attendues",
        ),
        (
            {"capital": [1000], "taux": [0.05], "duree": [12]},
            {"paliers": pd.DataFrame({"id_pret": ["Z"], "nombre": [1]})},
            ErreurSchema,
            "cite le prêt « Z »",
        ),
        (
            {"capital": [1000], "taux": [0.05], "duree": [12]},
            {"paliers": pd.DataFrame({"nombre": [1]})},
            ErreurSchema,
            "pas de colonne id_pret",
        ),
        (
            {"capital": [1000], "taux": [0.05], "duree": [12]},
            {"paliers": pd.DataFrame({"id_pret": [0], "nombre": ["un"]})},
            ErreurSchema,
            "autre chose que des nombres",
        ),
        (
            {"capital": [1000], "taux": [0.05], "duree": [12]},
            {"tirages": pd.DataFrame({"id_pret": [0], "date": ["2024-01-01"]})},
            ErreurSchema,
            "pas de colonne montant",
        ),
        (
            {"capital": [1000], "taux": [0.05], "duree": [12]},
            {"tirages": pd.DataFrame({"id_pret": [0], "date": ["2024-01-01"], "montant": ["x"]})},
            ErreurSchema,
            "autre chose que des nombres",
        ),
    ],
)
def test_une_table_mal_faite_est_refusee_en_entier(table, annexes, erreur, motif):
    with pytest.raises(erreur, match=motif):
        echeances(pd.DataFrame(table), **annexes)


def test_un_pret_seul_n_est_pas_une_table():
    with pytest.raises(ErreurSchema, match="tableau_amortissement"):
        echeances({"capital": 1000, "taux": 0.05, "duree": 12})


def test_les_refus_demandes_a_une_table_qui_les_a_perdus():
    with pytest.raises(ErreurDonnees, match="n'a plus la liste"):
        prets_refuses(pd.DataFrame({"rang": [1]}))


def test_synthese_d_une_table():
    prets = _prets(25).assign(frais=100.0)
    lignes = echeances(prets)
    synthese = synthese_pret(lignes, frais=prets["frais"])
    for identifiant in prets.index[:8]:
        seul = synthese_pret(_seul(prets.loc[identifiant]))
        attendu = synthese.loc[identifiant]
        assert seul.to_dict() == attendu.to_dict()
    with pytest.raises(ErreurSchema, match="frais manque pour le prêt"):
        synthese_pret(lignes, frais=prets["frais"].iloc[:3])
