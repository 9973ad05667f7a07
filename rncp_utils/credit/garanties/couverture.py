"""Ce que les garanties couvrent d'une exposition : sûretés réelles, puis personnelles, puis organisme de garantie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.garanties.catalogue import CONVENTION, ORGANISME, PERSONNELLE, REELLES
from rncp_utils.credit.garanties.lecture import au_centime, familles, nombre_du_catalogue, quand, refuser_hors_fraction
from rncp_utils.credit.garanties.valeur import DOUBLE, calculer_valeur_nette, rangs_en_double
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date

CLE = "id_exposition"
QUALITE_PAR_DEFAUT = "moyenne"
# Sums of decimal shares must not pass 1 by a last bit.
JEU = 1e-9


def couverture(
    exposition: float | pd.Series,
    suretes: pd.DataFrame | Iterable[Mapping[str, Any]],
    *,
    probabilite_defaut: float | pd.Series | None = None,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Perte en cas de défaut après garanties, d'un crédit ou de tout un portefeuille. Convention de cours.

    Dans l'ordre : ``reelles`` = somme des valeurs nettes, au plus l'exposition ; ``personnelles`` = somme des
    engagements × taux de recouvrement, au plus ce qui reste ; ``organisme`` = quotité × la perte finale qui reste (à
    perte partagée : l'organisme ne paie qu'après réalisation des sûretés). ``perte = (EAD − reelles − personnelles) ×
    (1 − quotité)``.

    Parameters
    ----------
    exposition : float, ou Series indexée par exposition, en euros
        Exposition au moment du défaut (EAD).
    suretes : DataFrame ou liste de mappings, une ligne par sûreté
        ``code`` (catalogue) ; réelle : les colonnes de :func:`valeur_nette`, et ``id_bien``, ``rang`` pour le contrôle
        des rangs ; personnelle : ``montant``, et ``taux_recouvrement`` ou ``qualite`` (« forte », « moyenne » par
        défaut, « faible ») ; organisme : ``quotite``. Plusieurs expositions : ``id_exposition``. Assurances et crédit
        vendeur n'entrent pas dans la couverture du défaut. Non modifié.
    probabilite_defaut : float ou Series, optional
        Probabilité de défaut à un an, fraction : ajoute ``perte_attendue`` = PD × LGD × EAD.
    date : date, optional
        Jour de l'évaluation ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``exposition``, ``reelles``, ``personnelles``, ``organisme``, ``perte`` (euros), ``taux_couverture`` = 1 − perte
        / EAD et ``lgd`` = perte / EAD, au moins ``garanties.lgd_plancher`` (fractions ; NaN et motif pour une
        exposition nulle).

    Raises
    ------
    ErreurDonnees
        Une exposition : décote ou taux hors de 0 à 1, quotités dont la somme dépasse 1, rang en double sur un bien,
        montant négatif ou manquant. Dans une table, l'exposition est NaN avec son motif.
    ErreurSchema
        Colonne nécessaire absente, sûreté d'une exposition inconnue, exposition en double.

    >>> suretes = [
    ...     {"code": "nantissement_fonds_commerce", "valeur_expertise": 150_000, "decote": 0.50},
    ...     {"code": "caution_personnelle", "montant": 60_000, "taux_recouvrement": 0.40},
    ...     {"code": "bpifrance", "quotite": 0.50},
    ... ]
    >>> resultat = couverture(200_000, suretes, probabilite_defaut=0.02)
    >>> resultat[["reelles", "personnelles", "organisme", "perte", "lgd", "perte_attendue"]].tolist()
    [75000.0, 24000.0, 50500.0, 50500.0, 0.2525, 1010.0]
    """
    jour = lire_date(date or dt.date.today())
    table = suretes if isinstance(suretes, pd.DataFrame) else pd.DataFrame(list(suretes))
    en_table = isinstance(exposition, pd.Series)
    if en_table and exposition.index.has_duplicates:
        raise ErreurSchema("Une exposition figure deux fois : donnez une ligne par exposition.")
    p = Colonnes.depuis(ead=exposition, pd=np.nan if probabilite_defaut is None else probabilite_defaut)
    rangs = _rangs_des_expositions(table, exposition.index if en_table else None)
    ead = p["ead"]
    p.refuser(ead < 0, "exposition négative")
    totaux = _totaux(p, table, rangs, jour)
    resultat = p.resultat(**_cascade(p, ead, totaux, probabilite_defaut is not None, jour))
    resultat.attrs["source"] = CONVENTION
    return resultat


def lgd(
    exposition: float | pd.Series,
    suretes: pd.DataFrame | Iterable[Mapping[str, Any]],
    *,
    date: dt.date | str | None = None,
) -> float | pd.Series:
    """Perte en cas de défaut, fraction de l'exposition : la colonne ``lgd`` de :func:`couverture`.

    >>> lgd(100_000, [{"code": "bpifrance", "quotite": 0.60}])
    0.4
    """
    resultat = couverture(exposition, suretes, date=date)["lgd"]
    return resultat if isinstance(resultat, pd.Series) else float(resultat)


