"""De la balance des comptes à la liasse : le plan comptable est une table, chaque compte va au plus long préfixe."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.exercices import PCG_2014, PCG_2025, referentiel_comptable
from rncp_utils.entreprise.codes import postes
from rncp_utils.entreprise.controles.identites import SOLDES, SOMMES, termes
from rncp_utils.entreprise.fec.valeurs import centimes
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.erreurs import ErreurDonnees, ErreurEquilibre, ErreurSchema
from rncp_utils.formats import euros

_SANS_COMPTE = ("total", "solde", "detail", "renvoi", "annexe")
_TOTAUX = {**SOMMES, "DO": "DM + DN", "DR": "DP + DQ", **SOLDES}
_ORPHELINS_MONTRES = 20
_NON_SOLDES = ("471", "472", "473", "474", "475", "58")


@dataclass(frozen=True)
class Affectation:
    """Where the accounts that begin with ``prefixe`` go.

    Attributes
    ----------
    referentiel : str
        ``PCG_2014`` or ``PCG_2025``; empty for both.
    debiteur, crediteur : str
        Box of an account whose balance is a debit, a credit; empty: the account does not exist in this plan.
    renvoi : str
        Footnote or detail account that gets the same amount; only for a debit (``D``) or a credit (``C``) if
        ``renvoi_si`` says so.
    """

    prefixe: str
    referentiel: str
    debiteur: str
    crediteur: str
    renvoi: str
    renvoi_si: str
    libelle: str


@cache
def plan_vers_liasse(referentiel: str) -> dict[str, Affectation]:
    """Assignments of a plan of accounts, by prefix."""
    fichier = files("rncp_utils.entreprise.fec").joinpath("plan_comptable", "plan_vers_liasse.csv")
    lignes = csv.DictReader(fichier.read_text(encoding="utf-8").splitlines(), delimiter=";")
    toutes = (Affectation(**ligne) for ligne in lignes)
    return {a.prefixe: a for a in toutes if a.referentiel in ("", referentiel)}


def liasse_depuis_balance(
    balance: pd.DataFrame,
    referentiel: str | None = None,
    *,
    siren: str = "",
    date_cloture: date | None = None,
    duree_mois: int = 12,
    forme_juridique: str = "",
    denomination: str = "",
) -> Liasse:
    """Établir la liasse (régime réel normal, 2050 à 2053) d'une balance avant clôture.

    Chaque compte va au poste du plus long préfixe connu du plan (``plan_comptable/plan_vers_liasse.csv``). Les comptes
    de tiers et de banque (40 à 47, 51) vont à l'actif s'ils sont débiteurs, au passif s'ils sont créditeurs, compte par
    compte, et auxiliaire par auxiliaire si la balance les détaille. Le résultat ``DI`` est celui du compte de résultat
    (``HN``) ; un compte 12 encore ouvert va au report à nouveau. Renvois et comptes de détail remplis : HP, HQ, A1, A2,
    EH, VA, VI, VW, YT, YU, 8D, 8E, c675, c775, c777 (PCG 2014) ou c657, c667, c747, c757, c767 (PCG 2025).

    Les montants sont arrondis à l'euro ; quand la somme des arrondis s'écarte de l'arrondi de la somme, les postes dont
    les centimes s'y prêtent le mieux sont arrondis dans l'autre sens (convention de cours), si bien que l'actif égale
    le passif et que chaque poste reste à moins d'un euro de sa valeur.

    Parameters
    ----------
    balance
        Colonnes ``compte`` et ``solde`` (débit − crédit, euros), au besoin ``auxiliaire``, ``libelle``, ``debit`` et
        ``credit`` : ce que rend :func:`balance`, de préférence avec ``auxiliaires=True``. Jamais modifiée.
    referentiel
        ``PCG_2014`` ou ``PCG_2025`` ; déduit du jour d'ouverture de l'exercice si la clôture est donnée.
    siren, date_cloture, duree_mois, forme_juridique, denomination
        Reportés sur la liasse.

    Raises
    ------
    ErreurSchema
        Colonne absente ; comptes de solde non nul qui n'ont pas de poste dans ce plan (les vingt premiers sont nommés).
    ErreurEquilibre
        Les soldes débiteurs ne sont pas égaux aux soldes créditeurs.
    ErreurDonnees
        Référentiel inconnu, ou balance après clôture (charges et produits soldés par le compte 12).

    Source : plan comptable général (classes 1 à 7) et formulaires 2050 à 2053 ; affectation du compte de résultat
    recoupée avec le rapport de l'OCA, cases du PCG 2025 à vérifier sur le formulaire (23 novembre 2026).

    Examples
    --------
    >>> from rncp_utils.entreprise import balance, fec_exemple, liasse_depuis_balance
    >>> liasse = liasse_depuis_balance(balance(fec_exemple(400), auxiliaires=True), "PCG_2014")
    >>> liasse["CO"] - liasse["1A"] == liasse["EE"], liasse["DI"] == liasse["HN"]
    (True, True)
    """
    referentiel = _referentiel(referentiel, date_cloture, duree_mois)
    comptes = _lire_balance(balance)
    _refuser_apres_cloture(balance, comptes)
    plan = plan_vers_liasse(referentiel)
    en_centimes, renvois = _repartir(comptes, plan)
    lignes = _arrondir(en_centimes)
    valeurs = _totaliser(lignes) | _arrondir_renvois(plan, renvois, en_centimes, lignes)
    return Liasse(
        valeurs=valeurs,
        siren=siren,
        date_cloture=date_cloture,
        duree_mois=duree_mois,
        forme_juridique=forme_juridique,
        denomination=denomination,
        source="balance",
        avertissements=tuple(_avertissements(balance, comptes)),
    )


def _referentiel(demande: str | None, date_cloture: date | None, duree_mois: int) -> str:
    if demande is None and date_cloture is not None:
        lendemain = pd.Timestamp(date_cloture + timedelta(days=1))
        return referentiel_comptable((lendemain - pd.DateOffset(months=duree_mois)).date())
    if demande not in (PCG_2014, PCG_2025):
        lu = f"« {demande} » inconnu" if demande else "absent"
        raise ErreurDonnees(f"Référentiel {lu} : choisissez {PCG_2014} ou {PCG_2025}, ou donnez la date de clôture.")
    return demande


def _lire_balance(balance: pd.DataFrame) -> pd.DataFrame:
    """Accounts, auxiliaries and balances in cents, one row each; those that come to zero are left out."""
    if absents := [colonne for colonne in ("compte", "solde") if colonne not in balance]:
        raise ErreurSchema(f"La balance n'a pas de colonne {', '.join(absents)} : attendu compte et solde.")
    comptes = pd.DataFrame(
        {
            "compte": balance["compte"].astype("str").str.strip().to_numpy(),
            "auxiliaire": balance["auxiliaire"].astype("str").to_numpy() if "auxiliaire" in balance else "",
            "solde": centimes(balance["solde"]),
        }
    )
    debiteurs, crediteurs = (comptes["solde"].clip(**borne).sum() for borne in ({"lower": 0}, {"upper": 0}))
    if debiteurs + crediteurs:
        gauche, droite = debiteurs / 100, -crediteurs / 100
        raise ErreurEquilibre(
            f"La balance n'est pas équilibrée : soldes débiteurs {euros(gauche, 2)}, créditeurs {euros(droite, 2)}, "
            f"écart {euros((debiteurs + crediteurs) / 100, 2)} ; contrôlez d'abord le FEC (F05, F06).",
            gauche=gauche,
            droite=droite,
        )
    comptes = comptes.groupby(["compte", "auxiliaire"], as_index=False)["solde"].sum()
    return comptes[comptes["solde"].ne(0)].reset_index(drop=True)


def _refuser_apres_cloture(balance: pd.DataFrame, comptes: pd.DataFrame) -> None:
    """Balances after the closing entries have nothing left in classes 6 and 7."""
    gestion = comptes["compte"].str[:1].isin(["6", "7"])
    mouvementes = balance["compte"].astype("str").str.strip().str[:1].isin(["6", "7"]).any()
    if mouvementes and not gestion.any() and comptes["compte"].str.startswith("12").any():
        raise ErreurDonnees(
            "Les charges et les produits sont soldés par le compte 12 : demandez la balance ou le FEC avant clôture."
        )


def _repartir(comptes: pd.DataFrame, plan: dict[str, Affectation]) -> tuple[dict[str, int], pd.DataFrame]:
    """Cents of each box, positive on its natural side, and the footnotes (code, box, cents)."""
    prefixes = _plus_longs_prefixes(comptes["compte"], plan)
    debiteur = comptes["solde"].gt(0)
    table = pd.DataFrame([vars(plan[prefixe]) for prefixe in plan]).set_index("prefixe")
    trouve = table.reindex(prefixes).reset_index(drop=True).fillna("")
    code = trouve["debiteur"].where(debiteur, trouve["crediteur"])
    if (orphelins := comptes["compte"][code.eq("")].unique()).size:
        reste = len(orphelins) - _ORPHELINS_MONTRES
        suite = f" et {reste} autres" if reste > 0 else ""
        raise ErreurSchema(
            f"Comptes sans poste de liasse : {', '.join(orphelins[:_ORPHELINS_MONTRES])}{suite} ; "
            "reclassez-les, ou vérifiez le référentiel comptable."
        )
    montant = comptes["solde"] * code.map(_SENS)
    renvoye = trouve["renvoi"].ne("") & trouve["renvoi_si"].isin(["", "D"]).where(debiteur, trouve["renvoi_si"].ne("D"))
    renvois = pd.DataFrame({"renvoi": trouve["renvoi"], "code": code, "montant": montant})[renvoye]
    return montant.groupby(code).sum().to_dict(), renvois


def _plus_longs_prefixes(comptes: pd.Series, plan: dict[str, Affectation]) -> pd.Series:
    trouves = pd.Series("", index=comptes.index, dtype="str")
    for longueur in range(1, max(map(len, plan)) + 1):
        debut = comptes.str[:longueur]
        trouves = trouves.where(~debut.isin(plan.keys()), debut)
    return trouves


def _sens_des_postes() -> dict[str, int]:
    """1 for the boxes that a debit increases, -1 for the others; lines only, no total."""
    sens: dict[str, int] = {}
    for poste in postes().values():
        if poste.famille in _SANS_COMPTE:
            continue
        debit = poste.colonne == "brut" or poste.famille.startswith("charges") or poste.famille == "repartition"
        sens[poste.code] = 1 if debit or poste.code == "GI" else -1
        if poste.amortissement:
            sens[poste.amortissement] = -1
    return sens


_SENS = _sens_des_postes()
_RESULTAT = "DI"
_FORMULAIRES = {
    code: poste.formulaire for poste in postes().values() for code in (poste.code, poste.amortissement) if code
}


def _arrondir(en_centimes: dict[str, int]) -> dict[str, int]:
    """Whole euros of every line: the income statement adds up to its rounded result, assets to liabilities."""
    gestion = [code for code in _SENS if _FORMULAIRES[code] in ("2052", "2053")]
    bilan = [code for code in _SENS if code not in gestion and code != _RESULTAT]
    # Positive when expenses exceed income.
    charges_nettes = _euro(sum(_SENS[code] * en_centimes.get(code, 0) for code in gestion))
    arrondis = _arrondir_ensemble({code: en_centimes.get(code, 0) for code in gestion}, charges_nettes)
    arrondis |= _arrondir_ensemble({code: en_centimes.get(code, 0) for code in bilan}, -charges_nettes)
    return {code: -charges_nettes if code == _RESULTAT else arrondis[code] for code in _SENS}


def _arrondir_ensemble(en_centimes: dict[str, int], cible: int) -> dict[str, int]:
    """Whole euros whose signed sum is ``cible``, each the nearest one where possible and always within one euro."""
    arrondis = {code: _euro(montant) for code, montant in en_centimes.items()}
    ecart = cible - sum(_SENS[code] * montant for code, montant in arrondis.items())
    pas = {code: _SENS[code] * int(np.sign(ecart)) for code in arrondis}
    cout = {code: abs((arrondis[code] + pas[code]) * 100 - en_centimes[code]) for code in arrondis}
    for code in sorted(arrondis, key=cout.__getitem__)[: abs(ecart)]:
        arrondis[code] += pas[code]
    return arrondis


def _euro(montant: int) -> int:
    """Nearest euro of an amount in cents, half away from zero."""
    return int(np.sign(montant)) * ((abs(montant) + 50) // 100)


def _arrondir_renvois(
    plan: dict[str, Affectation], renvois: pd.DataFrame, en_centimes: dict[str, int], lignes: dict[str, int]
) -> dict[str, int]:
    """Whole euros of every footnote of the plan, 0 without account; a part never exceeds its box by a mere rounding."""
    arrondis = {affectation.renvoi: 0 for affectation in plan.values() if affectation.renvoi}
    for (renvoi, code), montant in renvois.groupby(["renvoi", "code"])["montant"].sum().items():
        arrondi = _euro(int(montant))
        arrondis[renvoi] += min(arrondi, lignes[code]) if montant <= en_centimes[code] else arrondi
    return arrondis


def _totaliser(lignes: dict[str, int]) -> dict[str, int]:
    valeurs = dict(lignes)
    for code, formule in _TOTAUX.items():
        valeurs[code] = sum(signe * valeurs[terme] for signe, terme in termes(formule))
    return valeurs


def _avertissements(balance: pd.DataFrame, comptes: pd.DataFrame) -> Iterator[str]:
    en_attente = comptes.loc[comptes["compte"].str.startswith("12"), "solde"].sum()
    if en_attente:
        yield f"Le compte 12 attend son affectation ({euros(-en_attente / 100, 2)}) : il est mis en report à nouveau."
    if "auxiliaire" not in balance and comptes["compte"].str.startswith(("40", "41")).any():
        yield "Balance sans auxiliaires : clients créditeurs et fournisseurs débiteurs ne sont pas distingués."
    for compte, solde in comptes.loc[comptes["compte"].str.startswith(_NON_SOLDES), ["compte", "solde"]].to_numpy():
        yield f"Le compte d'attente ou de virement {compte} n'est pas soldé ({euros(solde / 100, 2)})."
