"""Controls K16 to K22: line by line, from one year to the next, and alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rncp_utils.entreprise.codes import NORMAL, Poste, postes
from rncp_utils.entreprise.controles.cases import Cases
from rncp_utils.entreprise.controles.identites import ALERTE, Controle, termes
from rncp_utils.entreprise.controles.mesures import Mesure, mesurer
from rncp_utils.entreprise.postes import tolerance_arrondi

DUREE_MAXIMALE = 24
ENTREPRISES_INDIVIDUELLES = ("EI", "EIRL")
SOCIETES_DE_CAPITAUX = ("SARL", "EURL", "SAS", "SASU", "SA")

_SANS_N1 = "il manque l'exercice précédent, ou ses dates ne touchent pas celles de l'exercice"


@dataclass(frozen=True)
class Exercice:
    """What the controls know of the accounting years, one row a company.

    Attributes
    ----------
    cases : Cases
        Boxes of the year.
    precedent : Cases or None
        Boxes of the year before, empty where it is not known or not contiguous.
    imprime : Mapping or None
        N-1 column printed on the forms (one company only).
    duree, mois_ecoules : ndarray of float
        Length of the year, and months since the closing before (NaN: unknown).
    formes : ndarray of str
        Legal form, empty where unknown.
    seuil_capital : float or ndarray
        Share of the capital below which equity calls for a vote.
    tva_plausible : float or ndarray
        Highest share of sales that collected VAT can be taken for.
    apports, prelevements : float or None
        Movements of a sole trader's account (one company only).
    rupture_pcg : bool
        The two years are not kept under the same chart of accounts.
    """

    cases: Cases
    precedent: Cases | None
    imprime: Mapping[str, float] | None
    duree: np.ndarray
    mois_ecoules: np.ndarray
    formes: np.ndarray
    seuil_capital: float | np.ndarray
    tva_plausible: float | np.ndarray
    apports: float | None = None
    prelevements: float | None = None
    rupture_pcg: bool = False

    @property
    def individuelles(self) -> np.ndarray:
        """Rows of sole traders."""
        return np.isin(self.formes, ENTREPRISES_INDIVIDUELLES)

    def bilans_connus(self) -> np.ndarray:
        """Rows whose balance sheets of both years are known."""
        if self.precedent is None:
            return np.zeros(self.cases.lignes, dtype=bool)
        totaux = ("CO", "CJ", "EE", "DL")
        return self.cases.au_moins_un(totaux) & self.precedent.au_moins_un(totaux)


def _lignes_amorties() -> tuple[Poste, ...]:
    return tuple(p for p in postes(NORMAL).values() if p.amortissement and p.famille != "total")


K16 = Controle(
    "K16",
    "",
    "Amortissements et dépréciations au plus égaux au brut, ligne par ligne",
    tuple(code for p in _lignes_amorties() for code in (p.code, p.amortissement)),
)


def amortissements_par_ligne(exercice: Exercice, tol: float | None) -> Mesure:
    """K16: the line that comes nearest to, or furthest beyond, its gross amount."""
    cases = exercice.cases
    pire = np.full(cases.lignes, -np.inf)
    gauche, droite = np.zeros(cases.lignes), np.zeros(cases.lignes)
    detail = np.full(cases.lignes, "", dtype=object)
    for poste in _lignes_amorties():
        if cases.brut(poste.amortissement) is None:
            continue
        amortissement, brut = cases.valeur(poste.amortissement), cases.valeur(poste.code)
        plus = cases.present(poste.amortissement) & (amortissement - brut > pire)
        pire = np.where(plus, amortissement - brut, pire)
        gauche, droite = np.where(plus, amortissement, gauche), np.where(plus, brut, droite)
        detail[plus] = f"ligne {poste.code} / {poste.amortissement}"
    return mesurer(
        K16,
        gauche,
        droite,
        pire > -np.inf,
        tolerance=tolerance_arrondi(1) if tol is None else tol,
        motif="aucune colonne d'amortissement n'est remplie",
        plafond=True,
        detail=detail,
    )


_RESERVES = termes("DD + DE + DF + DG + DH")
K17_SOCIETE = Controle(
    "K17",
    "société",
    "Variation des réserves = résultat N-1 - dividendes",
    ("DD", "DE", "DF", "DG", "DH", "DI", "ZE"),
)
K17_EXPLOITANT = Controle(
    "K17", "exploitant", "Capital N = capital N-1 + résultat N-1 + apports - prélèvements", ("DA", "DI")
)


def affectation_du_resultat(exercice: Exercice, tol: float | None) -> Mesure:
    """K17 of companies: what became of last year's result."""
    cases, precedent = exercice.cases, exercice.precedent
    gauche = droite = 0.0
    verifiable = exercice.bilans_connus() & cases.present("ZE") & ~exercice.individuelles
    if precedent is not None:
        gauche = cases.somme(_RESERVES) - precedent.somme(_RESERVES)
        droite = precedent.valeur("DI") - cases.valeur("ZE")
        verifiable = verifiable & precedent.present("DI")
    tolerance = tolerance_arrondi(2 * len(_RESERVES) + 2) if tol is None else tol
    motif = f"sans objet pour une entreprise individuelle ; sinon, {_SANS_N1}, ou les dividendes (ZE)"
    return mesurer(K17_SOCIETE, gauche, droite, verifiable, tolerance=tolerance, motif=motif)


