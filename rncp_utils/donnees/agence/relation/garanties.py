"""What secures each loan that still runs, by the nature of what it financed; nobody is asked more than he can."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.credit.garanties.catalogue import catalogue_suretes
from rncp_utils.credit.garanties.caution import proportionnalite_caution
from rncp_utils.credit.garanties.valeur import rangs_anterieurs
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.relation.foyers import COMMUNAUTE
from rncp_utils.donnees.agence.relation.tirages import NAT, en_dates, en_jours, entre, identifiants, pas_a_pas
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.donnees.agence.tirage import SOCIETES
from rncp_utils.parametres import parametre

CAUTION, RENONCIATION = "caution_personnelle", "ei_renonciation"
HYPOTHEQUE, DENIERS = "hypotheque_conventionnelle", "hyp_legale_preteur_deniers"
FONDS, MATERIEL, VEHICULE = "nantissement_fonds_commerce", "gage_materiel", "gage_vehicule"
# Price of a business, as a share of its sales: conventions of the course, for the trades that sell one.
_FONDS = {"boulangerie": 0.70, "restaurant": 0.65, "coiffure": 0.70, "garage": 0.40, "habillement": 0.55}
# Object of the loan → surety on what it paid, how often, share of the price that the loan paid.
_REELLES = {"materiel": (MATERIEL, 0.5, 0.8), "vehicule": (VEHICULE, 0.8, 0.85)}
_TRAVAUX, _PART_IMMOBILIER = 0.6, 0.85
# The branch asks for a waiver since the law made one (C. com., art. L526-25).
_LOI_EI = np.datetime64("2022-06-01", "D")
# Body → how often, smallest loan.
_ORGANISMES = {"bpifrance": (0.20, 12_000), "siagi": (0.08, 10_000), "socama": (0.07, 8_000)}
_QUOTITES = {"bpifrance": (0.4, 0.6), "siagi": (0.5, 0.5), "socama": (0.5, 0.5)}
_CREATION_JOURS = 3 * 365
_CAUTION, _CAUTION_MINIMALE, _PAS = 0.60, 6_000, 500
# Share of what a manager could bear that the sureties of all his loans reach at most.
_CHARGE = (0.20, 0.95)
_DISPROPORTION = (1.10, 1.35)

COLONNES = (
    "id_pret", "code", "id_bien", "rang", "valeur_expertise", "date_expertise", "decote", "inscription",
    "date_fin_inscription", "montant", "id_personne", "lien", "consentement", "quotite", "date_constitution",
    "duree_mois",
)  # fmt: skip


def garanties(
    socle: Socle, clients: pd.DataFrame, personnes: pd.DataFrame, foyers: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sureties of the loans that run, and the households with the commitments that the plan gives them elsewhere.

    Returns
    -------
    DataFrame
        id_garantie, the columns of :data:`COLONNES` and rangs_anterieurs (euros owed to better ranks).
    DataFrame
        Households: ``cautions_ailleurs`` of the managers whose surety the plan makes disproportionate.
    """
    hasard = socle.demande.hasard("garanties")
    prets = _prets(socle, clients, hasard)
    organismes = _organismes(prets, hasard)
    cautions, foyers = _cautions(socle, prets, personnes, foyers, organismes, hasard)
    table = pd.concat(
        [
            _immobilieres(prets, hasard),
            _mobilieres(prets, hasard),
            _fonds(prets, socle, hasard),
            cautions,
            _renonciations(prets, personnes, hasard),
            organismes,
        ],
        ignore_index=True,
    )
    table = _completer(table, prets)
    reelle = table["rang"].notna()
    encours = prets.set_index("id_pret")["crd"].reindex(table["id_pret"]).to_numpy()
    rangs = table[reelle].assign(encours=np.minimum(encours[reelle], table.loc[reelle, "inscription"]))
    table["rangs_anterieurs"] = rangs_anterieurs(rangs).reindex(table.index)
    table = table.sort_values(["id_pret", "code"], kind="stable", ignore_index=True)
    table.insert(0, "id_garantie", identifiants("G", len(table)))
    return table, foyers


