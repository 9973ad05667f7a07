"""What is wrong with the workstation of a copy that was handed in, for whoever grades it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rncp_utils.lecon.anomalies import Anomalie, decrire, heures_douteuses, montrer
from rncp_utils.lecon.appels import appels
from rncp_utils.poste.fichier import CELLULE

NOM = "mon_poste"
# Refusals of one check above which the expert is told.
REFUS_TOLERES = 3


@dataclass(frozen=True)
class PosteDemande:
    """A workstation of an assignment: what the call ``mon_poste(…)`` of its notebook says.

    Attributes
    ----------
    codes : tuple of str
        Situations that its client is drawn from.
    session : str
        Session of the release, which the client and the figures are drawn from.
    """

    codes: tuple[str, ...]
    devoir: str
    cellule: str
    session: str


def postes_du_devoir(dossier: Path, devoir: str, session: str) -> list[PosteDemande]:
    """Workstations of a released assignment, in the order of its notebooks."""
    from nbformat import read  # a notebook that shows a workstation does not need it

    cellules = (c for chemin in sorted(dossier.glob("*.ipynb")) for c in read(chemin, as_version=4).cells)
    return postes_ecrits((c.source for c in cellules if c.cell_type == "code"), devoir, session)


def postes_ecrits(sources: Iterable[str], devoir: str, session: str) -> list[PosteDemande]:
    """Workstations that the code of some cells opens, in their order."""
    return [_demande(appel, devoir, session) for source in sources for appel in appels(source, NOM)]


def _demande(appel: ast.Call, devoir: str, session: str) -> PosteDemande:
    ecrits = {mot.arg: mot.value.value for mot in appel.keywords if isinstance(mot.value, ast.Constant)}
    return PosteDemande(tuple(ast.literal_eval(appel.args[0])), devoir, ecrits.get("cellule", CELLULE), session)


def anomalies_du_poste(copie: Path, demande: PosteDemande, apprenant: str) -> list[Anomalie]:
    """What is wrong with the file of a copy, one anomaly a fault; never raises for what the copy contains."""
    from rncp_utils.poste.base import chemin_du_poste
    from rncp_utils.poste.rejeu import lire_journal_de, rejouer
    from rncp_utils.poste.situation import situation
    from rncp_utils.poste.tirage import client_tire

    code = client_tire(demande.codes, apprenant, demande.devoir, demande.session)
    une = situation(code, apprenant=apprenant, devoir=demande.devoir, session=demande.session)
    lu = lire_journal_de(chemin_du_poste(copie, demande.devoir, demande.cellule))
    rejeu = rejouer(lu, une, devoir=demande.devoir, cellule=demande.cellule, apprenant=apprenant)
    if lu.identite is None or any(a.code.startswith("autre_") for a in rejeu.anomalies):
        return list(rejeu.anomalies)
    constats = [*_session(lu.identite["session"], demande.session), *_dates(rejeu.poste.journal())]
    return [*rejeu.anomalies, *constats, *_contournements(rejeu.poste.table("controle"))]


def _session(lue: object, attendue: str) -> Iterator[Anomalie]:
    """It changes nothing of what the replay earns (figures are those of the release): it is only to be looked at."""
    if lue != attendue:
        probleme = f"la session qu'il indique est {decrire(lue)} au lieu de « {montrer(attendue)} »"
        yield _anomalie("autre_session", probleme, "ses actions sont rejouées ; une personne doit l'examiner")


def _dates(journal: list[dict[str, Any]]) -> Iterator[Anomalie]:
    """Hours that go backwards, or that nobody can read: a clock put back, or a journal written by hand."""
    illisibles, reculent = heures_douteuses(ligne["ts"] for ligne in journal)
    if illisibles:
        probleme = f"l'heure de certaines actions ne peut pas être lue ({illisibles})"
        yield _anomalie("horodatage", probleme, "l'ordre des actions est gardé, à examiner")
    if reculent:
        yield _anomalie("horodatage", "ses heures reviennent en arrière", "l'ordre des actions est gardé, à examiner")


def _contournements(controles: list[dict[str, Any]]) -> Iterator[Anomalie]:
    """Checks that blocked again and again: no point is lost, an expert looks."""
    for code, fois in sorted(Counter(c["code"] for c in controles if c["bloquant"]).items()):
        if fois > REFUS_TOLERES:
            probleme = f"le contrôle {code} a bloqué {fois} actions"
            yield _anomalie("contournement", probleme, "un expert métier regarde pourquoi, sans retrait de points")


def _anomalie(code: str, probleme: str, suite: str) -> Anomalie:
    return Anomalie(code, "fichier du poste de travail", probleme, suite)
