"""What the buttons of the coordinator do, without any widget: tables, documents, jury."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rncp_utils.autograde.anomalies import COLUMNS, anomalies_du_devoir
from rncp_utils.autograde.cours import Cours
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.grading.entrees import DOSSIER
from rncp_utils.pilotage.actions import noter, ouvrir
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi, muet, nombre

if TYPE_CHECKING:
    import pandas as pd

    from rncp_utils.grading.documents import Dossier
    from rncp_utils.grading.resultats import Resultats

EXPORTS = "exports"


def anomalies_du_cours(cours: Cours, suivi: Suivi) -> pd.DataFrame:
    """Anomalies of every released assignment."""
    import pandas as pd

    devoirs = sorted(chemin.name for chemin in (cours.dossier / "release").glob("*") if chemin.is_dir())
    tables = []
    for rang, devoir in enumerate(devoirs):
        suivi(rang, len(devoirs), f"Relecture des copies de {devoir}")
        tables.append(anomalies_du_devoir(cours.dossier, devoir))
    return pd.concat(tables) if tables else pd.DataFrame(columns=COLUMNS)


def calculer_les_resultats(dossier: Path, suivi: Suivi) -> Resultats:
    """Tables of the cohort, as they are now."""
    from rncp_utils.grading.resultats import calculer

    cours = ouvrir(dossier)
    return calculer(cours.url_base, dossier / "source", anomalies=anomalies_du_cours(cours, suivi))


def exporter_les_tableaux(
    dossier: Path,
    *,
    sortie: Path | None = None,
    identifiants: bool = False,
    cle: Path | None = None,
    machine: bool = False,
    suivi: Suivi = muet,
) -> CompteRendu:
    """Écrit les tableaux de la promotion : page, classeur et CSV ; sous pseudonymes, sauf si on demande autrement."""
    from rncp_utils.grading import exporter
    from rncp_utils.grading.pseudonymes import ecrire_correspondance, ouvrir_pseudonymes

    cours = ouvrir(dossier)
    pseudonymes = None if identifiants else ouvrir_pseudonymes(dossier, cle)
    exports = exporter(
        cours.url_base,
        dossier / "source",
        sortie or dossier / EXPORTS,
        anomalies=anomalies_du_cours(cours, suivi),
        cours=dossier,
        pseudonymes=pseudonymes,
        machine=machine,
    )
    suivi(1, 1, "Tableaux écrits")
    noter(dossier, "export des tableaux", "avec les identifiants" if identifiants else "sous pseudonymes")
    phrases = [f"Tableaux de {nombre(exports.notes['apprenant'].nunique(), 'apprenant')} écrits."]
    if pseudonymes is None:
        alerte = "Ces tableaux portent les identifiants des apprenants : ne les transmettez qu'au jury."
        return CompteRendu(phrases, [alerte], exports.fichiers)
    table = ecrire_correspondance(pseudonymes, dossier, cle)
    phrases.append(
        f"Chaque apprenant y est sous un pseudonyme ; la table de correspondance reste à part, dans "
        f"« {table.parent.name} » ({table.name})."
    )
    return CompteRendu(phrases, (), exports.fichiers)


def ecrire_les_documents(
    dossier: Path, choix: Sequence[str], *, sortie: Path | None = None, pdf: bool = True, suivi: Suivi = muet
) -> CompteRendu:
    """Écrit les documents choisis (noms de :data:`rncp_utils.grading.documents.TITRES`, ou « pv »).

    Le procès-verbal est refusé, avec ses motifs, tant que le jury ou les candidats n'y sont pas ; rien n'est alors
    écrit.
    """
    from rncp_utils.grading.documents import PV, TITRES, ecrire_documents, fabriquer

    if not choix:
        raise ErreurDonnees("Aucun document n'est coché : cochez ceux qu'il faut écrire.")
    tout, jour = _dossier(dossier, suivi), dt.date.today()
    documents = fabriquer(choix, tout, dossier, jour)
    ecrits = ecrire_documents(
        documents,
        sortie or dossier / EXPORTS,
        promotion=tout.session.promotion,
        edite_le=jour,
        referentiel=tout.resultats.referentiel,
        regles=tout.resultats.regles,
        pdf=pdf,
        suivi=suivi,
    )
    if autres := [TITRES[nom] for nom in choix if nom != PV]:
        noter(dossier, "documents écrits", ", ".join(autres))
    if PV in choix:
        noter(dossier, "procès-verbal édité", tout.session.promotion)
    return CompteRendu([f"{nombre(len(documents), 'document écrit')}."], ecrits.remarques, ecrits.fichiers)


def obstacles_du_jury(dossier: Path) -> list[str]:
    """Ce qui manque au jury pour qu'un procès-verbal puisse être édité ; vide si rien."""
    from rncp_utils.grading.documents import lire_jury
    from rncp_utils.referentiel import charger_referentiel, charger_regles

    return lire_jury(dossier).obstacles(charger_referentiel(), charger_regles())


