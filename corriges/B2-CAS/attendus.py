"""B2-CAS: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.credit import tableau_amortissement
from rncp_utils.donnees import variante
from rncp_utils.donnees.fils_rouges.objets import Cas

DEVOIR = "B2-CAS"
Reponses = dict[str, dict[str, Any]]
CAS = charger_attendus(Path(__file__).parents[2], "B1-CAS")
fr = CAS.fr
IMPOT, DEFAUT, PERTE, COMMISSION, CHUTE = 0.25, 0.012, 0.40, 0.0062, 0.20
PAIRES = {
    "fonds": "pret",
    "noel": "campagne",
    "encaisser": "terminal",
    "absence": "homme_cle",
    "placer": "terme",
    "salaries": "epargne_salariale",
    "incendie": "multirisque",
    "tva": "relais_tva",
}


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    magasin = variante("CAS-07", apprenant, DEVOIR, session)
    projet = magasin.projets[0]
    mensualite, _, _ = CAS.premiere_annee(magasin)
    total = interets(magasin)
    attendue = projet.pret.montant * DEFAUT * PERTE
    prevu, degrade = _ebe(magasin)
    return {
        "ca2_besoins": {"paires": dict(PAIRES)},
        "ca2_cout": {
            "mensualite": fr(mensualite, 2),
            "cout": fr(total, 2),
            "commission": fr(carte(magasin) * COMMISSION, 2),
        },
        "ca2_obj": {"taux": "comparer", "garantie": "mesurer", "apport": "montrer"},
        "ca2_el": {"seule": fr(attendue), "partagee": fr(attendue / 2)},
        "ca2_couv": {
            "besoins": fr(sum(projet.besoins.values())),
            "base": fr(couverture(magasin, prevu), 2),
            "degradee": fr(couverture(magasin, degrade), 2),
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    magasin = variante("CAS-07", apprenant, DEVOIR, session)
    projet, juste = magasin.projets[0], modele(apprenant, session)
    prevu, _ = _ebe(magasin)
    dividendes = magasin.mouvements["N"].dividendes
    reponses = {
        # Two lures taken, one answer missing.
        "ca2_besoins": {"paires": {**PAIRES, "noel": "escompte", "tva": "affacturage", "placer": ""}},
        # The rate read ten times too high (half).
        "ca2_cout": {**juste["ca2_cout"], "commission": fr(carte(magasin) * COMMISSION * 10, 2)},
        "ca2_obj": {"taux": "aligner", "garantie": "mesurer", "apport": ""},
        # The loss given default forgotten (half), then halved as it should be (half, out of one's own figure).
        "ca2_el": {
            "seule": fr(projet.pret.montant * DEFAUT),
            "partagee": fr(projet.pret.montant * DEFAUT / 2),
        },
        # Stock forgotten (half), dividends left in (half), a fifth of the EBE instead of the margin (half).
        "ca2_couv": {
            "besoins": fr(projet.besoins["fonds"] + projet.besoins["frais"]),
            "base": fr(couverture(magasin, prevu) + dividendes / _capital_du(magasin), 2),
            "degradee": fr(couverture(magasin, (1 - CHUTE) * prevu), 2),
        },
    }
    points = {"ca2_besoins": 5.0, "ca2_cout": 8.5, "ca2_obj": 2.0, "ca2_el": 3.0, "ca2_couv": 6.0}
    return reponses, points


def carte(magasin: Cas, part: float = 0.30) -> int:
    """Card payments of a month, as the file of the case shows them."""
    n = magasin.exercices["N"]
    return 100 * round((n["FL"] + n["YY"]) * part / 1200)


def couverture(magasin: Cas, ebe: float) -> float:
    """Cover of the capital due in the first year, for a given EBE of the second shop."""
    interets = CAS.premiere_annee(magasin)[1]
    caf_n = CAS.soldes(CAS.lignes(magasin, "N"))[3]
    impot = IMPOT * (ebe - magasin.projets[0].previsionnel.dotations - interets)
    disponible = caf_n + ebe - interets - impot - magasin.mouvements["N"].dividendes
    return disponible / _capital_du(magasin)


def _capital_du(magasin: Cas) -> float:
    return CAS.exigible(magasin) + CAS.premiere_annee(magasin)[2]


def _ebe(magasin: Cas) -> tuple[float, float]:
    """EBE of the second shop, as planned and with a fifth of the sales missing."""
    prevu = magasin.projets[0].previsionnel
    return prevu.ebe, prevu.ebe - CHUTE * prevu.chiffre_affaires * prevu.taux_de_marge


def interets(magasin: Cas) -> float:
    """Interest of the loan asked for, over its whole life."""
    pret = magasin.projets[0].pret
    return float(tableau_amortissement(pret.montant, pret.taux, pret.duree_mois)["interets"].sum())
