"""A run over a class: same scores as nbgrader, resumed, repeated, shared between graders."""

from __future__ import annotations

import asyncio
import html
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import run
from sys import executable

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from rncp_utils.autograde.lot.copies import lire_devoir
from rncp_utils.autograde.lot.etat import chemin_etat, empreinte, lire_etat
from rncp_utils.autograde.lot.passage import Options, corriger_devoir
from rncp_utils.autograde.lot.verrou import reclamer
from rncp_utils.cli import main
from rncp_utils.erreurs import ErreurDonnees

pytestmark = pytest.mark.lent

FRANCAIS = {"No response.": "Pas de réponse."}

CLASSE = {
    "ada": (),
    "bo": ("marge", "figure"),
    "cyd": ("tableau", "postes", "resultats"),
    "dan": ("mensualite",),
    "eve": ("premiere_echeance", "taux_de_marque", "ebe"),
}


def _classe(cours):
    for apprenant, fausses in CLASSE.items():
        cours.deposer(apprenant, fausses=fausses)
    # Handed in after the deadline, under a rule that takes all the points of a late copy.
    with Gradebook(cours.url) as carnet:
        carnet.update_or_create_assignment(cours.devoir, duedate="2026-11-20 12:00:00 UTC")
    (cours.remise("dan") / "timestamp.txt").write_text("2026-11-20 12:30:00 UTC", encoding="utf-8")
    cours.regler("c.LateSubmissionPlugin.penalty_method = 'zero'")
    return cours


@pytest.fixture(scope="module")
def corrige(nouveau_cours, zygote):
    cours = _classe(nouveau_cours())
    return cours, corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))


@pytest.fixture
def copie_du_cours(corrige, nouveau_cours):
    """The course as the first run left it, to do something else with."""
    cours = nouveau_cours()
    shutil.rmtree(cours.dossier)
    shutil.copytree(corrige[0].dossier, cours.dossier)
    return cours


def _noter(cours, apprenant: str, cellule: str, points: float) -> None:
    """A person decides in formgrader."""
    with Gradebook(cours.url) as carnet:
        note = carnet.find_grade(cellule, "cas", cours.devoir, apprenant)
        note.manual_score, note.needs_manual_grade = points, False
        carnet.db.commit()


def test_les_notes_sont_celles_de_nbgrader_penalites_comprises(corrige, nouveau_cours):
    cours, passage = corrige
    assert passage.complet
    assert {resultat.etat for resultat in passage.resultats} == {"corrigée"}
    temoin = _classe(nouveau_cours())
    temoin.corriger_stock()
    assert cours.notes() == temoin.notes()
    # All that was left to "dan", whose instalment is wrong, and the table that follows from it.
    assert {note[3] for (qui, _), note in cours.notes().items() if qui == "dan"} == {18.0}
    with Gradebook(cours.url) as ici, Gradebook(temoin.url) as la_bas:
        for apprenant in CLASSE:
            scores = [c.find_submission(cours.devoir, apprenant).score for c in (ici, la_bas)]
            assert scores[0] == scores[1]
            copies = [c.find_submission_notebook("cas", cours.devoir, apprenant) for c in (ici, la_bas)]
            commentaires = [sorted((k.name, k.auto_comment) for k in copie.comments) for copie in copies]
            assert commentaires[0] == [(nom, c and FRANCAIS[c]) for nom, c in commentaires[1]]


def test_les_tests_ne_paraissent_pas_dans_le_notebook_de_l_apprenant_de_facon_inattendue(corrige):
    cours, _ = corrige
    corrigee = cours.corrigee("ada")
    assert [c["id"] for c in corrigee.cells][:2] == ["consignes", "donnees"]
    assert "24" not in cours.sorties("ada", "test-marge")
    assert "'2.0'" in cours.sorties("ada", "test-marge")
    assert corrigee.metadata["kernelspec"]["name"] == "python3"


def test_un_second_passage_ne_refait_rien(copie_du_cours):
    cours = copie_du_cours
    dates = {c: c.stat().st_mtime_ns for c in cours.dossier.rglob("autograded/**/*.ipynb")}
    passage = corriger_devoir(cours.dossier, cours.devoir)
    assert {resultat.etat for resultat in passage.resultats} == {"déjà corrigée"}
    assert {c: c.stat().st_mtime_ns for c in cours.dossier.rglob("autograded/**/*.ipynb")} == dates


def test_une_copie_remise_de_nouveau_est_corrigee_de_nouveau(copie_du_cours):
    cours = copie_du_cours
    shutil.rmtree(cours.remise("bo"))
    cours.deposer("bo")
    passage = corriger_devoir(cours.dossier, cours.devoir)
    assert [r.apprenant for r in passage.de("corrigée")] == ["bo"]
    assert cours.total("bo") == 24


