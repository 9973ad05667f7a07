"""Frise d'alerte d'un client : solde et autorisation dans le temps, incidents, niveau."""

from __future__ import annotations

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import (
    PALETTE,
    FigureAccessible,
    axe_francais,
    depouiller,
    echelle,
    figure_accessible,
    nouvelle_figure,
    style,
)
from rncp_utils.formats import euros
from rncp_utils.risque.alerte import NIVEAUX

# Grey steps and a label say the level: no meaning rests on colour alone.
_FONDS = ("#ffffff", "#eef1f4", "#dde3e9", "#c6cfd8", "#aab7c4")


def frise_alerte(
    solde: pd.Series,
    autorisation: float,
    *,
    niveaux: pd.Series | None = None,
    incidents: pd.Series | None = None,
    source: str = "",
) -> FigureAccessible:
    """Frise d'un client : solde de chaque jour, limite autorisée, incidents, niveau d'alerte.

    Parameters
    ----------
    solde : Series
        Un solde par jour, en euros (débit négatif), index de dates.
    autorisation : float, en euros positifs
    niveaux : Series, optional
        Niveau d'alerte (0 à 4) aux dates où il a été calculé.
    incidents : Series, optional
        Libellé de chaque incident, par date.

    Raises
    ------
    ErreurDonnees
        Aucun solde, autorisation négative, niveau hors de 0 à 4.

    >>> soldes = pd.Series([5_000 - 237 * j for j in range(59)], pd.date_range("2026-01-01", periods=59))
    >>> frise_alerte(soldes, 4_000).donnees["Jours en dépassement"].tolist()
    [0, 21]
    """
    if not len(solde) or not autorisation >= 0:
        raise ErreurDonnees("La frise demande un solde par jour et une autorisation positive ou nulle.")
    if niveaux is not None and not niveaux.isin(range(len(NIVEAUX))).all():
        raise ErreurDonnees("Un niveau d'alerte sort de 0 à 4.")
    with style():
        fig = _dessiner(solde, autorisation, niveaux, incidents)
    return figure_accessible(
        fig,
        titre="Solde du compte, autorisation et alertes",
        alt=_alt(solde, autorisation, niveaux, incidents),
        donnees=_mois(solde, autorisation, niveaux, incidents),
        unite="€",
        source=source,
    )


# Share of the width that the name of a level takes.
_LARGEUR_D_UN_NOM = 0.2


def _etages(dates: pd.DatetimeIndex, jours: pd.DatetimeIndex) -> list[int]:
    """Row on which to write each name, the lowest that is free: names of levels that change fast do not overlap."""
    largeur = (jours[-1] - jours[0]) * _LARGEUR_D_UN_NOM
    libres: list[pd.Timestamp] = []
    etages = []
    for date in dates:
        etage = next((rang for rang, libre in enumerate(libres) if libre <= date), len(libres))
        libres[etage : etage + 1] = [date + largeur]
        etages.append(etage)
    return etages


def _dessiner(solde: pd.Series, autorisation: float, niveaux: pd.Series | None, incidents: pd.Series | None):
    import matplotlib.dates as mdates

    fig, ax = nouvelle_figure(hauteur=4.4)
    if niveaux is not None and len(niveaux):
        bornes = [*niveaux.index, solde.index[-1]]
        for debut, fin, niveau in zip(bornes, bornes[1:], niveaux, strict=False):
            ax.axvspan(debut, fin, color=_FONDS[int(niveau)], zorder=0, linewidth=0)
        changements = niveaux[niveaux.ne(niveaux.shift())]
        for (date, niveau), etage in zip(changements.items(), _etages(changements.index, solde.index), strict=True):
            ax.annotate(
                NIVEAUX[int(niveau)], (date, 1), xycoords=("data", "axes fraction"), xytext=(0, 4 + 14 * etage),
                textcoords="offset points", va="bottom", fontsize=10,
            )  # fmt: skip
    diviseur, unite = echelle(solde, "€")
    ax.step(solde.index, solde, where="post", color=PALETTE["marine"], label="Solde")
    ax.axhline(-autorisation, color=PALETTE["vermillon"], linestyle="--", label="Limite autorisée")
    ax.fill_between(
        solde.index, solde, -autorisation, where=solde < -autorisation, step="post", linewidth=0,
        facecolor=PALETTE["vermillon"], alpha=0.25, label="Dépassement",
    )  # fmt: skip
    if incidents is not None and len(incidents):
        y = solde.reindex(incidents.index, method="ffill").fillna(0.0)
        ax.plot(incidents.index, y, linestyle="", marker="v", color=PALETTE["pourpre"], label="Incident")
    axe_francais(ax.yaxis, diviseur=diviseur)
    ax.set_ylabel(f"en {unite}")
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%m/%Y"))
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8))
    depouiller(ax)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=4)
    return fig


def _mois(
    solde: pd.Series, autorisation: float, niveaux: pd.Series | None, incidents: pd.Series | None
) -> pd.DataFrame:
    periode = solde.index.to_period("M")
    groupes = solde.groupby(periode)
    table = pd.DataFrame(
        {
            "Solde le plus bas": groupes.min(),
            "Solde moyen": groupes.mean().round(2),
            "Jours en dépassement": (solde < -autorisation).groupby(periode).sum().astype("int64"),
        }
    )
    if incidents is not None and len(incidents):
        table["Incidents"] = (
            incidents.groupby(incidents.index.to_period("M")).count().reindex(table.index, fill_value=0)
        )
    if niveaux is not None and len(niveaux):
        dernier = niveaux.groupby(niveaux.index.to_period("M")).last().reindex(table.index).ffill()
        table["Niveau d'alerte"] = [NIVEAUX[int(n)] if n == n else "–" for n in dernier]
    table.index = pd.Index([f"{mois:%m/%Y}" for mois in table.index], name="Mois")
    return table


def _alt(solde: pd.Series, autorisation: float, niveaux: pd.Series | None, incidents: pd.Series | None) -> str:
    depasse = solde < -autorisation
    phrases = [
        f"Courbe du solde, de {euros(solde.iloc[0])} à {euros(solde.iloc[-1])}, au plus bas {euros(solde.min())}, "
        f"pour une autorisation de {euros(autorisation)}."
    ]
    if depasse.any():
        premier = depasse.index[depasse][0]
        phrases.append(f"Dépassement de {int(depasse.sum())} jours, le premier le {premier:%d/%m/%Y}.")
    else:
        phrases.append("La limite n'est jamais dépassée.")
    if incidents is not None and len(incidents):
        phrases.append(f"{len(incidents)} incidents relevés.")
    if niveaux is not None and len(niveaux):
        phrases.append(f"Niveau d'alerte à la fin : {NIVEAUX[int(niveaux.iloc[-1])]}.")
    return " ".join(phrases)
