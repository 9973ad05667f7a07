"""What was graded, of which submission, against which assignment: one small file a copy, written last.

The gradebook keeps scores, not what they were computed from. These files, in ``.rncp/autograde/`` of the course, are
what lets a run that was killed finish the rest, and a regrading of an unchanged copy keep what a person decided.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rncp_utils.autograde.execution.bilan import KEY, Bilan
from rncp_utils.autograde.execution.dossiers import FILE_MAX
from rncp_utils.fichiers import ecrire_texte

VERSION = 1
FOLDER = Path(".rncp") / "autograde"


@dataclass(frozen=True)
class Etat:
    """A graded copy.

    Attributes
    ----------
    devoir_lu, copie_lue
        Fingerprints of the source assignment and of the submission that the scores come from.
    bilans
        Report of each notebook, by name.
    """

    devoir_lu: str
    copie_lue: str
    bilans: dict[str, Bilan] = field(default_factory=dict)

    @property
    def motifs(self) -> tuple[str, ...]:
        """Why the copy is to be examined; empty when it is not."""
        return tuple(motif for bilan in self.bilans.values() for motif in bilan.motifs)

    @property
    def remarques(self) -> tuple[str, ...]:
        """What is told without asking for a look."""
        return tuple(remarque for bilan in self.bilans.values() for remarque in bilan.remarques)

    @property
    def tests_dans_a(self) -> tuple[str, ...]:
        """Tests that ran beside the learner's code, as their author asked."""
        return tuple(test for bilan in self.bilans.values() for test in bilan.tests_dans_a)


def chemin_etat(cours: Path, devoir: str, apprenant: str) -> Path:
    """Where the state of a copy is kept."""
    return cours / FOLDER / devoir / f"{apprenant}.json"


def lire_etat(cours: Path, devoir: str, apprenant: str) -> Etat | None:
    """State of a copy; None when it was never graded, or by something else than this package."""
    try:
        contenu = json.loads(chemin_etat(cours, devoir, apprenant).read_text(encoding="utf-8"))
        if contenu["version"] != VERSION:
            return None
        bilans = {nom: Bilan.lire(bilan) for nom, bilan in contenu["notebooks"].items()}
        return Etat(contenu["devoir_lu"], contenu["copie_lue"], bilans)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def ecrire_etat(cours: Path, devoir: str, apprenant: str, etat: Etat) -> None:
    """Keep the state of a copy: after its scores and its notebooks, never before."""
    contenu = {
        "version": VERSION,
        "devoir_lu": etat.devoir_lu,
        "copie_lue": etat.copie_lue,
        "notebooks": {nom: bilan.en_json() for nom, bilan in etat.bilans.items()},
    }
    chemin = chemin_etat(cours, devoir, apprenant)
    ecrire_texte(chemin, json.dumps(contenu, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def anomalies_de_correction(cours: Path, devoir: str, apprenant: str) -> list[tuple[str, str]]:
    """What running a copy showed, for the table of anomalies: a stable code and one French sentence each.

    ``"execution"`` asks for a person's look, ``"sortie"`` is only told. Empty when the copy ran well, or never did.
    """
    etat = lire_etat(cours, devoir, apprenant)
    if etat is None:
        return []
    return [("execution", motif) for motif in etat.motifs] + [("sortie", remarque) for remarque in etat.remarques]


def empreinte(dossier: Path) -> str:
    """Digest of the files of a folder: names and contents (size and date for a huge file, target for a link)."""
    total = hashlib.sha256()
    for racine, sous_dossiers, fichiers in os.walk(dossier):
        sous_dossiers[:] = sorted(nom for nom in sous_dossiers if nom != ".ipynb_checkpoints")
        for nom in sorted(fichiers):
            chemin = Path(racine) / nom
            total.update(f"{chemin.relative_to(dossier)}\0".encode(errors="surrogateescape"))
            total.update(_contenu(chemin))
    return total.hexdigest()


def _contenu(chemin: Path) -> bytes:
    etat = chemin.lstat()
    if chemin.is_symlink():
        return os.fsencode(chemin.readlink())
    if not chemin.is_file():
        return b"special"
    if etat.st_size > FILE_MAX:
        return f"{etat.st_size} {etat.st_mtime_ns}".encode()
    return hashlib.sha256(chemin.read_bytes()).digest()


def apres_conversion(*, notebooks: Sequence[str], **_: object) -> None:
    """nbgrader's ``Autograde.post_convert_hook``: keep the state of the copy that holds these notebooks."""
    for copie in {Path(notebook).parent for notebook in notebooks}:
        noter_etat(copie)


def noter_etat(copie: Path) -> Etat:
    """Keep the state of ``submitted/<learner>/<assignment>``, which has just been autograded."""
    cours, apprenant, devoir = copie.parents[2], copie.parent.name, copie.name
    corrigee = cours / "autograded" / apprenant / devoir
    bilans = {chemin.stem: _bilan(chemin) for chemin in sorted(corrigee.glob("*.ipynb"))}
    etat = Etat(empreinte(cours / "source" / devoir), empreinte(copie), bilans)
    ecrire_etat(cours, devoir, apprenant, etat)
    return etat


def _bilan(notebook: Path) -> Bilan:
    contenu = json.loads(notebook.read_text(encoding="utf-8"))
    return Bilan.lire(contenu["metadata"].get(KEY))