def _cascade(p: Colonnes, ead: Any, totaux: Mapping[str, Any], avec_pd: bool, jour: dt.date) -> dict[str, Any]:
    reelles = np.minimum(ead, totaux["reelles"])
    personnelles = np.minimum(ead - reelles, totaux["personnelles"])
    restante = au_centime(ead - reelles - personnelles)
    organisme = au_centime(restante * np.minimum(1.0, totaux["quotite"]))
    perte = au_centime(restante - organisme)
    part = p.ratio(perte, ead, "exposition")
    grandeurs = {
        "exposition": ead,
        "reelles": au_centime(reelles),
        "personnelles": au_centime(personnelles),
        "organisme": organisme,
        "perte": perte,
        "taux_couverture": 1 - part,
        # np.maximum keeps what is missing missing.
        "lgd": np.maximum(part, parametre("garanties.lgd_plancher", jour)),
    }
    if avec_pd:
        refuser_hors_fraction(p, p["pd"], "probabilité de défaut")
        grandeurs["perte_attendue"] = au_centime(p["pd"] * grandeurs["lgd"] * ead)
    return grandeurs


def _rangs_des_expositions(table: pd.DataFrame, index: pd.Index | None) -> np.ndarray:
    """Position of the exposure of each surety; all the same for one exposure."""
    if index is None:
        return np.zeros(len(table), dtype="int64")
    if not len(table):
        return np.zeros(0, dtype="int64")
    if CLE not in table:
        raise ErreurSchema(f"La colonne {CLE} manque : dites de quelle exposition dépend chaque sûreté.")
    rangs = index.get_indexer(table[CLE])
    if (rangs < 0).any():
        raise ErreurSchema(f"La sûreté de « {table[CLE].iloc[int(np.argmax(rangs < 0))]} » n'a pas d'exposition.")
    return rangs


def _totaux(p: Colonnes, table: pd.DataFrame, rangs: np.ndarray, jour: dt.date) -> dict[str, Any]:
    """Sum by exposure of each family, whose faults go to the exposures."""
    n = len(p.source) if p.en_table else 1
    sommes = {"reelles": np.zeros(n), "personnelles": np.zeros(n), "quotite": np.zeros(n)}
    if len(table):
        table = table.reset_index(drop=True)
        famille = familles(Colonnes(table)).to_numpy()
        _reporter(p, pd.isna(famille), rangs, "code de sûreté absent ou inconnu du catalogue")
        _reporter(p, rangs_en_double(table), rangs, DOUBLE)
        for nom, concernees, calcul in (
            ("reelles", np.isin(famille, REELLES), calculer_valeur_nette),
            ("personnelles", famille == PERSONNELLE, _engagement_recouvre),
            ("quotite", famille == ORGANISME, _quotite),
        ):
            lignes = np.flatnonzero(concernees)
            if len(lignes):
                q = Colonnes(table.iloc[lignes])
                valeurs = calcul(q, jour)
                resultat = q.resultat(valeur=valeurs)
                _reporter_motifs(p, resultat, rangs[lignes])
                sommes[nom] = np.bincount(rangs[lignes], np.nan_to_num(resultat["valeur"].to_numpy()), minlength=n)
    if not p.en_table:
        sommes = {nom: float(valeurs[0]) for nom, valeurs in sommes.items()}
    p.refuser(sommes["quotite"] > 1 + JEU, "quotités garanties dont la somme dépasse 1")
    return sommes


def _engagement_recouvre(q: Colonnes, jour: dt.date) -> Any:
    montant = q["montant"]
    q.refuser(montant < 0, "engagement personnel négatif")
    taux, inconnu = q.complement("taux_recouvrement")
    if np.any(inconnu):
        par_qualite = parametre("garanties.taux_recouvrement", jour)
        qualite = pd.Series(q.source["qualite"] if "qualite" in q else None, index=q.source.index, dtype="object")
        qualite = qualite.where(qualite.notna(), QUALITE_PAR_DEFAUT)
        repris = qualite.map(par_qualite).to_numpy(dtype="float64", na_value=np.nan)
        q.refuser(inconnu & np.isnan(repris), f"qualité inconnue, attendu {', '.join(par_qualite)}")
        taux = quand(inconnu, repris, taux)
    refuser_hors_fraction(q, taux, "taux de recouvrement")
    return au_centime(montant * taux)


def _quotite(q: Colonnes, _jour: dt.date) -> Any:
    quotite = q["quotite"]
    refuser_hors_fraction(q, quotite, "quotité")
    maximale = nombre_du_catalogue(q, "quotite_max")
    q.signaler(quotite > maximale, "quotité au-delà de celle que l'organisme accorde d'ordinaire", bloquant=False)
    return quotite


def _reporter_motifs(p: Colonnes, resultat: pd.DataFrame, rangs: np.ndarray) -> None:
    """Reasons of the sureties to their exposures: they void it where the surety has no value."""
    sans_valeur = resultat["valeur"].isna().to_numpy()
    codes = resultat["motif"].cat.codes.to_numpy()
    for rang, motif in enumerate(resultat["motif"].cat.categories):
        _reporter(p, (codes == rang) & sans_valeur, rangs, motif)
        doux = (codes == rang) & ~sans_valeur
        if doux.any():
            p.signaler(_expositions(p, doux, rangs), motif, bloquant=False)


def _reporter(p: Colonnes, fautives: np.ndarray, rangs: np.ndarray, motif: str) -> None:
    if not fautives.any():
        return
    if not p.en_table:
        raise ErreurDonnees(f"Calcul impossible : {motif}.")
    p.refuser(_expositions(p, fautives, rangs), motif)


def _expositions(p: Colonnes, ou: np.ndarray, rangs: np.ndarray) -> Any:
    if not p.en_table:
        return True
    return np.bincount(rangs[ou], minlength=len(p.source)) > 0
