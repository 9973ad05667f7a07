"""Plans de financement : initial (équilibre à l'ouverture) et triennal (équilibre de chaque année)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.projet.exploitation import exploiter
from rncp_utils.credit.projet.hypotheses import lire_dossier
from rncp_utils.credit.projet.lecture import Projets
from rncp_utils.credit.projet.previsionnel import financement_de
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import MAXIMUM, centimes, en_euros
from rncp_utils.parametres import parametre

CONVENTION = "convention de cours"
EMPLOIS = ("immobilisations", "frais", "bfr_initial", "tva_a_prefinancer", "tresorerie_depart")
FONDS_PROPRES = ("apport", "prets_honneur", "subventions")
RESSOURCES = (*FONDS_PROPRES, "emprunts", "credit_bail")
RESSOURCES_ANNUELLES = ("caf", "apports", "emprunts", "subventions", "cessions")
EMPLOIS_ANNUELS = ("investissements", "remboursements", "variation_bfr", "dividendes")
# A loss, a fall of the need, are negative.
_SIGNES_LIBRES = ("caf", "variation_bfr", "bfr_initial")
_TOLERANCE = 0.01


def plan_financement_initial(
    emplois: Mapping[str, float] | pd.DataFrame,
    ressources: Mapping[str, float] | pd.DataFrame,
    *,
    tolerance: float = _TOLERANCE,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Plan de financement initial : ce qu'il faut à l'ouverture, et qui le paie.

    ``immobilisations HT + frais + BFR initial + TVA à préfinancer + trésorerie de départ
    = apport + prêts d'honneur + subventions + emprunts + crédit-bail``.

    Parameters
    ----------
    emplois : mapping, ou DataFrame (une ligne par projet), en euros
        ``immobilisations`` (biens en crédit-bail compris), ``frais``, ``bfr_initial``, ``tva_a_prefinancer``,
        ``tresorerie_depart`` ; un poste absent vaut 0.
    ressources : mapping, ou DataFrame de mêmes lignes, en euros
        ``apport``, ``prets_honneur``, ``subventions``, ``emprunts``, ``credit_bail``.
    tolerance : float
        Plus grand écart admis, euros.
    date : date, optional
        Jour des seuils d'apport ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``total_emplois``, ``total_ressources``, ``ecart`` (ressources - emplois), ``fonds_propres`` = apport + prêts
        d'honneur + subventions, ``dettes`` (euros) ; ``apport_sur_total``, ``fonds_propres_sur_total`` (fractions),
        ``dettes_sur_apport`` (fois) ; ``niveau_apport`` : 0 au-dessous du minimum (``projet.apport_minimal``, 25 %),
        1 entre les deux, 2 à partir du souhaitable (``projet.apport_souhaitable``, 30 %).

    Raises
    ------
    ErreurEquilibre
        Les ressources ne font pas les emplois (un projet) ; ``ecart`` dit de combien. Table : NaN et motif.
    ErreurSchema
        Poste inconnu, lignes différentes.
    ErreurDonnees
        Montant négatif, plan vide.

    Source : convention de cours pour les seuils.

    >>> plan = plan_financement_initial({"immobilisations": 180_000, "frais": 12_000, "bfr_initial": 8_000},
    ...     {"apport": 60_000, "emprunts": 140_000}, date="2024-12-31")
    >>> plan[["total_emplois", "apport_sur_total", "niveau_apport"]].tolist()
    [200000.0, 0.3, 2.0]
    """
    for nom, postes, admis in (("emplois", emplois, EMPLOIS), ("ressources", ressources, RESSOURCES)):
        inconnus = [str(poste) for poste in postes if poste not in admis]
        if inconnus:
            raise ErreurSchema(f"Postes inconnus dans les {nom} : {', '.join(inconnus)} ; choisis {', '.join(admis)}.")
    c = Colonnes(_ensemble(emplois, ressources))
    for poste in (*EMPLOIS, *RESSOURCES):
        c.refuser(np.isnan(c[poste]) if poste in c else False, f"{poste} absent")
        if poste not in _SIGNES_LIBRES:
            c.refuser(c.get(poste) < 0, f"{poste} : les montants se donnent en positif")
    total, reunis = c.somme(*EMPLOIS), c.somme(*RESSOURCES)
    c.refuser(np.asarray(total) <= 0, "aucun emploi à financer")
    c.controler_egalite(reunis, total, "total des ressources", "le total des emplois", tolerance)
    jour = dt.date.today() if date is None else date
    part = c.ratio(c.get("apport"), total, "apport sur total", den_positif=True)
    propres, dettes = c.somme(*FONDS_PROPRES), c.somme("emprunts", "credit_bail")
    seuils = [parametre(f"projet.apport_{nom}", jour) for nom in ("minimal", "souhaitable")]
    resultat = c.resultat(
        total_emplois=total,
        total_ressources=reunis,
        ecart=reunis - total,
        fonds_propres=propres,
        dettes=dettes,
        apport_sur_total=part,
        fonds_propres_sur_total=c.ratio(propres, total, "fonds propres sur total", den_positif=True),
        dettes_sur_apport=c.ratio(dettes, c.get("apport"), "dettes sur apport", den_positif=True),
        niveau_apport=sum(np.asarray(part >= seuil, dtype="float64") for seuil in seuils),
    )
    resultat.attrs["source"] = CONVENTION
    return resultat


