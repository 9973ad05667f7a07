"""Pseudonyms: stable, tied to a key, and nothing of a person left in the files."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.grading import exporter
from rncp_utils.grading.pseudonymes import Pseudonymes, ecrire_correspondance, ouvrir_pseudonymes
from rncp_utils.grading.resultats import calculer

COURS = [("B1-QST", "qst_c1", "C1", 15, "test"), ("B1-SYN", "syn_diag", "C5", 20, "redaction")]
COPIES = {
    "zoe.martin": {
        "B1-QST": {"notes": {"qst_c1": 12.0}},
        "B1-SYN": {
            "notes": {"syn_diag": {"manual_score": 11.0, "needs_manual_grade": False}},
            "commentaires": {"syn_diag": "Bravo Zoé Martin"},
        },
    },
    "ali.benali": {"B1-QST": {"notes": {"qst_c1": 5.0}}},
}
FORME = re.compile(r"A-[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def session(ecrire_session, tmp_path):
    ecrire_session(
        "inscriptions.csv",
        "apprenant;nom;prenom;voie;date_entree",
        "zoe.martin;Martin;Zoé;formation_continue;15/09/2023",
    )
    ecrire_session("decisions.csv", "apprenant;objet;decision;motif", "zoe.martin;B1;validé;Zoé Martin a convaincu")
    return tmp_path


def test_they_are_stable_and_depend_on_the_key(tmp_path):
    une = ouvrir_pseudonymes(tmp_path).table(["ali", "zoe"])
    assert ouvrir_pseudonymes(tmp_path).table(["zoe", "ali"]) == une
    assert all(FORME.fullmatch(p) for p in une.values())
    assert len(set(une.values())) == 2
    autre = ouvrir_pseudonymes(tmp_path, tmp_path / "ailleurs" / "cle.txt").table(["ali", "zoe"])
    assert not set(une.values()) & set(autre.values())


def test_the_key_and_the_table_are_private(tmp_path):
    pseudonymes = ouvrir_pseudonymes(tmp_path)
    pseudonymes.table(["ali"])
    table = ecrire_correspondance(pseudonymes, tmp_path)
    for chemin in (tmp_path / "session" / "cle_pseudonymes.txt", table):
        assert chemin.stat().st_mode & 0o777 == 0o600


def test_two_learners_never_share_one(monkeypatch):
    # With one sign the draws collide at once: 25 learners out of 30 signs.
    monkeypatch.setattr("rncp_utils.grading.pseudonymes.LONGUEUR", 1)
    noms = [f"a{rang}" for rang in range(25)]
    assert len(set(Pseudonymes(b"cle").table(noms).values())) == 25


def test_a_lost_key_is_not_replaced_in_silence(tmp_path):
    pseudonymes = ouvrir_pseudonymes(tmp_path)
    pseudonymes.table(["ali"])
    ecrire_correspondance(pseudonymes, tmp_path)
    cle = tmp_path / "session" / "cle_pseudonymes.txt"
    cle.unlink()
    with pytest.raises(ErreurDonnees, match="ne vient pas de la clé"):
        ouvrir_pseudonymes(tmp_path)


def test_a_file_that_is_no_key_is_refused(tmp_path):
    (tmp_path / "cle.txt").write_text("motdepasse")
    with pytest.raises(ErreurDonnees, match="n'est pas une clé"):
        ouvrir_pseudonymes(tmp_path, tmp_path / "cle.txt")


def test_the_exports_name_nobody(carnet, source, session):
    pseudonymes = ouvrir_pseudonymes(session)
    signalees = pd.DataFrame(
        [("zoe.martin", "B1-QST", "", "La copie de zoe.martin est altérée.")],
        columns=["apprenant", "devoir", "cellule", "motif"],
    )
    exports = exporter(
        carnet(COURS, COPIES),
        source(COURS),
        session / "exports",
        pseudonymes=pseudonymes,
        machine=True,
        anomalies=signalees,
    )
    import zipfile

    for chemin in exports.fichiers:
        contenu = chemin.read_bytes()
        if chemin.suffix == ".xlsx":
            with zipfile.ZipFile(chemin) as classeur:
                contenu = b"".join(classeur.read(nom) for nom in classeur.namelist())
        for nom in ("martin", "Martin", "Zoé", "benali"):
            assert nom.encode() not in contenu, (chemin.name, nom)
    zoe = pseudonymes.de("zoe.martin")
    assert exports.anomalies["motif"].tolist() == [f"La copie de {zoe} est altérée."]
    assert exports.decisions[["apprenant", "objet", "decision", "motif"]].to_numpy().tolist() == [
        [zoe, "B1", "validé", ""]
    ]


def test_the_figures_are_the_same_under_pseudonyms(carnet, source, session):
    url, dossier, pseudonymes = carnet(COURS, COPIES), source(COURS), ouvrir_pseudonymes(session)
    vrais, masques = calculer(url, dossier), calculer(url, dossier, pseudonymes=pseudonymes)
    for nom in ("notes", "devoirs", "competences", "blocs"):
        cles = ["apprenant", *(c for c in ("devoir", "cellule", "competence", "bloc") if c in getattr(vrais, nom))]
        attendu = getattr(vrais, nom).assign(apprenant=lambda t: t["apprenant"].map(pseudonymes.de))
        autres = [c for c in attendu.columns if c != "commentaire"]
        pd.testing.assert_frame_equal(
            getattr(masques, nom)[autres].sort_values(cles, ignore_index=True),
            attendu[autres].sort_values(cles, ignore_index=True),
            check_dtype=False,
        )


def test_the_order_of_the_rows_is_that_of_the_pseudonyms(carnet, source, session):
    resultats = calculer(carnet(COURS, COPIES), source(COURS), pseudonymes=ouvrir_pseudonymes(session))
    assert resultats.notes["apprenant"].is_monotonic_increasing
    assert resultats.blocs["apprenant"].is_monotonic_increasing


def test_the_table_of_names_stays_apart(carnet, source, session):
    pseudonymes = ouvrir_pseudonymes(session)
    exporter(carnet(COURS, COPIES), source(COURS), session / "exports", pseudonymes=pseudonymes)
    table = ecrire_correspondance(pseudonymes, session)
    assert table.parent == session / "session"
    lignes = table.read_text("utf-8-sig").splitlines()
    assert lignes[0] == "apprenant;nom;prenom;pseudonyme"
    assert f"zoe.martin;Martin;Zoé;{pseudonymes.de('zoe.martin')}" in lignes
    # Opened again, it gives the same names.
    assert ouvrir_pseudonymes(session).connus == pseudonymes.connus
