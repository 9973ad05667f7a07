"""Preparing an action, launching it once, reading it; and the personal data that a copy must not hold."""

from __future__ import annotations

import json
import shutil

import pytest

from rncp_utils.evaluation.formulaires import charger_formulaires
from rncp_utils.formats import formater_nombre
from rncp_utils.lecon import Controle, ecrire_reponses, lire_reponses
from rncp_utils.lecon.confidentialite import donnees_personnelles
from rncp_utils.lecon.controle import controler
from rncp_utils.lecon.prospection import LancerAction, PreparerAction, mes_secteurs
from rncp_utils.portefeuille.prospection import action_de, bilan, ecrire_plan, graine_de, indicateurs, secteurs_de

DEVOIR, SESSION, MOI = "B3-RAP", "2026-S2", "amelie.durand"
CHOISI = {
    "fichier": "agence",
    "secteurs": ["F", "G"],
    "zone": "villes",
    "potentiel": "p20",
    "nombre": "50",
    "canal": "appel",
    "creneau": "tot",
    "debut": "septembre",
    "offre": "materiel",
    "relances": "une",
    "prescripteur": "expert_comptable",
    "demande": "offre",
    "objectifs": {"rdv.nombre": "18", "offres.nombre": "10", "ouvertures.nombre": "5"},
    "budget": "1 000",
}


@pytest.fixture
def devoir(tmp_path, depot, monkeypatch):
    monkeypatch.setenv("RNCP_APPRENANT", MOI)
    source = depot / "source" / DEVOIR
    jeu = {"format": 1, "devoir": DEVOIR, "session": SESSION}
    jeu["formulaires"] = charger_formulaires(source / "formulaires.yaml")
    (tmp_path / "questions.json").write_text(json.dumps(jeu), encoding="utf-8")
    shutil.copy(source / "b3_rap.ipynb", tmp_path)
    return tmp_path


def repondre(devoir, cellule="r3_action", **choix):
    reponses = {**CHOISI, **choix} if cellule == "r3_action" else choix
    ecrire_reponses(devoir, DEVOIR, cellule, MOI, SESSION, reponses)


def lancer(devoir):
    cellule = LancerAction("r3_action", "r3_lancement", dossier=devoir)
    cellule.demander()
    return cellule.lancer()


def gele(devoir):
    return lire_reponses(devoir, DEVOIR, "r3_lancement").reponses.get("plan")


def test_preparer_dit_ce_qui_manque_puis_la_cible_et_les_moyens(devoir):
    preparer = PreparerAction("r3_action", dossier=devoir)
    assert "Il manque le fichier, la zone" in preparer.voir()
    repondre(devoir)
    html = preparer.voir()
    assert '<td class="nombre">414</td>' in html
    assert "n&#x27;est jamais contactable" in html
    assert "du 07/09/2026 au 02/10/2026" in html
    repondre(devoir, fichier="achete")
    assert "L&#x27;action n&#x27;est pas autorisée" in preparer.voir()
    assert gele(devoir) is None


def test_rien_n_est_lance_sans_relecture_ni_plan(devoir):
    cellule = LancerAction("r3_action", "r3_lancement", dossier=devoir)
    assert "votre plan s&#x27;affichera pour relecture" in cellule.lancer()
    assert "Il manque" in cellule.demander()
    repondre(devoir, secteurs=["C"])
    assert "seulement" in cellule.demander()
    assert "pour relecture" in cellule.lancer()
    assert gele(devoir) is None


def test_seul_le_plan_relu_se_lance(devoir):
    cellule = LancerAction("r3_action", "r3_lancement", dossier=devoir)
    repondre(devoir)
    relu = cellule.demander()
    assert '<th scope="row">Objectif\xa0: rendez-vous</th><td>18</td>' in relu
    assert '<th scope="row">Le canal</th><td>Appel direct</td>' in relu
    repondre(devoir, canal="visite")
    assert "pour relecture" in cellule.lancer()
    assert gele(devoir) is None
    assert "Visite sans rendez-vous" in cellule.demander()
    assert "Le plan lancé" in cellule.lancer()


def test_le_lancement_fige_le_plan_et_le_formulaire_n_y_change_plus_rien(devoir):
    repondre(devoir)
    html = lancer(devoir)
    assert gele(devoir) == ecrire_plan(CHOISI)
    n = bilan(action_de(gele(devoir), graine_de(MOI, DEVOIR, SESSION)))
    assert f'<th scope="row">Rendez-vous</th><td class="nombre">18</td><td class="nombre">{n["rdv"]:.0f}</td>' in html
    repondre(devoir, canal="visite", nombre="80")
    assert "Vous avez changé une réponse" in lancer(devoir)
    assert gele(devoir) == ecrire_plan(CHOISI)


