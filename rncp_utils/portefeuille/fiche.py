"""Fiche d'entretien : une page sur un client, où chaque chiffre porte sa date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import FEUILLE_DE_STYLE, tableau_html
from rncp_utils.formats import avec_unite
from rncp_utils.parametres.consultation import lire_date


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre et la date à laquelle il est vrai."""

    libelle: str
    valeur: float | None
    unite: str
    date: Any
    decimales: int = 0

    def ligne(self) -> tuple[str, str, str]:
        """Libellé, valeur écrite, date."""
        valeur = "non renseigné" if self.valeur is None else avec_unite(self.valeur, self.unite, self.decimales)
        return self.libelle, valeur, f"{lire_date(self.date):%d/%m/%Y}"


@dataclass(frozen=True)
class FicheEntretien:
    """Ce qu'il faut avoir lu avant de recevoir un client ; s'affiche seule dans un notebook."""

    client: str
    etablie_le: Any
    identite: Mapping[str, str]
    chiffres: Sequence[Chiffre]
    produits: Sequence[str] = ()
    alertes: Sequence[str] = ()
    evenements: pd.DataFrame | None = None
    questions: Sequence[str] = field(default_factory=tuple)

    def html(self) -> str:
        """Page d'une section par sujet, titres de niveau 3 et tableaux légendés."""
        identite = pd.DataFrame({"Renseignement": list(self.identite.values())}, index=list(self.identite))
        lignes = [chiffre.ligne() for chiffre in self.chiffres]
        chiffres = pd.DataFrame(lignes, columns=["Chiffre", "Valeur", "Au"]).set_index("Chiffre")
        parties = [
            f"<h3>{escape(self.client)}</h3><p>Fiche établie le {lire_date(self.etablie_le):%d/%m/%Y}.</p>",
            tableau_html(identite, titre="Identité"),
            tableau_html(chiffres, titre="Chiffres clés, à leur date"),
            _liste("Produits détenus", self.produits, "aucun produit connu"),
            _liste("Alertes", self.alertes, "aucune alerte"),
        ]
        if self.evenements is not None and len(self.evenements):
            vus = self.evenements[["date", "evenement", "motif"]].rename(
                columns={"date": "Date", "evenement": "Événement", "motif": "Motif d'appel"}
            )
            parties.append(tableau_html(vus.reset_index(drop=True), titre="Événements à venir"))
        parties.append(_liste("Questions à poser", self.questions, "aucune question préparée"))
        return f'<section class="rncp-tableau">{"".join(parties)}</section>'

    def _repr_html_(self) -> str:
        return f"<style>{FEUILLE_DE_STYLE}</style>\n{self.html()}"


def _liste(titre: str, elements: Sequence[str], vide: str) -> str:
    if not elements:
        return f"<h4>{escape(titre)}</h4><p>{vide}.</p>"
    return f"<h4>{escape(titre)}</h4><ul>{''.join(f'<li>{escape(element)}</li>' for element in elements)}</ul>"


def fiche_entretien(client: str, etablie_le: Any, chiffres: Sequence[Chiffre], **parties: Any) -> FicheEntretien:
    """Fiche d'un client.

    Parameters
    ----------
    client : str
        Nom du client, fictif.
    chiffres : sequence of Chiffre
        Chacun avec sa date : un chiffre sans date est refusé.
    parties
        ``identite``, ``produits``, ``alertes``, ``evenements`` (:func:`evenements`), ``questions``.

    Raises
    ------
    ErreurDonnees
        Chiffre sans date, ou daté après la fiche.

    >>> fiche = fiche_entretien("Fournil", "2026-03-31", [Chiffre("EBE", 88_100, "€", "2025-12-31")])
    >>> "31/12/2025" in fiche.html()
    True
    """
    jour = lire_date(etablie_le)
    for chiffre in chiffres:
        if lire_date(chiffre.date) > jour:
            raise ErreurDonnees(f"Le chiffre « {chiffre.libelle} » est daté après la fiche : vérifiez sa date.")
    parties.setdefault("identite", {"Client": client})
    return FicheEntretien(client, jour, chiffres=tuple(chiffres), **parties)
