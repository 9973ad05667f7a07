"""What the branch sold, tried and followed: every table says the same thing as the accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rncp_utils.conformite import completude, controler_dossiers, echeances_reclamation
from rncp_utils.donnees import charger
from rncp_utils.portefeuille import eligibilite, entonnoir, recommandations, taux_equipement, zone_chalandise

pytestmark = pytest.mark.xdist_group("agence")
ARRETE = pd.Timestamp("2026-03-31")
ETAPES = ["joignable", "joint", "rdv", "proposition", "vente"]


@pytest.fixture(scope="module")
def contrats() -> pd.DataFrame:
    return charger("contrats")


@pytest.fixture(scope="module")
def etat() -> pd.DataFrame:
    return controler_dossiers(charger("dossiers"), charger("pieces_conformite"), ARRETE.date())


class TestContrats:
    def test_rien_n_est_detenu_sans_y_etre_eligible(self, contrats):
        equipement = taux_equipement(charger("clients"), contrats, date=ARRETE.date())
        assert (equipement["inattendus"] == 0).all()
        assert 5 < len(contrats) / 120 < 10

    def test_les_comptes_et_les_credits_se_voient_dans_les_contrats(self, contrats):
        def detenteurs(code: str) -> set[str]:
            return set(contrats.loc[contrats["code"] == code, "id_client"])

        encours = charger("credits").query("crd > 0")
        assert detenteurs("COMPTE") == set(charger("clients").index)
        assert detenteurs("DECOUVERT") == set(charger("lignes_ct")["id_client"])
        assert detenteurs("IMMO") == set(encours.query("objet == 'immobilier'")["id_client"])
        assert detenteurs("INVEST") == set(encours.query("objet != 'immobilier'")["id_client"])
        livrets = charger("comptes").query("type == 'epargne'")["id_client"]
        eligibles = eligibilite(charger("clients"))["PLACEMENT"]
        assert detenteurs("PLACEMENT") == set(livrets[eligibles.loc[livrets].to_numpy()])

    def test_qui_encaisse_par_carte_a_de_quoi_le_faire(self, contrats):
        recus = charger("mouvements").query("montant > 0 and date_op > '2025-03-31' and nature == 'CB'")
        titulaires = charger("comptes").set_index("id_compte")["id_client"]
        par_carte = set(recus["id_compte"].map(titulaires))
        assert par_carte == set(contrats.loc[contrats["code"] == "TPE", "id_client"])

    def test_les_commissions_sont_les_frais_preleves(self, contrats):
        familles = charger("produits").set_index("code")["famille"]
        mouvements, comptes = charger("mouvements"), charger("comptes").set_index("id_compte")
        frais = mouvements.query("nature == 'FRAIS' and date_op > '2025-03-31'")
        preleves = -frais["montant"].groupby(frais["id_compte"].map(comptes["id_client"])).sum()
        soldes = charger("soldes_jour").query("date > '2025-03-31'")
        moyens = soldes["solde"].clip(lower=0).groupby(soldes["id_compte"]).mean()
        marge = moyens * (comptes["taux_cession"] - comptes["remuneration"]).reindex(moyens.index)
        placements = contrats.loc[contrats["code"] == "PLACEMENT", "id_client"]
        tenus = comptes.loc[marge.index]
        a_part = (tenus["type"] == "epargne") & tenus["id_client"].isin(placements)
        depots = marge[~a_part].groupby(comptes.loc[marge.index[~a_part], "id_client"].to_numpy()).sum()
        flux = contrats[contrats["code"].map(familles) == "flux"].groupby("id_client")["pnb_annuel"].sum()
        assert len(flux) == 120
        assert (flux - preleves.reindex(flux.index).fillna(0) - depots.reindex(flux.index)).abs().max() < 0.05

    def test_la_marge_d_un_pret_est_celle_du_moteur(self, contrats):
        credits = charger("credits").query("crd > 0")
        marges = (credits["crd"] * (credits["taux"] - credits["taux_cession"])).groupby(credits["id_client"]).sum()
        prets = contrats[contrats["code"].isin(["INVEST", "IMMO"])].groupby("id_client")["pnb_annuel"].sum()
        assert (prets - marges).abs().max() < 0.02
        assert (prets > 0).all()


class TestActions:
    def test_un_entonnoir_se_calcule_pour_chaque_campagne(self):
        contacts = charger("contacts").dropna(subset="id_campagne")
        nombres = contacts.groupby("id_campagne")[ETAPES].sum()
        nombres.insert(0, "cibles", contacts.groupby("id_campagne").size())
        taux = entonnoir(nombres)
        assert len(taux) == 6 * 6
        assert (nombres["vente"].drop("K06") > 0).all()
        assert (charger("campagnes")["objectif"] > 0).all()

    def test_une_vente_de_campagne_est_un_contrat_de_ses_dates(self, contrats):
        campagnes = charger("campagnes").set_index("id_campagne")
        ventes = charger("contacts").query("vente and id_campagne.notna()").join(campagnes, on="id_campagne")
        de_clients = ventes[ventes["public"] == "clients"]
        signes = contrats.set_index(["id_client", "code"])["date_souscription"]
        date = signes.loc[list(zip(de_clients["id_client"], de_clients["code"], strict=True))].to_numpy()
        assert len(de_clients) > 25
        assert ((date >= de_clients["date_debut"]) & (date <= de_clients["date_fin"])).all()
        assert (de_clients["date"] <= date).all()

    def test_une_campagne_ne_vise_pas_qui_detient_deja(self, contrats):
        campagnes = charger("campagnes").query("public == 'clients'").set_index("id_campagne")
        cibles = charger("contacts").query("id_campagne in @campagnes.index").join(campagnes, on="id_campagne")
        tenus = cibles.merge(contrats, on=["id_client", "code"])
        assert (tenus["date_souscription"] >= tenus["date_debut"]).all()
        dedans = tenus["date_souscription"] <= tenus["date_fin"]
        assert (tenus["vente"] == dedans).all()

    def test_un_prospect_gagne_est_un_client_entre_pendant_la_campagne(self):
        ventes = charger("contacts").query("vente and id_prospect.notna()")
        prospects, clients = charger("prospects").set_index("id_prospect"), charger("clients")
        assert len(ventes) >= 3
        assert (prospects.loc[ventes["id_prospect"], "id_client"].to_numpy() == ventes["id_client"].to_numpy()).all()
        entree = clients.loc[ventes["id_client"]]
        assert (entree["siret"].to_numpy() == prospects.loc[ventes["id_prospect"], "siret"].to_numpy()).all()
        assert (ventes["date"].to_numpy() <= entree["date_entree_relation"].to_numpy()).all()

    def test_qui_s_oppose_n_est_pas_sollicite(self):
        opposes = charger("prospects").query("opposition")["id_prospect"]
        assert len(opposes) > 3
        assert not charger("contacts")["id_prospect"].isin(opposes).any()

    def test_des_fiches_de_prospects_ont_depasse_leur_duree(self):
        anciens = charger("prospects")["dernier_contact"] < ARRETE - pd.DateOffset(years=3)
        assert 0 < anciens.sum() < 100

    def test_seuls_les_prospects_du_plan_sont_recommandes_forts_et_ouverts(self, socle):
        table = recommandations(charger("contacts"))
        assert set(socle.marques("prospect_recommande")) <= set(table.index)
        prospects = charger("prospects")
        forts = prospects.query("origine == 'recommandation' and potentiel >= 80")
        assert set(forts["parrain"]) == set(socle.marques("prospect_recommande"))
        ouvertes = charger("opportunites").query("origine == 'recommandation' and date_issue.isna()")
        assert set(ouvertes["id_prospect"]) == set(forts["id_prospect"])
        assert (len(forts), len(ouvertes)) == (6, 6)
        assert (ouvertes["probabilite"] >= 0.8).all()

    def test_une_affaire_gagnee_est_un_contrat_et_une_ouverte_n_en_est_pas_un(self, contrats):
        opportunites = charger("opportunites").dropna(subset="id_client")
        signes = contrats.set_index(["id_client", "code"])["date_souscription"]
        cles = pd.MultiIndex.from_frame(opportunites[["id_client", "code"]])
        date = signes.reindex(cles).to_numpy()
        gagnee = (opportunites["etape"] == "gagnee").to_numpy()
        assert gagnee.sum() > 100
        assert (date[gagnee] == opportunites.loc[gagnee, "date_issue"].to_numpy()).all()
        # What was declined once may be bought later; what is open is not held.
        perdue = (opportunites["etape"] == "perdue").to_numpy()
        tardifs = perdue & ~np.isnat(date)
        assert (date[tardifs] > opportunites.loc[tardifs, "date_issue"].to_numpy()).all()
        assert np.isnat(date[~gagnee & ~perdue]).all()
        issue = opportunites["etape"].isin(["gagnee", "perdue"])
        assert (issue == opportunites["date_issue"].notna()).all()

    def test_une_proposition_faite_est_une_affaire(self):
        contacts, opportunites = charger("contacts"), charger("opportunites")
        campagnes = charger("campagnes").set_index("id_campagne")["code"]
        produits = charger("evenements").set_index("id_evenement")["produit"]
        faites = contacts.query("proposition")
        code = faites["id_campagne"].map(campagnes).fillna(faites["id_evenement"].map(produits)).fillna("COMPTE")
        qui = faites["id_prospect"].fillna(faites["id_client"])
        connues = set(opportunites["id_client"].astype("object") + "/" + opportunites["code"])
        connues |= set(opportunites["id_prospect"].astype("object") + "/" + opportunites["code"])
        assert len(faites) > 100
        assert set(qui.astype("object") + "/" + code) <= connues


class TestEvenements:
    def test_ce_que_le_plan_fait_arriver_arrive_a_ce_client_seul(self, socle):
        evenements = charger("evenements").set_index("evenement")
        deces = evenements.loc[["décès du dirigeant"]]
        assert deces["id_client"].tolist() == list(socle.marques("deces_dirigeant"))
        date = charger("personnes").dropna(subset="date_deces")["date_deces"]
        assert deces["date"].tolist() == date.tolist()
        retrait = evenements.loc[["perte d'une autorisation d'exercer"], "id_client"]
        assert retrait.tolist() == list(socle.marques("perte_agrement"))
        assert set(evenements.loc[["transmission"], "id_client"]) == set(socle.marques("dirigeant_senior"))

    def test_les_bilans_manquants_ont_ete_reclames(self, socle):
        attendus = charger("evenements").query("evenement == 'bilan attendu' and date > '2025-01-01'")
        assert set(socle.marques("bilan_manquant")) <= set(attendus["id_client"])

    def test_un_evenement_traite_a_une_date_et_un_contact(self):
        evenements, contacts = charger("evenements"), charger("contacts")
        traites = evenements[evenements["statut"] == "traite"]
        assert ((evenements["statut"] == "traite") == evenements["traite_le"].notna()).all()
        assert set(contacts["id_evenement"].dropna()) == set(traites["id_evenement"])
        recents = evenements[evenements["detecte_le"] > ARRETE - pd.Timedelta(days=60)]
        assert (recents["statut"] == "a_traiter").sum() > 20

    def test_les_alertes_de_l_agence_sont_rares_et_souvent_tardives(self, socle):
        alertes = charger("alertes_reelles").merge(socle.faits, on="id_client", how="left")
        assert 15 <= alertes["id_alerte"].nunique() <= 35
        vrais = alertes[alertes["famille"].isin(["degradation", "accident"])]
        assert 4 <= vrais["id_client"].nunique() <= 9
        assert (~alertes["famille"].isin(["degradation", "accident"])).sum() >= 3
        assert (alertes["date"] > alertes["debut"])[alertes["famille"].isin(["degradation", "accident"])].mean() > 0.8


class TestConformite:
    def test_aucune_regle_n_est_sans_reponse(self, etat):
        assert not (etat["statut"] == "a_verifier").any()
        taux = completude(etat)
        assert 0.8 < taux["taux_completude"].mean() < 0.97
        assert 0.1 < taux["complet"].mean() < 0.7

    def test_les_manques_du_plan_sont_la_et_seuls(self, etat, socle):
        def ouverts(regle: str) -> set[str]:
            lignes = etat[(etat["regle"] == regle) & etat["statut"].isin(["manquant", "perime"])]
            return set(lignes["id_client"])

        assert ouverts("PPE-01") == set(socle.marques("personne_exposee"))
        assert ouverts("BE-02") == set(socle.marques("beneficiaire_effectif"))
        assert ouverts("DOC-01") == set(socle.marques("bilan_manquant"))

    def test_une_renonciation_signee_trop_tot_ne_vaut_rien(self, etat):
        pieces = charger("pieces_conformite").query("piece == 'renonciation_ei'")
        delai = (pieces["date_piece"] - pieces["date_demande"]).dt.days
        trop_tot = pieces[delai < np.where(pieces["mention_manuscrite"], 4, 8)]
        valables = set(pieces["id_client"]) - set(trop_tot["id_client"])
        conformes = etat[(etat["regle"] == "CRE-03") & (etat["statut"] == "conforme")]["id_client"]
        assert len(pieces) >= 3
        assert valables <= set(conformes)

    def test_des_reclamations_sont_en_retard_la_plupart_non(self):
        reclamations = charger("reclamations")
        limites = pd.DataFrame([echeances_reclamation(jour) for jour in reclamations["date_reception"]]).apply(
            pd.to_datetime
        )
        tard = reclamations["date_accuse"].fillna(ARRETE) > limites["accuse"]
        sans_reponse = reclamations["date_reponse"].fillna(ARRETE) > limites["reponse"]
        assert len(reclamations) == 40
        assert 1 <= tard.sum() <= 12
        assert 1 <= sans_reponse.sum() <= 12
        assert reclamations["date_reponse"].isna().any()


class TestTerritoire:
    def test_les_totaux_d_une_commune_sont_ceux_de_ses_etablissements(self):
        territoire, etablissements = charger("territoire").set_index("commune_insee"), charger("etablissements")
        ouverts = etablissements.query("etat == 'A'").groupby("commune_insee").size()
        assert (territoire["nb_etab"] == ouverts.reindex(territoire.index).fillna(0)).all()
        assert (territoire.filter(like="nb_etab_").sum(axis=1) == territoire["nb_etab"]).all()
        assert (territoire["creations"].sum() > 100, territoire["cessations"].sum() > 100) == (True, True)

    def test_la_zone_se_lit_avec_le_moteur_du_cours(self):
        population = int(charger("territoire")["population"].sum())
        zone = zone_chalandise(charger("etablissements"), population, date=ARRETE.date(), clients=charger("clients"))
        assert zone["part_de_marche"].between(0, 1).all()
        assert zone["taux_survie"].between(0.4, 1).all()
        assert zone["actifs"].sum() > 2_000
