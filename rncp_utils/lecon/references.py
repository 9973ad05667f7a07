"""Index des références du cours : chaque article, les leçons qui le citent, la date et l'état de sa lecture.

It is computed from the sheets of the lessons, where a reference is written once, and from the dated parameters.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from rncp_utils.lecon.accueil import LeconDuCours
from rncp_utils.lecon.droit import AUTORITES, CODES, EUROPE, JUGES, LOIS, RGPD, Reference, lire_references
from rncp_utils.lecon.lecon_html import texte

VERIFIE, A_VERIFIER, CONVENTION = "verifie", "a_verifier", "convention_de_cours"
ETATS = {VERIFIE: "✔ vérifié", A_VERIFIER: "▲ à vérifier", CONVENTION: "convention du cours"}
AUTRES, CONVENTIONS = "Autres sources", "Conventions du cours"
RECUEILS = (*sorted(CODES.values()), LOIS, RGPD, EUROPE, AUTORITES, JUGES, AUTRES, CONVENTIONS)
INTRODUCTION = (
    "« À vérifier » : le texte officiel n'a pas encore été relu pour ce cours, à la date indiquée. "
    "Avant d'appliquer une règle, lisez le texte en vigueur. "
    "« Convention du cours » : une règle d'enseignement, qui n'est pas du droit."
)
# Where a lesson is, from the page that names it.
Adresse = Callable[[Path], str]


@dataclass(frozen=True)
class Citation:
    """Une référence, telle qu'une leçon la cite.

    Attributes
    ----------
    lecon : str
        Code de la leçon.
    notebook : Path
        Son notebook.
    phrase : str
        Ce qui est cité : la proposition de la source qui contient la référence.
    date : date
        Jour de la lecture.
    statut : str
        « verifie », « a_verifier » ou « convention_de_cours ».
    lien : str
        Adresse de la page lue ; vide si elle n'a pas été relevée.
    """

    lecon: str
    notebook: Path
    phrase: str
    date: dt.date
    statut: str
    lien: str = ""


@dataclass(frozen=True)
class Ligne:
    """Une référence et toutes ses citations, dans l'ordre du cours."""

    reference: Reference
    citations: tuple[Citation, ...]

    @property
    def contredite(self) -> bool:
        """Vrai si des leçons disent l'avoir vérifiée et d'autres non : la page le dit."""
        return len({citation.statut for citation in self.citations}) > 1


def index_des_references(lecons: Iterable[LeconDuCours]) -> dict[str, list[Ligne]]:
    """Lignes par code ou recueil, dans l'ordre des articles.

    Returns
    -------
    dict
        Clés prises dans :data:`RECUEILS`, dans leur ordre ; un recueil que rien ne cite n'y est pas.
    """
    citations: dict[tuple[str, str], list[tuple[Reference, Citation]]] = defaultdict(list)
    for lecon in lecons:
        for reference, citation in _citations(lecon):
            citations[reference.cle].append((reference, citation))
    recueils: dict[str, list[Ligne]] = {nom: [] for nom in RECUEILS}
    for lues in citations.values():
        # The most complete way of writing it: with its date.
        reference = max((reference for reference, _ in lues), key=lambda r: len(r.nom))
        recueils[reference.recueil].append(Ligne(reference, tuple(dict.fromkeys(c for _, c in lues))))
    return {nom: sorted(lignes, key=lambda ligne: ligne.reference.rang) for nom, lignes in recueils.items() if lignes}


def _citations(lecon: LeconDuCours) -> Iterable[tuple[Reference, Citation]]:
    for source in lecon.fiche.sources:
        if source.statut not in ETATS:
            continue
        lues = [] if source.statut == CONVENTION else lire_references(source.texte)
        recueil = CONVENTIONS if source.statut == CONVENTION else AUTRES
        for reference, phrase in lues or [(Reference(recueil, source.texte), source.texte)]:
            yield (
                reference,
                Citation(lecon.fiche.lecon, lecon.notebook, phrase, source.date, source.statut, source.lien),
            )


