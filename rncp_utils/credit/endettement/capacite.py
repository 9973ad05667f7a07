"""Ce que l'on peut encore emprunter : mensualité et capital du foyer, capacité de remboursement de l'entreprise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import CONVENTION, Ligne, avec_lignes
from rncp_utils.credit.endettement.lecture import Cas, au_centime, jour_des_conventions
from rncp_utils.credit.prets.arrondi import echeance_constante
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import formater_nombre
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import Valeur

PERIODICITES = (12, 4, 2, 1)


def mensualite_maximale(
    revenus: Any, charges: Any, *, taux_effort: float | None = None, date: Any = None
) -> float | pd.DataFrame:
    """Mensualité que le foyer peut ajouter à ses crédits, assurance comprise, sans dépasser le taux d'effort.

    ``taux_effort × revenus - charges existantes``, au centime inférieur : un centime de plus dépasserait. 0 si les
    charges existantes dépassent déjà.

    Parameters
    ----------
    revenus : float, liste, array ou Series, en euros par mois
        Revenus nets avant impôt, loyers pondérés compris.
    charges : float, liste, array ou Series, en euros par mois
        Charges de crédit existantes, sans le nouveau prêt.
    taux_effort : float, fraction, optional
        Par défaut celui du HCSF (35 %) à la date. Règle des crédits immobiliers aux particuliers, reprise ici comme
        repère.
    date : date, optional
        Par défaut aujourd'hui.

    Returns
    -------
    float ou DataFrame
        Euros par mois. Table : colonne ``mensualite_maximale`` et ``motif``.

    Raises
    ------
    ErreurDonnees
        Un foyer : montant absent, charge négative ; taux d'effort donné en pourcentage.

    >>> mensualite_maximale(41_000 / 12 + 2_100 + 455, 1_390)
    700.08
    """
    cas = Cas.depuis(revenus=revenus, charges=charges)
    part = part_des_revenus(taux_effort, date)
    ressources, total = cas.montant("revenus"), cas.charge("charges")
    cas.dire(part * ressources <= total, "charges existantes au taux d'effort maximal : aucune mensualité possible")
    return cas.un_nombre("mensualite_maximale", mensualite_possible(part, ressources, total))


def part_des_revenus(taux_effort: float | None, date: Any) -> float:
    """Share of the income that credits may take: that of the HCSF unless told."""
    if taux_effort is None:
        return parametre("hcsf.taux_effort_maximal", jour_des_conventions(date))
    if not 0 <= taux_effort <= 1:
        raise ErreurDonnees(f"taux_effort vaut {taux_effort} : taux attendu en fraction (0,35 pour 35 %).")
    return taux_effort


def mensualite_possible(part: float, revenus: Valeur, charges: Valeur) -> Valeur:
    """Room left, to the cent below; what a float loses must not cost a cent."""
    return np.maximum(np.floor((part * revenus - charges) * 100 + 1e-6), 0.0) / 100


def capital_empruntable(
    mensualite: Any, taux: Any, duree: Any, taux_assurance: Any = 0.0, *, periodicite: int = 12
) -> float | pd.DataFrame:
    """Capital qu'une échéance constante rembourse, assurance sur capital initial comprise.

    ``capital = échéance / (i / (1 - (1 + i)^-n) + taux_assurance / périodicité)``, avec ``i = taux / périodicité`` ;
    ``échéance / (1 / n + …)`` au taux nul. Arrondi au centime.

    Parameters
    ----------
    mensualite : float, liste, array ou Series, en euros
        Échéance totale, prime d'assurance comprise.
    taux, taux_assurance : float, liste, array ou Series
        Taux annuels, fractions.
    duree : int, liste, array ou Series
        Nombre d'échéances.
    periodicite : {12, 4, 2, 1}
        Échéances par an.

    Returns
    -------
    float ou DataFrame
        Euros. Table : colonne ``capital_empruntable`` et ``motif``.

    Raises
    ------
    ErreurDonnees
        Un prêt : montant absent ou négatif, taux en pourcentage, durée nulle ou non entière. Table : NaN et ``motif``.

    >>> capital_empruntable(1_376.11, 0.042, 84)
    100000.29
    >>> capital_empruntable(700.08, 0.035, 240, 0.0036)
    114774.79
    """
    if periodicite not in PERIODICITES:
        raise ErreurDonnees(f"La périodicité vaut {periodicite} : 12, 4, 2 ou 1 échéances par an sont attendues.")
    cas = Cas.depuis(mensualite=mensualite, taux=taux, duree=duree, taux_assurance=taux_assurance)
    echeance, fraction = cas.charge("mensualite"), cas.taux("taux")
    assurance, nombre = cas.taux("taux_assurance", 0.0), cas.montant("duree")
    cas.refuser(nombre < 1, "duree : durée nulle ou négative")
    cas.refuser(nombre % 1 != 0, "duree : un nombre entier d'échéances est attendu")
    # What an instalment repays for one euro lent, in each period.
    par_euro = echeance_constante(1.0, np.asarray(fraction / periodicite), np.where(nombre >= 1, nombre, np.nan))
    return cas.un_nombre("capital_empruntable", au_centime(echeance / (par_euro + assurance / periodicite)))


def capacite_remboursement_pro(
    caf: Any,
    prelevements: Any = 0.0,
    annuites: Any = 0.0,
    renouvellement: Any = 0.0,
    *,
    interets: Any = 0.0,
    date: Any = None,
) -> pd.Series | pd.DataFrame:
    """Ce que l'activité laisse chaque année pour rembourser un nouveau prêt.

    ``capacite = caf + interets - prelevements - annuites - renouvellement`` ; ``annuite_max = capacite / 1,2``
    (:func:`annuite_max`).

    Parameters
    ----------
    caf : float, liste, array ou Series, en euros par an
        Capacité d'autofinancement prévisionnelle ; elle est déjà diminuée des intérêts.
    prelevements : float, liste, array ou Series, en euros par an
        Prélèvements de l'exploitant, ou dividendes versés.
    annuites : float, liste, array ou Series, en euros par an
        Capital et intérêts des prêts en cours.
    renouvellement : float, liste, array ou Series, en euros par an
        Investissements de renouvellement payés sans emprunt.
    interets : float, liste, array ou Series, en euros par an
        Intérêts compris dans les annuités : la CAF les a déjà déduits, les donner évite de les compter deux fois.
    date : date, optional
        Jour du coefficient de sécurité ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``capacite`` (négative si l'activité ne suffit pas) et ``annuite_max``, en euros par an.

    Raises
    ------
    ErreurDonnees
        Une entreprise : montant absent, charge négative, intérêts supérieurs aux annuités. Table : NaN et ``motif``.

    Source : convention de cours.

    >>> capacite_remboursement_pro(68_800, 20_000, 18_000, 6_000).tolist()
    [24800.0, 20666.67]
    """
    cas = Cas.depuis(
        caf=caf, prelevements=prelevements, annuites=annuites, renouvellement=renouvellement, interets=interets
    )
    jour = jour_des_conventions(date)
    autofinancement = cas.montant("caf")
    retraits = {nom: cas.charge(nom, 0.0) for nom in ("prelevements", "annuites", "renouvellement")}
    rendus = cas.charge("interets", 0.0)
    cas.refuser(rendus > retraits["annuites"], "interets : supérieurs aux annuités dont ils font partie")
    capacite = au_centime(autofinancement + rendus - sum(retraits.values()))
    resultat = cas.resultat(capacite=capacite, annuite_max=_avec_marge(cas, capacite, jour))
    resultat.attrs["source"] = CONVENTION

    def lignes(r: pd.Series) -> list[Ligne]:
        return [
            ("CAF prévisionnelle", float(autofinancement), "après intérêts"),
            ("Intérêts des prêts en cours", float(rendus), "déjà déduits de la CAF, compris dans les annuités"),
            ("Prélèvements ou dividendes", au_centime(-retraits["prelevements"]), "ce que le professionnel retire"),
            ("Annuités existantes", au_centime(-retraits["annuites"]), "capital et intérêts"),
            ("Renouvellement", au_centime(-retraits["renouvellement"]), "investissements payés sans emprunt"),
            ("Capacité de remboursement", r["capacite"], "par an"),
            (
                "Annuité maximale",
                r["annuite_max"],
                f"capacité / {formater_nombre(_coefficient(jour))}, marge de sécurité",
            ),
        ]

    return avec_lignes(resultat, lignes, "endettement.coefficient_securite")


def annuite_max(capacite: Any, *, date: Any = None) -> float | pd.DataFrame:
    """Annuité la plus forte qu'une capacité de remboursement supporte, avec une marge de sécurité.

    ``capacite / 1,2`` ; 0 pour une capacité nulle ou négative.

    Parameters
    ----------
    capacite : float, liste, array ou Series, en euros par an
    date : date, optional
        Jour du coefficient ; par défaut aujourd'hui.

    Returns
    -------
    float ou DataFrame
        Euros par an. Table : colonne ``annuite_max`` et ``motif``.

    Source : convention de cours.

    >>> annuite_max(24_800)
    20666.67
    """
    cas = Cas.depuis(capacite=capacite)
    return cas.un_nombre("annuite_max", _avec_marge(cas, cas.montant("capacite"), jour_des_conventions(date)))


def _avec_marge(cas: Cas, capacite: Valeur, jour: Any) -> Valeur:
    cas.dire(capacite <= 0, "capacité de remboursement nulle ou négative : aucune annuité possible")
    return au_centime(np.maximum(capacite, 0.0) / _coefficient(jour))


def _coefficient(jour: Any) -> float:
    return parametre("endettement.coefficient_securite", jour)
