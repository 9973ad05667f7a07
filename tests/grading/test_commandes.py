"""``rncp exporter`` and ``rncp purger``, as a coordinator types them."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from click.testing import CliRunner

from rncp_utils.cli import main

COURS = [("B1-QST", "qst_c1", "C1", 15, "test"), ("F-B1", "essai", "C1", 8, "test")]
COPIES = {
    "ali.roy": {"B1-QST": {"notes": {"qst_c1": 12.0}}, "F-B1": {"notes": {"essai": 4.0}}},
    "bea.sow": {"B1-QST": {"notes": {"qst_c1": 3.0}}},
}
REMISE = dt.datetime(2023, 11, 20, 15, 0)


@pytest.fixture
def lancer(carnet, source, tmp_path, monkeypatch):
    """Runs ``rncp`` in a course folder whose copies were handed in on 20 November 2023."""
    for rendues in COPIES.values():
        for copie in rendues.values():
            copie["remis_le"] = REMISE
    carnet(COURS, COPIES)
    source(COURS)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNCP_CHROMIUM", "")
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def journal(dossier) -> str:
    return (dossier / "journal_audit.jsonl").read_text(encoding="utf-8")


def test_the_tables_are_under_pseudonyms_and_the_export_is_in_the_journal(lancer, tmp_path):
    rendu = lancer("exporter", "--machine")
    assert rendu.exit_code == 0, rendu.output
    assert "ali.roy" not in (tmp_path / "exports" / "notes_par_cellule.csv").read_text(encoding="utf-8-sig")
    assert (tmp_path / "exports" / "apprenant_x_bloc.json").exists()
    assert "la table de correspondance reste à part" in rendu.output
    assert "sous pseudonymes" in journal(tmp_path)
    lancer("exporter", "--nominatif", "--sortie", "jury")
    assert "ali.roy" in (tmp_path / "jury" / "notes_par_cellule.csv").read_text(encoding="utf-8-sig")
    assert "avec les identifiants" in journal(tmp_path)


def test_documents_are_asked_for_by_name(lancer, tmp_path):
    rendu = lancer("exporter", "jury", "livrets", "--sortie", "documents")
    assert rendu.exit_code == 0, rendu.output
    types = sorted(chemin.name.split("_")[0] for chemin in (tmp_path / "documents").glob("*.html"))
    assert types == ["dossier-jury", "livret", "livret"]
    assert "Chromium n'est pas installé" in rendu.output
    rendu = lancer("exporter", "tout", "--sortie", "complet", "--sans-pdf")
    types = {chemin.name.split("_")[0] for chemin in (tmp_path / "complet").glob("*.html")}
    assert types == {"dossier-jury", "livret", "statistiques", "couverture", "suivi", "journal", "anomalies"}
    assert "Chromium" not in rendu.output


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["jury", "diplome"], "Documents inconnus : diplome ; choisissez parmi jury, livrets,"),
        (["jury", "--nominatif"], "ne concernent que les tableaux"),
        (["pv"], "Le procès-verbal ne peut pas être édité. Le jury n'est pas composé"),
    ],
)
def test_a_refusal_is_one_french_sentence_and_writes_nothing(lancer, tmp_path, arguments, phrase):
    rendu = lancer("exporter", *arguments)
    assert rendu.exit_code == 1
    assert phrase in rendu.output
    assert "Error" not in rendu.output
    assert not (tmp_path / "exports").exists()


def test_a_purge_is_dry_until_it_is_asked_for(lancer, tmp_path):
    avant = (tmp_path / "gradebook.db").read_bytes()
    rendu = lancer("purger", "--au", "2024-11-20", "--rapport", "purge.csv")
    assert rendu.exit_code == 0, rendu.output
    assert "brouillons (plus de 12 mois) : 1 élément," in rendu.output
    assert "À sec : rien n'a été supprimé" in rendu.output
    assert (tmp_path / "gradebook.db").read_bytes() == avant
    with (tmp_path / "purge.csv").open(encoding="utf-8-sig", newline="") as fichier:
        (ligne,) = csv.DictReader(fichier, delimiter=";")
    assert (ligne["apprenant"], ligne["devoir"], ligne["carnet_de_notes"]) == ("ali.roy", "F-B1", "oui")

    rendu = lancer("purger", "--au", "2026-11-20", "--executer", "--par", "Claire Petit")
    assert "Supprimé : 3 éléments" in rendu.output
    assert "Claire Petit" in journal(tmp_path)
    assert "ali.roy" not in journal(tmp_path)
    assert "rien n'a dépassé sa durée" in lancer("purger", "--au", "2026-11-20").output