def compte_de_l_exploitant(exercice: Exercice, tol: float | None) -> Mesure:
    """K17 of sole traders: the capital follows the result and the owner's own movements."""
    cases, precedent = exercice.cases, exercice.precedent
    connus = exercice.apports is not None and exercice.prelevements is not None and precedent is not None
    gauche = droite = 0.0
    verifiable = exercice.bilans_connus() & exercice.individuelles & connus
    if connus:
        gauche = cases.valeur("DA")
        droite = precedent.somme(termes("DA + DI")) + exercice.apports - exercice.prelevements
    tolerance = tolerance_arrondi(4) if tol is None else tol
    motif = f"réservé à l'entreprise individuelle ; sinon, {_SANS_N1}, ou les apports et les prélèvements"
    return mesurer(K17_EXPLOITANT, gauche, droite, verifiable, tolerance=tolerance, motif=motif)


def _codes_imprimes() -> tuple[Poste, ...]:
    return tuple(p for p in postes(NORMAL).values() if p.colonne in ("brut", "montant"))


K18 = Controle(
    "K18",
    "",
    "Colonne N-1 imprimée = liasse N-1, code par code (actif en net)",
    tuple(p.code for p in _codes_imprimes()),
)


def colonne_imprimee(exercice: Exercice, tol: float | None) -> Mesure:
    """K18: the code whose printed N-1 amount is furthest from last year's own forms."""
    cases, precedent = exercice.cases, exercice.precedent
    motif = f"{_SANS_N1}, ou la colonne N-1 imprimée sur la liasse"
    tolerance = tolerance_arrondi(1) if tol is None else tol
    ecarts = {} if exercice.imprime is None or precedent is None else _ecarts_imprimes(exercice.imprime, precedent)
    if not ecarts:
        return mesurer(K18, 0.0, 0.0, np.zeros(cases.lignes, dtype=bool), tolerance=tolerance, motif=motif)
    differents = [code for code, (imprime, depose) in ecarts.items() if abs(imprime - depose) > tolerance]
    pire = max(ecarts, key=lambda code: abs(ecarts[code][0] - ecarts[code][1]))
    detail = f"codes {', '.join(differents)}" if differents else ""
    if differents and exercice.rupture_pcg:
        detail += (
            " ; le plan comptable a changé entre les deux exercices (PCG 2025), un retraitement l'explique peut-être"
        )
    return mesurer(
        K18,
        *ecarts[pire],
        np.ones(cases.lignes, dtype=bool),
        tolerance=tolerance,
        motif=motif,
        detail=np.array([detail], dtype=object),
    )


def _ecarts_imprimes(imprime: Mapping[str, float], precedent: Cases) -> dict[str, tuple[float, float]]:
    """Printed and filed amounts of each code, net for assets, on the forms that both have."""
    imprimees = Cases(imprime)
    formulaires = {
        poste.formulaire
        for poste in _codes_imprimes()
        if imprimees.present(poste.code)[0] and _remplie(precedent, poste.formulaire)
    }
    ecarts = {}
    for poste in _codes_imprimes():
        codes = tuple(filter(None, (poste.code, poste.amortissement)))
        if poste.formulaire in formulaires and (imprimees.au_moins_un(codes) | precedent.au_moins_un(codes))[0]:
            net = tuple(zip((1, -1), codes, strict=False))
            ecarts[poste.code] = float(imprimees.somme(net)[0]), float(precedent.somme(net)[0])
    return ecarts


def _remplie(cases: Cases, formulaire: str) -> bool:
    return bool(cases.au_moins_un(p.code for p in _codes_imprimes() if p.formulaire == formulaire)[0])


