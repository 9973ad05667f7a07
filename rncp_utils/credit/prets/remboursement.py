"""Remboursement anticipé d'un prêt, total ou partiel, et son indemnité."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.prets.arrondi import ECHELLE, fraction_de_taux, produit_exact
from rncp_utils.credit.prets.reprise import (
    DUREE,
    ECHEANCE,
    duree_a_echeance_constante,
    echeance_en_cours,
    exiger_echeance_unique,
    ligne_apres_laquelle,
    lire_contrat,
    reprendre,
)
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import euros
from rncp_utils.monnaie import centimes, en_euros, produit_arrondi
from rncp_utils.parametres import parametre

TOTAL = "total"
IMMOBILIER_PARTICULIER, PRO_CONTRACTUELLE = "immobilier_particulier", "pro_contractuelle"
REGLES = (IMMOBILIER_PARTICULIER, PRO_CONTRACTUELLE)
REMBOURSEMENT, INDEMNITE = "remboursement_anticipe", "indemnite"


@dataclass(frozen=True)
class RemboursementAnticipe:
    """Ce que coûte et ce que fait gagner un remboursement anticipé, en euros.

    Attributes
    ----------
    crd_avant, montant, crd_apres : float
        Capital restant dû après l'échéance, capital remboursé par anticipation, ce qui reste.
    indemnite : float
    interets_evites, assurance_evitee : float
        Total à venir avant le remboursement, moins le total à venir après.
    economie_nette : float
        Intérêts et assurance évités, moins l'indemnité.
    tableau : DataFrame
        Nouveau tableau. Les colonnes ``remboursement_anticipe`` et ``indemnite`` disent ce qui est payé en plus de
        l'échéance de la ligne.
    """

    crd_avant: float
    montant: float
    crd_apres: float
    indemnite: float
    interets_evites: float
    assurance_evitee: float
    economie_nette: float
    tableau: pd.DataFrame = field(repr=False)


def remboursement_anticipe(
    tableau: pd.DataFrame,
    apres_rang: int,
    montant: float | str = TOTAL,
    regle_indemnite: str | None = None,
    mode: str = ECHEANCE,
    *,
    pct: float | None = None,
    taux_remplacement: float | None = None,
    date: dt.date | str | None = None,
) -> RemboursementAnticipe:
    """Rembourse un prêt par anticipation, juste après une échéance. Convention de cours.

    Parameters
    ----------
    tableau : DataFrame
        Résultat de :func:`tableau_amortissement`. Non modifié.
    apres_rang : int
        Échéance après laquelle le capital est remboursé.
    montant : float or "total"
        Capital remboursé, euros.
    regle_indemnite : {"immobilier_particulier", "pro_contractuelle"}, optional
        Plafond légal du crédit immobilier aux consommateurs (:func:`indemnite_immobilier_particulier`) ; ou clause
        d'un prêt professionnel : ``pct`` du capital remboursé, ou, avec ``taux_remplacement``, l'écart d'intérêts
        jusqu'au terme, ``Σ CRD_k × (taux - taux_remplacement) / periodicite``, actualisé au taux de remplacement
        (nul quand celui-ci est plus haut). Par défaut, aucune indemnité.
    mode : {"echeance", "duree"}
        Après un remboursement partiel : la durée est gardée et l'échéance baisse, ou l'inverse.
    pct, taux_remplacement : float, optional
        Fractions ; l'une des deux pour la règle « pro_contractuelle ».
    date : date, optional
        Jour de la règle légale ; par défaut celui de l'échéance, sinon aujourd'hui.

    Raises
    ------
    ErreurDonnees
        Rang hors du tableau, montant nul ou supérieur au capital restant dû, règle inconnue ou incomplète.
    ErreurParametre
        Règle légale demandée avant la première date livrée.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> prete = tableau_amortissement(100_000, 0.042, 84)
    >>> rembourse = remboursement_anticipe(prete, 36, regle_indemnite="immobilier_particulier", date="2026-06-30")
    >>> rembourse.montant, rembourse.indemnite
    (60705.07, 1274.81)
    """
    contrat = lire_contrat(tableau)
    ligne = ligne_apres_laquelle(tableau, contrat, apres_rang)
    crd = centimes(float(ligne["crd_fin"]))
    rembourse = crd if montant == TOTAL else _montant(montant, crd)
    jour = date if date is not None else ligne["date"] if pd.notna(ligne["date"]) else dt.date.today()
    suite = tableau[tableau["rang"] > apres_rang]
    indemnite = _indemnite(regle_indemnite, contrat, suite, rembourse, crd, pct, taux_remplacement, jour)
    nouveau = _nouveau_tableau(tableau, contrat, apres_rang, crd - rembourse, mode)
    nouveau = _inscrire(nouveau, apres_rang, rembourse, indemnite)
    reste = nouveau[nouveau["rang"] > apres_rang]
    interets, assurance = (
        int(centimes(suite[nom]).sum() - centimes(reste[nom]).sum()) for nom in ("interets", "assurance")
    )
    return RemboursementAnticipe(
        crd_avant=en_euros(crd),
        montant=en_euros(rembourse),
        crd_apres=en_euros(crd - rembourse),
        indemnite=en_euros(indemnite),
        interets_evites=en_euros(interets),
        assurance_evitee=en_euros(assurance),
        economie_nette=en_euros(interets + assurance - indemnite),
        tableau=nouveau,
    )


def indemnite_immobilier_particulier(montant: Any, crd: Any, taux: Any, *, date: dt.date | str) -> Any:
    """Indemnité maximale d'un remboursement anticipé de crédit immobilier à un consommateur.

    La plus petite de six mois d'intérêts du capital remboursé, au taux moyen du prêt, et de 3 % du capital restant dû
    avant le remboursement. Aucune n'est due pour une vente après un changement de lieu d'activité professionnelle, un
    décès ou une cessation forcée d'activité (L313-48). Ne vaut pas pour un prêt professionnel.

    Parameters
    ----------
    montant, crd : float, list, array or Series
        Capital remboursé et capital restant dû avant, euros.
    taux : float, list, array or Series
        Taux moyen annuel du prêt, fraction.
    date : date
        Jour du remboursement.

    Returns
    -------
    Series ou DataFrame
        ``mois_d_interets``, ``plafond``, ``indemnite``, euros ; un prêt fautif est NaN, avec son ``motif``.

    Raises
    ------
    ErreurDonnees
        Un prêt : montant négatif ou supérieur au capital restant dû, taux qui n'est pas une fraction.
    ErreurParametre
        Date antérieure à la première livrée.

    Source : articles L313-47 et R313-25 du code de la consommation, lus dans des sources secondaires ; à vérifier
    (23 novembre 2026).

    >>> indemnite_immobilier_particulier(60_705.07, 60_705.07, 0.042, date="2026-06-30").tolist()
    [1274.81, 1821.15, 1274.81]
    """
    c = Colonnes.depuis(montant=montant, crd=crd, taux=taux)
    lus = {nom: np.atleast_1d(c[nom]) for nom in ("montant", "crd", "taux")}
    fautes = {
        "taux : taux attendu en fraction (0,05 pour 5 %)": np.abs(lus["taux"]) > 1,
        "montant remboursé négatif": lus["montant"] < 0,
        "montant remboursé supérieur au capital restant dû": lus["montant"] > lus["crd"],
    }
    mauvais = np.isnan(lus["montant"] + lus["crd"] + lus["taux"])
    for motif, ou in fautes.items():
        c.refuser(ou if c.en_table else bool(ou[0]), motif)
        mauvais |= ou
    surs = {nom: np.where(mauvais, 0.0, valeur) for nom, valeur in lus.items()}
    interets, plafond = _mois_d_interets(surs, date), _part_du_crd(surs, date)
    resultats = {"mois_d_interets": interets, "plafond": plafond, INDEMNITE: np.minimum(interets, plafond)}
    resultats = {nom: np.where(mauvais, np.nan, en_euros(valeur)) for nom, valeur in resultats.items()}
    return c.resultat(**{nom: valeur if c.en_table else float(valeur[0]) for nom, valeur in resultats.items()})


def _mois_d_interets(lus: dict[str, np.ndarray], date: Any) -> np.ndarray:
    mois = int(parametre("prets.ira_mois_d_interets", date))
    taux = np.maximum(fraction_de_taux(lus["taux"]), 0)
    return produit_exact(centimes(lus["montant"]), taux * mois, np.full(len(taux), 12 * ECHELLE))


def _part_du_crd(lus: dict[str, np.ndarray], date: Any) -> np.ndarray:
    part = fraction_de_taux(np.full(len(lus["crd"]), float(parametre("prets.ira_part_du_crd", date))))
    return produit_exact(centimes(lus["crd"]), part, np.full(len(part), ECHELLE))


def _montant(montant: Any, crd: int) -> int:
    lu = centimes(montant)
    if not 0 < lu <= crd:
        raise ErreurDonnees(
            f"Le montant à rembourser est de {euros(montant, 2)} : entre 0 et le capital restant dû, "
            f"{euros(crd / 100, 2)}, est attendu."
        )
    return lu


def _indemnite(
    regle: str | None,
    contrat: dict[str, Any],
    suite: pd.DataFrame,
    rembourse: int,
    crd: int,
    pct: float | None,
    taux_remplacement: float | None,
    jour: Any,
) -> int:
    if regle is None:
        return 0
    if regle == IMMOBILIER_PARTICULIER:
        du = indemnite_immobilier_particulier(rembourse / 100, crd / 100, contrat["taux"], date=jour)
        return centimes(float(du[INDEMNITE]))
    if regle != PRO_CONTRACTUELLE:
        raise ErreurDonnees(f"Règle d'indemnité « {regle} » inconnue : attendu {', '.join(REGLES)}.")
    if (pct is None) == (taux_remplacement is None):
        raise ErreurDonnees("Règle pro_contractuelle : donnez pct, ou taux_remplacement, et un seul des deux.")
    taux = pct if taux_remplacement is None else taux_remplacement
    if not (abs(taux) <= 1 and (pct is None or pct >= 0)):  # NaN as well
        raise ErreurDonnees(f"Règle pro_contractuelle : {taux} lu, taux attendu en fraction (0,03 pour 3 %).")
    if taux_remplacement is None:
        return produit_arrondi(rembourse, int(fraction_de_taux(np.float64(taux))), ECHELLE)
    return _actuarielle(contrat, suite, rembourse / crd, taux)


def _actuarielle(contrat: dict[str, Any], suite: pd.DataFrame, part: float, taux: float) -> int:
    """Interest that the lender loses until the end, were the money lent again at ``taux``, at today's value."""
    periodicite = contrat["periodicite"]
    ecart = max(contrat["taux"] - taux, 0.0) / periodicite
    facteurs = (1 + taux / periodicite) ** -np.arange(1, len(suite) + 1)
    return centimes(float((suite["crd_debut"].to_numpy() * facteurs).sum() * ecart * part))


