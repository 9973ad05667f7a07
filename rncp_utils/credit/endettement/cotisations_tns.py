"""Cotisations sociales d'un artisan ou d'un commerçant au réel, contribution par contribution (barème de 2025)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import Ligne, avec_lignes
from rncp_utils.credit.endettement.lecture import Jours, au_centime, cas_et_jours, par_points, par_tranches
from rncp_utils.formats import euros, pourcent
from rncp_utils.vecteurs import Masque, Valeur

ACTIVITES = ARTISAN, COMMERCANT = ("artisan", "commercant")
PASS = "social.pass_annuel"
CONTRIBUTIONS = {
    "maladie": "Maladie-maternité",
    "indemnites_journalieres": "Indemnités journalières",
    "vieillesse_base": "Retraite de base",
    "retraite_complementaire": "Retraite complémentaire",
    "invalidite_deces": "Invalidité-décès",
    "allocations_familiales": "Allocations familiales",
    "csg_crds": "CSG et CRDS",
    "formation": "Formation professionnelle",
}
# Those that a low income does not bring under a floor.
MINIMALES = ("indemnites_journalieres", "vieillesse_base", "invalidite_deces")


def cotisations_tns(
    revenu_avant_cotisations: Any, date: Any, activite: Any = ARTISAN, *, minimales: bool = True
) -> pd.Series | pd.DataFrame:
    """Cotisations et contributions d'un artisan ou d'un commerçant, depuis la réforme de l'assiette (2025).

    ``assiette = revenu avant cotisations - abattement`` (26 %, entre un plancher et un plafond). Chaque contribution
    s'applique à l'assiette et s'arrondit au centime. Un revenu faible cotise sur une assiette minimale pour les
    indemnités journalières, la retraite de base et l'invalidité-décès.

    Parameters
    ----------
    revenu_avant_cotisations : float, liste, array ou Series, en euros
        Bénéfice ou rémunération de l'année, avant les cotisations personnelles et la CSG. Négatif : assiette nulle.
    date : int, date, ou liste, array ou Series
        Année au titre de laquelle les cotisations sont dues, ou un de ses jours.
    activite : str, liste, array ou Series
        « artisan » ou « commercant ». Les professions libérales ont d'autres caisses : elles ne sont pas livrées.
    minimales : bool
        Applique les assiettes minimales. À ôter pour un bénéficiaire du RSA ou de la prime d'activité.

    Returns
    -------
    Series ou DataFrame
        En euros : ``assiette``, une colonne par contribution (maladie, indemnites_journalieres, vieillesse_base,
        retraite_complementaire, invalidite_deces, allocations_familiales, csg_crds, formation), ``total``,
        ``revenu_apres_cotisations`` ; ``taux_maladie`` et ``taux_global`` (total sur revenu ; NaN sans revenu).

    Raises
    ------
    ErreurDonnees
        Un professionnel : revenu absent, activité inconnue. Table : NaN et ``motif``.
    ErreurParametre
        Un professionnel : année sans barème livré (avant 2025).

    Source : décret n° 2024-688, de source secondaire ; taux de CSG et bornes de l'abattement de mémoire, à vérifier
    (23 novembre 2026) : ``attrs["sources"]`` le dit paramètre par paramètre.

    >>> cout = cotisations_tns(50_000, 2026, "artisan")
    >>> cout[["assiette", "maladie", "formation", "total"]].tolist()
    [37000.0, 1794.26, 139.37, 15797.53]
    """
    cas, jours = cas_et_jours(date, revenu=revenu_avant_cotisations, activite=activite)
    revenu = cas.montant("revenu")
    codes = cas.choix("activite", ACTIVITES)
    calcul = contributions(jours, revenu, codes == 1, minimales=minimales)
    sous_minimum = {nom: calcul.pop(f"base_{nom}") > calcul["assiette"] for nom in MINIMALES}
    cas.signaler(
        np.any(list(sous_minimum.values()), axis=0),
        "revenu faible : assiettes minimales appliquées à certaines cotisations",
        bloquant=False,
    )
    total = calcul["total"]
    resultat = cas.resultat(
        **calcul,
        revenu_apres_cotisations=au_centime(revenu - total),
        taux_global=total / np.where(revenu > 0, revenu, np.nan),
    )
    return avec_lignes(
        resultat,
        lambda r: _lignes(r, float(revenu), sous_minimum),
        "tns.maladie.taux",
        "tns.csg_crds",
        "tns.assiette.abattement_plancher",
        "tns.assiette.abattement_plafond",
        "tns.assiette_minimale.vieillesse_base",
    )


def contributions(
    jours: Jours, revenu: Valeur, commercant: Masque, *, minimales: bool = True, ou: Masque = True
) -> dict[str, Valeur]:
    """Each contribution in euros, its total and its base; only the cases ``ou`` need a scale.

    ``base_…``: the base of a contribution that has a minimum one.
    """
    plafond = jours.parametre(PASS, ou)
    abattement = np.clip(
        jours.parametre("tns.assiette.abattement", ou) * revenu,
        jours.parametre("tns.assiette.abattement_plancher", ou) * plafond,
        jours.parametre("tns.assiette.abattement_plafond", ou) * plafond,
    )
    assiette = au_centime(np.maximum(revenu - abattement, 0.0))
    part = assiette / plafond
    bases = {nom: _base(jours, nom, assiette, plafond, minimales, ou) for nom in MINIMALES}
    taux_maladie = jours.bareme("tns.maladie.taux", part, par_points, ou)
    plafond_maladie = jours.parametre("tns.maladie.plafond", ou) * plafond
    au_dela = jours.parametre("tns.maladie.taux_au_dela", ou) * np.maximum(assiette - plafond_maladie, 0.0)
    formation = np.where(
        commercant, jours.parametre("tns.formation.commercant", ou), jours.parametre("tns.formation.artisan", ou)
    )

    def par_part(nom: str, base: Valeur) -> Valeur:
        return plafond * jours.bareme(f"tns.{nom}", base / plafond, par_tranches, ou)

    vieillesse = bases["vieillesse_base"]
    montants = {
        "maladie": taux_maladie * np.minimum(assiette, plafond_maladie) + au_dela,
        "indemnites_journalieres": par_part("indemnites_journalieres", bases["indemnites_journalieres"]),
        "vieillesse_base": jours.parametre("tns.vieillesse_base.taux_plafonne", ou) * np.minimum(vieillesse, plafond)
        + jours.parametre("tns.vieillesse_base.taux_deplafonne", ou) * vieillesse,
        "retraite_complementaire": par_part("retraite_complementaire", assiette),
        "invalidite_deces": par_part("invalidite_deces", bases["invalidite_deces"]),
        "allocations_familiales": jours.bareme("tns.allocations_familiales", part, par_points, ou) * assiette,
        "csg_crds": jours.parametre("tns.csg_crds", ou) * assiette,
        "formation": formation * plafond,
    }
    montants = {nom: au_centime(montant) for nom, montant in montants.items()}
    return {
        "assiette": assiette,
        "taux_maladie": taux_maladie,
        **montants,
        "total": au_centime(sum(montants.values())),
        **{f"base_{nom}": base for nom, base in bases.items()},
    }


def _base(jours: Jours, nom: str, assiette: Valeur, plafond: Valeur, minimales: bool, ou: Masque) -> Valeur:
    """Base of a contribution that a low income does not bring under a floor."""
    if not minimales:
        return assiette
    minimum = jours.parametre(f"tns.assiette_minimale.{nom}", ou)
    # The floor of the pension follows the minimum wage, in euros; the others the ceiling of the Sécurité sociale.
    return np.maximum(assiette, minimum if nom == "vieillesse_base" else minimum * plafond)


def _lignes(r: pd.Series, revenu: float, sous_minimum: dict[str, Masque]) -> list[Ligne]:
    commentaires = {
        "maladie": f"taux de {pourcent(r['taux_maladie'], 3)}, qui croît avec l'assiette",
        "formation": "forfait, en part du plafond de la Sécurité sociale",
    }
    lignes: list[Ligne] = [
        ("Revenu avant cotisations", revenu, "bénéfice ou rémunération, avant les cotisations personnelles"),
        ("Abattement", au_centime(r["assiette"] - revenu), "forfaitaire, entre un plancher et un plafond"),
        ("Assiette", r["assiette"], "base de toutes les cotisations"),
    ]
    for nom, libelle in CONTRIBUTIONS.items():
        defaut = "sur l'assiette minimale" if sous_minimum.get(nom, False) else f"sur {euros(r['assiette'], 2)}"
        lignes.append((libelle, r[nom], commentaires.get(nom, defaut)))
    return [
        *lignes,
        ("Total des cotisations", r["total"], f"{pourcent(r['taux_global'], 2)} du revenu avant cotisations"),
        ("Revenu après cotisations", r["revenu_apres_cotisations"], "avant impôt sur le revenu"),
    ]
