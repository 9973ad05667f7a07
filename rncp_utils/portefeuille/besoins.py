"""Besoins d'un client, dans ses mots, et ce qui peut y répondre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rncp_utils.erreurs import ErreurSchema


@dataclass(frozen=True)
class Partie:
    """Ce qu'il y a à couvrir dans un besoin, et les produits qui le font : un seul suffit."""

    quoi: str
    produits: tuple[str, ...]


@dataclass(frozen=True)
class BesoinDit:
    """Un besoin, dans les mots du client.

    Attributes
    ----------
    code : str
        Besoin de la table de la gamme.
    gravite : int
        1 s'il coûte, 2 s'il peut arrêter l'activité ou le foyer.
    echeance : str
        Date dans les six mois, ou un texte vide.
    parties : tuple of Partie
        Vide si la gamme n'a pas de réponse : ``orienter`` dit alors vers qui.
    """

    id: str
    nom: str
    parole: str
    sinon: str
    code: str
    gravite: int
    parties: tuple[Partie, ...]
    echeance: str = ""
    orienter: str = ""

    @property
    def poids(self) -> int:
        """Gravité, et un point de plus si une date tombe dans les six mois (convention du cours)."""
        return self.gravite + bool(self.echeance)


@dataclass(frozen=True)
class Ecart:
    """Pourquoi un produit est à écarter chez ce client : sa ligne « pas pour », et le fait qui la rencontre."""

    besoin: str
    motif: str
    fait: str


@dataclass(frozen=True)
class BesoinsDuClient:
    """Tout ce qu'il faut pour lire les choix faits pour un client.

    Attributes
    ----------
    produits : tuple of str
        Produits entre lesquels on choisit.
    pieges : dict
        Phrase sur un couple (besoin, produit) tentant qui ne répond pas.
    couts : dict
        Coût annuel d'un produit chez ce client : ``usage`` (quantités de l'année) ou ``montant`` et ``mois``.
    """

    cas: str
    client: str
    statut: str
    salaries: int
    besoins: tuple[BesoinDit, ...]
    produits: tuple[str, ...]
    ecarts: Mapping[str, Ecart] = field(default_factory=dict)
    pieges: Mapping[tuple[str, str], str] = field(default_factory=dict)
    couts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def besoin(self, identifiant: str) -> BesoinDit:
        """Le besoin de cet identifiant.

        >>> from rncp_utils.donnees.besoins import besoins_du_client
        >>> besoins_du_client("CAS-04").besoin("pont").poids
        2
        """
        trouve = next((besoin for besoin in self.besoins if besoin.id == identifiant), None)
        if trouve is None:
            connus = ", ".join(besoin.id for besoin in self.besoins)
            raise ErreurSchema(f"Le besoin « {identifiant} » est inconnu ; besoins connus : {connus}.")
        return trouve
