"""Notation interne du cours : une grille de 100 points, lue dans les paramètres. Convention de cours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.exercices import exercice_precedent
from rncp_utils.entreprise.postes import Masque, Postes, Valeur, selon
from rncp_utils.entreprise.scoring.scores import avec_classe
from rncp_utils.erreurs import ErreurDonnees, ErreurRegle
from rncp_utils.formats import pourcent
from rncp_utils.parametres import bareme, parametre

GRILLE = "scoring.notation_interne"
CONVENTION = "convention de cours"
# Component of the grid → the column that it reads.
ENTREES = {
    "autonomie_financiere": "autonomie_financiere",
    "df_sur_caf": "df_sur_caf",
    "ebe_sur_ca": "rang_ebe_sur_ca",
    "frng_tresorerie": "tresorerie_nette_jours",
    "liquidite": "liquidite_generale",
    "tendance": "tendance_ebe_sur_ca",
    "comportement": "score_alerte",
}
# Ratios that are fractions, and the lowest that each can be: a percentage is beyond, at least above 1.
FRACTIONS = {"autonomie_financiere": -np.inf, "ebe_sur_ca": -np.inf, "tendance_ebe_sur_ca": -1.0}
QUALITATIF = "qualitatif"
APPRECIES = ("secteur", "succession")
SCORE_ALERTE_MAXIMAL = 100.0
DEFAUT = "F"
CLASSES = ("F", "E", "D", "C", "B", "B+", "A", "A+")
# Floating sums must not miss a class by a last bit.
DECIMALES = 9


class _Critere(NamedTuple):
    """Points at stake, share obtained (0 to 1), and where it is not known."""

    points: float
    part: Valeur
    inconnu: Masque


def notation_interne(
    ratios: Mapping[str, float] | pd.Series | pd.DataFrame,
    comportement: Any = None,
    qualitatif: Mapping[str, Any] | pd.DataFrame | None = None,
    *,
    defaut: Any = False,
    forcage: Any = None,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Note sur 100, classe et probabilité de défaut d'une entreprise, ou d'un portefeuille. Convention de cours.

    Finances 60 points (autonomie 12, DF / CAF 12, EBE / CA parmi les quartiles 10, trésorerie nette 10, liquidité 6,
    tendance 10), comportement du compte 25, qualitatif 15. Chaque mesure vaut une part de ses points, linéaire entre
    des points d'ancrage. Ce qui manque est retiré et le reste repondéré : ``indice_confiance`` est la part des points
    connue, et au-dessous de la moitié (``scoring.notation_interne.confiance_minimale``) il n'y a ni classe ni
    probabilité. Les grilles réelles des banques sont confidentielles : celle-ci sert à enseigner.

    Parameters
    ----------
    ratios : mapping, Series ou DataFrame
        Résultat de :func:`rncp_utils.entreprise.ratios` (autonomie_financiere, df_sur_caf, tresorerie_nette_jours,
        liquidite_generale, caf, dettes_financieres), complété au besoin de ``rang_ebe_sur_ca``
        (:func:`rang_dans_quartiles`) et de ``tendance_ebe_sur_ca`` (:func:`tendance`). Des dettes sans CAF (nulle ou
        négative) valent 0 point. Sans df_sur_caf ni de quoi le comprendre, la classe est provisoire, lue avec 0 point
        pour la dette, et un motif le dit. Non modifié.
    comportement : float, array ou Series
        Score d'alerte du compte, de 0 (aucune alerte) à 100 ; par défaut la colonne ``score_alerte``.
    qualitatif : mapping ou DataFrame
        ``anciennete_dirigeant`` et ``age_entreprise`` en années ; ``secteur`` et ``succession`` : « favorable »,
        « neutre » ou « defavorable ».
    defaut : bool ou Series
        Défaut avéré : classe F quelle que soit la note.
    forcage : str ou Series
        Classe décidée par l'analyste. Elle ne peut qu'abaisser la classe calculée.
    date : date, optional
        Jour de la grille ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``points_…`` par composante, ``score`` (0 à 100), ``indice_confiance`` (0 à 1), ``pd`` (fraction à un an) et
        ``classe``, de A+ à F. Trop peu de composantes : NaN, pas de classe et un motif. En défaut, une entreprise dont
        rien n'est connu a la classe F et pas de score.

    Raises
    ------
    ErreurDonnees
        Une entreprise : rien n'est connu, appréciation inconnue, score ou durée impossibles, taux donné en
        pourcentage. Dans une table, la ligne est NaN avec son motif.
    ErreurRegle
        Une entreprise : forçage à la hausse. Dans une table, il est ignoré et le motif le dit.

    >>> note = notation_interne({"autonomie_financiere": 0.37, "df_sur_caf": 2.1, "liquidite_generale": 1.8}, 10)
    >>> round(note["score"], 1), note["classe"], round(note["indice_confiance"], 2)
    (86.7, 'A+', 0.55)
    """
    jour = dt.date.today() if date is None else date
    p = Postes(ratios)
    _exiger_fractions(p)
    criteres = _financiers_et_comportement(p, comportement, jour)
    criteres[QUALITATIF] = _ensemble(_qualitatifs(p, qualitatif, jour))
    obtenus = sum(selon(c.inconnu, 0.0, c.points * c.part) for c in criteres.values())
    connus = sum(selon(c.inconnu, 0.0, c.points) for c in criteres.values())
    total = sum(parametre(f"{GRILLE}.poids", jour).values())
    en_defaut = _en_defaut(p, defaut)
    p.refuser((connus == 0) & np.logical_not(en_defaut), "aucune composante de la notation n'est connue")
    score = np.round(100.0 * obtenus / selon(connus == 0, np.nan, connus), DECIMALES)
    confiance = np.round(connus / total, DECIMALES)
    minimum = parametre(f"{GRILLE}.confiance_minimale", jour)
    insuffisant = (confiance < minimum) & np.logical_not(en_defaut)
    p.signaler(
        insuffisant, f"composantes insuffisantes : moins de {pourcent(minimum, 0)} des points connus", bloquant=False
    )
    provisoire = _dette_inconnue(p, criteres["df_sur_caf"])
    p.signaler(
        provisoire & np.logical_not(insuffisant | en_defaut),
        "df_sur_caf inconnu : classe provisoire, lue avec 0 point pour la dette",
        bloquant=False,
    )
    # A ratio is not published where the CAF is negative: leaving it out must not raise the class.
    retenus = connus + selon(provisoire, criteres["df_sur_caf"].points, 0.0)
    prudent = np.round(100.0 * obtenus / selon((connus == 0) | insuffisant, np.nan, retenus), DECIMALES)
    rangs = _rangs(p, prudent, en_defaut, forcage, jour)
    probabilites = np.array([parametre(f"{GRILLE}.pd_par_classe", jour)[classe] for classe in CLASSES] + [np.nan])
    resultat = p.resultat(
        **{f"points_{nom}": selon(c.inconnu, np.nan, c.points * c.part) for nom, c in criteres.items()},
        score=score,
        indice_confiance=connus / total,
        pd=probabilites[rangs],
    )
    resultat = avec_classe(p, resultat, "classe", rangs, CLASSES)
    resultat.attrs["source"] = CONVENTION
    return resultat


