"""Tableau d'amortissement d'un prêt, et échéances d'une table de prêts : un seul moteur. Convention de cours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.assurance import Assurance
from rncp_utils.credit.prets.lecture import ID, PERIODIQUE, Prets, exiger_seul
from rncp_utils.credit.prets.moteur import Depart
from rncp_utils.credit.prets.paliers import Palier, lire_paliers, paliers_simples, plan, table_de_paliers
from rncp_utils.credit.prets.tableau import DE_TIRAGES, MONTANTS, Echeancier, Resultat, en_tableau
from rncp_utils.credit.prets.tirages import lire_tirages, table_de_tirages, tirages_simples
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres.consultation import lire_date

CONVENTION = "convention de cours"
Jour = dt.date | str


def tableau_amortissement(
    capital: float,
    taux: float,
    duree: int,
    periodicite: int = 12,
    mode: str = "constante",
    differe: int = 0,
    type_differe: str | None = None,
    terme: str = "echu",
    date_deblocage: Jour | None = None,
    date_premiere: Jour | None = None,
    convention: str = PERIODIQUE,
    assurance: Assurance | None = None,
    frais: float = 0.0,
    *,
    taux_periodique: str = "proportionnel",
    paliers: Sequence[Palier | tuple] | None = None,
    tirages: Sequence[tuple[Jour, float]] | None = None,
    commission_engagement: float = 0.0,
    jour_ouvre: str | None = None,
) -> pd.DataFrame:
    """Tableau d'amortissement d'un prêt, exact au centime. Convention de cours (usages des logiciels bancaires).

    Échéance constante ``E = C·i / (1 - (1 + i)^-n)`` arrondie au centime, intérêts ``CRD × i`` arrondis à chaque
    échéance (la moitié s'éloigne de zéro), capital ``E - intérêts``, jamais plus que ce qui est dû ; la dernière
    échéance solde le capital.

    Parameters
    ----------
    capital : float
        Montant emprunté, euros.
    taux : float
        Taux nominal annuel, fraction (0.042 pour 4,2 %), de -0.05 à 1, lu à 12 décimales.
    duree, periodicite : int
        Nombre d'échéances, différé compris ; échéances par an (12, 4, 2 ou 1).
    mode : {"constante", "amortissement_constant", "in_fine", "paliers"}
    differe, type_differe : int, {"partiel", "total"}
        Échéances de différé : intérêts seuls payés, ou intérêts capitalisés (``capital`` négatif, rien n'est payé).
        L'assurance est due dans les deux cas.
    terme : {"echu", "a_echoir"}
        Échéance en fin ou en début de période. À échoir : première échéance au déblocage, intérêts de la dernière
        nuls ; pas d'in fine, de différé ni d'intérêts au jour.
    date_deblocage, date_premiere : date ou AAAA-MM-JJ, optional
        Une première échéance à plus d'une période du déblocage ajoute un rang 0 d'intérêts intercalaires, payés,
        comptés en jours sur 365 (sur la base de la convention pour 30/360 et act/360), sans assurance. À moins d'une
        période : refusé. Les échéances gardent le quantième du déblocage, ou celui de ``date_premiere`` ; un 31 tombe
        le dernier jour des mois courts, sans dérive.
    convention : {"periodique", "30/360", "act/365", "act/360"}
        Intérêts par période, ou au jour ; E solde alors le prêt avec les jours de chaque période.
    assurance : Assurance, optional
    frais : float
        Frais payés au déblocage, euros ; gardés dans ``attrs["contrat"]``.
    taux_periodique : {"proportionnel", "actuariel"}
        ``i = taux / periodicite``, ou ``(1 + taux)^(1 / periodicite) - 1`` arrondi à 12 décimales.
    paliers : liste de Palier, pour le mode « paliers »
        Échéances imposées ou progressives ; un seul palier se calcule pour solder le prêt, à défaut un dernier palier.
    tirages : liste de (date, montant), optional
        Déblocages successifs, au plus tard à la fin du différé : intérêts au jour sur ce qui est tiré,
        ``commission_engagement`` (taux annuel) sur ce qui ne l'est pas. Ce qui n'est pas tiré alors est annulé.
    jour_ouvre : {"suivant"}, optional
        Ajoute ``date_paiement``, reportée au jour ouvré suivant ; les intérêts n'en changent pas.

    Returns
    -------
    DataFrame
        Une ligne par échéance, euros positifs : ``rang``, ``date``, ``crd_debut``, ``interets``, ``capital``,
        ``echeance_hors_assurance``, ``assurance``, ``echeance_totale``, ``crd_fin``, ``phase`` ; avec des tirages,
        ``tirage`` et ``commission_engagement`` (comprise dans ``echeance_totale``). ``attrs["contrat"]`` garde le prêt.

    Raises
    ------
    ErreurDonnees
        Capital négatif ou nul, durée nulle, différé qui couvre la durée, taux hors de -5 % à 100 %, dates inversées,
        palier inférieur aux intérêts, mot inconnu.

    >>> tableau = tableau_amortissement(100_000, 0.042, 84)
    >>> tableau.loc[0, ["interets", "capital", "crd_fin"]].tolist()
    [350.0, 1026.11, 98973.89]
    >>> float(tableau["echeance_totale"].iloc[-1]), round(float(tableau["interets"].sum()), 2)
    (1375.78, 15592.91)
    """
    contrat = {
        "capital": capital,
        "taux": taux,
        "duree": duree,
        "periodicite": periodicite,
        "mode": mode,
        "differe": differe,
        "type_differe": type_differe,
        "terme": terme,
        "date_deblocage": _iso(date_deblocage),
        "date_premiere": _iso(date_premiere),
        "convention": convention,
        "frais": frais,
        "taux_periodique": taux_periodique,
        "jour_ouvre": jour_ouvre,
        "commission_engagement": commission_engagement,
        **(_assurance(assurance) or {}),
        "paliers": None if paliers is None else paliers_simples(paliers),
        "tirages": None if tirages is None else tirages_simples(tirages),
    }
    return derouler_contrat({nom: _simple(valeur) for nom, valeur in contrat.items()})


def derouler_contrat(contrat: Mapping[str, Any], depart: Depart | None = None) -> pd.DataFrame:
    """Schedule of a contract (a mapping of plain values), or what is left of it after a rank.

    Raises
    ------
    ErreurDonnees
        The reason why the loan is refused.
    """
    ligne = {nom: valeur for nom, valeur in contrat.items() if nom not in ("paliers", "tirages") and valeur is not None}
    paliers, tirages = contrat.get("paliers"), contrat.get("tirages")
    for nom in ("capital", "taux", "duree"):
        if nom not in ligne:
            raise ErreurDonnees(f"Calcul impossible : donnée {nom} absente.")
    resultat, _, prets = _calculer(
        pd.DataFrame([ligne], index=pd.Index([0], name=ID)),
        None if paliers is None else table_de_paliers(paliers, 0),
        None if tirages is None else table_de_tirages(tirages, 0),
        depart,
    )
    exiger_seul(prets.motifs().iloc[0])
    tableau = en_tableau(resultat, None)
    presents = [nom for nom in ("rang", "date", "date_paiement", *MONTANTS, *DE_TIRAGES, "phase") if nom in tableau]
    tableau = tableau[presents].astype({"phase": "str"})
    tableau.attrs = {"source": CONVENTION, "contrat": dict(contrat)}
    return tableau


def echeances(
    prets: pd.DataFrame, *, paliers: pd.DataFrame | None = None, tirages: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Échéances des prêts d'une table, exactes au centime : une ligne par prêt et par rang. Convention de cours.

    Les règles sont celles de :func:`tableau_amortissement` : c'est le même moteur.

    Parameters
    ----------
    prets : DataFrame
        Une ligne par prêt : ``capital``, ``taux``, ``duree``, et en option les autres arguments de
        :func:`tableau_amortissement` ; l'assurance s'écrit ``assurance_taux``, ``assurance_assiette``,
        ``assurance_quotite``, ``assurance_periodicite``. Une case vide vaut la valeur par défaut. L'identifiant est la
        colonne ``id_pret``, ou l'index. Non modifiée.
    paliers : DataFrame, optional
        Paliers des prêts de mode « paliers », dans l'ordre : ``id_pret``, ``nombre``, ``echeance``, ``progression``.
    tirages : DataFrame, optional
        Déblocages successifs : ``id_pret``, ``date``, ``montant``.

    Returns
    -------
    DataFrame
        ``id_pret``, les colonnes de :func:`tableau_amortissement`, et ``date_debut``, le premier jour de la période
        dont la ligne paie les intérêts. Un prêt fautif n'a pas de ligne : ``attrs["refuses"]`` dit pourquoi, que
        :func:`prets_refuses` rend en table.

    Raises
    ------
    ErreurSchema
        Colonne exigée absente, colonne de nombres qui contient autre chose, palier ou tirage d'un prêt inconnu.

    >>> prets = pd.DataFrame({"capital": [100_000, -1], "taux": [0.042, 0.05], "duree": [84, 60]}, index=["P1", "P2"])
    >>> lignes = echeances(prets)
    >>> len(lignes), float(lignes["echeance_totale"].iloc[0])
    (84, 1376.11)
    >>> lignes.attrs["refuses"]
    {'P2': 'capital nul ou négatif'}
    """
    if not isinstance(prets, pd.DataFrame):
        raise ErreurSchema("Une table de prêts est attendue ; pour un seul prêt, appelez tableau_amortissement.")
    resultat, ou, lus = _calculer(prets, paliers, tirages)
    motifs = lus.motifs()
    tableau = en_tableau(resultat, lus.identifiants[ou])
    refus = motifs.notna().to_numpy()
    tableau.attrs = {
        "source": CONVENTION,
        "refuses": dict(zip(lus.identifiants[refus].tolist(), motifs[refus].tolist(), strict=True)),
    }
    return tableau


def prets_refuses(lignes: pd.DataFrame) -> pd.DataFrame:
    """Prêts d'une table qui n'ont pas d'échéances, et pourquoi : ``id_pret`` en index, colonne ``motif``.

    Parameters
    ----------
    lignes : DataFrame
        Résultat de :func:`echeances`, tel quel.

    >>> prets = pd.DataFrame({"capital": [100_000], "taux": [4.2], "duree": [84]}, index=["P1"])
    >>> prets_refuses(echeances(prets))["motif"].to_dict()
    {'P1': 'taux : taux attendu en fraction (0,05 pour 5 %)'}
    """
    if "refuses" not in lignes.attrs:
        raise ErreurDonnees(
            "Cette table n'a plus la liste des prêts refusés : donnez le résultat de echeances, tel quel."
        )
    refuses = lignes.attrs["refuses"]
    return pd.DataFrame({"motif": list(refuses.values())}, index=pd.Index(refuses, name=ID), dtype="str")


def _calculer(
    table: pd.DataFrame,
    paliers: pd.DataFrame | None,
    tirages: pd.DataFrame | None,
    depart: Depart | None = None,
) -> tuple[Resultat, np.ndarray, Prets]:
    """Rows of the good loans of a table, which loans they are, and the table with the reasons of the others."""
    prets = Prets(table)
    niveaux = lire_paliers(prets, paliers)
    tires = lire_tirages(prets, tirages)
    prets.controler_dates()
    while True:
        c, ou = prets.contrats()
        resultat = Echeancier(c, plan(ou, c, niveaux), tires.retenus(ou), depart).lignes()
        fautifs = {motif: ou[faute] for motif, faute in resultat.fautes.items() if faute.any()}
        if not fautifs:
            return resultat, ou, prets
        # Some faults only show on the way: the others are run again without those loans.
        for motif, lignes in fautifs.items():
            refus = np.zeros(len(prets), dtype=bool)
            refus[lignes] = True
            prets.refuser(refus, motif)


def _assurance(assurance: Assurance | None) -> dict[str, Any] | None:
    if assurance is None:
        return None
    if not isinstance(assurance, Assurance):
        raise ErreurDonnees(f"J'ai lu « {assurance} » : l'assurance s'écrit Assurance(taux, assiette, quotite).")
    return assurance.colonnes()


def _simple(valeur: Any) -> Any:
    """A plain Python value: the contract goes to a file with the table."""
    if isinstance(valeur, Decimal):
        return float(valeur)
    return valeur.item() if isinstance(valeur, np.generic) else valeur


def _iso(date: Any) -> str | None:
    """A date as text, which goes to a file as it is."""
    return None if date is None else lire_date(date).isoformat()
