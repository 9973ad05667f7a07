"""The cohort page: self-contained, readable without colour, honest about what is missing."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from rncp_utils.grading.page import duree, ecrire_page, rendre_page
from rncp_utils.grading.resultats import calculer
from rncp_utils.niveaux import NIVEAUX, texte_du_taux
from rncp_utils.pages import typographie

JOUR = dt.date(2026, 11, 23)
COURS = [("B1-QST", f"qst_c{rang}", f"C{rang}", 20, "test") for rang in range(1, 7)]
VIDES = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """Elements of a page with their text; fails on a tag that is not closed in its place."""

    def __init__(self, texte: str) -> None:
        super().__init__()
        self.ouverts: list[dict] = []
        self.elements: list[dict] = []
        self.feed(texte)
        self.close()
        assert self.ouverts == []

    def handle_starttag(self, nom, attributs):
        element = {"nom": nom, "texte": "", **dict(attributs)}
        self.elements.append(element)
        if nom not in VIDES:
            self.ouverts.append(element)

    def handle_endtag(self, nom):
        assert self.ouverts.pop()["nom"] == nom

    def handle_data(self, donnees):
        for element in self.ouverts:
            element["texte"] += donnees

    def tous(self, nom: str, classe: str = "") -> list[dict]:
        return [e for e in self.elements if e["nom"] == nom and classe in [*(e.get("class") or "").split(), ""]]


@pytest.fixture
def resultats(carnet, source, referentiel, regles, echeance):
    """Results of a small cohort on B1-QST, or on another course."""

    def preparer(copies=None, cours=COURS, anomalies=None):
        if copies is None:
            notes = {f"qst_c{rang}": 2.0 * rang + 2 for rang in range(1, 7)}
            copies = {
                "ali": {"B1-QST": {"notes": notes}},
                "bea": {"B1-QST": {"notes": notes, "remis_le": echeance + dt.timedelta(hours=26)}},
                "cyr": {},
                "dan": {"B1-QST": {"notes": dict.fromkeys(notes, 0.0)}},
                "eva": {"B1-QST": {}},
            }
        return calculer(
            carnet(cours, copies), source(cours), referentiel=referentiel, regles=regles, anomalies=anomalies
        )

    return preparer


ANOMALIES = pd.DataFrame(
    [
        ("dan", "B1-QST", "", "copie_vide", "La copie est vide : toutes les parties valent 0."),
        ("ali", "B1-QST", "qst_c2", "cellule_supprimee", "Une cellule <b>manquait</b>."),
    ],
    columns=["apprenant", "devoir", "cellule", "code", "motif"],
)


def test_the_page_asks_for_nothing_outside(resultats):
    texte = rendre_page(resultats(anomalies=ANOMALIES), JOUR)
    assert "http://" not in texte
    assert "https://" not in texte
    assert not re.search(r"<(script|link|img|iframe|object)\b|@import|url\(", texte)
    assert "default-src 'none'" in texte


def test_the_page_is_well_formed_french_html_with_its_landmarks(resultats):
    texte = rendre_page(resultats(anomalies=ANOMALIES), JOUR)
    page = Page(texte)
    assert texte.startswith("<!DOCTYPE html>")
    assert page.tous("html")[0]["lang"] == "fr"
    assert [titre["texte"] for titre in page.tous("h2")] == [
        *("Compétences", "Blocs", "Anomalies", "Lecture et mentions"),
    ]
    assert len(page.tous("caption")) == len(page.tous("table")) == 3
    assert all(cellule.get("scope") for cellule in page.tous("th"))
    identifiants = {element["id"] for element in page.elements if element.get("id")}
    assert {e["aria-labelledby"] for e in page.elements if e.get("aria-labelledby")} <= identifiants


def test_every_cell_of_the_map_says_in_text_what_its_colour_says(resultats):
    page = Page(rendre_page(resultats(), JOUR))
    cases = page.tous("td", "case")
    assert len(cases) == 5 * 6
    par_classe = {niveau.classe: niveau for niveau in NIVEAUX.values()}
    for case in cases:
        [niveau] = [par_classe[classe] for classe in case["class"].split() if classe in par_classe]
        chiffre = "" if niveau.nom == "non évalué" else r"\s+\d{1,3},\d\xa0%"
        assert re.fullmatch(rf"\s*{niveau.symbole}{chiffre}(\s*à confirmer)?\s*", case["texte"])


def test_the_row_of_a_learner(resultats):
    page = Page(rendre_page(resultats(), JOUR))
    ligne = next(e["texte"] for e in page.tous("tr") if e["texte"].strip().startswith("ali"))
    assert " ".join(ligne.split()).replace("\u00a0", " ") == (
        "ali ✖ 20,0 % ✖ 30,0 % ▲ 40,0 % ▲ 50,0 % ✔ 60,0 % ✔ 70,0 % 54,0 / 120 45,0 %"
    )


def test_the_legend_and_the_labels_are_in_full(resultats, referentiel):
    page = Page(rendre_page(resultats(), JOUR))
    legende = [" ".join(e["texte"].replace("\u00a0", " ").split()) for e in page.tous("li") if "pastille" not in e]
    assert legende[:4] == ["✔60 % et plus", "▲de 40 % à moins de 60 %", "✖moins de 40 %", "–aucune réponse notée"]
    libelles = {e["texte"].replace("\u00a0", " ") for e in page.tous("dd")}
    infobulles = {e.get("title") for e in page.tous("abbr")}
    for competence in referentiel.competences_du_bloc("B1"):
        assert typographie(competence.libelle).replace("\u00a0", " ") in libelles
        assert competence.libelle in infobulles


def test_the_badges_say_what_happened_to_each_copy(resultats):
    page = Page(rendre_page(resultats(anomalies=ANOMALIES), JOUR))
    signes = {}
    for entete in page.tous("th", "apprenant")[1:]:
        nom = re.match(r"[a-z]{3}", entete["texte"].strip()).group()
        signes[nom] = entete["texte"].strip()[3:].replace("\u00a0", " ")
    assert signes == {
        "ali": "copie à examiner",
        "bea": "en retard (26 h)",
        "cyr": "non remis",
        "dan": "copie vide",
        "eva": "copie à examiner",
    }


def test_the_key_figures(resultats):
    page = Page(rendre_page(resultats(anomalies=ANOMALIES), JOUR))
    chiffres = [(e["texte"]) for e in page.tous("dd", "valeur")]
    # ali and bea 45 %, dan 0 %; eva and cyr have no mark.
    assert chiffres == ["5", "4", "1", "2", "30,0\u00a0%"]


def test_what_is_missing_is_said_before_the_results(resultats):
    texte = rendre_page(resultats(), JOUR).replace("\u00a0", " ")
    avis = texte.index("Aucun statut n’est définitif.")
    assert avis < texte.index("<table")
    absentes = "B1-SYN, B1-RAP, B1-CAS, B2-MES, B2-QST, B2-CAS, B3-MES, B3-RAP, B4-QST, B4-MES, B5-MES"
    assert f"Épreuves de la fiche absentes du cours (11 sur 12) : {absentes}." in texte
    assert "Copies attendues et non remises : 1." in texte
    assert "Réponses dont la correction automatique a échoué : 6." in texte
    assert "Blocs 2, 3, 4 et 5 : aucune réponse notée à ce jour ; 19 compétences" in texte


def test_the_words_of_a_status_never_stand_on_partial_marks(resultats):
    page = Page(rendre_page(resultats(), JOUR))
    assert not any("definitif" in case["class"] for case in page.tous("td", "case"))


def test_statuses_are_final_when_all_the_evaluations_of_the_bloc_are_marked(resultats):
    cours = [("B5-MES", f"mes_c{rang}", f"C{rang}", 20, "test") for rang in (23, 24, 25)]
    copies = {"ali": {"B5-MES": {"notes": {"mes_c23": 20.0, "mes_c24": 10.0, "mes_c25": 12.0}}}}
    texte = rendre_page(resultats(copies, cours), JOUR)
    assert "Une partie des statuts n’est pas définitive." in texte
    assert [("definitif" in case["class"]) for case in Page(texte).tous("td", "case")] == [True] * 3


def test_a_mark_that_is_awaited_shows_in_its_cell(resultats):
    cours = [("B5-MES", "mes_c23", "C23", 20, "redaction"), ("B5-MES", "mes_c24", "C24", 20, "test")]
    page = Page(rendre_page(resultats({"ali": {"B5-MES": {"notes": {"mes_c24": 10.0}}}}, cours), JOUR))
    assert ["à confirmer" in case["texte"] for case in page.tous("td", "case")] == [True, False, False]


def test_anomalies_are_listed_and_escaped(resultats):
    texte = rendre_page(resultats(anomalies=ANOMALIES), JOUR)
    assert "Une cellule &lt;b&gt;manquait&lt;/b&gt;." in texte
    assert "copie entière" in texte
    assert "Aucune anomalie n’est signalée." in rendre_page(resultats(), JOUR)


def test_the_rules_the_sheet_and_the_nature_of_the_document_are_printed(resultats, regles, referentiel):
    texte = rendre_page(resultats(), JOUR).replace("\u00a0", " ")
    assert f"SHA-256 {regles.empreinte}" in texte
    assert "Enregistrement du 18 décembre 2018 au 18 décembre 2023 : il a pris fin." in texte
    assert "Ce document n’est pas un certificat." in texte
    # The sheet's own sentence, and nothing else, may speak of a certificate for a bloc.
    clause = referentiel.blocs[0].mention_certificat
    assert re.findall(r"certificats? de compétences?", texte) == re.findall("certificat de compétence", clause)


def test_a_whole_sheet_is_set_tight_with_all_its_columns(resultats, referentiel):
    cours = [
        (evaluation.code, f"{evaluation.code}_{code}", code, 10, "test")
        for bloc in referentiel.blocs
        for evaluation in referentiel.evaluations_du_bloc(bloc.code)
        for code in bloc.competences
    ]
    copies = {"ali": {e.code: {"notes": dict.fromkeys((c[1] for c in cours), 7.0)} for e in referentiel.evaluations}}
    texte = rendre_page(resultats(copies, cours), JOUR)
    assert len(Page(texte).tous("table", "dense")) == 1
    assert len(Page(texte).tous("td", "case")) == 25
    assert "Toutes les épreuves sont corrigées. La décision appartient au jury." in texte


def test_a_course_without_learners_does_not_pass_for_complete(resultats):
    texte = rendre_page(resultats({}), JOUR)
    assert "Aucun statut n’est définitif." in texte
    assert "Aucun apprenant n’est inscrit au carnet de notes." in texte
    assert "B1-SYN, B1-RAP, B1-CAS, B2-MES" in texte
    assert texte.count("absente du cours</span>") == 11


def test_an_evaluation_that_is_not_generated_yet_is_named(carnet, source, referentiel, regles):
    url = carnet(COURS, {"ali": {}})
    dossier = source([*COURS, ("B1-CAS", "cas_c5", "C5", 35, "test")])
    texte = rendre_page(calculer(url, dossier, referentiel=referentiel, regles=regles), JOUR)
    assert "Épreuves du cours qui ne sont pas encore générées\u00a0: B1-CAS." in texte
    assert "(10 sur 12)" in texte


def test_a_course_without_copies_says_so(resultats):
    texte = rendre_page(resultats({"ali": {}}), JOUR)
    assert "Aucune réponse n’est notée à ce jour." in texte
    assert Page(texte).tous("dd", "valeur")[-1]["texte"] == "–"


def test_the_page_is_written_in_utf_8(tmp_path, resultats):
    ecrire_page(tmp_path / "cohorte.html", resultats(), JOUR)
    texte = (tmp_path / "cohorte.html").read_bytes().decode("utf-8")
    assert "édité le 23 novembre 2026" in texte


def luminance(couleur: str) -> float:
    """Relative luminance (WCAG 2) of ``#rrggbb``."""
    composantes = [int(couleur[rang : rang + 2], 16) / 255 for rang in (1, 3, 5)]
    lineaires = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in composantes]
    return sum(poids * c for poids, c in zip((0.2126, 0.7152, 0.0722), lineaires, strict=True))


