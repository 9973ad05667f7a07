"""Une grille que remplit un expert : ses niveaux, ses commentaires, sa signature, et le fichier qui les garde.

Un fichier CSV par grille, que le formulaire écrit et qu'un tableur ouvre. Une grille à moitié remplie est gardée.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurRegle, ErreurSchema
from rncp_utils.grading.grilles.modele import NIVEAU_MAX, Grille, charger_grille
from rncp_utils.grading.grilles.observateurs import DOSSIER_OBSERVATIONS, FICHIER, cle
from rncp_utils.grading.lecture_csv import lire_csv_fr, lire_date, lire_oui_non
from rncp_utils.tableurs import ecrire_csv_fr

COLONNES = (
    *("session", "apprenant", "devoir", "critere", "competence", "niveau", "commentaire"),
    *("observateur", "date", "signe"),
)
# A level that says little on its own: the learner and the jury read why.
NIVEAU_A_MOTIVER = 1
MOTS_MINIMUM = 3
# A learner's identifier is a folder name for nbgrader; the rest would lead out of the folder of the grids.
_IDENTIFIANT = re.compile(r"[^/\\\0]+")


@dataclass(frozen=True)
class Saisie:
    """Grille d'un apprenant, remplie par un observateur. Chaque changement en donne une nouvelle.

    Attributes
    ----------
    niveaux, commentaires
        Par critère ; un critère sans niveau n'y est pas.
    date
        Jour de l'observation.
    signe
        L'observateur a signé : plus rien ne change sans qu'il rouvre la grille.
    """

    grille: Grille
    apprenant: str
    observateur: str
    date: dt.date
    session: str = ""
    signe: bool = False
    niveaux: dict[str, int] = field(default_factory=dict)
    commentaires: dict[str, str] = field(default_factory=dict)

    @property
    def devoir(self) -> str:
        return self.grille.devoir

    @property
    def manquants(self) -> tuple[str, ...]:
        """Critères sans niveau."""
        return tuple(critere for critere in self.grille.criteres if critere not in self.niveaux)

    @property
    def a_motiver(self) -> tuple[str, ...]:
        """Critères de niveau 0 ou 1 sans commentaire d'une phrase."""
        return tuple(
            critere
            for critere, niveau in self.niveaux.items()
            if niveau <= NIVEAU_A_MOTIVER and len(self.commentaires.get(critere, "").split()) < MOTS_MINIMUM
        )

    @property
    def etat(self) -> str:
        """Une phrase : où en est la grille."""
        total = len(self.grille.criteres)
        faits = total - len(self.manquants)
        renseignes = f"{faits} critère{'s' if faits > 1 else ''} sur {total} renseigné{'s' if faits > 1 else ''}"
        if self.signe:
            return f"Grille signée par {self.observateur} : {renseignes}."
        if self.manquants:
            return f"Grille à compléter : {renseignes}, non signée. Ce qui est saisi est gardé."
        return f"Grille complète, à signer : {renseignes}."

    def noter(self, critere: str, niveau: int | None) -> Saisie:
        """Avec un niveau de plus (None : retiré)."""
        self._exiger_ouverte()
        if critere not in self.grille.criteres or niveau not in (None, *range(NIVEAU_MAX + 1)):
            raise ErreurDonnees(f"Le niveau {niveau} du critère « {critere} » n'est pas un entier de 0 à {NIVEAU_MAX}.")
        autres = {c: n for c, n in self.niveaux.items() if c != critere}
        return replace(self, niveaux=autres if niveau is None else autres | {critere: niveau})

    def commenter(self, critere: str, texte: str) -> Saisie:
        """Avec un commentaire."""
        self._exiger_ouverte()
        autres = {c: t for c, t in self.commentaires.items() if c != critere}
        return replace(self, commentaires=autres | {critere: texte.strip()} if texte.strip() else autres)

    def signer(self, jour: dt.date) -> Saisie:
        """Signée ce jour-là.

        Raises
        ------
        ErreurRegle
            Un critère n'a pas de niveau, ou un niveau 0 ou 1 n'a pas de commentaire.
        """
        if faute := self.obstacle():
            raise ErreurRegle(f"La grille ne peut pas être signée : {faute}")
        return replace(self, signe=True, date=jour)

    def rouvrir(self) -> Saisie:
        """Sans signature : la grille peut changer."""
        return replace(self, signe=False)

    def obstacle(self) -> str:
        """What stands between the grid and its signature; empty when nothing does."""
        noms = self.grille.criteres
        if self.manquants:
            return f"sans niveau, {_citer(noms[c].texte for c in self.manquants)}. Donnez un niveau à chaque critère."
        if self.a_motiver:
            return (
                f"niveau 0 ou 1 sans commentaire, {_citer(noms[c].texte for c in self.a_motiver)}. "
                "Écrivez ce qui a été vu ou entendu."
            )
        return ""

    def _exiger_ouverte(self) -> None:
        if self.signe:
            raise ErreurRegle("Cette grille est signée : rouvrez-la pour la changer, puis signez de nouveau.")

    def table(self) -> pd.DataFrame:
        """Une ligne par critère, colonnes :data:`COLONNES`."""
        lignes = [
            {
                "session": self.session,
                "apprenant": self.apprenant,
                "devoir": self.devoir,
                "critere": critere,
                "competence": self.grille.cellule_de(critere).competence,
                "niveau": self.niveaux.get(critere),
                "commentaire": self.commentaires.get(critere, ""),
                "observateur": self.observateur,
                "date": self.date,
                "signe": self.signe,
            }
            for critere in self.grille.criteres
        ]
        return pd.DataFrame(lignes, columns=list(COLONNES)).astype({"niveau": "Int64", "signe": object})

    def enregistrer(self, cours: Path) -> Path:
        """Écrit la grille dans le dossier ``observations`` du cours."""
        chemin = chemin_saisie(cours, self.devoir, self.apprenant, self.observateur)
        ecrire_csv_fr(self.table(), chemin)
        return chemin


