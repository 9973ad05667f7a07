"""Des notes par cellule aux compétences, aux blocs et aux devoirs, selon les règles de certification.

Les règles sont celles de ``regles.yaml`` ; l'outil propose, le jury décide. Un statut n'est jamais donné sur des notes
partielles : une réponse à confirmer ou une épreuve manquante se voit dans le statut et se lit dans le motif.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from rncp_utils.formats import pourcent
from rncp_utils.grading.notes import A_CONFIRMER, CORRIGE, ECHEC, NON_REMIS
from rncp_utils.niveaux import ACQUIS, EN_COURS, NON_ACQUIS, NON_EVALUE, texte_du_taux
from rncp_utils.referentiel import Referentiel, Regles

VALIDATION, AJOURNE = "proposé à validation", "proposé ajourné"

COLONNES_COMPETENCE = (
    *("apprenant", "bloc", "competence", "points", "max", "taux", "niveau"),
    *("statut", "motif", "epreuves_manquantes"),
)
_COMPTES = {
    "acquis": ACQUIS,
    "en_cours": EN_COURS,
    "non_acquis": NON_ACQUIS,
    "non_evalues": NON_EVALUE,
    "a_confirmer": A_CONFIRMER,
}
COLONNES_BLOC = ("apprenant", "bloc", "points", "max", "taux", "taux_points", *_COMPTES, "proposition", "motif")
_INTRODUCTIONS = {A_CONFIRMER: "à noter ou à confirmer : ", ECHEC: "correction automatique en échec : "}


def par_devoir(notes: pd.DataFrame) -> pd.DataFrame:
    """Total de chaque apprenant à chaque devoir, pénalité de retard déduite comme le fait nbgrader.

    Parameters
    ----------
    notes
        Table de :func:`rncp_utils.grading.notes.notes_par_cellule`.

    Returns
    -------
    pandas.DataFrame
        apprenant, devoir, statut (le moins avancé de ses cellules), brut (somme des points), penalite,
        points (``max(0, brut - penalite)``), max, taux (points / max, seulement si tout est corrigé), remis_le (UTC),
        retard_s. Un devoir non remis n'a ni points ni taux.
    """
    # The least advanced status of the cells is the status of the copy.
    ordre = pd.CategoricalDtype([CORRIGE, A_CONFIRMER, ECHEC, NON_REMIS], ordered=True)
    groupes = notes.assign(statut=notes["statut"].astype(ordre)).groupby(["apprenant", "devoir"], sort=False)
    totaux = groupes.agg(
        statut=("statut", "max"),
        brut=("points", "sum"),
        penalite=("penalite", "first"),
        max=("max", "sum"),
        remis_le=("remis_le", "first"),
        retard_s=("retard_s", "first"),
    ).reset_index()
    totaux["statut"] = totaux["statut"].astype(object)
    totaux["brut"] = totaux["brut"].where(totaux["statut"] != NON_REMIS)
    totaux["points"] = (totaux["brut"] - totaux["penalite"]).clip(lower=0)
    corriges = totaux["points"].where((totaux["statut"] == CORRIGE) & (totaux["max"] > 0))
    totaux["taux"] = corriges / totaux["max"]
    ordre_colonnes = ["apprenant", "devoir", "statut", "brut", "penalite", "points", "max", "taux"]
    return totaux[[*ordre_colonnes, "remis_le", "retard_s"]]


def par_competence(notes: pd.DataFrame, referentiel: Referentiel, regles: Regles) -> pd.DataFrame:
    """Points, taux et statut de chaque apprenant à chaque compétence de la fiche.

    Seules comptent les épreuves de la fiche (les devoirs d'entraînement n'y sont pas) et les réponses qui ont une note.

    Parameters
    ----------
    notes
        Table de :func:`rncp_utils.grading.notes.notes_par_cellule`.
    referentiel, regles
        Fiche et règles de certification.

    Returns
    -------
    pandas.DataFrame
        Une ligne par apprenant × compétence, dans l'ordre de la fiche : apprenant, bloc, competence, points, max
        (évalués), taux (points / max, arrondi par les règles, plafonné à 1 ; NaN si rien n'est évalué), niveau (que
        donne ce taux sur la seule partie évaluée), statut, motif, epreuves_manquantes (codes).
    """
    epreuves = notes[notes["devoir"].isin(referentiel.codes_evaluations)]
    table = _points_par_competence(epreuves, notes["apprenant"].unique(), referentiel)
    table["taux"] = _par_valeur(table["taux"], lambda taux: float(regles.arrondir_taux(taux))).astype(float)
    table["niveau"] = _par_valeur(table["taux"], regles.statut_du_taux)
    table["epreuves_manquantes"] = _epreuves_manquantes(epreuves, table, referentiel)
    attentes = _attentes(epreuves, table, referentiel, regles)
    peu = table["epreuves"] < regles.competence.epreuves_minimum
    incomplet = (table["epreuves_manquantes"] != "") | table["taux"].isna() | peu
    table["statut"] = np.select(
        [attentes != "", incomplet], [A_CONFIRMER, NON_EVALUE], table["niveau"].to_numpy(dtype=object)
    )
    # Nothing to wait for, nothing missing, and still too few marks: the tags of the course leave the competence out.
    oubli = peu & (attentes == "") & (table["epreuves_manquantes"] == "")
    table["motif"] = _joindre(
        [
            attentes,
            _introduire("épreuves manquantes : ", table["epreuves_manquantes"]),
            _si(oubli, f"épreuves notées : moins de {regles.competence.epreuves_minimum}"),
        ]
    )
    return table.reset_index()[list(COLONNES_COMPETENCE)]


def par_bloc(competences: pd.DataFrame, referentiel: Referentiel, regles: Regles) -> pd.DataFrame:
    """Proposition de chaque bloc pour chaque apprenant ; la décision reste celle du jury.

    Parameters
    ----------
    competences
        Table de :func:`par_competence`.
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
    cles = ["apprenant", "bloc"]
    groupes = competences.groupby(cles, sort=False)
    table = groupes.agg(max=("max", "sum"), taux=("taux", "mean"), epreuves_manquantes=("epreuves_manquantes", "first"))
    table.insert(0, "points", groupes["points"].sum(min_count=1))
    table["taux"] = _par_valeur(table["taux"], lambda taux: float(regles.arrondir_taux(taux))).astype(float)
    en_points = (table["points"] / table["max"].where(table["max"] > 0)).clip(0, 1)
    table["taux_points"] = _par_valeur(en_points, lambda taux: float(regles.arrondir_taux(taux))).astype(float)
    statuts = competences.pivot(index=cles, columns="competence", values="statut")
    statuts = statuts.reindex(index=table.index, columns=referentiel.codes_competences)
    for colonne, statut in _COMPTES.items():
        table[colonne] = (statuts == statut).sum(axis=1)
    jamais = list(regles.bloc.compensation.exclues)
    bloquees = _enumerer(statuts.reindex(columns=jamais) == EN_COURS)
    table["proposition"] = _proposition(table, bloquees, regles)
    table["motif"] = _motif_du_bloc(table, statuts, bloquees, regles)
    return table.reset_index()[list(COLONNES_BLOC)]


