"""A dashboard: steps, each with its settings, its button, its progress and its report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ipywidgets as widgets

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_html import STYLE, typographier
from rncp_utils.lecon.formulaire_html import message as html_de_refus
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi

STYLE_DU_PANNEAU = f"<style>{Path(__file__).with_name('panneau.css').read_text(encoding='utf-8')}</style>"
Action = Callable[[Suivi], CompteRendu]
INTERROMPUE = "Action interrompue : ce qui était fait est gardé, recommencez pour finir."


def inattendue(erreur: BaseException) -> str:
    """Sentence for an error that nobody foresaw."""
    detail = str(erreur).strip().splitlines()
    return (
        f"Une erreur inattendue a arrêté cette action ({type(erreur).__name__}"
        f"{f' : {detail[0][:200]}' if detail else ''}) : recommencez, puis prévenez l'administrateur avec cette phrase."
    )


class Etape:
    """A step of a dashboard.

    Parameters
    ----------
    titre, aide
        What it does, in a few words, then in one sentence.
    bouton
        Text of the button.
    action
        Called with what shows the progress; gives the report.
    reglages
        Widgets above the button.
    """

    def __init__(
        self,
        titre: str,
        aide: str,
        bouton: str,
        action: Action,
        *,
        reglages: Sequence[widgets.Widget] = (),
        suite: Sequence[widgets.Widget] = (),
    ) -> None:
        self.action = action
        self.panneau: Panneau | None = None
        self.bouton = avec_classe(avec_classe(widgets.Button(description=bouton), "rncp-bouton"), "rncp-principal")
        self.bouton.on_click(lambda _: self.executer())
        self.avancee = widgets.HTML()
        self.rendu = avec_classe(widgets.HTML(), "rncp-suivi")
        self.fichiers = widgets.Output()
        entete = widgets.HTML(f"<h3>{escape(typographier(titre))}</h3><p>{escape(typographier(aide))}</p>")
        boite = [entete]
        if reglages:
            boite.append(avec_classe(widgets.HBox(list(reglages)), "rncp-reglages"))
        barre = avec_classe(widgets.HBox([self.bouton]), "rncp-barre")
        boite += [barre, self.avancee, self.rendu, self.fichiers, *suite]
        self.widget = avec_classe(widgets.VBox(boite), "rncp-question")

    def executer(self) -> None:
        """Run the action; whatever happens is told in French under the button."""
        if self.panneau:
            self.panneau.occuper(True)
        self.rendu.value, self.fichiers.outputs = _paragraphes(["En cours…"], ()), ()
        try:
            self._montrer(self.action(self._suivre))
        except ErreurRncp as erreur:
            self._montrer(CompteRendu(alertes=str(erreur).splitlines()))
        except KeyboardInterrupt:
            self._montrer(CompteRendu(alertes=[INTERROMPUE]))
        except Exception as erreur:
            self._montrer(CompteRendu(alertes=[inattendue(erreur)]))
        finally:
            self.avancee.value = ""
            if self.panneau:
                self.panneau.occuper(False)

    def _suivre(self, fait: int, total: int, quoi: str) -> None:
        texte = escape(typographier(f"{quoi} ({fait} sur {total})"))
        self.avancee.value = (
            f'<progress max="{max(total, 1)}" value="{fait}" aria-label="Avancement"></progress><p>{texte}</p>'
        )

    def _montrer(self, rendu: CompteRendu) -> None:
        self.rendu.value = _paragraphes(rendu.phrases, rendu.alertes)
        self.fichiers.outputs = (_en_sortie(liens(rendu.fichiers)),) if rendu.fichiers else ()

    @property
    def texte(self) -> str:
        """What is shown under the button, in plain text (for tests and for a person who reads no HTML)."""
        return self.rendu.value


class Panneau:
    """The whole dashboard."""

    def __init__(self, entete: Iterable[widgets.Widget], etapes: Sequence[Etape], apres: Callable[[], None]) -> None:
        self.etapes, self.apres = tuple(etapes), apres
        for etape in etapes:
            etape.panneau = self
        style = widgets.HTML(STYLE + STYLE_DU_PANNEAU)
        self.widget = widgets.VBox([style, *entete, *(etape.widget for etape in etapes)])
        avec_classe(avec_classe(avec_classe(self.widget, "rncp-questionnaire"), "rncp-lecon"), "rncp-pilotage")

    def occuper(self, occupe: bool) -> None:
        """One action at a time; after it, what is shown is up to date."""
        for etape in self.etapes:
            etape.bouton.disabled = occupe
        if not occupe:
            self.apres()


class TableauDeBord(Affichage):
    """What a notebook shows: a dashboard, or the sentence that says why there is none.

    Attributes
    ----------
    panneau
        None as long as the dashboard is not made; ``refus`` says why it cannot be.
    """

    panneau: Panneau | None = None
    refus: str = ""

    def affichages(self) -> list[dict[str, Any]]:
        if self.panneau is None:
            return [self.en_html(html_de_refus(self.refus))]
        return [dict(self.panneau.widget._repr_mimebundle_()) | {"text/plain": str(self)}]


def _paragraphes(phrases: Sequence[str], alertes: Sequence[str]) -> str:
    lignes = [f"<p>{escape(typographier(phrase))}</p>" for phrase in phrases]
    if alertes:
        contenu = "".join(f"<li>{escape(typographier(phrase))}</li>" for phrase in alertes)
        lignes.append(f'<div class="rncp-alerte"><strong>▲ À savoir</strong><ul>{contenu}</ul></div>')
    return f'<div role="status">{"".join(lignes)}</div>'


def liens(fichiers: Sequence[Path]) -> str:
    """Links that JupyterLab opens, relative to the notebook."""
    dossiers = sorted({chemin.parent for chemin in fichiers})
    ou = ", ".join(f"« {dossier.name} »" for dossier in dossiers)
    elements = "".join(f'<li><a href="{_adresse(chemin)}">{escape(chemin.name)}</a></li>' for chemin in fichiers)
    titre = escape(typographier(f"Fichiers écrits dans {ou} :"))
    return f'<div class="rncp-fichiers"><p>{titre}</p><ul>{elements}</ul></div>'


def _adresse(chemin: Path) -> str:
    return quote(Path(os.path.relpath(chemin, Path.cwd())).as_posix())


def _en_sortie(html: str) -> dict[str, Any]:
    """Output of a cell: unlike a widget, JupyterLab gives its links their address."""
    return {"output_type": "display_data", "data": {"text/html": html, "text/plain": "Fichiers écrits"}, "metadata": {}}


def message(phrases: Sequence[str]) -> str:
    """Sentences of a zone that is not a step."""
    return _paragraphes(phrases, ())
