"""Calculs d'un diagnostic : un exercice après l'autre, chaque manque avec sa raison."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any

import pandas as pd

from rncp_utils.entreprise.codes import BNC, NORMAL, SIMPLIFIE, postes
from rncp_utils.entreprise.liasse import Liasse, table_de_liasses
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurRncp

BILAN, RESULTAT = "bilan", "compte de résultat"
FORMULAIRES = {
    NORMAL: {BILAN: ("2050", "2051"), RESULTAT: ("2052", "2053")},
    SIMPLIFIE: {BILAN: ("2033-A",), RESULTAT: ("2033-B",)},
}
# Result → public function that gives it, its name in a sentence, and the documents that it reads.
CALCULS = {
    "sig": ("sig", "Soldes intermédiaires de gestion", (RESULTAT,)),
    "caf": ("caf", "Capacité d'autofinancement", (RESULTAT,)),
    "caf_bce": ("caf_bce", "CAF approchée BCE / INPI", (RESULTAT,)),
    "caf_bancaire": ("caf_bancaire", "CAF retraitée du crédit-bail", (RESULTAT,)),
    "autofinancement": ("autofinancement", "Autofinancement", (RESULTAT,)),
    "bilan": ("bilan_fonctionnel", "Bilan fonctionnel", (BILAN,)),
    "rotation": ("rotation", "Rotation et délais", (BILAN, RESULTAT)),
    "bce": ("ratios_bce", "Ratios BCE / INPI", (RESULTAT,)),
    "ratios": ("ratios", "Ratios d'analyse", (BILAN, RESULTAT)),
    "conan_holder": ("conan_holder", "Score de Conan et Holder", (BILAN, RESULTAT)),
    "altman": ("altman_zprime", "Score Z' d'Altman", (BILAN, RESULTAT)),
}
CALCULS_BNC = {"bnc": ("sig_bnc", "Soldes d'une activité libérale (2035)", ())}
DISTRIBUTIONS = "ZE"
FLUX = "Tableau de flux de trésorerie"


@dataclass(frozen=True)
class Absence:
    """Ce qui n'a pas pu être calculé, et pourquoi."""

    element: str
    raison: str
    cloture: dt.date | None = None


def regrouper(absences: Iterable[Absence]) -> list[str]:
    """Une phrase par raison et par exercice : « Au 31/12/2023, non calculés : CAF, SIG. Le compte de résultat… »."""
    groupes: dict[tuple[dt.date | None, str], list[str]] = {}
    for absence in absences:
        groupes.setdefault((absence.cloture, absence.raison), []).append(absence.element)
    phrases = []
    for (cloture, raison), elements in groupes.items():
        quand = "" if cloture is None else f" au {cloture:%d/%m/%Y}"
        phrases.append(f"Non calculé{quand} : {', '.join(elements)}. {raison}")
    return phrases


@dataclass(frozen=True)
class Exercice:
    """Analyse d'un exercice.

    Attributes
    ----------
    liasse : Liasse
    controles : DataFrame
        Contrôles K01 à K22 ; vide pour une 2035.
    resultats : dict of str to Series
        Résultats calculés, par nom (``sig``, ``caf``, ``bilan``…) ; un résultat absent est dit dans ``absences``.
    absences : tuple of Absence
    reserves : tuple of str
        Valeurs par défaut employées et données à vérifier.
    """

    liasse: Liasse
    controles: pd.DataFrame = field(repr=False)
    resultats: dict[str, pd.Series] = field(repr=False)
    absences: tuple[Absence, ...]
    reserves: tuple[str, ...]

    @property
    def nom(self) -> str:
        """Année de clôture, ou « Exercice » si elle n'est pas connue."""
        cloture = self.liasse.date_cloture
        return "Exercice" if cloture is None else f"{cloture:%d/%m/%Y}"

    def valeur(self, resultat: str, nom: str) -> float | None:
        """Une valeur calculée, ``None`` si le résultat ou la valeur manque."""
        serie = self.resultats.get(resultat)
        if serie is None or nom not in serie or pd.isna(serie[nom]):
            return None
        return float(serie[nom])

    @cached_property
    def controles_rompus(self) -> pd.DataFrame:
        """Contrôles qui ne tiennent pas."""
        return self._controles(False)

    @cached_property
    def controles_tenus(self) -> pd.DataFrame:
        """Contrôles vérifiés."""
        return self._controles(True)

    def _controles(self, tenu: bool) -> pd.DataFrame:
        if self.controles.empty:
            return self.controles
        return self.controles[self.controles["ok"].fillna(not tenu) == tenu]


def analyser_exercice(liasse: Liasse, precedente: Liasse | None) -> Exercice:
    """All the results of one year; ``precedente`` serves the controls."""
    calculs = CALCULS_BNC if liasse.regime == BNC else CALCULS
    resultats: dict[str, pd.Series] = {}
    absences: list[Absence] = []
    reserves = [_phrase(dit) for dit in liasse.avertissements]
    for nom, (fonction, libelle, documents) in calculs.items():
        if nom == "caf_bancaire" and not (liasse.get("HP") or liasse.get("HQ")):
            continue  # no lease: nothing to restate
        manque = _document_absent(liasse, documents) or _donnee_absente(liasse, nom)
        if manque:
            absences.append(Absence(libelle, manque, liasse.date_cloture))
            continue
        resultat = tenter(libelle, lambda f=fonction: _charger(f)(liasse), liasse, absences, reserves)
        if resultat is not None:
            resultats[nom] = resultat
    controles = None
    if liasse.regime != BNC:
        controles = tenter(
            "Contrôles", lambda: _charger("controler_liasse")(liasse, precedente), liasse, absences, reserves
        )
    controles = pd.DataFrame() if controles is None else controles
    return Exercice(liasse, controles, resultats, tuple(absences), tuple(reserves))