@pytest.mark.parametrize("quoi", ["source", "autograded", "carnet", "etat"])
def test_ce_qui_a_disparu_ou_change_est_refait(copie_du_cours, quoi):
    cours = copie_du_cours
    avant = cours.notes()
    if quoi == "source":
        (cours.dossier / "source" / cours.devoir / "charges.csv").write_text("poste,montant\npersonnel,1\n")
    elif quoi == "autograded":
        shutil.rmtree(cours.dossier / "autograded" / "bo")
    elif quoi == "carnet":
        with Gradebook(cours.url) as carnet:
            carnet.find_grade("test-ebe", "cas", cours.devoir, "bo").auto_score = None
            carnet.db.commit()
    else:
        chemin_etat(cours.dossier, cours.devoir, "bo").write_text("{")
    refaites = [r.apprenant for r in corriger_devoir(cours.dossier, cours.devoir).de("corrigée", "à examiner")]
    assert refaites == (sorted(CLASSE) if quoi == "source" else ["bo"])
    assert quoi == "source" or cours.notes() == avant


def test_ce_qu_une_personne_a_decide_reste_decide(copie_du_cours):
    cours = copie_du_cours
    _noter(cours, "bo", "test-marge", 1.5)
    avant = cours.notes()
    for _ in range(2):
        corriger_devoir(cours.dossier, cours.devoir, Options(tout=True))
        assert cours.notes() == avant
    # Another copy than the one that was looked at: the points stay, a look is asked for.
    shutil.rmtree(cours.remise("bo"))
    cours.deposer("bo", fausses=("ebe",))
    corriger_devoir(cours.dossier, cours.devoir)
    assert cours.notes()["bo", "test-marge"][:3] == (2.0, 1.5, True)


def test_une_seule_copie_demandee(copie_du_cours):
    cours = copie_du_cours
    options = Options(apprenants=("cyd",), tout=True)
    assert [r.apprenant for r in corriger_devoir(cours.dossier, cours.devoir, options).resultats] == ["cyd"]
    with pytest.raises(ErreurDonnees, match="inconnue"):
        corriger_devoir(cours.dossier, cours.devoir, Options(apprenants=("inconnue",)))


def test_deux_correcteurs_a_la_fois_se_partagent_les_copies(nouveau_cours, corrige):
    cours = _classe(nouveau_cours())
    with ThreadPoolExecutor(2) as fils:
        commande = [executable, "-m", "rncp_utils.cli", "--cours", str(cours.dossier), "autograde", cours.devoir]
        sorties = list(fils.map(lambda _: run(commande, capture_output=True, text=True), range(2)))
    assert [sortie.returncode for sortie in sorties] == [0, 0], [s.stdout + s.stderr for s in sorties]
    assert cours.notes() == corrige[0].notes()


def test_une_copie_n_a_qu_un_correcteur(nouveau_cours):
    cours = nouveau_cours()
    with reclamer(cours.dossier, cours.url, cours.devoir, "ada") as premier:
        with reclamer(cours.dossier, cours.url, cours.devoir, "ada") as second:
            assert (premier, second) == (True, False)
        with reclamer(cours.dossier, cours.url, cours.devoir, "bo") as autre:
            assert autre
    with reclamer(cours.dossier, cours.url, cours.devoir, "ada") as ensuite:
        assert ensuite


def test_la_commande_dit_ce_qu_elle_a_fait(nouveau_cours, zygote):
    cours = nouveau_cours()
    cours.deposer("ada")
    cours.deposer("bo", avant="import os; os._exit(1)")
    cours.deposer("cyd", avant="print('x' * 3_000_000)")
    resultat = CliRunner().invoke(main, ["--cours", str(cours.dossier), "autograde", cours.devoir, "--jobs", "2"])
    assert resultat.exit_code == 0, resultat.output
    texte = " ".join(resultat.output.split())
    assert "Copies à corriger : 3" in texte
    assert "Corrigées │ 3" in texte
    assert "dont à examiner │ 1" in texte
    assert "Non corrigées │ 0" in texte
    assert "bo" in texte
    assert "le noyau s'est arrêté" in texte
    assert "une sortie trop longue a été coupée" in texte


def test_les_tests_a_cote_du_code_de_l_apprenant_sont_nommes(nouveau_cours, zygote):
    cours = nouveau_cours()
    notebook = cours.dossier / "source" / cours.devoir / "cas.ipynb"
    contenu = json.loads(notebook.read_text(encoding="utf-8"))
    for cellule in contenu["cells"]:
        if cellule["id"] == "test-marge":
            cellule["metadata"]["tags"] = ["noyau-apprenant"]
    notebook.write_text(json.dumps(contenu), encoding="utf-8")
    # The opt-in is the author's: the price is that this cheat works there, and only there.
    cours.deposer("ada")
    triche = "import rncp_utils.evaluation as e\ne.borner = lambda p, m: float(m)"
    cours.deposer("bo", avant=triche, fausses=("taux_de_marque",), apres={"marge": "\nmarge = 1"})
    resultat = CliRunner().invoke(main, ["--cours", str(cours.dossier), "autograde", cours.devoir])
    assert resultat.exit_code == 0, resultat.output
    assert "(étiquette « noyau-apprenant ») : test-marge." in " ".join(resultat.output.split())
    assert cours.total("ada") == 24
    notes = {cellule: note[0] for (qui, cellule), note in cours.notes().items() if qui == "bo"}
    assert (notes["test-marge"], notes["test-taux-de-marque"]) == (2.0, 0.0)


