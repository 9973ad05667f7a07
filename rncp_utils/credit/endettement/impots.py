"""Impôt sur le revenu et impôt sur les sociétés, par le barème de leur année."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import Ligne, avec_lignes
from rncp_utils.credit.endettement.lecture import (
    Cas,
    Jours,
    au_centime,
    cas_et_jours,
    par_tranches,
    taux_de_tranche,
)
from rncp_utils.formats import euros, formater_nombre, pourcent
from rncp_utils.parametres import bareme
from rncp_utils.vecteurs import Masque, Valeur

BAREME_IR = "ir.bareme"
QUART_DE_PART = 0.25
# Rates of a company, as they follow one another, and how they read.
TAUX = {"reduit": "réduit", "intermediaire": "intermédiaire", "normal": "normal"}
SANS_DECOTE = (
    "Impôt sur le revenu approché : ni décote, ni plafonnement du quotient familial, ni réductions ou crédits d'impôt."
)


def ir(rni: Any, parts: Any, annee_revenus: Any) -> pd.Series | pd.DataFrame:
    """Impôt sur le revenu d'un foyer, par le barème seul.

    ``ir = parts × barème(rni / parts)``, arrondi au centime. Ni décote, ni plafonnement de l'avantage du quotient
    familial, ni réductions ou crédits d'impôt : un avertissement le dit à chaque calcul.

    Parameters
    ----------
    rni : float, liste, array ou Series, en euros
        Revenu net imposable de l'année, après abattements. Négatif ou nul : pas d'impôt.
    parts : float, liste, array ou Series
        Parts de quotient familial, de 1 en 1 quart de part.
    annee_revenus : int, date, ou liste, array ou Series
        Année des revenus (2025 pour l'impôt payé en 2026).

    Returns
    -------
    Series ou DataFrame
        ``quotient`` (euros), ``ir`` (euros), ``taux_marginal`` et ``taux_moyen`` (fractions ; NaN sans revenu).

    Raises
    ------
    ErreurDonnees
        Un foyer : revenu absent, moins d'une part, parts qui ne sont pas des quarts. Table : NaN et ``motif``.
    ErreurParametre
        Un foyer : barème inconnu pour cette année.

    Source : CGI, art. 197, I ; OpenFisca-France (voir ``ir.bareme``).

    >>> ir(40_000, 1, 2025)["ir"], ir(60_000, 2.5, 2025)["ir"]
    (np.float64(5103.99), np.float64(3410.0))
    """
    cas, jours = cas_et_jours(annee_revenus, rni=rni, parts=parts)
    revenu, nombre = cas.montant("rni"), cas.montant("parts")
    cas.refuser(nombre < 1, "parts : une part au moins est attendue")
    cas.refuser(nombre % QUART_DE_PART != 0, "parts : un nombre de quarts de part est attendu (1 ; 1,25 ; 1,5…)")
    cas.avertir(SANS_DECOTE)
    imposable = np.maximum(revenu, 0.0)
    # A refused row may have no part at all.
    quotient = imposable / np.where(nombre > 0, nombre, np.nan)
    impot = au_centime(jours.bareme(BAREME_IR, quotient, par_tranches) * nombre)
    resultat = cas.resultat(
        quotient=quotient,
        ir=impot,
        taux_marginal=jours.bareme(BAREME_IR, quotient, taux_de_tranche),
        taux_moyen=impot / np.where(imposable > 0, imposable, np.nan),
    )
    return avec_lignes(resultat, lambda r: _lignes_ir(r, float(revenu), float(nombre), jours), BAREME_IR)


def _lignes_ir(r: pd.Series, revenu: float, nombre: float, jours: Jours) -> list[Ligne]:
    tranches = bareme(BAREME_IR, jours.jours[0])
    lignes: list[Ligne] = [
        ("Revenu net imposable", revenu, "après abattements"),
        ("Quotient familial", r["quotient"], f"revenu / {formater_nombre(nombre)} part(s)"),
    ]
    bornes = [tranche.seuil for tranche in tranches[1:]] + [np.inf]
    for tranche, haut in zip(tranches, bornes, strict=True):
        part = min(r["quotient"], haut) - tranche.seuil
        if part > 0 and tranche.taux:
            commentaire = (
                f"({euros(min(r['quotient'], haut), 2)} − {euros(tranche.seuil)}) × {pourcent(tranche.taux, 0)}"
            )
            lignes.append(
                (
                    f"Tranche à {pourcent(tranche.taux, 0)}",
                    au_centime(part * tranche.taux * nombre),
                    f"{commentaire} × {formater_nombre(nombre)} part(s)",
                )
            )
    return [*lignes, ("Impôt sur le revenu", r["ir"], "par le barème seul : ni décote, ni plafonnement, ni réductions")]


def is_societe(
    benefice: Any,
    date: Any,
    ca: Any = None,
    eligible: Any = None,
    *,
    detention: Any = None,
    capital_libere: Any = None,
    duree_mois: Any = 12,
) -> pd.Series | pd.DataFrame:
    """Impôt sur les sociétés d'un exercice, au taux réduit puis au taux normal.

    Taux réduit jusqu'au plafond (réduit au prorata d'un exercice qui n'a pas douze mois) si trois conditions sont
    réunies : chiffre d'affaires de douze mois dans la limite, capital entièrement libéré, détenu à 75 % au moins par
    des personnes physiques. En 2018 et 2019 un taux intermédiaire s'applique jusqu'à un second plafond. Une condition
    dont rien n'est dit est supposée remplie, et le résultat le dit.

    Parameters
    ----------
    benefice : float, liste, array ou Series, en euros
        Résultat fiscal ; un déficit est négatif.
    date : date, ou liste, array ou Series
        Clôture de l'exercice (une année vaut son 31 décembre).
    ca : float, liste, array ou Series, en euros, optional
        Chiffre d'affaires hors taxes de l'exercice. L'égalité avec la limite est admise.
    eligible : bool, liste, array ou Series, optional
        Les conditions de capital sont remplies ; remplace ``detention`` et ``capital_libere``.
    detention : float, liste, array ou Series, fraction, optional
        Part du capital détenue par des personnes physiques.
    capital_libere : bool, liste, array ou Series, optional
        Le capital est entièrement libéré.
    duree_mois : int, liste, array ou Series
        Durée de l'exercice.

    Returns
    -------
    Series ou DataFrame
        En euros : ``base_taux_reduit``, ``base_taux_intermediaire``, ``base_taux_normal``, ``is``, ``deficit``
        (positif, reportable), ``resultat_apres_is`` ; ``taux_effectif`` (fraction ; NaN sans bénéfice).

    Raises
    ------
    ErreurDonnees
        Une société : montant absent, durée nulle ou négative, part hors de 0 à 1. Table : NaN et ``motif``.
    ErreurParametre
        Une société : taux inconnu à cette date.

    Source : CGI, art. 219 ; BOI-IS-LIQ-20 (voir ``is.taux_reduit``). Report des déficits, contribution sociale et
    crédits d'impôt ne sont pas comptés.

    >>> is_societe(49_000, "2024-12-31", ca=600_000, eligible=True)["is"]
    np.float64(8000.0)
    >>> is_societe(-12_000, "2024-12-31", ca=600_000, eligible=True)[["is", "deficit"]].tolist()
    [0.0, 12000.0]
    """
    cas, cloture = cas_et_jours(
        date,
        benefice=benefice,
        ca=ca,
        eligible=_en_nombre(eligible),
        detention=detention,
        capital_libere=_en_nombre(capital_libere),
        duree_mois=duree_mois,
    )
    resultat_fiscal = cas.montant("benefice")
    bases, taux = _bases(cas, cloture, np.maximum(resultat_fiscal, 0.0))
    impot = au_centime(sum(bases[nom] * taux[nom] for nom in TAUX))
    resultat = cas.resultat(
        **{f"base_taux_{nom}": au_centime(base) for nom, base in bases.items()},
        **{"is": impot},
        deficit=au_centime(np.maximum(-resultat_fiscal, 0.0)),
        resultat_apres_is=au_centime(resultat_fiscal - impot),
        taux_effectif=impot / np.where(resultat_fiscal > 0, resultat_fiscal, np.nan),
    )
    return avec_lignes(
        resultat, lambda r: _lignes_is(r, resultat_fiscal, taux), "is.taux_reduit_plafond", "is.taux_normal"
    )


def _bases(cas: Cas, cloture: Jours, benefice: Valeur) -> tuple[dict[str, Valeur], dict[str, Valeur]]:
    """Part of the profit under each rate, and the rates."""
    mois = cas.montant("duree_mois")
    cas.refuser((mois <= 0) | (mois % 1 != 0), "duree_mois : un nombre entier de mois, positif, est attendu")
    annee = np.where(mois > 0, mois, np.nan) / 12
    ouverture = _ouverture(cas, cloture, mois)
    petite = _au_taux_reduit(cas, cloture, ouverture, annee)
    reduite = np.where(petite, np.minimum(benefice, cloture.parametre("is.taux_reduit_plafond") * annee), 0.0)
    plafond = ouverture.parametre_ou_zero("is.taux_intermediaire_plafond") * annee
    intermediaire = np.maximum(np.minimum(benefice, plafond) - reduite, 0.0)
    taux = (
        cloture.parametre("is.taux_reduit"),
        ouverture.parametre_ou_zero("is.taux_intermediaire"),
        ouverture.parametre("is.taux_normal"),
    )
    bases = (reduite, intermediaire, benefice - reduite - intermediaire)
    return dict(zip(TAUX, bases, strict=True)), dict(zip(TAUX, taux, strict=True))


def _ouverture(cas: Cas, cloture: Jours, mois: Valeur) -> Jours:
    """First day of the financial year: the day after the same day, so many months before."""
    fin = cloture.jours
    # A financial year that ends with a month began with one, whatever the length of the months.
    apres = fin + 1
    du_mois = apres.astype("datetime64[M]")
    duree = np.nan_to_num(np.broadcast_to(mois, fin.shape)).astype("int64")
    jours = (du_mois - duree).astype("datetime64[D]") + (apres - du_mois.astype("datetime64[D]"))
    return Jours(cas, jours if cas.en_table else jours[0])


def _au_taux_reduit(cas: Cas, cloture: Jours, ouverture: Jours, annee: Valeur) -> Masque:
    """Where the three conditions of the reduced rate are met, as far as they are known."""
    avis, sans_avis = cas.complement("eligible")
    detention, sans_detention = cas.complement("detention")
    libere, sans_liberation = cas.complement("capital_libere")
    ca, sans_ca = cas.complement("ca")
    cas.refuser((detention < 0) | (detention > 1), "detention : fraction de 0 à 1 attendue")
    cas.refuser(ca < 0, "ca : chiffre d'affaires négatif")
    detenu = sans_detention | (detention >= cloture.parametre("is.taux_reduit_detention_minimale"))
    # What is said of the whole of these conditions wins over what is said of each.
    capital = np.where(sans_avis, detenu & (sans_liberation | (libere != 0)), avis != 0)
    petit = sans_ca | (ca / annee <= ouverture.parametre("is.taux_reduit_ca_maximal"))
    doute = np.logical_or(sans_ca, np.logical_and(sans_avis, np.logical_or(sans_detention, sans_liberation)))
    imposable = cas["benefice"] > 0
    cas.douter(
        doute & capital & petit & imposable,
        "taux réduit supposé : ses conditions (chiffre d'affaires, capital) ne sont pas dites",
    )
    return capital & petit


def _lignes_is(r: pd.Series, benefice: float, taux: dict[str, Valeur]) -> list[Ligne]:
    if r["deficit"] > 0:
        return [
            ("Déficit fiscal", -r["deficit"], "reportable sur les bénéfices suivants"),
            ("Impôt sur les sociétés", 0.0, "pas d'impôt sans bénéfice"),
        ]
    lignes: list[Ligne] = [("Bénéfice imposable", benefice, "résultat fiscal de l'exercice")]
    for nom, mot in TAUX.items():
        base, valeur = r[f"base_taux_{nom}"], float(taux[nom])
        if base > 0:
            decimales = 0 if valeur * 100 % 1 < 1e-9 else 1
            libelle = f"Part au taux {mot} de {pourcent(valeur, decimales)} : {euros(base, 2)}"
            commentaire = "petite société, jusqu'au plafond du taux réduit" if nom == "reduit" else "au-delà"
            lignes.append((libelle, au_centime(base * valeur), commentaire))
    return [*lignes, ("Impôt sur les sociétés", r["is"], "somme des parts")]


def _en_nombre(valeur: Any) -> Any:
    """Yes or no as 1 or 0: a column of amounts holds numbers."""
    if isinstance(valeur, bool | np.bool_):
        return float(valeur)
    if np.ndim(valeur) == 1:
        serie = pd.Series(valeur)
        return serie.astype("Float64") if serie.dtype != object else serie.astype("boolean").astype("Float64")
    return valeur
