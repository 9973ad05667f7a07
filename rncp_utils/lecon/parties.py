"""The small parts of a lesson: its sources, the calculation shown, the self-positioning, the end."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import lecon_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.exercice_html import note
from rncp_utils.lecon.identite import APPRENANT, mode
from rncp_utils.lecon.lecon import lecon_ouverte
from rncp_utils.lecon.progression import NIVEAUX_DE_POSITION, noter_position


class Partie(Affichage):
    """HTML that stays as it is."""

    def __init__(self, nom: str, contenu: str) -> None:
        self.nom, self.contenu = nom, contenu

    def affichages(self) -> list[dict[str, Any]]:
        return [self.en_html(self.contenu)]

    def __str__(self) -> str:
        return self.nom


def voir_le_calcul(
    titre: str, *, formule: str, nombres: Mapping[str, str] | None = None, code: Callable[..., Any] | str = ""
) -> Partie:
    """Folded box « Voir le calcul »: the formula in French, the numbers of the case, then the code.

    Parameters
    ----------
    formule : str
        In words: « EBE = valeur ajoutée + subventions − impôts et taxes − personnel ».
    nombres : dict
        What each term is here, already written (« 173 100 € »).
    code : function or str
        Function of the library that computes it, whose source is shown, or the line that calls it.
    """
    programme = code if isinstance(code, str) else inspect.getsource(code)
    return Partie(titre, html.calcul(titre, formule, (nombres or {}).items(), programme))


def sources() -> Partie:
    """Dated sources of the lesson that is open, and the words that it taught."""
    from rncp_utils.lecon.mots import mots_de_la_lecon

    lecon = lecon_ouverte()
    return Partie("Sources", html.sources(lecon.fiche) + mots_de_la_lecon(lecon.fiche.lecon, lecon.dossier))


class Bilan(Affichage):
    """End of a lesson: exercises done and what to remember, kept up to date while the learner works above it."""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        [affichage] = self.affichages()
        poignee = display(affichage, raw=True, display_id=True)
        if mode() == APPRENANT and poignee is not None:
            suivis = lecon_ouverte().suivis
            suivis["bilan"] = lambda: poignee.update(self.affichages()[0], raw=True)

    def affichages(self) -> list[dict[str, Any]]:
        lecon = lecon_ouverte()
        return [self.en_html(html.bilan(lecon.fiche, lecon.avancement()))]

    def __str__(self) -> str:
        return "Bilan de la leçon"


class AutoPositionnement(Affichage):
    """Where the learner says to stand, for each competence of the lesson."""

    def __init__(self) -> None:
        from rncp_utils.referentiel import charger_referentiel

        self.lecon = lecon_ouverte()
        libelles = {c.code: c.libelle for c in charger_referentiel().competences}
        self.libelles = {code: libelles[code] for code in self.lecon.fiche.competences if code in libelles}

    def affichages(self) -> list[dict[str, Any]]:
        contenu = html.positions(self.libelles)
        if mode() != APPRENANT:
            return [self.en_html(contenu)]
        import ipywidgets as widgets

        from rncp_utils.lecon.champs_widgets import avec_classe
        from rncp_utils.lecon.formulaire_widgets import cadre

        etat = avec_classe(widgets.HTML(), "rncp-suivi")
        donnees = self.lecon.avancement().positions
        choix = [self._choix(code, donnees.get(code), etat) for code in self.libelles]
        boite = cadre([widgets.HTML(contenu), *choix, etat])
        return [dict(boite._repr_mimebundle_()) | {"text/plain": str(self)}]

    def _choix(self, code: str, donnee: int | None, etat: Any) -> Any:
        import ipywidgets as widgets

        from rncp_utils.lecon.champs_widgets import avec_classe

        options = [("Choisir…", ""), *((f"{rang} · {nom}", rang) for rang, nom in enumerate(NIVEAUX_DE_POSITION))]
        menu = widgets.Dropdown(
            options=options,
            value="" if donnee is None else donnee,
            description=f"{code} :",
            style={"description_width": "initial"},
        )

        def noter(changement: dict[str, Any]) -> None:
            try:
                if changement["new"] != "":
                    noter_position(self.lecon.dossier, self.lecon.fiche.lecon, code, changement["new"])
                    etat.value = note(f"Position de {code} enregistrée ✔")
            except ErreurRncp as erreur:
                etat.value = note(str(erreur))

        menu.observe(noter, names="value")
        return avec_classe(menu, "rncp-reglage")

    def __str__(self) -> str:
        return "Auto-positionnement"