def test_les_resultats_ne_donnent_ni_taux_ni_cout_calcules(devoir):
    repondre(devoir)
    html = lancer(devoir)
    justes = indicateurs(action_de(gele(devoir), graine_de(MOI, DEVOIR, SESSION)))
    for montant in ("cout", "cout_rdv", "cout_client"):
        assert formater_nombre(justes[montant], 2) not in html
    for taux in ("taux_rdv", "taux_offre", "taux_recommandation"):
        assert formater_nombre(100 * justes[taux], 1) + "\u202f%" not in html


def test_la_case_montre_les_resultats_a_qui_revient_et_a_qui_corrige(devoir, monkeypatch):
    cellule = LancerAction("r3_action", "r3_lancement", dossier=devoir)
    assert len(cellule.affichages()) == 2
    repondre(devoir)
    lancer(devoir)
    assert "Le plan lancé" in cellule.affichages()[0]["text/html"]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert "Le plan lancé" in cellule.affichages()[0]["text/html"]
    assert "Votre cible" in PreparerAction("r3_action", dossier=devoir).affichages()[0]["text/html"]
    (devoir / "questions.json").unlink()
    assert "Je ne trouve pas le fichier" in cellule.affichages()[0]["text/html"]


def test_les_secteurs_sont_ceux_de_l_apprenant(devoir, tmp_path_factory):
    assert mes_secteurs(dossier=devoir).table.equals(secteurs_de(MOI, DEVOIR, SESSION).table)
    assert len(mes_secteurs(dossier=tmp_path_factory.mktemp("source")).table) == 9


def test_le_controle_dit_que_l_action_n_est_pas_lancee(devoir):
    dite = "« Le lancement » : l'action n'est pas lancée, ses indicateurs vaudront 0."
    assert dite in [constat.phrase for constat in controler(devoir, MOI)]
    repondre(devoir)
    lancer(devoir)
    assert dite not in [constat.phrase for constat in controler(devoir, MOI)]


def test_le_controle_refuse_une_donnee_qui_designe_quelqu_un(devoir):
    repondre(devoir, "r3_preuves", appel="Rappeler le 06 12 34 56 78.", message="Écrire à marc@exemple.fr.")
    phrases = [constat.phrase for constat in controler(devoir, MOI) if constat.refus]
    assert phrases == [
        f"« 5. Les preuves (8 points) » : la question {rang} contient {quoi} : effacez ce passage, ou mettez un code à "
        "la place."
        for rang, quoi in ((1, "un numéro de téléphone"), (3, "une adresse électronique"))
    ]
    assert "Ne rendez pas encore" in Controle(dossier=devoir).verifier()
    repondre(devoir, "r3_preuves", appel="Q00114, le 5 octobre à 8 h 10.", message="Écrire à la personne.")
    assert not [constat for constat in controler(devoir, MOI) if constat.refus]
    assert "Vous pouvez rendre tel quel" in Controle(dossier=devoir).verifier()


@pytest.mark.parametrize(
    ("texte", "vu"),
    [
        ("appelez le 0612345678", ["un numéro de téléphone"]),
        ("appelez le +33 6 12 34 56 78 demain", ["un numéro de téléphone"]),
        ("appelez le 03.87.12.34.56.", ["un numéro de téléphone"]),
        ("jean.martin@exemple.fr", ["une adresse électronique"]),
        ("FR76 3000 6000 0112 3456 7890 189", ["un IBAN"]),
        ("virement sur FR7630006000011234567890189", ["un IBAN"]),
        # What a report is full of: amounts, dates, codes, a SIRET, times.
        ("1 348,50 € pour 60 prospects, du 13/04/2026 au 08/05/2026, de 17 h 30 à 18 h 15", []),
        ("Q00114 et Q00149 ; SIRET 99976664500017 ; 0 offre sur 12, 0,5 point", []),
        ("330 + 60 × 15 + 79 × 1,50 = 1 348,50 ; 01/06/2026 ; 48/19/11/5", []),
    ],
)
def test_ce_qui_ressemble_a_une_donnee_personnelle(texte, vu):
    assert donnees_personnelles(texte) == vu