def tableau_des_references(recueil: str, lignes: Sequence[Ligne], adresse: Adresse) -> str:
    """Élément ``table`` d'un recueil : une ligne par référence et par leçon."""
    corps = "".join(_rangees(ligne, adresse, nommer=recueil not in (AUTRES, CONVENTIONS)) for ligne in lignes)
    colonnes = ("Référence", "Ce qui est cité", "Leçon", "État")
    if recueil in (AUTRES, CONVENTIONS):
        colonnes = ("Source", "Leçon", "État")
    return _tableau(recueil, colonnes, corps)


def _rangees(ligne: Ligne, adresse: Adresse, *, nommer: bool) -> str:
    nom = texte(ligne.reference.nom)
    if ligne.contredite:
        nom += "<br><small>▲ états différents selon la leçon</small>"
    rangees = []
    for rang, une in enumerate(ligne.citations):
        tete = f'<th scope="row">{nom}</th>' if not nommer else ""
        if nommer and rang == 0:
            hauteur = f' rowspan="{len(ligne.citations)}"' if len(ligne.citations) > 1 else ""
            tete = f'<th scope="rowgroup"{hauteur}>{nom}</th>' if hauteur else f'<th scope="row">{nom}</th>'
        cite = f"<td>{_lien_vers(une.lien, texte(une.phrase))}</td>" if nommer else ""
        lecon = _lien_vers(adresse(une.notebook), une.lecon)
        rangees.append(f"<tr>{tete}{cite}<td>{lecon}</td><td>{ETATS[une.statut]}, {une.date:%d/%m/%Y}</td></tr>")
    return "".join(rangees)


def _lien_vers(adresse: str, nom: str) -> str:
    return f'<a href="{escape(adresse)}">{nom}</a>' if adresse else nom


def _tableau(titre: str, colonnes: Iterable[str], corps: str) -> str:
    tetes = "".join(f'<th scope="col">{texte(colonne)}</th>' for colonne in colonnes)
    return (
        f'<div class="rncp-tableau rncp-references"><table><caption>{texte(titre)}</caption>'
        f"<thead><tr>{tetes}</tr></thead><tbody>{corps}</tbody></table></div>"
    )


def tableaux_des_parametres() -> dict[str, str]:
    """Valeurs datées de la bibliothèque, sans leurs montants : leurs textes, le jour de leur relecture, leur état."""
    from rncp_utils.parametres import fiche_parametre, parametres_livres

    fiches = sorted((fiche_parametre(nom) for nom in parametres_livres()), key=lambda fiche: fiche.description.lower())
    du_cours = [fiche for fiche in fiches if fiche.statut == CONVENTION]
    autres = [fiche for fiche in fiches if fiche.statut != CONVENTION]
    colonnes = ("Valeur", "Depuis", "Référence", "Encore valable le", "État")
    titres = ("Valeurs légales, fiscales et de marché", "Valeurs posées par le cours")
    return {
        titre: _tableau(titre, colonnes, "".join(map(_parametre, liste)))
        for titre, liste in zip(titres, (autres, du_cours), strict=True)
        if liste
    }


def _parametre(fiche: Any) -> str:
    etats = {"verifie": ETATS[VERIFIE], CONVENTION: ETATS[CONVENTION]}
    references = fiche.reference(fiche.dates[-1])
    noms = "<br>".join(_lien_vers(r.href or "", texte(r.title)) for r in references) or "–"
    return (
        f'<tr><th scope="row">{texte(fiche.description)}</th><td>{fiche.dates[-1]:%d/%m/%Y}</td><td>{noms}</td>'
        f"<td>{fiche.metadata.last_value_still_valid_on:%d/%m/%Y}</td>"
        f"<td>{etats.get(fiche.statut, ETATS[A_VERIFIER])}</td></tr>"
    )
