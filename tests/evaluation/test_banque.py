"""A bank of questions: what is refused and how it is said, the keys derived, the form without keys."""

from __future__ import annotations

import ast
import copy
import json

import pytest
import yaml

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.evaluation.banque import charger_banque, evaluer_calcul, lire_banque


def _commun(identifiant: str, genre: str) -> dict:
    return {
        "id": identifiant,
        "version": 1,
        "competence": "C1",
        "type": genre,
        "niveau": "appliquer",
        "enonce": f"Énoncé de {identifiant} ?",
        "explication": "Explication secrète.",
        "source": "Calcul.",
    }


def _option(lettre: str, juste: bool) -> dict:
    return {"id": lettre, "texte": f"Texte {lettre}", "juste": juste, "retour": f"Retour secret {lettre}"}


@pytest.fixture
def donnees() -> dict:
    """A bank of three questions, one of each type, in one stratum that draws two."""
    nombre = _commun("Q1", "NUM") | {"unite": "%", "reponse": 65, "tolerance": 0.5, "calcul": "13 / 20 * 100"}
    nombre["erreurs"] = [{"calcul": "13 / 16 * 100", "message": "Message de méprise."}]
    unique = _commun("Q2", "QCU") | {"options": [_option("a", False), _option("b", True), _option("c", False)]}
    multiple = _commun("Q3", "QCM") | {"options": [_option("a", True), _option("b", True), _option("c", False)]}
    return {
        "devoir": "B9-QST",
        "version": 4,
        "points_par_question": 5,
        "strates": {"qst_c1": {"competence": "C1", "questions": 2}},
        "items": [nombre, unique, multiple],
    }


def _fautes(donnees: object) -> tuple[str, ...]:
    with pytest.raises(ErreurListe) as refus:
        lire_banque(donnees)
    return refus.value.fautes


def test_les_cles_d_une_cellule_sont_des_litteraux(donnees):
    donnees["items"][0]["exclusions"], donnees["items"][1]["exclusions"] = ["Q2"], ["Q1"]
    donnees["strates"]["qst_c1"]["questions"] = 1
    cles = lire_banque(donnees).cles("qst_c1")
    assert ast.literal_eval(repr(cles)) == cles
    assert cles == {
        "devoir": "B9-QST",
        "cellule": "qst_c1",
        "competence": "C1",
        "questions": 1,
        "points_par_question": 5,
        "version": 4,
        "items": {
            "Q1": {
                "type": "NUM",
                "exclusions": ["Q2"],
                "reponse": 65.0,
                "tolerance": 0.5,
                "erreurs": [{"valeur": 81.25, "tolerance": 0.5, "message": "Message de méprise."}],
            },
            "Q2": {"type": "QCU", "exclusions": ["Q1"], "options": ["a", "b", "c"], "justes": ["b"]},
            "Q3": {"type": "QCM", "exclusions": [], "options": ["a", "b", "c"], "justes": ["a", "b"]},
        },
    }


def test_une_cellule_inconnue_est_dite(donnees):
    with pytest.raises(ErreurDonnees, match="« qst_c9 » est inconnue de la banque ; choisissez parmi : qst_c1"):
        lire_banque(donnees).cles("qst_c9")


def test_le_formulaire_est_celui_du_contrat_et_ne_porte_aucune_cle(donnees):
    formulaire = lire_banque(donnees).formulaire("2026-S2")
    assert formulaire == {
        "format": 1,
        "devoir": "B9-QST",
        "session": "2026-S2",
        "strates": {"qst_c1": {"competence": "C1", "questions": 2}},
        "questions": [
            {
                "id": "Q1",
                "competence": "C1",
                "type": "NUM",
                "enonce": "Énoncé de Q1 ?",
                "unite": "%",
                "options": [],
                "exclusions": [],
            },
            *(
                {
                    "id": nom,
                    "competence": "C1",
                    "type": genre,
                    "enonce": f"Énoncé de {nom} ?",
                    "unite": "",
                    "options": [{"id": lettre, "texte": f"Texte {lettre}"} for lettre in "abc"],
                    "exclusions": [],
                }
                for nom, genre in (("Q2", "QCU"), ("Q3", "QCM"))
            ),
        ],
    }
    assert "secret" not in json.dumps(formulaire)


