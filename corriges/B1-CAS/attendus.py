"""B1-CAS: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

from typing import Any

from rncp_utils.credit import tableau_amortissement
from rncp_utils.donnees import variante
from rncp_utils.donnees.dossier import comparaison_sectorielle
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.formats import formater_nombre

DEVOIR = "B1-CAS"
Reponses = dict[str, dict[str, Any]]
LOYERS_RETENUS = 0.70


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    garage = variante("CAS-04", apprenant, DEVOIR, session)
    n = lignes(garage, "N")
    marge, va, ebe, caf = soldes(n)
    avec, sans, charges = _foyer(garage)
    mensualite, interets, capital = premiere_annee(garage)
    couverture = (caf - garage.mouvements["N"].dividendes) / (exigible(garage) + capital)
    return {
        "cas_va": {"marge": fr(marge), "va": fr(va), "ebe": fr(ebe)},
        "cas_caf": {"soustractive": fr(caf), "additive": fr(caf)},
        "cas_bfr": {"equilibre": equilibre(garage)},
        "cas_delais": {nom: fr(round(jours)) for nom, jours in delais(n).items()},
        "cas_sect": {"positions": _positions(garage)},
        "cas_rev": {
            "avec": fr(avec),
            "sans": fr(sans),
            "taux": fr(100 * charges / sans, 1),
            "reste": fr((sans - charges) / 12),
        },
        "cas_annuite": {"mensualite": fr(mensualite, 2), "interets": fr(interets, 2), "capital": fr(capital, 2)},
        "cas_dscr": {
            "couverture": fr(couverture, 2),
            "lecture": "insuffisante" if couverture < 1 else "juste" if couverture <= 1.2 else "suffisante",
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    garage = variante("CAS-04", apprenant, DEVOIR, session)
    n, juste = lignes(garage, "N"), modele(apprenant, session)
    caf = soldes(n)[3]
    fausse_marge = n["FC"] - n["FS"] + n["FT"]
    fausse_va = fausse_marge + n["FI"] - n["FW"]
    charges = _foyer(garage)[2]
    brut = sum(revenu.montants["N"] for revenu in garage.foyer.revenus)
    pret, dividendes = garage.projets[0].pret, garage.mouvements["N"].dividendes
    _, _, capital = premiere_annee(garage)
    cases = dict(juste["cas_bfr"]["equilibre"])
    cases["n.tn"] = fr(-123_456)
    reponses = {
        # The stock the wrong way round (half), then two figures consistent with it (half each).
        "cas_va": {
            "marge": fr(fausse_marge),
            "va": fr(fausse_va),
            "ebe": fr(fausse_va - n["FX"] - n["FY"] - n["FZ"]),
        },
        # Depreciation taken away: half, and the two figures do not meet.
        "cas_caf": {"soustractive": fr(caf), "additive": fr(n["HN"] - n["GA"])},
        "cas_bfr": {"equilibre": cases},
        "cas_delais": {**juste["cas_delais"], "stock": ""},
        "cas_sect": {"positions": dict.fromkeys(juste["cas_sect"]["positions"], "sous_q1")},
        # Rents in full (half), dividends taken off that (half), the ratio consistent with it (half), nothing more.
        "cas_rev": {
            "avec": fr(brut),
            "sans": fr(brut - dividendes),
            "taux": fr(100 * charges / (brut - dividendes), 1),
            "reste": "",
        },
        "cas_annuite": {
            "mensualite": juste["cas_annuite"]["mensualite"],
            "interets": fr(pret.montant * pret.taux, 2),
            "capital": fr(12 * pret.montant / pret.duree_mois, 2),
        },
        "cas_dscr": {"couverture": fr(caf / (exigible(garage) + capital), 2), "lecture": "suffisante"},
    }
    points = {
        "cas_va": 3.0,
        "cas_caf": 3.0,
        "cas_bfr": round(6 * 8 / 9, 4),
        "cas_delais": 3.0,
        "cas_sect": 0.0,
        "cas_rev": 1.25 + 1.25 + _points_du_taux(garage),
        "cas_annuite": 3 + 1.5 + 1,
        "cas_dscr": 2.0,
    }
    return reponses, points


def _points_du_taux(garage: Cas) -> float:
    """The rents in full move the ratio by so little that it may stay within its tolerance: then it is right."""
    _, sans, charges = _foyer(garage)
    brut = sum(revenu.montants["N"] for revenu in garage.foyer.revenus) - garage.mouvements["N"].dividendes
    return 3.0 if abs(round(100 * charges / brut, 1) - 100 * charges / sans) <= 0.1 else 1.5


def fr(valeur: float, decimales: int = 0) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)


def lignes(garage: Cas, annee: str) -> dict[str, float]:
    x = garage.exercices[annee]
    codes = ("FC", "FI", "FS", "FT", "FW", "FX", "FY", "FZ", "FQ", "GE", "GA", "GL", "GR", "HK", "HN", "FL", "YY", "YZ")
    return {code: x.get(code) for code in (*codes, "BX", "BT", "DX")}


def soldes(n: dict[str, float]) -> tuple[float, float, float, float]:
    marge = n["FC"] - n["FS"] - n["FT"]
    va = marge + n["FI"] - n["FW"]
    ebe = va - n["FX"] - n["FY"] - n["FZ"]
    caf = ebe + n["FQ"] - n["GE"] + n["GL"] - n["GR"] - n["HK"]
    return marge, va, ebe, caf


def equilibre(garage: Cas) -> dict[str, str]:
    cases = {}
    for ligne, annee in (("n2", "N-2"), ("n1", "N-1"), ("n", "N")):
        x = garage.exercices[annee]
        frng = x["DL"] + x.get("DV") + x["DU"] - x.get("EH") - (x["BJ"] - x["BK"])
        bfr = sum(x.get(code) for code in ("BT", "BX", "BZ", "CH")) - sum(x.get(code) for code in ("DX", "DY", "EA"))
        tn = x.get("CF") - x.get("EH")
        cases |= {f"{ligne}.frng": fr(frng), f"{ligne}.bfr": fr(bfr), f"{ligne}.tn": fr(tn)}
    return cases


def delais(n: dict[str, float]) -> dict[str, float]:
    return {
        "clients": n["BX"] / (n["FL"] + n["YY"]) * 360,
        "fournisseurs": n["DX"] / (n["FS"] + n["FW"] + n["YZ"]) * 360,
        "stock": n["BT"] / (n["FS"] + n["FT"]) * 360,
    }


def _positions(garage: Cas) -> dict[str, str]:
    noms = ("sous_q1", "q1_mediane", "mediane_q3", "sur_q3")
    lignes = comparaison_sectorielle(garage).to_numpy()
    cles = ("ebe", "stock", "clients", "autonomie", "couverture")
    return {cle: noms[int((ligne[0] >= ligne[1:]).sum())] for cle, ligne in zip(cles, lignes, strict=True)}


def _foyer(garage: Cas) -> tuple[float, float, float]:
    revenus = {revenu.type: revenu.montants["N"] for revenu in garage.foyer.revenus}
    avec = sum(revenus.values()) - (1 - LOYERS_RETENUS) * revenus["revenus_fonciers"]
    charges = 12 * sum(charge.mensualites["N"] for charge in garage.foyer.charges)
    return avec, avec - revenus["dividendes"], charges


def premiere_annee(garage: Cas) -> tuple[float, float, float]:
    pret = garage.projets[0].pret
    annee = tableau_amortissement(pret.montant, pret.taux, pret.duree_mois).head(12)
    return annee["echeance_hors_assurance"].iloc[0], annee["interets"].sum(), annee["capital"].sum()


def exigible(garage: Cas) -> int:
    return sum(credit.exigible_a_un_an for credit in garage.credits)
