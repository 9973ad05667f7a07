"""Revenu qu'une banque retient d'un professionnel, selon son statut. Avant impôt sur le revenu ; usage bancaire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement import micro as regime_micro
from rncp_utils.credit.endettement.cotisations_tns import ACTIVITES as ACTIVITES_TNS
from rncp_utils.credit.endettement.cotisations_tns import contributions
from rncp_utils.credit.endettement.explication import CONVENTION
from rncp_utils.credit.endettement.lecture import Cas, Jours, au_centime, jour_des_conventions
from rncp_utils.credit.endettement.lissage import CLIENT
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import Valeur

EI, GERANT, ASSIMILE, LIBERAL = ("ei_reel_ir", "gerant_majoritaire", "assimile_salarie", "liberal_bnc")
MICRO = {f"micro_{activite}": activite for activite in regime_micro.ACTIVITES}
STATUTS = (EI, *MICRO, GERANT, ASSIMILE, LIBERAL)
# The same result, by the letters of its box: 2053, 2033-B, 2035.
BENEFICE = ("benefice", "HN", "310", "CP")
COLONNES = ("revenu_brut", "cotisations", "revenu_retenu")


class _Revenu(NamedTuple):
    """Income of each year, in euros, and the sentence that tells how it was retained."""

    brut: Valeur
    cotisations: Valeur
    retenu: Valeur
    commentaire: Any


def revenu_professionnel(statut: Any, exercices: Any, date: Any = None) -> pd.DataFrame:
    """Revenu retenu de chaque exercice, selon le statut : jamais le chiffre d'affaires, ni le bénéfice tel quel.

    ========================  ========================================================================================
    statut                    colonnes lues (en euros par an ; celles entre parenthèses sont facultatives)
    ========================  ========================================================================================
    ``ei_reel_ir``            ``benefice`` (HN, 310 ou CP) + (``reintegrations``), dans la limite de
                              (``caf`` - ``remboursements_pro``) ; (``cotisations``) déjà déduites du bénéfice
    ``micro_ventes``,         ``ca`` - cotisations - (``charges_reelles``), à défaut l'abattement forfaitaire ;
    ``micro_services``,       (``taux_cotisations``) remplace le taux livré
    ``micro_bnc``,
    ``micro_cipav``
    ``gerant_majoritaire``    ``remuneration`` nette de cotisations (art. 62) + moyenne des (``dividendes``) nets des
                              trois derniers exercices. La part des dividendes au-delà de 10 % du
                              (``capital_et_comptes``) supporte les cotisations d'un indépendant
                              ((``activite``) artisan ou commercant, (``cotisations``) de la rémunération,
                              (``taux_cotisations``) pour les remplacer), le reste les prélèvements sociaux
    ``assimile_salarie``      ``net_avant_impot`` (fiches de paie) + (``dividendes``) × 50 %
    ``liberal_bnc``           ``benefice`` (CP) ; plus (``charges_sociales_perso``) (BT) si
                              (``cotisations_ailleurs``) : elles sont comptées ailleurs dans le foyer
    ========================  ========================================================================================

    Parameters
    ----------
    statut : str, ou liste, array ou Series d'une valeur par ligne
    exercices : DataFrame, liste de dictionnaires, ou dictionnaire
        Une ligne par exercice : ``annee``, les colonnes du statut, et ``id_client`` s'il y a plusieurs clients. Non
        modifié.
    date : date, optional
        Jour des conventions de cours (pondérations) ; les taux légaux sont ceux de chaque ``annee``. Par défaut
        aujourd'hui.

    Returns
    -------
    DataFrame
        Mêmes lignes : (``id_client``), ``annee``, ``revenu_brut``, ``cotisations``, ``revenu_retenu`` (euros, au
        centime ; une année négative le reste), ``commentaire``, ``motif`` (pourquoi il manque ou doute).

    Raises
    ------
    ErreurDonnees
        Statut inconnu.
    ErreurSchema
        Colonne exigée absente. Une case vide ou négative ôte seulement sa ligne.

    Source : usage bancaire, convention de cours ; CSS, art. L. 131-6 pour les dividendes (de source secondaire).

    >>> import pandas as pd
    >>> trois_ans = pd.DataFrame({"annee": [2022, 2023, 2024], "benefice": [38_000, 41_000, 44_000],
    ...     "caf": [50_000, 50_000, 50_000], "remboursements_pro": [8_000, 8_000, 8_000]})
    >>> revenu_professionnel("ei_reel_ir", trois_ans, "2025-06-30")["revenu_retenu"].tolist()
    [38000.0, 41000.0, 42000.0]
    >>> revenu_professionnel("micro_ventes", {"annee": 2024, "ca": 120_000})["revenu_retenu"].tolist()
    [20040.0]
    """
    table = _table(exercices)
    statuts = _statuts(statut, table)
    jour = jour_des_conventions(date)
    resultat = pd.DataFrame(np.nan, index=range(len(table)), columns=list(COLONNES))
    commentaires = np.full(len(table), None, dtype="object")
    motifs = np.full(len(table), None, dtype="object")
    # One pass a status, not a row.
    for nom in pd.unique(statuts):
        ici = np.flatnonzero(statuts == nom)
        partie = _par_statut(nom, table.iloc[ici], jour)
        resultat.iloc[ici] = partie[list(COLONNES)].to_numpy()
        commentaires[ici] = partie["commentaire"].to_numpy()
        motifs[ici] = partie["motif"].astype("object").where(partie["motif"].notna(), None).to_numpy()
    reperes = {nom: table[nom].to_numpy() for nom in (CLIENT, "annee") if nom in table}
    resultat = resultat.assign(commentaire=pd.array(commentaires, dtype="str"), motif=pd.Categorical(motifs))
    for rang, (nom, valeurs) in enumerate(reperes.items()):
        resultat.insert(rang, nom, valeurs)
    resultat.index = table.index
    resultat.attrs["source"] = CONVENTION
    return resultat


def _table(exercices: Any) -> pd.DataFrame:
    if isinstance(exercices, Mapping):
        exercices = [exercices]
    table = exercices if isinstance(exercices, pd.DataFrame) else pd.DataFrame(list(exercices))
    if "annee" not in table:
        raise ErreurSchema("La colonne annee manque : dites l'année de chaque exercice.")
    return table


def _statuts(statut: Any, table: pd.DataFrame) -> np.ndarray:
    """Status of each row."""
    if isinstance(statut, str):
        statuts = np.full(len(table), statut, dtype="object")
    else:
        if isinstance(statut, pd.Series) and not statut.index.equals(table.index):
            raise ErreurSchema("Les statuts n'ont pas les mêmes lignes que les exercices : donnez-en un par exercice.")
        statuts = np.asarray(statut, dtype="object")
        if statuts.shape != (len(table),):
            raise ErreurSchema("Il n'y a pas un statut par exercice : donnez-en autant que de lignes, ou un seul.")
    inconnus = [nom for nom in pd.unique(statuts) if nom not in STATUTS]
    if inconnus:
        raise ErreurDonnees(f"Le statut « {inconnus[0]} » est inconnu : choisissez parmi {', '.join(STATUTS)}.")
    return statuts


def _par_statut(statut: str, lignes: pd.DataFrame, jour: dt.date) -> pd.DataFrame:
    cas = Cas(lignes)
    jours = Jours(cas, lignes["annee"], "annee")
    if CLIENT in lignes:
        cas.refuser(lignes[CLIENT].isna().to_numpy(), f"{CLIENT} absent")
    revenu = _micro(cas, jours, MICRO[statut]) if statut in MICRO else FORMULES[statut](cas, jours, jour)
    resultat = cas.resultat(**dict(zip(COLONNES, (au_centime(np.asarray(x)) for x in revenu[:3]), strict=True)))
    commentaires = np.asarray(revenu.commentaire, dtype="object")
    resultat["commentaire"] = np.where(resultat["revenu_retenu"].isna(), None, commentaires)
    return resultat


def _benefice(cas: Cas) -> Valeur:
    """The result of the year, by its name or by the box of its form."""
    nom = next((nom for nom in BENEFICE if nom in cas), BENEFICE[0])
    return cas.montant(nom)


def _entreprise_individuelle(cas: Cas, jours: Jours, jour: dt.date) -> _Revenu:
    revenu = _benefice(cas) + cas.charge("reintegrations", 0.0)
    caf, sans_caf = cas.complement("caf")
    soutenable = caf - cas.charge("remboursements_pro", 0.0)
    plafonne = np.logical_not(sans_caf) & (soutenable < revenu)
    cas.douter(sans_caf, "CAF inconnue : il n'est pas vérifié que le revenu puisse être prélevé")
    cotisations = cas.charge("cotisations", 0.0)
    return _Revenu(
        revenu + cotisations,
        cotisations,
        np.where(plafonne, soutenable, revenu),
        np.where(
            plafonne,
            "plafonné à la CAF après remboursements professionnels : le bénéfice n'est pas tout prélevable",
            "bénéfice après cotisations de l'exploitant, réintégrations comprises",
        ),
    )


def _micro(cas: Cas, jours: Jours, activite: str) -> _Revenu:
    ca = cas.charge("ca")
    taux, sans_taux = cas.complement("taux_cotisations")
    cas.refuser((taux < 0) | (taux > 1), "taux_cotisations : taux attendu en fraction (0,05 pour 5 %)")
    codes = np.full(len(cas.source), regime_micro.ACTIVITES.index(activite))
    calcul = regime_micro.calculer_micro(jours, ca, codes, taux, sans_taux)
    charges, sans_charges = cas.complement("charges_reelles")
    cas.refuser(charges < 0, "charges_reelles : montant négatif, écrivez-le en positif")
    cas.douter(sans_charges, "charges réelles inconnues : l'abattement forfaitaire en tient lieu")
    depasse = ca > regime_micro.plafonds(jours, codes)
    cas.signaler(depasse, "chiffre d'affaires au-dessus du plafond du régime micro", bloquant=False)
    retenu = ca - calcul["cotisations"] - np.where(sans_charges, calcul["abattement"], charges)
    return _Revenu(
        ca,
        calcul["cotisations"],
        retenu,
        np.where(
            sans_charges,
            "chiffre d'affaires moins cotisations et abattement forfaitaire (estimation des charges)",
            "chiffre d'affaires moins cotisations et charges réelles",
        ),
    )


def _gerant_majoritaire(cas: Cas, jours: Jours, jour: dt.date) -> _Revenu:
    remuneration, dividendes = cas.charge("remuneration"), cas.charge("dividendes", 0.0)
    cotisations, sans_cotisations = cas.complement("cotisations")
    cas.refuser(cotisations < 0, "cotisations : montant négatif, écrivez-le en positif")
    nets, prelevees = _dividendes_nets(cas, jours, remuneration + cotisations, dividendes, sans_cotisations)
    attendus = parametre("endettement.dividendes_recurrents", jour)
    recurrents, exercices = _moyenne_des_derniers(cas, jours, nets, attendus)
    cas.douter((recurrents > 0) & (exercices < attendus), f"dividendes : moyenne de moins de {attendus} exercices")
    return _Revenu(
        remuneration + cotisations + dividendes,
        cotisations + prelevees,
        remuneration + recurrents,
        np.where(
            recurrents > 0,
            f"rémunération nette plus moyenne des dividendes nets des {attendus} derniers exercices donnés",
            "rémunération nette de cotisations",
        ),
    )


def _dividendes_nets(
    cas: Cas, jours: Jours, remuneration_brute: Valeur, dividendes: Valeur, sans_cotisations: Any
) -> tuple[Valeur, Valeur]:
    """Dividends after social charges, and these charges: those of capital up to the threshold, of work above."""
    verses = dividendes > 0
    capital, sans_capital = cas.complement("capital_et_comptes")
    cas.refuser(capital < 0, "capital_et_comptes : montant négatif, écrivez-le en positif")
    cas.douter(
        verses & sans_capital, "capital_et_comptes inconnu : tous les dividendes sont soumis aux cotisations sociales"
    )
    seuil = np.where(verses, jours.parametre("tns.dividendes_seuil", verses), 0.0) * capital
    exces = np.maximum(dividendes - seuil, 0.0)
    en_exces = exces > 0
    cas.douter(en_exces & sans_cotisations, "cotisations de la rémunération inconnues : assiette sous-évaluée")
    taux, sans_taux = cas.complement("taux_cotisations")
    cas.refuser((taux < 0) | (taux > 1), "taux_cotisations : taux attendu en fraction (0,05 pour 5 %)")
    calcules = en_exces & sans_taux
    marginales = _cotisations_marginales(cas, jours, remuneration_brute, exces, calcules) if calcules.any() else 0.0
    travail = np.where(calcules, marginales, taux * exces)
    sociaux = np.where(verses, jours.parametre("pfu.prelevements_sociaux", verses), 0.0) * (dividendes - exces)
    prelevees = au_centime(travail) + au_centime(sociaux)
    return dividendes - prelevees, prelevees


def _cotisations_marginales(cas: Cas, jours: Jours, brut: Valeur, exces: Valeur, ou: np.ndarray) -> Valeur:
    """What the contributions gain when the dividends above the threshold join the pay."""
    commercant = cas.choix("activite", ACTIVITES_TNS) == 1 if "activite" in cas else np.ones(len(exces), dtype=bool)
    avec, sans = (contributions(jours, revenu, commercant, ou=ou)["total"] for revenu in (brut + exces, brut))
    return np.where(ou, avec - sans, 0.0)


def _moyenne_des_derniers(cas: Cas, jours: Jours, montants: Valeur, combien: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean of a client's last years, on each of its rows, and how many years it holds."""
    clients = cas.source[CLIENT].to_numpy() if CLIENT in cas.source else np.zeros(len(cas.source))
    table = pd.DataFrame({"client": clients, "annee": jours.annees, "montant": montants})
    # A refused row (no year, no dividend) says nothing of the others.
    table = table.where(pd.Series(np.broadcast_to(cas.valables, len(table))))
    derniere = table.groupby("client")["annee"].transform("max")
    recents = table["montant"].where(table["annee"] > derniere - combien).groupby(pd.Series(clients))
    return recents.transform("mean").to_numpy(), recents.transform("count").to_numpy()


