"""The simulated decider: ratios that the workstation recomputes, published rules, a decision. Course conventions.

Amounts are whole cents, shares and ratios whole basis points: two machines give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rncp_utils.monnaie import centimes, produit_arrondi
from rncp_utils.poste import etats
from rncp_utils.poste.controles import UN, montant, part
from rncp_utils.poste.situation import AUTRE_BANQUE, Regles, Situation
from rncp_utils.typographie import typographier

FAVORABLE, RESERVE, DEFAVORABLE = SENS_DE_L_AVIS = ("favorable", "reserve", "defavorable")
CONVENTION = "convention de cours"
# A micro-enterprise publishes no balance sheet: the share of its accounts in the grade is neither good nor bad.
PART_SANS_BILAN = 0.5
MOIS = 12
COUVERTURE, APPORT = "couverture", "apport"


@dataclass(frozen=True)
class Decision:
    """What the decider answers.

    Attributes
    ----------
    etat : str
        ``accepte``, ``accepte_sous_conditions``, ``refuse`` or ``ajourne``.
    motif : str
        One French sentence.
    conditions : tuple of str
        Codes of what is asked for, among ``regles.conditions``.
    """

    etat: str
    motif: str
    conditions: tuple[str, ...] = ()


def engagement_total(demande: int, engagements: Iterable[Mapping[str, Any]]) -> int:
    """What the bank would commit on this client, in cents: the demand, and what it has lent already."""
    return demande + sum(x["encours"] or 0 for x in engagements if x["nature"] != AUTRE_BANQUE)


def couverture(pret: int, garanties: Iterable[Mapping[str, Any]]) -> int:
    """Amounts guaranteed over the loan, in basis points. Course convention: at their amount, without discount."""
    return produit_arrondi(sum(g["montant"] for g in garanties), UN, pret)


def calculer_ratios(
    situation: Situation,
    dossier: Mapping[str, Any],
    plan: Sequence[Mapping[str, Any]],
    engagements: Sequence[Mapping[str, Any]],
) -> dict[str, int | None]:
    """Ratios of a demand, recomputed from the accounts of the client (cents and basis points; None: no sense).

    ``couverture`` = cash flow of year N, before drawings or dividends, over yearly repayments with the new loan;
    ``couverture_apres_prelevements``: after them. ``part_financee`` = loan over needs.
    """
    caf, prelevements, autonomie = _comptes(situation)
    en_cours = MOIS * sum(x["echeance"] or 0 for x in engagements)
    nouvelles = _annuite(dossier)
    besoins = sum(x["montant"] for x in plan if x["sens"] == "besoin")
    return {
        "caf": caf,
        "prelevements": prelevements,
        "annuites_en_cours": en_cours,
        "annuites_nouvelles": nouvelles,
        "couverture": produit_arrondi(caf, UN, en_cours + nouvelles),
        "couverture_apres_prelevements": (
            None if prelevements is None else produit_arrondi(caf - prelevements, UN, en_cours + nouvelles)
        ),
        "part_financee": produit_arrondi(dossier["montant"], UN, besoins),
        "engagement_total": engagement_total(dossier["montant"], engagements),
        "autonomie": autonomie,
    }


def _comptes(situation: Situation) -> tuple[int, int | None, int | None]:
    """Cash flow and drawings or dividends of year N (cents), equity over the balance sheet (basis points).

    The book of a micro-entreprise tells no drawings: they are unknown, and not nothing.
    """
    cas = situation.cas
    if not cas.exercices:
        return centimes(cas.tresorerie_micro["N"].revenu_disponible), None, None
    from rncp_utils.entreprise import caf_additive, ratios

    liasse = cas.exercices["N"]
    autonomie = float(ratios(liasse)["autonomie_financiere"])
    points = round(autonomie * UN) if autonomie == autonomie else None
    return centimes(caf_additive(liasse)["caf"]), centimes(cas.mouvements["N"].dividendes), points


def _annuite(dossier: Mapping[str, Any]) -> int:
    """What the new loan costs in its first year, in cents: capital and interest, without insurance."""
    from rncp_utils.credit import tableau_amortissement

    tableau = tableau_amortissement(dossier["montant"] / 100, dossier["taux"] / UN, dossier["duree"])
    return int(centimes(tableau["echeance_totale"].iloc[:MOIS]).sum())


def calculer_cote(situation: Situation) -> int:
    """Grade of the client, from 1 to 10: its accounts, and the three shares that the situation publishes."""
    from rncp_utils.risque import coter

    parts = {**situation.regles.parts, "financier": _part_financiere(situation)}
    return coter(parts, defaut=situation.regles.defaut, date=situation.jour).cote


def _part_financiere(situation: Situation) -> float:
    exercices = situation.cas.exercices
    if not exercices:
        return PART_SANS_BILAN
    from rncp_utils.entreprise import notation_interne, ratios

    lus = {annee: ratios(exercices[annee]) for annee in ("N-2", "N")}
    marges = {annee: float(r["taux_marge_ebe"]) for annee, r in lus.items()}
    entrees = {**lus["N"], "tendance_ebe_sur_ca": (marges["N"] - marges["N-2"]) / 2}
    return round(float(notation_interne(entrees, date=situation.jour)["score"]) / 100, 2)


def decider(
    regles: Regles,
    *,
    pret: int,
    ratios: Mapping[str, Any],
    garanties: Sequence[Mapping[str, Any]],
    avis: Mapping[str, Any],
) -> Decision:
    """Answer of the decider, by the rules of :func:`regles_publiees`, in their order."""
    if regles.defaut:
        return Decision(etats.REFUSE, typographier("Le client est en défaut de paiement : la demande est refusée."))
    if ratios["couverture"] < regles.couverture_dette:
        return Decision(
            etats.REFUSE,
            typographier(
                f"La CAF couvre {_fois(ratios['couverture'])} les annuités, pour {_fois(regles.couverture_dette)} au "
                "moins : la demande est refusée."
            ),
        )
    if not avis["sens"] or not (avis["texte"] or "").strip():
        return Decision(etats.AJOURNE, typographier("L'avis n'a pas de sens ou pas de texte : le dossier est ajourné."))
    if avis["sens"] == DEFAVORABLE:
        return Decision(etats.REFUSE, typographier("L'avis transmis est défavorable : la demande est refusée."))
    return _sous_conditions(regles, couverture(pret, garanties), ratios["part_financee"])


def _sous_conditions(regles: Regles, couvert: int, finance: int) -> Decision:
    raisons = {}
    if couvert < regles.couverture_minimale:
        raisons[COUVERTURE] = f"les garanties couvrent {part(couvert)} du prêt"
    if finance > regles.part_maximale:
        raisons[APPORT] = f"le prêt finance {part(finance)} des besoins"
    if not raisons:
        return Decision(etats.ACCEPTE, "La demande est acceptée.")
    motif = f"La demande est acceptée sous conditions : {' et '.join(raisons.values())}."
    return Decision(etats.SOUS_CONDITIONS, typographier(motif), tuple(raisons))


def _fois(points: int) -> str:
    from rncp_utils.formats import fois

    return fois(points / UN)


def regles_publiees(situation: Situation) -> list[str]:
    """The rules of the decider, in the order in which they are applied, for a lesson or a screen to show.

    Conventions of the course: every bank has its own, which it does not publish.
    """
    r = situation.regles
    return [
        typographier(ligne)
        for ligne in (
            f"L'agence décide jusqu'à {montant(r.delegation_montant)} d'engagement total (crédits en cours chez nous "
            f"et prêt demandé) et jusqu'à la cote {r.delegation_cote} ; au-delà, le service des engagements décide.",
            f"Refus : client en défaut ; CAF de l'exercice N, avant prélèvements (et donc avant l'impôt sur le revenu) "
            f"ou dividendes, inférieure à {_fois(r.couverture_dette)} les annuités, nouveau prêt compris.",
            "Ajournement : avis sans sens ou sans texte.",
            "Refus : avis défavorable.",
            f"Accord sous conditions : garanties inférieures à {part(r.couverture_minimale)} du prêt (chacune pour le "
            f"montant saisi), ou prêt supérieur à {part(r.part_maximale)} des besoins.",
            "Accord : dans les autres cas.",
        )
    ]
