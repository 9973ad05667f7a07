"""A case built again from its drivers: lines from the size, the margins and the delays, balance sheets from movements.

Nothing is scaled as a whole: purchases follow from the margin and the stocks, depreciation and loans from their own
movements, the tax from the result, equity from what was kept, and cash is what remains. With neutral drivers the case
comes back as it was written, to the euro.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from typing import Any

from rncp_utils.donnees.fils_rouges import reprise_bilan, reprise_privee
from rncp_utils.donnees.fils_rouges.impot import impot_societes
from rncp_utils.donnees.fils_rouges.leviers import MILLIER, Leviers, arrondir, proportion
from rncp_utils.donnees.fils_rouges.liasses import PRECEDENTE, avant_impot_et_ca, cloture
from rncp_utils.donnees.fils_rouges.micro import TresorerieMicro
from rncp_utils.donnees.fils_rouges.modele import ANNEES, MOIS, Annee, Compte, Exercice, Fiche
from rncp_utils.donnees.fils_rouges.reprise_exploitation import PRODUITS, Exploitation
from rncp_utils.entreprise.codes import postes

CAISSE = "caisse"


def reconstruire(fiche: Fiche, contenu: Mapping[str, Any], leviers: Leviers) -> dict[str, Any]:
    """Raw content of the case that these drivers give; ``contenu`` is that of ``fiche``, left as it is."""
    nouveau = deepcopy(dict(contenu))
    annees = _exercices(fiche, leviers)
    verses = {annee: exercice["distributions"] for annee, exercice in annees.items()}
    if fiche.tresorerie_micro:
        micro = reprise_privee.tresorerie_micro(fiche.tresorerie_micro, leviers)
        verses = {a: TresorerieMicro(cloture(fiche, a), **annuelle).revenu_disponible for a, annuelle in micro.items()}
        nouveau["tresorerie_micro"] = micro
    else:
        credits = reprise_bilan.credits(fiche, leviers)
        nouveau["exercices"] = annees
        nouveau["credits"] = [ancien | repris for ancien, repris in zip(nouveau["credits"], credits, strict=True)]
        soldes = {annee: _tresorerie(annees[annee], credits, annee) for annee in annees}
        nouveau["comptes"] = _comptes(fiche, leviers, annees, soldes)
    projets = [reprise_privee.projet(ecrit, leviers) for ecrit in fiche.projets]
    nouveau["projets"] = projets
    if fiche.foyer is not None:
        apports = {ecrit.apport: repris["apport"] for ecrit, repris in zip(fiche.projets, projets, strict=True)}
        nouveau["foyer"] = reprise_privee.foyer(fiche.foyer, leviers, verses, apports)
    nouveau["garanties"] = [
        garantie.model_dump() | {"montant": garantie.montant and arrondir(garantie.montant * _prive(leviers), MILLIER)}
        for garantie in fiche.garanties
    ]
    _chemin(fiche, nouveau, annees)
    return nouveau


def _prive(leviers: Leviers) -> Fraction:
    return leviers.facteur("prive", "garantie")


def _exercices(fiche: Fiche, leviers: Leviers) -> dict[Annee, dict[str, Any]]:
    """The years, one after the other: the equity of each one needs the result of the year before."""
    immobilisations = reprise_bilan.immobilisations(fiche, leviers)
    credits = reprise_bilan.credits(fiche, leviers)
    faits: dict[Annee, dict[str, Any]] = {}
    resultats: dict[Annee, int] = {}
    for annee, ecrit in fiche.exercices.items():
        precedente = PRECEDENTE.get(annee)
        avant = faits.get(precedente, {})
        exploitation = Exploitation(ecrit, annee, leviers)
        ventes = exploitation.ventes()
        circulant = exploitation.circulant_et_stocks(ventes)
        variations = exploitation.variations(circulant, avant.get("circulant"))
        reprise = dict(immobilisations[annee])
        resultat = exploitation.resultat(ventes, variations, reprise.pop("dotations"), _dette(fiche, credits, annee))
        distributions = exploitation.distributions()
        propres = {code: avant["passif"][code] for code in ("DA", "DD", "DG", "DH") if code in avant.get("passif", {})}
        propres = reprise_bilan.capitaux_propres(
            fiche, leviers, annee, propres, resultats.get(precedente, 0), distributions
        )
        faits[annee] = reprise | {
            "resultat": resultat,
            "circulant": circulant,
            "passif": propres | exploitation.dettes(resultat),
            "renseignements": exploitation.renseignements(resultat),
            "distributions": distributions,
        }
        resultats[annee] = _resultat_net(fiche, faits[annee], annee)
        faits[annee]["resultat_net"] = resultats[annee]
    return faits


def _dette(fiche: Fiche, credits: list[dict[str, Any]], annee: Annee) -> Fraction:
    """What the loans, at the opening and the closing of a year, have become of those of the case."""
    annees = [PRECEDENTE[annee], annee] if annee in PRECEDENTE else [annee]
    ecrite = sum(credit.crd[a] for credit in fiche.credits for a in annees)
    return proportion(sum(credit["crd"][a] for credit in credits for a in annees), ecrite)


def _resultat_net(fiche: Fiche, fait: dict[str, Any], annee: Annee) -> int:
    exercice = Exercice.model_validate(fait)
    avant_impot, chiffre_affaires = avant_impot_et_ca(exercice)
    du = impot_societes(avant_impot, chiffre_affaires, cloture(fiche, annee)) if fiche.imposition == "IS" else 0
    return avant_impot - du


def _tresorerie(fait: dict[str, Any], credits: list[dict[str, Any]], annee: Annee) -> int:
    """Cash is what the other lines leave; the result, known here, is no field of a year."""
    lignes = fait["immobilisations"]
    immobilise = sum(lignes[code] - lignes.get(postes()[code].amortissement, 0) for code in lignes if code in postes())
    passif = fait.pop("resultat_net") + sum(fait["passif"].values()) + sum(credit["crd"][annee] for credit in credits)
    return passif - immobilise - sum(fait["circulant"].values())


def _comptes(
    fiche: Fiche, leviers: Leviers, annees: Mapping[Annee, dict[str, Any]], tresorerie: Mapping[Annee, int]
) -> list[dict[str, Any]]:
    """The till keeps a steady sum; the current account holds the rest of the cash."""
    echelle = leviers.facteur("echelle")
    en_caisse = {
        annee: sum(arrondir(compte.soldes[annee] * echelle) for compte in fiche.comptes if compte.nature == CAISSE)
        for annee in annees
    }
    repris = []
    for compte in fiche.comptes:
        if compte.nature == CAISSE:
            soldes = {annee: arrondir(solde * echelle) for annee, solde in compte.soldes.items()}
        else:
            soldes = {annee: tresorerie[annee] - en_caisse[annee] for annee in annees}
        repris.append(
            compte.model_dump(exclude={"soldes", "soldes_mensuels", "flux_crediteurs"})
            | {
                "soldes": soldes,
                "autorisation": arrondir(compte.autorisation * echelle, MILLIER),
                "soldes_mensuels": {a: _mois(compte, soldes, echelle, a) for a in compte.soldes_mensuels},
                "flux_crediteurs": {
                    annee: arrondir(flux * _part_des_ventes(fiche, annees, annee))
                    for annee, flux in compte.flux_crediteurs.items()
                },
            }
        )
    return repris


def _mois(compte: Compte, soldes: Mapping[Annee, int], echelle: Fraction, annee: Annee) -> list[int]:
    """Months keep their distance, to scale, from the straight line between two closings."""

    def droite(clotures: Mapping[Annee, int], mois: int) -> Fraction:
        debut, fin = clotures[PRECEDENTE[annee]], clotures[annee]
        return debut + Fraction((fin - debut) * mois, MOIS)

    return [
        arrondir(droite(soldes, mois) + (ecrit - droite(compte.soldes, mois)) * echelle)
        for mois, ecrit in enumerate(compte.soldes_mensuels[annee], start=1)
    ]


def _part_des_ventes(fiche: Fiche, annees: Mapping[Annee, dict[str, Any]], annee: Annee) -> Fraction:
    repris, ecrit = annees[annee]["resultat"], fiche.exercices[annee].resultat
    return proportion(sum(repris.get(code, 0) for code in PRODUITS), sum(ecrit.get(code, 0) for code in PRODUITS))


def _chemin(fiche: Fiche, nouveau: dict[str, Any], annees: Mapping[Annee, dict[str, Any]]) -> None:
    """Amounts told in the story are parts of the other charges of N, and keep their share of them."""
    if not fiche.chemin_de_risque.montants:
        return
    part = proportion(annees[ANNEES[-1]]["resultat"]["GE"], fiche.exercices[ANNEES[-1]].resultat["GE"])
    montants = {nom: arrondir(montant * part) for nom, montant in fiche.chemin_de_risque.montants.items()}
    nouveau["chemin_de_risque"] = nouveau["chemin_de_risque"] | {"montants": montants}
