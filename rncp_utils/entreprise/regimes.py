"""Du régime simplifié (2033-A, 2033-B) aux codes du régime normal : toute l'analyse n'a qu'une écriture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.codes import BNC, COMPTES, NORMAL, SIMPLIFIE, codes_connus, passage
from rncp_utils.entreprise.controles.cases import Cases
from rncp_utils.entreprise.controles.identites import SOLDES, SOMMES, termes
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.postes import CONVERSION, Entreprises, Postes
from rncp_utils.erreurs import ErreurDonnees

# What each deduced total needs; the others need one of their terms.
_EXIGES = {"GG": ("FR", "GF"), "GW": ("GG",), "HN": ("GW",), "HL": ("FR",), "HM": ("GF",)}

_REPRISES = f"{CONVERSION}reprises (FP) inconnues, comptées pour 0 et comprises dans les autres produits (FQ)"
_FISCALES = f"{CONVERSION}dettes fiscales et sociales (DY) inconnues, comptées pour 0 et comprises dans EA"
_ASSOCIES = f"{CONVERSION}comptes courants d'associés (169) non renseignés, comptés pour 0 (DV)"
_EXCESSIF = f"{CONVERSION}les comptes courants d'associés (169) dépassent les autres dettes (172), EA est négatif"
_DECOUVERT = f"{CONVERSION}concours bancaires courants (EH) inconnus, compris dans les emprunts (DU)"
_DOTATIONS = f"{CONVERSION}toutes les dotations aux provisions (256) sont en GD"
EXCEPTIONNEL = f"{CONVERSION}produits et charges exceptionnels (290, 300) tous en HA et HE, cessions comprises"


class _Valeurs(dict[str, float]):
    """Converted boxes of a mapping, with what could not be told apart."""

    avertissements: tuple[str, ...] = ()


def vers_codes_normaux(x: Entreprises) -> Entreprises:
    """Réécrire une liasse du régime simplifié, ou une table de telles liasses, avec les codes du régime normal.

    Chaque case de la 2033 va dans la case normale de même sens (``210`` → ``FC``, ``242`` → ``FW``…) ; les autres
    dettes sont partagées entre comptes courants d'associés et reste : ``DV = 169``, ``EA = 172 - 169``. Les totaux et
    soldes que la 2033 n'a pas, ou laisse vides, sont calculés (``FL = FC + FF + FI``, ``GW = GG + GP - GU``…). Ce que
    le formulaire simplifié ne distingue pas n'est pas deviné : il est compté pour 0 et signalé.

    Convention de cours : une ligne simplifiée qui couvre plusieurs lignes normales va dans la plus générale
    (``014`` → ``AJ``, ``028`` → ``AT``, ``040`` → ``BH``, ``280`` → ``GL``).

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Codes des 2033-A et 2033-B, en euros, index (siren, date_cloture) pour une table. Non modifié. Des comptes déjà
        en codes normaux sont rendus tels quels ; une table peut mêler les deux, dits par sa colonne ``regime``.

    Returns
    -------
    Même type que ``x``. Une Liasse garde ce qui n'a pu être distingué dans ``avertissements`` (de même un
    mapping), une Series dans ``attrs["motifs"]``, une table dans la colonne ``motif`` ; les analyses le reprennent.

    Raises
    ------
    ErreurDonnees
        Une déclaration 2035 (BNC), ou une table qui mêle les régimes sans le dire dans sa colonne ``regime``.

    Source : notice des 2033 ; formules publiées des ratios BCE / INPI pour le chiffre d'affaires (210 + 214 + 218).

    >>> from rncp_utils.entreprise.exemples import fournil
    >>> normale = vers_codes_normaux(fournil())
    >>> normale["FL"], normale["GW"], normale["HN"]
    (350000, 60000, 60500)
    """
    if melange_de_regimes(x):
        return par_regime(x, vers_codes_normaux)
    if not est_simplifie(x):
        return x
    if isinstance(x, pd.DataFrame):
        return _table(x)
    valeurs, motifs = _une_entreprise(x.valeurs if isinstance(x, Liasse) else x)
    if isinstance(x, Liasse):
        anterieures = None if x.valeurs_n1 is None else _une_entreprise(x.valeurs_n1)[0]
        avertissements = (*x.avertissements, *motifs)
        return replace(x, regime=NORMAL, valeurs=valeurs, valeurs_n1=anterieures, avertissements=avertissements)
    valeurs |= {code: valeur for code, valeur in x.items() if code not in codes_connus(SIMPLIFIE)}
    if "regime" in valeurs:
        valeurs["regime"] = NORMAL
    if not isinstance(x, pd.Series):
        converties = _Valeurs(valeurs)
        converties.avertissements = motifs
        return converties
    serie = pd.Series(valeurs, name=x.name)
    serie.attrs["motifs"] = motifs
    return serie


def postes_normaux(x: Entreprises) -> Postes:
    """Boxes by normal codes, whatever the régime of the forms; a 2035 is refused, it knows no double entry."""
    return Postes(vers_codes_normaux(x))


def melange_de_regimes(x: Entreprises) -> bool:
    """Whether a table tells, in its column ``regime``, that it holds both normal and simplified forms."""
    return isinstance(x, pd.DataFrame) and _regimes_dits(x) == {NORMAL, SIMPLIFIE}


def par_regime(table: pd.DataFrame, fonction: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Apply ``fonction`` to the rows of each régime of a mixed table; results come back in the order of the table."""
    simplifiees = (table["regime"] == SIMPLIFIE).to_numpy()
    parties = [fonction(table[masque]) for masque in (~simplifiees, simplifiees)]
    ordre = np.argsort(np.concatenate([np.flatnonzero(~simplifiees), np.flatnonzero(simplifiees)]))
    ensemble = pd.concat([p.astype({"motif": "str"}) if "motif" in p else p for p in parties]).iloc[ordre]
    if "motif" in ensemble:
        # Kept last, and a category, as in every table of results.
        ensemble = pd.concat(
            [ensemble.drop(columns="motif"), ensemble[["motif"]].astype({"motif": "category"})], axis=1
        )
    avertissements = [a for partie in parties for a in partie.attrs.get("avertissements", ())]
    ensemble.attrs["avertissements"] = tuple(dict.fromkeys(avertissements))
    return ensemble


