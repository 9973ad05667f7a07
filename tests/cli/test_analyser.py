"""``rncp analyser``: documents in, diagnosis out, one French sentence for a bad one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from rncp_utils.cli import main
from rncp_utils.entreprise import ecrire_liasse_csv, ecrire_liasse_xlsx
from rncp_utils.entreprise.exemples import fournil, martin, martin_n1


@pytest.fixture
def documents(tmp_path):
    ecrire_liasse_csv(martin(), tmp_path / "martin.csv")
    ecrire_liasse_xlsx(martin_n1(), tmp_path / "martin_n1.xlsx")
    ecrire_liasse_csv(fournil(), tmp_path / "fournil.csv")
    return tmp_path


def lancer(*arguments: object):
    return CliRunner().invoke(main, ["analyser", *map(str, arguments)])


def test_martin_sur_deux_exercices(documents):
    rendu = lancer(documents / "martin.csv", documents / "martin_n1.xlsx")
    assert rendu.exit_code == 0, rendu.output
    for texte in (
        "Diagnostic financier : SARL Menuiserie Martin",
        "82\u202f000\xa0€",
        "68\u202f800\xa0€",
        "N = 20,19, zone « sain »",
        "La trésorerie nette a augmenté de 3\u202f300\xa0€",
        "Une partie des mouvements est déduite",
    ):
        assert texte in rendu.output
    assert max(map(len, rendu.output.splitlines())) <= 100


def test_fournil_dit_ce_qui_manque(documents):
    rendu = lancer(documents / "fournil.csv")
    assert rendu.exit_code == 0, rendu.output
    assert "régime simplifié" in rendu.output and "73\u202f000\xa0€" in rendu.output
    assert "Le bilan (2033-A) n'est pas" in rendu.output


def test_ecrire_classeur_et_page(documents):
    rendu = lancer(documents / "martin.csv", "--xlsx", documents / "d" / "m.xlsx", "--html", documents / "d" / "m.html")
    assert rendu.exit_code == 0, rendu.output
    assert (documents / "d" / "m.xlsx").read_bytes().startswith(b"PK")
    assert (documents / "d" / "m.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_plusieurs_entreprises(documents):
    deux = (documents / "martin.csv", documents / "fournil.csv")
    rendu = lancer(*deux)
    assert rendu.exit_code == 0 and rendu.output.count("Diagnostic financier : ") == 2
    rendu = lancer(*deux, "--html", documents / "m.html")
    assert rendu.exit_code == 1 and "choisissez-en une avec --siren" in rendu.output
    assert not (documents / "m.html").exists()
    rendu = lancer(*deux, "--siren", "Le Fournil")
    assert rendu.exit_code == 0 and "Martin" not in rendu.output


@pytest.mark.parametrize("contenu", [b"%PDF-1.7 ...", b"", b"PK\x03\x04 abime", b"a;b\n1;2\n", b"\x00\x01\x02" * 50])
def test_un_mauvais_document_est_refuse_en_une_phrase(tmp_path, contenu):
    chemin = tmp_path / "document.csv"
    chemin.write_bytes(contenu)
    rendu = lancer(chemin)
    assert rendu.exit_code == 1
    assert "document.csv" in rendu.output and len(rendu.output.strip().splitlines()) == 1
    assert "Traceback" not in rendu.output and "Error" not in rendu.output


def test_un_fichier_absent(tmp_path):
    rendu = lancer(tmp_path / "absent.csv")
    assert rendu.exit_code == 1 and "absent.csv" in rendu.output and "introuvable" in rendu.output


def test_l_aide_ne_charge_rien_de_lourd():
    programme = (
        "import sys, rncp_utils.cli.principal\n"
        "print([nom for nom in ('pandas', 'matplotlib', 'numpy', 'openpyxl') if nom in sys.modules])"
    )
    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True).stdout
    assert sortie.strip() == "[]"
