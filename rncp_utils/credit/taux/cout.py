"""Du tableau d'amortissement aux flux, au coût total, à l'usure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.taux.actuariel import taeg, taeg_table, teg_proportionnel
from rncp_utils.credit.taux.durees import duree_en_annees
from rncp_utils.erreurs import ErreurDonnees, ErreurRegle
from rncp_utils.formats import pourcent
from rncp_utils.monnaie import centimes, en_euros
from rncp_utils.parametres import parametre

CONFORME, DEPASSE, LIBRE = "conforme", "depasse", "taux libre"
DECOUVERT = "decouvert_professionnel"
# Professional credits whose rate is free (CMF, art. L. 313-5-1: only overdrafts are capped).
LIBRES = ("pret_professionnel", "credit_bail", "escompte", "dailly", "affacturage")
SUPPLEMENTS = ("remboursement_anticipe", "indemnite")


def flux_pret(
    tableau: pd.DataFrame, *, frais_initiaux: float = 0.0, assurance_obligatoire: bool = True, en_periodes: bool = False
) -> list[tuple[float, float]]:
    """Flux d'un prêt vus de l'emprunteur : ce qu'il reçoit (+), ce qu'il verse (−).

    Parameters
    ----------
    tableau : DataFrame
        Résultat de :func:`rncp_utils.credit.tableau_amortissement`, avenants compris.
    frais_initiaux : float, en euros
        Frais de dossier, de garantie exigée, d'intermédiaire : payés au déblocage. Les frais de notaire et ceux d'un
        défaut n'en sont pas.
    assurance_obligatoire : bool
        Compte les primes d'une assurance que le prêteur exige.
    en_periodes : bool
        Instants en périodes du prêt (pour le TEG) au lieu d'années.

    Returns
    -------
    list of (instant, montant)
        Années (ou périodes) depuis le déblocage ; euros, exacts au centime.

    Raises
    ------
    ErreurDonnees
        Le tableau n'a plus son contrat, ou des frais négatifs.

    >>> from rncp_utils.credit import tableau_amortissement
    >>> flux_pret(tableau_amortissement(1000, 0.05, 1), frais_initiaux=10)
    [(0.0, 990.0), (0.08333333333333333, -1004.17)]
    """
    contrat = tableau.attrs.get("contrat")
    if contrat is None:
        raise ErreurDonnees("Cette table n'a plus le contrat du prêt : donnez le résultat de tableau_amortissement.")
    if not frais_initiaux >= 0:
        raise ErreurDonnees(f"Les frais initiaux valent {frais_initiaux} : donnez un montant positif, ou 0.")
    colonne = "echeance_totale" if assurance_obligatoire else "echeance_hors_assurance"
    verse = centimes(tableau[colonne])
    for nom in SUPPLEMENTS:
        if nom in tableau:
            verse = verse + centimes(tableau[nom])
    if not assurance_obligatoire and "commission_engagement" in tableau:
        verse = verse + centimes(tableau["commission_engagement"])
    recu = centimes(tableau["tirage"]) if "tirage" in tableau else np.zeros(len(tableau), dtype="int64")
    instants = _instants(tableau, contrat, en_periodes)
    depart = centimes(tableau["crd_debut"].iloc[0]) - centimes(frais_initiaux)
    flux = [(0.0, float(en_euros(depart)))]
    return flux + [(t, float(en_euros(m))) for t, m in zip(instants, (recu - verse).tolist(), strict=True)]


def _instants(tableau: pd.DataFrame, contrat: dict[str, Any], en_periodes: bool) -> list[float]:
    periodicite = contrat["periodicite"]
    decalage = 1 if contrat["terme"] == "a_echoir" else 0
    if not tableau["date"].isna().any() and contrat.get("date_deblocage"):
        facteur = periodicite if en_periodes else 1
        debut = contrat["date_deblocage"]
        return [facteur * duree_en_annees(debut, date.date()) for date in tableau["date"]]
    rangs = tableau["rang"].to_numpy() - decalage
    return (rangs / (1 if en_periodes else periodicite)).tolist()


def cout_du_credit(
    tableau: pd.DataFrame, *, frais_initiaux: float = 0.0, assurance_obligatoire: bool = True
) -> pd.Series:
    """Coût d'un prêt : intérêts, assurance, frais, TAEG, TEG proportionnel et taux de période.

    Parameters
    ----------
    Comme :func:`flux_pret`.

    Returns
    -------
    Series
        ``interets``, ``assurance``, ``frais``, ``cout_total`` (euros), ``taeg``, ``teg``, ``taux_periode`` (fractions).

    >>> from rncp_utils.credit import Assurance, tableau_amortissement
    >>> pret = tableau_amortissement(100_000, 0.042, 84, assurance=Assurance(0.0036, "capital_initial"))
    >>> cout = cout_du_credit(pret, frais_initiaux=1_700)
    >>> [float(cout[nom].round(6)) for nom in ("taeg", "teg", "cout_total")]
    [0.054949, 0.053612, 19812.91]
    """
    options = {"frais_initiaux": frais_initiaux, "assurance_obligatoire": assurance_obligatoire}
    periodicite = tableau.attrs["contrat"]["periodicite"] if "contrat" in tableau.attrs else 0
    annuel = taeg(flux_pret(tableau, **options))
    teg = teg_proportionnel(flux_pret(tableau, **options, en_periodes=True), periodicite)
    interets = int(centimes(tableau["interets"]).sum())
    assurance = int(centimes(tableau["assurance"]).sum()) if assurance_obligatoire else 0
    frais = centimes(frais_initiaux)
    for nom in ("indemnite", "commission_engagement"):
        if nom in tableau:
            frais += int(centimes(tableau[nom]).sum())
    return pd.Series(
        {
            "interets": en_euros(interets),
            "assurance": en_euros(assurance),
            "frais": en_euros(frais),
            "cout_total": en_euros(interets + assurance + frais),
            "taeg": annuel,
            "teg": teg,
            "taux_periode": teg / periodicite,
        }
    )


def taeg_prets(lignes: pd.DataFrame, *, frais: pd.Series | float = 0.0, periodicite: pd.Series | int = 12) -> Any:
    """TAEG des prêts d'une table d'échéances, sans boucle sur les prêts.

    Parameters
    ----------
    lignes : DataFrame
        Résultat de :func:`rncp_utils.credit.echeances` : prêts à terme échu, débloqués en une fois.
    frais : float, ou Series par ``id_pret``, en euros
        Frais initiaux.
    periodicite : int, ou Series par ``id_pret``
        Échéances par an.

    Returns
    -------
    DataFrame
        Comme :func:`taeg_table`.

    >>> import pandas as pd
    >>> from rncp_utils.credit import echeances
    >>> prets = pd.DataFrame({"capital": [100_000], "taux": [0.042], "duree": [84]})
    >>> taeg_prets(echeances(prets), frais=1_700)["taeg"].round(6).tolist()
    [0.048153]
    """
    premieres = lignes.groupby("id_pret", sort=False)["crd_debut"].first()
    net = premieres - (frais if not isinstance(frais, pd.Series) else frais.reindex(premieres.index))
    par_pret = periodicite if not isinstance(periodicite, pd.Series) else lignes["id_pret"].map(periodicite)
    departs = pd.DataFrame({"id_pret": premieres.index, "t": 0.0, "montant": net.to_numpy()})
    suite = pd.DataFrame(
        {"id_pret": lignes["id_pret"], "t": lignes["rang"] / par_pret, "montant": -lignes["echeance_totale"]}
    )
    return taeg_table(pd.concat([departs, suite], ignore_index=True)).reindex(premieres.index)


def arrondi_du_taux(taux: float, decimales: int = 2) -> Decimal:
    """Taux en pourcentage tel qu'il s'affiche : arrondi à ``decimales`` (au moins une), la moitié vers le haut.

    >>> arrondi_du_taux(0.05494888)
    Decimal('5.49')
    """
    if decimales < 1:
        raise ErreurDonnees("Un TAEG s'affiche avec au moins une décimale (directive 2008/48/CE, annexe I).")
    return (Decimal(str(float(taux))) * 100).quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP)


def seuil_usure_depuis_tem(tem: float) -> float:
    """Seuil de l'usure : taux effectif moyen du trimestre précédent augmenté du tiers, arrondi à deux décimales de %.

    Source : C. conso., art. L. 314-6 et CMF, art. L. 313-5-1, de mémoire, à vérifier (23 novembre 2026).

    >>> seuil_usure_depuis_tem(0.1401)
    0.1868
    """
    if not 0 <= tem <= 1:
        raise ErreurDonnees(f"tem vaut {tem} : taux attendu en fraction (0,05 pour 5 %).")
    exact = Fraction(Decimal(str(float(tem)))) * Fraction(4, 3) * 10_000
    return int(exact + Fraction(1, 2)) / 10_000


def verifier_usure(teg: float, categorie: str, date_octroi: Any, *, strict: bool = False) -> str:
    """Compare un TEG au seuil de l'usure de son trimestre.

    Seuls les découverts en compte sont plafonnés pour les besoins professionnels (CMF, art. L. 313-5-1) : les autres
    crédits aux professionnels ont un taux libre.

    Parameters
    ----------
    teg : float
        Fraction.
    categorie : str
        « decouvert_professionnel », ou un crédit au taux libre (« pret_professionnel », « credit_bail »…).
    date_octroi : date
    strict : bool
        Refuse un dépassement au lieu de le dire.

    Returns
    -------
    str
        « conforme », « depasse » ou « taux libre ».

    Raises
    ------
    ErreurParametre
        Seuil du trimestre non livré : il n'est jamais deviné.
    ErreurRegle
        Dépassement, avec ``strict``.

    >>> verifier_usure(0.112, "decouvert_professionnel", "2024-05-15"), verifier_usure(0.2, "credit_bail", "2026-01-01")
    ('conforme', 'taux libre')
    """
    if not -1 <= teg <= 1:
        raise ErreurDonnees(f"teg vaut {teg} : taux attendu en fraction (0,05 pour 5 %).")
    if categorie in LIBRES:
        return LIBRE
    if categorie != DECOUVERT:
        connues = ", ".join((DECOUVERT, *LIBRES))
        raise ErreurDonnees(f"La catégorie « {categorie} » est inconnue : choisissez parmi {connues}.")
    seuil = parametre(f"usure.{DECOUVERT}", date_octroi)
    if teg <= seuil:
        return CONFORME
    if strict:
        raise ErreurRegle(
            f"Le TEG de {pourcent(teg, 2)} dépasse le seuil de l'usure du trimestre ({pourcent(seuil, 2)}) : "
            "ce découvert ne peut pas être accordé à ce taux."
        )
    return DEPASSE
