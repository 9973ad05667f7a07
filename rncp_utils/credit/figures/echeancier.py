"""Échéances d'un prêt, part de capital et part d'intérêts ; coût comparé des deux assurances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.echeancier import derouler_contrat
from rncp_utils.credit.prets.reprise import lire_contrat
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.figures import (
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

# Beyond, the bars of one instalment each are too thin to be seen: years are drawn.
_BARRES_MAXIMALES = 36
_GRADUATIONS = 12
_LUES = ("rang", "crd_debut", "interets", "capital", "assurance", "crd_fin", "phase")
_COULEURS = {"Capital": "marine", "Intérêts": "vermillon", "Assurance": "vert"}


def echeancier_empile(tableau: pd.DataFrame, *, source: str = "") -> FigureAccessible:
    """Échéances d'un prêt en barres empilées : capital, intérêts, assurance s'il y en a.

    Une barre par échéance, ou par année du prêt au-delà de 36 échéances. Les intérêts capitalisés d'un différé total,
    qui ne sont pas payés, ne sont pas dessinés.

    Parameters
    ----------
    tableau : DataFrame
        Résultat de :func:`tableau_amortissement`.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente, plusieurs prêts, tableau vide ou sans contrat.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> echeancier_empile(tableau_amortissement(100_000, 0.042, 84)).donnees.loc[1, ["Capital", "Intérêts"]].tolist()
    [12553.14, 3960.18]
    """
    contrat = _exiger(tableau)
    par_an = len(tableau) > _BARRES_MAXIMALES
    donnees = _donnees(tableau, int(contrat["periodicite"]) if par_an else 1)
    donnees.index.name = "Année du prêt" if par_an else "Échéance"
    with style():
        fig = _dessiner_barres(donnees)
    quoi = "par année du prêt" if par_an else "par échéance"
    return figure_accessible(
        fig,
        titre=f"Capital et intérêts payés, {quoi}",
        alt=_alt_barres(donnees, tableau, quoi),
        donnees=donnees,
        unite="€",
        source=source,
    )


def assurances_comparees(tableau: pd.DataFrame, *, source: str = "") -> FigureAccessible:
    """Prime d'assurance sur le capital initial et sur le capital restant dû, et capital restant dû, au fil du prêt.

    Parameters
    ----------
    tableau : DataFrame
        Résultat de :func:`tableau_amortissement`, avec une assurance (son assiette n'importe pas).
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente, plusieurs prêts, prêt sans assurance ou déjà modifié (révision, remboursement anticipé).

    >>> from rncp_utils.credit import Assurance, tableau_amortissement
    >>> figure = assurances_comparees(tableau_amortissement(100_000, 0.042, 84, assurance=Assurance(0.0036)))
    >>> figure.donnees[["Prime sur capital initial", "Prime sur CRD"]].sum().round(2).tolist()
    [2520.0, 1336.51]
    """
    contrat = _exiger(tableau)
    if not contrat.get("assurance_taux"):
        raise ErreurDonnees("Ce prêt n'a pas d'assurance : donnez assurance=Assurance(taux) à tableau_amortissement.")
    if "depuis_rang" in contrat:
        raise ErreurDonnees("Ce prêt a été modifié en cours de route : donnez son tableau d'origine.")
    primes = {
        nom: derouler_contrat(contrat | {"assurance_assiette": assiette})["assurance"].to_numpy()
        for nom, assiette in (("Prime sur capital initial", "capital_initial"), ("Prime sur CRD", "crd"))
    }
    donnees = pd.DataFrame(
        {**primes, "Capital restant dû": tableau["crd_fin"].to_numpy()},
        index=pd.Index(tableau["rang"].to_numpy(), name="Échéance"),
    )
    with style():
        fig = _dessiner_primes(donnees)
    return figure_accessible(
        fig,
        titre="Assurance sur capital initial ou sur capital restant dû",
        alt=_alt_primes(donnees),
        donnees=donnees,
        unite="€",
        source=source,
    )


def _exiger(tableau: pd.DataFrame) -> dict[str, Any]:
    """The contract of a schedule fit to be drawn."""
    absentes = [nom for nom in _LUES if nom not in tableau]
    if absentes:
        raise ErreurSchema(f"Colonnes absentes : {', '.join(absentes)} ; donnez un résultat de tableau_amortissement.")
    if "id_pret" in tableau:
        raise ErreurDonnees("La figure montre un prêt à la fois : donnez un résultat de tableau_amortissement.")
    return lire_contrat(tableau)


def _donnees(tableau: pd.DataFrame, par_barre: int) -> pd.DataFrame:
    """What is paid, by instalment or by year; a broken first period goes with the first bar of a year."""
    barre = (tableau["rang"].to_numpy() - 1) // par_barre + 1
    barre = np.maximum(barre, 1) if par_barre > 1 else barre
    capital = tableau["capital"].clip(lower=0)
    parts = {"Capital": capital, "Intérêts": tableau["interets"] + tableau["capital"].clip(upper=0)}
    if tableau["assurance"].any():
        parts["Assurance"] = tableau["assurance"]
    centimes = pd.DataFrame({nom: np.rint(valeur * 100) for nom, valeur in parts.items()})
    return centimes.groupby(barre).sum() / 100


def _dessiner_barres(donnees: pd.DataFrame) -> Any:
    diviseur, unite = echelle(donnees.sum(axis=1), "€")
    fig, ax = nouvelle_figure()
    bas = np.zeros(len(donnees))
    for nom in donnees:
        ax.bar(donnees.index, donnees[nom], bottom=bas, width=0.8, label=nom, **style_de(_COULEURS[nom]))
        bas = bas + donnees[nom].to_numpy()
    ax.set_xlabel(donnees.index.name)
    ax.set_ylabel(f"en {unite}")
    ax.set_xticks(donnees.index[:: -(-len(donnees) // _GRADUATIONS)])
    axe_francais(ax.yaxis, diviseur=diviseur, decimales=_decimales(bas, diviseur))
    depouiller(ax)
    fig.legend(loc="outside upper center", ncols=3, handlelength=2.2, handleheight=1.2)
    return fig


def _alt_barres(donnees: pd.DataFrame, tableau: pd.DataFrame, quoi: str) -> str:
    debut, fin = donnees.iloc[0], donnees.iloc[-1]
    phrases = [
        f"Barres empilées, {quoi} : {_parts(debut, euros)} pour la première barre, {_parts(fin, euros)} pour la "
        f"dernière ({len(donnees)} barres)."
    ]
    totaux = donnees.sum()
    phrases.append(f"Au total : {_parts(totaux, euros)}.")
    phases = [nom for nom in tableau["phase"].unique() if nom.startswith("différé")]
    if phases:
        nombre = int(tableau["phase"].isin(phases).sum())
        phrases.append(f"Le prêt commence par {nombre} échéances en {phases[0]}.")
    capitalises = -np.rint(tableau["capital"].clip(upper=0) * 100).sum() / 100
    if capitalises:
        phrases.append(f"Le capital comprend {euros(capitalises, 2)} d'intérêts capitalisés.")
    return " ".join(phrases)


def _parts(ligne: pd.Series, ecrire: Callable[[float, int], str]) -> str:
    return ", ".join(f"{nom.lower()} {ecrire(valeur, 2)}" for nom, valeur in ligne.items())


def _decimales(valeurs: np.ndarray, diviseur: float) -> int:
    """Decimals of the axis: small amounts in cents, others in whole units."""
    return 0 if np.max(np.abs(valeurs)) / diviseur >= 10 else 2


def _dessiner_primes(donnees: pd.DataFrame) -> Any:
    fig, (gauche, droite) = nouvelle_figure(ncols=2)
    traits = {"Prime sur capital initial": ("vermillon", "-"), "Prime sur CRD": ("bleu", "--")}
    for nom, (couleur, trait) in traits.items():
        gauche.step(donnees.index, donnees[nom], where="post", color=PALETTE[couleur], linestyle=trait, label=nom)
    gauche.set_title("Prime de l'échéance")
    droite.fill_between(donnees.index, donnees["Capital restant dû"], step="post", **style_de("marine"))
    droite.set_title("Capital restant dû")
    for ax, noms in ((gauche, list(traits)), (droite, ["Capital restant dû"])):
        valeurs = donnees[noms].to_numpy().ravel()
        diviseur, unite = echelle(valeurs, "€")
        ax.set_ylim(0, max(valeurs.max() * 1.1, 0.01))
        ax.set_xlabel("Échéance")
        ax.set_ylabel(f"en {unite}")
        axe_francais(ax.xaxis)
        axe_francais(ax.yaxis, diviseur=diviseur, decimales=_decimales(valeurs, diviseur))
        depouiller(ax)
    fig.legend(loc="outside upper center", ncols=2, handlelength=3.2)
    return fig


def _alt_primes(donnees: pd.DataFrame) -> str:
    initial, crd = donnees["Prime sur capital initial"], donnees["Prime sur CRD"]
    payees = donnees.index[initial > 0]
    totaux = {nom: euros(np.rint(serie * 100).sum() / 100, 2) for nom, serie in (("ci", initial), ("crd", crd))}
    return (
        f"Deux graphiques. Prime sur le capital initial : {euros(initial[payees[0]], 2)} à chaque prime, "
        f"{totaux['ci']} au total. Prime sur le capital restant dû : de {euros(crd[payees[0]], 2)} à "
        f"{euros(crd[payees[-1]], 2)}, {totaux['crd']} au total. Le capital restant dû passe de "
        f"{euros(donnees['Capital restant dû'].max(), 2)} à {euros(donnees['Capital restant dû'].iloc[-1], 2)}."
    )
