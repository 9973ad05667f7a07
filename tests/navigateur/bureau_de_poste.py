"""The workstation played in a page, by its forms alone: the tab of a screen, fields by their label, the button.

The same workstation is played here, in memory: it knows which form does an action, what its fields are called, what may
be chosen in them at that moment, and what must be read once the action is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import singledispatch
from html import unescape
from typing import Any

from rncp_utils.lecon.champs_widgets import A_CHOISIR
from rncp_utils.poste.ecrans.bureau import CLASSES, Bureau
from rncp_utils.poste.ecrans.champs import Cases, Champ, Jour, Menu
from rncp_utils.poste.ecrans.ecran import Ecran
from rncp_utils.poste.ecrans.formulaire import Formulaire, dire
from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.ecrans.mots import jour as jour_francais
from rncp_utils.poste.ecrans.profil import CHOIX, Valeur
from rncp_utils.poste.poste import Poste
from tests.cours.page import plate

POSTE = ".rncp-poste"
# The last thing the workstation's script does is to say which screen is open.
OUVERT = f'{POSTE} .rncp-onglet[aria-current="page"]'
ACTIF = "noeud => document.activeElement === noeud"
DITE = "suivi => suivi.querySelector('p')"
# Neither out of the window nor under something else.
EN_VUE = """suivi => {
    const boite = suivi.querySelector('p').getBoundingClientRect();
    return suivi.contains(document.elementFromPoint(boite.left + 4, boite.bottom - 4));
}"""
DEDANS = "poste => poste.contains(document.activeElement)"
REDITE = f"([suivi, avant]) => ![null, avant].includes(({DITE})(suivi))"


class BureauDePoste:
    """A workstation shown in a page, used with the keyboard; each gesture waits for its effect.

    Parameters
    ----------
    lab
        The application (``conftest.Lab``), its notebook started.
    ici : Poste
        A new workstation on the same client: what is done in the page is done there too.
    """

    def __init__(self, lab: Any, ici: Poste) -> None:
        self.lab, self.page = lab, lab.page
        self.racine = lab.page.locator(POSTE)
        self.ici = Bureau(ici, tuple(ECRANS), entrainement=False)
        self.ou = {code: {x.action for x in formulaires(classe(self.ici))} for code, classe in CLASSES.items()}

    def jouer(self, actions: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Actions, in order."""
        for action, donnees in actions:
            if action == "consulter":
                self.ouvrir(donnees["ecran"])
            else:
                self.faire(action, donnees)

    def ouvrir(self, code: str) -> None:
        """Press the tab of a screen; the focus is led to its heading, and what the screen warns of is read."""
        self.racine.get_by_role("button", name=ECRANS[code], exact=True).press("Enter")
        titre = self.racine.get_by_role("heading", name=ECRANS[code], exact=True, level=3)
        titre.wait_for()
        self.page.wait_for_function(ACTIF, arg=titre.element_handle())
        self.ici.ouvrir(code)
        lire(self.racine.get_by_role("status"), self.ici.avis.value)

    def faire(self, action: str, donnees: Mapping[str, Any]) -> None:
        """An action, to the sentence that says what came of it; or the reason why the screen keeps it out of reach."""
        formulaire = self._formulaire(action)
        titre = self.page.get_by_role("heading", name=plate(formulaire.titre), exact=True)
        lieu = self.racine.locator(".rncp-question").filter(has=titre)
        bouton = lieu.get_by_role("button", name=plate(formulaire.bouton.description), exact=True)
        if formulaire.bouton.disabled:
            lire(lieu, formulaire.enonce.value)
            assert bouton.is_disabled(), action
            return
        voulues = dans_les_champs(donnees)
        for champ in formulaire.champs:
            if champ.nom in voulues:
                if isinstance(champ, Valeur):
                    self.lab.joindre_le_noyau()  # the field follows the one that was chosen
                remplir(champ, lieu, voulues[champ.nom])
        suivi = lieu.get_by_role("status")
        self._presser(bouton, suivi)
        resultat = self.ici.faire(action, donnees)
        assert resultat is not None
        lire(suivi, dire(resultat))
        self.page.wait_for_function(EN_VUE, arg=suivi.element_handle())
        self.page.wait_for_function(DEDANS, arg=self.racine.element_handle())

    def _formulaire(self, action: str) -> Formulaire:
        """The form of an action: on the screen that is open or under it, or on the first one that has it."""
        toujours = self.ici.documents.lire
        if action == toujours.action:
            return toujours
        if action not in self.ou[self.ici.code]:
            self.ouvrir(next(code for code, actions in self.ou.items() if action in actions))
        return next(x for x in formulaires(self.ici.ouverts[self.ici.code]) if x.action == action)

    def _presser(self, bouton: Any, suivi: Any) -> None:
        """Press a button, once what was typed has arrived; something is said, even the same thing as before.

        All that the button changes has then come to the page.
        """
        self.lab.joindre_le_noyau()
        avant = suivi.evaluate_handle(DITE)
        bouton.press("Enter")
        self.page.wait_for_function(REDITE, arg=[suivi.element_handle(), avant])
        self.lab.joindre_le_noyau()


def formulaires(ecran: Ecran) -> list[Formulaire]:
    """Forms of a screen."""
    return [valeur for valeur in vars(ecran).values() if isinstance(valeur, Formulaire)]


def dans_les_champs(donnees: Mapping[str, Any]) -> dict[str, Any]:
    """What is put in the fields, from what the action takes: one menu holds both sides of the plan."""
    if {"sens", "nature"} <= set(donnees):
        return {"ligne": (donnees["sens"], donnees["nature"]), "montant": donnees["montant"]}
    return dict(donnees)


def lire(lieu: Any, attendu: str) -> None:
    """Wait until each sentence of an HTML text is read somewhere; French spaces and ours are the same."""
    for paragraphe in re.findall(r"<p\b[^>]*>(.*?)</p>", attendu):
        lieu.get_by_text(plate(unescape(re.sub(r"<[^>]+>", "", paragraphe)))).first.wait_for()


# One function a kind of field.


@singledispatch
def remplir(champ: Champ, lieu: Any, valeur: str) -> None:
    """Fill in a field, found by its label in the form ``lieu``; by default, what is given is typed."""
    _case(lieu, "textbox", champ.widget).fill(valeur)


@remplir.register
def _(champ: Jour, lieu: Any, valeur: str) -> None:
    _case(lieu, "textbox", champ.widget).fill(jour_francais(valeur))


@remplir.register
def _(champ: Menu, lieu: Any, valeur: Any) -> None:
    libelle = next(libelle for libelle, code in [(A_CHOISIR, ""), *champ.options] if code == valeur)
    _case(lieu, "combobox", champ.widget).select_option(label=libelle)
    champ.montrer(valeur)  # the field of the value, here as in the page, follows


@remplir.register
def _(champ: Valeur, lieu: Any, valeur: str) -> None:
    if champ.champ and champ.champ["type"] == CHOIX:
        libelle = next(libelle for libelle, code in champ.menu.options if code == valeur)
        _case(lieu, "combobox", champ.menu).select_option(label=libelle)
    else:
        _case(lieu, "textbox", champ.texte).fill(valeur)


@remplir.register
def _(champ: Cases, lieu: Any, valeur: list[str]) -> None:
    for code, widget in champ.cases.items():
        case = _case(lieu, "checkbox", widget)
        if case.is_checked() != (code in valeur):
            case.press("Space")


def _case(lieu: Any, role: str, widget: Any) -> Any:
    return lieu.get_by_role(role, name=plate(widget.description), exact=True)
