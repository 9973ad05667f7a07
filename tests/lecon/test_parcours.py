"""The suggested path: what the home page says of it, and that the real course can be followed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rncp_utils.erreurs import ErreurListe
from rncp_utils.lecon import Accueil
from rncp_utils.lecon.fiche import charger_fiche
from rncp_utils.lecon.parcours import Parcours, charger_parcours, controler_parcours, ordonner
from rncp_utils.lecon.progression import noter_exercice

ESSAI = Path(__file__).with_name("lecon_essai.yaml")
ORDRE = (
    "ordre: [M0, B1, B2, B4, B3, B5]\ntutore_minutes: {B1: 90}\nrythme: Sans hâte.\nraison: Le bloc 5 rassemble tout.\n"
)


@pytest.fixture
def cours(tmp_path: Path) -> Path:
    """Three lessons: B4-L1 asks for B1-L5, B3-L1 asks for B4-L1 and advises B1-L5."""
    (tmp_path / "parcours.yaml").write_text(ORDRE, encoding="utf-8")
    texte = re.sub(r"^prerequis: .*\n", "", ESSAI.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for code, avant in {
        "B1-L5": "",
        "B3-L1": "prerequis: [B4-L1]\nconseilles: [B1-L5]\n",
        "B4-L1": "prerequis: [B1-L5]\n",
    }.items():
        dossier = tmp_path / f"bloc{code[1]}"
        dossier.mkdir()
        nom = code.replace("-", "_")
        (dossier / f"{nom}.yaml").write_text(texte.replace("lecon: B1-L5", f"lecon: {code}") + avant, encoding="utf-8")
        (dossier / f"{nom}.ipynb").write_text("{}", encoding="utf-8")
    return tmp_path


def accueil(cours: Path) -> str:
    return Accueil(dossier=cours).affichages()[0]["text/html"].replace("\xa0", " ")


def test_l_accueil_suit_l_ordre_conseille_et_dit_le_temps(cours):
    page = accueil(cours)
    assert "Ordre conseillé : prise en main, bloc 1, bloc 2, bloc 4, bloc 3, bloc 5." in page
    assert "1 h 30 avec un tuteur. Sans hâte." in page
    assert page.index("<h2>Bloc 2") < page.index("<h2>Bloc 4") < page.index("<h2>Bloc 3") < page.index("<h2>Bloc 5")


def test_l_accueil_dit_ce_qui_est_a_faire_avant_et_ce_qui_est_fait(cours):
    page = accueil(cours)
    assert '<td><a href="bloc4/B4_L1.ipynb">B4-L1</a> ; utile : <a href="bloc1/B1_L5.ipynb">B1-L5</a></td>' in page
    assert '<td><a href="bloc1/B1_L5.ipynb">B1-L5</a></td>' in page
    for exercice in ("E1", "E2", "E3"):
        noter_exercice(cours / "bloc1", "B1-L5", exercice, competence="C5", part=1.0)
    assert '<td>✔ <a href="bloc1/B1_L5.ipynb">B1-L5</a></td>' in accueil(cours)


def test_l_accueil_rappelle_ce_que_demande_une_lecon_commencee_trop_tot(cours):
    noter_exercice(cours / "bloc3", "B3-L1", "E1", competence="C5", part=1.0)
    page = accueil(cours)
    assert 'reprendre <a href="bloc3/B3_L1.ipynb">' in page
    assert 'Avant elle : <a href="bloc4/B4_L1.ipynb">' in page


def test_un_parcours_mal_ecrit_est_refuse_en_une_fois(cours):
    (cours / "parcours.yaml").write_text("ordre: M0\ntutore_minutes: {B1: -5}\nvitesse: 3\n", encoding="utf-8")
    with pytest.raises(ErreurListe) as refus:
        charger_parcours(cours)
    assert len(refus.value.fautes) == 3


def test_un_parcours_impraticable_se_dit(cours):
    fiches = [charger_fiche(chemin) for chemin in sorted(cours.glob("*/*.yaml"))]
    assert controler_parcours(fiches, charger_parcours(cours)) == []
    assert controler_parcours(fiches, Parcours(ordre=("B3", "B4", "B1"))) == [
        "La leçon B3-L1 demande B4-L1, qui vient après elle dans l'ordre conseillé.",
        "La leçon B3-L1 demande B1-L5, qui vient après elle dans l'ordre conseillé.",
        "La leçon B4-L1 demande B1-L5, qui vient après elle dans l'ordre conseillé.",
    ]
    assert controler_parcours(fiches[1:], charger_parcours(cours)) == [
        "La leçon B4-L1 demande B1-L5, qui n'existe pas.",
        "La leçon B3-L1 demande B1-L5, qui n'existe pas.",
    ]


def test_le_parcours_du_cours_se_suit(depot):
    fiches = [charger_fiche(chemin) for chemin in sorted((depot / "course").glob("*/*.yaml"))]
    parcours = charger_parcours(depot / "course")
    assert controler_parcours(fiches, parcours) == []
    assert ordonner(fiches, parcours)[0].lecon == "M0"
    assert {fiche.bloc or "M0" for fiche in fiches} <= set(parcours.ordre)
