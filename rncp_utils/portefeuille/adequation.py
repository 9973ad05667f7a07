"""Besoins d'un client et solutions de la gamme : ce qui répond, ce qui fait double emploi, ce qui manque, le coût."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rncp_utils.erreurs import ErreurSchema
from rncp_utils.monnaie import arrondi_centime
from rncp_utils.portefeuille.besoins import BesoinDit, BesoinsDuClient
from rncp_utils.portefeuille.financements import cout_du_financement, cout_du_pret
from rncp_utils.portefeuille.gamme import Gamme, Produit, charger_gamme
from rncp_utils.portefeuille.tarifs import MOIS_D_UN_AN, cout_annuel, mise_en_place
from rncp_utils.typographie import au_milieu

COUVERT, EN_PARTIE, ORIENTE, SANS_REPONSE = "couvert", "en partie", "orienté", "sans réponse"


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

    >>> from rncp_utils.donnees.besoins import besoins_du_client
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
    poids = [besoins.besoin(identifiant).poids for identifiant in ordre_des_besoins(besoins, choix)]
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
        return f"{ecart.fait} ; « pas pour », dit la gamme : {_sans_point(ecart.motif)}"
    if produit.statuts and besoins.statut not in produit.statuts:
        return f"ce produit n'est pas ouvert à cette forme d'entreprise ({besoins.statut})"
    if produit.salaries and not besoins.salaries:
        return "ce produit demande un salarié"
    if not any(produit.code in partie.produits for partie in besoin.parties):
        return f"ce produit sert à autre chose : {_sans_point(produit.sert_a)}"
    return ""


def _sans_point(phrase: str) -> str:
    """A sentence of the range in the middle of another one."""
    return au_milieu(phrase).rstrip(".")


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


def ordre_des_besoins(besoins: BesoinsDuClient, choix: Choix) -> tuple[str, ...]:
    """Besoins, du premier traité au dernier ; ceux du client tant que rien n'est rangé."""
    return choix.ordre or tuple(besoin.id for besoin in besoins.besoins)


def cout_chez(besoins: BesoinsDuClient, produit: Produit) -> float:
    """Coût annuel d'un produit chez ce client, aux prix de la gamme, en euros.

    Un financement de plus d'un an est compté pour sa part annuelle : intérêts et frais, non le capital.

    >>> from rncp_utils.donnees.besoins import besoins_du_client
    >>> cout_chez(besoins_du_client("CAS-04"), charger_gamme().produit("PREVOYANCE")) > 0
    True
    """
    regle = besoins.couts.get(produit.code)
    if regle is None:
        raise ErreurSchema(f"{produit.libelle} : aucune quantité n'est donnée pour chiffrer ce produit chez ce client.")
    if "mois" in regle:
        if "taux" in regle:
            cout = cout_du_pret(produit, regle["montant"], regle["mois"], regle["taux"])
        else:
            cout = cout_du_financement(produit, regle["montant"], regle["mois"])
        return arrondi_centime(float(cout * min(1, MOIS_D_UN_AN / regle["mois"])))
    formule = produit.formules[regle["formule"]] if "formule" in regle else None
    cout = cout_annuel(produit, regle["usage"], formule=formule) + mise_en_place(produit)
    return arrondi_centime(float(cout * regle.get("fois", 1)))