# Code of the variation, its sign in front of the change of the gross stocks, the stocks.
_VARIATIONS = (
    ("FT", -1, ("BT",), "Variation de stock de marchandises = stock initial - stock final"),
    ("FV", -1, ("BL",), "Variation de stock de matières = stock initial - stock final"),
    ("FM", 1, ("BN", "BP", "BR"), "Production stockée = stock final - stock initial"),
)


def variation_de_stock(exercice: Exercice, tol: float | None, rang: int) -> Mesure:
    """K19: change of gross stocks between the two balance sheets, against the income statement."""
    code, signe, stocks, libelle = _VARIATIONS[rang]
    cases, precedent = exercice.cases, exercice.precedent
    controle = Controle("K19", code, libelle, (code, *stocks))
    lignes = tuple((signe, stock) for stock in stocks)
    droite = 0.0 if precedent is None else cases.somme(lignes) - precedent.somme(lignes)
    verifiable = exercice.bilans_connus() & cases.au_moins_un(("FR", "GF", "FL"))
    tolerance = tolerance_arrondi(2 * len(stocks)) if tol is None else tol
    motif = f"{_SANS_N1}, ou le compte de résultat"
    return mesurer(controle, cases.valeur(code), droite, verifiable, tolerance=tolerance, motif=motif)


K20 = Controle("K20", "", "Exercices qui se suivent : mois depuis la clôture précédente = durée de l'exercice", ())


def exercices_contigus(exercice: Exercice, tol: float | None) -> Mesure:
    """K20: no month missing or counted twice; an impossible length is a gap too."""
    impossible = ~((exercice.duree >= 1) & (exercice.duree <= DUREE_MAXIMALE))
    gauche = np.where(impossible, exercice.duree, exercice.mois_ecoules)
    droite = np.where(impossible, np.clip(exercice.duree, 1, DUREE_MAXIMALE), exercice.duree)
    detail = np.where(impossible, "un exercice dure de 1 à 24 mois", "").astype(object)
    motif = "il manque la date de clôture de l'exercice ou celle de l'exercice précédent"
    return mesurer(K20, gauche, droite, ~np.isnan(gauche), tolerance=0.0, motif=motif, detail=detail)


K21 = Controle(
    "K21",
    "",
    "Moitié du capital au plus égale aux capitaux propres (SARL, SAS, SA)",
    ("DA", "DL"),
    ALERTE,
)


def capitaux_propres_suffisants(exercice: Exercice, tol: float | None) -> Mesure:
    """K21: equity below half of the capital, an alert and not an error."""
    cases = exercice.cases
    concernees = np.isin(exercice.formes, ("", *SOCIETES_DE_CAPITAUX))
    detail = np.where(
        exercice.formes == "", "si l'entreprise est une SARL, une SAS ou une SA : consultation des associés", ""
    ).astype(object)
    return mesurer(
        K21,
        exercice.seuil_capital * cases.valeur("DA"),
        cases.valeur("DL"),
        concernees & cases.present("DA") & cases.present("DL"),
        tolerance=0.0,
        motif="sans objet pour cette forme juridique, ou il manque le capital (DA) ou les capitaux propres (DL)",
        plafond=True,
        detail=detail,
    )


K22 = Controle(
    "K22", "", "TVA collectée plausible pour le chiffre d'affaires (convention de cours)", ("YY", "FL"), ALERTE
)


def tva_plausible(exercice: Exercice, tol: float | None) -> Mesure:
    """K22: the side ``droite`` is the collected VAT brought back within its bounds."""
    cases = exercice.cases
    tva, chiffre_affaires = cases.valeur("YY"), cases.valeur("FL")
    droite = np.clip(tva, 0.0, np.fmax(exercice.tva_plausible * chiffre_affaires, 0.0))
    verifiable = cases.present("YY") & cases.present("FL") & (chiffre_affaires > 0) & ~np.isnan(exercice.tva_plausible)
    motif = "il manque la TVA collectée (YY) ou le chiffre d'affaires (FL)"
    return mesurer(K22, tva, droite, verifiable, tolerance=0.0, motif=motif)


CONTROLES_ANNUELS: tuple[Callable[[Exercice, float | None], Mesure], ...] = (
    amortissements_par_ligne,
    affectation_du_resultat,
    compte_de_l_exploitant,
    colonne_imprimee,
    *(lambda exercice, tol, rang=rang: variation_de_stock(exercice, tol, rang) for rang in range(len(_VARIATIONS))),
    exercices_contigus,
    capitaux_propres_suffisants,
    tva_plausible,
)
