"""The coordinator's dashboard, button by button, on a real nbgrader course."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from nbgrader.api import Gradebook

from rncp_utils.grading.documents import TITRES, lire_jury, lire_session
from rncp_utils.grading.journal import lire_journal
from rncp_utils.pilotage import TableauCoordinateur

MEMBRES = [("Claire Petit", "directrice"), ("Marc Aubry", "directeur de marché"), ("Luc Roy", "chargé d'affaires")]


@pytest.fixture
def tableau(cours, monkeypatch):
    """On a course of two learners whose copies are in the gradebook."""
    # Pages are enough here; how they are printed is tested with the documents.
    monkeypatch.setenv("RNCP_CHROMIUM", "")
    cours.inscrire("ali.roy", "bea.sow")
    with Gradebook(f"sqlite:///{cours.dossier}/gradebook.db") as carnet:
        carnet.add_assignment("B1-QST")
        carnet.add_notebook("copie", "B1-QST")
        carnet.add_grade_cell("qst_c1", "copie", "B1-QST", max_score=20, cell_type="code")
        for nom in ("ali.roy", "bea.sow"):
            (note,) = carnet.add_submission("B1-QST", nom).notebooks[0].grades
            note.auto_score, note.needs_manual_grade = 15.0, False
        carnet.db.commit()
    return TableauCoordinateur(dossier=cours.dossier)


def composer(tableau, presents: int = 3) -> None:
    for rang, ((nom, qualite), champs) in enumerate(zip(MEMBRES, tableau.jures, strict=True)):
        champs[0].value, champs[1].value, champs[3].value = nom, qualite, rang < presents


def completer(chemin, **valeurs) -> None:
    """Fill columns of a CSV file as a spreadsheet would."""
    with chemin.open(encoding="utf-8-sig", newline="") as fichier:
        lignes = list(csv.DictReader(fichier, delimiter=";"))
    with chemin.open("w", encoding="utf-8-sig", newline="") as fichier:
        ecrivain = csv.DictWriter(fichier, lignes[0].keys(), delimiter=";")
        ecrivain.writeheader()
        ecrivain.writerows(ligne | valeurs for ligne in lignes)


def test_la_session_et_le_jury_se_retrouvent(cours, tableau, presser):
    tableau.promotion.value, tableau.date_jury.value = "Promotion A", dt.date(2026, 12, 4)
    assert presser("Enregistrer la session") == "La session est enregistrée."
    composer(tableau, presents=2)
    assert "quorum n'est pas atteint : 2 membres présents sur 3" in presser("Enregistrer le jury")
    relu = TableauCoordinateur(dossier=cours.dossier)
    assert relu.promotion.value == "Promotion A"
    assert [champs[0].value for champs in relu.jures] == [nom for nom, _ in MEMBRES]
    assert lire_session(cours.dossier).date_jury == dt.date(2026, 12, 4)
    assert len(lire_jury(cours.dossier).presents) == 2


def test_du_fichier_des_inscriptions_au_pv(cours, tableau, presser):
    assert "Le procès-verbal ne peut pas être édité. Le jury n'est pas composé" in presser("Éditer le procès-verbal")
    composer(tableau)
    assert presser("Enregistrer le jury") == "Le jury est enregistré."
    assert "Aucun candidat ne peut être certifié" in presser("Éditer le procès-verbal")

    assert presser("Préparer les inscriptions").startswith("2 apprenants ajoutés, 2 au total.")
    inscriptions = cours.dossier / "session" / "inscriptions.csv"
    completer(inscriptions, voie="formation_continue", date_entree="15/01/2024")
    assert "après la fin de l'enregistrement de la fiche" in presser("Éditer le procès-verbal")
    completer(inscriptions, date_entree="15/09/2023")
    assert presser("Préparer les inscriptions").startswith("0 apprenant ajouté, 2 au total.")

    assert "« validé » ou « ajourné »" in presser("Préparer les décisions")
    decisions = cours.dossier / "session" / "decisions.csv"
    with decisions.open(encoding="utf-8-sig", newline="") as fichier:
        lignes = list(csv.DictReader(fichier, delimiter=";"))
    assert [ligne["objet"] for ligne in lignes[:6]] == ["B1", "B2", "B3", "B4", "B5", "certification"]
    completer(decisions, decision="ajourné", motif="Parcours à compléter.")
    assert presser("Préparer les décisions")
    assert "Parcours à compléter." in decisions.read_text(encoding="utf-8-sig")

    assert "1 document écrit." in presser("Éditer le procès-verbal")
    (pv,) = (cours.dossier / "exports").glob("pv_*.html")
    texte = pv.read_text(encoding="utf-8")
    assert "Parcours à compléter." in texte
    assert "Ali Roy" in texte
    assert "procès-verbal édité" in lire_journal(cours.dossier)["quoi"].tolist()


def test_une_decision_sans_motif_est_refusee_en_une_phrase(cours, tableau, presser):
    presser("Préparer les décisions")
    completer(cours.dossier / "session" / "decisions.csv", decision="validé", motif="")
    assert "écrivez le motif du jury" in presser("Éditer le procès-verbal")


def test_exporter_les_tableaux_sous_pseudonymes_sauf_demande(cours, tableau, presser):
    assert presser("Exporter les tableaux").startswith(
        "Tableaux de 2 apprenants écrits. Chaque apprenant y est sous un"
    )
    exports = cours.dossier / "exports"
    assert (exports / "notes.xlsx").exists()
    notes = exports / "notes_par_cellule.csv"
    assert "ali.roy" not in notes.read_text(encoding="utf-8-sig")
    correspondance = cours.dossier / "session" / "correspondance.csv"
    assert "ali.roy" in correspondance.read_text(encoding="utf-8-sig")
    tableau.identifiants.value = True
    assert "ne les transmettez qu'au jury" in presser("Exporter les tableaux")
    assert "ali.roy" in notes.read_text(encoding="utf-8-sig")


def test_ecrire_les_documents_choisis(cours, tableau, presser):
    assert "Aucun document n'est coché" in presser("Écrire les documents")
    for case in tableau.cases.values():
        case.value = True
    # One booklet a learner, one page for each of the other boxes.
    rendu = presser("Écrire les documents")
    assert rendu.startswith(f"{len(TITRES) - 1 + 2} documents écrits.")
    assert "Chromium n'est pas installé" in rendu
    types = {chemin.name.split("_")[0] for chemin in (cours.dossier / "exports").glob("*.html")}
    assert types == {"dossier-jury", "livret", "statistiques", "couverture", "suivi", "journal", "anomalies"}
    (sortie,) = tableau.etapes["Écrire les documents"].fichiers.outputs
    assert sortie["data"]["text/html"].count("<a href=") == len(list((cours.dossier / "exports").iterdir()))


def test_un_fichier_de_session_abime_est_dit_a_l_ouverture(cours, lire):
    (cours.dossier / "session").mkdir()
    (cours.dossier / "session" / "jury.csv").write_text("nom;qualite;lien;present\nA;b;;peut-être\n")
    (affichage,) = TableauCoordinateur(dossier=cours.dossier).affichages()
    assert "« peut-être » n'est ni oui ni non" in lire(affichage["text/html"])
