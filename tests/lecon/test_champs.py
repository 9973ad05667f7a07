"""Ordering, matching, tables and texts: asked, answered, saved, read again, shown to whoever grades."""

from __future__ import annotations

import json
from copy import deepcopy

import ipywidgets as widgets
import pytest

from rncp_utils.erreurs import ErreurListe
from rncp_utils.lecon import Formulaire, charger_questions, ecrire_reponses, lire_reponses, verifier_reponses
from rncp_utils.lecon.formulaire_html import CONSIGNE_EVALUATION
from rncp_utils.lecon.formulaire_widgets import formulaire
from rncp_utils.lecon.saisie import ouvrir_saisie

QUI = ("B1-CAS", "cas_x", "amelie.durand", "2026-S2")
ETAPES = [{"id": "e1", "texte": "Recueillir"}, {"id": "e2", "texte": "Informer"}, {"id": "e3", "texte": "Conseiller"}]
JEU = {
    "format": 1,
    "devoir": "B1-CAS",
    "session": "2026-S2",
    "formulaires": {
        "cas_x": [
            {"id": "ordre", "type": "ORD", "enonce": "Ordonnez les étapes.", "elements": ETAPES},
            {
                "id": "preuves",
                "type": "APP",
                "enonce": "Quelle donnée prouve <chaque> affirmation ?",
                "elements": [{"id": "a1", "texte": "Le stock tourne moins"}, {"id": "a2", "texte": "Le CA baisse"}],
                "options": [{"id": "x", "texte": "69 puis 76 jours"}, {"id": "y", "texte": "Non prouvable"}],
            },
            {
                "id": "equilibre",
                "type": "TAB",
                "enonce": "Calculez l'équilibre.",
                "elements": [{"id": "n1", "texte": "N-1"}, {"id": "n", "texte": "N"}],
                "colonnes": [
                    {"id": "tn", "titre": "Trésorerie nette", "type": "NUM", "unite": "€"},
                    {
                        "id": "avis",
                        "titre": "Lecture",
                        "type": "QCU",
                        "options": [{"id": "s", "texte": "Saine"}, {"id": "t", "texte": "Tendue"}],
                    },
                ],
            },
            {"id": "texte", "type": "RED", "enonce": "Expliquez.", "mots": 200},
            {"id": "piece", "type": "TXT", "enonce": "Quelle pièce ?", "facultatif": True},
        ]
    },
}


@pytest.fixture
def dossier(tmp_path):
    (tmp_path / "questions.json").write_text(json.dumps(JEU), encoding="utf-8")
    return tmp_path


@pytest.fixture
def saisie(dossier):
    """Open the form's answers as its learner."""
    questions = charger_questions(dossier / "questions.json").questions_de("cas_x", "amelie.durand")
    qui = dict(zip(("devoir", "cellule", "apprenant", "session"), QUI, strict=True))
    return lambda: ouvrir_saisie(questions, dossier=dossier, **qui)


def sur_disque(dossier):
    return json.loads((dossier / "reponses" / "B1-CAS__cas_x.json").read_text(encoding="utf-8"))["reponses"]


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


def tous(forme, sorte):
    return [widget for widget in descendants(forme) if type(widget) is sorte]


def textes(forme):
    return " ".join(widget.value for widget in tous(forme, widgets.HTML))


def test_chaque_geste_est_enregistre_et_revient(dossier, saisie):
    forme = formulaire(saisie(), consigne=CONSIGNE_EVALUATION)
    menus, champs = tous(forme, widgets.Dropdown), tous(forme, widgets.Text)
    for menu, valeur in zip(menus, ["1", "3", "2", "x", "y", "s", "t"], strict=True):
        menu.value = valeur
    for champ, valeur in zip(champs, ["25 775", "-4 900 €", "Kbis"], strict=True):
        champ.value = valeur
    [redige] = tous(forme, widgets.Textarea)
    redige.value = "Le stock augmente.\nLes dividendes aussi."
    attendu = {
        "ordre": {"e1": "1", "e2": "3", "e3": "2"},
        "preuves": {"a1": "x", "a2": "y"},
        "equilibre": {"n1.tn": "25 775", "n1.avis": "s", "n.tn": "-4 900 €", "n.avis": "t"},
        "texte": "Le stock augmente.\nLes dividendes aussi.",
        "piece": "Kbis",
    }
    assert sur_disque(dossier) == attendu
    assert "5 réponses sur 5\xa0: toutes les questions ont une réponse." in textes(forme)
    assert saisie().reponses == attendu
    revenu = formulaire(saisie(), consigne=CONSIGNE_EVALUATION)
    assert [menu.value for menu in tous(revenu, widgets.Dropdown)] == ["1", "3", "2", "x", "y", "s", "t"]
    assert tous(revenu, widgets.Textarea)[0].value == attendu["texte"]


