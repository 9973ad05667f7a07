"""The door that nbgrader itself opens on our tables: ``--exporter rncp_utils.grading.ExportCompetences``."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.grading.feuilles import feuilles
from rncp_utils.grading.pseudonymes import ecrire_correspondance, ouvrir_pseudonymes
from rncp_utils.grading.resultats import Resultats, calculer
from rncp_utils.tableurs import ecrire_csv_fr, ecrire_xlsx

FICHIER = "notes.xlsx"
_TABLES = ("notes", "devoirs", "competences", "blocs", "certifications")


class ExportCompetences(ExportPlugin):
    """Exporte les notes par compétence et par bloc : un classeur (``--to notes.xlsx``) ou un CSV (``.csv``)."""

    nominatif = Bool(False, help="Écrire les identifiants des apprenants au lieu de pseudonymes.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the tables of ``gradebook``; a refusal is one French sentence and an exit status of 1."""
        try:
            self._exporter(gradebook)
        except ErreurRncp as erreur:
            raise SystemExit(str(erreur)) from erreur

    def _exporter(self, gradebook: Gradebook) -> None:
        if self.assignment:
            raise ErreurDonnees(
                "L'option --assignment n'est pas admise : une compétence se juge sur toutes ses épreuves ; ôtez-la."
            )
        cible = Path(self.to or FICHIER)
        if cible.suffix not in (".xlsx", ".csv"):
            raise ErreurDonnees(f"Le fichier « {cible.name} » doit finir par .xlsx (classeur) ou .csv (compétences).")
        cours = Path(self.parent.coursedir.root)
        pseudonymes = None if self.nominatif else ouvrir_pseudonymes(cours)
        resultats = calculer(
            gradebook.engine.url.render_as_string(hide_password=False),
            cours / self.parent.coursedir.source_directory,
            cours=cours,
            pseudonymes=pseudonymes,
        )
        voulus = [str(identifiant) for identifiant in self.student]
        if voulus:
            noms = pseudonymes.table(voulus) if pseudonymes else dict(zip(voulus, voulus, strict=True))
            resultats = _restreindre(resultats, noms)
        if cible.suffix == ".csv":
            ecrire_csv_fr(resultats.competences, cible)
        else:
            ecrire_xlsx(feuilles(resultats, dt.date.today()), cible)
        if pseudonymes:
            ecrire_correspondance(pseudonymes, cours)
        self.log.info("Tableaux écrits dans %s", cible)


def _restreindre(resultats: Resultats, noms: dict[str, str]) -> Resultats:
    inconnus = [identifiant for identifiant, nom in noms.items() if nom not in set(resultats.blocs["apprenant"])]
    if inconnus:
        raise ErreurDonnees(
            f"Ces apprenants ne sont pas au carnet de notes : {', '.join(inconnus)} ; corrigez --student."
        )
    garder = {
        nom: table[table["apprenant"].isin(list(noms.values()))].reset_index(drop=True)
        for nom, table in ((nom, getattr(resultats, nom)) for nom in _TABLES)
    }
    anomalies = resultats.anomalies
    garder["anomalies"] = anomalies[anomalies["apprenant"].isin(["", *noms.values()])].reset_index(drop=True)
    return replace(resultats, **garder)
