"""Plan de trésorerie : encaissements et décaissements TTC mois par mois, TVA à payer, besoin de pointe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.projet.flux import POSTES, Conditions, Flux, derouler
from rncp_utils.credit.projet.tva import EXIGIBILITES, REGIMES, Depart
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import MAXIMUM, centimes, en_euros
from rncp_utils.parametres.consultation import lire_date

CONVENTION = "convention de cours"
MOIS_MAXIMUM = 600
TAUX_TVA = ("tva_ventes", "tva_achats", "tva_charges", "tva_investissements")
# Beyond, a delay of payment is a mistake of unit.
_DELAI_MAXIMAL = 720
_SIGNES_LIBRES = frozenset({"achats", "impots", "autres_encaissements", "autres_decaissements"})


def plan_tresorerie(
    budget: Mapping[str, Any] | pd.DataFrame,
    mois: int | None = None,
    tva_regime: Any = "mensuel",
    *,
    tresorerie_initiale: Any = 0.0,
    delai_clients: Any = 0,
    delai_fournisseurs: Any = 0,
    tva_ventes: Any = 0.0,
    tva_achats: Any = 0.0,
    tva_charges: Any = 0.0,
    tva_investissements: Any = 0.0,
    tva_exigibilite: Any = "debits",
    part_sociale: Any = 0.0,
    date_debut: dt.date | str | None = None,
    tva_annee_precedente: Any = None,
) -> pd.DataFrame:
    """Plan de trésorerie mensuel : ce qui entre, ce qui sort, ce qui reste à la fin de chaque mois.

    Ventes et achats sont encaissés et payés TTC après leur délai ; la TVA d'un mois se paie le mois suivant
    (collectée - déductible - crédit reporté) ; les charges sociales, le mois qui suit la paie. Exact au centime.

    Parameters
    ----------
    budget : mapping ou DataFrame (une ligne par mois), en euros hors taxes, positifs
        ``ventes``, ``achats``, ``charges``, ``salaires`` (chargés), ``investissements``, ``apports``, ``emprunts``,
        ``echeances``, ``impots``, ``cotisations`` (de l'exploitant), ``prelevements``, ``autres_encaissements``,
        ``autres_decaissements`` : une liste de mois, ou un montant répété chaque mois. Plusieurs projets : un tableau
        (projets, mois) ou un DataFrame, une ligne par projet. Un poste absent vaut 0. Non modifié.
    mois : int, optional
        Nombre de mois ; par défaut celui des listes, à défaut 12.
    tva_regime : {"mensuel", "trimestriel", "simplifie"}, ou un par projet
        Trimestres civils. Simplifié, par année civile : acomptes en juillet et décembre, solde en mai (paramètres
        ``tva.simplifie``) ; le régime n'existe plus à partir de 2027.
    tresorerie_initiale, delai_clients, delai_fournisseurs, tva_…, part_sociale : float, ou un par projet
        Euros ; jours, comptés par mois de 30 jours (45 jours : une moitié à un mois, l'autre à deux) ; fractions.
        ``part_sociale`` est la part des salaires chargés payée le mois suivant aux organismes.
    tva_exigibilite : {"debits", "encaissements"}, ou un par projet
        La TVA collectée est due à la facture ou au paiement du client. La TVA déductible l'est à la facture.
    date_debut : date, optional
        Premier mois du plan ; par défaut un mois de janvier. Exigée par le régime simplifié.
    tva_annee_precedente : float, optional
        TVA due l'année d'avant (régime simplifié), qui fixe les acomptes ; absente, l'entreprise débute.

    Returns
    -------
    DataFrame
        Une ligne par mois (index ``mois``, ou projet et mois) : ``encaissement_…``, ``total_encaissements``,
        ``decaissement_…``, ``total_decaissements``, ``solde_mois``, ``tresorerie`` ; ``tva_collectee``,
        ``tva_deductible``, ``credit_tva`` (reporté) ; ``motif`` pour une table. Voir :func:`pointe_tresorerie`.

    Raises
    ------
    ErreurDonnees
        Montant manquant ou négatif, taux en pourcentage, délai négatif, régime inconnu. Une ligne fautive d'une table
        a NaN et son motif.
    ErreurSchema
        Poste inconnu, listes de longueurs différentes.
    ErreurParametre
        Régime simplifié après sa suppression.

    Source : convention de cours.

    >>> plan = plan_tresorerie(
    ...     {"ventes": [10_000, 12_000, 8_000], "achats": [4_000, 5_000, 3_000], "charges": 2_000},
    ...     tresorerie_initiale=5_000, delai_clients=30, tva_ventes=0.2, tva_achats=0.2)
    >>> plan["tresorerie"].tolist(), pointe_tresorerie(plan)["besoin_maximal"]
    ([-1800.0, 1000.0, 8400.0], np.float64(1800.0))
    """
    montants, index, nombre = _lire_budget(budget, mois)
    projets = 1 if index is None else len(index)
    c = Colonnes(
        _table(
            index,
            tresorerie_initiale=tresorerie_initiale,
            delai_clients=delai_clients,
            delai_fournisseurs=delai_fournisseurs,
            tva_ventes=tva_ventes,
            tva_achats=tva_achats,
            tva_charges=tva_charges,
            tva_investissements=tva_investissements,
            part_sociale=part_sociale,
            tva_annee_precedente=-1.0 if tva_annee_precedente is None else tva_annee_precedente,
        )
    )
    controler_conditions(c)
    exacts = {nom: _en_centimes(c, nom, montant) for nom, montant in montants.items()}
    vides = np.zeros((nombre, projets), dtype="int64")
    flux = derouler(
        {nom: exacts.get(nom, vides) for nom in POSTES},
        lire_conditions(c, projets, tva_regime, tva_exigibilite, date_debut),
    )
    plan = en_table(flux, c, index)
    plan.attrs["source"] = CONVENTION
    return plan


def pointe_tresorerie(plan: pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Le mois le plus tendu d'un plan de trésorerie : ce qu'il faut pouvoir couvrir.

    Parameters
    ----------
    plan : DataFrame
        Résultat de :func:`plan_tresorerie` ou de :func:`tresorerie_previsionnelle`.

    Returns
    -------
    Series, ou DataFrame (une ligne par projet)
        ``tresorerie_minimale`` (euros), ``mois_minimum`` (numéro), ``besoin_maximal`` = max(0, -minimum),
        ``mois_negatifs`` (nombre), ``tresorerie_finale``.

    >>> pointe_tresorerie(plan_tresorerie({"ventes": [100, 100], "charges": [150, 20]}))["besoin_maximal"]
    np.float64(50.0)
    """
    if "tresorerie" not in plan:
        raise ErreurSchema("Colonne tresorerie absente : donnez un résultat de plan_tresorerie.")
    un_seul = plan.index.nlevels == 1
    mois = len(plan) if un_seul else plan.index.get_level_values(1).nunique()
    par_projet = plan["tresorerie"].to_numpy().reshape(-1, mois)
    connus = ~np.isnan(par_projet).any(axis=1)
    minimum = par_projet.min(axis=1)
    rang = np.where(connus, np.argmin(np.nan_to_num(par_projet), axis=1) + 1.0, np.nan)
    table = pd.DataFrame(
        {
            "tresorerie_minimale": minimum,
            "mois_minimum": rang,
            "besoin_maximal": np.maximum(-minimum, 0.0) + 0.0,
            "mois_negatifs": np.where(connus, (par_projet < 0).sum(axis=1), np.nan),
            "tresorerie_finale": par_projet[:, -1],
        },
        index=None if un_seul else plan.index.get_level_values(0)[::mois],
    )
    return table.iloc[0].rename(None) if un_seul else table


def _lire_budget(
    budget: Mapping[str, Any] | pd.DataFrame, mois: int | None
) -> tuple[dict[str, np.ndarray], pd.Index | None, int]:
    """Amounts as (months, projects), rows of the projects (None for one), number of months."""
    inconnus = [str(nom) for nom in budget if nom not in POSTES]
    if inconnus:
        raise ErreurSchema(f"Postes inconnus du budget : {', '.join(inconnus)} ; les postes sont {', '.join(POSTES)}.")
    if not len(budget):
        raise ErreurSchema(f"Le budget est vide : donnez au moins un poste parmi {', '.join(POSTES)}.")
    lus: dict[str, np.ndarray] = {}
    for nom in budget:
        try:
            lus[nom] = np.asarray(budget[nom], dtype="float64")
        except (TypeError, ValueError):
            raise ErreurSchema(f"Le poste {nom} contient autre chose que des nombres : convertissez-le.") from None
    longueurs = {lu.shape[-1] for lu in lus.values() if lu.ndim}
    if mois is not None:
        longueurs.add(int(mois))
    lignes = {lu.shape[0] for lu in lus.values() if lu.ndim == 2}
    if len(longueurs) > 1 or len(lignes) > 1:
        raise ErreurSchema("Les postes du budget n'ont pas tous le même nombre de mois ou de projets.")
    nombre = longueurs.pop() if longueurs else 12
    if not 1 <= nombre <= MOIS_MAXIMUM:
        raise ErreurDonnees(f"Le plan compterait {nombre} mois : donnez-en de 1 à {MOIS_MAXIMUM}.")
    projets = lignes.pop() if lignes else None
    forme = (nombre,) if projets is None else (projets, nombre)
    tableaux = {nom: np.atleast_2d(np.broadcast_to(lu, forme)).T for nom, lu in lus.items()}
    if projets is None:
        return tableaux, None, nombre
    index = next((v.index for v in (budget[nom] for nom in budget) if isinstance(v, pd.DataFrame)), None)
    return tableaux, pd.RangeIndex(projets, name="projet") if index is None else index, nombre


def _table(index: pd.Index | None, **valeurs: Any) -> dict[str, Any] | pd.DataFrame:
    return valeurs if index is None else pd.DataFrame({nom: _ligne(v) for nom, v in valeurs.items()}, index=index)


def _ligne(valeur: Any) -> Any:
    return np.asarray(valeur) if np.ndim(valeur) else valeur


def controler_conditions(c: Colonnes) -> None:
    """Refuse the rates, delays and shares that cannot be."""
    for nom in (*TAUX_TVA, "part_sociale"):
        valeur = c.get(nom)
        c.refuser(np.abs(valeur) > 1, f"{nom} : taux attendu en fraction (0,2 pour 20 %)")
        c.refuser(valeur < 0, f"{nom} : un taux n'est pas négatif")
    for nom in ("delai_clients", "delai_fournisseurs"):
        valeur = c.get(nom)
        c.refuser((valeur < 0) | (valeur > _DELAI_MAXIMAL), f"{nom} : de 0 à {_DELAI_MAXIMAL} jours")
    c.refuser(np.abs(c.get("tresorerie_initiale")) > MAXIMUM, "tresorerie_initiale trop grande")


def lire_conditions(
    c: Colonnes, projets: int, regime: Any, exigibilite: Any, date_debut: dt.date | str | pd.Series | None
) -> Conditions:
    """Conditions of the projects as arrays; refused rows get harmless ones."""

    fautives = refusees(c, projets)

    def valeur(nom: str) -> np.ndarray:
        return np.where(fautives, 0.0, np.broadcast_to(np.asarray(c.get(nom), dtype="float64"), projets))

    if np.ndim(date_debut):
        jours = pd.to_datetime(pd.Series(date_debut))
        premier, annee = jours.dt.month.to_numpy(), jours.dt.year.to_numpy()
    else:
        jour = None if date_debut is None else lire_date(date_debut)
        premier = np.full(projets, 1 if jour is None else jour.month)
        annee = np.full(projets, 0 if jour is None else jour.year)
    # Below zero: a business that begins.
    n1 = np.where(fautives, -1.0, np.broadcast_to(np.asarray(c.get("tva_annee_precedente", -1.0)), projets))
    return Conditions(
        **{nom: valeur(nom) for nom in ("delai_clients", "delai_fournisseurs", *TAUX_TVA, "part_sociale")},
        aux_encaissements=_mots("tva_exigibilite", exigibilite, EXIGIBILITES, projets) == EXIGIBILITES[1],
        regime=_mots("tva_regime", regime, REGIMES, projets),
        depart=Depart(premier, annee, np.where(n1 < 0, -1, centimes(n1))),
        tresorerie_initiale=centimes(valeur("tresorerie_initiale")),
    )


def refusees(c: Colonnes, projets: int) -> np.ndarray:
    """Rows of which nothing is computed."""
    if not c.en_table:
        return np.zeros(projets, dtype=bool)
    return c.resultat(calcule=0.0)["calcule"].isna().to_numpy()


def _mots(nom: str, mots: Any, admis: tuple[str, ...], projets: int) -> np.ndarray:
    lus = np.broadcast_to(np.asarray(mots, dtype="str"), projets)
    autres = sorted(set(lus.tolist()) - set(admis))
    if autres:
        raise ErreurDonnees(f"{nom} vaut « {autres[0]} » : choisissez parmi {', '.join(admis)}.")
    return lus


def _en_centimes(c: Colonnes, nom: str, montants: np.ndarray) -> np.ndarray:
    """Cents of an item, (months, projects); a row with an unknown or negative amount is refused."""
    inconnus = ~(np.abs(montants) <= MAXIMUM)
    negatifs = np.zeros_like(inconnus) if nom in _SIGNES_LIBRES else montants < 0
    for ou, motif in ((inconnus, "montant manquant ou infini"), (negatifs, "les montants se donnent en positif")):
        lignes = ou.any(axis=0)
        c.refuser(lignes if c.en_table else bool(lignes[0]), f"{nom} : {motif}")
    propres = np.where(inconnus | negatifs, 0.0, montants)
    return centimes(propres.ravel()).reshape(propres.shape)


def en_table(flux: Flux, c: Colonnes, index: pd.Index | None) -> pd.DataFrame:
    """The cash plan in euros: one row a month, or a project and a month."""
    colonnes = {f"encaissement_{nom}": v for nom, v in flux.encaissements.items()}
    colonnes["total_encaissements"] = flux.total_encaissements
    colonnes |= {f"decaissement_{nom}": v for nom, v in flux.decaissements.items()}
    colonnes["total_decaissements"] = flux.total_decaissements
    colonnes["solde_mois"] = flux.total_encaissements - flux.total_decaissements
    colonnes["tresorerie"] = flux.tresorerie
    return en_lignes(colonnes | flux.tva, c, index, "mois")


def en_lignes(colonnes: dict[str, np.ndarray], c: Colonnes, index: pd.Index | None, niveau: str) -> pd.DataFrame:
    """Cents, (periods, projects), as rows of euros: one a period, or a project and a period with its ``motif``."""
    periodes = len(next(iter(colonnes.values())))
    rangs = pd.RangeIndex(1, periodes + 1, name=niveau)
    lignes = {nom: en_euros(v.T.ravel()) for nom, v in colonnes.items()}
    if index is None:
        return pd.DataFrame(lignes, index=rangs)
    couples = pd.MultiIndex.from_product([index, rangs], names=[index.name or "projet", niveau])
    table = pd.DataFrame(lignes, index=couples)
    table.loc[np.repeat(refusees(c, len(index)), periodes), :] = np.nan
    table["motif"] = c.resultat()["motif"].array.repeat(periodes)
    return table
