"""What the nine screens have in common: what is known, then forms, and how a state allows or forbids an action."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from rncp_utils.poste.ecrans.formulaire import Bureau, Formulaire
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import boite, texte
from rncp_utils.poste.ecrans.tableaux import titre

if TYPE_CHECKING:
    from rncp_utils.poste.poste import Poste
    from rncp_utils.poste.situation import Regles


class Ecran(ABC):
    """One screen: built once, when it is opened, then brought up to date at each action.

    A screen lists its parts in :meth:`construire` and says in :meth:`montrer` what each of them shows.
    """

    code = ""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        self.poste: Poste = bureau.poste
        self.regles: Regles = bureau.poste.situation.regles
        self.widget = boite(self.construire(), "rncp-ecran", f"rncp-ecran-{self.code}")

    @abstractmethod
    def construire(self) -> list[widgets.Widget]:
        """Widgets of the screen, from top to bottom."""

    @abstractmethod
    def montrer(self, lecture: Lecture) -> None:
        """Bring the screen to what the tables say now."""

    def formulaire(self, titre: str, bouton: str, action: str, champs: Iterable[Any] = (), **reste: Any) -> Formulaire:
        """A form of this screen."""
        return Formulaire(self.bureau, titre, bouton, action, tuple(champs), **reste)


def partie(nom: str, *contenu: widgets.Widget) -> widgets.VBox:
    """A part of a screen, under its heading."""
    return boite([texte(titre(nom)), *contenu], "rncp-partie")


def options(libelles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Options of a menu: label shown, code taken."""
    return [(libelle, code) for code, libelle in libelles.items()]
