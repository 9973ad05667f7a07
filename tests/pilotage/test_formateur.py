"""The instructor's dashboard, button by button, on a real nbgrader course."""

from __future__ import annotations

import ast

import nbformat
import pytest
from nbgrader.api import Gradebook

from rncp_utils.autograde.cours import CONFIG_FILE, ouvrir_cours
from rncp_utils.grading.journal import lire_journal
from rncp_utils.pilotage import TableauFormateur
from rncp_utils.pilotage.compte_rendu import compte

pytestmark = pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning")
DEVOIR, OBSERVE = "B1-QST", "B4-MES"


@pytest.fixture
def tableau(cours):
    # The copies are ours: without isolation, the run says the same on any machine.
    return TableauFormateur(dossier=cours.dossier, isolation="aucune")


@pytest.mark.lent
def test_un_devoir_du_distribuer_au_retour(cours, tableau, presser, lire):
    assert "Devoir pas encore distribué." in lire(tableau.etat.value)
    assert presser("Distribuer") == (
        "Le devoir B1-QST est distribué : les apprenants le trouvent dans leur liste de devoirs."
    )
    assert (cours.echange / "rncp31919" / "outbound" / DEVOIR / "copie.ipynb").exists()
    assert "HIDDEN" not in (cours.echange / "rncp31919" / "outbound" / DEVOIR / "copie.ipynb").read_text()

    cours.remettre("ali.roy")
    cours.remettre("bea.sow", juste=False)
    rendu = presser("Collecter")
    assert rendu.startswith("2 copies dans le cours, dont 2 nouvelles.")
    # The account that runs the tests put them there.
    assert f"ali.roy : cette copie a été déposée par le compte « {compte()} »" in rendu
    assert presser("Collecter").startswith("2 copies dans le cours, dont 0 nouvelle.")

    avancees = []
    tableau.etapes["Corriger"].avancee.observe(lambda c: avancees.append(lire(c["new"])), names="value")
    assert presser("Corriger") == "2 copies corrigées, 0 copie déjà corrigée avant."
    assert [avancee.split(" (")[1] for avancee in avancees if avancee] == ["1 sur 2)", "2 sur 2)"]
    assert presser("Corriger") == "0 copie corrigée, 2 copies déjà corrigées avant."
    with Gradebook(ouvrir_cours(cours.dossier).url_base) as carnet:
        assert [carnet.find_submission(DEVOIR, nom).score for nom in ("ali.roy", "bea.sow")] == [20.0, 0.0]
    assert "2 apprenants inscrits au carnet de notes, 2 copies collectées, 2 copies corrigées." in lire(
        tableau.etat.value
    )

    assert presser("Rendre les retours") == "2 retours distribués pour 2 copies corrigées."
    assert len(list((cours.echange / "rncp31919" / "feedback").glob("*.html"))) == 2
    assert "2 retours produits" in lire(tableau.etat.value)
    quoi = lire_journal(cours.dossier)["quoi"].tolist()
    assert quoi == ["devoir distribué", "copies collectées", *["correction automatique"] * 2, "retours rendus"]


@pytest.mark.lent
def test_distribuer_de_nouveau_demande_de_le_vouloir(cours, tableau, presser):
    presser("Distribuer")
    assert "cochez « Remplacer la version distribuée »" in presser("Distribuer")
    tableau.remplacer.value = True
    assert "est distribué" in presser("Distribuer")


@pytest.mark.lent
def test_une_copie_recue_hors_de_l_echange_a_son_retour_a_remettre(cours, tableau, presser):
    presser("Distribuer")
    cours.remettre("ali.roy")
    (cours.remettre("bea.sow") / "submission_secret.txt").unlink()
    presser("Collecter")
    presser("Corriger")
    rendu = presser("Rendre les retours")
    assert rendu.startswith("1 retour distribué pour 2 copies corrigées.")
    assert "bea.sow : copie reçue hors de l'échange ; remettez-lui vous-même" in rendu
    assert (cours.dossier / "feedback" / "bea.sow" / DEVOIR / "copie.html").exists()