def preparer_les_inscriptions(dossier: Path, *, suivi: Suivi = muet) -> CompteRendu:
    """Écrit le fichier des inscriptions, une ligne par apprenant du carnet ; ce qui y était déjà est gardé."""
    import pandas as pd

    from rncp_utils.grading.entrees import COLONNES_INSCRIPTIONS, DEROGATION, INSCRIPTIONS, lire_entrees
    from rncp_utils.referentiel import charger_referentiel, charger_regles
    from rncp_utils.tableurs import ecrire_csv_fr

    cours, fiche = ouvrir(dossier), charger_referentiel()
    connues = lire_entrees(dossier, fiche, charger_regles()).inscriptions
    with cours.api.gradebook as carnet:
        eleves = [(e.id, e.last_name or "", e.first_name or "", "", None, "") for e in carnet.students]
    nouvelles = pd.DataFrame(eleves, columns=[*COLONNES_INSCRIPTIONS, DEROGATION], dtype=object)
    nouvelles = nouvelles[~nouvelles["apprenant"].isin(connues["apprenant"])]
    table = pd.concat([connues.astype(object), nouvelles], ignore_index=True).sort_values("apprenant")
    chemin = dossier / DOSSIER / INSCRIPTIONS
    ecrire_csv_fr(table, chemin)
    suivi(1, 1, "Fichier écrit")
    voies = " ; ".join(f"{voie.code} ({voie.libelle})" for voie in fiche.voies_acces.voies)
    phrases = [
        f"{nombre(len(nouvelles), 'apprenant ajouté')}, {len(table)} au total. Ouvrez le fichier, complétez nom, "
        f"prénom, voie et date d'entrée (JJ/MM/AAAA), enregistrez. Voies : {voies}."
    ]
    return CompteRendu(phrases, (), [chemin])


def preparer_les_decisions(dossier: Path, *, suivi: Suivi = muet) -> CompteRendu:
    """Écrit le fichier des décisions, avec les propositions ; les décisions déjà prises sont gardées."""
    import pandas as pd

    from rncp_utils.grading.certifications import CERTIFICATION, DECISIONS
    from rncp_utils.tableurs import ecrire_csv_fr

    tout = _dossier(dossier, suivi)
    # A decision stays beside the proposal that the jury had before its eyes.
    vues = {(d.apprenant, d.objet): d.vue for d in tout.resultats.decisions.itertuples() if d.vue}
    lignes = []
    for apprenant in tout.apprenants:
        candidat = tout.candidat(apprenant)
        for objet in [*tout.resultats.referentiel.codes_blocs, CERTIFICATION]:
            proposition, pourquoi = tout.proposition(apprenant, objet)
            vue = vues.get((apprenant, objet), proposition)
            lignes.append((apprenant, candidat.nom, objet, vue, pourquoi, *tout.decision(apprenant, objet)))
    colonnes = ["apprenant", "candidat", "objet", "proposition", "pourquoi", "decision", "motif"]
    chemin = dossier / DOSSIER / DECISIONS
    ecrire_csv_fr(pd.DataFrame(lignes, columns=colonnes), chemin)
    phrases = [
        "Ouvrez le fichier pendant la délibération : écrivez « validé » ou « ajourné » dans la colonne « decision », "
        "et le motif du jury quand il s'écarte de la proposition."
    ]
    return CompteRendu(phrases, (), [chemin])


def _dossier(dossier: Path, suivi: Suivi) -> Dossier:
    from rncp_utils.grading.documents import lire_dossier

    return lire_dossier(calculer_les_resultats(dossier, suivi), dossier)
