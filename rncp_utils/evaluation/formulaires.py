"""``formulaires.yaml`` of an assignment: the fields of its cells, written once, without any key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.lecon.lecture_questions import incoherences, lire_question

FICHIER = "formulaires.yaml"


def charger_formulaires(chemin: Path | str) -> dict[str, list[dict[str, Any]]]:
    """Fields of each cell, as ``questions.json`` holds them.

    Raises
    ------
    ErreurDonnees, ErreurListe
        Missing file, or malformed: every fault, one French sentence each.
    """
    from rncp_utils.yaml_strict import lire_yaml  # of no use to a grading kernel

    lu = lire_yaml(Path(chemin), decimaux=False)
    fautes = list(lu.fautes)
    if not isinstance(lu.contenu, dict) or not all(isinstance(v, list) for v in lu.contenu.values()):
        fautes.append("une cellule et la liste de ses champs sont attendues, par exemple « cas_va: [{id: …}] »")
    formulaires = {} if fautes else lu.contenu
    for cellule, champs in formulaires.items():
        questions = tuple(lire_question(rang, champ, fautes) for rang, champ in enumerate(champs, start=1))
        fautes += [f"{cellule}, {faute}" for faute in incoherences(questions)]
    if fautes:
        raise ErreurListe(f"Le fichier « {lu.chemin.name} » est refusé ({len(fautes)} faute(s)) :", fautes)
    return formulaires


def formulaire_de(cellule: str, *, dossier: Path | str = ".") -> dict[str, Any]:
    """Fields of one cell, for its hidden test.

    Works only in ``source/``: when the assignment is generated, this very call is replaced by what it gives, with the
    assignment and the session (:class:`rncp_utils.autograde.preprocessors.DeriveQuestionnaire`).
    """
    formulaires = charger_formulaires(Path(dossier) / FICHIER)
    if cellule not in formulaires:
        raise ErreurDonnees(
            f"La cellule « {cellule} » n'est pas dans {FICHIER}, qui contient : {', '.join(formulaires)}."
        )
    return {"devoir": Path(dossier).resolve().name, "session": "", "cellule": cellule, "champs": formulaires[cellule]}