def _prets(socle: Socle, clients: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    credits = socle.tables["credits"]
    prets = credits[credits["crd"] > 0].reset_index(drop=True)
    colonnes = ["profil", "statut", "ca", "date_creation"]
    prets = prets.join(clients[colonnes], on="id_client")
    prets["societe"] = prets["statut"].isin(SOCIETES)
    return prets.assign(tirage=hasard.random(len(prets)))


def _immobilieres(prets: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    murs = prets[prets["objet"] == "immobilier"]
    code = np.where(hasard.random(len(murs)) < 0.6, DENIERS, HYPOTHEQUE)
    rang = murs.groupby("id_client").cumcount() + 1
    return pd.DataFrame(
        {
            "id_pret": murs["id_pret"],
            "code": code,
            "id_bien": murs["id_client"] + "-IMMEUBLE",
            "rang": rang,
            "valeur_expertise": np.rint(murs["capital"] / _PART_IMMOBILIER / 1_000) * 1_000,
            "date_expertise": murs["date_deblocage"],
            "inscription": murs["capital"],
            # One year after the last instalment, as the law allows.
            "date_fin_inscription": murs["date_fin"] + pd.DateOffset(years=1),
        }
    )


def _mobilieres(prets: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """Equipment and vehicles that the loan paid, worth less each year."""
    parties = []
    for objet, (code, part, finance) in _REELLES.items():
        choisis = prets[(prets["objet"] == objet) & (prets["tirage"] < part)]
        prix = choisis["capital"] / finance * hasard.uniform(0.95, 1.1, len(choisis))
        parties.append(
            pd.DataFrame(
                {
                    "id_pret": choisis["id_pret"],
                    "code": code,
                    "id_bien": choisis["id_pret"] + ("-VEHICULE" if code == VEHICULE else "-MATERIEL"),
                    "rang": 1,
                    "valeur_expertise": np.rint(prix / 100) * 100,
                    "date_expertise": choisis["date_deblocage"],
                    "inscription": choisis["capital"],
                }
            )
        )
    return pd.concat(parties, ignore_index=True)


def _fonds(prets: pd.DataFrame, socle: Socle, hasard: np.random.Generator) -> pd.DataFrame:
    """Businesses pledged: one a client, loan after loan, each at the next rank."""
    part = prets["profil"].map(_FONDS)
    choisis = prets[part.notna() & prets["objet"].isin(["travaux", "fonds"]) & (prets["tirage"] < _TRAVAUX)]
    choisis = choisis.sort_values(["id_client", "date_deblocage", "id_pret"])
    premier = choisis.groupby("id_client")["date_deblocage"].transform("max")
    expertise = entre(hasard, premier.to_numpy(), np.datetime64(socle.demande.date_arrete, "D"), (1, 3))
    # One expert, one day, one price for a business, whatever the number of loans that it secures.
    visite = pd.Series(expertise, index=choisis.index).groupby(choisis["id_client"]).transform("first")
    return pd.DataFrame(
        {
            "id_pret": choisis["id_pret"],
            "code": FONDS,
            "id_bien": choisis["id_client"] + "-FONDS",
            "rang": choisis.groupby("id_client").cumcount() + 1,
            "valeur_expertise": np.rint(choisis["ca"] * choisis["profil"].map(_FONDS) / 1_000) * 1_000,
            "date_expertise": visite.astype("datetime64[s]"),
            "inscription": np.rint(choisis["capital"] * 1.1 / 100) * 100,
        }
    )


def _organismes(prets: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """At most one body a loan."""
    tirage, bas = hasard.random(len(prets)), 0.0
    jeune = (prets["date_deblocage"] - prets["date_creation"]).dt.days < _CREATION_JOURS
    parties = []
    for code, (part, minimum) in _ORGANISMES.items():
        choisis = (tirage >= bas) & (tirage < bas + part) & (prets["capital"] >= minimum) & (prets["statut"] != "SCI")
        bas += part
        normale, creation = _QUOTITES[code]
        quotites = np.where(jeune[choisis], creation, normale)
        parties.append(pd.DataFrame({"id_pret": prets.loc[choisis, "id_pret"], "code": code, "quotite": quotites}))
    return pd.concat(parties, ignore_index=True)


def _cautions(
    socle: Socle,
    prets: pd.DataFrame,
    personnes: pd.DataFrame,
    foyers: pd.DataFrame,
    organismes: pd.DataFrame,
    hasard: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sureties given by managers of companies, in proportion to what each owns and earns, but for those of the plan."""
    jour = socle.demande.date_arrete
    vise = prets["id_client"].isin(socle.marques("caution_disproportionnee"))
    demandee = (hasard.random(len(prets)) < _CAUTION) & (prets["capital"] >= _CAUTION_MINIMALE)
    choisis = prets[prets["societe"] & (demandee | vise)].copy()
    plafond = parametre("garanties.bpifrance_caution_maximale", jour)
    moitie = choisis["id_pret"].isin(organismes.loc[organismes["code"] == "bpifrance", "id_pret"])
    part = np.where(moitie, plafond, hasard.choice([0.5, 0.8, 1.0], len(choisis)))
    choisis["montant"] = pas_a_pas(choisis["capital"] * part, _PAS)
    prives = foyers.set_index("id_client").reindex(choisis["id_client"])
    surface = _surface(prives, jour)
    total = choisis.groupby("id_client")["montant"].transform("sum").to_numpy()
    charge = pd.Series(hasard.uniform(*_CHARGE, len(foyers)), index=foyers["id_client"]).reindex(choisis["id_client"])
    libre = np.maximum(charge.to_numpy() * surface - prives["cautions_ailleurs"].to_numpy(), 0)
    reduit = np.minimum(1.0, libre / total)
    choisis["montant"] = np.where(
        vise[choisis.index], choisis["montant"], pas_a_pas(choisis["montant"].to_numpy() * reduit, _PAS)
    )
    choisis = choisis[choisis["montant"] >= 4 * _PAS]
    foyers = _engager_ailleurs(socle, foyers, choisis, hasard)
    chefs = personnes[personnes["dirigeant"]].set_index("id_client")["id_personne"]
    commun = foyers.set_index("id_client")["regime_matrimonial"].reindex(choisis["id_client"]) == COMMUNAUTE
    table = pd.DataFrame(
        {
            "id_pret": choisis["id_pret"],
            "code": CAUTION,
            "montant": choisis["montant"],
            "id_personne": choisis["id_client"].map(chefs),
            "lien": "dirigeant",
            "consentement": commun.to_numpy() & (hasard.random(len(choisis)) < 0.85),
        }
    )
    return table, foyers


def _surface(prives: pd.DataFrame, jour: object) -> np.ndarray:
    annees = parametre("garanties.annees_de_revenus", jour)
    return (prives["patrimoine_brut"] - prives["dettes"] + annees * prives["revenus"]).to_numpy(dtype="float64")


def _engager_ailleurs(
    socle: Socle, foyers: pd.DataFrame, choisis: pd.DataFrame, hasard: np.random.Generator
) -> pd.DataFrame:
    """Managers of the plan: what they already guarantee at other banks makes ours out of proportion."""
    vises = porteurs(socle.faits, pd.Index(foyers["id_client"]), "caution_disproportionnee")
    donnees = choisis.groupby("id_client")["montant"].sum().reindex(foyers["id_client"]).fillna(0).to_numpy()
    surface = _surface(foyers, socle.demande.date_arrete)
    manque = np.maximum(surface, 20_000) * hasard.uniform(*_DISPROPORTION, len(foyers)) - donnees
    ailleurs = np.ceil(np.maximum(manque, 0) / 1_000) * 1_000
    return foyers.assign(cautions_ailleurs=np.where(vises, ailleurs, foyers["cautions_ailleurs"]))


def proportionnalite(
    garanties: pd.DataFrame, personnes: pd.DataFrame, foyers: pd.DataFrame, date: object
) -> pd.DataFrame:
    """Indicator of the course for each manager who guarantees: index id_client, all his sureties taken together."""
    donnees = garanties[garanties["code"] == CAUTION]
    client = donnees["id_personne"].map(personnes.set_index("id_personne")["id_client"])
    totaux = donnees["montant"].groupby(client.to_numpy()).sum().rename_axis("id_client")
    prives = foyers.set_index("id_client").loc[totaux.index]
    return proportionnalite_caution(
        prives["revenus"], prives["patrimoine_brut"] - prives["dettes"], prives["cautions_ailleurs"], totaux, date=date
    )


def _renonciations(prets: pd.DataFrame, personnes: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """Sole traders who waived the protection of their own estate, for one loan."""
    depuis = en_jours(prets["date_deblocage"].to_numpy()) >= _LOI_EI
    choisis = prets[~prets["societe"] & depuis & (prets["capital"] >= 10_000) & (hasard.random(len(prets)) < 0.45)]
    chefs = personnes[personnes["dirigeant"]].set_index("id_client")["id_personne"]
    return pd.DataFrame(
        {
            "id_pret": choisis["id_pret"],
            "code": RENONCIATION,
            "montant": choisis["capital"],
            "id_personne": choisis["id_client"].map(chefs),
            "lien": "dirigeant",
            "consentement": False,
        }
    )


def _completer(table: pd.DataFrame, prets: pd.DataFrame) -> pd.DataFrame:
    """What the sheet of each surety and its loan tell."""
    fiches = catalogue_suretes()
    pret = prets.set_index("id_pret").loc[table["id_pret"]]
    table = table.reindex(columns=list(COLONNES))
    table["consentement"] = table["consentement"].astype("boolean").fillna(False).astype("bool")
    table["date_constitution"] = pret["date_deblocage"].to_numpy()
    table["duree_mois"] = pret["duree"].to_numpy()
    reelle = table["rang"].notna().to_numpy()
    table["decote"] = np.where(reelle, table["code"].map(fiches["decote_defaut"]), np.nan)
    duree = table["code"].map(fiches["duree_max_mois"]).fillna(0).astype("int64").to_numpy()
    debut = en_jours(table["date_constitution"].to_numpy())
    mois = debut.astype("datetime64[M]")
    fin = (mois + duree).astype("datetime64[D]") + (debut - mois.astype("datetime64[D]"))
    peremption = np.where(reelle & (duree > 0), en_dates(fin), NAT)
    connue = table["date_fin_inscription"].notna()
    table["date_fin_inscription"] = table["date_fin_inscription"].where(connue, peremption).astype("datetime64[s]")
    table["date_expertise"] = table["date_expertise"].astype("datetime64[s]")
    return table
