"""Lessons B3-L2 and B3-L3: the figures that they teach, their call, their dates, their graph, what keys rest on."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from rncp_utils.donnees import cas, charger, date_du_portrait
from rncp_utils.entretien import Entretien, charger_scenario
from rncp_utils.entretien.partie import ouvrir_partie
from rncp_utils.lecon.simulateur import Simulateur
from rncp_utils.parametres import parametre
from tests.cours.page import COURS, Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L32, L33 = "B3_L2_conduire_action", "B3_L3_recommandations_prescripteurs"


@pytest.fixture(scope="module")
def appels() -> Page:
    """B3-L2, executed as a grader sees it: nothing is written."""
    return executer_ensemble("bloc3", (L32,))[L32]


@pytest.fixture(scope="module")
def reseau() -> Page:
    """B3-L3, the same way."""
    return executer_ensemble("bloc3", (L33,))[L33]


def dire(simulateur: Simulateur, **reglages) -> str:
    return plate(simulateur.voir(**reglages).phrase)


def prose(nom: str) -> str:
    return plate((COURS / "bloc3" / f"{nom}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lecon", ["appels", "reseau"])
def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(lecon, request):
    uniques = choix_uniques([request.getfixturevalue(lecon)])
    assert len(uniques) >= 8
    rien_ne_se_devine(uniques)


def test_l_entonnoir_de_l_exemple(appels):
    action = appels.noms["action"]
    assert action["nombre"].tolist() == [60, 48, 19, 11, 5]
    assert action["taux_etape"].round(3).tolist() == [1.0, 0.8, 0.396, 0.579, 0.455]
    assert round(action.loc["Ouvertures", "taux_depart"], 3) == 0.083
    assert round(appels.noms["ouvertes"] / appels.noms["joints_action"], 3) == 0.104
    assert 60 / 5 == 12 and 0.09 < 5 / 48 < 0.11, "the prose says one in twelve, one in ten"
    etapes = action["taux_etape"].iloc[1:]
    assert etapes.idxmin() == "Rendez-vous" and etapes.min() < 0.5, "the prose says: the call is where most is lost"
    assert appels.noms["part_jointe"] < etapes["Joints"] == 0.8, "the prose says: fewer than the craftsmen, 80 %"


def test_la_campagne_de_l_exercice_n_est_pas_l_exemple(appels):
    n = appels.noms
    assert list(n["etapes"].values()) == [95, 68, 37, 15, 13, 6]
    attendus = appels.exercices["E2"].correcteur.attendus
    assert attendus == {"joints": pytest.approx(100 * 37 / 68), "ventes": pytest.approx(100 * 6 / 37)}


def test_l_accroche_tient_dans_vingt_secondes(appels):
    n = appels.noms
    assert n["DEBIT"] * 20 / 60 == 50, "the prose says fifty words in twenty seconds"
    assert list(n["mots_du_script"].values()) == [26, 20, 19, 16], "a mark that stands apart is not a word"
    assert (n["accroche"], round(n["secondes"](n["accroche"]))) == (46, 18)
    assert appels.exercices["E4"].correcteur.attendus == {"duree": 26}
    bonne = next(o for o in appels.champ("E4", "accroche")[0].options if o.id == appels.cle("E4", "accroche"))
    assert len(bonne.texte.split()) <= 50


def test_l_exercice_lit_le_vrai_appel(appels, tmp_path, monkeypatch):
    """From the journal of a call: too short, then the model path."""
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    juge = appels.exercices["E6"].juge
    assert (juge.codes, juge.entretien.scenario) == (("I2", "I3", "I5", "I6"), "S7")
    scenario, cellule = charger_scenario("S7"), juge.entretien.cellule
    ici = Entretien("S7", devoir="B3-L2", cellule=cellule, dossier=tmp_path).objectifs(*juge.codes)
    partie = ouvrir_partie(scenario, dossier=tmp_path, devoir="B3-L2", cellule=cellule, apprenant="amelie.durand")
    modele = [pas.split(".")[1] for pas in scenario.verite.parcours_modele]
    for choix in modele[:7]:
        partie.dire(choix)
    assert not all(retour.juste for retour in ici.constats().values())
    for choix in modele[7:]:
        partie.dire(choix)
    assert {code: retour.juste for code, retour in ici.constats().items()} == dict.fromkeys(juge.codes, True)


def test_le_compte_rendu_modele_ne_dit_que_ce_que_les_notes_disent(appels):
    """The account stands on its own notes, whether or not the call was played."""
    fiche = appels.exercices["E10"].fiche
    notes, modele = (
        plate(texte.format_map(appels.exercices["E10"].textes)) for texte in (fiche.enonce, fiche.indices.corrige)
    )
    assert not re.search("Bressan|Jonas|Mathilde", notes + modele)
    faits = ("mercredi 14/10/2026", "12 000 €", "quarante-cinq jours", "jeudi 22/10/2026", "huit heures", "à l'atelier")
    faits += ("carte de démarchage",)
    for fait in faits:
        assert fait in notes and fait in modele, fait
    assert "hôpital" in notes and "hôpital" not in modele


def test_le_script_du_poste_a_ses_deux_dates(appels):
    textes = appels.exercices["E11"].textes
    assert [textes[nom] for nom in ("appel", "premiere", "seconde")] == [
        "lundi 01/02/2027",
        "jeudi 04/02/2027",
        "lundi 15/02/2027",
    ]


def test_rester_dans_une_seule_banque_est_le_cas_courant(appels):
    flux = appels.noms["flux"]
    assert (flux == 1).mean() > 0.9 and (flux < 1).any(), "the prose says: nearly all, but some share"


def test_les_rappels_joignent_autant_et_de_moins_en_moins_de_monde(appels):
    n, simulateur = appels.noms, appels.simulateur
    assert abs(n["premiers"]["joint"].mean() - n["rappels"]["joint"].mean()) < 0.06, "the prose says: about as much"
    rdv = [n[t].loc[n[t]["joint"], "rdv"].mean() for t in ("rappels", "premiers")]
    assert rdv[0] < rdv[1], "the prose says: fewer appointments"
    assert n["pris"]["joignable"].all() and (n["pris"]["canal"] == "téléphone").mean() > 0.5, "mostly calls"
    ensemble = n["rappels"].merge(n["premiers"], on="id_prospect")
    assert (ensemble["date_x"] - ensemble["date_y"]).dt.days.median() > 300, "the prose says: one year later"
    assert (n["sollicites_deux_fois"], len(n["rappels"])) == (89, 51), "right details both times"
    metiers = n["pris"].merge(charger("prospects"), on="id_prospect").groupby("id_campagne")["naf"]
    assert metiers.agg(lambda naf: naf.str[:2].nunique()).min() > 5, "the prose says: all trades together"
    assert simulateur.prediction.verdict() == "moins"
    un, trois, six = (n["joindre"](60, k, "mesuree")["cumul"].iloc[-1] for k in (1, 3, 6))
    assert un == pytest.approx(60 * n["part_jointe"])
    assert trois == pytest.approx(60 * (1 - (1 - n["part_jointe"]) ** 3))
    assert six - trois < un / 4, "the last calls bring little"
    matin = n["joindre"](60, 2, "matin")["cumul"].iloc[-1]
    assert 0.95 * trois < matin < 1.05 * trois, "the prose says: a good hour is almost worth one more call"
    assert n["joindre"](60, 3, "chantier")["cumul"].iloc[-1] < trois
    assert "Avec 1 appel au plus" in dire(simulateur)
    assert "Vous dépassez la règle" in dire(simulateur, essais=4) and "règle" not in dire(simulateur, essais=3)


def test_les_relances_se_comptent_en_jours_ouvres(appels):
    n = appels.noms
    assert n["RELANCES"] == (3, 10) and n["REGLE"] == 1 + len(n["RELANCES"])
    assert [f"{jour:%d/%m/%Y}" for jour in n["exemple_relances"]] == ["04/11/2026", "16/11/2026"]
    assert appels.exercices["E7"].correcteur.attendus == {"premiere": 7, "seconde": 19}
    assert (n["premiere"].month, n["seconde"].month, n["APPEL"].day_name()) == (5, 5, "Monday")
    erreurs = appels.exercices["E7"].correcteur.erreurs
    for champ, bonne in (("premiere", 7), ("seconde", 19)):
        valeurs = [bonne, *erreurs[champ].values()]
        assert len(set(valeurs)) == len(valeurs)


def test_les_situations_de_droit_sont_du_bon_cote_des_seuils(appels):
    """Art. D. 341-1: five million euros of balance sheet, of turnover or of assets, or fifty people; one is enough."""
    assert "plus de 5 M€ de bilan" in prose(L32) and "plus de 50 salariés en moyenne" in prose(L32)
    textes = {case.id: plate(case.texte) for case in appels.champ("E8", "regimes")[0].elements}
    assert "600 k€ HT, 5 salariés" in textes["petite"] and "700 k€ HT, 6 salariés" in textes["passage"]
    ca, bilan, salaries = map(int, re.findall(r"(\d+) (?:M€|salariés)", textes["grande"]))
    assert (ca > 5, bilan > 5, salaries > 50) == (True, False, False)
    ca, bilan, salaries = map(int, re.findall(r"(\d+) (?:M€|salariés)", plate(appels.champ("E8", "seuil")[0].enonce)))
    assert (ca > 5, bilan > 5, salaries > 50) == (False, False, True)
    cle = appels.cle("E8", "regimes")
    assert (cle["petite"], cle["grande"], cle["camion"], cle["stop"]) == ("demarchage", "exclu", "exclu", "non")
    assert cle["passage"] == "demarchage"


def test_la_retenue_de_garantie_a_le_taux_du_bareme():
    retenue = parametre("garanties.retenue_garantie_maximale", date_du_portrait().date())
    assert f"jusqu'à {retenue:.0%}".replace("%", " %") in prose(L32)


def test_la_demande_a_elise_vient_du_cas(reseau):
    assert reseau.noms["pret"] == cas("CAS-01").projets[0].pret
    assert reseau.noms["pret"].montant == 60_000


def test_un_contact_recommande_donne_plus_de_rendez_vous(reseau):
    n = reseau.noms
    assert (len(n["avec_parrain"]), int(n["avec_parrain"]["rdv"].sum())) == (21, 12)
    assert n["part_reco"] > 3 * n["part_fichier"], "the prose says: far more often"
    assert (n["ventes_reco"], n["ventes_prospects"]) == (1, 6), "the prose says: a single opening"
    assert n["par_parrain"].attrs["part_recommandee"] == pytest.approx(1 / 6), "openings of prospects only"
    assert n["avec_parrain"]["id_prospect"].notna().all()
    # The lesson on results counts both campaigns whole: what sets the two apart is said.
    assert (len(n["sans_parrain"]), len(n["campagnes_prospects"])) == (402, 403)
    assert not set(n["avec_parrain"]["id_contact"]) & set(n["sans_parrain"]["id_contact"])


def test_les_deux_mesures(reseau):
    n = reseau.noms
    attendus = reseau.exercices["E6"].correcteur.attendus
    assert attendus == {"rdv": pytest.approx(100 * 8 / 11), "taux": 35, "part": 36}
    s = n["SEMESTRE"]
    assert s["donneurs"] <= s["demandes"] and s["donneurs"] <= s["recommandes"]
    assert n["prescrites"] + s["clients"] < s["ouvertures"], "some came without any recommendation"


def test_le_graphe_suit_la_regle(reseau):
    n, simulateur = reseau.noms, reseau.simulateur
    assert len(n["liens"]) == 21 and n["liens"]["parrain"].nunique() == 17
    assert n["liens"]["nom_parrain"].notna().all() and n["liens"]["raison_sociale"].is_unique
    depart = n["prioriser"](n["liens"], 80, 30, True)
    choisis = depart[depart["rang"] > 0]
    assert len(choisis) == 3 and choisis["parrain"].is_unique
    assert choisis["possible"].all() and (choisis["jours"] >= 30).all()
    assert not (choisis["opposition"] | choisis["client"]).any()
    # The prose says: the same people as in the table above, one of them a client already.
    assert set(n["liens"]["id_prospect"]) == set(n["avec_parrain"]["id_prospect"])
    assert int(n["liens"]["client"].sum()) == 1
    assert simulateur.voir().figure.donnees["Score"].str.fullmatch(r"\d+,\d").all(), "one decimal, as in the sentence"
    assert depart.loc[depart["possible"], "score"].max() == choisis["score"].max()
    assert depart["score"].between(0, 100).all()
    for reglages in ({"un_seul": False}, {"sans_sci": True}, {"poids": 0}, {"delai": 360}):
        etats = simulateur.voir(**reglages).figure.donnees["État"]
        assert etats.str.startswith(("priorité", "possible", "écarté : ")).all()
    sans_sci = n["prioriser"](n["liens"], 80, 30, True, True)
    assert not sans_sci.loc[sans_sci["rang"] > 0, "foncier"].any()


def test_les_essais_proposes_montrent_ce_qui_est_dit(reseau):
    n, simulateur = reseau.noms, reseau.simulateur
    assert simulateur.prediction.verdict() == "non"
    assert n["meilleur"]["jours"] < n["DELAI"] and n["meilleur"]["raison_sociale"].startswith("SCI"), "« elle »"
    assert n["meilleur"]["raison_sociale"] in dire(simulateur, delai=0)
    noms = {poids: dire(simulateur, poids=poids).split("Priorités")[1] for poids in (0, 80)}
    assert noms[0] != noms[80]
    plus_forts = n["prioriser"](n["liens"], 100, 0, True)
    assert (plus_forts.loc[plus_forts["rang"] > 0, "jours"] <= 42).all(), "the prose says: within six weeks"


def test_les_trois_personnes_de_l_exercice(reseau):
    n = reseau.noms
    assert reseau.exercices["E7"].correcteur.attendus["score"] == pytest.approx(0.8 * 80 + 0.2 * 20)
    lue = n["lue_six"]
    assert set(lue.index[lue["rang"] > 0]) == set(reseau.cle("E7", "trois"))
    assert (lue.loc["fleuriste", "motif"], lue.loc["peintre", "motif"]) == ("contact récent", "opposition")
    assert lue.loc["menuisier", "possible"] and lue.loc["menuisier", "score"] > lue.loc["opticienne", "score"]
    assert n["SIX"].loc["menuisier", "parrain"] == n["SIX"].loc["imprimeur", "parrain"]


def test_le_plan_de_six_mois(reseau):
    assert reseau.exercices["E8"].correcteur.attendus == {"heures": 5 * 2 * 1 + 2 * 2}
    assert "cinq prescripteurs" in plate(reseau.exercices["E8"].fiche.enonce)


def test_aucune_lecon_ne_reprend_l_entretien_note():
    """A formative item never becomes a graded one: the prospect of the assignment is somebody else."""
    for nom in (L32, L33):
        fiche = (COURS / "bloc3" / f"{nom}.yaml").read_text(encoding="utf-8")
        assert not re.search(r"Kelly|Kélya|S3\b", prose(nom) + fiche)


def test_les_donnees_sont_au_portrait(reseau):
    assert reseau.noms["JOUR"] == date_du_portrait() == pd.Timestamp("2026-03-31")
    assert "moins de trente jours" in prose(L33) and reseau.noms["DELAI"] == 30
    assert "un an vaut cent points" in prose(L33) and reseau.noms["PLAFOND"] == 365
