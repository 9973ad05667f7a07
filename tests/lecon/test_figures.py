"""Figures and tables of the lessons: what they refuse, what a screen reader finds, and one style."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import FEUILLE_DE_STYLE, HACHURES, echelle
from rncp_utils.lecon.figures import (
    PALETTE,
    axe_francais,
    figure_accessible,
    nouvelle_figure,
    presenter,
    style,
    style_de,
)

DONNEES = pd.DataFrame({"CA": [1200, 1350.5]}, index=pd.Index([2023, 2024], name="Année"))
BONS = {"titre": "Chiffre d'affaires", "alt": "Le CA passe de 1 200 à 1 350,50 €.", "donnees": DONNEES, "unite": "€"}


def dessiner():
    with style():
        fig, ax = nouvelle_figure()
        ax.bar([0, 1], DONNEES["CA"], **style_de("bleu"))
    return fig


@pytest.fixture
def figure():
    return dessiner()


class Lecteur(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.balises: list[tuple[str, dict]] = []
        self.ouvertes: list[str] = []
        self.feed(html)

    def handle_starttag(self, balise, attributs):
        self.balises.append((balise, dict(attributs)))
        if balise not in ("img", "meta", "br"):
            self.ouvertes.append(balise)

    def handle_endtag(self, balise):
        assert self.ouvertes.pop() == balise

    def de(self, nom: str) -> list[dict]:
        return [attributs for balise, attributs in self.balises if balise == nom]


@pytest.mark.parametrize(
    ("changement", "message"),
    [
        ({"alt": ""}, "pas d'alternative textuelle"),
        ({"alt": " \n\t"}, "pas d'alternative textuelle"),
        ({"alt": None}, "pas d'alternative textuelle"),
        ({"titre": "  "}, "pas de titre"),
        ({"donnees": pd.DataFrame()}, "pas de données"),
        ({"donnees": DONNEES.iloc[:0]}, "pas de données"),
        ({"donnees": {}}, "pas de données"),
        ({"donnees": None}, "pas de données"),
    ],
)
def test_une_figure_incomplete_est_refusee(figure, changement, message):
    with pytest.raises(ErreurDonnees, match=message):
        figure_accessible(figure, **(BONS | changement))


def test_le_html_a_legende_alternative_et_tableau(figure):
    html = figure_accessible(figure, **BONS, source="Cas du cours").html()
    lu = Lecteur(html)
    assert lu.ouvertes == []
    assert [attributs["alt"] for attributs in lu.de("img")] == [BONS["alt"]]
    assert [nom for nom, _ in lu.balises][:6] == ["figure", "figcaption", "span", "img", "details", "summary"]
    assert [attributs["scope"] for attributs in lu.de("th")] == ["col", "col", "row", "row"]
    assert "<caption>Chiffre d&#x27;affaires, en\xa0€</caption>" in html
    assert '<th scope="row">2023</th><td class="nombre">1\u202f200,00</td>' in html
    assert "Source\xa0: Cas du cours" in html


def test_image_incluse_sans_ressource_externe(figure):
    html = figure_accessible(figure, **BONS).html()
    (image,) = Lecteur(html).de("img")
    svg = base64.b64decode(image["src"].removeprefix("data:image/svg+xml;base64,")).decode()
    assert svg.startswith("<svg") and "<title>Chiffre d'affaires</title>" in svg
    assert not re.search(r'(?:href|src)="https?:', html + svg)


def test_alt_et_titre_sont_echappes(figure):
    html = figure_accessible(figure, **(BONS | {"alt": 'Un "alt" <script>', "titre": "A & B <i>"})).html()
    assert Lecteur(html).de("img")[0]["alt"] == 'Un "alt" <script>'
    assert "<script>" not in html and "<i>" not in html


def test_une_case_de_tableau_est_echappee():
    html = presenter(pd.DataFrame({"a<b": ["<img src=x>"]}, index=["<u>"]), titre="<b>").html()
    assert not Lecteur(html).de("img") and "<u>" not in html and "<b>" not in html


def test_la_meme_figure_rend_le_meme_fichier():
    premiere, seconde = (figure_accessible(dessiner(), **BONS).svg for _ in range(2))
    assert premiere == seconde


def test_les_donnees_sont_une_copie(figure):
    donnees = DONNEES.copy()
    vue = figure_accessible(figure, **(BONS | {"donnees": donnees}))
    donnees.loc[2023, "CA"] = 0
    assert vue.donnees.loc[2023, "CA"] == 1200


@pytest.mark.parametrize(("nom", "debut"), [("f.svg", b"<svg"), ("f.png", b"\x89PNG"), ("f.HTML", b"<!DOCTYPE html>")])
def test_enregistrer(figure, tmp_path, nom, debut):
    chemin = figure_accessible(figure, **BONS).enregistrer(tmp_path / "sous" / nom)
    assert chemin.read_bytes().startswith(debut)


def test_le_png_porte_son_alternative(figure, tmp_path):
    chemin = figure_accessible(figure, **BONS).enregistrer(tmp_path / "f.png")
    assert b"Description" in chemin.read_bytes()


def test_une_autre_extension_est_refusee(figure, tmp_path):
    with pytest.raises(ErreurDonnees, match=r"« \.jpg ».*\.svg, \.png ou \.html"):
        figure_accessible(figure, **BONS).enregistrer(tmp_path / "f.jpg")
    assert list(tmp_path.iterdir()) == []


def test_un_notebook_montre_la_figure_avec_son_style(figure):
    assert figure_accessible(figure, **BONS)._repr_html_().startswith(f"<style>{FEUILLE_DE_STYLE}</style>")


def test_une_figure_de_pyplot_ne_se_montre_pas_deux_fois():
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    ax.plot([1, 2])
    figure_accessible(fig, **BONS)
    assert not plt.fignum_exists(fig.number)


def test_presenter_en_francais():
    table = pd.DataFrame(
        {"Montant": [1234.5, float("nan")], "Nombre": [2, 3], "Acquis": [True, False]}, index=["Brioches", "Pains"]
    )
    html = presenter(table, titre="Ventes du mois").html()
    assert "<caption>Ventes du mois</caption>" in html
    for case in ("1\u202f234,50", "n.s.", '<td class="nombre">3</td>', "<td>oui</td>", '<th scope="row">Pains</th>'):
        assert case in html


def test_une_simple_numerotation_ne_fait_pas_de_colonne():
    assert presenter(pd.DataFrame({"a": [1, 2]}), titre="T").html().count("<th") == 1 + 1  # <thead> and one header


@pytest.mark.parametrize("titre", ["", "  ", None])
def test_un_tableau_sans_titre_est_refuse(titre):
    with pytest.raises(ErreurDonnees, match="pas de titre"):
        presenter(DONNEES, titre=titre)


def _luminance(couleur: str) -> float:
    canaux = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    lineaires = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux]
    return sum(poids * c for poids, c in zip((0.2126, 0.7152, 0.0722), lineaires, strict=True))


@pytest.mark.parametrize("couleur", PALETTE)
def test_contraste_de_chaque_couleur_sur_blanc(couleur):
    assert 1.05 / (_luminance(PALETTE[couleur]) + 0.05) >= 3


def test_chaque_couleur_a_sa_hachure():
    assert set(HACHURES) == set(PALETTE)
    assert len(set(HACHURES.values())) == len(PALETTE)


def test_axe_en_nombres_francais():
    with style():
        _, ax = nouvelle_figure()
        ax.plot([0, 1], [0, 25_000_000])
        diviseur, unite = echelle([25_000_000], "€")
        axe_francais(ax.yaxis, diviseur=diviseur)
        ax.set_ylim(0, 25_000_000)
    textes = [ax.yaxis.get_major_formatter()(valeur, 0) for valeur in (0, 12_500_000)]
    assert (textes, unite) == (["0", "12\u202f500"], "k€")


def test_le_style_ne_deborde_pas():
    import matplotlib as mpl

    avant = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == avant


def test_importer_reste_leger():
    programme = (
        "import sys, rncp_utils.lecon.figures\n"
        "print([nom for nom in ('matplotlib', 'pandas', 'numpy', 'ipywidgets') if nom in sys.modules])"
    )
    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True).stdout
    assert sortie.strip() == "[]"


def test_une_colonne_de_montants_ecrits_s_aligne_comme_des_nombres_et_garde_le_signe_moins():
    table = pd.DataFrame({"Taux": ["-8,2 %", "–"], "Solde": [-4900, 12], "Avis": ["12 clients sur 37", "+3"]})
    html = presenter(table, titre="Écarts en N-1 : -3 %").html()
    assert '<td class="nombre">−8,2\xa0%</td><td class="nombre">−4\u202f900</td><td>12 clients sur 37</td>' in html
    assert html.count('<th scope="col" class="nombre">') == 2
    assert "<caption>Écarts en N-1\xa0: −3\xa0%</caption>" in html
