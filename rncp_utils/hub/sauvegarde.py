"""Backup of a Hub: one archive, with the SHA-256 of each file, read again before it is called done.

The archive holds the course (copies, marks, grids, decisions, people), the exchange, the secrets of the Hub and its two
databases; the homes of the learners when asked. Whoever works meanwhile notices nothing.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from rncp_utils import __version__
from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.roles import COURS
from rncp_utils.hub.sauvegarde_bases import Base, bases_du_hub, copier, lire_par_blocs

FORMAT = 1
MANIFESTE = "manifeste.json"
DOSSIER = "sauvegardes"
RACINES = ("cours", "echange", "prive")
DOMICILES = "domiciles"
# Copied through the databases' own means, or made again by itself.
_IGNORES = {"__pycache__", ".ipynb_checkpoints"}
_ANNEXES_SQLITE = ("", "-wal", "-shm", "-journal")


@dataclass
class Manifeste:
    """What an archive holds; its last member, so that a cut archive has none.

    Attributes
    ----------
    bases
        Kind of each database.
    fichiers
        SHA-256 of each file.
    dossiers
        Folders, the empty ones too.
    comptes
        Owners of the files.
    omis
        What was left out: links, sockets, what went away meanwhile.
    """

    format: int = FORMAT
    cours: str = COURS
    le: str = ""
    version: str = __version__
    bases: dict[str, str] = field(default_factory=dict)
    racines: list[str] = field(default_factory=list)
    fichiers: dict[str, str] = field(default_factory=dict)
    dossiers: list[str] = field(default_factory=list)
    comptes: list[str] = field(default_factory=list)
    omis: list[str] = field(default_factory=list)
    octets: int = 0


def sauvegarder(
    lieux: Lieux, vers: Path | None = None, *, domiciles: bool = False, bases: tuple[Base, ...] | None = None
) -> tuple[Path, Manifeste]:
    """Write an archive in the folder ``vers`` (by default ``sauvegardes`` of the Hub), and read it again.

    ``bases``: those of :func:`bases_du_hub` unless given.

    Raises
    ------
    ErreurRncp
        Something could not be read or written; no archive is left then.
    """
    bases = bases_du_hub(lieux) if bases is None else bases
    dossier = lieux.etat / DOSSIER if vers is None else Path(vers)
    try:
        if not dossier.exists():
            dossier.mkdir(parents=True, mode=0o700)
        maintenant = dt.datetime.now()
        nom = dossier / f"sauvegarde-{COURS}-{maintenant:%Y%m%d-%H%M%S}.tar.gz"
        # Private from its first byte: it holds secrets and marks.
        descripteur, provisoire = tempfile.mkstemp(dir=dossier, prefix=".sauvegarde-")
        try:
            with os.fdopen(descripteur, "wb") as sortie:
                racines = [*RACINES, *([DOMICILES] if domiciles else [])]
                manifeste = _ecrire(sortie, lieux, bases, racines, maintenant)
                sortie.flush()
                os.fsync(sortie.fileno())
            lire(Path(provisoire))
            Path(provisoire).rename(nom)
        finally:
            Path(provisoire).unlink(missing_ok=True)
    except OSError as erreur:
        raise ErreurRncp(
            f"La sauvegarde n'a pas pu être écrite dans « {dossier} » ({erreur.strerror or erreur}) : libérez de la "
            "place ou choisissez un autre dossier avec --vers, puis recommencez."
        ) from erreur
    return nom, manifeste


def _ecrire(
    sortie: IO[bytes], lieux: Lieux, bases: tuple[Base, ...], racines: list[str], maintenant: dt.datetime
) -> Manifeste:
    manifeste = Manifeste(le=f"{maintenant:%Y-%m-%dT%H:%M:%S}", racines=racines)
    manifeste.bases = {base.nom: base.genre for base in bases}
    with tarfile.open(fileobj=sortie, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as archive:
        # Databases first: a copy corrected after that is in the files without a mark, and is corrected again; a mark
        # without its copy would be lost work.
        for base in bases:
            _ajouter_base(archive, base, manifeste)
        a_part = {f"{base.chemin}{annexe}" for base in bases if base.genre == "sqlite" for annexe in _ANNEXES_SQLITE}
        # What says which processes run: never true again.
        a_part |= {str(lieux.prive / nom) for nom in ("hub.json", "mandataire.json", "verrou")}
        for racine in racines:
            _ajouter_dossier(archive, lieux.etat, racine, a_part, manifeste)
        manifeste.comptes = sorted(set(manifeste.comptes))
        texte = json.dumps(vars(manifeste), ensure_ascii=False, indent=0).encode("utf-8")
        membre = tarfile.TarInfo(MANIFESTE)
        membre.size, membre.mode = len(texte), 0o600
        archive.addfile(membre, BytesIO(texte))
    return manifeste


def _ajouter_base(archive: tarfile.TarFile, base: Base, manifeste: Manifeste) -> None:
    with tempfile.TemporaryDirectory(prefix="rncp-sauvegarde-") as dossier:
        copie = Path(dossier) / "copie"
        copier(base, copie)
        modele = base.chemin if base.genre == "sqlite" else copie
        with copie.open("rb") as flux:
            _ajouter(archive, base.fichier, flux, modele.stat(), manifeste)


def _ajouter_dossier(archive: tarfile.TarFile, etat: Path, racine: str, a_part: set[str], manifeste: Manifeste) -> None:
    """Walk by descriptors, without following a link: learners write in the exchange while we read."""
    for dossier, sous_dossiers, fichiers, descripteur in os.fwalk(etat / racine, follow_symlinks=False):
        ici = Path(dossier)
        nom = ici.relative_to(etat).as_posix()
        sous_dossiers[:] = sorted(d for d in sous_dossiers if d not in _IGNORES)
        # fwalk lists the links to folders among the folders, and does not enter them.
        liens = [d for d in sous_dossiers if (ici / d).is_symlink()]
        manifeste.omis += [f"{nom}/{lien}" for lien in liens]
        membre = _membre(nom, os.fstat(descripteur), manifeste)
        membre.type = tarfile.DIRTYPE
        archive.addfile(membre)
        manifeste.dossiers.append(nom)
        for fichier in sorted(fichiers):
            if str(ici / fichier) in a_part or fichier.startswith((".ecriture-", ".sauvegarde-")):
                continue
            try:
                # Without waiting: opening a named pipe would.
                prise = os.open(fichier, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=descripteur)
            except OSError:
                manifeste.omis.append(f"{nom}/{fichier}")
                continue
            with os.fdopen(prise, "rb") as flux:
                etat_du_fichier = os.fstat(flux.fileno())
                if stat.S_ISREG(etat_du_fichier.st_mode):
                    _ajouter(archive, f"{nom}/{fichier}", flux, etat_du_fichier, manifeste)
                else:
                    manifeste.omis.append(f"{nom}/{fichier}")


def _ajouter(archive: tarfile.TarFile, nom: str, flux: IO[bytes], modele: os.stat_result, manifeste: Manifeste) -> None:
    """A file as it is read once: it may grow meanwhile, its size and sum are those of what is kept."""
    somme = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(max_size=16 << 20) as fige:
        for bloc in lire_par_blocs(flux):
            somme.update(bloc)
            fige.write(bloc)
        membre = _membre(nom, modele, manifeste)
        membre.size = fige.tell()
        fige.seek(0)
        archive.addfile(membre, fige)
    manifeste.fichiers[nom] = somme.hexdigest()
    manifeste.octets += membre.size


def _membre(nom: str, modele: os.stat_result, manifeste: Manifeste) -> tarfile.TarInfo:
    import grp
    import pwd

    membre = tarfile.TarInfo(nom)
    membre.mode, membre.mtime = stat.S_IMODE(modele.st_mode), int(modele.st_mtime)
    membre.uid, membre.gid = modele.st_uid, modele.st_gid
    with suppress(KeyError):
        membre.uname, membre.gname = pwd.getpwuid(modele.st_uid).pw_name, grp.getgrgid(modele.st_gid).gr_name
        manifeste.comptes.append(membre.uname)
    return membre


Recevoir = Callable[[tarfile.TarInfo, Iterator[bytes]], None]


def lire(archive: Path, recevoir: Recevoir | None = None) -> Manifeste:
    """Read a whole archive against its manifest; give each member to ``recevoir`` on the way.

    Raises
    ------
    ErreurDonnees
        The archive is missing, cut, altered, of another course, or holds something that it should not.
    """
    archive = Path(archive)
    sommes: dict[str, str] = {}
    dossiers: list[str] = []
    texte = None
    try:
        with gzip.open(archive) as flux, tarfile.open(fileobj=flux, mode="r:") as paquet:
            for membre in paquet:
                if membre.name == MANIFESTE:
                    texte = paquet.extractfile(membre).read()
                    continue
                _exiger_sur(membre, archive)
                if membre.isdir():
                    dossiers.append(membre.name)
                    blocs: Iterator[bytes] = iter(())
                else:
                    blocs = _sommer(paquet.extractfile(membre), membre.name, sommes)
                if recevoir is not None:
                    recevoir(membre, blocs)
                for _ in blocs:
                    pass
            # To the last byte: the sum that gzip keeps there covers the manifest too.
            for _ in lire_par_blocs(flux):
                pass
    except FileNotFoundError:
        if not archive.exists():
            raise ErreurDonnees(f"La sauvegarde « {archive} » n'existe pas : vérifiez son chemin.") from None
        raise
    except (tarfile.TarError, EOFError, zlib.error, AttributeError) as erreur:
        raise abimee(archive, "elle est coupée ou illisible") from erreur
    except OSError as erreur:
        # gzip says so of a bad sum, without a number.
        if erreur.errno is not None:
            raise
        raise abimee(archive, "elle est coupée ou illisible") from erreur
    return _confronter(archive, texte, sommes, dossiers)


def _confronter(archive: Path, texte: bytes | None, sommes: dict[str, str], dossiers: list[str]) -> Manifeste:
    try:
        lu: dict[str, Any] = json.loads(texte or b"")
        manifeste = Manifeste(**lu)
    except (ValueError, TypeError) as erreur:
        raise abimee(archive, "elle n'a pas de manifeste, ou il est illisible") from erreur
    if manifeste.format != FORMAT or manifeste.cours != COURS:
        raise ErreurDonnees(
            f"La sauvegarde « {archive.name} » est celle du cours « {manifeste.cours} » (format {manifeste.format}) : "
            f"choisissez une sauvegarde de « {COURS} » (format {FORMAT})."
        )
    fautes = sorted(
        nom for nom in manifeste.fichiers.keys() | sommes.keys() if manifeste.fichiers.get(nom) != sommes.get(nom)
    )
    if fautes or sorted(manifeste.dossiers) != sorted(dossiers):
        quoi = f"« {fautes[0]} »" if fautes else "un dossier"
        raise abimee(archive, f"{quoi} n'est pas ce qui a été sauvegardé")
    return manifeste


def abimee(archive: Path, quoi: str) -> ErreurDonnees:
    """The sentence of a damaged archive."""
    return ErreurDonnees(
        f"La sauvegarde « {archive.name} » est abîmée ({quoi}) : rien n'a été changé ; employez une autre sauvegarde."
    )


def _sommer(flux: IO[bytes], nom: str, sommes: dict[str, str]) -> Iterator[bytes]:
    somme = hashlib.sha256()
    for bloc in lire_par_blocs(flux):
        somme.update(bloc)
        yield bloc
    sommes[nom] = somme.hexdigest()


def _exiger_sur(membre: tarfile.TarInfo, archive: Path) -> None:
    """Plain files and folders, under the folders that we save: never a link, never a way out."""
    parties = PurePosixPath(membre.name).parts
    connue = bool(parties) and parties[0] in (*RACINES, DOMICILES, "bases")
    if not (membre.isreg() or membre.isdir()) or not connue or ".." in parties or membre.name.startswith("/"):
        raise abimee(archive, f"« {membre.name} » n'a rien à y faire")