# One fault -> the path of the field changed, its new value (None: removed), the only sentence expected.
FAUTES = {
    "type inconnu": (
        ("items", 1, "type"),
        "VRAI",
        "Item Q2 : le type « VRAI » est inconnu ; choisissez parmi : QCU, QCM, NUM.",
    ),
    "niveau inconnu": (
        ("items", 1, "niveau"),
        "moyen",
        "Item Q2 : le niveau « moyen » est inconnu ; choisissez parmi : connaitre, comprendre, appliquer, analyser, "
        "evaluer.",
    ),
    "QCU sans réponse": (
        ("items", 1, "options", 1, "juste"),
        False,
        "Item Q2 : la question à choix unique (QCU) a 0 option(s) juste(s) ; il en faut exactement une.",
    ),
    "QCU à deux réponses": (
        ("items", 1, "options", 0, "juste"),
        True,
        "Item Q2 : la question à choix unique (QCU) a 2 option(s) juste(s) ; il en faut exactement une.",
    ),
    "QCM à une réponse": (
        ("items", 2, "options", 0, "juste"),
        False,
        "Item Q3 : la question à choix multiple (QCM) a 1 option(s) juste(s) ; il en faut au moins deux.",
    ),
    "QCM sans option à écarter": (
        ("items", 2, "options", 2, "juste"),
        True,
        "Item Q3 : chaque option est juste ; ajoutez au moins une option à écarter.",
    ),
    "deux options": (("items", 1, "options", 2), None, "Item Q2 : 2 option(s) lue(s) ; il en faut au moins 3."),
    "lettre en double": (
        ("items", 1, "options", 2, "id"),
        "a",
        "Item Q2 : l'option « a » apparaît deux fois ; donnez une lettre à chacune.",
    ),
    "lettre hors liste": (
        ("items", 1, "options", 2, "id"),
        "z",
        "Item Q2 : l'option « z » est hors de a à e ; changez sa lettre.",
    ),
    "même texte": (
        ("items", 1, "options", 2, "texte"),
        "Texte a",
        "Item Q2 : deux options disent « Texte a » ; distinguez-les.",
    ),
    "retour vide": (
        ("items", 1, "options", 2, "retour"),
        " ",
        "Item Q2 : l'option « c » a un texte ou un retour vide ; complétez-la.",
    ),
    "champ numérique": (
        ("items", 1, "unite"),
        "%",
        "Item Q2 : une question à choix porte un champ numérique ; retirez unite, reponse, tolerance, calcul, erreurs.",
    ),
    "NUM sans réponse": (
        ("items", 0, "reponse"),
        None,
        "Item Q1 : il manque « reponse » à la question numérique (NUM) ; ajoutez-le.",
    ),
    "NUM sans tolérance": (
        ("items", 0, "tolerance"),
        None,
        "Item Q1 : il manque « tolerance » à la question numérique (NUM) ; ajoutez-le.",
    ),
    "NUM sans calcul": (
        ("items", 0, "calcul"),
        None,
        "Item Q1 : il manque « calcul » à la question numérique (NUM) ; ajoutez-le.",
    ),
    "NUM avec options": (
        ("items", 0, "options"),
        [_option("a", True)],
        "Item Q1 : une question numérique (NUM) porte des options ; retirez-les.",
    ),
    "calcul interdit": (
        ("items", 0, "calcul"),
        "open('x')",
        "Item Q1 : Le calcul contient « open('x') » ; employez seulement des nombres, + - * / **, des parenthèses, "
        "min, max, abs et round.",
    ),
    "calcul qui donne autre chose": (
        ("items", 0, "calcul"),
        "13 / 20 * 100 + 0.26",
        "Item Q1 : le calcul donne 65.26, la réponse dit 65 ; corrigez l'un des deux.",
    ),
    "unité illisible": (
        ("items", 0, "unite"),
        "pommes",
        "Item Q1 : l'unité « pommes » n'est pas de celles qu'une réponse peut porter ; changez-la.",
    ),
    "erreur type confondue": (
        ("items", 0, "erreurs", 0, "calcul"),
        "66",
        "Item Q1 : les valeurs 65 et 66 (réponse ou erreurs types) se confondent à la tolérance 0.5 ; écartez-les ou "
        "réduisez la tolérance.",
    ),
    "message vide": (
        ("items", 0, "erreurs", 0, "message"),
        "",
        "Item Q1 : le message de l'erreur « 13 / 16 * 100 » est vide ; rédigez-le.",
    ),
    "explication vide": (
        ("items", 1, "explication"),
        " ",
        "Item Q2 : le champ « explication » est vide ; renseignez-le.",
    ),
    "source vide": (("items", 1, "source"), "", "Item Q2 : le champ « source » est vide ; renseignez-le."),
    "à vérifier sans date": (
        ("items", 1, "a_verifier"),
        True,
        "Item Q2 : « a_verifier » est posé sans date ; ajoutez « revoir_avant ».",
    ),
    "exclusion de soi": (
        ("items", 1, "exclusions"),
        ["Q2"],
        "Item Q2 : il s'exclut lui-même ; retirez cette exclusion.",
    ),
    "exclusion inconnue": (
        ("items", 1, "exclusions"),
        ["Q8"],
        "Item Q2 : l'exclusion « Q8 » est inconnue ; corrigez cet identifiant.",
    ),
    "exclusion à sens unique": (
        ("items", 1, "exclusions"),
        ["Q3"],
        "Item Q2 : il exclut Q3, qui ne l'exclut pas ; écrivez l'exclusion dans les deux items.",
    ),
    "identifiant en double": (
        ("items", 1, "id"),
        "Q1",
        "L'identifiant Q1 désigne plusieurs items ; donnez-en un à chacun.",
    ),
    "compétence sans strate": (
        ("items", 1, "competence"),
        "C7",
        "Item Q2 : aucune strate ne tire la compétence « C7 » ; corrigez l'item ou les strates.",
    ),
    "strate trop gourmande": (
        ("strates", "qst_c1", "questions"),
        4,
        "Strate qst_c1 : 4 question(s) demandée(s), mais un tirage peut s'arrêter à 3 (Q1, Q2, Q3) ; ajoutez des items "
        "ou allégez les exclusions.",
    ),
    "compétence tirée deux fois": (
        ("strates", "qst_bis"),
        {"competence": "C1", "questions": 1},
        "La compétence C1 est tirée par plusieurs strates ; gardez-en une.",
    ),
    "champ inconnu": (
        ("items", 1, "auteur"),
        "X",
        "items › n° 2 (Q2) › auteur : ce champ est inconnu ; ôtez-le ou corrigez son nom.",
    ),
    "champ manquant": (("items", 1, "enonce"), None, "items › n° 2 (Q2) › enonce : le champ manque ; ajoutez-le."),
    "texte qui est un nombre": (
        ("items", 1, "options", 0, "texte"),
        65,
        "items › n° 2 (Q2) › options › n° 1 (a) › texte : un texte est attendu (lu : le nombre 65) ; "
        "écrivez-le, entre guillemets s'il le faut.",
    ),
    "date en texte": (
        ("items", 1, "revoir_avant"),
        "2027-06-30",
        "items › n° 2 (Q2) › revoir_avant : une date est attendue (lu : « 2027-06-30 ») ; "
        "écrivez-la AAAA-MM-JJ, sans guillemets ni heure.",
    ),
    "réponse infinie": (
        ("items", 0, "reponse"),
        float("inf"),
        "items › n° 1 (Q1) › reponse : « inf » n'est pas un nombre fini.",
    ),
    "en-tête": (("devoir",), None, "devoir : le champ manque ; ajoutez-le."),
    "points nuls": (
        ("points_par_question",),
        0,
        "points_par_question : le nombre 0 est trop petit ; la valeur minimale est 1.",
    ),
}