def test_ce_qui_est_compris_est_dit_sous_chaque_question(saisie):
    forme = formulaire(saisie(), consigne=CONSIGNE_EVALUATION)
    menus = tous(forme, widgets.Dropdown)
    menus[0].value = menus[1].value = "2"
    assert "Le rang 2 est donné plusieurs fois\xa0: chaque rang sert une seule fois." in textes(forme)
    menus[1].value = "1"
    assert "2 cases sur 3." in textes(forme)
    champ = tous(forme, widgets.Text)[0]
    champ.value = "(4 900)"
    assert "J&#x27;ai compris −4\u202f900\xa0€." in textes(forme)
    champ.value = "49 ou 50"
    assert "N-1, Trésorerie nette\xa0: J&#x27;ai lu deux nombres" in textes(forme)
    tous(forme, widgets.Textarea)[0].value = "Trois petits mots"
    assert "3 mots (environ 200 demandés)." in textes(forme)


def test_une_reponse_partielle_ne_compte_pas_et_une_facultative_ne_manque_pas(saisie):
    ouverte = saisie()
    ouverte.noter_case("ordre", "e1", "1")
    ouverte.noter_case("equilibre", "n.tn", "douze")
    assert (ouverte.compte, ouverte.manquantes) == ("0 réponse sur 4", [1, 2, 3, 4])
    for etape, rang in (("e2", "2"), ("e3", "2")):
        ouverte.noter_case("ordre", etape, rang)
    assert 1 in ouverte.manquantes
    ouverte.noter_case("ordre", "e3", "3")
    assert (ouverte.compte, ouverte.manquantes) == ("1 réponse sur 4", [2, 3, 4])


def test_deux_onglets_remplissent_le_meme_tableau(dossier, saisie):
    premier, second = saisie(), saisie()
    premier.noter_case("equilibre", "n.tn", "4 900")
    second.noter_case("equilibre", "n1.tn", "2 100")
    assert sur_disque(dossier) == {"equilibre": {"n1.tn": "2 100", "n.tn": "4 900"}}
    assert second.avis["equilibre"].endswith("▶ Démarrer la leçon les affiche ici.")


def test_un_texte_remplace_par_celui_d_un_autre_onglet_est_garde(dossier, saisie):
    premier, second = saisie(), saisie()
    premier.noter("texte", "Un long paragraphe écrit ici.")
    second.noter("texte", "Autre chose.")
    assert sur_disque(dossier) == {"texte": "Autre chose."}
    [garde] = (dossier / "reponses").glob("*mis-de-cote*")
    assert json.loads(garde.read_text(encoding="utf-8"))["reponses"] == {"texte": "Un long paragraphe écrit ici."}
    assert garde.name in second.avis["texte"]
    assert lire_reponses(dossier, "B1-CAS", "cas_x").reponses == {"texte": "Autre chose."}


def test_une_reponse_venue_d_un_autre_onglet_s_affiche(saisie):
    ailleurs = saisie()
    forme = formulaire(saisie(), consigne=CONSIGNE_EVALUATION)
    ailleurs.noter("piece", "Kbis")
    ailleurs.noter_case("ordre", "e1", "2")
    tous(forme, widgets.Textarea)[0].value = "Trois petits mots"
    assert tous(forme, widgets.Text)[-1].value == "Kbis"
    assert tous(forme, widgets.Dropdown)[0].value == "2"
    assert "aussi ouverte dans un autre onglet" in textes(forme)
    # The field that was put in place of the old one saves as the others do.
    tous(forme, widgets.Text)[-1].value = "Statuts"
    assert saisie().reponses["piece"] == "Statuts"


def test_une_case_videe_disparait_et_un_brouillon_revient(dossier, saisie):
    ouverte = saisie()
    ouverte.noter_case("equilibre", "n.tn", "4 900 ou")
    ouverte.noter_case("equilibre", "n.avis", "t")
    ouverte.noter_case("equilibre", "n.avis", "")
    assert sur_disque(dossier) == {"equilibre": {"n.tn": "4 900 ou"}}
    assert saisie().reponses == {"equilibre": {"n.tn": "4 900 ou"}}
    ouverte.noter_case("equilibre", "n.tn", "")
    assert sur_disque(dossier) == {}


