"""What a learner does in a lesson, field by field: answers typed, buttons pressed, settings moved."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat

from rncp_utils.entretien import Entretien, charger_scenario
from rncp_utils.entretien.mots import mots
from rncp_utils.entretien.pages import joli
from rncp_utils.lecon.correction import Retour
from rncp_utils.lecon.exercice import Exercice
from rncp_utils.lecon.matrice import Matrice
from rncp_utils.lecon.matrice import Objectifs as ObjectifsDeMatrice
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, TAB, Question
from rncp_utils.lecon.simulateur import Curseur, Interrupteur, Simulateur
from rncp_utils.poste.interface import Objectifs as ObjectifsDuPoste
from rncp_utils.poste.interface import PosteDeTravail
from rncp_utils.poste.poste import Poste
from rncp_utils.typographie import compter, typographier
from tests.cours.gestes_du_bloc5 import gestes_de
from tests.cours.matrice import gestes_modele
from tests.cours.page import TEXTE, Page, fausse, juste, plate

FORMULAIRE = ".rncp-formatif"
A_COMPLETER = "raises-exception"


class Parcours:
    """A lesson open and started in a page, beside the same lesson executed here, which knows what must be answered.

    Parameters
    ----------
    lab
        The application (``conftest.Lab``): its page, and who learns there.
    """

    def __init__(self, lab: Any, chemin: Path, ici: Page) -> None:
        self.page = lab.page
        self.ici = ici
        self.dossier, self.apprenant = chemin.parent, lab.apprenant
        self.cellules = nbformat.read(chemin, as_version=4).cells

    @property
    def formulaires(self) -> int:
        """Exercises that are answered in a form."""
        return sum(exercice.valeurs is None for exercice in self.ici.exercices.values())

    def se_positionner(self, competences: Iterable[str], niveau: int) -> None:
        """Say where one stands, for each competence of the lesson."""
        for code in competences:
            # The first line of the menu is « Choisir… ».
            self.page.get_by_label(f"{code} :").select_option(index=1 + niveau)
            attendre(self.page, f"Position de {code} enregistrée")

    def verifier_les_reponses(self, exercice: Exercice) -> None:
        """The options chosen are chosen again."""
        bloc, bonnes = self._formulaire(exercice), juste(exercice)
        for rang, (question, _) in enumerate(exercice.correcteur.champs):
            if question.type == QCU:
                champ = bloc.locator(".rncp-question").nth(rang)
                assert champ.locator("input[type=radio]").nth(_rang(question, bonnes[question.id])).is_checked()

    def _formulaire(self, exercice: Exercice) -> Any:
        return self.page.locator(FORMULAIRE, has_text=f"Exercice {exercice.nom} ·")

    def simuler(self, simulateur: Simulateur) -> None:
        """Predict, then move each setting: the sentence follows."""
        bloc = self.page.locator(".rncp-simulateur", has_text=simulateur.titre)
        assert not bloc.locator(".rncp-corps").is_visible()
        predire = bloc.get_by_role("button", name="Je prédis")
        assert predire.is_disabled()
        choix = next(iter(simulateur.prediction.options))
        bloc.locator("input[type=radio]").first.check()
        predire.click()
        attendre(bloc.locator(".rncp-question"), simulateur.bilan_de_prediction(choix))
        reglages: dict[str, Any] = {}
        for parametre in simulateur.parametres:
            reglages[parametre.nom] = _bouger(bloc, parametre)
            attendre(bloc.locator(".rncp-phrase"), simulateur.voir(**reglages).phrase)

    def faire(self, exercice: Exercice) -> None:
        """A mistaken answer and what is said of it, then the right one."""
        if exercice.juge is not None:
            self._jouer_puis_verifier(exercice)
        elif exercice.valeurs is None:
            self._remplir_le_formulaire(exercice)
        else:
            self._completer_la_case(exercice)

    def _jouer_puis_verifier(self, exercice: Exercice) -> None:
        """An interview read before it is played, then at its end."""
        bloc = self._formulaire(exercice)
        verifier = bloc.get_by_role("button", name="Vérifier ma réponse")
        verifier.click()
        for retour in self._constats(exercice):
            attendre(bloc.locator(".rncp-retours"), f"{'✔' if retour.juste else '▲'} {retour.phrase}")
        if isinstance(exercice.juge, ObjectifsDuPoste):
            self.travailler(exercice.juge.poste, exercice)
        elif isinstance(exercice.juge, ObjectifsDeMatrice):
            self.remplir(exercice.juge.matrice)
        else:
            self.jouer(exercice.juge.entretien)
        verifier.click()
        bloc.get_by_text(f"Exercice {exercice.nom} réussi").wait_for()

    def travailler(self, poste: PosteDeTravail, exercice: Exercice) -> None:
        """The actions that an exercise asks of the workstation, done on its file as a second tab would do them.

        Its screens are played by ``test_poste.py``; here the page judges what it finds in the file.
        """
        qui = {"devoir": poste.devoir, "cellule": poste.cellule, "apprenant": self.apprenant}
        ouvert = Poste.ouvrir(self.dossier, poste.situation, **qui)
        for action, donnees in gestes_de(poste.devoir, exercice.nom, self.ici):
            ouvert.faire(action, **donnees)

    def _constats(self, exercice: Exercice) -> list[Retour]:
        """What the page is to say of an exercise that is judged on what was done elsewhere."""
        juge = exercice.juge
        if isinstance(juge, ObjectifsDuPoste):
            # The file is beside the page, not beside the lesson that was executed here.
            ailleurs = copy(juge.poste)
            ailleurs.dossier = self.dossier
            juge = replace(juge, poste=ailleurs)
        with patch.dict(os.environ, {"RNCP_APPRENANT": self.apprenant}):
            return list(juge.constats().values())

    def remplir(self, matrice: Matrice) -> None:
        """The gestures that an exercise asks of a matrix, one after the other, then its journal played again."""
        bloc = self.page.locator(".rncp-simulateur", has_text=matrice.titre)
        faits = int(bloc.locator(".rncp-accuse").text_content())
        gestes = gestes_modele(matrice.besoins)
        for geste in gestes:
            produit = matrice.gamme.produit(geste["produit"]).libelle if "produit" in geste else ""
            besoin = matrice.besoins.besoin(geste["besoin"]).nom if "besoin" in geste else ""
            if geste["geste"] == "cocher":
                bloc.get_by_role("checkbox", name=f"{produit}, {besoin}", exact=True).check()
            elif geste["geste"] == "orienter":
                bloc.get_by_role("checkbox", name=f"Orienter hors de la gamme, {besoin}", exact=True).check()
            elif geste["geste"] == "ordonner":
                menu = bloc.get_by_role("combobox", name=f"Rang de ce besoin, {besoin}", exact=True)
                menu.select_option(label=str(geste["rang"]))
            else:
                menu = bloc.get_by_role("combobox", name=f"{produit}, Écarté, parce que", exact=True)
                menu.select_option(label=geste["motif"])
            faits += 1
            bloc.locator(".rncp-accuse", has_text=str(faits)).wait_for(state="attached")
        bloc.get_by_role("button", name="Rejouer le journal").click()
        bloc.get_by_text(f"{compter(len(gestes), 'geste')}, et exactement le même état").wait_for()

    def jouer(self, entretien: Entretien) -> None:
        """The model path of an interview, reply after reply, to its debriefing."""
        scenario = charger_scenario(entretien.scenario)
        bloc = self.page.locator(".rncp-entretien", has_text=scenario.titre)
        for rang, pas in enumerate(scenario.parcours_modele, start=1):
            noeud, choix = pas.split(".")
            replique = joli(scenario.noeud(noeud).choix_de(choix).texte)
            bloc.locator("label", has_text=replique).locator("input[type=radio]").check()
            bloc.get_by_role("button", name="Dire").click()
            bloc.get_by_text(compter(rang, "échange"), exact=True).wait_for()
        le = mots(scenario).le
        bloc.get_by_role("button", name=f"Clore {le}", exact=True).click()
        bloc.get_by_role("button", name=f"Oui, clore {le}").click()
        bloc.locator(".rncp-bilan-entretien").wait_for()
        assert bloc.locator("td.rncp-niveau", has_text="✔").count() == (
            len(scenario.comite.etapes) if scenario.comite else len(scenario.verite.retours)
        )

    def _remplir_le_formulaire(self, exercice: Exercice) -> None:
        bloc = self._formulaire(exercice)
        verifier = bloc.get_by_role("button", name="Vérifier ma réponse")
        reussi = bloc.get_by_text(f"Exercice {exercice.nom} réussi")
        bonnes, mauvaises = juste(exercice), fausse(exercice)
        questions = [question for question, _ in exercice.correcteur.champs]
        for question, champ in zip(questions, bloc.locator(".rncp-question").all(), strict=True):
            if question.id in mauvaises:
                repondre(champ, question, mauvaises[question.id])
        verifier.click()
        for rang, retour in enumerate(exercice.correcteur.juger(mauvaises).values(), start=1):
            if not retour.juste:
                numero = f"Question {rang} : " if len(questions) > 1 else ""
                attendre(bloc.locator(".rncp-retours"), f"▲ {numero}{retour.phrase}")
        assert not reussi.is_visible()
        for question, champ in zip(questions, bloc.locator(".rncp-question").all(), strict=True):
            if mauvaises.get(question.id) != bonnes[question.id]:
                repondre(champ, question, bonnes[question.id], avant=mauvaises.get(question.id))
        verifier.click()
        reussi.wait_for()

    def _completer_la_case(self, exercice: Exercice) -> None:
        """Type in the code cell above the exercise, then Shift + Enter twice, as the lesson says."""
        rang, nom = self._case_de(exercice)
        (question, _), *_ = exercice.correcteur.champs
        case, sortie = self._cellule(rang), self._cellule(rang + 1)
        attendre(sortie.locator(".rncp-retours"), exercice.verifier_valeurs()[question.id].phrase)
        for reponses in (fausse(exercice), juste(exercice)):
            case.locator(".cm-content").click()
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(f"{nom} = {reponses[question.id]}")
            self.page.keyboard.press("Shift+Enter")
            self.page.keyboard.press("Shift+Enter")
            retour = exercice.correcteur.juger(reponses)[question.id]
            attendre(sortie.locator(".rncp-retours"), f"{'✔' if retour.juste else '▲'} {retour.phrase}")
        sortie.get_by_text(f"Exercice {exercice.nom} réussi").wait_for()

    def _case_de(self, exercice: Exercice) -> tuple[int, str]:
        """Index of the cell to fill for an exercise, and the name that it gives."""
        for rang, cellule in enumerate(self.cellules):
            if cellule.cell_type == "code" and A_COMPLETER in cellule.metadata.get("tags", ()):
                (ligne,) = ast.parse(cellule.source).body
                suivante = self.cellules[rang + 1].source
                if f'"{exercice.nom}"' in suivante and "valeurs=" in suivante:
                    return rang, ligne.targets[0].id
        raise AssertionError(f"{exercice.nom} : no cell to fill just above")

    def _cellule(self, rang: int) -> Any:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(rang)


def repondre(champ: Any, question: Question, reponse: Any, avant: Any = None) -> None:
    """Answer a question: what changes of ``avant`` is touched, and nothing else."""
    if question.type == QCU:
        champ.locator("input[type=radio]").nth(_rang(question, reponse)).check()
    elif question.type == QCM:
        for option in question.options:
            if (option.id in reponse) != (option.id in (avant or ())):
                champ.locator("input[type=checkbox]").nth(_rang(question, option.id)).set_checked(option.id in reponse)
    elif question.type in (ORD, APP, TAB):
        cases = champ.locator(".rncp-case :is(select, input)")
        for rang, case in enumerate(question.cases):
            if reponse[case.id] == (avant or {}).get(case.id):
                continue
            if case.type == QCU:
                # The first line of a menu is « Choisir… ».
                cases.nth(rang).select_option(index=1 + _rang(case, reponse[case.id]))
            else:
                cases.nth(rang).fill(reponse[case.id].replace(".", ","))
    else:
        texte = reponse.replace(".", ",") if question.type == NUM else TEXTE
        champ.locator(":is(.rncp-nombre, .rncp-texte) :is(input, textarea)").fill(texte)


def _rang(question: Question, option: str) -> int:
    return [o.id for o in question.options].index(option)


def _bouger(bloc: Any, parametre: Any) -> Any:
    """Move a setting away from the case; return where it now is."""
    if isinstance(parametre, Curseur):
        reglage = bloc.locator(".rncp-curseur", has_text=parametre.libelle)
        monte = parametre.depart + parametre.pas <= parametre.maximum
        reglage.locator(".noUi-handle").press("ArrowRight" if monte else "ArrowLeft")
        return parametre.depart + (parametre.pas if monte else -parametre.pas)
    reglage = bloc.locator(".rncp-reglage", has_text=parametre.libelle)
    if isinstance(parametre, Interrupteur):
        reglage.locator("input").click()
        return not parametre.depart
    rang = next(rang for rang, valeur in enumerate(parametre.options) if valeur != parametre.depart)
    reglage.locator("select").select_option(index=rang)
    return list(parametre.options)[rang]


def attendre(lieu: Any, phrase: str) -> None:
    """Wait until a sentence is read somewhere; French spaces and ours are the same."""
    lieu.get_by_text(plate(typographier(phrase))).first.wait_for()
