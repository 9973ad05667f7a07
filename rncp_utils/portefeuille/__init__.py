"""Segmentation, equipment, net banking income, potential, events, campaigns.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "Besoin": "gamme",
    "Chiffre": "fiche",
    "FicheEntretien": "fiche",
    "GAMME_DU_COURS": "gamme",
    "Gamme": "gamme",
    "LigneTarif": "gamme",
    "Produit": "gamme",
    "carte_strategique": "figures",
    "charger_gamme": "gamme",
    "charger_produits": "gamme",
    "contacts_necessaires": "campagne",
    "courbe_lorenz": "figures",
    "cout_acquisition": "campagne",
    "cout_annuel": "tarifs",
    "cout_du_financement": "financements",
    "cout_mensuel": "tarifs",
    "dernier_jour_de_contact": "contacts",
    "durees_de_financement": "financements",
    "eligibilite": "produits",
    "entonnoir": "campagne",
    "est_prospection": "contacts",
    "evenements": "evenements_clients",
    "fiche_entretien": "fiche",
    "fiches": "tarifs",
    "loyer_de_credit_bail": "financements",
    "matrice_strategique": "segmentation",
    "mise_en_place": "tarifs",
    "natures_de_besoin": "financements",
    "part_du_tarif": "financements",
    "plan_action": "campagne",
    "pnb_client": "rentabilite",
    "prix": "tarifs",
    "prochain_anniversaire": "evenements_clients",
    "recommandations": "campagne",
    "rentabilite_client": "rentabilite",
    "roi_campagne": "campagne",
    "rythme_de_contact": "contacts",
    "score_potentiel": "rentabilite",
    "section_naf": "segmentation",
    "segmenter": "segmentation",
    "solutions_de_financement": "financements",
    "tarif": "tarifs",
    "taux_annuel": "financements",
    "taux_equipement": "produits",
    "zone_chalandise": "territoire",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