def _assimile_salarie(cas: Cas, jours: Jours, jour: dt.date) -> _Revenu:
    salaire, dividendes = cas.charge("net_avant_impot"), cas.charge("dividendes", 0.0)
    part = parametre("endettement.ponderation_dividendes", jour)
    return _Revenu(
        salaire + dividendes,
        0.0 * salaire,
        salaire + part * dividendes,
        np.where(dividendes > 0, "net des fiches de paie plus dividendes pondérés", "net des fiches de paie"),
    )


def _liberal(cas: Cas, jours: Jours, jour: dt.date) -> _Revenu:
    benefice, cotisations = _benefice(cas), cas.charge("charges_sociales_perso", 0.0)
    ailleurs = _oui(cas, "cotisations_ailleurs")
    return _Revenu(
        benefice + cotisations,
        cotisations,
        benefice + np.where(ailleurs, cotisations, 0.0),
        np.where(
            ailleurs,
            "bénéfice avant charges sociales personnelles, comptées ailleurs dans le foyer",
            "bénéfice de la déclaration 2035, après charges sociales personnelles",
        ),
    )


def _oui(cas: Cas, nom: str) -> np.ndarray:
    """A column of yes or no, no where it is empty or absent."""
    if nom not in cas.source:
        return np.zeros(len(cas.source), dtype=bool)
    return cas.source[nom].astype("boolean").fillna(False).to_numpy(dtype=bool)


FORMULES: dict[str, Callable[[Cas, Jours, dt.date], _Revenu]] = {
    EI: _entreprise_individuelle,
    GERANT: _gerant_majoritaire,
    ASSIMILE: _assimile_salarie,
    LIBERAL: _liberal,
}
