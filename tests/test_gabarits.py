"""The authoring guide says what the code does: its snippets are read, its table of rules is the table."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
import yaml

from rncp_utils import evaluation, lecon
from rncp_utils.competences.verification import REGLES
from rncp_utils.lecon.fiche import Exercice, Fiche, Source, charger_fiche, lire_champs
from rncp_utils.lecon.questions import TYPES

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = (DOCS / "guide_auteur.md").read_text(encoding="utf-8")
# Names that a lesson computes before the snippet.
DU_CAS = {"ebe", "va", "taxes", "personnel", "euros", "simuler", "ebe_simule"}


def blocs(langue: str) -> list[str]:
    return re.findall(rf"^ *```{langue}\n(.*?)^ *```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("code", blocs("python"))
def test_le_code_du_guide_se_lit_et_n_appelle_que_des_noms_connus(code: str) -> None:
    arbre = ast.parse(code)
    connus = {*dir(lecon), *dir(evaluation), *DU_CAS}
    connus |= {noeud.name for noeud in ast.walk(arbre) if isinstance(noeud, ast.FunctionDef)}
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.ImportFrom):
            connus |= {a.name for a in noeud.names if hasattr(importlib.import_module(noeud.module), a.name)}
    appels = {n.func.id for n in ast.walk(arbre) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert appels <= connus


def test_l_exercice_du_guide_est_accepte_tel_quel() -> None:
    (texte,) = blocs("yaml")
    champs = lire_champs(Exercice.model_validate(yaml.safe_load(texte)))
    assert [(question.id, list(formatif.erreurs)) for question, formatif in champs] == [("ebe", ["sans_impots"])]


def test_le_guide_nomme_chaque_type_de_champ_chaque_statut_et_chaque_champ_de_fiche() -> None:
    statuts = Source.model_fields["statut"].annotation.__args__
    for nom in [*TYPES, *statuts, *Fiche.model_fields, *Exercice.model_fields]:
        assert f"`{nom}`" in GUIDE, nom


def test_la_table_des_regles_est_celle_du_code() -> None:
    lignes = re.findall(r"^\| (V\d\d)( ○)? \| (.*) \| (\w+) \|$", GUIDE, re.MULTILINE)
    assert lignes == [(k, " ○" if r.acceptable else "", r.titre, r.gravite) for k, r in REGLES.items()]


def test_les_chemins_du_guide_existent() -> None:
    for chemin in re.findall(r"docs/gabarits/[\w.]+|source/B1-QST", GUIDE):
        assert (DOCS.parent / chemin).exists(), chemin


def test_le_gabarit_de_lecon_a_les_douze_parties() -> None:
    fiche = charger_fiche(DOCS / "gabarits" / "B9_L9_gabarit.yaml")
    assert len(fiche.sequences) == 2
    types = {question.type for exercice in fiche.exercices.values() for question, _ in lire_champs(exercice)}
    assert types >= {"QCU", "NUM", "ORD", "RED"}
    parties = re.findall(r"^\| (\d+)\. .*?\| (?:cellule )?(`.*?) \|", GUIDE, re.MULTILINE)
    notebook = (DOCS / "gabarits" / "lecon.ipynb").read_text(encoding="utf-8")
    assert [int(rang) for rang, _ in parties] == list(range(1, 13))
    for _, cellules in parties:
        for nom in re.findall(r"`(\w+)`", cellules):
            assert f'"id": "{nom}"' in notebook, nom
