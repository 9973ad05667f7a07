"""The whole export: which files, what they hold, all of them or none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp, ErreurSchema
from rncp_utils.grading import exporter

JOUR = dt.date(2026, 11, 23)
FICHIERS = [
    *("cohorte.html", "notes.xlsx", "notes_par_cellule.csv", "apprenant_x_competence.csv"),
    *("apprenant_x_competence_long.csv", "apprenant_x_bloc.csv", "certifications.csv", "anomalies.csv"),
]
COURS = [
    ("B1-QST", "qst_c1", "C1", 15, "test"),
    ("B1-QST", "qst_c2", "C2", 15, "test"),
    ("B1-SYN", "syn_diag", "C5", 20, "redaction"),
]
COPIES = {
    "=ali": {"B1-QST": {"notes": {"qst_c1": 12.0, "qst_c2": 6.5}, "penalite": 1.5}},
    "zoe": {},
}


@pytest.fixture
def exporte(carnet, source, tmp_path):
    """Exports a course to a folder."""

    def executer(copies=COPIES, cours=COURS, etiquetes=None, **plus):
        return exporter(
            carnet(cours, copies), source(etiquetes or cours), tmp_path / "exports", **{"edite_le": JOUR} | plus
        )

    return executer


def lignes(chemin: Path) -> list[str]:
    return chemin.read_bytes().decode("utf-8-sig").split("\r\n")


def test_the_files_are_those_announced_and_nothing_else(exporte, tmp_path):
    exports = exporte()
    assert [chemin.name for chemin in exports.fichiers] == FICHIERS
    assert sorted(chemin.name for chemin in (tmp_path / "exports").iterdir()) == sorted(FICHIERS)
    assert all(chemin.parent == tmp_path / "exports" for chemin in exports.fichiers)


def test_the_notes_file(exporte, tmp_path):
    exporte()
    lues = lignes(tmp_path / "exports" / "notes_par_cellule.csv")
    assert lues[0] == (
        "apprenant;devoir;notebook;cellule;competence;bloc;points;max;auto;manuel;extra;statut;commentaire;"
        "remis_le;retard_s;session;prise_en_compte"
    )
    assert lues[2:4] == [
        "'=ali;B1-QST;copie;qst_c1;C1;B1;12;15;12;;;corrigé;;2026-11-20T16:00:00+01:00;0;0;comptée",
        "'=ali;B1-QST;copie;qst_c2;C2;B1;6,5;15;6,5;;;corrigé;;2026-11-20T16:00:00+01:00;0;0;comptée",
    ]
    assert lues[4] == "zoe;B1-SYN;copie;syn_diag;C5;B1;;20;;;;non remis;;;0;0;non remise"


def test_the_competence_file_has_a_rate_in_percent_and_a_status_each(exporte, tmp_path, referentiel):
    exporte()
    entete, ali, zoe, fin = lignes(tmp_path / "exports" / "apprenant_x_competence.csv")
    assert entete.split(";")[:5] == ["apprenant", "C1_taux_pct", "C1_statut", "C2_taux_pct", "C2_statut"]
    assert len(entete.split(";")) == 1 + 2 * len(referentiel.competences)
    assert ali.startswith("'=ali;80;non évalué;43,33;non évalué;;non évalué;")
    assert zoe.startswith("zoe;;non évalué;")
    assert fin == ""


def test_the_bloc_file_says_what_is_missing(exporte, tmp_path):
    exporte()
    lues = lignes(tmp_path / "exports" / "apprenant_x_bloc.csv")
    assert lues[0] == (
        "apprenant;bloc;points;max;taux_pct;taux_points_pct;acquis;en_cours;non_acquis;non_evalues;a_confirmer;"
        "proposition;motif"
    )
    assert lues[1] == ("'=ali;B1;18,5;30;61,67;61,67;0;0;0;6;0;non évalué;épreuves manquantes : B1-SYN, B1-RAP, B1-CAS")


def test_the_workbook_has_its_sheets(exporte, tmp_path, regles):
    exporte()
    classeur = openpyxl.load_workbook(tmp_path / "exports" / "notes.xlsx")
    assert classeur.sheetnames == [
        *("Lisez-moi", "Compétences", "Détail", "Blocs", "Certification", "Devoirs", "Cellules", "Anomalies"),
    ]
    lisez_moi = "\n".join(str(case.value) for ligne in classeur["Lisez-moi"] for case in ligne)
    assert f"SHA-256 {regles.empreinte}" in lisez_moi
    assert "Version 2 du" in lisez_moi
    assert "Document édité le 23 novembre 2026." in lisez_moi
    assert "Ce document n'est pas un certificat." in lisez_moi
    assert "au 18 décembre 2023 : il a pris fin." in lisez_moi
    for nom in classeur.sheetnames[1:]:
        assert f"Feuille « {nom} »" in lisez_moi


def test_the_competence_sheet_reads_as_two_headers_then_real_rates(exporte, tmp_path):
    exporte()
    onglet = openpyxl.load_workbook(tmp_path / "exports" / "notes.xlsx")["Compétences"]
    assert [case.value for case in onglet[1]][:5] == [None, "C1", None, None, "C2"]
    assert [case.value for case in onglet[2]][:4] == ["Apprenant", "Taux", None, "Statut"]
    assert [case.value for case in onglet[3]][:7] == ["=ali", 0.8, "✔", "non évalué", 0.4333, "▲", "non évalué"]
    assert (onglet["A3"].data_type, onglet["B3"].number_format, onglet.freeze_panes) == ("s", "0.0%", "B3")
    assert onglet.conditional_formatting


def test_the_assignment_sheet_shows_the_penalty(exporte, tmp_path):
    exports = exporte()
    ali = exports.devoirs.set_index(["apprenant", "devoir"]).loc[("=ali", "B1-QST")]
    assert ali[["brut", "penalite", "points", "max"]].tolist() == [18.5, 1.5, 17.0, 30.0]
    onglet = openpyxl.load_workbook(tmp_path / "exports" / "notes.xlsx")["Devoirs"]
    ligne = next(ligne for ligne in onglet.iter_rows(values_only=True) if ligne[:2] == ("=ali", "B1-QST"))
    assert ligne[2:8] == ("corrigé", 18.5, 1.5, 17.0, 30.0, 17 / 30)
    assert ligne[8:] == (dt.datetime(2026, 11, 20, 16, 0), 0)


def test_the_tables_come_with_the_files(exporte, referentiel):
    exports = exporte()
    assert len(exports.notes) == 2 * 3
    assert len(exports.competences) == 2 * 25
    assert len(exports.blocs) == 2 * 5
    assert len(exports.devoirs) == 2 * 2
    assert exports.anomalies.empty
    assert exports.referentiel is referentiel


def test_anomalies_given_and_found_are_together(exporte, tmp_path):
    signalees = pd.DataFrame(
        [("zoe", "B1-QST", None, "Copie égarée.")], columns=["apprenant", "devoir", "cellule", "motif"]
    )
    exports = exporte(etiquetes=[COURS[0], ("B1-QST", "qst_c2", "C2", 10, "test")], anomalies=signalees)
    assert exports.anomalies[["apprenant", "devoir", "cellule", "code"]].to_numpy().tolist() == [
        ["zoe", "B1-QST", "", ""],
        ["", "B1-SYN", "syn_diag", "hors_source"],
        ["", "B1-QST", "qst_c2", "bareme_different"],
    ]
    assert lignes(tmp_path / "exports" / "anomalies.csv")[1] == "zoe;B1-QST;;;Copie égarée."


def test_anomalies_without_their_columns_are_refused(exporte):
    with pytest.raises(ErreurSchema, match="motif"):
        exporte(anomalies=pd.DataFrame(columns=["apprenant", "devoir", "cellule"]))


def test_an_export_replaces_the_former_one(exporte, tmp_path):
    exporte()
    (tmp_path / "exports" / "à garder.txt").write_text("note du coordinateur")
    exporte({"zoe": {}})
    assert len(lignes(tmp_path / "exports" / "apprenant_x_competence.csv")) == 3
    assert (tmp_path / "exports" / "à garder.txt").read_text() == "note du coordinateur"


@pytest.mark.parametrize("bloque", ["cohorte.html", "apprenant_x_bloc.csv", "anomalies.csv"])
def test_when_one_file_cannot_be_replaced_nothing_changes(exporte, tmp_path, monkeypatch, bloque):
    exporte()
    sortie = tmp_path / "exports"
    avant = {chemin.name: chemin.read_bytes() for chemin in sortie.iterdir()}
    remplacer = Path.replace

    def refuser(chemin, cible):
        # As Windows does when a file is open in a spreadsheet.
        if chemin == sortie / bloque:
            raise PermissionError(13, "Permission denied", str(chemin))
        return remplacer(chemin, cible)

    monkeypatch.setattr(Path, "replace", refuser)
    with pytest.raises(ErreurRncp, match="Aucun fichier n'a été modifié"):
        exporte({"zoe": {}})
    assert {chemin.name: chemin.read_bytes() for chemin in sortie.iterdir()} == avant


def test_a_failure_while_writing_leaves_no_trace(exporte, tmp_path, monkeypatch):
    def echouer(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rncp_utils.grading.exports.ecrire_csv_fr", echouer)
    with pytest.raises(ErreurRncp, match="plein"):
        exporte()
    assert list((tmp_path / "exports").iterdir()) == []


def test_a_course_without_learners_is_exported_empty(exporte, tmp_path):
    exports = exporte({})
    assert exports.blocs.empty
    assert lignes(tmp_path / "exports" / "apprenant_x_bloc.csv")[1:] == [""]
    assert "Aucune réponse n’est notée à ce jour." in (tmp_path / "exports" / "cohorte.html").read_text("utf-8")


def test_a_file_in_place_of_the_folder_is_told_in_one_sentence(exporte, tmp_path):
    (tmp_path / "exports").write_text("occupé")
    with pytest.raises(ErreurRncp, match="ne peuvent pas être écrits"):
        exporte()
    assert (tmp_path / "exports").read_text() == "occupé"


def test_a_missing_gradebook_writes_nothing(source, tmp_path):
    with pytest.raises(ErreurDonnees, match="introuvable"):
        exporter(f"sqlite:///{tmp_path}/absent.db", source(COURS), tmp_path / "exports")
    assert not (tmp_path / "exports").exists()
