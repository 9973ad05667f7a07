"""Diagnostic en texte, pour un terminal de 100 colonnes."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rncp_utils.entreprise.diagnostic.analyse import Exercice
from rncp_utils.entreprise.diagnostic.synthese import A_SURVEILLER, ALERTE, CONFORME
from rncp_utils.entreprise.diagnostic.tableaux import ECRITURES, TAUX, Tableau
from rncp_utils.formats import avec_unite, euros

if TYPE_CHECKING:
    from rncp_utils.entreprise.diagnostic import Diagnostic

_COULEURS = {CONFORME: "green", A_SURVEILLER: "yellow", ALERTE: "red"}
SANS_CONSTAT = "Aucun constat : les documents donnés ne permettent aucun calcul."


def afficher(diagnostic: Diagnostic, console: Console) -> None:
    """Title, summary, tables, broken controls, what is missing."""
    console.print(f"[bold]Diagnostic financier : {diagnostic.denomination}[/bold]")
    _paragraphe(console, identite(diagnostic))
    titre(console, "Synthèse")
    if not diagnostic.synthese:
        _paragraphe(console, SANS_CONSTAT)
    for theme, constats in groupby(diagnostic.synthese, key=lambda constat: constat.theme):
        console.print(f"[bold]{theme}[/bold]")
        for constat in constats:
            _puce(console, constat.texte, Text(constat.symbole, style=_COULEURS.get(constat.niveau, "")))
    for tableau in diagnostic.tableaux:
        titre(console, tableau.titre)
        console.print(_table(tableau))
        _paragraphe(console, tableau.note, "  ", style="dim")
    for exercice in diagnostic.exercices:
        _controles(console, exercice)
    _liste(console, "Ce qui n'a pas été calculé", diagnostic.manques)
    _liste(console, "Réserves", diagnostic.reserves)


def identite(diagnostic: Diagnostic) -> str:
    """One line on the company and its documents."""
    liasse = diagnostic.dernier.liasse
    regimes = {"RN": "régime réel normal", "RS": "régime simplifié", "BNC": "déclaration 2035"}
    exercices = [
        f"{exercice.nom} ({exercice.liasse.duree_mois} mois)" if exercice.liasse.date_cloture else "date inconnue"
        for exercice in diagnostic.exercices
    ]
    elements = [
        f"SIREN {liasse.siren}" if liasse.siren else "SIREN inconnu",
        liasse.forme_juridique,
        regimes[liasse.regime],
        f"{'exercices clos' if len(exercices) > 1 else 'exercice clos'} : {', '.join(exercices)}",
    ]
    return " · ".join(element for element in elements if element)


def mesure(valeur: float, controle: str) -> str:
    """Side or gap of a control: euros, but months for K20."""
    return avec_unite(valeur, "mois", 0) if controle == "K20" else euros(valeur)


def titre(console: Console, texte: str) -> None:
    """Heading of a part."""
    console.print()
    console.rule(f"[bold]{texte}[/bold]", align="left", style="dim")


def _puce(console: Console, phrase: str, signe: Text | None = None) -> None:
    lignes = _lignes(phrase, console.width - 5)
    console.print(Text.assemble(" ", signe or "•", " ", f"\n{' ' * 3}".join(lignes)), soft_wrap=True)


def _paragraphe(console: Console, texte: str, retrait: str = "", style: str = "") -> None:
    for ligne in _lignes(texte, console.width - len(retrait)):
        console.print(Text(f"{retrait}{ligne}", style=style), soft_wrap=True)


def _lignes(texte: str, largeur: int) -> list[str]:
    """Lines cut at plain spaces only: the console itself would cut « 472 500 € » at its no-break spaces."""
    return textwrap.wrap(texte, largeur, break_on_hyphens=False)


def _table(tableau: Tableau) -> Table:
    table = Table(show_edge=False, box=None, pad_edge=False, padding=(0, 2))
    table.add_column("", min_width=44)
    for colonne in (*tableau.exercices, *([tableau.part] if tableau.part else [])):
        table.add_column(colonne, justify="right", no_wrap=True)
    for ligne in tableau.lignes:
        part = [] if not tableau.part else ["" if ligne.part is None else ECRITURES[TAUX](ligne.part)]
        table.add_row(f"  {ligne.libelle}", *ligne.textes(), *part, style="bold" if ligne.solde else "")
    return table


def _controles(console: Console, exercice: Exercice) -> None:
    if exercice.controles_rompus.empty:
        return
    titre(console, f"Contrôles qui ne tiennent pas, exercice clos le {exercice.nom}")
    for controle in exercice.controles_rompus.itertuples():
        cotes = (controle.gauche, controle.droite, controle.ecart)
        gauche, droite, ecart = (mesure(valeur, controle.controle) for valeur in cotes)
        phrase = f"{controle.controle} ({controle.gravite}) {controle.libelle} : {gauche} et {droite}, écart {ecart}."
        if controle.detail:
            phrase += f" {controle.detail}"
        _puce(console, phrase, Text("✖", style="red"))


def _liste(console: Console, nom: str, phrases: list[str] | tuple[str, ...]) -> None:
    if phrases:
        titre(console, nom)
        for phrase in phrases:
            _puce(console, phrase)
