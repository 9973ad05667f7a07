"""Cascade des garanties : de l'exposition à la perte de la banque."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.figures import (
    DISCRET,
    MOINS,
    FigureAccessible,
    axe_francais,
    depouiller,
    echelle,
    figure_accessible,
    nouvelle_figure,
    style,
    style_de,
)
from rncp_utils.formats import INSECABLE, euros, formater_nombre, pourcent

# Result of couverture → label of its step; what is covered takes from what is exposed.
_ETAPES = {"reelles": "Sûretés réelles", "personnelles": "Sûretés personnelles", "organisme": "Organisme de garantie"}
_LIGNES = {
    "reelles": "Sûretés\nréelles",
    "personnelles": "Sûretés\npersonnelles",
    "organisme": "Organisme\nde garantie",
}
_LUES = ("exposition", *_ETAPES, "perte", "lgd")


def cascade_garanties(couverture: pd.Series | Mapping[str, float], *, source: str = "") -> FigureAccessible:
    """Cascade d'un crédit : exposition, sûretés réelles, personnelles, organisme de garantie, perte de la banque.

    Parameters
    ----------
    couverture : Series ou mapping
        Résultat de :func:`rncp_utils.credit.couverture` pour une exposition, en euros.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Grandeur absente ou non calculée ; plusieurs expositions ; exposition nulle.

    >>> from rncp_utils.credit.garanties.couverture import couverture
    >>> cascade_garanties(couverture(200_000, [{"code": "bpifrance", "quotite": 0.5}])).donnees["Montant"].tolist()
    [200000.0, 0.0, 0.0, -100000.0, 100000.0]
    """
    lus = _lire(couverture)
    noms = ["Exposition", *_ETAPES.values(), "Perte de la banque"]
    montants = [lus["exposition"], *(-lus[nom] or 0.0 for nom in _ETAPES), lus["perte"]]
    donnees = pd.DataFrame({"Montant": montants}, index=pd.Index(noms, name="Étape"))
    with style():
        fig = _dessiner(lus)
    return figure_accessible(
        fig, titre="De l'exposition à la perte", alt=_alt(lus), donnees=donnees, unite="€", source=source
    )


def _lire(couverture: pd.Series | Mapping[str, float]) -> dict[str, float]:
    if isinstance(couverture, pd.DataFrame):
        raise ErreurDonnees(
            "La figure montre une exposition à la fois : donnez une ligne de la table (table.loc[clé])."
        )
    absentes = [nom for nom in _LUES if nom not in couverture]
    if absentes:
        raise ErreurSchema(f"Grandeurs absentes : {', '.join(absentes)} ; donnez un résultat de couverture.")
    lus = {nom: float(couverture[nom]) for nom in _LUES}
    if not all(map(math.isfinite, lus.values())) or lus["exposition"] <= 0:
        raise ErreurDonnees("Cette couverture n'est pas calculée, ou l'exposition est nulle : corrigez-la d'abord.")
    return lus


def _dessiner(lus: Mapping[str, float]) -> Any:
    diviseur, unite = echelle([lus["exposition"]], "€")
    fig, ax = nouvelle_figure()
    total = lus["exposition"]
    _barre(ax, 0, 0.0, total, "marine", _ecrire(total, diviseur, unite), total)
    niveau = total
    for rang, (nom, couleur) in enumerate(zip(_ETAPES, ("vert", "bleu", "pourpre"), strict=True), start=1):
        suivant = niveau - lus[nom]
        ax.plot([rang - 1 + 0.36, rang + 0.36], [niveau, niveau], color=DISCRET, linewidth=1)
        signe = MOINS if lus[nom] else ""
        _barre(ax, rang, suivant, niveau, couleur, signe + _ecrire(lus[nom], diviseur, unite), total)
        niveau = suivant
    ax.plot([3.36, 4.36], [niveau, niveau], color=DISCRET, linewidth=1)
    _barre(ax, 4, 0.0, lus["perte"], "vermillon", _ecrire(lus["perte"], diviseur, unite), total)
    ax.set_xticks(range(5), ["Exposition\n(EAD)", *_LIGNES.values(), "Perte de\nla banque"])
    ax.set_ylim(0, 1.1 * total)
    ax.set_ylabel(f"en {unite}")
    axe_francais(ax.yaxis, diviseur=diviseur)
    depouiller(ax)
    return fig


def _barre(ax: Any, x: int, bas: float, haut: float, couleur: str, texte: str, total: float) -> None:
    ax.bar(x, haut - bas, bottom=bas, width=0.72, **style_de(couleur))
    ax.text(x, haut + 0.015 * total, texte, ha="center", va="bottom", fontsize=11)


def _ecrire(montant: float, diviseur: float, unite: str) -> str:
    return f"{formater_nombre(montant / diviseur, 0)}{INSECABLE}{unite}"


def _alt(lus: Mapping[str, float]) -> str:
    etapes = ", ".join(f"{libelle.lower()} {euros(lus[nom])}" for nom, libelle in _ETAPES.items())
    plancher = " au plancher du cours" if lus["lgd"] > lus["perte"] / lus["exposition"] else ""
    taux = f"{pourcent(lus['lgd'], 2)}{plancher}"
    return (
        f"Cascade d'une exposition de {euros(lus['exposition'])} : {etapes}. Il reste une perte de "
        f"{euros(lus['perte'])} pour la banque, soit une perte en cas de défaut (LGD) de {taux}."
    )
