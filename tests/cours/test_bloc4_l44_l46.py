"""Lessons B4-L4, B4-L5 and B4-L6: the figures that they teach, and what their prose and keys rest on."""

from __future__ import annotations

import pandas as pd
import pytest

from rncp_utils.donnees import charger, finances_clients
from rncp_utils.donnees.agence.relation.suivi import GRAVES
from rncp_utils.parametres import parametre
from rncp_utils.risque import hhi
from rncp_utils.risque.alerte import SCORE_MAXIMAL
from tests.cours.page import Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L4, L5, L6 = "B4_L4_renouvellement_lignes", "B4_L5_indicateurs_risque", "B4_L6_signaux_alerte"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """The three lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc4", (L4, L5, L6))


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    uniques = choix_uniques(pages.values())
    assert len(uniques) >= 10
    rien_ne_se_devine(uniques)


def test_les_durees_de_droit_ecrites_sont_celles_des_parametres():
    """Written in the prose: sixty days of notice, ninety days past due, three months to leave, half of the capital."""
    assert parametre("conformite.preavis_concours", "2026-03-31") == 60
    assert parametre("risque.defaut.jours", "2026-03-31") == 90
    assert parametre("risque.defaut.probation_mois", "2026-03-31") == 3
    assert parametre("capitaux_propres.seuil_perte_de_moitie", "2026-03-31") == 0.5


def test_le_calendrier_des_lignes(pages):
    n = pages[L4].noms
    assert f"{n['jour']:%d/%m/%Y}" == "31/03/2026"
    proches = n["proches"]
    assert len(proches) == 11 and proches["jours_restants"].is_monotonic_increasing
    assert (n["demande"], n["analyse"], n["decision"]) == (120, 90, 75)
    assert n["decision"] > n["preavis"], "a refusal is decided while it can still be announced"
    assert (proches["decision_le"] < proches["preavis_le"]).all()
    premiere = proches.iloc[0]
    assert (premiere["raison_sociale"], premiere["jours_restants"], premiere["etape"]) == (
        "Fret de la Grande Ourcq", 29, "décision",
    )  # fmt: skip
    assert premiere["preavis_le"] < n["jour"], "the lesson says that it is too late to announce a refusal"
    attendus = pages[L4].exercices["E2"].correcteur.attendus
    assert attendus == {"reste": 52, "retard": 68}


def test_l_usage_de_la_ligne_de_delmas_et_ce_que_dit_le_simulateur(pages):
    n, simulateur = pages[L4].noms, pages[L4].simulateur
    assert (n["plafond"], n["moyenne_n"], n["pointe_n"]) == (40_000, 26_500, 44_900)
    assert n["hausse_stock"] > n["hausse_bfr"] == 20_400
    assert simulateur.prediction.verdict() == "depasse"
    seule = plate(simulateur.voir(limite=60_000).phrase)
    assert "pointe 65 300 €, soit 109 %" in seule and "dépassée 3 fins de mois sur 12" in seule
    financee = plate(simulateur.voir(limite=60_000, stock_finance=20_400).phrase)
    assert "pointe 44 900 €, soit 75 %" in financee and "suffit toute l'année" in financee


def test_le_plafond_ecrit_est_celui_de_la_methode(pages):
    n, simulateur = pages[L4].noms, pages[L4].simulateur
    assert (n["marge"], n["hausse_stock"]) == (0.10, 25_200)
    assert n["exact_delmas"] == pytest.approx(44_110) and n["avis_delmas"] == 45_000
    assert "suffit toute l'année" in plate(simulateur.voir(limite=45_000, stock_finance=25_200).phrase)
    assert "dépassée" in plate(simulateur.voir(limite=40_000, stock_finance=25_200).phrase)
    assert pages[L4].exercices["E5"].correcteur.attendus == {"prevue": 40_000, "ligne": pytest.approx(30_800)}


def test_les_quatre_usages_se_voient_dans_les_soldes(pages):
    n = pages[L4].noms
    jours, semaines = n["jours_debiteurs"], n["semaines"]
    assert jours["B"] == n["annee"] and jours["C"] < 60
    assert semaines["C"].min() > -0.5
    assert n["lus"].loc[n["QUATRE"]["B"], "jours_depassement"] == 0, "structural, yet within its limit"
    assert not finances_clients("2026-03-31").loc[list(n["QUATRE"].values()), "defaut"].any()
    tiers = len(semaines) // 3
    assert semaines["D"].iloc[tiers // 2 : tiers].min() > 0 > semaines["D"].iloc[-tiers:].max()
    signes = semaines["A"] >= 0
    assert (signes != signes.shift()).sum() >= 4, "comes and goes several times"
    assert pages[L4].cle("E4", "usages") == {"a": "saisonnier", "b": "structurel", "c": "passage", "d": "installe"}


def test_les_avis_de_la_cle_sont_ceux_de_la_bibliotheque(pages):
    mots = {"renouveler": "renouveler", "augmenter": "augmenter", "réduire": "reduire", "dénoncer": "denoncer"}
    rendus = {nom: mots[avis["proposition"]] for nom, avis in pages[L4].noms["avis"].items()}
    assert rendus == pages[L4].cle("E6", "avis")


def test_le_dossier_a_rediger_de_la_lecon_4(pages):
    n = pages[L4].noms
    f = n["f"]
    assert str(n["f_alerte"]["libelle"]) == "liste de vigilance"
    assert (f["nb_rejets_prelevement"], f["retard_max_jours"]) == (0, 26)
    assert f["utilisation_max"] > 0.9 and f["baisse_flux"] > 0.4
    solde = n["suivi"].soldes.serie(n["id_fret"])
    assert solde["2025-06-01":"2025-09-30"].min() > 0 > solde["2025-12-01":].max(), "idle in summer, then drawn daily"


def test_les_jours_de_depassement_et_le_compteur_d_arriere(pages):
    page = pages[L5]
    attendus = page.exercices["E2"].correcteur.attendus
    assert attendus["jours"] == 14 and attendus["max"] == pytest.approx(14_808.28)
    assert page.exercices["E3"].correcteur.attendus == {"seuil": 400, "jour": 91}
    assert page.noms["lus_fin"].attrs["fenetre_jours"] == 90


def test_l_histoire_de_bruno_vidal_est_celle_qui_est_lue(pages):
    n = pages[L5].noms
    premiers, milieu, _, derniers = n["lus_vidal"].values()
    assert premiers["depassement_consecutif"] < 30 < 90 < milieu["depassement_consecutif"]
    assert milieu["jours_depassement"] == 90 > derniers["jours_depassement"]
    assert milieu["retard_max_jours"] == 0 < derniers["retard_max_jours"]


def test_bruno_vidal_est_en_defaut_avant_tout_score(pages):
    n = pages[L5].noms
    assert (n["debut_vidal"], n["defaut_le"]) == (pd.Timestamp("2025-03-18"), pd.Timestamp("2025-06-16"))
    assert (n["etat_vidal"]["jours_arriere"], n["etat_vidal"]["defaut"]) == (197, True)
    assert n["etat_vidal_fin"]["defaut"] and n["etat_vidal_fin"]["defaut_depuis"] == n["defaut_le"]
    assert n["exces_vidal"] > n["absolu"] and n["exces_vidal"] > n["relatif"] * (n["prets_vidal"] + n["debit_vidal"])
    assert n["alertes_fin"].loc["C00009", "niveau"] == 4


def test_plus_un_niveau_est_grave_plus_la_premiere_action_est_rapide(pages):
    delais = [int(actions["delai_jours"].iloc[0]) for actions in pages[L5].noms["premieres"][1:]]
    assert delais == sorted(delais, reverse=True) and delais[-1] == 0


def test_le_rang_des_cinq_clients_suit_le_defaut_puis_leurs_scores(pages):
    page = pages[L5]
    cinq = page.noms["cinq"]
    assert cinq["score"].is_unique
    assert cinq.loc["vidal", "niveau"] == 4 > cinq.drop("vidal")["niveau"].max()
    assert "client en défaut" in cinq.loc["vidal", "motifs"]
    rangs = cinq.assign(defaut=cinq["niveau"] == 4).sort_values(["defaut", "score"], ascending=False).index
    assert list(rangs) == list(page.cle("E4", "rangs"))
    assert page.exercices["E4"].correcteur.attendus == {"messagerie": 65, "mecanique": 55}
    trois_mois_apres = page.noms["alertes_fin"].loc[page.noms["CINQ"]["fournil"], "niveau"]
    assert trois_mois_apres == 4, "the conclusion tells it"


def test_le_tableau_de_bord_se_lit_a_la_date_choisie(pages):
    simulateur = pages[L5].simulateur
    assert simulateur.prediction.verdict() == "fausses"

    def lire(**reglages):
        return plate(simulateur.voir(**reglages).phrase)

    assert "Au 30/09/2025, le tableau retient 4 clients sur 120. Parmi eux, 3 " in lire()
    assert "retient 9 clients" in lire(baisse=10) and "Parmi eux, 3 " in lire(baisse=10)
    assert "retient 8 clients" in lire(paiements=True) and "Parmi eux, 7 " in lire(paiements=True)
    fin = lire(recul=0, paiements=True)
    assert "Au 31/03/2026" in fin and "manqués : 0 sur 9" in fin
    tableau = simulateur.voir(paiements=True).tableau
    assert tableau["Score"].is_monotonic_decreasing and len(tableau) == 8


def test_un_seuil_plus_bas_ne_retient_jamais_moins_de_clients(pages):
    n = pages[L5].noms
    base = n["reglage"] | {"paiements": False}
    for cle, valeurs in {"depassement": (60, 30, 5), "baisse": (70, 30, 5), "rejets": (10, 3, 1)}.items():
        comptes = [n["compter"](n["lus_recul"], **(base | {cle: v}))[0] for v in valeurs]
        assert comptes == sorted(comptes), cle


def test_l_encours_par_niveau_est_tout_l_encours(pages):
    n = pages[L5].noms
    assert n["par_niveau"]["count"].sum() == len(n["clients"])
    assert n["par_niveau"]["sum"].sum() == pytest.approx(n["encours"].sum())
    assert n["sensibles"]["montant"] == pytest.approx(n["par_niveau"]["sum"].loc[2:].sum())


def test_les_signes_et_les_indices_definis_sont_ceux_de_la_bibliotheque(pages):
    assert GRAVES == ("décès du dirigeant", "perte d'une autorisation d'exercer", "procédure collective")
    assert SCORE_MAXIMAL == 100
    assert hhi([1.0] * 5) == pytest.approx(0.20), "equal parts, five customers"


def test_la_note_de_suivi_parle_d_un_arriere_significatif_sans_depassement(pages):
    atelier, encours = pages[L5].noms["atelier"], pages[L5].noms["encours"]["C00088"]
    assert atelier["retard_max_jours"] > 90 and atelier["arriere_total"] > max(100, 0.01 * encours)
    assert atelier["jours_depassement"] == atelier["rejets"] == 0
    # Day 1 is the day after the oldest instalment, due on 15 December: both counters say the same.
    assert pages[L5].noms["debut_atelier"] == pd.Timestamp("2025-12-16")
    assert atelier["retard_max_jours"] == 106 == pages[L5].noms["etat_atelier"]["jours_arriere"]


def test_les_signaux_des_comptes(pages):
    n = pages[L6].noms
    canal = n["comptes_canal"]
    assert canal.loc["EBE"].tolist() == [49_800, 15_600, -22_300]
    assert (canal.loc["Capitaux propres", "N"], n["hausse_canal"], n["manque_canal"]) == (-6_050, 11_600, 16_050)
    assert canal.loc["Trésorerie nette", "N"] == -21_350
    assert pages[L6].exercices["E2"].correcteur.attendus == {"manque": 5_925, "dettes": 54_000}


def test_les_allers_et_retours_gonflent_les_flux_sans_rien_apporter(pages):
    n = pages[L6].noms
    recus, envoyes = (n["lus_flux"].iloc[:, rang] for rang in (1, 2))
    assert (recus == envoyes).all() and recus.max() > 0
    assert n["lus_flux"].iloc[:, 0].is_unique
    assert n["suivi"].indicateurs("2025-09-30").attrs["fenetre_jours"] == n["FENETRE"]
    assert n["variation_vue"] > 0 > n["variation"]
    # One fall, one figure: the exercise on the score shows the same rise as the table.
    assert n["variation_vue"] == pytest.approx(-n["g"]["baisse_flux"], abs=1e-9)
    noms = set(n["clients"]["raison_sociale"]) | {"SCI Les Tilleuls"}
    assert n["AUTRE"] not in noms
    autre = n["liees"]
    par_mois = autre[autre["montant"] > 0].groupby(autre["date_op"].dt.to_period("M"))["montant"].size()
    assert par_mois.loc["2025-04":"2025-09"].min() >= 2 and (autre["montant"] % 100 == 0).all()


def test_le_score_du_garage_et_ses_points(pages):
    page = pages[L6]
    points = page.noms["points"]
    assert (
        page.exercices["E4"].correcteur.attendus["score"]
        == 49
        == sum(points[nom] for nom in ("rejets", "depassement_court", "lcr_impayees", "utilisation"))
    )


def test_la_frise_revele_les_mois_et_les_dates_de_l_exercice(pages):
    n, simulateur = pages[L6].noms, pages[L6].simulateur
    assert simulateur.prediction.verdict() == "long"
    assert "Première alerte lue le 30/06/2025" in plate(simulateur.voir(mois=4).phrase)
    assert "Première échéance" not in plate(simulateur.voir(mois=4).phrase)
    assert "Première échéance de prêt impayée : 05/11/2025" in plate(simulateur.voir(mois=12).phrase)
    assert pages[L6].exercices["E5"].correcteur.attendus == {"lecture": 22, "total": 58}
    garage = n["niveaux"][n["id_garage"]]
    assert garage.loc[pd.Timestamp("2025-12-31")] == 0 and n["premier_retard"][n["id_garage"]].month == 11
    assert garage.loc[pd.Timestamp("2026-03-31")] == 2
    decembre = n["suivi"].indicateurs("2025-12-31").loc[n["id_garage"]]
    assert (decembre["retard_max_jours"], decembre["nb_rejets_prelevement"]) == (11, 0)
    dues = n["tardives"].query("id_client == @client and date <= '2025-12-31'", local_dict={"client": n["id_garage"]})
    ouvertes = dues[~(dues["date_paiement"] <= "2025-12-31")]
    assert ouvertes["date"].tolist() == [pd.Timestamp("2025-12-20")] * 2
    assert (dues["date"].dt.month == 11).sum() >= 2


def test_le_vestiaire_frole_sa_limite_sans_rejet_ni_alerte(pages):
    n = pages[L6].noms
    assert (n["niveaux"]["C00006"] == 0).all()
    assert "Aucune alerte à ce jour" in plate(pages[L6].simulateur.voir(client="C00006", mois=12).phrase)
    incidents = charger("incidents").query("id_client == 'C00006' and date >= '2025-04-01'")
    assert incidents.empty and "C00006" not in n["premier_retard"].index