def _proposition(table: pd.DataFrame, bloquees: pd.Series, regles: Regles) -> np.ndarray:
    compensation = regles.bloc.compensation
    toutes = (table["en_cours"] == 0) & (table["non_acquis"] == 0)
    compense = (
        (table["non_acquis"] == 0)
        & (table["en_cours"] <= compensation.max_en_cours)
        & (bloquees == "")
        & (table["taux"] >= float(compensation.moyenne_bloc_min))
    )
    return np.select(
        [table["a_confirmer"] > 0, table["non_evalues"] > 0, toutes | compense],
        [A_CONFIRMER, NON_EVALUE, VALIDATION],
        AJOURNE,
    )


def _motif_du_bloc(table: pd.DataFrame, statuts: pd.DataFrame, bloquees: pd.Series, regles: Regles) -> pd.Series:
    """Why this proposition: what is awaited, what is missing, what falls short, or what is compensated."""
    proposition = table["proposition"]
    en_suspens = proposition.isin([A_CONFIRMER, NON_EVALUE])
    ajourne = proposition == AJOURNE
    manquantes = table["epreuves_manquantes"]
    en_cours = _enumerer(statuts == EN_COURS)
    minimum = regles.bloc.compensation.moyenne_bloc_min
    moyenne = (
        _par_valeur(table["taux"], lambda taux: f"moyenne du bloc {texte_du_taux(taux, regles)}")
        .astype(object)
        .fillna("")
    )
    sous_la_moyenne = ajourne & (table["taux"] < float(minimum))
    return _joindre(
        [
            _introduire("à confirmer : ", _enumerer(statuts == A_CONFIRMER)),
            _introduire("épreuves manquantes : ", manquantes.where(en_suspens, "")),
            _introduire("non évaluées : ", _enumerer(statuts == NON_EVALUE).where(manquantes == "", "")),
            _introduire("non acquises : ", _enumerer(statuts == NON_ACQUIS).where(ajourne, "")),
            _introduire("en cours : ", en_cours.where(ajourne, "")),
            _introduire("jamais compensées : ", bloquees.where(ajourne, "")),
            (moyenne + f" ({pourcent(minimum)} exigés)").where(sous_la_moyenne, ""),
            _introduire("en cours, compensée : ", en_cours.where(proposition == VALIDATION, "")),
            moyenne.where((proposition == VALIDATION) & (en_cours != ""), ""),
        ]
    )