def _ensemble(emplois: Any, ressources: Any) -> Any:
    tables = [isinstance(postes, pd.DataFrame) for postes in (emplois, ressources)]
    if not any(tables):
        return dict(emplois) | dict(ressources)
    if not all(tables) or not emplois.index.equals(ressources.index):
        raise ErreurSchema(
            "Les emplois et les ressources n'ont pas les mêmes lignes : donnez deux tables de même index."
        )
    return pd.concat([emplois, ressources], axis=1)


def plan_financement_triennal(
    postes: Mapping[str, Any] | None = None,
    *,
    tresorerie_initiale: Any = 0.0,
    hypotheses: Any = None,
    annees: int = 3,
    investissements: pd.DataFrame | None = None,
    prets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Plan de financement année par année : l'activité et les ressources nouvelles paient-elles les emplois ?

    ``solde = (CAF + apports + emprunts + subventions + cessions)
    - (investissements + remboursements + ΔBFR + dividendes)`` ; le solde cumulé, trésorerie initiale comprise, ne doit
    être négatif aucune année.

    Parameters
    ----------
    postes : mapping, en euros
        ``caf``, ``apports``, ``emprunts``, ``subventions``, ``cessions``, ``investissements``, ``remboursements``,
        ``variation_bfr`` (hausse positive), ``dividendes`` (ou prélèvements) : une liste d'années, ou un montant
        répété. Plusieurs projets : des tableaux (projets, années).
    tresorerie_initiale : float, ou une par projet
    hypotheses, annees, investissements, prets
        À la place de ``postes`` : le plan est celui du prévisionnel (:func:`compte_resultat_previsionnel`), et le solde
        cumulé est la trésorerie de son bilan.

    Returns
    -------
    DataFrame
        Une ligne par année (index ``exercice``, ou projet et exercice) : les postes, ``total_ressources``,
        ``total_emplois``, ``solde``, ``cumul`` (euros) et ``equilibre`` (vrai si le cumul n'est pas négatif).
        ``attrs["annees_en_deficit"]`` : liste des exercices (un projet), ou des couples (projet, exercice), dont le
        cumul est négatif.

    Raises
    ------
    ErreurSchema
        Poste inconnu, listes de longueurs différentes.
    ErreurDonnees
        Montant manquant, ou négatif hors CAF et BFR.

    Source : convention de cours.

    >>> plan = plan_financement_triennal({"caf": [20_000, 32_000, 40_000], "apports": [30_000, 0, 0],
    ...     "emprunts": [70_000, 0, 0], "investissements": [95_000, 0, 0], "remboursements": [12_000, 13_000, 13_500],
    ...     "variation_bfr": [18_000, 2_000, 1_000]})
    >>> plan["cumul"].tolist(), plan.attrs["annees_en_deficit"]
    ([-5000.0, 12000.0, 37500.0], [1])
    """
    if (postes is None) == (hypotheses is None):
        raise ErreurDonnees("Donnez les postes du plan, ou les hypothèses du projet (l'un ou l'autre).")
    if hypotheses is not None:
        e = exploiter(Projets(lire_dossier(hypotheses, investissements, prets), annees))
        lus, projets = _du_previsionnel(financement_de(e), e.projets)
        motif = None if e.projets.index is None else e.projets.c.resultat()["motif"].array
        return _en_plan(lus, np.zeros(len(e.projets), dtype="int64"), projets, e.projets.refuses(), motif)
    lus, projets = _lire_postes(postes)
    depart = centimes(np.broadcast_to(np.asarray(tresorerie_initiale, dtype="float64"), lus["caf"].shape[1]))
    return _en_plan(lus, depart, projets, np.zeros(len(depart), dtype=bool), None)


def _du_previsionnel(table: pd.DataFrame, p: Projets) -> tuple[dict[str, np.ndarray], pd.Index | None]:
    """Cents of the forecast, (years, projects)."""
    lus = {
        nom: centimes(table[nom].fillna(0)).reshape(len(p), p.annees).T
        if nom in table
        else np.zeros((p.annees, len(p)), dtype="int64")
        for nom in (*RESSOURCES_ANNUELLES, *EMPLOIS_ANNUELS)
    }
    return lus, p.index


def _lire_postes(postes: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], pd.Index | None]:
    admis = (*RESSOURCES_ANNUELLES, *EMPLOIS_ANNUELS)
    inconnus = [str(nom) for nom in postes if nom not in admis]
    if inconnus:
        raise ErreurSchema(f"Postes inconnus du plan : {', '.join(inconnus)} ; choisissez parmi {', '.join(admis)}.")
    try:
        lus = {nom: np.asarray(postes[nom], dtype="float64") for nom in postes}
        forme = np.broadcast_shapes(*(lu.shape for lu in lus.values()), (1,))
    except (TypeError, ValueError):
        raise ErreurSchema("Les postes du plan se donnent par listes de nombres, d'autant d'années chacune.") from None
    for nom, lu in lus.items():
        if not (np.abs(lu) <= MAXIMUM).all():
            raise ErreurDonnees(f"{nom} : montant manquant ou infini ; complétez le plan.")
        if nom not in _SIGNES_LIBRES and (lu < 0).any():
            raise ErreurDonnees(f"{nom} : les montants se donnent en positif (le BFR seul, et la CAF, ont un signe).")
    complets = {nom: np.broadcast_to(lus.get(nom, 0.0), forme) for nom in admis}
    cents = {nom: np.atleast_2d(centimes(v.ravel()).reshape(forme)).T for nom, v in complets.items()}
    return cents, pd.RangeIndex(forme[0], name="projet") if len(forme) == 2 else None


def _en_plan(
    lus: dict[str, np.ndarray], depart: np.ndarray, index: pd.Index | None, refuses: np.ndarray, motif: Any
) -> pd.DataFrame:
    total = sum(lus[nom] for nom in RESSOURCES_ANNUELLES)
    emplois = sum(lus[nom] for nom in EMPLOIS_ANNUELS)
    cumul = depart + np.cumsum(total - emplois, axis=0)
    colonnes = lus | {"total_ressources": total, "total_emplois": emplois, "solde": total - emplois, "cumul": cumul}
    annees = pd.RangeIndex(1, len(total) + 1, name="exercice")
    lignes = (
        annees
        if index is None
        else pd.MultiIndex.from_product([index, annees], names=[index.name or "projet", "exercice"])
    )
    plan = pd.DataFrame({nom: en_euros(v.T.ravel()) for nom, v in colonnes.items()}, index=lignes)
    plan.loc[np.repeat(refuses, len(total)), :] = np.nan
    plan["equilibre"] = plan["cumul"] >= 0
    if motif is not None:
        plan["motif"] = motif.repeat(len(total))
    plan.attrs["annees_en_deficit"] = plan.index[plan["cumul"] < 0].tolist()
    plan.attrs["source"] = CONVENTION
    return plan
