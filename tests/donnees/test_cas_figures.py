"""Every figure of the tables of the cases comes out of the engines: 24 years, to the euro or to what is printed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from rncp_utils.donnees import cas, lister_cas
from rncp_utils.donnees.fils_rouges.modele import ANNEES
from rncp_utils.entreprise import bilan_fonctionnel, caf, ratios, rotation, sig
from rncp_utils.entreprise.liasse import Liasse

# Half of the last printed digit, and a little for a tie: 12.5 days are printed 12.
DEMI = 0.5 + 1e-9
NON_SIGNIFICATIF = "n.s."


def lire_les_tables() -> list[tuple[str, str, tuple[str, ...]]]:
    texte = Path(__file__).with_name("figures_des_cas.csv").read_text(encoding="utf-8")
    lignes = csv.DictReader(texte.splitlines(), delimiter=";")
    return [(ligne["cas"], ligne["figure"], tuple(ligne[annee] for annee in ANNEES)) for ligne in lignes]


TABLES = lire_les_tables()


@cache
def calcul(code: str, annee: str, moteur: Callable):
    return moteur(cas(code).exercices[annee])


def solde(nom: str) -> Callable[[str, str], float]:
    return lambda code, annee: calcul(code, annee, sig)[nom]


def case(formule: str) -> Callable[[str, str], float]:
    """Signed sum of boxes, as the bank's reading of the form has it."""

    def lire(code: str, annee: str) -> float:
        liasse = cas(code).exercices[annee]
        return sum((-1 if mot[0] == "-" else 1) * liasse.get(mot.lstrip("-")) for mot in formule.split())

    return lire


@cache
def bilan(liasse_de: str, annee: str):
    return bilan_fonctionnel(cas(liasse_de).exercices[annee], bz_hors_exploitation=0)


def masse(nom: str) -> Callable[[str, str], float]:
    return lambda code, annee: bilan(code, annee)[nom]


def ca(code: str, annee: str) -> float:
    return cas(code).exercices[annee]["FL"]


def delai_stock(code: str, annee: str) -> float:
    """All the stocks over all that was consumed, which is how the tables are printed: one nature for the engine."""
    liasse = cas(code).exercices[annee]
    reunie = liasse.avec(
        BL=sum(liasse.get(stock) for stock in ("BL", "BN", "BP", "BR", "BT")),
        FU=sum(liasse.get(achat) for achat in ("FU", "FS")),
        FV=sum(liasse.get(variation) for variation in ("FV", "FT")),
    )
    jours = rotation(reunie)["rotation_matieres"]
    # Without purchases the engine says nothing, and the table prints 0.
    return jours if reunie["FU"] else 0.0


def delai(nom: str) -> Callable[[str, str], float]:
    return lambda code, annee: calcul(code, annee, rotation)[nom]


def dette_mlt_sur_caf(code: str, annee: str) -> float:
    """Bank loans alone: the engine's own df_sur_caf counts the shareholders' accounts too."""
    return case("DU -EH")(code, annee) / calcul(code, annee, caf)["caf"]


def caf_sur_capital(code: str, annee: str) -> float:
    return calcul(code, annee, caf)["caf"] / cas(code).exercices[annee]["VK"]


def mouvement(nom: str) -> Callable[[str, str], float]:
    return lambda code, annee: getattr(cas(code).mouvements[annee], nom)


def nette(liasse: Liasse) -> float:
    return liasse["BJ"] - liasse["BK"]


EXACT, JOUR = 0, 1
# Each figure of the tables: what computes it, and the unit of its last printed digit (EXACT: equal to the euro).
FIGURES: dict[str, tuple[float, Callable[[str, str], float]]] = {
    "ca": (EXACT, solde("chiffre_affaires")),
    "marge_commerciale": (EXACT, solde("marge_commerciale")),
    "va": (EXACT, solde("valeur_ajoutee")),
    "ebe": (EXACT, solde("ebe")),
    "autres_charges_nettes": (EXACT, case("GE -FQ -FP")),
    "dotations": (EXACT, case("GA GB GC GD")),
    "rex": (EXACT, solde("resultat_exploitation")),
    "charges_financieres_nettes": (EXACT, lambda code, annee: -solde("resultat_financier")(code, annee)),
    "rcai": (EXACT, solde("rcai")),
    "exceptionnel": (EXACT, solde("resultat_exceptionnel")),
    "is": (EXACT, case("HK")),
    "resultat_net": (EXACT, solde("resultat_net")),
    "caf": (EXACT, lambda code, annee: calcul(code, annee, caf)["caf"]),
    "distributions": (EXACT, mouvement("dividendes")),
    "capital_rembourse": (EXACT, case("VK")),
    "investissements": (EXACT, mouvement("acquisitions")),
    "emprunts_nouveaux": (EXACT, case("VJ")),
    "immobilisations_nettes": (EXACT, lambda code, annee: nette(cas(code).exercices[annee])),
    "stocks": (EXACT, case("BL BN BP BR BT")),
    "clients": (EXACT, case("BX")),
    "autres_creances": (EXACT, case("BZ CH")),
    "disponibilites": (EXACT, case("CF CD")),
    "total_actif": (EXACT, case("CO -1A")),
    "capitaux_propres": (EXACT, case("DL")),
    "emprunts_mlt": (EXACT, case("DU -EH")),
    "comptes_courants": (EXACT, case("DV")),
    "fournisseurs": (EXACT, case("DX")),
    "dettes_fiscales_sociales": (EXACT, case("DY")),
    "autres_dettes": (EXACT, case("EA DW DZ EB")),
    "concours_bancaires": (EXACT, case("EH")),
    "total_passif": (EXACT, case("EE")),
    "frng": (EXACT, masse("frng")),
    "bfr": (EXACT, masse("bfr")),
    "tn": (EXACT, masse("tresorerie_nette")),
    "ebe_sur_ca": (0.001, lambda code, annee: calcul(code, annee, ratios)["taux_marge_ebe"]),
    "autonomie": (0.001, lambda code, annee: calcul(code, annee, ratios)["autonomie_financiere"]),
    "delai_clients": (JOUR, delai("delai_clients")),
    "delai_fournisseurs": (JOUR, delai("delai_fournisseurs")),
    "delai_stock": (JOUR, delai_stock),
    "bfr_jours": (JOUR, lambda code, annee: bilan(code, annee)["bfr"] * 360 / ca(code, annee)),
    "dette_sur_caf": (0.01, dette_mlt_sur_caf),
    "caf_sur_capital": (0.01, caf_sur_capital),
}
EN_POURCENT = {"ebe_sur_ca", "autonomie"}


@pytest.mark.parametrize(("code", "figure", "attendus"), TABLES, ids=[f"{c}-{f}" for c, f, _ in TABLES])
def test_chaque_figure_du_cas_sort_des_moteurs(code: str, figure: str, attendus: tuple[str, ...]) -> None:
    pas, calculer = FIGURES[figure]
    for annee, imprime in zip(ANNEES, attendus, strict=True):
        if imprime == NON_SIGNIFICATIF:
            assert calcul(code, annee, caf)["caf"] <= 0
            continue
        attendu = float(imprime) / (100 if figure in EN_POURCENT else 1)
        assert abs(calculer(code, annee) - attendu) <= DEMI * pas, (annee, imprime)


def test_les_tables_couvrent_les_vingt_quatre_exercices() -> None:
    assert {code for code, _, _ in TABLES} == set(lister_cas()) - {"CAS-06"}
    assert sum(len(cas(code).exercices) for code in lister_cas()) == 24
    assert len(TABLES) == 294
