"""A cell of a notebook that plays an interview: a dialogue for the learner, a plain record for the grader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rncp_utils.entretien.chargement import charger_scenario
from rncp_utils.entretien.comite import avis_du_comite
from rncp_utils.entretien.indicateurs import calculer_indicateurs
from rncp_utils.entretien.journal import CELLULE, lire_journal
from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.mots import mots
from rncp_utils.entretien.partie import ouvrir_partie
from rncp_utils.entretien.rejeu import Rejeu, rejouer
from rncp_utils.entretien.transcription import relecture
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import formulaire_html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.correction import Retour
from rncp_utils.lecon.identite import CORRECTION, apprenant, mode
from rncp_utils.typographie import compter


class Entretien(Affichage):
    """Last expression of a notebook cell: an interview with a simulated client.

    Each reply said is saved beside the notebook, and the interview is found again where it was left. While nbgrader
    grades, the display is plain HTML: what was said. Nothing is ever raised at the learner: what goes wrong is said in
    French in the place of the dialogue.

    Parameters
    ----------
    scenario : str
        A scenario of the library (``"S1"``), or the file beside the notebook (``"scenario.yaml"``).
    devoir : str
        Assignment, which names the journal; the scenario's own name by default.
    cellule : str
        Cell, which names the journal too.
    dossier : Path
        Folder of the notebook.
    session, variante : str
        Written in the journal.
    """

    def __init__(
        self,
        scenario: str,
        *,
        devoir: str = "",
        cellule: str = CELLULE,
        dossier: Path | str = Path(),
        session: str = "",
        variante: str = "",
    ) -> None:
        self.scenario = scenario
        self.devoir = devoir
        self.cellule = cellule
        self.dossier = Path(dossier).resolve()
        self.session = session
        self.variante = variante

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        try:
            scenario = self._charger()
            if mode() == CORRECTION:
                return [self.en_html(self._relecture(scenario))]
            return [self.en_html(formulaire_html.reprise()), self._dialogue(scenario)]
        except ErreurRncp as erreur:
            return [self.en_html(formulaire_html.message(str(erreur)))]

    def objectifs(self, *codes: str) -> Objectifs:
        """What an exercise of the lesson asks of this interview (``Exercice("E8", juge=…)``): indicators to reach."""
        return Objectifs(self, codes)

    def __str__(self) -> str:
        return f"Entretien « {self.scenario} »"

    def _charger(self) -> Scenario:
        est_fichier = self.scenario.endswith((".yaml", ".yml"))
        return charger_scenario(self.dossier / self.scenario if est_fichier else self.scenario)

    def _rejeu(self, scenario: Scenario) -> Rejeu:
        """The interview played again from its journal."""
        devoir = self.devoir or scenario.scenario
        journal = lire_journal(self.dossier, devoir, self.cellule)
        return rejouer(journal, scenario, devoir=devoir, cellule=self.cellule, apprenant=apprenant())

    def _relecture(self, scenario: Scenario) -> str:
        rejeu = self._rejeu(scenario)
        return relecture(
            scenario,
            rejeu.situation,
            reformulation=rejeu.reformulation,
            apprenant=apprenant(),
            debut=rejeu.debut,
            notes=[anomalie.phrase for anomalie in rejeu.anomalies],
            avec_bilan=scenario.commente and bool(rejeu.situation.tours),
        )

    def _dialogue(self, scenario: Scenario) -> dict[str, Any]:
        from rncp_utils.entretien.dialogue import dialogue  # ipywidgets: only here

        partie = ouvrir_partie(
            scenario,
            dossier=self.dossier,
            devoir=self.devoir or scenario.scenario,
            cellule=self.cellule,
            apprenant=apprenant(),
            session=self.session,
            variante=self.variante,
        )
        texte = {"text/plain": f"{self} : {compter(len(partie.situation.tours), 'échange')}"}
        return dict(dialogue(partie)._repr_mimebundle_()) | texte


@dataclass(frozen=True)
class Objectifs:
    """Indicators that a training interview must reach, read from its journal: no mark is taken from the learner.

    Attributes
    ----------
    codes : tuple of str
        Among I1 to I6, each of which must have all its points; of a committee, ``"decision"``: an agreement.
    """

    entretien: Entretien
    codes: tuple[str, ...]

    def constats(self) -> dict[str, Retour]:
        """Feedback of each indicator, with the figures of the debriefing."""
        scenario = self.entretien._charger()
        situation = self.entretien._rejeu(scenario).situation
        if not situation.tours:
            debut = mots(scenario).pas_commence.format(qui=scenario.personnage.nom)
            phrase = f"{debut}, puis cliquez sur « Vérifier ma réponse »."
            return {code: Retour(0.0, phrase) for code in self.codes[:1]}
        if scenario.comite is not None:
            return {code: avis_du_comite(situation, scenario) for code in self.codes}
        lus = calculer_indicateurs(situation, scenario)
        return {code: Retour(lus[code].part, f"{lus[code].nom} : {lus[code].explication}") for code in self.codes}
