"""A cohort with all its assessments, in memory, and the session files of its jury."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rncp_utils.grading import documents
from rncp_utils.grading import resultats as moteur
from rncp_utils.grading.documents.session import Jure
from rncp_utils.grading.notes import COLONNES

JOUR = dt.date(2026, 11, 23)
PRENOMS = ["Amélie", "Bastien", "Camille", "Djibril", "Élodie", "Fabien", "Gaëlle", "Hugo", "Inès", "Julien"]
NOMS = ["Garnier", "Lefort", "Roussel", "Sow", "Marchais", "Colas", "Tanguy", "Vernet", "Benali", "Perrot"]
# Two cells a competence and assessment of its bloc; the expert's grid where the sheet wants an expert.
OBSERVEES = {
    "B2-MES": [("mes_obs_c7", "C7", 12), ("mes_obs_c9", "C9", 10), ("mes_obs_c11", "C11", 8)],
    "B3-MES": [("m3_obs_c14", "C14", 18), ("m3_obs_c15", "C15", 16)],
    "B4-MES": [("m4_obs_crise", "C21", 4), ("m4_obs_recl", "C22", 2)],
    "B5-MES": [("m5_obs", "C25", 8)],
}


def cours_entier(referentiel) -> list[tuple[str, str, str, float, str]]:
    cours = []
    for epreuve in referentiel.evaluations:
        for competence in referentiel.bloc(epreuve.bloc).competences:
            nom = f"{epreuve.code.lower().replace('-', '_')}_{competence.lower()}"
            cours.append((epreuve.code, nom, competence, 10, "test"))
            cours.append((epreuve.code, f"{nom}_txt", competence, 6, "redaction"))
        cours += [(epreuve.code, *cellule, "redaction") for cellule in OBSERVEES.get(epreuve.code, ())]
    return cours


def copies_de(cours, apprenants, echeance, graine: int = 7) -> dict:
    """Unequal copies: each learner has an ease, each cell a difficulty; the last learner misses one assessment."""
    hasard = np.random.default_rng(graine)
    aisances = np.linspace(0.95, 0.25, len(apprenants))
    copies = {}
    for apprenant, aisance in zip(apprenants, aisances, strict=True):
        rendues: dict = {}
        for devoir, cellule, _, points, nature in cours:
            score = round(float(np.clip(aisance + hasard.normal(0, 0.15), 0, 1)) * points, 1)
            copie = rendues.setdefault(devoir, {"notes": {}, "commentaires": {}})
            if nature == "test":
                copie["notes"][cellule] = score
            else:
                copie["notes"][cellule] = {"manual_score": score, "needs_manual_grade": False}
                copie["commentaires"][cellule] = f"Réponse précise, à illustrer ({cellule})."
        copies[apprenant] = rendues
    copies[apprenants[-1]].pop("B4-QST")
    copies[apprenants[1]]["B1-QST"]["remis_le"] = echeance + dt.timedelta(hours=3)
    return copies


def notes_de(cours, copies, referentiel, echeance) -> pd.DataFrame:
    """What notes_par_cellule says of these copies (a gradebook of this size takes half a minute to fill)."""
    lignes = []
    for apprenant, rendues in copies.items():
        for devoir, cellule, competence, points, _ in cours:
            copie = rendues.get(devoir)
            note = {} if copie is None else copie["notes"].get(cellule, {})
            note = note if isinstance(note, dict) else {"auto_score": note}
            auto, manuel = note.get("auto_score", math.nan), note.get("manual_score", math.nan)
            obtenus = auto if math.isnan(manuel) else manuel
            statut = "non remis" if copie is None else "à confirmer" if math.isnan(obtenus) else "corrigé"
            commentaire = copie["commentaires"].get(cellule) if copie else None
            remis = None if copie is None else copie.get("remis_le", echeance)
            retard = max(0.0, (remis - echeance).total_seconds()) if remis else 0.0
            bloc = referentiel.bloc_de(competence).code
            identite = (apprenant, devoir, "copie", cellule, competence, bloc, obtenus, float(points))
            lignes.append((*identite, auto, manuel, math.nan, statut, commentaire, remis, retard, 0.0))
    table = pd.DataFrame(lignes, columns=list(COLONNES))
    return table.assign(remis_le=pd.to_datetime(table["remis_le"], utc=True))


@pytest.fixture
def promotion(tmp_path, etiquettes, referentiel, regles, echeance, monkeypatch):
    """A cohort of ``n`` learners and a course folder: ``promotion(n, modifier)``; ``recalculer`` reads the session."""

    def fabriquer(n: int = 12, modifier=lambda copies: None, cours=None):
        apprenants = [f"a{rang:02d}" for rang in range(n)]
        cours = cours or cours_entier(referentiel)
        copies = copies_de(cours, apprenants, echeance)
        modifier(copies)
        notes = notes_de(cours, copies, referentiel, echeance)
        monkeypatch.setattr(moteur, "notes_par_cellule", lambda *_, **__: notes.copy())
        monkeypatch.setattr(moteur, "lire_devoirs", lambda source, fiche: etiquettes(cours))

        def recalculer():
            return moteur.calculer("", tmp_path / "source", referentiel=referentiel, regles=regles)

        return SimpleNamespace(resultats=recalculer(), recalculer=recalculer, cours=tmp_path, apprenants=apprenants)

    return fabriquer


def ecrire(cours: Path, nom: str, lignes: list[list[str]]) -> None:
    chemin = cours / "session" / nom
    chemin.parent.mkdir(exist_ok=True)
    with chemin.open("w", encoding="utf-8-sig", newline="") as fichier:
        csv.writer(fichier, delimiter=";").writerows(lignes)


def inscrire(
    cours: Path, apprenants: list[str], entree: str = "15/09/2023", voie: str = "formation_continue", **autres: str
) -> None:
    lignes = [["apprenant", "nom", "prenom", "voie", "date_entree"]]
    for rang, apprenant in enumerate(apprenants):
        lignes.append([apprenant, NOMS[rang % 10], PRENOMS[rang % 10], voie, autres.get(apprenant, entree)])
    ecrire(cours, "inscriptions.csv", lignes)


JURY = (
    Jure("Claire Petit", "directrice d'agence", present=True),
    Jure("Marc Aubry", "directeur du marché des professionnels", present=True),
    Jure("Sonia Ferrat", "chargée d'affaires professionnels", lien="tutrice d'Amélie Garnier", present=True),
)


@pytest.fixture
def dossier(promotion):
    """What the documents show of a cohort of six, entered in time, with a jury of three."""

    def preparer(entree="15/09/2023", n=6, jures=JURY, modifier=lambda copies: None, cours=None, **options):
        prete = promotion(n, modifier, cours)
        inscrire(prete.cours, prete.apprenants, entree, **options)
        documents.ecrire_session(prete.cours, documents.Session("Promotion A", "2023-S2", "CFA", JOUR, "Paris"))
        documents.ecrire_jury(prete.cours, jures)
        prete.resultats = prete.recalculer()
        prete.dossier = documents.lire_dossier(prete.resultats, prete.cours)
        return prete

    return preparer


@pytest.fixture(name="ecrire")
def _ecrire():
    """Writes a file of the session: ``ecrire(cours, nom, lignes)``."""
    return ecrire


@pytest.fixture(name="inscrire")
def _inscrire():
    """Writes the registrations: ``inscrire(cours, apprenants, entree, voie, a02=…)``."""
    return inscrire


@pytest.fixture(name="cours_entier")
def _cours_entier(referentiel):
    """Cells of a course that holds every assessment of the sheet."""
    return cours_entier(referentiel)
