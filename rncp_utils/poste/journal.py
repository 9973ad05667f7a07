"""The journal of the workstation: append only, each row with a digest that covers the one before.

Anybody can compute a chain again: a broken one is a sign for whoever grades, an unbroken one proves nothing. What an
action is worth comes from playing it again (:mod:`rncp_utils.poste.rejeu`). Known limit: rows taken away from the end
leave a chain that is right, and refusals change no table, so that refusals erased there leave no trace. No point
depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from rncp_utils.entretien.journal import chainer
from rncp_utils.lecon.reponses import empreinte
from rncp_utils.poste.controles import Controle
from rncp_utils.poste.tables import METADATA

ACCEPTE, REFUSE = "accepte", "refuse"
# Far above the longest work on a client; a file with more rows is not the work of a person.
LIGNES_MAX = 4_000
_JOURNAL, _IDENTITE, _CONTROLES = (METADATA.tables[nom] for nom in ("journal", "identite", "controle"))
# What a digest covers, besides the digest before.
_COUVERTS = ("id", "ts", "ecran", "action", "donnees", "avant", "apres", "resultat")


def graine(identite: Mapping[str, Any]) -> str:
    """Digest with which the chain begins: whose file it is."""
    return empreinte({nom: valeur for nom, valeur in identite.items() if nom != "id"})


def enchainer(depart: str, lignes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Digest of each row, after a first one."""
    nues = [{nom: ligne[nom] for nom in _COUVERTS} for ligne in lignes]
    return [ligne["empreinte"] for ligne in chainer(depart, nues)]


def nombre_de_lignes(connexion: Connection) -> int:
    """Rows of the journal, numbered from 1."""
    return connexion.execute(select(func.max(_JOURNAL.c.id))).scalar() or 0


def ajouter(connexion: Connection, ligne: Mapping[str, Any], controles: Iterable[Controle]) -> int:
    """Add a row (without its id and digest), and what the workstation said of it; return its id."""
    j = _JOURNAL.c
    derniere = connexion.execute(select(j.id, j.empreinte).order_by(j.id.desc()).limit(1)).first()
    if derniere is None:
        [identite] = connexion.execute(select(_IDENTITE)).mappings()
        rang, precedente = 1, graine(identite)
    else:
        rang, precedente = derniere.id + 1, derniere.empreinte
    complete = {"id": rang, **ligne}
    [sienne] = enchainer(precedente, [complete])
    connexion.execute(insert(_JOURNAL), {**complete, "empreinte": sienne})
    for controle in controles:
        connexion.execute(insert(_CONTROLES), {"journal": rang, **vars(controle)})
    return rang
