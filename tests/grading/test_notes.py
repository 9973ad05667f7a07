"""One row a learner and graded cell: points as nbgrader counts them, nothing missing, nothing silently 0."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy.dialects import postgresql

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.grading.carnet import requete_des_cellules, requete_des_notes, requete_des_remises
from rncp_utils.grading.notes import COLONNES, notes_par_cellule

COURS = [
    ("B1-SYN", "syn_ebe", "C5", 10, "test"),
    ("B1-SYN", "syn_diag", "C5", 20, "redaction"),
    ("B1-SYN", "syn_pieces", "C6", 5, "tache"),
    ("B1-QST", "qst_c1", "C1", 15, "test"),
]
SYN = {"syn_ebe": 7.5, "syn_diag": {"manual_score": 12.0, "needs_manual_grade": False}}


@pytest.fixture
def lire(carnet, etiquettes):
    """Notes of a course, indexed by learner and cell."""

    def notes(copies, cours=COURS):
        return notes_par_cellule(carnet(cours, copies), etiquettes(cours)).set_index(["apprenant", "cellule"])

    return notes


def test_every_learner_meets_every_cell(lire):
    notes = lire({"zoe": {}, "ali": {"B1-SYN": {"notes": SYN}}})
    assert list(notes.index) == [
        (apprenant, cellule)
        for apprenant in ("ali", "zoe")
        for cellule in ("syn_ebe", "syn_diag", "syn_pieces", "qst_c1")
    ]
    assert list(notes.reset_index()[list(COLONNES)].columns) == list(COLONNES)
    assert list(notes.loc["ali", "bloc"].unique()) == ["B1"]
    assert list(notes.loc["ali", "competence"]) == ["C5", "C5", "C6", "C1"]


def test_work_not_handed_in_has_no_points(lire):
    notes = lire({"zoe": {}}).loc["zoe"]
    assert list(notes["statut"]) == ["non remis"] * 4
    assert notes["points"].isna().all()
    assert notes["remis_le"].isna().all()
    assert list(notes["max"]) == [10.0, 20.0, 5.0, 15.0]
    assert list(notes["retard_s"]) == [0.0] * 4


@pytest.mark.parametrize(
    ("note", "points", "statut"),
    [
        (7.5, 7.5, "corrigé"),
        (0.0, 0.0, "corrigé"),
        ({"auto_score": 3.0, "manual_score": 5.0, "needs_manual_grade": False}, 5.0, "corrigé"),
        ({"auto_score": 3.0, "extra_credit": 1.5, "needs_manual_grade": False}, 4.5, "corrigé"),
        ({"auto_score": 3.0, "manual_score": 5.0, "needs_manual_grade": True}, 5.0, "à confirmer"),
        ({"needs_manual_grade": True}, None, "échec de correction"),
        ({"needs_manual_grade": False}, None, "échec de correction"),
        ({"extra_credit": 2.0, "needs_manual_grade": False}, None, "échec de correction"),
        ({"manual_score": 0.0, "needs_manual_grade": False}, 0.0, "corrigé"),
    ],
)
def test_points_of_a_test_cell_follow_nbgrader(lire, note, points, statut):
    ligne = lire({"ali": {"B1-QST": {"notes": {"qst_c1": note}}}}).loc[("ali", "qst_c1")]
    assert (None if pd.isna(ligne["points"]) else ligne["points"], ligne["statut"]) == (points, statut)


@pytest.mark.parametrize("cellule", ["syn_diag", "syn_pieces"])
def test_written_work_without_a_mark_waits_for_a_person(lire, cellule):
    ligne = lire({"ali": {"B1-SYN": {"notes": SYN | {cellule: {}}}}}).loc[("ali", cellule)]
    assert ligne["statut"] == "à confirmer"
    assert pd.isna(ligne["points"])


def test_an_unchanged_answer_that_nbgrader_scored_zero_is_marked(lire):
    ligne = lire({"ali": {"B1-SYN": {"notes": {"syn_diag": 0.0}}}}).loc[("ali", "syn_diag")]
    assert (ligne["points"], ligne["statut"]) == (0.0, "corrigé")


def test_comments_come_with_written_answers_and_tasks(lire):
    commentaires = {"syn_diag": "Causes à préciser.", "syn_pieces": "Complet."}
    notes = lire({"ali": {"B1-SYN": {"notes": SYN, "commentaires": commentaires}}}).loc["ali"]
    assert notes["commentaire"].dropna().to_dict() == commentaires


def test_lateness_counts_from_the_learner_s_own_deadline(lire, echeance):
    rendu = echeance + dt.timedelta(hours=3)
    notes = lire(
        {
            "a_l_heure": {"B1-QST": {"remis_le": echeance}},
            "en_retard": {"B1-QST": {"remis_le": rendu}},
            "prolonge": {"B1-QST": {"remis_le": rendu, "prolongation": dt.timedelta(hours=2)}},
            "sans_date": {"B1-QST": {"remis_le": None}},
        }
    ).xs("qst_c1", level="cellule")
    assert notes["retard_s"].to_dict() == {"a_l_heure": 0.0, "en_retard": 10800.0, "prolonge": 3600.0, "sans_date": 0.0}
    assert notes.loc["en_retard", "remis_le"] == pd.Timestamp("2026-11-20T20:00:00Z")


def test_the_penalty_is_that_of_the_whole_assignment(lire):
    notes = lire({"ali": {"B1-SYN": {"notes": SYN, "penalite": 2.5}, "B1-QST": {}}}).loc["ali"]
    assert notes["penalite"].to_dict() == {"syn_ebe": 2.5, "syn_diag": 2.5, "syn_pieces": 2.5, "qst_c1": 0.0}


def test_a_cell_unknown_to_source_keeps_its_points_without_competence(carnet, etiquettes):
    url = carnet(COURS, {"ali": {"B1-QST": {"notes": {"qst_c1": 9.0}}}})
    notes = notes_par_cellule(url, etiquettes(COURS[:3])).set_index("cellule")
    assert notes.loc["qst_c1", "points"] == 9.0
    assert pd.isna(notes.loc["qst_c1", "competence"])
    assert notes.loc["qst_c1", "statut"] == "corrigé"


def test_a_gradebook_without_learners_gives_an_empty_table(lire):
    assert lire({}).empty


def test_each_table_is_read_once_whatever_the_number_of_learners(carnet, etiquettes):
    requetes = []

    def noter(connexion, curseur, requete, *reste):
        requetes.append(requete)

    def compter(nombre: int) -> int:
        url = carnet(COURS, {f"apprenant_{rang}": {"B1-SYN": {"notes": SYN}, "B1-QST": {}} for rang in range(nombre)})
        requetes.clear()
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", noter)
        try:
            assert len(notes_par_cellule(url, etiquettes(COURS))) == nombre * 4
        finally:
            sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", noter)
        lues = [requete for requete in requetes if requete.startswith("SELECT")]
        assert sum("FROM grade" in requete for requete in lues) == 1
        return len(lues)

    assert compter(12) == compter(1) == 5


def test_the_statements_are_also_written_for_postgresql():
    for requete, debut in (
        (requete_des_cellules(), "SELECT base_cell.id, base_cell.type"),
        (requete_des_remises(), "SELECT submitted_assignment.assignment_id"),
        (requete_des_notes(), "SELECT grade.cell_id"),
    ):
        assert str(requete.compile(dialect=postgresql.dialect())).startswith(debut)


@pytest.mark.parametrize(
    ("url", "morceau"),
    [
        ("sqlite:///{dossier}/absent.db", "est introuvable"),
        ("sqlite:///{dossier}/autre.db", "n'est pas celui de nbgrader"),
        ("sqlite:///{dossier}/texte.db", "n'est pas celui de nbgrader"),
        ("gradebook.db", "n'est pas reconnue"),
        ("inconnu://serveur/base", "n'est pas reconnue"),
    ],
)
def test_a_bad_address_is_told_in_one_sentence(tmp_path, etiquettes, url, morceau):
    (tmp_path / "autre.db").touch()
    (tmp_path / "texte.db").write_text("ceci n'est pas une base de données\n" * 100)
    with pytest.raises(ErreurDonnees, match=morceau):
        notes_par_cellule(url.format(dossier=tmp_path), etiquettes(COURS))
    assert not (tmp_path / "absent.db").exists()


def test_a_table_without_the_tags_is_refused(carnet, etiquettes):
    with pytest.raises(ErreurSchema, match=r"\(bloc\)"):
        notes_par_cellule(carnet(COURS, {}), etiquettes(COURS).drop(columns="bloc"))


def test_two_cells_with_one_name_are_refused(carnet, etiquettes):
    with pytest.raises(ErreurDonnees, match="B1-QST › qst_c1"):
        notes_par_cellule(carnet(COURS, {}), etiquettes([*COURS, COURS[-1]]))
