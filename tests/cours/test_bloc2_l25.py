"""Lesson B2-L5: the figures that it shows, what its prose and keys rest on, the matrix that it asks to fill."""

from __future__ import annotations

import re

import pytest
import yaml

from rncp_utils.donnees import cas
from rncp_utils.entretien import charger_scenario
from rncp_utils.lecon import demarrer
from rncp_utils.lecon.matrice import Matrice, ouvrir_partie
from rncp_utils.portefeuille import GAMME_DU_COURS, charger_gamme
from rncp_utils.portefeuille.adequation import Choix, adequation
from tests.cours.matrice import gestes_modele
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine

CHEMIN = COURS / "bloc2" / "B2_L5_adequation_besoins_solutions.ipynb"


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer(CHEMIN)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) >= 12
    rien_ne_se_devine(uniques)


def test_l_exemple_du_domaine(page):
    n = page.noms
    assert n["mensualite"] == pytest.approx(739.36, abs=0.01), "the instalment of the request, as the case gives it"
    assert n["prelevements"] == 46_000 and n["compte_g"].soldes["N"] == -88_300
    assert "30 jours" in " ".join(n["prevoyance"].caracteristiques), "thirty days, says the limit"
    lues = {nom: (round(100 * lue.taux_simple, 1), round(100 * lue.taux, 1)) for nom, lue in n["lues"].items()}
    assert list(lues.values()) == [(25.0, 37.5), (25.0, 12.5), (75.0, 75.0)]
    poids = {b.id: b.poids for b in n["domaine"].besoins}
    assert poids["pressoir"] == 3 * poids["caveau"], "three times more, says the prose"
    ecart = n["domaine"].ecarts["EXPLOIT"]
    assert ecart.motif in n["gamme"].produit("EXPLOIT").pas_pour, "a fall of sales without damage"
    assert n["heures_g"] == 10.5


def test_les_calculs_des_exercices(page):
    cles = {nom: page.exercices[nom].correcteur.attendus for nom in ("E3", "E4", "E6")}
    assert cles["E3"] == {"heures": pytest.approx(2.72), "cout": pytest.approx(35 / 2.72)}
    poids = {nom.removesuffix(".poids"): v for nom, v in cles["E4"].items() if nom.endswith(".poids")}
    assert poids == {"saison": 3, "retards": 1, "pont": 2, "grele": 2, "foyer": 2, "nadia": 2}
    assert (cles["E4"]["simple"], cles["E4"]["pondere"]) == (50.0, pytest.approx(700 / 12))
    assert cles["E6"] == {"placable": 31_500}
    heaviest = max(poids, key=poids.get)
    options = {o.id: o.texte for o in page.champ("E4", "commencer")[0].options}
    assert options[page.cle("E4", "commencer")] == page.noms["garage"].besoin(heaviest).nom


def test_le_garage_est_celui_de_la_decouverte(page):
    """The needs are those of the interview of B2-L1 and of the case."""
    delmas, garage = cas("CAS-04"), page.noms["garage"]
    soldes = next(c for c in delmas.comptes if c.id == "courant").soldes_mensuels["N"]
    assert sum(solde < 0 for solde in soldes) == 11, "eleven month ends out of twelve"
    assert "onze fins de mois sur douze" in CHEMIN.read_text(encoding="utf-8")
    mois = {"mai": soldes[4], "juin": soldes[5]}
    assert all(-solde > 40_000 for solde in mois.values()) and all(-s <= 40_000 for s in (*soldes[:4], *soldes[6:]))
    pret = delmas.projets[0].pret
    assert garage.couts["INVEST"] == {"montant": pret.montant, "mois": pret.duree_mois, "taux": pret.taux}
    demande = page.noms["demande"]
    attendu = {"montant": demande.montant, "mois": demande.duree_mois, "taux": demande.taux}
    assert page.noms["domaine"].couts["INVEST"] == attendu, "one rate in the whole lesson"
    assert pret.taux == 0.042 and "4,20 %" in plate(CHEMIN.read_text(encoding="utf-8")), "the prose says it"
    assert garage.couts["BAIL"]["montant"] == sum(delmas.projets[0].besoins.values())
    assert garage.couts["DECOUVERT"]["montant"] == 60_000 - 40_000, "what he asked for in the interview"
    s6 = charger_scenario("S6")
    dit = plate(" ".join([s6.brief_apprenant, *(c.reponse or "" for n in s6.noeuds for c in n.choix)]))
    for bout in ("un tiers des parts", "deux fois plus petit", "J'étais venu pour un chiffre, et je repars avec un"):
        assert bout in dit, bout


