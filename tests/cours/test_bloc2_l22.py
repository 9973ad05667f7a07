"""Lesson B2-L2: the figures that it teaches, and what its prose and keys rest on."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import yaml

from rncp_utils.parametres import parametre
from rncp_utils.portefeuille import GAMME_DU_COURS, charger_gamme
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine

CHEMIN = COURS / "bloc2" / "B2_L2_gamme_flux.ipynb"
JOUR = dt.date(2026, 11, 26)


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer(CHEMIN)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) >= 8
    rien_ne_se_devine(uniques)


def test_les_delais_et_les_plafonds_ecrits_sont_ceux_des_parametres(page):
    """Written in the prose: thirteen months, eight weeks, one more business day for a cheque."""
    assert parametre("conformite.contestation_paiement", JOUR) == 13 == page.noms["mois_contestation"]
    assert parametre("paiement.remboursement_prelevement", JOUR) == 8 == page.noms["semaines"]
    assert parametre("paiement.date_valeur_cheque", JOUR) == 1
    plafonds = [parametre(f"paiement.interchange_{carte}", JOUR) for carte in ("debit", "credit")]
    assert plafonds == [0.002, 0.003]


def test_l_echelle_d_interets_de_l_exemple_et_celle_de_l_exercice(page):
    n = page.noms
    assert sum(jours for _, jours in n["MOIS_FOURNIL"]) == 30 and sum(jours for _, jours in n["MOIS_GARAGE"]) == 31
    assert n["debits_f"]["jours"].sum() == 10, "the adviser says ten days"
    assert n["cout_f"][["nombres", "interets", "cpfd", "total"]].tolist() == [18_400, 4.79, 1.10, 5.89]
    attendus = page.exercices["E2"].correcteur.attendus
    assert attendus == {"nombres": 398_800, "interets": 103.80, "cpfd": 13.25}
    assert attendus["cpfd"] < attendus["interets"] / 2, "the cap does not bind, as the sheet says"
    assert n["plus_fort_g"] < 40_000, "within the line of the garage"


def test_le_terminal_du_fournil(page):
    n = page.noms
    assert n["commission_f"] == pytest.approx(135.7552)
    assert n["couts_f"] == {"Départ": 213.33, "Boutique": 155.76, "Grand panier": 265.36}
    taux = {f: n["total"](n["tpe"], n["COMMISSION"], f) for f in n["couts_f"]}
    assert min(taux, key=taux.get) == max(n["couts_f"], key=n["couts_f"].get), "lowest rate, dearest here"


def test_les_exercices_de_cout(page):
    cles = {nom: page.exercices[nom].correcteur.attendus for nom in ("E3", "E4", "E5")}
    assert cles["E3"] == {"carte": pytest.approx(29_106), "boutique": 223.74, "panier": 224.22}
    assert cles["E4"] == {"seuil": pytest.approx(25), "gain": pytest.approx(29.64)}
    assert cles["E5"] == {"lien": 225.84, "page": 161.68}
    assert page.noms["couts_d"]["Grand panier"] < page.noms["couts_d"]["Boutique"], "the conclusion of E4 says it"


def test_le_simulateur_dit_la_formule_et_les_seuils(page):
    simulateur = page.simulateur
    assert simulateur.prediction.verdict() == "Grand panier"
    depart = plate(simulateur.voir().phrase)
    assert "19 394 € encaissés par carte, en 6 256 paiements" in depart
    assert "La moins chère : Boutique" in depart and "est la bonne" in depart
    assert "autour de 5 000 € encaissés par carte" in depart and "25,00 € de panier" in depart
    petit = plate(simulateur.voir(panier=10, tickets=300, part=50).phrase)
    assert "La moins chère : Départ" in petit, "the trial that the page offers"
    assert "ce client paie 14,00 € de trop par mois" in petit


def test_l_ordre_change_aux_seuils(page):
    n = page.noms
    for cote, attendu in ((-0.5, "Boutique"), (0.5, "Grand panier")):
        usage = n["par_carte"](5_000, n["seuil_panier"] + cote, 0.8)
        assert n["moins_chere"](n["couts"](usage)) == attendu
    for cote, attendu in ((-100, "Départ"), (100, "Boutique")):
        usage = {"montant": n["seuil_volume"] + cote, "operations": (n["seuil_volume"] + cote) / 10}
        assert n["moins_chere"](n["couts"](usage)) == attendu


def test_la_courbe_tient_dans_l_echelle_au_depart(page):
    figure = page.simulateur.voir().figure
    assert figure.donnees.to_numpy().max() < page.noms["COUT_MAX"]


def test_la_lecon_ne_donne_pas_les_chiffres_du_questionnaire(page):
    banque = (COURS.parent / "source" / "B2-QST" / "banque.yaml").read_text(encoding="utf-8")
    notes = re.findall(r"(?<![\d,])(\d{1,3}(?: \d{3})+|\d+,\d\d) €", banque)
    montres = {plate(str(valeur)) for x in page.exercices.values() for valeur in x.correcteur.attendus.values()}
    assert not {float(note.replace(" ", "").replace(",", ".")) for note in notes} & {float(m) for m in montres}


def test_les_calculs_suivent_la_gamme_d_une_banque(tmp_path, monkeypatch):
    contenu = yaml.safe_load(GAMME_DU_COURS.read_text(encoding="utf-8"))
    contenu["produits"][2]["tarif"][3]["valeur"] = 0.75
    chemin = tmp_path / "gamme.yaml"
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("RNCP_GAMME", str(chemin))
    autre = executer(CHEMIN)
    assert autre.noms["couts_f"]["Boutique"] == 165.45
    assert autre.exercices["E4"].correcteur.attendus["seuil"] == pytest.approx(0.02 / 0.0013)
    monkeypatch.delenv("RNCP_GAMME")
    assert charger_gamme().produit("TPE").tarif[3].valeur == 0.70
