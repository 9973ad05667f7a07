"""What the hidden tests of a workstation call: the state that a journal gives when it is played again, and points.

Effects are graded, and the order of a few of them: never a path of clicks. What was corrected in time costs nothing. A
check that blocked again and again is told to the expert, and takes no point away. Nothing here knows a right answer.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rncp_utils.evaluation.notation import Resultat, borner
from rncp_utils.formats import formater_nombre
from rncp_utils.poste import etats
from rncp_utils.poste.copies import REFUS_TOLERES
from rncp_utils.poste.journal import ACCEPTE
from rncp_utils.typographie import compter, enumerer, typographier

if TYPE_CHECKING:
    from rncp_utils.poste.interface import PosteDeTravail
    from rncp_utils.poste.rejeu import Rejeu
    from rncp_utils.poste.situation import Situation

Ligne = dict[str, Any]
# A known mistake, or figures that only agree with one another: half of the points.
PART_D_ERREUR = 0.5
# Steps of an advice: what the learner reads, share of the points.
ETAPES = {
    etats.BESOIN: ("recueil du besoin", 1 / 6),
    etats.INFORMATION: ("information", 1 / 6),
    etats.CONSEIL: ("conseil", 1 / 3),
    etats.ACCORD: ("accord du client", 1 / 6),
    etats.SIGNEE: ("signature", 1 / 6),
}
# Beginnings of words that prove nothing of what was read.
_BANALES = {"clien", "banqu", "produ", "contr", "compt", "notre", "votre", "autre", "besoi", "entre"}
# What the author's own functions may raise on a state that nobody expected.
_IMPREVUS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
_A_EXAMINER = "Cette partie n'a pas pu être vérifiée : elle est à examiner."


@dataclass(frozen=True)
class Critere:
    """One criterion: its title, its points, and the share of them that a workstation earns."""

    titre: str
    points: float
    juger: Callable[[CopieDuPoste], Resultat]


class CopieDuPoste:
    """The workstation of a copy, as its journal gives it: the only state that may be graded.

    Attributes
    ----------
    situation : Situation
        Client of the owner of the copy, with their own figures.
    rejeu : Rejeu
        Workstation in memory, and what was odd in the file.
    """

    def __init__(self, poste: PosteDeTravail) -> None:
        self.situation: Situation = poste.situation
        self.rejeu: Rejeu = _rejouer(poste, *_marque(poste.chemin))

    def table(self, nom: str, **egal: Any) -> list[Ligne]:
        """Rows of a table whose columns have these values, by id."""
        return [ligne for ligne in self.rejeu.poste.table(nom) if all(ligne[c] == v for c, v in egal.items())]

    @cached_property
    def profil(self) -> dict[str, str | None]:
        """Values of the profile by field, in canonical text (« 18000 », « 2027-01-31 »); None: still missing."""
        return {champ["nom"]: champ["valeur"] for champ in self.table("champ")}

    @cached_property
    def documents(self) -> dict[str, Ligne]:
        """Documents by id, with those that have not been asked for."""
        return {document["id"]: document for document in self.table("document")}

    @cached_property
    def dossier(self) -> Ligne:
        """The last credit file that was not given up; an empty one when there is none."""
        gardes = [dossier for dossier in self.table("dossier") if dossier["etat"] != etats.ABANDONNE]
        return gardes[-1] if gardes else {}

    def plan(self, sens: str) -> dict[str, int]:
        """Lines of the financing plan (« besoin » or « ressource »): nature, cents."""
        lignes = self.table("plan_ligne", dossier=self.dossier.get("id"), sens=sens)
        return {ligne["nature"]: ligne["montant"] for ligne in lignes}

    @property
    def joints(self) -> dict[str, Ligne]:
        """Documents that the file holds, by piece."""
        pieces = self.table("piece", dossier=self.dossier.get("id"))
        return {piece["piece"]: self.documents[piece["document"]] for piece in pieces}

    @property
    def opportunites(self) -> list[Ligne]:
        """Opportunities that the learner created and keeps, in order."""
        return self.table("opportunite", origine="conseiller", etat="ouverte")

    def souscription(self, *produits: str) -> Ligne:
        """Last subscription of one of these products that goes the furthest, cancelled ones apart; or an empty one."""
        rangs = {etat: rang for rang, etat in enumerate(etats.SOUSCRIPTION)}
        suivies = [s for s in self.table("souscription") if s["produit"] in produits and s["etat"] != etats.ANNULEE]
        return max(suivies, key=lambda s: (rangs[s["etat"]], s["id"]), default={})

    def etapes(self, souscription: Ligne) -> list[Ligne]:
        """Steps of the advice of a subscription, in the order in which they were taken."""
        return self.table("etape_conseil", souscription=souscription.get("id"))

    def faites(self, action: str) -> list[Ligne]:
        """Rows of the journal for this action, when it was done."""
        return self.table("journal", action=action, resultat=ACCEPTE)

    def refus(self) -> Counter[str]:
        """How many times each check blocked."""
        return Counter(controle["code"] for controle in self.table("controle", bloquant=True))

    def noter(self, criteres: Iterable[Critere], *, maximum: float, ecrans: Iterable[str] = ()) -> float:
        """Points of the cell, bounded; one French line a criterion on stdout.

        Parameters
        ----------
        ecrans : iterable of str
            Screens of the cell (« P4 »): their checks are told to the expert when they blocked again and again.
        """
        with warnings.catch_warnings():
            # nbgrader gives 0 to a cell that wrote on stderr: a warning of pandas must not take points away.
            warnings.simplefilter("ignore")
            for anomalie in self.rejeu.anomalies:
                print(typographier(f"À signaler : {anomalie.phrase}"))
            total = sum(self._ecrire(critere) for critere in criteres)
            self._signaler(tuple(ecrans))
        return borner(total, maximum)

    def _ecrire(self, critere: Critere) -> float:
        try:
            resultat = critere.juger(self)
        except _IMPREVUS:
            resultat = Resultat(0.0, _A_EXAMINER)
        points = critere.points * min(max(resultat.fraction, 0.0), 1.0)
        bilan = f"{critere.titre} : {_points(points)} sur {_points(critere.points)}."
        print(typographier(" ".join([bilan, resultat.message]).rstrip()))
        return points

    def _signaler(self, ecrans: tuple[str, ...]) -> None:
        for code, fois in sorted(self.refus().items()):
            if fois > REFUS_TOLERES and code.partition("-")[0] in ecrans:
                print(
                    typographier(
                        f"À signaler : le contrôle {code} a bloqué {compter(fois, 'fois', 'fois')} ; "
                        "un expert métier regarde pourquoi."
                    )
                )


@lru_cache(maxsize=1)
def _rejouer(poste: PosteDeTravail, _date: int, _taille: int) -> Rejeu:
    """Replay that the cells of a copy share; a file that has changed since is played again."""
    return poste.rejeu()


def _marque(chemin: Path) -> tuple[int, int]:
    """Date and size of a file; zeros when there is none to read."""
    try:
        etat = chemin.lstat()
    except OSError:
        return 0, 0
    return etat.st_mtime_ns, etat.st_size


def _points(points: float) -> str:
    """Points as they are read: « 4 », « 2,50 »."""
    return formater_nombre(points, 2).removesuffix(",00")


def valeur(
    titre: str,
    lire: Callable[[CopieDuPoste], Any],
    attendu: Any,
    *,
    points: float,
    tolerance: float = 0,
    erreurs: Mapping[str, Any] | None = None,
) -> Critere:
    """One value of the state: all the points when it is the one expected, half of them for a known mistake.

    Parameters
    ----------
    lire : callable
        Value of a workstation; None when there is none.
    attendu
        Text, list, or number within ``tolerance`` (absolute, bounds included).
    erreurs : dict, optional
        Known mistakes: French sentence → value.
    """

    def juger(copie: CopieDuPoste) -> Resultat:
        lue = lire(copie)
        if lue is None:
            return Resultat(0.0, "Non renseigné.")
        if pareils(lue, attendu, tolerance):
            return Resultat(1.0)
        phrases = [phrase for phrase, fausse in (erreurs or {}).items() if pareils(lue, fausse, tolerance)]
        return Resultat(PART_D_ERREUR, phrases[0]) if phrases else Resultat(0.0, "Autre valeur que celle du dossier.")

    return Critere(titre, points, juger)


def constat(titre: str, juger: Callable[[CopieDuPoste], tuple[float, str]], *, points: float) -> Critere:
    """A criterion of its own: ``juger`` gives the share of the points (0 to 1) and one French sentence, or ""."""
    return Critere(titre, points, lambda copie: Resultat(*juger(copie)))


def pareils(lu: Any, attendu: Any, tolerance: float = 0) -> bool:
    """Whether two values are the same: texts, lists in any order, numbers whatever their form.

    >>> pareils("18000.00", 18000), pareils("Aucun", "Aucune connue"), pareils(["b", "a"], ["a", "b"])
    (True, False, True)
    """
    if isinstance(lu, list | tuple) and isinstance(attendu, list | tuple):
        return sorted(lu) == sorted(attendu)
    try:
        return abs(Decimal(str(lu)) - Decimal(str(attendu))) <= Decimal(str(tolerance))
    except InvalidOperation:
        return lu == attendu


def cite(texte: str, documents: Iterable[Ligne], libelles: Iterable[str] = ()) -> bool:
    """Whether a text tells something that documents show (or labels, of movements for instance): one word of theirs.

    A generous reading: whoever speaks of the subject has a word in common with it, whoever types at random has none.
    """
    montre = [" ".join(ligne) for document in documents for ligne in document["lignes"]]
    return bool(_racines(texte) & (_racines(" ".join([*montre, *libelles])) - _BANALES))


def _racines(texte: str) -> set[str]:
    """First five letters of the long words of a text, and its numbers."""
    from rncp_utils.entreprise.documents.colonnes import normaliser

    mots = normaliser(texte).split()
    return {mot[:5] for mot in mots if len(mot) >= 5} | {mot for mot in mots if mot.isdecimal() and len(mot) > 1}


def ordre_du_conseil(copie: CopieDuPoste, souscription: Ligne) -> tuple[float, str]:
    """Share of the points of an advice, and a sentence: need, information, advice, agreement, signature.

    Each step reached counts; half of it all when information came before the need. Nothing can be signed before the
    advice: the workstation refuses it, and an action that is refused has no effect.
    """
    etapes = [(etape["etape"], etape["besoin"]) for etape in copie.etapes(souscription)]
    noms = [nom for nom, _ in etapes]
    if not noms:
        return 0.0, "Aucun conseil n'est enregistré pour un besoin du dossier."
    utiles = copie.situation.regles.produits[souscription["produit"]].besoins
    franchies = {
        etats.BESOIN: any(nom == etats.BESOIN and besoin in utiles for nom, besoin in etapes),
        etats.INFORMATION: etats.INFORMATION in noms,
        etats.CONSEIL: any(nom == etats.CONSEIL and besoin in utiles for nom, besoin in etapes),
        etats.ACCORD: souscription["etat"] in (etats.ACCORD, etats.SIGNEE, etats.ACTIVE),
        etats.SIGNEE: souscription["etat"] in (etats.SIGNEE, etats.ACTIVE),
    }
    part = sum(poids for etape, (_, poids) in ETAPES.items() if franchies[etape])
    premiers = {nom: noms.index(nom) for nom in set(noms)}
    if premiers.get(etats.INFORMATION, len(noms)) < premiers.get(etats.BESOIN, len(noms)):
        return part / 2, "L'information a été donnée avant le recueil du besoin : la moitié des points."
    manque = [nom for etape, (nom, _) in ETAPES.items() if not franchies[etape]]
    return part, f"Il manque : {enumerer(manque)}." if manque else ""
