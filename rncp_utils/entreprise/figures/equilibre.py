"""FRNG, BFR et trésorerie nette au fil des exercices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rncp_utils.entreprise.figures.outils import EQUILIBRE, ecrire_montant
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.figures import (
    DISCRET,
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
from rncp_utils.formats import euros

LARGEUR_DE_BARRE = 0.34  # of the room of one year
TAILLE = 11


def courbe_frng_bfr_tn(table: pd.DataFrame, *, source: str = "") -> FigureAccessible:
    """FRNG et BFR d'une entreprise au fil des exercices (courbes), et leur écart, la trésorerie nette (barres).

    Parameters
    ----------
    table : DataFrame
        Colonnes ``frng``, ``bfr``, ``tresorerie_nette`` en euros ; une ligne par exercice, index (siren, date_cloture),
        dates, ou années. Au moins deux exercices d'une même entreprise.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente, montant manquant, un seul exercice, plusieurs entreprises.
    """
    donnees = _exercices(table)
    with style():
        fig = _dessiner_courbes(donnees)
    return figure_accessible(
        fig,
        titre="Fonds de roulement, besoin en fonds de roulement et trésorerie nette",
        alt=_alt_courbes(donnees),
        donnees=donnees,
        unite="€",
        source=source,
    )


def _exercices(table: pd.DataFrame) -> pd.DataFrame:
    absentes = [nom for nom in EQUILIBRE if nom not in table]
    if absentes:
        raise ErreurSchema(f"Colonnes absentes : {', '.join(absentes)} ; calculez d'abord le bilan fonctionnel.")
    index = table.index
    if isinstance(index, pd.MultiIndex):
        if index.get_level_values(0).nunique() > 1:
            raise ErreurDonnees("La table contient plusieurs entreprises : choisissez-en une (table.loc[[siren]]).")
        index = index.get_level_values(-1)
    donnees = table[list(EQUILIBRE)].astype("float64").set_axis(index, axis=0).sort_index()
    if len(donnees) < 2:
        raise ErreurDonnees("Une évolution se lit sur deux exercices au moins : ajoutez l'exercice précédent.")
    if donnees.isna().any(axis=None):
        raise ErreurDonnees("Un montant manque dans la table : retirez l'exercice ou corrigez sa liasse.")
    return donnees.rename(columns=EQUILIBRE).set_axis(pd.Index(_dates(donnees.index), name="Exercice"), axis=0)


def _dates(index: pd.Index) -> list[str]:
    """Years, or full dates when two accounting years close in the same one."""
    if not all(hasattr(cle, "year") for cle in index):
        return [str(cle) for cle in index]
    annees = [f"{cle.year}" for cle in index]
    return annees if len(set(annees)) == len(annees) else [f"{cle:%d/%m/%Y}" for cle in index]


def _dessiner_courbes(donnees: pd.DataFrame) -> Any:
    diviseur, unite = echelle(donnees.to_numpy().ravel(), "€")
    fig, ax = nouvelle_figure(hauteur=4.6)
    rangs = range(len(donnees))
    tresorerie = donnees["Trésorerie nette"]
    ax.bar(rangs, tresorerie, width=LARGEUR_DE_BARRE, label="Trésorerie nette (barres)", **style_de("vert"))
    for nom, couleur, trait, marque in (("FRNG", "bleu", "-", "o"), ("BFR", "vermillon", "--", "s")):
        ax.plot(rangs, donnees[nom], color=PALETTE[couleur], linestyle=trait, marker=marque, label=nom)
    ax.set_xticks(rangs, donnees.index)
    ax.set_xlim(-0.6, len(donnees) - 0.4)
    ax.margins(y=0.18)
    axe_francais(ax.yaxis, diviseur=diviseur)
    ax.set_ylabel(f"en {unite}")
    depouiller(ax)
    ax.axhline(0, color=DISCRET, linewidth=1)
    fig.legend(loc="outside upper center", ncols=3, handlelength=3.2)
    fig.draw_without_rendering()  # where things are is known from here on
    for rang in rangs:
        _noter_exercice(ax, rang, donnees.iloc[rang], diviseur, unite)
    return fig


def _noter_exercice(ax: Any, rang: int, montants: pd.Series, diviseur: float, unite: str) -> None:
    """Write the three amounts of a year: each above or below its mark, or beside the bar where that would hide it."""
    en_points = 72 / ax.figure.dpi

    def place(x: float, y: float) -> Any:
        return ax.transData.transform((x, y)) * en_points

    tresorerie = montants["Trésorerie nette"]
    bas = place(rang - LARGEUR_DE_BARRE / 2, min(tresorerie, 0))
    haut = place(rang + LARGEUR_DE_BARRE / 2, max(tresorerie, 0))
    marques = [place(rang, montants[nom]) for nom in ("FRNG", "BFR")]
    pris = [(*bas, *haut), *((x - 5, y - 5, x + 5, y + 5) for x, y in marques)]
    premier, second = sorted(("FRNG", "BFR"), key=lambda nom: -montants[nom])
    sens = 1 if tresorerie >= 0 else -1
    for nom, dessus in (("Trésorerie nette", sens), (premier, 1), (second, -1)):
        texte = ecrire_montant(montants[nom], diviseur, unite)
        large = TAILLE * 0.62 * len(texte)
        a_cote = (haut[0] - bas[0]) / 2 + large / 2 + 6
        ecarts = [(0, 16 * dessus), (0, -16 * dessus), (a_cote, 0), (-a_cote, 0), (a_cote, 14 * dessus)]
        if nom == "Trésorerie nette":
            ecarts = [(0, 9 * sens), (a_cote, 0), (-a_cote, 0)]
        x, y = place(rang, montants[nom])
        boites = [(x + dx - large / 2, y + dy - 7, x + dx + large / 2, y + dy + 7) for dx, dy in ecarts]
        choix = next((n for n, boite in enumerate(boites) if not any(_se_couvrent(boite, p) for p in pris)), 0)
        pris.append(boites[choix])
        ax.annotate(
            texte,
            (rang, montants[nom]),
            xytext=ecarts[choix],
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=TAILLE,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.5},
        )


def _se_couvrent(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two boxes (left, bottom, right, top) overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _alt_courbes(donnees: pd.DataFrame) -> str:
    debut, fin = donnees.index[0], donnees.index[-1]
    evolutions = [
        f"{nom} de {euros(donnees[nom].iloc[0])} à {euros(donnees[nom].iloc[-1])}"
        f" ({ecrire_montant(donnees[nom].iloc[-1] - donnees[nom].iloc[0], 1, '€', signe=True)})"
        for nom in donnees
    ]
    return f"De {debut} à {fin} : {' ; '.join(evolutions)}."
