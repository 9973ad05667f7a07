"""Soldes intermédiaires de gestion : PCG 2014 et 2025, lecture bancaire, présentation par secteur."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rncp_utils.entreprise.analyse.bnc import sig_bnc
from rncp_utils.entreprise.analyse.exercices import DUREE, facteur_annuel
from rncp_utils.entreprise.analyse.formules_sig import (
    calculer_soldes,
    controler_soldes,
    interets_credit_bail,
    lecture_bancaire,
)
from rncp_utils.entreprise.analyse.pcg import lire_comptes
from rncp_utils.entreprise.analyse.secteurs import LIBERAL_BNC, PRODUCTION, SECTEURS, indicateurs_du_secteur
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur, calculer
from rncp_utils.entreprise.regimes import vers_codes_normaux
from rncp_utils.erreurs import ErreurDonnees

PCG, BANQUE = "pcg", "banque"
SOUS_TRAITANCES = ("consommation", "production")
# Balances also given as a share of sales, or of production.
EN_PARTS = (
    "marge_commerciale",
    "production_exercice",
    "marge_brute_production",
    "marge_globale",
    "valeur_ajoutee",
    "ebe",
    "resultat_exploitation",
    "rcai",
    "resultat_exceptionnel",
    "resultat_net",
    "va_b",
    "ebe_b",
    "rex_b",
    "rcai_b",
)


def sig(
    x: Entreprises,
    variante: str = PCG,
    *,
    referentiel: str | None = None,
    secteur: str | None = None,
    annualiser: bool = False,
    controle: bool = True,
    tolerance: float | None = None,
    sous_traitance: str = "consommation",
    taux_tva: float | None = None,
    dot_cb: Any = None,
    part_interet_cb: Any = None,
    fo_dans_va: bool = False,
    fx_dans_va: bool = False,
    **comptes: Any,
) -> pd.Series | pd.DataFrame:
    """Soldes intermédiaires de gestion d'une entreprise, ou d'une table d'entreprises.

    ``valeur_ajoutee = marge_commerciale + production_exercice - consommation_tiers``, puis
    ``ebe = valeur_ajoutee + FO - c747 - FX - FY - FZ``, et ainsi jusqu'au résultat net. Chaque solde est aussi donné en
    part du chiffre d'affaires (``…_sur_ca``), ou de la production pour le secteur « production »
    (``…_sur_production``). La valeur ajoutée est partagée entre personnel, État, prêteurs, associés (dividendes ZE) et
    entreprise ; convention de cours : la part de l'entreprise est le solde, les cinq parts font 1.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Comptes par codes (2052-2053, ou 2033-B convertis), en euros, charges positives. ``FL`` est exigé ; les autres
        codes absents comptent pour 0.
    variante : {"pcg", "banque"}
        « banque » ajoute la lecture économique : crédit-bail, personnel extérieur et participation retraités.
    referentiel : {"PCG_2014", "PCG_2025"}, optional
        Par défaut, celui de la date d'ouverture. Au PCG 2025, donnez c747, c757, c657, c767 et c667.
    secteur : {"negoce", "production", "services", "liberal_bnc"}, optional
        Ajoute les indicateurs du secteur ; « liberal_bnc » lit une 2035 (:func:`sig_bnc`).
    annualiser : bool
        Ramène les montants à douze mois (× 12 / duree_mois).
    controle, tolerance : bool, float
        Compare les soldes calculés aux cases GG, GW, HI et HN ; écart admis en euros, par défaut un euro par ligne.
    sous_traitance : {"consommation", "production"}
        « production » retranche la sous-traitance (YT) de la marge brute de production ; la valeur ajoutée ne change
        pas.
    taux_tva : float, optional
        Fraction ; par défaut TVA collectée (YY) sur CA, sinon le taux normal. Sert au coefficient du négoce.
    dot_cb, part_interet_cb : float, array ou Series
        Lecture bancaire : amortissement du bien en crédit-bail (euros), ou part d'intérêts dans les redevances.
    fo_dans_va, fx_dans_va : bool
        Lecture bancaire : compter les subventions, ou les impôts et taxes, dans la valeur ajoutée.
    **comptes : float, array ou Series
        Comptes c675, c775, c777 (PCG 2014) ; c747, c757, c657, c767, c667 (PCG 2025), positifs.

    Returns
    -------
    Series ou DataFrame
        Montants en euros, parts en fraction. Une table a les mêmes lignes que ``x`` et la colonne ``motif``.

    Raises
    ------
    ErreurSchema
        FL absent.
    ErreurEquilibre
        Une entreprise : un solde calculé s'écarte de la case. Dans une table, la ligne est NaN avec son motif.

    Source : soldes du PCG, recoupés avec les formules des ratios BCE / INPI. La lecture bancaire (habitudes de la
    Centrale de bilans) et la place des comptes du PCG 2025 sont à vérifier (23 novembre 2026).

    Examples
    --------
    >>> from rncp_utils.entreprise.exemples import martin
    >>> sig(martin())[["valeur_ajoutee", "ebe", "resultat_exploitation", "resultat_net"]].astype(int).to_dict()
    {'valeur_ajoutee': 294000, 'ebe': 82000, 'resultat_exploitation': 55800, 'resultat_net': 41000}
    >>> sig(martin(), "banque", dot_cb=10_000)[["va_b", "ebe_b", "rex_b", "frais_fin_b"]].astype(int).to_dict()
    {'va_b': 324000, 'ebe_b': 94000, 'rex_b': 57800, 'frais_fin_b': 11400}
    """
    _verifier_choix(variante, secteur, sous_traitance)
    if secteur == LIBERAL_BNC:
        return sig_bnc(x)

    def formule(p: Postes) -> dict[str, Valeur]:
        p.exiger("FL")
        detail = lire_comptes(p, referentiel, comptes)
        soldes = calculer_soldes(p, detail, sous_traitance)
        if controle:
            controler_soldes(p, soldes, tolerance)
        p.douter(detail.inconnus & detail.pcg_2025, "comptes du PCG 2025 inconnus, comptés pour 0")
        if variante == BANQUE:
            interets_cb = interets_credit_bail(p, p.somme("HP", "HQ"), dot_cb, part_interet_cb)
            soldes |= lecture_bancaire(p, soldes, detail, interets_cb, fo_dans_va=fo_dans_va, fx_dans_va=fx_dans_va)
        ratios = _parts(p, soldes, secteur) | _partage_valeur_ajoutee(p, soldes)
        if secteur is not None:
            ratios |= indicateurs_du_secteur(p, secteur, soldes, taux_tva)
        if annualiser:
            facteur = _facteur_connu(p)
            soldes = {nom: facteur * solde for nom, solde in soldes.items()}
        return soldes | ratios

    return calculer(vers_codes_normaux(x), formule)


def _verifier_choix(variante: str, secteur: str | None, sous_traitance: str) -> None:
    choix = (
        ("variante", variante, (PCG, BANQUE)),
        ("secteur", secteur, (None, *SECTEURS)),
        ("sous_traitance", sous_traitance, SOUS_TRAITANCES),
    )
    for nom, valeur, admises in choix:
        if valeur not in admises:
            connues = ", ".join(str(admise) for admise in admises if admise is not None)
            raise ErreurDonnees(f"{nom} vaut « {valeur} » : les valeurs admises sont {connues}.")


def _parts(p: Postes, soldes: Mapping[str, Valeur], secteur: str | None) -> dict[str, Valeur]:
    if secteur == PRODUCTION:
        nom, base, libelle = "production", soldes["production_exercice"], "production de l'exercice"
    else:
        nom, base, libelle = "ca", soldes["chiffre_affaires"], "chiffre d'affaires"
    base = p.denominateur(base, libelle, positif=True)
    return {f"{solde}_sur_{nom}": soldes[solde] / base for solde in EN_PARTS if solde in soldes}


def _partage_valeur_ajoutee(p: Postes, soldes: Mapping[str, Valeur]) -> dict[str, Valeur]:
    """Who gets the value added; under the bank's reading when it is there. The five shares make 1."""
    valeur_ajoutee = p.denominateur(soldes.get("va_b", soldes["valeur_ajoutee"]), "valeur ajoutée", positif=True)
    personnel = soldes.get("personnel_b", p.somme("FY", "FZ")) / valeur_ajoutee
    etat = p.somme("FX", "HK") / valeur_ajoutee
    preteurs = soldes.get("frais_fin_b", p.get("GU")) / valeur_ajoutee
    associes = p.get("ZE") / valeur_ajoutee
    return {
        "part_personnel": personnel,
        "part_etat": etat,
        "part_preteurs": preteurs,
        "part_associes": associes,
        "part_entreprise": 1 - personnel - etat - preteurs - associes,
    }


def _facteur_connu(p: Postes) -> Valeur:
    """Annualising needs a stated length: guessing twelve months would silently change nothing."""
    if not isinstance(p.source, Liasse):
        p.exiger(DUREE)
    return facteur_annuel(p)
