"""Un suivi de risque à soi : la Menuiserie Ferrand, son dossier de pièces, sa ligne, et huit clients à trier.

Ce qui est montré, et rien de plus : ce qu'il faut répondre se calcule dans les tests cachés du devoir.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.conformite import table_des_regles
from rncp_utils.credit import couverture
from rncp_utils.credit.garanties.catalogue import surete
from rncp_utils.donnees.fils_rouges.chargement import cas
from rncp_utils.donnees.fils_rouges.leviers import graine
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.donnees.fils_rouges.variantes import variante
from rncp_utils.formats import avec_unite, pourcent
from rncp_utils.parametres import parametre
from rncp_utils.risque import echeancier_lignes

CODE = "CAS-05"
# A Tuesday; the accounts of year N were closed some days before.
JOUR = dt.date(2027, 1, 5)
LETTRES = "abcdefgh"
MARGE = 0.10
COMPTEUR_SANS_DEFAUT = (40, 80)


class _Piece(NamedTuple):
    """A piece of the file; ``lu`` and ``vice``: what is read in it, when it is right and when it is not."""

    regle: str
    libelle: str
    lu: str
    vice: str = ""


_PIECES: dict[str, _Piece] = {
    "identite": _Piece("ID-01", "Pièce d'identité du président", "Luc Ferrand"),
    "registre": _Piece("ID-02", "Extrait du registre", "Menuiserie Ferrand, SAS"),
    "statuts": _Piece("ID-03", "Statuts", "à jour, certifiés conformes"),
    "pouvoirs": _Piece(
        "ID-04",
        "Pouvoirs : décision des associés",
        "autorise l'emprunt ; datée et signée",
        "autorise l'emprunt ; datée, non signée",
    ),
    "effectifs": _Piece(
        "BE-01",
        "Bénéficiaires effectifs",
        "déclarés : Luc Ferrand, Paul Ferrand ; statuts : 70 % et 30 %",
        "déclaré : Luc Ferrand seul ; statuts : Luc Ferrand 70 %, Paul Ferrand 30 %",
    ),
    "revue": _Piece("VIG-02", "Revue de la connaissance du client", "vigilance standard"),
    "fiben": _Piece("FIC-03", "Consultation de FIBEN", "cotation et indicateur relevés"),
    "bilan": _Piece("DOC-01", "Dernier bilan (date : celle de la clôture)", "liasse signée"),
    "rib": _Piece(
        "DOC-03",
        "RIB qui recevra les fonds",
        "au nom de la SAS Menuiserie Ferrand",
        "au nom de Luc Ferrand",
    ),
    "avis": _Piece("DOC-05", "Avis d'imposition du président", "les deux dernières années"),
    "domicile": _Piece("DOC-06", "Justificatif de domicile du président", "même adresse que l'avis"),
    "fiche": _Piece(
        "CRE-02",
        "Fiche patrimoniale de la caution",
        "Luc Ferrand ; datée et signée",
        "Luc Ferrand ; datée, non signée",
    ),
}
_DATEES = ("identite", "registre", "revue", "fiben", "bilan", "avis", "domicile")
_LUES = tuple(nom for nom, piece in _PIECES.items() if piece.vice)
_FAUTES_DE_DATE, _FAUTES_LUES = 3, 2
_CLOTURES = {"conforme": "2025-12-31", "perimee": "2024-12-31"}


class _Profil(NamedTuple):
    """A kind of client to sort: two trades, what the branch knows, and bounds of each indicator."""

    metiers: tuple[str, str]
    note: str
    bornes: dict[str, tuple[int, int]]


_COLONNES = {
    "depassement_consecutif": (0, 0),
    "nb_rejets": (0, 0),
    "nb_saisies": (0, 0),
    "baisse_flux": (-4, 8),
    "utilisation_moyenne": (20, 70),
    "retard_max_jours": (0, 0),
}
_PROFILS: dict[str, _Profil] = {
    "arriere": _Profil(
        ("Peinture et ravalement", "Carrelage et sols"),
        "L'arriéré dépasse les deux seuils depuis le premier jour ; deux messages laissés, sans réponse.",
        {"retard_max_jours": (91, 118), "depassement_consecutif": (2, 9), "nb_rejets": (1, 2)},
    ),
    "saisi": _Profil(
        ("Pizzeria", "Brasserie"),
        "Saisie administrative pour la TVA de l'été, reçue le mois dernier.",
        {
            "depassement_consecutif": (32, 60),
            "nb_rejets": (3, 6),
            "nb_saisies": (1, 1),
            "baisse_flux": (32, 48),
            "utilisation_moyenne": (70, 88),
        },
    ),
    "rejete": _Profil(
        ("Imprimerie", "Serrurerie"),
        "Rejets de cotisations et d'un fournisseur ; le dirigeant attend « une grosse facture », sans pièce.",
        {"depassement_consecutif": (12, 29), "nb_rejets": (3, 6), "utilisation_moyenne": (91, 99)},
    ),
    "impaye": _Profil(
        ("Transport de colis", "Messagerie"),
        "Une échéance de prêt impayée depuis que le principal donneur d'ordre a changé de prestataire.",
        {"retard_max_jours": COMPTEUR_SANS_DEFAUT, "baisse_flux": (32, 48)},
    ),
    "assure": _Profil(
        ("Boutique de décoration", "Librairie"),
        "La gérante dit que ses ventes baissent chaque hiver ; les relevés des trois derniers n'en montrent rien.",
        {"baisse_flux": (32, 48)},
    ),
    "calme": _Profil(
        ("Cabinet d'architecte", "Bureau d'études"),
        "Dépassement de 18 000 €, le plus fort de la liste ; la facture attendue a été encaissée depuis.",
        {"depassement_consecutif": (3, 9), "utilisation_moyenne": (45, 80)},
    ),
    "hivers": _Profil(
        ("Location de vélos", "Base nautique"),
        "Même creux chaque hiver depuis quatre ans, compte créditeur chaque été : relevés au dossier.",
        {"baisse_flux": (32, 48), "utilisation_moyenne": (91, 97)},
    ),
    "presente": _Profil(
        ("Salon de coiffure", "Pressing"),
        "Un même prélèvement, présenté trois fois par erreur ; le créancier l'a écrit et le compte est créditeur.",
        {"nb_rejets": (3, 3), "utilisation_moyenne": (0, 10)},
    ),
}


@dataclass(frozen=True)
class Ligne:
    """Découvert à renouveler. Montants en euros.

    Attributes
    ----------
    pointe : int
        Débit le plus fort des fins de mois de l'exercice N.
    hausse : int
        Besoin supplémentaire attendu au moment de la pointe.
    cession : int
        Factures qui seront financées à part, par cession.
    """

    echeance: dt.date
    plafond: int
    pointe: int
    hausse: int
    cession: int

    @property
    def pointe_prevue(self) -> int:
        """Pointe avant la cession des factures."""
        return self.pointe + self.hausse

    @property
    def besoin(self) -> float:
        """Plafond que donne le calcul : pointe prévue, moins la cession, augmentée de la marge du cours."""
        return (self.pointe_prevue - self.cession) * (1 + MARGE)

    def calendrier(self, jour: dt.date = JOUR) -> pd.Series:
        """Jours restants, étape en cours et dates des étapes (:func:`echeancier_lignes`)."""
        lignes = pd.DataFrame({"date_echeance": [self.echeance], "plafond": [self.plafond], "utilise": [self.plafond]})
        return echeancier_lignes(lignes, jour).iloc[0]

    def retard(self, jour: dt.date = JOUR) -> int:
        """Jours de retard de la demande de pièces."""
        return (pd.Timestamp(jour) - self.calendrier(jour)["demande_le"]).days


@dataclass(frozen=True)
class Suivi:
    """Suivi de risque d'un apprenant. Montants en euros, taux en fractions.

    Attributes
    ----------
    ferrand : Cas
        Menuiserie Ferrand, avec les chiffres de l'apprenant.
    encours : int
        Capital restant dû des prêts et découvert utilisé, à la clôture N.
    suretes : tuple of dict
        Gage, caution et organisme, tels que :func:`couverture` les lit.
    pieces : DataFrame, index des douze pièces
        regle, libelle, lu, date_piece, date_validite (None quand la pièce n'en porte pas).
    ligne : Ligne
    clients : DataFrame, index « a » à « h »
        metier, note, puis les indicateurs du compte sur 90 jours (taux en fractions).
    """

    ferrand: Cas
    encours: int
    suretes: tuple[dict[str, object], ...]
    pieces: pd.DataFrame
    ligne: Ligne
    clients: pd.DataFrame
    jour: dt.date = JOUR

    def couverture(self) -> pd.Series:
        """Ce que les trois sûretés couvrent de l'encours (:func:`rncp_utils.credit.couverture`)."""
        return couverture(self.encours, list(self.suretes), date=self.jour)

    def tableau_des_pieces(self) -> pd.DataFrame:
        """Les douze pièces, telles que le dossier les montre."""
        durees = table_des_regles()["validite_mois"].reindex(self.pieces["regle"]).to_numpy()
        fins = [
            f"jusqu'au {pd.Timestamp(fin):%d/%m/%Y}"
            if pd.notna(fin)
            else "sans fin"
            if np.isnan(mois)
            else avec_unite(int(mois), "mois")
            for fin, mois in zip(self.pieces["date_validite"], durees, strict=True)
        ]
        return pd.DataFrame(
            {
                "Date": [f"{pd.Timestamp(jour):%d/%m/%Y}" for jour in self.pieces["date_piece"]],
                "Validité": fins,
                "Ce qu'on y lit": self.pieces["lu"].to_list(),
            },
            index=pd.Index(self.pieces["libelle"], name="Pièce"),
        )

    def tableau_des_clients(self) -> pd.DataFrame:
        """Les indicateurs des huit clients."""
        c = self.clients
        return pd.DataFrame(
            {
                "Dépassement (jours)": c["depassement_consecutif"].to_list(),
                "Rejets": c["nb_rejets"].to_list(),
                "Saisies": c["nb_saisies"].to_list(),
                "Flux sur un an": [_signe(-baisse) for baisse in c["baisse_flux"]],
                "Utilisation": [pourcent(taux, 0) for taux in c["utilisation_moyenne"]],
                "Prêt impayé (jours)": c["retard_max_jours"].to_list(),
            },
            index=pd.Index([lettre.upper() for lettre in c.index], name="Client"),
        )

    def tableau_des_notes(self) -> pd.DataFrame:
        """Ce que l'agence sait des huit clients."""
        lettres = [f"{lettre.upper()} : {metier}" for lettre, metier in self.clients["metier"].items()]
        index = pd.Index(lettres, name="Client")
        return pd.DataFrame({"Ce que dit le dossier": self.clients["note"].to_list()}, index=index)


def suivi_de(apprenant: str, devoir: str, session: str) -> Suivi:
    """Suivi d'un apprenant : le même appel donne toujours le même.

    >>> suivi = suivi_de("a.martin", "B4-MES", "2026-S2")
    >>> len(suivi.pieces), len(suivi.clients)
    (12, 8)
    """
    return _tirer(variante(CODE, apprenant, devoir, session), graine(session, devoir, apprenant, "suivi"))


def suivi_du_cours() -> Suivi:
    """Suivi d'essai, sur le cas du cours : ce que voit l'auteur."""
    return _tirer(cas(CODE), graine("", "", "", "suivi"))


def _tirer(ferrand: Cas, marque: str) -> Suivi:
    hasard = np.random.default_rng(int(marque, 16))
    compte = next(c for c in ferrand.comptes if c.id == "courant")
    encours = sum(credit.crd["N"] for credit in ferrand.credits) - compte.soldes["N"]
    gage = surete("gage_materiel")
    recouvrement = parametre("garanties.taux_recouvrement", JOUR)["moyenne"]
    suretes = (
        {"code": "gage_materiel", "valeur_expertise": 1_000 * _entier(hasard, 54, 78), "decote": gage.decote_defaut},
        {
            "code": "caution_personnelle",
            "montant": ferrand.garanties[0].montant,
            "taux_recouvrement": recouvrement,
        },
        {"code": "siagi", "quotite": _entier(hasard, 4, 6) / 10},
    )
    etapes = parametre("risque.lignes.etapes_jours", JOUR)
    # Between the last day of the request for pieces and the decision: something is late, nothing is lost.
    reste = _entier(hasard, etapes["decision"] + 2, etapes["demande_de_pieces"] - 6)
    pointe, hausse = -min(compte.soldes_mensuels["N"]), 500 * _entier(hasard, 6, 16)
    # Whatever is assigned, the computed ceiling stays above the present one: following it is the trap.
    cession_max = min(24, (pointe + hausse - round((1 + MARGE) * compte.autorisation)) // 1_000)
    ligne = Ligne(
        echeance=JOUR + dt.timedelta(days=reste),
        plafond=compte.autorisation,
        pointe=pointe,
        hausse=hausse,
        cession=1_000 * _entier(hasard, max(1, cession_max - 8), max(2, cession_max)),
    )
    clients = _clients(hasard)
    return Suivi(ferrand, encours, suretes, _pieces(hasard), ligne, clients)


def _entier(hasard: np.random.Generator, bas: int, haut: int) -> int:
    return int(hasard.integers(bas, haut + 1))


def _pieces(hasard: np.random.Generator) -> pd.DataFrame:
    """Twelve pieces, five of which are not in order; the first dated one that is right expires on the very day."""
    perimees = set(hasard.choice(_DATEES, _FAUTES_DE_DATE, replace=False))
    viciees = set(hasard.choice(_LUES, _FAUTES_LUES, replace=False))
    limite = next(nom for nom in hasard.permutation(_DATEES) if nom not in perimees and nom != "bilan")
    veille = next((nom for nom in hasard.permutation(_DATEES) if nom in perimees and nom != "bilan"), "")
    durees = table_des_regles()["validite_mois"]
    lignes = {}
    for nom, piece in _PIECES.items():
        mois, validite = durees[piece.regle], None
        perimee = nom in perimees
        if nom == "bilan":
            date = pd.Timestamp(_CLOTURES["perimee" if perimee else "conforme"])
        elif nom in _DATEES:
            tire = _entier(hasard, 3, 26)
            ecart = -1 if nom == veille else 0 if nom == limite else -tire if perimee else tire
            fin = pd.Timestamp(JOUR) + pd.DateOffset(days=ecart)
            if nom == "identite":
                date, validite = fin - pd.DateOffset(years=10) + pd.DateOffset(days=1), fin
            else:
                date = fin - pd.DateOffset(months=int(mois))
        else:
            date = pd.Timestamp(JOUR) - pd.DateOffset(days=_entier(hasard, 20, 40))
        lignes[nom] = {
            "regle": piece.regle,
            "libelle": piece.libelle,
            "lu": piece.vice if nom in viciees else piece.lu,
            "date_piece": f"{date:%Y-%m-%d}",
            "date_validite": None if validite is None else f"{validite:%Y-%m-%d}",
        }
    return pd.DataFrame.from_dict(lignes, orient="index").astype({"date_validite": "object"})


def _clients(hasard: np.random.Generator) -> pd.DataFrame:
    lignes = []
    for nom in hasard.permutation(list(_PROFILS)):
        profil = _PROFILS[nom]
        tires = {c: _entier(hasard, *profil.bornes.get(c, bornes)) for c, bornes in _COLONNES.items()}
        fractions = {c: tires[c] / 100 for c in ("baisse_flux", "utilisation_moyenne")}
        lignes.append({"metier": profil.metiers[_entier(hasard, 0, 1)], "note": profil.note, **tires, **fractions})
    return pd.DataFrame(lignes, index=pd.Index(list(LETTRES), name="client"))


def _signe(taux: float) -> str:
    return ("+" if taux > 0 else "") + pourcent(taux, 0).replace("-", "−")
