"""Des compétences aux blocs : la proposition de l'outil et ses raisons ; la décision reste celle du jury."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.formats import pourcent
from rncp_utils.grading.masques import enumerer, introduire, joindre, objets, si
from rncp_utils.grading.notes import A_CONFIRMER
from rncp_utils.niveaux import ACQUIS, EN_COURS, NON_ACQUIS, NON_EVALUE, texte_du_taux
from rncp_utils.referentiel import Bloc, Referentiel, Regles

VALIDATION, AJOURNE = "proposé à validation", "proposé ajourné"
_COMPTES = {
    "acquis": ACQUIS,
    "en_cours": EN_COURS,
    "non_acquis": NON_ACQUIS,
    "non_evalues": NON_EVALUE,
    "a_confirmer": A_CONFIRMER,
}
COLONNES_BLOC = ("apprenant", "bloc", "points", "max", "taux", "taux_points", *_COMPTES, "proposition", "motif")


def par_bloc(competences: pd.DataFrame, referentiel: Referentiel, regles: Regles) -> pd.DataFrame:
    """Proposition de chaque bloc pour chaque apprenant ; la décision reste celle du jury.

    Parameters
    ----------
    competences
        Table de :func:`rncp_utils.grading.tables.par_competence`.
    referentiel, regles
        Fiche et règles de certification (compensation, moyenne exigée, compétences jamais compensées).

    Returns
    -------
    pandas.DataFrame
        Une ligne par apprenant × bloc : apprenant, bloc, points, max (évalués), taux (moyenne des taux des compétences
        évaluées, arrondie par les règles), taux_points (points / max), acquis, en_cours, non_acquis, non_evalues,
        a_confirmer (nombres de compétences selon leur statut), proposition (« proposé à validation », « proposé
        ajourné », « à confirmer », « non évalué »), motif.
    """
    codes = pd.Index(referentiel.codes_competences)
    # The table holds every learner × competence, in the order of the sheet: its columns are grids.
    forme = (len(competences) // len(codes), len(codes))
    grilles = {nom: competences[nom].to_numpy().reshape(forme) for nom in ("points", "max", "taux")}
    grilles |= {
        nom: competences[nom].to_numpy(dtype=object).reshape(forme) for nom in ("statut", "epreuves_manquantes")
    }
    apprenants = competences["apprenant"].to_numpy(dtype=object).reshape(forme)[:, 0]
    tables = [
        _un_bloc(bloc, {nom: g[:, codes.get_indexer(bloc.competences)] for nom, g in grilles.items()}, regles)
        for bloc in referentiel.blocs
    ]
    # Learner after learner, the blocs in the order of the sheet.
    colonnes = {nom: np.column_stack([table[nom] for table in tables]).ravel() for nom in COLONNES_BLOC[2:]}
    colonnes |= {
        "apprenant": np.repeat(apprenants, len(tables)),
        "bloc": np.tile(objets(referentiel.codes_blocs), forme[0]),
    }
    series = {nom: pd.Series(colonnes[nom], dtype=colonnes[nom].dtype) for nom in COLONNES_BLOC}
    return pd.DataFrame(series, columns=list(COLONNES_BLOC))


def _un_bloc(bloc: Bloc, grilles: dict[str, np.ndarray], regles: Regles) -> dict[str, np.ndarray]:
    """Columns of the table for one bloc, a row a learner."""
    statuts, taux = grilles["statut"], grilles["taux"]
    evalues = (~np.isnan(taux)).sum(axis=1)
    moyenne = np.nansum(taux, axis=1) / np.where(evalues > 0, evalues, np.nan)
    maximum = grilles["max"].sum(axis=1)
    points = np.where(maximum > 0, np.nansum(grilles["points"], axis=1), np.nan)
    en_points = np.clip(points / np.where(maximum > 0, maximum, np.nan), 0, 1)
    table = {
        "points": points,
        "max": maximum,
        "taux": regles.arrondir_taux_en_nombre(np.clip(moyenne, 0, 1)),
        "taux_points": regles.arrondir_taux_en_nombre(en_points),
        **{colonne: (statuts == statut).sum(axis=1) for colonne, statut in _COMPTES.items()},
    }
    exclues = [competence in regles.bloc.compensation.exclues for competence in bloc.competences]
    bloquees = enumerer((statuts == EN_COURS) & np.array(exclues), bloc.competences)
    table["proposition"] = _proposition(table, bloquees, regles)
    table["motif"] = _motif(table, bloc, statuts, grilles["epreuves_manquantes"][:, 0], bloquees, regles)
    return table


def _proposition(table: dict[str, np.ndarray], bloquees: np.ndarray, regles: Regles) -> np.ndarray:
    compensation = regles.bloc.compensation
    toutes = (table["en_cours"] == 0) & (table["non_acquis"] == 0)
    compense = (
        (table["non_acquis"] == 0)
        & (table["en_cours"] <= compensation.max_en_cours)
        & (bloquees == "")
        & (table["taux"] >= float(compensation.moyenne_bloc_min))
    )
    rang = np.select([table["a_confirmer"] > 0, table["non_evalues"] > 0, toutes | compense], [0, 1, 2], 3)
    return objets([A_CONFIRMER, NON_EVALUE, VALIDATION, AJOURNE])[rang]


def _motif(
    table: dict[str, np.ndarray],
    bloc: Bloc,
    statuts: np.ndarray,
    manquantes: np.ndarray,
    bloquees: np.ndarray,
    regles: Regles,
) -> np.ndarray:
    """Why this proposition: what is awaited, what is missing, what falls short, or what is compensated."""
    proposition, minimum = table["proposition"], regles.bloc.compensation.moyenne_bloc_min
    ajourne = proposition == AJOURNE
    en_suspens = ~ajourne & (proposition != VALIDATION)

    def lister(statut: str) -> np.ndarray:
        return enumerer(statuts == statut, bloc.competences)

    en_cours = lister(EN_COURS)
    compense = (proposition == VALIDATION) & (en_cours != "")
    sous_la_moyenne = ajourne & (table["taux"] < float(minimum))
    moyenne = _moyennes(table["taux"], compense | sous_la_moyenne, regles)
    exigee = f" ({pourcent(minimum)} exigés)"
    return joindre(
        [
            introduire("à confirmer : ", lister(A_CONFIRMER)),
            introduire("épreuves manquantes : ", si(en_suspens, manquantes)),
            introduire("non évaluées : ", si(manquantes == "", lister(NON_EVALUE))),
            introduire("non acquises : ", si(ajourne, lister(NON_ACQUIS))),
            introduire("en cours : ", si(ajourne, en_cours)),
            introduire("jamais compensées : ", si(ajourne, bloquees)),
            si(sous_la_moyenne, moyenne + exigee),
            introduire("en cours, compensée : ", si(compense, en_cours)),
            si(compense, moyenne),
        ]
    )


def _moyennes(taux: np.ndarray, ou: np.ndarray, regles: Regles) -> np.ndarray:
    """« moyenne du bloc 68,2 % », written only where it is read."""
    textes = np.full(len(taux), "", dtype=object)
    valeurs, rangs = np.unique(taux[ou], return_inverse=True)
    textes[ou] = objets([f"moyenne du bloc {texte_du_taux(float(valeur), regles)}" for valeur in valeurs])[rangs]
    return textes
