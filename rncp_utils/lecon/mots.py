"""What a notebook shows of the glossary and of the references: their pages, and the words of a lesson at its end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.formulaire_html import STYLE
from rncp_utils.lecon.lecon_html import texte

PAGE = "glossaire.ipynb"


def mots_de_la_lecon(code: str, dossier: Path) -> str:
    """« Les mots de cette leçon », repliés : ce que montre la fin d'une leçon ; vide sans glossaire.

    Parameters
    ----------
    code : str
        Code de la leçon.
    dossier : Path
        Dossier de la leçon ; le glossaire est dans celui qui le contient.
    """
    from rncp_utils.lecon.glossaire import (  # pydantic and YAML: a questionnaire needs neither
        FICHIER,
        charger_glossaire,
    )

    chemin = Path(dossier).parent / FICHIER
    if not chemin.exists():
        return ""
    termes = [terme for terme in charger_glossaire(chemin) if code in terme.lecons]
    if not termes:
        return ""
    lignes = "".join(f"<dt>{texte(terme.titre)}</dt><dd>{texte(terme.definition)}</dd>" for terme in termes)
    return (
        '<section class="rncp-mots"><details class="rncp-calcul">'
        f"<summary>Les mots de cette leçon ({len(termes)})</summary>"
        f'<dl class="rncp-glossaire">{lignes}</dl>'
        f'<p><a href="../{quote(PAGE)}">Tout le glossaire</a></p></details></section>'
    )


class Glossaire(Affichage):
    """Seule case de ``glossaire.ipynb`` : tous les mots du cours, par lettre.

    Parameters
    ----------
    dossier : Path
        Dossier du cours, où se trouve ``glossaire.yaml``.
    """

    def __init__(self, *, dossier: Path | str = Path()) -> None:
        self.dossier = Path(dossier).resolve()

    def affichages(self) -> list[dict[str, Any]]:
        from rncp_utils.lecon.glossaire import FICHIER, charger_glossaire, definitions, par_lettre

        groupes = par_lettre(charger_glossaire(self.dossier / FICHIER))
        notebooks = self._notebooks()
        lettres = " ".join(f'<a href="#lettre-{lettre}">{lettre}</a>' for lettre, _ in groupes)
        corps = "".join(
            f'<h2 id="lettre-{lettre}">{lettre}</h2>{definitions(termes, lambda code: notebooks.get(code, ""))}'
            for lettre, termes in groupes
        )
        contenu = (
            f'<nav class="rncp-lettres" aria-label="Aller à une lettre">{lettres}</nav>'
            f'<div class="rncp-accueil rncp-questionnaire">{corps}</div>'
        )
        return [self.en_html(STYLE + contenu)]

    def _notebooks(self) -> dict[str, str]:
        """Address of each lesson by its code, from its file name: no sheet is read."""
        from rncp_utils.lecon.glossaire import code_de_lecon

        chemins = sorted(self.dossier.glob("*/*.ipynb"))
        return {code_de_lecon(c.stem): quote(c.relative_to(self.dossier).as_posix()) for c in chemins}

    def __str__(self) -> str:
        return "Glossaire du parcours"


class References(Affichage):
    """Seule case de ``references.ipynb`` : l'index des références du cours.

    Parameters
    ----------
    dossier : Path
        Dossier du cours.
    """

    def __init__(self, *, dossier: Path | str = Path()) -> None:
        self.dossier = Path(dossier).resolve()

    def affichages(self) -> list[dict[str, Any]]:
        from rncp_utils.lecon import references as refs  # long patterns: no other notebook needs them
        from rncp_utils.lecon.accueil import lecons_du_cours
        from rncp_utils.lecon.parcours import charger_parcours

        index = refs.index_des_references(lecons_du_cours(self.dossier, charger_parcours(self.dossier)))
        tableaux = {nom: refs.tableau_des_references(nom, lignes, self._adresse) for nom, lignes in index.items()}
        tableaux |= refs.tableaux_des_parametres()
        corps = "".join(f"<h2>{texte(nom)}</h2>{tableau}" for nom, tableau in tableaux.items())
        contenu = f'<div class="rncp-accueil rncp-questionnaire"><p>{texte(refs.INTRODUCTION)}</p>{corps}</div>'
        return [self.en_html(STYLE + contenu)]

    def _adresse(self, notebook: Path) -> str:
        return quote(Path(os.path.relpath(notebook, self.dossier)).as_posix())

    def __str__(self) -> str:
        return "Index des références"
