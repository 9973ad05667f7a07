"""Lecture d'un dossier de devoirs : les notebooks, leurs cellules nbgrader et leurs étiquettes de compétence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.reader import reads
from nbformat.validator import iter_validate

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.referentiel import MOTIF_CODE, MOTIF_CODE_BLOC, PREFIXE_ENTRAINEMENT, Referentiel

_RESSEMBLE_A_UN_CODE = re.compile(rf"{MOTIF_CODE}|{MOTIF_CODE_BLOC}", re.IGNORECASE)


@dataclass(frozen=True)
class Cellule:
    """Cellule suivie par nbgrader. ``points`` vaut None si la cellule notée n'en déclare pas de valables."""

    grade_id: str
    notee: bool
    manuelle: bool
    points: float | None
    etiquettes: tuple[str, ...]

    def competences(self, referentiel: Referentiel) -> tuple[str, ...]:
        """Étiquettes qui sont des codes de compétence de la fiche."""
        return tuple(e for e in self.etiquettes if e in referentiel.codes_competences)

    def codes_inconnus(self, referentiel: Referentiel) -> tuple[str, ...]:
        """Étiquettes qui ont la forme d'un code (``C99``, ``c4``, ``B1.4``) sans être un code court de la fiche."""
        connus = referentiel.codes_competences
        return tuple(e for e in self.etiquettes if e not in connus and _RESSEMBLE_A_UN_CODE.fullmatch(e.strip()))


@dataclass(frozen=True)
class Notebook:
    """Notebook d'un devoir ; ``illisible`` dit en français pourquoi il n'a pas pu être lu, et vaut None sinon."""

    nom: str
    cellules: tuple[Cellule, ...] = ()
    identifiants: tuple[str, ...] = ()
    illisible: str | None = None


@dataclass(frozen=True)
class Devoir:
    """Dossier de devoir et ses notebooks, dans l'ordre alphabétique."""

    nom: str
    notebooks: tuple[Notebook, ...]

    @property
    def entrainement(self) -> bool:
        """Vrai pour un devoir d'entraînement, qui n'appartient à aucun bloc et ne certifie rien."""
        return self.nom.startswith(PREFIXE_ENTRAINEMENT)


def lire_dossier(dossier_source: Path | str) -> list[Devoir]:
    """Tous les devoirs d'un dossier ``source/`` ; les dossiers cachés et les fichiers isolés sont ignorés.

    Un notebook illisible est rendu avec son motif. ErreurDonnees si le dossier n'existe pas.
    """
    dossier = Path(dossier_source)
    if not dossier.is_dir():
        raise ErreurDonnees(f"Le dossier des devoirs « {dossier} » n'existe pas ; vérifiez son chemin.")
    sous_dossiers = sorted(d for d in dossier.iterdir() if d.is_dir() and not d.name.startswith((".", "_")))
    return [Devoir(d.name, tuple(_lire_notebook(n) for n in sorted(d.glob("*.ipynb")))) for d in sous_dossiers]


def _lire_notebook(chemin: Path) -> Notebook:
    """``nbformat.read`` repairs duplicated cell ids while reading: the raw reader is used so that they can be seen."""
    try:
        contenu = reads(chemin.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, AttributeError, nbformat.ValidationError):
        return Notebook(chemin.name, illisible="ce n'est pas un notebook ; restaurez-en une version lisible")
    if contenu.get("nbformat") != nbformat.current_nbformat:
        return Notebook(chemin.name, illisible="format trop ancien ; réenregistrez-le avec JupyterLab")
    ecart = next(iter_validate(contenu), None)
    if ecart is not None:
        ou = " › ".join(str(e + 1) if isinstance(e, int) else str(e) for e in ecart.absolute_path) or "racine"
        return Notebook(chemin.name, illisible=f"structure invalide ({ou}) ; réenregistrez-le avec JupyterLab")
    cellules = tuple(_cellule(c.metadata) for c in contenu.cells if _suivie(c.metadata))
    return Notebook(chemin.name, cellules, tuple(c.id for c in contenu.cells if "id" in c))


def _suivie(metadonnees: dict[str, Any]) -> bool:
    nbgrader = metadonnees.get("nbgrader")
    return isinstance(nbgrader, dict) and any(nbgrader.get(cle) for cle in ("grade", "solution", "locked", "task"))


def _cellule(metadonnees: dict[str, Any]) -> Cellule:
    nbgrader = metadonnees["nbgrader"]
    tache, notee = bool(nbgrader.get("task")), bool(nbgrader.get("grade"))
    points = nbgrader.get("points")
    valables = isinstance(points, int | float) and not isinstance(points, bool) and 0 <= points < float("inf")
    return Cellule(
        grade_id=str(nbgrader.get("grade_id") or ""),
        notee=notee or (tache and points is not None),
        manuelle=tache or (notee and bool(nbgrader.get("solution"))),
        points=float(points) if valables else None,
        etiquettes=tuple(metadonnees.get("tags", ())),
    )
