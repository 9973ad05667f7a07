"""Diagnostic en une page HTML qui se suffit, et ses figures."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from babel.dates import format_date

from rncp_utils.entreprise.diagnostic.tableaux import ECRITURES, TAUX
from rncp_utils.entreprise.diagnostic.texte import SANS_CONSTAT, identite, mesure
from rncp_utils.entreprise.figures import barres_bilan_fonctionnel, cascade_sig, courbe_frng_bfr_tn
from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.figures import FEUILLE_DE_STYLE, FigureAccessible
from rncp_utils.formats import euros, pourcent
from rncp_utils.pages import environnement

if TYPE_CHECKING:
    from rncp_utils.entreprise.diagnostic import Diagnostic

GABARIT = "diagnostic.html.j2"


def dessiner(diagnostic: Diagnostic) -> list[FigureAccessible]:
    """Figures of the last year, and the balance over the years when there are two at least."""
    resultats = diagnostic.dernier.resultats
    source = f"{diagnostic.denomination}, exercice clos le {diagnostic.dernier.nom}"
    figures = []
    if "sig" in resultats:
        figures.append(_essayer(lambda: cascade_sig(resultats["sig"], source=source)))
    if "bilan" in resultats:
        figures.append(_essayer(lambda: barres_bilan_fonctionnel(resultats["bilan"], source=source)))
    bilans = {x.liasse.date_cloture: x.resultats["bilan"] for x in diagnostic.exercices if "bilan" in x.resultats}
    if len(bilans) > 1:
        figures.append(_essayer(lambda: courbe_frng_bfr_tn(pd.DataFrame(bilans).T, source=diagnostic.denomination)))
    return [figure for figure in figures if figure is not None]


def _essayer(dessin) -> FigureAccessible | None:
    """A picture of which a figure is missing is not drawn: the table already says what is missing."""
    try:
        return dessin()
    except ErreurDonnees:
        return None


def ecrire_page(diagnostic: Diagnostic, chemin: Path) -> Path:
    """The page, at once or not at all."""
    try:
        ecrire_texte(chemin, rendre_page(diagnostic))
    except OSError as erreur:
        raise ErreurRncp(
            f"La page « {chemin.name} » ne peut pas être écrite dans « {chemin.parent} » : le dossier est protégé ou "
            "plein ; changez de dossier, puis recommencez."
        ) from erreur
    return chemin


def rendre_page(diagnostic: Diagnostic, edite_le: dt.date | None = None) -> str:
    """Text of the page."""
    themes = [(theme, list(x)) for theme, x in groupby(diagnostic.synthese, key=lambda constat: constat.theme)]
    gabarit = environnement("rncp_utils.entreprise", ecart=mesure).get_template(GABARIT)
    return gabarit.render(
        diagnostic=diagnostic,
        identite=identite(diagnostic),
        edite_le=format_date(edite_le or dt.date.today(), "d MMMM yyyy", locale="fr_FR"),
        chiffres=_chiffres(diagnostic),
        themes=themes,
        sans_constat=SANS_CONSTAT,
        ecrire_part=ECRITURES[TAUX],
        style_figures=FEUILLE_DE_STYLE,
    )


def _chiffres(diagnostic: Diagnostic) -> list[dict[str, str]]:
    """Key figures of the last year, those that are known."""
    n = diagnostic.dernier
    ca = n.valeur("sig", "chiffre_affaires")
    definitions = (
        ("sig", "chiffre_affaires", "chiffre d'affaires"),
        ("sig", "ebe", "EBE"),
        ("sig", "resultat_net", "résultat net"),
        ("caf", "caf", "CAF"),
        ("bilan", "tresorerie_nette", "trésorerie nette"),
        ("bnc", "recettes_nettes", "recettes nettes"),
        ("bnc", "benefice", "bénéfice"),
    )
    chiffres = []
    for resultat, cle, nom in definitions:
        valeur = n.valeur(resultat, cle)
        if valeur is not None:
            part = f"{pourcent(valeur / ca)} du CA" if ca and cle != "chiffre_affaires" and resultat != "bilan" else ""
            chiffres.append({"valeur": euros(valeur), "nom": nom, "detail": part})
    return chiffres
