"""Le professionnel et son foyer vus ensemble, sans compter deux fois le même revenu. Convention de cours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import CONVENTION, Ligne, avec_lignes
from rncp_utils.credit.endettement.foyer import JEU, plancher_du_foyer
from rncp_utils.credit.endettement.lecture import Cas, au_centime, jour_des_conventions
from rncp_utils.erreurs import ErreurSchema
from rncp_utils.formats import formater_nombre, pourcent
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import ENTRE_MOTIFS, Masque, Valeur, colonne_motif

EI, SOCIETE = FORMES = ("ei", "societe")
CONFORME, ALERTE, REFUS = NIVEAUX = ("conforme", "alerte", "refus")
SEUILS = "endettement.consolidation"
# Ratio → what is said when it passes a threshold.
RATIOS = {
    "taux_endettement_prive": "taux d'endettement privé au-dessus de {}",
    "annuites_sur_caf": "annuités professionnelles au-dessus de {} de la CAF",
    "annuites_totales_sur_ressources": "annuités totales au-dessus de {} des ressources globales",
    "dscr_global": "couverture globale des annuités au-dessous de {} fois",
}
COUVERTURE = "dscr_global"


class _Vue(NamedTuple):
    """Amounts of a year, in euros."""

    caf: Valeur
    caf_disponible: Valeur
    annuites_pro: Valeur
    annuites_privees: Valeur
    revenu_activite: Valeur
    revenus_prives: Valeur
    ressources: Valeur
    train_de_vie: Valeur
    trop_preleve: Masque


class _Raison(NamedTuple):
    """What is held against a case: rank of the verdict that it brings, sentence, where."""

    rang: int
    phrase: str
    ou: Masque


def consolidation(
    pro: Mapping[str, Any] | pd.Series | pd.DataFrame,
    prive: Mapping[str, Any] | pd.Series | pd.DataFrame,
    *,
    forme: Any = EI,
    date: Any = None,
) -> pd.Series | pd.DataFrame:
    """Endettement du professionnel et de son foyer vus ensemble, chaque revenu compté une fois.

    - ``caf_disponible = caf + interets_pro - annuites_pro`` : ce que l'entreprise laisse prélever ;
    - entrepreneur individuel : le revenu privé tiré de l'activité est le prélèvement, dans la limite de la CAF
      disponible, et il n'est pas ajouté aux ressources, dont l'EBE le contient déjà ;
    - société : c'est la rémunération, que l'EBE a déjà déduite et qui lui est donc ajoutée, plus les dividendes, dans
      la limite de la CAF disponible, qui ne sont pas ajoutés aux ressources ;
    - ``ressources_globales = ebe (+ remuneration) + autres_revenus - cotisations - ir - impot_societe`` ;
    - ``dscr_global = (ressources_globales - train_de_vie) / annuités totales``.

    Parameters
    ----------
    pro : mapping, Series ou DataFrame, en euros par an
        ``ebe`` et ``caf`` ; facultatifs : ``annuites_pro`` (capital et intérêts, nouveau prêt compris),
        ``interets_pro`` (compris dedans), ``prelevements`` (exigés d'un entrepreneur individuel), ``remuneration``
        (nette, exigée d'un dirigeant de société), ``dividendes``, ``cotisations`` de l'exploitant que l'EBE n'a pas
        déduites, ``impot_societe``.
    prive : mapping, Series ou DataFrame, en euros par an
        Facultatifs : ``autres_revenus`` (conjoint, loyers pondérés), ``annuites_privees``, ``ir``, ``train_de_vie`` (à
        défaut douze fois le plancher du reste à vivre), ``adultes`` (1), ``enfants`` (0). Mêmes lignes que ``pro``.
    forme : str, liste, array ou Series
        « ei » ou « societe ».
    date : date, optional
        Jour des seuils ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``caf_disponible``, ``revenu_activite``, ``ressources_globales``, ``annuites_totales`` (euros par an),
        ``taux_endettement_prive``, ``annuites_sur_caf``, ``annuites_totales_sur_ressources`` (fractions),
        ``dscr_global`` (fois), ``verdict`` (conforme, alerte ou refus) et ``raisons``, en français. Un ratio sans
        ressource pour le porter est NaN, et un refus s'il y a une dette.

    Raises
    ------
    ErreurDonnees
        Un cas : montant absent, charge négative, forme inconnue. Table : NaN et ``motif``.
    ErreurSchema
        Colonne exigée absente, colonne donnée des deux côtés, tables qui n'ont pas les mêmes lignes.

    Source : convention de cours pour les seuils ; chaque banque a les siens, confidentiels.

    >>> vue = consolidation(
    ...     {"ebe": 82_000, "caf": 68_800, "annuites_pro": 24_000, "interets_pro": 4_000, "prelevements": 36_000},
    ...     {"autres_revenus": 25_200, "annuites_privees": 14_000, "ir": 6_000, "adultes": 2},
    ... )
    >>> vue["ressources_globales"], round(vue["taux_endettement_prive"], 4), vue["verdict"]
    (101200.0, 0.2288, 'conforme')
    """
    cas = _reunir(pro, prive, forme)
    jour = jour_des_conventions(date)
    vue = _lire(cas, jour)
    totales = vue.annuites_pro + vue.annuites_privees
    ratios = {
        "taux_endettement_prive": _part(vue.annuites_privees, vue.revenus_prives),
        "annuites_sur_caf": _part(vue.annuites_pro, vue.caf),
        "annuites_totales_sur_ressources": _part(totales, vue.ressources),
        COUVERTURE: _part(vue.ressources - vue.train_de_vie, totales),
    }
    resultat = cas.resultat(
        caf_disponible=au_centime(vue.caf_disponible),
        revenu_activite=au_centime(vue.revenu_activite),
        ressources_globales=au_centime(vue.ressources),
        annuites_totales=au_centime(totales),
        **ratios,
    )
    resultat = _avec_verdict(cas, resultat, _juger(vue, ratios, totales, jour))
    resultat.attrs["source"] = CONVENTION
    return avec_lignes(
        resultat, lambda r: _lignes(r, vue), f"{SEUILS}.alerte", f"{SEUILS}.refus", "hcsf.taux_effort_maximal"
    )


def _reunir(pro: Any, prive: Any, forme: Any) -> Cas:
    """Both sides as one case, or as one table."""
    doubles = [nom for nom in pro.keys() if nom in prive.keys()]  # noqa: SIM118 (a Series iterates its values)
    if doubles:
        raise ErreurSchema(f"{doubles[0]} est donné côté professionnel et côté privé : gardez-le d'un seul côté.")
    tables = [isinstance(cote, pd.DataFrame) for cote in (pro, prive)]
    if not any(tables):
        return Cas({**dict(pro), **dict(prive), "forme": forme})
    if not all(tables) or not pro.index.equals(prive.index):
        raise ErreurSchema("pro et prive n'ont pas les mêmes lignes : donnez deux tables de même index.")
    if isinstance(forme, pd.Series) and not forme.index.equals(pro.index):
        raise ErreurSchema("forme n'a pas les mêmes lignes que pro : donnez une forme par ligne.")
    return Cas(pd.concat([pro, prive], axis=1).assign(forme=forme))


def _lire(cas: Cas, jour: dt.date) -> _Vue:
    individuel = cas.choix("forme", FORMES) == 0
    ebe, caf = cas.montant("ebe"), cas.montant("caf")
    annuites_pro, interets = cas.charge("annuites_pro", 0.0), cas.charge("interets_pro", 0.0)
    cas.refuser(interets > annuites_pro, "interets_pro : supérieurs aux annuités dont ils font partie")
    disponible = caf + interets - annuites_pro
    remuneration = _exigee(cas, "remuneration", np.logical_not(individuel))
    # What comes out of what the business leaves, and is already in its EBE.
    preleve = np.where(individuel, _exigee(cas, "prelevements", individuel), cas.charge("dividendes", 0.0))
    retenu = np.minimum(preleve, np.maximum(disponible, 0.0))
    revenu_activite = retenu + np.where(individuel, 0.0, remuneration)
    autres = cas.charge("autres_revenus", 0.0)
    deduits = sum(cas.charge(nom, 0.0) for nom in ("cotisations", "ir", "impot_societe"))
    train_de_vie, inconnu = cas.complement("train_de_vie")
    cas.refuser(train_de_vie < 0, "train_de_vie : montant négatif, écrivez-le en positif")
    return _Vue(
        caf=caf,
        caf_disponible=disponible,
        annuites_pro=annuites_pro,
        annuites_privees=cas.charge("annuites_privees", 0.0),
        revenu_activite=revenu_activite,
        revenus_prives=revenu_activite + autres,
        ressources=ebe + np.where(individuel, 0.0, remuneration) + autres - deduits,
        train_de_vie=np.where(inconnu, 12 * plancher_du_foyer(cas, jour), train_de_vie),
        trop_preleve=preleve > retenu,
    )


def _exigee(cas: Cas, nom: str, ou: Masque) -> Valeur:
    """A charge that only some legal forms must give."""
    valeur, inconnu = cas.complement(nom)
    cas.refuser(np.logical_and(ou, inconnu), f"{nom} absent : il est exigé de cette forme d'entreprise")
    cas.refuser(valeur < 0, f"{nom} : montant négatif, écrivez-le en positif")
    return valeur


def _part(numerateur: Valeur, denominateur: Valeur) -> Valeur:
    """A ratio, missing where nothing carries it."""
    return numerateur / np.where(denominateur > 0, denominateur, np.nan)


def _seuils(jour: dt.date) -> tuple[dict[str, float], dict[str, float]]:
    alerte = parametre(f"{SEUILS}.alerte", jour) | {
        "taux_endettement_prive": parametre("hcsf.taux_effort_maximal", jour),
        "annuites_sur_caf": parametre("ratios.annuites_sur_caf_alerte", jour),
    }
    return alerte, parametre(f"{SEUILS}.refus", jour)


def _juger(vue: _Vue, ratios: dict[str, Valeur], totales: Valeur, jour: dt.date) -> list[_Raison]:
    """All that can be held against a case, and where it is."""
    trop = "prélèvements ou dividendes supérieurs à la CAF disponible : retenus dans sa limite"
    raisons = [_Raison(1, trop, vue.trop_preleve)]
    alerte, refus = _seuils(jour)
    for nom, phrase in RATIOS.items():
        refuse, alerte_ = (_franchi(nom, ratios[nom], seuils[nom]) for seuils in (refus, alerte))
        # Beyond the threshold of refusal, that of the alert says nothing more.
        for rang, seuil, ou in ((1, alerte[nom], alerte_ & np.logical_not(refuse)), (2, refus[nom], refuse)):
            texte = formater_nombre(seuil) if nom == COUVERTURE else pourcent(seuil, 0)
            raisons.append(_Raison(rang, phrase.format(texte), ou))
    for phrase, dette, ressource in (
        ("aucun revenu privé pour payer les annuités privées", vue.annuites_privees, vue.revenus_prives),
        ("aucune CAF pour payer les annuités professionnelles", vue.annuites_pro, vue.caf),
        ("aucune ressource globale pour payer les annuités", totales, vue.ressources),
    ):
        raisons.append(_Raison(2, phrase, (dette > 0) & (ressource <= 0)))
    return raisons


def _franchi(nom: str, valeur: Valeur, seuil: float) -> Masque:
    """Where a ratio passes a threshold; at the threshold itself it does not."""
    return valeur < seuil - JEU if nom == COUVERTURE else valeur > seuil + JEU


def _avec_verdict(cas: Cas, resultat: pd.Series | pd.DataFrame, raisons: list[_Raison]) -> pd.Series | pd.DataFrame:
    niveaux = np.max([np.where(raison.ou, raison.rang, 0) for raison in raisons], axis=0)
    if not cas.en_table:
        attributs = resultat.attrs
        resultat = resultat.astype("object")
        resultat["verdict"] = NIVEAUX[int(niveaux)]
        resultat["raisons"] = ENTRE_MOTIFS.join(raison.phrase for raison in raisons if raison.ou)
        resultat.attrs = attributs
        return resultat
    refusees = np.logical_not(np.broadcast_to(cas.valables, len(resultat)))
    bits = np.zeros(len(resultat), dtype="int64")
    for rang, raison in enumerate(raisons):
        bits |= (raison.ou & ~refusees).astype("int64") << rang
    place = resultat.columns.get_loc("motif")
    verdicts = pd.Categorical.from_codes(np.where(refusees, -1, niveaux), categories=list(NIVEAUX), ordered=True)
    resultat.insert(place, "verdict", verdicts)
    resultat.insert(place + 1, "raisons", colonne_motif(bits, [raison.phrase for raison in raisons]))
    return resultat


def _lignes(r: pd.Series, vue: _Vue) -> list[Ligne]:
    lignes: list[Ligne] = [
        ("CAF", au_centime(vue.caf), "de l'entreprise, par an"),
        ("Annuités professionnelles", au_centime(-vue.annuites_pro), "capital et intérêts"),
        ("CAF disponible", r["caf_disponible"], "CAF plus intérêts moins annuités : ce qui peut être prélevé"),
        (
            "Revenu tiré de l'activité",
            r["revenu_activite"],
            "prélèvements ou dividendes, dans la limite de la CAF disponible, et rémunération d'une société",
        ),
        ("Revenus privés", au_centime(vue.revenus_prives), "activité et autres revenus du foyer"),
        ("Annuités privées", au_centime(-vue.annuites_privees), "crédits du foyer"),
        (
            "Ressources globales",
            r["ressources_globales"],
            "EBE et autres revenus, après cotisations et impôts ; ce qui est prélevé sur l'EBE n'y est pas ajouté",
        ),
        ("Train de vie", au_centime(-vue.train_de_vie), "dépenses courantes du foyer"),
    ]
    for nom, libelle in (
        ("taux_endettement_prive", "Taux d'endettement privé"),
        ("annuites_sur_caf", "Part de la CAF prise par les annuités professionnelles"),
        ("annuites_totales_sur_ressources", "Part des ressources prise par toutes les annuités"),
    ):
        lignes.append((libelle, r[nom], pourcent(r[nom], 2)))
    lignes.append(("Couverture globale", r[COUVERTURE], "fois les annuités, après train de vie"))
    return [*lignes, ("Verdict", float("nan"), r["verdict"] + (f" : {r['raisons']}" if r["raisons"] else ""))]
