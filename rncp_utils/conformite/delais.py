"""Délais : réflexion de l'entrepreneur individuel, préavis d'un concours, conservation des pièces, réclamations."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.calendrier import jour_ouvre, mois_plus_tard
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import fiche_parametre, parametre
from rncp_utils.parametres.consultation import lire_date

CLIENT, PROSPECT = "client", "prospect"
DELAI = "conformite.delai_reflexion_ei"


def premiere_signature(demande: Any, *, mention_manuscrite: bool = False) -> dt.date:
    """Premier jour où l'entrepreneur individuel peut signer sa renonciation.

    Jours francs : ni le jour où il reçoit la demande, ni le dernier jour du délai ne comptent ; sept jours francs
    mènent à ``demande + 8``, trois (mention manuscrite) à ``demande + 4`` (C. com., art. L526-25).

    Raises
    ------
    ErreurParametre
        Demande d'avant le 15 mai 2022.

    >>> premiere_signature("2026-03-02"), premiere_signature("2026-03-02", mention_manuscrite=True)
    (datetime.date(2026, 3, 10), datetime.date(2026, 3, 6))
    """
    jour = lire_date(demande)
    return jour + dt.timedelta(days=_jours_francs(jour, mention_manuscrite) + 1)


def delai_reflexion_ok(demande: Any, signature: Any, *, mention_manuscrite: Any = False) -> Any:
    """La renonciation est-elle signée après le délai de réflexion ?

    Parameters
    ----------
    demande, signature : date, ou Series de dates de mêmes lignes
        Réception de la demande écrite du créancier ; signature de l'entrepreneur.
    mention_manuscrite : bool ou Series
        Signature précédée de la mention manuscrite du décret, et d'elle seule : trois jours francs au lieu de sept.

    Returns
    -------
    bool ou Series (boolean)
        Dans une série, NA où une date manque, ou si la demande est d'avant le 15 mai 2022.

    Raises
    ------
    ErreurDonnees
        Signature avant la demande (une date). Dans une série : False.

    >>> delai_reflexion_ok("2026-03-02", "2026-03-09"), delai_reflexion_ok("2026-03-02", "2026-03-10")
    (False, True)
    """
    if not isinstance(demande, pd.Series) and not isinstance(signature, pd.Series):
        debut, fin = lire_date(demande), lire_date(signature)
        if fin < debut:
            raise ErreurDonnees(
                f"La signature du {fin:%d/%m/%Y} précède la demande du {debut:%d/%m/%Y} : vérifiez les dates."
            )
        return fin >= premiere_signature(debut, mention_manuscrite=bool(mention_manuscrite))
    index = demande.index if isinstance(demande, pd.Series) else signature.index
    debuts = pd.to_datetime(pd.Series(demande, index=index))
    fins = pd.to_datetime(pd.Series(signature, index=index))
    mention = pd.Series(mention_manuscrite, index=index, dtype="boolean").fillna(False)
    ecoules = (fins.dt.normalize() - debuts.dt.normalize()).dt.days
    # The two delays have stood since the law took effect; before, there was no such waiver to sign.
    effet = pd.Timestamp(fiche_parametre(DELAI).dates[0])
    jour = dt.date.today()
    attendus = np.where(mention, _jours_francs(jour, True), _jours_francs(jour, False)) + 1
    return (ecoules >= attendus).astype("boolean").mask(ecoules.isna() | (debuts < effet))


def _jours_francs(jour: dt.date, mention: bool) -> int:
    return parametre(f"{DELAI}_reduit" if mention else DELAI, jour)


def fin_de_preavis(notification: Any) -> dt.date:
    """Dernier jour du préavis d'un concours à durée indéterminée dénoncé par écrit : il prend effet le lendemain.

    Soixante jours au moins, davantage si le contrat le prévoit ; aucun préavis en cas de comportement gravement
    répréhensible ou de situation irrémédiablement compromise (CMF, art. L313-12).

    >>> fin_de_preavis("2026-03-02")
    datetime.date(2026, 5, 1)
    """
    jour = lire_date(notification)
    return jour + dt.timedelta(days=parametre("conformite.preavis_concours", jour))


def fin_de_conservation(dernier_jour: Any, qualite: str = CLIENT) -> dt.date:
    """Jour jusqu'auquel les données sont conservées au titre de la lutte contre le blanchiment, ou de la prospection.

    Client : cinq ans après la fin de la relation (CMF, art. L561-12) ; prospect : trois ans après le dernier contact
    (recommandation de la CNIL). De mémoire, à vérifier (23 novembre 2026).

    Raises
    ------
    ErreurDonnees
        Autre qualité.

    >>> fin_de_conservation("2026-02-28"), fin_de_conservation("2024-02-29", "prospect")
    (datetime.date(2031, 2, 28), datetime.date(2027, 2, 28))
    """
    if qualite not in (CLIENT, PROSPECT):
        raise ErreurDonnees(f"La qualité « {qualite} » est inconnue : choisissez {CLIENT} ou {PROSPECT}.")
    jour = lire_date(dernier_jour)
    annees = parametre("conformite.conservation", jour)[qualite]
    return mois_plus_tard(jour, 12 * annees)


def echeances_reclamation(envoi: Any, *, paiement: bool = False, ouvrables: bool = False) -> dict[str, dt.date]:
    """Derniers jours pour accuser réception d'une réclamation (``accuse``) et pour y répondre (``reponse``).

    Dix jours ouvrables, puis deux mois, à compter de l'envoi d'une réclamation écrite (recommandation 2022-R-01 de
    l'ACPR).

    Parameters
    ----------
    paiement : bool
        Service de paiement (CMF, art. L133-45) : quinze jours ouvrables pour répondre, et trente-cinq (``limite``) dans
        une situation exceptionnelle, après une réponse d'attente. Ces deux délais courent de la réception.
    ouvrables : bool
        Faux : du lundi au vendredi sans ôter les jours fériés, convention du cours. Vrai : du lundi au samedi, hors
        jours fériés.

    >>> echeances_reclamation("2026-03-02")
    {'accuse': datetime.date(2026, 3, 16), 'reponse': datetime.date(2026, 5, 2)}
    >>> echeances_reclamation("2026-03-02", paiement=True, ouvrables=True)["reponse"]
    datetime.date(2026, 3, 19)
    """
    jour = lire_date(envoi)

    def dernier(parametre_du_delai: str) -> dt.date:
        return _apres_jours(jour, parametre(f"conformite.{parametre_du_delai}", jour), ouvrables)

    accuse = dernier("reclamation_accuse")
    if paiement:
        return {
            "accuse": accuse,
            "reponse": dernier("reclamation_paiement"),
            "limite": dernier("reclamation_paiement_limite"),
        }
    mois = pd.DateOffset(months=parametre("conformite.reclamation_reponse", jour))
    return {"accuse": accuse, "reponse": (pd.Timestamp(jour) + mois).date()}


def _apres_jours(jour: dt.date, nombre: int, ouvrables: bool) -> dt.date:
    if ouvrables:
        return jour_ouvre(jour, nombre, samedi=True)
    return np.busday_offset(np.datetime64(jour, "D"), nombre, roll="backward").item()
