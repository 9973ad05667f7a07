"""The banks of questions as they are shipped: every rule of writing that a machine can check.

A failure names the items to re-read.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import combinations
from statistics import mean

import pytest

from rncp_utils.evaluation.banque import Item, charger_banque
from rncp_utils.evaluation.notation import noter_choix, noter_nombre
from rncp_utils.formats import lire_nombre
from rncp_utils.lecon.jeu import charger_questions

SESSION = "2026-S2"
# Questions that each cell draws (curriculum §3.4), and how many items its competence has.
EPREUVES = {
    "B1-QST": {"C1": (3, 10), "C2": (3, 10), "C3": (3, 10), "C4": (4, 10), "C5": (4, 10), "C6": (3, 10)},
    "B2-QST": {"C7": (3, 9), "C8": (7, 16), "C9": (2, 9), "C10": (3, 9), "C11": (3, 9), "C12": (2, 9)},
    "B4-QST": {f"C{rang}": (2 if rang == 22 else 3, 9) for rang in range(16, 23)},
}
NEGATION = re.compile(
    r"\bne\b|\bn['’]|\b(pas|sauf|excepté|aucune?|jamais|ni|non|faux|fausse|incorrecte?|inexacte?)\b", re.I
)
# A term of law, quoted: it names the borrower and does not turn the question round.
TERME_DE_DROIT = "«\xa0non averti\xa0»"
FOURRE_TOUT = re.compile(r"(toutes?|tous|aucune) (les|des|ces) (réponses|propositions|options)|ci-dessus", re.I)
DROIT = re.compile(
    r"article|décision D-|règlement \(UE\)|Code |Cour de cassation|Plan comptable|Banque de France", re.I
)
SANTE = re.compile(r"maladie|malade|santé|grossesse|enceinte|handicap|invalidité|arrêt de travail", re.I)


def test_chaque_banque_livree_est_controlee(depot):
    assert {chemin.parent.name for chemin in depot.glob("source/*/banque.yaml")} == set(EPREUVES)


@pytest.fixture(scope="module", params=sorted(EPREUVES))
def banque(request, depot):
    return charger_banque(depot / "source" / request.param / "banque.yaml")


@pytest.fixture(scope="module")
def items(banque) -> list[Item]:
    return banque.items


@pytest.fixture(scope="module")
def numeriques(items) -> list[Item]:
    return [item for item in items if item.type == "NUM"]


@pytest.fixture(scope="module")
def choix(items) -> list[Item]:
    return [item for item in items if item.type != "NUM"]


@pytest.fixture(scope="module")
def uniques(items) -> list[Item]:
    return [item for item in items if item.type == "QCU"]


def _textes(item: Item) -> dict[str, str]:
    """Every sentence that somebody reads, by where it stands."""
    textes = {"énoncé": item.enonce, "explication": item.explication, "source": item.source}
    textes |= {f"option {option.id}": option.texte for option in item.options}
    textes |= {f"retour {option.id}": option.retour for option in item.options}
    return textes | {f"message {rang}": erreur.message for rang, erreur in enumerate(item.erreurs, start=1)}


def _lus(items: list[Item], motif: str | re.Pattern) -> list[str]:
    """``id, place : text`` of every sentence in which ``motif`` is found."""
    return [
        f"{item.id}, {ou} : {texte}" for item in items for ou, texte in _textes(item).items() if re.search(motif, texte)
    ]


def _longueurs(item: Item) -> tuple[list[int], list[int]]:
    """Lengths of the right options, then of the others."""
    justes = [len(option.texte) for option in item.options if option.juste]
    return justes, [len(option.texte) for option in item.options if not option.juste]


# ---------------------------------------------------------------- composition


def _items_par_competence(banque) -> dict[str, int]:
    return {competence: items for competence, (_, items) in EPREUVES[banque.devoir].items()}


def test_les_trois_types_sont_partout(banque, items):
    for competence, nombre in _items_par_competence(banque).items():
        types = Counter(item.type for item in items if item.competence == competence)
        assert types.total() == nombre
        assert types["NUM"] >= (1 if competence == "C3" else 2)
        assert types["QCU"] >= 2
        assert types["QCM"] >= 2
    assert len(items) >= 60


def test_les_strates_sont_celles_de_l_epreuve(banque):
    questions = {strate.competence: strate.questions for strate in banque.strates.values()}
    assert questions == {competence: tirees for competence, (tirees, _) in EPREUVES[banque.devoir].items()}
    assert sum(questions.values()) * banque.points_par_question == 100
    assert [cellule.split("_")[1].upper() for cellule in banque.strates] == list(questions)


def test_la_gamme_se_calcule(depot):
    """Seven questions on the range (C8), three of which at least ask for a number, whatever is drawn."""
    gamme = charger_banque(depot / "source" / "B2-QST" / "banque.yaml")
    sans_nombre = [item for item in gamme.items_de("q2_c8") if item.type != "NUM"]
    assert gamme.strates["q2_c8"].questions - len(sans_nombre) >= 3


def test_un_identifiant_dit_la_competence_et_le_rang(banque, items):
    attendus = [
        f"{nom}-{rang:02}" for nom, nombre in _items_par_competence(banque).items() for rang in range(1, nombre + 1)
    ]
    assert [item.id for item in items] == attendus
    assert all(item.id.startswith(item.competence) for item in items)


def test_peu_de_memoire_pure_et_beaucoup_de_cas_chiffres(items):
    assert sum(item.niveau == "connaitre" for item in items) <= 0.10 * len(items)
    chiffres = [
        item for item in items if len(re.findall(r"\d[\d\xa0]*(?:,\d+)?\s*(?:€|%|h\b|jours)", item.enonce)) >= 2
    ]
    assert len(chiffres) >= 0.30 * len(items)


# ---------------------------------------------------------------- writing


def test_aucun_enonce_n_emploie_de_negation(items):
    enonces = {item.id: item.enonce.replace(TERME_DE_DROIT, "") for item in items}
    assert [f"{nom} : {trouve[0]}" for nom, enonce in enonces.items() if (trouve := NEGATION.search(enonce))] == []


def test_la_negation_se_reconnait():
    for phrase in ("Que ne faut-il pas faire ?", "Tous sauf un", "Il n'est plus client", "Lequel est faux ?"):
        assert NEGATION.search(phrase)
    assert not NEGATION.search("Un besoin né de l'activité, de l'année N à la suivante")


def test_aucune_option_fourre_tout(choix):
    assert [o.texte for item in choix for o in item.options if FOURRE_TOUT.search(o.texte)] == []


def test_un_enonce_pose_une_seule_question(items):
    assert [item.id for item in items if not item.enonce.endswith("?") and item.type == "NUM"] == []
    assert [item.id for item in items if item.enonce.count("?") != 1] == []


def test_une_question_a_plusieurs_reponses_le_dit(items):
    assert [i.id for i in items if ("(Plusieurs réponses.)" in i.enonce) != (i.type == "QCM")] == []


def test_une_explication_tient_en_une_a_trois_phrases(items):
    phrases = {item.id: len(re.findall(r"[.?](?=\s|$)", item.explication)) for item in items}
    assert {nom: nombre for nom, nombre in phrases.items() if not 1 <= nombre <= 3} == {}


def test_la_typographie_est_celle_du_cours(items):
    assert _lus(items, r" [:;%€»?!]|« |\d \d{3}\b") == []
    assert _lus(items, r"!|\.\.\.|\b(tu|tes|toi)\b|\bfaux\b") == []


def test_ni_donnee_de_sante_ni_statistique_de_secteur_donnee_pour_vraie(items):
    assert _lus(items, SANTE) == []
    secteurs = re.compile(r"secteur|filière|dans la même zone|dépense annuelle moyenne")
    assert [item.id for item in items if secteurs.search(item.enonce) and "fictive" not in item.enonce] == []


def test_un_chiffre_d_affaires_en_euros_dit_s_il_est_ht_ou_ttc(items):
    concernes = [item for item in items if "chiffre d'affaires" in item.enonce and "€" in item.enonce]
    assert concernes
    assert [i.id for i in concernes if not re.search(r"hors taxes|toutes taxes comprises|TTC", i.enonce)] == []


def test_une_regle_de_droit_porte_une_date_de_relecture(items):
    droit = [item for item in items if DROIT.search(item.source) or DROIT.search(item.enonce)]
    assert len(droit) >= 6
    assert [item.id for item in droit if item.revoir_avant is None] == []
    assert [item.id for item in droit if not re.search(r"\b20\d\d\b", item.source)] == []


def test_les_relectures_annoncees_ont_eu_lieu(items):
    depassees = [item for item in items if item.revoir_avant and item.revoir_avant <= date.today()]
    phrases = [
        f"Relisez l'item {item.id} ({item.source}), à revoir avant le {item.revoir_avant:%d/%m/%Y}, et avancez sa date."
        for item in depassees
    ]
    assert not phrases, "\n".join(phrases)


# ---------------------------------------------------------------- options


def test_les_options_d_une_question_ont_des_longueurs_proches(choix):
    for item in choix:
        longueurs = [len(option.texte) for option in item.options]
        assert len(longueurs) >= 4, item.id
        assert max(longueurs) <= 1.6 * min(longueurs), item.id


def test_la_longueur_ne_trahit_pas_la_reponse(uniques, choix):
    ecarts = [(justes[0], autres) for justes, autres in map(_longueurs, uniques)]
    assert sum(juste >= max(autres) for juste, autres in ecarts) <= len(uniques) / 3
    assert sum(juste < min(autres) for juste, autres in ecarts) <= len(uniques) / 3
    assert all(juste <= 1.5 * mean(autres) for juste, autres in ecarts)
    justes = mean(longueur for item in choix for longueur in _longueurs(item)[0])
    autres = mean(longueur for item in choix for longueur in _longueurs(item)[1])
    assert 0.9 <= justes / autres <= 1.1


def test_la_lettre_ne_trahit_pas_la_reponse(uniques, choix):
    lettres = Counter(item.justes()[0] for item in uniques)
    assert set(lettres) == set("abcd")
    assert max(lettres.values()) - min(lettres.values()) <= 1
    multiples = Counter(lettre for item in choix if item.type == "QCM" for lettre in item.justes())
    assert max(multiples[lettre] for lettre in "abcde") - min(multiples[lettre] for lettre in "abcde") <= 2


def test_le_nombre_d_options_ne_dit_pas_combien_sont_justes(choix):
    """Whatever the number of options offered, no number of right ones is a safe guess."""
    par_taille = defaultdict(Counter)
    for item in choix:
        if item.type == "QCM":
            par_taille[len(item.options)][len(item.justes())] += 1
    for options, justes in par_taille.items():
        assert len(justes) >= 2, f"{options} options : {dict(justes)}"
        assert max(justes.values()) <= 0.6 * justes.total(), f"{options} options : {dict(justes)}"


def test_tout_cocher_rapporte_au_plus_un_tiers(choix):
    for item in choix:
        assert noter_choix([option.id for option in item.options], item.justes()).fraction <= 1 / 3 + 1e-9, item.id


# ---------------------------------------------------------------- numbers


def test_chaque_nombre_se_recalcule(numeriques):
    for item in numeriques:
        # Python's own arithmetic, apart from the evaluator that the bank was read with.
        exact = eval(item.calcul, {"__builtins__": {}}, {"min": min, "max": max, "abs": abs, "round": round})
        assert abs(exact - item.reponse) <= item.tolerance / 2, item.id


def test_la_mensualite_eteint_le_pret(depot):
    """C6-01: 60 instalments of the answer repay 45 000 € at 3,90 %, but for the cents of the last one."""
    banque = charger_banque(depot / "source" / "B1-QST" / "banque.yaml")
    item = next(item for item in banque.items if item.id == "C6-01")
    reste, mensualite = Decimal(45000), Decimal(str(item.reponse))
    for _ in range(60):
        reste += (reste * Decimal("0.039") / 12).quantize(Decimal("0.01")) - mensualite
    assert abs(reste) <= Decimal("0.30")


def test_chaque_question_numerique_reconnait_une_ou_deux_meprises(numeriques):
    for item in numeriques:
        assert 1 <= len(item.erreurs) <= 2, item.id
        valeurs = [item.reponse, *(erreur.valeur for erreur in item.erreurs)]
        assert all(abs(a - b) > 2 * item.tolerance for a, b in combinations(valeurs, 2)), item.id


def test_un_message_de_meprise_dit_ce_qui_est_lu_ce_qui_ne_va_pas_et_une_piste(numeriques):
    messages = [erreur.message for item in numeriques for erreur in item.erreurs]
    assert [message for message in messages if not re.match(r"Vous (obtenez|retenez) [+\d]", message)] == []
    assert [message for message in messages if len(message) < 60 or not message.endswith(".")] == []


def test_le_nombre_annonce_par_un_message_est_celui_de_la_meprise(numeriques):
    for item in numeriques:
        for erreur in item.erreurs:
            lu = re.search(r"[+\d](?:[\d\xa0]*\d)?(?:,\d+)?", erreur.message)[0].lstrip("+")
            assert float(lire_nombre(lu).valeur) == pytest.approx(erreur.valeur, abs=0.06), (item.id, lu)


def test_une_reponse_tapee_avec_son_unite_est_comprise(banque):
    for cellule in banque.strates:
        for nom, cle in banque.cles(cellule)["items"].items():
            if cle["type"] == "NUM":
                unite = next(item.unite for item in banque.items if item.id == nom)
                lu = lire_nombre(f"{cle['reponse']:.3f} {unite}".replace(".", ","))
                bareme = {"tolerance": cle["tolerance"], "erreurs": cle["erreurs"]}
                assert noter_nombre(lu.valeur, cle["reponse"], **bareme).fraction == 1, nom
                assert [
                    noter_nombre(erreur["valeur"], cle["reponse"], **bareme).fraction for erreur in cle["erreurs"]
                ] == [0.5] * len(cle["erreurs"]), nom


def test_l_enonce_dit_l_unite_attendue(numeriques):
    attendus = {
        "%": r"en\xa0%|en %",
        "€": "en euros",
        "h": "en heures",
        "jours": "en jours",
        "contacts": "Combien de contacts",
        "rendez-vous": "Combien de rendez-vous",
        "fois": "couverture",
        "": "en points",
    }
    assert [item.id for item in numeriques if not re.search(attendus[item.unite or ""], item.enonce)] == []


# ---------------------------------------------------------------- what learners receive


def test_le_formulaire_ne_porte_aucune_cle(banque):
    formulaire = banque.formulaire(SESSION)
    cles = {cle for question in formulaire["questions"] for cle in question}
    assert cles == {"id", "competence", "type", "enonce", "unite", "options", "exclusions"}
    assert {cle for question in formulaire["questions"] for option in question["options"] for cle in option} == {
        "id",
        "texte",
    }
    assert set(formulaire) == {"format", "devoir", "session", "strates", "questions"}
    texte = json.dumps(formulaire, ensure_ascii=False)
    secrets = [
        lu for item in banque.items for ou, lu in _textes(item).items() if not ou.startswith(("énoncé", "option"))
    ]
    secrets += [item.calcul for item in banque.items if item.calcul]
    assert len(secrets) > 250
    assert [secret for secret in secrets if json.dumps(secret, ensure_ascii=False)[1:-1] in texte] == []


def test_la_lettre_et_l_ordre_des_options_sont_les_memes_partout(banque):
    for question in banque.formulaire(SESSION)["questions"]:
        lettres = "".join(option["id"] for option in question["options"])
        assert lettres == {"NUM": ""}.get(question["type"], "abcde"[: len(lettres)])


def test_le_formulaire_se_lit_et_chaque_apprenant_a_ses_vingt_questions(banque, tmp_path):
    chemin = tmp_path / "questions.json"
    chemin.write_text(json.dumps(banque.formulaire(SESSION), ensure_ascii=False), encoding="utf-8")
    formulaire = charger_questions(chemin)
    exclusions = {item.id: set(item.exclusions) for item in banque.items}
    tirages = set()
    for rang in range(200):
        tirage = [q.id for cellule in banque.strates for q in formulaire.questions_de(cellule, f"apprenant-{rang}")]
        assert len(set(tirage)) == 20
        assert not any(exclusions[nom] & set(tirage) for nom in tirage)
        tirages.add(tuple(tirage))
    assert len(tirages) == 200
    assert {nom for tirage in tirages for nom in tirage} == {item.id for item in banque.items}
