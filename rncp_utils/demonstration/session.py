"""The session of the fictive class: who is registered, its jury, what the jury has already decided."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from rncp_utils.demonstration.classe import VAE, Apprenant, hasard
from rncp_utils.grading.blocs import VALIDATION
from rncp_utils.grading.certifications import AJOURNE_PAR_LE_JURY, CERTIFICATION, DECISIONS, VALIDE
from rncp_utils.grading.documents import Jure, Session, ecrire_jury, ecrire_session
from rncp_utils.grading.entrees import (
    ABSENCES,
    COLONNES_ABSENCES,
    COLONNES_ERREURS,
    COLONNES_INSCRIPTIONS,
    COLONNES_PREUVES,
    DOSSIER,
    ERREURS,
    INSCRIPTIONS,
    PREUVES,
)
from rncp_utils.grading.resultats import Resultats
from rncp_utils.referentiel import charger_referentiel, charger_regles
from rncp_utils.tableurs import ecrire_csv_fr

JURY = (
    Jure("Claire Petit", "directrice d'agence", present=True),
    Jure("Marc Aubry", "directeur du marché des professionnels", present=True),
    Jure("Sonia Ferrat", "chargée d'affaires professionnels", lien="tutrice d'Inès Benali", present=True),
)
COLONNES_DECISIONS = ("apprenant", "objet", "decision", "motif")
MOTIF_ACQUIS = "Toutes les épreuves du bloc sont passées, les compétences sont démontrées."
MOTIF_A_PASSER = "Des épreuves du bloc restent à passer."
MOTIF_ECART = "La compétence compensée est au cœur du métier : le jury demande un rattrapage avant de valider le bloc."
PREUVE = "dossier d'activité, commenté en entretien"
BLOQUANTE = re.compile(r"bloquante possible pour (C\d+) \((.+?)\)")


def ecrire(cours: Path, classe: Sequence[Apprenant], devoirs: Iterable[str], anomalies: pd.DataFrame) -> None:
    """Write the files of ``session/``, as a coordinator would have filled them, before the jury meets."""
    dossier, prevus = cours / DOSSIER, set(devoirs)
    dossier.mkdir(exist_ok=True)
    # The day on which its documents are dated.
    jour = dt.date.today()
    ecrire_session(cours, Session("Classe fictive", "Démonstration", "Institut fictif", jour, "Strasbourg"))
    ecrire_jury(cours, JURY)
    inscriptions = [(a.identifiant, a.nom, a.prenom, a.voie, a.entree) for a in classe]
    _ecrire(dossier / INSCRIPTIONS, COLONNES_INSCRIPTIONS, inscriptions)
    absences = [(a.identifiant, d, "oui", motif) for a in classe for d, motif in a.absences.items() if d in prevus]
    _ecrire(dossier / ABSENCES, COLONNES_ABSENCES, absences)
    _ecrire(dossier / ERREURS, COLONNES_ERREURS, _erreur_confirmee(anomalies))
    _ecrire(dossier / PREUVES, COLONNES_PREUVES, [ligne for a in classe if a.voie == VAE for ligne in _preuves(a)])


def decider(cours: Path, resultats: Resultats) -> None:
    """Write two decisions of the jury: one on the first candidate, one that departs from the tool, with its reasons.

    The second adjourns a bloc that the tool proposes by compensation, if there is one.
    """
    dossiers = resultats.certifications
    ouverts = set(dossiers.loc[dossiers["dossier"] == CERTIFICATION, "apprenant"])
    blocs = resultats.blocs[resultats.blocs["apprenant"].isin(ouverts)]
    if blocs.empty:
        return
    premier = blocs.iloc[0]
    acquis = premier["proposition"] == VALIDATION
    motif = MOTIF_ACQUIS if acquis else MOTIF_A_PASSER
    decisions = [(premier["apprenant"], premier["bloc"], VALIDE if acquis else AJOURNE_PAR_LE_JURY, motif)]
    compenses = blocs[blocs["motif"].str.contains("compensée") & (blocs["proposition"] == VALIDATION)]
    compenses = compenses[compenses["apprenant"] != premier["apprenant"]]
    if not compenses.empty:
        decide = compenses.iloc[0]
        decisions.append((decide["apprenant"], decide["bloc"], AJOURNE_PAR_LE_JURY, MOTIF_ECART))
    _ecrire(cours / DOSSIER / DECISIONS, COLONNES_DECISIONS, decisions)


def _erreur_confirmee(anomalies: pd.DataFrame) -> list[tuple[str, ...]]:
    """The first blocking error that an interview shows, confirmed by the expert; the others are still to be seen."""
    for ligne in anomalies[anomalies["code"] == "erreur_bloquante"].itertuples():
        if lue := BLOQUANTE.search(ligne.motif):
            motif = f"confirmée par l'expert : {lue[2]}"
            return [(ligne.apprenant, ligne.devoir, lue[1], motif, "non", "")]
    return []


def _preuves(apprenant: Apprenant) -> list[tuple[object, ...]]:
    """A booklet of evidence: two a competence."""
    niveau_max = charger_regles().vae.niveau_max
    lignes = []
    for competence in charger_referentiel().codes_competences:
        for rang in (1, 2):
            tirage = apprenant.aise(competence) + 0.4 * (hasard(apprenant.identifiant, competence, rang) - 0.5)
            niveau = min(niveau_max, max(0, round(niveau_max * tirage)))
            lignes.append(
                (apprenant.identifiant, competence, f"{PREUVE} ({rang})", niveau, "Yann Le Goff", dt.date(2026, 11, 6))
            )
    return lignes


def _ecrire(chemin: Path, colonnes: Sequence[str], lignes: Sequence[Sequence[object]]) -> None:
    ecrire_csv_fr(pd.DataFrame(lignes, columns=list(colonnes)), chemin)
