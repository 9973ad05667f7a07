"""Python and libraries that the accounts of the learners can run.

The repository's own ``.venv`` will not do: it may stand on a Python in the administrator's home, and its editable
install leads to ``source/``. The libraries are linked (copied on another disk), so that nothing is downloaded again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import rncp_utils
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.hub.lieux import Lieux

TEMOIN = ".empreinte"
# An account without any right, on every Linux.
SANS_DROITS = "nobody"
_SANS_LIEN = {"__pycache__"}
# Of Python's own folder, what no server needs.
_INUTILES = frozenset({"site-packages", "test", "tests", "idlelib", "__pycache__"})
# Kernels of every account: what goes wrong is told in French before a lesson says so itself.
NOYAU = 'c = get_config()\nc.InteractiveShellApp.extensions = ["rncp_utils.lecon.messages"]\n'


def preparer_environnement(lieux: Lieux) -> bool:
    """Make or refresh the environment; False when it was up to date.

    The new one is made beside, then takes the place of the old: the servers that run keep the files that they opened.
    """
    voulue = empreinte()
    cible = lieux.environnement
    if (cible / TEMOIN).exists() and (cible / TEMOIN).read_text(encoding="ascii") == voulue:
        return False
    python = python_pour_tous(lieux.etat / "python")
    neuf = cible.with_name(f"{cible.name}.neuf")
    shutil.rmtree(neuf, ignore_errors=True)
    subprocess.run([python, "-I", "-m", "venv", "--without-pip", str(neuf)], check=True)
    _relier_les_bibliotheques(neuf)
    _copier_notre_bibliotheque(neuf)
    _ecrire_les_commandes(neuf, cible)
    noyau = neuf / "etc" / "ipython" / "ipython_kernel_config.py"
    noyau.parent.mkdir(parents=True, exist_ok=True)
    noyau.write_text(NOYAU, encoding="utf-8")
    (neuf / TEMOIN).write_text(voulue, encoding="ascii")
    ancien = cible.with_name(f"{cible.name}.ancien")
    shutil.rmtree(ancien, ignore_errors=True)
    if cible.exists():
        cible.rename(ancien)
    neuf.rename(cible)
    shutil.rmtree(ancien, ignore_errors=True)
    return True


def empreinte() -> str:
    """Of the versions installed here and of our own code: another one asks for another environment."""
    somme = hashlib.sha256(f"{sys.version}{sys.prefix}{__file__}".encode())
    for chemin in sorted(_paquets().glob("*.dist-info")):
        somme.update(chemin.name.encode())
    for chemin in _fichiers(_notre_code()):
        somme.update(f"{chemin.relative_to(_notre_code())}".encode())
        somme.update(chemin.read_bytes())
    return somme.hexdigest()


def python_pour_tous(copie: Path) -> str:
    """The Python that runs this, or a copy of it in ``copie`` when it stands where others cannot go.

    Never another build of the same version: libraries that work with one patch release break with another (soupsieve's
    expressions, before Python 3.11.5).
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidat = Path(sys.base_prefix, "bin", version)
    if candidat.exists() and _marche(str(candidat)):
        return str(candidat)
    shutil.rmtree(copie, ignore_errors=True)
    for nom in ("bin", "lib", "include"):
        _relier(Path(sys.base_prefix, nom), copie / nom, sauf=_INUTILES)
    copiee = str(copie / "bin" / version)
    _chercher_ses_bibliotheques_ici(Path(copiee))
    if not _marche(copiee):
        raise ErreurRncp(
            f"Le Python de « {sys.base_prefix} » n'est pas accessible aux autres comptes, et sa copie ne marche pas : "
            "installez Python pour tout le système (Debian, Ubuntu : sudo apt install python3 python3-venv), effacez "
            ".venv, puis recommencez avec PYTHON=/usr/bin/python3."
        )
    return copiee


def _chercher_ses_bibliotheques_ici(executable: Path) -> None:
    """A Python built with a shared library names the folder of it: in the copy, the folder beside.

    The name is shorter than the one that it replaces, as ``patchelf --set-rpath`` would write it.
    """
    la_bas = f"{sys.base_prefix}/lib".encode() + b"\0"
    ici = b"$ORIGIN/../lib\0"
    octets = executable.read_bytes()
    if la_bas in octets and len(ici) <= len(la_bas):
        # Another file: the linked one is still the administrator's Python.
        executable.unlink()
        executable.write_bytes(octets.replace(la_bas, ici.ljust(len(la_bas), b"\0")))
        executable.chmod(0o755)


