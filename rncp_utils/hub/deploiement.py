"""A tree of files given to people who may change it: new versions come in, what they changed stays theirs."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from rncp_utils.fichiers import ecrire_texte, ecriture_atomique

IGNORES = {".ipynb_checkpoints", "__pycache__", "reponses"}


def deployer(source: Path, cible: Path, manifeste: Path) -> list[str]:
    """Bring ``cible`` up to date from ``source``; give the files that were left because somebody changed them.

    A file is written when it is missing or still is what a former run wrote; ``manifeste`` keeps what was written.
    A file that was deleted on purpose comes back: what is given is whole.
    """
    donnes = json.loads(manifeste.read_text(encoding="utf-8")) if manifeste.exists() else {}
    gardes, ecrits = [], {}
    for chemin in sorted(source.rglob("*")):
        nom = chemin.relative_to(source).as_posix()
        if not chemin.is_file() or IGNORES & set(chemin.parts):
            continue
        copie, neuve = cible / nom, _empreinte(chemin)
        ecrits[nom] = neuve
        if copie.exists():
            actuelle = _empreinte(copie)
            if actuelle == neuve:
                continue
            if actuelle != donnes.get(nom):
                # Another version comes one day: the same answer then.
                ecrits[nom] = donnes.get(nom, "")
                gardes.append(nom)
                continue
        with ecriture_atomique(copie) as temporaire:
            shutil.copyfile(chemin, temporaire)
    ecrire_texte(manifeste, json.dumps(ecrits, indent=0, sort_keys=True))
    return gardes


def _empreinte(chemin: Path) -> str:
    return hashlib.sha256(chemin.read_bytes()).hexdigest()
