"""What every exercise and every simulator of the course owe to a learner, whatever the lesson."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rncp_utils.lecon.questions import NUM, QCM, QCU, TAB
from rncp_utils.lecon.simulateur import Curseur, Menu
from tests.cours.page import COURS, Page, cases, ecrire, executer, fausse, juste
from tests.machine import COMPLET

LECONS = sorted(COURS.glob("bloc*/*.ipynb"))


@pytest.fixture(scope="module", params=LECONS, ids=lambda chemin: chemin.stem)
def page(request) -> Page:
    """A lesson executed as a grader sees it: nothing is written."""
    return executer(Path(request.param))


def test_la_bonne_reponse_de_chaque_exercice_est_juste_et_ses_textes_sont_complets(page):
    fiche = next(iter(page.exercices.values())).lecon.fiche
    assert set(page.exercices) == set(fiche.exercices)
    for exercice in page.exercices.values():
        retours = exercice.correcteur.juger(juste(exercice))
        assert {cle: r.phrase for cle, r in retours.items() if not r.juste} == {}, exercice.nom
        textes = [exercice.fiche.enonce, exercice.fiche.conclusion, *exercice.fiche.indices.model_dump().values()]
        textes = [exercice.texte(texte) for texte in textes] + [str(exercice.correcteur.champs)]
        assert not [t for t in textes if re.search(r"\{[a-z]\w*\}", t)], exercice.nom


def test_une_erreur_dans_un_exercice_est_dite_et_elle_seule(page):
    for exercice in page.exercices.values():
        erreur = fausse(exercice)
        faux = [cle for cle, retour in exercice.correcteur.juger(erreur).items() if not retour.juste]
        assert len(faux) == (1 if erreur else len(exercice.correcteur.champs)), exercice.nom


def test_le_nombre_arrondi_comme_l_enonce_le_demande_est_accepte(page):
    """As the statement asks; to the euro where it says nothing, since nobody types cents unasked."""
    for exercice in page.exercices.values():
        for question, _ in exercice.correcteur.champs:
            arrondi = re.search(r"arrondie? (au dixième|à l'unité)", question.enonce)
            en_euros = question.unite == "€" and "centime" not in question.enonce
            if question.type == NUM and (arrondi or en_euros):
                decimales = 1 if arrondi and arrondi[1] == "au dixième" else 0
                reponse = str(round(exercice.correcteur.attendus[question.id], decimales))
                assert exercice.correcteur.juger({question.id: reponse})[question.id].juste, (exercice.nom, question.id)


def test_chaque_erreur_type_a_sa_valeur_et_sa_phrase(page):
    for exercice in page.exercices.values():
        bonnes = juste(exercice)
        for question, formatif in exercice.correcteur.champs:
            dites = set()
            for case in cases(question):
                for faute, valeur in exercice.correcteur.erreurs.get(case.id, {}).items():
                    reponse = (
                        {**bonnes[question.id], case.id: ecrire(valeur)} if question.type == TAB else ecrire(valeur)
                    )
                    retour = exercice.correcteur.juger(bonnes | {question.id: reponse})[question.id]
                    assert not retour.juste, (exercice.nom, case.id, faute)
                    assert formatif.erreurs[faute] in retour.phrase, (exercice.nom, case.id, faute)
                    dites.add(faute)
            assert dites == set(formatif.erreurs), (exercice.nom, question.id)


def test_chaque_mauvaise_option_est_expliquee(page):
    for exercice in page.exercices.values():
        for question, formatif in exercice.correcteur.champs:
            if question.type in (QCU, QCM):
                justes = [formatif.juste] if question.type == QCU else formatif.juste
                assert set(formatif.retours) == {o.id for o in question.options} - set(justes), exercice.nom


@pytest.mark.filterwarnings("error")
def test_chaque_simulateur_part_du_cas_et_repond_a_chaque_extremite(page):
    assert page.simulateurs
    for simulateur in page.simulateurs:
        # Drawing every figure at both ends of every setting is for a complete run.
        for reglage in simulateur.parametres if COMPLET else simulateur.parametres[:1]:
            extremes = (True, False)
            if isinstance(reglage, Curseur):
                extremes = (reglage.minimum, reglage.maximum)
                # The slider snaps to its steps: a case between two would be shown wrong.
                assert ((reglage.depart - reglage.minimum) / reglage.pas).is_integer(), reglage.nom
            elif isinstance(reglage, Menu):
                extremes = tuple(reglage.options)
            for valeur in extremes:
                vue = simulateur.voir(**{reglage.nom: valeur})
                # A refusal starts with « ▲ » and has no figure.
                assert vue.figure is not None and vue.phrase, (reglage.nom, valeur)
                assert not vue.phrase.startswith("▲"), (reglage.nom, valeur)
                assert "n.s." not in vue.phrase, (reglage.nom, valeur)
        assert simulateur.prediction.verdict() in simulateur.prediction.options
