"""A credit committee, played by the same engine as an interview: objections, the evidence that lifts them, a decision.

Trust is here the credit that the committee gives to whoever defends the file. It only goes down: an answer without
evidence costs a little and the objection comes back; a false or hidden fact costs more, and bars the way to an
agreement. The costs and the thresholds stand in the scenario, are told to the learner, and the graph is checked against
them (:func:`fautes_du_comite`): what is told is what is played.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rncp_utils.entretien.verite import Compte, Identifiant, Modele, Texte
from rncp_utils.erreurs import ErreurRegle
from rncp_utils.lecon.correction import Retour
from rncp_utils.typographie import au_milieu, compter

if TYPE_CHECKING:
    from rncp_utils.entretien.modele import Scenario
    from rncp_utils.entretien.moteur import Situation, Tour

PROBANTE, INSUFFISANTE, FAUTE = "probante", "insuffisante", "faute"
ACCORD, CONDITIONS, AJOURNE, REFUS = "accord", "conditions", "ajourne", "refus"
LEVEE, AU_RETOUR, RESTEE, NON_ABORDEE = "levee", "au_retour", "restee", "non_abordee"
# What the learner reads; the first two are agreements.
DECISIONS = {
    ACCORD: "Accord, aux conditions que vous proposez",
    CONDITIONS: "Accord, sous des conditions durcies",
    AJOURNE: "Dossier ajourné",
    REFUS: "Refus",
}
ISSUES = {
    LEVEE: "levée",
    AU_RETOUR: "levée au retour",
    RESTEE: "restée sans preuve",
    NON_ABORDEE: "non abordée",
}


class Reponse(Modele):
    """What an answer is worth, and what the debriefing says of it."""

    valeur: Literal["probante", "insuffisante", "faute"]
    retour: Texte


class Etape(Modele):
    """A moment of the session that is judged: the opening, an objection, the conclusion.

    Attributes
    ----------
    noeud : str
        Where it is played.
    reprise : str
        Where an objection comes back; empty for the opening and the conclusion, which do not.
    piece : str
        The evidence that lifts it.
    condition : str
        What the committee adds when it stays without evidence.
    """

    id: Identifiant
    titre: Texte
    noeud: Identifiant
    reprise: str = ""
    piece: Texte
    condition: str = ""

    @property
    def titre_courant(self) -> str:
        """The title inside a sentence."""
        return au_milieu(self.titre)


class Couts(Modele):
    """What an answer takes off the credit."""

    insuffisante: Compte
    faute: Compte


class Seuils(Modele):
    """Least credit for each decision; under the last one, the file is refused."""

    accord: Compte
    conditions: Compte
    ajourne: Compte


class Comite(Modele):
    """The rules of a committee, and what each answer is worth: a training scenario holds them.

    Attributes
    ----------
    repere_faute : str
        Mark that a false or hidden fact leaves.
    condition_commune : str
        What an agreement under harder conditions always adds.
    decisions : dict
        Decision of each final node.
    """

    couts: Couts
    seuils: Seuils
    repere_faute: Identifiant
    condition_commune: Texte
    etapes: list[Etape] = Field(min_length=1)
    noeuds: dict[str, dict[str, Reponse]]
    decisions: dict[str, Literal["accord", "conditions", "ajourne", "refus"]]
    parcours_modele: list[str] = Field(min_length=1)

    def reponse(self, noeud: str, choix: str) -> Reponse:
        """What an answer is worth."""
        return self.noeuds[noeud][choix]

    @property
    def objections(self) -> list[Etape]:
        """The moments that come back when they are badly treated."""
        return [etape for etape in self.etapes if etape.reprise]


@dataclass(frozen=True)
class Constat:
    """What became of a moment of the session.

    Attributes
    ----------
    issue : str
        One of :data:`ISSUES`.
    dites : tuple
        The exchanges of this moment: rank from 1, what was said, what it is worth.
    """

    etape: Etape
    issue: str
    dites: tuple[tuple[int, Tour, Reponse], ...]

    @property
    def faute(self) -> bool:
        """Whether a false or hidden fact was told here."""
        return any(reponse.valeur == FAUTE for _, _, reponse in self.dites)


def constats(situation: Situation, comite: Comite) -> list[Constat]:
    """What became of each moment, from what was said and from nothing else."""
    lus = []
    for etape in comite.etapes:
        dites = tuple(
            (rang, tour, comite.reponse(tour.noeud, tour.choix))
            for rang, tour in enumerate(situation.tours, start=1)
            if tour.noeud in (etape.noeud, etape.reprise)
        )
        lus.append(Constat(etape, _issue([reponse.valeur for _, _, reponse in dites]), dites))
    return lus


def _issue(valeurs: list[str]) -> str:
    if not valeurs:
        return NON_ABORDEE
    if valeurs[-1] != PROBANTE:
        return RESTEE
    return LEVEE if len(valeurs) == 1 else AU_RETOUR


def decision(situation: Situation, comite: Comite) -> str | None:
    """The decision that was reached, one of :data:`DECISIONS`; None while the session goes on."""
    return comite.decisions.get(situation.noeud)


def conditions_ajoutees(situation: Situation, comite: Comite) -> list[str]:
    """What the committee adds to its agreement, when it hardens it."""
    if decision(situation, comite) != CONDITIONS:
        return []
    restees = [c.etape.condition for c in constats(situation, comite) if c.issue == RESTEE and c.etape.condition]
    return [*restees, comite.condition_commune]


def avis_du_comite(situation: Situation, scenario: Scenario) -> Retour:
    """What an exercise says of a session: right when it ends with an agreement."""
    comite = scenario.comite_connu
    rendue = decision(situation, comite)
    if rendue is None:
        return Retour(0.0, "La séance n'est pas finie : répondez au comité jusqu'à sa décision.")
    lus = constats(situation, comite)
    levees = sum(c.issue in (LEVEE, AU_RETOUR) for c in lus if c.etape.reprise)
    fautes = [c.etape.titre_courant for c in lus if c.faute]
    phrase = (
        f"{DECISIONS[rendue]} : {levees} objections levées sur {len(comite.objections)}, crédit de "
        f"{situation.confiance} sur {scenario.confiance_depart}."
    )
    if fautes:
        phrase += f" Une faute ferme la porte ce jour-là ({', '.join(fautes)})."
    return Retour(1.0 if rendue in (ACCORD, CONDITIONS) else 0.0, phrase)


def regles_du_comite(scenario: Scenario) -> list[str]:
    """The rules of the committee, in French sentences."""
    comite, depart = scenario.comite_connu, scenario.confiance_depart
    seuils = comite.seuils
    insuffisante, faute = compter(comite.couts.insuffisante, "point"), compter(comite.couts.faute, "point")
    return [
        f"Le comité vous accorde au départ un crédit de {depart} points, qui ne peut que baisser.",
        "Une réponse probante montre la pièce et le chiffre qui répondent : elle ne coûte rien, l'objection est levée.",
        f"Une réponse sans preuve coûte {insuffisante}, et l'objection revient une fois. Sans preuve encore : "
        f"{insuffisante} de plus, et une condition s'ajoute.",
        f"Un fait tu, un chiffre faux, une promesse, une pression : {faute}, et plus d'accord possible ce jour-là.",
        f"La décision suit le crédit : {seuils.accord} points ou plus, « {DECISIONS[ACCORD].lower()} » ; de "
        f"{seuils.conditions} à {seuils.accord - 1}, « {DECISIONS[CONDITIONS].lower()} » ; de {seuils.ajourne} à "
        f"{seuils.conditions - 1}, « {DECISIONS[AJOURNE].lower()} » ; en dessous, « {DECISIONS[REFUS].lower()} ».",
    ]


def fautes_du_comite(scenario: Scenario) -> list[str]:
    """One French sentence a fault: what is told of the rules must be what the graph plays."""
    comite = scenario.comite_connu
    fautes = [*_accord(scenario, comite)]
    if not fautes:
        fautes += [*_effets(scenario, comite), *_seuils(scenario, comite), *_modele(scenario, comite)]
    return [f"comité : {faute}" for faute in fautes]


def _accord(scenario: Scenario, comite: Comite) -> Iterator[str]:
    """Each node belongs to one moment or is an end, each choice has its value."""
    if scenario.verite is not None:
        yield "un comité n'a pas de « verite » : gardez l'un des deux."
    joues = [noeud for etape in comite.etapes for noeud in (etape.noeud, etape.reprise) if noeud]
    attendus = {noeud.id for noeud in scenario.noeuds if noeud.choix}
    if sorted(joues) != sorted(attendus):
        yield f"les étapes jouent {sorted(joues)}, et les nœuds à choix sont {sorted(attendus)} ; accordez-les."
    fins = {noeud.id for noeud in scenario.noeuds if not noeud.choix}
    if set(comite.decisions) != fins:
        yield f"les décisions sont {sorted(comite.decisions)}, et les fins {sorted(fins)} ; accordez-les."
    if sorted(comite.decisions.values()) != sorted(DECISIONS):
        yield "chaque décision a une fin, et une seule."
    for noeud in scenario.noeuds:
        if noeud.choix and set(comite.noeuds.get(noeud.id, {})) != {choix.id for choix in noeud.choix}:
            yield f"nœud {noeud.id} : chaque choix a sa valeur, et rien d'autre."
    for inconnu in sorted(set(comite.noeuds) - attendus):
        yield f"le nœud « {inconnu} » n'est pas joué ; ôtez-le."
    for etape in comite.objections:
        if not etape.condition.strip():
            yield f"l'objection {etape.id} n'a pas de condition ; écrivez ce que le comité ajoute."


def _effets(scenario: Scenario, comite: Comite) -> Iterator[str]:
    """The credit, the mark of a fault and the return of an objection are those of the rules."""
    couts = {PROBANTE: 0, INSUFFISANTE: -comite.couts.insuffisante, FAUTE: -comite.couts.faute}
    reprises = {etape.noeud: etape.reprise for etape in comite.etapes}
    for noeud in scenario.noeuds:
        probantes = 0
        for choix in noeud.choix:
            valeur, ou = comite.reponse(noeud.id, choix.id).valeur, f"choix {noeud.id}.{choix.id} ({noeud.id})"
            probantes += valeur == PROBANTE
            if choix.confiance != couts[valeur]:
                yield f"{ou} : l'effet sur le crédit est {choix.confiance:+d} au lieu de {couts[valeur]:+d}."
            if (comite.repere_faute in choix.reperes) != (valeur == FAUTE):
                yield f"{ou} : seule une faute laisse le repère « {comite.repere_faute} », et toujours."
            if choix.seuil or choix.si.connait or choix.si.ignore or choix.si.confiance_min:
                yield f"{ou} : devant un comité, toutes les réponses sont offertes ; ôtez « seuil » et « si »."
            if reprise := reprises.get(noeud.id):
                marque = _marque(scenario, reprise)
                if marque is None or (marque in choix.reperes) != (valeur != PROBANTE):
                    yield f"{ou} : une objection revient si, et seulement si, elle n'est pas levée."
        if noeud.choix and probantes != 1:
            yield f"nœud {noeud.id} : une réponse et une seule est probante."


def _marque(scenario: Scenario, reprise: str) -> str | None:
    """The one mark on which the return to this node depends."""
    marques = {
        tuple(sortie.si.connait)
        for noeud in scenario.noeuds
        for choix in noeud.choix
        for sortie in choix.vers
        if sortie.noeud == reprise
    }
    return next(iter(marques))[0] if len(marques) == 1 and len(next(iter(marques))) == 1 else None


def _seuils(scenario: Scenario, comite: Comite) -> Iterator[str]:
    """The ways to the decisions, in order, are those of the thresholds."""
    fin = {decision: noeud for noeud, decision in comite.decisions.items()}
    attendues = [
        (fin[ACCORD], comite.seuils.accord, [comite.repere_faute]),
        (fin[CONDITIONS], comite.seuils.conditions, [comite.repere_faute]),
        (fin[AJOURNE], comite.seuils.ajourne, []),
        (fin[REFUS], 0, []),
    ]
    for noeud in scenario.noeuds:
        for choix in noeud.choix:
            lues = [(s.noeud, s.si.confiance_min, s.si.ignore) for s in choix.vers]
            if {nom for nom, _, _ in lues} & set(comite.decisions) and lues != attendues:
                yield f"choix {noeud.id}.{choix.id} : les sorties vers les décisions ne suivent pas les seuils."


def _modele(scenario: Scenario, comite: Comite) -> Iterator[str]:
    """The model path reaches a full agreement, each answer with its evidence."""
    from rncp_utils.entretien.moteur import suivre

    try:
        situation = suivre(scenario, comite.parcours_modele)
    except ErreurRegle as impossible:
        yield f"parcours modèle : {impossible} ; corrigez-le."
        return
    if decision(situation, comite) != ACCORD or situation.confiance != scenario.confiance_depart:
        yield "parcours modèle : il n'obtient pas l'accord sans rien perdre ; complétez-le."