@pytest.mark.parametrize(
    ("donnee", "gardee", "phrases"),
    [
        ({"ordre": ["e1"]}, {}, ["Réponse à la question « ordre » : un tableau de cases était attendu"]),
        ({"ordre": {"e1": "4"}}, {}, ["Case « ordre, Recueillir » : l'option « 4 » n'existe pas"]),
        (
            {"preuves": {"a1": "x", "a9": "y"}},
            {"preuves": {"a1": "x"}},
            ["Réponse à la question « preuves » : la case « a9 » n'existe pas ; les autres sont lues"],
        ),
        ({"equilibre": {"n.tn": "4 €", "n1.tn": "4 jours"}}, None, ["elle est donnée en jours alors que la question"]),
        ({"texte": ["a"]}, {}, ["Réponse à la question « texte » : un texte était attendu"]),
        ({"piece": "x" * 301}, {"piece": "x" * 300}, ["son texte dépasse 300 caractères ; la fin est écartée"]),
    ],
)
def test_une_reponse_impossible_est_dite_et_le_reste_est_lu(dossier, donnee, gardee, phrases):
    ecrire_reponses(dossier, *QUI, donnee)
    questions = charger_questions(dossier / "questions.json").questions_de("cas_x", "amelie.durand")
    reponses, anomalies = verifier_reponses(lire_reponses(dossier, *QUI[:2]), questions, *QUI[2:])
    assert reponses == (donnee if gardee is None else gardee)
    assert len(anomalies) == len(phrases)
    assert all(phrase in anomalie.phrase for phrase, anomalie in zip(phrases, anomalies, strict=True))


def test_en_correction_les_reponses_se_lisent_en_tableau(dossier, monkeypatch):
    donnees = {
        "ordre": {"e1": "1", "e2": "3"},
        "equilibre": {"n.tn": "-4 900 €", "n.avis": "t"},
        "texte": "Première ligne <b>\nDeuxième : fin",
    }
    ecrire_reponses(dossier, *QUI, donnees)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    [affichage] = Formulaire("cas_x", dossier=dossier).affichages()
    html = affichage["text/html"]
    assert '<tr><th scope="row">Informer</th><td>3</td></tr>' in html
    assert '<tr><th scope="row">Conseiller</th><td>–</td></tr>' in html
    assert '<tr><th scope="row">N</th><td>−4 900\xa0€</td><td>Tendue</td></tr>' in html
    assert '<th scope="col">Trésorerie nette (€)</th>' in html
    assert '<dd class="rncp-ecrit">Première ligne &lt;b&gt;\nDeuxième : fin</dd>' in html
    assert html.count("<dd>Sans réponse</dd>") == 2
    assert str(Formulaire("cas_x")) == "Formulaire « cas_x »"


@pytest.mark.parametrize(
    ("rang", "change", "faute"),
    [
        (0, {"elements": ETAPES[:1]}, "il faut au moins deux éléments à ordonner"),
        (0, {"elements": []}, "une question ORD demande une liste « elements »"),
        (1, {"options": []}, "il faut au moins deux options"),
        (2, {"colonnes": []}, "une question TAB demande des « colonnes »"),
        (2, {"elements": [{"id": "n", "texte": "N"}] * 2}, "deux éléments ont le même identifiant"),
        (2, {"colonnes": [{"id": "a", "titre": "A", "type": "RED"}]}, "colonne a : le type « RED » n'est pas l'un de"),
        (
            2,
            {"colonnes": [{"id": "a", "titre": "A", "type": "NUM", "unite": "k€"}]},
            "l'unité « k€ » s'écrit ici « € »",
        ),
        (3, {"mots": -1}, "la longueur demandée « mots » n'est pas un entier positif"),
        (3, {"options": [{"id": "a", "texte": "A"}]}, "une question RED n'a pas d'options"),
        (4, {"elements": ETAPES}, "une question TXT n’a pas de liste « elements »"),
    ],
)
def test_chaque_faute_d_un_formulaire_est_dite(tmp_path, rang, change, faute):
    jeu = deepcopy(JEU)
    jeu["formulaires"]["cas_x"][rang] |= change
    (tmp_path / "questions.json").write_text(json.dumps(jeu), encoding="utf-8")
    with pytest.raises(ErreurListe) as refus:
        charger_questions(tmp_path / "questions.json")
    assert any(faute in dite for dite in refus.value.fautes)


def test_un_formulaire_vide_ou_double_est_refuse(tmp_path):
    jeu = JEU | {"strates": {"cas_x": {"competence": "C1", "questions": 1}}}
    jeu["formulaires"] = JEU["formulaires"] | {"vide": []}
    (tmp_path / "questions.json").write_text(json.dumps(jeu), encoding="utf-8")
    with pytest.raises(ErreurListe) as refus:
        charger_questions(tmp_path / "questions.json")
    assert refus.value.fautes == ("formulaire « vide » : il est vide", "partie « cas_x » : elle figure deux fois")
