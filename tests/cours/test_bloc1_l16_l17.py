"""Lessons B1-L6 and B1-L7: the figures that they teach, and what each exercise says of right and mistaken answers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from rncp_utils.lecon.exercice import Exercice
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, TAB
from rncp_utils.lecon.simulateur import Curseur, Simulateur

BLOC = Path(__file__).parents[2] / "course" / "bloc1"
L6, L7 = "B1_L6_bilan_ratios", "B1_L7_projet_previsionnel_risques"


class Page:
    """A lesson executed here: its variables, what each of its cells shows."""

    def __init__(self, nom: str) -> None:
        self.noms: dict[str, Any] = {}
        self.montres: list[Any] = []
        for cellule in nbformat.read(BLOC / f"{nom}.ipynb", as_version=4).cells:
            if cellule.cell_type == "code":
                self._executer(cellule.source)
        self.exercices = {x.nom: x for x in self.montres if isinstance(x, Exercice)}
        (self.simulateur,) = [x for x in self.montres if isinstance(x, Simulateur)]

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
        return {nom: Page(nom) for nom in (L6, L7)}


def _nombre(attendu: float) -> str:
    """A number as a learner types it, to two decimals."""
    return str(round(attendu, 2))


def _juste(exercice: Exercice) -> dict[str, Any]:
    """The right answers of an exercise, as a learner would type them."""
    attendus = exercice.correcteur.attendus
    reponses: dict[str, Any] = {}
    for question, formatif in exercice.correcteur.champs:
        if question.type == NUM:
            reponses[question.id] = _nombre(attendus[question.id])
        elif question.type == TAB:
            reponses[question.id] = {
                c.id: _nombre(attendus[c.id]) if c.type == NUM else formatif.juste[c.id] for c in question.cases
            }
        elif question.type == ORD:
            reponses[question.id] = {nom: str(rang) for rang, nom in enumerate(formatif.juste, start=1)}
        elif question.type in (QCU, QCM, APP):
            reponses[question.id] = formatif.juste
        else:
            reponses[question.id] = "Un texte."
    return reponses


@pytest.mark.parametrize("nom", [L6, L7])
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


@pytest.mark.parametrize("nom", [L6, L7])
def test_chaque_erreur_type_a_sa_valeur_et_sa_phrase(pages, nom):
    for exercice in pages[nom].exercices.values():
        bonnes = _juste(exercice)
        for question, formatif in exercice.correcteur.champs:
            dites = set()
            for cellule in question.cases or (question,):
                for faute, valeur in exercice.correcteur.erreurs.get(cellule.id, {}).items():
                    donnee = _nombre(valeur)
                    reponse = {**bonnes[question.id], cellule.id: donnee} if question.cases else donnee
                    retour = exercice.correcteur.juger(bonnes | {question.id: reponse})[question.id]
                    assert not retour.juste, (exercice.nom, cellule.id, faute)
                    assert formatif.erreurs[faute] in retour.phrase, (exercice.nom, cellule.id, faute)
                    dites.add(faute)
            assert dites == set(formatif.erreurs), (exercice.nom, question.id)


@pytest.mark.parametrize("nom", [L6, L7])
def test_chaque_mauvaise_option_est_expliquee(pages, nom):
    for exercice in pages[nom].exercices.values():
        for question, formatif in exercice.correcteur.champs:
            if question.type in (QCU, QCM):
                justes = [formatif.juste] if question.type == QCU else formatif.juste
                assert set(formatif.retours) == {o.id for o in question.options} - set(justes), exercice.nom


def test_la_bonne_option_ne_se_devine_pas_a_sa_longueur(pages):
    longueurs = [
        sorted(question.options, key=lambda o: -len(o.texte))[0].id == formatif.juste
        for page in pages.values()
        for exercice in page.exercices.values()
        for question, formatif in exercice.correcteur.champs
        if question.type == QCU
    ]
    assert len(longueurs) >= 10
    assert sum(longueurs) <= len(longueurs) / 2


@pytest.mark.parametrize("nom", [L6, L7])
@pytest.mark.filterwarnings("error")
def test_le_simulateur_part_du_cas_et_repond_a_chaque_extremite(pages, nom):
    simulateur = pages[nom].simulateur
    for reglage in simulateur.parametres:
        assert isinstance(reglage, Curseur)
        # The slider snaps to its steps: a case between two would be shown wrong.
        assert ((reglage.depart - reglage.minimum) / reglage.pas).is_integer(), reglage.nom
        for valeur in (reglage.minimum, reglage.maximum):
            vue = simulateur.voir(**{reglage.nom: valeur})
            assert vue.figure is not None and vue.phrase and "▲" not in vue.phrase, (reglage.nom, valeur)
            assert "n.s." not in vue.phrase, (reglage.nom, valeur)
    assert simulateur.prediction.verdict() in simulateur.prediction.options


def test_les_chiffres_du_bilan(pages):
    n = pages[L6].noms
    trois = n["trois_ans"]
    assert trois["frng"].tolist() == [121_875, 111_175, -35_925]
    assert trois["bfr"].tolist() == [86_000, 109_000, 29_000]
    assert trois["tresorerie_nette"].tolist() == [35_875, 2_175, -64_925]
    assert n["delais_f"].loc[["Clients", "Stock", "Fournisseurs"]].T.values.tolist() == [
        [60, 56, 59],
        [71, 61, 68],
        [85, 54, 90],
    ]
    assert [n[x][y] for x in ("k2", "k1", "k") for y in ("frng", "bfr", "tresorerie_nette")] == [
        *(160_105, 108_000, 52_105),
        *(164_075, 138_300, 25_775),
        *(153_800, 158_700, -4_900),
    ]
    assert [round(jours) for jours in n["jours_d"].values()] == [13, 76, 28]
    assert (n["besoins"], n["dettes"]) == (19_500, 99_500)


def test_tout_ce_qui_a_ete_paye_en_n_l_a_ete_par_quelqu_un(pages):
    n = pages[L6].noms
    assert sum(n["sorties"].values()) == sum(n["payeurs"].values()) == 177_600
    assert min(*n["sorties"].values(), *n["payeurs"].values()) > 0


def test_rendre_trente_jours_aux_fournisseurs_demande_plus_que_l_autorisation(pages):
    simulateur = pages[L6].simulateur
    assert simulateur.prediction.verdict() == "fort"
    assert "trésorerie nette −128 725 €" in re.sub(r"\s", " ", simulateur.voir(fournisseurs=-30).phrase)
    assert "dépassée" not in simulateur.voir(clients=-25).phrase


def test_les_chiffres_du_projet(pages):
    n = pages[L7].noms
    assert (n["total"], round(n["plan"]["apport_sur_total"], 4)) == (318_000, 0.2453)
    assert n["mensualite"] == 3_280.51
    assert n["an_1"][["echeance_totale", "interets", "capital"]].round().tolist() == [39_366, 9_048, 30_318]
    assert round(n["caf_totale"]) == 133_564
    assert [round(n[x], 2) for x in ("photo_v", "film_v", "test_v")] == [1.14, 1.77, 1.18]
    assert (n["mensualite_four"], n["capital_four"], n["interets_four"]) == (822.89, 7_556, 2_319)
    assert [round(n[x], 2) for x in ("photo_e", "film_e", "teste_e")] == [1.09, 0.96, 0.59]
    assert (n["durables"], n["tva_velo"]) == (74_000, 12_800)


def test_la_table_des_coefficients_redonne_la_mensualite(pages):
    n = pages[L7].noms
    lu = n["coefficients"]["84 mois"][n["taux_lus"].index(n["pret_four"].taux)]
    assert abs(float(lu.replace(",", ".")) * n["pret_four"].montant / 1_000 - n["mensualite_four"]) <= 0.01


def test_un_differe_allege_la_premiere_annee_et_alourdit_les_suivantes(pages):
    couvertures = pages[L7].noms["couvertures"]
    sans, avec = (couvertures(240_000, 4, 84, differe, 0)["couverture"] for differe in (0, 12))
    assert avec.loc[1] > sans.loc[1]
    assert (avec.loc[2:] < sans.loc[2:]).all()


def test_vendre_un_cinquieme_de_moins_efface_presque_tout_l_ebe(pages):
    simulateur = pages[L7].simulateur
    assert simulateur.prediction.verdict() == "disparait"
    assert "la plus faible : 1,18 fois, année 1, entre 1" in re.sub(r"\s", " ", simulateur.voir(ventes=-20).phrase)
    assert "sous 1" in simulateur.voir(ventes=-30).phrase
