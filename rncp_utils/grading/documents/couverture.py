"""Couverture du parcours : chaque compétence, les leçons qui l'enseignent, les épreuves qui l'évaluent, les trous."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rncp_utils.competences import matrice
from rncp_utils.referentiel import Referentiel

EXERCICES = "exercices"


def lecons_du_parcours(dossier_cours: Path) -> pd.DataFrame:
    """Une ligne par leçon × compétence : lecon, titre, competence, exercices (nombre d'exercices sur elle)."""
    from rncp_utils.lecon.fiche import charger_fiche  # YAML and pydantic: only when there are lessons

    lignes = []
    for chemin in sorted(Path(dossier_cours).glob("*/*.yaml")):
        if not chemin.with_suffix(".ipynb").exists():
            continue
        fiche = charger_fiche(chemin)
        for competence in fiche.competences:
            nombre = sum(exercice.competence == competence for exercice in fiche.exercices.values())
            lignes.append((fiche.lecon, fiche.titre, competence, nombre))
    table = pd.DataFrame(lignes, columns=["lecon", "titre", "competence", EXERCICES])
    return table.sort_values(["lecon", "competence"], ignore_index=True)


def couverture(cellules: pd.DataFrame, lecons: pd.DataFrame, referentiel: Referentiel) -> pd.DataFrame:
    """Matrice compétence × (leçons, épreuves) et ce qui manque.

    Parameters
    ----------
    cellules
        Cellules notées du cours (:func:`rncp_utils.competences.lire_devoirs`).
    lecons
        Table de :func:`lecons_du_parcours`.

    Returns
    -------
    pandas.DataFrame
        Une ligne par compétence : bloc, competence, libelle, une colonne par leçon (nombre d'exercices, NaN si elle
        n'en parle pas), une par épreuve de la fiche (points, NaN si elle ne l'évalue pas), lecons, epreuves (nombres),
        points (total), trous (texte, vide si rien ne manque).
    """
    points = matrice(cellules[cellules["competence"].notna() & cellules["points"].notna()])
    codes = list(referentiel.codes_competences)
    bloc_de = {code: bloc.code for bloc in referentiel.blocs for code in bloc.competences}
    table = pd.DataFrame(
        {
            "bloc": [bloc_de[code] for code in codes],
            "competence": codes,
            "libelle": [referentiel.competence(code).libelle for code in codes],
        },
        index=codes,
    )
    enseignees = lecons.pivot_table(index="competence", columns="lecon", values=EXERCICES, aggfunc="sum")
    table = table.join(enseignees.reindex(codes))
    for code in referentiel.codes_evaluations:
        table[code] = points[code].replace(0.0, float("nan")) if code in points else float("nan")
    table["lecons"] = table[list(enseignees.columns)].notna().sum(axis=1)
    table["epreuves"] = table[list(referentiel.codes_evaluations)].notna().sum(axis=1)
    table["points"] = table[list(referentiel.codes_evaluations)].sum(axis=1)
    presentes = set(cellules["devoir"].astype(str))
    table["trous"] = [_trous(ligne, referentiel, presentes) for ligne in table.itertuples()]
    return table.reset_index(drop=True)


def _trous(ligne: tuple, referentiel: Referentiel, presentes: set[str]) -> str:
    epreuves = [evaluation.code for evaluation in referentiel.evaluations_du_bloc(ligne.bloc)]
    absentes = [code for code in epreuves if code not in presentes]
    trous = []
    if not ligne.lecons:
        trous.append("aucune leçon")
    if not ligne.epreuves:
        trous.append("aucune épreuve")
    if absentes:
        trous.append(f"épreuves absentes du cours : {', '.join(absentes)}")
    return " ; ".join(trous)