def contraste(fond: str, encre: str) -> float:
    clair, sombre = sorted((luminance(fond), luminance(encre)), reverse=True)
    return (clair + 0.05) / (sombre + 0.05)


@pytest.mark.parametrize("niveau", NIVEAUX.values(), ids=lambda niveau: niveau.nom)
def test_the_text_of_each_level_stands_out(niveau):
    assert contraste(niveau.fond, niveau.encre) >= 4.5


def test_the_colours_of_the_page_stand_out(resultats):
    texte = rendre_page(resultats(), JOUR)
    encres = set(re.findall(r"(?:--encre|--discret|--marine|color): (#[0-9a-f]{6})", texte))
    fonds = {"#ffffff", re.search(r"--voile: (#[0-9a-f]{6})", texte).group(1)}
    sur_fond = {niveau.encre for niveau in NIVEAUX.values()}
    assert len(encres) >= 5
    assert all(contraste(fond, encre) >= 4.5 for fond in fonds for encre in encres | sur_fond)


@pytest.mark.parametrize(
    ("taux", "texte"),
    [
        (0.5997, "59,97\u00a0%"),
        (0.5994, "59,9\u00a0%"),
        (0.6, "60,0\u00a0%"),
        (0.3996, "39,96\u00a0%"),
        (1.0, "100,0\u00a0%"),
    ],
)
def test_a_rate_never_seems_to_reach_a_threshold_that_it_misses(regles, taux, texte):
    assert texte_du_taux(taux, regles) == texte


@pytest.mark.parametrize(
    ("secondes", "texte"),
    [(1, "1 min"), (2100, "35 min"), (3600, "60 min"), (3601, "2 h"), (93600, "26 h"), (172801, "3 j")],
)
def test_lateness_in_its_natural_unit(secondes, texte):
    assert duree(secondes).replace("\u00a0", " ") == texte


def test_french_spaces():
    assert typographie("« Oui » : 5 % d'un ; non ?") == "«\u00a0Oui\u00a0»\u00a0: 5\u00a0% d’un\u00a0; non\u00a0?"
