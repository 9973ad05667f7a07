"""What the tables say at one moment, with the labels that a screen shows; each table is read at most once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from rncp_utils.poste.ecrans.mots import joli_code
from rncp_utils.poste.situation import AUTRE_BANQUE

if TYPE_CHECKING:
    from rncp_utils.poste.poste import Poste


class Lecture:
    """A snapshot of a workstation."""

    def __init__(self, poste: Poste) -> None:
        self.poste = poste
        self.regles = poste.situation.regles
        self._tables: dict[str, list[dict[str, Any]]] = {}

    def table(self, nom: str) -> list[dict[str, Any]]:
        """Rows of a table, by id."""
        if nom not in self._tables:
            self._tables[nom] = self.poste.table(nom)
        return self._tables[nom]

    @cached_property
    def client(self) -> dict[str, Any]:
        """The client whose screens are open."""
        return next(client for client in self.table("client") if client["suivi"])

    @cached_property
    def dossier(self) -> dict[str, Any] | None:
        """The credit file under way: the last one that was opened."""
        return self.table("dossier")[-1] if self.table("dossier") else None

    def du_dossier(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table that belong to the file under way."""
        return [ligne for ligne in self.table(table) if self.dossier and ligne["dossier"] == self.dossier["id"]]

    @cached_property
    def avis(self) -> dict[str, Any] | None:
        """Analysis and opinion of the file under way."""
        return self.du_dossier("avis")[-1] if self.du_dossier("avis") else None

    @cached_property
    def documents(self) -> dict[str, dict[str, Any]]:
        """What can be read now: the documents held, by id."""
        return {document["id"]: document for document in self.table("document") if not document["sur_demande"]}

    @cached_property
    def des_produits(self) -> dict[str, dict[str, Any]]:
        """Documents of the products that may be proposed, whichever is followed, by id."""
        codes = {code for offre in self.regles.produits.values() for code in (*offre.informations, *offre.remises)}
        return {code: document for code, document in self.documents.items() if code in codes}

    @cached_property
    def du_client(self) -> dict[str, dict[str, Any]]:
        """Documents of the client, by id."""
        return {code: document for code, document in self.documents.items() if code not in self.des_produits}

    def souscription(self, identifiant: Any) -> dict[str, Any] | None:
        """A subscription, by id."""
        return next((une for une in self.table("souscription") if une["id"] == identifiant), None)

    def etapes(self, identifiant: Any) -> list[dict[str, Any]]:
        """Steps of the advice of a subscription, in the order in which they were taken."""
        return [etape for etape in self.table("etape_conseil") if etape["souscription"] == identifiant]

    def document(self, identifiant: str | None) -> str:
        """Title of a document."""
        trouves = [document["titre"] for document in self.table("document") if document["id"] == identifiant]
        return trouves[0] if trouves else ""

    def produit(self, code: str | None) -> str:
        """Name of a product of the range."""
        if not code:
            return ""
        if code == AUTRE_BANQUE:
            return "Autre établissement"
        if code in self.regles.produits:
            return self.regles.produits[code].libelle
        from rncp_utils.portefeuille.gamme import charger_gamme

        trouves = [produit.libelle for produit in charger_gamme().produits if produit.code == code]
        return trouves[0] if trouves else joli_code(code)

    def besoin(self, code: str | None) -> str:
        """Name of a need of the range."""
        return self.regles.besoins.get(code, joli_code(code)) if code else ""
