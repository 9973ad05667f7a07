"""Where the learner stands: one small file a lesson, ``reponses/<lesson>__progression.json`` beside the notebook.

It is formative and local: nothing of it is graded, and a file that cannot be read only means starting again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.lecon.reponses import DOSSIER, TAILLE_MAX, VERSION
from rncp_utils.lecon.verrou import seul

SUFFIXE = "__progression.json"
NIVEAUX_DE_POSITION = (
    "Je découvre",
    "Je sais avec de l'aide",
    "Je sais faire seul·e",
    "Je sais l'expliquer à quelqu'un",
)


@dataclass(frozen=True)
class Avancement:
    """What the learner did of one lesson.

    Attributes
    ----------
    exercices : dict
        By exercise: ``competence``, ``essais``, ``part`` (best share right, 0 to 1), ``indices`` (hints opened).
    positions : dict
        Self-positioning by competence, 0 to 3.
    predictions : dict
        By simulator: what was predicted.
    """

    lecon: str
    exercices: Mapping[str, Mapping[str, Any]]
    positions: Mapping[str, int]
    predictions: Mapping[str, str]

    def reussis(self) -> list[str]:
        """Exercises done without a mistake."""
        return [nom for nom, fait in self.exercices.items() if fait["part"] >= 1]


def chemin_progression(dossier: Path, lecon: str) -> Path:
    """Path of the file of a lesson."""
    return Path(dossier) / DOSSIER / f"{lecon}{SUFFIXE}"


def lire_avancement(dossier: Path, lecon: str) -> Avancement:
    """What was recorded of a lesson; nothing where there is no file, or none that can be read."""
    brut = _lire(chemin_progression(dossier, lecon))
    exercices = {nom: _exercice(fait) for nom, fait in _objet(brut, "exercices").items() if isinstance(fait, dict)}
    positions = {c: n for c, n in _objet(brut, "positions").items() if n in range(len(NIVEAUX_DE_POSITION))}
    predictions = {nom: str(valeur)[:200] for nom, valeur in _objet(brut, "predictions").items()}
    return Avancement(lecon, exercices, positions, predictions)


def noter_exercice(
    dossier: Path, lecon: str, exercice: str, *, competence: str, part: float | None = None, indice: str = ""
) -> None:
    """Record a try (``part`` right, 0 to 1) or a hint that was opened."""
    with seul(dossier):
        deja = lire_avancement(dossier, lecon).exercices.get(exercice, {})
        fait = {"essais": 0, "part": 0.0, "indices": []} | dict(deja)
        fait["competence"] = competence
        if part is not None:
            fait["essais"] += 1
            fait["part"] = max(fait["part"], part)
        if indice and indice not in fait["indices"]:
            fait["indices"] = [*fait["indices"], indice]
        _noter(dossier, lecon, "exercices", exercice, fait)


def noter_position(dossier: Path, lecon: str, competence: str, niveau: int) -> None:
    """Record where the learner says to stand for a competence."""
    with seul(dossier):
        _noter(dossier, lecon, "positions", competence, niveau)


def noter_prediction(dossier: Path, lecon: str, simulateur: str, prediction: str) -> None:
    """Record what was predicted before a simulator was used."""
    with seul(dossier):
        _noter(dossier, lecon, "predictions", simulateur, prediction)


def _noter(dossier: Path, lecon: str, partie: str, nom: str, valeur: Any) -> None:
    chemin = chemin_progression(dossier, lecon)
    # Read again at each record: another tab may have written since.
    brut = _lire(chemin)
    brut[partie] = _objet(brut, partie) | {nom: valeur}
    brut |= {"version": VERSION, "lecon": lecon}
    brut["enregistre_le"] = datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        ecrire_texte(chemin, json.dumps(brut, ensure_ascii=False, indent=1) + "\n")
    except OSError as erreur:
        raise ErreurRncp(
            f"Votre avancement n'a pas pu être enregistré dans le dossier « {DOSSIER} » : vos réponses restent "
            "affichées, prévenez votre formateur."
        ) from erreur


def _lire(chemin: Path) -> dict[str, Any]:
    try:
        if chemin.is_symlink() or chemin.stat().st_size > TAILLE_MAX:
            return {}
        brut = json.loads(chemin.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return brut if isinstance(brut, dict) and brut.get("version") == VERSION else {}


def _objet(brut: Mapping[str, Any], cle: str) -> dict[str, Any]:
    valeur = brut.get(cle)
    return dict(valeur) if isinstance(valeur, dict) else {}


def _exercice(fait: Mapping[str, Any]) -> dict[str, Any]:
    essais, part, indices = fait.get("essais"), fait.get("part"), fait.get("indices")
    return {
        "competence": str(fait.get("competence", "")),
        "essais": essais if type(essais) is int and essais >= 0 else 0,
        "part": min(max(float(part), 0.0), 1.0) if isinstance(part, int | float) and part == part else 0.0,
        "indices": [str(indice) for indice in indices] if isinstance(indices, list) else [],
    }
