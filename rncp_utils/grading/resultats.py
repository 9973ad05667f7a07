"""Les tableaux d'une promotion et ce qui a servi à les calculer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.competences import lire_devoirs
from rncp_utils.grading.anomalies import BAREME_DIFFERENT, HORS_SOURCE, reunir
from rncp_utils.grading.anomalies import COLONNES as COLONNES_ANOMALIES
from rncp_utils.grading.certifications import deliberer, lire_decisions
from rncp_utils.grading.entrees import Entrees, lire_entrees
from rncp_utils.grading.epreuves import situer
from rncp_utils.grading.notes import notes_par_cellule
from rncp_utils.grading.pseudonymes import Pseudonymes
from rncp_utils.grading.tables import par_bloc, par_competence, par_devoir
from rncp_utils.referentiel import Referentiel, Regles, charger_referentiel, charger_regles

__all__ = ["BAREME_DIFFERENT", "COLONNES_ANOMALIES", "HORS_SOURCE", "Resultats", "calculer"]


@dataclass(frozen=True)
class Resultats:
    """Tableaux d'une promotion.

    Attributes
    ----------
    cellules
        Cellules notées du cours (:func:`rncp_utils.competences.lire_devoirs`), même sans aucun apprenant.
    notes
        Une ligne par apprenant × cellule (:func:`rncp_utils.grading.notes.notes_par_cellule`), et ``session`` (0 : la
        première, 1 : le rattrapage), ``prise_en_compte`` (ce que la certification fait de la ligne, en mots :
        :data:`rncp_utils.grading.epreuves.PRISES_EN_COMPTE`).
    devoirs, competences, blocs
        Voir :mod:`rncp_utils.grading.tables`.
    anomalies
        apprenant (vide : toute la promotion), devoir, cellule (vide : toute la copie), code, motif.
    certifications
        Une ligne par apprenant : apprenant, voie (code), date_entree, dossier (« certification », « hors
        certification », « à compléter »), proposition (celles des blocs, ou le dossier quand il ne permet rien), motif,
        decision, motif_du_jury (vides tant que le jury n'a pas décidé).
    inscriptions
        Fichier ``session/inscriptions.csv`` : apprenant, nom, prenom, voie (code de la fiche), date_entree (date ou
        None), derogation (référence écrite du certificateur pour une voie non confirmée).
    absences
        ``session/absences.csv`` : apprenant, devoir, justifiee (booléen), motif.
    erreurs
        Erreurs bloquantes, ``session/erreurs_bloquantes.csv`` : apprenant, devoir, competence, motif, leve (booléen),
        motif_du_jury.
    preuves
        Livret de preuves de la VAE, ``session/preuves.csv`` : apprenant, competence, preuve, niveau (NaN : à noter),
        evaluateur, date.
    decisions
        ``session/decisions.csv`` : apprenant, objet (code du bloc, ou « certification »), proposition (au jour du
        calcul), decision (« validé », « ajourné »), motif, ecart (booléen : la décision n'est pas la proposition), vue
        (la proposition que le jury avait sous les yeux, si le fichier la porte).
    referentiel, regles
        Fiche et règles de certification appliquées.
    """

    cellules: pd.DataFrame
    notes: pd.DataFrame
    devoirs: pd.DataFrame
    competences: pd.DataFrame
    blocs: pd.DataFrame
    certifications: pd.DataFrame
    inscriptions: pd.DataFrame
    absences: pd.DataFrame
    erreurs: pd.DataFrame
    preuves: pd.DataFrame
    decisions: pd.DataFrame
    anomalies: pd.DataFrame
    referentiel: Referentiel
    regles: Regles

    @property
    def en_vae(self) -> list[str]:
        """Apprenants dont le livret de preuves tient lieu d'épreuves : aucune copie n'est attendue d'eux."""
        dossiers = self.certifications
        return dossiers.loc[dossiers["voie"].isin(self.regles.vae.voies), "apprenant"].tolist()


def calculer(
    url_base: str,
    dossier_source: Path,
    *,
    referentiel: Referentiel | None = None,
    regles: Regles | None = None,
    anomalies: pd.DataFrame | None = None,
    cours: Path | None = None,
    pseudonymes: Pseudonymes | None = None,
) -> Resultats:
    """Calcule tous les tableaux à partir du carnet de notes, du dossier ``source/`` et des fichiers de la session.

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
        carnet de notes et la session révèlent s'y ajoutent.
    cours
        Dossier dont le sous-dossier ``session`` est lu ; par défaut, celui qui contient ``dossier_source``.
    pseudonymes
        Remplacent partout les identifiants ; les noms et ce que des personnes écrivent librement (commentaires, motifs
        du jury) sont alors laissés de côté. Les lignes suivent l'ordre des pseudonymes.
    """
    referentiel = referentiel or charger_referentiel()
    regles = regles or charger_regles(referentiel=referentiel)
    cours = Path(dossier_source).parent if cours is None else Path(cours)
    entrees, decisions = lire_entrees(cours, referentiel, regles), lire_decisions(cours)
    cellules = lire_devoirs(dossier_source, referentiel)
    notes = notes_par_cellule(url_base, cellules, pseudonymes)
    if pseudonymes:
        entrees, decisions, anomalies = _taire(pseudonymes, notes, entrees, decisions, anomalies)
    situation = situer(notes, referentiel, regles, entrees)
    notes["session"] = situation.session
    notes["prise_en_compte"] = pd.Series(situation.texte, dtype=object)
    competences = par_competence(notes, referentiel, regles, entrees, situation)
    blocs = par_bloc(competences, referentiel, regles)
    deliberation = deliberer(blocs, decisions, entrees, referentiel, regles)
    if pseudonymes:
        deliberation = deliberation.sans_motifs()
    return Resultats(
        cellules=cellules,
        notes=notes,
        devoirs=par_devoir(notes),
        competences=competences,
        blocs=blocs,
        **vars(deliberation),
        **vars(entrees),
        anomalies=reunir(anomalies, notes, cellules, entrees, deliberation.decisions),
        referentiel=referentiel,
        regles=regles,
    )


def _taire(
    pseudonymes: Pseudonymes,
    notes: pd.DataFrame,
    entrees: Entrees,
    decisions: pd.DataFrame,
    anomalies: pd.DataFrame | None,
) -> tuple[Entrees, pd.DataFrame, pd.DataFrame | None]:
    """The tables of the session under pseudonyms; ``notes`` loses its comments."""
    notes["commentaire"] = pd.Series(None, index=notes.index, dtype=object)
    decisions = decisions.assign(apprenant=decisions["apprenant"].map(pseudonymes.de).astype(object))
    if anomalies is not None and {"apprenant", "motif"} <= set(anomalies.columns):
        qui = anomalies["apprenant"].fillna("").astype(str)
        motifs = [pseudonymes.taire(str(texte), nom) for texte, nom in zip(anomalies["motif"], qui, strict=True)]
        anomalies = anomalies.assign(motif=motifs, apprenant=[pseudonymes.de(nom) if nom else "" for nom in qui])
    return entrees.renommer(pseudonymes.de), decisions, anomalies
