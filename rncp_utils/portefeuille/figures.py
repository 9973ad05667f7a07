"""Figures du portefeuille : courbe de Lorenz du PNB, matrice valeur × potentiel."""

from __future__ import annotations

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import (
    PALETTE,
    FigureAccessible,
    axe_francais,
    depouiller,
    figure_accessible,
    nouvelle_figure,
    style,
)
from rncp_utils.formats import formater_nombre, pourcent
from rncp_utils.portefeuille.segmentation import NIVEAUX, STRATEGIES
from rncp_utils.risque.concentration import gini, lorenz, top_n

CINQUIEME = 0.2


def courbe_lorenz(pnb: pd.Series, *, source: str = "") -> FigureAccessible:
    """Courbe de Lorenz du PNB : quelle part du revenu viennent donner les plus petits clients.

    Parameters
    ----------
    pnb : Series
        PNB de chaque client, en euros, positif.

    >>> courbe_lorenz(pd.Series([100.0, 200.0, 300.0, 400.0, 4_000.0])).donnees["PNB cumulé"].tolist()[-3:]
    [20.0, 60.0, 100.0]
    """
    courbe, coefficient = lorenz(pnb), gini(pnb)
    nombre = max(1, round(CINQUIEME * len(pnb)))
    part = top_n(pnb, nombre)
    with style():
        fig, ax = nouvelle_figure(largeur=6.4, hauteur=5.2)
        ax.plot([0, 1], [0, 1], color=PALETTE["gris"], linestyle="--", label="Revenu également réparti")
        ax.plot(courbe["part_clients"], courbe["part_montants"], color=PALETTE["marine"], label="Portefeuille")
        ax.fill_between(courbe["part_clients"], courbe["part_montants"], courbe["part_clients"], alpha=0.12)
        axe_francais(ax.xaxis, diviseur=0.01)
        axe_francais(ax.yaxis, diviseur=0.01)
        ax.set_xlabel("% des clients, du moins au plus rentable")
        ax.set_ylabel("% du PNB cumulé")
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        depouiller(ax)
        ax.legend(loc="upper left")
    return figure_accessible(
        fig,
        titre=f"Concentration du PNB (Gini : {formater_nombre(coefficient, 2)})",
        alt=f"Courbe de Lorenz du PNB de {len(pnb)} clients. Les 20 % de clients les plus rentables ({nombre} sur "
        f"{len(pnb)}) apportent {pourcent(part)} du PNB. Coefficient de Gini : {formater_nombre(coefficient, 2)}.",
        donnees=_deciles(courbe),
        unite="%",
        source=source,
    )


def _deciles(courbe: pd.DataFrame) -> pd.DataFrame:
    import numpy as np

    parts = np.linspace(0, 1, 11)
    cumul = np.interp(parts, courbe["part_clients"], courbe["part_montants"])
    index = pd.Index([f"{round(100 * p)} %" for p in parts], name="Clients, du moins rentable")
    return pd.DataFrame({"PNB cumulé": np.round(100 * cumul, 1)}, index=index)


def carte_strategique(matrice: pd.DataFrame, *, source: str = "") -> FigureAccessible:
    """Matrice valeur × potentiel : nombre de clients et stratégie de chaque case.

    Parameters
    ----------
    matrice : DataFrame
        Résultat de :func:`rncp_utils.portefeuille.matrice_strategique`.

    >>> from rncp_utils.portefeuille.segmentation import matrice_strategique
    >>> carte = carte_strategique(matrice_strategique(pd.Series([1, 2, 3]), pd.Series([3, 2, 1])))
    >>> carte.donnees.loc["faible", "fort"]
    '1 client, développer'
    """
    comptes = pd.crosstab(matrice["valeur"], matrice["potentiel_niveau"], dropna=False)
    comptes = comptes.reindex(index=list(NIVEAUX), columns=list(NIVEAUX), fill_value=0)
    if not comptes.to_numpy().sum():
        raise ErreurDonnees("Aucun client n'a à la fois une valeur et un potentiel : il n'y a rien à placer.")
    with style():
        fig, ax = nouvelle_figure(largeur=7.2, hauteur=4.6)
        ax.imshow(comptes, cmap="Blues", vmin=0, vmax=max(1, comptes.to_numpy().max() * 1.6), aspect="auto")
        for i in range(3):
            for j in range(3):
                texte = f"{comptes.iat[i, j]}\n{STRATEGIES[i][j]}"
                ax.text(j, i, texte, ha="center", va="center", fontsize=12)
        ax.set_xticks(range(3), NIVEAUX)
        ax.set_yticks(range(3), NIVEAUX)
        ax.invert_yaxis()
        ax.set_xlabel("Potentiel")
        ax.set_ylabel("Valeur (PNB)")
        ax.tick_params(length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
    donnees = comptes.astype("object")
    for i in range(3):
        for j in range(3):
            n = comptes.iat[i, j]
            donnees.iat[i, j] = f"{n} client{'s' if n > 1 else ''}, {STRATEGIES[i][j]}"
    donnees.index, donnees.columns = pd.Index(NIVEAUX, name="Valeur"), list(NIVEAUX)
    a_developper = int((matrice["strategie"] == "développer").sum())
    return figure_accessible(
        fig,
        titre="Valeur et potentiel des clients",
        alt=f"Grille de neuf cases, valeur en lignes et potentiel en colonnes, pour {int(comptes.to_numpy().sum())} "
        f"clients. {a_developper} sont à développer.",
        donnees=donnees,
        unite="clients",
        source=source,
    )
