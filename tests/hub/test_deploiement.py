"""Des fichiers donnés et mis à jour : ce que la personne a changé reste à elle."""

from __future__ import annotations

from pathlib import Path

import pytest

from rncp_utils.hub.deploiement import deployer


@pytest.fixture
def arbre(tmp_path: Path):
    source = tmp_path / "source"
    (source / "bloc").mkdir(parents=True)
    (source / "bloc" / "lecon.ipynb").write_text("1", encoding="utf-8")
    (source / "accueil.ipynb").write_text("1", encoding="utf-8")
    return source, tmp_path / "cible", tmp_path / "manifeste.json"


def test_la_premiere_fois_tout_est_donne(arbre):
    source, cible, manifeste = arbre
    assert deployer(*arbre) == []
    assert (cible / "bloc" / "lecon.ipynb").read_text() == "1"
    (source / "bloc" / "__pycache__").mkdir()
    (source / "bloc" / "__pycache__" / "x.pyc").write_text("x")
    deployer(source, cible, manifeste)
    assert not (cible / "bloc" / "__pycache__").exists()


def test_une_nouvelle_version_arrive_sauf_sur_ce_qui_a_change(arbre):
    source, cible, _ = arbre
    deployer(*arbre)
    (cible / "bloc" / "lecon.ipynb").write_text("mes réponses", encoding="utf-8")
    for nom in ("bloc/lecon.ipynb", "accueil.ipynb"):
        (source / nom).write_text("2", encoding="utf-8")
    assert deployer(*arbre) == ["bloc/lecon.ipynb"]
    assert (cible / "accueil.ipynb").read_text() == "2"
    assert (cible / "bloc" / "lecon.ipynb").read_text(encoding="utf-8") == "mes réponses"
    # The next version too, and a third one.
    (source / "bloc" / "lecon.ipynb").write_text("3", encoding="utf-8")
    assert deployer(*arbre) == ["bloc/lecon.ipynb"]
    assert (cible / "bloc" / "lecon.ipynb").read_text(encoding="utf-8") == "mes réponses"


def test_ce_qui_etait_la_avant_n_est_jamais_ecrase(arbre):
    _, cible, _ = arbre
    cible.mkdir()
    (cible / "accueil.ipynb").write_text("le mien", encoding="utf-8")
    assert deployer(*arbre) == ["accueil.ipynb"]
    assert (cible / "accueil.ipynb").read_text(encoding="utf-8") == "le mien"


def test_revenir_a_la_version_donnee_la_remet_a_jour(arbre):
    source, cible, _ = arbre
    deployer(*arbre)
    (cible / "accueil.ipynb").write_text("essai", encoding="utf-8")
    (source / "accueil.ipynb").write_text("2", encoding="utf-8")
    assert deployer(*arbre) == ["accueil.ipynb"]
    (cible / "accueil.ipynb").write_text("1", encoding="utf-8")
    assert deployer(*arbre) == []
    assert (cible / "accueil.ipynb").read_text() == "2"
