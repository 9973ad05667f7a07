"""Ratios financiers publiés par l'INPI et la Banque centrale européenne, sous leurs noms, aux deux régimes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.capacite_autofinancement import calculer_caf_bce
from rncp_utils.entreprise.analyse.exercices import MOIS_PAR_AN, duree_mois, parametre_a_la_cloture
from rncp_utils.entreprise.analyse.tva import achats_ttc, ca_ttc, toutes_taxes
from rncp_utils.entreprise.codes import amortissements_de, codes_de
from rncp_utils.entreprise.postes import Entreprises, Masque, Postes, Valeur, calculer, selon
from rncp_utils.entreprise.regimes import est_simplifie, melange_de_regimes, par_regime

Grandeurs = dict[str, Valeur]

CA_SIMPLIFIE = ("210", "214", "218")
MONTANTS = ("chiffre_d_affaires", "marge_brute", "ebe", "ebit", "resultat_net")
# Published in percent; here also as fractions, as all ratios of the library.
EN_POURCENT = (
    "taux_d_endettement",
    "ratio_de_liquidite",
    "ratio_de_vetuste",
    "autonomie_financiere_publiee",
    "autonomie_financiere",
    "poids_bfr_exploitation_sur_ca",
    "couverture_des_interets",
    "caf_sur_ca",
    "marge_ebe",
    "resultat_courant_avant_impots_sur_ca",
)


def ratios_bce(x: Entreprises) -> pd.Series | pd.DataFrame:
    """Ratios du jeu de données « ratios financiers (BCE / INPI) », selon ses formules et ses noms.

    Les formules sont celles du régime normal (2050 et suivants) ou du régime simplifié (2033), reconnu à ses codes.
    Un ratio publié en pourcentage est donné en fraction sous son nom, et multiplié par cent sous ``…_pct``. Les
    ``…_jours`` comptent des années de 360 jours ; ``capacite_de_remboursement`` est en années.

    Trois lectures à connaître : ``ratio_de_vetuste`` est net sur brut (1 pour un matériel neuf, l'inverse de l'usage) ;
    ``couverture_des_interets`` est charges financières sur EBE (bas, c'est bon) ; au régime simplifié,
    ``autonomie_financiere_publiee`` suit la formule de la source, (156 + 169) / 180, qui est un taux de dettes : la
    valeur corrigée, 142 / 180, est ``autonomie_financiere``. Au régime normal les deux sont égales.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Comptes par codes, en euros. Le chiffre d'affaires est exigé (FL, ou l'un de 210, 214 et 218), avec GG et GW
        (270 au régime simplifié) ; un code absent compte pour 0. Sans TVA collectée ou déductible (YY, YZ, 374, 378),
        le taux normal de la date de clôture la remplace, et le motif le dit.

    Returns
    -------
    Series ou DataFrame
        Un ratio dont le dénominateur est nul, ou négatif, n'a pas de sens : NaN avec son motif. Sans bilan, les
        ratios de bilan sont NaN. Les montants ne sont pas annualisés, comme à la source.

    Raises
    ------
    ErreurSchema
        Poste exigé absent.

    Source : data.economie.gouv.fr, jeu ``ratios_inpi_bce``, description des champs.

    Examples
    --------
    >>> from rncp_utils.entreprise.exemples import martin
    >>> ratios = ratios_bce(martin())
    >>> ratios[["taux_d_endettement_pct", "capacite_de_remboursement", "credit_fournisseurs_jours"]].round(2).to_dict()
    {'taux_d_endettement_pct': 97.82, 'capacite_de_remboursement': 2.24, 'credit_fournisseurs_jours': 50.0}
    """
    if melange_de_regimes(x):
        return par_regime(x, ratios_bce)
    simplifie = est_simplifie(x)
    lire_resultat = _resultat_simplifie if simplifie else _resultat_normal
    lire_bilan = _bilan_simplifie if simplifie else _bilan_normal

    def formule(p: Postes) -> Grandeurs:
        resultat, bilan = lire_resultat(p), lire_bilan(p)
        p.douter(duree_mois(p) != MOIS_PAR_AN, "exercice d'une autre durée que 12 mois : ratios publiés non annualisés")
        fractions = _structure(p, bilan) | _exploitation(p, resultat, bilan)
        pourcentages = {f"{nom}_pct": 100.0 * fractions[nom] for nom in EN_POURCENT}
        return {nom: resultat[nom] for nom in MONTANTS} | fractions | pourcentages

    return calculer(x, formule)


def _structure(p: Postes, b: Grandeurs) -> Grandeurs:
    capitaux_propres = p.denominateur(b["capitaux_propres"], "capitaux propres", positif=True)
    total_bilan = p.denominateur(b["total_bilan"], "total du bilan", positif=True)
    dettes_court_terme = p.denominateur(b["dettes_court_terme"], "dettes à court terme", positif=True)
    corporelles_brutes = p.denominateur(b["corporelles_brutes"], "immobilisations corporelles brutes", positif=True)
    return {
        "taux_d_endettement": b["endettement"] / capitaux_propres,
        "ratio_de_liquidite": b["actif_liquide"] / dettes_court_terme,
        "ratio_de_vetuste": b["corporelles_nettes"] / corporelles_brutes,
        "autonomie_financiere_publiee": b["autonomie_publiee"] / total_bilan,
        "autonomie_financiere": b["capitaux_propres"] / total_bilan,
    }


def _exploitation(p: Postes, r: Grandeurs, b: Grandeurs) -> Grandeurs:
    ca = p.denominateur(r["chiffre_d_affaires"], "chiffre d'affaires", positif=True)
    ca_subventions = p.denominateur(r["ca_et_subventions"], "chiffre d'affaires et subventions", positif=True)
    ca_de_la_caf = p.denominateur(r["ca_de_la_caf"], "chiffre d'affaires et subventions", positif=True)
    ebe = p.denominateur(r["ebe"], "EBE", positif=True)
    caf = p.denominateur(r["caf"], "CAF", positif=True)
    ventes_ttc = p.denominateur(r["ca_ttc"], "chiffre d'affaires TTC", positif=True)
    fournitures_ttc = p.denominateur(r["achats_ttc"], "achats TTC", positif=True)
    base_jours = parametre_a_la_cloture(p, "ratios.base_jours")
    poids_bfr = b["bfr_exploitation"] / ca
    return {
        "poids_bfr_exploitation_sur_ca": poids_bfr,
        "poids_bfr_exploitation_sur_ca_jours": poids_bfr * base_jours,
        "couverture_des_interets": r["charges_financieres"] / ebe,
        "caf_sur_ca": r["caf"] / ca_de_la_caf,
        "capacite_de_remboursement": b["dettes_a_rembourser"] / caf,
        "marge_ebe": r["ebe"] / ca_subventions,
        "resultat_courant_avant_impots_sur_ca": r["rcai"] / ca_subventions,
        "rotation_des_stocks_jours": b["stocks"] * base_jours / ca,
        "credit_clients_jours": b["clients"] * base_jours / ventes_ttc,
        "credit_fournisseurs_jours": b["fournisseurs"] * base_jours / fournitures_ttc,
    }


def _resultat_normal(p: Postes) -> Grandeurs:
    """Amounts of the published formulas that the income statement gives, 2052 and 2053."""
    ca = p["FL"]
    ca_et_subventions = ca + p.get("FO")
    marchandises_et_matieres = p.somme("FS", "FT", "FU", "FV")
    autres_charges = p.somme("FW", "FX", "FY", "FZ")
    return {
        "chiffre_d_affaires": ca,
        "ca_et_subventions": ca_et_subventions,
        "ca_de_la_caf": ca_et_subventions,
        "marge_brute": ca - marchandises_et_matieres,
        "ebe": ca_et_subventions + p.somme("FM", "FN") - marchandises_et_matieres - autres_charges,
        "ebit": p["GG"],
        "rcai": p["GW"],
        "resultat_net": _resultat_net(p),
        "charges_financieres": p.get("GU"),
        "caf": calculer_caf_bce(p),
        "ca_ttc": ca_ttc(p),
        "achats_ttc": achats_ttc(p),
    }


def _bilan_normal(p: Postes) -> Grandeurs:
    """Those that the balance sheet gives, 2050 and 2051."""
    capitaux_propres = p.somme("DL", "DO")
    emprunts = p.somme("DS", "DT", "DU", "DV")
    dettes_exploitation = p.somme("DW", "DX", "DY", "DZ", "EA")
    actif_circulant = p.get("CJ") - p.get("CK")
    corporelles = codes_de("immobilisations_corporelles")
    brutes = p.somme(*corporelles)
    bilan = {
        "capitaux_propres": capitaux_propres,
        "total_bilan": p.get("EE"),
        "autonomie_publiee": capitaux_propres,
        "endettement": emprunts + p.get("YS"),
        "dettes_a_rembourser": emprunts - p.get("EH"),
        "actif_liquide": actif_circulant - p.get("CH") + p.get("CI"),
        "dettes_court_terme": dettes_exploitation + p.get("EH"),
        "corporelles_brutes": brutes,
        "corporelles_nettes": brutes - p.somme(*amortissements_de("immobilisations_corporelles")),
        "bfr_exploitation": actif_circulant
        - p.somme("CF", "CD")
        + p.somme("CG", "CE")
        - dettes_exploitation
        - p.get("EB"),
        "stocks": p.somme(*codes_de("stocks")),
        "clients": p.somme("BX", "YS"),
        "fournisseurs": p.get("DX"),
    }
    return _bilan_depose(p, bilan, "DL", "EE", "CJ")


def _resultat_simplifie(p: Postes) -> Grandeurs:
    """The same amounts from the form 2033-B."""
    ca = _ca_simplifie(p)
    ca_et_subventions = ca + p.get("226")
    marchandises_et_matieres = p.somme("234", "236", "238", "240")
    rcai = p["270"] + p.get("280") - p.get("294")
    return {
        "chiffre_d_affaires": ca,
        "ca_et_subventions": ca_et_subventions,
        # The source divides the CAF by sales alone here, by sales and grants at the régime normal.
        "ca_de_la_caf": ca,
        "marge_brute": ca - marchandises_et_matieres,
        "ebe": ca_et_subventions
        + p.somme("222", "224")
        - marchandises_et_matieres
        - p.somme("242", "244", "250", "252"),
        "ebit": p["270"],
        "rcai": rcai,
        "resultat_net": p["310"],
        "charges_financieres": p.get("294"),
        "caf": rcai + p.somme("254", "256", "290") - p.somme("300", "306"),
        "ca_ttc": toutes_taxes(p, ca, "374", None, "TVA collectée (374) inconnue, estimée au taux normal"),
        "achats_ttc": toutes_taxes(
            p, p.somme("234", "238", "242"), "378", None, "TVA déductible (378) inconnue, estimée au taux normal"
        ),
    }


def _bilan_simplifie(p: Postes) -> Grandeurs:
    """The same amounts from the form 2033-A."""
    endettement = p.somme("156", "169")
    dettes_exploitation = p.somme("164", "166", "172")
    actif_circulant = p.get("096") - p.get("098")
    bilan = {
        "capitaux_propres": p.get("142"),
        "total_bilan": p.get("180"),
        "autonomie_publiee": endettement,
        "endettement": endettement,
        "dettes_a_rembourser": p.get("156"),
        "actif_liquide": p.get("096") - p.get("092") - p.get("098") + p.get("094"),
        "dettes_court_terme": dettes_exploitation,
        "corporelles_brutes": p.get("028"),
        "corporelles_nettes": p.get("028") - p.get("030"),
        "bfr_exploitation": (
            actif_circulant - p.somme("084", "080") + p.somme("086", "082") - dettes_exploitation - p.get("174")
        ),
        "stocks": p.somme("050", "060"),
        "clients": p.get("068"),
        "fournisseurs": p.get("166"),
    }
    return _bilan_depose(p, bilan, "142", "180", "096")


def _resultat_net(p: Postes) -> Valeur:
    """HN, or DI of the balance sheet where HN is absent."""
    resultat, absent = p.complement("HN")
    if not np.any(absent):
        return resultat
    du_bilan, inconnu = p.complement("DI")
    p.signaler(absent & inconnu, "postes HN et DI absents")
    return selon(absent, selon(inconnu, np.nan, du_bilan), resultat)


def _ca_simplifie(p: Postes) -> Valeur:
    """Sales of the 2033-B, unknown only where none of their three lines is filled."""
    if not any(code in p for code in CA_SIMPLIFIE):
        return p[CA_SIMPLIFIE[0]]
    inconnu: Masque = True
    for code in CA_SIMPLIFIE:
        inconnu = inconnu & p.complement(code)[1]
    p.signaler(inconnu, "chiffre d'affaires absent (210, 214 et 218)")
    return selon(inconnu, np.nan, p.somme(*CA_SIMPLIFIE))


def _bilan_depose(p: Postes, bilan: Mapping[str, Valeur], *totaux: str) -> Grandeurs:
    """Amounts of the balance sheet, NaN with a reason where one of its totals is not filled: 0 would be a lie."""
    absent: Masque = False
    for code in totaux:
        absent = absent | p.complement(code)[1]
    p.signaler(absent, f"bilan absent ou incomplet ({', '.join(totaux)})", bloquant=False)
    return {nom: selon(absent, np.nan, valeur) for nom, valeur in bilan.items()}
