"""What somebody sees who types `make demo`."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from rncp_utils.cli import main
from rncp_utils.demonstration.classe import CLASSE, repondre
from rncp_utils.evaluation.banque import charger_banque

FICHIERS = {
    "cohorte.html", "notes.xlsx", "notes_par_cellule.csv",
    "apprenant_x_competence.csv", "apprenant_x_competence_long.csv", "apprenant_x_bloc.csv",
    "certifications.csv", "anomalies.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(depot, tmp_path_factory):
    """The command itself, in its own process, from the repository."""
    sortie = tmp_path_factory.mktemp("demo") / "sortie"
    commande = [sys.executable, "-m", "rncp_utils.cli", "demo", "--sortie", str(sortie)]
    fin = subprocess.run(commande, cwd=depot, capture_output=True, encoding="utf-8", timeout=300)
    return fin, sortie


@pytest.mark.lent
def test_la_demonstration_va_au_bout_et_dit_ou_sont_les_fichiers(demo):
    fin, sortie = demo
    assert fin.returncode == 0, fin.stderr
    assert fin.stderr == ""
    assert {chemin.name for chemin in (sortie / "exports").iterdir()} == FICHIERS
    for nom in FICHIERS:
        assert nom in fin.stdout
    for apprenant in CLASSE:
        assert apprenant.identifiant in fin.stdout
    assert "aucun statut n'est définitif" in " ".join(fin.stdout.split())


@pytest.mark.lent
def test_la_classe_de_la_demonstration_est_variee(demo):
    _, sortie = demo
    notes = pd.read_csv(sortie / "exports" / "notes_par_cellule.csv", sep=";", decimal=",", encoding="utf-8-sig")
    totaux = notes.groupby("apprenant").points.sum(min_count=1)
    assert len(totaux) >= 12
    assert totaux.isna().sum() == 1
    assert (totaux == 0).sum() == 1
    assert totaux.nunique() >= 10
    assert 50 < totaux.mean() < 85
    assert (notes.groupby("apprenant").retard_s.max() > 0).sum() == 2
    anomalies = pd.read_csv(sortie / "exports" / "anomalies.csv", sep=";", encoding="utf-8-sig")
    assert {"copie_vide", "notebook_illisible", "json", "cellule_manquante"} <= set(anomalies.code)


@pytest.mark.lent
def test_le_jury_a_ses_documents(demo):
    fin, sortie = demo
    pages = {chemin.name.split("_")[0]: chemin for chemin in (sortie / "documents").glob("*.html")}
    assert set(pages) == {"dossier-jury", "pv", "livret", "statistiques", "couverture", "suivi", "anomalies"}
    assert len(list((sortie / "documents").glob("livret_*.html"))) == len(CLASSE)
    pv = pages["pv"].read_text(encoding="utf-8")
    for texte in ("Claire Petit", "Trois épreuves du bloc restent à passer.", "entraînement, non valable comme"):
        assert texte in pv
    assert "pv_Classe-fictive" in fin.stdout


@pytest.mark.lent
def test_chaque_copie_corrigee_a_son_retour(demo):
    _, sortie = demo
    retours = {chemin.parts[-3] for chemin in (sortie / "cours" / "feedback").glob("*/B1-QST/*.html")}
    assert retours == {apprenant.identifiant for apprenant in CLASSE if apprenant.accident != "non_remis"}


def test_un_dossier_qui_n_est_pas_une_demonstration_est_refuse_et_garde(depot, tmp_path):
    (tmp_path / "precieux.txt").write_text("à garder")
    resultat = CliRunner().invoke(main, ["--cours", str(depot), "demo", "--sortie", str(tmp_path)])
    assert resultat.exit_code == 1
    assert "existe déjà et ne vient pas d'une démonstration" in resultat.output
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["precieux.txt"]


def test_hors_d_un_cours_la_phrase_dit_ou_se_placer(tmp_path):
    resultat = CliRunner().invoke(main, ["--cours", str(tmp_path), "demo", "--sortie", str(tmp_path / "demo")])
    assert resultat.exit_code == 1
    assert resultat.output.startswith("Aucun cours n'a été trouvé")
    assert resultat.output.count("\n") == 1


def test_la_classe_repond_pareil_a_chaque_fois(depot):
    banque = charger_banque(depot / "source" / "B1-QST" / "banque.yaml")
    questions = [item.id for item in banque.items]
    assert repondre(CLASSE[1], banque, questions) == repondre(CLASSE[1], banque, questions)
    assert repondre(CLASSE[1], banque, questions) != repondre(CLASSE[2], banque, questions)
