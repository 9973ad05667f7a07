"""No number that a parameter file holds is written a second time in the code: the law changes in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rncp_utils.parametres import fiche_parametre, parametres_livres

# Too few digits to be told apart by rule, too well known to be left out.
TOUJOURS_REFUSEES = {0.35}
# (file, number): what the number is there, and why it is not the legal value.
EXCEPTIONS = {
    ("autograde/noyaux/seccomp.py", 305.0): "numéro d'un appel système de Linux",
    ("demonstration/classe.py", 0.35): "chance de réponse juste d'un apprenant inventé, sans lien avec le HCSF",
    ("donnees/agence/exercices.py", 150_000.0): "donnée inventée de l'agence, sans lien avec une délégation",
    ("donnees/agence/relation/actions.py", 150_000.0): "donnée inventée de l'agence, sans lien avec une délégation",
}


def _nombres(contenu: Any) -> Iterator[float]:
    if isinstance(contenu, dict):
        contenu = tuple(contenu.values())
    if isinstance(contenu, tuple):
        for element in contenu:
            yield from _nombres(element)
    elif contenu is not None:
        yield abs(contenu)


def _distinctive(nombre: float) -> bool:
    """Amounts from 1 000 that are not round (42 500, not 70 000), and numbers with three significant digits or more."""
    chiffres = len(Decimal(repr(nombre)).normalize().as_tuple().digits)
    return chiffres >= 2 if nombre >= 1000 else chiffres >= 3


def _valeurs_distinctives() -> dict[float, str]:
    """Each distinctive shipped number, with the first parameter that holds it."""
    valeurs: dict[float, str] = {}
    for nom in parametres_livres():
        for nombre in _nombres(fiche_parametre(nom).contenus):
            if _distinctive(nombre) or nombre in TOUJOURS_REFUSEES:
                valeurs.setdefault(float(nombre), nom)
    return valeurs


def _litteraux(source: str) -> Iterator[tuple[int, float]]:
    """Line and value of each number of a program; docstrings and their examples are text, hence not numbers."""
    for noeud in ast.walk(ast.parse(source)):
        if isinstance(noeud, ast.Constant) and type(noeud.value) in (int, float):
            yield noeud.lineno, float(noeud.value)


def _en_dur(source: str) -> list[tuple[int, float]]:
    return [(ligne, nombre) for ligne, nombre in _litteraux(source) if nombre in VALEURS]


VALEURS = _valeurs_distinctives()


@pytest.fixture(scope="module")
def trouvees(depot: Path) -> dict[tuple[str, float], str]:
    """(file, number) of each shipped value found in the library, with its place and the parameter to read instead."""
    racine = depot / "rncp_utils"
    return {
        (chemin.relative_to(racine).as_posix(), nombre): f"{chemin.name}, ligne {ligne}, {nombre} ({VALEURS[nombre]})"
        for chemin in sorted(racine.rglob("*.py"))
        for ligne, nombre in _en_dur(chemin.read_text(encoding="utf-8"))
    }


def test_aucune_valeur_livree_n_est_ecrite_dans_le_code(trouvees: dict[tuple[str, float], str]) -> None:
    fautes = [ou for cle, ou in trouvees.items() if cle not in EXCEPTIONS]
    assert not fautes, "lisez ces valeurs avec parametre() ou bareme() : " + " ; ".join(fautes)


def test_chaque_exception_sert_encore(trouvees: dict[tuple[str, float], str]) -> None:
    assert EXCEPTIONS.keys() <= trouvees.keys()


@pytest.mark.parametrize(
    "source",
    [
        "PLAFOND = 42_500\n",
        "def impot(benefice):\n    return min(benefice, 38120) * 0.15\n",
        "x = [{'seuil': -0.128}]\n",
        "def f(taux=0.1868): ...\n",
        "effort = charges / revenus <= 0.35\n",
        "coefficients = (0.717, 24)\n",
        "match ca:\n    case 203100.0: pass\n",
    ],
)
def test_une_valeur_plantee_est_trouvee(source: str) -> None:
    assert len(_en_dur(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""Plafond de 42 500 €, 42500 et 0.128."""\n',
        'def f():\n    """\n    >>> f(42500)\n    0.1868\n    """\n',
        "# 42500\nx = '42500'\n",
        "x = (0, 1, 0.5, 2, 12, 45, 60, 100, 360, 365, 1000, 10_000_000, 0.15, 0.25, 0.2, True)\n",
    ],
)
def test_ce_qui_est_banal_ou_n_est_que_du_texte_est_admis(source: str) -> None:
    assert _en_dur(source) == []


def test_les_valeurs_les_plus_connues_sont_surveillees() -> None:
    connues = {42_500, 38_120, 48_060, 203_100, 83_600, 181_917, 0.35, 0.128, 0.172, 0.186, 0.265, 0.246, 0.1868, 3.107}
    assert connues <= VALEURS.keys()
