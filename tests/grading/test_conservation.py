"""Retention: what has outlived its time, all of it or nothing, and no name left behind."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
import sqlalchemy
from nbgrader.api import Gradebook

from rncp_utils.erreurs import ErreurListe, ErreurRncp
from rncp_utils.grading.conservation import charger_durees, executer, inventorier, reprendre, suppression
from rncp_utils.grading.journal import lire_journal
from rncp_utils.grading.pseudonymes import ouvrir_pseudonymes

COURS = [
    ("B1-QST", "qst_c1", "C1", 15, "test"),
    ("B1-SYN", "syn_diag", "C5", 20, "redaction"),
    ("F-B1", "essai", "C1", 8, "test"),
]
JOUR = dt.date(2026, 11, 26)
VIEUX, RECENT = dt.datetime(2023, 11, 20, 17), dt.datetime(2025, 11, 27, 17)


def poser(chemin: Path, texte: str = "x", jour: dt.datetime = VIEUX) -> Path:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text(texte)
    os.utime(chemin, (jour.timestamp(), jour.timestamp()))
    return chemin


@pytest.fixture
def cours(carnet, tmp_path):
    """Two learners: the copies of « ali » are three years old, those of « zoe » a year but for one."""
    copies = {
        "ali": {
            "B1-QST": {"notes": {"qst_c1": 12.0}, "remis_le": VIEUX},
            "B1-SYN": {"remis_le": VIEUX, "commentaires": {"syn_diag": "À revoir."}},
        },
        "zoe": {"B1-QST": {"remis_le": RECENT}, "F-B1": {"remis_le": VIEUX}},
    }
    url = carnet(COURS, copies)
    for apprenant, rendues in copies.items():
        for devoir in rendues:
            poser(tmp_path / "submitted" / apprenant / devoir / "copie.ipynb")
            poser(tmp_path / "autograded" / apprenant / devoir / "copie.ipynb")
    poser(tmp_path / "exports" / "pv_2023-S2_20231206_v1.pdf")
    poser(tmp_path / "exports" / "cohorte.html")
    poser(tmp_path / "observations" / "ali.csv")
    poser(tmp_path / "observations" / "observateurs.csv")
    poser(tmp_path / "observations" / "annuaire.json")
    return tmp_path, url


def echus(cours, jour=JOUR):
    return inventorier(*cours, charger_durees(), jour)


def tout(dossier: Path) -> set[str]:
    """Every file of the course but the gradebook and the audit journal."""
    fichiers = (c for c in dossier.rglob("*") if c.is_file() and c.suffix not in (".db", ".jsonl"))
    return {str(chemin.relative_to(dossier)) for chemin in fichiers}


def remises(url: str) -> set[tuple[str, str]]:
    with Gradebook(url) as carnet:
        return {(r.student.id, r.assignment.name) for a in carnet.assignments for r in a.submissions}


def test_what_is_due(cours):
    assert [(e.categorie, e.apprenant, e.devoir, e.date) for e in echus(cours)] == [
        ("brouillons", "", "", VIEUX.date()),
        ("brouillons", "zoe", "F-B1", VIEUX.date()),
        ("copies", "", "", VIEUX.date()),
        ("copies", "ali", "B1-QST", VIEUX.date()),
        ("copies", "ali", "B1-SYN", VIEUX.date()),
    ]


def test_the_day_before_is_not_due(cours):
    veille = dt.date(2026, 11, 19)
    assert not [e for e in echus(cours, veille) if e.categorie == "copies"]
    assert [e for e in echus(cours, dt.date(2026, 11, 20)) if e.categorie == "copies"]


def test_minutes_of_the_jury_are_kept_fifty_years(cours):
    assert "pv" not in {e.categorie for e in echus(cours, dt.date(2073, 12, 5))}
    assert "pv" in {e.categorie for e in echus(cours, dt.date(2073, 12, 6))}


def test_a_copy_handed_in_again_starts_its_time_again(cours):
    dossier, _ = cours
    poser(dossier / "submitted" / "ali" / "B1-QST" / "timestamp.txt", "2025-01-02 10:00:00 UTC")
    assert ("ali", "B1-QST") not in {(e.apprenant, e.devoir) for e in echus(cours)}


def test_the_inventory_changes_nothing(cours):
    dossier, url = cours
    avant = tout(dossier), remises(url)
    echus(cours)
    assert (tout(dossier), remises(url)) == avant


def test_all_that_is_due_goes_and_nothing_else(cours):
    dossier, url = cours
    executer(*cours, echus(cours), qui="Claire Petit")
    assert tout(dossier) == {
        "submitted/zoe/B1-QST/copie.ipynb",
        "autograded/zoe/B1-QST/copie.ipynb",
        "exports/pv_2023-S2_20231206_v1.pdf",
        "observations/observateurs.csv",
        "observations/annuaire.json",
    }
    assert remises(url) == {("zoe", "B1-QST")}
    assert not (dossier / "submitted" / "ali").exists()
    assert echus(cours) == []


def test_no_trace_of_the_learner_is_left_in_the_gradebook(cours):
    dossier, url = cours
    executer(*cours, echus(cours))
    moteur = sqlalchemy.create_engine(url)
    with moteur.connect() as connexion:
        eleves = connexion.execute(sqlalchemy.text("SELECT id FROM student")).scalars().all()
        orphelines = {
            table: connexion.execute(
                sqlalchemy.text(
                    f"SELECT count(*) FROM {table} WHERE notebook_id NOT IN (SELECT id FROM submitted_notebook)"
                )
            ).scalar()
            for table in ("grade", "comment")
        }
    moteur.dispose()
    assert eleves == ["zoe"]
    assert orphelines == {"grade": 0, "comment": 0}
    # SQLite would keep the bytes of what it deletes.
    assert "À revoir.".encode() not in (dossier / "gradebook.db").read_bytes()


def test_the_journal_keeps_the_number_never_the_names(cours):
    executer(*cours, echus(cours), qui="Claire Petit")
    journal = lire_journal(cours[0])
    assert journal["quoi"].tolist() == ["purge engagée", "purge faite"]
    assert journal["objet"].tolist() == ["brouillons : 2, copies : 3"] * 2
    assert "ali" not in (cours[0] / "journal_audit.jsonl").read_text()


@pytest.mark.parametrize("panne", ["fichier", "carnet"])
def test_when_something_resists_nothing_changes(cours, monkeypatch, panne):
    dossier, url = cours
    elements = echus(cours)
    avant = tout(dossier), remises(url)
    if panne == "fichier":
        renommer = Path.rename

        def refuser(chemin, cible):
            if chemin == dossier / "submitted" / "ali" / "B1-SYN":
                raise PermissionError(13, "Permission denied", str(chemin))
            return renommer(chemin, cible)

        monkeypatch.setattr(Path, "rename", refuser)
    else:

        def echouer(*_):
            raise sqlalchemy.exc.OperationalError("DELETE", {}, Exception("database is locked"))

        # In the middle of the transaction, once the marks are gone.
        effacer = suppression._effacer
        monkeypatch.setattr(suppression, "_effacer", lambda *a: (effacer(*a), echouer()))
    with pytest.raises(ErreurRncp, match="rien n'a été supprimé"):
        executer(*cours, elements)
    assert (tout(dossier), remises(url)) == avant
    assert not list(dossier.glob(".purge-*"))
    assert lire_journal(dossier)["quoi"].tolist() == ["purge engagée", "purge annulée"]


class Coupure(BaseException):
    """The machine stops: no handler runs."""


@pytest.mark.parametrize(
    ("ou", "achevee"),
    [("_ecarter", False), ("_effacer_du_carnet", False), ("_detruire", True)],
)
def test_a_purge_that_was_cut_is_undone_or_finished(cours, monkeypatch, ou, achevee):
    dossier, url = cours
    avant, elements = (tout(dossier), remises(url)), echus(cours)
    vraie = getattr(suppression, ou)

    def couper(*arguments):
        if ou == "_ecarter":
            vraie(*arguments)
        raise Coupure

    monkeypatch.setattr(suppression, ou, couper)
    with pytest.raises(Coupure):
        executer(*cours, elements)
    monkeypatch.undo()
    assert reprendre(*cours) == 1
    assert not list(dossier.glob(".purge-*"))
    if achevee:
        assert echus(cours) == []
        assert remises(url) == {("zoe", "B1-QST")}
    else:
        assert (tout(dossier), remises(url)) == avant


def test_a_purge_cut_right_after_the_gradebook_is_finished(cours, monkeypatch):
    dossier, url = cours
    elements, effacer = echus(cours), suppression._effacer_du_carnet

    def couper(*arguments):
        effacer(*arguments)
        raise Coupure

    monkeypatch.setattr(suppression, "_effacer_du_carnet", couper)
    with pytest.raises(Coupure):
        executer(*cours, elements)
    monkeypatch.undo()
    reprendre(*cours)
    assert remises(url) == {("zoe", "B1-QST")}
    assert "submitted/ali/B1-QST/copie.ipynb" not in tout(dossier)
    assert not list(dossier.glob(".purge-*"))


def test_durations_can_be_set_and_are_checked(tmp_path):
    chemin = tmp_path / "durees.yaml"
    texte = "version: 2\ndate: 2026-01-01\nstatut: validé\nbrouillons: 6\ncopies: 24\npv: 600\n"
    chemin.write_text(texte, encoding="utf-8")
    assert charger_durees(chemin).echeance("copies", dt.date(2024, 11, 26)) == JOUR
    chemin.write_text(texte.replace("24", "0"), encoding="utf-8")
    with pytest.raises(ErreurListe, match="copies"):
        charger_durees(chemin)


def test_the_key_of_the_pseudonyms_is_not_touched(cours):
    dossier, _ = cours
    cle = ouvrir_pseudonymes(dossier).cle
    executer(*cours, echus(cours))
    assert ouvrir_pseudonymes(dossier).cle == cle
