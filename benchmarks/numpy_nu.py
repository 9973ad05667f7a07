"""The arithmetic of SIG, CAF, bilan fonctionnel and BCE ratios in bare NumPy: what bench_analyse compares with.

Every box is there and every company is sound: nothing is checked, nothing is named but the results.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Colonnes = Mapping[str, np.ndarray]
JOURS = 360


def analyser_en_numpy(a: Colonnes) -> list[dict[str, np.ndarray]]:
    """The same results as the library, as dictionaries of arrays."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return [_sig(a), _caf(a), _bilan(a), _ratios(a)]


def _sig(a: Colonnes) -> dict[str, np.ndarray]:
    ca = a["FL"]
    marge_commerciale = a["FC"] - a["FS"] - a["FT"]
    production = a["FF"] + a["FI"] + a["FM"] + a["FN"]
    matieres = a["FU"] + a["FV"]
    marge_production = production - matieres
    marge_globale = ca - (a["FS"] + a["FT"] + a["FU"] + a["FV"])
    consommation = matieres + a["FW"]
    va = marge_commerciale + production - consommation
    ebe = va + a["FO"] - (a["FX"] + a["FY"] + a["FZ"])
    rex = ebe + (a["FP"] + a["FQ"]) - (a["GA"] + a["GB"] + a["GC"] + a["GD"]) - a["GE"]
    financier = a["GP"] - a["GU"]
    rcai = rex + a["GH"] - a["GI"] + financier
    exceptionnel = a["HD"] - a["HH"]
    net = rcai + exceptionnel - a["HJ"] - a["HK"]
    personnel = (a["FY"] + a["FZ"]) / va
    etat = (a["FX"] + a["HK"]) / va
    preteurs = a["GU"] / va
    associes = a["ZE"] / va
    return {
        "chiffre_affaires": ca.copy(),
        "marge_commerciale": marge_commerciale,
        "production_exercice": production,
        "marge_brute_production": marge_production,
        "marge_globale": marge_globale,
        "consommation_tiers": consommation,
        "valeur_ajoutee": va,
        "ebe": ebe,
        "resultat_exploitation": rex,
        "resultat_financier": financier,
        "rcai": rcai,
        "resultat_exceptionnel": exceptionnel,
        "resultat_net": net,
        "plus_ou_moins_value_cession": a["c775"] - a["c675"],
        "marge_commerciale_sur_ca": marge_commerciale / ca,
        "production_exercice_sur_ca": production / ca,
        "marge_brute_production_sur_ca": marge_production / ca,
        "marge_globale_sur_ca": marge_globale / ca,
        "valeur_ajoutee_sur_ca": va / ca,
        "ebe_sur_ca": ebe / ca,
        "resultat_exploitation_sur_ca": rex / ca,
        "rcai_sur_ca": rcai / ca,
        "resultat_exceptionnel_sur_ca": exceptionnel / ca,
        "resultat_net_sur_ca": net / ca,
        "part_personnel": personnel,
        "part_etat": etat,
        "part_preteurs": preteurs,
        "part_associes": associes,
        "part_entreprise": 1 - personnel - etat - preteurs - associes,
    }


def _caf(a: Colonnes) -> dict[str, np.ndarray]:
    dotations = a["GA"] + a["GB"] + a["GC"] + a["GD"] + a["GQ"] + a["HG"]
    reprises = a["FP"] - a["A1"] + a["GM"] + a["HC"]
    additive = a["HN"] + dotations + a["c675"] - reprises - a["c775"] - a["c777"]
    va = a["FC"] - a["FS"] - a["FT"] + a["FF"] + a["FI"] + a["FM"] + a["FN"] - a["FU"] - a["FV"] - a["FW"]
    ebe = va + a["FO"] - a["FX"] - a["FY"] - a["FZ"]
    soustractive = (
        (ebe + a["A1"] + a["FQ"] - a["GE"] + a["GH"] - a["GI"] + a["GP"] - a["GM"] - a["GU"] + a["GQ"])
        + (a["HA"] + a["HB"] - a["c775"] - a["c777"] - a["HE"] - a["HF"] + a["c675"])
        - (a["HJ"] + a["HK"])
    )
    return {
        "caf": additive.copy(),
        "additive": additive,
        "soustractive": soustractive,
        "caf_sur_ca": additive / a["FL"],
    }


