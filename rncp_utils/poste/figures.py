"""Chronology of one's own actions at the workstation: screens, time, returns, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import (
    DISCRET,
    PALETTE,
    FigureAccessible,
    axe_francais,
    depouiller,
    figure_accessible,
    nouvelle_figure,
    style,
)
from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.journal import ACCEPTE
from rncp_utils.typographie import compter, enumerer

# Beyond, the banker was elsewhere: the time of the pause is not counted.
PAUSE = dt.timedelta(minutes=10)
SANS_ACTION = "Aucune action n'est enregistrée : travaillez d'abord sur le poste, puis affichez la chronologie."


def chronologie(journal: Sequence[Mapping[str, Any]], *, source: str = "") -> FigureAccessible:
    """Actions of a journal, one row a screen, along the minutes spent; refusals and returns stand out.

    A return is an action on an earlier screen than the action before it. A pause of more than ten minutes counts for
    nothing: what is shown is time spent at the workstation.

    Parameters
    ----------
    journal : sequence of mapping
        Rows of ``Poste.journal()``: ``ts`` (ISO), ``ecran``, ``action``, ``resultat``.
    source : str
        Origin of the data, written under the figure.

    Raises
    ------
    ErreurDonnees
        No action.

    >>> lignes = [{"ts": f"2027-01-12T10:0{m}:00", "ecran": e, "action": "plan", "resultat": "accepte"}
    ...           for m, e in enumerate(["P4", "P5", "P4"])]
    >>> chronologie(lignes).donnees.loc["Demande de crédit"].tolist()
    [2.0, 0.0, 1.0, 1.0]
    """
    if not journal:
        raise ErreurDonnees(SANS_ACTION)
    actions = _actions(journal)
    donnees = _par_ecran(actions)
    with style():
        fig = _dessiner(actions)
    return figure_accessible(
        fig,
        titre="Chronologie de vos actions sur le poste",
        alt=_alt(actions, donnees),
        donnees=donnees,
        unite="",
        source=source,
    )


def _actions(journal: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row an action: screen, minutes since the start without the pauses, whether it was refused, or is a return."""
    actions = pd.DataFrame({"ecran": _ecrans(journal)})
    actions["refusee"] = [ligne["resultat"] != ACCEPTE for ligne in journal]
    instants = [_instant(ligne["ts"]) for ligne in journal]
    ecarts = [_ecart(avant, apres) for avant, apres in pairwise(instants)]
    actions["duree"] = [0.0, *ecarts]
    actions["minute"] = actions["duree"].cumsum()
    rangs = actions["ecran"].map(list(ECRANS).index)
    actions["rang"] = rangs
    actions["retour"] = rangs < rangs.shift(fill_value=-1)
    return actions


def _ecrans(journal: Sequence[Mapping[str, Any]]) -> list[str]:
    """Screen of each action; a document is read under any of them, and reading one is no move to another."""
    ecrans: list[str] = []
    for ligne in journal:
        sur_place = ligne["action"] == "lire_document" and ecrans
        ecrans.append(ecrans[-1] if sur_place else ligne["ecran"])
    return ecrans


def _instant(ts: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(ts)
    except ValueError:
        return None


def _ecart(avant: dt.datetime | None, apres: dt.datetime | None) -> float:
    """Minutes between two actions; nothing for a pause, nor for a clock that went back."""
    if avant is None or apres is None or (avant.tzinfo is None) != (apres.tzinfo is None):
        return 0.0
    passe = apres - avant
    return passe.total_seconds() / 60 if dt.timedelta(0) <= passe <= PAUSE else 0.0


def _par_ecran(actions: pd.DataFrame) -> pd.DataFrame:
    """Actions, refusals, returns and minutes of each screen that was used, in their order."""
    # The time before an action was spent on the screen where it is done.
    groupes = actions.groupby("rang")
    table = pd.DataFrame(
        {
            "Actions": groupes.size(),
            "Refus": groupes["refusee"].sum(),
            "Retours": groupes["retour"].sum(),
            "Minutes": groupes["duree"].sum().round(1),
        }
    )
    table.index = pd.Index([list(ECRANS.values())[rang] for rang in table.index], name="Écran")
    return table


def _dessiner(actions: pd.DataFrame) -> Any:
    rangs = sorted(actions["rang"].unique())
    hauteurs = {rang: len(rangs) - position for position, rang in enumerate(rangs)}
    y = actions["rang"].map(hauteurs)
    fig, ax = nouvelle_figure(hauteur=1.9 + 0.42 * len(rangs))
    ax.step(actions["minute"], y, where="post", color=DISCRET, linewidth=1)
    for filtre, marque, couleur, nom in (
        (~actions["refusee"] & ~actions["retour"], "o", "marine", "acceptée"),
        (~actions["refusee"] & actions["retour"], "<", "bleu", "retour à un écran d'avant"),
        (actions["refusee"], "X", "vermillon", "refusée"),
    ):
        if filtre.any():
            ax.plot(actions["minute"][filtre], y[filtre], marque, color=PALETTE[couleur], label=nom, clip_on=False)
    ax.set_yticks([hauteurs[rang] for rang in rangs], [list(ECRANS.values())[rang] for rang in rangs])
    ax.set_ylim(0.4, len(rangs) + 0.6)
    # A little room on both sides, so that no mark lies on the name of its screen.
    fin = max(actions["minute"].max(), 5)
    ax.set_xlim(-0.02 * fin, 1.02 * fin)
    ax.set_xlabel("Minutes passées sur le poste (pauses de plus de 10 minutes exclues)")
    axe_francais(ax.xaxis)
    depouiller(ax)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return fig


def _alt(actions: pd.DataFrame, donnees: pd.DataFrame) -> str:
    refus, retours = int(actions["refusee"].sum()), int(actions["retour"].sum())
    minutes = round(float(actions["minute"].iloc[-1]))
    longue = donnees["Minutes"].idxmax()
    ecrans = enumerer([f"{nom} ({compter(int(n), 'action')})" for nom, n in donnees["Actions"].items()])
    return (
        f"{compter(len(actions), 'action')} en {compter(minutes, 'minute')}, dont {compter(refus, 'refusée')} et "
        f"{compter(retours, 'retour')} à un écran d'avant. Par écran : {ecrans}. Le plus de temps est passé à l'écran "
        f"{longue}."
    )
