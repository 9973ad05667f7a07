"""Contact après un événement : dans quel délai, et est-ce de la prospection ? Convention de cours."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rncp_utils.calendrier import jour_ouvre, mois_plus_tard
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date

URGENCE, AFFAIRE, COURTOISIE = "urgence", "affaire", "courtoisie"
# Event → pace, and whether a contact about it is prospecting, which an opposition stops.
NATURES = {
    "sinistre": (URGENCE, False),
    "départ d'un associé": (URGENCE, False),
    "décès du dirigeant": (URGENCE, False),
    "perte d'une autorisation d'exercer": (URGENCE, False),
    "départ d'un salarié clé": (URGENCE, False),
    "appel du client": (URGENCE, False),
    "échéance de ligne": (AFFAIRE, False),
    "bilan attendu": (AFFAIRE, False),
    "fin de prêt": (AFFAIRE, True),
    "fin de bail": (AFFAIRE, True),
    "transmission": (AFFAIRE, True),
    "matériel à renouveler": (AFFAIRE, True),
    "seuil de la micro-entreprise": (AFFAIRE, True),
    "seuil de 11 salariés": (AFFAIRE, True),
    "seuil de 50 salariés": (AFFAIRE, True),
    "anniversaire de la relation": (COURTOISIE, True),
}


def rythme_de_contact(evenement: str) -> str:
    """Urgence, affaire ou courtoisie.

    >>> rythme_de_contact("sinistre"), rythme_de_contact("fin de prêt")
    ('urgence', 'affaire')
    """
    return _nature(evenement)[0]


def est_prospection(evenement: str) -> bool:
    """Vrai si le contact cherche une vente : il s'arrête quand le client s'oppose à la prospection.

    >>> est_prospection("fin de prêt"), est_prospection("échéance de ligne")
    (True, False)
    """
    return _nature(evenement)[1]


def dernier_jour_de_contact(evenement: str, connu_le: Any, date: Any = None) -> dt.date:
    """Dernier jour pour prendre contact.

    Une urgence se compte en jours ouvrés, une affaire en jours : les deux partent du jour où l'agence apprend
    l'événement. Une politesse se compte en mois, à partir du jour de l'événement (``date``) s'il vient après. Si le
    dernier jour n'est pas ouvré, c'est le jour ouvré d'avant.

    Raises
    ------
    ErreurDonnees
        Événement inconnu.

    >>> dernier_jour_de_contact("sinistre", "2026-04-03"), dernier_jour_de_contact("fin de prêt", "2026-04-03")
    (datetime.date(2026, 4, 8), datetime.date(2026, 4, 17))
    """
    rythme, connu = rythme_de_contact(evenement), lire_date(connu_le)
    delais = parametre("portefeuille.delais_contact", connu)
    if rythme == URGENCE:
        return jour_ouvre(connu, int(delais["urgence_jours_ouvres"]))
    if rythme == AFFAIRE:
        return jour_ouvre(connu + dt.timedelta(days=int(delais["affaire_jours"])))
    depart = max(connu, lire_date(date)) if date is not None else connu
    return jour_ouvre(mois_plus_tard(depart, int(delais["courtoisie_mois"])))


def _nature(evenement: str) -> tuple[str, bool]:
    if evenement not in NATURES:
        raise ErreurDonnees(f"Je ne connais pas l'événement « {evenement} » ; choisissez {', '.join(NATURES)}.")
    return NATURES[evenement]
