"""What is said of the answers to an exercise: no display here, and never the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rncp_utils.comparaison import ErreurType, comparer
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import lire_nombre
from rncp_utils.lecon.questions import APP, JE_NE_SAIS_PAS, LIBRES, NUM, ORD, QCM, QCU, TAB, Question, dire_unite

if TYPE_CHECKING:
    from rncp_utils.lecon.fiche import ChampFormatif

RIEN_ENCORE = "Je ne vois pas encore de réponse."


@dataclass(frozen=True)
class Retour:
    """What is said of one field.

    Attributes
    ----------
    part : float
        Share of it that is right, 0 to 1.
    phrase : str
        French sentence; never the result.
    """

    part: float
    phrase: str

    @property
    def juste(self) -> bool:
        return self.part >= 1


@dataclass
class Correcteur:
    """What an exercise expects, and what it says of an answer. Holds no display.

    Attributes
    ----------
    attendus : dict
        Result of each number, by field, or by cell for a table; computed in the notebook by the library.
    erreurs : dict
        By field or cell, the value that each typical mistake named in the sheet gives.
    taux_tva : tuple of float
        VAT rates that a field marked ``taxe`` may be mistaken by.
    """

    champs: list[tuple[Question, ChampFormatif]]
    attendus: Mapping[str, float] = field(default_factory=dict)
    erreurs: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    taux_tva: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        connus = {q.id for q, _ in self.champs} | {c.id for q, _ in self.champs if q.type == TAB for c in q.cases}
        etrangers = sorted((set(self.attendus) | set(self.erreurs)) - connus)
        if etrangers:
            raise ErreurDonnees(f"Résultats d'un champ inconnu : {', '.join(etrangers)} ; corrigez leur nom.")
        manquants = [q.id for q, _ in self.champs if q.type == NUM and q.id not in self.attendus]
        for question, formatif in self.champs:
            if question.type == TAB:
                donnes = set(self.attendus) | set(formatif.juste or ())
                manquants += [case.id for case in question.cases if case.id not in donnes and case.type != "TXT"]
            inconnues = set(self.erreurs.get(question.id, ())) - set(formatif.erreurs)
            if inconnues:
                raise ErreurDonnees(f"Erreurs types sans phrase dans la fiche : {', '.join(sorted(inconnues))}.")
        if manquants:
            raise ErreurDonnees(f"Résultats manquants : {', '.join(manquants)} ; calculez-les dans le notebook.")

    def juger(self, reponses: Mapping[str, Any]) -> dict[str, Retour]:
        """Feedback of each field, by id."""
        return {q.id: self._champ(q, formatif, reponses.get(q.id)) for q, formatif in self.champs}

    def _champ(self, question: Question, formatif: ChampFormatif, reponse: Any) -> Retour:
        if reponse is None or reponse == "" or reponse == {} or reponse == []:
            if question.facultatif:
                return Retour(1.0, "Question facultative : rien n'est attendu.")
            return Retour(0.0, f"{RIEN_ENCORE} {_invite(question)}")
        if question.type == NUM:
            return self._nombre(question, formatif, reponse, question.id)
        if question.type == TAB:
            return self._tableau(question, formatif, reponse)
        if question.type in LIBRES:
            return Retour(1.0, "Texte enregistré. Relisez-le avec les critères ci-dessous, puis ouvrez le corrigé.")
        return _JUGES[question.type](question, formatif, reponse)

    def _nombre(self, question: Question, formatif: ChampFormatif, reponse: Any, cle: str) -> Retour:
        try:
            lu = lire_nombre(reponse) if isinstance(reponse, str) else None
        except ErreurDonnees as erreur:
            return Retour(0.0, str(erreur))
        if lu and lu.unite and question.unite and lu.unite != question.unite:
            return Retour(0.0, f"La réponse est demandée en {question.unite}, et j'ai lu une valeur en {lu.unite}.")
        types = {
            nom: ErreurType(valeur, formatif.erreurs[nom])
            for nom, valeur in self.erreurs.get(cle, {}).items()
            if nom in formatif.erreurs
        }
        constat = comparer(
            lu.valeur if lu else reponse,
            self.attendus[cle],
            tolerance=formatif.tolerance,
            unite=question.unite,
            erreurs=types,
            taux_tva=self.taux_tva if formatif.taxe else (),
            base_jours=formatif.base_jours,
        )
        return Retour(1.0, "C'est juste.") if constat.juste else Retour(0.0, constat.message)

    def _tableau(self, question: Question, formatif: ChampFormatif, reponse: Mapping[str, str]) -> Retour:
        jugees = [case for case in question.cases if case.type != "TXT"]
        faux = []
        for case in jugees:
            donnee = reponse.get(case.id)
            if not donnee:
                faux.append((case, "Cette case est vide."))
            elif case.type == NUM:
                retour = self._nombre(case, formatif, donnee, case.id)
                if not retour.juste:
                    faux.append((case, retour.phrase))
            elif donnee != (formatif.juste or {}).get(case.id):
                faux.append((case, "Ce choix ne convient pas."))
        if not faux:
            return Retour(1.0, "Tout le tableau est juste.")
        justes = len(jugees) - len(faux)
        case, phrase = faux[0]
        return Retour(
            justes / len(jugees), f"{_sur(justes, len(jugees), 'case juste')}. À reprendre : {case.enonce}. {phrase}"
        )


def _invite(question: Question) -> str:
    if question.type == NUM:
        return f"Saisissez un nombre{dire_unite(question.unite)}, puis cliquez sur « Vérifier ma réponse »."
    return "Répondez, puis cliquez sur « Vérifier ma réponse »."


def _sur(justes: int, total: int, nom: str) -> str:
    return f"{justes} {nom.replace(' ', 's ') + 's' if justes > 1 else nom} sur {total}"


def _choix_unique(question: Question, formatif: ChampFormatif, reponse: str) -> Retour:
    juste = reponse == formatif.juste
    if reponse == JE_NE_SAIS_PAS:
        return Retour(0.0, "Vous ne savez pas encore : ouvrez la piste, puis choisissez.")
    retour = formatif.retours.get(reponse, "")
    debut = "C'est juste." if juste else "Ce n'est pas le bon choix."
    return Retour(float(juste), f"{debut} {retour}".strip())


def _choix_multiple(question: Question, formatif: ChampFormatif, reponse: list[str]) -> Retour:
    justes = set(formatif.juste)
    bons, de_trop = len(set(reponse) & justes), set(reponse) - justes
    if bons == len(justes) and not de_trop:
        return Retour(1.0, "C'est juste : toutes les bonnes cases, et elles seules.")
    phrase = f"{_sur(bons, len(justes), 'bonne case')}"
    if de_trop:
        phrase += f", et {len(de_trop)} de trop"
        explications = [
            formatif.retours[o.id] for o in question.options if o.id in de_trop and o.id in formatif.retours
        ]
        phrase += "".join(f". {explication}" for explication in explications[:1]).rstrip(".")
    return Retour(max(0.0, (bons - len(de_trop)) / len(justes)), f"{phrase}.")


def _appariement(question: Question, formatif: ChampFormatif, reponse: Mapping[str, str]) -> Retour:
    return _par_element(question, formatif.juste, reponse, "association juste")


def _ordre(question: Question, formatif: ChampFormatif, reponse: Mapping[str, str]) -> Retour:
    attendus = {identifiant: str(rang) for rang, identifiant in enumerate(formatif.juste, start=1)}
    return _par_element(question, attendus, reponse, "élément bien placé")


def _par_element(question: Question, attendus: Mapping[str, str], reponse: Mapping[str, str], nom: str) -> Retour:
    faux = [element.texte for element in question.elements if reponse.get(element.id) != attendus[element.id]]
    justes = len(attendus) - len(faux)
    if not faux:
        return Retour(
            1.0, f"C'est juste : {'tout est à sa place' if question.type == ORD else 'chaque choix convient'}."
        )
    pluriel = "éléments bien placés" if nom.startswith("élément") else "associations justes"
    compte = f"{justes} {pluriel if justes > 1 else nom} sur {len(attendus)}"
    return Retour(justes / len(attendus), f"{compte}. À reprendre d'abord : {_cite(faux[0])}.")


def _cite(texte: str) -> str:
    """Between French quotes, unless it is a quotation already."""
    return texte if texte.startswith("«") else f"« {texte} »"


_JUGES = {QCU: _choix_unique, QCM: _choix_multiple, APP: _appariement, ORD: _ordre}