def _changer(donnees: dict, chemin: tuple, valeur: object) -> None:
    *parents, dernier = chemin
    lieu = donnees
    for parent in parents:
        lieu = lieu[parent]
    if valeur is None:
        del lieu[dernier]
    else:
        lieu[dernier] = valeur


@pytest.mark.parametrize("nature", list(FAUTES))
def test_chaque_faute_est_dite_par_une_phrase(donnees, nature):
    chemin, valeur, phrase = FAUTES[nature]
    lire_banque(copy.deepcopy(donnees))
    _changer(donnees, chemin, valeur)
    assert _fautes(donnees) == (phrase,)


def test_les_fautes_sont_dites_toutes_ensemble(donnees):
    for nature in ("champ inconnu", "NUM sans calcul", "QCM à une réponse", "en-tête"):
        chemin, valeur, _ = FAUTES[nature]
        _changer(donnees, chemin, valeur)
    donnees["items"].append(copy.deepcopy(donnees["items"][2]) | {"source": ""})
    assert set(_fautes(donnees)) == {
        *(FAUTES[nature][2] for nature in ("champ inconnu", "NUM sans calcul", "QCM à une réponse", "en-tête")),
        "Item Q3 : le champ « source » est vide ; renseignez-le.",
        "L'identifiant Q3 désigne plusieurs items ; donnez-en un à chacun.",
    }


