"""A simulator: prediction, controls, what the library computes, and nothing that blinks or breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import ipywidgets as widgets
import pandas as pd
import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.figures import figure_accessible, nouvelle_figure, style
from rncp_utils.lecon import Curseur, Interrupteur, Menu, Prediction, Simulateur, Vue, demarrer
from rncp_utils.lecon.progression import lire_avancement
from rncp_utils.lecon.simulateur_widgets import simulateur as en_widget

ESSAI = Path(__file__).with_name("lecon_essai.yaml")
CA = Curseur("ca", "Chiffre d'affaires", 200_000, 400_000, 328_000, pas=1000, unite="€")


@pytest.fixture
def dossier(tmp_path, monkeypatch):
    (tmp_path / "B1_L5_lire.yaml").write_text(ESSAI.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    demarrer("B1-L5", dossier=tmp_path)
    return tmp_path


@pytest.fixture
def appels():
    return []


@pytest.fixture
def outil(dossier, appels):
    def calculer(ca, secteur, prive):
        appels.append((ca, secteur, prive))
        if ca < 210_000:
            raise ErreurDonnees("À ce niveau, la marge ne se calcule plus : remontez le chiffre d'affaires.")
        with style():
            fig, ax = nouvelle_figure()
            ax.bar(["EBE"], [ca * 0.25])
        donnees = pd.DataFrame({"EBE": [ca * 0.25]}, index=["N"])
        figure = figure_accessible(fig, titre="EBE", alt=f"EBE de {ca * 0.25:.0f} €.", donnees=donnees, unite="€")
        return Vue(figure=figure, phrase=f"L'EBE est de {ca * 0.25:.0f} €.")

    prediction = Prediction("Si le CA baisse, l'EBE…", {"b": "baisse", "m": "monte"}, lambda: "b", "L'EBE suit le CA.")
    parametres = [CA, Menu("secteur", "Secteur", {"t": "Tous", "b": "Bâtiment"}, "t"), Interrupteur("prive", "Privé")]
    return Simulateur("ca", "CA et EBE", parametres, calculer, prediction)


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


def textes(forme):
    return " ".join(w.value for w in descendants(forme) if type(w) is widgets.HTML).replace("\xa0", " ")


def un(forme, sorte):
    [trouve] = [w for w in descendants(forme) if type(w) is sorte]
    return trouve


def cliquer(forme, description):
    next(w for w in descendants(forme) if isinstance(w, widgets.Button) and w.description == description).click()


def corps(forme):
    return next(w for w in descendants(forme) if "rncp-corps" in w._dom_classes)


def test_la_prediction_passe_avant_les_reglages_et_reste(outil, dossier):
    forme = en_widget(outil)
    assert corps(forme).layout.display == "none"
    je_predis = next(w for w in descendants(forme) if getattr(w, "description", "") == "Je prédis")
    assert je_predis.disabled
    un(forme, widgets.RadioButtons).value = "m"
    assert not je_predis.disabled
    cliquer(forme, "Je prédis")
    assert "Vous aviez prévu « monte » ; le calcul donne « baisse ». L&#x27;EBE suit le CA." in textes(forme)
    assert corps(forme).layout.display == ""
    assert lire_avancement(dossier, "B1-L5").predictions == {"ca": "m"}
    rouverte = en_widget(outil)
    assert corps(rouverte).layout.display == ""
    assert "Vous aviez prévu « monte »" in textes(rouverte)


def test_on_peut_passer_la_prediction(outil):
    forme = en_widget(outil)
    cliquer(forme, "Passer")
    assert corps(forme).layout.display == ""


def test_curseur_champ_menu_et_case_redessinent_et_reviennent(outil, appels):
    forme = en_widget(outil)
    assert appels == [(328_000, "t", False)]
    glissiere = un(forme, widgets.FloatSlider)
    champ = un(forme, widgets.Text)
    assert champ.value == "328\u202f000\xa0€"
    glissiere.value = 300_000
    assert champ.value == "300\u202f000\xa0€"
    champ.value = "250 000"
    assert glissiere.value == 250_000
    assert champ.value == "250\u202f000\xa0€"
    un(forme, widgets.Dropdown).value = "b"
    un(forme, widgets.Checkbox).value = True
    assert appels[-1] == (250_000, "b", True)
    assert "L&#x27;EBE est de 62500 €." in textes(forme)
    assert 'alt="EBE de 62500 €."' in textes(forme)
    cliquer(forme, "Revenir au cas")
    assert appels[-1] == (328_000, "t", False)


@pytest.mark.parametrize(
    ("saisie", "phrase"),
    [
        ("9 000 000", "J&#x27;ai lu 9\u202f000\u202f000 € : choisissez entre 200\u202f000 € et 400\u202f000 €."),
        ("douze", "J&#x27;ai lu « douze »"),
        ("12 %", "J&#x27;ai lu une valeur en %, et ce réglage est en €."),
    ],
)
def test_une_saisie_impossible_est_dite_et_rien_ne_bouge(outil, appels, saisie, phrase):
    forme = en_widget(outil)
    un(forme, widgets.Text).value = saisie
    assert phrase in textes(forme)
    assert len(appels) == 1


def test_un_refus_du_calcul_devient_la_phrase(outil):
    forme = en_widget(outil)
    un(forme, widgets.FloatSlider).value = 205_000
    assert "▲ À ce niveau, la marge ne se calcule plus" in textes(forme)


def test_des_gestes_rapides_ne_dessinent_qu_une_fois(outil, appels):
    async def glisser():
        forme = en_widget(outil)
        for valeur in range(300_000, 311_000, 1000):
            un(forme, widgets.FloatSlider).value = valeur
        await asyncio.sleep(0.5)

    asyncio.run(glisser())
    assert [ca for ca, *_ in appels] == [328_000, 310_000]


def test_le_tableau_ne_s_ecrit_que_s_il_est_ouvert(outil):
    forme = en_widget(outil)
    volet = un(forme, widgets.Accordion)
    assert volet.children[0].value == ""
    volet.selected_index = 0
    assert "82\u202f000" in volet.children[0].value
    un(forme, widgets.FloatSlider).value = 300_000
    assert "75\u202f000" in volet.children[0].value


def test_en_correction_la_vue_du_cas_est_fixe(outil, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [affichage] = outil.affichages()
    assert set(affichage) == {"text/html", "text/plain"}
    assert "L&#x27;EBE est de 82000\xa0€." in affichage["text/html"]
    assert "Tableau des données" in affichage["text/html"]


def test_un_reglage_impossible_est_refuse_a_l_auteur(dossier):
    with pytest.raises(ErreurDonnees, match="part de 500, hors de ses bornes"):
        Curseur("x", "Durée", 0, 100, 500)
    with pytest.raises(ErreurDonnees, match="deux réglages du même nom"):
        Simulateur("s", "T", [CA, CA], lambda: Vue(), Prediction("?", {"a": "A"}, lambda: "a", ""))
