"""Bilan fonctionnel en barres empilées."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rncp_utils.entreprise.figures.outils import EQUILIBRE, ecrire_montant, lire_resultats
from rncp_utils.figures import DISCRET, FigureAccessible, echelle, figure_accessible, nouvelle_figure, style, style_de
from rncp_utils.formats import euros

_BILAN_LU = (
    "emplois_stables",
    "ressources_propres",
    "dettes_financieres_stables",
    "ac_exploitation",
    "dettes_exploitation",
    "bfrhe",
    "frng",
    "bfr",
    "tresorerie_nette",
)


def barres_bilan_fonctionnel(bilan: pd.Series | Mapping[str, float], *, source: str = "") -> FigureAccessible:
    """Bilan fonctionnel en deux barres empilées, emplois et ressources, avec FRNG, BFR et trésorerie nette.

    Le besoin hors exploitation et la trésorerie sont montrés nets, du côté de leur signe ; de même pour tout poste
    négatif. Les deux barres ont alors la même hauteur.

    Parameters
    ----------
    bilan : Series ou mapping
        Grandeurs d'une entreprise en euros, telles que les rend ``rncp_utils.entreprise.bilan_fonctionnel``.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Grandeur absente ou non calculée ; plusieurs entreprises.
    """
    b = lire_resultats(bilan, _BILAN_LU, "du bilan fonctionnel")
    emplois, ressources = _cotes_du_bilan(b)
    with style():
        fig = _dessiner_bilan(emplois, ressources, b)
    lignes = [("Emplois", *poste[:2]) for poste in emplois] + [("Ressources", *poste[:2]) for poste in ressources]
    lignes += [("Équilibre", libelle, b[cle]) for cle, libelle in EQUILIBRE.items()]
    donnees = pd.DataFrame(lignes, columns=["Côté", "Poste", "Montant"]).set_index(["Côté", "Poste"])
    titre = "Bilan fonctionnel et équilibre financier"
    return figure_accessible(fig, titre=titre, alt=_alt_bilan(b), donnees=donnees, unite="€", source=source)


_Segment = tuple[str, float, str]


def _cotes_du_bilan(b: Mapping[str, float]) -> tuple[list[_Segment], list[_Segment]]:
    """Segments (label, euros, colour) of each bar, from the bottom; what is negative goes to the other side."""
    emplois = [
        ("Emplois stables", b["emplois_stables"], "marine"),
        ("Actif circulant d'exploitation", b["ac_exploitation"], "bleu"),
        ("Hors exploitation (net)", max(b["bfrhe"], 0.0), "gris"),
        ("Trésorerie nette", max(b["tresorerie_nette"], 0.0), "vert"),
    ]
    ressources = [
        ("Ressources propres", b["ressources_propres"], "marine"),
        ("Dettes financières stables", b["dettes_financieres_stables"], "pourpre"),
        ("Dettes d'exploitation", b["dettes_exploitation"], "vermillon"),
        ("Hors exploitation (net)", max(-b["bfrhe"], 0.0), "gris"),
        ("Trésorerie nette négative", max(-b["tresorerie_nette"], 0.0), "vert"),
    ]
    gauche = [poste for poste in emplois if poste[1] > 0] + [_retourne(poste) for poste in ressources if poste[1] < 0]
    droite = [poste for poste in ressources if poste[1] > 0] + [_retourne(poste) for poste in emplois if poste[1] < 0]
    return gauche, droite


def _retourne(poste: _Segment) -> _Segment:
    return f"{poste[0]} (négatif)", -poste[1], poste[2]


def _dessiner_bilan(emplois: list[_Segment], ressources: list[_Segment], b: Mapping[str, float]) -> Any:
    total = max(sum(poste[1] for poste in emplois), sum(poste[1] for poste in ressources)) or 1.0
    diviseur, unite = echelle([total], "€")
    fig, (piles, soldes) = nouvelle_figure(ncols=2, width_ratios=[2.5, 1.1])
    for rang, (segments, cote) in enumerate(((emplois, -1), (ressources, 1))):
        _empiler(piles, rang, cote, segments, total, diviseur, unite)
    piles.set_xlim(-2.0, 3.0)
    piles.set_ylim(0, 1.06 * total)
    piles.set_xticks([0, 1], ["Emplois", "Ressources"], fontweight="bold")
    piles.set_yticks([])
    piles.tick_params(length=0)
    piles.spines[["left"]].set_visible(False)
    _dessiner_equilibre(soldes, b, diviseur, unite)
    return fig


def _empiler(ax: Any, x: int, cote: int, segments: list[_Segment], total: float, diviseur: float, unite: str) -> None:
    """A stacked bar with its labels outside, far enough from one another to be read."""
    bas, plancher = 0.0, 0.0
    for libelle, montant, couleur in segments:
        ax.bar(x, montant, bottom=bas, width=0.86, **style_de(couleur))
        milieu = bas + montant / 2
        hauteur = max(milieu, plancher + 0.045 * total)
        plancher = hauteur + 0.065 * total
        bord, texte = x + 0.43 * cote, x + 0.55 * cote
        ax.plot([bord, texte], [milieu, hauteur], color=DISCRET, linewidth=1)
        legende = f"{libelle}\n{ecrire_montant(montant, diviseur, unite)}"
        ax.text(texte + 0.03 * cote, hauteur, legende, va="center", ha="left" if cote > 0 else "right", fontsize=11)
        bas += montant


def _dessiner_equilibre(ax: Any, b: Mapping[str, float], diviseur: float, unite: str) -> None:
    couleurs = {"frng": "bleu", "bfr": "vermillon", "tresorerie_nette": "vert"}
    montants = [b[cle] for cle in EQUILIBRE]
    etendue = max(max(montants), 0.0) - min(min(montants), 0.0) or 1.0
    for rang, (cle, montant) in enumerate(zip(EQUILIBRE, montants, strict=True)):
        ax.bar(rang, montant, width=0.7, **style_de(couleurs[cle]))
        ecart = 0.02 * etendue * (-1 if montant < 0 else 1)
        texte = ecrire_montant(montant, diviseur, unite)
        ax.text(rang, montant + ecart, texte, ha="center", va="top" if montant < 0 else "bottom", fontsize=10)
    ax.set_ylim(min(*montants, 0) - (0.15 * etendue if min(montants) < 0 else 0), max(*montants, 0) + 0.15 * etendue)
    ax.set_xlim(-0.75, 2.75)
    ax.set_xticks(range(3), ["FRNG", "BFR", "Trésorerie\nnette"], fontsize=10)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.axhline(0, color=DISCRET, linewidth=1)


def _alt_bilan(b: Mapping[str, float]) -> str:
    stables = b["ressources_propres"] + b["dettes_financieres_stables"]
    verbe = "dépassent" if b["frng"] > 0 else "ne couvrent pas" if b["frng"] < 0 else "égalent"
    return (
        f"Deux barres empilées. Les ressources stables, {euros(stables)} (ressources propres "
        f"{euros(b['ressources_propres'])}, dettes financières stables {euros(b['dettes_financieres_stables'])}), "
        f"{verbe} les emplois stables, {euros(b['emplois_stables'])} : FRNG de {euros(b['frng'])}. "
        f"BFR de {euros(b['bfr'])} (exploitation {euros(b['ac_exploitation'] - b['dettes_exploitation'])}, "
        f"hors exploitation {euros(b['bfrhe'])}). Trésorerie nette de {euros(b['tresorerie_nette'])}."
    )
