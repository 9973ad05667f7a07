"""What a class left on a Hub, and what may happen to it and to its backup."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import sys
import tarfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.sauvegarde_bases import Base

SAUVES = ("cours", "echange", "prive")


def executer(adresse: str, requete: str, **valeurs: str) -> list:
    moteur = create_engine(adresse)
    with moteur.begin() as connexion:
        rendu = connexion.execute(text(requete), valeurs)
        lignes = list(rendu.scalars()) if rendu.returns_rows else []
    moteur.dispose()
    return lignes


def noter(adresse: str, apprenant: str) -> None:
    executer(adresse, "INSERT INTO student (id, last_name) VALUES (:nom, 'Müller')", nom=apprenant)


def apprenants(adresse: str) -> list[str]:
    return executer(adresse, "SELECT id FROM student ORDER BY id")


def inscrire_au_hub(adresse: str, nom: str) -> None:
    executer(adresse, "CREATE TABLE IF NOT EXISTS users (name text)")
    executer(adresse, "INSERT INTO users VALUES (:nom)", nom=nom)


def inscrits_au_hub(adresse: str) -> list[str]:
    return executer(adresse, "SELECT name FROM users ORDER BY name")


def ecrire(chemin: Path, contenu: bytes | str, mode: int = 0o640) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
    chemin.chmod(mode)


def arbre(etat: Path, racines: tuple[str, ...] = SAUVES) -> dict[str, tuple[int, str]]:
    """Rights and sum of each file and folder; databases apart: their bytes are not those of their copy."""
    vus = {}
    for racine in racines:
        for chemin in [etat / racine, *sorted((etat / racine).rglob("*"))]:
            if chemin.is_symlink() or chemin.suffix in (".db", ".sqlite") or not (chemin.is_dir() or chemin.is_file()):
                continue
            somme = hashlib.sha256(chemin.read_bytes()).hexdigest() if chemin.is_file() else ""
            vus[str(chemin.relative_to(etat))] = (stat.S_IMODE(chemin.stat().st_mode), somme)
    return vus


def creer_le_carnet(adresse: str) -> None:
    with pytest.MonkeyPatch.context() as retouche:
        # nbgrader calls ``alembic`` by its bare name.
        retouche.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        with Gradebook(adresse):
            pass


def deux_bases(carnet: str, hub: str) -> tuple[Base, ...]:
    noter(carnet, "lea.muller")
    inscrire_au_hub(hub, "lea.muller")
    return (Base("carnet", "le carnet de notes", carnet), Base("hub", "la base du Hub", hub))


def abimer(lieux: Lieux, bases: tuple[Base, ...]) -> None:
    """What a bad day does: marks and copies change or go away."""
    noter(bases[0].adresse, "intrus")
    inscrire_au_hub(bases[1].adresse, "intrus")
    (lieux.cours / "session" / "decisions.csv").unlink()
    ecrire(lieux.cours / "submitted" / "intrus" / "B1-QST" / "copie.ipynb", "{}")
    ecrire(lieux.prive / "personnes.csv", "vide", 0o600)


def changer(archive: Path, vers: Path, *, remplacer=None, ajouter=(), sans=()) -> Path:
    """The same archive, well formed, with other members: what a hand could do, and a check of sums must see."""
    with tarfile.open(archive) as lue, tarfile.open(vers, "w:gz") as ecrite:
        for membre in lue:
            contenu = lue.extractfile(membre).read() if membre.isreg() else b""
            if membre.name in sans:
                continue
            if remplacer and membre.name in remplacer:
                contenu = remplacer[membre.name](contenu)
                membre.size = len(contenu)
            ecrite.addfile(membre, io.BytesIO(contenu))
        for membre, contenu in ajouter:
            membre.size = len(contenu)
            ecrite.addfile(membre, io.BytesIO(contenu))
    return vers


def membre(nom: str, genre: bytes = tarfile.REGTYPE, lien: str = "") -> tarfile.TarInfo:
    ajoute = tarfile.TarInfo(nom)
    ajoute.type, ajoute.linkname = genre, lien
    return ajoute


DECISIONS = "cours/session/decisions.csv"
FAUTES = {
    "vide": lambda a, v: v.write_bytes(b""),
    "autre chose": lambda a, v: v.write_text("Bonjour"),
    "coupée au début": lambda a, v: v.write_bytes(a.read_bytes()[:200]),
    "coupée au milieu": lambda a, v: v.write_bytes(a.read_bytes()[: a.stat().st_size // 2]),
    "coupée à la fin": lambda a, v: v.write_bytes(a.read_bytes()[:-30]),
    "un octet au milieu": lambda a, v: v.write_bytes(_retourner(a.read_bytes(), a.stat().st_size // 2)),
    "un octet à la fin": lambda a, v: v.write_bytes(_retourner(a.read_bytes(), a.stat().st_size - 6)),
    "gzip d'autre chose": lambda a, v: v.write_bytes(gzip.compress(b"x" * 2000)),
    "un fichier changé": lambda a, v: changer(a, v, remplacer={DECISIONS: lambda c: c.replace(b"acquis", b"refuse")}),
    "un fichier ôté": lambda a, v: changer(a, v, sans=[DECISIONS]),
    "un dossier ôté": lambda a, v: changer(a, v, sans=["echange/rncp31919/outbound"]),
    "un fichier de trop": lambda a, v: changer(a, v, ajouter=[(membre("cours/de_trop.csv"), b"a")]),
    "sans manifeste": lambda a, v: changer(a, v, sans=["manifeste.json"]),
    "manifeste illisible": lambda a, v: changer(a, v, remplacer={"manifeste.json": lambda c: c[:-20]}),
    "manifeste d'un autre format": lambda a, v: changer(
        a, v, remplacer={"manifeste.json": lambda c: c.replace(b'"format": 1', b'"format": 9')}
    ),
    "chemin qui sort": lambda a, v: changer(a, v, ajouter=[(membre("cours/../../dehors"), b"a")]),
    "chemin absolu": lambda a, v: changer(a, v, ajouter=[(membre("/tmp/dehors"), b"a")]),
    "lien": lambda a, v: changer(a, v, ajouter=[(membre("cours/lien", tarfile.SYMTYPE, "/etc/passwd"), b"")]),
}


def _retourner(octets: bytes, rang: int) -> bytes:
    return octets[:rang] + bytes([octets[rang] ^ 0xFF]) + octets[rang + 1 :]
