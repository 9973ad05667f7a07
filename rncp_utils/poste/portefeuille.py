"""The other clients of the adviser: seven of a portfolio of the branch, read in its tables and never written by hand.

The tables stop some months before the day of the workstation: all their days are moved forward by the same whole number
of weeks, so that what was due the next month still is (course convention). They say nothing of clients who oppose
offers: none of these does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rncp_utils.formats import euros, pourcent
from rncp_utils.typographie import compter

if TYPE_CHECKING:
    import pandas as pd

# Clients beside the one followed: with an alert, with the nearest due date, those whom nobody called for longest.
EN_ALERTE, PROCHES, OUBLIES = 4, 2, 1
SEUIL_D_UTILISATION = 0.8
_FENETRE_JOURS = 90
_JOURS_D_UNE_SEMAINE, _AN = 7, 1_000
_ACTIVITES = {
    "restaurant": "Restaurant",
    "boulangerie": "Boulangerie-pâtisserie",
    "maconnerie": "Maçonnerie",
    "menuiserie": "Menuiserie",
    "conseil": "Conseil aux entreprises",
    "habillement": "Commerce d'habillement",
    "garage": "Réparation automobile",
    "coiffure": "Coiffure",
    "soins": "Soins à la personne",
    "transport": "Transport routier",
    "foncier": "Location de murs",
}
_OBJETS = {"vehicule": "véhicule", "materiel": "matériel", "travaux": "travaux", "immobilier": "murs"}
_REJETS = ("rejet_cheque", "rejet_prelevement", "lcr_impayee")


@lru_cache(maxsize=2)
def autres_clients(jour: dt.date) -> tuple[dict[str, Any], ...]:
    """Rows of ``client`` (without ``suivi``) of the adviser's other clients, the most urgent first; days are dates.

    Parameters
    ----------
    jour : date
        Day of the workstation, which the last day of the tables becomes.
    """
    import pandas as pd

    from rncp_utils.donnees import charger, date_du_portrait

    fin = date_du_portrait()
    semaines = (pd.Timestamp(jour) - fin).days // _JOURS_D_UNE_SEMAINE
    clients = charger("clients")
    # The adviser who has most of them; names decide between equals.
    siens = clients[clients["conseiller"] == clients["conseiller"].value_counts().sort_index().idxmax()]
    tables = {nom: charger(nom) for nom in ("contacts", "credits", "echeances", "incidents", "lignes_ct")}
    lus = pd.DataFrame(index=siens.index)
    lus["alerte"], lus["gravite"] = _alertes(siens.index, tables, fin)
    lus["echeance"], lus["echeance_objet"] = _echeances(siens.index, tables, fin)
    contacts = tables["contacts"]
    lus["dernier_contact"] = contacts[contacts["joint"]].groupby("id_client")["date"].max().reindex(siens.index)
    avance = pd.Timedelta(weeks=semaines)
    return tuple(_ligne(siens.loc[nom], lus.loc[nom], avance) for nom in _choisis(lus))


def _choisis(lus: pd.DataFrame) -> list[str]:
    """Ids of the seven, the most urgent first."""
    urgents = lus[lus["gravite"] > 0].sort_values(["gravite", "echeance"], ascending=[False, True], kind="stable")
    choisis = list(urgents.index[:EN_ALERTE])
    reste = lus.drop(choisis)
    choisis += list(reste.sort_values("echeance", kind="stable").index[:PROCHES])
    reste = lus.drop(choisis)
    return choisis + list(reste.sort_values("dernier_contact", kind="stable").index[:OUBLIES])


def _alertes(siens: pd.Index, tables: dict[str, pd.DataFrame], fin: pd.Timestamp) -> tuple[pd.Series, pd.Series]:
    """What must be looked at for each client, and how urgent it is: 0 when nothing is, more the older it is."""
    import pandas as pd

    textes, gravites = pd.Series(None, index=siens, dtype=object), pd.Series(0.0, index=siens)
    trouvees = (_decouverts(tables["lignes_ct"]), _incidents(tables["incidents"], fin), _impayes(tables, fin))
    # What comes later in the list is worse, and takes the place of what was said before.
    for gravite, lues in enumerate(trouvees, start=1):
        connues = lues[lues["id_client"].isin(siens)].set_index("id_client")
        textes[connues.index], gravites[connues.index] = connues["phrase"], gravite + connues["part"]
    return textes, gravites


def _decouverts(lignes: pd.DataFrame) -> pd.DataFrame:
    """Overdrafts that are nearly used up."""
    utilises = lignes[(lignes["type"] == "decouvert") & (lignes["utilise"] >= SEUIL_D_UTILISATION * lignes["plafond"])]
    return _constats(
        (x.id_client, f"Découvert utilisé à {pourcent(x.utilise / x.plafond, 0)}, {euros(x.utilise)}", 0)
        for x in utilises.itertuples()
    )


def _incidents(incidents: pd.DataFrame, fin: pd.Timestamp) -> pd.DataFrame:
    """Payments sent back and attachments of the last three months."""
    import pandas as pd

    recents = incidents[incidents["date"] > fin - pd.Timedelta(days=_FENETRE_JOURS)]

    def dire(siens: pd.DataFrame) -> str:
        rejets, saisies = siens["type"].isin(_REJETS).sum(), (siens["type"] == "saisie").sum()
        combien = [compter(int(saisies), "saisie")] if saisies else []
        combien += [compter(int(rejets), "paiement rejeté", "paiements rejetés")] if rejets else []
        return f"{' et '.join(combien)} en trois mois, {euros(siens['montant'].sum())}"

    return _constats((client, dire(siens), 0) for client, siens in recents.groupby("id_client"))


def _impayes(tables: dict[str, pd.DataFrame], fin: pd.Timestamp) -> pd.DataFrame:
    """Loan repayments that are past due."""
    echeances = tables["echeances"]
    retards = echeances[(echeances["date"] <= fin) & (echeances["paye"] < echeances["due"])]
    dues = retards.merge(tables["credits"][["id_pret", "id_client"]], on="id_pret").groupby("id_client")
    jours = (fin - dues["date"].min()).dt.days
    montants = dues["due"].sum() - dues["paye"].sum()
    return _constats(
        (client, f"Échéance impayée depuis {compter(int(n), 'jour')}, {euros(montants[client])}", n / _AN)
        for client, n in jours.items()
    )


def _constats(lus: Iterable[tuple[str, str, float]]) -> pd.DataFrame:
    """Client, what is said of it, and how bad it is among what is said of the same kind (0 to 1)."""
    import pandas as pd

    return pd.DataFrame(list(lus), columns=["id_client", "phrase", "part"])


def _echeances(siens: pd.Index, tables: dict[str, pd.DataFrame], fin: pd.Timestamp) -> tuple[pd.Series, pd.Series]:
    """Next day that counts for each client, and what it is: an overdraft or a loan that ends."""
    import pandas as pd

    lignes, credits = tables["lignes_ct"], tables["credits"]
    a_venir = pd.concat(
        [
            pd.DataFrame(
                {
                    "id_client": lignes["id_client"],
                    "jour": lignes["date_echeance"],
                    "objet": "Fin de la ligne de découvert",
                }
            )[lignes["type"] == "decouvert"],
            pd.DataFrame(
                {
                    "id_client": credits["id_client"],
                    "jour": credits["date_fin"],
                    "objet": "Fin du prêt : " + credits["objet"].map(_OBJETS),
                }
            ),
        ]
    )
    a_venir = a_venir[a_venir["jour"] > fin].sort_values(["jour", "objet"], kind="stable")
    premieres = a_venir.drop_duplicates("id_client").set_index("id_client").reindex(siens)
    return premieres["jour"], premieres["objet"]


def _ligne(client: pd.Series, lu: pd.Series, avance: pd.Timedelta) -> dict[str, Any]:
    import pandas as pd

    def jour(nom: str) -> dt.date | None:
        return None if pd.isna(lu[nom]) else (lu[nom] + avance).date()

    def texte(nom: str) -> str | None:
        return None if pd.isna(lu[nom]) else lu[nom]

    return {
        "denomination": client["raison_sociale"],
        "activite": _ACTIVITES[client["profil"]],
        "echeance": jour("echeance"),
        "echeance_objet": texte("echeance_objet"),
        "alerte": texte("alerte"),
        "dernier_contact": jour("dernier_contact"),
    }
