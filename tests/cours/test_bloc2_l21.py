"""Lesson B2-L1: what its prose and keys rest on, the interviews that it replays, the objectives that it reads."""

from __future__ import annotations

from collections import Counter

import pytest

from rncp_utils.donnees import cas
from rncp_utils.entretien import Entretien, calculer_indicateurs, charger_scenario, jouer
from rncp_utils.entretien.partie import ouvrir_partie
from rncp_utils.evaluation.banque import charger_banque
from tests.cours.page import COURS, Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L1 = "B2_L1_decouverte_questionnement"
BANQUE = COURS.parent / "source" / "B2-QST" / "banque.yaml"


@pytest.fixture(scope="module")
def page() -> Page:
    return executer_ensemble("bloc2", (L1,))[L1]


def texte(page: Page, cellule: str) -> str:
    """What the sheet's correction of an exercise says, filled."""
    exercice = page.exercices[cellule]
    return plate(exercice.texte(exercice.fiche.indices.corrige))


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) >= 8
    rien_ne_se_devine(uniques)


def test_la_demande_d_elise_est_celle_du_cas():
    """The title of the lesson says it: 60 000 € over seven years."""
    pret = cas("CAS-01").projets[0].pret
    assert (pret.montant, pret.duree_mois) == (60_000, 7 * 12)


def test_les_douze_questions_et_leur_part(page):
    comptes = Counter(page.cle("E2", "types").values())
    assert comptes == {"ouverte": 4, "fermee": 3, "alternative": 2, "relance": 3}
    assert page.exercices["E2"].correcteur.attendus["part"] == pytest.approx(400 / 7)
    cites = [e.id for e in page.champ("E2", "types")[0].elements if "“" in e.texte]
    relances = [nom for nom, sorte in page.cle("E2", "types").items() if sorte == "relance"]
    assert cites == relances, "the hint says that a follow-up quotes the client's words"
    assert "la semaine ordinaire, soit 4." in texte(page, "E2") and "associés, soit 3." in texte(page, "E2")


def test_le_repere_et_les_seuils_sont_ceux_des_deux_entretiens(page):
    s1, s6 = page.noms["s1"], page.noms["s6"]
    assert s1.verite.seuils == s6.verite.seuils
    assert (plate(page.noms["bas"]), plate(page.noms["haut"]), plate(page.noms["plein"])) == ("55 %", "80 %", "80 %")


def test_l_exemple_montre_les_quatre_sortes_de_questions(page):
    s1 = page.noms["s1"].verite
    montres = [s1.annotation(n, c).type for n, c in (("N1", "a"), ("N1", "c"), ("N1", "d"), ("N2", "a"))]
    assert montres == ["fermee", "alternative", "ouverte", "relance"]
    commentes = [s1.annotation(n, c).type for n, c in page.noms["COMMENTAIRES"]]
    assert commentes == ["ouverte", "fermee", "relance", "reformulation"]
    assert len(s1.annotation("N12", "a").faits) == 3, "three facts, says the comment"


def test_deux_besoins_latents_sur_quatre_sont_donnes(page):
    assert len(page.noms["besoins"]) == 4 and len(page.noms["PHRASES"]) == 2


def test_la_couverture_de_la_collegue(page):
    n = page.noms
    assert (n["appris"], n["total"]) == (17, 36)
    assert n["appris"] < n["total"] / 2, "more than half was left, says the correction"


def test_le_questionnaire_reprend_les_poids_de_la_lecon(page):
    poids = page.noms["poids"]
    themes = ("activite", "organisation", "projet", "finances", "protections", "prive")
    item = next(i for i in charger_banque(BANQUE).items if i.id == "C7-02")
    assert item.calcul.split(" / ")[1].startswith("(" + " + ".join(str(poids[theme]) for theme in themes) + ")")


