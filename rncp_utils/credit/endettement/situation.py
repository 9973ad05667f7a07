"""Capacité d'endettement d'un foyer en une fois : revenus, charges, taux, reste à vivre, mensualité possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rncp_utils.credit.endettement.capacite import mensualite_possible, part_des_revenus
from rncp_utils.credit.endettement.explication import CONVENTION, Ligne, avec_lignes
from rncp_utils.credit.endettement.foyer import JEU, PORTEE, effort, plancher_du_foyer
from rncp_utils.credit.endettement.lecture import Cas, au_centime, jour_des_conventions
from rncp_utils.formats import pourcent
from rncp_utils.parametres import parametre


def situation_foyer(foyers: Mapping[str, Any] | pd.Series | pd.DataFrame, *, date: Any = None) -> Any:
    """Capacité d'endettement d'un foyer, ou d'un portefeuille de foyers, avant et après un nouveau prêt.

    Parameters
    ----------
    foyers : mapping, Series ou DataFrame
        ``revenu_professionnel`` en euros **par an** (revenu lissé, :func:`lisser`) ; puis, en euros **par mois** et
        facultatifs : ``autres_revenus`` (salaire du conjoint, pension reçue), ``loyers`` bruts perçus,
        ``mensualites`` (crédits en cours, assurance comprise), ``pensions_versees``, ``loyer_conserve``,
        ``nouvelle_mensualite`` ; ``adultes`` (1) et ``enfants`` (0). Non modifié.
    date : date, optional
        Jour du taux d'effort et des conventions ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        En euros par mois : ``revenus`` (loyers pondérés compris), ``charges`` (nouveau prêt compris),
        ``reste_a_vivre``, ``plancher``, ``ecart``, ``mensualite_maximale`` (du nouveau prêt) ; ``taux_avant`` et
        ``taux_endettement`` (fractions, non arrondies).

    Raises
    ------
    ErreurDonnees
        Un foyer : revenu professionnel absent, charge négative. Table : NaN et ``motif``.
    ErreurSchema
        Pas de colonne ``revenu_professionnel``.

    Source : convention de cours pour la pondération des loyers et le plancher ; taux d'effort du HCSF, qui ne vise que
    les crédits immobiliers aux particuliers, repris comme repère.

    >>> foyer = {"revenu_professionnel": 41_000, "autres_revenus": 2_100, "loyers": 650, "mensualites": 1_390,
    ...          "nouvelle_mensualite": 620, "adultes": 2}
    >>> situation = situation_foyer(foyer, date="2026-11-23")
    >>> situation[["taux_endettement", "reste_a_vivre", "mensualite_maximale"]].round(6).tolist()
    [0.336589, 3961.67, 700.08]
    """
    cas = Cas(foyers)
    jour = jour_des_conventions(date)
    part, ponderation = part_des_revenus(None, jour), parametre("endettement.ponderation_loyers", jour)
    loyers = cas.charge("loyers", 0.0)
    entrees = {
        "professionnel": cas.montant("revenu_professionnel") / 12,
        "autres": cas.charge("autres_revenus", 0.0),
        "loyers": ponderation * loyers,
    }
    sorties = {
        "mensualites": cas.charge("mensualites", 0.0),
        "autres": cas.charge("pensions_versees", 0.0) + cas.charge("loyer_conserve", 0.0),
        "nouvelle": cas.charge("nouvelle_mensualite", 0.0),
    }
    revenus, charges = sum(entrees.values()), sum(sorties.values())
    existantes = sorties["mensualites"] + sorties["autres"]
    plancher, reste = plancher_du_foyer(cas, jour), au_centime(revenus - charges)
    taux = effort(cas, charges, revenus, loyers, jour)
    cas.signaler(taux > part + JEU, f"taux d'endettement au-dessus de {pourcent(part, 0)}", bloquant=False)
    cas.signaler(reste < plancher, "reste à vivre sous le plancher", bloquant=False)
    resultat = cas.resultat(
        revenus=au_centime(revenus),
        charges=au_centime(charges),
        taux_avant=effort(cas, existantes, revenus, loyers, jour),
        taux_endettement=taux,
        reste_a_vivre=reste,
        plancher=plancher,
        ecart=au_centime(reste - plancher),
        mensualite_maximale=mensualite_possible(part, revenus, existantes),
    )
    resultat.attrs |= {"source": CONVENTION, "portee": PORTEE}
    sources = ("hcsf.taux_effort_maximal", "endettement.ponderation_loyers", "endettement.reste_a_vivre_plancher")
    return avec_lignes(resultat, lambda r: _lignes(r, entrees, sorties, ponderation, part), *sources)


def _lignes(
    r: pd.Series, entrees: dict[str, float], sorties: dict[str, float], ponderation: float, part: float
) -> list[Ligne]:
    mot = "au-dessus" if r["ecart"] >= 0 else "au-dessous"
    apres = f"{pourcent(r['taux_endettement'], 2)}, repère : {pourcent(part, 0)} (HCSF)"
    return [
        ("Revenu professionnel", au_centime(entrees["professionnel"]), "revenu annuel lissé / 12"),
        ("Autres revenus", au_centime(entrees["autres"]), "conjoint, pensions reçues"),
        ("Loyers pondérés", au_centime(entrees["loyers"]), f"{pourcent(ponderation, 0)} des loyers bruts"),
        ("Revenus du foyer", r["revenus"], "par mois, nets, avant impôt"),
        ("Crédits en cours", au_centime(-sorties["mensualites"]), "mensualités, assurance comprise"),
        ("Pensions et loyer", au_centime(-sorties["autres"]), "encore dus après l'opération"),
        ("Nouveau prêt", au_centime(-sorties["nouvelle"]), "mensualité, assurance comprise"),
        ("Taux d'endettement avant", r["taux_avant"], pourcent(r["taux_avant"], 2)),
        ("Taux d'endettement après", r["taux_endettement"], apres),
        ("Reste à vivre", r["reste_a_vivre"], f"{mot} du plancher de la composition du foyer"),
        ("Mensualité maximale", r["mensualite_maximale"], f"{pourcent(part, 0)} des revenus moins les charges"),
    ]
