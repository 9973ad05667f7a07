"""Rendering of a document: one look, the mentions that every document bears, French typography."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from rncp_utils.grading.mentions import mentions
from rncp_utils.grading.notes import A_CONFIRMER
from rncp_utils.niveaux import NIVEAUX, symbole
from rncp_utils.pages import environnement, typographie
from rncp_utils.referentiel import Referentiel, Regles

_ATTENTE = "…"


@cache
def _environnement() -> Environment:
    return environnement(
        "rncp_utils.grading.documents",
        classe=lambda statut: _classe(str(statut)),
        symbole=lambda statut: _ATTENTE if statut == A_CONFIRMER else symbole(statut),
    )


def _classe(statut: str) -> str:
    return "a-confirmer" if statut == A_CONFIRMER else NIVEAUX[statut].classe if statut in NIVEAUX else "non-evalue"


def _texte_css(texte: str) -> Markup:
    """Text that cannot leave a CSS string: all but letters, digits and spaces is written by its number."""
    return Markup("".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in texte))


def rendre(
    gabarit: str,
    *,
    titre: str,
    referentiel: Referentiel,
    regles: Regles,
    edite_le: dt.date,
    intro: str = "",
    paysage: bool = False,
    **valeurs: Any,
) -> str:
    """Text of a document; ``valeurs`` are those of its template."""
    pied = (
        f"RNCP {referentiel.certification.code} – {titre} – ce document n’est pas un certificat – "
        f"règles version {regles.version}, empreinte {regles.empreinte_courte}"
    )
    return (
        _environnement()
        .get_template(gabarit)
        .render(
            titre=titre,
            intro=intro,
            paysage=paysage,
            fiche=referentiel,
            regles=regles,
            edite_le=edite_le,
            niveaux=NIVEAUX.values(),
            mentions=mentions(referentiel, regles, edite_le),
            pied=_texte_css(typographie(pied)),
            **valeurs,
        )
    )
