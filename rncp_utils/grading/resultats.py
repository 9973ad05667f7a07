"""Les tableaux d'une promotion et ce qui a servi à les calculer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.competences import lire_devoirs
from rncp_utils.erreurs import ErreurSchema
from rncp_utils.grading.notes import notes_par_cellule
from rncp_utils.grading.tables import par_bloc, par_competence, par_devoir
from rncp_utils.referentiel import Referentiel, Regles, charger_referentiel, charger_regles

COLONNES_ANOMALIES = ("apprenant", "devoir", "cellule", "code", "motif")
HORS_SOURCE, BAREME_DIFFERENT = "hors_source", "bareme_different"


@dataclass(frozen=True)
class Resultats:
    """Tableaux d'une promotion.

    Attributes
    ----------
    cellules
        Cellules notées du cours (:func:`rncp_utils.competences.lire_devoirs`), même sans aucun apprenant.
    notes
        Une ligne par apprenant × cellule (:func:`rncp_utils.grading.notes.notes_par_cellule`).
    devoirs, competences, blocs
        Voir :mod:`rncp_utils.grading.tables`.
    anomalies
        apprenant (vide : toute la promotion), devoir, cellule (vide : toute la copie), code, motif.
    referentiel, regles
        Fiche et règles de certification appliquées.
    """

    cellules: pd.DataFrame
    notes: pd.DataFrame
    devoirs: pd.DataFrame
    competences: pd.DataFrame
    blocs: pd.DataFrame
    anomalies: pd.DataFrame
    referentiel: Referentiel
    regles: Regles


def calculer(
    url_base: str,
    dossier_source: Path,
    *,
    referentiel: Referentiel | None = None,
    regles: Regles | None = None,
    anomalies: pd.DataFrame | None = None,
) -> Resultats:
    """Calcule tous les tableaux à partir du carnet de notes et du dossier ``source/``.

    Parameters
    ----------
    url_base
        Adresse SQLAlchemy du carnet de notes.
    dossier_source
        Dossier des devoirs, dont les cellules portent les étiquettes de compétence.
    referentiel, regles
        Par défaut, la fiche et les règles de la bibliothèque.
    anomalies
        Anomalies déjà relevées : colonnes apprenant, devoir, cellule, motif, et code s'il est connu. Celles que le
        carnet de notes révèle s'y ajoutent.
    """
    referentiel = referentiel or charger_referentiel()
    regles = regles or charger_regles(referentiel=referentiel)
    cellules = lire_devoirs(dossier_source, referentiel)
    notes = notes_par_cellule(url_base, cellules)
    competences = par_competence(notes, referentiel, regles)
    return Resultats(
        cellules=cellules,
        notes=notes,
        devoirs=par_devoir(notes),
        competences=competences,
        blocs=par_bloc(competences, referentiel, regles),
        anomalies=_anomalies(anomalies, notes, cellules),
        referentiel=referentiel,
        regles=regles,
    )


def _anomalies(signalees: pd.DataFrame | None, notes: pd.DataFrame, cellules: pd.DataFrame) -> pd.DataFrame:
    """The given anomalies, then what the gradebook and source/ do not agree on."""
    signalees = pd.DataFrame(columns=list(COLONNES_ANOMALIES)) if signalees is None else signalees
    manquantes = {"apprenant", "devoir", "cellule", "motif"} - set(signalees.columns)
    if manquantes:
        raise ErreurSchema(
            f"La table des anomalies n'a pas les colonnes attendues ({', '.join(sorted(manquantes))}) : "
            "attendu apprenant, devoir, cellule, motif."
        )
    tables = [signalees.reindex(columns=list(COLONNES_ANOMALIES)), _desaccords(notes, cellules)]
    return pd.concat([table.astype(object) for table in tables], ignore_index=True).fillna("")


def _desaccords(notes: pd.DataFrame, cellules: pd.DataFrame) -> pd.DataFrame:
    """Graded cells that source/ does not tag, or whose points changed since the assignment was generated."""
    uniques = notes.drop_duplicates(["devoir", "notebook", "cellule"])
    source = cellules.assign(notebook=cellules["notebook"].astype(str).str.removesuffix(".ipynb"))
    source = source.set_index(["devoir", "notebook", "cellule"])["points"].to_dict()
    points = [source.get(cle) for cle in uniques[["devoir", "notebook", "cellule"]].itertuples(index=False, name=None)]
    bareme = pd.Series(points, index=uniques.index, dtype=float)
    sans_etiquette = uniques[uniques["competence"].isna()].assign(
        code=HORS_SOURCE,
        motif="Cellule notée sans compétence dans source/ : ses points ne comptent que dans le total du devoir.",
    )
    change = uniques[bareme.notna() & ((bareme - uniques["max"]).abs() > 1e-9)].assign(
        code=BAREME_DIFFERENT,
        motif="Barème différent dans source/ et dans le carnet de notes : générez à nouveau le devoir, puis corrigez.",
    )
    return pd.concat([sans_etiquette, change]).assign(apprenant="")[list(COLONNES_ANOMALIES)]
