"""Business in sight, won and lost: what is won is a contract, what is open is not held yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.relation.actions import RECOMMANDATION
from rncp_utils.donnees.agence.relation.evenements import A_TRAITER, APPEL
from rncp_utils.donnees.agence.relation.produits import produits
from rncp_utils.donnees.agence.relation.tirages import (
    NAT,
    choisir,
    en_dates,
    en_jours,
    entre,
    identifiants,
    jours_de_travail,
)
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.portefeuille import eligibilite

DETECTION, RENDEZ_VOUS, PROPOSITION, GAGNEE, PERDUE = ETAPES = (
    "detection",
    "rendez_vous",
    "proposition",
    "gagnee",
    "perdue",
)
_CHANCES = {DETECTION: 0.10, RENDEZ_VOUS: 0.30, PROPOSITION: 0.60, GAGNEE: 1.0, PERDUE: 0.0}
_FORTE = 0.80
_HISTOIRE_JOURS, _REPONSE_JOURS = 730, 60
_OUVERTES_PAR_CLIENT, _PERDUES_PAR_CLIENT = 0.40, 0.20
_FINANCEMENTS = ("INVEST", "IMMO", "BAIL", "CAMPAGNE", "DECOUVERT", "DAILLY", "AFFACTURAGE", "ESCOMPTE", "CAUTION")
# Amount of an operation, as a share of the yearly sales of the client: convention of the course.
_PART_DU_CA = (0.04, 0.16)
_PRIMES = (300, 1_900)


def opportunites(
    socle: Socle,
    clients: pd.DataFrame,
    contrats: pd.DataFrame,
    credits: pd.DataFrame,
    campagnes: pd.DataFrame,
    contacts: pd.DataFrame,
    evenements: pd.DataFrame,
    prospects: pd.DataFrame,
) -> pd.DataFrame:
    """Opportunities of two years.

    Returns
    -------
    DataFrame
        id_opportunite, id_client or id_prospect, code, origine, date_detection, etape, montant (euros: credit,
        placement or yearly price), probabilite, date_prevue, date_issue (NaT while open).
    """
    hasard = socle.demande.hasard("opportunites")
    proposees = _proposees(contacts, campagnes, evenements)
    table = pd.concat(
        [
            _gagnees(socle, contrats, proposees, evenements, hasard),
            _offertes(socle, clients, contrats, proposees, hasard),
            _autres(socle, clients, contrats, proposees, evenements, hasard),
            _recommandees(prospects, contacts, hasard),
        ],
        ignore_index=True,
    )
    table["montant"] = _montants(table, clients, credits, prospects, hasard)
    table["probabilite"] = table["probabilite"].fillna(table["etape"].map(_CHANCES))
    ordre = ["date_detection", "id_client", "id_prospect", "code", "etape"]
    table = table.sort_values(ordre, kind="stable", ignore_index=True)
    table.insert(0, "id_opportunite", identifiants("O", len(table)))
    return table


def _proposees(contacts: pd.DataFrame, campagnes: pd.DataFrame, evenements: pd.DataFrame) -> pd.DataFrame:
    """Offers made in a campaign or after an event: id_client, id_prospect, code, origine, date, vente."""
    offres = contacts[contacts["proposition"] & (contacts["id_campagne"].notna() | contacts["id_evenement"].notna())]
    faits = evenements.set_index("id_evenement")
    menees = campagnes.set_index("id_campagne")["code"]
    codes = offres["id_campagne"].map(menees).fillna(offres["id_evenement"].map(faits["produit"]))
    appel = offres["id_evenement"].map(faits["evenement"]) == APPEL
    suite = np.where(appel, "appel_entrant", "evenement")
    origines = np.where(offres["id_campagne"].notna(), "campagne", suite)
    return offres[["id_client", "id_prospect", "date", "vente"]].assign(code=codes, origine=origines)


def _couples(ids: object, codes: object) -> pd.Index:
    """Client and product as one key."""
    return pd.Index(pd.Series(np.asarray(ids, dtype=object)) + "/" + pd.Series(np.asarray(codes, dtype=object)))


def _origines(couples: pd.Index, jusqu_a: np.ndarray, evenements: pd.DataFrame) -> np.ndarray:
    """What led to each: an event of the same client that called for the same product, at the latest by then."""
    appel = evenements["evenement"] == APPEL
    trouvees = np.full(len(couples), "conseiller", dtype=object)
    for nom, vus in (("evenement", evenements[~appel]), ("appel_entrant", evenements[appel])):
        premiers = vus.groupby(_couples(vus["id_client"], vus["produit"]))["detecte_le"].min().reindex(couples)
        trouvees[en_jours(premiers.to_numpy()) <= jusqu_a] = nom
    return trouvees


def _gagnees(
    socle: Socle, contrats: pd.DataFrame, proposees: pd.DataFrame, evenements: pd.DataFrame, hasard: np.random.Generator
) -> pd.DataFrame:
    """Contracts signed in the last two years, accounts aside: each was first an opportunity."""
    debut = pd.Timestamp(socle.demande.date_arrete) - pd.Timedelta(days=_HISTOIRE_JOURS)
    signes = contrats[(contrats["date_souscription"] > debut) & (contrats["code"] != "COMPTE")]
    n, issue = len(signes), en_jours(signes["date_souscription"].to_numpy())
    couples = _couples(signes["id_client"], signes["code"])
    vendus = proposees[proposees["vente"]]
    de_campagne = couples.isin(_couples(vendus["id_client"], vendus["code"]))
    detection = issue - hasard.integers(8, 120, n).astype("timedelta64[D]")
    contact = proposees.groupby(_couples(proposees["id_client"], proposees["code"]))["date"].min().reindex(couples)
    detection = np.where(de_campagne, en_jours(contact.to_numpy()), detection)
    return pd.DataFrame(
        {
            "id_client": signes["id_client"].to_numpy(),
            "code": signes["code"].to_numpy(),
            "origine": np.where(de_campagne, "campagne", _origines(couples, issue, evenements)),
            "date_detection": en_dates(detection),
            "etape": GAGNEE,
            "date_prevue": en_dates(issue),
            "date_issue": en_dates(issue),
        }
    )


def _offertes(
    socle: Socle, clients: pd.DataFrame, contrats: pd.DataFrame, proposees: pd.DataFrame, hasard: np.random.Generator
) -> pd.DataFrame:
    """Offers that were declined, or still are to be answered when recent; and accounts opened by prospects."""
    vus = proposees[~proposees["vente"] | proposees["id_prospect"].notna()]
    vus = vus.sort_values("date").drop_duplicates(["id_client", "id_prospect", "code"], keep="last")
    n, vente = len(vus), vus["vente"].to_numpy(dtype=bool)
    date, arrete = en_jours(vus["date"].to_numpy()), np.datetime64(socle.demande.date_arrete, "D")
    issue = np.minimum(date + hasard.integers(5, 60, n).astype("timedelta64[D]"), arrete)
    # Who declined and signed later had declined before.
    signes = contrats.set_index(_couples(contrats["id_client"], contrats["code"]))["date_souscription"]
    achat = en_jours(signes.reindex(_couples(vus["id_client"], vus["code"])).to_numpy())
    issue = np.maximum(np.fmin(issue, achat - np.timedelta64(1, "D")), date)
    entree = en_jours(clients["date_entree_relation"].reindex(vus["id_client"]).to_numpy())
    issue = np.where(vente, entree, issue)
    ouverte = ~vente & ((arrete - date).astype("int64") < _REPONSE_JOURS) & (hasard.random(n) < 0.5)
    prevue = np.where(ouverte, arrete + hasard.integers(10, 60, n).astype("timedelta64[D]"), issue)
    return pd.DataFrame(
        {
            "id_client": vus["id_client"].to_numpy(),
            "id_prospect": vus["id_prospect"].to_numpy(),
            "code": vus["code"].to_numpy(),
            "origine": vus["origine"].to_numpy(),
            "date_detection": en_dates(date),
            "etape": np.select([vente, ouverte], [GAGNEE, PROPOSITION], PERDUE),
            "date_prevue": en_dates(prevue),
            "date_issue": np.where(ouverte, NAT, en_dates(issue)),
        }
    )


def _autres(
    socle: Socle,
    clients: pd.DataFrame,
    contrats: pd.DataFrame,
    proposees: pd.DataFrame,
    evenements: pd.DataFrame,
    hasard: np.random.Generator,
) -> pd.DataFrame:
    """Open and lost ones outside of the campaigns: products that the client could hold and does not."""
    eligibles = eligibilite(clients)
    lignes, rangs = np.nonzero(eligibles.to_numpy() & ~np.isin(eligibles.columns, ["COMPTE", "CHEQUE", "TPE"]))
    couples = _couples(clients.index.to_numpy()[lignes], eligibles.columns.to_numpy()[rangs])
    pris = _couples(contrats["id_client"], contrats["code"]).append(_couples(proposees["id_client"], proposees["code"]))
    libres = np.flatnonzero(~couples.isin(pris))
    ouvertes, perdues = (round(part * len(clients)) for part in (_OUVERTES_PAR_CLIENT, _PERDUES_PAR_CLIENT))
    attendus = evenements[evenements["statut"] == A_TRAITER]
    vus = attendus.groupby(_couples(attendus["id_client"], attendus["produit"]))["detecte_le"].max().reindex(couples)
    # What an event still to treat calls for is in sight first.
    melange = hasard.permutation(libres)
    choisis = np.concatenate([melange[vus.notna().to_numpy()[melange]], melange[vus.isna().to_numpy()[melange]]])
    choisis = choisis[: ouvertes + perdues]
    n = len(choisis)
    ouverte = np.arange(n) < ouvertes
    arrete = np.datetime64(socle.demande.date_arrete, "D")
    entree = en_jours(clients["date_entree_relation"].to_numpy())[lignes[choisis]]
    debut = np.where(ouverte, arrete - np.timedelta64(110, "D"), arrete - np.timedelta64(_HISTOIRE_JOURS, "D"))
    detection = jours_de_travail(entre(hasard, np.maximum(debut, entree), np.full(n, arrete)))
    signal = en_jours(vus.to_numpy())[choisis]
    detection = np.maximum(np.where(np.isnat(signal), detection, signal), entree)
    issue = jours_de_travail(np.minimum(detection + hasard.integers(12, 140, n).astype("timedelta64[D]"), arrete))
    issue = np.maximum(issue, detection)
    etape = choisir(hasard, (DETECTION, RENDEZ_VOUS, PROPOSITION), n, (0.45, 0.33, 0.22))
    prevue = arrete + hasard.integers(15, 150, n).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "id_client": clients.index.to_numpy()[lignes[choisis]],
            "code": eligibles.columns.to_numpy()[rangs[choisis]],
            "origine": _origines(couples[choisis], detection, evenements),
            "date_detection": en_dates(detection),
            "etape": np.where(ouverte, etape, PERDUE),
            "date_prevue": en_dates(np.where(ouverte, prevue, issue)),
            "date_issue": np.where(ouverte, NAT, en_dates(issue)),
        }
    )


def _recommandees(prospects: pd.DataFrame, contacts: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """Accounts offered to the prospects whom clients sent: those of the plan are likely, the others were lost."""
    vus = prospects[prospects["parrain"].notna() & prospects["id_client"].isna()]
    derniers = contacts.groupby("id_prospect")["date"].max().reindex(vus["id_prospect"])
    n, date = len(vus), en_jours(derniers.to_numpy())
    fort = vus["fort"].to_numpy()
    prevue = date + hasard.integers(20, 70, n).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "id_prospect": vus["id_prospect"].to_numpy(),
            "code": "COMPTE",
            "origine": RECOMMANDATION,
            "date_detection": vus["date_entree_fichier"].to_numpy(),
            "etape": np.where(fort, PROPOSITION, PERDUE),
            "probabilite": np.where(fort, _FORTE, np.nan),
            "date_prevue": en_dates(np.where(fort, prevue, date)),
            "date_issue": np.where(fort, NAT, en_dates(date)),
        }
    )


def _montants(
    table: pd.DataFrame,
    clients: pd.DataFrame,
    credits: pd.DataFrame,
    prospects: pd.DataFrame,
    hasard: np.random.Generator,
) -> np.ndarray:
    """Amount of each: that of the loan for one that was won, else what suits the size of the firm."""
    n = len(table)
    ca = clients["ca"].reindex(table["id_client"]).to_numpy(dtype="float64")
    estime = prospects.set_index("id_prospect")["ca_estime"].reindex(table["id_prospect"]).to_numpy(dtype="float64")
    ca = np.where(np.isnan(ca), estime, ca)
    financement = table["code"].isin(_FINANCEMENTS).to_numpy()
    montants = np.where(
        financement,
        np.maximum(np.rint(ca * hasard.uniform(*_PART_DU_CA, n) / 500) * 500, 2_000),
        np.rint(hasard.uniform(*_PRIMES, n) / 10) * 10,
    )
    gamme = produits().set_index("code")["pnb_reference"]
    montants = np.where(table["code"] == "COMPTE", table["code"].map(gamme), montants)
    premiers = credits[credits["crd"] > 0].sort_values("date_deblocage").groupby("id_client")["capital"].first()
    prets = table["code"].isin(["INVEST", "IMMO"]) & (table["etape"] == GAGNEE)
    return np.where(prets, premiers.reindex(table["id_client"]).to_numpy(dtype="float64"), montants)
