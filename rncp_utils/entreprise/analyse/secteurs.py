"""Indicateurs que chaque secteur ajoute aux soldes : négoce, production, services."""

from __future__ import annotations

from typing import Any

from rncp_utils.entreprise.analyse.tva import ca_ttc
from rncp_utils.entreprise.postes import Postes, Valeur

NEGOCE, PRODUCTION, SERVICES, LIBERAL_BNC = "negoce", "production", "services", "liberal_bnc"
SECTEURS = (NEGOCE, PRODUCTION, SERVICES, LIBERAL_BNC)


def indicateurs_du_secteur(
    p: Postes, secteur: str, soldes: dict[str, Valeur], taux_tva: Any = None
) -> dict[str, Valeur]:
    """Ratios that a banker reads first in a sector, as fractions or number of times."""
    if secteur == NEGOCE:
        return _negoce(p, soldes["marge_commerciale"], taux_tva)
    if secteur == PRODUCTION:
        production = p.denominateur(soldes["production_exercice"], "production de l'exercice", positif=True)
        return {
            "matieres_sur_production": p.somme("FU", "FV") / production,
            "marge_matieres_sur_production": soldes["marge_brute_production"] / production,
        }
    chiffre_affaires = p.denominateur(p["FL"], "chiffre d'affaires", positif=True)
    valeur_ajoutee = p.denominateur(soldes["valeur_ajoutee"], "valeur ajoutée", positif=True)
    return {
        "personnel_sur_va": p.somme("FY", "FZ") / valeur_ajoutee,
        "personnel_sur_ca": p.somme("FY", "FZ") / chiffre_affaires,
        "externalisation_sur_ca": p.somme("YU", "YT") / chiffre_affaires,
    }


def _negoce(p: Postes, marge_commerciale: Valeur, taux_tva: Any) -> dict[str, Valeur]:
    """Margin on cost, margin on price, and the multiplier from cost before tax to price with tax."""
    cout_achat = p.denominateur(p.somme("FS", "FT"), "coût d'achat des marchandises vendues", positif=True)
    ventes = p.denominateur(p.get("FC"), "ventes de marchandises", positif=True)
    chiffre_affaires = p.denominateur(p["FL"], "chiffre d'affaires", positif=True)
    # The VAT of the form bears on all the sales: goods take their share of it.
    ventes_ttc = ventes * (ca_ttc(p, taux_tva) / chiffre_affaires)
    return {
        "taux_marge_commerciale": marge_commerciale / cout_achat,
        "taux_marque": marge_commerciale / ventes,
        "coefficient_multiplicateur": ventes_ttc / cout_achat,
    }