def analyser_flux(
    exercices: Sequence[Exercice], mouvements: Any, absences: list[Absence], reserves: list[str]
) -> pd.Series | None:
    """Cash-flow statement of the last year, or None with the reason in ``absences``."""
    dernier = exercices[-1].liasse
    manque = "" if dernier.regime == BNC else _document_absent(dernier, (BILAN, RESULTAT))
    if manque:
        absences.append(Absence(FLUX, manque, dernier.date_cloture))
    if manque or dernier.regime == BNC:
        return None
    if len(exercices) > 1:
        ouverture = exercices[-2].liasse
    elif "BK" in (dernier.valeurs_n1 or {}):
        ouverture = None  # read by the function itself
    else:
        # The column « N-1 » of form 2050 is net: compared with this year's gross amounts, it would invent movements.
        raison = "Il faut la liasse de l'exercice précédent."
        absences.append(Absence(FLUX, raison, dernier.date_cloture))
        return None
    return tenter(FLUX, lambda: _charger("tableau_flux")(dernier, ouverture, mouvements), dernier, absences, reserves)


def signaler_rupture(exercices: Sequence[Exercice], absences: list[Absence], reserves: list[str]) -> None:
    """Say that two years of the comparison are not kept under the same plan of accounts."""
    liasses = [exercice.liasse for exercice in exercices if exercice.liasse.regime != BNC]
    if len(liasses) < 2 or len({liasse.regime for liasse in liasses}) > 1:
        return
    table = table_de_liasses(liasses)
    ruptures = tenter(
        "Rupture de plan comptable", lambda: _charger("rupture_pcg")(table), liasses[-1], absences, reserves
    )
    if ruptures is not None and ruptures.fillna(False).astype(bool).any():
        reserves.append(
            "Les exercices comparés sont de part et d'autre du passage au PCG 2025 (règlement ANC 2022-06) : cessions, "
            "subventions et transferts de charges n'y sont pas classés de même."
        )


def tenter(
    element: str, calcul: Callable[[], Any], liasse: Liasse, absences: list[Absence], reserves: list[str]
) -> Any:
    """Result of ``calcul``; what the library refuses is noted in ``absences``, what it warns of in ``reserves``."""
    with warnings.catch_warnings(record=True) as avertis:
        warnings.simplefilter("always")
        try:
            resultat = calcul()
        except ErreurRncp as erreur:
            absences.append(Absence(element, str(erreur), liasse.date_cloture))
            resultat = None
    dits = [str(averti.message) for averti in avertis if issubclass(averti.category, AvertissementDonnees)]
    motifs = getattr(resultat, "attrs", {}).get("motifs", ())
    # A default is both warned of and kept as a reason: said once.
    dits += [_phrase(motif) for motif in motifs if not any(motif in dit for dit in dits)]
    reserves += [dit for dit in dits if dit not in reserves]
    return resultat


def _document_absent(liasse: Liasse, documents: Sequence[str]) -> str:
    """Sentence that names the first document of which the liasse has no box."""
    if not documents:
        return ""
    formulaires = {poste.formulaire for code, poste in postes(liasse.regime).items() if code in liasse.valeurs}
    for document in documents:
        attendus = FORMULAIRES[liasse.regime][document]
        if not formulaires & set(attendus):
            return f"Le {document} ({' et '.join(attendus)}) n'est pas fourni."
    return ""


def _donnee_absente(liasse: Liasse, calcul: str) -> str:
    """Sentence on the amount that the function would take for 0, and which would make its result meaningless."""
    if calcul == "autofinancement" and DISTRIBUTIONS not in liasse.valeurs:
        return f"Les dividendes ou prélèvements de l'exercice ({DISTRIBUTIONS}) ne sont pas connus."
    return ""


def ranger(liasses: Liasse | Iterable[Liasse]) -> list[Liasse]:
    """Years of one company, from the oldest to the latest.

    Raises
    ------
    ErreurDonnees
        No liasse, several companies, two liasses of the same year, several years of which one has no date.
    """
    liste = [liasses] if isinstance(liasses, Liasse) else list(liasses)
    if not liste:
        raise ErreurDonnees("Aucune liasse à analyser : donnez les comptes d'un exercice au moins.")
    entreprises = {entreprise(liasse) for liasse in liste}
    if len(entreprises) > 1:
        raise ErreurDonnees(
            f"Les comptes de plusieurs entreprises sont mêlés ({', '.join(sorted(entreprises))}) : choisissez-en une."
        )
    dates = [liasse.date_cloture for liasse in liste]
    if len(liste) > 1 and None in dates:
        raise ErreurDonnees("Un exercice n'a pas de date de clôture : ajoutez-la pour le comparer aux autres.")
    doubles = sorted({f"{date:%d/%m/%Y}" for date in dates if date is not None and dates.count(date) > 1})
    if doubles:
        raise ErreurDonnees(f"L'exercice clos le {doubles[0]} figure plusieurs fois : gardez une seule liasse.")
    return sorted(liste, key=lambda liasse: liasse.date_cloture or dt.date.min)


def entreprise(liasse: Liasse) -> str:
    """What tells a company from another: its SIREN, else its name."""
    return liasse.siren or liasse.denomination or "entreprise sans nom"


def _phrase(texte: str) -> str:
    return f"{texte[0].upper()}{texte[1:].rstrip(' .')}."


def _charger(nom: str) -> Callable[..., Any]:
    return getattr(import_module("rncp_utils.entreprise"), nom)
