"""Start, stop and watch the Hub: a proxy, the Hub, and the servers that it started."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.hub import bornes
from rncp_utils.hub.installation import Reglages, installer, lire_reglages
from rncp_utils.hub.lieux import VARIABLE, VARIABLE_BASE, Lieux
from rncp_utils.hub.personnes import dire_au_hub, lire_personnes
from rncp_utils.hub.processus import Processus, lancer, processus, retrouver
from rncp_utils.hub.requetes import ouvrir
from rncp_utils.hub.roles import COURS, MANDATAIRE
from rncp_utils.referentiel.choix import VARIABLE as VARIABLE_FICHE

DEMARRAGE_S, ARRET_S, SERVEUR_S = 120.0, 30.0, 10.0
CONFIGURATION = "jupyterhub_config.py"
NON_ISOLE = """\
Démonstration à une personne : le Hub n'a pas les droits d'administrateur.
Il n'ouvre que pour votre compte, et NE SÉPARE PERSONNE : leçons, corrigés, carnet de notes et jetons ont le même
propriétaire, et un noyau ouvert ici peut tout lire et tout modifier. Les limites de mémoire ne s'appliquent pas.
N'y faites travailler ni classe ni jury : pour cela, relancez en administrateur (sudo make hub)."""


@dataclass
class Etat:
    """What runs."""

    reglages: Reglages
    hub: Processus | None
    mandataire: Processus | None
    repond: bool
    serveurs: dict[str, int] = field(default_factory=dict)


def demarrer(lieux: Lieux, *, adresse: str | None = None, port: int | None = None) -> tuple[Reglages, list[str]]:
    """Install or bring up to date, then start what does not run yet.

    Raises
    ------
    ErreurRncp
        The Hub does not start: a sentence, with where its log is.
    """
    lieux.etat.mkdir(parents=True, exist_ok=True)
    with _seul(lieux):
        if temoin(lieux, "hub") and _repond(lire_reglages(lieux)):
            return lire_reglages(lieux), ["Le Hub était déjà en marche : rien n'a été changé."]
        reglages, remarques = installer(lieux, adresse=adresse, port=port)
        _demarrer_le_mandataire(lieux, reglages)
        hub = temoin(lieux, "hub")
        if hub:  # it lives, and does not answer
            hub.arreter(ARRET_S)
        _exiger_un_port_libre(reglages.port_du_hub)
        hub = lancer(
            [_commande(lieux, reglages, "jupyterhub"), "-f", str(lieux.depot / "hub" / CONFIGURATION)],
            journal=_journal(lieux, "jupyterhub"),
            env=_environnement(lieux, reglages) | {"RNCP_DEPOT": str(lieux.depot)},
            temoin=lieux.prive / "hub.json",
        )
        _attendre(lieux, reglages, hub)
        # The Hub starts formgrader and does not wait for it.
        _attendre_formgrader(reglages, hub)
        if reglages.isole:
            dire_au_hub(reglages, lire_personnes(lieux).values())
        return reglages, remarques


def arreter(lieux: Lieux) -> list[str]:
    """Stop the Hub, every server, the proxy; French sentences of what was stopped."""
    reglages = lire_reglages(lieux)
    phrases = []
    with _seul(lieux):
        hub, mandataire = temoin(lieux, "hub"), temoin(lieux, "mandataire")
        forces = 0
        if hub:
            forces += hub.arreter(ARRET_S)
            phrases.append("Le Hub est arrêté.")
        serveurs = _serveurs_en_marche(reglages)
        for nom, lance in serveurs:
            forces += lance.arreter(SERVEUR_S)
            if reglages.isole:
                bornes.sortir(nom)
        if serveurs:
            phrases.append(f"Serveurs arrêtés : {', '.join(sorted(nom for nom, _ in serveurs))}.")
        if mandataire:
            forces += mandataire.arreter(ARRET_S)
        for nom in ("hub", "mandataire"):
            (lieux.prive / f"{nom}.json").unlink(missing_ok=True)
        if forces:
            phrases.append(f"{forces} processus n'ont pas répondu à temps et ont été interrompus.")
    return phrases or ["Le Hub n'était pas en marche."]


def etat_du_hub(lieux: Lieux) -> Etat:
    """What runs now, and the memory of each server in bytes (0 where the system does not count it)."""
    reglages = lire_reglages(lieux)
    serveurs = {nom: bornes.memoire_utilisee(nom) or 0 for nom, _ in _serveurs_en_marche(reglages)}
    return Etat(reglages, temoin(lieux, "hub"), temoin(lieux, "mandataire"), _repond(reglages), serveurs)


def temoin(lieux: Lieux, nom: str) -> Processus | None:
    """The Hub (« hub ») or the proxy (« mandataire »), if it runs."""
    return retrouver(lieux.prive / f"{nom}.json")