def test_des_exclusions_qui_peuvent_bloquer_un_tirage_sont_refusees(donnees):
    # Q1 excludes the two others: a draw that begins with Q1 stops at one question.
    donnees["items"][0]["exclusions"] = ["Q2", "Q3"]
    donnees["items"][1]["exclusions"] = donnees["items"][2]["exclusions"] = ["Q1"]
    assert _fautes(donnees) == (
        "Strate qst_c1 : 2 question(s) demandée(s), mais un tirage peut s'arrêter à 1 (Q1) ; ajoutez des items ou "
        "allégez les exclusions.",
    )


def test_une_exclusion_d_une_autre_competence_est_refusee(donnees):
    ailleurs = _commun("Q4", "QCU") | {"competence": "C2", "options": donnees["items"][1]["options"]}
    donnees["items"].append(ailleurs | {"exclusions": ["Q1"]})
    donnees["items"][0]["exclusions"] = ["Q4"]
    donnees["strates"]["qst_c2"] = {"competence": "C2", "questions": 1}
    phrase = "Item {} : il exclut {}, d'une autre compétence, alors que le tirage se fait par compétence ; retirez-la."
    assert _fautes(donnees) == (phrase.format("Q1", "Q4"), phrase.format("Q4", "Q1"))


@pytest.mark.parametrize("contenu", [None, [], "texte", {"items": "rien"}, {"items": [None, 3]}])
def test_un_contenu_qui_n_est_pas_une_banque_est_refuse(contenu):
    fautes = _fautes(contenu)
    assert fautes
    assert all(faute.startswith(("fichier", "devoir", "version", "points", "strates", "items")) for faute in fautes)


def test_un_fichier_se_charge(donnees, tmp_path):
    chemin = tmp_path / "banque.yaml"
    chemin.write_text(yaml.safe_dump(donnees, allow_unicode=True), encoding="utf-8")
    banque = charger_banque(chemin)
    assert [item.id for item in banque.items] == ["Q1", "Q2", "Q3"]
    assert evaluer_calcul(banque.items[0].calcul) == 65


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        (b"items: [", "l'écriture YAML est incorrecte"),
        (b"\xff\xfe\x00", "le texte n'est pas en UTF-8"),
        (b"devoir: A\ndevoir: B\n", r"le champ «\sdevoir\s» est écrit deux fois"),
        (b"a: !!python/object/apply:os.getcwd []", "l'écriture YAML est incorrecte"),
    ],
)
def test_un_fichier_illisible_est_dit(tmp_path, contenu, dit):
    chemin = tmp_path / "banque.yaml"
    chemin.write_bytes(contenu)
    with pytest.raises(ErreurDonnees, match=dit):
        charger_banque(chemin)


def test_un_fichier_absent_est_dit(tmp_path):
    with pytest.raises(ErreurDonnees, match=r"banque\.yaml\s» ne peut pas être ouvert"):
        charger_banque(tmp_path / "banque.yaml")
