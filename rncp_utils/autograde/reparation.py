"""Repair a damaged copy before it is corrected: about one real submission in twenty arrives with a damaged notebook.

The reference is the released notebook. Cells that were lost, doubled or edited although locked are put back; a notebook
that cannot be read is replaced by the released one, so that the answers files beside it are still graded. What was
received stays in the folder under another name, and every repair is told as an anomaly.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rncp_utils.autograde.execution.dossiers import ecarter, examiner
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.lecon.anomalies import Anomalie

RECEIVED = ".recu"
UNREADABLE = ".illisible"
MAX_NOTEBOOK_BYTES = 50 * 2**20


def avant_conversion(*, notebooks: Sequence[str], **_: object) -> None:
    """nbgrader's ``Autograde.pre_convert_hook``: repair the copy that holds these notebooks."""
    for dossier in {Path(notebook).parent for notebook in notebooks}:
        preparer_copie(dossier)


def preparer_copie(dossier_copie: Path) -> list[Anomalie]:
    """Make a copy fit to be read: set aside what must not be copied, then repair its notebooks."""
    return ecarter(dossier_copie) + reparer_copie(dossier_copie, officiel_de(dossier_copie))


def officiel_de(dossier_copie: Path) -> Path:
    """Released assignment of a copy: ``submitted/<learner>/<assignment>`` → ``release/<assignment>``."""
    return dossier_copie.parents[2] / "release" / dossier_copie.name


def reparer_copie(dossier_copie: Path, dossier_officiel: Path) -> list[Anomalie]:
    """Repair each notebook of a copy in place. Return what was wrong (the same again when called twice)."""
    anomalies = []
    for officiel in sorted(dossier_officiel.glob("*.ipynb")):
        recu = dossier_copie / officiel.name
        trouvees, repare = _examiner(recu, officiel)
        anomalies += trouvees
        if repare is None or (_deja_repare(recu) and recu.is_file()):
            continue
        if recu.is_symlink() or recu.exists():
            suffixe = UNREADABLE if trouvees[0].code == "notebook_illisible" else RECEIVED
            recu.replace(recu.with_name(recu.name + suffixe))
        if repare == "officiel":
            shutil.copyfile(officiel, recu)
        else:
            ecrire_texte(recu, nbformat.writes(repare))
    return anomalies


def _deja_repare(recu: Path) -> bool:
    return any(recu.with_name(recu.name + suffixe).exists() for suffixe in (RECEIVED, UNREADABLE))


def examiner_copie(dossier_copie: Path, dossier_officiel: Path) -> list[Anomalie]:
    """What is wrong with the notebooks of a copy as it was received, repaired since or not; changes nothing."""
    officiels = sorted(dossier_officiel.glob("*.ipynb"))
    dangers = [a for a in examiner(dossier_copie) if not a.lu.endswith(".ipynb »")]  # told with their notebook
    return dangers + [a for officiel in officiels for a in _examiner(dossier_copie / officiel.name, officiel)[0]]


def _examiner(recu: Path, officiel: Path) -> tuple[list[Anomalie], NotebookNode | str | None]:
    """Anomalies of one notebook, and its repaired form: a notebook, ``"officiel"``, or None when all is well."""
    for suffixe in (RECEIVED, UNREADABLE):
        if (ecarte := recu.with_name(recu.name + suffixe)).exists():
            recu = ecarte
    if not recu.is_symlink() and not recu.exists():
        return [_illisible(officiel.name, "le fichier est absent de la copie", code="notebook_absent")], "officiel"
    try:
        probleme = _refus(recu)
        if probleme:
            return [_illisible(officiel.name, probleme)], "officiel"
        notebook = nbformat.reads(recu.read_text(encoding="utf-8"), as_version=4)
        repare, anomalies = rapprocher(notebook, nbformat.read(officiel, as_version=4))
    except Exception as erreur:  # whatever a broken file makes nbformat raise: the copy is still graded
        return [_illisible(officiel.name, f"son contenu n'est pas un notebook ({type(erreur).__name__})")], "officiel"
    return anomalies, repare if anomalies else None


def _refus(recu: Path) -> str:
    if recu.is_symlink() or not recu.is_file():
        return "ce n'est pas un fichier ordinaire"
    if recu.stat().st_size > MAX_NOTEBOOK_BYTES:
        return f"il dépasse {MAX_NOTEBOOK_BYTES // 2**20} Mo"
    return ""


