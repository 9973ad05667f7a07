"""Besoins d'un client et solutions de la gamme : ce qui répond, ce qui fait double emploi, ce qui manque, le coût."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRegle, ErreurSchema
from rncp_utils.monnaie import arrondi_centime
from rncp_utils.portefeuille.gamme import Gamme, Produit, charger_gamme
from rncp_utils.yaml_strict import lire_yaml

COCHER, DECOCHER, ECARTER, REPRENDRE = "cocher", "decocher", "ecarter", "reprendre"
ORDONNER, ORIENTER, GARDER, ANNULER = "ordonner", "orienter", "garder", "annuler"
# What a gesture says besides its name.
_CHAMPS: dict[str, dict[str, type]] = {
    COCHER: {"besoin": str, "produit": str},
    DECOCHER: {"besoin": str, "produit": str},
    ECARTER: {"produit": str, "motif": str},
    REPRENDRE: {"produit": str},
    ORDONNER: {"besoin": str, "rang": int},
    ORIENTER: {"besoin": str},
    GARDER: {"besoin": str},
    ANNULER: {},
}
COUVERT, EN_PARTIE, ORIENTE, SANS_REPONSE = "couvert", "en partie", "orienté", "sans réponse"
MOIS_DE_L_AN = 12
_DU_CAS = "du cas"


@dataclass(frozen=True)
class Partie:
    """Ce qu'il y a à couvrir dans un besoin, et les produits qui le font : un seul suffit."""

    quoi: str
    produits: tuple[str, ...]


@dataclass(frozen=True)
class BesoinDit:
    """Un besoin, dans les mots du client.

    Attributes
    ----------
    code : str
        Besoin de la table de la gamme.
    gravite : int
        1 s'il coûte, 2 s'il peut arrêter l'activité ou le foyer.
    echeance : str
        Date dans les six mois, ou un texte vide.
    parties : tuple of Partie
        Vide si la gamme n'a pas de réponse : ``orienter`` dit alors vers qui.
    """

    id: str
    nom: str
    parole: str
    sinon: str
    code: str
    gravite: int
    parties: tuple[Partie, ...]
    echeance: str = ""
    orienter: str = ""

    @property
    def poids(self) -> int:
        """Gravité, et un point de plus si une date tombe dans les six mois (convention du cours)."""
        return self.gravite + bool(self.echeance)


@dataclass(frozen=True)
class Ecart:
    """Pourquoi un produit est à écarter chez ce client : sa ligne « pas pour », et le fait qui la rencontre."""

    besoin: str
    motif: str
    fait: str


@dataclass(frozen=True)
class BesoinsDuClient:
    """Tout ce qu'il faut pour lire les choix faits pour un client.

    Attributes
    ----------
    produits : tuple of str
        Produits entre lesquels on choisit.
    pieges : dict
        Phrase sur un couple (besoin, produit) tentant qui ne répond pas.
    couts : dict
        Coût annuel d'un produit chez ce client : ``usage`` (quantités de l'année) ou ``montant`` et ``mois``.
    """

    cas: str
    client: str
    statut: str
    salaries: int
    besoins: tuple[BesoinDit, ...]
    produits: tuple[str, ...]
    ecarts: Mapping[str, Ecart] = field(default_factory=dict)
    pieges: Mapping[tuple[str, str], str] = field(default_factory=dict)
    couts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def besoin(self, identifiant: str) -> BesoinDit:
        """Le besoin de cet identifiant.

        >>> besoins_du_client("CAS-04").besoin("pont").poids
        2
        """
        trouve = next((besoin for besoin in self.besoins if besoin.id == identifiant), None)
        if trouve is None:
            connus = ", ".join(besoin.id for besoin in self.besoins)
            raise ErreurSchema(f"Le besoin « {identifiant} » est inconnu ; besoins connus : {connus}.")
        return trouve


