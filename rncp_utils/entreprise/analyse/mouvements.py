"""Mouvements d'un exercice : ceux que l'on connaît, et ceux que deux bilans laissent déduire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.pcg import ComptesDetail
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.postes import Masque, Postes, Valeur, selon
from rncp_utils.erreurs import ErreurDonnees

RESERVES = ("DC", "DD", "DE", "DF", "DG", "DH")


@dataclass(frozen=True)
class Mouvements:
    """Mouvements d'un exercice, en euros, positifs ; ``None`` ou NaN : inconnu, à déduire des bilans.

    Chaque champ est un nombre (une entreprise), ou une Series ou un tableau (une table).

    Attributes
    ----------
    acquisitions : immobilisations acquises ou produites, valeur brute.
    brut_cede, amortissements_cedes : valeur brute et amortissements des immobilisations cédées.
    prix_cession : prix de vente ; par défaut les comptes 775, 757 et 767.
    apports_capital : capital et primes libérés (négatif admis : réduction de capital).
    emprunts_nouveaux, remboursements : capital emprunté (par défaut VJ) et remboursé (par défaut VK).
    cca_apportes, cca_rembourses : comptes courants d'associés.
    subventions_recues : subventions d'investissement.
    dividendes : distribués (par défaut ZE) ; pour une entreprise individuelle, prélèvements nets (négatif admis).
    """

    acquisitions: Any = None
    brut_cede: Any = None
    amortissements_cedes: Any = None
    prix_cession: Any = None
    apports_capital: Any = None
    emprunts_nouveaux: Any = None
    remboursements: Any = None
    cca_apportes: Any = None
    cca_rembourses: Any = None
    subventions_recues: Any = None
    dividendes: Any = None


NOMS = tuple(champ.name for champ in fields(Mouvements))
LIBELLES = {
    "acquisitions": "acquisitions",
    "brut_cede": "valeur brute cédée",
    "amortissements_cedes": "amortissements des biens cédés",
    "prix_cession": "prix de cession",
    "apports_capital": "apports en capital",
    "emprunts_nouveaux": "emprunts nouveaux",
    "remboursements": "remboursements d'emprunts",
    "cca_apportes": "apports en comptes courants",
    "cca_rembourses": "remboursements de comptes courants",
    "subventions_recues": "subventions reçues",
    "dividendes": "dividendes",
}


class _Lecture:
    """Movements of one call, completed one by one; ``deduit`` marks the rows where something was worked out."""

    def __init__(self, p: Postes, fournis: Mapping[str, Any]) -> None:
        inconnus = sorted(set(fournis) - set(NOMS))
        if inconnus:
            raise ErreurDonnees(f"Mouvement {', '.join(inconnus)} inconnu : les noms admis sont {', '.join(NOMS)}.")
        self.p = p
        self.fournis = fournis
        self.deduit: Masque = False
        self.valeurs: dict[str, Valeur] = {}

    def lire(self, nom: str, case: str | None = None, *, signe_libre: Masque = False) -> tuple[Valeur, Masque]:
        """What is given, else what the form says in ``case``; and where neither is known."""
        valeur, inconnu = self.p.complement(f"mouvement {nom}", self.fournis.get(nom))
        if case is not None and inconnu is not False:
            declaree, absente = self.p.complement(case)
            valeur, inconnu = selon(inconnu, declaree, valeur), inconnu & absente
        self.p.refuser((valeur < 0) & np.logical_not(signe_libre), f"{LIBELLES[nom]} : montant négatif")
        return valeur, inconnu

    def completer(self, nom: str, deduction: Valeur, case: str | None = None, *, signe_libre: Masque = False) -> Valeur:
        """The movement, with ``deduction`` where it is not known."""
        valeur, inconnu = self.lire(nom, case, signe_libre=signe_libre)
        if inconnu is not False:
            valeur = selon(inconnu, deduction, valeur)
            # A zero that two balance sheets confirm is no news.
            marque = inconnu & (deduction != 0)
            self.p.signaler(marque, f"{LIBELLES[nom]} : montant déduit des bilans", bloquant=False)
            self.deduit = self.deduit | marque
        self.valeurs[nom] = valeur
        return valeur


def completer(
    p: Postes, q: Postes, mouvements: Any, termes: Mapping[str, Valeur], comptes: ComptesDetail
) -> dict[str, Valeur]:
    """Every movement between the opening (``q``) and closing (``p``) balance sheets, given or deduced.

    Deductions are such that, when nothing is given and both balance sheets balance, the movements explain exactly the
    change of the FRNG.
    """
    lecture = _Lecture(p, _fournis(mouvements, p))
    _immobilisations(lecture, p, q, termes, comptes)
    _capitaux_propres(lecture, p, q, comptes)
    _dettes_financieres(lecture, p, q)
    lecture.valeurs["deduit"] = np.asarray(lecture.deduit, dtype="float64")
    return lecture.valeurs


def _fournis(mouvements: Any, p: Postes) -> dict[str, Any]:
    if mouvements is None:
        return {}
    if isinstance(mouvements, Mouvements):
        return {nom: getattr(mouvements, nom) for nom in NOMS}
    if isinstance(mouvements, pd.DataFrame) and not p.en_table:
        raise ErreurDonnees("Les mouvements sont une table et la liasse n'en est pas une : donnez une ligne.")
    return dict(mouvements.items())


def _ecart(p: Postes, q: Postes, *codes: str) -> Valeur:
    return p.somme(*codes) - q.somme(*codes)


def _immobilisations(
    lecture: _Lecture, p: Postes, q: Postes, termes: Mapping[str, Valeur], comptes: ComptesDetail
) -> None:
    prix, prix_inconnu = lecture.lire("prix_cession")
    lecture.valeurs["prix_cession"] = selon(prix_inconnu, comptes.produits_cessions, prix)
    # Depreciation, provisions and regulated provisions move by what is charged, less what is taken back or sold.
    cumuls = _ecart(p, q, "BK", "CK", "DR", "DK")
    brut_cede, brut_inconnu = lecture.lire("brut_cede")
    if brut_inconnu is not False:
        sortis = lecture.completer("amortissements_cedes", termes["dotations"] - termes["reprises"] - cumuls)
        brut_cede = selon(brut_inconnu, comptes.valeurs_comptables + sortis, brut_cede)
    lecture.valeurs["brut_cede"] = brut_cede
    acquisitions = lecture.completer("acquisitions", p["BJ"] - q["BJ"] + brut_cede)
    p.signaler(acquisitions < 0, "acquisitions déduites négatives : mouvements à vérifier", bloquant=False)


def _capitaux_propres(lecture: _Lecture, p: Postes, q: Postes, comptes: ComptesDetail) -> None:
    capital_libere = _ecart(p, q, "DA", "DB") - _ecart(p, q, "AA")
    individuelle = _entreprise_individuelle(p)
    # The owner of an individual business brings in and draws through the capital account itself.
    apports = lecture.completer("apports_capital", selon(individuelle, 0.0, capital_libere), signe_libre=True)
    mis_en_reserve = _ecart(p, q, *RESERVES) + selon(individuelle, capital_libere - apports, 0.0)
    dividendes = lecture.completer("dividendes", q.get("DI") - mis_en_reserve, "ZE", signe_libre=individuelle)
    distribuable = q.somme("DD", "DE", "DF", "DG", "DH", "DI")
    p.douter(
        np.logical_not(individuelle) & (dividendes > np.maximum(distribuable, 0.0)),
        "dividendes supérieurs aux réserves et au résultat de l'exercice précédent",
    )
    lecture.completer("subventions_recues", _ecart(p, q, "DJ") + comptes.quote_part_subventions)


def _dettes_financieres(lecture: _Lecture, p: Postes, q: Postes) -> None:
    # Net of bank overdrafts, which are cash, and of costs spread over the life of the loans.
    variation = _ecart(p, q, "DO", "DS", "DT", "DU") - _ecart(p, q, "EH", "CM", "CW")
    rembourses, rembourses_inconnus = lecture.lire("remboursements", "VK")
    nouveaux_deduits = selon(rembourses_inconnus, np.maximum(variation, 0.0), variation + rembourses)
    nouveaux = lecture.completer("emprunts_nouveaux", nouveaux_deduits, "VJ")
    lecture.completer("remboursements", nouveaux - variation, "VK")
    variation_cca = _ecart(p, q, "DV")
    cca_rembourses, cca_inconnus = lecture.lire("cca_rembourses")
    apportes_deduits = selon(cca_inconnus, np.maximum(variation_cca, 0.0), variation_cca + cca_rembourses)
    apportes = lecture.completer("cca_apportes", apportes_deduits)
    lecture.completer("cca_rembourses", apportes - variation_cca)


def _entreprise_individuelle(p: Postes) -> Masque:
    if isinstance(p.source, Liasse):
        return p.source.forme_juridique == "EI"
    if p.en_table and "forme_juridique" in p:
        return (p.source["forme_juridique"] == "EI").to_numpy(dtype=bool)
    return p.source.get("forme_juridique") == "EI" if not p.en_table else False
