"""Bilan fonctionnel (FRNG, BFR, trésorerie nette) et bilan financier (liquidité, actif net corrigé)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur, calculer, selon, tolerance_arrondi
from rncp_utils.entreprise.regimes import vers_codes_normaux

CENTIME = 0.005
# Lines of the balance sheet between the two sides of FRNG = BFR + TN.
LIGNES = 40
BZ_EN_EXPLOITATION = (
    "Répartition des autres créances (BZ) inconnue : toutes en exploitation, faute de bz_hors_exploitation."
)


@dataclass(frozen=True)
class OptionsBilan:
    """Conventions of a functional balance sheet; the defaults are the course's."""

    credit_bail: tuple[Any, Any] | None = None
    cca_stables: bool = True
    vmp_hors_treso: bool = False
    bz_hors_exploitation: Any = None


def masses_fonctionnelles(p: Postes, options: OptionsBilan) -> dict[str, Valeur]:
    """Masses of the functional balance sheet, in euros, gross; no check of the identity."""
    valeur_cb, amortissements_cb = _credit_bail(p, options.credit_bail)
    comptes_courants = 0.0 if options.cca_stables else p.get("VI")
    placements = p.get("CD") if options.vmp_hors_treso else 0.0
    bz_hors_exploitation = _bz_hors_exploitation(p, options.bz_hors_exploitation)
    # 1A, the total of the depreciation column, is the sum of these two: no other line of the form has one.
    amortissements = p.somme("BK", "CK")

    emplois_stables = p["BJ"] + valeur_cb
    ressources_propres = p["DL"] + p.somme("DO", "DR") + amortissements + amortissements_cb - p.somme("AA", "CW")
    emprunts = p.somme("DS", "DT", "DU") - p.get("EH")
    dettes_financieres_stables = emprunts + p.get("DV") - comptes_courants - p.get("CM") + valeur_cb - amortissements_cb
    frng = ressources_propres + dettes_financieres_stables - emplois_stables

    stocks = p.somme("BL", "BN", "BP", "BR", "BT")
    creances = p.somme("BV", "BX", "BZ", "CH", "YS") - bz_hors_exploitation
    ac_exploitation = stocks + creances
    dettes_exploitation = p.somme("DW", "DX", "DY", "EB") - p.get("8E")
    bfre = ac_exploitation - dettes_exploitation

    ac_hors_exploitation = p.somme("CB", "CN") + bz_hors_exploitation + placements
    dettes_hors_exploitation = p.somme("8E", "DZ", "EA", "ED") + comptes_courants
    bfrhe = ac_hors_exploitation - dettes_hors_exploitation

    return {
        "emplois_stables": emplois_stables,
        "ressources_propres": ressources_propres,
        "dettes_financieres_stables": dettes_financieres_stables,
        "ressources_stables": ressources_propres + dettes_financieres_stables,
        "frng": frng,
        "ac_exploitation": ac_exploitation,
        "dettes_exploitation": dettes_exploitation,
        "bfre": bfre,
        "ac_hors_exploitation": ac_hors_exploitation,
        "dettes_hors_exploitation": dettes_hors_exploitation,
        "bfrhe": bfrhe,
        "bfr": bfre + bfrhe,
        "tresorerie_active": p.somme("CF", "CD") - placements,
        "tresorerie_passive": p.somme("EH", "YS"),
        "tresorerie_nette": p.somme("CF", "CD") - placements - p.somme("EH", "YS"),
    }


def _credit_bail(p: Postes, credit_bail: tuple[Any, Any] | None) -> tuple[Valeur, Valeur]:
    if credit_bail is None:
        return 0.0, 0.0
    valeur, valeur_inconnue = p.complement("valeur du bien en crédit-bail", credit_bail[0])
    amortissements, amortissements_inconnus = p.complement("amortissements du bien en crédit-bail", credit_bail[1])
    p.refuser(valeur_inconnue | amortissements_inconnus, "bien en crédit-bail incomplet")
    p.refuser((amortissements < 0) | (amortissements > valeur), "amortissements du crédit-bail hors de 0 à la valeur")
    return valeur, amortissements


