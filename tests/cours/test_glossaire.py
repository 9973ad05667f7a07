"""The glossary of the course says what its lessons say."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from rncp_utils.erreurs import ErreurListe
from rncp_utils.lecon.glossaire import (
    FICHIER,
    Terme,
    charger_glossaire,
    code_de_lecon,
    contient,
    motif,
    ordre,
    par_lettre,
)
from rncp_utils.lecon.mots import Glossaire, mots_de_la_lecon
from rncp_utils.yaml_strict import lire_yaml

TERMES_PAR_LECON = 3


@pytest.fixture(scope="module")
def termes(depot: Path) -> tuple[Terme, ...]:
    return charger_glossaire(depot / "course" / FICHIER)


@pytest.fixture(scope="module")
def lecons(depot: Path) -> dict[str, str]:
    """Text of each lesson, without the marks of emphasis: its notebook and its sheet."""
    textes = {}
    for notebook in sorted((depot / "course").glob("*/*.ipynb")):
        cellules = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        texte = "\n".join("".join(cellule["source"]) for cellule in cellules)
        textes[code_de_lecon(notebook.stem)] = re.sub(
            r"[*«»]", "", texte + notebook.with_suffix(".yaml").read_text(encoding="utf-8")
        )
    return textes


def test_chaque_lecon_citee_existe_et_contient_le_terme(termes, lecons):
    absents = [
        f"{terme.terme} : {code}"
        for terme in termes
        for code in terme.lecons
        if code not in lecons or not contient(lecons[code], terme)
    ]
    assert absents == []


def test_chaque_lecon_a_ses_mots(termes, lecons):
    compte = Counter(code for terme in termes for code in terme.lecons)
    assert {code: compte[code] for code in lecons if compte[code] < TERMES_PAR_LECON} == {}


def test_le_fichier_est_dans_l_ordre_alphabetique_francais(depot):
    ecrits = [entree["terme"] for entree in lire_yaml(depot / "course" / FICHIER).contenu]
    assert ecrits == sorted(ecrits, key=ordre)


def test_l_ordre_ignore_accents_majuscules_et_ligatures():
    mots = ["zone", "Écart", "échelle", "Œuvre", "effet", "EBE", "à terme"]
    assert sorted(mots, key=ordre) == ["à terme", "EBE", "Écart", "échelle", "effet", "Œuvre", "zone"]


def test_chaque_terme_a_sa_propre_ancre(termes):
    assert len({terme.ancre for terme in termes}) == len(termes)
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", terme.ancre) for terme in termes)


@pytest.mark.parametrize(
    ("forme", "phrase", "trouve"),
    [
        ("besoin en fonds de roulement", "Les besoins en fonds de roulement montent", True),
        ("compte courant d'associé", "Les comptes courants d’associés", True),
        ("BFR", "un bfr", False),
        ("BFR", "Le BFR.", True),
        ("gage", "Il engage la banque", False),
        ("capital social", "capitaux sociaux", True),
        ("mandat de prélèvement", "Mandat de prélèvement", True),
        ("PAC", "le PACS", False),
    ],
)
def test_un_terme_se_reconnait_au_pluriel_mais_pas_dans_un_autre_mot(forme, phrase, trouve):
    assert bool(motif(forme).search(phrase)) == trouve


def test_un_glossaire_mal_ecrit_est_refuse_en_une_fois(tmp_path):
    fautif = tmp_path / FICHIER
    fautif.write_text(
        f'- {{terme: "prêt", definition: "{"mot " * 41}", lecons: [B1-L2]}}\n'
        '- {terme: "pret", definition: "Un autre.", lecons: [leçon 3]}\n'
        '- {terme: "seul", definition: "Sans leçon.", lecons: []}\n'
    )
    with pytest.raises(ErreurListe) as refus:
        charger_glossaire(fautif)
    texte = str(refus.value)
    assert "41 mots ; 40 au plus" in texte and "« leçon 3 » n'est pas un code" in texte
    assert "« pret » nomme deux entrées" in texte and "entrée 3" in texte


def test_la_page_du_lab_va_d_une_lettre_a_ses_mots_puis_a_une_lecon(depot, termes):
    [affichage] = Glossaire(dossier=depot / "course").affichages()
    html = affichage["text/html"]
    for lettre, _ in par_lettre(termes):
        assert f'href="#lettre-{lettre}"' in html and f'id="lettre-{lettre}"' in html
    assert html.count("<dt ") == len(termes)
    assert 'href="bloc1/B1_L2_plan_actions.ipynb"' in html


def test_la_fin_d_une_lecon_montre_ses_mots(depot):
    html = mots_de_la_lecon("B1-L2", depot / "course" / "bloc1")
    assert "<dt>vivier</dt>" in html and 'href="../glossaire.ipynb"' in html and "nantissement" not in html


def test_sans_glossaire_une_lecon_ne_montre_rien(tmp_path):
    assert mots_de_la_lecon("B1-L2", tmp_path / "bloc1") == ""
