"""Who the action is for, and what it gives: the same learner and the same plan give the same result on any machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.calendrier import jours_feries, jours_ouvres
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.portefeuille.ciblage import prospects_contactables
from rncp_utils.portefeuille.prospection.plan import Plan, relire_plan
from rncp_utils.portefeuille.prospection.reglage import regles
from rncp_utils.portefeuille.segmentation import section_naf

CLIENT, PRESCRIPTEUR = "client", "prescripteur"
ETAPES = ("cibles", "traites", "joints", "rdv", "offres", "ouvertures")


@dataclass(frozen=True)
class Action:
    """Une action menée.

    Attributes
    ----------
    plan : Plan
    prospects : DataFrame, index ``id_prospect``
        Une ligne par prospect retenu, dans l'ordre où il est contacté : ``raison_sociale``, ``section``,
        ``commune_insee``, ``origine``, ``potentiel``, ``ca_estime`` (€), ``dernier_contact`` ; ``presente_par``
        (« client », « prescripteur » ou vide) ; ``premier_essai``, ``date_rdv`` (NaT si rien) ; ``relances`` (faites) ;
        ``traite``, ``joint``, ``rdv``, ``offre``, ``ouverture``, ``recommande`` (a donné un nom), ``opposition`` (a
        demandé à ne plus être contacté) ; ``heures`` et ``cout`` (€, temps compris), frais fixes exclus.
    """

    plan: Plan
    prospects: pd.DataFrame


def cibler(plan: Plan, prospects: pd.DataFrame, territoire: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Prospects qu'un plan retient, du plus fort potentiel au plus faible, et ce que chaque filtre laisse.

    Un prospect opposé, devenu client, gardé trop longtemps, ou contacté dans les six mois n'est jamais retenu.

    Parameters
    ----------
    prospects, territoire : DataFrame
        Tables de l'agence (``charger("prospects")``, ``charger("territoire")``).

    Returns
    -------
    (DataFrame, dict)
        Les prospects, index ``id_prospect`` ; par étape du filtre, le nombre de lignes qui restent.

    Raises
    ------
    ErreurDonnees
        Cible vide, ou plus petite que le minimum d'une action.
    """
    zone, minimum = plan.option("zone"), plan.option("potentiel")["valeur"]
    communes = territoire.sort_values("population", ascending=False, kind="stable")["commune_insee"]
    contactables = prospects_contactables(prospects, plan.debut)
    retenus = contactables.assign(section=section_naf(contactables["naf"]))
    reste = {
        "Lignes du fichier": len(prospects),
        "Ni clients, ni opposés, ni gardés trop longtemps": len(retenus),
    }
    campagne = pd.Timestamp(plan.debut) - pd.DateOffset(months=regles()["mois_entre_campagnes"])
    for nom, garde in (
        ("Sans campagne depuis six mois", lambda t: t["dernier_contact"] <= campagne),
        ("Dans les secteurs choisis", lambda t: t["section"].isin(plan.secteurs)),
        ("Dans la zone choisie", lambda t: t["commune_insee"].isin(communes.head(zone["communes"]))),
        ("Au moins le potentiel minimal", lambda t: t["potentiel"] >= minimum),
    ):
        retenus = retenus[garde(retenus)]
        reste[nom] = len(retenus)
    _assez(len(retenus))
    ordre = retenus.sort_values(["potentiel", "id_prospect"], ascending=[False, True]).head(plan.nombre)
    reste["Retenus pour l'action"] = len(ordre)
    return ordre.set_index("id_prospect"), reste


def _assez(nombre: int) -> None:
    minimum = regles()["taille"]["minimum"]
    if nombre >= minimum:
        return
    combien = "aucun prospect contactable" if not nombre else f"seulement {nombre} prospects contactables"
    raise ErreurDonnees(
        f"Votre cible contient {combien}, et une action en demande {minimum} (convention du cours) : "
        "ajoutez un secteur, élargissez la zone ou abaissez le potentiel minimal."
    )


def heures_disponibles(plan: Plan) -> float:
    """Heures de prise de contact de la période, rendez-vous non compris."""
    return regles()["heures_par_jour"] * jours_ouvres(plan.debut, plan.fin)


def heures_par_prospect(plan: Plan) -> float:
    """Heures à prévoir pour un prospect : prise de contact, relances prévues, et trajet d'une visite."""
    return _heures_de_contact(plan) + regles()["heures_par_relance"] * plan.option("relances")["nombre"]