def _bz_hors_exploitation(p: Postes, fourni: Any) -> Valeur:
    autres_creances = p.get("BZ")
    montant, inconnu = p.complement("bz_hors_exploitation", fourni)
    if np.any(inconnu & (autres_creances != 0)):
        p.avertir(BZ_EN_EXPLOITATION)
    p.refuser(montant < 0, "bz_hors_exploitation négatif")
    p.refuser((montant > autres_creances) & (montant > 0), "bz_hors_exploitation supérieur aux autres créances")
    return montant


def bilan_fonctionnel(
    x: Entreprises,
    *,
    credit_bail: tuple[Any, Any] | None = None,
    cca_stables: bool = True,
    vmp_hors_treso: bool = False,
    bz_hors_exploitation: Any = None,
    tolerance: float | None = None,
) -> pd.Series | pd.DataFrame:
    """Bilan fonctionnel : emplois et ressources stables, besoin en fonds de roulement, trésorerie nette.

    ``frng = ressources_propres + dettes_financieres_stables - emplois_stables`` ; ``bfr = bfre + bfrhe`` ;
    ``tresorerie_nette = CF + CD - EH - YS``. L'identité ``frng = bfr + tresorerie_nette`` est contrôlée au centime.
    L'actif est en valeurs brutes ; amortissements, dépréciations et provisions sont des ressources propres.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Bilan par codes (2050-2051, ou 2033-A convertis), en euros. ``BJ`` et ``DL`` sont exigés.
    credit_bail : (valeur d'origine, amortissements cumulés), optional
        Retraite un bien loué en immobilisation, ressource propre et dette ; le FRNG ne change pas.
    cca_stables : bool
        Comptes courants d'associés (DV) parmi les dettes stables ; sinon leur montant VI passe hors exploitation.
        Convention de cours.
    vmp_hors_treso : bool
        Compter les valeurs mobilières (CD) hors exploitation et non en trésorerie.
    bz_hors_exploitation : float, array ou Series, en euros
        Part hors exploitation des autres créances (2057) ; par défaut 0, avec un avertissement. Convention de cours.
    tolerance : float
        Écart admis, en euros. Par défaut, un écart supérieur au centime est signalé, et refusé s'il dépasse ce que
        l'arrondi des lignes explique.

    Returns
    -------
    Series ou DataFrame
        Masses et soldes en euros. Les écarts de conversion (CN, ED) sont dans le BFR hors exploitation, les effets
        escomptés non échus (YS) dans les créances et la trésorerie passive.

    Raises
    ------
    ErreurEquilibre
        Une entreprise : le bilan n'est pas équilibré, ou un total ne fait pas la somme de ses lignes. Dans une table,
        la ligne est NaN avec son motif.

    Source : PCG et Centrale de bilans, de mémoire, à vérifier (23 novembre 2026).

    >>> from rncp_utils.entreprise.exemples import martin
    >>> bilan_fonctionnel(martin(), bz_hors_exploitation=0)[["frng", "bfr", "tresorerie_nette"]].tolist()
    [105500.0, 96500.0, 9000.0]
    """
    options = OptionsBilan(credit_bail, cca_stables, vmp_hors_treso, bz_hors_exploitation)

    def formule(p: Postes) -> dict[str, Valeur]:
        p.exiger("BJ", "DL")
        masses = masses_fonctionnelles(p, options)
        controler_identite(p, masses, tolerance)
        return masses

    return calculer(vers_codes_normaux(x), formule)


def controler_identite(p: Postes, masses: dict[str, Valeur], tolerance: float | None = None) -> None:
    """FRNG = BFR + TN: gaps beyond ``tolerance`` are refused, those beyond a cent are told."""
    frng, somme = masses["frng"], masses["bfr"] + masses["tresorerie_nette"]
    admis = tolerance_arrondi(LIGNES) if tolerance is None else tolerance
    p.controler_egalite(frng, somme, "le FRNG", "BFR + trésorerie nette", admis)
    p.signaler(abs(frng - somme) > CENTIME, "FRNG et BFR + trésorerie nette diffèrent d'un arrondi", bloquant=False)


