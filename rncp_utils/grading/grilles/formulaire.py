"""La grille à l'écran : un niveau et un commentaire par critère, enregistrés à chaque changement, puis la signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.grading.grilles.modele import NIVEAUX, CelluleObservee, Critere
from rncp_utils.grading.grilles.saisie import Saisie, ouvrir_saisie
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_html import STYLE, typographier
from rncp_utils.referentiel import charger_referentiel

STYLE_DE_LA_GRILLE = f"<style>{Path(__file__).with_name('formulaire.css').read_text(encoding='utf-8')}</style>"


class FormulaireGrille:
    """Formulaire d'une grille ; ``widget`` s'affiche dans une page.

    Parameters
    ----------
    cours
        Dossier du cours.
    devoir, apprenant, observateur, session
        Qui est observé, sur quoi, par qui.
    apres
        Appelée après chaque enregistrement.
    """

    def __init__(
        self,
        cours: Path,
        devoir: str,
        apprenant: str,
        observateur: str,
        *,
        session: str = "",
        apres: Callable[[Saisie], object] | None = None,
    ) -> None:
        self.cours, self.apres = Path(cours), apres
        self.saisie = ouvrir_saisie(cours, devoir, apprenant, observateur, session=session)
        self.champs: dict[str, tuple[widgets.RadioButtons, widgets.Text]] = {}
        self.etat = avec_classe(widgets.HTML(), "rncp-suivi")
        self.signer = _bouton("Signer la grille", self._signer, principal=True)
        self.rouvrir = _bouton("Rouvrir la grille", self._rouvrir)
        cellules = [self._cellule(cellule) for cellule in self.saisie.grille.cellules]
        barre = avec_classe(widgets.HBox([self.signer, self.rouvrir]), "rncp-barre")
        self.widget = widgets.VBox([widgets.HTML(self._entete()), *cellules, barre, self.etat])
        avec_classe(avec_classe(self.widget, "rncp-questionnaire"), "rncp-grille-observation")
        self._montrer(self.saisie.etat)

    def _entete(self) -> str:
        grille = self.saisie.grille
        echelle = " ; ".join(f"<strong>{n}</strong> {escape(texte)}" for n, texte in NIVEAUX.items())
        titre = typographier(f"{grille.grille} · {grille.devoir} · {self.saisie.apprenant}")
        expert = escape(self.saisie.observateur)
        return (
            f'{STYLE}{STYLE_DE_LA_GRILLE}<p class="rncp-titre">{escape(titre)} <span>· observé par {expert}, '
            f"le {self.saisie.date:%d/%m/%Y}</span></p><p>{typographier(echelle)}. Un niveau 0 ou 1 demande une "
            "phrase. Chaque réponse est enregistrée dès qu'elle est donnée.</p>"
        )

    def _cellule(self, cellule: CelluleObservee) -> widgets.Widget:
        libelle = charger_referentiel().competence(cellule.competence).libelle
        titre = (
            f'<h3 class="rncp-rang">{escape(cellule.titre)} <span>· {cellule.competence}, {escape(libelle)}</span></h3>'
        )
        criteres = [self._critere(critere) for critere in cellule.criteres]
        return avec_classe(widgets.VBox([widgets.HTML(titre), *criteres]), "rncp-question")

    def _critere(self, critere: Critere) -> widgets.Widget:
        niveau = widgets.RadioButtons(
            options=[(f"{n}", n) for n in NIVEAUX],
            value=self.saisie.niveaux.get(critere.id),
            orientation="horizontal",
        )
        texte = widgets.Text(
            value=self.saisie.commentaires.get(critere.id, ""),
            placeholder="Ce qui a été vu ou entendu",
            continuous_update=False,
        )
        niveau.observe(lambda _: self._changer(critere.id), names="value")
        texte.observe(lambda _: self._changer(critere.id), names="value")
        self.champs[critere.id] = (niveau, texte)
        enonce = widgets.HTML(
            f'<p class="rncp-enonce">{escape(typographier(critere.texte))}</p>'
            f"<p>Conforme : {escape(typographier(critere.repere))}</p>"
        )
        ligne = widgets.HBox([niveau, avec_classe(texte, "rncp-case")])
        return widgets.VBox([enonce, avec_classe(ligne, "rncp-niveaux")])

    def _changer(self, critere: str) -> None:
        niveau, texte = self.champs[critere]
        self._faire(lambda saisie: saisie.noter(critere, niveau.value).commenter(critere, texte.value))

    def _signer(self, _: object) -> None:
        self._faire(lambda saisie: saisie.signer(dt.date.today()))

    def _rouvrir(self, _: object) -> None:
        self._faire(lambda saisie: saisie.rouvrir())

    def _faire(self, changement: Callable[[Saisie], Saisie]) -> None:
        """Change the grid and save it; a refusal is said, and what was saved before stays."""
        try:
            nouvelle = changement(self.saisie)
            nouvelle.enregistrer(self.cours)
        except ErreurRncp as erreur:
            self._montrer(str(erreur), alerte=True)
            return
        self.saisie = nouvelle
        self._montrer(nouvelle.etat)
        if self.apres:
            self.apres(nouvelle)

    def _montrer(self, phrase: str, *, alerte: bool = False) -> None:
        classe = ' class="rncp-alerte"' if alerte else ""
        self.etat.value = f'<p{classe} role="status">{"▲ " if alerte else ""}{escape(typographier(phrase))}</p>'
        for champ in [champ for paire in self.champs.values() for champ in paire]:
            champ.disabled = self.saisie.signe
        self.signer.disabled, self.rouvrir.disabled = self.saisie.signe, not self.saisie.signe

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)


def _bouton(texte: str, action: Callable[[Any], None], *, principal: bool = False) -> widgets.Button:
    bouton = avec_classe(widgets.Button(description=texte), "rncp-bouton")
    bouton.on_click(action)
    return avec_classe(bouton, "rncp-principal") if principal else bouton
