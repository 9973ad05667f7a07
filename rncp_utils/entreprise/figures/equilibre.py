"""FRNG, BFR et trésorerie nette au fil des exercices."""

from __future__ import annotations

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
    ax.bar(rangs, tresorerie, width=0.34, label="Trésorerie nette (barres)", **style_de("vert"))
    for nom, couleur, trait, marque in (("FRNG", "bleu", "-", "o"), ("BFR", "vermillon", "--", "s")):
        ax.plot(rangs, donnees[nom], color=PALETTE[couleur], linestyle=trait, marker=marque, label=nom)
    for rang in rangs:
        haut, bas = sorted(("FRNG", "BFR"), key=lambda nom: -donnees[nom].iloc[rang])
        for nom, decalage in ((haut, 12), (bas, -18)):
            _noter(ax, rang, donnees[nom].iloc[rang], decalage, diviseur, unite)
        _noter(ax, rang, tresorerie.iloc[rang], 5 if tresorerie.iloc[rang] >= 0 else -16, diviseur, unite)
    ax.set_xticks(rangs, donnees.index)
    ax.set_xlim(-0.6, len(donnees) - 0.4)
    ax.margins(y=0.18)
    axe_francais(ax.yaxis, diviseur=diviseur)
    ax.set_ylabel(f"en {unite}")
    depouiller(ax)
    ax.axhline(0, color=DISCRET, linewidth=1)
    fig.legend(loc="outside upper center", ncols=3, handlelength=3.2)
    return fig


def _noter(ax: Any, x: float, y: float, decalage: int, diviseur: float, unite: str) -> None:
    texte = ecrire_montant(y, diviseur, unite)
    ax.annotate(texte, (x, y), xytext=(0, decalage), textcoords="offset points", ha="center", fontsize=11)


def _alt_courbes(donnees: pd.DataFrame) -> str:
    debut, fin = donnees.index[0], donnees.index[-1]
    evolutions = [
        f"{nom} de {euros(donnees[nom].iloc[0])} à {euros(donnees[nom].iloc[-1])}"
        f" ({ecrire_montant(donnees[nom].iloc[-1] - donnees[nom].iloc[0], 1, '€', signe=True)})"
        for nom in donnees
    ]
    return f"De {debut} à {fin} : {' ; '.join(evolutions)}."
