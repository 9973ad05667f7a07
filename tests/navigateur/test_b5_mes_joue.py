"""B5-MES played to its end through the screens by three people, then graded: each gets what the work is worth."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rncp_utils.autograde.cours import Cours
from rncp_utils.autograde.lot.passage import Options, corriger_devoir
from rncp_utils.demonstration.cycle import preparer
from rncp_utils.demonstration.poste import configurer
from rncp_utils.poste.base import chemin_du_poste
from rncp_utils.poste.poste import CELLULE, Poste, identifier
from rncp_utils.poste.rejeu import lire_journal_de
from rncp_utils.poste.tirage import client_tire
from tests.navigateur.bureau_de_poste import OUVERT, BureauDePoste
from tests.poste.copies import SESSION
from tests.poste.joueurs import CLE, DEVOIR, JOUEURS

pytestmark = [
    pytest.mark.lent,
    # The three share the assignment that is released.
    pytest.mark.xdist_group("b5-mes"),
    # nbgrader 0.9.6 misspells an argument of its own; traitlets says so.
    pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning"),
]
# A client each.
CLIENTS = {"bon": "nouri", "moyen": "vasseur", "négligent": "fournil"}


@pytest.fixture(scope="module")
def cours(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Cours:
    """A course where B5-MES is released."""
    prepare = preparer(depot, tmp_path_factory.mktemp("b5-mes") / "demo")
    prepare.generer(DEVOIR)
    return prepare


def _apprenant_de(client: str) -> str:
    """Somebody who works on this client."""
    noms = (f"apprenant{rang}" for rang in range(100))
    return next(nom for nom in noms if client_tire(CLE.CLIENTS, nom, DEVOIR, SESSION) == client)


def _points(cours: Cours, apprenant: str) -> dict[str, float]:
    """Points that nbgrader's gradebook holds for the cells that the machine grades."""
    with Gradebook(cours.url_base) as carnet:
        copie = carnet.find_submission(DEVOIR, apprenant)
        notes = [note for notebook in copie.notebooks for note in notebook.grades]
        return {note.name: note.auto_score for note in notes if note.cell.cell_type == "code"}


def _faits(journal: list[dict]) -> list[tuple]:
    return [(ligne["ecran"], ligne["action"], ligne["donnees"], ligne["resultat"]) for ligne in journal]


@pytest.mark.complet  # the screens themselves are in test_poste
@pytest.mark.parametrize("joueur", JOUEURS)
def test_chacun_joue_b5_mes_par_les_ecrans_et_a_les_points_de_ce_qu_il_a_fait(cours, ouvrir_poste, tmp_path, joueur):
    apprenant = _apprenant_de(CLIENTS[joueur])
    une = CLE.situation_de(apprenant, SESSION)
    attendu = JOUEURS[joueur](une)
    qui = {"devoir": DEVOIR, "cellule": CELLULE, "apprenant": apprenant, "session": SESSION}
    ici = Poste.en_memoire(une, identifier(une, **qui))
    copie = tmp_path / "travail" / DEVOIR
    shutil.copytree(cours.dossier / "release" / DEVOIR, copie)
    with ouvrir_poste(tmp_path, reglages=configurer(tmp_path / "reglages"), apprenant=apprenant) as lab:
        lab.ouvrir(copie / "b5_mes.ipynb")
        lab.demarrer(OUVERT, 1)
        BureauDePoste(lab, ici).jouer(attendu.actions)
        assert lab.traces() == []
        lab.commande("docmanager:save")
    # Each gesture is in the file once, with what the player meant.
    assert _faits(lire_journal_de(chemin_du_poste(copie, DEVOIR, CELLULE)).lignes) == _faits(ici.journal())

    remise = cours.dossier / "submitted" / apprenant / DEVOIR
    shutil.copytree(copie, remise, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    assert corriger_devoir(cours.dossier, DEVOIR, Options(jobs=1)).complet
    assert _points(cours, apprenant) == pytest.approx(attendu.points, abs=0.001)
