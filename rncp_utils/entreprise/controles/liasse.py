"""Contrôles de cohérence K01 à K22 d'une liasse, ou d'une table de liasses."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.exercices import (
    CLOTURE,
    DUREE,
    MOIS_PAR_AN,
    SIREN,
    clotures,
    duree_mois,
    exercice_precedent,
    parametre_a_la_cloture,
    sous_pcg_2025,
)
from rncp_utils.entreprise.controles.annuels import CONTROLES_ANNUELS, Exercice
from rncp_utils.entreprise.controles.cases import Cases
from rncp_utils.entreprise.controles.identites import BLOQUANT, IDENTITES, Identite
from rncp_utils.entreprise.controles.mesures import Mesure, mesurer
from rncp_utils.entreprise.liasse import INDEX, Liasse
from rncp_utils.entreprise.postes import Postes, tolerance_arrondi
from rncp_utils.entreprise.regimes import vers_codes_normaux
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurParametre
from rncp_utils.formats import euros

SEUIL_CAPITAL = "capitaux_propres.seuil_perte_de_moitie"
TVA_PLAUSIBLE = "controles.tva_plausible"
# Boxes of the year before that a control of this year reads.
_CODES_N1 = ("CO", "CJ", "EE", "DL", "DA", "DD", "DE", "DF", "DG", "DH", "DI", "BT", "BL", "BN", "BP", "BR")


def controler_liasse(
    x: Liasse | Mapping[str, float] | pd.Series | pd.DataFrame,
    n1: Liasse | None = None,
    tol: float | None = None,
    *,
    apports: float | None = None,
    prelevements: float | None = None,
) -> pd.DataFrame:
    """Contrôler la cohérence d'une liasse : les contrôles K01 à K22, avec l'écart et la gravité de chacun.

    Parameters
    ----------
    x : Liasse, mapping ou Series de codes
        Comptes de l'exercice, en euros. Une liasse du régime simplifié est d'abord réécrite
        (:func:`vers_codes_normaux`). Une DataFrame est passée à :func:`controler_table`.
    n1 : Liasse, optional
        Liasse de l'exercice précédent (K17 à K20).
    tol : float, optional
        Écart admis en euros, pour tous les contrôles de montants sauf les alertes. Par défaut, 2 € ou 1 € par ligne
        additionnée si c'est plus : les lignes d'une liasse sont arrondies une à une.
    apports, prelevements : float, optional
        Entreprise individuelle : mouvements du compte de l'exploitant dans l'exercice, positifs (K17).

    Returns
    -------
    DataFrame
        Une ligne par contrôle : ``controle`` (K01…), ``volet`` (partie d'un contrôle), ``libelle``, ``gauche`` et
        ``droite`` (euros ; mois pour K20), ``ecart`` (gauche - droite, 0 pour un plafond respecté), ``tolerance``,
        ``ok`` (vrai, faux, ou NA : non vérifiable), ``gravite`` (bloquant, anomalie, alerte), ``codes`` (cases en
        cause) et ``detail`` (pourquoi un contrôle n'est pas vérifiable, ou ce qui l'a rompu).

    Raises
    ------
    ErreurDonnees
        Une 2035, une tolérance négative, ou un exercice précédent d'une autre entreprise.

    Source : structure des formulaires 2050 à 2053 ; K21 : art. L. 223-42 et L. 225-248 du Code de commerce (à vérifier,
    23 novembre 2026) ; gravité, tolérance et K22 : conventions de cours.

    >>> from rncp_utils.entreprise.exemples import martin, martin_n1
    >>> controles = controler_liasse(martin(), martin_n1())
    >>> controles.query("ok == False")["controle"].tolist()
    []
    >>> rompus = controler_liasse(martin().avec(EE=436_510), martin_n1()).query("ok == False")
    >>> [(controle, float(ecart)) for controle, ecart in zip(rompus["controle"], rompus["ecart"])]
    [('K01', 10.0), ('K05', 10.0)]
    """
    if isinstance(x, pd.DataFrame):
        return controler_table(x, tol)
    _verifier_tolerance(tol)
    exercice = _exercice(vers_codes_normaux(x), None if n1 is None else vers_codes_normaux(n1), apports, prelevements)
    return _assembler(_mesures(exercice, tol), pd.RangeIndex(1), tout=True).reset_index(drop=True)


def controler_table(table: pd.DataFrame, tol: float | None = None, *, tout: bool = True) -> pd.DataFrame:
    """Contrôler d'un coup toutes les liasses d'une table ; l'exercice précédent est cherché dans la table.

    Parameters
    ----------
    table : DataFrame
        Une ligne par liasse, une colonne par code, index (siren, date_cloture) ; ``duree_mois``, ``forme_juridique`` et
        ``regime`` facultatifs. Non modifiée. Sans cet index, les contrôles d'un exercice à l'autre sont non
        vérifiables. La colonne N-1 imprimée n'est pas dans une table : K18 y est non vérifiable.
    tol : float, optional
        Comme :func:`controler_liasse`.
    tout : bool
        Faux : ne rendre que les contrôles rompus (pour un grand portefeuille).

    Returns
    -------
    DataFrame
        Mêmes colonnes que :func:`controler_liasse`, une ligne par liasse et par contrôle, dans l'ordre de la table et
        avec son index.

    >>> from rncp_utils.entreprise import table_de_liasses
    >>> from rncp_utils.entreprise.exemples import martin, martin_n1
    >>> table = table_de_liasses([martin_n1(), martin().avec(EE=436_510)])
    >>> controler_table(table, tout=False)["controle"].tolist()
    ['K01', 'K05']
    """
    _verifier_tolerance(tol)
    normale = vers_codes_normaux(table)
    return _assembler(_mesures(_exercices(normale), tol), table.index, tout=tout)


def exiger_equilibre(x: Liasse | Mapping[str, float] | pd.Series, tol: float | None = None) -> None:
    """Refuser une liasse dont un contrôle bloquant (K01 à K14) est rompu.

    Parameters
    ----------
    x, tol
        Comme :func:`controler_liasse`, une seule entreprise.

    Raises
    ------
    ErreurEquilibre
        Le premier contrôle rompu : son code, les deux côtés, l'écart (``gauche``, ``droite``, ``ecart``,
        ``tolerance``).

    Warns
    -----
    AvertissementDonnees
        Aucun contrôle bloquant n'est vérifiable.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> exiger_equilibre(martin())
    """
    if isinstance(x, pd.DataFrame):
        raise ErreurDonnees("exiger_equilibre lit une liasse à la fois : pour une table, utilisez controler_table.")
    controles = controler_liasse(x, tol=tol)
    bloquants = controles[controles["gravite"] == BLOQUANT]
    rompus = bloquants[(~bloquants["ok"]).fillna(False).astype(bool)]
    if len(rompus):
        raise _erreur(rompus.iloc[0])
    if bloquants["ok"].isna().all():
        message = "Aucun contrôle d'équilibre n'a pu être fait : la liasse n'a ni totaux ni lignes à comparer."
        warnings.warn(message, AvertissementDonnees, stacklevel=2)


def _erreur(rompu: pd.Series) -> ErreurEquilibre:
    nom = f"{rompu['controle']} {rompu['volet']}".strip()
    return ErreurEquilibre(
        f"Contrôle {nom} rompu ({rompu['libelle']}) : {euros(rompu['gauche'])} d'un côté, {euros(rompu['droite'])} de "
        f"l'autre, soit un écart de {euros(rompu['ecart'])} ; vérifiez les cases {rompu['codes']}.",
        gauche=float(rompu["gauche"]),
        droite=float(rompu["droite"]),
        tolerance=float(rompu["tolerance"]),
    )


def _verifier_tolerance(tol: float | None) -> None:
    if tol is not None and not tol >= 0:
        raise ErreurDonnees(f"La tolérance vaut {tol} : donnez un montant en euros, 0 ou plus.")


def _exercice(x: Any, n1: Any, apports: float | None, prelevements: float | None) -> Exercice:
    """What the controls know of one company."""
    if isinstance(x, Liasse) and isinstance(n1, Liasse) and x.siren and n1.siren and x.siren != n1.siren:
        raise ErreurDonnees(
            f"L'exercice précédent est celui de l'entreprise {n1.siren} et non de {x.siren} : donnez les deux liasses "
            "de la même entreprise."
        )
    postes = Postes(x)
    duree = float(duree_mois(postes))
    ecoules = _mois_de_cloture(postes) - (np.nan if n1 is None else _mois_de_cloture(Postes(n1)))
    # Dates that do not touch make the two years impossible to compare; unknown dates are taken on trust.
    suivi = n1 is not None and (np.isnan(ecoules) or ecoules == duree)
    return Exercice(
        cases=_cases(x),
        precedent=_cases(n1) if suivi else None,
        imprime=x.valeurs_n1 if isinstance(x, Liasse) else None,
        duree=np.array([duree]),
        mois_ecoules=np.array([ecoules]),
        formes=np.array([_forme(x.forme_juridique if isinstance(x, Liasse) else x.get("forme_juridique", ""))]),
        seuil_capital=_seuil(postes, SEUIL_CAPITAL),
        tva_plausible=_seuil(postes, TVA_PLAUSIBLE),
        apports=apports,
        prelevements=prelevements,
        rupture_pcg=suivi and bool(sous_pcg_2025(postes)) != bool(sous_pcg_2025(Postes(n1))),
    )


def _cases(x: Any) -> Cases:
    return Cases(x.valeurs if isinstance(x, Liasse) else x)


def _mois_de_cloture(postes: Postes) -> float:
    """Rank of the month of closing, NaN where the date is unknown."""
    jours = clotures(postes)
    return float("nan") if jours is None else float(jours.jours[0].astype("datetime64[M]").astype("int64"))


def _exercices(table: pd.DataFrame) -> Exercice:
    """What the controls know of a table; the year before is another row of it."""
    suivies = isinstance(table.index, pd.MultiIndex) and set(INDEX) <= set(table.index.names)
    duree = np.full(len(table), float(MOIS_PAR_AN))
    if DUREE in table:
        duree = table[DUREE].to_numpy(dtype="float64", na_value=MOIS_PAR_AN)
    formes = np.full(len(table), "")
    if "forme_juridique" in table:
        formes = np.array([_forme(forme) for forme in table["forme_juridique"].unique()])[
            pd.factorize(table["forme_juridique"], use_na_sentinel=False)[0]
        ]
    lues = [nom for nom in (*_CODES_N1, DUREE) if nom in table]
    return Exercice(
        cases=Cases(table),
        precedent=Cases(exercice_precedent(table[lues])) if suivies and len(table) else None,
        imprime=None,
        duree=duree,
        mois_ecoules=_mois_ecoules(table.index) if suivies else np.full(len(table), np.nan),
        formes=formes,
        seuil_capital=_seuil(Postes(table), SEUIL_CAPITAL),
        tva_plausible=_seuil(Postes(table), TVA_PLAUSIBLE),
    )


def _mois_ecoules(index: pd.MultiIndex) -> np.ndarray:
    """Months since the closing before, in the order of the index; NaN for the first year of a company."""
    jours = pd.to_datetime(index.get_level_values(CLOTURE))
    mois = pd.Series(jours.year * MOIS_PAR_AN + jours.month, dtype="float64")
    ordre = np.lexsort((jours, pd.factorize(index.get_level_values(SIREN))[0]))
    tries = mois.iloc[ordre]
    entreprises = index.get_level_values(SIREN)[ordre]
    return tries.groupby(entreprises.to_numpy()).diff().sort_index().to_numpy()


def _forme(forme: object) -> str:
    return "" if forme is None or forme != forme else str(forme).strip().upper()


def _seuil(postes: Postes, nom: str) -> float | np.ndarray:
    """NaN (control not possible) before the first date of the parameter."""
    try:
        return parametre_a_la_cloture(postes, nom)
    except ErreurParametre:
        return float("nan")


def _mesures(exercice: Exercice, tol: float | None) -> list[Mesure]:
    lineaires = [_mesurer_identite(identite, exercice.cases, tol) for identite in IDENTITES]
    return lineaires + [controle(exercice, tol) for controle in CONTROLES_ANNUELS]


def _mesurer_identite(identite: Identite, cases: Cases, tol: float | None) -> Mesure:
    verifiable = np.logical_and.reduce([cases.present(code) for code in identite.exiges])
    gauche, droite = cases.somme(identite.gauche), cases.somme(identite.droite)
    motif = f"il manque {' ou '.join(identite.exiges)}"
    if identite.au_moins_une:
        # An empty section of the form adds up to a total of zero; a total alone has nothing to be compared with.
        verifiable = verifiable & (cases.au_moins_un(code for _, code in identite.droite) | (gauche == 0))
        motif += ", ou toutes les lignes du total"
    tolerance = tolerance_arrondi(len(identite.droite)) if tol is None else tol
    return mesurer(identite, gauche, droite, verifiable, tolerance=tolerance, motif=motif, plafond=identite.plafond)


def _assembler(mesures: list[Mesure], index: pd.Index, *, tout: bool) -> pd.DataFrame:
    """One row a company and a control, in the order of the companies."""
    lignes = [np.arange(len(index)) if tout else np.flatnonzero(mesure.rompu) for mesure in mesures]
    rangs = np.repeat(np.arange(len(mesures)), [len(gardees) for gardees in lignes])
    positions = np.concatenate(lignes)
    ordre = np.lexsort((rangs, positions))
    rangs, positions = rangs[ordre], positions[ordre]

    def empiler(valeurs: Iterable[np.ndarray]) -> np.ndarray:
        return np.concatenate([valeur[gardees] for valeur, gardees in zip(valeurs, lignes, strict=True)])[ordre]

    def repeter(textes: Iterable[str]) -> pd.Categorical:
        codes, categories = pd.factorize(np.array(list(textes), dtype=object))
        return pd.Categorical.from_codes(codes[rangs], categories=categories)

    controles = [mesure.controle for mesure in mesures]
    verifiables = empiler([mesure.verifiable for mesure in mesures])
    rompus = empiler([mesure.rompu for mesure in mesures])
    return pd.DataFrame(
        {
            "controle": repeter(controle.controle for controle in controles),
            "volet": repeter(controle.volet for controle in controles),
            "libelle": repeter(controle.libelle for controle in controles),
            "gauche": empiler([mesure.gauche for mesure in mesures]),
            "droite": empiler([mesure.droite for mesure in mesures]),
            "ecart": empiler([mesure.ecart for mesure in mesures]),
            "tolerance": np.array([mesure.tolerance for mesure in mesures])[rangs],
            "ok": pd.arrays.BooleanArray(~rompus, ~verifiables),
            "gravite": repeter(controle.gravite for controle in controles),
            "codes": repeter(", ".join(controle.codes) for controle in controles),
            "detail": pd.Categorical(empiler([_detail(mesure) for mesure in mesures])),
        },
        index=index[positions],
    )


def _detail(mesure: Mesure) -> np.ndarray:
    detail = np.full(len(mesure.ecart), "", dtype=object)
    rompu = mesure.rompu
    if mesure.detail is not None:
        detail[rompu] = mesure.detail[rompu]
    detail[~mesure.verifiable] = f"non vérifiable : {mesure.motif}"
    return detail