@dataclass(frozen=True)
class Choix:
    """Ce qui a été choisi pour un client.

    Attributes
    ----------
    couples : frozenset of (besoin, produit)
    ecartes : dict
        Motif par produit écarté.
    ordre : tuple of str
        Besoins, du premier traité au dernier.
    orientes : frozenset of str
        Besoins que l'on adresse à quelqu'un d'autre.
    """

    couples: frozenset[tuple[str, str]] = frozenset()
    ecartes: Mapping[str, str] = field(default_factory=dict)
    ordre: tuple[str, ...] = ()
    orientes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Adequation:
    """Lecture d'un choix.

    Attributes
    ----------
    etats : dict
        Par besoin : « couvert », « en partie », « orienté », « sans réponse ».
    taux : float
        Poids des besoins couverts sur le poids de tous.
    taux_simple : float
        Nombre de besoins couverts sur leur nombre.
    doublons : tuple of (besoin, produits)
        Produits qui font le même travail pour le même besoin.
    sans_besoin : tuple of (besoin, produit, phrase)
        Couples qui ne répondent pas, et pourquoi.
    inutiles : tuple of str
        Produits proposés qui ne répondent à rien.
    a_ecarter : tuple of str
        Produits exclus chez ce client, que personne n'a écartés avec leur motif.
    exclusions : tuple of str
        Produits écartés avec le bon motif.
    exclusions_discutables : tuple of str
        Produits écartés pour un motif que le dossier ne porte pas.
    orientes_a_tort : tuple of str
        Besoins adressés ailleurs, que la gamme sait couvrir.
    ordre_suivi : bool
        Les besoins sont rangés du plus lourd au plus léger.
    couts : dict
        Coût annuel de chaque produit proposé, en euros.
    """

    etats: Mapping[str, str]
    taux: float
    taux_simple: float
    doublons: tuple[tuple[str, tuple[str, ...]], ...]
    sans_besoin: tuple[tuple[str, str, str], ...]
    inutiles: tuple[str, ...]
    a_ecarter: tuple[str, ...]
    exclusions: tuple[str, ...]
    exclusions_discutables: tuple[str, ...]
    orientes_a_tort: tuple[str, ...]
    ordre_suivi: bool
    couts: Mapping[str, float]

    @property
    def cout(self) -> float:
        """Coût annuel de tout ce qui est proposé, en euros."""
        return arrondi_centime(float(sum(self.couts.values())))

    def en_etat(self, etat: str) -> tuple[str, ...]:
        """Besoins dans cet état."""
        return tuple(besoin for besoin, lu in self.etats.items() if lu == etat)


def adequation(besoins: BesoinsDuClient, choix: Choix, gamme: Gamme | None = None) -> Adequation:
    """Ce que valent des choix : besoins couverts, doublons, solutions sans besoin, exclusions, ordre, coût annuel.

    Parameters
    ----------
    besoins : BesoinsDuClient
    choix : Choix
    gamme : Gamme
        Par défaut celle que :func:`charger_gamme` donne.

    Source : convention de cours ; les prix sont ceux de la gamme.

    >>> client = besoins_du_client("CAS-04")
    >>> lue = adequation(client, Choix(frozenset({("pont", "INVEST")})))
    >>> lue.etats["pont"], round(100 * lue.taux, 1), round(100 * lue.taux_simple, 1)
    ('couvert', 16.7, 16.7)
    """
    gamme = gamme or charger_gamme()
    couples = [(b.id, code) for b in besoins.besoins for code in besoins.produits if (b.id, code) in choix.couples]
    motifs = {(b, code): _ne_repond_pas(besoins, besoins.besoin(b), gamme.produit(code)) for b, code in couples}
    utiles = {couple for couple, motif in motifs.items() if not motif}
    etats = {besoin.id: _etat(besoin, utiles, choix) for besoin in besoins.besoins}
    couverts = [besoin for besoin in besoins.besoins if etats[besoin.id] == COUVERT]
    proposes = [code for code in besoins.produits if any(code == produit for _, produit in couples)]
    bien_ecartes = tuple(c for c in besoins.produits if c in choix.ecartes and _motif_juste(besoins, gamme, choix, c))
    poids = [besoins.besoin(identifiant).poids for identifiant in _ordre(besoins, choix)]
    return Adequation(
        etats=etats,
        taux=sum(besoin.poids for besoin in couverts) / sum(besoin.poids for besoin in besoins.besoins),
        taux_simple=len(couverts) / len(besoins.besoins),
        doublons=tuple(_doublons(besoins, utiles)),
        sans_besoin=tuple((b, code, motif) for (b, code), motif in motifs.items() if motif),
        inutiles=tuple(code for code in proposes if not any(code == produit for _, produit in utiles)),
        a_ecarter=tuple(c for c in besoins.produits if c in besoins.ecarts and c not in bien_ecartes),
        exclusions=bien_ecartes,
        exclusions_discutables=tuple(c for c in besoins.produits if c in choix.ecartes and c not in bien_ecartes),
        orientes_a_tort=tuple(b.id for b in besoins.besoins if b.id in choix.orientes and b.parties),
        ordre_suivi=poids == sorted(poids, reverse=True),
        couts={code: cout_chez(besoins, gamme.produit(code)) for code in proposes},
    )


def _etat(besoin: BesoinDit, utiles: set[tuple[str, str]], choix: Choix) -> str:
    tenues = [any((besoin.id, code) in utiles for code in partie.produits) for partie in besoin.parties]
    if tenues and all(tenues):
        return COUVERT
    if any(tenues):
        return EN_PARTIE
    return ORIENTE if besoin.id in choix.orientes else SANS_REPONSE


