"""Yearly accounts of every client: lines from the drivers, balance sheets from movements, cash is what remains.

Arrays are (clients, exercices), whole euros; column 0 is the opening balance sheet. Nothing is a plug: the owner's
drawings or dividends leave a cash that suits him, and what he cannot pay stays owed to suppliers and to the State.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import MOIS_PAR_AN, Calendrier
from rncp_utils.donnees.agence.emprunts import Emprunts
from rncp_utils.donnees.agence.immobilisations import Parc
from rncp_utils.donnees.agence.profils import table_des_profils
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.donnees.agence.tirage import SOCIETES, Activite, fragiles
from rncp_utils.donnees.fils_rouges.impot import impot_societes

JOURS = 365
# Remuneration of the manager of a company: this, and a share of the sales. Convention of the course.
GERANT_FIXE = 12_000
_MINIMUM_EXPLOITANT = 15_600
_PART_SOCIALE, _PART_LIVRET = 0.45, 0.4
TAUX_LIVRET = 0.01
# What the smallest sole trader lives on, as a share of the sales.
_PART_VITALE = 1 / 3
_TVA_IMMOBILISATIONS = 0.20
_PAS_LIVRET = 500
# Below this overdraft (times the overdraft granted), bills are left unpaid.
_PLANCHER = 1.6
_JOURS_AUTORISATION, _AUTORISATION_MINIMALE = 18, 3_000


@dataclass
class Comptes:
    """All that the accounts tell: codes of the form, and what the bank account needs besides.

    Attributes
    ----------
    cases : dict of str → ndarray
        Lines of the régime normal.
    actif : ndarray of bool
        Years in which the client exists.
    tresorerie : ndarray
        Cash less overdraft, all banks.
    livret : ndarray
        Part of the cash kept on a savings account.
    autorisation : ndarray (clients,)
        Overdraft that the size of the firm would justify.
    loyer, tva_ventes, tva_loyer, tva_achats, tva_immobilisations, tva_due, impot_du, assurance : ndarray
    distributions, cca, capital_verse : ndarray
        Dividends or net drawings; change of the owners' accounts; capital paid in.
    """

    cases: dict[str, np.ndarray]
    actif: np.ndarray
    tresorerie: np.ndarray
    livret: np.ndarray
    autorisation: np.ndarray
    elements: dict[str, np.ndarray]


def tenir_les_comptes(
    demande: Demande,
    clients: pd.DataFrame,
    activite: Activite,
    parc: Parc,
    emprunts: Emprunts,
    calendrier: Calendrier,
    forces: np.ndarray,
    faits: pd.DataFrame,
) -> Comptes:
    """Accounts of all the years, one year after the other."""
    return _Teneur(demande, clients, activite, parc, emprunts, calendrier, forces, faits).tenir()


def sous_pcg_2025(clotures: np.ndarray) -> np.ndarray:
    """Years of twelve months opened from 1 January 2025 on, when the plan comptable of 2025 applies."""
    return clotures >= np.datetime64("2025-12-31", "D")


class _Teneur:
    """The books being kept: one array a line, filled year after year."""

    def __init__(
        self,
        demande: Demande,
        clients: pd.DataFrame,
        activite: Activite,
        parc: Parc,
        emprunts: Emprunts,
        calendrier: Calendrier,
        forces: np.ndarray,
        faits: pd.DataFrame,
    ) -> None:
        self.clients, self.activite, self.parc, self.forces = clients, activite, parc, forces
        self.hasard = demande.hasard("comptes")
        self.profil = table_des_profils().loc[clients["profil"]]
        self.clotures = calendrier.clotures()
        self.n, self.annees = activite.ventes.shape
        self.actif = np.arange(self.annees) >= clients["premier"].to_numpy()[:, None]
        self.premiere = np.arange(self.annees) == clients["premier"].to_numpy()[:, None]
        self.societe = clients["statut"].isin(SOCIETES).to_numpy()
        self.micro = (clients["statut"] == "micro").to_numpy()
        self.is_ = (clients["regime_fiscal"] == "IS").to_numpy()
        self.fragile = fragiles(faits, clients.index)
        self.dette = {nom: np.rint(cents / 100) for nom, cents in emprunts.annuels.items()}
        self.x: dict[str, np.ndarray] = {}
        self.e: dict[str, np.ndarray] = {}

    def tenir(self) -> Comptes:
        self._exploitation()
        self._tva()
        self._autres_postes()
        self._traits()
        self._mouvements_d_emprunts()
        for t in range(self.annees):
            self._exercice(t)
        self.x |= dict(self.parc.brut)
        return Comptes(self.x, self.actif, self.e["tresorerie"], self.e["livret"], self.autorisation, self.e)

    def _profil(self, nom: str) -> np.ndarray:
        return self.profil[nom].to_numpy()[:, None]

    def _zeros(self) -> np.ndarray:
        return np.zeros((self.n, self.annees))

    def _alea(self, ecart: float) -> np.ndarray:
        return 1 + self.hasard.normal(0.0, ecart, (self.n, self.annees))

    # Lines that the drivers give -------------------------------------------------------------------------------------

    def _exploitation(self) -> None:
        """Sales and operating charges, stocks included; nothing here depends on the cash."""
        ca, x, a = self.activite.ventes, self.x, self.activite
        x["FC"] = np.rint(ca * self._profil("marchandises"))
        production = ca - x["FC"]
        biens = (self._profil("nature") == "FF") & np.ones_like(ca, dtype=bool)
        x["FF"], x["FI"] = np.where(biens, production, 0), np.where(biens, 0, production)
        x["FL"] = ca
        jours = np.maximum(self._profil("stock"), 0) / JOURS * self._alea(0.05).clip(0.7, 1.4)
        for ventes, cout, stock, achat, variation in (
            (x["FC"], "cout_marchandises", "BT", "FS", "FT"),
            (production, "cout_matieres", "BL", "FU", "FV"),
        ):
            consomme = np.rint(ventes * self._profil(cout) * a.marge)
            x[stock] = np.rint(consomme * jours)
            delta = self._variation(x[stock])
            x[variation], x[achat] = -delta, consomme + delta
        self._charges_externes(ca)
        self._personnel(ca)
        x["FX"] = np.rint(ca * self._profil("impots") * self._alea(0.06))
        x["GE"], x["FQ"] = np.rint(ca * 0.002 * self._alea(0.3).clip(0)), np.rint(ca * 0.0006 * self._alea(0.4).clip(0))
        x["GA"] = self.parc.dotations
        # From the accounts opened in 2025 on, the price of what is sold is an operating income (account 757).
        self.pcg_2025 = sous_pcg_2025(self.clotures)
        x["c757"] = np.where(self.pcg_2025, self.parc.prix_cession, 0)
        x["FQ"] = x["FQ"] + x["c757"]

    def _charges_externes(self, ca: np.ndarray) -> None:
        x, reference = self.x, self.activite.ventes[:, -2]
        normal = np.where(self.clients["premier"].to_numpy() > 0, reference, self.activite.ventes[:, 0])
        indice = np.cumprod(np.concatenate([np.ones(1), np.full(self.annees - 1, 1.018)]))
        # A rent follows its index, not the sales.
        loyer = np.rint(np.maximum(normal, 1)[:, None] * self._profil("loyer") * indice / 12) * 12
        self.e["loyer"] = loyer * self.actif
        x["XQ"], x["YT"] = self.e["loyer"], np.rint(ca * self._profil("sous_traitance") * self._alea(0.05))
        # Half of the other services do not follow the sales.
        autres = np.rint((0.5 * ca + 0.5 * self._lisse(ca)) * self._profil("externes") * self._alea(0.04)) * self.actif
        self.e["assurance"] = self.dette["assurance_charge"] * self.actif
        x["FW"] = x["XQ"] + x["YT"] + autres + self.e["assurance"]

    def _lisse(self, ca: np.ndarray) -> np.ndarray:
        """Sales that the firm was sized for: the highest so far, forgotten slowly."""
        lisse = ca.copy()
        for t in range(1, self.annees):
            lisse[:, t] = np.maximum(ca[:, t], 0.8 * lisse[:, t - 1] + 0.2 * ca[:, t])
        return lisse

    def _personnel(self, ca: np.ndarray) -> None:
        x, effectif = self.x, self.activite.personnel
        salaires = self._lisse(ca) * self._profil("salaires") * effectif
        gerant = np.where(
            self.societe[:, None] & (self._profil("salaires") > 0), GERANT_FIXE + self._profil("gerant") * ca, 0
        )
        sans = self.micro[:, None]
        employes = np.where(sans, 0, salaires)
        x["FY"] = np.rint(employes + np.where(ca > 0, gerant, 0)) * self.actif
        exploitant = np.where(self.micro[:, None], 0.22, self._profil("exploitant")) * ca
        x["FZ"] = np.rint(employes * self._profil("charges") + exploitant) * self.actif
        x["A2"] = np.where(self.societe[:, None], 0, np.rint(exploitant))
        self.e["effectif"] = np.rint(employes / self._profil("cout_poste"))
        x["YP"] = self.e["effectif"]

    def _tva(self) -> None:
        """VAT of sales, purchases and equipment; monthly returns: a month is owed at closing."""
        x, e = self.x, self.e
        assujetti = (~self.micro & (self.profil["tva_ventes"].to_numpy() > 0))[:, None]
        x["YY"] = np.rint(x["FL"] * self._profil("tva_ventes")) * assujetti
        taux = self._profil("tva_achats") * assujetti
        e["tva_loyer"] = np.rint(e["loyer"] * _TVA_IMMOBILISATIONS / 12) * 12 * assujetti
        autres = x["FS"] + x["FU"] + x["FW"] - e["loyer"] - e["assurance"]
        e["tva_achats"] = np.rint(autres * taux)
        x["YZ"] = e["tva_loyer"] + e["tva_achats"]
        equipement = self.parc.acquisitions - np.maximum(self._variation(self.parc.brut["AN"]), 0)
        equipement = equipement - np.maximum(self._variation(self.parc.brut["AH"]), 0)
        equipement = equipement - np.maximum(self._variation(self.parc.brut["BH"]), 0)
        e["tva_immobilisations"] = np.rint(equipement * _TVA_IMMOBILISATIONS) * assujetti
        e["tva_cession"] = np.rint(self.parc.prix_cession * _TVA_IMMOBILISATIONS) * assujetti
        nette = x["YY"] + e["tva_cession"] - x["YZ"] - e["tva_immobilisations"]
        courante = x["YY"] - x["YZ"]
        # What a big purchase leaves to recover is carried to the following year.
        e["tva_dette"] = np.rint(np.maximum(courante, 0) / MOIS_PAR_AN)
        e["tva_credit"] = np.rint(np.maximum(-nette, 0) / 4)
        e["tva_nette"] = nette

    def _autres_postes(self) -> None:
        """Receivables and payables before any difficulty."""
        x, ca = self.x, self.activite.ventes
        delai = (self._profil("clients") * self._alea(0.08).clip(0.6, 1.5) + self.activite.jours_clients) / JOURS
        x["BX"] = np.rint((ca + x["YY"]) * delai) * self.actif
        achats = x["FS"] + x["FU"] + x["FW"] - self.e["loyer"] - self.e["assurance"] + self.e["tva_achats"]
        x["DX"] = np.rint(achats * self._profil("fournisseurs") / JOURS * self._alea(0.07).clip(0.6, 1.5)) * self.actif
        self.e["dette_sociale"] = np.rint((x["FY"] * 0.22 + x["FZ"]) / MOIS_PAR_AN * _PART_SOCIALE * 2)
        x["CH"] = np.rint(x["FW"] * 0.012)
        x["EA"] = self.dette["courus"] * self.actif

    def _traits(self) -> None:
        """What does not change with the years: capital, comfort of cash, habits of distribution."""
        h, n, ca = self.hasard, self.n, self.activite.ventes
        reference = np.where(ca[:, 0] > 0, ca[:, 0], ca.max(axis=1))
        self.confort = reference / MOIS_PAR_AN * h.uniform(0.4, 1.3, n)
        self.confort = np.where(self.fragile, reference / MOIS_PAR_AN * 0.22, self.confort)
        self.distribue = h.choice([0.0, 0.3, 0.6, 0.9], n, p=[0.25, 0.3, 0.3, 0.15])
        tailles = np.array([1_000, 5_000, 8_000, 10_000, 20_000, 50_000])
        self.capital = tailles[np.clip(np.digitize(reference, [60e3, 150e3, 300e3, 600e3, 1.2e6]), 0, 5)]
        self.cca = np.where(self.societe & (h.random(n) < 0.4), np.rint(h.uniform(4, 40, n)) * 1_000, 0)
        self.cca = np.where(self.fragile, 0, self.cca)
        self.livret = (h.random(n) < 0.34) & ~self.fragile & (self.clients["part_flux"] == 1).to_numpy()
        pas = np.rint(reference * _JOURS_AUTORISATION / JOURS / 1_000) * 1_000
        # The branch kept the lines of these clients short.
        pas = np.where(self.fragile, np.rint(0.5 * pas / 1_000) * 1_000, pas)
        self.autorisation = np.maximum(pas, _AUTORISATION_MINIMALE)
        for nom in ("tresorerie", "livret", "distributions", "cca", "capital_verse", "impot_du", "impot_avance"):
            self.e[nom] = self._zeros()
        for nom in ("GR", "GL", "HB", "HA", "HK", "DI", "DA", "DD", "DG", "DH", "DV", "DU", "DY", "BZ", "CF", "EH"):
            self.x[nom] = self._zeros()

    def _mouvements_d_emprunts(self) -> None:
        """Borrowed and repaid, in whole euros that explain the change of what is owed."""
        emprunte = self.dette["emprunte"].copy()
        emprunte[:, 0] = 0
        self.e["emprunte"] = emprunte
        self.e["rembourse"] = np.where(np.arange(self.annees) > 0, emprunte - self._variation(self.dette["crd"]), 0)

    def _variation(self, postes: np.ndarray) -> np.ndarray:
        """Change over each year; none in the opening year."""
        delta = np.zeros_like(postes)
        delta[:, 1:] = np.diff(postes, axis=1)
        return delta

    # One year --------------------------------------------------------------------------------------------------------

    def _exercice(self, t: int) -> None:
        x, e, actif = self.x, self.e, self.actif[:, t]
        avant = max(t - 1, 0)
        x["GR"][:, t] = self.dette["interets_charge"][:, t]
        x["GL"][:, t] = np.rint(e["livret"][:, avant] * TAUX_LIVRET) if t else 0
        x["HB"][:, t] = np.where(self.pcg_2025[:, t], 0, self.parc.prix_cession[:, t])
        self._resultat(t)
        x["DU"][:, t] = self.dette["crd"][:, t]
        x["DY"][:, t] = (e["dette_sociale"][:, t] + e["tva_dette"][:, t] + e["impot_du"][:, t]) * actif
        x["BZ"][:, t] = (np.rint(x["FL"][:, t] * 0.004) + e["tva_credit"][:, t] + e["impot_avance"][:, t]) * actif
        x["DV"][:, t] = self.cca * actif if t == 0 else x["DV"][:, avant]
        if t == 0:
            self._ouverture()
        else:
            self._capitaux_propres(t)
        e["livret"][:, t] = self._mis_de_cote(t)
        r = e["tresorerie"][:, t]
        x["CF"][:, t], x["EH"][:, t] = np.maximum(r, 0), np.maximum(-r, 0)
        x["DU"][:, t] += x["EH"][:, t]

    def _resultat(self, t: int) -> None:
        x = self.x
        produits = sum(x[code][:, t] for code in ("FL", "FQ", "GL", "HB"))
        charges = sum(x[c][:, t] for c in ("FS", "FT", "FU", "FV", "FW", "FX", "FY", "FZ", "GA", "GE", "GR"))
        avant_impot = produits - charges
        x["HK"][:, t] = np.where(self.is_, impot_societes(avant_impot, x["FL"][:, t], self.clotures[:, t]), 0)
        acomptes = x["HK"][:, max(t - 1, 0)] if t else x["HK"][:, 0] * 0.9
        solde = np.rint(x["HK"][:, t] - acomptes)
        self.e["impot_du"][:, t], self.e["impot_avance"][:, t] = np.maximum(solde, 0), np.maximum(-solde, 0)
        x["DI"][:, t] = avant_impot - x["HK"][:, t]

    def _actif_hors_tresorerie(self, t: int) -> np.ndarray:
        brut = sum(montant[:, t] for montant in self.parc.brut.values())
        net = brut - sum(montant[:, t] for montant in self.parc.amortissements.values())
        return net + sum(self.x[code][:, t] for code in ("BT", "BL", "BX", "BZ", "CH"))

    def _dettes(self, t: int) -> np.ndarray:
        return sum(self.x[code][:, t] for code in ("DU", "DV", "DX", "DY", "EA"))

    def _ouverture(self) -> None:
        """Opening balance sheet: what a firm of this size, with its debts, owns; its equity is what makes it so."""
        x, actif = self.x, self.actif[:, 0]
        x["DI"][:, 0] *= actif
        tresorerie = np.rint(self.confort)
        propres = self._actif_hors_tresorerie(0) + tresorerie - self._dettes(0)
        reserves = propres - self.capital - x["DI"][:, 0]
        # Enough cash for the capital to be there.
        plancher = np.where(self.societe, 0.1 * self.capital, 1_000.0)
        tresorerie = tresorerie + np.maximum(np.rint(plancher) - reserves, 0)
        reserves = np.maximum(reserves, np.rint(plancher))
        legale = np.where(self.societe, np.rint(0.1 * self.capital), 0)
        x["DA"][:, 0] = np.where(self.societe, self.capital, self.capital + reserves) * actif
        x["DD"][:, 0] = legale * actif
        x["DG"][:, 0] = np.where(self.societe, reserves - legale, 0) * actif
        self.e["tresorerie"][:, 0] = tresorerie * actif

    def _capitaux_propres(self, t: int) -> None:
        x, e = self.x, self.e
        nouveau = self.premiere[:, t]
        e["capital_verse"][:, t] = np.where(nouveau, self._apport_initial(t), 0)
        report = np.where(self.societe, x["DH"][:, t - 1], 0)
        resultat = x["DI"][:, t - 1]
        apure = np.where(resultat < 0, resultat, np.minimum(resultat, -report))
        x["DH"][:, t] = np.where(self.societe, report + apure, 0)
        x["DD"][:, t] = np.where(self.societe, x["DD"][:, t - 1], 0)
        x["DG"][:, t] = np.where(self.societe, x["DG"][:, t - 1] + resultat - apure, 0)
        societe_da = x["DA"][:, t - 1] + e["capital_verse"][:, t]
        x["DA"][:, t] = np.where(self.societe, societe_da, societe_da + resultat)
        propres = sum(x[code][:, t] for code in ("DA", "DD", "DG", "DH", "DI"))
        libre = propres + self._dettes(t) - self._actif_hors_tresorerie(t)
        self._distribuer(t, libre)

    def _apport_initial(self, t: int) -> np.ndarray:
        """Capital of a new firm: what the loans of its first year do not finance, and some cash to start with."""
        besoin = self._actif_hors_tresorerie(t) - self._dettes(t) - self.x["DI"][:, t] + self.confort
        apport = np.maximum(np.ceil(np.maximum(besoin, 0) / 1_000) * 1_000, self.capital)
        return np.where(self.societe, np.maximum(np.minimum(apport, 4 * self.capital), self.capital), apport)

    def _distribuer(self, t: int, libre: np.ndarray) -> None:
        """Dividends or drawings, then what the owner puts back, then what stays unpaid; the rest is cash."""
        x, e, actif = self.x, self.e, self.actif[:, t]
        trop = libre - self.confort
        # Owners who leave nothing in the firm draw on its reserves too: it meets its difficulties without a cushion.
        reserves = np.where(self.fragile, x["DG"][:, t], np.maximum(x["DI"][:, t - 1], 0) * self.distribue)
        dividendes = np.minimum(reserves, trop)
        dividendes = np.minimum(dividendes, x["DG"][:, t])
        dividendes = np.floor(np.maximum(dividendes, 0) / 100) * 100
        minimum = np.minimum(_MINIMUM_EXPLOITANT, np.rint(_PART_VITALE * self.activite.ventes[:, 0]))
        minimum = np.where(self.activite.ventes[:, 0] > 0, minimum, _MINIMUM_EXPLOITANT)
        preleves = np.floor(np.maximum(trop, minimum) / 100) * 100
        preleves = np.where(
            self.forces[:, t] > 0, preleves + np.rint(self.forces[:, t] * x["FL"][:, t] / 100) * 100, preleves
        )
        sorties = np.where(self.societe, dividendes, preleves) * actif
        reste = libre - sorties
        seuil = -0.4 * self.autorisation
        manque = np.where(~self.fragile & actif, np.maximum(seuil - reste, 0), 0)
        apport = np.ceil(manque / 500) * 500
        sorties = sorties - np.where(self.societe, 0, apport)
        comptes_courants = np.where(self.societe, apport, 0)
        # A good year pays the owners back.
        rendu = np.floor(np.clip(0.5 * (reste - 1.5 * self.confort), 0, x["DV"][:, t]) / 500) * 500
        comptes_courants = comptes_courants - np.where(self.societe & (apport == 0), rendu, 0)
        impaye = np.where(self.fragile & actif, np.rint(np.maximum(-_PLANCHER * self.autorisation - reste, 0)), 0)
        x["DX"][:, t] += np.rint(0.6 * impaye)
        x["DY"][:, t] += impaye - np.rint(0.6 * impaye)
        e["dette_sociale"][:, t] += impaye - np.rint(0.6 * impaye)
        x["DV"][:, t] += comptes_courants
        x["DG"][:, t] -= np.where(self.societe, sorties, 0)
        x["DA"][:, t] -= np.where(self.societe, 0, sorties)
        e["distributions"][:, t], e["cca"][:, t] = sorties, comptes_courants
        e["tresorerie"][:, t] = (libre - sorties + comptes_courants + impaye) * actif

    def _mis_de_cote(self, t: int) -> np.ndarray:
        disponible = np.maximum(self.e["tresorerie"][:, t], 0) * _PART_LIVRET
        return np.where(self.livret, np.floor(disponible / _PAS_LIVRET) * _PAS_LIVRET, 0)
