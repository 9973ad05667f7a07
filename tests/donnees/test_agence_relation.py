"""Who the clients of the portfolio are, what they owe at home and what secures their loans."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from stdnum import iban
from stdnum.fr import siren, siret

from rncp_utils.conformite import beneficiaires
from rncp_utils.credit.garanties.couverture import couverture
from rncp_utils.donnees import charger
from rncp_utils.donnees.agence.numeros import cle_luhn, tirer_siren
from rncp_utils.donnees.agence.relation.garanties import CAUTION, RENONCIATION, proportionnalite
from rncp_utils.entreprise import lire_cotation
from rncp_utils.erreurs import ErreurDonnees

pytestmark = pytest.mark.xdist_group("agence")
ARRETE = pd.Timestamp("2026-03-31")
SOCIETES = ["EURL", "SARL", "SAS", "SASU", "SELARL", "SCI"]


class TestNumeros:
    def test_les_numeros_sont_justes_et_dans_la_plage_fictive(self):
        clients = charger("clients")
        assert clients["siren"].map(siren.is_valid).all()
        assert clients["siret"].map(siret.is_valid).all()
        assert (clients["siret"].str[:9] == clients["siren"]).all()
        assert clients["siren"].is_unique
        assert clients["siren"].between("999400000", "999699999").all()

    def test_ceux_de_la_zone_aussi_et_les_clients_y_sont(self):
        etablissements, clients = charger("etablissements"), charger("clients")
        assert etablissements["siret"].map(siret.is_valid).all()
        ouverts = etablissements.set_index("siret").query("etat == 'A'")
        assert clients["siret"].isin(ouverts.index).all()
        assert (ouverts.loc[clients["siret"], "naf"].to_numpy() == clients["naf"].to_numpy()).all()

    def test_les_iban_sont_justes_et_d_une_banque_qui_n_existe_pas(self):
        comptes = charger("comptes")
        assert comptes["iban"].map(iban.is_valid).all()
        assert (comptes["iban"].str[4:9] == "99999").all()
        assert comptes["iban"].is_unique

    def test_la_cle_de_luhn_d_un_siren_publie(self):
        # 732 829 320 is the example of INSEE's own note.
        assert cle_luhn(np.array([[7, 3, 2, 8, 2, 9, 3, 2]])).tolist() == [0]

    def test_la_plage_fictive_n_est_jamais_depassee(self):
        with pytest.raises(ErreurDonnees, match="40000 entreprises sont demandées"):
            tirer_siren(np.random.default_rng(1), 40_000)


class TestPersonnes:
    def test_chaque_client_a_un_dirigeant_et_un_capital_entier(self):
        personnes, clients = charger("personnes"), charger("clients")
        assert (personnes.groupby("id_client")["dirigeant"].sum().reindex(clients.index) == 1).all()
        parts = personnes.groupby("id_client")["part_capital"].sum(min_count=1).reindex(clients.index)
        societes = clients["statut"].isin(SOCIETES)
        assert parts[societes].round(9).eq(1).all()
        assert parts[~societes].isna().all()

    def test_la_forme_dit_le_nombre_d_associes(self):
        nombre = charger("personnes").groupby("id_client").size()
        statut = charger("clients")["statut"]
        assert (nombre[statut.isin(["EI", "micro", "liberal_EI", "EURL", "SASU"])] == 1).all()
        assert (nombre[statut.isin(["SARL", "SAS", "SCI", "SELARL"])] >= 2).all()

    def test_les_beneficiaires_declares_sont_ceux_du_calcul_sauf_le_cas_plante(self, socle):
        personnes = charger("personnes")
        capital = personnes[personnes["part_capital"].notna()]
        graphe = pd.DataFrame(
            {
                "detenteur": capital["id_personne"],
                "detenu": capital["id_client"],
                "part_capital": capital["part_capital"],
            }
        )
        divergents = []
        for client, associes in capital.groupby("id_client"):
            chef = associes.loc[associes["dirigeant"], "id_personne"]
            calcules = beneficiaires(graphe, client, representants=chef, date=ARRETE.date())
            if set(calcules.index) != set(associes.loc[associes["beneficiaire_declare"], "id_personne"]):
                divergents.append(client)
        assert divergents == list(socle.marques("beneficiaire_effectif"))
        assert len(divergents) == 1

    def test_ni_senior_ni_personne_exposee_ni_deces_hors_du_plan(self, socle):
        personnes = charger("personnes")
        ages = (ARRETE - personnes["date_naissance"]).dt.days / 365.25
        assert set(personnes.loc[ages >= 62, "id_client"]) == set(socle.marques("dirigeant_senior"))
        assert ((ages >= 62).sum(), (ages >= 60).sum()) == (5, 5)
        assert list(personnes.loc[personnes["ppe"], "id_client"]) == list(socle.marques("personne_exposee"))
        morts = personnes.dropna(subset="date_deces")
        assert list(morts["id_client"]) == list(socle.marques("deces_dirigeant"))
        assert morts["dirigeant"].all()

    def test_un_dirigeant_est_majeur_quand_son_entreprise_nait(self):
        chefs = charger("personnes").query("dirigeant").set_index("id_client")
        age = (charger("clients")["date_creation"] - chefs["date_naissance"]).dt.days / 365.25
        assert (age >= 18).all()


class TestFoyers:
    def test_les_sommes_tombent_juste(self):
        foyers = charger("foyers")
        revenus = foyers[["revenus_professionnels", "dividendes", "revenus_conjoint", "revenus_fonciers"]].sum(axis=1)
        biens = foyers[["valeur_residence", "epargne", "autre_patrimoine"]].sum(axis=1)
        assert (revenus == foyers["revenus"]).all()
        assert (biens == foyers["patrimoine_brut"]).all()
        assert ((foyers["loyer"] > 0) == (foyers["valeur_residence"] == 0)).all()

    def test_un_exploitant_vit_de_ses_prelevements(self):
        clients, foyers = charger("clients"), charger("foyers").set_index("id_client")
        operations = charger("operations").sort_values("date_cloture").groupby("id_client")["dividendes"].last()
        exploitants = clients.index[clients["statut"].isin(["EI", "liberal_EI"])]
        assert len(exploitants) > 25
        attendus = operations[exploitants].clip(lower=0)
        assert (foyers.loc[exploitants, "revenus_professionnels"] == attendus).all()

    def test_les_dividendes_du_foyer_sont_sa_part_de_ceux_de_la_societe(self):
        clients, foyers = charger("clients"), charger("foyers").set_index("id_client")
        verses = charger("operations").sort_values("date_cloture").groupby("id_client")["dividendes"].last()
        personnes = charger("personnes")
        parts = personnes[personnes["id_foyer"].notna()].groupby("id_client")["part_capital"].sum()
        societes = clients.index[clients["statut"].isin(SOCIETES)]
        attendus = (verses * parts).reindex(societes)
        assert (foyers.loc[societes, "dividendes"] - attendus).abs().max() <= 0.5

    def test_la_remuneration_d_un_gerant_tient_dans_les_salaires(self):
        clients, foyers = charger("clients"), charger("foyers").set_index("id_client")
        liasses = charger("liasses")
        salaires = liasses[liasses["code"] == "FY"].sort_values("date_cloture").groupby("id_client")["valeur"].last()
        gerants = clients.index[clients["statut"].isin(["EURL", "SARL", "SELARL", "SAS", "SASU"])]
        connus = gerants.intersection(salaires.index)
        # The last pay is that of the last sales, which the form of a late balance sheet does not hold.
        assert (foyers.loc[connus, "revenus_professionnels"] <= 1.1 * salaires[connus] + 1).mean() > 0.95

    def test_qui_a_une_dette_la_rembourse(self):
        foyers = charger("foyers")
        assert ((foyers["dettes"] > 0) == (foyers["charges"] > 0)).all()
        taux = foyers["charges"] / foyers["revenus"]
        assert (taux > 0.33).sum() >= 3
        assert taux.median() < 0.33


class TestGaranties:
    def test_chaque_garantie_est_celle_d_un_pret_en_cours_et_de_son_objet(self):
        garanties, credits = charger("garanties"), charger("credits").set_index("id_pret")
        pret = credits.loc[garanties["id_pret"]]
        assert (pret["crd"] > 0).all()
        objets = pret["objet"].groupby(garanties["code"].to_numpy()).agg(set)
        assert objets["gage_materiel"] == {"materiel"}
        assert objets["gage_vehicule"] == {"vehicule"}
        assert objets["hyp_legale_preteur_deniers"] == {"immobilier"}
        murs = set(credits.query("objet == 'immobilier' and crd > 0").index)
        assert murs
        assert set(pret.index[pret["objet"] == "immobilier"]) == murs

    def test_le_moteur_du_cours_les_lit_telles_quelles(self):
        garanties = charger("garanties").rename(columns={"id_pret": "id_exposition"})
        encours = charger("credits").set_index("id_pret")["crd"]
        calculee = couverture(encours[encours > 0], garanties, date=ARRETE.date())
        assert calculee["motif"].dropna().str.contains("périmée").all()
        assert calculee["taux_couverture"].between(0, 1).all()
        assert (calculee["reelles"] > 0).sum() > 80
        assert (calculee["organisme"] > 0).sum() > 20

    def test_un_entrepreneur_individuel_ne_cautionne_pas_sa_dette(self):
        garanties = charger("garanties")
        credits = charger("credits").set_index("id_pret").join(charger("clients")["statut"], on="id_client")
        societe = credits["statut"].isin(SOCIETES).reindex(garanties["id_pret"]).to_numpy()
        assert societe[garanties["code"] == CAUTION].all()
        renonciations = garanties[garanties["code"] == RENONCIATION]
        assert not societe[garanties["code"] == RENONCIATION].any()
        assert (renonciations["date_constitution"] >= "2022-05-15").all()

    def test_les_cautions_sont_proportionnees_sauf_celles_du_plan(self, socle):
        avis = proportionnalite(charger("garanties"), charger("personnes"), charger("foyers"), ARRETE.date())
        manifestes = avis.index[avis["niveau"] == "manifeste"]
        assert set(manifestes) == set(socle.marques("caution_disproportionnee"))
        assert len(manifestes) == 2
        assert (avis["niveau"] == "ok").sum() > 40

    def test_a_cote_de_bpifrance_la_caution_ne_depasse_pas_la_moitie(self):
        garanties, credits = charger("garanties"), charger("credits").set_index("id_pret")
        cautions = garanties[garanties["code"] == CAUTION].groupby("id_pret")["montant"].sum()
        part = cautions / credits["capital"].reindex(cautions.index)
        avec = part.index.isin(garanties.loc[garanties["code"] == "bpifrance", "id_pret"])
        assert avec.sum() >= 3
        assert (part[avec] <= 0.5).all()
        assert (part <= 1).all()

    def test_les_rangs_d_un_bien_se_suivent(self):
        biens = charger("garanties").dropna(subset="rang")
        suite = biens.groupby("id_bien")["rang"].agg(["count", "max"])
        assert (suite["count"] == suite["max"]).all()
        premiers = biens["rang"] == 1
        assert (biens.loc[premiers, "rangs_anterieurs"] == 0).all()
        assert (biens.loc[~premiers, "rangs_anterieurs"] > 0).all()


def test_les_cotations_se_lisent():
    lues = lire_cotation(charger("clients")["cotation_bdf"])
    assert lues["motif"].isna().all()
    assert set(charger("clients").query("statut in ['EI', 'micro', 'liberal_EI']")["cotation_bdf"]) == {"X0"}


def test_les_prets_suivent_l_entree_en_relation():
    credits = charger("credits").join(charger("clients")[["date_creation", "date_entree_relation"]], on="id_client")
    assert (credits["date_deblocage"] >= credits["date_entree_relation"]).all()
    assert (credits["date_entree_relation"] >= credits["date_creation"]).all()
