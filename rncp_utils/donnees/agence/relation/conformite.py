"""Files of the clients: what each rule asks, the papers held, the claims and the dates of their answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.conformite import niveau_vigilance
from rncp_utils.conformite.conditions import evaluer
from rncp_utils.conformite.regles import lire_reglement
from rncp_utils.donnees.agence.relation.garanties import CAUTION, RENONCIATION
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
from rncp_utils.donnees.agence.tirage import SOCIETES
from rncp_utils.parametres import parametre

# Trades that handle much cash, and property: a factor of vigilance of the course.
_SENSIBLES = ("restaurant", "boulangerie", "coiffure", "foncier")
_A_DISTANCE = 0.05
_PROTECTION = ("MULTIRISQUE", "EXPLOIT", "RCPRO", "FLOTTE", "PREVOYANCE", "HOMMECLE", "SANTE", "CYBER")
_EPARGNE = ("PER", "VIE", "PLACEMENT")
_NOUVELLE_JOURS = 365
# Days after the closing in which a balance sheet reaches the branch; some are late.
_RECEPTION, _RECEPTION_TARDIVE, _PART_TARDIVE = (70, 140), (160, 215), 0.12
# Share of the papers that are out of date, and missing, by whether they expire.
_PERIMEES, _ABSENTES = 0.09, 0.035
_SANS_DATE_DE_FIN_ABSENTES = 0.02
_IDENTITE_ANS = 10
_PIECE_RENONCIATION = "renonciation_ei"
_RECLAMATIONS = 40 / 120
_MOTIFS = (
    "frais et commissions",
    "rejet d'un paiement",
    "délai d'un crédit",
    "monétique",
    "information reçue",
    "erreur sur un compte",
)
_CANAUX = ("courrier", "courriel", "agence", "téléphone")


def receptions(socle: Socle) -> pd.DataFrame:
    """Day on which each balance sheet closed since the start of the data reached the branch.

    Returns
    -------
    DataFrame
        id_client, date_cloture, recue_le (NaT: it never came); no row for a micro-entreprise, which has none.
    """
    hasard = socle.demande.hasard("receptions")
    annees = socle.tables["operations"][["id_client", "date_cloture"]]
    remises = pd.concat(
        [t[["id_client", "date_cloture"]] for nom, t in socle.tables.items() if nom in ("liasses", "liasses_alterees")]
    ).drop_duplicates()
    remises["remise"] = True
    table = annees.drop_duplicates().sort_values(["id_client", "date_cloture"], ignore_index=True)
    table = table.merge(remises, on=["id_client", "date_cloture"], how="left")
    n, arrete = len(table), np.datetime64(socle.demande.date_arrete, "D")
    cloture = en_jours(table["date_cloture"].to_numpy())
    delai = np.where(
        hasard.random(n) < _PART_TARDIVE, hasard.integers(*_RECEPTION_TARDIVE, n), hasard.integers(*_RECEPTION, n)
    )
    # What is in the files has arrived, even within the quarter.
    recue = np.minimum(cloture + delai.astype("timedelta64[D]"), np.maximum(arrete, cloture))
    recue = jours_de_travail(recue)
    table["recue_le"] = np.where(table["remise"].fillna(False).astype(bool), en_dates(recue), NAT)
    return table[["id_client", "date_cloture", "recue_le"]]


def dossiers(
    socle: Socle,
    clients: pd.DataFrame,
    personnes: pd.DataFrame,
    garanties: pd.DataFrame,
    contrats: pd.DataFrame,
    reclamations: pd.DataFrame,
) -> pd.DataFrame:
    """What the rules read of each client (index id_client), and its factors of vigilance."""
    hasard, index = socle.demande.hasard("dossiers"), clients.index
    jour = socle.demande.date_arrete
    par_pret = socle.tables["credits"].set_index("id_pret")
    engages = garanties.assign(id_client=garanties["id_pret"].map(par_pret["id_client"]))
    credits, lignes = socle.tables["credits"], socle.tables["lignes_ct"]
    encours = credits.groupby("id_client")["crd"].sum().reindex(index).fillna(0)
    plafonds = lignes.groupby("id_client")["plafond"].sum().reindex(index).fillna(0)
    societe = clients["statut"].isin(SOCIETES)

    def tient(codes: tuple[str, ...]) -> np.ndarray:
        return index.isin(contrats.loc[contrats["code"].isin(codes), "id_client"])

    table = pd.DataFrame(
        {
            "forme": np.where(societe, "societe", "ei"),
            "emprunteur": "professionnel",
            "credit_montant": (encours + plafonds).round(2),
            "nouvelle_entreprise": (pd.Timestamp(jour) - clients["date_creation"]).dt.days < _NOUVELLE_JOURS,
            "locataire": clients["date_bail"].notna(),
            "ppe": index.isin(personnes.loc[personnes["ppe"], "id_client"]),
            "ecart_rbe": _ecarts(personnes, index, jour),
            "operation_inhabituelle": False,
            "chequier": tient(("CHEQUE",)) & (hasard.random(len(index)) < 0.2),
            "caution_personne_physique": index.isin(engages.loc[engages["code"] == CAUTION, "id_client"]),
            "renonciation_ei": index.isin(engages.loc[engages["code"] == RENONCIATION, "id_client"]),
            "placement": tient(_EPARGNE),
            "assurance": tient(_PROTECTION),
            "reclamation": index.isin(reclamations["id_client"]),
            "pays_a_risque": False,
            "activite_sensible": clients["profil"].isin(_SENSIBLES),
            "relation_a_distance": hasard.random(len(index)) < _A_DISTANCE,
            "structure_complexe": personnes.groupby("id_client").size().reindex(index) >= 3,
        },
        index=index,
    )
    table["objet_credit"] = np.where(table["credit_montant"] > 0, "besoin_professionnel", "aucun")
    table["vigilance"] = niveau_vigilance(table, date=jour)["niveau"].astype("str")
    return table


def _ecarts(personnes: pd.DataFrame, index: pd.Index, jour: object) -> np.ndarray:
    """Companies where somebody above the threshold is not in the register."""
    seuil = parametre("conformite.seuil_beneficiaire_effectif", jour)
    oublies = personnes[(personnes["part_capital"] > seuil) & ~personnes["beneficiaire_declare"]]
    return index.isin(oublies["id_client"])


def pieces(
    socle: Socle,
    clients: pd.DataFrame,
    dossiers: pd.DataFrame,
    garanties: pd.DataFrame,
    receptions: pd.DataFrame,
    reclamations: pd.DataFrame,
) -> pd.DataFrame:
    """Papers of the files: most are in order, some have expired, some never came; those of the plan are missing.

    Returns
    -------
    DataFrame
        id_piece, id_client, piece, date_piece, date_validite, date_demande, mention_manuscrite, recue_le.
    """
    hasard = socle.demande.hasard("pieces")
    faits = {nom: dossiers[nom] for nom in lire_reglement().colonnes}
    reponses = reclamations.dropna(subset="date_reponse").groupby("id_client")["date_reponse"].max()
    parties = []
    for regle in lire_reglement().regles.values():
        applicable = evaluer(regle.applicabilite, faits, dossiers.index).fillna(False).to_numpy(dtype=bool)
        ids = dossiers.index[applicable]
        if regle.piece == "bilan":
            parties.append(_bilans(socle, ids, receptions, clients))
        elif regle.piece == "reponse_reclamation":
            repondu = reponses.reindex(ids).dropna()
            parties.append(
                pd.DataFrame({"id_client": repondu.index, "piece": regle.piece, "date_piece": repondu.to_numpy()})
            )
        elif regle.piece == _PIECE_RENONCIATION:
            parties.append(_renonciations(socle, garanties, hasard))
        elif regle.piece not in ("signalement_rbe", "accord_hierarchie_ppe"):
            # The two left out are those that the plan keeps missing: nobody else needs them.
            parties.append(_courantes(socle, clients, ids, regle, hasard))
    return _ranger(pd.concat(parties, ignore_index=True))


def _ranger(table: pd.DataFrame) -> pd.DataFrame:
    """One row a paper, in order; what has no other day came on its own."""
    for nom in ("date_piece", "date_validite", "date_demande", "recue_le"):
        table[nom] = pd.to_datetime(table[nom]).astype("datetime64[s]")
    table["recue_le"] = table["recue_le"].fillna(table["date_piece"])
    table["mention_manuscrite"] = table["mention_manuscrite"].astype("boolean").fillna(False).astype(bool)
    table = table.drop_duplicates(["id_client", "piece", "date_piece"])
    table = table.sort_values(["id_client", "piece", "date_piece"], kind="stable", ignore_index=True)
    table.insert(0, "id_piece", identifiants("J", len(table), 6))
    return table[
        [
            "id_piece",
            "id_client",
            "piece",
            "date_piece",
            "date_validite",
            "date_demande",
            "mention_manuscrite",
            "recue_le",
        ]
    ]


def _courantes(
    socle: Socle, clients: pd.DataFrame, ids: pd.Index, regle: object, hasard: np.random.Generator
) -> pd.DataFrame:
    n, arrete = len(ids), np.datetime64(socle.demande.date_arrete, "D")
    tirage = hasard.random(n)
    entree = en_jours(clients["date_entree_relation"].reindex(ids).to_numpy())
    duree = regle.validite_mois
    if duree is not None:
        limite = (arrete.astype("datetime64[M]") - duree).astype("datetime64[D]") + np.timedelta64(2, "D")
        recente = entre(hasard, np.maximum(limite, np.minimum(entree, arrete)), arrete)
        ancienne = entre(hasard, np.minimum(entree, limite), limite - np.timedelta64(3, "D"), (3, 1))
        perimee = (tirage < _PERIMEES) & (entree < limite - np.timedelta64(40, "D"))
        emise, absente = np.where(perimee, ancienne, recente), tirage > 1 - _ABSENTES
    else:
        emise = entre(hasard, entree, np.minimum(entree + np.timedelta64(200, "D"), arrete))
        absente = tirage > 1 - _SANS_DATE_DE_FIN_ABSENTES
    table = pd.DataFrame({"id_client": ids, "piece": regle.piece, "date_piece": en_dates(emise)})
    if regle.fin_exigee:
        # An identity card runs for years from an issue that has nothing to do with the relation.
        perimee = tirage < _PERIMEES / 2
        fin = arrete + hasard.integers(20, 365 * (_IDENTITE_ANS - 1), n).astype("timedelta64[D]")
        fin = np.where(perimee, arrete - hasard.integers(10, 400, n).astype("timedelta64[D]"), fin)
        table["date_validite"] = en_dates(fin)
        table["date_piece"] = en_dates(fin - np.timedelta64(int(365.25 * _IDENTITE_ANS), "D"))
    return table[~absente]


def _bilans(socle: Socle, ids: pd.Index, receptions: pd.DataFrame, clients: pd.DataFrame) -> pd.DataFrame:
    """Balance sheets of the last three years, as they came; a micro-entreprise sends a statement of its sales."""
    recus = receptions[receptions["id_client"].isin(ids) & receptions["recue_le"].notna()]
    depuis = pd.Timestamp(socle.demande.date_arrete) - pd.DateOffset(months=39)
    recus = recus[recus["date_cloture"] > depuis]
    micro = ids[clients["statut"].reindex(ids) == "micro"]
    fin = pd.Timestamp(socle.demande.annees[-1], 12, 31)
    attestations = pd.DataFrame({"id_client": micro, "date_cloture": fin, "recue_le": fin + pd.Timedelta(days=45)})
    tous = pd.concat([recus, attestations], ignore_index=True)
    return pd.DataFrame(
        {
            "id_client": tous["id_client"],
            "piece": "bilan",
            "date_piece": tous["date_cloture"],
            "recue_le": tous["recue_le"],
        }
    )


def _renonciations(socle: Socle, garanties: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """Waivers signed on the day of the loan; one in ten was signed before the end of the time to think."""
    signees = garanties[garanties["code"] == RENONCIATION]
    client = signees["id_pret"].map(socle.tables["credits"].set_index("id_pret")["id_client"])
    mention = hasard.random(len(signees)) < 0.3
    trop_tot = hasard.random(len(signees)) < 0.1
    delai = np.where(mention, hasard.integers(4, 12, len(signees)), hasard.integers(8, 25, len(signees)))
    delai = np.where(trop_tot, hasard.integers(1, 4, len(signees)), delai)
    signature = en_jours(signees["date_constitution"].to_numpy())
    table = pd.DataFrame({"id_client": client, "piece": _PIECE_RENONCIATION, "date_piece": en_dates(signature)})
    return table.assign(date_demande=en_dates(signature - delai.astype("timedelta64[D]")), mention_manuscrite=mention)


def reclamations(socle: Socle, clients: pd.DataFrame) -> pd.DataFrame:
    """Claims of two years: date_reception, canal, motif, date_accuse, date_reponse (NaT: none yet), favorable."""
    hasard = socle.demande.hasard("reclamations")
    arrete = np.datetime64(socle.demande.date_arrete, "D")
    n = round(_RECLAMATIONS * len(clients))
    ids = np.sort(choisir(hasard, list(clients.index), n))
    entree = en_jours(clients["date_entree_relation"].reindex(ids).to_numpy())
    debut = np.maximum(arrete - np.timedelta64(730, "D"), entree)
    reception = jours_de_travail(entre(hasard, debut, arrete - np.timedelta64(6, "D")))
    reception = np.maximum(reception, entree)
    tirage = hasard.random(n)
    accuse = np.busday_offset(
        reception, np.where(tirage < 0.12, hasard.integers(12, 20, n), hasard.integers(1, 10, n)), roll="forward"
    )
    reponse = accuse + np.where(tirage > 0.86, hasard.integers(62, 100, n), hasard.integers(2, 42, n)).astype(
        "timedelta64[D]"
    )
    table = pd.DataFrame({"id_client": ids, "date_reception": en_dates(reception)})
    table["canal"], table["motif"] = choisir(hasard, _CANAUX, n), choisir(hasard, _MOTIFS, n)
    table["date_accuse"] = np.where(accuse <= arrete, en_dates(accuse), NAT)
    table["date_reponse"] = np.where(reponse <= arrete, en_dates(jours_de_travail(reponse)), NAT)
    table["favorable"] = (hasard.random(n) < 0.45) & table["date_reponse"].notna().to_numpy()
    table = table.sort_values(["date_reception", "id_client"], kind="stable", ignore_index=True)
    table.insert(0, "id_reclamation", identifiants("R", n, 4))
    return table
