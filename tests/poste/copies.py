"""Copies of an assignment played at the workstation, graded by its own hidden tests without nbgrader."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from rncp_utils.evaluation.formulaires import FICHIER as FORMULAIRES
from rncp_utils.evaluation.formulaires import charger_formulaires
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, FORMAT
from rncp_utils.poste.poste import Poste, Resultat
from rncp_utils.poste.situation import Situation

SESSION = "2026-S2"
Actions = Iterable[tuple[str, Mapping[str, Any]]]


def preparer(dossier: Path, devoir: str, depot: Path) -> Path:
    """What a learner receives, as far as the workstation is concerned."""
    dossier.mkdir(parents=True, exist_ok=True)
    formulaires = charger_formulaires(depot / "source" / devoir / FORMULAIRES)
    jeu = {"format": FORMAT, "devoir": devoir, "session": SESSION, "formulaires": formulaires}
    (dossier / FICHIER_QUESTIONS).write_text(json.dumps(jeu), encoding="utf-8")
    return dossier


def jouer(dossier: Path, une: Situation, devoir: str, apprenant: str, actions: Actions) -> list[Resultat]:
    """Play actions on the file of a learner."""
    poste = Poste.ouvrir(dossier, une, devoir=devoir, apprenant=apprenant, session=SESSION)
    return [poste.faire(nom, **donnees) for nom, donnees in actions]


@contextmanager
def au_poste_de(apprenant: str):
    """Work as this learner."""
    avant = os.environ.get("RNCP_APPRENANT")
    os.environ["RNCP_APPRENANT"] = apprenant
    try:
        yield
    finally:
        os.environ.pop("RNCP_APPRENANT")
        if avant is not None:
            os.environ["RNCP_APPRENANT"] = avant


def corriger(notebook: Path, dossier: Path, apprenant: str) -> dict[str, float]:
    """Points of each cell that the machine grades, from the hidden tests of the source notebook."""
    cellules = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    espace: dict[str, Any] = {}
    points = {}
    with au_poste_de(apprenant), chdir(dossier):
        for cellule in cellules:
            if cellule["cell_type"] != "code":
                continue
            marque, source = cellule["metadata"]["nbgrader"], "".join(cellule["source"])
            if marque["grade_id"] == "depart":
                exec(source, espace)  # the author's own cell
            if marque["grade"]:
                points[marque["grade_id"]] = _derniere_valeur(source, dict(espace))
    return points


def _derniere_valeur(source: str, espace: dict[str, Any]) -> float:
    """Value of the last expression of a cell, in a space of its own: no test may need another one."""
    import ast

    arbre = ast.parse(source)
    derniere = ast.Expression(arbre.body.pop().value)
    exec(compile(arbre, "test", "exec"), espace)
    return eval(compile(derniere, "test", "eval"), espace)
