"""From nbgrader's gradebook to one row a learner and graded cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.grading.carnet import Carnet, lire_carnet
from rncp_utils.grading.pseudonymes import Pseudonymes

CORRIGE = "corrigé"
A_CONFIRMER = "à confirmer"
NON_REMIS = "non remis"
ECHEC = "échec de correction"
STATUTS = np.array([CORRIGE, A_CONFIRMER, ECHEC, NON_REMIS], dtype=object)

COLONNES = (
    *("apprenant", "devoir", "notebook", "cellule", "competence", "bloc", "points", "max"),
    *("auto", "manuel", "extra", "statut", "commentaire", "remis_le", "retard_s", "penalite"),
)
_DEFINITION = ("devoir", "notebook", "cellule", "competence", "bloc", "manuel")


def notes_par_cellule(url_base: str, cellules: pd.DataFrame, pseudonymes: Pseudonymes | None = None) -> pd.DataFrame:
    """Notes de chaque apprenant du carnet de notes à chaque cellule notée, une ligne par couple.

    Parameters
    ----------
    url_base
        Adresse SQLAlchemy du carnet de notes de nbgrader (SQLite ou PostgreSQL).
    cellules
        Étiquettes lues dans ``source/`` : colonnes devoir, notebook, cellule, competence, bloc, manuel (booléen).
    pseudonymes
        Donnent aux apprenants un autre nom que leur identifiant.

    Returns
    -------
    pandas.DataFrame
        Colonnes :data:`COLONNES`, triées par apprenant puis dans l'ordre de ``cellules``.
        ``points`` suit nbgrader (note manuelle si elle existe, sinon automatique, plus les points supplémentaires) et
        vaut NaN, jamais 0, tant qu'aucune note n'existe. ``statut`` : « corrigé », « à confirmer », « non remis »,
        « échec de correction » (copie remise, cellule automatique sans note). ``remis_le`` en UTC, ``retard_s`` en
        secondes (0 si à l'heure), ``penalite`` en points, pour tout le devoir, répétée sur chacune de ses cellules.

    Raises
    ------
    ErreurDonnees
        Le carnet de notes est introuvable ou illisible, ou deux cellules ont le même identifiant.
    ErreurSchema
        Une colonne manque à ``cellules``.
    """
    etiquettes = _definition(cellules)

    def ordonner(notees: pd.DataFrame) -> pd.DataFrame:
        # The gradebook's own cells decide which rows exist; one that source/ ignores keeps its points, untagged.
        table = notees.merge(etiquettes, on=["devoir", "notebook", "cellule"], how="left")
        return table.sort_values(["rang", "devoir", "cellule"], ignore_index=True)

    def nommer(identifiants: list[str]) -> dict[str, str]:
        return pseudonymes.table(identifiants) if pseudonymes else {nom: nom for nom in identifiants}

    return _table(lire_carnet(url_base, ordonner, nommer))


def _definition(cellules: pd.DataFrame) -> pd.DataFrame:
    """The tags, keyed as the gradebook keys its cells (a notebook has no suffix there), with their rank."""
    manquantes = [colonne for colonne in _DEFINITION if colonne not in cellules.columns]
    if manquantes:
        raise ErreurSchema(
            f"La table des cellules n'a pas les colonnes attendues ({', '.join(manquantes)}) : "
            "relisez le dossier source avec lire_devoirs."
        )
    # Plain objects: categories would make each later grouping list what nobody took.
    table = cellules[list(_DEFINITION)].astype(object)
    table["notebook"] = table["notebook"].map(lambda nom: str(nom).removesuffix(".ipynb"))
    doubles = table[table.duplicated(["devoir", "notebook", "cellule"])]
    if not doubles.empty:
        noms = ", ".join(f"{ligne.devoir} › {ligne.cellule}" for ligne in doubles.itertuples())
        raise ErreurDonnees(f"Des cellules notées portent deux fois le même identifiant ({noms}) : renommez-en une.")
    return table.assign(rang=range(len(table)))


def _table(carnet: Carnet) -> pd.DataFrame:
    """The grid, learner after learner; texts are shared, not copied, from one row to the next."""
    definition, eleves = carnet.cellules, len(carnet.apprenants)
    devoir = definition["rang_devoir"].to_numpy()
    automatique = ~definition["manuel"].astype("boolean").fillna(definition["redigee"]).to_numpy(dtype=bool)
    points = np.where(np.isnan(carnet.manuel), carnet.auto, carnet.manuel) + np.nan_to_num(carnet.extra)
    colonnes = {
        "apprenant": np.repeat(carnet.apprenants, len(definition)),
        **{
            nom: np.tile(definition[nom].to_numpy(dtype=object), eleves)
            for nom in ("devoir", "notebook", "cellule", "competence", "bloc")
        },
        "points": points,
        "max": np.tile(definition["max"].to_numpy(), eleves),
        "auto": carnet.auto,
        "manuel": carnet.manuel,
        "extra": carnet.extra,
        "statut": _statut(points, carnet.a_revoir, carnet.remises["remise"][:, devoir], automatique),
        "commentaire": carnet.commentaires,
        "remis_le": carnet.remises["remis_le"][:, devoir],
        "retard_s": _retard(carnet.remises)[:, devoir],
        "penalite": carnet.remises["penalite"][:, devoir],
    }
    series = {nom: pd.Series(valeurs.ravel(), dtype=valeurs.dtype, copy=False) for nom, valeurs in colonnes.items()}
    series["remis_le"] = series["remis_le"].dt.tz_localize("UTC")
    return pd.DataFrame(series, columns=list(COLONNES), copy=False)


def _statut(points: np.ndarray, a_revoir: np.ndarray, remise: np.ndarray, automatique: np.ndarray) -> np.ndarray:
    """Status of each case; the last rule that applies wins."""
    sans_note = np.isnan(points)
    rang = (a_revoir | sans_note).astype(np.int8)
    # nbgrader leaves a new grade "to review": only an automatic cell without any score tells a failed run.
    rang[automatique & sans_note] = 2
    rang[~remise] = 3
    return STATUTS[rang]


def _retard(remises: dict[str, np.ndarray]) -> np.ndarray:
    """Seconds after the learner's own deadline (extension included), as ``SubmittedAssignment.total_seconds_late``."""
    ecart = remises["remis_le"] - (remises["echeance"] + remises["prolongation"])
    secondes = np.where(np.isnat(ecart), 0, ecart.astype("int64")) / 1e6
    return np.clip(secondes, 0, None)
