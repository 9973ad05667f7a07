"""Lessons B1-L4 and B1-L5: the figures that they teach, and what each exercise says of right and mistaken answers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from rncp_utils.lecon.exercice import Exercice
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, TAB
from rncp_utils.lecon.simulateur import Curseur, Menu, Simulateur

BLOC = Path(__file__).parents[2] / "course" / "bloc1"
L4, L5 = "B1_L4_revenu_et_endettement", "B1_L5_sig_caf"


class Page:
    """A lesson executed here: its variables, what each of its cells shows."""

    def __init__(self, nom: str) -> None:
        self.noms: dict[str, Any] = {}
        self.montres: list[Any] = []
        for cellule in nbformat.read(BLOC / f"{nom}.ipynb", as_version=4).cells:
            if cellule.cell_type == "code":
                self._executer(cellule.source)
        self.exercices = {x.nom: x for x in self.montres if isinstance(x, Exercice)}

    def _executer(self, source: str) -> None:
        arbre = ast.parse(source)
        fin = arbre.body.pop() if isinstance(arbre.body[-1], ast.Expr) else None
        exec(compile(arbre, "cellule", "exec"), self.noms)
        if fin is not None:
            self.montres.append(eval(compile(ast.Expression(fin.value), "cellule", "eval"), self.noms))


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNCP_MODE", "test")
        patch.chdir(BLOC)
        return {nom: Page(nom) for nom in (L4, L5)}


def _juste(exercice: Exercice) -> dict[str, Any]:
    """The right answers of an exercise, as a learner would type them."""
    reponses: dict[str, Any] = {}
    for question, formatif in exercice.correcteur.champs:
        if question.type == NUM:
            reponses[question.id] = str(round(exercice.correcteur.attendus[question.id], 2))
        elif question.type == TAB:
            nombres = exercice.correcteur.attendus
            reponses[question.id] = {
                c.id: str(round(nombres[c.id], 2)) if c.type == NUM else formatif.juste[c.id] for c in question.cases
            }
        elif question.type == ORD:
            reponses[question.id] = {nom: str(rang) for rang, nom in enumerate(formatif.juste, start=1)}
        elif question.type in (QCU, QCM, APP):
            reponses[question.id] = formatif.juste
        else:
            reponses[question.id] = "Un texte."
    return reponses


@pytest.mark.parametrize("nom", [L4, L5])
def test_la_bonne_reponse_de_chaque_exercice_est_juste_et_ses_textes_sont_complets(pages, nom):
    page = pages[nom]
    fiche = next(iter(page.exercices.values())).lecon.fiche
    assert set(page.exercices) == set(fiche.exercices)
    for exercice in page.exercices.values():
        retours = exercice.correcteur.juger(_juste(exercice))
        assert {cle: r.phrase for cle, r in retours.items() if not r.juste} == {}, exercice.nom
        textes = [exercice.fiche.enonce, exercice.fiche.conclusion, *exercice.fiche.indices.model_dump().values()]
        textes = [exercice.texte(texte) for texte in textes] + [str(exercice.correcteur.champs)]
        assert not [t for t in textes if re.search(r"\{[a-z]\w*\}", t)], exercice.nom


@pytest.mark.parametrize("nom", [L4, L5])
def test_chaque_erreur_type_a_sa_valeur_et_sa_phrase(pages, nom):
    for exercice in pages[nom].exercices.values():
        bonnes = _juste(exercice)
        for question, formatif in exercice.correcteur.champs:
            dites = set()
            for cellule in question.cases or (question,):
                for faute, valeur in exercice.correcteur.erreurs.get(cellule.id, {}).items():
                    donnee = str(round(valeur, 2))
                    reponse = {**bonnes[question.id], cellule.id: donnee} if question.cases else donnee
                    retour = exercice.correcteur.juger(bonnes | {question.id: reponse})[question.id]
                    assert not retour.juste, (exercice.nom, cellule.id, faute)
                    assert formatif.erreurs[faute] in retour.phrase, (exercice.nom, cellule.id, faute)
                    dites.add(faute)
            assert dites == set(formatif.erreurs), (exercice.nom, question.id)


@pytest.mark.parametrize("nom", [L4, L5])
@pytest.mark.filterwarnings("error")
def test_le_simulateur_part_du_cas_et_repond_a_chaque_extremite(pages, nom):
    (simulateur,) = [x for x in pages[nom].montres if isinstance(x, Simulateur)]
    for reglage in simulateur.parametres:
        extremes = (True, False)
        if isinstance(reglage, Curseur):
            extremes = (reglage.minimum, reglage.maximum)
            # The slider snaps to its steps: a case between two would be shown wrong.
            assert ((reglage.depart - reglage.minimum) / reglage.pas).is_integer(), reglage.nom
        elif isinstance(reglage, Menu):
            extremes = tuple(reglage.options)
        for valeur in extremes:
            vue = simulateur.voir(**{reglage.nom: valeur})
            assert vue.figure is not None and vue.phrase and "▲" not in vue.phrase, (reglage.nom, valeur)
            assert "n.s." not in vue.phrase, (reglage.nom, valeur)
    assert simulateur.prediction.verdict() in simulateur.prediction.options


def test_les_chiffres_du_revenu_et_de_l_endettement(pages):
    n = pages[L4].noms
    assert (n["moyenne_elise"], n["retenu_elise"], n["revenus_elise"]) == (pytest.approx(63_413.33), 62_000, 86_600)
    assert n["credits_elise"] == 15_540
    assert n["taux_elise"] == pytest.approx(0.17944, abs=1e-5)
    assert (n["vivre_elise_an"], n["vivre_elise"]["reste_a_vivre"]) == (63_960, 5_330)
    assert (n["apres_prelevements"], n["rembourse_elise"]) == (23_650, 14_100)
    assert (n["benefice"], n["cotisations_kelly"], n["reel"]) == (32_654, 13_850, 10_700)
    assert {annee: round(taux, 4) for annee, taux in n["taux_hubert"].items()} == {"N-2": 0.3105, "N": 0.5065}
    assert n["retenu_sophie"] == 45_270


def test_les_chiffres_de_la_liasse(pages):
    n = pages[L5].noms
    assert (n["marge"], n["va"], n["ebe"]) == (12_100, 173_100, 88_100)
    assert round(n["ebe"] / n["ca"], 3) == 0.269
    assert n["caf_n"] == n["haut"]["caf"] == n["bas"]["caf"] == 85_650
    assert n["seuil_preleve"]["seuil"] == pytest.approx((148_750 + 62_000) / (218_200 / 328_000))
    assert (n["va_f"], n["ebe_f"], n["resultat_net_f"], n["caf_f"]) == (437_000, -40_900, -130_100, -94_300)
    assert n["conso_f1"] == n["soldes_f"]["consommation_tiers"] == 648_000
    assert (n["b"]["ebe_b"], n["b"]["rex_b"]) == (-31_300, -99_000)


def test_prelever_davantage_ne_releve_pas_le_revenu_retenu_au_dela_de_la_moyenne(pages):
    (simulateur,) = [x for x in pages[L4].montres if isinstance(x, Simulateur)]
    assert simulateur.prediction.verdict() == "plafond"
    assert "Revenu retenu : 63 413 €" in re.sub(r"\s", " ", simulateur.voir(preleve=120_000).phrase)
    assert "Revenu retenu : 120 000 €" in re.sub(r"\s", " ", simulateur.voir(statut="gerant", preleve=120_000).phrase)


def test_une_hausse_des_matieres_pese_plus_sur_l_ebe(pages):
    (simulateur,) = [x for x in pages[L5].montres if isinstance(x, Simulateur)]
    assert simulateur.prediction.verdict() == "plus"
    assert "EBE : 77 120 €" in re.sub(r"\s", " ", simulateur.voir(prix=10).phrase)
