"""A form of the workstation: its fields, its one button, why it may not be used now, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Champ
from rncp_utils.poste.ecrans.modeles import boite, creer, masquable, montrer_si, texte
from rncp_utils.poste.ecrans.tableaux import html, paragraphe

if TYPE_CHECKING:
    from rncp_utils.poste.poste import Resultat


class Bureau(Protocol):
    """What a form needs of the workstation that holds it."""

    def faire(self, action: str, donnees: Mapping[str, Any]) -> Resultat | None:
        """Do an action; None when the state had changed elsewhere, and nothing was done."""

    def parler(self, suivi: widgets.HTML, contenu: str) -> None:
        """Say something under a form; the other status lines are emptied."""

    def accuser(self) -> None:
        """Tell the page that the kernel took what was done."""


class Formulaire:
    """One action of the workstation.

    Parameters
    ----------
    titre : str
        What the form is for; names it for a screen reader.
    bouton : str
        Text of the button.
    action : str
        Name in the catalogue of actions.
    champs : sequence of Champ
        In the order in which they are filled in.
    fixes : callable
        What the action takes beside the fields (the subscription shown, for instance), read when the button is pressed.
    adapter : callable
        What the action takes, from what the fields hold, where the two differ.
    garder : bool
        Keep what the fields hold after the action, instead of emptying them.
    principal : bool
        The button that goes one step forward.
    apres : callable
        Called after an action that was accepted.
    """

    def __init__(
        self,
        bureau: Bureau,
        titre: str,
        bouton: str,
        action: str,
        champs: Sequence[Champ] = (),
        *,
        fixes: Callable[[], Mapping[str, Any]] = dict,
        garder: bool = False,
        principal: bool = False,
        large: bool = False,
        adapter: Callable[[dict[str, Any]], Mapping[str, Any]] = dict,
        apres: Callable[[], None] | None = None,
    ) -> None:
        self.bureau, self.action, self.champs = bureau, action, list(champs)
        self.fixes, self.adapter, self.garder, self.apres = fixes, adapter, garder, apres
        self._reflete: list[Any] | None = None
        self.titre = titre
        self.enonce, self.suivi = texte(self._enonce()), texte("", "rncp-suivi")
        self.bouton = creer_bouton(bouton, self._envoyer, principal=principal)
        self.zone = boite((), "rncp-champs", layout=masquable()) if self.champs else None
        parties = [self.enonce, *([self.zone] if self.zone else []), self.bouton, self.suivi]
        classes = ("rncp-question", f"rncp-action-{action}", *(["rncp-large"] if large else []))
        self.widget = boite(parties, *classes)
        for champ in self.champs:
            champ.suivre(bureau.accuser)

    def _enonce(self, raison: str = "") -> str:
        return f'<h5 class="rncp-enonce">{html(self.titre)}</h5>' + (
            paragraphe(raison, "rncp-raison") if raison else ""
        )

    def refleter(self, ligne: Mapping[str, Any] | None) -> None:
        """Put in the fields what a row holds; what is being typed stays until another row, or other values, come."""
        valeurs = ligne and [ligne["id"], *(ligne[champ.nom] for champ in self.champs)]
        if valeurs == self._reflete:
            return
        self._reflete = valeurs
        for champ, valeur in zip(self.champs, valeurs[1:] if valeurs else [], strict=False):
            champ.montrer(valeur)

    def permettre(self, raison: str = "") -> None:
        """Allow the action, or say why it is not possible now: the fields that would be of no use are put away."""
        self.enonce.value = self._enonce(raison)
        if self.bouton.disabled != bool(raison):
            self.bouton.disabled = bool(raison)
        if self.zone is None:
            return
        if not raison and not self.zone.children:
            self.zone.children = tuple(champ.widget for champ in self.champs)
        montrer_si(self.zone, not raison)

    def _envoyer(self) -> None:
        donnees = {**self.fixes(), **{champ.nom: champ.lire() for champ in self.champs}}
        resultat = self.bureau.faire(self.action, self.adapter(donnees))
        if resultat is None:
            self.bureau.parler(self.suivi, paragraphe(f"▲ {CHANGE_AILLEURS}", "rncp-alerte"))
            return
        if resultat.accepte and not self.garder:
            for champ in self.champs:
                champ.vider()
        if resultat.accepte and self.apres is not None:
            self.apres()
        self.bureau.parler(self.suivi, dire(resultat))


CHANGE_AILLEURS = (
    "Le poste a changé ailleurs (dans un autre onglet, ou plus haut dans cette page) : l'écran montre maintenant "
    "l'état à jour, et votre action n'est pas faite. Vérifiez, puis recommencez-la."
)


def dire(resultat: Resultat) -> str:
    """What came of an action: the sentence, then each check, in words and not by colour alone."""
    lignes = []
    for controle in resultat.controles:
        if controle.bloquant:
            lignes.append(paragraphe(f"■ Bloqué ({controle.code}) : {controle.phrase}", "rncp-blocage"))
        else:
            lignes.append(paragraphe(f"▲ Alerte ({controle.code}) : {controle.phrase}", "rncp-alerte"))
    deja = any(controle.phrase == resultat.phrase for controle in resultat.controles)
    if resultat.phrase and not deja:
        if resultat.accepte:
            lignes.insert(0, paragraphe(f"✔ {resultat.phrase}"))
        else:
            lignes.insert(0, paragraphe(f"▲ {resultat.phrase}", "rncp-alerte"))
    return "".join(lignes)


def creer_bouton(nom: str, faire: Callable[[], None], *classes: str, principal: bool = False) -> widgets.Button:
    """A button of the form's style; the page lets a click through once what was typed before has arrived."""
    toutes = ("rncp-bouton", *(["rncp-principal"] if principal else []), *classes)
    bouton = creer(widgets.Button, *toutes, description=nom)
    bouton.on_click(lambda _: faire())
    return bouton


def cote_a_cote(*formulaires: Formulaire) -> widgets.Widget:
    """Forms beside one another where there is room for them."""
    return boite([formulaire.widget for formulaire in formulaires], "rncp-formulaires")