def _illisible(nom: str, probleme: str, *, code: str = "notebook_illisible") -> Anomalie:
    suite = "les réponses enregistrées à côté sont corrigées avec le notebook d'origine"
    return Anomalie(code=code, lu=f"notebook « {nom} »", probleme=probleme, suite=suite)


def rapprocher(recu: NotebookNode, officiel: NotebookNode) -> tuple[NotebookNode, list[Anomalie]]:
    """Give back to a copy the structure of the released notebook.

    The first cell with a given ``grade_id`` is kept, later ones become ordinary cells; a locked cell gets its released
    text back; a cell that lost its metadata is known by its id; a missing one is put back in its place.
    Cells that the learner added stay.
    """
    attendues = {_grade_id(cellule): cellule for cellule in officiel.cells if _grade_id(cellule)}
    par_id = {cellule["id"]: _grade_id(cellule) for cellule in attendues.values()}
    presents = {_grade_id(cellule) for cellule in recu.cells}
    vues: set[str] = set()
    anomalies: list[Anomalie] = []
    cellules: list[NotebookNode] = []
    for cellule in recu.cells:
        nom = _grade_id(cellule) or (
            par_id.get(cellule.get("id")) if par_id.get(cellule.get("id")) not in presents else None
        )
        if nom in attendues and nom not in vues:
            vues.add(nom)
            anomalies += _retablir(cellule, attendues[nom])
        elif nom:
            cellule.metadata.pop("nbgrader", None)
            probleme = "elle figure plusieurs fois" if nom in vues else "elle n'appartient pas à ce devoir"
            suite = "la première est corrigée" if nom in vues else "elle est gardée sans être notée"
            anomalies.append(Anomalie(code="cellule_en_trop", lu=f"cellule « {nom} »", probleme=probleme, suite=suite))
        cellules.append(cellule)
    anomalies += _remettre_manquantes(cellules, attendues)
    recu.cells = _ids_uniques(cellules)
    return recu, anomalies


def _retablir(cellule: NotebookNode, attendue: NotebookNode) -> Iterator[Anomalie]:
    nom = _grade_id(attendue)
    if cellule.metadata.get("nbgrader") != attendue.metadata["nbgrader"] or cellule.cell_type != attendue.cell_type:
        yield Anomalie(
            code="cellule_alteree", lu=f"cellule « {nom} »", probleme="son étiquetage a été perdu ou modifié",
            suite="il est rétabli",
        )  # fmt: skip
    marque = attendue.metadata["nbgrader"]
    verrouillee = (marque.get("locked") or marque.get("grade")) and not marque.get("solution")
    if verrouillee and cellule.source != attendue.source:
        yield Anomalie(
            code="cellule_modifiee", lu=f"cellule « {nom} »", probleme="cette cellule verrouillée a été modifiée",
            suite="le texte d'origine est rétabli",
        )  # fmt: skip
        cellule.source = attendue.source
    cellule.metadata = attendue.metadata
    if cellule.cell_type != attendue.cell_type:
        source = cellule.source
        cellule.clear()
        cellule.update(attendue, source=source)


def _remettre_manquantes(cellules: list[NotebookNode], attendues: dict[str, NotebookNode]) -> Iterator[Anomalie]:
    precedente = None
    for nom, attendue in attendues.items():
        places = [rang for rang, cellule in enumerate(cellules) if _grade_id(cellule) == nom]
        if not places:
            avant = [rang for rang, cellule in enumerate(cellules) if precedente and _grade_id(cellule) == precedente]
            cellules.insert(avant[0] + 1 if avant else 0, attendue)
            yield Anomalie(
                code="cellule_manquante", lu=f"cellule « {nom} »", probleme="elle a été supprimée",
                suite="elle est remise en place ; sans réponse enregistrée, elle vaut 0",
            )  # fmt: skip
        precedente = nom


def _grade_id(cellule: NotebookNode) -> str | None:
    return cellule.get("metadata", {}).get("nbgrader", {}).get("grade_id")


def _ids_uniques(cellules: list[NotebookNode]) -> list[NotebookNode]:
    vus: set[str] = set()
    for cellule in cellules:
        if cellule.get("id") in vus:
            cellule["id"] = nbformat.v4.new_raw_cell()["id"]
        vus.add(cellule.get("id"))
    return cellules