def est_simplifie(x: Entreprises) -> bool:
    """Whether the codes are those of the 2033; a 2035, or a mix of régimes, is refused."""
    regimes = _regimes_dits(x)
    if regimes is None:
        codes = set(x.columns if isinstance(x, pd.DataFrame) else x.keys()) - set(COMPTES)
        regimes = {regime for regime in (NORMAL, SIMPLIFIE) if codes & codes_connus(regime)}
    if BNC in regimes:
        raise ErreurDonnees(
            "Une déclaration 2035 ne donne ni bilan ni soldes du plan comptable : analysez-la avec sig_bnc."
        )
    if len(regimes) > 1:
        raise ErreurDonnees(
            f"Les comptes mêlent les régimes {', '.join(sorted(regimes))} : séparez-les avant de convertir."
        )
    return regimes == {SIMPLIFIE}


def _regimes_dits(x: Entreprises) -> set[str] | None:
    """Régimes that the source tells, or None when only its codes do."""
    if isinstance(x, Liasse):
        return {x.regime}
    if "regime" not in x:
        return None
    return set(x["regime"].dropna().unique()) if isinstance(x, pd.DataFrame) else {x["regime"]}


def _une_entreprise(source: Any) -> tuple[dict[str, float], tuple[str, ...]]:
    colonnes, motifs = _convertir(Cases(source))
    valeurs = {code: float(colonne[0]) for code, colonne in colonnes.items() if not np.isnan(colonne[0])}
    propres = {code: int(valeur) if valeur.is_integer() else valeur for code, valeur in valeurs.items()}
    # Detail accounts of the ledger have the same names in both régimes.
    propres |= {compte: source[compte] for compte in COMPTES if compte in source}
    return propres, tuple(motif for ou, motif in motifs if ou.any())


def _table(table: pd.DataFrame) -> pd.DataFrame:
    colonnes, motifs = _convertir(Cases(table))
    postes = Postes(table)
    for ou, motif in motifs:
        postes.signaler(ou, motif, bloquant=False)
    convertie = postes.resultat(**colonnes)
    autres = [nom for nom in table if nom not in codes_connus(SIMPLIFIE) - set(COMPTES) and nom not in convertie]
    gardees = table[autres].assign(**({"regime": NORMAL} if "regime" in autres else {}))
    complete = pd.concat([convertie.drop(columns="motif"), gardees, convertie[["motif"]]], axis=1)
    complete.attrs = convertie.attrs
    return complete


def _convertir(cases: Cases) -> tuple[dict[str, np.ndarray], list[tuple[np.ndarray, str]]]:
    """Normal boxes (NaN where empty), and what could not be told apart, with the rows concerned."""
    colonnes = {
        normal: cases.brut(simplifie).copy()
        for normal, simplifie in passage().items()
        if cases.brut(simplifie) is not None
    }
    autres_dettes, associes = cases.valeur("172"), cases.valeur("169")
    signalements = [
        (cases.valeur("230") != 0, _REPRISES),
        (cases.valeur("256") != 0, _DOTATIONS),
        (autres_dettes != 0, _FISCALES),
        (cases.present("172") & (autres_dettes != 0) & ~cases.present("169"), _ASSOCIES),
        (associes > autres_dettes, _EXCESSIF),
        (cases.valeur("156") != 0, _DECOUVERT),
        ((cases.valeur("290") != 0) | (cases.valeur("300") != 0), EXCEPTIONNEL),
    ]
    if cases.brut("230") is not None:
        colonnes["FP"] = np.where(cases.present("230"), 0.0, np.nan)
    dettes = cases.au_moins_un(("172", "169"))
    if dettes.any():
        colonnes["DV"] = np.where(dettes, associes, np.nan)
        colonnes["EA"] = np.where(dettes, autres_dettes - associes, np.nan)
        colonnes["DY"] = np.where(dettes, 0.0, np.nan)
    signalements += _completer(colonnes, cases.lignes)
    return colonnes, [(np.broadcast_to(ou, cases.lignes), motif) for ou, motif in signalements]


def _completer(colonnes: dict[str, np.ndarray], lignes: int) -> Iterable[tuple[np.ndarray, str]]:
    """Fill in the totals that are missing; those that the simplified form asks for are told."""
    signalements = []
    for code, formule in (SOMMES | SOLDES).items():
        formes = [(signe, colonnes[terme]) for signe, terme in termes(formule) if terme in colonnes]
        presents = [~np.isnan(colonnes.get(exige, np.full(lignes, np.nan))) for exige in _EXIGES.get(code, ())]
        possible = np.logical_and.reduce(presents or [np.any([~np.isnan(c) for _, c in formes], axis=0)])
        actuel = colonnes.get(code, np.full(lignes, np.nan))
        manque = np.isnan(actuel) & possible
        if manque.any():
            total = sum((signe * np.nan_to_num(colonne) for signe, colonne in formes), np.zeros(lignes))
            colonnes[code] = np.where(manque, total, actuel)
            if code in passage():
                signalements.append((manque, f"{CONVERSION}total {passage()[code]} absent, calculé ({code})"))
    return signalements
