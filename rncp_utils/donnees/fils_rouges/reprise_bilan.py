"""Fixed assets, loans and equity of a variant, rolled forward from one balance sheet to the next."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rncp_utils.donnees.fils_rouges.leviers import CENTAINE, Leviers, arrondir, proportion
from rncp_utils.donnees.fils_rouges.liasses import PRECEDENTE
from rncp_utils.donnees.fils_rouges.modele import ANNEES, Annee, Credit, Exercice, Fiche
from rncp_utils.entreprise.codes import postes


def immobilisations(fiche: Fiche, leviers: Leviers) -> dict[Annee, dict[str, Any]]:
    """For each year: lines of the form, ``cessions``, ``acquisitions`` and ``dotations``."""
    parc = leviers.facteur("echelle") * leviers.facteur("immobilisations")
    reprises: dict[Annee, dict[str, Any]] = {}
    for annee, exercice in fiche.exercices.items():
        achat = leviers.facteur("echelle") * leviers.facteur("investissement", annee)
        precedente = PRECEDENTE.get(annee)
        if precedente is None:
            reprises[annee] = {
                "immobilisations": {code: arrondir(m * parc) for code, m in exercice.immobilisations.items()},
                "cessions": [],
                "acquisitions": arrondir(exercice.acquisitions * achat, CENTAINE),
                "dotations": arrondir(exercice.resultat.get("GA", 0) * parc),
            }
        else:
            avant = fiche.exercices[precedente]
            reprises[annee] = _suite(exercice, avant, reprises[precedente]["immobilisations"], parc, achat)
    return reprises


def _suite(
    exercice: Exercice, avant: Exercice, ouverture: Mapping[str, int], parc: Fraction, achat: Fraction
) -> dict[str, Any]:
    lignes, acquisitions, dotations = {}, 0, 0
    cessions = [
        {
            "poste": cession.poste,
            "brut": arrondir(cession.brut * parc),
            "amortissements": arrondir(cession.amortissements * parc),
            "prix": arrondir(cession.prix * parc, CENTAINE),
        }
        for cession in exercice.cessions
    ]
    for code, brut in exercice.immobilisations.items():
        if code not in postes():
            continue  # a depreciation, taken with its line
        amortissement = postes()[code].amortissement
        cedees = [(c, r) for c, r in zip(exercice.cessions, cessions, strict=True) if c.poste == code]
        acquis = brut - avant.immobilisations.get(code, 0) + sum(c.brut for c, _ in cedees)
        dote = _variation(exercice, avant, amortissement) + sum(c.amortissements for c, _ in cedees)
        repris = arrondir(acquis * achat, CENTAINE), arrondir(dote * parc)
        acquisitions, dotations = acquisitions + repris[0], dotations + repris[1]
        lignes[code] = ouverture.get(code, 0) + repris[0] - sum(r["brut"] for _, r in cedees)
        if amortissement in exercice.immobilisations:
            sortis = sum(r["amortissements"] for _, r in cedees)
            lignes[amortissement] = ouverture.get(amortissement, 0) + repris[1] - sortis
    return {"immobilisations": lignes, "cessions": cessions, "acquisitions": acquisitions, "dotations": dotations}


def _variation(exercice: Exercice, avant: Exercice, code: str) -> int:
    return exercice.immobilisations.get(code, 0) - avant.immobilisations.get(code, 0)


def credits(fiche: Fiche, leviers: Leviers) -> list[dict[str, Any]]:
    """Fields that change of each loan: what is owed follows from what is borrowed and repaid."""
    return [_credit(credit, leviers) for credit in fiche.credits]


def _credit(credit: Credit, leviers: Leviers) -> dict[str, Any]:
    echelle = leviers.facteur("echelle")
    part = echelle * leviers.facteur("dette", credit.id)
    crd: dict[str, int] = {}
    emprunte = {
        annee: arrondir(montant * echelle * leviers.facteur("investissement", annee), CENTAINE)
        for annee, montant in credit.emprunte.items()
    }
    rembourse: dict[str, int] = {}
    for annee in ANNEES:
        precedente = PRECEDENTE.get(annee)
        if precedente is None:
            crd[annee], rembourse[annee] = arrondir(credit.crd[annee] * part), arrondir(credit.rembourse[annee] * part)
            continue
        if not credit.crd[precedente] and annee in emprunte:
            # A new loan is repaid in proportion to what was borrowed.
            part = proportion(emprunte[annee], credit.emprunte[annee])
        du = crd[precedente] + emprunte.get(annee, 0)
        rembourse[annee] = arrondir(credit.rembourse[annee] * part) if credit.crd[annee] else du
        crd[annee] = du - rembourse[annee]
    reste = crd[ANNEES[-1]]
    exigible = reste if credit.exigible_a_un_an == credit.crd[ANNEES[-1]] else credit.exigible_a_un_an * part
    repris = {"crd": crd, "rembourse": rembourse, "exigible_a_un_an": arrondir(Fraction(exigible))}
    return repris | ({"emprunte": emprunte} if emprunte else {})


def capitaux_propres(
    fiche: Fiche,
    leviers: Leviers,
    annee: Annee,
    precedents: Mapping[str, int],
    resultat_precedent: int,
    distributions: int,
) -> dict[str, int]:
    """DA and reserves of a year, out of those of the year before and of its result; ``precedents`` is empty in N-2."""
    echelle = leviers.facteur("echelle")
    ecrits = fiche.exercices[annee].passif
    if fiche.forme_juridique == "EI":
        if not precedents:
            return {"DA": arrondir(ecrits["DA"] * echelle)}
        return {"DA": precedents["DA"] + resultat_precedent - distributions}
    if not precedents:
        capital = arrondir(ecrits["DA"] * echelle, CENTAINE)
        reserve_legale = arrondir(ecrits.get("DD", 0) * proportion(capital, ecrits["DA"]))
        return _sans_zero({"DA": capital, "DD": reserve_legale, "DG": arrondir(ecrits["DG"] * echelle)})
    # A loss is carried forward; a profit makes up for past losses first.
    report = precedents.get("DH", 0)
    apure = resultat_precedent if resultat_precedent < 0 else min(resultat_precedent, -report)
    reserves = precedents["DG"] + resultat_precedent - apure - distributions
    return _sans_zero({**precedents, "DG": reserves, "DH": report + apure})


def _sans_zero(lignes: dict[str, int]) -> dict[str, int]:
    return {code: montant for code, montant in lignes.items() if montant}
