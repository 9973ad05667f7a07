"""Ce que les documents disent d'une personne : qui elle est, ce qui est proposé, ce que le jury a décidé."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from rncp_utils.grading.certifications import CERTIFICATION
from rncp_utils.grading.documents.session import Jury, Session, lire_jury, lire_session
from rncp_utils.grading.grilles.observateurs import cle
from rncp_utils.grading.mentions import date_longue
from rncp_utils.grading.resultats import Resultats


@dataclass(frozen=True)
class Candidat:
    """Personne dont le jury examine le dossier.

    Attributes
    ----------
    hors_certification
        Pourquoi le dossier ne mène pas, ou pas encore, à la certification ; vide s'il y mène.
    vae
        Son livret de preuves tient lieu d'épreuves.
    cle_de_tri
        Nom puis prénom : un ordre qui n'est pas un rang.
    """

    identifiant: str
    nom: str
    voie: str
    date_entree: dt.date | None
    hors_certification: str
    vae: bool
    cle_de_tri: str

    @property
    def entree(self) -> str:
        return date_longue(self.date_entree) if self.date_entree else "non renseignée"


@dataclass(frozen=True)
class Dossier:
    """Tout ce que les documents montrent : résultats, en-tête de la session, jury."""

    resultats: Resultats
    session: Session = field(default_factory=Session)
    jury: Jury = field(default_factory=Jury)

    @cached_property
    def apprenants(self) -> list[str]:
        return sorted(self.resultats.competences["apprenant"].unique())

    @cached_property
    def blocs(self) -> dict[tuple[str, str], dict]:
        """(apprenant, bloc) → ligne de la table des blocs."""
        return {(ligne["apprenant"], ligne["bloc"]): ligne for ligne in self.resultats.blocs.to_dict("records")}

    @cached_property
    def certifications(self) -> dict[str, dict]:
        """Apprenant → ligne de la table des certifications."""
        return {ligne["apprenant"]: ligne for ligne in self.resultats.certifications.to_dict("records")}

    @cached_property
    def _inscrits(self) -> dict[str, dict]:
        return {ligne["apprenant"]: ligne for ligne in self.resultats.inscriptions.to_dict("records")}

    @cached_property
    def _decidees(self) -> dict[tuple[str, str], tuple[str, str]]:
        colonnes = self.resultats.decisions[["apprenant", "objet", "decision", "motif"]]
        return {(qui, objet): (quoi, motif) for qui, objet, quoi, motif in colonnes.itertuples(index=False)}

    @cached_property
    def _par_apprenant(self) -> dict[str, dict[str, pd.DataFrame]]:
        return {}

    def de(self, table: str, apprenant: str) -> pd.DataFrame:
        """Lignes d'un apprenant dans une table des résultats ; aucune s'il n'y est pas."""
        entiere = getattr(self.resultats, table)
        if table not in self._par_apprenant:
            self._par_apprenant[table] = dict(tuple(entiere.groupby("apprenant", sort=False)))
        return self._par_apprenant[table].get(apprenant, entiere.iloc[:0])

    def candidat(self, apprenant: str) -> Candidat:
        """Identité d'un apprenant ; son seul identifiant s'il n'est pas inscrit."""
        fiche, regles = self.resultats.referentiel, self.resultats.regles
        inscrit, certification = self._inscrits.get(apprenant, {}), self.certifications[apprenant]
        voies = {voie.code: voie.libelle for voie in fiche.voies_acces.voies}
        nom = " ".join(filter(None, [inscrit.get("prenom"), inscrit.get("nom")])) or apprenant
        entree = certification["date_entree"]
        motif = certification["motif"] if certification["dossier"] != CERTIFICATION else ""
        return Candidat(
            apprenant,
            nom,
            voies.get(certification["voie"], "non renseignée"),
            entree if isinstance(entree, dt.date) else None,
            f"{motif[:1].upper()}{motif[1:]}." if motif else "",
            certification["voie"] in regles.vae.voies,
            cle(" ".join(filter(None, [inscrit.get("nom"), inscrit.get("prenom")])) or apprenant),
        )

    def proposition(self, apprenant: str, objet: str) -> tuple[str, str]:
        """Proposition de l'outil et son motif, pour un bloc ou pour la certification."""
        ligne = self.certifications[apprenant] if objet == CERTIFICATION else self.blocs[apprenant, objet]
        return ligne["proposition"], ligne["motif"]

    def decision(self, apprenant: str, objet: str) -> tuple[str, str]:
        """Décision du jury et son motif ; vides tant qu'il n'a pas décidé."""
        return self._decidees.get((apprenant, objet), ("", ""))


def lire_dossier(resultats: Resultats, cours: Path) -> Dossier:
    """Dossier d'une session : ses résultats, et l'en-tête et le jury du dossier ``session`` du cours."""
    return Dossier(resultats, lire_session(cours), lire_jury(cours))
