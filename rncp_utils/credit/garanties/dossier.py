"""Dossier à garantir : ce qui en est lu, et les sûretés que les règles du cours proposent d'essayer."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from rncp_utils.credit.garanties.catalogue import surete
from rncp_utils.credit.garanties.caution import proportionnalite_caution
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date
from rncp_utils.yaml_strict import lire_yaml

FICHIER = Path(__file__).with_name("adaptation.yaml")
EI, SOCIETE = FORMES = ("ei", "societe")
DIRIGEANT = "dirigeant"
LIENS = (DIRIGEANT, "conjoint", "tiers")
RESSOURCES = ("revenus_annuels", "patrimoine_net", "engagements_existants")
ENTRE_SURETES = " + "
Surete = dict[str, Any]


@dataclass(frozen=True)
class Dossier:
    """Crédit à garantir ; montants en euros. Les champs sont décrits par :func:`adapter_garanties`."""

    montant: float
    duree_mois: int
    objet: str
    bien: str = "aucun"
    forme: str = SOCIETE
    valeur_bien: float | None = None
    rangs_anterieurs: float = 0.0
    valeur_residence: float = 0.0
    valeur_assurance_vie: float = 0.0
    cautions: tuple[Mapping[str, Any], ...] = ()
    ca: float | None = None
    effectif: float | None = None
    artisan_commercant: bool = False
    taux: float | None = None
    probabilite_defaut: float | None = None
    date: dt.date = field(default_factory=dt.date.today)


def lire_dossier(dossier: Mapping[str, Any]) -> Dossier:
    """Dossier contrôlé, ou une phrase qui dit ce qui n'y va pas."""
    champs = Dossier.__dataclass_fields__
    inconnus = sorted(set(dossier) - set(champs))
    if inconnus:
        raise ErreurSchema(f"Champ {', '.join(inconnus)} inconnu : un dossier a {', '.join(champs)}.")
    absents = [nom for nom in ("montant", "duree_mois", "objet") if nom not in dossier]
    if absents:
        raise ErreurSchema(f"Le dossier n'a pas {', '.join(absents)} : ajoutez-les.")
    lu = Dossier(**{**dossier, "cautions": tuple(dossier.get("cautions", ()))})
    choix = {"objet": tuple(_propositions()["organismes"]), "bien": tuple(_propositions()["reelles"]), "forme": FORMES}
    for nom, valeurs in choix.items():
        if getattr(lu, nom) not in valeurs:
            raise ErreurDonnees(f"{nom} vaut « {getattr(lu, nom)} » : choisissez parmi {', '.join(valeurs)}.")
    for nom in ("montant", "duree_mois"):
        if not _nombre(nom, getattr(lu, nom)) > 0:
            raise ErreurDonnees(f"{nom} vaut {getattr(lu, nom)} : un nombre positif est attendu.")
    for nom in ("rangs_anterieurs", "valeur_residence", "valeur_assurance_vie", "valeur_bien", "ca", "effectif"):
        if getattr(lu, nom) is not None and not _nombre(nom, getattr(lu, nom)) >= 0:
            raise ErreurDonnees(f"{nom} vaut {getattr(lu, nom)} : donnez un nombre positif, ou 0.")
    for nom in ("taux", "probabilite_defaut"):
        if getattr(lu, nom) is not None and not 0 <= _nombre(nom, getattr(lu, nom)) <= 1:
            raise ErreurDonnees(f"{nom} vaut {getattr(lu, nom)} : taux attendu en fraction (0,05 pour 5 %).")
    for caution in lu.cautions:
        if caution.get("lien") not in LIENS:
            raise ErreurDonnees(f"Le lien d'une caution vaut « {caution.get('lien')} » : attendu {', '.join(LIENS)}.")
    return replace(lu, date=lire_date(lu.date))


def _nombre(nom: str, valeur: Any) -> float:
    try:
        nombre = float(valeur)
    except (TypeError, ValueError):
        raise ErreurDonnees(f"{nom} vaut « {valeur} » : un nombre est attendu.") from None
    if not math.isfinite(nombre):
        raise ErreurDonnees(f"{nom} n'est pas connu : donnez un nombre.")
    return nombre


