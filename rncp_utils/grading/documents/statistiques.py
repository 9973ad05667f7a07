"""Statistiques d'une promotion : devoirs, compétences, questions, écart entre la machine et la personne qui note.

Sous :data:`EFFECTIF_MONTRE` apprenants, aucun chiffre n'est donné : il désignerait quelqu'un. Une discrimination n'a de
sens qu'à partir de :data:`EFFECTIF_DISCRIMINATION` copies.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.grading.notes import CORRIGE, NON_REMIS
from rncp_utils.grading.resultats import Resultats
from rncp_utils.niveaux import ACQUIS, EN_COURS, NON_ACQUIS

EFFECTIF_MONTRE = 5
EFFECTIF_DISCRIMINATION = 20
TROP_DIFFICILE, TROP_FACILE = 0.30, 0.95
PEU_DISCRIMINANTE = 0.20
# Two levels out of three: the gap that must be explained in a grid.
ECART_FORT = 2 / 3
MEME_CELLULE, MEME_COMPETENCE = "même question", "réponses automatiques"
_CLE = ["devoir", "notebook", "cellule"]
_RESUME = ("n", "moyenne", "mediane", "quartile_1", "quartile_3")

COLONNES_DEVOIR = ("devoir", "remises", *_RESUME, "reussite", "avis")
COLONNES_COMPETENCE = ("competence", *_RESUME, "part_acquis", "part_en_cours", "part_non_acquis", "avis")
COLONNES_QUESTION = ("devoir", "cellule", "competence", "max", "n", "difficulte", "mediane", "discrimination", "avis")
COLONNES_ECART = (
    *("devoir", "cellule", "competence", "base", "n", "machine", "personne", "ecart", "ecart_absolu", "ecarts_forts"),
    "avis",
)


def statistiques_des_devoirs(resultats: Resultats) -> pd.DataFrame:
    """Taux des copies entièrement corrigées de chaque devoir.

    ``remises`` compte toutes les copies ; ``n``, moyenne, médiane, quartiles et ``reussite`` (part des copies au seuil
    « acquis » ou au-dessus) ne portent que sur les copies corrigées.
    """
    devoirs = resultats.devoirs
    remises = devoirs[devoirs["statut"] != NON_REMIS].groupby("devoir", sort=False).size()
    corriges = devoirs[devoirs["taux"].notna()].assign(taux=lambda t: t["taux"].clip(0, 1))
    seuil = float(resultats.regles.competence.acquis)
    table = _resume(corriges.groupby("devoir", sort=False)["taux"])
    table["reussite"] = (corriges["taux"] >= seuil).groupby(corriges["devoir"], sort=False).mean()
    ordre = list(dict.fromkeys([*resultats.cellules["devoir"].astype(str), *devoirs["devoir"]]))
    table = table.reindex(pd.Index(ordre, name="devoir"))
    table.insert(0, "remises", remises.reindex(table.index).fillna(0).astype(int))
    return _masquer(table.reset_index(), COLONNES_DEVOIR)


def statistiques_des_competences(resultats: Resultats) -> pd.DataFrame:
    """Taux de chaque compétence, et part de chaque statut parmi les statuts définitifs."""
    competences = resultats.competences
    evaluees = competences[competences["taux"].notna()]
    table = _resume(evaluees.groupby("competence", sort=False)["taux"])
    definitifs = competences[competences["statut"].isin([ACQUIS, EN_COURS, NON_ACQUIS])]
    effectifs = definitifs.groupby("competence").size()
    codes = pd.Index(resultats.referentiel.codes_competences, name="competence")
    table = table.reindex(codes)
    for colonne, statut in (("part_acquis", ACQUIS), ("part_en_cours", EN_COURS), ("part_non_acquis", NON_ACQUIS)):
        parts = definitifs[definitifs["statut"] == statut].groupby("competence").size().reindex(codes).fillna(0)
        # A part over one or two final statuses would name somebody too.
        assez = effectifs.reindex(codes) >= EFFECTIF_MONTRE
        table[colonne] = (parts / effectifs.reindex(codes)).where(assez)
    return _masquer(table.reset_index(), COLONNES_COMPETENCE)


def statistiques_des_questions(resultats: Resultats) -> pd.DataFrame:
    """Difficulté (taux moyen) et discrimination de chaque cellule notée.

    La discrimination est la corrélation du score de la cellule avec le reste du devoir, sur les copies entièrement
    corrigées : une question que réussissent surtout les meilleures copies en a une forte.
    """
    notes = resultats.notes
    notees = notes[notes["points"].notna() & (notes["max"] > 0)]
    notees = notees.assign(taux=(notees["points"] / notees["max"]).clip(0, 1))
    groupes = notees.groupby(_CLE, sort=False)
    table = groupes.agg(
        competence=("competence", "first"),
        max=("max", "first"),
        n=("taux", "size"),
        difficulte=("taux", "mean"),
        mediane=("taux", "median"),
    )
    table["discrimination"] = _discriminations(notees, resultats.devoirs).reindex(table.index)
    table = table.reset_index()
    return _masquer(table, COLONNES_QUESTION, _avis_de_question)


def _discriminations(notees: pd.DataFrame, devoirs: pd.DataFrame) -> pd.Series:
    """Correlation of each cell with the rest of its assignment, by sums: no loop over learners."""
    complets = devoirs[devoirs["statut"] == CORRIGE][["apprenant", "devoir"]]
    copies = notees.merge(complets, on=["apprenant", "devoir"])
    x = copies["points"]
    y = copies.groupby(["apprenant", "devoir"])["points"].transform("sum") - x
    copies = copies.assign(x=x, y=y, xx=x**2, yy=y**2, xy=x * y)
    sommes = copies.groupby(_CLE)[["x", "y", "xx", "yy", "xy"]].mean()
    effectifs = copies.groupby(_CLE).size()
    covariance = sommes["xy"] - sommes["x"] * sommes["y"]
    variances = [sommes[carre] - sommes[nom] ** 2 for nom, carre in (("x", "xx"), ("y", "yy"))]
    # A cell that everybody scores the same tells nothing; below 1e-9 a variance is dust.
    produit = (variances[0].where(variances[0] > 1e-9) * variances[1].where(variances[1] > 1e-9)) ** 0.5
    return (covariance / produit).where(effectifs >= EFFECTIF_DISCRIMINATION)


def ecarts_machine_personne(resultats: Resultats) -> pd.DataFrame:
    """Écart entre la note d'une personne et celle de la machine, par cellule.

    ``base`` dit à quoi la note manuelle est comparée : la note automatique de la même cellule quand elle existe
    (réponse simulée, confirmée ou corrigée par l'expert), sinon les réponses automatiques de la même compétence dans le
    même devoir. ``machine`` et ``personne`` sont des taux moyens ; ``ecart`` leur différence moyenne ; ``ecarts_forts``
    le nombre de copies où l'écart atteint deux niveaux sur trois.
    """
    notes = resultats.notes[resultats.notes["max"] > 0]
    automatiques = _automatiques(notes, resultats.cellules)
    manuelles = notes[notes["manuel"].notna()]
    personne = (manuelles["manuel"] / manuelles["max"]).clip(0, 1)
    meme = manuelles.index.isin(automatiques.index)
    cle = ["apprenant", "devoir", "competence"]
    sommes = automatiques.groupby(cle)[["auto", "max"]].sum()
    taux = (sommes["auto"] / sommes["max"]).rename("machine").reset_index()
    machine = manuelles[cle].merge(taux, on=cle, how="left")["machine"].to_numpy()
    machine = np.where(meme, (manuelles["auto"] / manuelles["max"]).to_numpy(), machine)
    lignes = manuelles.assign(
        personne=personne, machine=machine, base=np.where(meme, MEME_CELLULE, MEME_COMPETENCE)
    ).dropna(subset=["machine"])
    lignes["ecart"] = lignes["personne"] - lignes["machine"]
    lignes["absolu"] = lignes["ecart"].abs()
    lignes["fort"] = lignes["absolu"] >= ECART_FORT - 1e-9
    table = lignes.groupby([*_CLE, "base"], sort=False).agg(
        competence=("competence", "first"),
        n=("ecart", "size"),
        machine=("machine", "mean"),
        personne=("personne", "mean"),
        ecart=("ecart", "mean"),
        ecart_absolu=("absolu", "mean"),
        ecarts_forts=("fort", "sum"),
    )
    return _masquer(table.reset_index(), COLONNES_ECART)


def _automatiques(notes: pd.DataFrame, cellules: pd.DataFrame) -> pd.DataFrame:
    """Rows that the machine scored on purpose: the 0 of an unchanged written answer is no judgement."""
    sources = cellules.assign(notebook=cellules["notebook"].astype(str).str.removesuffix(".ipynb"))
    automatiques = pd.MultiIndex.from_frame(sources[~sources["manuel"].astype(bool)][_CLE].astype(object))
    lues = pd.MultiIndex.from_frame(notes[_CLE].astype(object))
    return notes[lues.isin(automatiques) & notes["auto"].notna().to_numpy()]


def _resume(groupes: object) -> pd.DataFrame:
    quantiles = groupes.quantile([0.25, 0.5, 0.75]).unstack()
    resume = groupes.agg(n="size", moyenne="mean")
    if resume.empty:
        return resume.reindex(columns=list(_RESUME))
    return resume.assign(mediane=quantiles[0.5], quartile_1=quantiles[0.25], quartile_3=quantiles[0.75])


def _masquer(table: pd.DataFrame, colonnes: tuple[str, ...], avis: object = None) -> pd.DataFrame:
    """Ordered columns; figures over too few learners are left out, and ``avis`` says so."""
    table = table.assign(n=table["n"].fillna(0).astype(int))
    peu = table["n"] < EFFECTIF_MONTRE
    textes = avis(table) if avis is not None else pd.Series("", index=table.index, dtype=object)
    table["avis"] = textes.mask(peu, f"moins de {EFFECTIF_MONTRE} copies")
    gardes = {"devoir", "cellule", "notebook", "competence", "base", "max", "n", "remises", "avis"}
    for colonne in [nom for nom in colonnes if nom not in gardes]:
        table[colonne] = table[colonne].astype(float).mask(peu)
    return table.reindex(columns=list(colonnes))


def _avis_de_question(table: pd.DataFrame) -> pd.Series:
    taux = table["difficulte"].map(lambda valeur: round(valeur, 4))
    choix = [taux < TROP_DIFFICILE, taux > TROP_FACILE, table["discrimination"] < PEU_DISCRIMINANTE]
    textes = [
        "très difficile : relire l'énoncé et la clé",
        "très facile : ne distingue personne",
        "peu discriminante : relire l'énoncé et la clé",
    ]
    return pd.Series(np.select(choix, textes, ""), index=table.index, dtype=object)
