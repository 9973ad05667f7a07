"""Segmentation, equipment, net banking income, potential, events, campaigns.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "Chiffre": "fiche",
    "FicheEntretien": "fiche",
    "Produit": "produits",
    "carte_strategique": "figures",
    "charger_produits": "produits",
    "contacts_necessaires": "campagne",
    "courbe_lorenz": "figures",
    "cout_acquisition": "campagne",
    "eligibilite": "produits",
    "entonnoir": "campagne",
    "evenements": "evenements_clients",
    "fiche_entretien": "fiche",
    "matrice_strategique": "segmentation",
    "plan_action": "campagne",
    "pnb_client": "rentabilite",
    "prochain_anniversaire": "evenements_clients",
    "recommandations": "campagne",
    "rentabilite_client": "rentabilite",
    "roi_campagne": "campagne",
    "score_potentiel": "rentabilite",
    "section_naf": "segmentation",
    "segmenter": "segmentation",
    "taux_equipement": "produits",
    "zone_chalandise": "territoire",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
