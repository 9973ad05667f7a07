"""An interview being played in a notebook: found again, moved forward, saved at each step. No display here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from rncp_utils.entretien.journal import Entete, ecrire_journal, lire_journal
from rncp_utils.entretien.modele import ENTRAINEMENT, Choix, Scenario
from rncp_utils.entretien.moteur import Situation, choix_offerts, clore, demarrer, dire
from rncp_utils.entretien.mots import mots
from rncp_utils.entretien.rejeu import LONGUEUR_REFORMULATION, Rejeu, rejouer
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon.anomalies import Anomalie
from rncp_utils.lecon.reponses import mettre_de_cote
from rncp_utils.lecon.saisie import Etat
from rncp_utils.lecon.tirage import ordonner_options
from rncp_utils.lecon.verrou import seul

# What may be said of a journal that takes nothing away from it, and what the learner has no use for.
_SANS_PERTE = {"absent", "copie", "mis_de_cote", "version_du_scenario"}
_TUES = {"absent", "mis_de_cote"}


@dataclass
class Partie:
    """The interview of a learner, and where it is saved.

    Attributes
    ----------
    situation : Situation
        Where it stands.
    reformulation : str
        What the learner wrote freely.
    notes : list of str
        French sentences on what was found when it was opened.
    etat : Etat
        Result of the last opening or saving.
    bloquee : bool
        Nothing may be written: it would destroy a file that could not be put aside.
    """

    scenario: Scenario
    dossier: Path
    entete: Entete
    situation: Situation
    reformulation: str = ""
    notes: list[str] = field(default_factory=list)
    etat: Etat = field(default_factory=lambda: Etat(""))
    bloquee: bool = False
    _ecrite_ici: bool = False

    @property
    def entrainement(self) -> bool:
        """Whether the truth may be shown, and the interview played again."""
        return self.scenario.usage == ENTRAINEMENT and self.scenario.commente

    @property
    def terminee(self) -> bool:
        """Whether nothing is left to be said."""
        return not choix_offerts(self.scenario, self.situation)

    def choix(self) -> list[Choix]:
        """What may be said now, in an order of the learner's own: the place of a reply tells nothing."""
        offerts = {choix.id: choix for choix in choix_offerts(self.scenario, self.situation)}
        e = self.entete
        ordre = ordonner_options(
            offerts, question=self.situation.noeud, apprenant=e.apprenant, devoir=e.devoir, session=e.session
        )
        return [offerts[identifiant] for identifiant in ordre]

    def dire(self, choix: str) -> bool:
        """Say a reply and save; False when the interview had moved forward elsewhere, or when saving failed.

        A reply that could not be saved is not said: it would be lost, and said again.
        """
        with seul(self.dossier):
            if self._rattraper():
                self.etat = Etat(mots(self.scenario).ailleurs, reussi=False)
                return False
            return self._passer_a(dire(self.scenario, self.situation, choix, _maintenant()))

    def clore(self) -> bool:
        """Close the interview and save; False as for :meth:`dire`."""
        with seul(self.dossier):
            if self._rattraper():
                self.etat = Etat(mots(self.scenario).ailleurs, reussi=False)
                return self.situation.clos
            return self._passer_a(clore(self.situation, _maintenant()))

    def _passer_a(self, situation: Situation) -> bool:
        avant, self.situation = self.situation, situation
        self.etat = self._enregistrer()
        if not self.etat.reussi:
            self.situation = avant
        return self.etat.reussi

    def reformuler(self, texte: str) -> None:
        """Take the free text and save, as long as the interview is open."""
        if self.situation.clos:
            return
        self._ecrite_ici = True
        with seul(self.dossier):
            self._rattraper()
            self.reformulation = texte[:LONGUEUR_REFORMULATION]
            self.etat = self._enregistrer()

    def recommencer(self) -> bool:
        """Begin again from the start (training only); what was played is written over."""
        avant = self.entete, self.situation, self.reformulation
        self.entete = replace(self.entete, debut=_maintenant())
        self.situation, self.reformulation = demarrer(self.scenario), ""
        self.etat = self._enregistrer()
        if not self.etat.reussi:
            self.entete, self.situation, self.reformulation = avant
        return self.etat.reussi

    def _rattraper(self) -> bool:
        """Take up what another tab has played since; True when it changed the situation here."""
        e = self.entete
        lu = lire_journal(self.dossier, e.devoir, e.cellule)
        rejeu = rejouer(lu, self.scenario, devoir=e.devoir, cellule=e.cellule, apprenant=e.apprenant)
        if lu.contenu is None or _a_une_perte(rejeu.anomalies) or not self._devance(rejeu):
            if rejeu.debut == e.debut and not self._ecrite_ici:
                self.reformulation = rejeu.reformulation
            return False
        self.entete, self.situation = replace(e, debut=rejeu.debut), rejeu.situation
        self.reformulation = self.reformulation if self._ecrite_ici else rejeu.reformulation
        return True

    def _devance(self, rejeu: Rejeu) -> bool:
        """Whether another tab is further on in this interview, or has begun another one that takes its place."""
        ici, la = self.situation, rejeu.situation
        if rejeu.debut != self.entete.debut:
            return bool(rejeu.debut) and (self.entrainement or not ici.tours)
        return ici.suite == la.suite[: len(ici.suite)] and (len(la.suite), la.clos) > (len(ici.suite), ici.clos)

    def _enregistrer(self) -> Etat:
        if self.bloquee:
            return self.etat
        try:
            ecrire_journal(self.dossier, self.entete, self.situation, self.reformulation)
        except ErreurRncp as erreur:
            return Etat(str(erreur), reussi=False)
        return Etat(f"Enregistré à {datetime.now().astimezone():%H:%M} ✔")


