"""The folder of the Hub: made the first time, brought up to date each time, never emptied."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rncp_utils.autograde.cours import CONFIG_FILE
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.grading.grilles import devoirs_observes
from rncp_utils.hub import comptes
from rncp_utils.hub.environnement import preparer_environnement
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.roles import COORDINATION, CORRECTEUR, COURS, GROUPE_COURS, GROUPE_EXPERTS, SERVICE_INSCRIPTION
from rncp_utils.hub.taches import comme

PORT = 8000
REGLAGES_LOCAUX = "reglages_locaux.py"
# What a new version replaces in the course, unless somebody changed it.
LIVRES = ("source", "corriges", "docs/tableaux_de_bord")
_SUITE_DE_LA_CONFIG = """

# Added by « rncp hub »: this file is written again at each start; your own settings go to {locaux}, beside it.
c.Exchange.root = {echange!r}
_locaux = Path(__file__).with_name({locaux!r})
if _locaux.exists():
    exec(compile(_locaux.read_text(encoding="utf-8"), str(_locaux), "exec"))
"""


@dataclass
class Reglages:
    """What stays the same from one start to the next: servers that run know these addresses.

    Attributes
    ----------
    adresse, port
        Where browsers connect.
    port_du_hub, port_du_mandataire, port_des_corrections
        Inner addresses, on the loopback.
    jetons
        Token of each service, and that of the proxy.
    isole
        Whether each person has a system account (started by the administrator).
    inactivite
        Seconds after which an idle server is stopped.
    """

    adresse: str = "127.0.0.1"
    port: int = PORT
    port_du_hub: int = 0
    port_du_mandataire: int = 0
    port_des_corrections: int = 0
    jetons: dict[str, str] = field(default_factory=dict)
    isole: bool = True
    inactivite: int = 7200
    mot_de_passe: str = ""

    @property
    def url(self) -> str:
        """Address to open in a browser."""
        return f"http://{self.adresse if self.adresse not in ('0.0.0.0', '') else '127.0.0.1'}:{self.port}"

    @property
    def url_du_hub(self) -> str:
        """Address of the Hub's API, for this machine."""
        return f"http://127.0.0.1:{self.port_du_hub}/hub/api"