def test_les_quantites_ecrites_sont_celles_du_calcul(page):
    """Written in the prose above the matrix."""
    source = plate(CHEMIN.read_text(encoding="utf-8"))
    couts = page.noms["garage"].couts
    attendus = [
        couts["DECOUVERT"]["montant"],
        couts["CAMPAGNE"]["montant"],
        couts["DAILLY"]["usage"]["encours"],
        couts["AFFACTURAGE"]["usage"]["montant"],
        couts["AFFACTURAGE"]["usage"]["encours"],
        couts["INVEST"]["montant"],
        couts["BAIL"]["montant"],
        couts["HOMMECLE"]["usage"]["encours"],
    ]
    for montant in attendus:
        assert f"{montant:,} €".replace(",", " ") in source, montant
    assert (couts["CAMPAGNE"]["mois"], couts["INVEST"]["mois"], couts["BAIL"]["mois"]) == (5, 60, 60)


def test_la_matrice_vide_et_sa_prediction(page):
    matrice = page.simulateur
    assert isinstance(matrice, Matrice)
    assert matrice.prediction.verdict() == "reste"
    assert "Taux d'adéquation : 0,0 % du poids des besoins (0 sur 6 couverts" in page.phrase()
    assert plate(page.exercices["E5"].textes["meilleur"]) == "83,3 %"


def test_ce_que_le_corrige_de_la_matrice_dit_est_juste(page):
    garage, gamme = page.noms["garage"], page.noms["gamme"]
    corrige = plate(page.exercices["E5"].fiche.indices.corrige)
    for ecart in garage.ecarts.values():
        assert ecart.motif.rstrip(".") in corrige
    for besoin in garage.besoins:
        assert besoin.nom in corrige
        for partie in besoin.parties:
            for code in partie.produits:
                # « Crédit-bail mobilier » is called « le crédit-bail » in the correction.
                assert re.search(gamme.produit(code).libelle.split(" ")[0].lower()[:7], corrige.lower()), code
    choix = Choix(frozenset((b.id, p.produits[-1]) for b in garage.besoins for p in b.parties))
    autre = adequation(garage, choix, gamme)
    assert autre.taux == pytest.approx(10 / 12) and not autre.doublons, "the other of two alternatives does as well"


def test_la_matrice_se_remplit_et_l_exercice_la_lit(page, tmp_path, monkeypatch):
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    monkeypatch.delenv("RNCP_MODE", raising=False)
    (tmp_path / CHEMIN.with_suffix(".yaml").name).write_bytes(CHEMIN.with_suffix(".yaml").read_bytes())
    demarrer("B2-L5", dossier=tmp_path)
    matrice = Matrice("matrice", "Six besoins, dix produits", "CAS-04", page.simulateur.prediction)
    juge = matrice.objectifs()
    assert not any(retour.juste for retour in juge.constats().values())
    partie = ouvrir_partie(matrice.journal)
    gestes = gestes_modele(matrice.besoins)
    for geste in gestes:
        assert not all(retour.juste for retour in juge.constats().values())
        assert partie.faire(**geste)
    assert all(retour.juste for retour in juge.constats().values())
    assert partie.rejouer() and ouvrir_partie(matrice.journal).choix == partie.choix


def test_la_matrice_suit_la_gamme_d_une_banque(tmp_path, monkeypatch):
    contenu = yaml.safe_load(GAMME_DU_COURS.read_text(encoding="utf-8"))
    par_code = {produit["code"]: produit for produit in contenu["produits"]}
    par_code["PREVOYANCE"]["tarif"][0]["valeur"] = 80
    par_code["DECOUVERT"]["pas_pour"] = ["Une machine."]
    chemin = tmp_path / "gamme.yaml"
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("RNCP_GAMME", str(chemin))
    autre = executer(CHEMIN)
    lue = autre.simulateur.lire(Choix(frozenset({("foyer", "PREVOYANCE")}), {"DECOUVERT": "Une machine."}))
    assert lue.cout == 960 and lue.exclusions == ("DECOUVERT",)
    monkeypatch.delenv("RNCP_GAMME")
    assert charger_gamme().produit("PREVOYANCE").tarif[0].valeur == 62


def test_la_lecon_ne_donne_ni_les_chiffres_ni_les_phrases_du_questionnaire(page):
    banque = yaml.safe_load((COURS.parent / "source" / "B2-QST" / "banque.yaml").read_text(encoding="utf-8"))
    items = [item for item in banque["items"] if item["competence"] == "C9"]
    notes = [float(item["reponse"]) for item in items if item["type"] == "NUM"]
    nombres = [float(v) for x in page.exercices.values() for v in x.correcteur.attendus.values()]
    assert not [n for n in nombres for note in notes if abs(n - note) < 0.05]
    lecon = plate(CHEMIN.read_text(encoding="utf-8") + CHEMIN.with_suffix(".yaml").read_text(encoding="utf-8"))
    options = [plate(option["texte"]) for item in items for option in item.get("options", ())]
    assert not [option for option in options if option.strip("« .»") in lecon]


def test_la_synthese_modele_tient_en_cent_vingt_mots_environ(page):
    exercice = page.exercices["E9"]
    modele = exercice.texte(exercice.fiche.indices.corrige).split("«", 1)[1]
    assert 100 <= len(re.findall(r"[\w'’-]+", modele.replace("\u202f", "").replace("\xa0", ""))) <= 150
