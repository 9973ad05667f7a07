"""F-B1: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.donnees import variante
from rncp_utils.donnees.fils_rouges.objets import Cas

DEVOIR = "F-B1"
Reponses = dict[str, dict[str, Any]]
# The same form as the case study of the bloc, on another company: the same calculations.
CAS = charger_attendus(Path(__file__).parents[2], "B1-CAS")
fr = CAS.fr


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field, in French notation."""
    magasin = variante("CAS-07", apprenant, DEVOIR, session)
    n = CAS.lignes(magasin, "N")
    marge, va, ebe, caf = CAS.soldes(n)
    avec, sans, charges = _foyer(magasin)
    mensualite, interets, capital = CAS.premiere_annee(magasin)
    couverture = (caf - magasin.mouvements["N"].dividendes) / (CAS.exigible(magasin) + capital)
    lecture = "insuffisante" if couverture < 1 else "juste" if couverture <= 1.2 else "suffisante"
    return {
        "fb1_va": {"marge": fr(marge), "va": fr(va), "ebe": fr(ebe)},
        "fb1_caf": {"soustractive": fr(caf), "additive": fr(caf)},
        "fb1_bfr": {"equilibre": CAS.equilibre(magasin)},
        "fb1_delais": {nom: fr(round(jours)) for nom, jours in CAS.delais(n).items()},
        "fb1_rev": {
            "avec": fr(avec),
            "sans": fr(sans),
            "taux": fr(100 * charges / sans, 1),
            "reste": fr((sans - charges) / 12),
        },
        "fb1_annuite": {"mensualite": fr(mensualite, 2), "interets": fr(interets, 2), "capital": fr(capital, 2)},
        "fb1_dscr": {"couverture": fr(couverture, 2), "lecture": lecture},
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    magasin = variante("CAS-07", apprenant, DEVOIR, session)
    n, juste = CAS.lignes(magasin, "N"), modele(apprenant, session)
    marge, va, _, caf = CAS.soldes(n)
    sans_taxes = va - n["FY"] - n["FZ"]
    avec, _, _ = _foyer(magasin)
    salaire = next(revenu.montants["N"] for revenu in magasin.foyer.revenus if revenu.type == "salaire")
    capital = CAS.premiere_annee(magasin)[2]
    reponses = {
        # Services forgotten in the value added (half), taxes forgotten in the EBE (half).
        "fb1_va": {"marge": fr(marge), "va": fr(marge - n["FW"]), "ebe": fr(sans_taxes)},
        # The tax on profits forgotten (half), the other way right, and the two do not meet.
        "fb1_caf": {"soustractive": fr(caf + n["HK"]), "additive": fr(caf)},
        "fb1_bfr": {"equilibre": {**juste["fb1_bfr"]["equilibre"], "n1.frng": ""}},
        "fb1_delais": {**juste["fb1_delais"], "fournisseurs": "400"},
        # A wage forgotten (half); the rest is right.
        "fb1_rev": {**juste["fb1_rev"], "avec": fr(avec - salaire)},
        "fb1_annuite": {**juste["fb1_annuite"], "interets": ""},
        # Dividends left in (half), hence another reading.
        "fb1_dscr": {"couverture": fr(caf / (CAS.exigible(magasin) + capital), 2), "lecture": ""},
    }
    points = {
        "fb1_va": 2.0 + 1.0 + 1.0,
        "fb1_caf": 1.0 + 2.0,
        "fb1_bfr": round(6 * 8 / 9, 4),
        "fb1_delais": 4.0,
        "fb1_rev": 10 - 1.25,
        "fb1_annuite": 5.0,
        "fb1_dscr": 3.0,
    }
    return reponses, points


def _foyer(magasin: Cas) -> tuple[float, float, float]:
    revenus = {revenu.type: revenu.montants["N"] for revenu in magasin.foyer.revenus}
    charges = 12 * sum(charge.mensualites["N"] for charge in magasin.foyer.charges)
    return sum(revenus.values()), sum(revenus.values()) - revenus["dividendes"], charges
