"""Where the Hub keeps its things: one folder, which backup, upgrade and removal deal with as a whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VARIABLE, VARIABLE_BASE = "RNCP_HUB", "RNCP_HUB_BASE"
# A place that other accounts can reach, unlike a checkout in an administrator's home.
DOSSIER_DU_SYSTEME = Path("/srv/rncp")


@dataclass(frozen=True)
class Lieux:
    """Folders and files of a Hub.

    Attributes
    ----------
    depot
        The repository: configuration of the Hub, sources of the course.
    etat
        The folder of the Hub.
    """

    depot: Path
    etat: Path

    @property
    def environnement(self) -> Path:
        """Python and libraries, which every account may run and none but the administrator may change."""
        return self.etat / "environnement"

    @property
    def cours(self) -> Path:
        """The instructors' course: sources, copies, gradebook."""
        return self.etat / "cours"

    @property
    def lecons(self) -> Path:
        """Holds ``course/``, the lessons that each learner gets a copy of."""
        return self.etat / "lecons"

    @property
    def echange(self) -> Path:
        """nbgrader's exchange."""
        return self.etat / "echange"

    @property
    def domiciles(self) -> Path:
        """Home folders of the accounts made by ``rncp hub inscrire``."""
        return self.etat / "domiciles"

    @property
    def postes(self) -> Path:
        """Settings and Jupyter data of those who work under a shared account, one folder a person."""
        return self.etat / "postes"

    @property
    def prises(self) -> Path:
        """Sockets of the kernels, one folder a person."""
        return self.etat / "prises"

    @property
    def prive(self) -> Path:
        """What the administrator alone reads: database, secrets, people."""
        return self.etat / "prive"

    @property
    def journaux(self) -> Path:
        """Logs of the Hub, the proxy and each server."""
        return self.etat / "journaux"

    @property
    def base(self) -> Path:
        """Database of the Hub, unless ``$RNCP_HUB_BASE`` names another."""
        return self.prive / "jupyterhub.sqlite"

    @property
    def adresse_de_la_base(self) -> str:
        """SQLAlchemy address of the Hub's database."""
        return os.environ.get(VARIABLE_BASE, "").strip() or f"sqlite:///{self.base}"

    @property
    def personnes(self) -> Path:
        """People known to the Hub."""
        return self.prive / "personnes.csv"

    @property
    def reglages(self) -> Path:
        """Addresses, mode and secrets, kept from one start to the next."""
        return self.prive / "reglages.json"

    def dans_l_environnement(self, commande: str) -> str:
        """Path of a command of the Hub's environment."""
        return str(self.environnement / "bin" / commande)


def lieux_du_hub(depot: Path, etat: Path | None = None) -> Lieux:
    """``etat`` if given, else ``$RNCP_HUB``, else ``/srv/rncp`` for the administrator and ``hub/etat`` for others."""
    if etat is None:
        impose = os.environ.get(VARIABLE, "").strip()
        etat = Path(impose) if impose else DOSSIER_DU_SYSTEME if os.geteuid() == 0 else depot / "hub" / "etat"
    return Lieux(depot.resolve(), etat.resolve())
