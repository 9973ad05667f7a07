"""Two forms as two clients sent them: true accounts, altered where somebody typed them again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from rncp_utils.donnees.agence.liasses import INCOHERENTE
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.entreprise import Liasse, ecrire_liasse_csv

# What the first one got wrong in its balance sheet, euros; totals still hold.
_ECART_DE_RESULTAT = 900


def liasses_recues(socle: Socle, identites: pd.DataFrame | None = None) -> list[tuple[str, Liasse]]:
    """Client and altered form: the result of the balance sheet for one, two lines of the N-1 column for the other.

    ``identites`` (index ``id_client``: siren, raison_sociale) names them on the form.
    """
    recues = []
    for rang, client in enumerate(socle.marques(INCOHERENTE)):
        liasse = _vraie(socle, client)
        if identites is not None:
            nom = identites.loc[client]
            liasse = replace(liasse, siren=nom["siren"], denomination=nom["raison_sociale"])
        recues.append((client, _resultat_faux(liasse) if rang % 2 == 0 else _colonne_fausse(liasse)))
    return recues


def ecrire_liasses_recues(socle: Socle, identites: pd.DataFrame, dossier: Path) -> list[Path]:
    """Write them as CSV files, the first one ``liasse_recue_1.csv``."""
    chemins = []
    for rang, (_, liasse) in enumerate(liasses_recues(socle, identites), start=1):
        chemins.append(dossier / f"liasse_recue_{rang}.csv")
        ecrire_liasse_csv(liasse, chemins[-1])
    return chemins


def _vraie(socle: Socle, client: str) -> Liasse:
    lignes = socle.tables["liasses_alterees"].query("id_client == @client")
    avant, derniere = sorted(lignes["date_cloture"].unique())
    forme = socle.clients.loc[client, "statut"]

    def cases(cloture: pd.Timestamp) -> dict[str, int]:
        return lignes[lignes["date_cloture"] == cloture].set_index("code")["valeur"].to_dict()

    return Liasse(
        cases(derniere),
        date_cloture=derniere.date(),
        valeurs_n1=cases(avant),
        forme_juridique=forme,
        denomination=client,
        source="liasse fictive du portefeuille",
    )


def _resultat_faux(liasse: Liasse) -> Liasse:
    """The result of the balance sheet is not that of the income statement; another line of equity hides it."""
    voisine = "DG" if liasse.get("DG") > _ECART_DE_RESULTAT else "DA"
    return liasse.avec(DI=liasse["DI"] + _ECART_DE_RESULTAT, **{voisine: liasse[voisine] - _ECART_DE_RESULTAT})


def _colonne_fausse(liasse: Liasse) -> Liasse:
    """Receivables and other receivables of the year before are printed in each other's place."""
    imprimees = dict(liasse.valeurs_n1 or {})
    imprimees["BX"], imprimees["BZ"] = imprimees.get("BZ", 0), imprimees.get("BX", 0)
    return replace(liasse, valeurs_n1=imprimees)
