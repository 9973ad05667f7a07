"""Putting a backup back: all of it or nothing, whatever stops it.

The archive is first unpacked and checked beside the present state. Then one small file says that the change is decided,
and folders change places. Stopped before that file: nothing happened. Stopped after it: the next call ends the work.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import grp
import json
import os
import pwd
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.hub.comptes import compte_existe
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.marche import etat_du_hub
from rncp_utils.hub.sauvegarde import Manifeste, lire
from rncp_utils.hub.sauvegarde_bases import Base, bases_du_hub, charger_postgresql, controler, copier

CHANTIER = ".restauration"
DECISION = "decidee.json"
NEUF, ANCIEN = "neuf", "ancien"


def controler_archive(archive: Path, lieux: Lieux) -> Manifeste:
    """Read an archive to its end, and say whether it suits this Hub; nothing is written.

    Raises
    ------
    ErreurRncp
        It is damaged, its databases are of another kind, or accounts that own its files do not exist here.
    """
    manifeste = lire(archive)
    _exiger_les_memes_bases(archive, manifeste, bases_du_hub(lieux))
    _exiger_les_comptes(archive, manifeste)
    return manifeste


def restaurer(archive: Path, lieux: Lieux, bases: tuple[Base, ...] | None = None) -> tuple[Manifeste, Path]:
    """Put an archive back; give its manifest and the folder that keeps what was there before.

    ``bases``: those of :func:`bases_du_hub` unless given.

    Raises
    ------
    ErreurRncp
        The Hub runs, or the archive does not suit; nothing has changed then.
    """
    exiger_arrete(lieux)
    with _seul(lieux):
        _reprendre(lieux)
        return _restaurer(archive, lieux, bases_du_hub(lieux) if bases is None else bases)


def _restaurer(archive: Path, lieux: Lieux, bases: tuple[Base, ...]) -> tuple[Manifeste, Path]:
    chantier = lieux.etat / CHANTIER
    try:
        chantier.mkdir(mode=0o700)
        manifeste = _preparer(archive, chantier, bases, lieux)
        _decider(chantier, manifeste, bases)
    except OSError as erreur:
        shutil.rmtree(chantier, ignore_errors=True)
        raise ErreurRncp(
            f"La restauration n'a pas pu être préparée ({erreur.strerror or erreur}) : rien n'a été changé ; vérifiez "
            f"la place qui reste dans « {lieux.etat} », puis recommencez."
        ) from erreur
    except BaseException:
        shutil.rmtree(chantier, ignore_errors=True)
        raise
    try:
        return manifeste, _appliquer(lieux, bases)
    except Exception:
        _defaire(lieux, bases)
        raise


def reprendre(lieux: Lieux) -> Path | None:
    """End a restoration that was stopped: carried through if it was decided, forgotten otherwise."""
    if not (lieux.etat / CHANTIER).exists():
        return None
    with _seul(lieux):
        return _reprendre(lieux)


@contextmanager
def _seul(lieux: Lieux) -> Iterator[None]:
    """Two restorations at once would unpack in the same place."""
    with (lieux.etat / f"{CHANTIER}.verrou").open("w") as verrou:
        try:
            fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ErreurRncp(
                "Une restauration est déjà en cours : attendez qu'elle finisse, puis recommencez."
            ) from None
        yield


def _reprendre(lieux: Lieux) -> Path | None:
    chantier = lieux.etat / CHANTIER
    if not chantier.exists():
        return None
    if not (chantier / DECISION).exists():
        shutil.rmtree(chantier)
        return None
    decidees = json.loads((chantier / DECISION).read_text(encoding="utf-8"))["bases"]
    return _appliquer(lieux, tuple(Base(**base) for base in decidees))


def inachevee(lieux: Lieux) -> bool:
    """Was a restoration stopped after it was decided? The Hub must not start before :func:`reprendre`."""
    return (lieux.etat / CHANTIER / DECISION).exists()


def exiger_arrete(lieux: Lieux) -> None:
    """Refuse while the Hub, its proxy or a server runs: they would write in what is being replaced."""
    etat = etat_du_hub(lieux)
    if etat.hub or etat.mandataire or etat.serveurs:
        raise ErreurRncp("Le Hub est en marche : arrêtez-le avec « make hub-stop », puis recommencez.")


def _exiger_les_memes_bases(archive: Path, manifeste: Manifeste, bases: tuple[Base, ...]) -> None:
    for base in bases:
        garde = manifeste.bases.get(base.nom)
        if garde != base.genre:
            raise ErreurDonnees(
                f"Dans la sauvegarde « {archive.name} », {base.quoi} est de genre « {garde} », et ici « {base.genre} » "
                ": réglez le même genre de base qu'alors, puis recommencez."
            )


def _exiger_les_comptes(archive: Path, manifeste: Manifeste) -> None:
    if os.geteuid():
        return
    absents = [compte for compte in manifeste.comptes if not compte_existe(compte)]
    if absents:
        raise ErreurDonnees(
            f"Des fichiers de la sauvegarde « {archive.name} » sont à des comptes que cette machine n'a pas "
            f"({', '.join(absents[:10])}{'…' if len(absents) > 10 else ''}) : inscrivez d'abord la classe avec "
            "« rncp hub inscrire », puis recommencez."
        )


def _preparer(archive: Path, chantier: Path, bases: tuple[Base, ...], lieux: Lieux) -> Manifeste:
    """Unpack under ``neuf``, check, and keep what PostgreSQL has now under ``ancien``."""
    neuf, ancien = chantier / NEUF, chantier / ANCIEN
    for dossier in (neuf, ancien, ancien / "bases"):
        dossier.mkdir()
    dossiers: list[tarfile.TarInfo] = []

    def recevoir(membre: tarfile.TarInfo, blocs: Iterator[bytes]) -> None:
        chemin = neuf / membre.name
        if membre.isdir():
            chemin.mkdir(parents=True)
            dossiers.append(membre)
            return
        chemin.parent.mkdir(parents=True, exist_ok=True)
        with chemin.open("xb") as sortie:
            for bloc in blocs:
                sortie.write(bloc)
        os.utime(chemin, (membre.mtime, membre.mtime))
        _rendre(chemin, membre)

    manifeste = lire(archive, recevoir)
    # From the inside out, once their files are there: a folder may forbid to write in it.
    for membre in reversed(dossiers):
        _rendre(neuf / membre.name, membre)
    _exiger_les_memes_bases(archive, manifeste, bases)
    _exiger_les_comptes(archive, manifeste)
    for base in bases:
        controler(base, neuf / base.fichier)
        if base.genre == "sqlite":
            (neuf / base.fichier).rename(neuf / base.chemin.relative_to(lieux.etat))
        else:
            copier(base, ancien / base.fichier)
    return manifeste


def _rendre(chemin: Path, membre: tarfile.TarInfo) -> None:
    if os.geteuid() == 0:
        os.chown(
            chemin, _numero(pwd.getpwnam, membre.uname, membre.uid), _numero(grp.getgrnam, membre.gname, membre.gid)
        )
    chemin.chmod(membre.mode & (0o3777 if membre.isdir() else 0o777))


def _numero(chercher, nom: str, sinon: int) -> int:
    try:
        fiche = chercher(nom)
    except KeyError:
        return sinon
    return fiche[2]


def _decider(chantier: Path, manifeste: Manifeste, bases: tuple[Base, ...]) -> None:
    """From here on, the work is carried through."""
    garde = f"avant-restauration-{dt.datetime.now():%Y%m%d-%H%M%S-%f}"
    decision = {"racines": manifeste.racines, "bases": [vars(base) for base in bases], "garde": garde}
    provisoire = chantier / f"{DECISION}.tmp"
    with provisoire.open("w", encoding="utf-8") as sortie:
        sortie.write(json.dumps(decision))
        sortie.flush()
        os.fsync(sortie.fileno())
    provisoire.chmod(0o600)
    os.sync()
    provisoire.rename(chantier / DECISION)


def _appliquer(lieux: Lieux, bases: tuple[Base, ...]) -> Path:
    """Each step does nothing when it is already done."""
    chantier = lieux.etat / CHANTIER
    for base in bases:
        if base.genre == "postgresql":
            charger_postgresql(base, chantier / NEUF / base.fichier)
    decision = json.loads((chantier / DECISION).read_text(encoding="utf-8"))
    for racine in decision["racines"]:
        _echanger(lieux.etat / racine, chantier / NEUF / racine, chantier / ANCIEN / racine)
    garde = lieux.etat / decision["garde"]
    if (chantier / ANCIEN).exists():
        (chantier / ANCIEN).rename(garde)
    (chantier / DECISION).unlink()
    shutil.rmtree(chantier)
    return garde


def _echanger(place: Path, neuf: Path, ancien: Path) -> None:
    if not neuf.exists():
        return
    if place.exists():
        if ancien.exists():
            ancien = ancien.with_name(f"{ancien.name}-{dt.datetime.now():%H%M%S%f}")
        place.rename(ancien)
    neuf.rename(place)


def _defaire(lieux: Lieux, bases: tuple[Base, ...]) -> None:
    """A step refused: everything as it was."""
    chantier = lieux.etat / CHANTIER
    if not (chantier / DECISION).exists():
        return
    for racine in json.loads((chantier / DECISION).read_text(encoding="utf-8"))["racines"]:
        if (chantier / ANCIEN / racine).exists():
            if (lieux.etat / racine).exists():
                (lieux.etat / racine).rename(chantier / NEUF / racine)
            (chantier / ANCIEN / racine).rename(lieux.etat / racine)
    for base in bases:
        if base.genre == "postgresql":
            with suppress(ErreurRncp):
                charger_postgresql(base, chantier / ANCIEN / base.fichier)
    (chantier / DECISION).unlink()
    shutil.rmtree(chantier, ignore_errors=True)
