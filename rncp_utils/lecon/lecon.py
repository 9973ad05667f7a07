"""The lesson that is open in this kernel: its sheet, its folder, its learner; and the cell that starts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import lecon_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.formulaire_html import message
from rncp_utils.lecon.identite import APPRENANT, mode
from rncp_utils.lecon.messages import NON_DEMARREE
from rncp_utils.lecon.progression import Avancement, lire_avancement

if TYPE_CHECKING:
    from rncp_utils.lecon.fiche import Fiche

SESSION_DU_COURS = "cours"


@dataclass(frozen=True)
class Lecon:
    """What exercises and simulators need to know of the lesson that they belong to."""

    fiche: Fiche
    dossier: Path
    # What the page shows of the learner's progress, to be shown again after each try.
    suivis: dict[str, Callable[[], None]] = field(default_factory=dict, compare=False)

    def avancement(self) -> Avancement:
        """What the learner already did here."""
        return lire_avancement(self.dossier, self.fiche.lecon)

    def dire_l_avancement(self) -> None:
        """Bring up to date what the page shows of it."""
        for montrer in self.suivis.values():
            montrer()


_ouverte: Lecon | None = None


def lecon_ouverte() -> Lecon:
    """The lesson started in this kernel.

    Raises
    ------
    ErreurRncp
        None was: the learner reads the sentence of a lesson that is not started.
    """
    if _ouverte is None:
        raise ErreurRncp(NON_DEMARREE)
    return _ouverte


class Demarrage(Affichage):
    """Top of a lesson: that it is ready, where the learner stopped, a button that runs what follows."""

    def __init__(self, lecon: Lecon | None, refus: str = "") -> None:
        self.lecon = lecon
        self.refus = refus

    def affichages(self) -> list[dict[str, Any]]:
        if self.lecon is None:
            return [self.en_html(message(self.refus))]
        contenu = html.depart(self.lecon.fiche, self.lecon.avancement())
        if mode() != APPRENANT:
            return [self.en_html(contenu)]
        from rncp_utils.lecon.lecon_widgets import depart  # ipywidgets: only here

        return [dict(depart(contenu)._repr_mimebundle_()) | {"text/plain": str(self)}]

    def __str__(self) -> str:
        return self.refus if self.lecon is None else f"Leçon {self.lecon.fiche.lecon} prête ✔"


def demarrer(lecon: str, *, dossier: Path | str = Path()) -> Demarrage:
    """Open a lesson: last expression of its first cell.

    For a learner, errors of the cells that follow are then said in French; in grading and in tests they stay errors.

    Parameters
    ----------
    lecon : str
        Code of the lesson, for example ``"B1-L5"``: its sheet is the YAML file of that name beside the notebook.
    dossier : Path
        Folder of the notebook.
    """
    global _ouverte
    from rncp_utils.lecon.fiche import trouver_fiche  # pydantic and YAML: a graded questionnaire needs neither

    dossier = Path(dossier).resolve()
    if mode() == APPRENANT:
        _parler_francais()
    try:
        _ouverte = Lecon(trouver_fiche(lecon, dossier), dossier)
    except ErreurRncp as erreur:
        if mode() != APPRENANT:
            raise
        _ouverte = None
        return Demarrage(None, str(erreur))
    return Demarrage(_ouverte)


def _parler_francais() -> None:
    from IPython import get_ipython

    from rncp_utils.lecon.messages import installer

    if (ip := get_ipython()) is not None:
        installer(ip)