def lire_reglages(lieux: Lieux) -> Reglages:
    """Settings of an installed Hub; raise :class:`ErreurRncp` when there is none, or for who may not read them."""
    try:
        return Reglages(**json.loads(lieux.reglages.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ErreurRncp(f"Aucun Hub n'est installé dans « {lieux.etat} » : lancez d'abord « make hub ».") from None
    except PermissionError:
        raise ErreurRncp(f"Le Hub de « {lieux.etat} » est à l'administrateur : relancez avec sudo.") from None
    except (ValueError, TypeError) as erreur:
        raise ErreurRncp(
            f"Le fichier « {lieux.reglages} » est illisible ({erreur}) : remettez-le d'une sauvegarde, ou ôtez-le pour "
            "que d'autres adresses et d'autres jetons soient tirés."
        ) from erreur


def installer(lieux: Lieux, *, adresse: str | None = None, port: int | None = None) -> tuple[Reglages, list[str]]:
    """Make the folder or bring it up to date; the settings, and what is to be told."""
    isole = os.geteuid() == 0
    if isole:
        comptes.exiger_les_commandes()
        comptes.preparer_les_comptes_du_cours()
    _preparer_les_dossiers(lieux, isole)
    reglages = _preparer_les_reglages(lieux, isole, adresse, port)
    if isole:
        preparer_environnement(lieux)
    return reglages, _preparer_le_cours(lieux, isole)


def _preparer_les_dossiers(lieux: Lieux, isole: bool) -> None:
    lieux.etat.mkdir(parents=True, exist_ok=True)
    if isole:
        lieux.etat.chmod(0o755)
        _exiger_accessible(lieux.etat)
    droits = {
        **dict.fromkeys((lieux.prive, lieux.journaux), 0o700),
        **dict.fromkeys((lieux.domiciles, lieux.postes, lieux.prises), 0o711),
        lieux.lecons: 0o755,
        # nbgrader wants a folder that all may write in; nobody takes away what another put there.
        lieux.echange: 0o1777,
    }
    for dossier, mode in droits.items():
        dossier.mkdir(exist_ok=True)
        dossier.chmod(mode if isole else 0o700)
    observations = [Path("observations"), *(Path("observations", devoir) for devoir in devoirs_observes())]
    for nom in (Path(), *map(Path, LIVRES), *observations, Path("exports"), Path("session"), Path("bureaux")):
        (lieux.cours / nom).mkdir(parents=True, exist_ok=True)
    if isole:
        _partager_le_cours(lieux, observations)
    else:
        for dossier in (lieux.postes / "correction", lieux.prises / "correction"):
            dossier.mkdir(exist_ok=True)


def _exiger_accessible(etat: Path) -> None:
    fermes = [dossier for dossier in etat.parents if not dossier.stat().st_mode & 0o001]
    if fermes:
        raise ErreurRncp(
            f"Le dossier du Hub « {etat} » est dans « {fermes[-1]} », que les comptes des apprenants ne peuvent pas "
            "traverser : choisissez-en un autre, par exemple RNCP_HUB=/srv/rncp."
        )


def _partager_le_cours(lieux: Lieux, observations: list[Path]) -> None:
    """Who reads and who writes what, by the system's own rights. The graders' account owns the course."""
    cours = lieux.cours
    # Experts cross it without a list of what is in it.
    comptes.appartenir(cours, CORRECTEUR, GROUPE_COURS, 0o2751)
    for nom in ("source", "corriges", "docs", "docs/tableaux_de_bord"):
        comptes.appartenir(cours / nom, CORRECTEUR, GROUPE_COURS, 0o2750)
    for nom in ("exports", "bureaux"):
        comptes.appartenir(cours / nom, CORRECTEUR, GROUPE_COURS, 0o3770)
    for nom in observations:
        comptes.appartenir(cours / nom, CORRECTEUR, GROUPE_EXPERTS, 0o3770)
    # Decisions of the jury, key of the pseudonyms: not the graders'.
    comptes.appartenir(cours / "session", COORDINATION, GROUPE_COURS, 0o2700)
    # The formgrader service is nobody's server: its home and its sockets are made here.
    for dossier in (lieux.postes / "correction", lieux.prises / "correction"):
        dossier.mkdir(exist_ok=True)
        comptes.appartenir(dossier, CORRECTEUR, CORRECTEUR, 0o700)
    journal = cours / "journal_audit.jsonl"
    if not journal.exists():
        journal.touch()
        comptes.appartenir(journal, CORRECTEUR, GROUPE_COURS, 0o660)
    depot = lieux.echange / COURS
    if not depot.exists():
        # Nobody else can take the name of the course first.
        depot.mkdir()
        comptes.appartenir(depot, CORRECTEUR, GROUPE_COURS, 0o755)


def _preparer_les_reglages(lieux: Lieux, isole: bool, adresse: str | None, port: int | None) -> Reglages:
    reglages = lire_reglages(lieux) if lieux.reglages.exists() else Reglages()
    reglages.isole = isole
    reglages.adresse = adresse or reglages.adresse
    reglages.port = reglages.port if port is None else port
    for nom in ("port", "port_du_hub", "port_du_mandataire", "port_des_corrections"):
        setattr(reglages, nom, getattr(reglages, nom) or _port_libre())
    for nom in ("mandataire", COURS, SERVICE_INSCRIPTION):
        reglages.jetons.setdefault(nom, secrets.token_hex(32))
    reglages.mot_de_passe = reglages.mot_de_passe or secrets.token_urlsafe(12)
    ecrire_texte(lieux.reglages, json.dumps(asdict(reglages), indent=1))
    lieux.reglages.chmod(0o600)
    return reglages


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def _preparer_le_cours(lieux: Lieux, isole: bool) -> list[str]:
    _remplacer(lieux.depot / "course", lieux.lecons / "course")
    _remplacer(lieux.depot / "docs" / "tableaux_de_bord", lieux.lecons / "tableaux")
    if not (lieux.cours / "course").exists():
        (lieux.cours / "course").symlink_to("../lecons/course")
    # Read by the graders' account, which may not be able to enter the repository.
    livraison = lieux.etat / "livraison"
    for nom in LIVRES:
        _remplacer(lieux.depot / nom, livraison / nom)
    texte = (lieux.depot / CONFIG_FILE).read_text(encoding="utf-8")
    suite = _SUITE_DE_LA_CONFIG.format(locaux=REGLAGES_LOCAUX, echange=str(lieux.echange))
    ecrire_texte(livraison / CONFIG_FILE, texte + suite)
    if isole:
        comptes.appartenir(livraison, "root", GROUPE_COURS, 0o750)
    gardes = comme(CORRECTEUR, lieux, "deployer_le_cours", livraison=str(livraison), cours=str(lieux.cours))
    comme(CORRECTEUR, lieux, "preparer_le_carnet", cours=str(lieux.cours))
    return [f"{nom} : gardé tel que vous l'avez modifié." for nom in gardes]


def _remplacer(source: Path, cible: Path) -> None:
    """A fresh copy that everybody may read as far as its folder allows."""
    neuf = cible.with_name(f"{cible.name}.neuf")
    shutil.rmtree(neuf, ignore_errors=True)
    neuf.parent.mkdir(parents=True, exist_ok=True)
    ignores = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "reponses", "README.md")
    shutil.copytree(source, neuf, ignore=ignores)
    for chemin in [neuf, *neuf.rglob("*")]:
        chemin.chmod(0o755 if chemin.is_dir() else 0o644)
    shutil.rmtree(cible, ignore_errors=True)
    neuf.rename(cible)