def _citer(textes: Iterable[str]) -> str:
    return " ; ".join(f"« {texte} »" for texte in textes)


def chemin_saisie(cours: Path, devoir: str, apprenant: str, observateur: str) -> Path:
    """File of a grid: one an assignment, learner and observer, so that two experts never write the same one."""
    qui = re.sub(r"\W+", "-", cle(observateur)) or "sans-nom"
    if not _IDENTIFIANT.fullmatch(apprenant) or apprenant in (".", ".."):
        raise ErreurDonnees(f"L'identifiant d'apprenant « {apprenant} » ne convient pas : ôtez-en les barres obliques.")
    return Path(cours) / DOSSIER_OBSERVATIONS / devoir / f"{apprenant}__{qui}.csv"


def ouvrir_saisie(
    cours: Path, devoir: str, apprenant: str, observateur: str, *, session: str = "", jour: dt.date | None = None
) -> Saisie:
    """Grille déjà commencée par cet observateur pour cet apprenant, ou grille vierge."""
    chemin = chemin_saisie(cours, devoir, apprenant, observateur)
    if not chemin.exists():
        return Saisie(charger_grille(devoir), apprenant, observateur, jour or dt.date.today(), session)
    trouvees = lire_saisies([chemin])
    if len(trouvees) != 1:
        raise ErreurDonnees(
            f"Le fichier « {chemin.name} » devrait tenir une seule grille, il en tient {len(trouvees)} : "
            "séparez-les ou importez-les."
        )
    return trouvees[0]


def fichiers_de_saisie(cours: Path) -> list[Path]:
    """Every grid kept in a course."""
    dossier = Path(cours) / DOSSIER_OBSERVATIONS
    return sorted(
        chemin
        for chemin in dossier.rglob("*.csv")
        if chemin.name != FICHIER and not any(partie.startswith(".") for partie in chemin.relative_to(dossier).parts)
    )


