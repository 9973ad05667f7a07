"""What guarantees are worth and cover: list A, errors, properties, one case and a whole portfolio."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import catalogue_suretes, couverture, lgd, rangs_anterieurs, surete, valeur_nette
from rncp_utils.credit.garanties.catalogue import _lire
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.parametres import parametre
from tests.machine import exemples

JOUR = "2026-11-23"
FONDS = {"code": "nantissement_fonds_commerce", "valeur_expertise": 150_000, "decote": 0.50}
CAUTION = {"code": "caution_personnelle", "montant": 60_000, "taux_recouvrement": 0.40}
BPIFRANCE = {"code": "bpifrance", "quotite": 0.50}
EXEMPLE = [FONDS, CAUTION, BPIFRANCE]


class TestCatalogue:
    def test_chaque_code_de_la_specification_y_est(self):
        attendus = (
            "hypotheque_conventionnelle hyp_legale_preteur_deniers nantissement_fonds_commerce privilege_vendeur_fonds "
            "nantissement_titres nantissement_compte nantissement_parts_sociales gage_materiel gage_sans_depossession "
            "gage_vehicule gage_stocks cession_dailly_garantie cession_somme_argent cession_creance_garantie "
            "caution_personnelle ei_renonciation bpifrance siagi socama caution_mutuelle france_active "
            "delegation_assurance_vie assurance_emprunteur homme_cle credit_vendeur lettre_intention garantie_autonome"
        )
        assert set(attendus.split()) == set(catalogue_suretes().index)

    def test_les_decotes_de_cours_sont_dans_les_fourchettes(self):
        decotes = catalogue_suretes()["decote_defaut"]
        assert 0.20 <= decotes["hypotheque_conventionnelle"] <= 0.30
        assert decotes["nantissement_fonds_commerce"] == 0.50
        assert 0.60 <= decotes["gage_stocks"] <= 0.70
        assert decotes["caution_personnelle"] == 1 - parametre("garanties.taux_recouvrement", JOUR)["moyenne"]

    def test_chaque_texte_a_sa_reference_et_son_statut(self):
        catalogue = catalogue_suretes()
        assert (catalogue["texte"].str.len() > 0).all()
        assert catalogue.loc[catalogue["statut"] != "verifie", "a_verifier"].notna().all()

    def test_le_catalogue_rendu_est_une_copie(self):
        catalogue = catalogue_suretes()
        catalogue.loc["bpifrance", "quotite_max"] = 9.0
        assert catalogue_suretes().loc["bpifrance", "quotite_max"] == surete("bpifrance").quotite_max

    def test_un_code_inconnu_est_nomme(self):
        with pytest.raises(ErreurSchema, match="« privilege » est inconnue"):
            surete("privilege")

    @pytest.mark.parametrize(
        ("remplacement", "faute"),
        [
            (("decote_defaut: 0.5", "decote_defaut: 1.5"), "decote_defaut"),
            (("famille: organisme", "famille: personnelle"), "quotite_max"),
            (("statut: source_secondaire", "statut: lu"), "statut"),
            (("    forme: Acte notarié\n", ""), "forme"),
        ],
    )
    def test_un_catalogue_fautif_est_refuse(self, depot, tmp_path, remplacement, faute):
        texte = (depot / "rncp_utils/credit/garanties/suretes.yaml").read_text(encoding="utf-8")
        chemin = tmp_path / "suretes.yaml"
        chemin.write_text(texte.replace(*remplacement), encoding="utf-8")
        with pytest.raises(ErreurListe, match=faute):
            _lire(chemin)


class TestValeurNette:
    def test_decote_du_catalogue(self):
        assert valeur_nette({"code": "nantissement_fonds_commerce", "valeur_expertise": 150_000}) == 75_000

    def test_tout_ce_qui_reduit_la_valeur(self):
        cas = {
            "valeur_expertise": 300_000,
            "decote": 0.25,
            "indexation": 0.10,
            "rangs_anterieurs": 80_000,
            "frais_realisation": 7_500,
        }
        assert valeur_nette(cas) == 115_000
        assert valeur_nette(cas | {"inscription": 100_000}) == 100_000
        assert valeur_nette(cas | {"rangs_anterieurs": 400_000}) == 0

    def test_une_inscription_perimee_ne_vaut_rien(self):
        cas = {"valeur_expertise": 100_000, "decote": 0.2, "date_fin_inscription": "2026-11-22"}
        assert valeur_nette(cas, JOUR) == 0
        assert valeur_nette(cas, "2026-11-22") == 80_000

    @pytest.mark.parametrize(
        ("changement", "message"),
        [
            ({"decote": 1.2}, "décote hors de 0 à 1"),
            ({"decote": -0.1}, "décote hors de 0 à 1"),
            ({"valeur_expertise": -1}, "montant négatif"),
            ({"valeur_expertise": None}, "valeur_expertise absente"),
            ({"rangs_anterieurs": -5}, "montant négatif"),
            ({"indexation": 5}, "fraction"),
        ],
    )
    def test_refus(self, changement, message):
        with pytest.raises(ErreurDonnees, match=message):
            valeur_nette({"valeur_expertise": 100_000, "decote": 0.2} | changement)

    def test_sans_decote_ni_code(self):
        with pytest.raises(ErreurSchema, match="code"):
            valeur_nette({"valeur_expertise": 100_000})

    def test_une_table_vaut_chaque_cas(self):
        cas = pd.DataFrame(
            {
                "code": ["gage_stocks", "hypotheque_conventionnelle", "inconnue", "gage_vehicule"],
                "valeur_expertise": [100_000.0, 300_000.0, 10.0, np.nan],
                "rangs_anterieurs": [0, 50_000, 0, 0],
            },
            index=list("dcba"),
        )
        avant = cas.copy()
        table = valeur_nette(cas)
        for cle in "dc":
            assert table.loc[cle, "valeur_nette"] == valeur_nette(cas.loc[cle])
        assert table["valeur_nette"].isna().tolist() == [False, False, True, True]
        assert "inconnu" in table.loc["b", "motif"] and "absente" in table.loc["a", "motif"]
        pd.testing.assert_frame_equal(cas, avant)


class TestRangs:
    def test_les_rangs_se_cumulent_bien_par_bien(self):
        biens = pd.DataFrame(
            {"id_bien": list("AABA"), "rang": [3, 1, 1, 2], "encours": [10_000, 80_000, 5_000, 30_000]}
        )
        assert rangs_anterieurs(biens).tolist() == [110_000, 0, 0, 80_000]

    def test_un_rang_en_double_est_refuse(self):
        biens = pd.DataFrame({"id_bien": ["A", "A"], "rang": [1, 1], "encours": [1, 2]})
        with pytest.raises(ErreurDonnees, match="Rang inscrit deux fois"):
            rangs_anterieurs(biens)

    def test_un_encours_absent_est_refuse(self):
        biens = pd.DataFrame({"id_bien": ["A"], "rang": [1], "encours": [np.nan]})
        with pytest.raises(ErreurDonnees, match="manque"):
            rangs_anterieurs(biens)

    def test_une_colonne_absente_est_nommee(self):
        with pytest.raises(ErreurSchema, match="encours"):
            rangs_anterieurs(pd.DataFrame({"id_bien": ["A"], "rang": [1]}))

    def test_deux_suretes_de_meme_rang_sur_un_bien(self):
        doubles = [FONDS | {"id_bien": "F1", "rang": 1}, FONDS | {"id_bien": "F1", "rang": 1}]
        with pytest.raises(ErreurDonnees, match="rang inscrit deux fois"):
            couverture(200_000, doubles)


class TestCouverture:
    def test_a35(self):
        resultat = couverture(200_000, EXEMPLE, probabilite_defaut=0.02)
        assert resultat["reelles"] == 75_000
        assert resultat["personnelles"] == 24_000
        assert resultat["perte"] == 50_500
        assert resultat["lgd"] == 0.2525
        assert resultat["perte_attendue"] == 1_010
        assert resultat["taux_couverture"] == pytest.approx(0.7475, abs=1e-12)
        assert resultat.attrs["source"] == "convention de cours"
        assert lgd(200_000, EXEMPLE) == 0.2525

    def test_rien_ne_couvre(self):
        assert couverture(100_000, [])["perte"] == 100_000

    def test_les_suretes_ne_couvrent_pas_plus_que_l_exposition(self):
        resultat = couverture(50_000, EXEMPLE)
        assert resultat[["reelles", "personnelles", "organisme", "perte"]].tolist() == [50_000, 0, 0, 0]
        assert resultat["lgd"] == parametre("garanties.lgd_plancher", JOUR)

    def test_deux_organismes_partagent_la_perte(self):
        assert lgd(100_000, [BPIFRANCE, {"code": "siagi", "quotite": 0.3}]) == pytest.approx(0.2)

    def test_assurance_et_credit_vendeur_ne_couvrent_pas_un_defaut(self):
        aleas = [{"code": code} for code in ("assurance_emprunteur", "homme_cle", "credit_vendeur")]
        assert couverture(100_000, aleas)["perte"] == 100_000

    @pytest.mark.parametrize(("qualite", "taux"), [("forte", 0.6), ("moyenne", 0.4), ("faible", 0.2), (None, 0.4)])
    def test_recouvrement_selon_la_qualite(self, qualite, taux):
        engagement = {"code": "ei_renonciation", "montant": 50_000, "qualite": qualite}
        assert couverture(100_000, [engagement])["personnelles"] == 50_000 * taux

    @pytest.mark.parametrize(
        ("suretes", "message"),
        [
            ([{"code": "bpifrance", "quotite": 1.2}], "quotité hors de 0 à 1"),
            ([BPIFRANCE, {"code": "socama", "quotite": 0.7}], "somme dépasse 1"),
            ([FONDS | {"decote": 1.5}], "décote hors de 0 à 1"),
            ([CAUTION | {"taux_recouvrement": 2}], "taux de recouvrement hors de 0 à 1"),
            ([CAUTION | {"taux_recouvrement": None, "qualite": "bonne"}], "qualité inconnue"),
            ([CAUTION | {"montant": -1}], "négatif"),
            ([{"code": "inconnue", "montant": 1}], "inconnu du catalogue"),
            ([{"code": "bpifrance", "quotite": None}], "quotite absente"),
        ],
    )
    def test_e10_et_autres_refus(self, suretes, message):
        with pytest.raises(ErreurDonnees, match=message):
            couverture(100_000, suretes)

    def test_une_exposition_nulle_n_a_pas_de_lgd(self):
        resultat = couverture(0, EXEMPLE)
        assert math.isnan(resultat["lgd"]) and resultat["perte"] == 0
        assert "exposition" in resultat.attrs["motifs"][0]

    @pytest.mark.parametrize("ead", [-1, np.nan])
    def test_une_exposition_impossible(self, ead):
        with pytest.raises(ErreurDonnees):
            couverture(ead, EXEMPLE)

    def test_une_probabilite_en_pourcentage_est_refusee(self):
        with pytest.raises(ErreurDonnees, match="fraction"):
            couverture(100_000, EXEMPLE, probabilite_defaut=2)


class TestPortefeuille:
    def test_une_ligne_fautive_n_arrete_pas_les_autres(self):
        suretes = pd.DataFrame(
            [{"id_exposition": "a", **s} for s in EXEMPLE]
            + [{"id_exposition": "b", "code": "bpifrance", "quotite": 1.2}]
        )
        expositions = pd.Series({"c": 10_000.0, "b": 100_000.0, "a": 200_000.0})
        table = couverture(expositions, suretes, probabilite_defaut=pd.Series({"c": 0.1, "b": 0.1, "a": 0.02}))
        assert table.loc["a", ["perte", "lgd", "perte_attendue"]].tolist() == [50_500, 0.2525, 1_010]
        assert table.loc["c", "perte"] == 10_000
        assert table.loc["b", ["perte", "lgd"]].isna().all() and "quotité hors" in table.loc["b", "motif"]

    def test_des_rangs_en_double_annulent_les_expositions_du_bien(self):
        bien = {"id_bien": "F1", "rang": 1}
        suretes = pd.DataFrame(
            [{"id_exposition": nom, **FONDS, **bien} for nom in "ab"] + [{"id_exposition": "c", **FONDS}]
        )
        table = couverture(pd.Series(100_000.0, index=list("abc")), suretes)
        assert table["perte"].isna().tolist() == [True, True, False]
        assert "rang inscrit deux fois" in table.loc["a", "motif"]

    def test_refus_de_schema(self):
        expositions = pd.Series({"a": 1.0})
        with pytest.raises(ErreurSchema, match="id_exposition"):
            couverture(expositions, EXEMPLE)
        with pytest.raises(ErreurSchema, match="« z » n'a pas d'exposition"):
            couverture(expositions, [{"id_exposition": "z", **FONDS}])
        with pytest.raises(ErreurSchema, match="deux fois"):
            couverture(pd.Series([1.0, 2.0], index=["a", "a"]), EXEMPLE)

    @settings(max_examples=exemples(25), deadline=None)
    @given(graine=st.integers(0, 2**32 - 1))
    def test_la_table_vaut_chaque_exposition_lue_seule(self, graine):
        alea = np.random.default_rng(graine)
        expositions = pd.Series(alea.integers(0, 300_000, 8).astype(float), index=alea.permutation(8))
        expositions.iloc[3] = -5.0
        suretes = pd.DataFrame(
            {
                "id_exposition": alea.integers(0, 8, 20),
                "code": alea.choice(["gage_materiel", "caution_personnelle", "siagi", "homme_cle"], 20),
                "valeur_expertise": alea.integers(0, 200_000, 20).astype(float),
                "decote": alea.choice([0.1, 0.5, 1.0, np.nan, 1.4], 20),
                "montant": alea.integers(0, 90_000, 20).astype(float),
                "qualite": alea.choice(["forte", "faible"], 20),
                "quotite": alea.choice([0.1, 0.2, 0.9], 20),
            },
            index=alea.permutation(20),
        )
        copie = suretes.copy()
        table = couverture(expositions, suretes)
        pd.testing.assert_frame_equal(suretes, copie)
        for cle, ead in expositions.items():
            siennes = suretes[suretes["id_exposition"] == cle]
            try:
                seule = couverture(ead, siennes)
            except ErreurDonnees as refus:
                assert table.loc[cle, ["perte", "lgd"]].isna().all()
                assert any(motif in str(refus) for motif in table.loc[cle, "motif"].split(" ; "))
            else:
                pd.testing.assert_series_equal(table.loc[cle, seule.index].astype(float), seule, check_names=False)


MONTANTS = st.integers(0, 30_000_000).map(lambda centimes: centimes / 100)
PARTS = st.integers(0, 100).map(lambda centiemes: centiemes / 100)
UNE_SURETE = st.one_of(
    st.builds(lambda v, d: {"code": "gage_materiel", "valeur_expertise": v, "decote": d}, MONTANTS, PARTS),
    st.builds(lambda m, t: {"code": "caution_personnelle", "montant": m, "taux_recouvrement": t}, MONTANTS, PARTS),
    st.builds(lambda q: {"code": "siagi", "quotite": q / 4}, PARTS),
)
SURETES = st.lists(UNE_SURETE, max_size=4)
EAD = MONTANTS.filter(lambda x: x > 0)


class TestProprietes:
    @settings(max_examples=exemples(60), deadline=None)
    @given(EAD, SURETES)
    def test_perte_et_lgd_dans_leurs_bornes(self, ead, suretes):
        resultat = couverture(ead, suretes)
        assert 0 <= resultat["perte"] <= ead
        assert 0 <= resultat["lgd"] <= 1 and 0 <= resultat["taux_couverture"] <= 1
        parts = resultat[["reelles", "personnelles", "organisme", "perte"]].to_numpy()
        assert np.rint(parts * 100).sum() == round(ead * 100)

    @settings(max_examples=exemples(60), deadline=None)
    @given(EAD, st.lists(UNE_SURETE, max_size=2), UNE_SURETE)
    def test_une_surete_de_plus_n_augmente_jamais_la_perte(self, ead, suretes, ajoutee):
        assert couverture(ead, [*suretes, ajoutee])["perte"] <= couverture(ead, suretes)["perte"]

    @settings(max_examples=exemples(60), deadline=None)
    @given(EAD, MONTANTS, SURETES)
    def test_la_perte_croit_avec_l_exposition(self, ead, supplement, suretes):
        assert couverture(ead + supplement, suretes)["perte"] >= couverture(ead, suretes)["perte"]

    @settings(max_examples=exemples(60), deadline=None)
    @given(EAD, SURETES, st.randoms())
    def test_l_ordre_des_suretes_n_importe_pas(self, ead, suretes, alea):
        melangees = list(suretes)
        alea.shuffle(melangees)
        pd.testing.assert_series_equal(couverture(ead, melangees), couverture(ead, suretes))

    @settings(max_examples=exemples(60), deadline=None)
    @given(EAD, SURETES, MONTANTS)
    def test_une_decote_totale_vaut_une_absence(self, ead, suretes, valeur):
        sans_valeur = {"code": "gage_materiel", "valeur_expertise": valeur, "decote": 1.0}
        pd.testing.assert_series_equal(couverture(ead, [*suretes, sans_valeur]), couverture(ead, suretes))
