"""Statistics, coverage and tracking of a cohort: the figures are right, and none points at anybody."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from rncp_utils.grading.documents import statistiques
from rncp_utils.grading.documents.couverture import couverture
from rncp_utils.grading.documents.suivi import suivi_des_remises

JOUR = dt.date(2026, 11, 23)


class TestStatistiques:
    def test_difficulte_et_discrimination_sont_celles_de_numpy(self, promotion):
        resultats = promotion(22).resultats
        table = statistiques.statistiques_des_questions(resultats).set_index("cellule")
        copies = resultats.notes.query("devoir == 'B1-CAS'").pivot(
            index="apprenant", columns="cellule", values="points"
        )
        for cellule in ("b1_cas_c1", "b1_cas_c3_txt"):
            reste = copies.drop(columns=cellule).sum(axis=1)
            assert table.at[cellule, "discrimination"] == pytest.approx(np.corrcoef(copies[cellule], reste)[0, 1])
            maximum = table.at[cellule, "max"]
            assert table.at[cellule, "difficulte"] == pytest.approx((copies[cellule] / maximum).mean())

    def test_la_discrimination_ne_porte_que_sur_les_copies_entierement_corrigees(self, promotion):
        def attente(copies):
            for rang in range(3):
                copies[f"a{rang:02d}"]["B1-CAS"]["notes"]["b1_cas_c2_txt"] = {"needs_manual_grade": True}

        table = statistiques.statistiques_des_questions(promotion(22, attente).resultats).set_index("cellule")
        assert math.isnan(table.at["b1_cas_c1", "discrimination"])
        assert not math.isnan(table.at["b1_syn_c1", "discrimination"])

    def test_sous_cinq_copies_aucun_chiffre(self, promotion):
        resultats = promotion(4).resultats
        for table in (
            statistiques.statistiques_des_devoirs(resultats),
            statistiques.statistiques_des_competences(resultats),
            statistiques.statistiques_des_questions(resultats),
            statistiques.ecarts_machine_personne(resultats),
        ):
            chiffres = table.select_dtypes("number").drop(columns=["n", "max", "remises"], errors="ignore")
            assert chiffres.isna().all(axis=None)
            assert set(table["avis"]) == {"moins de 5 copies"}

    def test_une_question_trop_facile_ou_trop_difficile_est_signalee(self, promotion):
        def extremes(copies):
            for rendues in copies.values():
                rendues["B1-QST"]["notes"]["b1_qst_c1"] = 10.0
                rendues["B1-QST"]["notes"]["b1_qst_c2"] = 2.0

        table = statistiques.statistiques_des_questions(promotion(6, extremes).resultats).set_index("cellule")
        assert table.at["b1_qst_c1", "avis"].startswith("très facile")
        assert table.at["b1_qst_c2", "avis"].startswith("très difficile")

    def test_les_medianes_et_parts_d_un_devoir(self, promotion):
        resultats = promotion(6).resultats
        table = statistiques.statistiques_des_devoirs(resultats).set_index("devoir")
        taux = resultats.devoirs.query("devoir == 'B2-CAS'")["taux"]
        assert table.at["B2-CAS", "mediane"] == pytest.approx(taux.median())
        assert table.at["B2-CAS", "quartile_1"] == pytest.approx(taux.quantile(0.25))
        assert table.at["B2-CAS", "reussite"] == pytest.approx((taux >= 0.6).mean())
        assert table.loc["B4-QST", ["remises", "n"]].tolist() == [5, 5]

    def test_l_ecart_compare_la_personne_a_la_machine(self, promotion):
        def confirmer(copies):
            # The expert lowers by half what the machine gave to the same answer.
            for rendues in copies.values():
                rendues["B2-MES"]["notes"]["b2_mes_c8"] = {"auto_score": 8.0, "manual_score": 4.0}

        table = statistiques.ecarts_machine_personne(promotion(6, confirmer).resultats).set_index("cellule")
        ligne = table.loc["b2_mes_c8"]
        assert ligne["base"] == "même question"
        assert ligne[["machine", "personne", "ecart", "ecart_absolu"]].tolist() == pytest.approx([0.8, 0.4, -0.4, 0.4])
        assert ligne["ecarts_forts"] == 0
        # Nothing automatic is left for C8 but that answer; the observed cells compare to their own competence.
        assert table.at["mes_obs_c7", "base"] == "réponses automatiques"

    def test_deux_niveaux_d_ecart_comptent(self, promotion):
        def opposer(copies):
            for rendues in copies.values():
                rendues["B5-MES"]["notes"]["b5_mes_c25"] = 10.0
                rendues["B5-MES"]["notes"]["m5_obs"] = {"manual_score": 8 / 3, "needs_manual_grade": False}

        table = statistiques.ecarts_machine_personne(promotion(6, opposer).resultats).set_index("cellule")
        assert table.at["m5_obs", "ecarts_forts"] == 6


class TestCouvertureEtSuivi:
    def test_la_couverture_montre_points_lecons_et_trous(self, etiquettes, referentiel, cours_entier):
        cellules = etiquettes([ligne for ligne in cours_entier if ligne[0] != "B1-RAP"])
        lecons = pd.DataFrame([("B1-L5", "SIG", "C5", 12)], columns=["lecon", "titre", "competence", "exercices"])
        table = couverture(cellules, lecons, referentiel).set_index("competence")
        assert list(table.index) == list(referentiel.codes_competences)
        assert table.at["C5", "B1-L5"] == 12
        assert table.at["C7", "B2-MES"] == 10 + 6 + 12
        assert table.at["C5", "trous"] == "épreuves absentes du cours : B1-RAP"
        assert table.at["C7", "trous"] == "aucune leçon"

    def test_le_suivi_distingue_collecte_correction_et_retour(self, promotion):
        prete = promotion(5)
        for etape, apprenant, devoir in (
            ("submitted", "a04", "B4-QST"),
            ("feedback", "a00", "B1-QST"),
            ("release", "", "B4-QST"),
        ):
            (prete.cours / etape / apprenant / devoir).mkdir(parents=True)
        table = suivi_des_remises(prete.resultats, prete.cours).set_index(["apprenant", "devoir"])
        assert table.at[("a04", "B4-QST"), "etat"] == "remis, à corriger"
        assert table.at[("a00", "B1-QST"), "etat"] == "corrigé, retour produit"
        assert table.at[("a01", "B1-QST"), "etat"] == "corrigé"
        assert table.at[("a01", "B1-QST"), "retard_h"] == 3.0
        assert suivi_des_remises(prete.resultats).set_index(["apprenant", "devoir"]).at[("a04", "B4-QST"), "etat"] == (
            "non remis"
        )