def nombre_traitable(plan: Plan) -> int:
    """Prospects que les heures de la période permettent de traiter."""
    return int(heures_disponibles(plan) / heures_par_prospect(plan) + 1e-9)


def _heures_de_contact(plan: Plan) -> float:
    canal = plan.option("canal")
    return canal["heures"] + (2 * plan.option("zone")["trajet"] if canal.get("deplacement") else 0.0)


def simuler(plan: Plan, graine: str, prospects: pd.DataFrame, territoire: pd.DataFrame) -> Action:
    """Mène l'action : un tirage par prospect et par étape, lu dans une empreinte de ``graine``.

    Les mêmes tirages servent à tous les plans d'une graine : un plan mieux réglé garde ce que l'autre obtenait.

    Parameters
    ----------
    graine : str
        Ce qui distingue un apprenant d'un autre.

    Raises
    ------
    ErreurDonnees
        Comme :func:`cibler`.
    """
    t, _ = cibler(plan, prospects, territoire)
    t = t.assign(presente_par=_presentations(plan, t, graine), traite=np.arange(len(t)) < nombre_traitable(plan))
    chances = _chances(plan, t)
    plancher = regles()["plancher"]
    t["joint"] = _obtenir(graine, t, "joint", chances["joint"], t["traite"], plancher["joint"])
    t["rdv"] = _obtenir(graine, t, "rdv", chances["rdv"], t["joint"], plancher["rdv"])
    _accompagner(graine, t)
    t["offre"] = _obtenir(graine, t, "offre", chances["offre"], t["rdv"], plancher["offre"])
    t["ouverture"] = _obtenir(graine, t, "ouverture", chances["ouverture"], t["offre"], plancher["ouverture"])
    demande = plan.option("demande")
    t["recommande"] = _obtenir(
        graine,
        t,
        "recommande",
        pd.Series(demande["chance"], index=t.index),
        t[demande["aupres"]],
        plancher["recommande"],
    )
    t["opposition"] = _obtenir(graine, t, "opposition", chances["opposition"], t["joint"] & ~t["rdv"], 0)
    return Action(plan, _compter(plan, t, graine, chances["joint"]))


def tirages(graine: str, ids: Iterable[str], etape: str) -> np.ndarray:
    """Nombres entre 0 et 1, un par identifiant, les mêmes partout.

    >>> tirages("a", ["Q1"], "joint").round(6).tolist() == tirages("a", ["Q1", "Q2"], "joint")[:1].round(6).tolist()
    True
    """
    empreintes = (hashlib.sha256(f"{graine}|{nom}|{etape}".encode()).digest() for nom in ids)
    return np.array([int.from_bytes(empreinte[:7], "big") / 2**56 for empreinte in empreintes])


def _obtenir(graine: str, t: pd.DataFrame, etape: str, chance: pd.Series, admis: pd.Series, plancher: int) -> pd.Series:
    """Who passes a step: a draw below the chance; and the nearest ones, up to the floor that the rules promise."""
    rapport = pd.Series(tirages(graine, t.index, etape), index=t.index) / chance
    passe = admis & (rapport < 1)
    manque = min(plancher, int(admis.sum())) - int(passe.sum())
    if manque > 0:
        passe.loc[rapport[admis & ~passe].nsmallest(manque).index] = True
    return passe


def _presentations(plan: Plan, t: pd.DataFrame, graine: str) -> pd.Series:
    """Who presents the branch to a prospect: already written in the files, or found by the partner of the action."""
    regle, prescripteur, canal = regles(), plan.option("prescripteur"), plan.option("canal")
    proximite = t["section"].map(prescripteur.get("secteurs", {})).astype("float64").fillna(prescripteur["autres"])
    chance = (
        regle["introductions"] * proximite * prescripteur["mois"][plan.choix["debut"]] * canal.get("introductions", 1.0)
    )
    connus = t["origine"].map({"recommandation": CLIENT, "expert_comptable": PRESCRIPTEUR})
    presente = _obtenir(graine, t, "presentation", chance, connus.isna(), regle["plancher"]["presentes"])
    return connus.mask(presente, PRESCRIPTEUR).fillna("")


