"""Pseudonymes des apprenants : stables, tirés d'une clé que garde le coordinateur.

Sans la clé ni la table de correspondance, rien ne mène d'un pseudonyme à une personne. Les deux restent dans le dossier
``session`` du cours, lisible du seul coordinateur ; elles ne vont ni dans les exports, ni dans Git.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.grading.entrees import DOSSIER, lire_inscriptions
from rncp_utils.grading.lecture_csv import lire_csv_fr
from rncp_utils.referentiel import charger_referentiel
from rncp_utils.tableurs import ecrire_csv_fr

CLE, CORRESPONDANCE = "cle_pseudonymes.txt", "correspondance.csv"
COLONNES = ("apprenant", "nom", "prenom", "pseudonyme")
# Without 0, O, 1, I, L and U: read aloud or copied by hand, a pseudonym stays itself.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGUEUR = 8
_HEXA = re.compile(r"[0-9a-f]{64}")
_PRIVE = 0o600


@dataclass
class Pseudonymes:
    """Pseudonyme de chaque apprenant, du genre « A-7F3K-2QXM ».

    Attributes
    ----------
    cle
        Clé secrète.
    connus
        Pseudonymes déjà donnés : un apprenant garde le sien d'un export à l'autre.
    """

    cle: bytes
    connus: dict[str, str] = field(default_factory=dict)

    def de(self, apprenant: str) -> str:
        """Pseudonyme d'un apprenant ; le même tant que la clé est la même.

        >>> une, autre = Pseudonymes(b"cle"), Pseudonymes(b"autre cle")
        >>> une.de("a.martin") == Pseudonymes(b"cle").de("a.martin") != autre.de("a.martin")
        True
        """
        if apprenant not in self.connus:
            pris = set(self.connus.values())
            self.connus[apprenant] = next(p for p in self._candidats(apprenant) if p not in pris)
        return self.connus[apprenant]

    def table(self, apprenants: Iterable[str]) -> dict[str, str]:
        """Apprenant → pseudonyme."""
        pris = set(self.connus.values())
        for apprenant in sorted(set(apprenants) - set(self.connus)):
            pseudonyme = next(p for p in self._candidats(apprenant) if p not in pris)
            self.connus[apprenant] = pseudonyme
            pris.add(pseudonyme)
        return {apprenant: self.connus[apprenant] for apprenant in apprenants}

    def taire(self, texte: str, apprenant: str) -> str:
        """Le texte, où le pseudonyme remplace l'identifiant."""
        if not apprenant or apprenant not in texte:
            return texte
        return re.sub(rf"(?<!\w){re.escape(apprenant)}(?!\w)", self.de(apprenant), texte)

    def est_de_la_cle(self, apprenant: str, pseudonyme: str) -> bool:
        """Si ``pseudonyme`` peut avoir été tiré de la clé (premiers tirages, en cas de doublon)."""
        candidats = self._candidats(apprenant)
        return any(next(candidats) == pseudonyme for _ in range(5))

    def _candidats(self, apprenant: str):
        """Draws of the key for a learner: two of 10 000 learners share the first one about once in 10 000 cohorts."""
        tour = 0
        while True:
            message = f"{tour}:{apprenant}".encode()
            nombre = int.from_bytes(hmac.digest(self.cle, message, hashlib.sha256), "big")
            signes = []
            for _ in range(LONGUEUR):
                nombre, rang = divmod(nombre, len(ALPHABET))
                signes.append(ALPHABET[rang])
            yield f"A-{''.join(signes[:4])}-{''.join(signes[4:])}"
            tour += 1


def ouvrir_pseudonymes(cours: Path, cle: Path | None = None) -> Pseudonymes:
    """Pseudonymes d'un cours ; la clé est créée la première fois.

    Parameters
    ----------
    cours
        Dossier du cours.
    cle
        Fichier de la clé ; par défaut ``session/cle_pseudonymes.txt``. La table de correspondance est à côté.

    Raises
    ------
    ErreurDonnees
        La clé est illisible, ou la table de correspondance vient d'une autre clé.
    """
    chemin = chemin_de_la_cle(cours, cle)
    pseudonymes = Pseudonymes(_lire_cle(chemin))
    table = chemin.with_name(CORRESPONDANCE)
    if table.exists():
        lue = lire_csv_fr(table, COLONNES)
        pseudonymes.connus.update(zip(lue["apprenant"], lue["pseudonyme"], strict=True))
        if not all(pseudonymes.est_de_la_cle(*paire) for paire in pseudonymes.connus.items()):
            raise ErreurDonnees(
                f"La table « {table} » ne vient pas de la clé « {chemin.name} » : remettez la bonne clé, ou écartez "
                "cette table pour donner de nouveaux pseudonymes."
            )
    return pseudonymes


def chemin_de_la_cle(cours: Path, cle: Path | None = None) -> Path:
    """Fichier de la clé d'un cours."""
    return Path(cours) / DOSSIER / CLE if cle is None else Path(cle)


def ecrire_correspondance(pseudonymes: Pseudonymes, cours: Path, cle: Path | None = None) -> Path:
    """Écrit la table de correspondance à côté de la clé, lisible du seul propriétaire, et rend son chemin."""
    inscriptions = lire_inscriptions(cours, charger_referentiel())
    chemin = chemin_de_la_cle(cours, cle).with_name(CORRESPONDANCE)
    noms = {ligne["apprenant"]: (ligne["nom"], ligne["prenom"]) for ligne in inscriptions.to_dict("records")}
    lignes = [(qui, *noms.get(qui, ("", "")), pseudonyme) for qui, pseudonyme in sorted(pseudonymes.connus.items())]
    if chemin.exists():
        chemin.chmod(_PRIVE)
    ecrire_csv_fr(pd.DataFrame(lignes, columns=list(COLONNES), dtype=object), chemin)
    chemin.chmod(_PRIVE)
    return chemin


def _lire_cle(chemin: Path) -> bytes:
    try:
        if not chemin.exists():
            chemin.parent.mkdir(parents=True, exist_ok=True)
            # Created private at once, and never over another one.
            descripteur = os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVE)
            with os.fdopen(descripteur, "w", encoding="ascii") as fichier:
                fichier.write(secrets.token_hex(32) + "\n")
        texte = chemin.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurRncp(
            f"La clé des pseudonymes « {chemin} » ne peut pas être lue ou créée : vérifiez vos droits sur ce dossier."
        ) from erreur
    if not _HEXA.fullmatch(texte):
        raise ErreurDonnees(
            f"Le fichier « {chemin} » n'est pas une clé de pseudonymes (64 chiffres hexadécimaux attendus) : remettez "
            "la bonne clé, ou ôtez ce fichier pour en créer une."
        )
    return bytes.fromhex(texte)
