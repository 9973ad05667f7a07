"""FEC d'une entreprise inventée, de la taille voulue : pour s'entraîner, pour essayer, pour mesurer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rncp_utils.entreprise.fec.format import CHAMPS
from rncp_utils.erreurs import ErreurDonnees

LIGNES_MIN = 300
TIERS = 40
# Cents a month, cents a year.
SALAIRE, COTISATIONS_SALARIALES, COTISATIONS_PATRONALES = 120_000, 26_000, 50_000
DOTATION = 600_000
DELAI_JOURS = 20
_LIGNES_OUVERTURE, _LIGNES_TVA = 8, 36
_LIGNES_PAR_IMPAYEE = 70

_JOURNAUX = {"AN": "À nouveaux", "AC": "Achats", "VE": "Ventes", "BQ": "Banque", "OD": "Opérations diverses"}
_COMPTES = {
    "101300": "Capital",
    "106100": "Réserve légale",
    "164000": "Emprunts auprès des établissements de crédit",
    "215400": "Matériel industriel",
    "281540": "Amortissements du matériel",
    "370000": "Stocks de marchandises",
    "401000": "Fournisseurs",
    "411000": "Clients",
    "421000": "Personnel, rémunérations dues",
    "431000": "Sécurité sociale",
    "445510": "TVA à décaisser",
    "445660": "TVA déductible sur biens et services",
    "445670": "Crédit de TVA à reporter",
    "445710": "TVA collectée",
    "512000": "Banque",
    "607000": "Achats de marchandises",
    "641100": "Salaires et appointements",
    "645100": "Cotisations de sécurité sociale",
    "681120": "Dotations aux amortissements",
    "707000": "Ventes de marchandises",
}


@dataclass(frozen=True)
class _Ligne:
    """One line of many entries at once: account, cents (debit positive), third party, letter."""

    compte: str | np.ndarray
    centimes: np.ndarray
    auxiliaire: str | np.ndarray = ""
    lettre: str | np.ndarray = ""


@dataclass
class _Ecritures:
    """Entries in the making; every block is balanced by construction."""

    blocs: list[pd.DataFrame] = field(default_factory=list)
    nombre: int = 0

    def ajouter(
        self, journal: str, jours: np.ndarray, lignes: Sequence[_Ligne], pieces: Sequence[str], libelles: Sequence[str]
    ) -> None:
        """Add ``len(jours)`` entries of ``len(lignes)`` lines."""
        rangs = self.nombre + np.arange(len(jours))
        self.nombre += len(jours)
        commun = {"rang": rangs, "jour": jours, "JournalCode": journal, "PieceRef": pieces, "EcritureLib": libelles}
        for position, ligne in enumerate(lignes):
            propre = {"position": position, "CompteNum": ligne.compte, "CompAuxNum": ligne.auxiliaire}
            propre |= {"EcritureLet": ligne.lettre, "centimes": ligne.centimes}
            self.blocs.append(pd.DataFrame(commun | propre))

    def lignes(self) -> pd.DataFrame:
        """All lines, entry after entry in the order of their dates."""
        return pd.concat(self.blocs, ignore_index=True).sort_values(["jour", "rang", "position"], ignore_index=True)


def fec_exemple(lignes: int = 400, *, annee: int = 2024, graine: int = 1) -> pd.DataFrame:
    """FEC équilibré d'un négoce inventé : à-nouveaux, ventes, achats, paie, TVA, banque, lettrage.

    Parameters
    ----------
    lignes
        Nombre exact de lignes, 300 au moins.
    annee
        Année civile de l'exercice.
    graine
        Même graine, mêmes montants.

    Returns
    -------
    DataFrame
        Comme celui de :func:`lire_fec` ; aucun contrôle F01 à F14 n'y trouve de faute.

    Raises
    ------
    ErreurDonnees
        Moins de 300 lignes.

    Examples
    --------
    >>> fec = fec_exemple(400)
    >>> len(fec), round(float(fec["Debit"].sum() - fec["Credit"].sum()), 2)
    (400, 0.0)
    """
    if lignes < LIGNES_MIN:
        raise ErreurDonnees(f"J'ai lu {lignes} lignes : demandez-en {LIGNES_MIN} au moins pour une année entière.")
    alea = np.random.default_rng(graine)
    fins_de_mois = pd.date_range(f"{annee}-01-31", periods=12, freq="ME").day_of_year.to_numpy() - 1
    ecritures = _Ecritures()
    _payer(ecritures, fins_de_mois)
    reste = lignes - sum(map(len, ecritures.blocs)) - _LIGNES_TVA - _LIGNES_OUVERTURE
    # A paid invoice takes five lines, one left unpaid at the end of the year takes three.
    impayees = reste // _LIGNES_PAR_IMPAYEE
    payees, autres_clients = divmod(reste - 3 * impayees, 5)
    _ouvrir(ecritures, clients=1 + autres_clients)
    ventes = np.array([payees, impayees]) * 3 // 5
    collectee = _facturer(ecritures, alea, *ventes, fins_de_mois, vente=True)
    deductible = _facturer(ecritures, alea, *([payees, impayees] - ventes), fins_de_mois, vente=False)
    _declarer_tva(ecritures, fins_de_mois, collectee, deductible)
    return _presenter(ecritures.lignes(), annee)


def _un(montant: int) -> np.ndarray:
    return np.full(1, montant)


def _ouvrir(ecritures: _Ecritures, clients: int) -> None:
    soldes = [_Ligne("411000", _un(120_000), f"C{rang:04d}") for rang in range(1, 1 + clients)]
    autres = {"215400": 6_000_000, "281540": -1_800_000, "370000": 2_500_000, "512000": 4_000_000}
    autres |= {"106100": -300_000, "164000": -5_000_000}
    soldes += [_Ligne(compte, _un(montant)) for compte, montant in autres.items()]
    soldes.append(_Ligne("101300", -sum(solde.centimes for solde in soldes)))
    ecritures.ajouter("AN", _un(0), soldes, ["OUVERTURE"], ["À nouveau"])


def _payer(ecritures: _Ecritures, fins_de_mois: np.ndarray) -> None:
    """Pay slips at the end of each month, paid at once, and the depreciation of the year."""
    charges = COTISATIONS_SALARIALES + COTISATIONS_PATRONALES
    net = SALAIRE - COTISATIONS_SALARIALES
    paie = {"641100": SALAIRE, "645100": COTISATIONS_PATRONALES, "421000": -net, "431000": -charges}
    virement = {"421000": net, "431000": charges, "512000": -net - charges}
    mois = [f"{rang:02d}" for rang in range(1, 13)]
    for journal, piece, libelle, montants in (
        ("OD", "PAIE", "Salaires", paie),
        ("BQ", "VIR", "Virement des salaires et cotisations", virement),
    ):
        lignes = [_Ligne(compte, np.full(12, montant)) for compte, montant in montants.items()]
        ecritures.ajouter(
            journal, fins_de_mois, lignes, [f"{piece}{m}" for m in mois], [f"{libelle} du mois {m}" for m in mois]
        )
    dotation = [_Ligne("681120", _un(DOTATION)), _Ligne("281540", _un(-DOTATION))]
    ecritures.ajouter("OD", fins_de_mois[-1:], dotation, ["AMORT"], ["Dotation de l'exercice"])


def _facturer(
    ecritures: _Ecritures,
    alea: np.random.Generator,
    payees: int,
    impayees: int,
    fins_de_mois: np.ndarray,
    *,
    vente: bool,
) -> np.ndarray:
    """Invoices, the paid ones lettered with their payment; gives the VAT of each month, in cents."""
    nombre = payees + impayees
    rangs = np.arange(nombre)
    dernier = fins_de_mois[-1]
    jours = np.append(
        alea.integers(1, dernier - DELAI_JOURS, payees), alea.integers(dernier - DELAI_JOURS, dernier, impayees)
    )
    tva = alea.integers(400, 18_000, nombre) * (5 if vente else 3)
    ht, signe = tva * 5, 1 if vente else -1
    lettre, tiers, journal = ("V", "C", "VE") if vente else ("A", "F", "AC")
    compte_tiers, compte, compte_tva = ("411000", "707000", "445710") if vente else ("401000", "607000", "445660")
    noms = np.array([f"{tiers}{rang:04d}" for rang in range(1, TIERS + 1)])[rangs % TIERS]
    numeros = (lettre + pd.Series(rangs + 1).astype("str").str.zfill(7)).to_numpy()
    lettres = np.where(rangs < payees, numeros, "")
    suite = " F" + numeros + " " + noms
    facture = [_Ligne(compte_tiers, signe * (ht + tva), noms, lettres)]
    facture += [_Ligne(compte, -signe * ht), _Ligne(compte_tva, -signe * tva)]
    ecritures.ajouter(journal, jours, facture, "F" + numeros, "Facture" + suite)
    paye = slice(payees)
    reglement = [_Ligne("512000", signe * (ht + tva)[paye])]
    reglement += [_Ligne(compte_tiers, -signe * (ht + tva)[paye], noms[paye], lettres[paye])]
    ecritures.ajouter("BQ", jours[paye] + DELAI_JOURS, reglement, ("F" + numeros)[paye], ("Règlement" + suite)[paye])
    par_mois = np.zeros(12, dtype="int64")
    np.add.at(par_mois, np.searchsorted(fins_de_mois, jours), tva)
    return par_mois


def _declarer_tva(
    ecritures: _Ecritures, fins_de_mois: np.ndarray, collectee: np.ndarray, deductible: np.ndarray
) -> None:
    """VAT of each month, settled by the bank; that of December is still due."""
    nette = collectee - deductible
    compte = np.array(["512000"] * 11 + ["445510" if nette[-1] >= 0 else "445670"])
    lignes = [_Ligne("445710", collectee), _Ligne("445660", -deductible), _Ligne(compte, -nette)]
    mois = [f"{rang:02d}" for rang in range(1, 13)]
    pieces, libelles = [f"CA3-{m}" for m in mois], [f"Déclaration de TVA du mois {m}" for m in mois]
    ecritures.ajouter("OD", fins_de_mois, lignes, pieces, libelles)


def _presenter(lignes: pd.DataFrame, annee: int) -> pd.DataFrame:
    """The 18 fields, with the types that reading gives."""
    premier = np.datetime64(f"{annee}-01-01", "s")
    dates = premier + lignes["jour"].to_numpy() * np.timedelta64(1, "D").astype("timedelta64[s]")
    auxiliaires = lignes["CompAuxNum"].astype("category")
    noms = {nom: nom.replace("C", "Client ").replace("F", "Fournisseur ") for nom in auxiliaires.cat.categories}
    champs = {
        "JournalCode": lignes["JournalCode"].astype("category"),
        "JournalLib": lignes["JournalCode"].map(_JOURNAUX).astype("category"),
        "EcritureNum": lignes["rang"].ne(lignes["rang"].shift()).cumsum().astype("str"),
        "EcritureDate": dates,
        "CompteNum": lignes["CompteNum"].astype("category"),
        "CompteLib": lignes["CompteNum"].map(_COMPTES).astype("category"),
        "CompAuxNum": auxiliaires,
        "CompAuxLib": auxiliaires.astype("str").map(noms).astype("category"),
        "PieceRef": lignes["PieceRef"].astype("str"),
        "PieceDate": dates,
        "EcritureLib": lignes["EcritureLib"].astype("str"),
        "Debit": lignes["centimes"].clip(lower=0) / 100,
        "Credit": lignes["centimes"].clip(upper=0).abs() / 100,
        "EcritureLet": lignes["EcritureLet"].astype("str"),
        "DateLet": pd.Series(dates).where(lignes["EcritureLet"].ne("")),
        "ValidDate": dates,
        "Montantdevise": pd.Series("", index=lignes.index, dtype="str").astype("category"),
        "Idevise": pd.Series("", index=lignes.index, dtype="str").astype("category"),
    }
    table = pd.DataFrame(champs, columns=list(CHAMPS))
    return table.set_index(pd.RangeIndex(2, len(table) + 2, name="ligne"))