def lire_saisies(chemins: Iterable[Path]) -> list[Saisie]:
    """Grilles de fichiers CSV (une ou plusieurs par fichier), dans l'ordre des fichiers.

    Raises
    ------
    ErreurDonnees
        Un fichier ne peut pas être lu.
    ErreurListe
        Lignes qui n'ont pas de sens : toutes les fautes, en une fois.
    """
    saisies: list[Saisie] = []
    fautes: list[str] = []
    for chemin in map(Path, chemins):
        table = lire_csv_fr(chemin, COLONNES)
        if table.empty:
            fautes.append(f"{chemin.name} : aucune ligne ; remplissez la grille ou ôtez ce fichier.")
        for (devoir, apprenant, _), lignes in table.groupby(
            ["devoir", "apprenant", table["observateur"].map(cle)], sort=False
        ):
            try:
                saisies.append(_saisie(chemin.name, devoir, apprenant, lignes))
            except ErreurListe as erreur:
                fautes += erreur.fautes
    if fautes:
        raise ErreurListe("Des grilles ne peuvent pas être lues, corrigez chacune de ces fautes :", fautes)
    return saisies


def _saisie(nom: str, devoir: str, apprenant: str, lignes: pd.DataFrame) -> Saisie:
    try:
        grille = charger_grille(devoir)
    except ErreurSchema as erreur:
        raise ErreurListe("", [f"{nom}, ligne {lignes.index[0]} : {erreur}"]) from erreur
    fautes: list[str] = []
    niveaux: dict[str, int] = {}
    commentaires: dict[str, str] = {}
    vus: set[str] = set()
    for rang, ligne in lignes.iterrows():
        if faute := _faute_de_ligne(ligne, grille, vus):
            fautes.append(f"{nom}, ligne {rang} : {faute}")
            continue
        vus.add(ligne["critere"])
        if ligne["niveau"]:
            niveaux[ligne["critere"]] = int(float(ligne["niveau"].replace(",", ".")))
        if ligne["commentaire"]:
            commentaires[ligne["critere"]] = ligne["commentaire"]
    dates = {lire_date(texte) for texte in lignes["date"]}
    signes = {lire_oui_non(texte) for texte in lignes["signe"]}
    if not apprenant or not cle(lignes["observateur"].iloc[0]):
        fautes.append(f"{nom}, ligne {lignes.index[0]} : l'apprenant ou l'observateur manque ; écrivez leurs noms.")
    if None in dates or len(dates) != 1:
        fautes.append(f"{nom}, {apprenant} : une seule date est attendue, écrite AAAA-MM-JJ ou JJ/MM/AAAA.")
    if None in signes or len(signes) != 1:
        fautes.append(f"{nom}, {apprenant} : « signe » doit valoir oui sur toutes les lignes, ou non sur toutes.")
    if fautes:
        raise ErreurListe("", fautes)
    return Saisie(
        grille,
        apprenant,
        " ".join(lignes["observateur"].iloc[0].split()),
        dates.pop(),
        lignes["session"].iloc[0],
        bool(signes.pop()),
        niveaux,
        commentaires,
    )


def _faute_de_ligne(ligne: pd.Series, grille: Grille, vus: set[str]) -> str:
    critere, niveau = ligne["critere"], ligne["niveau"].replace(",", ".")
    if critere not in grille.criteres:
        return f"le critère « {critere} » n'est pas dans la grille {grille.grille} ; reprenez la feuille fournie."
    if critere in vus:
        return f"le critère « {critere} » est écrit deux fois ; gardez une ligne."
    attendue = grille.cellule_de(critere).competence
    if ligne["competence"] not in ("", attendue):
        return f"le critère « {critere} » prouve {attendue}, pas {ligne['competence']} ; corrigez la compétence."
    if niveau and not re.fullmatch(rf"[0-{NIVEAU_MAX}](\.0+)?", niveau):
        return f"le niveau « {ligne['niveau']} » n'est pas un entier de 0 à {NIVEAU_MAX} ; corrigez-le."
    return ""
