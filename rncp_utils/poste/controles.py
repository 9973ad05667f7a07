"""What the workstation checks (curriculum §7.2): each check is a pure function, that speaks or returns None.

A code ends with the kind of the check: B blocks (the action is refused, and only the refusal is kept), A alerts (the
action is done, the alert is shown and kept). Amounts are whole cents, rates and shares basis points, days dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rncp_utils.calendrier import mois_plus_tard
from rncp_utils.formats import euros, pourcent
from rncp_utils.monnaie import en_euros
from rncp_utils.typographie import compter, enumerer, typographier

MOTIF_MINIMAL = 20
MISE_A_JOUR_MOIS = 12
# Gap between the turnover of the profile and the one of the accounts: 5 %.
ECART_CA = 500
UN = 10_000


@dataclass(frozen=True)
class Controle:
    """What a check said: its code, whether the action is refused, one French sentence."""

    code: str
    bloquant: bool
    phrase: str


def _bloque(code: str, phrase: str) -> Controle:
    return Controle(code, True, typographier(phrase))


def _alerte(code: str, phrase: str) -> Controle:
    return Controle(code, False, typographier(phrase))


def en_toutes_lettres(jour: dt.date | str) -> str:
    """A day as it is written in France: « 31/01/2027 »."""
    return f"{dt.date.fromisoformat(jour) if isinstance(jour, str) else jour:%d/%m/%Y}"


def montant(centimes: int) -> str:
    """Cents as they are read: « 60 000,00 € »."""
    return euros(en_euros(centimes), 2)


def part(points_de_base: int) -> str:
    """Basis points as they are read: « 59,3 % »."""
    return pourcent(points_de_base / UN)


def meme_nom(a: str | None, b: str | None) -> bool:
    """Whether two texts name the same person, whatever the accents, the case and the order of the words.

    >>> meme_nom("MARCHAND Elise", "Élise Marchand"), meme_nom("Marc Marchand", "Élise Marchand")
    (True, False)
    """
    from rncp_utils.entreprise.documents.colonnes import normaliser

    return sorted(normaliser(a).split()) == sorted(normaliser(b).split())


# P2, profile of the client.


def champs_anciens(champs: Iterable[Mapping[str, Any]], jour: dt.date) -> Controle | None:
    """P2-A1: fields that nobody has looked at for more than a year."""
    limite = mois_plus_tard(jour, -MISE_A_JOUR_MOIS)
    anciens = [c["libelle"] for c in champs if c["maj_le"] and dt.date.fromisoformat(c["maj_le"]) < limite]
    if not anciens:
        return None
    combien = compter(len(anciens), "donnée date", "données datent")
    return _alerte("P2-A1", f"{combien} de plus de {MISE_A_JOUR_MOIS} mois : {enumerer(anciens)}. Vérifiez-les.")


def ca_different(declare: int, des_comptes: int) -> Controle | None:
    """P2-A2: turnover of the profile (cents) more than 5 % away from the one of the accounts."""
    if des_comptes <= 0 or abs(declare - des_comptes) * UN <= ECART_CA * des_comptes:
        return None
    return _alerte(
        "P2-A2",
        f"Le chiffre d'affaires saisi ({montant(declare)}) s'écarte de plus de {part(ECART_CA)} de celui des derniers "
        "comptes annuels : relisez la liasse.",
    )


def siren_faux(valeur: str) -> Controle | None:
    """P2-B1: nine digits whose key is wrong."""
    from rncp_utils.entreprise import siren_valide

    if siren_valide(valeur):
        return None
    return _bloque("P2-B1", f"« {valeur} » n'est pas un SIREN : neuf chiffres et une clé juste sont attendus.")


# P3, opportunities.


def motif_court(motif: str) -> Controle | None:
    """P3-B1: a reason that says nothing."""
    if len(motif.strip()) >= MOTIF_MINIMAL:
        return None
    return _bloque(
        "P3-B1",
        f"Le motif compte {compter(len(motif.strip()), 'caractère')} : écrivez-en {MOTIF_MINIMAL} au moins, avec le "
        "fait lu dans le dossier.",
    )


def opportunite_en_double(
    besoin: str, produit: str | None, opportunites: Iterable[Mapping[str, Any]]
) -> Controle | None:
    """P3-A1: the same need, met by the same product, is already followed."""
    deja = [o for o in opportunites if o["etat"] != "ecartee" and (o["besoin"], o["produit"]) == (besoin, produit)]
    if not deja:
        return None
    return _alerte("P3-A1", f"Cette opportunité ressemble à l'opportunité n° {deja[0]['id']} : vérifiez le doublon.")


def opposition(client: Mapping[str, Any]) -> Controle | None:
    """P3-B2: the client asked not to be approached."""
    if not client["opposition"]:
        return None
    return _bloque(
        "P3-B2",
        f"{client['denomination']} s'est opposé à la prospection commerciale : aucune opportunité ne peut être créée.",
    )


# P4, demand.


def plan_desequilibre(lignes: Sequence[Mapping[str, Any]], pret: int) -> Controle | None:
    """P4-B1: needs and resources differ, or the loan of the plan is not the one that is asked for (cents)."""
    besoins, ressources = (sum(x["montant"] for x in lignes if x["sens"] == sens) for sens in ("besoin", "ressource"))
    if besoins != ressources or not besoins:
        return _bloque(
            "P4-B1",
            f"Le plan n'est pas équilibré : {montant(besoins)} de besoins, {montant(ressources)} de ressources. "
            "Reprenez ses lignes.",
        )
    du_plan = sum(x["montant"] for x in lignes if (x["sens"], x["nature"]) == ("ressource", "pret"))
    if du_plan != pret:
        return _bloque(
            "P4-B1",
            f"Le prêt du plan ({montant(du_plan)}) n'est pas celui de la demande ({montant(pret)}) : corrigez l'un des "
            "deux.",
        )
    return None


def duree_longue(duree: int, vie: int | None) -> Controle | None:
    """P4-A1: the loan lasts longer than what it pays for (months)."""
    if vie is None or duree <= vie:
        return None
    return _alerte(
        "P4-A1",
        f"Le prêt dure {duree} mois, le bien {vie} mois environ : le prêt dépasse la durée repère (règle du cours).",
    )


def montant_negatif(centimes: int, *, nul_admis: bool = False) -> Controle | None:
    """P4-B2: an amount that is not positive."""
    if centimes > 0 or (nul_admis and centimes == 0):
        return None
    return _bloque("P4-B2", f"Le montant lu est {montant(centimes)} : saisissez un montant supérieur à zéro.")


# P5, pieces.


def pieces_absentes(exigees: Mapping[str, str], jointes: Iterable[str]) -> Controle | None:
    """P5-B1: mandatory pieces that the file does not hold."""
    jointes = set(jointes)
    absentes = [libelle for piece, libelle in exigees.items() if piece not in jointes]
    if not absentes:
        return None
    combien = "Une pièce obligatoire manque" if len(absentes) == 1 else f"{len(absentes)} pièces obligatoires manquent"
    return _bloque("P5-B1", f"{combien} : {enumerer(absentes)}. Joignez ce qui manque.")


def piece_perimee(
    document: Mapping[str, Any], libelle: str, jour: dt.date, validite_mois: int | None
) -> Controle | None:
    """P5-B2: a piece older than its life, or past its own end."""
    date, fin = (document[nom] and dt.date.fromisoformat(document[nom]) for nom in ("date_piece", "date_validite"))
    if validite_mois is not None and date is not None:
        limite = mois_plus_tard(date, validite_mois)
        if limite < jour:
            return _bloque(
                "P5-B2",
                f"{libelle} : le document du {en_toutes_lettres(date)} a plus de {validite_mois} mois (règle du "
                "cours). Demandez-en un plus récent et remplacez-le.",
            )
    if fin is not None and fin < jour:
        return _bloque(
            "P5-B2",
            f"{libelle} : le document était valable jusqu'au {en_toutes_lettres(fin)}. Demandez-en un autre et "
            "remplacez-le.",
        )
    return None


def piece_a_remplacer(
    document: Mapping[str, Any], libelle: str, jour: dt.date, validite_mois: int | None
) -> Controle | None:
    """P5-A2: what will block the check of the file (P5-B2), told as soon as it is attached."""
    blocage = piece_perimee(document, libelle, jour, validite_mois)
    return blocage and _alerte("P5-A2", f"{blocage.phrase} Sans cela, le contrôle du dossier sera refusé.")


def autre_signataire(document: Mapping[str, Any], representant: str) -> Controle | None:
    """P5-A1: signed by somebody who may not sign for the client."""
    signataire = document["signataire"]
    if not signataire or meme_nom(signataire, representant):
        return None
    return _alerte(
        "P5-A1",
        f"« {document['titre']} » est signé par {signataire}, et non par {representant} : vérifiez ses pouvoirs.",
    )


# P6, analysis and decision.


def caution_de_soi(garant: str, emprunteurs: Iterable[str]) -> Controle | None:
    """P6-B1: nobody stands surety for his own debt, which he owes already."""
    if not any(meme_nom(garant, nom) for nom in emprunteurs):
        return None
    return _bloque(
        "P6-B1",
        f"{garant} est l'emprunteur : une personne ne peut pas être caution de sa propre dette. Cherchez une autre "
        "garantie.",
    )


def couverture_faible(couverture: int, minimale: int) -> Controle | None:
    """P6-A1: guarantees below the share of the loan that is hoped for (basis points)."""
    if couverture >= minimale:
        return None
    return _alerte("P6-A1", f"Les garanties couvrent {part(couverture)} du prêt, pour {part(minimale)} attendus.")


def hors_delegation(
    engagement: int, cote: int, *, montant_maximal: int, cote_maximale: int, demande: str
) -> Controle | None:
    """P6-B2: a file sent to the branch (``demande``) which the branch may not decide (cents, grade)."""
    if demande != "agence" or (engagement <= montant_maximal and cote <= cote_maximale):
        return None
    if engagement > montant_maximal:
        raison = f"l'engagement total ({montant(engagement)}) dépasse {montant(montant_maximal)}"
    else:
        raison = f"la cote {cote} dépasse {cote_maximale}"
    return _bloque("P6-B2", f"L'agence ne peut pas décider : {raison}. Transmettez au service des engagements.")


# P7, advice.


def etape_sautee(phrase: str) -> Controle:
    """P7-B1: something that had to be done before has not been done."""
    return _bloque("P7-B1", phrase)


def sans_besoin_relie(besoin: str, recueillis: Iterable[str]) -> Controle | None:
    """P7-B2: advice tied to no need that the client told."""
    if besoin in set(recueillis):
        return None
    return _bloque(
        "P7-B2",
        "Ce conseil ne répond à aucun besoin recueilli : enregistrez d'abord le besoin, ou choisissez-en un autre.",
    )


def information_avant_recueil(recueillis: Iterable[str]) -> Controle | None:
    """P7-A1: documents given before the client was asked what he needs."""
    if list(recueillis):
        return None
    return _alerte("P7-A1", "L'information est donnée avant le recueil du besoin : l'ordre attendu est l'inverse.")


# P8, subscription.


def iban_faux(iban: str) -> Controle | None:
    """P8-B1: an account number whose key (modulo 97) is wrong."""
    from stdnum import iban as _iban

    if _iban.is_valid(iban, check_country=False):
        return None
    return _bloque("P8-B1", f"« {iban} » n'est pas un IBAN : sa clé de contrôle est fausse. Relisez le RIB.")


def conseil_absent() -> Controle:
    """P8-B2: nothing is subscribed without advice."""
    return _bloque("P8-B2", "Aucun conseil n'est enregistré pour cette souscription : revenez à l'écran Conseil.")


def produit_en_double(produit: str, libelle: str, detenus: Iterable[str]) -> Controle | None:
    """P8-A1: the client already has this product."""
    if produit not in set(detenus):
        return None
    return _alerte("P8-A1", f"Le client a déjà le produit « {libelle} » : vérifiez qu'il en faut un second.")


# P9, follow-up.


def suite_sans_date(suite: str | None, suite_le: str | None) -> Controle | None:
    """P9-A1: something is to be done, nobody knows when."""
    if not suite or suite_le:
        return None
    return _alerte("P9-A1", "La suite à donner n'a pas de date : fixez-en une.")
