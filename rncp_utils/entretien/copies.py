"""What is wrong with the interview of a copy that was handed in, for whoever grades it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rncp_utils.entretien.chargement import charger_scenario
from rncp_utils.entretien.indicateurs import erreurs_bloquantes
from rncp_utils.entretien.journal import CELLULE, lire_journal
from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.rejeu import Rejeu, rejouer
from rncp_utils.entretien.verite import ROUGES
from rncp_utils.lecon.anomalies import Anomalie, decrire, heures_douteuses, montrer
from rncp_utils.lecon.appels import appels

NOM = "Entretien"


@dataclass(frozen=True)
class Appel:
    """An interview of an assignment: what the call ``Entretien(…)`` of its notebook says.

    Attributes
    ----------
    attendus : dict
        ``session`` and ``variante`` that the journal must bear, as far as the call writes them out.
    """

    scenario: Scenario
    devoir: str
    cellule: str
    attendus: dict[str, str]


def entretiens_du_devoir(dossier: Path, verite: Path | None = None) -> list[Appel]:
    """Interviews of a released assignment, in the order of its notebooks.

    ``verite`` is the hidden truth of its scenario, where this machine has it: it tells the blocking errors.

    Raises
    ------
    ErreurRncp
        A scenario cannot be read: it is the author's, and what a copy says of it would mean nothing.
    """
    from nbformat import read  # a notebook that plays an interview does not need it

    trouves = []
    for chemin in sorted(dossier.glob("*.ipynb")):
        for cellule in read(chemin, as_version=4).cells:
            if cellule.cell_type == "code":
                trouves += [_appel(noeud, dossier, verite) for noeud in appels(cellule.source, NOM)]
    return trouves


def _appel(noeud: ast.Call, dossier: Path, verite: Path | None) -> Appel:
    nom = _litteral(noeud.args[0]) or ""
    if nom.endswith((".yaml", ".yml")):
        scenario = charger_scenario(dossier / nom, verite=verite)
    else:
        scenario = charger_scenario(nom)
    donnes = {mot.arg: _litteral(mot.value) for mot in noeud.keywords}
    attendus = {cle: donnes.get(cle, "") for cle in ("session", "variante")}
    return Appel(
        scenario,
        donnes.get("devoir") or scenario.scenario,
        donnes.get("cellule") or CELLULE,
        {cle: valeur for cle, valeur in attendus.items() if valeur is not None},
    )


def _litteral(noeud: ast.expr) -> Any:
    """A text written out in a call, or None: a name is known only when the cell runs."""
    return noeud.value if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) else None


def anomalies_de_l_entretien(copie: Path, appel: Appel, apprenant: str) -> list[Anomalie]:
    """What is wrong with the journal of a copy, one anomaly a fault; never raises for what the copy contains."""
    journal = lire_journal(copie, appel.devoir, appel.cellule)
    rejeu = rejouer(journal, appel.scenario, devoir=appel.devoir, cellule=appel.cellule, apprenant=apprenant)
    if journal.contenu is None or any(a.code.startswith("autre_") or a.code == "version" for a in rejeu.anomalies):
        return list(rejeu.anomalies)
    constats = [*_entete(journal.contenu, appel), *_deroulement(rejeu), *_dates(rejeu), *_bloquantes(rejeu, appel)]
    return [*rejeu.anomalies, *constats]


def _entete(contenu: dict[str, Any], appel: Appel) -> Iterator[Anomalie]:
    """Session and variant do not change what the replay earns: they are only to be looked at."""
    for cle, attendu in appel.attendus.items():
        if contenu.get(cle) != attendu:
            lu = f"la {cle} qu'il indique est {decrire(contenu.get(cle))} au lieu de « {montrer(attendu)} »"
            yield _anomalie(f"autre_{cle}", lu, "ses choix sont repris ; une personne doit l'examiner")


def _deroulement(rejeu: Rejeu) -> Iterator[Anomalie]:
    if not rejeu.situation.tours:
        yield _anomalie("sans_echange", "aucun échange n'a pu y être lu", "l'entretien vaut 0")
    elif not rejeu.situation.clos:
        yield _anomalie("non_clos", "il n'a pas été clos", "les échanges déjà faits sont notés")


def _dates(rejeu: Rejeu) -> Iterator[Anomalie]:
    """Hours that go backwards, or that nobody can read: a clock put back, or a journal written by hand."""
    illisibles, reculent = heures_douteuses(tour.horodatage for tour in rejeu.situation.tours)
    if illisibles:
        pluriel = "s" if illisibles > 1 else ""
        probleme = f"l'heure de {illisibles} échange{pluriel} ne peut pas être lue"
        yield _anomalie("horodatage", probleme, "l'ordre des échanges est gardé, à examiner")
    if reculent:
        yield _anomalie("horodatage", "ses heures reviennent en arrière", "l'ordre des échanges est gardé, à examiner")


def _bloquantes(rejeu: Rejeu, appel: Appel) -> Iterator[Anomalie]:
    """What caps a competence if the expert confirms it: told, never applied by the machine."""
    if appel.scenario.verite is None:
        return
    for echange in erreurs_bloquantes(rejeu.situation, appel.scenario.verite):
        probleme = (
            f"l'échange {echange.rang} est une erreur bloquante possible pour {echange.note.bloquante} "
            f"({ROUGES[echange.note.rouge]})"
        )
        suite = "si l'expert la confirme, écrivez-la dans « erreurs_bloquantes.csv », avec son motif"
        yield _anomalie("erreur_bloquante", probleme, suite)


def _anomalie(code: str, probleme: str, suite: str) -> Anomalie:
    return Anomalie(code, "journal de l'entretien", probleme, suite)
