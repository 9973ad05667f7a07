"""Tableau de bord du coordinateur : session, inscriptions, tableaux, documents, jury, procès-verbal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ipywidgets as widgets

from rncp_utils.autograde.cours import trouver_cours
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.grading.documents import PV, TITRES
from rncp_utils.grading.documents.session import Jure, Session, ecrire_jury, ecrire_session, lire_jury, lire_session
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.pilotage import actions_coordinateur as actions
from rncp_utils.pilotage.actions import noter
from rncp_utils.pilotage.champs import case, texte
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi
from rncp_utils.pilotage.panneau import Etape, Panneau, TableauDeBord
from rncp_utils.referentiel import charger_referentiel


class TableauCoordinateur(TableauDeBord):
    """Dernière expression de ``coordinateur.ipynb``.

    Parameters
    ----------
    dossier
        Dossier du cours, ou dossier qu'il contient ; par défaut, celui du notebook.
    """

    def __init__(self, *, dossier: Path | str = Path()) -> None:
        try:
            self.cours = trouver_cours(Path(dossier))
            session, jury = lire_session(self.cours), lire_jury(self.cours)
        except ErreurRncp as erreur:
            self.refus = str(erreur)
            return
        self._preparer_la_session(session)
        self._preparer_le_jury(jury.jures)
        self.identifiants = case("Avec les identifiants des apprenants")
        self.pdf = case("Aussi en PDF", cochee=True)
        self.cases = {nom: case(titre) for nom, titre in TITRES.items()}
        self.etapes = {etape.bouton.description: etape for etape in self._etapes()}
        self.panneau = Panneau([], list(self.etapes.values()), lambda: None)

    def _preparer_la_session(self, session: Session) -> None:
        self.promotion = texte("Promotion :", "Promotion 2023-A", session.promotion)
        self.session = texte("Session :", "2023-S2", session.session)
        self.organisme = texte("Organisme :", "Institut de formation", session.organisme)
        self.lieu = texte("Lieu du jury :", "Paris", session.lieu)
        self.date_jury = widgets.DatePicker(
            description="Date du jury :", value=session.date_jury, style={"description_width": "initial"}
        )

    def _preparer_le_jury(self, jures: tuple[Jure, ...]) -> None:
        places = max(charger_referentiel().jury.membres, len(jures))
        self.jures = []
        for rang in range(places):
            jure = jures[rang] if rang < len(jures) else Jure("", "")
            self.jures.append(
                (
                    texte(f"Membre {rang + 1}, nom :", "", jure.nom),
                    texte("Qualité :", "", jure.qualite),
                    texte("Lien :", "aucun", jure.lien),
                    case("Présent", cochee=jure.present),
                )
            )

    def _etapes(self) -> list[Etape]:
        return [*self._etapes_des_notes(), *self._etapes_du_jury()]

    def _etapes_des_notes(self) -> list[Etape]:
        return [
            Etape(
                "1. La session",
                "Ce qui s'écrit en tête des documents.",
                "Enregistrer la session",
                self._garder_la_session,
                reglages=[self.promotion, self.session, self.organisme, self.lieu, self.date_jury],
            ),
            Etape(
                "2. Les inscriptions",
                "Prépare le fichier à compléter dans un tableur : nom, prénom, voie d'accès, date d'entrée.",
                "Préparer les inscriptions",
                lambda suivi: actions.preparer_les_inscriptions(self.cours, suivi=suivi),
            ),
            Etape(
                "3. Les tableaux de notes",
                "Notes par cellule, par compétence et par bloc : page, classeur Excel et CSV, sous pseudonymes.",
                "Exporter les tableaux",
                lambda suivi: actions.exporter_les_tableaux(
                    self.cours, identifiants=self.identifiants.value, suivi=suivi
                ),
                reglages=[self.identifiants],
            ),
            Etape(
                "4. Les documents",
                "Pages à imprimer, en PDF si Chromium est installé, avec leurs tableaux en Excel. Elles nomment les "
                "apprenants : gardez-les dans un dossier protégé.",
                "Écrire les documents",
                self._documents,
                reglages=[*self.cases.values(), self.pdf],
            ),
        ]

    def _etapes_du_jury(self) -> list[Etape]:
        jury = [avec_classe(widgets.HBox(list(champs)), "rncp-jure") for champs in self.jures]
        return [
            Etape(
                "5. Le jury",
                "Trois professionnels métiers. Déclarez un lien avec un candidat, puis notez les présences.",
                "Enregistrer le jury",
                self._garder_le_jury,
                reglages=[widgets.VBox(jury)],
            ),
            Etape(
                "6. Les décisions",
                "Prépare le fichier des décisions, avec les propositions de l'outil. Le jury décide.",
                "Préparer les décisions",
                lambda suivi: actions.preparer_les_decisions(self.cours, suivi=suivi),
            ),
            Etape(
                "7. Le procès-verbal",
                "Possible quand le jury est complet et présent, et que des candidats peuvent être certifiés.",
                "Éditer le procès-verbal",
                lambda suivi: actions.ecrire_les_documents(self.cours, [PV], pdf=self.pdf.value, suivi=suivi),
            ),
        ]

    def _documents(self, suivi: Suivi) -> CompteRendu:
        choix = [nom for nom, case in self.cases.items() if case.value]
        return actions.ecrire_les_documents(self.cours, choix, pdf=self.pdf.value, suivi=suivi)

    def _garder_la_session(self, _: Suivi) -> CompteRendu:
        jour = self.date_jury.value
        if isinstance(jour, dt.datetime):
            jour = jour.date()
        session = Session(
            self.promotion.value.strip(),
            self.session.value.strip(),
            self.organisme.value.strip(),
            jour,
            self.lieu.value.strip(),
        )
        ecrire_session(self.cours, session)
        return CompteRendu(["La session est enregistrée."])

    def _garder_le_jury(self, _: Suivi) -> CompteRendu:
        jures = [
            Jure(nom.value.strip(), qualite.value.strip(), lien.value.strip(), present.value)
            for nom, qualite, lien, present in self.jures
            if nom.value.strip() or qualite.value.strip()
        ]
        ecrire_jury(self.cours, jures)
        noms = " ; ".join(f"{jure.nom} ({'présent' if jure.present else 'absent'})" for jure in jures)
        noter(self.cours, "jury enregistré", "jury", apres=noms)
        obstacles = actions.obstacles_du_jury(self.cours)
        return CompteRendu(["Le jury est enregistré."], [*obstacles, *lire_jury(self.cours).avertissements()])

    def __str__(self) -> str:
        return self.refus or f"Tableau de bord du coordinateur, cours {self.cours.name}"
