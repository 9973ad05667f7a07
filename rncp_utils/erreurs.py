"""Exceptions and warnings of the library.

Every message is one French sentence for the person who reads it: what was read, what is wrong, what to do.
"""

from __future__ import annotations


class ErreurRncp(Exception):
    """Root of all that the library raises on purpose."""


class ErreurDonnees(ErreurRncp, ValueError):
    """A value that cannot be right: wrong sign, NaN, rate above 1, dates in the wrong order, duplicate key."""


class ErreurSchema(ErreurDonnees, KeyError):
    """A missing column or code, an unknown code, a wrong type."""

    # KeyError shows the repr of its argument; a sentence must read as a sentence.
    __str__ = Exception.__str__


class ErreurEquilibre(ErreurDonnees):
    """An accounting identity broken beyond its tolerance.

    Attributes
    ----------
    gauche, droite : float
        The two sides, in euros.
    ecart : float
        ``gauche - droite``, in euros.
    tolerance : float
        Largest gap allowed, in euros.
    """

    def __init__(self, message: str, *, gauche: float, droite: float, tolerance: float = 0.0) -> None:
        super().__init__(message)
        self.gauche = gauche
        self.droite = droite
        self.ecart = gauche - droite
        self.tolerance = tolerance


class ErreurParametre(ErreurRncp, LookupError):
    """A dated parameter that is not known at the asked date."""


class ErreurCalcul(ErreurRncp, ArithmeticError):
    """No root, several roots, or no convergence."""


class ErreurRegle(ErreurRncp):
    """A business rule forbids what was asked."""


class ErreurListe(ErreurDonnees):
    """Several faults found in one reading, all said at once.

    Attributes
    ----------
    fautes : tuple of str
        One French sentence a fault.
    """

    def __init__(self, titre: str, fautes: list[str]) -> None:
        self.fautes = tuple(fautes)
        super().__init__("\n".join([titre, *(f"  - {faute}" for faute in fautes)]))


class AvertissementDonnees(UserWarning):
    """A plausible but degraded value: default used, stale parameter, ratio that means little."""
