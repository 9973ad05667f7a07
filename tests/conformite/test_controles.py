"""Completeness and validity of files: rules as data, boundaries, properties, one client and many."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.conformite import (
    complet,
    completude,
    controler_dossier,
    controler_dossiers,
    table_des_regles,
    taux_completude,
    visible_du_client,
)
from rncp_utils.conformite.conditions import colonnes_lues, evaluer, fautes_de_condition
from rncp_utils.conformite.regles import lire_reglement
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from tests.machine import exemples

JOUR = dt.date(2026, 4, 15)
CLIENT = {
    "forme": "societe",
    "emprunteur": "professionnel",
    "objet_credit": "besoin_professionnel",
    "vigilance": "standard",
    "nouvelle_entreprise": False,
    "locataire": True,
    "ppe": False,
    "ecart_rbe": False,
    "operation_inhabituelle": False,
    "chequier": False,
    "caution_personne_physique": True,
    "renonciation_ei": False,
    "placement": False,
    "assurance": False,
    "reclamation": False,
    "credit_montant": 150_000,
}
PIECES = sorted({regle.piece for regle in lire_reglement().regles.values()})


def _piece(nom, **dates):
    return {"piece": nom, "date_piece": "2026-04-01", **dates}


def _toutes():
    return [_piece(nom, date_validite="2026-12-31" if nom == "piece_identite" else None) for nom in PIECES]


def _statut(regle, client, pieces, date=JOUR):
    return controler_dossier(client, pieces, date).set_index("regle").loc[regle, "statut"]


class TestRegles:
    def test_les_identifiants_de_la_specification_y_sont(self):
        attendus = "ID-01 ID-02 ID-03 ID-04 BE-01 BE-02 PPE-01 VIG-01 OPE-01 FIC-01 DOC-01 CRE-01 RGPD-01 AMF-01 IAS-01"
        assert {*attendus.split(), "MIF-01", "DRC-01"} <= set(table_des_regles().index)

    def test_chaque_regle_dit_sa_base_et_son_statut(self):
        table = table_des_regles()
        assert (table["base_legale"].str.len() > 0).all()
        assert set(table["statut"]) <= {"verifie", "source_secondaire", "a_verifier", "convention_de_cours"}

    def test_toute_colonne_declaree_sert(self):
        reglement = lire_reglement()
        lues = set().union(*(colonnes_lues(regle.applicabilite) for regle in reglement.regles.values()))
        assert lues == set(reglement.colonnes) == set(CLIENT)

    @pytest.mark.parametrize(
        ("remplacement", "faute"),
        [
            (("parmi: [ei, societe]", "parmi: [ei, sarl]"), "ID-02 › applicabilite"),
            (("validite_mois: 3\n", "validite_mois: 0\n"), "ID-02 › validite_mois"),
            (("colonne: locataire", "colonne: locatere"), "locatere inconnue"),
            (("    piece: bail\n", ""), "DOC-04 › piece"),
            (("  ppe: booleen", "  ppe: oui"), "colonnes › ppe"),
            (("colonnes:\n", "colonne:\n"), "colonnes et regles"),
        ],
    )
    def test_un_fichier_fautif_est_refuse(self, depot, tmp_path, remplacement, faute):
        texte = (depot / "rncp_utils/conformite/regles.yaml").read_text(encoding="utf-8")
        chemin = tmp_path / "regles.yaml"
        chemin.write_text(texte.replace(*remplacement), encoding="utf-8")
        with pytest.raises(ErreurListe, match=faute):
            lire_reglement(chemin)


FAITS = {
    "forme": pd.Series(["ei", "societe", None], dtype="object"),
    "ppe": pd.Series([True, False, None], dtype="boolean"),
    "montant": pd.Series([10, 0, None], dtype="Float64"),
}
COLONNES = {"forme": ["ei", "societe"], "ppe": "booleen", "montant": "nombre"}


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "attendu"),
        [
            ("toujours", [True, True, True]),
            ({"colonne": "forme", "parmi": ["ei"]}, [True, False, None]),
            ({"colonne": "ppe", "egal": False}, [False, True, None]),
            ({"colonne": "montant", "plus_de": 0}, [True, False, None]),
            ({"sauf": {"colonne": "ppe", "egal": True}}, [False, True, None]),
            ({"tous": [{"colonne": "ppe", "egal": True}, "toujours"]}, [True, False, None]),
            ({"un": [{"colonne": "ppe", "egal": True}, "toujours"]}, [True, True, True]),
        ],
    )
    def test_oui_non_ou_inconnu(self, condition, attendu):
        assert list(fautes_de_condition(condition, COLONNES)) == []
        valeurs = evaluer(condition, FAITS, pd.RangeIndex(3))
        assert [None if pd.isna(v) else bool(v) for v in valeurs] == attendu

    @pytest.mark.parametrize(
        "condition",
        [
            "jamais",
            {},
            {"colonne": "age", "egal": True},
            {"colonne": "forme", "egal": "ei"},
            {"colonne": "ppe", "egal": "oui"},
            {"colonne": "montant", "plus_de": True},
            {"colonne": "montant", "plus_de": 1, "egal": 2},
            {"tous": []},
            {"et": []},
            {"__import__('os')": 1},
        ],
    )
    def test_rien_d_autre_n_est_admis(self, condition):
        assert list(fautes_de_condition(condition, COLONNES))


class TestUnDossier:
    def test_un_dossier_complet(self):
        etat = controler_dossier(CLIENT, _toutes(), JOUR)
        assert set(etat["statut"]) == {"conforme", "non_applicable"}
        assert taux_completude(etat) == 1 and complet(etat) is True
        assert (etat["message"] == "").all()

    def test_un_dossier_vide(self):
        etat = controler_dossier(CLIENT, [], JOUR)
        assert set(etat["statut"]) == {"manquant", "non_applicable"}
        assert taux_completude(etat) == 0 and complet(etat) is False
        assert (etat.loc[etat["statut"] == "manquant", "message"].str.len() > 0).all()

    def test_une_piece_non_bloquante_ne_rend_pas_incomplet(self):
        etat = controler_dossier(CLIENT, [p for p in _toutes() if p["piece"] != "bail"], JOUR)
        bilan = completude(etat)
        assert bilan["complet"] and bilan["conformes"] == bilan["applicables"] - 1

    def test_ce_qu_on_ne_sait_pas_du_client_reste_a_verifier(self):
        assert _statut("PPE-01", {**CLIENT, "ppe": None}, _toutes()) == "a_verifier"
        sans = {nom: valeur for nom, valeur in CLIENT.items() if nom != "ppe"}
        etat = controler_dossier(sans, _toutes(), JOUR)
        assert etat.set_index("regle").loc["PPE-01", "statut"] == "a_verifier" and not complet(etat)

    @pytest.mark.parametrize(("fin", "statut"), [("2026-04-14", "perime"), ("2026-04-15", "conforme")])
    def test_le_dernier_jour_de_validite_compte(self, fin, statut):
        assert _statut("ID-01", CLIENT, [_piece("piece_identite", date_validite=fin)]) == statut

    @pytest.mark.parametrize(("emise", "statut"), [("2026-01-14", "perime"), ("2026-01-15", "conforme")])
    def test_un_extrait_de_trois_mois(self, emise, statut):
        assert _statut("ID-02", CLIENT, [{"piece": "extrait_registre", "date_piece": emise}]) == statut

    def test_une_fin_de_mois_se_compte_au_dernier_jour(self):
        pieces = [{"piece": "extrait_registre", "date_piece": "2025-11-30"}]
        etat = controler_dossier(CLIENT, pieces, JOUR).set_index("regle")
        assert etat.loc["ID-02", "echeance"] == pd.Timestamp("2026-02-28")

    def test_une_piece_sans_sa_fin_est_a_verifier(self):
        assert _statut("ID-01", CLIENT, [_piece("piece_identite")]) == "a_verifier"
        assert _statut("ID-02", CLIENT, [{"piece": "extrait_registre"}]) == "a_verifier"
        assert _statut("ID-03", CLIENT, [{"piece": "statuts"}]) == "conforme"

    def test_une_piece_d_apres_le_controle_n_existe_pas_encore(self):
        assert _statut("ID-03", CLIENT, [{"piece": "statuts", "date_piece": "2026-04-16"}]) == "manquant"

    def test_la_meilleure_piece_compte(self):
        pieces = [{"piece": "extrait_registre", "date_piece": d} for d in ("2020-01-01", "2026-03-01", "2026-02-01")]
        etat = controler_dossier(CLIENT, pieces, JOUR).set_index("regle")
        assert etat.loc["ID-02", ["statut", "echeance"]].tolist() == ["conforme", pd.Timestamp("2026-06-01")]

    @pytest.mark.parametrize(
        ("signature", "mention", "statut"),
        [
            ("2026-03-09", False, "manquant"),
            ("2026-03-10", False, "conforme"),
            ("2026-03-05", True, "manquant"),
            ("2026-03-06", True, "conforme"),
        ],
    )
    def test_la_renonciation_attend_son_delai(self, signature, mention, statut):
        entrepreneur = CLIENT | {"forme": "ei", "renonciation_ei": True}
        piece = {"piece": "renonciation_ei", "date_piece": signature, "date_demande": "2026-03-02"}
        assert _statut("CRE-03", entrepreneur, [piece | {"mention_manuscrite": mention}]) == statut
        assert _statut("CRE-03", entrepreneur, [piece | {"date_demande": None}]) == "a_verifier"

    @pytest.mark.parametrize(
        ("changement", "statut"),
        [
            ({}, "non_applicable"),
            ({"emprunteur": "particulier"}, "non_applicable"),
            ({"emprunteur": "particulier", "objet_credit": "immobilier"}, "manquant"),
            ({"objet_credit": "immobilier"}, "non_applicable"),
        ],
    )
    def test_le_ficp_ne_concerne_pas_les_besoins_professionnels(self, changement, statut):
        assert _statut("FIC-01", CLIENT | changement, []) == statut

    def test_un_examen_ne_se_montre_pas_au_client(self):
        etat = controler_dossier(CLIENT | {"operation_inhabituelle": True}, [], JOUR)
        assert "OPE-01" in set(etat["regle"]) and "OPE-01" not in set(visible_du_client(etat)["regle"])

    @pytest.mark.parametrize(
        ("changement", "message"),
        [
            ({"forme": "sociéte"}, "« sociéte »"),
            ({"ppe": "non"}, "True ou False"),
            ({"credit_montant": "cher"}, "nombre"),
        ],
    )
    def test_une_valeur_inconnue_est_refusee(self, changement, message):
        with pytest.raises(ErreurDonnees, match=message):
            controler_dossier(CLIENT | changement, [], JOUR)

    def test_pieces_illisibles(self):
        with pytest.raises(ErreurSchema, match="piece manque"):
            controler_dossier(CLIENT, [{"nom": "bail"}], JOUR)
        with pytest.raises(ErreurDonnees, match="date_piece"):
            controler_dossier(CLIENT, [{"piece": "bail", "date_piece": "hier"}], JOUR)


class TestDeNombreuxDossiers:
    def test_refus_de_schema(self):
        clients = pd.DataFrame([CLIENT], index=["a"])
        with pytest.raises(ErreurSchema, match="id_client manque"):
            controler_dossiers(clients, pd.DataFrame([_piece("bail")]), JOUR)
        with pytest.raises(ErreurSchema, match="« b »"):
            controler_dossiers(clients, pd.DataFrame([{"id_client": "b", **_piece("bail")}]), JOUR)
        with pytest.raises(ErreurSchema, match="deux fois"):
            controler_dossiers(pd.DataFrame([CLIENT, CLIENT], index=["a", "a"]), pd.DataFrame(), JOUR)

    def test_une_valeur_inconnue_reste_a_verifier(self):
        clients = pd.DataFrame([CLIENT, CLIENT | {"forme": "sarl"}], index=["a", "b"])
        etat = controler_dossiers(clients, pd.DataFrame(), JOUR).set_index(["id_client", "regle"])
        assert etat.loc[("b", "ID-03"), "statut"] == "a_verifier"
        assert etat.loc[("a", "ID-03"), "statut"] == "manquant"

    @settings(max_examples=exemples(8), deadline=None)
    @given(graine=st.integers(0, 2**32 - 1))
    def test_la_table_vaut_chaque_client_lu_seul(self, graine):
        alea = np.random.default_rng(graine)
        clients = pd.DataFrame([CLIENT] * 4, index=pd.Index(alea.permutation(list("abcd")), name="id_client"))
        clients["forme"] = alea.choice(["ei", "societe", "association"], 4)
        for nom in ("ppe", "renonciation_ei", "chequier"):
            clients[nom] = alea.choice([True, False], 4)
        pieces = pd.DataFrame(
            {
                "id_client": alea.choice(list("abcd"), 60),
                "piece": alea.choice(PIECES, 60),
                "date_piece": pd.Timestamp("2026-04-30") - pd.to_timedelta(alea.integers(0, 900, 60), unit="D"),
                "date_validite": pd.Timestamp("2026-04-30") + pd.to_timedelta(alea.integers(-90, 90, 60), unit="D"),
                "date_demande": pd.Timestamp("2025-12-01"),
            }
        )
        pieces.loc[alea.integers(0, 60, 8), "date_validite"] = pd.NaT
        copies = clients.copy(), pieces.copy()
        ensemble = controler_dossiers(clients, pieces, JOUR)
        pd.testing.assert_frame_equal(clients, copies[0])
        pd.testing.assert_frame_equal(pieces, copies[1])
        bilans = completude(ensemble)
        for cle, client in clients.iterrows():
            seul = controler_dossier(client, pieces[pieces["id_client"] == cle], JOUR)
            sien = ensemble[ensemble["id_client"] == cle].drop(columns="id_client").reset_index(drop=True)
            pd.testing.assert_frame_equal(sien, seul)
            assert bilans.loc[cle].tolist() == completude(seul).tolist()


UNE_PIECE = st.builds(
    lambda nom, age, reste: {
        "piece": nom,
        "date_piece": (JOUR - dt.timedelta(days=age)).isoformat(),
        "date_validite": None if reste is None else (JOUR + dt.timedelta(days=reste)).isoformat(),
    },
    st.sampled_from(PIECES),
    st.integers(-30, 900),
    st.none() | st.integers(-60, 400),
)


class TestProprietes:
    @settings(max_examples=exemples(20), deadline=None)
    @given(st.lists(UNE_PIECE, max_size=8), UNE_PIECE)
    def test_une_piece_de_plus_ne_baisse_jamais_la_completude(self, pieces, ajoutee):
        avant = completude(controler_dossier(CLIENT, pieces, JOUR))
        apres = completude(controler_dossier(CLIENT, [*pieces, ajoutee], JOUR))
        assert apres["taux_completude"] >= avant["taux_completude"]
        assert apres["bloquants_ouverts"] <= avant["bloquants_ouverts"]

    @settings(max_examples=exemples(15), deadline=None)
    @given(st.lists(UNE_PIECE, max_size=8), st.integers(-400, 400), st.randoms())
    def test_l_etat_ne_depend_que_des_pieces_et_du_jour(self, pieces, decalage, alea):
        jour = JOUR + dt.timedelta(days=decalage)
        melangees = list(pieces)
        alea.shuffle(melangees)
        attendu = controler_dossier(CLIENT, pieces, jour)
        controler_dossier(CLIENT, pieces, JOUR)
        pd.testing.assert_frame_equal(controler_dossier(CLIENT, melangees, jour), attendu)

    @settings(max_examples=exemples(20), deadline=None)
    @given(st.lists(UNE_PIECE, min_size=1, max_size=8))
    def test_l_echeance_est_le_dernier_jour_valable(self, pieces):
        etat = controler_dossier(CLIENT, pieces, JOUR)
        conformes = etat[(etat["statut"] == "conforme") & etat["echeance"].notna()]
        assert (conformes["echeance"] >= pd.Timestamp(JOUR)).all()
        perimes = etat[etat["statut"] == "perime"]
        assert (perimes["echeance"] < pd.Timestamp(JOUR)).all()
