"""Hypothèses d'un prévisionnel, pour un projet ou pour une table de projets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.assurance import Assurance
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

SOCIETE, EI = STATUTS = ("societe", "ei")
PROJET = "id_projet"
LONGUES = ("investissements", "prets")


@dataclass(frozen=True)
class Investissement:
    """Une immobilisation du projet.

    Attributes
    ----------
    montant : float
        Euros hors taxes.
    duree : float
        Années d'amortissement linéaire ; 0 pour ce qui ne s'amortit pas (fonds de commerce, terrain, caution).
    mois : int
        Mois d'achat et de mise en service, 0 pour l'ouverture.
    jour : int
        Jour de mise en service dans ce mois, de 1 à 30 : l'amortissement se compte en jours sur 360.
    libelle : str
    """

    montant: float
    duree: float
    mois: int = 0
    jour: int = 1
    libelle: str = ""


@dataclass(frozen=True)
class Hypotheses:
    """Ce qu'un porteur de projet prévoit ; montants en euros hors taxes, par année pleine, positifs.

    Attributes
    ----------
    date_debut : date
        Ouverture : premier jour d'un mois, début du premier exercice de douze mois.
    ca_ht : float
        Chiffre d'affaires de la première année, s'il n'y avait pas de retard d'ouverture.
    taux_marge : float
        Marge brute (CA - achats consommés) / CA, fraction.
    charges_fixes, salaires : float
        Charges externes de la première année ; salaires chargés.
    taux_charges_variables : float
        Autres charges proportionnelles au CA (commissions, emballages), fraction du CA.
    croissance_ca : float, ou une valeur par année à partir de la deuxième
    croissance_charges : float
        Hausse annuelle des charges fixes et des salaires, fraction.
    frais_etablissement : float
        Frais de la création, en charges du premier mois.
    statut : {"societe", "ei"}
        Société soumise à l'IS, ou entreprise individuelle : cotisations du dirigeant en charge, pas d'IS.
    activite : {"artisan", "commercant"}
        Pour les cotisations de l'exploitant.
    prelevements : float
        Prélèvements annuels de l'exploitant, ou dividendes.
    apport : float
        Apport à l'ouverture (capital, compte courant bloqué, prêt d'honneur).
    delai_clients, delai_fournisseurs, stock_jours : float
        Jours ; le stock est en jours d'achats consommés (année de 360 jours).
    tva_ventes, tva_achats, tva_charges, tva_investissements : float
        Taux de TVA, fractions ; 0 hors du champ ou en franchise.
    tva_regime, tva_exigibilite, part_sociale
        Voir :func:`plan_tresorerie`.
    saisonnalite : liste de 12 poids, optional
        Poids du CA de chaque mois de l'exercice.
    retard_mois : int
        Mois sans chiffre d'affaires depuis l'ouverture ; les charges fixes courent.
    legislation : date, optional
        Jour dont les règles d'impôt et de cotisations s'appliquent à tous les exercices (prévision à législation
        constante) ; par défaut, chaque exercice a les règles de sa clôture, refusées si elles ne sont pas connues.
    investissements : liste de Investissement
    prets : liste de dictionnaires
        Arguments de :func:`tableau_amortissement` (``capital``, ``taux``, ``duree``…), et ``mois`` de déblocage (0).

    >>> h = Hypotheses("2025-01-01", 350_000, 0.7, charges_fixes=60_000, salaires=110_000)
    >>> round(h.ca_ht * h.taux_marge, 2)
    245000.0
    """

    date_debut: dt.date | str
    ca_ht: float
    taux_marge: float
    charges_fixes: float = 0.0
    salaires: float = 0.0
    taux_charges_variables: float = 0.0
    croissance_ca: float | Sequence[float] = 0.0
    croissance_charges: float = 0.0
    frais_etablissement: float = 0.0
    statut: str = SOCIETE
    activite: str = "commercant"
    prelevements: float = 0.0
    apport: float = 0.0
    delai_clients: float = 0.0
    delai_fournisseurs: float = 0.0
    stock_jours: float = 0.0
    tva_ventes: float = 0.0
    tva_achats: float = 0.0
    tva_charges: float = 0.0
    tva_investissements: float = 0.0
    tva_regime: str = "mensuel"
    tva_exigibilite: str = "debits"
    part_sociale: float = 0.0
    saisonnalite: Sequence[float] | None = None
    retard_mois: int = 0
    legislation: dt.date | str | None = None
    investissements: Sequence[Investissement | Mapping[str, Any]] = ()
    prets: Sequence[Mapping[str, Any]] = ()


CHAMPS = {champ.name: champ.default for champ in fields(Hypotheses)}
EXIGES = ("date_debut", "ca_ht", "taux_marge")


@dataclass(frozen=True)
class Dossier:
    """Projects as tables: one row a project, one row an asset, one row a loan (``projet``: row of the project)."""

    table: pd.DataFrame
    investissements: pd.DataFrame
    prets: pd.DataFrame
    seul: bool

    @property
    def index(self) -> pd.Index | None:
        return None if self.seul else self.table.index


def lire_dossier(
    hypotheses: Any, investissements: pd.DataFrame | None = None, prets: pd.DataFrame | None = None
) -> Dossier:
    """Hypotheses in any accepted form, as tables.

    Raises
    ------
    ErreurSchema
        Unknown or missing hypothesis, asset or loan of an unknown project.
    """
    if isinstance(hypotheses, pd.DataFrame):
        if hypotheses.empty:
            raise ErreurDonnees("La table ne contient aucun projet : donnez une ligne par projet.")
        _noms(list(hypotheses), (*CHAMPS, PROJET))
        table = hypotheses.set_index(PROJET) if PROJET in hypotheses else hypotheses.copy()
        longues = {"investissements": investissements, "prets": prets}
        return Dossier(table, *(_longue(longues[nom], table.index, nom) for nom in LONGUES), seul=False)
    if investissements is not None or prets is not None:
        raise ErreurSchema("Pour un seul projet, les investissements et les prêts s'écrivent dans ses hypothèses.")
    un = _en_dict(hypotheses)
    _noms(list(un), tuple(CHAMPS))
    table = pd.DataFrame({nom: [valeur] for nom, valeur in un.items() if nom not in LONGUES})
    objets = {nom: pd.DataFrame([_aplatir(_en_dict(o)) for o in un.get(nom) or ()]) for nom in LONGUES}
    return Dossier(table, *(objet.assign(projet=0) for objet in objets.values()), seul=True)


def _en_dict(objet: Any) -> dict[str, Any]:
    if is_dataclass(objet) and not isinstance(objet, type):
        return {champ.name: getattr(objet, champ.name) for champ in fields(objet)}
    if isinstance(objet, Mapping):
        return dict(objet)
    raise ErreurDonnees(f"J'ai lu « {objet} » : donnez des Hypotheses, un dictionnaire ou une table de projets.")


def _aplatir(pret: dict[str, Any]) -> dict[str, Any]:
    """The insurance of a loan as columns, as a table of loans writes it."""
    if not isinstance(pret.get("assurance"), Assurance):
        return pret
    return {nom: valeur for nom, valeur in pret.items() if nom != "assurance"} | pret["assurance"].colonnes()


def _noms(presents: list[Any], admis: tuple[str, ...]) -> None:
    inconnus = [str(nom) for nom in presents if nom not in admis]
    absents = [nom for nom in EXIGES if nom not in presents]
    if inconnus:
        raise ErreurSchema(f"Hypothèses inconnues : {', '.join(inconnus)} ; voyez les champs de Hypotheses.")
    if absents:
        raise ErreurSchema(f"Hypothèses absentes : {', '.join(absents)} ; ajoutez-les.")


def _longue(table: pd.DataFrame | None, index: pd.Index, nom: str) -> pd.DataFrame:
    """Rows of a long table with the row of their project."""
    if table is None:
        return pd.DataFrame({"projet": np.empty(0, dtype="int64")})
    if PROJET not in table:
        raise ErreurSchema(f"La table {nom} n'a pas de colonne {PROJET} : dites de quel projet est chaque ligne.")
    if index.has_duplicates:
        raise ErreurSchema("Deux projets ont le même identifiant : les prêts et investissements seraient ambigus.")
    rangs = index.get_indexer(table[PROJET])
    if (rangs < 0).any():
        inconnu = table[PROJET].to_numpy()[rangs < 0][0]
        raise ErreurSchema(f"La table {nom} cite le projet « {inconnu} », absent des hypothèses.")
    return table.drop(columns=PROJET).assign(projet=rangs)
