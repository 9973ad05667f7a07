"""The documents of the client, at hand under every screen: choose one, read it, keep it open while filling in."""

from __future__ import annotations

from typing import Any

from rncp_utils.poste.ecrans.champs import Menu
from rncp_utils.poste.ecrans.formulaire import Bureau, Formulaire
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import boite, texte
from rncp_utils.poste.ecrans.vue_client import document_html
from rncp_utils.typographie import compter


class Documents:
    """A form that opens a document, and the document."""

    def __init__(self, bureau: Bureau) -> None:
        self.lu: str | None = None
        self.menu = Menu("document", "Document")
        self.lire = Formulaire(
            bureau,
            "Lire un document",
            "Lire",
            "lire_document",
            [self.menu],
            garder=True,
            large=True,
            apres=self._ouvrir,
        )
        self.page = texte("", "rncp-document")
        self.contenus: dict[str, dict[str, Any]] = {}
        self.titre = texte()
        self.widget = boite([self.titre, self.lire.widget, self.page], "rncp-documents")

    def _ouvrir(self) -> None:
        self.lu = self.menu.lire()
        self._montrer_la_page()

    def montrer(self, lecture: Lecture) -> None:
        """Bring the list to what can be read now."""
        self.contenus = lecture.du_client | lecture.des_produits
        combien = compter(len(lecture.du_client), "document")
        self.titre.value = f"<h4>{combien} du client, et la documentation des produits</h4>"
        self.menu.proposer([(document["titre"], code) for code, document in self.contenus.items()])
        self.lire.permettre(lecture.poste.bloque)
        self._montrer_la_page()

    def _montrer_la_page(self) -> None:
        document = self.contenus.get(self.lu or "")
        page = document_html(document) if document else ""
        if self.page.value != page:
            self.page.value = page