def _financiers_et_comportement(p: Postes, comportement: Any, jour: Any) -> dict[str, _Critere]:
    poids = parametre(f"{GRILLE}.poids", jour)
    criteres = {}
    for nom, colonne in ENTREES.items():
        valeur, inconnu = p.complement(colonne, comportement if nom == "comportement" else None)
        criteres[nom] = _Critere(poids[nom], _part(f"{GRILLE}.ancres.{nom}", jour, valeur), inconnu)
        if nom == "comportement":
            p.refuser((valeur < 0) | (valeur > SCORE_ALERTE_MAXIMAL), "score d'alerte hors de 0 à 100")
        elif nom == "df_sur_caf":
            # A negative CAF makes a small ratio: it must not earn the points of a small debt.
            p.refuser(valeur < 0, "df_sur_caf négatif : donnez plutôt caf et dettes_financieres")
    caf, caf_inconnue = p.complement("caf")
    dettes, _ = p.complement("dettes_financieres")
    sans_capacite = np.logical_not(caf_inconnue) & (caf <= 0) & (dettes > 0)
    dette = criteres["df_sur_caf"]
    criteres["df_sur_caf"] = _Critere(
        dette.points, selon(sans_capacite, 0.0, dette.part), dette.inconnu & np.logical_not(sans_capacite)
    )
    return criteres


def _exiger_fractions(p: Postes) -> None:
    for nom, minimum in FRACTIONS.items():
        valeur, _ = p.complement(nom)
        p.refuser((valeur > 1) | (valeur < minimum), f"{nom} : taux attendu en fraction (0,05 pour 5 %)")


def _dette_inconnue(p: Postes, dette: _Critere) -> Masque:
    """Rows where nothing tells whether the company can repay; without any debt the question does not arise."""
    _, caf_inconnue = p.complement("caf")
    dettes, dettes_inconnues = p.complement("dettes_financieres")
    return dette.inconnu & (caf_inconnue | dettes_inconnues | (dettes > 0))


def _part(ancres: str, jour: Any, valeur: Valeur) -> Valeur:
    """Share of the points: linear between the anchors, constant beyond them."""
    seuils, parts = zip(*bareme(ancres, jour), strict=True)
    return np.interp(valeur, seuils, parts)


def _qualitatifs(p: Postes, qualitatif: Mapping[str, Any] | pd.DataFrame | None, jour: Any) -> list[_Critere]:
    donnees = {} if qualitatif is None else qualitatif
    poids = parametre(f"{GRILLE}.qualitatif.poids", jour)
    etrangers = sorted(set(donnees) - set(poids))
    if etrangers:
        raise ErreurDonnees(f"Critère {', '.join(etrangers)} inconnu : les critères sont {', '.join(poids)}.")
    # The criteria share the points that the grid gives to the whole.
    unite = parametre(f"{GRILLE}.poids", jour)[QUALITATIF] / sum(poids.values())
    criteres = []
    for nom, points in poids.items():
        fourni = donnees.get(nom)
        if nom in APPRECIES:
            part, inconnu = _apprecier(p, nom, fourni, parametre(f"{GRILLE}.qualitatif.appreciation", jour))
        else:
            valeur, inconnu = p.complement(nom, fourni)
            p.refuser(valeur < 0, f"{nom} : durée négative")
            part = _part(f"{GRILLE}.qualitatif.{nom}", jour, valeur)
        criteres.append(_Critere(unite * points, part, inconnu))
    return criteres


