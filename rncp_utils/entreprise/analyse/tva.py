"""Passage du hors taxes au toutes taxes pour les délais et les coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np

from rncp_utils.entreprise.analyse.exercices import parametre_a_la_cloture
from rncp_utils.entreprise.postes import Postes, Valeur


def ca_ttc(p: Postes, taux_tva: Any = None) -> Valeur:
    """Sales with VAT: ``FL × (1 + taux_tva)``, else ``FL + YY``, else the standard rate and a reason."""
    return toutes_taxes(p, p["FL"], "YY", taux_tva, "TVA collectée (YY) inconnue, estimée au taux normal")


def achats_ttc(p: Postes, taux_tva: Any = None) -> Valeur:
    """Purchases and external charges (FS, FU, FW) with VAT: at ``taux_tva``, else ``+ YZ``, else the standard rate."""
    achats = p.somme("FS", "FU", "FW")
    return toutes_taxes(p, achats, "YZ", taux_tva, "TVA déductible (YZ) inconnue, estimée au taux normal")


def toutes_taxes(p: Postes, hors_taxes: Valeur, case: str, taux_tva: Any, motif: str) -> Valeur:
    """An amount with VAT: at ``taux_tva``, else with the VAT of box ``case``, else the standard rate and a reason."""
    if taux_tva is not None:
        taux, inconnu = p.complement("taux_tva", taux_tva)
        p.refuser(inconnu | (taux < 0) | (taux > 1), "taux de TVA attendu en fraction, de 0 à 1")
        return hors_taxes * (1 + taux)
    tva, inconnue = p.complement(case)
    if not np.any(inconnue):
        return hors_taxes + tva
    p.douter(inconnue & (hors_taxes != 0), motif)
    return np.where(inconnue, hors_taxes * (1 + parametre_a_la_cloture(p, "tva.taux_normal")), hors_taxes + tva)
