"""Rentabilité d'un investissement : VAN, TRI, TRI modifié, indice de profitabilité, délai de récupération.

Un projet est une liste de flux annuels, le premier au jour de la dépense (``flux[0]`` en t0) ; beaucoup de projets sont
une table, une ligne par projet.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.projet.racines import racine_unique, racines
from rncp_utils.erreurs import AvertissementDonnees, ErreurCalcul, ErreurDonnees, ErreurSchema
from rncp_utils.formats import pourcent
from rncp_utils.vecteurs import colonne_motif

INCONNU = "flux manquant ou infini"
SANS_TAUX = "aucun taux n'annule la valeur actuelle nette : il faut une dépense et une recette"
PLUSIEURS = "plusieurs taux annulent la valeur actuelle nette"
SANS_DEPENSE = "aucune dépense à la date 0"
JAMAIS = "dépense jamais récupérée"


class _Projets:
    """Flows of one project or of many, (projects, years), and reasons for missing results."""

    def __init__(self, flux: Any, taux: Any = 0.0, **autres_taux: Any) -> None:
        self.index = flux.index if isinstance(flux, pd.DataFrame) else None
        try:
            valeurs = np.asarray(flux, dtype="float64")
        except (TypeError, ValueError):
            raise ErreurSchema("Les flux contiennent autre chose que des nombres : vérifiez-les.") from None
        self.en_table = valeurs.ndim == 2
        if valeurs.ndim not in (1, 2) or valeurs.shape[-1] < 2:
            raise ErreurDonnees(
                "Donnez au moins deux flux annuels par projet, le premier à la date 0 (la dépense, en négatif)."
            )
        self.flux = np.atleast_2d(valeurs)
        self._motifs: dict[str, np.ndarray] = {}
        self.annulees = np.zeros(len(self.flux), dtype=bool)
        self.refuser(~np.isfinite(self.flux).all(axis=1), INCONNU)
        self.taux = {nom: self._lire_taux(nom, v) for nom, v in {"taux": taux, **autres_taux}.items()}
        self.flux = np.where(self.annulees[:, None], 0.0, self.flux)

    def _lire_taux(self, nom: str, taux: Any) -> np.ndarray:
        lu = np.broadcast_to(np.asarray(taux, dtype="float64"), len(self.flux))
        if np.ndim(taux) == 0 and not np.abs(lu).max() <= 1:
            raise ErreurDonnees(f"{nom} vaut {taux} : taux attendu en fraction (0,08 pour 8 %).")
        hors = ~((lu > -1) & (lu <= 1))
        self.refuser(hors, f"{nom} : taux attendu en fraction, supérieur à -100 %")
        return np.where(hors, 0.0, lu)

    def refuser(self, ou: np.ndarray, motif: str) -> None:
        """One project raises; rows of a table get NaN and the reason."""
        if not ou.any():
            return
        if not self.en_table:
            raise ErreurDonnees(f"Calcul impossible : {motif}.")
        self.signaler(ou, motif)
        self.annulees = self.annulees | ou

    def signaler(self, ou: np.ndarray, motif: str) -> None:
        if ou.any():
            self._motifs[motif] = ou

    def actualises(self, nom: str = "taux") -> np.ndarray:
        """Present value of each flow."""
        return self.flux * (1 + self.taux[nom])[:, None] ** -np.arange(self.flux.shape[1])

    def resultat(self, nom: str, valeurs: np.ndarray) -> Any:
        """A float, or a table with ``nom`` and ``motif``."""
        if not self.en_table:
            return float(valeurs[0])
        valeurs = np.where(self.annulees, np.nan, valeurs)
        bits = sum(
            (ou.astype("int64") << rang for rang, ou in enumerate(self._motifs.values())),
            np.zeros(len(valeurs), dtype="int64"),
        )
        index = pd.RangeIndex(len(valeurs)) if self.index is None else self.index
        return pd.DataFrame({nom: valeurs, "motif": colonne_motif(bits, list(self._motifs))}, index=index)


def van(flux: Any, taux: Any) -> Any:
    """Valeur actuelle nette : ce que le projet crée de valeur, en euros d'aujourd'hui.

    ``VAN = Σ flux[k] / (1 + taux)^k``. Positive, le projet rapporte plus que le taux exigé.

    Parameters
    ----------
    flux : liste, array, ou DataFrame (une ligne par projet)
        Flux annuels en euros, encaissés positifs ; ``flux[0]`` en t0. Valeur résiduelle comprise dans le dernier.
    taux : float, ou un par projet
        Taux d'actualisation annuel, fraction.

    Returns
    -------
    float, ou DataFrame (``van``, ``motif``)
        Euros, non arrondis.

    Raises
    ------
    ErreurDonnees
        Moins de deux flux, flux manquant, taux en pourcentage.
    ErreurSchema
        Autre chose que des nombres.

    Source : définition usuelle, de mémoire, à vérifier (23 novembre 2026).

    >>> round(van([-120_000, 30_000, 32_000, 34_000, 36_000, 48_000], 0.08), 2)
    21331.98
    """
    p = _Projets(flux, taux)
    return p.resultat("van", p.actualises().sum(axis=1))


def tri(flux: Any) -> Any:
    """Taux de rentabilité interne : le taux qui annule la VAN.

    Parameters
    ----------
    flux : liste, array, ou DataFrame (une ligne par projet)
        Voir :func:`van`.

    Returns
    -------
    float, liste de float, ou DataFrame (``tri``, ``motif``)
        Fraction annuelle. Des flux qui changent plusieurs fois de signe peuvent avoir plusieurs taux : un projet seul
        les rend tous, avec un avertissement ; dans une table, NaN et le motif.

    Raises
    ------
    ErreurCalcul
        Aucun taux : dépense ou recette absente (un projet seul).
    ErreurDonnees, ErreurSchema
        Comme :func:`van`.

    Source : définition usuelle, de mémoire, à vérifier (23 novembre 2026).

    >>> round(tri([-120_000, 30_000, 32_000, 34_000, 36_000, 48_000]), 8)
    0.14042626
    """
    p = _Projets(flux)
    if not p.en_table:
        return _tri_seul(racines(p.flux[0]))
    taux, nombre = racine_unique(p.flux)
    p.signaler((nombre == 0) & ~p.annulees, SANS_TAUX)
    p.signaler(nombre > 1, PLUSIEURS)
    return p.resultat("tri", taux)


def _tri_seul(trouves: np.ndarray) -> float | list[float]:
    if not len(trouves):
        raise ErreurCalcul(f"TRI impossible : {SANS_TAUX}.")
    if len(trouves) == 1:
        return float(trouves[0])
    warnings.warn(
        f"{len(trouves)} taux annulent la VAN ({', '.join(pourcent(r, 2) for r in trouves)}) : aucun n'est "
        "« le » TRI ; jugez le projet sur sa VAN, ou sur le TRI modifié.",
        AvertissementDonnees,
        stacklevel=3,
    )
    return trouves.tolist()


def tri_modifie(flux: Any, taux_financement: Any, taux_reinvestissement: Any) -> Any:
    """TRI modifié : les recettes sont replacées à un taux réaliste, les dépenses financées à leur coût.

    ``(valeur future des recettes / valeur actuelle des dépenses)^(1/n) - 1``, n années après t0. Il est unique.

    Parameters
    ----------
    flux : liste, array, ou DataFrame (une ligne par projet)
        Voir :func:`van`.
    taux_financement, taux_reinvestissement : float, ou un par projet
        Taux annuels, fractions.

    Returns
    -------
    float, ou DataFrame (``tri_modifie``, ``motif``)

    Raises
    ------
    ErreurCalcul
        Dépense ou recette absente (un projet seul).
    ErreurDonnees, ErreurSchema
        Comme :func:`van`.

    Source : définition usuelle (fonction TRIM des tableurs), de mémoire, à vérifier (23 novembre 2026).

    >>> round(tri_modifie([-120_000, 30_000, 32_000, 34_000, 36_000, 48_000], 0.08, 0.08), 6)
    0.115927
    """
    p = _Projets(flux, taux_financement=taux_financement, taux_reinvestissement=taux_reinvestissement)
    n = p.flux.shape[1] - 1
    depenses = -np.minimum(p.actualises("taux_financement"), 0).sum(axis=1)
    recettes = np.maximum(p.actualises("taux_reinvestissement"), 0).sum(axis=1)
    absente = ((depenses == 0) | (recettes == 0)) & ~p.annulees
    if not p.en_table and absente.any():
        raise ErreurCalcul(f"TRI modifié impossible : {SANS_TAUX}.")
    p.signaler(absente, SANS_TAUX)
    with np.errstate(divide="ignore", invalid="ignore"):
        rapport = np.where(absente, np.nan, recettes / depenses)
    return p.resultat("tri_modifie", rapport ** (1 / n) * (1 + p.taux["taux_reinvestissement"]) - 1)


def indice_profitabilite(flux: Any, taux: Any) -> Any:
    """Indice de profitabilité : valeur actuelle des flux à venir pour un euro investi à la date 0.

    ``IP = Σ_{k≥1} flux[k]/(1 + taux)^k / -flux[0]``. Au-dessus de 1, la VAN est positive.

    Parameters
    ----------
    flux, taux
        Voir :func:`van` ; ``flux[0]`` est une dépense (négatif).

    Returns
    -------
    float, ou DataFrame (``indice_profitabilite``, ``motif``)

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Comme :func:`van` ; pas de dépense à la date 0.

    Source : définition usuelle, de mémoire, à vérifier (23 novembre 2026).

    >>> round(indice_profitabilite([-120_000, 30_000, 32_000, 34_000, 36_000, 48_000], 0.08), 6)
    1.177767
    """
    p = _Projets(flux, taux)
    p.refuser((p.flux[:, 0] >= 0) & ~p.annulees, SANS_DEPENSE)
    depense = np.where(p.annulees, np.nan, -p.flux[:, 0])
    return p.resultat("indice_profitabilite", p.actualises()[:, 1:].sum(axis=1) / depense)


def delai_recuperation(flux: Any, taux: Any = 0.0, *, actualise: bool = False) -> Any:
    """Délai de récupération : années pour que les flux cumulés remboursent la dépense, linéaire dans l'année.

    Parameters
    ----------
    flux : liste, array, ou DataFrame (une ligne par projet)
        Voir :func:`van` ; ``flux[0]`` est une dépense (négatif).
    taux : float, ou un par projet
        Taux d'actualisation, lu seulement si ``actualise``.
    actualise : bool
        Cumule les flux actualisés : délai plus long, qui compte le coût du temps.

    Returns
    -------
    float, ou DataFrame (``delai_recuperation``, ``motif``)
        Années ; NaN, avec un avertissement ou un motif, quand la dépense n'est jamais récupérée. Si le cumul
        redevient négatif ensuite (remise en état), c'est la dernière fois qu'il passe à zéro.

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Comme :func:`van` ; pas de dépense à la date 0.

    Source : définition usuelle, de mémoire ; linéaire dans l'année : convention de cours.

    >>> flux = [-120_000, 30_000, 32_000, 34_000, 36_000, 48_000]
    >>> round(delai_recuperation(flux), 4), round(delai_recuperation(flux, 0.08, actualise=True), 4)
    (3.6667, 4.347)
    """
    p = _Projets(flux, taux if actualise else 0.0)
    p.refuser((p.flux[:, 0] >= 0) & ~p.annulees, SANS_DEPENSE)
    flux_lus = p.actualises()
    cumul = flux_lus.cumsum(axis=1)
    recupere = cumul[:, -1] >= 0
    if not p.en_table and not recupere[0]:
        warnings.warn(f"Délai non calculé : {JAMAIS} sur la durée du projet.", AvertissementDonnees, stacklevel=2)
    p.signaler(~recupere & ~p.annulees, JAMAIS)
    # Last year that begins short of the outlay.
    negatif = cumul < 0
    annee = cumul.shape[1] - 1 - negatif[:, ::-1].argmax(axis=1)
    lignes = np.arange(len(cumul))
    suivante = np.minimum(annee + 1, cumul.shape[1] - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        delais = annee - cumul[lignes, annee] / flux_lus[lignes, suivante]
    return p.resultat("delai_recuperation", np.where(recupere, delais, np.nan))
