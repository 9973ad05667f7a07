"""A lesson: its sheet, its start, its exercises, what is said of each answer, what is kept of them."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import ipywidgets as widgets
import pytest
import yaml

from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurRncp
from rncp_utils.lecon import AutoPositionnement, Bilan, Exercice, demarrer, sources, voir_le_calcul
from rncp_utils.lecon import lecon as module_lecon
from rncp_utils.lecon.correction import Retour
from rncp_utils.lecon.exercice_widgets import exercice as en_widget
from rncp_utils.lecon.fiche import charger_fiche
from rncp_utils.lecon.progression import chemin_progression, lire_avancement, noter_exercice, noter_position

ESSAI = Path(__file__).with_name("lecon_essai.yaml")
ATTENDUS = {"ebe": 82000.0}


@pytest.fixture
def dossier(tmp_path, monkeypatch):
    (tmp_path / "B1_L5_lire.yaml").write_text(ESSAI.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    monkeypatch.setattr(module_lecon, "_ouverte", None)
    return tmp_path


@pytest.fixture
def ouverte(dossier):
    demarrer("B1-L5", dossier=dossier)
    return dossier


@pytest.fixture
def e1(ouverte):
    return Exercice(
        "E1", attendus=ATTENDUS, erreurs={"ebe": {"sans_impots": 91000}}, textes={"va": "294 000 €", "fx": "9 000 €"}
    )


@pytest.fixture
def e2(ouverte):
    return Exercice("E2", attendus={"n.tn": -4900, "n1.tn": 25775})


def boutons(forme):
    return {w.description: w for w in descendants(forme) if isinstance(w, widgets.Button)}


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


def textes(forme):
    return " ".join(w.value for w in descendants(forme) if type(w) is widgets.HTML).replace("\xa0", " ")


def test_le_depart_dit_que_la_lecon_est_prete_et_ou_reprendre(dossier):
    [affichage] = demarrer("B1-L5", dossier=dossier).affichages()
    assert affichage["text/plain"] == "Leçon B1-L5 prête ✔"
    assert "application/vnd.jupyter.widget-view+json" in affichage
    module_lecon.lecon_ouverte()
    from rncp_utils.lecon.lecon_html import depart

    lecon = module_lecon.lecon_ouverte()
    html = depart(lecon.fiche, lecon.avancement()).replace("\xa0", " ")
    assert "35 min en 2 parties ; vous pouvez vous arrêter après chacune." in html
    exercice = Exercice("E1", attendus=ATTENDUS, textes={})
    exercice.verifier({"ebe": "82000", "sens": "b"})
    html = depart(lecon.fiche, lecon.avancement()).replace("\xa0", " ")
    assert "vous reprenez à l&#x27;exercice E2 : « Associer »." in html
    assert "1 exercice sur 2" in html


def test_sans_demarrage_ou_sans_fiche_une_phrase_le_dit(dossier, tmp_path_factory):
    with pytest.raises(ErreurRncp, match="La leçon n'est pas démarrée"):
        Exercice("E1")
    ailleurs = tmp_path_factory.mktemp("vide")
    [affichage] = demarrer("B1-L5", dossier=ailleurs).affichages()
    assert "Je ne trouve pas la fiche de la leçon B1-L5" in affichage["text/html"].replace("&#x27;", "'")


def test_en_correction_une_fiche_absente_reste_une_erreur(tmp_path, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(ErreurDonnees):
        demarrer("B1-L5", dossier=tmp_path)


@pytest.mark.parametrize(
    ("saisie", "part", "phrase"),
    [
        ("82 000 €", 1.0, "C'est juste."),
        ("82,0004 k€", 1.0, "C'est juste."),
        ("91 000", 0.0, "vous semblez avoir oublié les impôts et taxes (9 000 €)."),
        ("-82000", 0.0, "le signe est inversé"),
        ("82", 0.0, "1 000 fois trop petit"),
        ("98400", 0.0, "toutes taxes comprises (TTC)"),
        ("82500", 0.0, "tout près du résultat"),
        ("7", 0.0, "ce n'est pas le résultat attendu"),
        ("82 ou 83", 0.0, "J'ai lu deux nombres"),
        ("12 %", 0.0, "demandée en €, et j'ai lu une valeur en %"),
        ("", 0.0, "Je ne vois pas encore de réponse. Saisissez un nombre en €"),
    ],
)
def test_chaque_reponse_numerique_a_son_retour(e1, saisie, part, phrase):
    retour = e1.correcteur.juger({"ebe": saisie})["ebe"]
    assert (retour.part, phrase in retour.phrase) == (part, True), retour.phrase


def test_chaque_choix_a_son_retour_sans_donner_la_reponse(e1):
    juger = e1.correcteur.juger
    assert juger({"sens": "a"})["sens"].phrase == "Ce n'est pas le bon choix. Le personnel est déjà déduit."
    assert juger({"sens": "b"})["sens"].juste
    assert "ouvrez la piste" in juger({"sens": "je_ne_sais_pas"})["sens"].phrase


def test_ordre_association_cases_et_tableau(e2):
    juger = e2.correcteur.juger
    ordre = juger({"ordre": {"va": "1", "ebe": "3", "rn": "2"}})["ordre"]
    assert (ordre.part, ordre.phrase) == (
        1 / 3,
        "1 élément bien placé sur 3. À reprendre d'abord : « Résultat net ».",
    )
    assert juger({"ordre": {"va": "1", "ebe": "2", "rn": "3"}})["ordre"].juste
    assert juger({"lien": {"p": "x", "d": "x"}})["lien"].phrase.startswith("1 association juste sur 2. À reprendre")
    cases = juger({"cases": ["a", "b"]})["cases"]
    assert (cases.part, cases.phrase) == (0.0, "1 bonne case sur 2, et 1 de trop. Un stock est au bilan.")
    assert juger({"cases": ["a", "c"]})["cases"].juste
    table = juger({"trois": {"n.tn": "4900", "n1.tn": "25 775"}})["trois"]
    assert table.part == 0.5
    assert table.phrase.startswith("1 case juste sur 2. À reprendre : N, Trésorerie nette. J'ai lu 4\u202f900\xa0€.")
    assert juger({"trois": {"n.tn": "(4900)", "n1.tn": "25 775"}})["trois"].juste


def test_l_exercice_se_fait_a_l_ecran_avec_ses_indices(ouverte, e1):
    forme = en_widget(e1)
    commandes = boutons(forme)
    commandes["Vérifier ma réponse"].click()
    assert "Question 1 : Je ne vois pas encore de réponse." in textes(forme)
    assert e1.essais == 0
    commandes["Le corrigé"].click()
    assert "Le corrigé s&#x27;ouvre après deux essais : il en reste 2." in textes(forme)
    [champ] = [w for w in descendants(forme) if isinstance(w, widgets.Text)]
    champ.value = "91000"
    commandes["Vérifier ma réponse"].click()
    assert "oublié les impôts et taxes (9 000 €)" in textes(forme)
    champ.value = "82000"
    assert "oublié les impôts" not in textes(forme).partition("Vérifier")[2]
    [choix] = [w for w in descendants(forme) if isinstance(w, widgets.RadioButtons)]
    choix.value = "b"
    commandes["Vérifier ma réponse"].click()
    assert "✔ Exercice E1 réussi." in textes(forme)
    commandes["Une piste"].click()
    assert "Partez de la VA." in textes(forme)
    assert commandes["Une piste"].disabled
    commandes["Le corrigé"].click()
    assert "294 000 € − 212 000 €." in textes(forme)
    fait = lire_avancement(ouverte, "B1-L5").exercices["E1"]
    assert fait == {"competence": "C5", "essais": 2, "part": 1.0, "indices": ["piste", "corrige"]}
    assert [w.value for w in descendants(en_widget(e1)) if isinstance(w, widgets.Text)] == ["82000"]


def test_une_reponse_redigee_se_relit_avec_ses_criteres(ouverte):
    forme = en_widget(Exercice("E3"))
    [zone] = [w for w in descendants(forme) if isinstance(w, widgets.Textarea)]
    zone.value = "Le stock augmente de 10 %."
    boutons(forme)["Vérifier ma réponse"].click()
    assert "Relisez-vous avec ces critères" in textes(forme)
    assert "<li>Une cause</li>" in textes(forme)


def test_une_reponse_de_case_de_code_est_verifiee_a_l_execution(ouverte):
    def html(**valeurs):
        exercice = Exercice("E1", attendus=ATTENDUS, valeurs=valeurs, textes={"va": "294 000 €"})
        return exercice.affichages()[0]["text/html"].replace("\xa0", " ").replace("&#x27;", "'")

    assert "la décimale s'écrit avec un point : 12.5." in html(ebe=(12, 5), sens="b")
    vide = html(ebe=None)
    assert "Je ne vois pas encore de réponse. Complétez la case au-dessus" in vide
    assert "Vérifier" not in vide, "a code cell has no button"
    assert "✔ Exercice E1 réussi." in html(ebe=82000.4, sens="b")
    assert lire_avancement(ouverte, "B1-L5").exercices["E1"]["essais"] == 1


@pytest.mark.parametrize("lecture", ["correction", "test"])
def test_hors_du_mode_apprenant_rien_n_est_ecrit_ni_anime(ouverte, e1, monkeypatch, lecture):
    monkeypatch.setenv("NBGRADER_EXECUTION" if lecture == "correction" else "RNCP_MODE", lecture)
    for affichage in [*e1.affichages(), *AutoPositionnement().affichages(), *Bilan().affichages()]:
        assert set(affichage) == {"text/html", "text/plain"}
    e1.verifier({"ebe": "82000"})
    assert not (ouverte / "reponses").exists()


@pytest.mark.parametrize(
    ("attendus", "faute"),
    [
        ({}, "Résultats manquants : ebe"),
        ({"ebe": 1, "caf": 2}, "Résultats d'un champ inconnu : caf"),
    ],
)
def test_un_exercice_mal_branche_est_refuse_a_l_auteur(ouverte, attendus, faute):
    with pytest.raises(ErreurDonnees, match=faute):
        Exercice("E1", attendus=attendus)
    with pytest.raises(ErreurDonnees, match="sans phrase dans la fiche : inconnue"):
        Exercice("E1", attendus=ATTENDUS, erreurs={"ebe": {"inconnue": 1}})
    with pytest.raises(ErreurDonnees, match=r"« E9 » n'est pas dans la fiche, qui contient : E1, E2, E3"):
        Exercice("E9")


def test_l_avancement_survit_a_un_fichier_abime(ouverte, e1):
    chemin = chemin_progression(ouverte, "B1-L5")
    chemin.parent.mkdir()
    for contenu in ("{", "[]", '{"version": 2}', '{"version": 1, "exercices": {"E1": 3, "E2": {"part": "x"}}}'):
        chemin.write_text(contenu, encoding="utf-8")
        assert lire_avancement(ouverte, "B1-L5").reussis() == []
    e1.verifier({"ebe": "82000", "sens": "b"})
    noter_position(ouverte, "B1-L5", "C5", 2)
    lu = json.loads(chemin.read_text(encoding="utf-8"))
    assert lu["positions"] == {"C5": 2}
    assert lire_avancement(ouverte, "B1-L5").reussis() == ["E1"]


def test_l_auto_positionnement_est_garde(ouverte):
    [menu] = [w for w in descendants(_boite(AutoPositionnement())) if isinstance(w, widgets.Dropdown)]
    menu.value = 3
    assert lire_avancement(ouverte, "B1-L5").positions == {"C5": 3}


def _boite(partie):
    etat = widgets.HTML()
    return widgets.VBox([partie._choix(code, None, etat) for code in partie.libelles])


def test_le_calcul_les_sources_et_le_bilan_se_lisent(ouverte, e1):
    [calcul] = voir_le_calcul("Voir", formule="EBE = VA", nombres={"VA": "294 000 €"}, code=noter_position).affichages()
    html = calcul["text/html"]
    assert html.index("EBE = VA") < html.index("294 000") < html.index("def noter_position")
    assert "à vérifier, relevé le 23/11/2026" in sources().affichages()[0]["text/html"]
    e1.verifier({"ebe": "82000", "sens": "a"})
    bilan = Bilan().affichages()[0]["text/html"].replace("\xa0", " ")
    assert "▲ 50 % juste" in bilan
    assert "L&#x27;EBE paie l&#x27;investissement." in bilan


@pytest.mark.parametrize(
    ("changer", "faute"),
    [
        (lambda f: f.pop("titre"), "titre : le champ manque"),
        (lambda f: f["sequences"][0].update(minutes=40), "la valeur maximale est 25"),
        (lambda f: f["sequences"][1].update(exercices=[]), "exercice E3 : aucune séquence ne le contient"),
        (lambda f: f["sequences"][1].update(exercices=["E3", "E7"]), "séquences : l'exercice E7 n'existe pas"),
        (lambda f: f["exercices"]["E1"].update(competence="C6"), "la compétence C6 n'est pas celle de la leçon"),
        (lambda f: f["exercices"]["E1"]["champs"][0].update(juste=82000), "il ne s'écrit pas dans la fiche"),
        (lambda f: f["exercices"]["E1"]["champs"][1].update(juste="z"), "« juste » vaut « z »"),
        (lambda f: f["exercices"]["E1"]["champs"][1].update(retours={"z": "x"}), "retour d'une option inconnue : z"),
        (lambda f: f["exercices"]["E2"]["champs"][0].update(juste=["va"]), "« juste » n'est pas la liste ordonnée"),
        (lambda f: f["exercices"]["E2"]["champs"][1].update(juste={"p": "x"}), "ne donne pas une de ses options à"),
        (lambda f: f["exercices"]["E3"]["champs"][0].pop("criteres"), "demande des « criteres »"),
        (lambda f: f["sources"][0].update(statut="sur"), "n'est pas admis"),
        (lambda f: f.update(competences=["C5", "C6"]), "compétence C6 : aucun objectif ne la vise"),
    ],
)
def test_chaque_faute_de_la_fiche_est_dite(tmp_path, changer, faute):
    contenu = yaml.safe_load(ESSAI.read_text(encoding="utf-8"))
    changer(contenu)
    chemin = tmp_path / "f.yaml"
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ErreurListe) as refus:
        charger_fiche(chemin)
    assert any(faute in dite for dite in refus.value.fautes), refus.value.fautes


def _noter_cinquante_fois(dossier, exercice):
    for rang in range(1, 51):
        noter_exercice(dossier, "B1-L5", exercice, competence="C5", part=rang / 50)


def test_deux_noyaux_qui_notent_un_avancement_a_la_fois_ne_perdent_aucun_essai(dossier):
    with multiprocessing.get_context("fork").Pool(2) as noyaux:
        noyaux.starmap(_noter_cinquante_fois, [(dossier, "E1"), (dossier, "E1")])
        noyaux.starmap(_noter_cinquante_fois, [(dossier, "E2"), (dossier, "E3")])
    exercices = lire_avancement(dossier, "B1-L5").exercices
    assert {nom: fait["essais"] for nom, fait in exercices.items()} == {"E1": 100, "E2": 50, "E3": 50}
    assert {fait["part"] for fait in exercices.values()} == {1.0}


class Juge:
    """Something that is done elsewhere on the page."""

    def __init__(self):
        self.part = 0.0

    def constats(self):
        return {"I1": Retour(self.part, f"Couverture : {self.part:.0%}."), "I6": Retour(1.0, "Conformité : rien.")}


@pytest.fixture
def sans_champ(dossier):
    fiche = yaml.safe_load(ESSAI.read_text(encoding="utf-8"))
    fiche["exercices"]["E3"]["champs"] = []
    (dossier / "B1_L5_lire.yaml").write_text(yaml.safe_dump(fiche, allow_unicode=True), encoding="utf-8")
    demarrer("B1-L5", dossier=dossier)
    return dossier


def test_un_exercice_sans_champ_demande_a_son_juge_a_chaque_verification(sans_champ):
    juge = Juge()
    forme = en_widget(Exercice("E3", juge=juge))
    verifier = boutons(forme)["Vérifier ma réponse"]
    verifier.click()
    assert "▲ Couverture" in textes(forme) and "Question 1" not in textes(forme)
    assert lire_avancement(sans_champ, "B1-L5").exercices["E3"]["part"] == 0.5
    juge.part = 1.0
    verifier.click()
    assert "Exercice E3 réussi" in textes(forme)
    assert lire_avancement(sans_champ, "B1-L5").exercices["E3"]["essais"] == 2


def test_un_exercice_a_des_champs_ou_un_juge(sans_champ):
    for nom, juge in (("E3", None), ("E2", Juge())):
        with pytest.raises(ErreurDonnees, match="par ses champs ou par un juge"):
            Exercice(nom, juge=juge)
