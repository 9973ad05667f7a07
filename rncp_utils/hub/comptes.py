"""System accounts of the Hub, made with the system's own commands. What exists already is left as it is."""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.hub.roles import COORDINATION, CORRECTEUR, GROUPE_COURS, GROUPE_EXPERTS, MANDATAIRE

SANS_SHELL = "/usr/sbin/nologin"
# Without what is read wrong on paper: 0, O, 1, l, i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
COMMANDES = ("useradd", "groupadd", "usermod", "gpasswd", "chpasswd")
_UID_DES_PERSONNES = 1000


def exiger_les_commandes() -> None:
    """Refuse early, before anything is made, where accounts cannot be made."""
    manquantes = [nom for nom in COMMANDES if _commande(nom) is None]
    if manquantes:
        raise ErreurRncp(
            f"Il manque à ce système {', '.join(manquantes)} pour créer des comptes : installez le paquet passwd "
            "(Debian, Ubuntu) ou shadow-utils (Fedora, RHEL), puis recommencez."
        )


def preparer_les_comptes_du_cours() -> None:
    """Groups, and the accounts that nobody logs in with."""
    for groupe in (GROUPE_COURS, GROUPE_EXPERTS):
        _creer(groupe_existe, groupe, ["groupadd", "--system", groupe])
    for compte in (CORRECTEUR, COORDINATION, MANDATAIRE):
        # Without a password nobody logs in as it, through the Hub or otherwise.
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        _creer(compte_existe, compte, ["useradd", *options, "--shell", SANS_SHELL, compte])
    for compte, groupe in ((CORRECTEUR, GROUPE_COURS), (COORDINATION, GROUPE_COURS), (CORRECTEUR, GROUPE_EXPERTS)):
        mettre_dans_le_groupe(compte, groupe)


def creer_le_compte(identifiant: str, domicile: Path, nom_complet: str) -> None:
    """A person's account, with a home that no other account can open, and no password yet."""
    options = ["--create-home", "--user-group", "--home-dir", str(domicile), "--comment", nom_complet]
    _executer(["useradd", *options, "--shell", SANS_SHELL, identifiant])
    domicile.chmod(0o700)


def changer_le_mot_de_passe(identifiant: str) -> str:
    """A new one, drawn: it is given once to the person."""
    mot = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    _executer(["chpasswd"], entree=f"{identifiant}:{mot}\n")
    return mot


def mettre_dans_le_groupe(compte: str, groupe: str) -> None:
    """Add an account to a group, if it is not in it."""
    if compte not in grp.getgrnam(groupe).gr_mem:
        _executer(["usermod", "--append", "--groups", groupe, compte])


def oter_du_groupe(compte: str, groupe: str) -> None:
    """Take an account out of a group, if it is in it."""
    if compte in grp.getgrnam(groupe).gr_mem:
        _executer(["gpasswd", "--delete", compte, groupe])


def compte_existe(nom: str) -> bool:
    """Is it an account of this system (or of the directory that it asks)?"""
    try:
        pwd.getpwnam(nom)
    except KeyError:
        return False
    return True


def groupe_existe(nom: str) -> bool:
    """Is it a group of this system?"""
    try:
        grp.getgrnam(nom)
    except KeyError:
        return False
    return True


def est_du_systeme(nom: str) -> bool:
    """An account of the system itself (root, daemon…): never a person's."""
    return pwd.getpwnam(nom).pw_uid < _UID_DES_PERSONNES


def executer_comme(compte: str) -> dict[str, Any]:
    """Arguments of :func:`subprocess.run` that give up the administrator's rights for those of ``compte``.

    None without these rights: what runs then runs as oneself.
    """
    if os.geteuid():
        return {}
    fiche = pwd.getpwnam(compte)
    return {"user": fiche.pw_uid, "group": fiche.pw_gid, "extra_groups": os.getgrouplist(compte, fiche.pw_gid)}


def appartenir(chemin: Path, compte: str, groupe: str, droits: int) -> None:
    """Owner, group and rights of a folder or file."""
    os.chown(chemin, pwd.getpwnam(compte).pw_uid, grp.getgrnam(groupe).gr_gid)
    # After the owner: changing it drops the set-group bit.
    chemin.chmod(droits)


def _creer(existe: Callable[[str], bool], nom: str, commande: list[str]) -> None:
    if existe(nom):
        return
    try:
        _executer(commande)
    except ErreurRncp:
        # Another Hub of this machine may have made it meanwhile.
        if not existe(nom):
            raise


def _commande(nom: str) -> str | None:
    return shutil.which(nom) or shutil.which(nom, path="/usr/sbin:/sbin")


def _executer(commande: list[str], entree: str | None = None) -> None:
    chemin = _commande(commande[0])
    if chemin is None:
        exiger_les_commandes()
    fini = subprocess.run([chemin, *commande[1:]], input=entree, capture_output=True, text=True, check=False)
    if fini.returncode:
        detail = (fini.stderr or fini.stdout).strip().splitlines()
        raise ErreurRncp(
            f"La commande {commande[0]} a échoué ({detail[-1] if detail else f'code {fini.returncode}'}) : vérifiez "
            "les comptes de ce système, puis recommencez ; ce qui est déjà fait sera gardé."
        )