def _nouveau_tableau(tableau: pd.DataFrame, contrat: dict[str, Any], rang: int, reste: int, mode: str) -> pd.DataFrame:
    if mode not in (ECHEANCE, DUREE):
        raise ErreurDonnees(f"mode vaut « {mode} » : attendu echeance ou duree.")
    if reste == 0:
        solde = tableau[tableau["rang"] <= rang].reset_index(drop=True)
        solde.attrs = {**tableau.attrs, "contrat": contrat | {"duree": int(rang), "depuis_rang": int(rang)}}
        return solde
    echeance = echeance_en_cours(tableau, contrat, rang)
    if mode == DUREE:
        contrat = exiger_echeance_unique(tableau, contrat, rang)
        contrat["duree"] = duree_a_echeance_constante(contrat, rang, reste, echeance)
    return reprendre(tableau, contrat, rang, reste, echeance, recalculer=mode == ECHEANCE)


def _inscrire(tableau: pd.DataFrame, rang: int, rembourse: int, indemnite: int) -> pd.DataFrame:
    """What is paid on top of the instalment of a rank, in columns of their own."""
    attrs = tableau.attrs
    ici = (tableau["rang"] == rang).to_numpy()
    for nom, ajout in ((REMBOURSEMENT, rembourse), (INDEMNITE, indemnite), ("crd_fin", -rembourse)):
        avant = centimes(tableau[nom]) if nom in tableau else 0
        tableau = tableau.assign(**{nom: en_euros(avant + np.where(ici, ajout, 0))})
    tableau.attrs = attrs
    return tableau
