"""Passage du PCG 2014 au PCG 2025 : comptes de cession et de subvention, pro forma, rupture de série."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.exercices import CLOTURE, PCG_2025, SIREN, sous_pcg_2025
from rncp_utils.entreprise.codes import COMPTES
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.postes import Entreprises, Masque, Postes, Valeur
from rncp_utils.entreprise.regimes import EXCEPTIONNEL
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

COMPTES_2014 = ("c675", "c775", "c777")
COMPTES_2025 = ("c747", "c757", "c657", "c767", "c667")


@dataclass(frozen=True)
class ComptesDetail:
    """Accounts of disposals and of investment grants, 0 where unknown; those of the other PCG are 0.

    ``inconnus``: rows where a box that could hold one of them is filled, and no account is given.
    ``cession_inconnue``: rows of which neither a selling price nor a book value is known.
    ``pcg_2025``: rows kept under the PCG 2025. ``presente_2025``: its accounts are given.
    """

    montants: Mapping[str, Valeur]
    inconnus: Masque
    cession_inconnue: Masque
    pcg_2025: Masque
    presente_2025: bool

    def __getitem__(self, compte: str) -> Valeur:
        return self.montants[compte]

    @property
    def produits_cessions(self) -> Valeur:
        """Selling prices of the assets sold, in euros."""
        return self["c775"] + self["c757"] + self["c767"]

    @property
    def valeurs_comptables(self) -> Valeur:
        """Net book values of the assets sold, in euros."""
        return self["c675"] + self["c657"] + self["c667"]

    @property
    def quote_part_subventions(self) -> Valeur:
        """Share of investment grants taken to the result, in euros."""
        return self["c777"] + self["c747"]


def lire_comptes(p: Postes, referentiel: str | None, fournis: Mapping[str, Any]) -> ComptesDetail:
    """Detail accounts given as arguments or as columns; refuses those that the PCG of the year does not have."""
    etrangers = sorted(set(fournis) - set(COMPTES))
    if etrangers:
        raise ErreurDonnees(f"Argument {', '.join(etrangers)} inconnu : les comptes admis sont {', '.join(COMPTES)}.")
    pcg_2025 = sous_pcg_2025(p, referentiel)
    montants: dict[str, Valeur] = {}
    absents: dict[str, Masque] = {}
    for compte in COMPTES:
        montants[compte], absents[compte] = p.complement(compte, fournis.get(compte))
        if absents[compte] is True:
            continue
        numero = compte[1:]
        p.refuser(montants[compte] < 0, f"compte {numero} négatif")
        if compte in COMPTES_2014:
            p.refuser((montants[compte] != 0) & pcg_2025, f"compte {numero} supprimé par le PCG 2025")
        elif referentiel is not None:
            # Without a stated PCG these accounts tell an early adoption, or a pro forma.
            p.refuser((montants[compte] != 0) & np.logical_not(pcg_2025), f"compte {numero} absent du PCG 2014")
    cession = _et(*(absents[compte] for compte in COMPTES if compte not in ("c777", "c747")))
    inconnus = _inconnus(p, absents, pcg_2025)
    presente_2025 = referentiel == PCG_2025 or any(compte in p or compte in fournis for compte in COMPTES_2025)
    return ComptesDetail(montants, inconnus, cession, pcg_2025, presente_2025)


def _inconnus(p: Postes, absents: Mapping[str, Masque], pcg_2025: Masque) -> Masque:
    """Rows whose accounts are unknown although a box that holds them is filled."""
    sans_2025 = _et(*(absents[compte] for compte in COMPTES_2025))
    sans_2014 = _et(*(absents[compte] for compte in COMPTES_2014)) & sans_2025
    inconnus: Masque = False
    if np.any(sans_2014 & np.logical_not(pcg_2025)):
        # The simplified forms have one box of exceptional income and one of expenses, converted to HA and HE.
        remplis = (p.get("HB") != 0) | (p.get("HF") != 0) | p.conversion.get(EXCEPTIONNEL, False)
        inconnus = sans_2014 & np.logical_not(pcg_2025) & remplis
    if np.any(sans_2025 & pcg_2025):
        inconnus |= sans_2025 & pcg_2025 & ((p.get("FO") != 0) | (p.get("FQ") != 0) | (p.get("GE") != 0))
    return inconnus


def _et(*masques: Masque) -> Masque:
    if any(masque is False for masque in masques):
        return False
    tableaux = [masque for masque in masques if masque is not True]
    return np.logical_and.reduce(tableaux) if tableaux else True


def reclasser_vers_2025(
    x: Entreprises, *, c775: Any = None, c675: Any = None, c777: Any = None, financieres: bool = False
) -> Entreprises:
    """Réécrire des comptes tenus au PCG 2014 comme le PCG 2025 les présenterait (pro forma).

    Les cessions et la quote-part de subventions quittent le résultat exceptionnel : 775 → 757 (case FQ), 675 → 657
    (case GE), 777 → 747 (case FO) ; pour des immobilisations financières, 775 → 767 et 675 → 667 (cases GP et GU).
    Convention de cours : les transferts de charges (A1), que le PCG 2025 supprime, passent de FP à FQ. Le résultat
    net ne change pas ; l'excédent brut d'exploitation non plus, puisque le compte 747 n'y entre pas.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Comptes par codes du régime normal. Non modifié.
    c775, c675, c777 : float, array ou Series, en euros
        Montants des comptes, positifs ; par défaut ceux de ``x``.
    financieres : bool
        Vrai si les immobilisations cédées sont financières.

    Returns
    -------
    Même type que ``x``, avec les comptes c747, c757, c657 (ou c767, c667), et sans les comptes 775, 675 et 777.

    Source : règlement ANC 2022-06, lu de source secondaire, à vérifier (23 novembre 2026).

    >>> from rncp_utils.entreprise.exemples import martin
    >>> proforma = reclasser_vers_2025(martin())
    >>> proforma["GG"], proforma["HI"], proforma["HN"]
    (58000.0, -200.0, 41000)
    """
    p = Postes(x)
    fournis = {"c775": c775, "c675": c675, "c777": c777}
    prix, valeur_nette, subvention = (p.complement(compte, fourni)[0] for compte, fourni in fournis.items())
    produits, charges = ("c767", "c667") if financieres else ("c757", "c657")
    ecarts = _deplacements(p, prix, valeur_nette, subvention, financieres=financieres)
    changements = {code: p.get(code) + ecart for code, ecart in ecarts.items() if code in p or np.any(ecart)}
    changements |= {"c747": subvention, produits: prix, charges: valeur_nette}
    changements |= {compte: 0.0 for compte in COMPTES_2014 if compte in p}
    if isinstance(x, Liasse):
        return x.avec(**changements)
    if isinstance(x, pd.DataFrame):
        return x.assign(**changements)
    return pd.Series({**x, **changements}) if isinstance(x, pd.Series) else {**x, **changements}


def _deplacements(
    p: Postes, prix: Valeur, valeur_nette: Valeur, subvention: Valeur, *, financieres: bool
) -> dict[str, Valeur]:
    """What each box gains, totals and balances included."""
    transferts = p.get("A1")
    exploitation, financier = (0.0, 1.0) if financieres else (1.0, 0.0)
    cession = prix - valeur_nette
    return {
        "FO": subvention,
        "FP": -transferts,
        "FQ": transferts + exploitation * prix,
        "A1": -transferts,
        "GE": exploitation * valeur_nette,
        "FR": subvention + exploitation * prix,
        "GF": exploitation * valeur_nette,
        "GG": subvention + exploitation * cession,
        "GO": financier * prix,
        "GP": financier * prix,
        "GT": financier * valeur_nette,
        "GU": financier * valeur_nette,
        "GV": financier * cession,
        "GW": subvention + cession,
        "HB": -prix - subvention,
        "HD": -prix - subvention,
        "HF": -valeur_nette,
        "HH": -valeur_nette,
        "HI": -cession - subvention,
    }


def rupture_pcg(table: pd.DataFrame) -> pd.Series:
    """Exercices dont le plan comptable diffère de celui de l'exercice précédent de la même entreprise dans la table.

    Une évolution calculée à travers une rupture compare des soldes de contenus différents : passez d'abord l'exercice
    ancien par :func:`reclasser_vers_2025`.

    Parameters
    ----------
    table : DataFrame
        Index (siren, date_cloture) ; la colonne ``duree_mois`` (12 par défaut) donne le jour d'ouverture.

    Returns
    -------
    Series de bool, de même index.
    """
    if not isinstance(table.index, pd.MultiIndex) or not {SIREN, CLOTURE} <= set(table.index.names):
        raise ErreurSchema("La table n'a pas l'index (siren, date_cloture) : donnez-le avec set_index.")
    nouveaux = pd.Series(np.broadcast_to(sous_pcg_2025(Postes(table)), len(table)), index=table.index)
    precedents = nouveaux.astype("float64").sort_index(level=[SIREN, CLOTURE]).groupby(level=SIREN).shift(1)
    precedents = precedents.reindex(table.index)
    return (precedents.notna() & (precedents != nouveaux)).rename("rupture_pcg")
