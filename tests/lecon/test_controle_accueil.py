"""What is said before submitting, and the home page of the course."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from rncp_utils.lecon import Accueil, Controle, ecrire_reponses
from rncp_utils.lecon.controle import controler
from rncp_utils.lecon.progression import noter_exercice, noter_position

ESSAI = Path(__file__).with_name("lecon_essai.yaml")
JEU = {
    "format": 1,
    "devoir": "F-X",
    "session": "S",
    "formulaires": {
        "calcul": [
            {"id": "a", "type": "NUM", "enonce": "A", "unite": "€"},
            {"id": "b", "type": "NUM", "enonce": "B", "unite": "€"},
        ],
        "texte": [{"id": "t", "type": "TXT", "enonce": "T"}],
    },
}
QUI = ("amelie.durand", "S")


@pytest.fixture
def devoir(tmp_path, monkeypatch):
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    (tmp_path / "questions.json").write_text(json.dumps(JEU), encoding="utf-8")
    redige = {"nbgrader": {"grade": True, "solution": True, "grade_id": "avis"}}
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Devoir\n\n## Le calcul (6 points)"),
        nbformat.v4.new_code_cell('Formulaire("calcul")', metadata={"nbgrader": {"grade_id": "f"}}),
        nbformat.v4.new_markdown_cell("## Le texte"),
        nbformat.v4.new_code_cell('Formulaire("texte")', metadata={"nbgrader": {"grade_id": "g"}}),
        nbformat.v4.new_markdown_cell("*Votre réponse ici*", metadata=redige),
    ]
    nbformat.write(notebook, tmp_path / "d.ipynb")
    return tmp_path


def phrases(dossier):
    return [constat.phrase for constat in controler(dossier, "amelie.durand")]


def test_ce_qui_manque_se_dit_sous_le_titre_que_lit_l_apprenant(devoir):
    assert phrases(devoir) == [
        "« Le calcul (6 points) » : questions 1, 2 sans réponse complète.",
        "« Le texte » : question 1 sans réponse complète.",
        "La réponse rédigée « avis » est restée telle quelle : écrivez-y votre texte.",
    ]


def test_ce_qui_est_illisible_double_ou_d_un_autre_se_dit(devoir):
    ecrire_reponses(devoir, "F-X", "calcul", *QUI, {"a": "12 ou 13", "b": "5 %"})
    chemin = ecrire_reponses(devoir, "F-X", "texte", "karim", "S", {"t": "x"})
    shutil.copy(chemin, chemin.with_name("F-X__texte (1).json"))
    notebook = nbformat.read(devoir / "d.ipynb", as_version=4)
    notebook.cells.append(notebook.cells[1])
    notebook.cells[4].source = "Mon avis."
    nbformat.write(notebook, devoir / "d.ipynb")
    dites = phrases(devoir)
    assert dites[0] == "« Le calcul (6 points) » : question 1 sans réponse complète."
    assert any("elle est donnée en % alors que la question demande €" in phrase for phrase in dites)
    assert any("il porte « karim »" in phrase for phrase in dites)
    assert any("il ressemble à une copie des réponses" in phrase for phrase in dites)
    assert "La partie « f » figure deux fois dans le notebook : supprimez la copie." in dites
    (devoir / "d.ipynb").write_text("{", encoding="utf-8")
    assert "Le notebook « d.ipynb » ne se lit pas : enregistrez-le (Ctrl + S), puis contrôlez de nouveau." in phrases(
        devoir
    )


def test_un_devoir_complet_peut_etre_rendu(devoir):
    ecrire_reponses(devoir, "F-X", "calcul", *QUI, {"a": "12", "b": "13 €"})
    ecrire_reponses(devoir, "F-X", "texte", *QUI, {"t": "x"})
    notebook = nbformat.read(devoir / "d.ipynb", as_version=4)
    notebook.cells[4].source = "Mon avis."
    nbformat.write(notebook, devoir / "d.ipynb")
    assert phrases(devoir) == []
    assert "✔ Tout est rempli et lisible." in Controle(dossier=devoir).verifier()
    (devoir / "questions.json").unlink()
    assert "Je ne trouve pas le fichier" in Controle(dossier=devoir).verifier()


def test_en_correction_le_bouton_ne_se_montre_pas(devoir, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert Controle(dossier=devoir).affichages() == []


def test_l_accueil_dit_ou_l_on_en_est_et_par_quoi_continuer(tmp_path):
    vide = Accueil(dossier=tmp_path).affichages()[0]["text/html"]
    assert "Aucune leçon n&#x27;est encore installée" in vide or "Aucune leçon n'est encore installée" in vide
    bloc = tmp_path / "bloc1"
    bloc.mkdir()
    shutil.copy(ESSAI, bloc / "B1_L5_sig.yaml")
    (bloc / "B1_L5_sig.ipynb").write_text("{}", encoding="utf-8")
    html = Accueil(dossier=tmp_path).affichages()[0]["text/html"]
    assert 'commencer <a href="bloc1/B1_L5_sig.ipynb">B1-L5 · Lire la liasse</a>' in html
    assert "<td>0 sur 3</td>" in html
    noter_exercice(bloc, "B1-L5", "E1", competence="C5", part=1.0)
    noter_position(bloc, "B1-L5", "C5", 2)
    html = Accueil(dossier=tmp_path).affichages()[0]["text/html"]
    assert "reprendre <a" in html
    assert "<td>1 sur 3</td><td>2 · Je sais faire seul·e</td>" in html
    for exercice in ("E2", "E3"):
        noter_exercice(bloc, "B1-L5", exercice, competence="C5", part=1.0)
    assert "✔ Toutes les leçons sont faites." in Accueil(dossier=tmp_path).affichages()[0]["text/html"]


def test_l_accueil_mene_aux_devoirs_et_dit_ce_qui_y_est_repondu(tmp_path, devoir):
    cours = tmp_path / "cours"
    shutil.copytree(devoir, cours / "B1-CAS", ignore=shutil.ignore_patterns("cours"))
    shutil.copytree(devoir, cours / "F-B2", ignore=shutil.ignore_patterns("cours"))
    ecrire_reponses(cours / "B1-CAS", "F-X", "calcul", *QUI, {"a": "12", "b": "13 ou 14"})
    (cours / "F-B2" / "questions.json").write_text("{", encoding="utf-8")
    html = Accueil(dossier=cours).affichages()[0]["text/html"].replace("\xa0", " ")
    assert '<a href="B1-CAS/d.ipynb">B1-CAS · Etude de cas</a></th><td>1 réponse sur 3</td>' in html
    assert "B1-QST · Questionnaire</th><td>à récupérer dans la liste des devoirs</td>" in html
    assert "F-M0 · Devoir d&#x27;entraînement</th><td>à récupérer" in html
    assert '<a href="F-B2/d.ipynb">' in html
    assert "illisible : prévenez votre formateur" in html
    assert html.index("Prise en main") < html.index("F-M0") < html.index("Bloc 1") < html.index("B1-SYN")
    assert html.index("Bloc 2") < html.index("F-B2") < html.index("B2-MES") < html.index("Bloc 3")
    for cellule, donnees in {"calcul": {"a": "12", "b": "13"}, "texte": {"t": "x"}}.items():
        ecrire_reponses(cours / "B1-CAS", "F-X", cellule, *QUI, donnees)
    assert "✔ 3 réponses sur 3" in Accueil(dossier=cours).affichages()[0]["text/html"]