@contextmanager
def _seul(lieux: Lieux) -> Iterator[None]:
    """Two commands at once: the second waits for the first, then finds its work done."""
    lieux.prive.mkdir(exist_ok=True)
    lieux.prive.chmod(0o700)
    with (lieux.prive / "verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        yield


def _demarrer_le_mandataire(lieux: Lieux, reglages: Reglages) -> None:
    if temoin(lieux, "mandataire"):
        return
    _exiger_un_port_libre(reglages.port, reglages.adresse)
    _exiger_un_port_libre(reglages.port_du_mandataire)
    adresses = [f"--ip={reglages.adresse}", f"--port={reglages.port}"]
    adresses += ["--api-ip=127.0.0.1", f"--api-port={reglages.port_du_mandataire}", "--log-level=error"]
    erreurs = f"--error-target=http://127.0.0.1:{reglages.port_du_hub}/hub/error"
    lance = lancer(
        [*_mandataire(lieux, reglages), *adresses, erreurs],
        journal=_journal(lieux, "mandataire"),
        env=_environnement(lieux, reglages) | {"CONFIGPROXY_AUTH_TOKEN": reglages.jetons["mandataire"]},
        temoin=lieux.prive / "mandataire.json",
        # A port below 1024 asks for the administrator; otherwise what faces the network has no rights.
        compte=MANDATAIRE if reglages.isole and reglages.port >= 1024 else None,
    )
    limite = time.monotonic() + DEMARRAGE_S
    while not _demander(f"http://127.0.0.1:{reglages.port_du_mandataire}/api/routes"):
        if time.monotonic() > limite or not lance.vivant:
            raise ErreurRncp(_echec("mandataire", lieux))
        time.sleep(0.1)


def _mandataire(lieux: Lieux, reglages: Reglages) -> list[str]:
    """Node's proxy where the machine has it, else the one in Python that is installed with the Hub."""
    ailleurs = os.pathsep.join(
        chemin for chemin in os.environ.get("PATH", "").split(os.pathsep) if not Path(chemin, "jupyterhub").exists()
    )
    de_node = shutil.which("configurable-http-proxy", path=ailleurs)
    if de_node and shutil.which("node") and "node" in _premiere_ligne(Path(de_node)):
        return [de_node]
    return [_commande(lieux, reglages, "python"), "-I", "-m", "rncp_utils.hub.mandataire"]


def _premiere_ligne(chemin: Path) -> str:
    with suppress(OSError, UnicodeDecodeError), chemin.open(encoding="utf-8") as fichier:
        return fichier.readline()
    return ""


def _commande(lieux: Lieux, reglages: Reglages, nom: str) -> str:
    return lieux.dans_l_environnement(nom) if reglages.isole else str(Path(sys.executable).with_name(nom))


def _environnement(lieux: Lieux, reglages: Reglages) -> dict[str, str]:
    """Nothing of the administrator's own environment: their passwords and tokens stay theirs."""
    gardees = ("TZ", "LANG", "LC_ALL", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", VARIABLE_BASE, VARIABLE_FICHE)
    commandes = Path(_commande(lieux, reglages, "python")).parent
    env = {nom: os.environ[nom] for nom in gardees if nom in os.environ}
    env |= {"PATH": f"{commandes}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    return env | {"HOME": str(lieux.prive), VARIABLE: str(lieux.etat)}


def _journal(lieux: Lieux, nom: str) -> Path:
    """The last run's log is kept beside."""
    chemin = lieux.journaux / f"{nom}.log"
    if chemin.exists():
        chemin.replace(chemin.with_suffix(".log.1"))
    return chemin


def _attendre(lieux: Lieux, reglages: Reglages, hub: Processus) -> None:
    limite = time.monotonic() + DEMARRAGE_S
    while time.monotonic() < limite and hub.vivant:
        if _repond(reglages):
            return
        time.sleep(0.5)
    raise ErreurRncp(_echec("jupyterhub", lieux))


def _echec(nom: str, lieux: Lieux) -> str:
    journal = lieux.journaux / f"{nom}.log"
    lignes = [ligne for ligne in journal.read_text(errors="replace").splitlines() if ligne.strip()]
    dit = lignes[-1].strip()[:300] if lignes else "sans message"
    return f"Le Hub n'a pas démarré ({dit}) : lisez {journal}, puis recommencez."


def _attendre_formgrader(reglages: Reglages, hub: Processus) -> None:
    limite = time.monotonic() + DEMARRAGE_S
    adresse = f"http://127.0.0.1:{reglages.port_des_corrections}/services/{COURS}/api"
    while time.monotonic() < limite and hub.vivant and not _demander(adresse):
        time.sleep(0.2)


def _repond(reglages: Reglages) -> bool:
    """The Hub itself, then through the proxy, as a browser asks."""
    return (
        _demander(f"http://127.0.0.1:{reglages.port_du_hub}/hub/health") == 200
        and _demander(f"{reglages.url}/hub/health") == 200
    )


def _demander(url: str) -> int:
    """Status of an answer of this machine, 0 when there is none."""
    try:
        with ouvrir(url, timeout=5) as rendu:
            return rendu.status
    except urllib.error.HTTPError as erreur:
        return erreur.code
    except (urllib.error.URLError, OSError, ValueError):
        return 0


def _exiger_un_port_libre(port: int, adresse: str = "127.0.0.1") -> None:
    with socket.socket() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind((adresse, port))
        except OSError as erreur:
            raise ErreurRncp(
                f"L'adresse {adresse}:{port} est prise ou interdite ({erreur.strerror}) : arrêtez le programme qui "
                "l'occupe, ou choisissez un autre port avec --port."
            ) from erreur


def _serveurs_en_marche(reglages: Reglages) -> list[tuple[str, Processus]]:
    """Servers of this Hub that are alive, whatever its database says: also those of a Hub that was killed."""
    pids = [int(dossier.name) for dossier in Path("/proc").glob("[0-9]*")]
    lances = [(_personne(pid, reglages), processus(pid)) for pid in pids]
    return [(nom, lance) for nom, lance in lances if nom and lance]


def _personne(pid: int, reglages: Reglages) -> str:
    """Whose server a process is; empty when it is not a server of this Hub, which its environment names."""
    with suppress(OSError):
        if b"jupyterhub-singleuser" in Path(f"/proc/{pid}/cmdline").read_bytes():
            textes = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace").split("\0")
            env = dict(texte.partition("=")[::2] for texte in textes)
            # Formgrader is a service: the Hub ends it.
            if env.get("JUPYTERHUB_API_URL") == reglages.url_du_hub and "JUPYTERHUB_SERVICE_NAME" not in env:
                return env.get("JUPYTERHUB_USER", "")
    return ""
