"""Simulator: parameters that a learner moves, a computation of the library, a picture, a table and a sentence.

A prediction is asked first: what one expects, then what one sees, is what is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.formats import lire_nombre
from rncp_utils.lecon import simulateur_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.formulaire_html import message
from rncp_utils.lecon.identite import APPRENANT, mode
from rncp_utils.lecon.lecon import lecon_ouverte
from rncp_utils.lecon.progression import lire_avancement, noter_prediction

if TYPE_CHECKING:
    import pandas as pd

    from rncp_utils.figures import FigureAccessible


@dataclass(frozen=True)
class Curseur:
    """A number to move: a slider, and beside it a field in which it can be typed.

    Attributes
    ----------
    depart : float
        Value of the case, to which « Revenir au cas » goes back.
    """

    nom: str
    libelle: str
    minimum: float
    maximum: float
    depart: float
    pas: float = 1.0
    unite: str = ""
    decimales: int = 0

    def __post_init__(self) -> None:
        if not self.minimum <= self.depart <= self.maximum or self.pas <= 0:
            raise ErreurDonnees(f"Le curseur « {self.libelle} » part de {self.depart}, hors de ses bornes.")

    def lire(self, texte: str) -> float:
        """Number typed, within the bounds.

        Raises
        ------
        ErreurDonnees
            No number, or one out of bounds: the sentence says which bounds.
        """
        lu = lire_nombre(texte)
        if lu.unite and self.unite and lu.unite != self.unite:
            raise ErreurDonnees(f"J'ai lu une valeur en {lu.unite}, et ce réglage est en {self.unite}.")
        valeur = float(lu.valeur)
        if not self.minimum <= valeur <= self.maximum:
            bornes = f"{html.nombre(self.minimum, self)} et {html.nombre(self.maximum, self)}"
            raise ErreurDonnees(f"J'ai lu {html.nombre(valeur, self)} : choisissez entre {bornes}.")
        return valeur


@dataclass(frozen=True)
class Menu:
    """A choice among a few: ``options`` gives the text of each value."""

    nom: str
    libelle: str
    options: Mapping[str, str]
    depart: str


@dataclass(frozen=True)
class Interrupteur:
    """Something that is counted or not."""

    nom: str
    libelle: str
    depart: bool = False


Parametre = Curseur | Menu | Interrupteur


@dataclass(frozen=True)
class Prediction:
    """What the learner says before the controls open.

    Attributes
    ----------
    options : dict
        Text of each possible prediction, by identifier.
    verdict : callable
        What the simulator gives, from the results at the starting point or as moved: identifier of an option.
    lecon : str
        Sentence to remember, shown once the prediction is compared.
    """

    question: str
    options: Mapping[str, str]
    verdict: Callable[[], str]
    lecon: str


@dataclass(frozen=True)
class Vue:
    """What one set of parameters gives."""

    figure: FigureAccessible | None = None
    tableau: pd.DataFrame | None = None
    phrase: str = ""


@dataclass
class Simulateur(Affichage):
    """Last expression of a lesson's cell.

    Parameters
    ----------
    nom : str
        Identifier in the lesson; the prediction is recorded under it.
    titre : str
        What is simulated.
    parametres : sequence of Curseur, Menu, Interrupteur
    calcul : callable
        Takes one argument a parameter, by name; gives a :class:`Vue`. Every figure comes from the library.
    prediction : Prediction
    """

    nom: str
    titre: str
    parametres: Sequence[Parametre]
    calcul: Callable[..., Vue]
    prediction: Prediction
    _dossier: Any = field(init=False, default=None)
    _lecon: str = field(init=False, default="")

    def __post_init__(self) -> None:
        lecon = lecon_ouverte()
        self._dossier, self._lecon = lecon.dossier, lecon.fiche.lecon
        noms = [parametre.nom for parametre in self.parametres]
        if len(set(noms)) < len(noms):
            raise ErreurDonnees(f"Le simulateur « {self.titre} » a deux réglages du même nom.")

    @property
    def depart(self) -> dict[str, Any]:
        """Parameters of the case."""
        return {parametre.nom: parametre.depart for parametre in self.parametres}

    def voir(self, **reglages: Any) -> Vue:
        """What the library gives for these parameters; a refusal becomes the sentence of the view."""
        try:
            return self.calcul(**(self.depart | reglages))
        except ErreurRncp as erreur:
            return Vue(phrase=f"▲ {erreur}")

    def affichages(self) -> list[dict[str, Any]]:
        if mode() != APPRENANT:
            return [self.en_html(html.fixe(self, self.voir()))]
        try:
            from rncp_utils.lecon.simulateur_widgets import simulateur  # ipywidgets: only here

            return [dict(simulateur(self)._repr_mimebundle_()) | {"text/plain": str(self)}]
        except ErreurRncp as erreur:
            return [self.en_html(message(str(erreur)))]

    def __str__(self) -> str:
        return f"Simulateur : {self.titre}"

    def prediction_donnee(self) -> str:
        """What was predicted, empty before."""
        donnee = lire_avancement(self._dossier, self._lecon).predictions.get(self.nom, "")
        return donnee if donnee in self.prediction.options else ""

    def predire(self, option: str) -> str:
        """Record a prediction; return what is said of it."""
        noter_prediction(self._dossier, self._lecon, self.nom, option)
        return self.bilan_de_prediction(option)

    def bilan_de_prediction(self, option: str) -> str:
        """What was predicted beside what the computation gives."""
        vu = self.prediction.verdict()
        dit = self.prediction.options[option]
        if option == vu:
            return f"Vous aviez prévu « {dit} » : le calcul le confirme. {self.prediction.lecon}"
        return (
            f"Vous aviez prévu « {dit} » ; le calcul donne « {self.prediction.options[vu]} ». {self.prediction.lecon}"
        )
