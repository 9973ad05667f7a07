"""The coverage matrix is computed from the tags and points of the cells, exactly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from nbformat import NotebookNode

from rncp_utils.competences import exiger, lire_devoirs, matrice
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.referentiel import Referentiel

Ecrire = Callable[..., Path]
Notee = Callable[..., NotebookNode]


@pytest.fixture
def source(ecrire: Ecrire, notee: Notee) -> Path:
    ecrire("M2-DOS", notee("d4", 60, "K4"), notee("d5", 40, "K5", "masquee"))
    ecrire("M1-ORAL", notee("o1", 75.5, "K1", nature="manuelle"), nom="a.ipynb")
    ecrire("M1-ORAL", notee("o2", 24.5, "K2", nature="tache"), nom="b.ipynb")
    return ecrire("F-M1", notee("f3", 7, "K3"), notee("libre", None, grade=False))


def test_une_ligne_par_cellule_notee_dans_l_ordre_de_la_fiche(source: Path, exemple: Referentiel) -> None:
    cellules = lire_devoirs(source, exemple)
    assert cellules.astype({"devoir": str, "competence": str}).to_numpy().tolist() == [
        ["M1-ORAL", "a.ipynb", "o1", "K1", "M1", 75.5, True],
        ["M1-ORAL", "b.ipynb", "o2", "K2", "M1", 24.5, True],
        ["M2-DOS", "copie.ipynb", "d4", "K4", "M2", 60.0, False],
        ["M2-DOS", "copie.ipynb", "d5", "K5", "M2", 40.0, False],
        ["F-M1", "copie.ipynb", "f3", "K3", "M1", 7.0, False],
    ]
    assert list(cellules.columns) == ["devoir", "notebook", "cellule", "competence", "bloc", "points", "manuel"]


def test_matrice_exacte_sans_les_entrainements(source: Path, exemple: Referentiel) -> None:
    exiger(source, exemple)
    attendue = pd.DataFrame(
        {
            "M1-ORAL": [75.5, 24.5, 0.0, 0.0, 0.0],
            "M2-DOS": [0.0, 0.0, 0.0, 60.0, 40.0],
            "total": [75.5, 24.5, 0.0, 60.0, 40.0],
            "nb_epreuves": [1, 1, 0, 1, 1],
        },
        index=pd.Index(["K1", "K2", "K3", "K4", "K5"], name="competence"),
    )
    pd.testing.assert_frame_equal(matrice(lire_devoirs(source, exemple)), attendue)


def test_points_cumules_dans_une_epreuve_et_entre_epreuves(ecrire: Ecrire, notee: Notee, rncp: Referentiel) -> None:
    ecrire("B1-RAP", notee("r1", 10, "C10"), notee("r2", 5, "C2"))
    source = ecrire("B1-SYN", notee("s1", 1, "C2"), notee("s2", 2, "C2"), notee("s3", 4, "C1"))
    table = matrice(lire_devoirs(source, rncp))
    assert list(table.columns) == ["B1-SYN", "B1-RAP", "total", "nb_epreuves"]
    assert list(table.index) == list(rncp.codes_competences)
    assert table.loc["C2"].tolist() == [3, 5, 8, 2]
    assert table.loc["C1"].tolist() == [4, 0, 4, 1]
    assert table.loc["C10"].tolist() == [0, 10, 10, 1]
    assert table["total"].sum() == 22


def test_une_matrice_se_calcule_sur_une_table_filtree(source: Path, exemple: Referentiel) -> None:
    cellules = lire_devoirs(source, exemple)
    table = matrice(cellules[~cellules["manuel"]])
    assert list(table.columns) == ["M2-DOS", "total", "nb_epreuves"]
    assert table["total"].tolist() == [0, 0, 0, 60, 40]


def test_un_dossier_sans_devoir_donne_une_matrice_a_zero(tmp_path: Path, exemple: Referentiel) -> None:
    table = matrice(lire_devoirs(tmp_path, exemple))
    assert list(table.columns) == ["total", "nb_epreuves"]
    assert table["total"].tolist() == [0, 0, 0, 0, 0]


def test_une_cellule_sans_competence_certaine_reste_visible_et_bloque_la_matrice(
    ecrire: Ecrire, notee: Notee, exemple: Referentiel
) -> None:
    source = ecrire("M1-DOS", notee("d1", 50, "K1", "K2"), notee("d2", 20), notee("d3", None, "K3"))
    cellules = lire_devoirs(source, exemple)
    assert cellules["competence"].isna().tolist() == [True, True, False]
    assert cellules["points"].isna().tolist() == [False, False, True]
    with pytest.raises(ErreurDonnees, match="M1-DOS › d1, M1-DOS › d2, M1-DOS › d3"):
        matrice(cellules)


def test_un_notebook_illisible_n_est_pas_passe_sous_silence(source: Path, exemple: Referentiel) -> None:
    (source / "M2-DOS" / "abime.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ErreurListe, match=r"M2-DOS › abime\.ipynb"):
        lire_devoirs(source, exemple)


def test_une_table_d_une_autre_origine_est_refusee(source: Path, exemple: Referentiel) -> None:
    with pytest.raises(ErreurSchema, match="ne vient pas de lire_devoirs"):
        matrice(lire_devoirs(source, exemple).astype({"competence": str}))
    with pytest.raises(ErreurSchema, match="ne vient pas de lire_devoirs"):
        matrice(pd.DataFrame({"points": [1]}))
