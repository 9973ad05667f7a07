"""From the lines that a person wrote to complete forms; totals come from the very sums that the controls read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rncp_utils.donnees.fils_rouges.impot import impot_societes
from rncp_utils.donnees.fils_rouges.modele import ANNEES, Annee, Exercice, Fiche
from rncp_utils.entreprise.analyse.flux import Mouvements
from rncp_utils.entreprise.codes import BNC
from rncp_utils.entreprise.controles.identites import SOLDES, SOMMES, termes
from rncp_utils.entreprise.liasse import Liasse

BNC_SOURCE = "2035 déduite des comptes du cas"
PRECEDENTE = dict(zip(ANNEES[1:], ANNEES, strict=False))


def cloture(fiche: Fiche, annee: Annee) -> dt.date:
    """Closing day of a year: that of N, moved back."""
    recul = len(ANNEES) - 1 - ANNEES.index(annee)
    return fiche.cloture_n.replace(year=fiche.cloture_n.year - recul)


def lignes(fiche: Fiche, annee: Annee) -> dict[str, int]:
    """All the boxes of a year, totals included; the result of the balance sheet is that of the income statement."""
    exercice = fiche.exercices[annee]
    cases = {**exercice.resultat, **exercice.immobilisations, **exercice.circulant, **exercice.passif}
    cases |= exercice.renseignements | _cessions(exercice) | _banque(fiche, annee)
    cases |= {"VI": cases.get("DV", 0), "HK": impot(fiche, annee)}
    # A sole trader's drawings are no dividends.
    if fiche.forme_juridique != "EI":
        cases["ZE"] = exercice.distributions
    totaliser_resultat(cases)
    totaliser_bilan(cases)
    cases["EG"] = cases["EC"] - cases.get("DV", 0) - (cases["DU"] - cases["EH"]) + exigible(fiche, annee)
    return cases


def impot(fiche: Fiche, annee: Annee) -> int:
    """Corporate tax of the year, 0 where the owner pays the tax on income."""
    if fiche.imposition != "IS":
        return 0
    avant_impot, chiffre_affaires = avant_impot_et_ca(fiche.exercices[annee])
    return impot_societes(avant_impot, chiffre_affaires, cloture(fiche, annee))


def avant_impot_et_ca(exercice: Exercice) -> tuple[int, int]:
    """Result before the tax on profits, and sales, of the lines of a year."""
    cases = {**exercice.resultat, **_cessions(exercice)}
    totaliser_resultat(cases)
    return cases["GW"] + cases["HI"], cases["FL"]


def exigible(fiche: Fiche, annee: Annee) -> int:
    """Capital of the loans of the closing balance sheet that is due within a year."""
    if annee == ANNEES[-1]:
        return sum(credit.exigible_a_un_an for credit in fiche.credits)
    suivante = ANNEES[ANNEES.index(annee) + 1]
    return sum(min(credit.crd[annee], credit.rembourse[suivante]) for credit in fiche.credits)


def liasses(fiche: Fiche) -> dict[Annee, Liasse]:
    """The three forms, each one with the year before printed beside it."""
    faites: dict[Annee, Liasse] = {}
    for annee in fiche.exercices:
        precedente = faites.get(PRECEDENTE.get(annee, ""))
        faites[annee] = Liasse(
            lignes(fiche, annee),
            siren=fiche.siren,
            date_cloture=cloture(fiche, annee),
            valeurs_n1=None if precedente is None else precedente.valeurs,
            forme_juridique=fiche.forme_juridique,
            denomination=fiche.denomination,
            source=f"cas fictif du cours, {fiche.code}",
        )
    return faites


def declaration_2035(liasse: Liasse) -> Liasse:
    """The 2035 behind a liberal's accounts: sales cashed, expenses paid, depreciation apart."""
    depenses = sum(liasse.get(code) for code in ("FU", "FW", "FX", "FY", "FZ", "GR"))
    valeurs = {
        "recettes": liasse["FL"],
        "achats": liasse.get("FU"),
        "loyers": liasse.get("XQ"),
        "travaux_fournitures_services": liasse.get("FW") - liasse.get("XQ"),
        "charges_sociales_perso": liasse.get("A2"),
        "frais_financiers": liasse.get("GR"),
        "depenses": depenses,
        "excedent": liasse["FL"] - depenses,
        "dotations_amortissements": liasse.get("GA"),
        "benefice": liasse["FL"] - depenses - liasse.get("GA"),
    }
    return Liasse(
        valeurs,
        siren=liasse.siren,
        date_cloture=liasse.date_cloture,
        regime=BNC,
        forme_juridique=liasse.forme_juridique,
        denomination=liasse.denomination,
        source=BNC_SOURCE,
    )


def mouvements(fiche: Fiche, annee: Annee) -> Mouvements:
    """What moved in the year; the shareholders' accounts are known from their change, hence not in the first year."""
    exercice = fiche.exercices[annee]
    comptes_courants = None
    if annee in PRECEDENTE:
        comptes_courants = exercice.passif.get("DV", 0) - fiche.exercices[PRECEDENTE[annee]].passif.get("DV", 0)
    return Mouvements(
        acquisitions=exercice.acquisitions,
        brut_cede=sum(cession.brut for cession in exercice.cessions),
        amortissements_cedes=sum(cession.amortissements for cession in exercice.cessions),
        prix_cession=sum(cession.prix for cession in exercice.cessions),
        apports_capital=0,
        emprunts_nouveaux=sum(credit.emprunte.get(annee, 0) for credit in fiche.credits),
        remboursements=sum(credit.rembourse[annee] for credit in fiche.credits),
        cca_apportes=None if comptes_courants is None else max(comptes_courants, 0),
        cca_rembourses=None if comptes_courants is None else max(-comptes_courants, 0),
        subventions_recues=0,
        dividendes=exercice.distributions,
    )


def _cessions(exercice: Exercice) -> dict[str, int]:
    if not exercice.cessions:
        return {}
    prix = sum(cession.prix for cession in exercice.cessions)
    valeur = sum(cession.brut - cession.amortissements for cession in exercice.cessions)
    return {"HB": prix, "HF": valeur, "c775": prix, "c675": valeur}


def _banque(fiche: Fiche, annee: Annee) -> dict[str, int]:
    soldes = [compte.soldes[annee] for compte in fiche.comptes]
    decouverts = -sum(solde for solde in soldes if solde < 0)
    return {
        "CF": sum(solde for solde in soldes if solde > 0),
        "EH": decouverts,
        "DU": sum(credit.crd[annee] for credit in fiche.credits) + decouverts,
        "VJ": sum(credit.emprunte.get(annee, 0) for credit in fiche.credits),
        "VK": sum(credit.rembourse[annee] for credit in fiche.credits),
    }


def _totaliser(cases: dict[str, Any], *codes: str) -> None:
    formules = SOMMES | SOLDES
    for code in codes:
        cases[code] = sum(signe * cases.get(terme, 0) for signe, terme in termes(formules[code]))


def totaliser_resultat(cases: dict[str, Any]) -> None:
    """Totals of the income statement, added to the lines; amounts are numbers, or arrays of many companies."""
    _totaliser(cases, "FL", "FR", "GF", "GG", "GP", "GU", "GV", "GW", "HD", "HH", "HI", "HN", "HL", "HM")


def totaliser_bilan(cases: dict[str, Any]) -> None:
    """Totals of the balance sheet, and the result of the income statement in it."""
    cases["DI"] = cases["HN"]
    _totaliser(cases, "BJ", "BK", "CJ", "CK", "CO", "1A", "DL", "EC", "EE")
