"""Cascade des soldes intermédiaires de gestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import pandas as pd

from rncp_utils.entreprise.figures.outils import ecrire_montant, lire_resultats
from rncp_utils.erreurs import ErreurDonnees
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
from rncp_utils.formats import euros
from rncp_utils.typographie import enumerer

TOTAL, HAUSSE, BAISSE = "solde", "hausse", "baisse"
_COULEURS = {TOTAL: "marine", HAUSSE: "bleu", BAISSE: "vermillon"}
_LEGENDE = {TOTAL: "Solde", BAISSE: f"{MOINS} Diminution", HAUSSE: "+ Augmentation"}
_SOLDES_LUS = (
    "marge_commerciale",
    "production_exercice",
    "consommation_tiers",
    "valeur_ajoutee",
    "ebe",
    "resultat_exploitation",
    "rcai",
    "resultat_exceptionnel",
    "resultat_net",
)


@dataclass(frozen=True)
class _Marche:
    """A bar of the waterfall, from ``debut`` to ``fin`` euros."""

    libelle: str
    sens: str
    debut: float
    fin: float

    @property
    def montant(self) -> float:
        return self.fin if self.sens == TOTAL else self.fin - self.debut


def cascade_sig(sig: pd.Series | Mapping[str, float], *, depart: str = "ca", source: str = "") -> FigureAccessible:
    """Cascade des soldes intermédiaires de gestion, jusqu'au résultat net.

    Parameters
    ----------
    sig : Series ou mapping
        Soldes d'une entreprise en euros, tels que les rend ``rncp_utils.entreprise.sig``.
    depart : {"ca", "production"}
        Première barre : chiffre d'affaires, ou production de l'exercice augmentée de la marge commerciale.
    source : str
        Origine des données, écrite sous la figure.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Solde absent, ou non calculé ; autre départ ; plusieurs entreprises.

    Examples
    --------
    >>> from rncp_utils.entreprise.exemples import martin
    >>> from rncp_utils.entreprise import sig
    >>> int(cascade_sig(sig(martin())).donnees.loc["Excédent brut d'exploitation", "Montant"])
    82000
    """
    if depart not in ("ca", "production"):
        raise ErreurDonnees(f"Départ « {depart} » inconnu : choisissez « ca » ou « production ».")
    soldes = lire_resultats(sig, (*_SOLDES_LUS, *(("chiffre_affaires",) if depart == "ca" else ())), "de la cascade")
    marches = _marches(soldes, depart)
    with style():
        fig = _dessiner_cascade(marches)
    donnees = pd.DataFrame(
        {"Nature": [marche.sens for marche in marches], "Montant": [marche.montant for marche in marches]},
        index=pd.Index([marche.libelle for marche in marches], name="Étape"),
    )
    premier = "du chiffre d'affaires" if depart == "ca" else "de la production"
    titre = f"Cascade des soldes intermédiaires de gestion, {premier} au résultat net"
    return figure_accessible(fig, titre=titre, alt=_alt_cascade(marches), donnees=donnees, unite="€", source=source)


def _marches(s: Mapping[str, float], depart: str) -> list[_Marche]:
    activite = s["marge_commerciale"] + s["production_exercice"]
    if depart == "ca":
        etapes: list[tuple[str, str, float]] = [
            ("Chiffre d'affaires", TOTAL, s["chiffre_affaires"]),
            ("Marchandises consommées, production stockée et immobilisée", "", activite - s["chiffre_affaires"]),
        ]
    else:
        etapes = [("Production et marge commerciale", TOTAL, activite)]
    impots = s["resultat_net"] - s["rcai"] - s["resultat_exceptionnel"]
    etapes += [
        ("Consommations en provenance des tiers", "", -s["consommation_tiers"]),
        ("Valeur ajoutée", TOTAL, s["valeur_ajoutee"]),
        ("Personnel, impôts et taxes, subventions", "", s["ebe"] - s["valeur_ajoutee"]),
        ("Excédent brut d'exploitation", TOTAL, s["ebe"]),
        ("Dotations, reprises, autres produits et charges", "", s["resultat_exploitation"] - s["ebe"]),
        ("Résultat d'exploitation", TOTAL, s["resultat_exploitation"]),
        ("Résultat financier et opérations en commun", "", s["rcai"] - s["resultat_exploitation"]),
        ("Résultat courant avant impôts", TOTAL, s["rcai"]),
        ("Résultat exceptionnel", "", s["resultat_exceptionnel"]),
        ("Participation et impôt sur les bénéfices", "", impots),
        ("Résultat net", TOTAL, s["resultat_net"]),
    ]
    marches, niveau = [], 0.0
    for libelle, sens, montant in etapes:
        debut = 0.0 if sens == TOTAL else niveau
        niveau = debut + montant
        if sens == TOTAL or montant:
            marches.append(_Marche(libelle, sens or (HAUSSE if montant > 0 else BAISSE), debut, niveau))
    return marches


def _dessiner_cascade(marches: Sequence[_Marche]) -> Any:
    from matplotlib.patches import Patch

    bornes = [borne for marche in marches for borne in (marche.debut, marche.fin)]
    diviseur, unite = echelle(bornes, "€")
    bas, haut = min(bornes), max(bornes)
    etendue = (haut - bas) or 1.0
    fig, ax = nouvelle_figure(hauteur=0.42 * len(marches) + 1.0)
    for rang, marche in enumerate(marches):
        ax.barh(rang, marche.fin - marche.debut, left=marche.debut, height=0.72, **style_de(_COULEURS[marche.sens]))
        _etiqueter(ax, rang, marche, max(marche.debut, marche.fin) + 0.015 * etendue, diviseur, unite)
        if rang + 1 < len(marches):
            ax.plot([marche.fin] * 2, [rang + 0.36, rang + 0.64], color=DISCRET, linewidth=1)
    ax.set_yticks(range(len(marches)), [fill(marche.libelle, 38) for marche in marches])
    for etiquette, marche in zip(ax.get_yticklabels(), marches, strict=True):
        etiquette.set_fontweight("bold" if marche.sens == TOTAL else "normal")
    ax.invert_yaxis()
    ax.set_xlim(bas, haut + 0.3 * etendue)
    ax.spines["left"].set_visible(False)
    axe_francais(ax.xaxis, diviseur=diviseur, intervalles=5)
    ax.set_xlabel(f"en {unite}")
    depouiller(ax, grille="x")
    ax.axvline(0, color=DISCRET, linewidth=1)
    presents = [sens for sens in _LEGENDE if any(marche.sens == sens for marche in marches)]
    pieces = [Patch(label=_LEGENDE[sens], **style_de(_COULEURS[sens])) for sens in presents]
    ax.legend(handles=pieces, loc="lower right", handlelength=2.2, handleheight=1.2)
    return fig


def _etiqueter(ax: Any, rang: int, marche: _Marche, x: float, diviseur: float, unite: str) -> None:
    solde = marche.sens == TOTAL
    texte = ecrire_montant(marche.montant, diviseur, unite, signe=not solde)
    fond = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    ax.text(x, rang, texte, va="center", ha="left", fontweight="bold" if solde else "normal", bbox=fond)


def _alt_cascade(marches: Sequence[_Marche]) -> str:
    depart, *soldes = [marche for marche in marches if marche.sens == TOTAL]
    textes = [f"{_minuscule(marche.libelle)} {euros(marche.montant)}" for marche in soldes]
    phrases = [
        f"Cascade horizontale. Départ : {_minuscule(depart.libelle)}, {euros(depart.montant)}.",
        f"Soldes successifs : {enumerer(textes)}.",
    ]
    baisses = [marche for marche in marches if marche.sens == BAISSE]
    if baisses:
        forte = min(baisses, key=lambda marche: marche.montant)
        phrases.append(f"Plus forte diminution : {_minuscule(forte.libelle)}, {euros(forte.montant)}.")
    return " ".join(phrases)


def _minuscule(libelle: str) -> str:
    return f"{libelle[0].lower()}{libelle[1:]}"
