"""What the grader takes of a folder that a learner sent: regular files, few, small; never a link."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from rncp_utils.lecon.anomalies import Anomalie, montrer
from rncp_utils.lecon.reponses import DOSSIER as ANSWERS
from rncp_utils.lecon.reponses import TAILLE_MAX
from rncp_utils.poste import fichier

PREFIX = "rncp-correction-"
SET_ASIDE = ".recu"
FILE_MAX = 50 * 2**20
FOLDER_MAX = 200 * 2**20
FILES_MAX = 2_000
ANSWER_FILES_MAX = 200


def ecarter(dossier: Path) -> list[Anomalie]:
    """Set aside, under another name, what must not be copied with a submission; say what it was.

    nbgrader copies every file of a submission with the grader's own rights, through links: this comes first. What is
    set aside ends in ``.recu``, which ``CourseDirectory.ignore`` leaves out.
    """
    anomalies = []
    for chemin, probleme in sorted(_dangereux(dossier)):
        if chemin.name.endswith(SET_ASIDE):
            continue
        chemin.rename(_libre(chemin))
        anomalies.append(_anomalie(dossier, chemin, probleme))
    return anomalies


def examiner(dossier: Path) -> list[Anomalie]:
    """The same anomalies, set aside already or not; changes nothing."""
    return [_anomalie(dossier, chemin, probleme) for chemin, probleme in sorted(_dangereux(dossier))]


def reste_un_danger(dossier: Path) -> bool:
    """Is something still there that must not be copied?"""
    return any(not chemin.name.endswith(SET_ASIDE) for chemin, _ in _dangereux(dossier))


def _anomalie(dossier: Path, chemin: Path, probleme: str) -> Anomalie:
    lu = f"fichier « {montrer(str(chemin.relative_to(dossier)).removesuffix(SET_ASIDE), 120)} »"
    return Anomalie("fichier_ecarte", lu, probleme, "il est mis de côté sans être lu")


def _libre(chemin: Path) -> Path:
    cible = chemin.with_name(chemin.name + SET_ASIDE)
    rang = 1
    while os.path.lexists(cible):
        rang += 1
        cible = chemin.with_name(f"{chemin.name}.{rang}{SET_ASIDE}")
    return cible


def _dangereux(dossier: Path) -> Iterator[tuple[Path, str]]:
    nombre = total = 0
    for racine, sous_dossiers, fichiers in os.walk(dossier):
        for nom in sous_dossiers:
            if (Path(racine) / nom).is_symlink():
                yield Path(racine) / nom, "c'est un lien vers un autre endroit"
        for nom in sorted(fichiers):
            chemin = Path(racine) / nom
            etat = chemin.lstat()
            if probleme := _probleme(etat):
                yield chemin, probleme
                continue
            nombre, total = nombre + 1, total + etat.st_size
            if etat.st_size > FILE_MAX:
                yield chemin, f"il dépasse {FILE_MAX // 2**20} Mo"
            elif nombre > FILES_MAX or total > FOLDER_MAX:
                yield chemin, f"la copie dépasse {FILES_MAX} fichiers ou {FOLDER_MAX // 2**20} Mo"


def _probleme(etat: os.stat_result) -> str:
    if stat.S_ISLNK(etat.st_mode):
        return "c'est un lien vers un autre fichier"
    if not stat.S_ISREG(etat.st_mode):
        return "ce n'est pas un fichier ordinaire"
    if etat.st_nlink > 1:
        return "c'est le second nom d'un autre fichier"
    return ""


@contextmanager
def dossier_des_tests() -> Iterator[Path]:
    """An empty folder for kernel B, gone afterwards; its name tells which process it serves."""
    with TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as nom:
        yield Path(nom)


def nettoyer_restes() -> None:
    """Remove the folders of processes that were killed."""
    for reste in Path(gettempdir()).glob(f"{PREFIX}*"):
        numero = reste.name.removeprefix(PREFIX).partition("-")[0]
        if numero.isdecimal() and not Path("/proc", numero).exists():
            # Two graders may clean at once: what the other one has just removed is no fault.
            with suppress(FileNotFoundError):
                if reste.lstat().st_uid == os.geteuid():
                    shutil.rmtree(reste, ignore_errors=True)


def copier_officiels(fichiers: list[tuple[Path, str]], cible: Path) -> None:
    """Copy the instructor's files (path, name below the assignment) where the tests will run."""
    for chemin, nom in fichiers:
        (cible / nom).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(chemin, cible / nom)


def copier_reponses(copie: Path, cible: Path) -> None:
    """Copy the answers files and the workstations of a copy, and nothing else of it, where the tests will run.

    A file that is too big, or that is no file, is put there as something as wrong but harmless: the test then says
    what was wrong with it, as it would have.
    """
    # Some names are those of old copies: tests tell them, without reading them.
    _copier(copie / ANSWERS, cible / ANSWERS, ".json", TAILLE_MAX)
    _copier(copie / fichier.DOSSIER, cible / fichier.DOSSIER, fichier.SUFFIXE, fichier.TAILLE_MAX)


def _copier(origine: Path, cible: Path, suffixe: str, maximum: int) -> None:
    """Copy the files of a folder whose name holds ``suffixe``, each up to one byte above its maximum."""
    if origine.is_symlink() or not os.path.lexists(origine):
        return
    if not origine.is_dir():
        cible.touch()
        return
    cible.mkdir()
    with os.scandir(origine) as entrees:
        for entree in sorted(entrees, key=lambda e: e.name)[:ANSWER_FILES_MAX]:
            if suffixe in entree.name.lower():
                _copier_un(Path(entree.path), cible / entree.name, maximum)


def _copier_un(source: Path, cible: Path, maximum: int) -> None:
    etat = source.lstat()
    if stat.S_ISLNK(etat.st_mode):
        cible.symlink_to("nulle-part")
        return
    if not stat.S_ISREG(etat.st_mode) or etat.st_nlink > 1:
        cible.mkdir()
        return
    # O_NOFOLLOW and a bounded read: what was looked at is what is copied.
    descripteur = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descripteur, "rb") as flux:
        cible.write_bytes(flux.read(maximum + 1))