def _chances(plan: Plan, t: pd.DataFrame) -> dict[str, pd.Series]:
    regle = regles()
    canal, relances = plan.option("canal"), plan.option("relances")
    secteurs = regle["secteurs"]
    bornes = regle["potentiel"]

    def du_secteur(table: str, choix: str) -> pd.Series:
        return t["section"].map({s: secteurs[s][table][plan.choix[choix]] for s in plan.secteurs}).astype("float64")

    def de_la_presentation(etape: str) -> pd.Series:
        return t["presente_par"].map({nom: facteurs.get(etape, 1.0) for nom, facteurs in regle["presente"].items()})

    besoin = du_secteur("besoins", "offre")
    facteurs = {
        "joint": du_secteur("joint", "creneau")
        * du_secteur("saison", "debut")
        * (canal["joint"] * relances["joint"])
        * de_la_presentation("joint").fillna(1.0),
        "rdv": besoin
        * (canal["rdv"] * plan.option("zone")["rdv"])
        * (bornes["bas"] + (bornes["haut"] - bornes["bas"]) * t["potentiel"] / 100)
        * de_la_presentation("rdv").fillna(1.0),
        # Who took an appointment for an offer that does not suit him rarely goes on to a proposal.
        "offre": besoin,
        "ouverture": relances["ouverture"] * de_la_presentation("ouverture").fillna(1.0),
        "opposition": pd.Series(float(relances.get("opposition", 1.0)), index=t.index),
    }
    chances = regle["chances"]
    return {etape: (chances[etape]["base"] * f).clip(upper=chances[etape]["maximum"]) for etape, f in facteurs.items()}


def _accompagner(graine: str, t: pd.DataFrame) -> None:
    """The partner of the action always brings one appointment: its share can be worked out."""
    presentes = t["presente_par"] == PRESCRIPTEUR
    if (presentes & t["rdv"]).any() or not (presentes & t["traite"]).any():
        return
    possibles = t.index[presentes & t["traite"]]
    premier = possibles[int(np.argmin(tirages(graine, possibles, "rdv")))]
    t.loc[premier, ["joint", "rdv"]] = True


def _compter(plan: Plan, t: pd.DataFrame, graine: str, chance: pd.Series) -> pd.DataFrame:
    """Reminders made, dates, hours and cost of each prospect."""
    canal, prevues = plan.option("canal"), plan.option("relances")["nombre"]
    rapport = pd.Series(tirages(graine, t.index, "joint"), index=t.index) / chance
    # Who is reached was at the first try, or at one of the reminders.
    faites = (rapport * (prevues + 1)).clip(upper=prevues).astype("int64").where(t["joint"], prevues)
    t["relances"] = faites.where(t["traite"], 0)
    rangs = np.arange(len(t)) * jours_ouvres(plan.debut, plan.fin) // max(1, int(t["traite"].sum()))
    essais = _jours_ouvres_apres(np.datetime64(plan.debut, "D"), rangs)
    attente = np.array(plan.option("relances")["delais"])[faites] + regles()["delai_rdv_jours"]
    t["premier_essai"] = pd.Series(essais.astype("datetime64[s]"), index=t.index).where(t["traite"])
    rdv = _jours_ouvres_apres(essais, attente)
    t["date_rdv"] = pd.Series(rdv.astype("datetime64[s]"), index=t.index).where(t["rdv"])
    heures = _heures_de_contact(plan) + regles()["heures_par_relance"] * t["relances"]
    t["heures"] = heures.where(t["traite"], 0.0)
    t["cout"] = (canal["prospect"] + canal["relance"] * t["relances"]).where(t["traite"], 0.0)
    colonnes = ["raison_sociale", "section", "commune_insee", "origine", "potentiel", "ca_estime", "dernier_contact"]
    colonnes += ["presente_par", "premier_essai", "date_rdv", "relances", "traite", "joint", "rdv", "offre"]
    return t[[*colonnes, "ouverture", "recommande", "opposition", "heures", "cout"]]


def _jours_ouvres_apres(depart: np.ndarray | np.datetime64, nombre: np.ndarray | int) -> np.ndarray:
    """Working days counted from a working day."""
    annee = int(np.datetime_as_string(np.atleast_1d(depart)[0], unit="Y"))
    return np.busday_offset(depart, nombre, holidays=jours_feries(annee, annee + 1))


def action_de(texte: object, graine: str) -> Action | None:
    """Action que décrit un plan gelé, menée de nouveau ; None si ce texte n'est pas un plan que l'on peut mener."""
    # The data of the course stand above this package: they are read only on demand.
    from rncp_utils.donnees import charger

    plan = relire_plan(texte)
    try:
        return plan and simuler(plan, graine, charger("prospects"), charger("territoire"))
    except ErreurDonnees:
        return None
