"""``rncp hub inscrire``: from a list of people to accounts, roles, gradebook and session, as often as one likes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rncp_utils.erreurs import ErreurListe, ErreurRncp
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.hub import comptes
from rncp_utils.hub.classe import Personne, lire_classe
from rncp_utils.hub.installation import lire_reglages
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.personnes import dire_au_hub, ecrire_personnes, lire_personnes
from rncp_utils.hub.roles import APPRENANT, COORDINATION, CORRECTEUR, EXPERT, GROUPE_EXPERTS, ROLES
from rncp_utils.hub.taches import comme
from rncp_utils.referentiel import charger_referentiel

MOTS_DE_PASSE = "mots_de_passe.csv"
SANS_ADMINISTRATEUR = (
    "Inscrire une classe crée des comptes sur ce système : relancez en administrateur (sudo). La démonstration à une "
    "personne n'a qu'un compte, le vôtre, et ne sépare personne."
)


@dataclass
class BilanInscription:
    """What was done, for the report."""

    personnes: Sequence[Personne]
    comptes_crees: list[str] = field(default_factory=list)
    roles_changes: list[str] = field(default_factory=list)
    nouveaux_au_carnet: list[str] = field(default_factory=list)
    absents_du_fichier: list[str] = field(default_factory=list)
    mots_de_passe: Path | None = None
    hub_prevenu: bool = False

    def phrases(self) -> list[str]:
        """French sentences, one a fact."""
        par_role = [
            f"{nombre} {role.libelle}{'s' if nombre > 1 else ''}".replace("expert métiers", "experts métier")
            for role in ROLES.values()
            if (nombre := sum(p.role == role.code for p in self.personnes))
        ]
        lignes = [f"{len(self.personnes)} personnes dans le fichier : {', '.join(par_role)}."]
        lignes.append(_compter(self.comptes_crees, "compte créé", "Aucun compte à créer."))
        lignes.append(
            _compter(self.nouveaux_au_carnet, "apprenant ajouté au carnet de notes", "Carnet de notes à jour.")
        )
        if self.roles_changes:
            lignes.append(f"Rôle changé : {', '.join(self.roles_changes)}.")
        if self.absents_du_fichier:
            lignes.append(f"Inscrits auparavant, absents de ce fichier, gardés : {', '.join(self.absents_du_fichier)}.")
        if self.mots_de_passe:
            lignes.append(
                f"Premiers mots de passe : {self.mots_de_passe} (lisible de l'administrateur seul). Remettez à chacun "
                "le sien, puis effacez ce fichier."
            )
        lignes.append(
            "Le Hub en marche connaît ces personnes." if self.hub_prevenu else "Le Hub les connaîtra au démarrage."
        )
        return lignes


def _compter(noms: list[str], quoi: str, sinon: str) -> str:
    if not noms:
        return sinon
    premier, *reste = quoi.split()
    accord = " ".join([premier + "s", *(f"{mot}s" if mot in ("créé", "ajouté") else mot for mot in reste)])
    return f"{len(noms)} {accord if len(noms) > 1 else quoi} : {', '.join(noms)}."


def inscrire(lieux: Lieux, chemin: Path, *, comptes_existants: bool = False) -> BilanInscription:
    """Provision the people of a list. Everything is read and checked before anything is made.

    Raises
    ------
    ErreurRncp
        Not the administrator, no Hub installed, unusable list; nothing was made. Or a step failed: run it again.
    """
    personnes = lire_classe(chemin, charger_referentiel())
    if os.geteuid() != 0:
        raise ErreurRncp(SANS_ADMINISTRATEUR)
    reglages = lire_reglages(lieux)
    connues = lire_personnes(lieux)
    _exiger_des_comptes_libres(chemin, personnes, connues, comptes_existants)
    comptes.exiger_les_commandes()
    bilan = BilanInscription(personnes)
    bilan.absents_du_fichier = sorted(set(connues) - {p.identifiant for p in personnes})
    bilan.roles_changes = [
        f"{p.identifiant} ({connues[p.identifiant].role} → {p.role})"
        for p in personnes
        if p.identifiant in connues and connues[p.identifiant].role != p.role
    ]
    # First of all: whatever stops the rest, these accounts are known as ours.
    ecrire_personnes(lieux, (connues | {p.identifiant: _completee(p, connues) for p in personnes}).values())
    _creer_les_comptes(lieux, personnes, bilan)
    _inscrire_au_cours(lieux, personnes, bilan)
    bilan.hub_prevenu = dire_au_hub(reglages, personnes)
    return bilan


def _completee(personne: Personne, connues: dict[str, Personne]) -> Personne:
    """What a new list leaves empty stays as it was, for somebody who keeps their role."""
    avant = connues.get(personne.identifiant)
    if avant is None or avant.role != personne.role:
        return personne
    gardes = {nom: valeur for nom, valeur in vars(avant).items() if not getattr(personne, nom)}
    return replace(personne, **gardes)


def _exiger_des_comptes_libres(
    chemin: Path, personnes: Sequence[Personne], connues: dict[str, Personne], comptes_existants: bool
) -> None:
    fautes = []
    for personne in personnes:
        nom = personne.identifiant
        if nom in connues:
            continue
        if comptes.compte_existe(nom):
            if comptes.est_du_systeme(nom):
                fautes.append(f"« {nom} » est un compte du système lui-même ; choisissez un autre identifiant.")
            elif not comptes_existants:
                fautes.append(
                    f"« {nom} » a déjà un compte sur ce système ; si c'est bien cette personne, ajoutez "
                    "--comptes-existants, sinon changez l'identifiant."
                )
        elif comptes.groupe_existe(nom):
            fautes.append(f"« {nom} » est le nom d'un groupe du système ; choisissez un autre identifiant.")
    if fautes:
        raise ErreurListe(f"Le fichier « {Path(chemin).name} » est refusé, corrigez chacune de ces fautes :", fautes)


def _creer_les_comptes(lieux: Lieux, personnes: Sequence[Personne], bilan: BilanInscription) -> None:
    for personne in personnes:
        if not comptes.compte_existe(personne.identifiant):
            comptes.creer_le_compte(personne.identifiant, lieux.domiciles / personne.identifiant, personne.nom_complet)
            bilan.comptes_crees.append(personne.identifiant)
            # Kept one by one: a run that stops halfway loses nobody's.
            bilan.mots_de_passe = garder_le_mot_de_passe(lieux, personne.identifiant)
        if personne.role == EXPERT.code:
            comptes.mettre_dans_le_groupe(personne.identifiant, GROUPE_EXPERTS)
        else:
            comptes.oter_du_groupe(personne.identifiant, GROUPE_EXPERTS)


def garder_le_mot_de_passe(lieux: Lieux, identifiant: str) -> Path:
    """Draw a password for an account and add it to the file of those to hand over."""
    chemin = lieux.prive / MOTS_DE_PASSE
    avant = chemin.read_text(encoding="utf-8") if chemin.exists() else "identifiant;mot de passe\n"
    gardees = [ligne for ligne in avant.splitlines() if not ligne.startswith(f"{identifiant};")]
    mot = comptes.changer_le_mot_de_passe(identifiant)
    ecrire_texte(chemin, "\n".join([*gardees, f"{identifiant};{mot}"]) + "\n")
    chemin.chmod(0o600)
    return chemin


def _inscrire_au_cours(lieux: Lieux, personnes: Sequence[Personne], bilan: BilanInscription) -> None:
    cours = str(lieux.cours)
    apprenants = [p for p in personnes if p.role == APPRENANT.code]
    identites = [[p.identifiant, p.nom, p.prenom] for p in apprenants]
    experts = [[p.identifiant, p.nom_complet, p.qualite] for p in personnes if p.role == EXPERT.code]
    bilan.nouveaux_au_carnet = comme(
        CORRECTEUR, lieux, "inscrire_au_cours", cours=cours, apprenants=identites, experts=experts
    )
    if apprenants:
        lignes = [
            [*identite, p.voie, p.date_entree.isoformat() if p.date_entree else ""]
            for identite, p in zip(identites, apprenants, strict=True)
        ]
        comme(COORDINATION, lieux, "inscrire_a_la_session", cours=cours, apprenants=lignes)
