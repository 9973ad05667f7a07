"""What becomes of a lesson before Sphinx reads it."""

from __future__ import annotations

import nbformat
import pytest

from rncp_utils.erreurs import ErreurListe
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, RED, TAB, TXT, Colonne, Option, Question
from rncp_utils.site.champs import questions
from rncp_utils.site.construction import elaguer
from rncp_utils.site.lecons import SANS_CODE, a_lire, executer_lecons

DEUX = (Option("a", "Oui"), Option("b", "Non & jamais"))


@pytest.mark.parametrize("genre", [QCU, QCM, NUM, TXT, RED, ORD, APP, TAB])
def test_chaque_genre_de_champ_se_lit_sans_identifiant(genre):
    colonnes = (Colonne("montant", "Montant", NUM, "€"), Colonne("avis", "Avis", QCU, "", DEUX))
    une = Question(
        id="secret",
        type=genre,
        enonce="Que dites-vous : 5 % ?",
        unite="€" if genre == NUM else "",
        options=DEUX if genre in (QCU, QCM, APP) else (),
        elements=DEUX if genre in (ORD, APP, TAB) else (),
        colonnes=colonnes if genre == TAB else (),
        mots=60 if genre == RED else 0,
    )
    html = questions([une])
    assert "Que dites-vous\u00a0: 5\u00a0%\u00a0?" in html and "Répondez dans JupyterHub" in html
    assert "secret" not in html and "<input" not in html
    if genre in (QCU, QCM, ORD, APP, TAB):
        assert "Non &amp; jamais" in html
    if genre == RED:
        assert "60 mots environ" in html


def test_une_lecon_a_lire_n_a_plus_de_code_sauf_ses_cases_a_completer():
    sortie = nbformat.v4.new_output("display_data", {"text/html": "<style>p {}</style><p>Vu</p>", "text/plain": "x"})
    cellules = [
        nbformat.v4.new_markdown_cell("# Titre\n\n**Pour commencer** : cliquez.\n\nTexte <!-- verifier V33 : non -->"),
        nbformat.v4.new_code_cell("Exercice('E1', attendus={'n': 42})", outputs=[sortie]),
        nbformat.v4.new_code_cell("taux = None  # en %", metadata={"tags": ["raises-exception"]}),
    ]
    titre, exercice, case = a_lire(nbformat.v4.new_notebook(cells=cellules)).cells
    assert titre.source == "# Titre\n\n\nTexte"
    assert exercice.source == SANS_CODE and "remove-input" in exercice.metadata.tags
    assert exercice.outputs[0].data == {"text/html": "<p>Vu</p>\n"}
    assert case.source == "taux = None  # en %"


def test_une_lecon_retiree_ne_reste_pas_dans_le_site(tmp_path):
    source, html = tmp_path / "source", tmp_path / "html"
    for chemin in (source / "index.md", source / "lecons" / "B1_L2.ipynb"):
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.touch()
    for nom in ("index.html", "search.html", "lecons/B1_L2.html", "lecons/B1_L3.html"):
        (html / nom).parent.mkdir(parents=True, exist_ok=True)
        (html / nom).touch()
    elaguer(html, source)
    assert {page.relative_to(html).as_posix() for page in html.rglob("*.html")} == {
        "index.html",
        "search.html",
        "lecons/B1_L2.html",
    }


@pytest.mark.lent
def test_une_lecon_qui_s_arrete_est_nommee_et_rien_n_est_garde(tmp_path):
    chemin = tmp_path / "bloc9" / "B9_L9_essai.ipynb"
    chemin.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), chemin)
    chemin.with_suffix(".yaml").write_text("lecon: B9-L9\n")
    with pytest.raises(ErreurListe, match="B9_L9_essai : une case s'arrête sur une erreur \\(ZeroDivisionError"):
        executer_lecons([chemin], tmp_path / "cache", lambda _, elements: elements)
    assert not list((tmp_path).glob("cache/*"))
