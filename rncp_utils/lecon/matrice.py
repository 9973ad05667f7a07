"""A matrix of needs and solutions: a simulator whose state is made of the learner's gestures, kept in a journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rncp_utils.donnees.besoins import besoins_du_client
from rncp_utils.erreurs import ErreurRegle, ErreurRncp
from rncp_utils.formats import euros, pourcent
from rncp_utils.lecon import simulateur_html
from rncp_utils.lecon.correction import Retour
from rncp_utils.lecon.formulaire_html import message
from rncp_utils.lecon.identite import APPRENANT, apprenant, mode
from rncp_utils.lecon.journal_de_matrice import GESTES_MAX, Entete, Journal, JournalLu, nu
from rncp_utils.lecon.reponses import mettre_de_cote
from rncp_utils.lecon.saisie import Etat
from rncp_utils.lecon.simulateur import Prediction, Simulateur, Vue
from rncp_utils.lecon.verrou import seul
from rncp_utils.portefeuille.adequation import (
    COUVERT,
    EN_PARTIE,
    ORIENTE,
    SANS_REPONSE,
    Adequation,
    Choix,
    adequation,
    ordre_des_besoins,
)
from rncp_utils.portefeuille.besoins import BesoinsDuClient
from rncp_utils.portefeuille.gamme import Gamme, charger_gamme
from rncp_utils.portefeuille.gestes import (
    ANNULER,
    COCHER,
    DECOCHER,
    ECARTER,
    GARDER,
    ORDONNER,
    ORIENTER,
    REPRENDRE,
    rejouer,
)
from rncp_utils.typographie import compter

if TYPE_CHECKING:
    import pandas as pd

    from rncp_utils.figures import FigureAccessible

AILLEURS = "La matrice a changé dans un autre onglet : la voici telle qu'elle est. Refaites votre geste."
PLEIN = f"Le journal a atteint {GESTES_MAX} gestes : cliquez sur « Tout recommencer »."
ILLISIBLE = "L'ancien journal n'a pas pu être mis de côté : rien n'est enregistré. Prévenez votre formateur."
MEME_ETAT = "Journal rejoué depuis son fichier : {n}, et exactement le même état ✔"
AUTRE_ETAT = "Le journal rejoué donne un autre état : le voici."
RIEN_A_REJOUER = "Le journal est vide : faites d'abord un geste."
_COULEURS = {COUVERT: "vert", EN_PARTIE: "bleu", ORIENTE: "gris", SANS_REPONSE: "vermillon"}


@dataclass
class Partie:
    """A matrix being filled: found again, moved forward, saved at each gesture. No display here."""

    journal: Journal
    lu: JournalLu = field(default_factory=JournalLu)
    notes: list[str] = field(default_factory=list)
    etat: Etat = field(default_factory=lambda: Etat(""))
    bloquee: bool = False

    @property
    def choix(self) -> Choix:
        """Where it stands."""
        return self.lu.suite[-1]

    def faire(self, **geste: Any) -> bool:
        """One gesture, saved; False when it is impossible, when another tab was faster, or when saving failed."""
        with seul(self.journal.dossier):
            if self._rattraper():
                self.etat = Etat(AILLEURS, reussi=False)
                return False
            if len(self.lu.gestes) >= GESTES_MAX:
                self.etat = Etat(PLEIN, reussi=False)
                return False
            gestes = (*self.lu.gestes, {**geste, "horodatage": _maintenant()})
            try:
                suite = rejouer(self.journal.besoins, map(nu, gestes), self.journal.gamme)
            except ErreurRegle:
                return False
            return self._passer_a(JournalLu(gestes, suite, self.lu.debut or _maintenant()))

    def recommencer(self) -> bool:
        """An empty matrix; the journal that was is kept under another name."""
        with seul(self.journal.dossier):
            if self.lu.gestes and not self._mettre_de_cote():
                return False
            self.lu, self.etat = JournalLu(), Etat("Matrice vide. L'ancien journal est gardé sous un autre nom.")
            return True

    def rejouer(self) -> bool:
        """Read the file again and make its gestures again; whether the state is the one that is shown."""
        lu, avant = self.journal.lire(), self.choix
        if lu.refus:
            self.etat = Etat(lu.refus, reussi=False)
            return False
        if not lu.gestes and not self.lu.gestes:
            self.etat = Etat(RIEN_A_REJOUER)
            return True
        self.lu = lu
        pareil = lu.suite[-1] == avant
        self.etat = Etat(MEME_ETAT.format(n=compter(len(lu.gestes), "geste"))) if pareil else Etat(AUTRE_ETAT, False)
        return pareil

    def _rattraper(self) -> bool:
        """Take up what another tab did since; True when something was taken."""
        lu = self.journal.lire()
        if lu.refus:  # spoilt while it was open: kept, and written anew from what is known here
            self._mettre_de_cote()
        deja = lu.debut == self.lu.debut and len(lu.gestes) <= len(self.lu.gestes)
        if not lu.gestes or deja:
            return False
        self.lu = lu
        return True

    def _passer_a(self, suivant: JournalLu) -> bool:
        if self.bloquee:
            return False
        try:
            self.journal.ecrire(suivant.debut, suivant.gestes)
        except ErreurRncp as erreur:
            self.etat = Etat(str(erreur), reussi=False)
            return False
        self.lu, self.etat = suivant, Etat(f"Enregistré à {datetime.now().astimezone():%H:%M} ✔")
        return True

    def _mettre_de_cote(self) -> bool:
        entete = self.journal.entete
        try:
            ancien = mettre_de_cote(self.journal.dossier, entete.lecon, entete.matrice)
        except FileNotFoundError:
            return True
        except OSError:
            self.bloquee, self.etat = True, Etat(ILLISIBLE, reussi=False)
            return False
        self.notes.append(f"L'ancien journal est gardé tel quel sous le nom « {ancien.name} ».")
        return True


def ouvrir_partie(journal: Journal) -> Partie:
    """The matrix of a learner, where it was left; a journal that cannot be played again is put aside."""
    lu = journal.lire()
    partie = Partie(journal, lu)
    if lu.refus:
        partie.lu = JournalLu()
        partie.notes.append(lu.refus)
        partie._mettre_de_cote()
    elif lu.gestes:
        partie.etat = Etat(f"Matrice retrouvée : {compter(len(lu.gestes), 'geste')} ✔")
    return partie


class Matrice(Simulateur):
    """Last expression of a lesson's cell: needs of a client of the course, products of the range, a journal.

    Parameters
    ----------
    nom : str
        Identifier in the lesson: names the prediction and the journal.
    titre : str
    cas : str
        A client whose needs are written (:func:`rncp_utils.donnees.besoins.besoins_du_client`).
    prediction : Prediction
    """

    def __init__(self, nom: str, titre: str, cas: str, prediction: Prediction) -> None:
        super().__init__(nom, titre, (), lambda: self.vue(Choix()), prediction)
        self.besoins = besoins_du_client(cas)
        self.gamme = charger_gamme()

    @property
    def journal(self) -> Journal:
        """Where the gestures of this learner are kept."""
        entete = Entete(self._lecon, self.nom, self.besoins.cas, apprenant())
        return Journal(Path(self._dossier), entete, self.besoins, self.gamme)

    def lire(self, choix: Choix) -> Adequation:
        """What the choices are worth."""
        return adequation(self.besoins, choix, self.gamme)

    def vue(self, choix: Choix) -> Vue:
        """Picture, table and sentence of the choices."""
        lue = self.lire(choix)
        return Vue(
            figure=figure_des_besoins(self.besoins, choix, lue, self.gamme),
            tableau=table_des_besoins(self.besoins, choix, lue, self.gamme),
            phrase=phrase(lue, len(self.besoins.besoins)),
        )

    def objectifs(self) -> Objectifs:
        """What an exercise of the lesson asks of this matrix (``Exercice("E5", juge=…)``)."""
        return Objectifs(self)

    def affichages(self) -> list[dict[str, Any]]:
        if mode() != APPRENANT:
            return [self.en_html(simulateur_html.fixe(self, self.vue(Choix())))]
        try:
            from rncp_utils.lecon.matrice_widgets import matrice  # ipywidgets: only here

            return [dict(matrice(self)._repr_mimebundle_()) | {"text/plain": str(self)}]
        except ErreurRncp as erreur:
            return [self.en_html(message(str(erreur)))]


@dataclass(frozen=True)
class Objectifs:
    """What a matrix must reach, read from its journal: no mark is taken from the learner."""

    matrice: Matrice

    def constats(self) -> dict[str, Retour]:
        """Feedback of each objective, with what is left to be done, never how."""
        lu = self.matrice.journal.lire()
        if lu.refus:
            return {"journal": Retour(0.0, lu.refus)}
        if not lu.gestes:
            vide = "La matrice est vide : remplissez-la, puis cliquez sur « Vérifier ma réponse »."
            return {"journal": Retour(0.0, vide)}
        besoins, lue = self.matrice.besoins, self.matrice.lire(lu.suite[-1])
        reste = [b.nom for b in besoins.besoins if b.parties and lue.etats[b.id] != COUVERT]
        hors = [b.nom for b in besoins.besoins if not b.parties and lue.etats[b.id] != ORIENTE]
        en_trop = len(lue.doublons) + len(lue.sans_besoin)
        return {
            "besoins": _constat(
                not reste, "Besoins que la gamme peut couvrir : tous le sont.", f"Il reste à couvrir : {_liste(reste)}."
            ),
            "en_trop": _constat(
                not en_trop,
                "Ni doublon, ni solution sans besoin.",
                f"{compter(en_trop, 'couple')} en trop : lisez « Ce qui reste à régler ».",
            ),
            "ecarts": _constat(
                not lue.a_ecarter and not lue.exclusions_discutables,
                "Solutions séduisantes : écartées, avec leur motif.",
                "Une exclusion manque, ou n'a pas le motif que porte le dossier : relisez les faits.",
            ),
            "orientes": _constat(
                not hors and not lue.orientes_a_tort,
                "Ce que la gamme ne couvre pas est dit, et orienté.",
                "Un besoin n'a pas de produit dans la gamme, ou un autre est envoyé ailleurs alors qu'elle y répond.",
            ),
            "ordre": _constat(
                lue.ordre_suivi,
                "Les besoins sont rangés du plus lourd au plus léger.",
                "L'ordre ne suit pas les poids : le plus lourd d'abord.",
            ),
        }


def _constat(atteint: bool, oui: str, non: str) -> Retour:
    return Retour(1.0, oui) if atteint else Retour(0.0, non)


def _liste(noms: list[str]) -> str:
    return ", ".join(noms)


def phrase(lue: Adequation, total: int) -> str:
    """The sentence that sums up the state."""
    couverts = len(lue.en_etat(COUVERT))
    orientes = len(lue.en_etat(ORIENTE))
    dits = f" {compter(orientes, 'besoin')} orienté{'s' if orientes > 1 else ''} hors de la gamme." if orientes else ""
    return (
        f"Taux d'adéquation : {pourcent(lue.taux)} du poids des besoins ({couverts} sur {total} couverts, soit "
        f"{pourcent(lue.taux_simple)} en nombre). Coût : {euros(lue.cout)} par an.{dits}"
    )


def a_regler(besoins: BesoinsDuClient, lue: Adequation, gamme: Gamme) -> list[str]:
    """What is wrong in the choices, one sentence each; what is missing is in the picture."""

    def noms(codes: tuple[str, ...]) -> str:
        return " et ".join(gamme.produit(code).libelle for code in codes)

    lignes = [
        f"Doublon pour « {besoins.besoin(b).nom} » : {noms(codes)} font le même travail ; un seul suffit."
        for b, codes in lue.doublons
    ]
    lignes += [
        f"Ne répond pas à « {besoins.besoin(b).nom} » : {gamme.produit(code).libelle}. Motif : {motif}."
        for b, code, motif in lue.sans_besoin
    ]
    if lue.inutiles:
        lignes.append(f"Sans besoin en face : {noms(lue.inutiles)}.")
    for identifiant in lue.en_etat(EN_PARTIE):
        lignes.append(
            f"« {besoins.besoin(identifiant).nom} » n'est couvert qu'en partie : relisez la parole du client."
        )
    lignes += [
        f"« {besoins.besoin(identifiant).nom} » est envoyé ailleurs, alors que la gamme y répond."
        for identifiant in lue.orientes_a_tort
    ]
    lignes += [
        f"{gamme.produit(code).libelle} : le motif choisi ne correspond à aucun fait du dossier."
        for code in lue.exclusions_discutables
    ]
    return lignes


def table_des_besoins(besoins: BesoinsDuClient, choix: Choix, lue: Adequation, gamme: Gamme) -> pd.DataFrame:
    """The state, need by need, in the order of the learner."""
    import pandas as pd

    lignes = []
    for identifiant in ordre_des_besoins(besoins, choix):
        besoin = besoins.besoin(identifiant)
        pris = [gamme.produit(c).libelle for c in besoins.produits if (identifiant, c) in choix.couples]
        lignes.append((besoin.nom, besoin.poids, ", ".join(pris) or "aucune", lue.etats[identifiant]))
    return pd.DataFrame(lignes, columns=["Besoin", "Poids", "Solutions", "État"]).set_index("Besoin")


def figure_des_besoins(besoins: BesoinsDuClient, choix: Choix, lue: Adequation, gamme: Gamme) -> FigureAccessible:
    """One bar a need, as long as it weighs, in the order of the learner."""
    from rncp_utils.figures import depouiller, figure_accessible, nouvelle_figure, style, style_de

    ordre = [besoins.besoin(identifiant) for identifiant in ordre_des_besoins(besoins, choix)]
    lourd = max(besoin.poids for besoin in ordre)
    with style():
        figure, axe = nouvelle_figure(7.4, 0.9 + 0.42 * len(ordre))
        for rang, besoin in enumerate(ordre):
            etat = lue.etats[besoin.id]
            axe.barh(rang, besoin.poids, 0.58, **style_de(_COULEURS[etat]))
            axe.text(besoin.poids + 0.05, rang, etat, va="center", fontsize=11)
        # The scale stays while the boxes are ticked.
        axe.set_xlim(0, lourd + 0.9)
        axe.set_ylim(len(ordre) - 0.5, -0.5)
        axe.set_xticks(range(lourd + 1))
        axe.set_yticks(range(len(ordre)), [f"{rang}. {b.nom}" for rang, b in enumerate(ordre, start=1)])
        axe.set_xlabel("Poids du besoin")
        depouiller(axe, grille="x")
    detail = " ; ".join(f"{besoin.nom}, poids {besoin.poids} : {lue.etats[besoin.id]}" for besoin in ordre)
    return figure_accessible(
        figure,
        titre=f"{besoins.client} : les besoins, dans votre ordre",
        alt=f"Une barre par besoin, longue de son poids. {detail}.",
        donnees=table_des_besoins(besoins, choix, lue, gamme),
        unite="points de poids",
        source=f"convention du cours ; prix de la gamme au {gamme.date:%d/%m/%Y}",
    )


def dire_le_geste(besoins: BesoinsDuClient, geste: dict[str, Any], gamme: Gamme) -> str:
    """A gesture in French."""
    besoin = f"« {besoins.besoin(geste['besoin']).nom} »" if "besoin" in geste else ""
    produit = gamme.produit(geste["produit"]).libelle if "produit" in geste else ""
    return {
        COCHER: f"{produit} proposé pour {besoin}",
        DECOCHER: f"{produit} retiré de {besoin}",
        ECARTER: f"{produit} écarté : {geste.get('motif', '')}",
        REPRENDRE: f"{produit} n'est plus écarté",
        ORDONNER: f"{besoin} placé au rang {geste.get('rang', '')}",
        ORIENTER: f"{besoin} orienté hors de la gamme",
        GARDER: f"{besoin} gardé",
        ANNULER: "Dernier geste annulé",
    }[geste["geste"]].rstrip(".")


def _maintenant() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