def test_la_question_de_sante_blesse_et_celle_des_consequences_apprend(page):
    s1 = page.noms["s1"]
    assert s1.verite.annotation("N8", "a").rouge == "sante"
    assert s1.noeud("N8").choix_de("a").confiance == -2
    assert s1.verite.annotation("N8", "b").informations == ["arret", "contrat"]


def test_le_simulateur_rejoue_quatre_habitudes(page):
    simulateur, n = page.simulateur, page.noms
    assert simulateur.prediction.verdict() == "peu"
    assert n["ECHANGES"] == 16
    modele = [pas.split(".")[1] for pas in n["s1"].verite.parcours_modele]
    assert n["suites"]["equilibre"] == modele
    fin = {h: simulateur.voir(habitude=h, echanges=16) for h in n["HABITUDES"]}
    phrases = {h: plate(vue.phrase) for h, vue in fin.items()}
    assert "couverture est de 92 % ; besoins latents apparus : 4 sur 4 ; 78 %" in phrases["equilibre"]
    assert "couverture est de 92 % ; besoins latents apparus : 4 sur 4 ; 100 %" in phrases["ouvertes"]
    assert "couverture est de 44 % ; besoins latents apparus : 1 sur 4 ; 0 %" in phrases["fermees"]
    # What the trials ask to see.
    assert list(fin["vite"].tableau["Informations apprises"]).count("0 sur 2") == 1
    assert fin["vite"].tableau.loc["Les protections", "Informations apprises"] == "0 sur 2"
    a_mi_chemin = {h for h in n["HABITUDES"] if n["mesures"](h, 8)["I1"].valeur > 0.5}
    assert a_mi_chemin == {"equilibre", "ouvertes"}


def test_aucune_habitude_ne_commet_de_faute_de_conformite(page):
    for suite in page.noms["suites"].values():
        assert calculer_indicateurs(jouer(page.noms["s1"], suite), page.noms["s1"])["I6"].part == 1


def test_une_couverture_ne_baisse_jamais(page):
    assert (page.noms["courbes"].diff().dropna() >= 0).all(axis=None)


@pytest.mark.parametrize(("exercice", "nom", "codes"), [("E7", "S1", "I1 I2 I3"), ("E8", "S6", "I1 I6")])
def test_les_exercices_lisent_le_vrai_entretien(page, tmp_path, monkeypatch, exercice, nom, codes):
    """From the journal of an interview: too short, then the model path."""
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    juge = page.exercices[exercice].juge
    assert juge.codes == tuple(codes.split()) and juge.entretien.scenario == nom
    scenario = charger_scenario(nom)
    ici = Entretien(nom, devoir="B2-L1", cellule=juge.entretien.cellule, dossier=tmp_path).objectifs(*juge.codes)
    assert not any(retour.juste for retour in ici.constats().values())
    partie = ouvrir_partie(
        scenario, dossier=tmp_path, devoir="B2-L1", cellule=juge.entretien.cellule, apprenant="amelie.durand"
    )
    modele = [pas.split(".")[1] for pas in scenario.verite.parcours_modele]
    for choix in modele[:6]:
        partie.dire(choix)
    assert not all(retour.juste for retour in ici.constats().values())
    for choix in modele[6:]:
        partie.dire(choix)
    assert {code: retour.juste for code, retour in ici.constats().items()} == dict.fromkeys(juge.codes, True)
    assert plate(scenario.noeud(scenario.depart).choix_de(modele[0]).texte) in texte(page, exercice)


def test_les_chiffres_du_compte_rendu_sont_ceux_de_l_entretien(page):
    """What the model report says was said in the interview, or is in its brief."""
    s6 = page.noms["s6"]
    dit = plate(
        " ".join([s6.brief_apprenant, *(n.replique for n in s6.noeuds), *(i.libelle for i in s6.verite.informations)])
    )
    textes = page.exercices["E9"].textes
    for nom in ("plafond", "demande", "ventes", "stock", "pointe", "pont", "apport"):
        assert plate(textes[nom]) in dit, nom
