"""Situations of the workstation: a client, a day, what the branch knows of him, and the rules that are published.

A situation holds what can be read, never what is expected: an opportunity is false because a document says so, a field
is wrong because the accounts say otherwise. The same call gives the same situation on every machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rncp_utils.conformite.regles import lire_reglement
from rncp_utils.credit.garanties.catalogue import surete
from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.monnaie import centimes
from rncp_utils.portefeuille.gamme import GAMME_DU_COURS, Gamme, charger_gamme
from rncp_utils.poste import gabarits, portefeuille, variantes
from rncp_utils.yaml_strict import lire_yaml

if TYPE_CHECKING:
    from rncp_utils.donnees.fils_rouges.objets import Cas

DOSSIER = Path(__file__).with_name("situations")
_COMMUN, _TIRAGES = "commun", "tirages"

# The day of every situation: documents, due dates and delays are written around it.
JOUR = dt.date(2027, 1, 12)
# ``engagement.nature`` of a debt owed to another establishment: it weighs on repayments, not on what the bank commits.
AUTRE_BANQUE = "AUTRE_BANQUE"


@dataclass(frozen=True)
class Condition:
    """What a conditional decision asks for; a document whose ``piece`` is this one lifts it."""

    libelle: str
    piece: str


@dataclass(frozen=True)
class Offre:
    """A product that can be subscribed at the workstation.

    Attributes
    ----------
    libelle : str
        Its name in the range.
    besoins : tuple of str
        Codes of the needs that it answers.
    formules : tuple of str
        Levels to choose from; empty when there is only one.
    options : Mapping[str, str]
        Code of each option, its label.
    informations, remises : tuple of str
        Ids of the documents to give before the advice, and to hand over before the signature.
    beneficiaire, mandat : bool
        Whether a beneficiary must be named, and a direct debit mandate signed.
    coefficients : tuple of number
        What each level multiplies the first price of the range by; empty when they all cost the same.
    reserve : str
        What the insurer's cover still depends on, or an empty text.
    """

    libelle: str
    besoins: tuple[str, ...]
    formules: tuple[str, ...]
    options: Mapping[str, str]
    informations: tuple[str, ...]
    remises: tuple[str, ...]
    beneficiaire: bool
    mandat: bool
    coefficients: tuple[Any, ...] = ()
    reserve: str = ""


@dataclass(frozen=True)
class Regles:
    """What the checks need, and what the learner may read: conventions of the course, the same for every client.

    Amounts are cents, shares and ratios are basis points (6 000 is 60 %, or 0.60), lives are months.

    Attributes
    ----------
    representant : str
        Who may sign for the client, as documents write the name.
    pieces : Mapping[str, str]
        Pieces that the file must hold, in the order of the checklist; codes of ``conformite`` when they exist there.
    validite_mois : Mapping[str, int]
        Months during which a piece is valid from its date; a piece without an entry does not expire.
    objets, biens : Mapping[str, str]
        What may be asked for, and what may be financed.
    vie_mois : Mapping[str, int]
        Life of each kind of asset.
    natures : Mapping[str, Mapping[str, str]]
        Lines of a financing plan, under « besoin » and « ressource ».
    garanties : Mapping[str, str]
        Guarantees that may be taken, by code of ``credit.garanties``; ``cautions``: the personal ones.
    besoins : Mapping[str, str]
        Needs of the range; ``produits``: what may be proposed and subscribed.
    delegation_montant, delegation_cote : int
        Total commitment (cents) and grade up to which the branch decides.
    couverture_minimale, part_maximale, couverture_dette : int
        Guarantees over the loan, loan over the needs, cash flow over repayments (basis points).
    conditions : Mapping[str, Condition]
        What a conditional decision may ask for, under « couverture » and « apport ».
    parts : Mapping[str, float]
        Shares of ``risque.octroi.coter`` that accounts do not give: comportement, dirigeant, secteur.
    defaut : bool
        Whether the borrower is in default.
    """

    representant: str
    pieces: Mapping[str, str]
    validite_mois: Mapping[str, int]
    objets: Mapping[str, str]
    biens: Mapping[str, str]
    vie_mois: Mapping[str, int]
    natures: Mapping[str, Mapping[str, str]]
    garanties: Mapping[str, str]
    cautions: frozenset[str]
    besoins: Mapping[str, str]
    produits: Mapping[str, Offre]
    delegation_montant: int
    delegation_cote: int
    couverture_minimale: int
    part_maximale: int
    couverture_dette: int
    conditions: Mapping[str, Condition]
    parts: Mapping[str, float]
    defaut: bool = False


@dataclass(frozen=True)
class Situation:
    """A client at a given day, as the workstation opens on him.

    Attributes
    ----------
    code : str
        « vasseur », « fournil », « nouri » or « kelya ».
    version : int
        Raised when what is planted changes: a file made from another version is replayed, and told.
    cas : Cas
        Thread case, or the learner's variant of it (euros).
    jour : date
        Today at the workstation; the real clock is never read.
    lignes : Mapping[str, tuple of Mapping]
        Rows to insert, by table, in the units of :mod:`rncp_utils.poste.tables`; ``id`` is given for documents only.
    regles : Regles
    tirage : Mapping[str, str]
        What was drawn for the learner on each axis (:mod:`rncp_utils.poste.variantes`); empty in a lesson.
    """

    code: str
    version: int
    cas: Cas
    jour: dt.date
    lignes: Mapping[str, tuple[Mapping[str, Any], ...]]
    regles: Regles
    tirage: Mapping[str, str] = field(default_factory=dict)

    @property
    def personnes(self) -> tuple[str, ...]:
        """Names of whoever may give a guarantee or benefit: the client, who leads it or signs for it, those around."""
        suivis = (client["denomination"] for client in self.lignes["client"] if client["suivi"])
        dirigeants = (dirigeant.nom for dirigeant in self.cas.dirigeants)
        autour = (tiers["nom"] for tiers in self.lignes.get("tiers", ()))
        eux = (*suivis, self.cas.denomination, self.regles.representant, *dirigeants, *autour)
        return tuple(dict.fromkeys(eux))


def situation(code: str, *, apprenant: str = "", devoir: str = "", session: str = "") -> Situation:
    """Situation of this code; with the three of ``apprenant``, ``devoir`` and ``session``, the learner's own.

    Amounts are then those of the learner's variant of the case, and the facts planted are drawn when the situation has
    several.

    Raises
    ------
    ErreurDonnees
        Unknown code, or some of the three texts but not all.

    >>> situation("fournil").cas.denomination
    "Le Fournil d'Élise"
    """
    from rncp_utils.donnees import cas as cas_du_cours
    from rncp_utils.donnees import variante

    if code not in lister_situations():
        raise ErreurDonnees(f"Je ne connais pas la situation « {code} » ; choisissez {', '.join(lister_situations())}.")
    brut, commun = _lire(code), _lire(_COMMUN)
    qui = (apprenant, devoir, session)
    if any(qui) and not all(qui):
        raise ErreurDonnees("La situation d'un apprenant demande son nom, le devoir et la session ; donnez les trois.")
    cas = variante(brut["cas"], *qui) if all(qui) else cas_du_cours(brut["cas"])
    tires: dict[str, str] = {}
    if all(qui) and code in _tirables():
        brut, tires = variantes.varier(brut, _lire(f"{_TIRAGES}/{code}"), qui)
    textes = gabarits.Textes(gabarits.montants(cas, brut.get("montants", {})), gabarits.mots(cas, brut))
    regles = _regles(commun["regles"], brut)
    lignes = _lignes(commun, brut, regles, textes)
    return Situation(code, brut["version"], cas, JOUR, lignes, regles, MappingProxyType(tires))


def lister_situations() -> tuple[str, ...]:
    """Codes of the situations.

    >>> lister_situations()
    ('fournil', 'kelya', 'nouri', 'vasseur')
    """
    return tuple(sorted(chemin.stem for chemin in DOSSIER.glob("*.yaml") if chemin.stem != _COMMUN))


def _tirables() -> set[str]:
    """Situations whose facts are drawn for a learner."""
    return {chemin.stem for chemin in (DOSSIER / _TIRAGES).glob("*.yaml")}


def information(produit: str) -> str:
    """Id of the document that informs of a product, to give before the advice."""
    return f"info_{produit.lower()}"


def contrat(produit: str) -> str:
    """Id of the draft contract of a product, to hand over before the signature."""
    return f"contrat_{produit.lower()}"


@cache
def _lire(nom: str) -> dict[str, Any]:
    lu = lire_yaml(DOSSIER / f"{nom}.yaml")
    if lu.fautes:
        raise ErreurListe(f"La situation {nom} est refusée :", lu.fautes)
    return lu.contenu


def _regles(commun: Mapping[str, Any], brut: Mapping[str, Any]) -> Regles:
    du_reglement = {
        regle.piece: regle.validite_mois for regle in lire_reglement().regles.values() if regle.validite_mois
    }
    pieces = {code: commun["pieces"][code] for code in brut["pieces"]}
    durees = du_reglement | commun["validite_mois"]
    biens = commun["biens"]
    return Regles(
        representant=brut["representant"],
        pieces=MappingProxyType(pieces),
        validite_mois=MappingProxyType({code: durees[code] for code in pieces if code in durees}),
        objets=MappingProxyType(commun["objets"]),
        biens=MappingProxyType({code: bien["libelle"] for code, bien in biens.items()}),
        vie_mois=MappingProxyType({code: bien["vie"] for code, bien in biens.items()}),
        natures=MappingProxyType({sens: MappingProxyType(x) for sens, x in commun["natures"].items()}),
        garanties=MappingProxyType({code: surete(code).libelle for code in commun["garanties"]}),
        cautions=frozenset(commun["cautions"]),
        besoins=MappingProxyType({besoin.code: besoin.libelle for besoin in _gamme().besoins}),
        produits=MappingProxyType({code: _offre(code, offre) for code, offre in commun["produits"].items()}),
        delegation_montant=centimes(commun["delegation_montant"]),
        conditions=MappingProxyType({code: Condition(**lue) for code, lue in commun["conditions"].items()}),
        parts=MappingProxyType({nom: float(part) for nom, part in brut["parts"].items()}),
        **{nom: commun[nom] for nom in ("delegation_cote", "couverture_minimale", "part_maximale", "couverture_dette")},
    )


def _gamme() -> Gamme:
    """The range of the course, whatever the bank's own is: the same call must give the same situation everywhere."""
    return charger_gamme(GAMME_DU_COURS)


