"""What somebody sees who types `make demo`, or a shorter one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from rncp_utils.cli import main
from rncp_utils.demonstration.classe import CLASSE
from rncp_utils.demonstration.cycle import epreuves_disponibles

FICHIERS = {
    "cohorte.html", "notes.xlsx", "notes_par_cellule.csv",
    "apprenant_x_competence.csv", "apprenant_x_competence_long.csv", "apprenant_x_bloc.csv",
    "certifications.csv", "anomalies.csv",
}  # fmt: skip
DOCUMENTS = {"dossier-jury", "pv", "livret", "statistiques", "couverture", "suivi", "journal", "anomalies"}
COURTE = ["B1-QST", "B1-CAS", "B2-MES"]


def _lancer(depot: Path, sortie: Path, *options: str) -> subprocess.CompletedProcess:
    """The command itself, in its own process, from the repository."""
    commande = [sys.executable, "-m", "rncp_utils.cli", "demo", "--sortie", str(sortie), *options]
    return subprocess.run(commande, cwd=depot, capture_output=True, encoding="utf-8", timeout=1_700)


def _table(sortie: Path, nom: str) -> pd.DataFrame:
    return pd.read_csv(sortie / "exports" / nom, sep=";", decimal=",", encoding="utf-8-sig")


@pytest.fixture(scope="module")
def courte(depot, tmp_path_factory):
    """Three learners, three assessments: a questionnaire, a case study, an interview."""
    sortie = tmp_path_factory.mktemp("demo") / "sortie"
    return _lancer(depot, sortie, "--devoirs", ",".join(COURTE), "--apprenants", "3"), sortie


@pytest.fixture(scope="module")
def entiere(depot, tmp_path_factory):
    """The whole demonstration."""
    sortie = tmp_path_factory.mktemp("demo") / "sortie"
    return _lancer(depot, sortie), sortie


@pytest.mark.lent
def test_la_demonstration_va_au_bout_et_dit_ou_sont_les_fichiers(courte):
    fin, sortie = courte
    assert fin.returncode == 0, fin.stderr
    assert fin.stderr == ""
    assert {chemin.name for chemin in (sortie / "exports").iterdir()} == FICHIERS
    for nom in [*FICHIERS, *(apprenant.identifiant for apprenant in CLASSE[:3]), "pv_Classe-fictive"]:
        assert nom in fin.stdout
    assert "aucun statut n'est une certification" in " ".join(fin.stdout.split())


@pytest.mark.lent
def test_chaque_copie_est_corrigee_par_la_machine_puis_par_des_personnes(courte):
    _, sortie = courte
    notes = _table(sortie, "notes_par_cellule.csv")
    assert set(notes.devoir) == set(COURTE)
    assert set(notes.statut) == {"corrigé"}
    assert notes.points.notna().all()
    assert (notes.points <= notes["max"]).all()
    # Somebody wrote a mark and a sentence wherever a person grades, observed cells included.
    a_la_main = notes[notes.manuel.notna()]
    assert {"cas_projet", "mes_besoin", "mes_obs_c7"} <= set(a_la_main.cellule)
    assert a_la_main.commentaire.notna().all()


@pytest.mark.lent
def test_les_propositions_attendent_les_epreuves_qui_manquent(courte):
    _, sortie = courte
    blocs = _table(sortie, "apprenant_x_bloc.csv")
    assert set(blocs.proposition) == {"non évalué"}
    assert blocs[blocs.bloc == "B1"].motif.str.contains("B1-SYN, B1-RAP").all()
    pv = next((sortie / "documents").glob("pv_*.html")).read_text(encoding="utf-8")
    assert "Des épreuves du bloc restent à passer." in pv


@pytest.mark.lent
def test_les_retours_sont_la(courte):
    _, sortie = courte
    pages = list((sortie / "cours" / "feedback").glob("*/*/*.html"))
    retours = {chemin.parts[-3:-1] for chemin in pages}
    # The rubric of a written answer stays with the graders.
    assert [page for page in pages if "MARK SCHEME" in page.read_text(encoding="utf-8")] == []
    toute_la_classe = {(apprenant.identifiant, "B1-CAS") for apprenant in CLASSE[:3]}
    assert retours == toute_la_classe | {(CLASSE[0].identifiant, devoir) for devoir in COURTE}


@pytest.mark.lent
@pytest.mark.complet
def test_la_demonstration_entiere_montre_chaque_situation(depot, entiere):
    fin, sortie = entiere
    assert fin.returncode == 0, fin.stderr
    assert fin.stderr == ""
    presentes, absentes = epreuves_disponibles(depot)
    notes, blocs = _table(sortie, "notes_par_cellule.csv"), _table(sortie, "apprenant_x_bloc.csv")
    assert set(notes.devoir) == set(presentes)
    for devoir in absentes:
        assert devoir in fin.stdout
    assert blocs.apprenant.nunique() == len(CLASSE)
    # A bloc on which the tool proposes each thing that it may propose.
    assert set(blocs.proposition) == {"proposé à validation", "proposé ajourné", "à confirmer", "non évalué"}
    assert set(blocs[blocs.proposition == "à confirmer"].apprenant) == {"karine.dubreuil"}
    certifications = _table(sortie, "certifications.csv").set_index("apprenant")
    assert certifications.loc["gaelle.tanguy", "dossier"] == "hors certification"
    assert certifications.loc["loic.morvan", "voie"] == "experience"
    # Evidence stands for the copies of the VAE: none is missing.
    suivi = next((sortie / "documents").glob("suivi_*_suivi.csv")).read_text(encoding="utf-8-sig")
    assert "ines.benali;B4-QST;non remis" in suivi
    assert "loic.morvan" not in suivi
    page = (sortie / "exports" / "cohorte.html").read_text(encoding="utf-8")
    assert f"sur {len(presentes) * (len(CLASSE) - 1)} attendues" in page


@pytest.mark.lent
@pytest.mark.complet
def test_chaque_accident_est_dit_en_une_phrase(entiere):
    _, sortie = entiere
    anomalies = _table(sortie, "anomalies.csv")
    attendues = {
        ("julien.perrot", "B2-QST", "copie_vide"),
        ("hugo.vernet", "B1-CAS", "notebook_illisible"),
        ("karine.dubreuil", "B1-QST", "json"),
        ("djibril.sow", "B2-MES", "retouche"),
        ("bastien.lefort", "B4-QST", "cellule_manquante"),
    }
    assert attendues <= set(zip(anomalies.apprenant, anomalies.devoir, anomalies.code, strict=True))
    assert anomalies.motif.str.endswith(".").all()
    assert not anomalies.motif.str.contains("Traceback|nan").any()


@pytest.mark.lent
@pytest.mark.complet
def test_les_documents_du_jury_sont_entiers_et_disent_les_memes_nombres(entiere):
    _, sortie = entiere
    pages = {chemin.name.split("_")[0]: chemin for chemin in (sortie / "documents").glob("*.html")}
    assert set(pages) == DOCUMENTS
    assert len(list((sortie / "documents").glob("livret_*.html"))) == len(CLASSE)
    pv = pages["pv"].read_text(encoding="utf-8")
    for texte in ("Claire Petit", "le jury demande un rattrapage", "entraînement, non valable comme"):
        assert texte in pv
    blocs = _table(sortie, "apprenant_x_bloc.csv")
    classeur = openpyxl.load_workbook(sortie / "exports" / "notes.xlsx", read_only=True)
    lignes = [ligne for ligne in classeur["Blocs"].iter_rows(values_only=True) if ligne[0] in set(blocs.apprenant)]
    assert len(lignes) == len(blocs)
    jury = pd.read_excel(next((sortie / "documents").glob("dossier-jury_*.xlsx")), sheet_name="Décisions")
    dites = jury[jury.iloc[:, 4].isin(set(blocs.bloc))].iloc[:, [0, 4, 5]].to_numpy().tolist()
    assert sorted(dites) == sorted(blocs[["apprenant", "bloc", "proposition"]].to_numpy().tolist())


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


def test_une_epreuve_inconnue_est_dite_et_rien_n_est_ecrit(depot, tmp_path):
    commande = ["--cours", str(depot), "demo", "--sortie", str(tmp_path / "demo"), "--devoirs", "B1-QST,B9-XYZ"]
    resultat = CliRunner().invoke(main, commande)
    assert resultat.exit_code == 1
    assert "ne connaît pas « B9-XYZ » : choisissez parmi " in resultat.output
    assert not (tmp_path / "demo").exists()
