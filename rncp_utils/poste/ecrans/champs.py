"""Fields of the workstation's forms. What is typed is passed as it is: the actions read it, and say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

import ipywidgets as widgets

from rncp_utils.lecon.champs_widgets import A_CHOISIR
from rncp_utils.poste.ecrans.modeles import boite, creer, masquable, texte
from rncp_utils.poste.ecrans.mots import jour as jour_francais
from rncp_utils.typographie import typographier


class Champ:
    """One field: its label, its widget, and the value that the action takes.

    The widget is made when it is first wanted: a screen shows few of the fields that it holds.

    Parameters
    ----------
    nom : str
        Parameter of the action.
    libelle : str
        Visible label, with the unit or the form of what is to be typed.
    facultatif : bool
        Said beside the label; the action is what refuses an empty field.
    """

    def __init__(self, nom: str, libelle: str, *, facultatif: bool = False) -> None:
        self.nom, self.libelle, self.facultatif = nom, libelle, facultatif
        self._suiveurs: list[Callable[[], None]] = []

    @cached_property
    def widget(self) -> widgets.Widget:
        """What a person fills in."""
        precision = " (facultatif)" if self.facultatif else ""
        widget = self._widget(typographier(f"{self.libelle}{precision} :"))
        for saisi in self._saisis(widget):
            saisi.observe(lambda _: self._prevenir(), names="value")
        return widget

    def _widget(self, description: str) -> widgets.Widget:
        return creer(widgets.Text, "rncp-champ", description=description, continuous_update=True)

    def _saisis(self, widget: widgets.Widget) -> tuple[widgets.Widget, ...]:
        """Widgets whose changes are followed."""
        return (widget,)

    def _prevenir(self) -> None:
        for faire in self._suiveurs:
            faire()

    def lire(self) -> Any:
        """What the field holds; an empty text when nothing was given."""
        return self.widget.value

    def montrer(self, valeur: Any) -> None:
        """Put in the field a value of the tables; nothing for None."""
        self.widget.value = "" if valeur is None else self._ecrire(valeur)

    def _ecrire(self, valeur: Any) -> str:
        return str(valeur)

    def vider(self) -> None:
        """Empty the field, once what it held is recorded."""
        self.montrer(None)

    def suivre(self, faire: Callable[[], None]) -> None:
        """Call ``faire`` at each change."""
        self._suiveurs.append(faire)


class Texte(Champ):
    """One line: a text, a number, a day."""


class Reference(Champ):
    """One line of some thirty characters, such as an account number: all of it is seen."""

    def _widget(self, description: str) -> widgets.Widget:
        return creer(widgets.Text, "rncp-champ", "rncp-moyen", description=description, continuous_update=True)


class TexteLong(Champ):
    """Several lines."""

    def _widget(self, description: str) -> widgets.Widget:
        classes = ("rncp-champ", "rncp-large")
        return creer(widgets.Textarea, *classes, description=description, rows=3, continuous_update=True)


class Montant(Champ):
    """Euros; the tables keep cents."""

    def _ecrire(self, valeur: int) -> str:
        euros = f"{Decimal(valeur) / 100:.2f}".replace(".", ",").removesuffix(",00")
        return re.sub(r"(?<=\d)(?=(\d{3})+(?:,|$))", " ", euros)


class Taux(Champ):
    """A rate in per cent; the tables keep basis points."""

    def _ecrire(self, valeur: int) -> str:
        return f"{Decimal(valeur) / 100:.2f}".replace(".", ",")


class Jour(Champ):
    """A day, JJ/MM/AAAA; the tables keep its ISO form."""

    def __init__(self, nom: str, libelle: str, **reste: Any) -> None:
        super().__init__(nom, f"{libelle} (JJ/MM/AAAA)", **reste)

    def _ecrire(self, valeur: str) -> str:
        return jour_francais(valeur)


class Menu(Champ):
    """A choice in a list; nothing is chosen in advance.

    ``options``: pairs (label, value); the value is what the action takes.
    """

    def __init__(self, nom: str, libelle: str, options: Iterable[tuple[str, Any]] = (), **reste: Any) -> None:
        super().__init__(nom, libelle, **reste)
        self.options = _lisibles(options)

    def _widget(self, description: str) -> widgets.Widget:
        # A menu may be hidden: its layout is its own.
        return creer(
            widgets.Dropdown,
            *("rncp-champ", "rncp-menu"),
            description=description,
            options=[(A_CHOISIR, ""), *self.options],
            layout=masquable(),
        )

    def proposer(self, options: Iterable[tuple[str, Any]]) -> None:
        """Change what may be chosen; the choice already made stays when it is still there."""
        options = _lisibles(options)
        if options == self.options:
            return
        self.options = options
        if "widget" not in vars(self):
            return
        avant = self.widget.value
        with self.widget.hold_sync():
            self.widget.options = [(A_CHOISIR, ""), *options]
            self.montrer(avant)

    @property
    def choisi(self) -> bool:
        """Whether something is chosen."""
        return self.widget.value != ""

    def montrer(self, valeur: Any) -> None:
        self.widget.value = valeur if valeur in [v for _, v in self.options] else ""


def _lisibles(options: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(typographier(libelle), valeur) for libelle, valeur in options]


class Cases(Champ):
    """Any number of choices; read as a list of values, which may be empty."""

    cases: Mapping[str, widgets.Checkbox] = MappingProxyType({})

    def _widget(self, description: str) -> widgets.Widget:
        self._titre = texte(f"<p>{description}</p>", "rncp-libelle")
        classes = ("rncp-champ", "rncp-choix", "rncp-cases", "rncp-options", "rncp-large")
        return boite([self._titre], *classes, layout=masquable())

    def _saisis(self, widget: widgets.Widget) -> tuple[widgets.Widget, ...]:
        return ()  # each box, when it is made

    def proposer(self, options: Iterable[tuple[str, str]]) -> None:
        """Change what may be ticked; what is ticked stays when it is still there."""
        libelles = {valeur: typographier(libelle) for libelle, valeur in options}
        if list(libelles) == list(self.cases):
            return
        avant = self.cases
        self.cases = {valeur: avant.get(valeur) or self._case(libelle) for valeur, libelle in libelles.items()}
        groupe = self.widget
        groupe.children = (self._titre, *self.cases.values())

    def _case(self, libelle: str) -> widgets.Checkbox:
        case = creer(widgets.Checkbox, value=False, description=libelle, indent=False)
        case.observe(lambda _: self._prevenir(), names="value")
        return case

    def lire(self) -> list[str]:
        return [valeur for valeur, case in self.cases.items() if case.value]

    def montrer(self, valeur: Any) -> None:
        for nom, case in self.cases.items():
            case.value = nom in (valeur or ())
