"""Diagnostic financier d'une entreprise : contrôles, soldes, CAF, équilibre, ratios, scores, et leur synthèse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from rncp_utils.entreprise.diagnostic.analyse import (
    Absence,
    Exercice,
    analyser_exercice,
    analyser_flux,
    entreprise,
    ranger,
    regrouper,
    signaler_rupture,
)
from rncp_utils.entreprise.diagnostic.synthese import Constat, synthetiser
from rncp_utils.entreprise.diagnostic.tableaux import Tableau, tableaux_du_diagnostic
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.figures import FigureAccessible

__all__ = ["Absence", "Constat", "Diagnostic", "Exercice", "Tableau", "diagnostiquer"]


@dataclass(frozen=True)
class Diagnostic:
    """Analyse d'une entreprise sur un ou plusieurs exercices.

    Attributes
    ----------
    exercices : tuple of Exercice
        Du plus ancien au plus récent ; chacun a ses ``resultats``, ses ``controles``, ses ``absences``.
    flux : Series or None
        Tableau de flux du dernier exercice.
    synthese : tuple of Constat
        Phrases par thème, calculées des résultats du dernier exercice.
    absences : tuple of Absence
        Ce qui n'a pas pu être calculé, et pourquoi ; le dernier exercice d'abord.
    reserves : tuple of str
        Valeurs par défaut employées et données à vérifier, tous exercices confondus.
    """

    exercices: tuple[Exercice, ...]
    flux: pd.Series | None = field(repr=False)
    synthese: tuple[Constat, ...] = field(repr=False)
    absences: tuple[Absence, ...]
    reserves: tuple[str, ...]

    @property
    def dernier(self) -> Exercice:
        """Exercice le plus récent."""
        return self.exercices[-1]

    @property
    def denomination(self) -> str:
        """Nom de l'entreprise, ou son SIREN."""
        return self.dernier.liasse.denomination or entreprise(self.dernier.liasse)

    @cached_property
    def tableaux(self) -> list[Tableau]:
        """Tableaux du rapport, dans l'ordre de lecture."""
        return tableaux_du_diagnostic(self.exercices, self.flux)

    @property
    def manques(self) -> list[str]:
        """Ce qui n'a pas pu être calculé, une phrase par raison."""
        return regrouper(self.absences)

    @cached_property
    def figures(self) -> list[FigureAccessible]:
        """Figures qui peuvent être dessinées : cascade des SIG, bilan fonctionnel, équilibre dans le temps."""
        from rncp_utils.entreprise.diagnostic.page import dessiner

        return dessiner(self)

    def afficher(self, console: Console | None = None) -> None:
        """Écrit le diagnostic en texte, en 100 colonnes."""
        from rncp_utils.entreprise.diagnostic.texte import afficher

        afficher(self, console or Console(width=100, highlight=False))

    def ecrire_xlsx(self, chemin: Path | str) -> Path:
        """Écrit un classeur : synthèse, tableaux, contrôles, réserves.

        Raises
        ------
        ErreurRncp
            Le fichier ne peut pas être écrit.
        """
        from rncp_utils.entreprise.diagnostic.classeur import ecrire_classeur

        return ecrire_classeur(self, Path(chemin))

    def ecrire_html(self, chemin: Path | str) -> Path:
        """Écrit une page HTML qui se suffit, figures comprises, et s'imprime sur A4.

        Raises
        ------
        ErreurRncp
            Le fichier ne peut pas être écrit.
        """
        from rncp_utils.entreprise.diagnostic.page import ecrire_page

        return ecrire_page(self, Path(chemin))


def diagnostiquer(liasses: Liasse | Iterable[Liasse], *, mouvements: Any = None) -> Diagnostic:
    """Diagnostic financier d'une entreprise, à partir de ses comptes d'un ou de plusieurs exercices.

    Ce qui manque (exercice précédent, bilan, annexe) est dit dans ``absences`` et ``reserves`` ; rien n'est deviné.

    Parameters
    ----------
    liasses : Liasse ou suite de Liasse
        Exercices d'une même entreprise, dans n'importe quel ordre ; non modifiés.
    mouvements : Mouvements, optional
        Mouvements connus du dernier exercice, pour le tableau de flux ; les autres sont déduits des bilans.

    Returns
    -------
    Diagnostic
        ``synthese``, ``tableaux``, ``figures`` ; ``afficher()``, ``ecrire_xlsx(chemin)``, ``ecrire_html(chemin)``.

    Raises
    ------
    ErreurDonnees
        Aucune liasse, plusieurs entreprises, deux fois le même exercice.

    Examples
    --------
    >>> from rncp_utils.entreprise.exemples import martin, martin_n1
    >>> diagnostic = diagnostiquer([martin(), martin_n1()])
    >>> diagnostic.dernier.valeur("bilan", "frng"), diagnostic.dernier.valeur("caf", "caf")
    (105500.0, 68800.0)
    """
    rangees = ranger(liasses)
    precedentes = [None, *rangees[:-1]]
    exercices = tuple(analyser_exercice(n, n1) for n, n1 in zip(rangees, precedentes, strict=True))
    absences = [absence for exercice in reversed(exercices) for absence in exercice.absences]
    reserves = [reserve for exercice in exercices for reserve in exercice.reserves]
    flux = analyser_flux(exercices, mouvements, absences, reserves)
    signaler_rupture(exercices, absences, reserves)
    synthese = synthetiser(exercices, flux, absences, reserves)
    return Diagnostic(exercices, flux, tuple(synthese), tuple(absences), tuple(dict.fromkeys(reserves)))