def bilan_financier(
    x: Entreprises,
    *,
    dettes_plus_un_an: Any = None,
    creances_plus_un_an: Any = None,
    immobilisations_moins_un_an: Any = None,
    plus_values_latentes: Any = None,
) -> pd.Series | pd.DataFrame:
    """Bilan financier (patrimonial) : valeurs nettes, classées à plus et à moins d'un an, sans l'actif fictif.

    ``actif_net_corrige = DL - actif_fictif + plus_values_latentes`` ; ``fonds_roulement_liquidite = capitaux_permanents
    - actif_plus_un_an``, égal à l'actif à moins d'un an moins les dettes à moins d'un an. Actif fictif : capital non
    appelé (AA), frais d'établissement nets (AB - AC), frais à étaler (CW), primes de remboursement (CM).

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Bilan par codes, en euros. ``BJ``, ``CJ``, ``DL`` et ``EC`` sont exigés.
    dettes_plus_un_an : float, array ou Series, en euros
        Par défaut EC - EG (2057) ; sans EG, les dettes financières stables, avec un motif.
    creances_plus_un_an, immobilisations_moins_un_an : float, array ou Series, en euros
        Par défaut les renvois CR et CP.
    plus_values_latentes : float, array ou Series, en euros
        Écart entre valeur d'expertise et valeur nette des immobilisations (0 par défaut, négatif admis).

    Returns
    -------
    Series ou DataFrame
        actif_fictif, actif_net_corrige, capitaux_permanents, actif_plus_un_an, actif_moins_un_an, dettes_plus_un_an,
        dettes_moins_un_an, fonds_roulement_liquidite, en euros. Convention de cours pour le classement.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> bilan_financier(martin(), dettes_plus_un_an=100_000)["fonds_roulement_liquidite"]
    np.float64(56000.0)
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        p.exiger("BJ", "CJ", "DL", "EC")
        return _masses_financieres(
            p,
            dettes_longues=_dettes_plus_un_an(p, dettes_plus_un_an),
            creances_longues=p.complement("CR", creances_plus_un_an)[0],
            immobilisations_courtes=p.complement("CP", immobilisations_moins_un_an)[0],
            plus_values=p.complement("plus_values_latentes", plus_values_latentes)[0],
        )

    return calculer(vers_codes_normaux(x), formule)


def _masses_financieres(
    p: Postes, *, dettes_longues: Valeur, creances_longues: Valeur, immobilisations_courtes: Valeur, plus_values: Valeur
) -> dict[str, Valeur]:
    frais_etablissement = p.get("AB") - p.get("AC")
    actif_fictif = p.somme("AA", "CW", "CM") + frais_etablissement
    actif_net_corrige = p["DL"] - actif_fictif + plus_values
    capitaux_permanents = actif_net_corrige + p.somme("DO", "DR") + dettes_longues
    immobilisations_nettes = p["BJ"] - p.get("BK") - frais_etablissement + plus_values
    actif_plus_un_an = immobilisations_nettes - immobilisations_courtes + creances_longues
    actif_moins_un_an = p["CJ"] - p.get("CK") + p.get("CN") - creances_longues + immobilisations_courtes
    dettes_moins_un_an = p["EC"] + p.get("ED") - dettes_longues
    fonds_roulement = capitaux_permanents - actif_plus_un_an
    par_le_bas = actif_moins_un_an - dettes_moins_un_an
    p.controler_egalite(
        fonds_roulement, par_le_bas, "le fonds de roulement", "sa valeur par le bas du bilan", tolerance_arrondi(LIGNES)
    )
    return {
        "actif_fictif": actif_fictif,
        "actif_net_corrige": actif_net_corrige,
        "capitaux_permanents": capitaux_permanents,
        "actif_plus_un_an": actif_plus_un_an,
        "actif_moins_un_an": actif_moins_un_an,
        "dettes_plus_un_an": dettes_longues,
        "dettes_moins_un_an": dettes_moins_un_an,
        "fonds_roulement_liquidite": fonds_roulement,
    }


def _dettes_plus_un_an(p: Postes, fournies: Any) -> Valeur:
    dettes, inconnues = p.complement("dettes_plus_un_an", fournies)
    if inconnues is not False:
        a_moins_un_an, eg_inconnu = p.complement("EG")
        stables = p.somme("DS", "DT", "DU", "DV") - p.get("EH")
        defaut = selon(eg_inconnu, stables, p["EC"] - a_moins_un_an)
        p.douter(inconnues & eg_inconnu, "échéances des dettes inconnues : dettes financières stables à plus d'un an")
        dettes = selon(inconnues, defaut, dettes)
    p.refuser((dettes < 0) | (dettes > p["EC"]), "dettes à plus d'un an hors de 0 au total des dettes")
    return dettes