def _ne_repond_pas(besoins: BesoinsDuClient, besoin: BesoinDit, produit: Produit) -> str:
    """Why a product does not answer a need of this client; empty when it does."""
    if (besoin.id, produit.code) in besoins.pieges:
        return besoins.pieges[besoin.id, produit.code]
    ecart = besoins.ecarts.get(produit.code)
    if ecart is not None and ecart.besoin == besoin.id:
        return f"{ecart.fait} ; « pas pour », dit la gamme : {_au_milieu(ecart.motif)}"
    if produit.statuts and besoins.statut not in produit.statuts:
        return f"ce produit n'est pas ouvert à cette forme d'entreprise ({besoins.statut})"
    if produit.salaries and not besoins.salaries:
        return "ce produit demande un salarié"
    if not any(produit.code in partie.produits for partie in besoin.parties):
        return f"ce produit sert à autre chose : {_au_milieu(produit.sert_a)}"
    return ""


def _au_milieu(phrase: str) -> str:
    """A sentence of the range in the middle of another one."""
    return phrase[0].lower() + phrase[1:].rstrip(".")


def _doublons(besoins: BesoinsDuClient, utiles: set[tuple[str, str]]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for besoin in besoins.besoins:
        for partie in besoin.parties:
            pris = tuple(code for code in partie.produits if (besoin.id, code) in utiles)
            if len(pris) > 1:
                yield besoin.id, pris


def _motif_juste(besoins: BesoinsDuClient, gamme: Gamme, choix: Choix, code: str) -> bool:
    """A bank's own range may word its reasons otherwise: then any of them will do."""
    if code not in besoins.ecarts:
        return False
    attendu = besoins.ecarts[code].motif
    return choix.ecartes[code] == attendu or attendu not in gamme.produit(code).pas_pour


def _ordre(besoins: BesoinsDuClient, choix: Choix) -> tuple[str, ...]:
    return choix.ordre or tuple(besoin.id for besoin in besoins.besoins)


def cout_chez(besoins: BesoinsDuClient, produit: Produit) -> float:
    """Coût annuel d'un produit chez ce client, aux prix de la gamme, en euros.

    Un financement de plus d'un an est compté pour sa part annuelle : intérêts et frais, non le capital.

    >>> cout_chez(besoins_du_client("CAS-04"), charger_gamme().produit("PREVOYANCE")) > 0
    True
    """
    from rncp_utils.credit import tableau_amortissement
    from rncp_utils.portefeuille.financements import cout_du_financement
    from rncp_utils.portefeuille.tarifs import cout_annuel, mise_en_place

    regle = besoins.couts.get(produit.code)
    if regle is None:
        raise ErreurSchema(f"{produit.libelle} : aucune quantité n'est donnée pour chiffrer ce produit chez ce client.")
    if "mois" in regle:
        cout = cout_du_financement(produit, regle["montant"], regle["mois"])
        if "taux" in regle:
            # The rate of this file, not the one on display.
            tableau = tableau_amortissement(regle["montant"], regle["taux"], regle["mois"])
            cout = float(tableau["interets"].sum()) + mise_en_place(produit)
        return arrondi_centime(float(cout * min(1, MOIS_DE_L_AN / regle["mois"])))
    formule = produit.formules[regle["formule"]] if "formule" in regle else None
    cout = cout_annuel(produit, regle["usage"], formule=formule) + mise_en_place(produit)
    return arrondi_centime(float(cout * regle.get("fois", 1)))


def appliquer(besoins: BesoinsDuClient, choix: Choix, geste: Mapping[str, Any], gamme: Gamme | None = None) -> Choix:
    """Le choix après un geste.

    Raises
    ------
    ErreurRegle
        Geste impossible à ce moment : rien n'est changé.

    >>> client = besoins_du_client("CAS-04")
    >>> suite = appliquer(client, Choix(), {"geste": "cocher", "besoin": "pont", "produit": "BAIL"})
    >>> sorted(suite.couples)
    [('pont', 'BAIL')]
    """
    nom = _lire_geste(geste)
    besoin, produit = geste.get("besoin"), geste.get("produit")
    if besoin is not None and besoin not in {connu.id for connu in besoins.besoins}:
        raise ErreurRegle("le besoin est inconnu")
    if produit is not None and produit not in besoins.produits:
        raise ErreurRegle("le produit est inconnu")
    if nom in (COCHER, DECOCHER):
        return _cocher(choix, (besoin, produit), nom == COCHER)
    if nom == ECARTER:
        if geste["motif"] not in (gamme or charger_gamme()).produit(produit).pas_pour:
            raise ErreurRegle("le motif n'est pas dans la gamme")
        gardes = frozenset(couple for couple in choix.couples if couple[1] != produit)
        return _si_change(choix, replace(choix, couples=gardes, ecartes={**choix.ecartes, produit: geste["motif"]}))
    if nom == REPRENDRE:
        return _si_change(choix, replace(choix, ecartes={c: m for c, m in choix.ecartes.items() if c != produit}))
    if nom == ORDONNER:
        return _ordonner(besoins, choix, besoin, geste["rang"])
    if nom in (ORIENTER, GARDER):
        suite = choix.orientes | {besoin} if nom == ORIENTER else choix.orientes - {besoin}
        return _si_change(choix, replace(choix, orientes=suite))
    raise ErreurRegle("ce geste ne s'applique pas seul")


def _lire_geste(geste: Mapping[str, Any]) -> str:
    nom = geste.get("geste")
    champs = _CHAMPS.get(nom) if isinstance(nom, str) else None
    if champs is None or set(geste) != {"geste", *champs}:
        raise ErreurRegle("le geste est inconnu")
    if not all(type(geste[champ]) is sorte for champ, sorte in champs.items()):
        raise ErreurRegle("le geste est mal écrit")
    return nom


def _cocher(choix: Choix, couple: tuple[str, str], pris: bool) -> Choix:
    if not pris:
        return _si_change(choix, replace(choix, couples=choix.couples - {couple}))
    ecartes = {code: motif for code, motif in choix.ecartes.items() if code != couple[1]}
    return _si_change(choix, replace(choix, couples=choix.couples | {couple}, ecartes=ecartes))


def _ordonner(besoins: BesoinsDuClient, choix: Choix, besoin: str, rang: int) -> Choix:
    ordre = [autre for autre in _ordre(besoins, choix) if autre != besoin]
    if not 1 <= rang <= len(besoins.besoins):
        raise ErreurRegle("le rang est hors de la liste")
    ordre.insert(rang - 1, besoin)
    if tuple(ordre) == _ordre(besoins, choix):
        raise ErreurRegle("rien ne change")
    return replace(choix, ordre=tuple(ordre))


def _si_change(avant: Choix, apres: Choix) -> Choix:
    if apres == avant:
        raise ErreurRegle("rien ne change")
    return apres


def rejouer(
    besoins: BesoinsDuClient, gestes: Iterable[Mapping[str, Any]], gamme: Gamme | None = None
) -> tuple[Choix, ...]:
    """Les choix après chaque geste, le premier étant le départ ; « annuler » défait le dernier geste qui tient encore.

    Raises
    ------
    ErreurRegle
        Un des gestes est impossible à son moment.

    >>> pas = {"geste": "orienter", "besoin": "nadia"}
    >>> suite = rejouer(besoins_du_client("CAS-04"), [pas, {"geste": "annuler"}])
    >>> suite[-1] == suite[0]
    True
    """
    gamme = gamme or charger_gamme()
    pile, suite = [Choix()], [Choix()]
    for geste in gestes:
        if _lire_geste(geste) == ANNULER:
            if len(pile) == 1:
                raise ErreurRegle("rien n'est à défaire")
            pile.pop()
        else:
            pile.append(appliquer(besoins, pile[-1], geste, gamme))
        suite.append(pile[-1])
    return tuple(suite)


@lru_cache
def besoins_du_client(cas: str) -> BesoinsDuClient:
    """Besoins d'un client du cours, avec ce qui y répond.

    >>> [besoin.id for besoin in besoins_du_client("CAS-04").besoins]
    ['saison', 'retards', 'pont', 'grele', 'foyer', 'nadia']
    """
    from rncp_utils.donnees import cas as charger_cas

    lus = lire_yaml(Path(__file__).with_name("adequation.yaml"), decimaux=False).contenu
    if cas not in lus:
        raise ErreurSchema(f"Le cas « {cas} » n'a pas de besoins écrits ; cas connus : {', '.join(lus)}.")
    brut, dossier = lus[cas], charger_cas(cas)
    ventes = dossier.exercices["N"]["FL"]
    return BesoinsDuClient(
        cas=cas,
        client=brut["client"],
        statut=dossier.forme_juridique,
        salaries=dossier.effectif_salarie,
        besoins=tuple(_besoin(un) for un in brut["besoins"]),
        produits=tuple(brut["produits"]),
        ecarts={code: Ecart(**un) for code, un in brut["ecarts"].items()},
        pieges={(un["besoin"], un["produit"]): un["phrase"] for un in brut["pieges"]},
        couts={code: _cout(un, ventes) for code, un in brut["couts"].items()},
    )


def _besoin(brut: Mapping[str, Any]) -> BesoinDit:
    parties = tuple(Partie(partie["quoi"], tuple(partie["produits"])) for partie in brut["parties"])
    return BesoinDit(**{**brut, "parties": parties})


def _cout(brut: Mapping[str, Any], ventes: float) -> dict[str, Any]:
    if "usage" not in brut:
        return dict(brut)
    usage = {nom: ventes if valeur == _DU_CAS else valeur for nom, valeur in brut["usage"].items()}
    return {**brut, "usage": usage}
