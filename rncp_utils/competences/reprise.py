"""Ce que le cours apporte à une autre fiche, à travers les correspondances : compétences et épreuves."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from rncp_utils.competences.correspondances import CONFIRME, Correspondances
from rncp_utils.referentiel import Referentiel

CONFIRMEE, PROPOSEE, SANS_RIEN = "confirmée", "proposée, à confirmer", "rien ne correspond"


def _etat(statut: str, reprend: tuple[str, ...]) -> str:
    if statut == CONFIRME:
        return CONFIRMEE if reprend else SANS_RIEN
    return PROPOSEE if reprend else f"{SANS_RIEN}, à confirmer"


def reprise_des_competences(bilan: pd.DataFrame, cible: Referentiel, table: Correspondances) -> pd.DataFrame:
    """Ce que chaque compétence de l'autre fiche trouve dans le cours.

    Parameters
    ----------
    bilan : DataFrame
        Table de :func:`rncp_utils.competences.couverture.bilan_des_competences`.
    cible : Referentiel
        L'autre fiche.
    table : Correspondances
        Ce qu'elle reprend, proposé ou confirmé.

    Returns
    -------
    DataFrame
        Une ligne par compétence de ``cible`` : bloc, competence, libelle, reprend (codes du cours), etat, lecons
        (codes), nb_lecons, exercices, items, points, proximites (texte). Une question notée du cours est comptée
        autant de fois que sa compétence est reprise : voir :func:`partages`.
    """
    du_cours = bilan.set_index("competence")
    lignes = []
    for competence in cible.competences:
        ligne = table.competence(competence.code)
        repris = du_cours.loc[list(ligne.reprend)]
        lecons = dict.fromkeys(lecon for codes in repris["lecons"] for lecon in codes.split(", ") if lecon)
        lignes.append(
            {
                "bloc": cible.bloc_de(competence.code).code,
                "competence": competence.code,
                "libelle": competence.libelle,
                "reprend": ", ".join(ligne.reprend),
                "etat": _etat(ligne.statut, ligne.reprend),
                "lecons": ", ".join(lecons),
                "nb_lecons": len(lecons),
                "exercices": int(repris["exercices"].sum()),
                "items": int(repris["items"].sum()),
                "points": float(repris["points"].sum()),
                "proximites": " ; ".join(ligne.proximites),
            }
        )
    return pd.DataFrame(lignes)


def reprise_des_epreuves(epreuves: pd.DataFrame, cible: Referentiel, table: Correspondances) -> pd.DataFrame:
    """Les modalités que l'autre fiche impose, et l'épreuve du cours qui y répond.

    ``epreuves`` est la table de :func:`rncp_utils.competences.couverture.bilan_des_epreuves`. Une ligne par épreuve
    de ``cible`` : bloc, epreuve, libelle, reprend (codes du cours), etat, points (des épreuves reprises).
    """
    points = epreuves.set_index("epreuve")["points"]
    lignes = []
    for evaluation in cible.evaluations:
        ligne = table.epreuve(evaluation.code)
        lignes.append(
            {
                "bloc": evaluation.bloc,
                "epreuve": evaluation.code,
                "libelle": evaluation.libelle,
                "reprend": ", ".join(ligne.reprend),
                "etat": _etat(ligne.statut, ligne.reprend),
                "points": float(points.loc[list(ligne.reprend)].sum()),
            }
        )
    return pd.DataFrame(lignes)


def partages(table: Correspondances) -> dict[str, list[str]]:
    """Compétences du cours reprises par plusieurs compétences de l'autre fiche : code → celles qui la reprennent."""
    reprises: dict[str, list[str]] = defaultdict(list)
    for ligne in table.competences:
        for code in ligne.reprend:
            reprises[code].append(ligne.competence)
    return {code: siennes for code, siennes in reprises.items() if len(siennes) > 1}


def non_reprises(table: Correspondances, cours: Referentiel) -> list[str]:
    """Compétences du cours qu'aucune compétence de l'autre fiche ne reprend."""
    reprises = {code for ligne in table.competences for code in ligne.reprend}
    return [code for code in cours.codes_competences if code not in reprises]


def phrases_de_reprise(
    competences: pd.DataFrame, epreuves: pd.DataFrame, table: Correspondances, cours: Referentiel
) -> list[str]:
    """Le résumé de la reprise."""
    phrases = [
        _decompte("Compétences de la fiche", competences, "competence"),
        _decompte("Modalités imposées", epreuves, "epreuve"),
    ]
    sans_note = competences.loc[(competences["reprend"] != "") & (competences["items"] == 0), "competence"]
    if len(sans_note):
        phrases.append(f"Reprises, mais sans question notée à ce jour : {', '.join(sans_note)}.")
    if restent := non_reprises(table, cours):
        phrases.append(f"Compétences du cours que rien ne reprend : {', '.join(restent)}.")
    if communes := partages(table):
        lus = " ; ".join(f"{code} par {', '.join(siennes)}" for code, siennes in communes.items())
        phrases.append(
            f"Reprises par plusieurs compétences : {lus}. Une question notée n'en prouve qu'une : il faudra choisir."
        )
    return phrases


def _decompte(nom: str, reprise: pd.DataFrame, code: str) -> str:
    etats = reprise["etat"]
    vides = reprise.loc[reprise["reprend"] == "", code]
    return (
        f"{nom} : {len(reprise)}. Confirmées : {(etats == CONFIRMEE).sum()} ; proposées, à confirmer : "
        f"{(etats == PROPOSEE).sum()} ; sans rien : {len(vides)}" + (f" ({', '.join(vides)})." if len(vides) else ".")
    )