@pytest.mark.lent
def test_la_grille_de_l_expert_de_l_ecran_au_carnet(cours, tableau, presser, lire):
    cours.inscrire("ali.roy")
    tableau.devoir.value = OBSERVE
    presser("Distribuer")
    cours.remettre("ali.roy", OBSERVE)
    presser("Collecter")
    presser("Corriger")
    assert "2 réponses à noter" in lire(tableau.etat.value)
    assert "Choisissez l'apprenant observé" in presser("Ouvrir la grille")
    assert "Le nom ou la qualité de l'expert manque" in presser("Déclarer l'expert")
    tableau.nom_de_l_expert.value, tableau.qualite.value = "Claire Petit", "directrice d'agence"
    presser("Déclarer l'expert")
    tableau.apprenant.value, tableau.expert.value = "ali.roy", "Claire Petit"
    presser("Ouvrir la grille")
    champs = list(tableau.grille.champs.values())
    champs[0][0].value = 3
    assert "Gardée, sans note : B4-MES, ali.roy (Claire Petit) : Grille à compléter : 1 critère sur 6" in presser(
        "Importer les grilles"
    )
    for niveau, _ in champs:
        niveau.value = 3
    tableau.grille.signer.click()
    assert presser("Importer les grilles") == "Notes écrites dans le carnet : 2, pour 1 copie."
    with Gradebook(ouvrir_cours(cours.dossier).url_base) as carnet:
        assert carnet.find_submission(OBSERVE, "ali.roy").score == 6.0
    assert "0 réponse à noter" in lire(tableau.etat.value)
    presser("Rendre les retours")
    retour = (cours.dossier / "feedback" / "ali.roy" / OBSERVE / "copie.html").read_text(encoding="utf-8")
    assert "Observation de Claire Petit" in retour


class TestErreurs:
    """One French sentence for each, and the dashboard goes on."""

    def test_sans_dossier_d_echange_accessible(self, cours, presser):
        config = cours.dossier / CONFIG_FILE
        config.write_text(config.read_text() + "\nc.Exchange.root = '/proc/echange'\n")
        assert "n'a pas pu être distribué : demandez à l'administrateur les droits" in presser("Distribuer")

    def test_rien_n_est_distribue(self, presser):
        assert "n'ont pas pu être collectées : distribuez d'abord le devoir" in presser("Collecter")

    def test_rien_n_est_genere(self, presser):
        assert "B1-QST" in presser("Corriger")

    def test_rien_n_est_corrige(self, presser):
        assert "Aucune copie de B1-QST n'est corrigée" in presser("Rendre les retours")

    def test_un_devoir_sans_grille(self, cours, tableau, presser):
        assert "Le devoir « B1-QST » n'a pas de grille d'observation" in presser("Imprimer la feuille")

    def test_aucune_grille(self, presser):
        assert "Aucune grille n'est commencée" in presser("Importer les grilles")

    def test_une_erreur_imprevue_reste_en_francais(self, tableau, presser, monkeypatch):
        from rncp_utils.pilotage import actions

        def casser(*_args, **_options):
            raise ZeroDivisionError("division by zero")

        monkeypatch.setattr(actions, "collecter", casser)
        assert "Une erreur inattendue a arrêté cette action (ZeroDivisionError : division by zero)" in presser(
            "Collecter"
        )

    def test_une_interruption_est_dite(self, tableau, presser, monkeypatch):
        from rncp_utils.pilotage import actions

        def interrompre(*_args, **_options):
            raise KeyboardInterrupt

        monkeypatch.setattr(actions, "collecter", interrompre)
        assert "Action interrompue : ce qui était fait est gardé" in presser("Collecter")

    def test_une_correction_qui_meurt_le_dit(self, cours, tableau, presser, monkeypatch):
        from rncp_utils.pilotage import correction

        monkeypatch.setattr(correction.sys, "executable", "/bin/false")
        assert "La correction s'est arrêtée sans finir (sans message)" in presser("Corriger")

    def test_hors_d_un_cours_une_phrase(self, tmp_path, lire):
        vide = tmp_path / "vide"
        vide.mkdir()
        (affichage,) = TableauFormateur(dossier=vide).affichages()
        assert "Aucun cours n'a été trouvé" in lire(affichage["text/html"])


def test_imprimer_la_feuille_donne_des_liens(cours, tableau, presser, monkeypatch):
    monkeypatch.setenv("RNCP_CHROMIUM", "")
    tableau.devoir.value = OBSERVE
    assert "Chromium n'est pas installé" in presser("Imprimer la feuille")
    (sortie,) = tableau.etapes["Imprimer la feuille"].fichiers.outputs
    assert 'href="' in sortie["data"]["text/html"]
    assert "grille_B4-MES_" in sortie["data"]["text/html"]


@pytest.mark.parametrize("nom", ["formateur", "coordinateur"])
def test_les_notebooks_n_ont_qu_une_cellule_de_code_masquee(depot, nom):
    notebook = nbformat.read(depot / "docs" / "tableaux_de_bord" / f"{nom}.ipynb", as_version=4)
    (code,) = [cellule for cellule in notebook.cells if cellule.cell_type == "code"]
    assert code.metadata["jupyter"] == {"source_hidden": True}
    assert code.metadata["tags"] == ["masquee"]
    classe = f"Tableau{nom.capitalize()}"
    assert ast.unparse(ast.parse(code.source)) == f"from rncp_utils.pilotage import {classe}\n{classe}()"