def _offre(code: str, lue: Mapping[str, Any]) -> Offre:
    produit = _gamme().produit(code)
    return Offre(
        libelle=produit.libelle,
        besoins=produit.besoins,
        formules=tuple(lue.get("formules", produit.formules)),
        options=MappingProxyType(lue.get("options", {})),
        informations=(information(code),),
        remises=(contrat(code),),
        beneficiaire=lue.get("beneficiaire", False),
        mandat=lue.get("mandat", False),
        coefficients=tuple(lue.get("coefficients", ())),
        reserve=lue.get("reserve", ""),
    )


def _lignes(
    commun: Mapping[str, Any], brut: Mapping[str, Any], regles: Regles, textes: gabarits.Textes
) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    clients = [{"suivi": False, **client} for client in portefeuille.autres_clients(JOUR)]
    clients.insert(brut["rang"], {"suivi": True, **brut["client"]})
    documents = [{"id": nom, **document} for nom, document in (brut["documents"] | commun["documents"]).items()]
    toutes = {
        "client": gabarits.lignes("client", clients, textes),
        "champ": gabarits.champs(commun["champs"], brut["profil"], textes),
        "document": gabarits.lignes("document", documents, textes) + _documents_des_produits(regles),
        **gabarits.comptes(brut["comptes"], textes),
        **gabarits.tiers(brut["tiers"], textes),
    }
    for table in ("engagement", "opportunite", "rdv", "tache"):
        toutes[table] = gabarits.lignes(table, brut.get(table, ()), textes)
    return MappingProxyType(toutes)


def _documents_des_produits(regles: Regles) -> tuple[dict[str, Any], ...]:
    """Information document and draft contract of every product: none of them tells which one is wanted."""
    return tuple(
        un for code, offre in regles.produits.items() for un in gabarits.documents_du_produit(_gamme(), code, offre)
    )