def ouvrir_partie(
    scenario: Scenario,
    *,
    dossier: Path,
    devoir: str,
    cellule: str,
    apprenant: str,
    session: str = "",
    variante: str = "",
) -> Partie:
    """The interview of a learner, where it was left; a new one when there is none.

    A journal of which something could not be taken is given another name, so that no later record replaces it.
    """
    rejeu = rejouer(
        lire_journal(dossier, devoir, cellule), scenario, devoir=devoir, cellule=cellule, apprenant=apprenant
    )
    partie = Partie(
        scenario=scenario,
        dossier=dossier,
        entete=Entete(
            devoir=devoir,
            cellule=cellule,
            apprenant=apprenant,
            session=session,
            scenario=scenario.scenario,
            version=scenario.version,
            variante=variante,
            debut=rejeu.debut or _maintenant(),
        ),
        situation=rejeu.situation,
        reformulation=rejeu.reformulation,
        notes=[anomalie.phrase for anomalie in rejeu.anomalies if anomalie.code not in _TUES],
    )
    if rejeu.situation.tours or rejeu.reformulation:
        partie.etat = Etat(mots(scenario).retrouve)
    if _a_une_perte(rejeu.anomalies):
        _garder_l_ancien(partie)
    return partie


def _a_une_perte(anomalies: Iterable[Anomalie]) -> bool:
    return any(anomalie.code not in _SANS_PERTE for anomalie in anomalies)


def _garder_l_ancien(partie: Partie) -> None:
    try:
        ancien = mettre_de_cote(partie.dossier, partie.entete.devoir, partie.entete.cellule)
    except OSError:
        # Writing now would destroy what could not be kept.
        partie.bloquee = True
        partie.etat = Etat(
            "Votre entretien ne peut pas être enregistré : l'ancien fichier est illisible et n'a pas pu être mis de "
            "côté. Prévenez la personne qui surveille avant de continuer.",
            reussi=False,
        )
        return
    partie.notes.append(f"L'ancien fichier est gardé tel quel sous le nom « {ancien.name} ».")
    if partie.situation.tours or partie.situation.clos:
        partie.etat = partie._enregistrer()


def _maintenant() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
