"""Lesson B2-L8: the figures that it teaches, and what its prose and keys rest on."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest

from rncp_utils.calendrier import feries
from rncp_utils.parametres import parametre
from rncp_utils.portefeuille import dernier_jour_de_contact, rythme_de_contact
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine

CHEMIN = COURS / "bloc2" / "B2_L8_evenements_opportunites.ipynb"
FICHE = CHEMIN.with_suffix(".yaml").read_text(encoding="utf-8")
COLIN, AUBRAC = "C00066", "C00060"


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer(CHEMIN)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) >= 8
    rien_ne_se_devine(uniques)


def test_les_delais_de_la_prose_sont_ceux_du_cours(page):
    """Written in the prose: forty-eight hours, six months of notice, and two worked dates."""
    assert (page.noms["URGENCE_JOURS"], page.noms["AFFAIRE_JOURS"], page.noms["POLITESSE_MOIS"]) == (2, 15, 1)
    assert parametre("portefeuille.evenements", dt.date(2026, 3, 31))["fin_de_pret_mois"] == 6
    assert dernier_jour_de_contact("sinistre", "2026-04-03") == dt.date(2026, 4, 8)
    assert dernier_jour_de_contact("fin de prêt", "2026-04-03") == dt.date(2026, 4, 17)
    assert {dt.date(2025, 4, 21), dt.date(2025, 5, 1)} <= set(feries(2025))


def test_le_garage_de_l_exemple(page):
    n = page.noms
    assert (n["libere_n1"], n["reste_n2"], n["tresorerie"]) == (4_400, 6_400, -4_900)
    assert (n["tout_n"], n["tout_n1"]) == (27_500, 27_500), "nothing is freed in N+1, says the prose"
    assert n["courant"] + n["caisse"] == n["tresorerie"] and n["courant"] == -7_400, (
        "the balance of B2-L7, and the till"
    )
    assert n["reste_n2"] < n["atelier"].exigible_a_un_an, "the rest is paid in the year after"


def test_la_mesure_des_contacts_a_temps(page):
    assert page.noms["fins"] == {"vus": 33, "a_temps": 6, "tard": 15, "oublies": 12}
    assert page.noms["fins"]["a_temps"] / page.noms["fins"]["vus"] < 1 / 5, "the prose says it"
    attendus = page.exercices["E3"].correcteur.attendus
    assert attendus == {"libere": pytest.approx(13_898.28), "part": pytest.approx(100 * 21 / 101)}
    assert page.exercices["E3"].textes["dernier"] == "15/04/2026", "before mid-April, as the right option says"


def test_les_retards_de_l_exercice(page):
    attendus = page.exercices["E4"].correcteur.attendus
    assert attendus == {"pret.retard": 20, "appel.retard": 9, "fete.retard": 25, "ligne.retard": 0}
    for cle, erreurs in page.exercices["E4"].correcteur.erreurs.items():
        assert attendus[cle] not in erreurs.values()
        assert len(set(erreurs.values())) == len(erreurs)


def test_l_ordre_des_six_evenements_est_celui_de_la_regle(page):
    six, derniers = page.noms["SIX"], page.noms["derniers"]
    rangs = page.noms["RANGS"]
    attendu = sorted(six, key=lambda cle: (rangs[rythme_de_contact(six[cle][1])], derniers[cle]))
    assert list(page.cle("E6", "file")) == attendu
    en_retard = [cle for cle, jour in derniers.items() if jour < dt.date(2026, 3, 31)]
    assert en_retard == ["bail"], "the florist alone is late"
    par_date = sorted(six, key=derniers.get)
    assert par_date != attendu, "sorting by date alone is the mistake"


def test_le_simulateur_dit_les_retards_et_l_ordre(page):
    assert page.simulateur.prediction.verdict() == "reste"
    depart = page.phrase()
    assert "Au 31/03/2026, dans la file : 5 en retard, 4 à contacter sous 15 jours, 4 plus tard" in depart
    tableau = page.simulateur.voir().tableau
    assert tableau["Événement"].tolist()[:2] == ["appel du client"] * 2, "the prose begins by them"
    assert set(tableau["État"][:5]) == {"en retard"}
    assert "9 en retard" in page.phrase(jours=120)


def test_l_opposition_retire_la_prospection_et_garde_le_suivi(page):
    sans, avec = (page.simulateur.voir(oppose=qui).tableau for qui in ("personne", AUBRAC))
    nom = page.noms["NOMS"][AUBRAC]
    assert sans.loc[[nom], "Événement"].tolist() == [
        "appel du client",
        "fin de bail",
        "anniversaire de la relation",
    ]
    assert avec.loc[[nom], "Événement"].tolist() == ["appel du client"]
    colin = page.simulateur.voir(oppose=COLIN).tableau
    assert colin.loc[[page.noms["NOMS"][COLIN]], "Événement"].tolist() == ["échéance de ligne"]


@pytest.mark.parametrize("jours", [1, 90, 181])
@pytest.mark.parametrize("oppose", ["personne", COLIN])
def test_le_simulateur_aux_bornes(page, jours, oppose):
    complet, proche = (page.simulateur.voir(jours=jours, oppose=oppose, bientot=b) for b in (False, True))
    assert plate(proche.phrase).startswith("Au ")
    assert set(proche.tableau["État"]) <= {"en retard", "sous 15 jours", "–"}
    assert len(proche.tableau) <= len(complet.tableau)
    connus = page.noms["ATTENTE"]
    jour = page.noms["DEBUT"] + pd.Timedelta(days=jours)
    assert len(complet.tableau) <= int((connus["detecte_le"] <= jour).sum())
    assert complet.figure.figure.axes[0].get_xlim() == page.simulateur.voir().figure.figure.axes[0].get_xlim()


def test_les_messages_donnes_en_exemple_tiennent_en_soixante_mots(page):
    prose = CHEMIN.read_text(encoding="utf-8")
    exemples = [
        re.search(r"« (Bonjour Monsieur Delmas.*?)»", prose),
        re.search(r"« (Bonjour Monsieur Morel.*?)»", FICHE),
    ]
    for exemple in exemples:
        assert len(re.findall(r"[\w{][\w{}'’-]*", exemple[1])) <= 60
        assert "“stop”" in exemple[1], "how to refuse"


def test_la_lecon_ne_donne_pas_les_chiffres_du_questionnaire(page):
    banque = (COURS.parent / "source" / "B2-QST" / "banque.yaml").read_text(encoding="utf-8")
    c12 = banque[banque.index("- id: C12-01") :]
    reponses = {float(x) for x in re.findall(r"reponse: ([\d.]+)", c12)}
    montres = {float(v) for x in page.exercices.values() for v in x.correcteur.attendus.values()}
    assert not reponses & {round(m, 2) for m in montres}
    assert "Nouri" not in CHEMIN.read_text(encoding="utf-8") + FICHE, "hers is the exam"
