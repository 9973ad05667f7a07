"""The index of references: read from the sheets, sorted as a jurist looks, honest on what was verified."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from rncp_utils.lecon.accueil import lecons_du_cours
from rncp_utils.lecon.droit import lire_references
from rncp_utils.lecon.fiche import Source
from rncp_utils.lecon.mots import References
from rncp_utils.lecon.parcours import charger_parcours
from rncp_utils.lecon.references import (
    AUTRES,
    CONVENTIONS,
    index_des_references,
    tableau_des_references,
    tableaux_des_parametres,
)
from rncp_utils.parametres import parametres_livres


@pytest.mark.parametrize(
    ("phrase", "lues"),
    [
        ("code de commerce, art. L. 622-24, L. 622-26 et R. 622-24", ["L. 622-24", "L. 622-26", "R. 622-24"]),
        ("C. civ., art. 2333 s. (gage), 2402 (hypothèque), 2367", ["2333", "2402", "2367"]),
        ("CGI, art. 1929 quater et annexe III, art. 416 bis", ["1929 quater", "annexe III, art. 416 bis"]),
        ("CGI, art. 297 A, art. 278 d'après la presse", ["297 A", "278"]),
        ("CMF, art. L. 133-26, II, et D. 133-6, textes lus", ["L. 133-26", "D. 133-6"]),
        ("C. com., art. L. 526-22, al. 3 et 4, lu", ["L. 526-22"]),
        ("RGPD, art. 21, paragraphes 2 et 3 ; information : art. 14", ["21", "14"]),
        ("l'art. L. 341-1 du code monétaire et financier", ["L. 341-1"]),
    ],
)
def test_les_articles_d_une_phrase(phrase, lues):
    assert [reference.nom.removeprefix("art. ") for reference, _ in lire_references(phrase)] == lues


def test_un_article_va_a_son_code_et_une_loi_a_la_sienne():
    phrase = (
        "Démarchage : code de la consommation, art. L. 223-1, loi n° 2025-594 du 30 juin 2025, art. 13 ; "
        "jours d'appel, art. D. 223-9 (décret n° 2022-1313 du 13 octobre 2022) ; Cass. com., 27 mars 2012, n° 10-20.077"
    )
    lues = lire_references(phrase)
    assert [(r.recueil, r.nom) for r, _ in lues] == [
        ("Code de la consommation", "art. L. 223-1"),
        ("Lois, ordonnances et décrets", "Loi n° 2025-594 du 30 juin 2025"),
        ("Code de la consommation", "art. D. 223-9"),
        ("Lois, ordonnances et décrets", "Décret n° 2022-1313 du 13 octobre 2022"),
        ("Décisions de justice", "Cass. com., 27 mars 2012, n° 10-20.077"),
    ]
    assert lues[2][1].startswith("jours d'appel")


def _lecon(code: str, *sources: Source) -> SimpleNamespace:
    return SimpleNamespace(fiche=SimpleNamespace(lecon=code, sources=sources), notebook=Path(f"bloc1/{code}.ipynb"))


def test_deux_etats_pour_un_meme_article_se_voient():
    jour = dt.date(2026, 11, 26)
    index = index_des_references(
        [
            _lecon("B1-L1", Source(texte="C. civ., art. 2300, de mémoire", date=jour, statut="a_verifier")),
            _lecon("B4-L2", Source(texte="code civil, art. 2300, Légifrance", date=jour, statut="verifie")),
            _lecon("B5-L1", Source(texte="Règle du cours, art. 2300", date=jour, statut="convention_de_cours")),
        ]
    )
    [ligne] = index["Code civil"]
    assert ligne.contredite and [citation.lecon for citation in ligne.citations] == ["B1-L1", "B4-L2"]
    tableau = tableau_des_references("Code civil", [ligne], lambda notebook: notebook.as_posix())
    assert "états différents selon la leçon" in tableau and 'href="bloc1/B4-L2.ipynb"' in tableau
    assert "✔ vérifié, 26/11/2026" in tableau and "▲ à vérifier, 26/11/2026" in tableau
    # A convention is no law, whatever it quotes.
    assert list(index) == ["Code civil", CONVENTIONS]


def test_les_articles_se_suivent_comme_dans_le_code():
    jour = dt.date(2026, 11, 26)
    texte = "code de commerce, art. R. 121-1, L. 611-15, L. 611-4 et L. 121-4"
    index = index_des_references([_lecon("B1-L1", Source(texte=texte, date=jour, statut="a_verifier"))])
    noms = [ligne.reference.nom for ligne in index["Code de commerce"]]
    assert noms == ["art. L. 121-4", "art. L. 611-4", "art. L. 611-15", "art. R. 121-1"]


@pytest.fixture(scope="module")
def index(depot: Path):
    return index_des_references(lecons_du_cours(depot / "course", charger_parcours(depot / "course")))


def test_chaque_article_du_cours_a_un_code(index):
    """A source that quotes an article is not among the other sources."""
    perdues = [ligne.reference.nom for ligne in index[AUTRES] if re.search(r"\bart\. [LRD]\.", ligne.reference.nom)]
    assert perdues == []


def test_toute_contradiction_du_cours_est_montree(index):
    for recueil, lignes in index.items():
        tableau = tableau_des_references(recueil, lignes, lambda _: "")
        assert tableau.count("états différents") == sum(ligne.contredite for ligne in lignes)


def test_chaque_parametre_date_est_montre_sans_sa_valeur():
    tableaux = tableaux_des_parametres()
    assert sum(tableau.count('<th scope="row">') for tableau in tableaux.values()) == len(parametres_livres())
    assert "13,28" not in "".join(tableaux.values())


def test_la_page_du_lab_mene_aux_lecons(depot):
    [affichage] = References(dossier=depot / "course").affichages()
    assert 'href="bloc4/B4_L1_garanties.ipynb"' in affichage["text/html"]