def test_l_empreinte_voit_tout_changement(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text("1")
    vues = [empreinte(tmp_path)]
    (tmp_path / "a" / "f").write_text("2")
    vues.append(empreinte(tmp_path))
    (tmp_path / "a" / "f").rename(tmp_path / "a" / "g")
    vues.append(empreinte(tmp_path))
    (tmp_path / "lien").symlink_to("a")
    vues.append(empreinte(tmp_path))
    (tmp_path / "lien2").symlink_to("nulle-part")
    vues.append(empreinte(tmp_path))
    assert len(set(vues)) >= 4


def test_un_etat_abime_vaut_aucun_etat(tmp_path):
    chemin = chemin_etat(tmp_path, "D", "ada")
    chemin.parent.mkdir(parents=True)
    for contenu in ("", "{", "[]", '{"version": 99}', '{"version": 1, "notebooks": 3}'):
        chemin.write_text(contenu)
        assert lire_etat(tmp_path, "D", "ada") is None


def test_un_devoir_inconnu_ou_pas_genere_est_dit_en_francais(nouveau_cours):
    cours = nouveau_cours()
    with pytest.raises(ErreurDonnees, match="choisissez parmi B9-CAS"):
        lire_devoir(cours.dossier, "B0-RIEN")
    with pytest.raises(ErreurDonnees, match="Aucune copie de B9-CAS"):
        corriger_devoir(cours.dossier, cours.devoir)
    shutil.rmtree(cours.officiel)
    with pytest.raises(ErreurDonnees, match="n'a pas été généré"):
        lire_devoir(cours.dossier, cours.devoir)


def test_le_retour_est_en_francais_et_ne_montre_pas_les_tests(copie_du_cours):
    from rncp_utils.autograde.cours import ouvrir_cours

    cours = copie_du_cours
    ouvrir_cours(cours.dossier).rendre_retours(cours.devoir, "bo")
    page = (cours.dossier / "feedback" / "bo" / cours.devoir / "cas.html").read_text(encoding="utf-8")
    assert f"({int(cours.total('bo'))} sur 24)" in page
    assert "Votre réponse" in page
    assert "Cette cellule s'est arrêtée sur une erreur" in html.unescape(page)
    for anglais in ("Score:", "Test cell", "Student's answer", "Comments:", "(Top)", "Late submission"):
        assert anglais not in page
    for cache in ("borner", "HIDDEN TESTS", "retraits", "most recent call last"):
        assert cache not in page
    # Nothing but pages and the learner's own files goes back.
    assert {f.suffix for f in (cours.dossier / "feedback" / "bo" / cours.devoir).iterdir()} == {".html", ".txt", ".csv"}


def test_nbgrader_autograde_passe_par_les_memes_noyaux(corrige, nouveau_cours):
    """The plain command, without anything of ours running: the configuration is enough."""
    cours = _classe(nouveau_cours())
    cours.deposer("frédéric", avant=f"import os\nprint(os.path.exists({str(cours.dossier)!r}))")
    env = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("RNCP_")}
    commande = [str(Path(executable).with_name("nbgrader")), "autograde", cours.devoir]
    sortie = run(commande, cwd=cours.dossier, env=env, capture_output=True, text=True, timeout=300)
    assert sortie.returncode == 0, sortie.stderr
    assert {c: n for c, n in cours.notes().items() if c[0] in CLASSE} == corrige[0].notes()
    assert cours.corrigee("frédéric").cells[1]["outputs"][0]["text"] == "False\n"
    # What it graded needs not be graded again by our own command.
    assert {r.etat for r in corriger_devoir(cours.dossier, cours.devoir).resultats} == {"déjà corrigée"}


def test_le_bouton_de_formgrader_passe_par_les_memes_noyaux(corrige, nouveau_cours):
    """formgrader calls nbgrader from inside the event loop of its server."""
    from rncp_utils.autograde.cours import ouvrir_cours

    cours = _classe(nouveau_cours())
    api = ouvrir_cours(cours.dossier).api

    async def bouton(apprenant: str) -> dict:
        return api.autograde(cours.devoir, apprenant)

    for apprenant in CLASSE:
        reponse = asyncio.run(bouton(apprenant))
        assert reponse["success"], reponse.get("error")
    assert cours.notes() == corrige[0].notes()
