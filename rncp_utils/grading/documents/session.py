"""Une session de certification : sa promotion, son jury, qui y est inscrit, ce que le jury a décidé.

Quatre fichiers CSV dans le dossier ``session`` du cours, remplis par le tableau de bord du coordinateur ou un tableur.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.grading.grilles.observateurs import cle
from rncp_utils.grading.lecture_csv import lire_csv_fr, lire_date, lire_oui_non
from rncp_utils.referentiel import Referentiel, Regles
from rncp_utils.tableurs import ecrire_csv_fr

DOSSIER = "session"
FICHIER_SESSION, FICHIER_JURY = "session.csv", "jury.csv"
COLONNES_SESSION = ("promotion", "session", "organisme", "date_jury", "lieu")
COLONNES_JURY = ("nom", "qualite", "lien", "present")


@dataclass(frozen=True)
class Session:
    """Ce qui s'écrit en tête des documents ; un champ vide ne s'écrit pas."""

    promotion: str = ""
    session: str = ""
    organisme: str = ""
    date_jury: dt.date | None = None
    lieu: str = ""


@dataclass(frozen=True)
class Jure:
    """Membre du jury.

    Attributes
    ----------
    lien
        Lien déclaré avec un candidat (hiérarchie directe, tuteur, formateur-correcteur) ; vide s'il n'y en a pas.
    present
        A émargé.
    """

    nom: str
    qualite: str
    lien: str = ""
    present: bool = False


@dataclass(frozen=True)
class Jury:
    """Membres du jury et ce que la fiche et les règles en exigent."""

    jures: tuple[Jure, ...] = ()

    @property
    def presents(self) -> tuple[Jure, ...]:
        return tuple(jure for jure in self.jures if jure.present)

    def obstacles(self, referentiel: Referentiel, regles: Regles) -> list[str]:
        """Ce qui empêche d'éditer un procès-verbal : une phrase par motif."""
        attendus, quorum = referentiel.jury.membres, regles.certification.jury.quorum
        phrases = []
        if len(self.jures) != attendus:
            lu = f"Le jury compte {_compter(len(self.jures), 'membre')}" if self.jures else "Le jury n'est pas composé"
            phrases.append(
                f"{lu}, la fiche en prévoit {attendus} ({referentiel.jury.libelle}) : complétez la liste du jury."
            )
        cles = [cle(jure.nom) for jure in self.jures]
        for jure in {jure.nom: jure for jure in self.jures if cles.count(cle(jure.nom)) > 1}.values():
            phrases.append(f"{jure.nom} est inscrit deux fois au jury : il faut {attendus} personnes distinctes.")
        sans_nom = [str(rang) for rang, nom in enumerate(cles, 1) if not nom]
        if sans_nom:
            phrases.append(f"Le nom du membre {', '.join(sans_nom)} du jury manque : écrivez-le.")
        phrases += [f"La qualité de {j.nom} manque : écrivez sa fonction." for j in self.jures if not j.qualite.strip()]
        if len(self.presents) < quorum:
            phrases.append(
                f"Le quorum n'est pas atteint : {_compter(len(self.presents), 'membre présent')} sur {quorum} exigés ; "
                "notez les présences, ou reportez le jury."
            )
        return phrases

    def avertissements(self) -> list[str]:
        """Liens déclarés avec un candidat : le jury se prononce, l'outil n'écarte personne."""
        return [f"{jure.nom} déclare un lien : {jure.lien}." for jure in self.jures if jure.lien.strip()]


def _compter(nombre: int, quoi: str) -> str:
    return f"{nombre} {' '.join(mot + 's' for mot in quoi.split())}" if nombre > 1 else f"{nombre or 'aucun'} {quoi}"


def lire_session(cours: Path) -> Session:
    """En-tête de la session ; vide si le fichier n'existe pas.

    Raises
    ------
    ErreurDonnees
        Le fichier n'a pas exactement une ligne, ou sa date ne se lit pas.
    """
    chemin = Path(cours) / DOSSIER / FICHIER_SESSION
    if not chemin.exists():
        return Session()
    table = lire_csv_fr(chemin, COLONNES_SESSION)
    if len(table) != 1:
        raise ErreurDonnees(f"Le fichier « {chemin.name} » a {len(table)} lignes sous ses titres : gardez-en une.")
    ligne = table.iloc[0].to_dict()
    jour = lire_date(ligne["date_jury"]) if ligne["date_jury"] else None
    if ligne["date_jury"] and jour is None:
        raise ErreurDonnees(f"La date du jury « {ligne['date_jury']} » ne se lit pas : écrivez-la JJ/MM/AAAA.")
    return Session(**(ligne | {"date_jury": jour}))


def ecrire_session(cours: Path, session: Session) -> None:
    """Garde l'en-tête de la session."""
    ecrire_csv_fr(
        pd.DataFrame([vars(session)], columns=list(COLONNES_SESSION)), Path(cours) / DOSSIER / FICHIER_SESSION
    )


def lire_jury(cours: Path) -> Jury:
    """Jury de la session ; vide si le fichier n'existe pas.

    Raises
    ------
    ErreurListe
        Une présence n'est ni oui ni non.
    """
    chemin = Path(cours) / DOSSIER / FICHIER_JURY
    if not chemin.exists():
        return Jury()
    table = lire_csv_fr(chemin, COLONNES_JURY)
    fautes = [
        f"ligne {rang} : « {texte} » n'est ni oui ni non ; corrigez la présence."
        for rang, texte in table["present"].items()
        if lire_oui_non(texte) is None
    ]
    if fautes:
        raise ErreurListe(f"Le fichier « {chemin.name} » est refusé, corrigez chacune de ces fautes :", fautes)
    return Jury(tuple(Jure(l.nom, l.qualite, l.lien, bool(lire_oui_non(l.present))) for l in table.itertuples()))  # noqa: E741


def ecrire_jury(cours: Path, jures: Iterable[Jure]) -> None:
    """Garde le jury."""
    table = pd.DataFrame([vars(jure) for jure in jures], columns=list(COLONNES_JURY))
    ecrire_csv_fr(table.astype({"present": object}), Path(cours) / DOSSIER / FICHIER_JURY)
