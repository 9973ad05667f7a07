"""The Hub's spawner: a server under the right account, with the settings of the role, bounded, its log apart."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import STDOUT

from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Bool, Unicode

from rncp_utils.hub import bornes
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.roles import APPRENANT, FORMATEUR, Role, role_des_groupes
from rncp_utils.hub.serveur import DEMONSTRATION

JOURNAL_MAX = 5_000_000
SANS_ROLE = (
    "Ce compte n'a aucun rôle dans cette formation : demandez à l'administrateur de vous inscrire, puis revenez."
)


class SansRole(Exception):
    """Somebody whom the system knows and no list of people names."""

    jupyterhub_message = SANS_ROLE


class LanceurRncp(LocalProcessSpawner):
    """One server a person; the account, the settings and the bounds follow from the role."""

    etat = Unicode(help="Folder of the Hub.").tag(config=True)
    depot = Unicode(help="The repository.").tag(config=True)
    isole = Bool(True, help="Whether each person has a system account.").tag(config=True)

    @property
    def lieux(self) -> Lieux:
        """Folders of the Hub."""
        return Lieux(Path(self.depot), Path(self.etat))

    @property
    def role(self) -> Role | None:
        """Role of the person, from the groups of the Hub as they are now."""
        return role_des_groupes([groupe.name for groupe in self.user.groups])

    @property
    def compte(self) -> str:
        """System account under which the server runs."""
        role = self.role
        return role.compte if self.isole and role and role.compte else self.user.name

    @property
    def domicile(self) -> Path:
        """Home of the server."""
        if not self.isole:
            return self.lieux.etat / "poste"
        if self.compte != self.user.name:
            return self.lieux.postes / self.user.name
        return Path(pwd.getpwnam(self.compte).pw_dir)

    async def start(self):
        """Prepare what only the Hub may prepare, then start the server."""
        role = self.role
        if role is None:
            raise SansRole(SANS_ROLE)
        self._preparer_les_dossiers()
        python = self.lieux.dans_l_environnement("python") if self.isole else sys.executable
        self.cmd = [python, "-I", "-m", "rncp_utils.hub.serveur"]
        self.cmd += [role.code if self.isole else DEMONSTRATION, self.etat, self.user.name]
        self.default_url = self._premiere_page(role)
        self.mem_limit = role.memoire
        journal = self._journal()
        try:
            self.popen_kwargs = {"stdout": journal, "stderr": STDOUT, "cwd": "/"}
            return await super().start()
        finally:
            os.close(journal)

    def _premiere_page(self, role: Role) -> str:
        if not self.isole:
            return f"/lab/tree/poste/{role.page}"
        bureau = f"bureaux/{self.user.name}/" if role.compte else ""
        return f"/lab/tree/{bureau}{role.page}"

    def _preparer_les_dossiers(self) -> None:
        """Folders in places that the administrator alone writes in."""
        prives = [self.lieux.prises / self.user.name]
        if self.compte != self.user.name or not self.isole:
            prives.append(self.domicile)
        for dossier in prives:
            dossier.mkdir(exist_ok=True)
            if self.isole:
                fiche = pwd.getpwnam(self.compte)
                os.chown(dossier, fiche.pw_uid, fiche.pw_gid)
            dossier.chmod(0o700)

    def _journal(self) -> int:
        chemin = self.lieux.journaux / f"serveur-{self.user.name}.log"
        if chemin.exists() and chemin.stat().st_size > JOURNAL_MAX:
            chemin.replace(chemin.with_suffix(".log.1"))
        return os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Where the server lives; who the person is stays ``JUPYTERHUB_USER``."""
        commandes = str(Path(self.lieux.dans_l_environnement("python") if self.isole else sys.executable).parent)
        env |= {"USER": self.compte, "LOGNAME": self.compte, "HOME": str(self.domicile), "SHELL": "/bin/sh"}
        return env | {"PATH": f"{commandes}:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Between fork and exec: bounds, then the account, for good."""
        role, compte, isole = self.role or APPRENANT, self.compte, self.isole
        if not isole:
            return lambda: os.umask(role.masque) and None
        fiche = pwd.getpwnam(compte)
        groupes = os.getgrouplist(compte, fiche.pw_gid)
        delegue = fiche.pw_uid if role == FORMATEUR else -1

        def devenir() -> None:
            bornes.entrer(name, role.memoire, role.processus, delegue=delegue)
            os.umask(role.masque)
            os.setgroups(groupes)
            os.setgid(fiche.pw_gid)
            os.setuid(fiche.pw_uid)

        return devenir

    async def stop(self, now: bool = False):
        """Stop the server, then remove its groups."""
        await super().stop(now)
        if self.isole:
            bornes.sortir(self.user.name)