def _apprecier(p: Postes, nom: str, fourni: Any, parts: Mapping[str, float]) -> tuple[Valeur, Masque]:
    """Share of the points of an opinion given in words."""
    mots = pd.Series([fourni] if fourni is None or isinstance(fourni, str) else fourni, dtype="object")
    lues = mots.map(parts)
    illisibles = (lues.isna() & mots.notna()).to_numpy()
    p.refuser(
        illisibles if p.en_table and len(mots) > 1 else bool(illisibles.any()),
        f"{nom} : appréciation inconnue, attendu {', '.join(parts)}",
    )
    if isinstance(fourni, pd.Series):
        return p.complement(nom, lues.astype("float64"))
    return p.complement(nom, lues.astype("float64").to_numpy() if len(mots) > 1 else float(lues.iloc[0]))


def _ensemble(criteres: list[_Critere]) -> _Critere:
    """Several criteria as one: its points are those of the known ones."""
    connus = sum(selon(c.inconnu, 0.0, c.points) for c in criteres)
    obtenus = sum(selon(c.inconnu, 0.0, c.points * c.part) for c in criteres)
    return _Critere(connus, obtenus / selon(connus == 0, 1.0, connus), connus == 0)


def _rangs(p: Postes, score: Valeur, en_defaut: Masque, forcage: Any, jour: Any) -> np.ndarray:
    """Rank of the class in CLASSES, -1 without a score: from the score, then down to F or to the forced class."""
    minimums = parametre(f"{GRILLE}.classes", jour)
    bornes = [minimums[classe] for classe in CLASSES if classe != DEFAUT]
    rangs = np.where(np.isnan(score), -1, np.searchsorted(bornes, score, side="right"))
    rangs = np.where(en_defaut, 0, rangs)
    if forcage is None:
        return rangs
    demandes = _classes_forcees(p, forcage)
    hausse = (demandes > rangs) & (rangs >= 0)
    if np.any(hausse) and not p.en_table:
        raise ErreurRegle(
            f"Le forçage en {forcage} relèverait la classe {CLASSES[int(rangs)]} : il ne peut que l'abaisser."
        )
    p.signaler(hausse, "forçage à la hausse ignoré : il ne peut qu'abaisser la classe", bloquant=False)
    return np.where((demandes >= 0) & (demandes < rangs), demandes, rangs)


def _en_defaut(p: Postes, defaut: Any) -> Masque:
    valeur, inconnu = p.complement("defaut", defaut)
    return np.logical_not(inconnu) & (valeur != 0)


def _classes_forcees(p: Postes, forcage: Any) -> np.ndarray:
    """Ranks of the forced classes, -1 where there is none."""
    if isinstance(forcage, str):
        connue = forcage in CLASSES
        p.refuser(not connue, f"classe forcée « {forcage} » inconnue, attendu {', '.join(reversed(CLASSES))}")
        return np.full(len(p.source), CLASSES.index(forcage)) if p.en_table else np.int64(CLASSES.index(forcage))
    rangs, inconnus = p.complement("forcage", forcage.map({classe: float(rang) for rang, classe in enumerate(CLASSES)}))
    p.refuser(inconnus & forcage.notna().to_numpy(), f"classe forcée inconnue, attendu {', '.join(reversed(CLASSES))}")
    return np.where(inconnus, -1, rangs).astype("int64")


def tendance(valeurs: pd.Series) -> pd.Series:
    """Variation annuelle moyenne d'un ratio sur trois exercices successifs : ``(N - (N-2)) / 2``.

    Parameters
    ----------
    valeurs : Series
        Index (siren, date_cloture), un ratio par exercice. Non modifiée.

    Returns
    -------
    Series
        Même index ; NaN si l'un des deux exercices précédents manque ou ne suit pas de douze mois.

    Convention de cours : une variation de taux reste définie quand le ratio change de signe.

    >>> cle = pd.MultiIndex.from_product(
    ...     [["732829320"], pd.to_datetime(["2022-12-31", "2023-12-31", "2024-12-31"])], names=["siren", "date_cloture"]
    ... )
    >>> tendance(pd.Series([0.10, 0.11, 0.13], cle)).round(3).tolist()
    [nan, nan, 0.015]
    """
    table = valeurs.to_frame("n")
    table["n1"] = exercice_precedent(table)["n"]
    table["n2"] = exercice_precedent(table)["n1"]
    moyenne = (table["n"] - table["n2"]) / 2
    return moyenne.where(table["n1"].notna()).rename(valeurs.name)
