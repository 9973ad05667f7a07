"""Contrôle de complétude et de validité des dossiers : chaque client face à chaque règle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.conformite.conditions import BOOLEEN, NOMBRE, evaluer
from rncp_utils.conformite.delais import delai_reflexion_ok
from rncp_utils.conformite.regles import Regle, lire_reglement
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres.consultation import lire_date

CLIENT = "id_client"
MANQUANT, PERIME, A_VERIFIER, CONFORME, NON_APPLICABLE = STATUTS = (
    "manquant",
    "perime",
    "a_verifier",
    "conforme",
    "non_applicable",
)
# Rank of the best piece of a client; the order is that of STATUTS.
_RANG = {statut: rang for rang, statut in enumerate(STATUTS)}
_DATES = ("date_piece", "date_validite", "date_demande")
# 1 and 0 are True and False for a dictionary.
_VRAIS = {True: True, False: False}
SANS_FIN = np.iinfo("int64").max


def controler_dossier(
    client: Mapping[str, Any] | pd.Series, pieces: pd.DataFrame | Iterable[Mapping[str, Any]], date: dt.date | str
) -> pd.DataFrame:
    """État du dossier d'un client à une date, règle par règle.

    Parameters
    ----------
    client : mapping ou Series
        Les colonnes du règlement : ``forme``, ``emprunteur``, ``objet_credit``, ``vigilance``, ``ppe``,
        ``credit_montant``… Une information absente laisse « a_verifier » les règles qui en dépendent.
    pieces : DataFrame ou liste de mappings
        ``piece`` (nom attendu par la règle), ``date_piece`` (son émission ou sa signature), ``date_validite`` (sa
        propre fin, s'il y en a une), ``date_demande`` et ``mention_manuscrite`` pour la renonciation de l'entrepreneur.
        Non modifiées.
    date : date
        Jour du contrôle. Une pièce datée d'après n'existe pas encore ; une pièce qui expire ce jour est valable.

    Returns
    -------
    DataFrame
        Une ligne par règle : ``regle``, ``domaine``, ``libelle``, ``statut`` (conforme, manquant, perime, a_verifier,
        non_applicable), ``bloquant``, ``confidentiel``, ``echeance`` (fin de validité de la meilleure pièce, NaT sans
        fin), ``message`` (ce qu'il faut faire, vide si rien).

    Raises
    ------
    ErreurDonnees
        Valeur inconnue d'une colonne du client (« sociéte »), date illisible.
    ErreurSchema
        Colonne ``piece`` absente.

    Les règles sont celles de :func:`table_des_regles`, avec le statut de vérification de leur base légale.

    >>> client = {"forme": "ei", "caution_personne_physique": False}
    >>> pieces = [{"piece": "extrait_registre", "date_piece": "2026-01-15"}]
    >>> etat = controler_dossier(client, pieces, "2026-04-15").set_index("regle")
    >>> etat.loc[["ID-02", "ID-03", "CRE-01", "DOC-06"], "statut"].tolist()
    ['conforme', 'non_applicable', 'non_applicable', 'manquant']
    """
    clients = pd.DataFrame([dict(client)], index=pd.Index([0], name=CLIENT))
    _refuser_l_inconnu(clients)
    table = _table(pieces).assign(**{CLIENT: 0})
    return controler_dossiers(clients, table, date).drop(columns=CLIENT)


def controler_dossiers(clients: pd.DataFrame, pieces: pd.DataFrame, date: dt.date | str) -> pd.DataFrame:
    """État des dossiers de nombreux clients à une date, sans boucle sur les clients.

    Parameters
    ----------
    clients : DataFrame
        Un client par ligne, index ``id_client`` sans doublon ; colonnes de :func:`controler_dossier`. Une valeur
        inconnue laisse « a_verifier » les règles qui en dépendent. Non modifié.
    pieces : DataFrame
        ``id_client`` et les colonnes de :func:`controler_dossier`. Non modifié.
    date : date

    Returns
    -------
    DataFrame
        ``id_client`` et les colonnes de :func:`controler_dossier` : une ligne par client et par règle, dans l'ordre
        des clients puis des règles.

    Raises
    ------
    ErreurSchema
        Client en double, pièce d'un client inconnu, colonne absente.

    >>> clients = pd.DataFrame({"forme": ["ei", "societe"]}, index=pd.Index(["a", "b"], name="id_client"))
    >>> pieces = pd.DataFrame({"id_client": ["a"], "piece": ["extrait_registre"], "date_piece": ["2026-03-02"]})
    >>> etat = controler_dossiers(clients, pieces, "2026-04-15").set_index(["id_client", "regle"])["statut"]
    >>> etat["a", "ID-02"], etat["b", "ID-02"], etat["a", "ID-03"]
    ('conforme', 'manquant', 'non_applicable')
    """
    if clients.index.has_duplicates:
        raise ErreurSchema("Un client figure deux fois : donnez une ligne par client.")
    jour = pd.Timestamp(lire_date(date))
    regles = lire_reglement().regles
    table = _table(pieces)
    rangs = _rangs_des_clients(table, clients.index)
    faits = {nom: _lire_colonne(clients, nom, sorte) for nom, sorte in lire_reglement().colonnes.items()}
    par_piece = table.groupby("piece", sort=False).indices
    etats, fins = [], []
    for regle in regles.values():
        lignes = par_piece.get(regle.piece, np.zeros(0, dtype="int64"))
        etat, fin = _etat_de_la_piece(regle, table.iloc[lignes], rangs[lignes], len(clients), jour)
        applicable = evaluer(regle.applicabilite, faits, clients.index)
        etat = np.where(
            applicable.isna(), _RANG[A_VERIFIER], np.where(applicable.fillna(True), etat, _RANG[NON_APPLICABLE])
        )
        etats.append(etat)
        fins.append(np.where(etat == _RANG[NON_APPLICABLE], SANS_FIN, fin))
    return _assembler(clients.index, regles, np.column_stack(etats), np.column_stack(fins))


def completude(controles: pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Part des règles applicables conformes, et dossier complet ou non.

    Parameters
    ----------
    controles : DataFrame
        Résultat de :func:`controler_dossier` ou de :func:`controler_dossiers`.

    Returns
    -------
    Series ou DataFrame (index ``id_client``)
        ``applicables`` (nombre, « a_verifier » compris), ``conformes``, ``taux_completude`` = conformes / applicables
        (NaN si rien ne s'applique), ``bloquants_ouverts`` et ``complet`` (aucune règle bloquante ouverte).

    >>> pieces = [{"piece": "justificatif_domicile", "date_piece": "2026-03-01"}]
    >>> etat = controler_dossier({"forme": "ei"}, pieces, "2026-04-15")
    >>> bilan = completude(etat)
    >>> bilan["conformes"], bilan["complet"]
    (1, False)
    """
    statut = controles["statut"]
    comptes = pd.DataFrame(
        {
            "applicables": statut != NON_APPLICABLE,
            "conformes": statut == CONFORME,
            "bloquants_ouverts": controles["bloquant"] & ~statut.isin([CONFORME, NON_APPLICABLE]),
        }
    )
    cles = controles[CLIENT] if CLIENT in controles else pd.Series(0, index=controles.index, name=CLIENT)
    bilan = comptes.groupby(cles, sort=False).sum()
    bilan.insert(2, "taux_completude", bilan["conformes"] / bilan["applicables"].where(bilan["applicables"] > 0))
    bilan["complet"] = bilan["bloquants_ouverts"] == 0
    if CLIENT in controles:
        return bilan
    if bilan.empty:
        raise ErreurDonnees("Ce contrôle est vide : donnez le résultat de controler_dossier.")
    return pd.Series({nom: valeurs.tolist()[0] for nom, valeurs in bilan.items()}, dtype="object")


def taux_completude(controles: pd.DataFrame) -> float | pd.Series:
    """Part des règles applicables conformes : la ligne ``taux_completude`` de :func:`completude`.

    >>> taux_completude(controler_dossier({"forme": "ei"}, [], "2026-04-15"))
    0.0
    """
    return completude(controles)["taux_completude"]


def complet(controles: pd.DataFrame) -> bool | pd.Series:
    """Aucune règle bloquante n'est ouverte : la ligne ``complet`` de :func:`completude`.

    >>> bool(complet(controler_dossier({"forme": "ei"}, [], "2026-04-15")))
    False
    """
    return completude(controles)["complet"]


def visible_du_client(controles: pd.DataFrame) -> pd.DataFrame:
    """Contrôles qui peuvent être montrés au client : sans l'examen d'une opération ni ce qui touche à un soupçon.

    Révéler une déclaration à Tracfin est interdit (CMF, art. L561-18, de mémoire, à vérifier, 23 novembre 2026).

    >>> etat = controler_dossier({"forme": "ei", "operation_inhabituelle": True}, [{"piece": "bail"}], "2026-04-15")
    >>> "OPE-01" in visible_du_client(etat)["regle"].tolist()
    False
    """
    return controles[~controles["confidentiel"]].reset_index(drop=True)


def _table(pieces: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    table = pieces if isinstance(pieces, pd.DataFrame) else pd.DataFrame(list(pieces))
    if not len(table) and "piece" not in table:
        table = pd.DataFrame({"piece": pd.Series(dtype="str"), CLIENT: pd.Series(dtype="int64")})
    if "piece" not in table:
        raise ErreurSchema("La colonne piece manque : donnez le nom de chaque pièce, tel que table_des_regles().")
    dates = {
        nom: _en_dates(table[nom], nom) if nom in table else pd.Series(pd.NaT, index=table.index) for nom in _DATES
    }
    mention = table["mention_manuscrite"] if "mention_manuscrite" in table else pd.Series(False, index=table.index)
    return table.assign(**dates, mention_manuscrite=_booleens(mention)).reset_index(drop=True)


def _en_dates(colonne: pd.Series, nom: str) -> pd.Series:
    try:
        return pd.to_datetime(colonne).dt.normalize()
    except (TypeError, ValueError, AttributeError):
        raise ErreurDonnees(f"{nom} contient autre chose que des dates (AAAA-MM-JJ) : corrigez-la.") from None


def _rangs_des_clients(table: pd.DataFrame, clients: pd.Index) -> np.ndarray:
    if CLIENT not in table:
        raise ErreurSchema(f"La colonne {CLIENT} manque : dites de quel client vient chaque pièce.")
    rangs = clients.get_indexer(table[CLIENT])
    if (rangs < 0).any():
        raise ErreurSchema(f"La pièce de « {table[CLIENT].iloc[int(np.argmax(rangs < 0))]} » n'a pas de client connu.")
    return rangs


def _lire_colonne(clients: pd.DataFrame, nom: str, sorte: Any) -> pd.Series:
    """A fact of each client; NA where it is absent or not one of those expected."""
    if nom not in clients:
        return pd.Series(pd.NA, index=clients.index, dtype="object")
    colonne = clients[nom]
    if sorte == NOMBRE:
        return pd.to_numeric(colonne, errors="coerce").astype("Float64")
    if sorte == BOOLEEN:
        return _booleens(colonne)
    return colonne.astype("object").where(colonne.isin(sorte), pd.NA)


def _booleens(colonne: pd.Series) -> pd.Series:
    return colonne.astype("object").map(_VRAIS).astype("boolean")


def _refuser_l_inconnu(clients: pd.DataFrame) -> None:
    for nom, sorte in lire_reglement().colonnes.items():
        if nom in clients and clients[nom].notna().all() and _lire_colonne(clients, nom, sorte).isna().any():
            attendu = (
                ", ".join(sorte) if isinstance(sorte, list) else {BOOLEEN: "True ou False", NOMBRE: "un nombre"}[sorte]
            )
            raise ErreurDonnees(f"{nom} vaut « {clients[nom].iloc[0]} » : {attendu} est attendu.")


def _etat_de_la_piece(
    regle: Regle, pieces: pd.DataFrame, rangs: np.ndarray, n: int, jour: pd.Timestamp
) -> tuple[np.ndarray, np.ndarray]:
    """Best state of a piece for each client, and the end of what gives it (nanoseconds; SANS_FIN without end)."""
    etat = np.full(n, _RANG[MANQUANT])
    fins = np.full(n, SANS_FIN)
    if not len(pieces):
        return etat, fins
    emise, propre = pieces["date_piece"], pieces["date_validite"]
    fin = propre
    if regle.validite_mois is not None:
        fin = pd.concat([propre, emise + pd.DateOffset(months=regle.validite_mois)], axis="columns").min(axis="columns")
    perimee = (fin < jour).to_numpy()
    sans_fin = fin.isna().to_numpy() & (regle.fin_exigee or regle.validite_mois is not None)
    chaque = np.where(perimee, _RANG[PERIME], np.where(sans_fin, _RANG[A_VERIFIER], _RANG[CONFORME]))
    if regle.fin_exigee:
        chaque = np.where(propre.isna() & ~perimee, _RANG[A_VERIFIER], chaque)
    if regle.delai_reflexion:
        respecte = delai_reflexion_ok(pieces["date_demande"], emise, mention_manuscrite=pieces["mention_manuscrite"])
        trop_tot = (~respecte).fillna(False).to_numpy(dtype=bool)
        chaque = np.where(respecte.isna(), np.minimum(chaque, _RANG[A_VERIFIER]), chaque)
        chaque = np.where(trop_tot, _RANG[MANQUANT], chaque)
    # What is dated after the day of the control is not there yet.
    chaque = np.where((emise > jour).to_numpy(), _RANG[MANQUANT], chaque)
    np.maximum.at(etat, rangs, chaque)
    instants = fin.dt.as_unit("ns").astype("int64").to_numpy()
    instants = np.where(fin.isna(), SANS_FIN, instants)
    retenues = (chaque == etat[rangs]) & (chaque > _RANG[MANQUANT])
    dernieres = np.full(n, np.iinfo("int64").min)
    np.maximum.at(dernieres, rangs[retenues], instants[retenues])
    return etat, np.where(dernieres == np.iinfo("int64").min, SANS_FIN, dernieres)


def _assembler(index: pd.Index, regles: Mapping[str, Regle], etats: np.ndarray, fins: np.ndarray) -> pd.DataFrame:
    a_plat, instants = etats.ravel(), fins.ravel()
    fermes = (a_plat == _RANG[CONFORME]) | (a_plat == _RANG[NON_APPLICABLE])
    rang = np.tile(np.arange(len(regles)), len(index))

    def repeter(champ: str) -> np.ndarray:
        return np.array([getattr(regle, champ) for regle in regles.values()])[rang]

    def textes(valeurs: list[str], codes: np.ndarray) -> pd.Categorical:
        # A text a rule, not one a row: a portfolio has millions of rows.
        propres, differents = pd.factorize(np.array(valeurs, dtype="object"))
        return pd.Categorical.from_codes(propres[codes], categories=pd.Index(differents, dtype="str"))

    def de_la_regle(champ: str) -> pd.Categorical:
        return textes([getattr(regle, champ) for regle in regles.values()], rang)

    messages = [*(regle.message for regle in regles.values()), ""]
    echeances = pd.Series(np.where(instants == SANS_FIN, pd.NaT.value, instants).astype("datetime64[ns]"))
    return pd.DataFrame(
        {
            CLIENT: index.repeat(len(regles)),
            "regle": textes(list(regles), rang),
            "domaine": de_la_regle("domaine"),
            "libelle": de_la_regle("libelle"),
            "statut": pd.Categorical.from_codes(a_plat, categories=list(STATUTS)),
            "bloquant": repeter("bloquant"),
            "confidentiel": repeter("confidentiel"),
            "echeance": echeances.dt.as_unit("s"),
            "message": textes(messages, np.where(fermes, len(regles), rang)),
        }
    )
