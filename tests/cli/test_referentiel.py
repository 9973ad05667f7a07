"""``rncp referentiel``: from a published file to a sheet that the course can follow, and what carries over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from rncp_utils.cli import main
from rncp_utils.referentiel import charger_referentiel
from rncp_utils.referentiel.chargement import DOSSIER_FICHES
from rncp_utils.referentiel.choix import VARIABLE
from tests.referentiel.xml_fiches import comme_la_fiche

EXEMPLE = Path(__file__).parents[1] / "referentiel" / "fiche_exemple.yaml"


@pytest.fixture(autouse=True)
def ici(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def lancer(*arguments: object):
    return CliRunner().invoke(main, list(map(str, arguments)))


def simple(rendu) -> str:
    """What was printed, non-breaking spaces made plain."""
    return rendu.output.replace("\u00a0", " ")


def test_sans_commande_la_fiche_est_controlee() -> None:
    attendu = "5 blocs, 25 compétences, 8 activités, 12 épreuves. Fiche conforme."
    for arguments in ([], ["31919"], ["controler", "rncp31919"]):
        rendu = lancer("referentiel", *arguments)
        assert (rendu.exit_code, attendu in rendu.output) == (0, True), rendu.output
    assert "Titre inventé de conseiller en jardins : 2 blocs" in lancer("referentiel", EXEMPLE).output
    assert "Fiche 90001" in lancer("--fiche", EXEMPLE, "referentiel").output
    assert lancer("referentiel", "rncp38026").exit_code == 1
    assert "charger" in lancer("referentiel", "--help").output


def test_charger_propose_et_n_installe_rien(ici: Path) -> None:
    (ici / "fiche.xml").write_text(comme_la_fiche(charger_referentiel()), encoding="utf-8")
    rendu = lancer("referentiel", "charger", "fiche.xml", "--fiche", "RNCP31919")
    assert rendu.exit_code == 0, rendu.output
    for texte in (
        "Proposition écrite : proposition_rncp31919.yaml. Rien n'est installé.",
        "Enregistrement terminé le 18/12/2023",
        "B1 : 6 éléments, d'après leurs codes",
        "53 valeurs à confirmer, 20 à compléter.",
        "rncp referentiel confirmer proposition_rncp31919.yaml",
    ):
        assert texte in rendu.output
    assert sorted(chemin.name for chemin in ici.iterdir()) == ["fiche.xml", "proposition_rncp31919.yaml"]
    rendu = lancer("referentiel", "confirmer", "proposition_rncp31919.yaml", "--sortie", "f.yaml")
    assert rendu.exit_code == 1 and "il reste à relire 73 valeurs" in rendu.output
    assert not (ici / "f.yaml").exists()
    rendu = lancer("referentiel", "charger", "fiche.xml")
    assert rendu.exit_code == 1 and "existe déjà, peut-être avec des relectures" in rendu.output


def test_confirmer_ecrit_dans_le_cours_et_dit_comment_s_en_servir(ici: Path) -> None:
    (ici / "nbgrader_config.py").touch()
    (ici / "source").mkdir()
    lancer("referentiel", "charger", DOSSIER_FICHES / "rncp31919.yaml", "--sortie", "p.yaml")
    rendu = lancer("referentiel", "confirmer", "p.yaml", "--par", "Claire Petit")
    assert rendu.exit_code == 0, rendu.output
    assert (ici / "referentiel" / "rncp31919.yaml").is_file()
    assert f"la variable {VARIABLE}={ici / 'referentiel' / 'rncp31919.yaml'}" in rendu.output
    assert "dans regles.yaml" in rendu.output
    assert "Enregistrement terminé le 18/12/2023" in rendu.output


def test_un_mauvais_fichier_est_refuse_en_une_phrase(ici: Path) -> None:
    (ici / "fiche.xml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><FICHES>&b;</FICHES>", encoding="utf-8")
    rendu = lancer("referentiel", "charger", "fiche.xml")
    assert rendu.exit_code == 1
    assert len(rendu.output.strip().splitlines()) == 1 and "déclare un type de document ou des entités" in rendu.output


def test_competences_suit_la_fiche_demandee(depot: Path, ici: Path) -> None:
    autre = ici / "autre.yaml"
    contenu = (DOSSIER_FICHES / "rncp31919.yaml").read_text(encoding="utf-8")
    autre.write_text(contenu.replace('code: "31919"', 'code: "90002"'), encoding="utf-8")
    rendu = lancer("--cours", depot, "competences", "--fiche", autre)
    assert rendu.exit_code == 0, rendu.output
    assert VARIABLE not in os.environ, "le choix ne dure que la commande"
    rendu = lancer("--cours", depot, "competences", "--fiche", EXEMPLE)
    assert rendu.exit_code == 1
    assert "la compétence « C5 » n'existe pas dans la fiche ; choisissez un code de K1 à K5." in simple(rendu)


@pytest.mark.lent
def test_couverture_du_cours_et_d_une_autre_fiche(depot: Path, ici: Path) -> None:
    rendu = lancer("--cours", depot, "referentiel", "couverture")
    assert rendu.exit_code == 0, rendu.output
    assert "Compétences couvertes : 25 sur 25 (au moins 1 leçon" in rendu.output
    assert "Épreuves imposées présentes dans le cours : 12 sur 12." in rendu.output
    assert "Enregistrement terminé le 18/12/2023" in rendu.output
    (page,) = (ici / "exports").glob("couverture-fiche_rncp31919_*.html")
    assert "Couverture de la fiche RNCP 31919 par le cours" in page.read_text(encoding="utf-8")
    (table,) = (ici / "exports").glob("couverture-fiche_rncp31919_*_competences.csv")
    lignes = table.read_bytes().decode("utf-8").split("\r\n")
    assert lignes[0].startswith("\ufeffbloc;competence;libelle;lecons;") and len(lignes) == 27

    rendu = lancer("--cours", depot, "referentiel", "couverture", "--fiche", EXEMPLE)
    assert rendu.exit_code == 0, rendu.output
    assert "Compétences de la fiche : 5. Confirmées : 0 ; proposées, à confirmer : 0 ; sans rien : 5" in rendu.output
    relues = ici / "exports" / "correspondances_rncp90001.yaml"
    assert relues.is_file()
    texte = relues.read_text(encoding="utf-8")
    relues.write_text(
        texte.replace("reprend: []\n  statut: à confirmer", "reprend: [C1]\n  statut: confirmé", 1), "utf-8"
    )
    rendu = lancer("--cours", depot, "referentiel", "couverture", "--fiche", EXEMPLE, "--correspondances", relues)
    assert "Confirmées : 1 ; proposées, à confirmer : 0 ; sans rien : 4 (K2, K3, K4, K5)." in rendu.output


@pytest.mark.lent
def test_une_proposition_donne_une_estimation_qui_se_dit_telle(depot: Path, ici: Path) -> None:
    (ici / "fiche.xml").write_text(comme_la_fiche(charger_referentiel()), encoding="utf-8")
    lancer("referentiel", "charger", "fiche.xml", "--sortie", "p.yaml")
    rendu = lancer("--cours", depot, "referentiel", "couverture", "--fiche", "p.yaml")
    assert rendu.exit_code == 0, rendu.output
    assert "Estimation : personne n'a confirmé cette fiche" in rendu.output
    assert "Compétences de la fiche : 25. Confirmées : 0 ; proposées, à confirmer : 25 ; sans rien : 0." in rendu.output