def options_du_dossier(d: Dossier) -> dict[str, list[Surete]]:
    """Options à comparer : chaque combinaison d'une sûreté réelle, d'un engagement personnel et d'un organisme."""
    rien: tuple[Surete | None] = (None,)
    combinaisons = product((*rien, *_reelles(d)), (*rien, *_personnelles(d)), (*rien, *_organismes(d)))
    options = {}
    for choisies in combinaisons:
        suretes = [dict(choisie) for choisie in choisies if choisie is not None]
        if suretes:
            _limiter_la_caution(suretes, d)
            options[ENTRE_SURETES.join(nommer(s) for s in suretes)] = suretes
    return options


def nommer(s: Mapping[str, Any]) -> str:
    """Nom d'une sûreté dans une option."""
    libelle = s.get("libelle") or surete(s["code"]).libelle
    return f"{libelle} ({s['lien']})" if s["code"] == "caution_personnelle" and s.get("lien") else libelle


def _reelles(d: Dossier) -> list[Surete]:
    codes = _propositions()["reelles"][d.bien]
    valeur = d.montant if d.valeur_bien is None else d.valeur_bien
    proposees: list[Surete] = [
        {"code": code, "valeur_expertise": valeur, "rangs_anterieurs": d.rangs_anterieurs, "inscription": d.montant}
        for code in codes
    ]
    if d.valeur_residence > 0:
        proposees.append(
            {
                "code": "hypotheque_conventionnelle",
                "libelle": "Hypothèque sur la résidence principale",
                "valeur_expertise": d.valeur_residence,
                "inscription": d.montant,
                "residence_principale": True,
            }
        )
    if d.valeur_assurance_vie > 0:
        proposees.append({"code": "delegation_assurance_vie", "valeur_expertise": d.valeur_assurance_vie})
    return proposees


def _personnelles(d: Dossier) -> list[Surete]:
    proposees: list[Surete] = []
    for caution in d.cautions:
        engagement = _engagement(caution, d)
        if engagement["montant"] > 0:
            proposees.append({"code": "caution_personnelle", **engagement})
            if d.forme == EI and caution["lien"] == DIRIGEANT:
                proposees.append({"code": "ei_renonciation", **engagement, "duree_mois": d.duree_mois})
    return proposees


def _engagement(caution: Mapping[str, Any], d: Dossier) -> Surete:
    """Amount asked of a person; by default the largest that stays without remark."""
    ressources = {nom: _nombre(nom, caution.get(nom, 0.0)) for nom in RESSOURCES}
    montant = caution.get("montant")
    if montant is None:
        surface = (
            ressources["patrimoine_net"]
            + parametre("garanties.annees_de_revenus", d.date) * (ressources["revenus_annuels"])
        )
        libre = parametre("garanties.seuil_vigilance", d.date) * surface - ressources["engagements_existants"]
        # Whole euros, rounded down: a rounding must not pass the threshold.
        montant = float(max(0, int(min(d.montant, libre))))
    avis = proportionnalite_caution(**ressources, montant=montant, date=d.date)
    lus = {nom: caution[nom] for nom in ("lien", "qualite", "duree_mois", "regime", "consentement") if nom in caution}
    return {"montant": float(montant), "niveau": avis["niveau"], **lus}


def _organismes(d: Dossier) -> list[Surete]:
    proposes = _propositions()["organismes"][d.objet]
    petite = (
        d.ca is not None
        and d.effectif is not None
        and d.ca < parametre("garanties.siagi_ca_maximal", d.date)
        and d.effectif < parametre("garanties.siagi_effectif_maximal", d.date)
    )
    accessibles = {"siagi": petite, "socama": d.artisan_commercant}
    return [{"code": code, "quotite": quotite} for code, quotite in proposes.items() if accessibles.get(code, True)]


def _limiter_la_caution(suretes: list[Surete], d: Dossier) -> None:
    """Beside Bpifrance, the surety is asked no more than its share of the loan."""
    if any(s["code"] == "bpifrance" for s in suretes):
        maximum = parametre("garanties.bpifrance_caution_maximale", d.date) * d.montant
        for s in suretes:
            if s["code"] == "caution_personnelle":
                s["montant"] = min(s["montant"], maximum)


@cache
def _propositions() -> dict[str, Any]:
    return lire_yaml(FICHIER, decimaux=False).contenu
