"""Niveau de vigilance d'une relation, personnes politiquement exposées, fichiers à consulter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.conformite.regles import lire_reglement
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date

SIMPLIFIEE, STANDARD, RENFORCEE = NIVEAUX = ("simplifiee", "standard", "renforcee")
# Rule that asks for the review of each level: the one place where its months are written.
REVUES = {SIMPLIFIEE: "VIG-01", STANDARD: "VIG-02", RENFORCEE: "VIG-03"}
CONVENTION = "convention de cours"
FAIBLE = "risque_faible"
PARTICULIER, PROFESSIONNEL = "particulier", "professionnel"
CONSOMMATION, IMMOBILIER, BESOIN_PRO = "consommation", "immobilier", "besoin_professionnel"


def niveau_vigilance(
    client: Mapping[str, Any] | pd.Series | pd.DataFrame, *, date: dt.date | str | None = None
) -> pd.Series | pd.DataFrame:
    """Niveau de vigilance d'un client, ou de tout un portefeuille. Convention de cours.

    Score = somme des points des facteurs présents (``conformite.vigilance_points``). La vigilance standard est la
    règle ; renforcée à partir de 40 points ; simplifiée seulement si un risque faible est établi et que le score reste
    sous 15 points (CMF, art. L561-9 et R561-15, à vérifier). Une personne politiquement exposée ou un pays à haut
    risque impose la vigilance renforcée (CMF, art. L561-10).

    Parameters
    ----------
    client : mapping, Series ou DataFrame
        0 ou 1 (False ou True) : ``pays_a_risque``, ``activite_sensible`` (espèces, immobilier, cryptoactifs, métaux
        précieux), ``relation_a_distance``, ``structure_complexe``, ``ppe`` ; facultatif, ``risque_faible`` (établi et
        documenté). Non modifié.
    date : date, optional
        Jour de la grille ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``score`` (points), ``revue_mois`` (périodicité de la revue) et ``niveau`` (simplifiee, standard, renforcee).

    Raises
    ------
    ErreurDonnees
        Un facteur manque ou n'est ni 0 ni 1 : l'absence d'information n'est pas une absence de risque. Dans une table,
        NaN et motif.

    >>> faits = dict.fromkeys(["pays_a_risque", "relation_a_distance", "structure_complexe", "ppe"], 0)
    >>> vigilance = niveau_vigilance(faits | {"activite_sensible": 1})
    >>> vigilance["niveau"], vigilance["score"], vigilance["revue_mois"]
    ('standard', 25.0, 36.0)
    >>> sans_risque = faits | {"activite_sensible": 0}
    >>> niveau_vigilance(sans_risque)["niveau"], niveau_vigilance(sans_risque | {"risque_faible": 1})["niveau"]
    ('standard', 'simplifiee')
    """
    jour = dt.date.today() if date is None else date
    points = parametre("conformite.vigilance_points", jour)
    seuils = parametre("conformite.vigilance_seuils", jour)
    p = Colonnes(_en_nombres(client, (*points, "ppe", FAIBLE)))
    for nom in (*points, "ppe", *([FAIBLE] if FAIBLE in p else [])):
        p.refuser((p[nom] != 0) & (p[nom] != 1) & (p[nom] == p[nom]), f"{nom} : 0 ou 1 attendu")
    p.exiger(*points, "ppe")
    score = sum(poids * p[nom] for nom, poids in points.items())
    # Low risk is established, never presumed: without it, the level is the standard one.
    faible = (p[FAIBLE] == 1) & (score < seuils[STANDARD]) if FAIBLE in p else False
    rang = 1 - np.asarray(faible, dtype="int64") + (score >= seuils[RENFORCEE])
    rang = np.where((p["ppe"] == 1) | (p["pays_a_risque"] == 1), NIVEAUX.index(RENFORCEE), rang)
    revues = np.array([float(lire_reglement().regles[REVUES[niveau]].validite_mois) for niveau in NIVEAUX])
    resultat = p.resultat(score=score, revue_mois=revues[rang])
    return _avec_niveau(p, resultat, rang)


def _en_nombres(client: Any, noms: tuple[str, ...]) -> Any:
    """Truth values as 0 or 1: what is a yes or a no is told either way."""
    if not isinstance(client, pd.DataFrame):
        return {nom: int(v) if isinstance(v, bool | np.bool_) else v for nom, v in dict(client).items()}
    booleennes = {n: client[n].astype("Float64") for n in noms if n in client and pd.api.types.is_bool_dtype(client[n])}
    return client.assign(**booleennes)


def _avec_niveau(p: Colonnes, resultat: Any, rang: np.ndarray) -> Any:
    if p.en_table:
        codes = np.where(resultat["score"].isna(), -1, rang)
        niveaux = pd.Categorical.from_codes(codes, categories=list(NIVEAUX), ordered=True)
        resultat.insert(2, "niveau", niveaux)
    else:
        attributs = resultat.attrs
        resultat = pd.concat([resultat.astype("object"), pd.Series({"niveau": NIVEAUX[int(rang)]}, dtype="object")])
        resultat.attrs = attributs
    resultat.attrs["source"] = CONVENTION
    return resultat


def est_ppe(fin_fonctions: Any, date: dt.date | str) -> Any:
    """La personne est-elle politiquement exposée à cette date, d'après la fin de ses fonctions ?

    Exposée tant qu'elle exerce, et encore moins d'un an après (CMF, art. R561-18) ; de même pour ses proches.

    Parameters
    ----------
    fin_fonctions : date, None (en fonctions), ou Series de dates (NaT : en fonctions)
    date : date

    >>> est_ppe("2025-06-30", "2026-06-29"), est_ppe("2025-06-30", "2026-06-30"), est_ppe(None, "2026-06-30")
    (True, False, True)
    """
    jour = lire_date(date)
    duree = pd.DateOffset(months=parametre("conformite.ppe_apres_fonctions", jour))
    if isinstance(fin_fonctions, pd.Series):
        fins = pd.to_datetime(fin_fonctions)
        return fins.isna() | (fins + duree > pd.Timestamp(jour))
    return fin_fonctions is None or bool(pd.Timestamp(lire_date(fin_fonctions)) + duree > pd.Timestamp(jour))


def fichiers_a_consulter(emprunteur: str, objet: str, *, chequier: bool = False) -> tuple[str, ...]:
    """Fichiers de la Banque de France à consulter pour une demande.

    FICP : crédit à la consommation ou immobilier à un particulier (arrêté du 26 octobre 2010, source secondaire),
    jamais pour les besoins d'une activité professionnelle. FCC : délivrance d'un chéquier. FIBEN : entreprises et
    dirigeants.

    Parameters
    ----------
    emprunteur : {"particulier", "professionnel"}
    objet : {"consommation", "immobilier", "besoin_professionnel"}
    chequier : bool
        Des formules de chèques sont demandées.

    Raises
    ------
    ErreurDonnees
        Emprunteur ou objet inconnu.

    >>> fichiers_a_consulter("professionnel", "besoin_professionnel"), fichiers_a_consulter("particulier", "immobilier")
    (('FIBEN',), ('FICP',))
    """
    for lu, admis in ((emprunteur, (PARTICULIER, PROFESSIONNEL)), (objet, (CONSOMMATION, IMMOBILIER, BESOIN_PRO))):
        if lu not in admis:
            raise ErreurDonnees(f"« {lu} » est inconnu : choisissez parmi {', '.join(admis)}.")
    ficp = emprunteur == PARTICULIER and objet != BESOIN_PRO
    fiben = emprunteur == PROFESSIONNEL or objet == BESOIN_PRO
    return tuple(nom for nom, demande in (("FICP", ficp), ("FCC", chequier), ("FIBEN", fiben)) if demande)
