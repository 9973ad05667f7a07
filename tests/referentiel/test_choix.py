"""The sheet that the course follows is chosen once, for every part of the library that takes it without naming it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.referentiel import charger_referentiel, charger_regles
from rncp_utils.referentiel.choix import VARIABLE, choisir_fiche
from rncp_utils.referentiel.regles import CHEMIN_REGLES


@pytest.fixture(autouse=True)
def sans_choix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_sans_choix_la_fiche_livree(monkeypatch: pytest.MonkeyPatch) -> None:
    assert charger_referentiel() is charger_referentiel("rncp31919")
    monkeypatch.setenv(VARIABLE, "  ")
    assert charger_referentiel() is charger_referentiel("rncp31919")


def test_la_fiche_choisie_est_celle_que_chacun_recoit(fiche: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(fiche))
    assert charger_referentiel().certification.code == "90001"
    assert charger_referentiel() is charger_referentiel()
    assert charger_referentiel("rncp31919").certification.code == "31919"


def test_une_fiche_corrigee_est_relue(fiche: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copie = tmp_path / "autre.yaml"
    shutil.copy(fiche, copie)
    monkeypatch.setenv(VARIABLE, str(copie))
    assert charger_referentiel().competence("K2").libelle == "Décrire le sol"
    copie.write_text(
        copie.read_text(encoding="utf-8").replace("Décrire le sol", "Décrire le terrain"), encoding="utf-8"
    )
    assert charger_referentiel().competence("K2").libelle == "Décrire le terrain"


def test_le_choix_d_une_commande_ne_dure_que_cette_commande(fiche: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fiche.parent)
    with choisir_fiche(fiche.name):
        # Absolute: what the command starts may work in another folder.
        monkeypatch.chdir("/")
        assert charger_referentiel().certification.code == "90001"
        with choisir_fiche("31919"):
            assert charger_referentiel().certification.code == "31919"
        with choisir_fiche(None):
            assert charger_referentiel().certification.code == "90001"
    assert charger_referentiel().certification.code == "31919"


def test_une_fiche_introuvable_est_dite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nulle/part.yaml")
    with pytest.raises(ErreurDonnees, match=rf"« /nulle/part.yaml », est introuvable ; corrigez {VARIABLE}"):
        charger_referentiel()


def test_les_regles_a_cote_de_la_fiche_sont_les_siennes(
    fiche: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copie = tmp_path / "autre.yaml"
    shutil.copy(fiche, copie)
    monkeypatch.setenv(VARIABLE, str(copie))
    # Without them, those of the library are refused: they were written for another sheet.
    with pytest.raises(ErreurListe, match="règles écrites pour la fiche 31919, or la fiche chargée est la 90001"):
        charger_regles()
    regles = CHEMIN_REGLES.read_text(encoding="utf-8")
    for ancien, nouveau in (
        ('"31919"', '"90001"'),
        ("exclues: [C17, C21]", "exclues: [K5]"),
        ("[B1, B2, B3, B4, B5]", "[M1, M2]"),
        ("{quorum: 3}", "{quorum: 2}"),
        ("[experience]", "[]"),
    ):
        regles = regles.replace(ancien, nouveau)
    (tmp_path / "regles.yaml").write_text(regles, encoding="utf-8")
    assert charger_regles().fiche == "90001"
    assert charger_regles().bloc.compensation.exclues == ("K5",)
