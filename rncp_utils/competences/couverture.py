"""Ce que le cours couvre de sa fiche, calculé des leçons et des cellules notées : compétences, activités, épreuves."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rncp_utils.competences.matrice import lire_devoirs, matrice
from rncp_utils.formats import formater_nombre
from rncp_utils.referentiel import Referentiel
from rncp_utils.typographie import compter

# What a competence needs to be called covered.
LECONS_MIN, EXERCICES_MIN, ITEMS_MIN, POINTS_MIN = 1, 1, 2, 10
# What an activity of the sheet needs.
COMPETENCES_PAR_ACTIVITE_MIN = 3
RIEN = ""


def bilan_des_competences(cellules: pd.DataFrame, lecons: pd.DataFrame, referentiel: Referentiel) -> pd.DataFrame:
    """Ce que chaque compétence a dans le cours.

    Parameters
    ----------
    cellules : DataFrame
        Table de :func:`rncp_utils.competences.lire_devoirs`.
    lecons : DataFrame
        Une ligne par leçon × compétence : ``lecon``, ``competence``, ``exercices`` (nombre d'exercices sur elle).
    referentiel : Referentiel
        Fiche du cours.

    Returns
    -------
    DataFrame
        Une ligne par compétence, dans l'ordre de la fiche : bloc, competence, libelle, lecons (codes), nb_lecons,
        exercices, epreuves (codes), items (cellules notées des épreuves), points, manques (texte, vide si rien ne
        manque). Les devoirs d'entraînement ne comptent pas.

    Raises
    ------
    ErreurDonnees
        Une cellule d'épreuve n'a pas de compétence ou de points.
    """
    notees = cellules[cellules["devoir"].isin(referentiel.codes_evaluations)]
    points = matrice(notees)
    epreuves = points.drop(columns=["total", "nb_epreuves"])
    items = notees["competence"].value_counts()
    lignes = []
    for competence in referentiel.competences:
        code = competence.code
        siennes = lecons[lecons["competence"] == code]
        ligne = {
            "bloc": referentiel.bloc_de(code).code,
            "competence": code,
            "libelle": competence.libelle,
            "lecons": ", ".join(siennes["lecon"]),
            "nb_lecons": len(siennes),
            "exercices": int(siennes["exercices"].sum()),
            "epreuves": ", ".join(nom for nom in epreuves.columns if epreuves.loc[code, nom] > 0),
            "items": int(items.get(code, 0)),
            "points": float(points.loc[code, "total"]),
        }
        lignes.append(ligne | {"manques": _manques(ligne)})
    return pd.DataFrame(lignes)


def _manques(ligne: dict[str, object]) -> str:
    """In the words of a coordinator, what is below the minimum."""
    minimums = (
        ("nb_lecons", LECONS_MIN, "leçon", "e"),
        ("exercices", EXERCICES_MIN, "exercice", ""),
        ("items", ITEMS_MIN, "question notée", "e"),
        ("points", POINTS_MIN, "point", ""),
    )
    return " ; ".join(
        f"{formater_nombre(ligne[cle])} {nom}{'s' if ligne[cle] >= 2 else ''} au lieu de {minimum}"
        if ligne[cle]
        else f"aucun{accord} {nom}"
        for cle, minimum, nom, accord in minimums
        if ligne[cle] < minimum
    )


def bilan_des_activites(bilan: pd.DataFrame, referentiel: Referentiel) -> pd.DataFrame:
    """Ce que chaque activité de la fiche a dans le cours.

    ``bilan`` est la table de :func:`bilan_des_competences`. Une ligne par activité : activite, libelle, competences
    (codes), nombre, couvertes (compétences auxquelles rien ne manque), manques (texte, vide si rien ne manque).
    """
    completes = set(bilan.loc[bilan["manques"] == RIEN, "competence"])
    reliees = {ligne.activite: ligne.competences for ligne in referentiel.correspondance_activites.lignes}
    lignes = []
    for activite in referentiel.activites:
        codes = reliees.get(activite.id, ())
        manques = [f"compétence {code} à compléter" for code in codes if code not in completes]
        if len(codes) < COMPETENCES_PAR_ACTIVITE_MIN:
            manques.insert(0, f"{compter(len(codes), 'compétence')} au lieu de {COMPETENCES_PAR_ACTIVITE_MIN}")
        lignes.append(
            {
                "activite": activite.id,
                "libelle": activite.libelle,
                "competences": ", ".join(codes),
                "nombre": len(codes),
                "couvertes": sum(code in completes for code in codes),
                "manques": " ; ".join(manques),
            }
        )
    return pd.DataFrame(lignes)


def bilan_des_epreuves(cellules: pd.DataFrame, referentiel: Referentiel) -> pd.DataFrame:
    """Les épreuves que la fiche impose : bloc, epreuve, libelle, items, points, presente (des points notés)."""
    notees = cellules.groupby(cellules["devoir"].astype(str))["points"].agg(["size", "sum"])
    lignes = []
    for evaluation in referentiel.evaluations:
        items, points = notees.loc[evaluation.code] if evaluation.code in notees.index else (0, 0.0)
        lignes.append(
            {
                "bloc": evaluation.bloc,
                "epreuve": evaluation.code,
                "libelle": evaluation.libelle,
                "items": int(items),
                "points": float(points),
                "presente": bool(points > 0),
            }
        )
    return pd.DataFrame(lignes)


def phrases_de_couverture(
    competences: pd.DataFrame, activites: pd.DataFrame, epreuves: pd.DataFrame
) -> tuple[str, str, str]:
    """Le résumé des trois bilans, une phrase chacun."""
    couvertes = competences["manques"] == RIEN
    solides = activites["nombre"] >= COMPETENCES_PAR_ACTIVITE_MIN
    absentes = epreuves.loc[~epreuves["presente"], "epreuve"]
    return (
        f"Compétences couvertes : {couvertes.sum()} sur {len(competences)} (au moins {LECONS_MIN} leçon, "
        f"{EXERCICES_MIN} exercice et {ITEMS_MIN} questions notées pour {POINTS_MIN} points)."
        + _liste("À compléter", competences.loc[~couvertes, "competence"]),
        f"Activités qui mobilisent au moins {COMPETENCES_PAR_ACTIVITE_MIN} compétences : {solides.sum()} sur "
        f"{len(activites)}." + _liste("À compléter", activites.loc[~solides, "activite"]),
        f"Épreuves imposées présentes dans le cours : {epreuves['presente'].sum()} sur {len(epreuves)}."
        + _liste("Absentes", absentes),
    )


def _liste(titre: str, codes: pd.Series) -> str:
    return f" {titre} : {', '.join(codes)}." if len(codes) else ""


def lecons_et_cellules(cours: Path, referentiel: Referentiel) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leçons et cellules notées d'un dossier de cours (``course/`` et ``source/``)."""
    from rncp_utils.grading.documents.couverture import lecons_du_parcours  # floor 6 too: only when it is asked for

    return lecons_du_parcours(cours / "course"), lire_devoirs(cours / "source", referentiel)
