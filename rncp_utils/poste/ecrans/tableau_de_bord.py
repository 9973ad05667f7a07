"""P1: the clients of the branch, their due dates and alerts, and the banker's own diary."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Menu
from rncp_utils.poste.ecrans.ecran import Ecran
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import boite, texte
from rncp_utils.poste.ecrans.mots import jour
from rncp_utils.poste.ecrans.tableaux import cote_a_cote, marque, paragraphe, tableau
from rncp_utils.poste.ecrans.vue_client import rendez_vous, taches
from rncp_utils.typographie import compter

PROCHES = dt.timedelta(days=30)
ANCIEN = dt.timedelta(days=180)
FILTRES = {
    "tous": "Tous les clients",
    "alerte": "Avec une alerte",
    "echeance": "Échéance dans les 30 jours",
    "contact": "Sans contact depuis plus de six mois",
}
TRIS = {"echeance": "Prochaine échéance", "nom": "Nom", "contact": "Contact le plus ancien"}


class TableauDeBord(Ecran):
    """Screen P1."""

    code = "P1"

    def construire(self) -> list[widgets.Widget]:
        self.filtre = Menu("filtre", "Afficher", [(texte, code) for code, texte in FILTRES.items()])
        self.tri = Menu("tri", "Trier par", [(texte, code) for code, texte in TRIS.items()])
        for menu, depart in ((self.filtre, "tous"), (self.tri, "echeance")):
            menu.montrer(depart)
            menu.suivre(lambda menu=menu: self._changer(menu))
        reglages = boite([self.filtre.widget, self.tri.widget], "rncp-champs")
        self.clients, self.agenda = texte(), texte()
        return [reglages, self.clients, self.agenda]

    def _changer(self, menu: Menu) -> None:
        if menu.choisi:
            self.bureau.consulter(self.code, f"{menu.nom}:{menu.lire()}")
        self.bureau.accuser()

    def montrer(self, lecture: Lecture) -> None:
        aujourdhui = self.poste.situation.jour
        gardes = [client for client in lecture.table("client") if self._garder(client, aujourdhui)]
        gardes.sort(key=self._cle)
        total = len(lecture.table("client"))
        legende = f"Portefeuille : {len(gardes)} sur {compter(total, 'client')}"
        tetes = ("Client", "Activité", "Prochaine échéance", "Dernier contact", "Alerte")
        vide = "aucun client ne répond à ce filtre."
        self.clients.value = tableau(legende, tetes, [self._ligne(client) for client in gardes], vide=vide)
        self.agenda.value = cote_a_cote(rendez_vous(lecture), taches(lecture)) + paragraphe(
            f"Les rendez-vous et les tâches sont ceux de {lecture.client['denomination']}.", "rncp-aide"
        )

    def _garder(self, client: dict[str, Any], aujourdhui: dt.date) -> bool:
        filtre = self.filtre.lire()
        if filtre == "alerte":
            return bool(client["alerte"] or client["opposition"])
        if filtre == "echeance":
            return bool(client["echeance"]) and dt.date.fromisoformat(client["echeance"]) <= aujourdhui + PROCHES
        if filtre == "contact":
            dernier = client["dernier_contact"]
            return not dernier or dt.date.fromisoformat(dernier) < aujourdhui - ANCIEN
        return True

    def _cle(self, client: dict[str, Any]) -> tuple[str, str]:
        tri = self.tri.lire()
        nom = client["denomination"].casefold()
        if tri == "contact":
            return (client["dernier_contact"] or "", nom)
        return (client["echeance"] or "9999", nom) if tri == "echeance" else (nom, "")

    def _ligne(self, client: dict[str, Any]) -> list[Any]:
        echeance = jour(client["echeance"])
        if client["echeance_objet"]:
            echeance = f"{echeance} : {client['echeance_objet']}"
        nom = client["denomination"] + (" (client suivi)" if client["suivi"] else "")
        alertes = [client["alerte"]] if client["alerte"] else []
        if client["opposition"]:
            alertes.append("Opposition aux offres commerciales")
        alerte = marque(f"▲ {' ; '.join(alertes)}", "alerte") if alertes else ""
        return [nom, client["activite"], echeance, jour(client["dernier_contact"]), alerte]
