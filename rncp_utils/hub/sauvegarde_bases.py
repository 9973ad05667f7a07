"""The two databases of a Hub, copied while they are in use, and put back in one go: SQLite or PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, make_url

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.hub.comptes import executer_comme
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.roles import CORRECTEUR
from rncp_utils.hub.taches import comme

SUFFIXES = {"sqlite": "sqlite", "postgresql": "pgdump"}
# One read of the whole base under one lock: what another process writes meanwhile is in it entirely or not at all.
_COPIER = """
import sqlite3, sys
source = sqlite3.connect(sys.argv[1], timeout=60)
copie = sqlite3.connect(":memory:")
source.backup(copie)
sys.stdout.buffer.write(copie.serialize())
"""
# What the dump does not know must not stay: a newer version may have added tables and types.
_VIDER = """
DO $$ DECLARE nom text; BEGIN
  FOR nom IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', nom);
  END LOOP;
  FOR nom IN SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE n.nspname = 'public' AND t.typtype = 'e' LOOP
    EXECUTE format('DROP TYPE public.%I CASCADE', nom);
  END LOOP;
END $$;
"""


@dataclass(frozen=True)
class Base:
    """A database of the Hub.

    Attributes
    ----------
    nom
        ``carnet`` or ``hub``: name in the archive.
    quoi
        As told to people.
    adresse
        SQLAlchemy address.
    compte
        System account that reads and writes it; empty for oneself.
    python
        A Python that this account can run: the administrator's own may stand where it cannot go.
    """

    nom: str
    quoi: str
    adresse: str
    compte: str = ""
    python: str = sys.executable

    @property
    def url(self) -> URL:
        """The same, parsed."""
        return make_url(self.adresse)

    @property
    def genre(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.url.get_backend_name()

    @property
    def fichier(self) -> str:
        """Path of the copy in the archive."""
        return f"bases/{self.nom}.{SUFFIXES[self.genre]}"

    @property
    def chemin(self) -> Path:
        """File of a SQLite base."""
        return Path(self.url.database).resolve()

    def executer_comme(self) -> dict[str, Any]:
        """Arguments of :func:`subprocess.run` that give up the administrator's rights for those of ``compte``."""
        return executer_comme(self.compte) if self.compte else {}


def bases_du_hub(lieux: Lieux) -> tuple[Base, ...]:
    """Gradebook and database of the Hub, where their settings say that they are.

    Raises
    ------
    ErreurRncp
        A SQLite base out of the Hub's folder, or another kind of base.
    """
    # Read by the graders' account: their settings are code, which must not run with the administrator's rights.
    carnet = comme(CORRECTEUR, lieux, "adresse_du_carnet", cours=str(lieux.cours))
    python = lieux.dans_l_environnement("python") if lieux.environnement.exists() else sys.executable
    bases = (
        Base("carnet", "le carnet de notes", carnet, CORRECTEUR, python),
        Base("hub", "la base du Hub", lieux.adresse_de_la_base, python=python),
    )
    for base in bases:
        if base.genre not in SUFFIXES:
            raise ErreurRncp(
                f"{base.quoi.capitalize()} est dans une base « {base.genre} », que cette commande ne sait pas copier : "
                "employez SQLite ou PostgreSQL."
            )
        if base.genre == "sqlite" and not base.chemin.is_relative_to(lieux.etat):
            raise ErreurRncp(
                f"{base.quoi.capitalize()} (« {base.chemin} ») est hors du dossier du Hub « {lieux.etat} » : "
                "déplacez-la dans ce dossier, ou employez PostgreSQL, puis recommencez."
            )
    return bases


def copier(base: Base, vers: Path) -> None:
    """A consistent copy in ``vers``, whoever uses the base meanwhile."""
    with vers.open("wb") as sortie:
        if base.genre == "sqlite":
            if not base.chemin.exists():
                raise ErreurRncp(f"{base.quoi.capitalize()} n'existe pas encore : lancez d'abord « make hub ».")
            _lancer(base, [base.python, "-I", "-c", _COPIER, str(base.chemin)], stdout=sortie)
        else:
            _lancer(base, [_outil("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"], stdout=sortie)


def controler(base: Base, copie: Path) -> None:
    """Raise :class:`ErreurDonnees` when a copy is not a whole database."""
    if base.genre == "sqlite":
        try:
            connexion = sqlite3.connect(f"file:{copie}?mode=ro&immutable=1", uri=True)
            try:
                sain = connexion.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            finally:
                connexion.close()
        except sqlite3.DatabaseError:
            sain = False
    else:
        liste = subprocess.run([_outil("pg_restore"), "--list", str(copie)], capture_output=True, check=False)
        sain = liste.returncode == 0
    if not sain:
        raise abimee_base(base)


def charger_postgresql(base: Base, copie: Path) -> None:
    """Replace what is in a PostgreSQL base by a copy, in one transaction: all of it or nothing."""
    script = subprocess.run(
        [_outil("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(copie)],
        capture_output=True,
        check=False,
    )
    if script.returncode:
        raise abimee_base(base)
    # First among the others: a session that still holds a table would keep us waiting for ever.
    entree = b"SET lock_timeout = '30s';\n" + _VIDER.encode() + script.stdout
    options = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    _lancer(base, [_outil("psql"), *options], input=entree)


def abimee_base(base: Base) -> ErreurDonnees:
    """The sentence of a copy that is no database."""
    return ErreurDonnees(
        f"La sauvegarde est abîmée ({base.quoi} n'y est pas lisible) : rien n'a été changé ; employez-en une autre."
    )


def _lancer(base: Base, commande: list[str], **options: Any) -> None:
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"} | _postgresql(base.url)
    if "stdout" not in options:
        options["stdout"] = subprocess.DEVNULL
    fini = subprocess.run(
        commande, stderr=subprocess.PIPE, env=env, cwd="/", check=False, **options, **base.executer_comme()
    )
    if fini.returncode:
        detail = fini.stderr.decode(errors="replace").strip().splitlines() or [f"code {fini.returncode}"]
        raise ErreurRncp(
            f"La lecture ou l'écriture a échoué pour {base.quoi} ({detail[-1][:300]}) : vérifiez que la base répond et "
            "qu'il reste de la place, puis recommencez."
        )


def _postgresql(url: URL) -> dict[str, str]:
    """The address in the variables of PostgreSQL's tools: a password is never seen among the processes."""
    if url.get_backend_name() != "postgresql":
        return {}
    lus = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": str(url.port or url.query.get("port") or ""),
        "PGUSER": url.username or url.query.get("user"),
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
        "PGSSLROOTCERT": url.query.get("sslrootcert"),
    }
    return {nom: str(valeur) for nom, valeur in lus.items() if valeur} | {"PGCONNECT_TIMEOUT": "20"}


def _outil(nom: str) -> str:
    chemins = [shutil.which(nom), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{nom}"), reverse=True))]
    trouve = next((chemin for chemin in chemins if chemin), None)
    if trouve is None:
        raise ErreurRncp(
            f"La commande {nom} manque pour copier une base PostgreSQL : installez postgresql-client (Debian, Ubuntu), "
            "puis recommencez."
        )
    return trouve


def lire_par_blocs(flux: IO[bytes], taille: int = 1 << 20):
    """Blocks of a stream, to its end."""
    while bloc := flux.read(taille):
        yield bloc
