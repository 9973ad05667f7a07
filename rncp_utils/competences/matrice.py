"""Matrice compétence × épreuve, calculée à partir des étiquettes et des points des cellules notées."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rncp_utils.competences.lecture import Cellule, lire_dossier
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.referentiel import PREFIXE_ENTRAINEMENT, Referentiel

COLONNES = ("devoir", "notebook", "cellule", "competence", "bloc", "points", "manuel")


def lire_devoirs(dossier_source: Path | str, referentiel: Referentiel) -> pd.DataFrame:
    """Cellules notées d'un dossier de devoirs, entraînements compris.

    Parameters
    ----------
    dossier_source : Path or str
        Dossier ``source/`` : un sous-dossier par devoir.
    referentiel : Referentiel
        Fiche dont les codes servent d'étiquettes.

    Returns
    -------
    DataFrame
        Une ligne par cellule notée. ``devoir`` et ``competence`` sont des catégories dans l'ordre de la fiche ;
        ``competence`` et ``bloc`` sont vides quand la cellule n'a pas exactement une compétence connue, ``points``
        quand elle n'en déclare pas de valables (``controler`` dit alors quoi corriger) ; ``manuel`` est vrai si une
        personne note.

    Raises
    ------
    ErreurDonnees
        Si le dossier n'existe pas.
    ErreurListe
        Si un notebook est illisible : ses cellules manqueraient sans que rien ne le montre.
    """
    devoirs = lire_dossier(dossier_source)
    illisibles = [f"{d.nom} › {n.nom} : {n.illisible}." for d in devoirs for n in d.notebooks if n.illisible]
    if illisibles:
        raise ErreurListe("Des notebooks n'ont pas pu être lus :", illisibles)
    lignes = [
        _ligne(devoir.nom, notebook.nom, cellule, referentiel)
        for devoir in devoirs
        for notebook in devoir.notebooks
        for cellule in notebook.cellules
        if cellule.notee
    ]
    table = pd.DataFrame(lignes, columns=list(COLONNES)).astype({"points": float, "manuel": bool})
    ordre = dict.fromkeys([*referentiel.codes_evaluations, *(devoir.nom for devoir in devoirs)])
    table["devoir"] = pd.Categorical(table["devoir"], categories=list(ordre), ordered=True)
    table["competence"] = pd.Categorical(
        table["competence"], categories=list(referentiel.codes_competences), ordered=True
    )
    return table.sort_values("devoir", kind="stable", ignore_index=True)


def matrice(cellules: pd.DataFrame) -> pd.DataFrame:
    """Points par compétence et par épreuve.

    Parameters
    ----------
    cellules : DataFrame
        Table rendue par :func:`lire_devoirs`, éventuellement filtrée.

    Returns
    -------
    DataFrame
        Une ligne par compétence de la fiche, dans son ordre, même sans aucun point ; une colonne par épreuve présente
        (les entraînements n'en sont pas), puis ``total`` (points) et ``nb_epreuves`` (épreuves donnant des points).

    Raises
    ------
    ErreurSchema
        Si la table ne vient pas de ``lire_devoirs``.
    ErreurDonnees
        Si une cellule d'épreuve n'a pas de compétence ou de points : la matrice serait incomplète.
    """
    manquantes = set(COLONNES) - set(cellules.columns)
    ordonnees = not manquantes and all(
        isinstance(cellules[colonne].dtype, pd.CategoricalDtype) for colonne in ("devoir", "competence")
    )
    if not ordonnees:
        raise ErreurSchema("Cette table ne vient pas de lire_devoirs ; relisez les devoirs, puis calculez.")
    epreuves = cellules[~cellules["devoir"].astype(str).str.startswith(PREFIXE_ENTRAINEMENT)]
    muettes = epreuves[epreuves["competence"].isna() | epreuves["points"].isna()]
    if not muettes.empty:
        noms = ", ".join(f"{ligne.devoir} › {ligne.cellule}" for ligne in muettes.itertuples())
        raise ErreurDonnees(f"Cellules sans compétence ou sans points : {noms} ; corrigez-les avant de calculer.")
    points = epreuves.pivot_table(
        index="competence", columns="devoir", values="points", aggfunc="sum", observed=False, fill_value=0.0
    )
    presentes = [devoir for devoir in points.columns if devoir in set(epreuves["devoir"])]
    resultat = pd.DataFrame(points[presentes].to_numpy(), index=list(points.index), columns=presentes)
    resultat.index.name = "competence"
    nb_epreuves = (resultat > 0).sum(axis=1)
    return resultat.assign(total=resultat.sum(axis=1), nb_epreuves=nb_epreuves)


def _ligne(devoir: str, notebook: str, cellule: Cellule, referentiel: Referentiel) -> dict[str, object]:
    competences = cellule.competences(referentiel)
    unique = competences[0] if len(competences) == 1 and not cellule.codes_inconnus(referentiel) else None
    return {
        "devoir": devoir,
        "notebook": notebook,
        "cellule": cellule.grade_id,
        "competence": unique,
        "bloc": referentiel.bloc_de(unique).code if unique else None,
        "points": cellule.points,
        "manuel": cellule.manuelle,
    }
