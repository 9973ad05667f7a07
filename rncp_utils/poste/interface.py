"""A cell of a notebook that opens the workstation: screens for the learner, a plain record for the grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.lecon import formulaire_html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.correction import Retour
from rncp_utils.lecon.identite import CORRECTION, apprenant, mode
from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.fichier import CELLULE

if TYPE_CHECKING:
    from rncp_utils.figures import FigureAccessible
    from rncp_utils.poste.poste import Poste
    from rncp_utils.poste.rejeu import Rejeu
    from rncp_utils.poste.situation import Situation

PAS_COMMENCE = "Rien n'est encore fait sur le poste : travaillez-y, puis cliquez sur « Vérifier ma réponse »."


class PosteDeTravail(Affichage):
    """Last expression of a notebook cell: the simulated workstation, on one client.

    Each action is saved beside the notebook, and the workstation is found again where it was left. While nbgrader
    grades, the display is plain HTML: the state and the journal, played again. Nothing is ever raised at the learner:
    what goes wrong is said in French in the place of the screens.

    Parameters
    ----------
    situation : str
        « vasseur », « fournil », « nouri » or « kelya ».
    devoir : str
        Assignment or lesson, which names the file.
    cellule : str
        Cell, which names the file too: several cells of a notebook may share one workstation.
    ecrans : sequence of str
        Screens within reach, among P1 to P9.
    dossier : Path
        Folder of the notebook.
    session : str
        Session of the assignment.
    variante : bool
        The learner's own figures, drawn from the learner, the assignment and the session.
    entrainement : bool
        Training: the workstation may be begun again from its start.
    """

    def __init__(
        self,
        situation: str,
        *,
        devoir: str,
        cellule: str = CELLULE,
        ecrans: Sequence[str] = tuple(ECRANS),
        dossier: Path | str = Path(),
        session: str = "",
        variante: bool = False,
        entrainement: bool = False,
    ) -> None:
        inconnus = [code for code in ecrans if code not in ECRANS]
        if inconnus or not ecrans:
            raise ErreurDonnees(f"Les écrans du poste sont {', '.join(ECRANS)} : choisissez parmi eux.")
        self.nom = situation
        self.devoir, self.cellule, self.session = devoir, cellule, session
        self.ecrans = tuple(code for code in ECRANS if code in ecrans)
        self.dossier = Path(dossier).resolve()
        self.variante, self.entrainement = variante, entrainement

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        try:
            if mode() == CORRECTION:
                return [self.en_html(self._releve())]
            return [self.en_html(formulaire_html.reprise()), self._bureau()]
        except ErreurRncp as erreur:
            return [self.en_html(formulaire_html.message(str(erreur)))]

    def objectifs(self, attendus: Mapping[str, Callable[[Poste], Retour]], *noms: str) -> Objectifs:
        """What an exercise of the lesson asks of this workstation (``Exercice("E1", juge=…)``).

        Parameters
        ----------
        attendus : mapping
            By name of objective, a function of the workstation (played again from its journal) that gives a ``Retour``.
        noms : str
            Objectives to keep, in this order; all of them by default.
        """
        return Objectifs(self, {nom: attendus[nom] for nom in noms or attendus})

    def chronologie(self) -> FigureAccessible:
        """Figure of the actions done at this workstation: screens, time, returns, refusals."""
        from rncp_utils.poste.figures import chronologie

        return chronologie(self.rejeu().poste.journal())

    @cached_property
    def situation(self) -> Situation:
        """The situation of this cell, with the learner's own figures where they are asked for."""
        from rncp_utils.poste.situation import situation

        if not self.variante:
            return situation(self.nom)
        return situation(self.nom, apprenant=apprenant(), devoir=self.devoir, session=self.session)

    def rejeu(self) -> Rejeu:
        """The workstation played again from its journal: what is shown, judged and graded."""
        from rncp_utils.poste.rejeu import lire_journal_de, rejouer

        qui = {"devoir": self.devoir, "cellule": self.cellule, "apprenant": apprenant()}
        return rejouer(lire_journal_de(self.chemin), self.situation, **qui)

    @property
    def chemin(self) -> Path:
        """The file of this workstation."""
        from rncp_utils.poste.base import chemin_du_poste

        return chemin_du_poste(self.dossier, self.devoir, self.cellule)

    def __str__(self) -> str:
        return f"Poste de travail « {self.nom} »"

    def _releve(self) -> str:
        from rncp_utils.poste.ecrans.releve import releve

        rejeu = self.rejeu()
        notes = [anomalie.phrase for anomalie in rejeu.anomalies]
        return releve(rejeu.poste, self.ecrans, apprenant=apprenant(), notes=notes)

    def _bureau(self) -> dict[str, Any]:
        from rncp_utils.poste.ecrans.bureau import bureau  # ipywidgets: only here
        from rncp_utils.poste.poste import Poste

        poste = Poste.ouvrir(
            self.dossier,
            self.situation,
            devoir=self.devoir,
            cellule=self.cellule,
            apprenant=apprenant(),
            session=self.session,
            entrainement=self.entrainement,
        )
        montre = bureau(poste, self.ecrans, entrainement=self.entrainement, fichier=self.chemin)
        return dict(montre._repr_mimebundle_()) | {"text/plain": str(self)}


@dataclass(frozen=True)
class Objectifs:
    """What must be true of a workstation, read from its journal played again: no mark is taken from the learner.

    Attributes
    ----------
    attendus : mapping
        Functions of the workstation, by name of objective.
    """

    poste: PosteDeTravail
    attendus: Mapping[str, Callable[[Poste], Retour]]

    def constats(self) -> dict[str, Retour]:
        """Feedback of each objective."""
        rejoue = self.poste.rejeu().poste
        if not any(ligne["action"] != "consulter" for ligne in rejoue.journal()):
            return {nom: Retour(0.0, PAS_COMMENCE) for nom in list(self.attendus)[:1]}
        return {nom: juger(rejoue) for nom, juger in self.attendus.items()}
