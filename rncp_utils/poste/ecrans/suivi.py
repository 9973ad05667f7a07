"""P9: what was said and decided, what is left to do, and the client's complaints."""

from __future__ import annotations

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Jour, Texte, TexteLong
from rncp_utils.poste.ecrans.ecran import Ecran
from rncp_utils.poste.ecrans.formulaire import cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import texte
from rncp_utils.poste.ecrans.tableaux import cote_a_cote as blocs
from rncp_utils.poste.ecrans.vue_client import comptes_rendus, reclamations, rendez_vous, taches


class Suivi(Ecran):
    """Screen P9."""

    code = "P9"

    def construire(self) -> list[widgets.Widget]:
        self.faits, self.agenda = texte(), texte()
        self.compte_rendu = self.formulaire(
            "Écrire un compte rendu",
            "Enregistrer le compte rendu",
            "compte_rendu",
            [
                TexteLong("texte", "Compte rendu"),
                Texte("suite", "Suite à donner", facultatif=True),
                Jour("suite_le", "Pour le", facultatif=True),
            ],
            large=True,
        )
        self.tache = self.formulaire(
            "Créer une tâche",
            "Créer la tâche",
            "creer_tache",
            [Texte("libelle", "À faire"), Jour("jour", "Pour le", facultatif=True)],
        )
        self.reclamation = self.formulaire(
            "Enregistrer une réclamation",
            "Enregistrer la réclamation",
            "reclamation",
            [TexteLong("objet", "Ce que dit le client"), TexteLong("reponse", "Votre réponse", facultatif=True)],
        )
        return [self.faits, self.compte_rendu.widget, cote_a_cote(self.tache, self.reclamation), self.agenda]

    def montrer(self, lecture: Lecture) -> None:
        self.faits.value = comptes_rendus(lecture) + reclamations(lecture)
        self.agenda.value = blocs(taches(lecture), rendez_vous(lecture))
        for formulaire in (self.compte_rendu, self.tache, self.reclamation):
            formulaire.permettre(self.poste.bloque)