def _points_par_competence(epreuves: pd.DataFrame, apprenants: Iterable[str], referentiel: Referentiel) -> pd.DataFrame:
    """Sums over the marked cells, one row a learner × competence of the sheet, even where nothing is marked."""
    notees = epreuves[epreuves["points"].notna()]
    notees = notees.assign(expert=notees["max"].where(notees["manuel"].notna(), 0.0))
    sommes = notees.groupby(["apprenant", "competence"]).agg(
        points=("points", "sum"), max=("max", "sum"), epreuves=("devoir", "nunique"), expert=("expert", "sum")
    )
    grille = pd.MultiIndex.from_product(
        [sorted(apprenants), referentiel.codes_competences], names=["apprenant", "competence"]
    )
    table = sommes.reindex(grille).fillna({"max": 0.0, "epreuves": 0, "expert": 0.0})
    bloc_de = {code: bloc.code for bloc in referentiel.blocs for code in bloc.competences}
    table["bloc"] = table.index.get_level_values("competence").map(bloc_de)
    # Extra points may lift a sum above its maximum; they do not pay for another competence of the bloc.
    table["taux"] = (table["points"] / table["max"].where(table["max"] > 0)).clip(0, 1)
    return table


def _epreuves_manquantes(epreuves: pd.DataFrame, table: pd.DataFrame, referentiel: Referentiel) -> pd.Series:
    """Codes of the evaluations of the bloc that the learner has not handed in, or that the course does not hold."""
    remises = epreuves[epreuves["statut"] != NON_REMIS].groupby(["apprenant", "devoir"]).size().unstack("devoir")
    apprenants = table.index.get_level_values("apprenant")
    remises = remises.reindex(index=apprenants.unique(), columns=referentiel.codes_evaluations)
    textes = {
        bloc.code: _enumerer(
            remises[[evaluation.code for evaluation in referentiel.evaluations_du_bloc(bloc.code)]].isna()
        )
        for bloc in referentiel.blocs
    }
    par_apprenant = pd.DataFrame(textes).stack()
    cles = pd.MultiIndex.from_arrays([apprenants, table["bloc"]])
    return pd.Series(par_apprenant.reindex(cles).to_numpy(dtype=object), index=table.index, dtype=object)


def _attentes(epreuves: pd.DataFrame, table: pd.DataFrame, referentiel: Referentiel, regles: Regles) -> pd.Series:
    """What still needs a person before any status: marks to give or confirm, failed runs, too few expert marks."""
    part = regles.competence.part_expert_min
    peu_expert = (table["max"] > 0) & (table["expert"] < float(part) * table["max"])
    return _joindre(
        [
            *(
                _introduire(introduction, _devoirs_au_statut(epreuves, statut, table.index, referentiel))
                for statut, introduction in _INTRODUCTIONS.items()
            ),
            _si(peu_expert, f"part notée par une personne : moins de {pourcent(part, 0)}"),
        ]
    )


def _devoirs_au_statut(
    epreuves: pd.DataFrame, statut: str, index: pd.MultiIndex, referentiel: Referentiel
) -> pd.Series:
    lignes = epreuves[epreuves["statut"] == statut]
    presence = lignes.groupby(["apprenant", "competence", "devoir"]).size().unstack("devoir")
    return _enumerer(presence.reindex(index=index, columns=referentiel.codes_evaluations).notna())


def _par_valeur(serie: pd.Series, fonction: Callable[[float], object]) -> pd.Series:
    """``fonction`` of each value, called once a distinct value; a missing value stays missing."""
    return serie.map({valeur: fonction(valeur) for valeur in serie.dropna().unique()})


def _enumerer(masque: pd.DataFrame) -> pd.Series:
    """Names of the true columns of each row, « C4, C5 »; empty when there is none."""
    textes = pd.Series("", index=masque.index, dtype=object)
    for colonne in masque.columns:
        textes = _joindre([textes, _si(masque[colonne], str(colonne))], separateur=", ")
    return textes


def _joindre(parties: list[pd.Series], separateur: str = " ; ") -> pd.Series:
    """Non-empty texts of each row, joined."""
    texte, *suite = parties
    for partie in suite:
        entre = np.where((texte != "") & (partie != ""), separateur, "").astype(object)
        texte = texte.astype(object) + entre + partie.astype(object)
    return texte


def _introduire(introduction: str, texte: pd.Series) -> pd.Series:
    return (introduction + texte.astype(object)).where(texte != "", "")


def _si(condition: pd.Series, texte: str) -> pd.Series:
    return pd.Series(np.where(condition, texte, ""), index=condition.index, dtype=object)
