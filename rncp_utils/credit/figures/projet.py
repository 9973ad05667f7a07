"""Figures d'un projet : plan de trésorerie, résistance de la couverture de la dette."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.figures import (
    DISCRET,
    MOINS,
    PALETTE,
    FigureAccessible,
    axe_francais,
    depouiller,
    echelle,
    figure_accessible,
    nouvelle_figure,
    style,
    style_de,
)
from rncp_utils.formats import avec_unite, euros, fois

_MOIS = "mois"
_LUES = {"total_encaissements": "Encaissements", "total_decaissements": "Décaissements", "tresorerie": "Trésorerie"}
_GRADUATIONS = 24
_SANS_CHOC = 1
SEUIL = 1.0


def barres_plan_tresorerie(plan: pd.DataFrame, *, source: str = "") -> FigureAccessible:
    """Encaissements, décaissements et trésorerie de fin de mois d'un projet.

    Parameters
    ----------
    plan : DataFrame
        Résultat de :func:`plan_tresorerie` ou de :func:`tresorerie_previsionnelle`, d'un seul projet.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonnes absentes, plusieurs projets, montants manquants.

    Examples
    --------
    >>> from rncp_utils.credit import plan_tresorerie
    >>> figure = barres_plan_tresorerie(plan_tresorerie({"ventes": [100, 200], "charges": [180, 50]}))
    >>> figure.donnees["Trésorerie"].tolist()
    [-80.0, 70.0]
    """
    absentes = [nom for nom in _LUES if nom not in plan]
    if absentes:
        raise ErreurSchema(f"Colonnes absentes : {', '.join(absentes)} ; donnez un résultat de plan_tresorerie.")
    if plan.index.nlevels > 1:
        raise ErreurDonnees("La figure montre un projet à la fois : donnez plan.loc[projet].")
    donnees = plan[list(_LUES)].rename(columns=_LUES)
    if donnees.isna().any(axis=None):
        raise ErreurDonnees("Des montants du plan manquent : lisez la colonne motif et corrigez les hypothèses.")
    donnees = donnees.set_axis(pd.RangeIndex(1, len(donnees) + 1, name="Mois"))
    with style():
        fig = _dessiner_plan(donnees)
    return figure_accessible(
        fig,
        titre="Plan de trésorerie, mois par mois",
        alt=_alt_plan(donnees),
        donnees=donnees,
        unite="€",
        source=source,
    )


def tornade_dscr(resistance: pd.DataFrame, *, source: str = "") -> FigureAccessible:
    """Plus faible couverture du service de la dette sous chaque choc, du plus grave au moins grave.

    Parameters
    ----------
    resistance : DataFrame
        Résultat de :func:`tester_resistance`, d'un seul projet ; la première ligne est le projet sans choc.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente, plusieurs projets, projet sans dette ou sans choc.

    Examples
    --------
    >>> from rncp_utils.credit import Hypotheses, tester_resistance
    >>> projet = Hypotheses("2022-01-01", 200_000, 0.6, charges_fixes=100_000, apport=10_000,
    ...     prets=[{"capital": 60_000, "taux": 0.04, "duree": 60}])
    >>> tornade_dscr(tester_resistance(projet, annees=1, date="2024-12-31")).donnees.index[0]
    "Retard d'ouverture de 3 mois"
    """
    if "dscr_min" not in resistance:
        raise ErreurSchema("Colonne dscr_min absente : donnez un résultat de tester_resistance.")
    if resistance.index.nlevels > 1:
        raise ErreurDonnees("La figure montre un projet à la fois : donnez resistance.loc[projet].")
    couvertures = resistance["dscr_min"].astype("float64")
    if couvertures.isna().any() or len(couvertures) <= _SANS_CHOC:
        raise ErreurDonnees("La tornade compare un projet endetté à ses chocs : il manque un DSCR, ou tous les chocs.")
    base, chocs = float(couvertures.iloc[0]), couvertures.iloc[_SANS_CHOC:].sort_values(kind="stable")
    donnees = pd.DataFrame({"DSCR": chocs, "Écart": chocs - base})
    donnees.loc[couvertures.index[0]] = [base, 0.0]
    donnees.index.name = "Scénario"
    with style():
        fig = _dessiner_tornade(donnees.iloc[:-1], base)
    return figure_accessible(
        fig,
        titre="Couverture du service de la dette sous chaque choc (exercice le plus faible)",
        alt=_alt_tornade(donnees.iloc[:-1], base),
        donnees=donnees,
        unite="fois",
        source=source,
    )


def _dessiner_plan(donnees: pd.DataFrame) -> Any:
    fig, (haut, bas) = nouvelle_figure(hauteur=6.4, nrows=2, sharex=True, height_ratios=(3, 2))
    mois, tresorerie = donnees.index.to_numpy(), donnees["Trésorerie"]
    haut.bar(mois, donnees["Encaissements"], width=0.8, label="Encaissements", **style_de("bleu"))
    haut.bar(mois, -donnees["Décaissements"], width=0.8, label="Décaissements", **style_de("vermillon"))
    # A scale of its own: the month of the opening would flatten the cash of all the others.
    for signe, couleur, nom in ((1, "marine", "Trésorerie positive"), (-1, "pourpre", "Trésorerie négative")):
        part = np.maximum(signe * tresorerie, 0) * signe
        if part.any():
            bas.bar(mois, part, width=0.8, label=nom, **style_de(couleur))
    for ax, titre, noms in (
        (haut, "Mouvements", ["Encaissements", "Décaissements"]),
        (bas, "Fin de mois", ["Trésorerie"]),
    ):
        diviseur, unite = echelle(donnees[noms].to_numpy().ravel(), "€")
        ax.axhline(0, color=DISCRET, linewidth=1)
        ax.set_ylabel(f"{titre}, en {unite}")
        axe_francais(ax.yaxis, diviseur=diviseur, intervalles=5)
        depouiller(ax)
        ax.spines["bottom"].set_visible(False)
    bas.set_xlabel("Mois")
    bas.set_xticks(mois[:: -(-len(mois) // _GRADUATIONS)])
    fig.align_ylabels()
    fig.legend(loc="outside upper center", ncols=2, handlelength=2.2, handleheight=1.2)
    return fig


def _alt_plan(donnees: pd.DataFrame) -> str:
    totaux, tresorerie = donnees.sum(), donnees["Trésorerie"]
    negatifs = int((tresorerie < 0).sum())
    minimum = f"{euros(tresorerie.min(), 2)} au mois {tresorerie.idxmin()}"
    fin = f"Elle est négative pendant {avec_unite(negatifs, _MOIS)}." if negatifs else "Elle n'est jamais négative."
    return (
        f"Deux graphiques en barres sur {len(donnees)} mois : mouvements, puis trésorerie en fin de mois. Total "
        f"encaissé {euros(totaux['Encaissements'], 2)}, décaissé {euros(totaux['Décaissements'], 2)}. La "
        f"trésorerie finit à {euros(tresorerie.iloc[-1], 2)} ; son point le plus bas est {minimum}. {fin}"
    )


def _dessiner_tornade(chocs: pd.DataFrame, base: float) -> Any:
    fig, ax = nouvelle_figure(hauteur=0.5 * len(chocs) + 1.6)
    valeurs = chocs["DSCR"].to_numpy()
    bornes = np.array([*valeurs, base, SEUIL])
    etendue = (bornes.max() - bornes.min()) or 1.0
    for rang, valeur in enumerate(valeurs):
        couleur = "vermillon" if valeur < SEUIL else "bleu"
        ax.barh(rang, valeur - base, left=base, height=0.66, **style_de(couleur))
        # On the far side of the bar, and clear of the two lines.
        gauche = valeur <= base
        ax.text(
            valeur + (-0.012 if gauche else 0.012) * etendue,
            rang,
            fois(valeur).replace("-", MOINS),
            va="center",
            ha="right" if gauche else "left",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    ax.axvline(base, color=PALETTE["marine"], linewidth=1.6)
    ax.axvline(SEUIL, color=PALETTE["gris"], linewidth=1.6, linestyle="--", zorder=0.9)
    ax.set_yticks(range(len(chocs)), list(chocs.index))
    ax.invert_yaxis()
    ax.set_xlim(bornes.min() - 0.2 * etendue, bornes.max() + 0.12 * etendue)
    axe_francais(ax.xaxis, decimales=1)
    ax.set_xlabel("DSCR de l'exercice le plus faible, en nombre de fois")
    ax.spines["left"].set_visible(False)
    depouiller(ax, grille="x")
    # Each bar has its figure: grid lines would only hide the one that counts, at 1.
    ax.grid(visible=False)
    _legende(fig, base, bool((valeurs < SEUIL).any()), bool((valeurs >= SEUIL).any()))
    return fig


def _legende(fig: Any, base: float, sous: bool, dessus: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    pieces: list[Any] = [Line2D([], [], color=PALETTE["marine"], label=f"Sans choc : {fois(base)}")]
    pieces.append(Line2D([], [], color=PALETTE["gris"], linestyle="--", label="L'activité paie juste la dette : 1"))
    if sous:
        pieces.append(Patch(label="Sous 1", **style_de("vermillon")))
    if dessus:
        pieces.append(Patch(label="1 ou plus", **style_de("bleu")))
    fig.legend(handles=pieces, loc="outside upper center", ncols=4, handlelength=2.2, handleheight=1.2)


def _alt_tornade(chocs: pd.DataFrame, base: float) -> str:
    textes = [f"{nom} : {fois(valeur)}" for nom, valeur in chocs["DSCR"].items()]
    sous = [str(nom) for nom, valeur in chocs["DSCR"].items() if valeur < SEUIL]
    fin = f"Passent sous 1 : {', '.join(sous)}." if sous else "Aucun choc ne fait passer la couverture sous 1."
    return (
        "Barres horizontales, une par choc, du plus grave au moins grave. Sans choc, la couverture la plus faible est "
        f"de {fois(base)}. {' ; '.join(textes)}. {fin}"
    )
