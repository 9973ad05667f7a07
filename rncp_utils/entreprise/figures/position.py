"""Place d'un ratio dans les quartiles de son secteur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from rncp_utils.entreprise.analyse.position_sectorielle import positionner
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import ENCRE, FILET, PALETTE, FigureAccessible, figure_accessible, nouvelle_figure, style
from rncp_utils.formats import avec_unite, pourcent
from rncp_utils.typographie import MOINS, typographier

LECTURES = {
    "++": "très favorable",
    "+": "favorable",
    "±": "proche de la médiane",
    "-": "défavorable",
    "--": "très défavorable",
}


def position_quartiles(
    valeur: float,
    q1: float,
    q2: float,
    q3: float,
    *,
    nom: str,
    unite: str = "%",
    sens: str = "+",
    decimales: int = 1,
    source: str = "",
) -> FigureAccessible:
    """Place d'un ratio dans les quartiles de son secteur, avec sa lecture (grille de cours).

    Parameters
    ----------
    valeur, q1, q2, q3 : float
        Ratio de l'entreprise, premier quartile, médiane et troisième quartile, dans la même unité. Un taux est une
        fraction (0.35 se montre « 35,0 % »).
    nom : str
        Nom du ratio, montré en titre.
    unite : str
        « % » (fractions), « jours », « fois », « ans »…
    sens : {"+", "-"}
        « + » : plus le ratio est élevé, mieux c'est ; « - » : l'inverse.
    decimales : int
        Décimales montrées.
    source : str
        Origine des quartiles.

    Raises
    ------
    ErreurDonnees
        Valeur absente, quartiles non croissants, sens inconnu.
    """
    if not q1 <= q2 <= q3 or valeur != valeur:
        raise ErreurDonnees(
            f"« {nom} » ne se place pas : il faut une valeur et des quartiles croissants (lu : valeur {valeur}, "
            f"quartiles {q1}, {q2}, {q3})."
        )
    place = str(positionner(valeur, q1, q2, q3, sens))
    signe, lecture = place.replace("-", MOINS), LECTURES[place]
    ecrire = _ecriture(unite, decimales)
    bornes = {"Premier quartile": q1, "Médiane": q2, "Troisième quartile": q3}
    with style():
        fig = _dessiner(valeur, bornes, ecrire, f"{signe}  {lecture}")
    donnees = pd.DataFrame(
        {"Valeur": [ecrire(borne) for borne in (valeur, *bornes.values())]},
        index=pd.Index(["Entreprise", *bornes], name="Repère"),
    )
    reperes = ", ".join(f"{repere.lower()} {ecrire(borne)}" for repere, borne in bornes.items())
    alt = f"{nom} de l'entreprise : {ecrire(valeur)}. Secteur : {reperes}. Lecture : {lecture} ({signe})."
    return figure_accessible(
        fig, titre=f"{nom} : place dans le secteur", alt=alt, donnees=donnees, unite=unite, source=source
    )


def _ecriture(unite: str, decimales: int) -> Callable[[float], str]:
    if unite == "%":
        return lambda valeur: typographier(pourcent(valeur, decimales))
    return lambda valeur: typographier(avec_unite(valeur, unite, decimales))


def _dessiner(valeur: float, bornes: dict[str, float], ecrire: Callable[[float], str], lecture: str) -> Any:
    q1, q2, q3 = bornes.values()
    etendue = max(q3, valeur) - min(q1, valeur) or abs(valeur) or 1.0
    marge = max(0.5 * (q3 - q1), 0.12 * etendue)
    bas, haut = min(q1, valeur) - marge, max(q3, valeur) + marge
    fig, ax = nouvelle_figure(hauteur=2.3)
    ax.barh(0, haut - bas, left=bas, height=0.5, facecolor="white", edgecolor=PALETTE["gris"])
    ax.barh(0, q3 - q1, left=q1, height=0.5, facecolor=FILET, edgecolor=PALETTE["gris"])
    for texte, borne, decalage in zip(
        ("Q1", "Médiane", "Q3"), (q1, q2, q3), _decalages(q1, q2, q3, haut - bas), strict=True
    ):
        ax.plot([borne] * 2, [-0.25, 0.25], color=PALETTE["marine"], linewidth=3 if texte == "Médiane" else 1.8)
        ax.annotate(
            f"{texte}\n{ecrire(borne)}",
            (borne, -0.25),
            xytext=(decalage, -8),
            textcoords="offset points",
            ha="center",
            va="top",
        )
    ax.plot(valeur, 0, marker="D", markersize=13, color=PALETTE["vermillon"], markeredgecolor="white")
    ax.annotate(
        f"Entreprise : {ecrire(valeur)}\n{lecture}",
        (valeur, 0.25),
        xytext=(0, 8),
        textcoords="offset points",
        ha="left" if valeur < bas + 0.2 * (haut - bas) else "right" if valeur > haut - 0.2 * (haut - bas) else "center",
        va="bottom",
        fontweight="bold",
        color=ENCRE,
    )
    ax.set_xlim(bas, haut)
    ax.set_ylim(-0.85, 0.85)
    ax.set_axis_off()
    return fig


def _decalages(q1: float, q2: float, q3: float, etendue: float) -> tuple[float, float, float]:
    """Shift, in points, that keeps the labels of close quartiles apart."""
    large = 70 / 650 * etendue  # a label is about 70 points wide, the axis about 650
    gauche = -max(0.0, (large - (q2 - q1)) / etendue * 650)
    droite = max(0.0, (large - (q3 - q2)) / etendue * 650)
    return gauche, 0.0, droite