def _bilan(a: Colonnes) -> dict[str, np.ndarray]:
    propres = a["DL"] + a["DO"] + a["DR"] + a["BK"] + a["CK"] - a["AA"] - a["CW"]
    stables = a["DS"] + a["DT"] + a["DU"] - a["EH"] + a["DV"] - a["CM"]
    frng = propres + stables - a["BJ"]
    stocks = a["BL"] + a["BN"] + a["BP"] + a["BR"] + a["BT"]
    exploitation = stocks + a["BV"] + a["BX"] + a["BZ"] + a["CH"] + a["YS"]
    dettes_exploitation = a["DW"] + a["DX"] + a["DY"] + a["EB"] - a["8E"]
    bfre = exploitation - dettes_exploitation
    hors_exploitation = a["CB"] + a["CN"]
    dettes_hors_exploitation = a["8E"] + a["DZ"] + a["EA"] + a["ED"]
    bfrhe = hors_exploitation - dettes_hors_exploitation
    active, passive = a["CF"] + a["CD"], a["EH"] + a["YS"]
    return {
        "emplois_stables": a["BJ"].copy(),
        "ressources_propres": propres,
        "dettes_financieres_stables": stables,
        "ressources_stables": propres + stables,
        "frng": frng,
        "ac_exploitation": exploitation,
        "dettes_exploitation": dettes_exploitation,
        "bfre": bfre,
        "ac_hors_exploitation": hors_exploitation,
        "dettes_hors_exploitation": dettes_hors_exploitation,
        "bfrhe": bfrhe,
        "bfr": bfre + bfrhe,
        "tresorerie_active": active,
        "tresorerie_passive": passive,
        "tresorerie_nette": active - passive,
    }


def _ratios(a: Colonnes) -> dict[str, np.ndarray]:
    ca, ca_subventions = a["FL"], a["FL"] + a["FO"]
    matieres = a["FS"] + a["FT"] + a["FU"] + a["FV"]
    marge = ca - matieres
    ebe = marge + a["FO"] + a["FM"] + a["FN"] - a["FW"] - a["FX"] - a["FY"] - a["FZ"]
    dotations = a["GA"] + a["GB"] + a["GC"] + a["GD"] + a["GQ"]
    caf = a["GW"] - a["FP"] - a["GM"] + dotations + a["HA"] - a["HE"] - a["HJ"] - a["HK"]
    propres = a["DL"] + a["DO"]
    emprunts = a["DS"] + a["DT"] + a["DU"] + a["DV"]
    dettes = a["DW"] + a["DX"] + a["DY"] + a["DZ"] + a["EA"]
    circulant = a["CJ"] - a["CK"]
    brutes = a["AN"] + a["AP"] + a["AR"] + a["AT"] + a["AV"] + a["AX"]
    nettes = brutes - (a["AO"] + a["AQ"] + a["AS"] + a["AU"] + a["AW"] + a["AY"])
    bfr = circulant - a["CF"] + a["CG"] - a["CD"] + a["CE"] - dettes - a["EB"]
    stocks = a["BL"] + a["BN"] + a["BP"] + a["BR"] + a["BT"]
    fractions = {
        "taux_d_endettement": (emprunts + a["YS"]) / propres,
        "ratio_de_liquidite": (circulant - a["CH"] + a["CI"]) / (dettes + a["EH"]),
        "ratio_de_vetuste": nettes / brutes,
        "autonomie_financiere_publiee": propres / a["EE"],
        "autonomie_financiere": propres / a["EE"],
        "poids_bfr_exploitation_sur_ca": bfr / ca,
        "couverture_des_interets": a["GU"] / ebe,
        "caf_sur_ca": caf / ca_subventions,
        "marge_ebe": ebe / ca_subventions,
        "resultat_courant_avant_impots_sur_ca": a["GW"] / ca_subventions,
    }
    return {
        "chiffre_d_affaires": ca.copy(),
        "marge_brute": marge,
        "ebe": ebe,
        "ebit": a["GG"].copy(),
        "resultat_net": a["HN"].copy(),
        **fractions,
        **{f"{nom}_pct": 100 * fraction for nom, fraction in fractions.items()},
        "poids_bfr_exploitation_sur_ca_jours": fractions["poids_bfr_exploitation_sur_ca"] * JOURS,
        "capacite_de_remboursement": (emprunts - a["EH"]) / caf,
        "rotation_des_stocks_jours": stocks * JOURS / ca,
        "credit_clients_jours": (a["BX"] + a["YS"]) * JOURS / (ca + a["YY"]),
        "credit_fournisseurs_jours": a["DX"] * JOURS / (a["FS"] + a["FU"] + a["FW"] + a["YZ"]),
    }
