"""Every fault of an assignment is refused, with its place and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from rncp_utils.competences import Faute, controler, exiger
from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.referentiel import Referentiel

Ecrire = Callable[..., Path]
Notee = Callable[..., NotebookNode]


def resume(fautes: list[Faute]) -> list[tuple[str, str, str, str]]:
    return [(faute.devoir, faute.notebook, faute.cellule, faute.code) for faute in fautes]


def message(fautes: list[Faute]) -> str:
    (faute,) = fautes
    return faute.message.replace("\u00a0", " ")


def test_des_devoirs_en_regle_ne_donnent_aucune_faute(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    ecrire("B1-QST", notee("q1", 60, "masquee", "C1"), notee("q6", 39.9, "C6"), notee("q2", 0.1, "C2"))
    ecrire("B5-MES", notee("m1", 100, "C25", nature="tache"))
    source = ecrire("F-M0", notee("f1", 3, "C1"), notee("f2", 4, "C20"))
    (source / ".ipynb_checkpoints").mkdir()
    (source / "entete.ipynb").write_text("{", encoding="utf-8")
    assert controler(source, rncp) == []
    exiger(source, rncp)


@pytest.mark.parametrize(
    ("etiquettes", "code", "attendu"),
    [
        (
            ("masquee",),
            "sans_competence",
            "aucune étiquette de compétence ; ajoutez-en une, et une seule, à la cellule.",
        ),
        (("C1", "C2"), "plusieurs_competences", "étiquettes C1, C2 ; une cellule prouve une seule compétence."),
        (
            ("C26",),
            "competence_inconnue",
            "la compétence « C26 » n'existe pas dans la fiche ; choisissez un code de C1 à C25.",
        ),
        (
            ("K1",),
            "competence_inconnue",
            "la compétence « K1 » n'existe pas dans la fiche ; choisissez un code de C1 à C25.",
        ),
        (("c4",), "competence_inconnue", "l'étiquette « c4 » n'est pas le code attendu ; écrivez « C4 »."),
        (("B1.4",), "competence_inconnue", "l'étiquette « B1.4 » n'est pas le code attendu ; écrivez « C4 »."),
        (
            ("C7",),
            "hors_bloc",
            "C7 appartient au bloc B2, ce devoir n'évalue que C1, C2, C3, C4, C5, C6.",
        ),
    ],
)
def test_etiquettes_refusees(
    ecrire: Ecrire, notee: Notee, rncp: Referentiel, etiquettes: tuple[str, ...], code: str, attendu: str
) -> None:
    fautes = controler(ecrire("B1-QST", notee("q1", 100, *etiquettes)), rncp)
    assert resume(fautes) == [("B1-QST", "copie.ipynb", "q1", code)]
    assert message(fautes) == attendu


def test_un_code_inconnu_a_cote_d_un_code_connu_est_refuse(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    fautes = controler(ecrire("B1-QST", notee("q1", 100, "C1", "C31")), rncp)
    assert resume(fautes) == [("B1-QST", "copie.ipynb", "q1", "competence_inconnue")]


def test_les_cellules_non_notees_n_ont_pas_besoin_d_etiquette(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    libre = notee("form", None, grade=False)
    sans_points = notee("pieces", None, nature="tache")
    assert controler(ecrire("B1-QST", libre, sans_points, notee("q1", 100, "C1")), rncp) == []


@pytest.mark.parametrize(("points", "lu"), [(99.5, "99,5"), (101, "101")])
def test_une_epreuve_compte_100_points(ecrire: Ecrire, notee: Notee, rncp: Referentiel, points: float, lu: str) -> None:
    fautes = controler(ecrire("B3-MES", notee("m1", points, "C13")), rncp)
    assert resume(fautes) == [("B3-MES", "", "", "points_du_devoir")]
    assert message(fautes) == f"les cellules notées totalisent {lu} points ; une épreuve en compte 100."


@pytest.mark.parametrize("points", [None, -5, "dix", True, float("inf")])
def test_points_absents_ou_impossibles(ecrire: Ecrire, notee: Notee, rncp: Referentiel, points: float | None) -> None:
    fautes = controler(ecrire("B1-QST", notee("q1", points, "C1"), notee("q2", 100, "C1")), rncp)
    assert resume(fautes) == [("B1-QST", "copie.ipynb", "q1", "points_invalides")]


def test_grade_id_unique_dans_tout_le_devoir(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    ecrire("B1-QST", notee("q1", 50, "C1"), nom="a.ipynb")
    ecrire("B1-QST", notee("q1", 50, "C2"), nom="b.ipynb")
    fautes = controler(ecrire("B2-QST", notee("q1", 100, "C7")), rncp)
    assert resume(fautes) == [("B1-QST", "a.ipynb", "q1", "cellule_en_double")]


def test_grade_id_present(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    fautes = controler(ecrire("B1-QST", notee("", 100, "C1")), rncp)
    assert resume(fautes) == [("B1-QST", "copie.ipynb", "", "cellule_sans_nom")]


def test_identifiants_nbformat_uniques_dans_un_notebook(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    une, autre = notee("q1", 50, "C1"), notee("q2", 50, "C1")
    autre["id"] = "q1"
    fautes = controler(ecrire("B1-QST", une, autre), rncp)
    assert resume(fautes) == [("B1-QST", "copie.ipynb", "", "identifiant_en_double")]
    assert "« q1 » sert plusieurs fois" in message(fautes)


def test_un_dossier_inconnu_est_refuse(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    fautes = controler(ecrire("B5-QST", notee("q1", 10, "C1")), rncp)
    assert resume(fautes) == [("B5-QST", "", "", "devoir_inconnu")]
    assert "B1-SYN" in message(fautes)
    assert "préfixe « F- »" in message(fautes)


def test_un_entrainement_a_besoin_d_etiquettes_mais_ni_de_100_points_ni_d_un_bloc(
    ecrire: Ecrire, notee: Notee, rncp: Referentiel
) -> None:
    fautes = controler(ecrire("F-B1", notee("f1", 3, "C1"), notee("f2", 3, "C9"), notee("f3", 3)), rncp)
    assert resume(fautes) == [("F-B1", "copie.ipynb", "f3", "sans_competence")]


def test_un_dossier_sans_notebook_est_signale(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    source = ecrire("B1-QST", notee("q1", 100, "C1"))
    (source / "F-B2").mkdir()
    assert resume(controler(source, rncp)) == [("F-B2", "", "", "notebook_absent")]


@pytest.mark.parametrize(
    ("texte", "motif"),
    [
        ("", "ce n'est pas un notebook"),
        ("[]", "ce n'est pas un notebook"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, '
            '"cells": [{"cell_type": "markdown", "metadata": {}, "source": ""}]}',
            "structure invalide (cells › 1)",
        ),
        ('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "format trop ancien"),
        ('{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}', "ce n'est pas un notebook"),
    ],
)
def test_un_notebook_illisible_est_signale_sans_masquer_les_autres(
    ecrire: Ecrire, notee: Notee, rncp: Referentiel, texte: str, motif: str
) -> None:
    source = ecrire("B1-QST", notee("q1", 50, "C7"))
    (source / "B1-QST" / "abime.ipynb").write_text(texte, encoding="utf-8")
    fautes = controler(source, rncp)
    assert resume(fautes) == [
        ("B1-QST", "abime.ipynb", "", "notebook_illisible"),
        ("B1-QST", "copie.ipynb", "q1", "hors_bloc"),
    ]
    assert fautes[0].message.startswith(motif)


def test_un_notebook_qui_n_est_pas_en_utf8_est_signale(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    source = ecrire("B1-QST", notee("q1", 100, "C1"))
    (source / "B1-QST" / "latin.ipynb").write_bytes("{'é'}".encode("latin-1"))
    assert resume(controler(source, rncp)) == [("B1-QST", "latin.ipynb", "", "notebook_illisible")]


def test_exiger_dit_toutes_les_fautes_avec_leur_lieu(ecrire: Ecrire, notee: Notee, exemple: Referentiel) -> None:
    ecrire("M1-DOS", notee("d1", 40, "K4"), notee("d2", 50))
    source = ecrire("M2-DOS", notee("e1", 100, "K9"))
    with pytest.raises(ErreurListe, match="Des devoirs ne sont pas en règle") as refus:
        exiger(source, exemple)
    assert [faute.replace("\u00a0", " ") for faute in refus.value.fautes] == [
        "M1-DOS › copie.ipynb › d1 : K4 appartient au bloc M2, ce devoir n'évalue que K1, K2, K3.",
        "M1-DOS › copie.ipynb › d2 : aucune étiquette de compétence ; ajoutez-en une, et une seule, à la cellule.",
        "M1-DOS : les cellules notées totalisent 90 points ; une épreuve en compte 100.",
        "M2-DOS › copie.ipynb › e1 : la compétence « K9 » n'existe pas dans la fiche ; choisissez un code de K1 à K5.",
    ]


def test_un_dossier_source_absent_est_refuse(tmp_path: Path, rncp: Referentiel) -> None:
    with pytest.raises(ErreurDonnees, match="n'existe pas"):
        controler(tmp_path / "absent", rncp)


def test_lire_ne_modifie_pas_les_notebooks(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    une, autre = notee("q1", 50, "C1"), notee("q1", 50, "C1")
    chemin = ecrire("B1-QST", une, autre) / "B1-QST" / "copie.ipynb"
    avant = chemin.read_bytes()
    controler(chemin.parents[1], rncp)
    assert chemin.read_bytes() == avant
    assert [cellule.id for cellule in nbformat.reader.reads(avant.decode()).cells] == ["consignes", "q1", "q1"]