def _marche(python: str) -> bool:
    qui = {"user": SANS_DROITS, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        essai = subprocess.run(
            [python, "-I", "-c", "import ssl, sqlite3, ctypes, venv"], capture_output=True, cwd="/", check=False, **qui
        )
    except (OSError, KeyError, ValueError):
        return False
    return essai.returncode == 0


def _paquets() -> Path:
    return Path(shutil.__file__).parent if sys.prefix == sys.base_prefix else _site_packages(Path(sys.prefix))


def _site_packages(prefixe: Path) -> Path:
    return prefixe / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def _notre_code() -> Path:
    return Path(rncp_utils.__file__).parent


def _relier_les_bibliotheques(neuf: Path) -> None:
    """Installed packages, without the links that lead to the repository; and Jupyter's shared files."""
    ici = Path(sys.prefix)
    for chemin in _paquets().iterdir():
        if chemin.name.startswith(("_editable", "__editable")) or (
            "rncp_utils" in chemin.name and chemin.suffix == ".pth"
        ):
            continue
        _relier(chemin, _site_packages(neuf) / chemin.name)
    notre = next(_site_packages(neuf).glob("rncp_utils-*.dist-info"), None)
    if notre is not None:
        # They tell where the repository is.
        for nom in ("direct_url.json", "RECORD"):
            (notre / nom).unlink(missing_ok=True)
    for nom in ("share", "etc"):
        if (ici / nom).is_dir():
            _relier(ici / nom, neuf / nom)


def _copier_notre_bibliotheque(neuf: Path) -> None:
    cible = _site_packages(neuf) / "rncp_utils"
    if not cible.exists():
        shutil.copytree(_notre_code(), cible, ignore=shutil.ignore_patterns("__pycache__"))
        _ouvrir_a_tous(cible)


def _ecrire_les_commandes(neuf: Path, cible: Path) -> None:
    """The commands of the packages, for this environment's Python."""
    for chemin in (Path(sys.prefix) / "bin").iterdir():
        if not chemin.is_file() or chemin.is_symlink() or (neuf / "bin" / chemin.name).exists():
            continue
        entete, _, corps = chemin.read_bytes().partition(b"\n")
        if entete.startswith(b"#!") and b"python" in entete:
            copie = neuf / "bin" / chemin.name
            copie.write_bytes(f"#!{cible}/bin/python\n".encode() + corps)
            copie.chmod(0o755)


def _relier(source: Path, cible: Path, sauf: frozenset[str] = frozenset()) -> None:
    """Hard links, or copies when the disk is another; without the folders named ``sauf``."""
    if not source.is_dir():
        cible.parent.mkdir(parents=True, exist_ok=True)
        _relier_un_fichier(source, cible)
        return
    for dossier, sous_dossiers, fichiers in os.walk(source):
        sous_dossiers[:] = [nom for nom in sous_dossiers if nom not in sauf]
        ici = cible / os.path.relpath(dossier, source)
        ici.mkdir(parents=True, exist_ok=True)
        for nom in fichiers:
            _relier_un_fichier(Path(dossier, nom), ici / nom)


def _relier_un_fichier(source: Path, cible: Path) -> None:
    # A file that others cannot read is copied: its rights must not change where it comes from.
    lisible = source.is_symlink() or source.stat().st_mode & 0o044 == 0o044
    try:
        if lisible:
            os.link(source, cible, follow_symlinks=False)
            return
    except OSError:
        pass
    shutil.copy2(source, cible)
    cible.chmod(cible.stat().st_mode | 0o444)


def _ouvrir_a_tous(dossier: Path) -> None:
    for chemin in [dossier, *dossier.rglob("*")]:
        chemin.chmod(0o755 if chemin.is_dir() else 0o644)


def _fichiers(dossier: Path) -> Iterator[Path]:
    return iter(
        sorted(chemin for chemin in dossier.rglob("*") if chemin.is_file() and not _SANS_LIEN & set(chemin.parts))
    )
