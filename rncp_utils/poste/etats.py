"""The two state machines of the workstation: credit file and subscription, as data.

The same tables say which action is accepted, which buttons a screen offers, and what the tests may meet. An action that
keeps the state (a line of the plan, a piece) is written too: what is absent is impossible.
"""

from __future__ import annotations

from collections.abc import Mapping

BROUILLON, COMPLET, CONTROLE, ANALYSE = "brouillon", "complet", "controle", "analyse"
CHEZ_AGENCE, CHEZ_ENGAGEMENTS = "delegation_agence", "delegation_engagements"
ACCEPTE, SOUS_CONDITIONS, REFUSE, AJOURNE = "accepte", "accepte_sous_conditions", "refuse", "ajourne"
EDITE, DEBLOQUE, ABANDONNE = "edite", "debloque", "abandonne"
DECISIONS = frozenset({ACCEPTE, SOUS_CONDITIONS, REFUSE, AJOURNE})
BESOIN, INFORMATION, CONSEIL, ACCORD = "besoin", "information", "conseil", "accord"
SIGNEE, ACTIVE, ANNULEE = "signee", "active", "annulee"
AGENCE, ENGAGEMENTS = "agence", "engagements"

Machine = Mapping[str, Mapping[str, frozenset[str]]]


def _etat(etat: str, sur_place: str = "", **passages: str) -> tuple[str, dict[str, frozenset[str]]]:
    """A state: actions that stay in it, then actions and where each may lead."""
    restent = {action: frozenset({etat}) for action in sur_place.split()}
    return etat, restent | {action: frozenset(vers.split()) for action, vers in passages.items()}


DOSSIER: Machine = dict(
    (
        _etat(BROUILLON, "saisir_demande plan joindre retirer_piece", completer=COMPLET, abandonner=ABANDONNE),
        # An expired piece is replaced here; one that is missing would make the file incomplete again.
        _etat(COMPLET, "joindre", controler=CONTROLE, abandonner=ABANDONNE),
        _etat(CONTROLE, renvoyer=BROUILLON, analyser=ANALYSE, abandonner=ABANDONNE),
        _etat(
            ANALYSE,
            "garantie retirer_garantie avis",
            transmettre=f"{CHEZ_AGENCE} {CHEZ_ENGAGEMENTS}",
            abandonner=ABANDONNE,
        ),
        _etat(CHEZ_AGENCE, recevoir_decision=" ".join(DECISIONS), abandonner=ABANDONNE),
        _etat(CHEZ_ENGAGEMENTS, recevoir_decision=" ".join(DECISIONS), abandonner=ABANDONNE),
        _etat(ACCEPTE, editer=EDITE, abandonner=ABANDONNE),
        # A guarantee that a condition asks for may still be added; one that was added by mistake, withdrawn.
        _etat(SOUS_CONDITIONS, "garantie retirer_garantie lever_condition", editer=EDITE, abandonner=ABANDONNE),
        _etat(AJOURNE, reprendre=COMPLET, abandonner=ABANDONNE),
        _etat(
            EDITE,
            "garantie retirer_garantie lever_condition prendre_garantie",
            debloquer=DEBLOQUE,
            abandonner=ABANDONNE,
        ),
        _etat(REFUSE),
        _etat(DEBLOQUE),
        _etat(ABANDONNE),
    )
)
SOUSCRIPTION: Machine = dict(
    (
        _etat(BESOIN, "recueillir", informer=INFORMATION),
        _etat(INFORMATION, "recueillir informer remettre", conseiller=CONSEIL),
        # Another advice takes the place of the first as long as nothing is agreed.
        _etat(CONSEIL, "conseiller remettre regler", accord=ACCORD),
        # What was agreed no longer is once it is set otherwise.
        _etat(ACCORD, "remettre", regler=CONSEIL, signer=SIGNEE),
        _etat(SIGNEE, activer=ACTIVE, annuler=ANNULEE),
        _etat(ACTIVE),
        _etat(ANNULEE),
    )
)
# States in which a file is closed: another one may be opened.
FINIS = frozenset({REFUSE, DEBLOQUE, ABANDONNE})
NOMS = {
    BROUILLON: "brouillon",
    COMPLET: "complet",
    CONTROLE: "contrôlé",
    ANALYSE: "en analyse",
    CHEZ_AGENCE: "chez le directeur d'agence",
    CHEZ_ENGAGEMENTS: "au service des engagements",
    ACCEPTE: "accepté",
    SOUS_CONDITIONS: "accepté sous conditions",
    REFUSE: "refusé",
    AJOURNE: "ajourné",
    EDITE: "édité",
    DEBLOQUE: "débloqué",
    ABANDONNE: "abandonné",
    BESOIN: "recueil du besoin",
    INFORMATION: "information",
    CONSEIL: "conseil",
    ACCORD: "accord du client",
    SIGNEE: "signée",
    ACTIVE: "active",
    ANNULEE: "annulée",
}


def suivant(etat: str, action: str) -> frozenset[str]:
    """States to which an action may lead; empty when it is impossible in this state.

    >>> sorted(suivant("complet", "controler")), sorted(suivant("brouillon", "debloquer"))
    (['controle'], [])
    """
    machine = DOSSIER if etat in DOSSIER else SOUSCRIPTION
    return machine.get(etat, {}).get(action, frozenset())


def possibles(etat: str) -> frozenset[str]:
    """Actions that a state accepts.

    >>> sorted(possibles("signee"))
    ['activer', 'annuler']
    """
    machine = DOSSIER if etat in DOSSIER else SOUSCRIPTION
    return frozenset(machine.get(etat, {}))


def pourquoi(action: str, etat: str) -> str:
    """Why an action is impossible in a state, in one French sentence; empty when it is possible.

    >>> pourquoi("editer", "analyse")
    'Le dossier est au stade « en analyse » : cette action demande le stade « accepté » ou « accepté sous conditions ».'
    """
    if suivant(etat, action):
        return ""
    du_dossier = etat in DOSSIER
    machine, mot = (DOSSIER, "au stade") if du_dossier else (SOUSCRIPTION, "à l'étape")
    sujet = f"{'Le dossier' if du_dossier else 'La souscription'} est {mot} « {NOMS[etat]} »"
    admis = [f"« {NOMS[e]} »" for e in machine if action in machine[e]]
    if not admis:
        return f"{sujet} : cette action n'existe pas à cet endroit."
    if action == "annuler" and etat not in (ACTIVE, ANNULEE):
        return f"{sujet} : rien n'est signé, il n'y a rien à annuler. Laissez ce conseil, ou commencez-en un autre."
    attendu = "le stade" if du_dossier else "l'étape"
    *debut, dernier = admis
    liste = f"{', '.join(debut)} ou {dernier}" if debut else dernier
    return f"{sujet} : cette action demande {attendu} {liste}."
