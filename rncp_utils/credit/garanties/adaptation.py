"""Adapter les garanties à un dossier : options essayées, contrôlées, chiffrées et classées."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.garanties.catalogue import CONVENTION, ORGANISME, PERSONNELLE, catalogue_suretes
from rncp_utils.credit.garanties.caution import NIVEAUX
from rncp_utils.credit.garanties.couverture import CLE, couverture
from rncp_utils.credit.garanties.dossier import Dossier, lire_dossier, options_du_dossier
from rncp_utils.credit.garanties.lecture import au_centime
from rncp_utils.credit.garanties.regles import alertes_des_options
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import bareme, parametre


def adapter_garanties(
    dossier: Mapping[str, Any], *, propositions: Mapping[str, Iterable[Mapping[str, Any]]] | None = None
) -> pd.DataFrame:
    """Options de garantie d'un crédit, de la mieux à la moins bien classée. Convention de cours.

    Les options combinent une sûreté réelle (selon ``bien``), un engagement personnel et un organisme de garantie (selon
    ``objet``). Note sur 100 : couverture 40, coût 20, délai de réalisation 15, sécurité juridique 15, proportion de
    l'engagement personnel 10. Une option interdite n'est pas notée et vient en dernier, avec la raison.

    Parameters
    ----------
    dossier : mapping
        ``montant`` (euros), ``duree_mois``, ``objet`` (creation, transmission, investissement, tresorerie) ; puis,
        facultatifs : ``bien`` financé (immeuble_existant, immeuble_neuf, fonds_commerce, titres, materiel, vehicule,
        stocks, creances, aucun) et ``valeur_bien``, ``rangs_anterieurs`` (euros déjà inscrits), ``forme`` (ei,
        societe), ``valeur_residence`` (résidence principale offerte), ``valeur_assurance_vie``, ``cautions`` (liste de
        mappings : ``lien`` dirigeant, conjoint ou tiers, ``revenus_annuels``, ``patrimoine_net``,
        ``engagements_existants``, ``montant``, ``duree_mois``, ``qualite``, ``regime``, ``consentement``), ``ca``,
        ``effectif``, ``artisan_commercant``, ``taux``, ``probabilite_defaut``, ``date``. Non modifié.
    propositions : mapping, optional
        Options de plus à contrôler et classer : nom → sûretés (mêmes champs que :func:`couverture`, avec ``lien``,
        ``duree_mois``, ``residence_principale``).

    Returns
    -------
    DataFrame
        ``option``, ``couverture`` et ``lgd`` (fractions), ``cout`` (euros, à compter dans le TAEG quand la garantie est
        exigée), ``taeg`` (si ``taux`` est donné), ``delai`` (mois), ``perte_attendue`` (si ``probabilite_defaut`` est
        donnée), ``points_…``, ``score`` (NaN si interdite), ``admise``, ``alertes`` (texte).

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Champ absent, inconnu ou impossible ; aucune garantie à proposer.

    >>> options = adapter_garanties(
    ...     {"montant": 150_000, "duree_mois": 84, "objet": "transmission", "bien": "fonds_commerce"}
    ... )
    >>> options.loc[0, "option"], float(options.loc[0, "couverture"])
    ('Nantissement de fonds de commerce + Garantie Bpifrance', 0.75)
    """
    d = lire_dossier(dossier)
    options = options_du_dossier(d) | {nom: [dict(s) for s in suretes] for nom, suretes in (propositions or {}).items()}
    if not options:
        raise ErreurDonnees("Rien à proposer : donnez un bien, une caution ou des propositions.")
    lignes = _lignes(options)
    montants = pd.Series(float(d.montant), index=pd.Index(list(options), name="option"))
    chiffrees = couverture(montants, lignes, probabilite_defaut=d.probabilite_defaut, date=d.date)
    table = pd.DataFrame({"couverture": chiffrees["taux_couverture"], "lgd": chiffrees["lgd"]})
    table["cout"] = _couts(lignes, d).reindex(table.index)
    if d.taux is not None:
        table["taeg"] = _taeg(table["cout"], d)
    table["delai"] = lignes.groupby(CLE)["delai_realisation_mois"].max().reindex(table.index)
    if d.probabilite_defaut is not None:
        table["perte_attendue"] = chiffrees["perte_attendue"]
    table = _noter(table, lignes, chiffrees["motif"], d)
    table = table.sort_values("score", ascending=False, kind="stable", na_position="last").reset_index()
    table.attrs["source"] = CONVENTION
    return table


def _lignes(options: Mapping[str, list[Mapping[str, Any]]]) -> pd.DataFrame:
    """One row a surety of an option, with its sheet."""
    lignes = pd.DataFrame([{CLE: nom, **s} for nom, suretes in options.items() for s in suretes])
    fiches = catalogue_suretes()[
        ["famille", "duree_max_mois", "cout_fixe", "cout_pct", "delai_realisation_mois", "quotite_max"]
    ]
    facultatifs = ("valeur_expertise", "inscription", "montant", "quotite", "duree_mois")
    manquants = {nom: np.nan for nom in facultatifs if nom not in lignes}
    textes = dict.fromkeys({"lien", "niveau", "regime", "consentement", "residence_principale"} - set(lignes))
    return lignes.assign(**manquants, **textes).join(fiches, on="code")


def _couts(lignes: pd.DataFrame, d: Dossier) -> pd.Series:
    """Costs paid once, in euros: what is inscribed, guaranteed by a person or by a body."""
    inscrit = lignes["inscription"].fillna(d.montant).clip(upper=lignes["valeur_expertise"].fillna(np.inf))
    assiette = np.select(
        [lignes["famille"] == PERSONNELLE, lignes["famille"] == ORGANISME],
        [lignes["montant"], lignes["quotite"] * d.montant],
        inscrit,
    )
    couts = au_centime((lignes["cout_fixe"] + lignes["cout_pct"] * np.nan_to_num(assiette)).to_numpy())
    return pd.Series(couts).groupby(lignes[CLE].to_numpy()).sum()


def _taeg(couts: pd.Series, d: Dossier) -> np.ndarray:
    from rncp_utils.credit.prets.echeancier import echeances
    from rncp_utils.credit.taux.cout import taeg_prets

    # One schedule for each different cost: options often cost the same.
    differents = pd.Series(couts.unique())
    prets = pd.DataFrame({"capital": d.montant, "taux": d.taux, "duree": d.duree_mois}, index=differents.index)
    taux = taeg_prets(echeances(prets), frais=differents)["taeg"].set_axis(differents.to_numpy())
    return couts.map(taux).to_numpy()


def _noter(table: pd.DataFrame, lignes: pd.DataFrame, motifs: pd.Series, d: Dossier) -> pd.DataFrame:
    """Points, score, whether the option can be kept, and what to know of it."""
    alertes = alertes_des_options(lignes, d, table.index)
    points = _points(table, lignes, alertes, d)
    # A fault that the coverage found (a rank claimed twice, a haircut above 1) is told and voids the option.
    refus = motifs.astype("object").where(table["couverture"].isna())
    admise = alertes["admise"] & table["couverture"].notna()
    return table.join(points).assign(
        score=points.sum(axis="columns").where(admise), admise=admise, alertes=_joindre(alertes["alertes"], refus)
    )


def _points(table: pd.DataFrame, lignes: pd.DataFrame, alertes: pd.DataFrame, d: Dossier) -> pd.DataFrame:
    poids = parametre("garanties.score.poids", d.date)
    proportions = parametre("garanties.score.proportion", d.date)
    pire = lignes["niveau"].map({nom: rang for rang, nom in enumerate(NIVEAUX)}).groupby(lignes[CLE]).max()
    proportion = pire.map({float(rang): proportions[nom] for rang, nom in enumerate(NIVEAUX)}).reindex(table.index)
    perdu = parametre("garanties.score.alerte", d.date) * alertes["nombre"]
    parts = {
        "couverture": table["couverture"],
        "cout": _part("garanties.score.cout", table["cout"] / d.montant, d),
        "delai": _part("garanties.score.delai", table["delai"], d),
        "juridique": (1 - perdu).clip(lower=0),
        # Nobody is asked anything: nothing is out of proportion.
        "proportion": proportion.fillna(1.0),
    }
    return pd.DataFrame({f"points_{nom}": poids[nom] * part for nom, part in parts.items()}, index=table.index)


def _part(nom: str, valeur: pd.Series, d: Dossier) -> np.ndarray:
    seuils, parts = zip(*bareme(nom, d.date), strict=True)
    return np.interp(valeur, seuils, parts)


def _joindre(alertes: pd.Series, refus: pd.Series) -> pd.Series:
    textes = alertes.where(refus.isna(), alertes + "\nInterdit : " + refus.fillna("").astype("str") + ".")
    return textes.str.strip().astype("str")
