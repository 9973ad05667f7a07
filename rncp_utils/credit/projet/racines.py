"""Rates that bring the present value of yearly flows to zero, for many projects at once."""

from __future__ import annotations

import numpy as np

# The unknown is L = -log(1 + rate). Finer near 0, where rates of a few percent are; out to ±27, beyond any rate.
_GRILLE = np.sinh(np.linspace(-4.0, 4.0, 4001))
_ITERATIONS = 80


def racines(flux: np.ndarray) -> np.ndarray:
    """All the rates of one project, sorted."""
    changements = int(_changements_de_signe(flux[None])[0])
    if changements == 1:
        return _encadrees(flux[None])
    return _sur_grille(flux) if changements else np.empty(0)


def racine_unique(flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rate of each project, NaN where there is none or several, and how many there are; (projects, years).

    Flows with one change of sign have one root: it is found for all of them together. Only the others, which are rare,
    are looked at one by one.
    """
    nombre = np.minimum(_changements_de_signe(flux), 2)
    taux = np.full(len(flux), np.nan)
    taux[nombre == 1] = _encadrees(flux[nombre == 1])
    for projet in np.flatnonzero(nombre > 1):
        trouvees = _sur_grille(flux[projet])
        nombre[projet] = len(trouvees)
        if len(trouvees) == 1:
            taux[projet] = trouvees[0]
    return taux, nombre


def _encadrees(flux: np.ndarray) -> np.ndarray:
    return _bissection(flux, np.full(len(flux), _GRILLE[0]), np.full(len(flux), _GRILLE[-1]))


def _changements_de_signe(flux: np.ndarray) -> np.ndarray:
    """Changes of sign of each row, zeros left out."""
    signes = np.sign(flux)
    for annee in range(1, flux.shape[1]):
        # A zero takes the sign of what comes before it.
        signes[:, annee] = np.where(signes[:, annee] == 0, signes[:, annee - 1], signes[:, annee])
    return ((signes[:, 1:] * signes[:, :-1]) < 0).sum(axis=1)


def _valeur(flux: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """A number with the sign of the present value, which never overflows: the last year is taken out where L > 0."""
    annees = np.arange(flux.shape[1]) - np.where(logs > 0, flux.shape[1] - 1, 0)[:, None]
    return (flux * np.exp(annees * logs[:, None])).sum(axis=1)


def _bissection(flux: np.ndarray, bas: np.ndarray, haut: np.ndarray) -> np.ndarray:
    """Rate of each row, whose value changes sign between ``bas`` and ``haut``."""
    signe = np.sign(_valeur(flux, bas))
    for _ in range(_ITERATIONS):
        milieu = (bas + haut) / 2
        avant = np.sign(_valeur(flux, milieu)) == signe
        bas, haut = np.where(avant, milieu, bas), np.where(avant, haut, milieu)
    return np.expm1(-(bas + haut) / 2)


def _sur_grille(flux: np.ndarray) -> np.ndarray:
    lignes = np.broadcast_to(flux, (len(_GRILLE), len(flux)))
    signes = np.sign(_valeur(lignes, _GRILLE))
    exactes = np.expm1(-_GRILLE[signes == 0])
    ou = np.flatnonzero(signes[:-1] * signes[1:] < 0)
    return np.sort(np.concatenate([exactes, _bissection(lignes[ou], _GRILLE[ou], _GRILLE[ou + 1])]))
