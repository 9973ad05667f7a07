"""A class on the Hub, each person under a system account of their own: from the log in to the tables of the jury.

The tests of this file tell one story and run in its order. They need root: accounts are made, then removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from rncp_utils.hub.bornes import groupes
from rncp_utils.hub.comptes import appartenir
from rncp_utils.hub.roles import CORRECTEUR, GROUPE_COURS
from tests.devoirs import cellule_notee, devoir_observe
from tests.machine import exiger, port_libre
from tests.navigateur.classe_au_hub import (
    AMELIE,
    ATTENTE_MS,
    CLAIRE,
    CLASSE,
    FORMULAIRES,
    IMAGES,
    KARIM,
    LEA,
    MARC,
    OBSERVE,
    REFUS,
    REPONSES,
    SCREEN,
    SOPHIE,
    Hub,
    enregistrer,
    ouvrir_la_liste,
    presser,
    recuperer,
    remettre,
    remplir,
    sonder,
)

pytestmark = [
    pytest.mark.lent,
    # nbgrader 0.9.6 misspells an argument of its own; traitlets says so.
    pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def hub(depot: Path, chromium, poste_lab) -> Iterator[Hub]:
    """The Hub of a class of six, in a folder of its own."""
    exiger(os.geteuid() == 0, "le Hub d'une classe demande les droits d'administrateur.")
    # pytest's own folders are closed to other accounts.
    etat = Path(tempfile.mkdtemp(prefix="rncp-hub-", dir="/tmp"))
    etat.chmod(0o755)
    hub = Hub(depot, etat, chromium, poste_lab)
    _retirer_les_comptes()  # those of a run that was cut off
    try:
        hub.rncp("demarrer", "--port", str(port_libre()))
        _ajouter_le_devoir_observe(hub)
        (etat / "prive" / "classe.csv").write_text(CLASSE, encoding="utf-8")
        hub.rncp("inscrire", str(etat / "prive" / "classe.csv"))
        yield hub
    finally:
        for page in hub.pages.values():
            page.context.close()
        with contextlib.suppress(AssertionError):
            hub.rncp("arreter")
        _retirer_les_comptes()
        shutil.rmtree(etat, ignore_errors=True)


def _retirer_les_comptes() -> None:
    for compte in (AMELIE, KARIM, LEA, CLAIRE, MARC, SOPHIE):
        subprocess.run(["userdel", "--remove", compte], check=False, capture_output=True)


def _ajouter_le_devoir_observe(hub: Hub) -> None:
    """In place of the exam: a short assignment that an expert observes and where a person gives a mark."""
    dossier = hub.cours / "source" / OBSERVE
    shutil.rmtree(dossier)
    dossier.mkdir()
    notebook = devoir_observe(cellule_notee("redaction", "m4_ecrit", 5, "C20"))
    nbformat.write(notebook, dossier / "copie.ipynb")
    appartenir(dossier, CORRECTEUR, GROUPE_COURS, 0o2750)
    appartenir(dossier / "copie.ipynb", CORRECTEUR, GROUPE_COURS, 0o640)


def test_demarrer_deux_fois_est_sans_effet(hub):
    assert "déjà en marche" in hub.rncp("demarrer")


def test_l_apprenant_arrive_sur_l_accueil_en_francais_sans_code(hub):
    page = hub.page(AMELIE)
    assert "/lab/tree/accueil.ipynb" in page.url
    lab = hub.executer_la_page(AMELIE)
    page.get_by_text("Pour continuer : commencer").wait_for()
    assert not page.get_by_text("from rncp_utils.lecon import").first.is_visible()
    assert page.locator(".lm-MenuBar-itemLabel", has_text="Fichier").is_visible()
    assert page.locator(".lm-MenuBar-itemLabel", has_text="Exécution").is_visible()
    assert lab.traces() == []
    fichiers = lab.fichiers()
    assert {"bloc1", "accueil.ipynb", "glossaire.ipynb"} <= fichiers
    assert not any(nom.endswith(".yaml") for nom in fichiers)
    hub.photographier(AMELIE, "accueil-apprenant")


def test_l_apprenant_suit_une_lecon(hub):
    lab = hub.ouvrir(AMELIE, "00_prise_en_main/M0_prise_en_main.ipynb")
    lab.demarrer(".rncp-question", 2)
    assert lab.traces() == []
    hub.photographier(AMELIE, "lecon")


def test_la_page_de_connexion_est_en_francais(hub):
    page = hub.navigateur.new_context(viewport=SCREEN, locale="fr-FR").new_page()
    page.goto(hub.url)
    page.locator("#username_input").wait_for()
    assert page.locator("html").get_attribute("lang") == "fr"
    if IMAGES:
        page.screenshot(path=Path(IMAGES, "connexion.png"))
    page.locator("#username_input").fill(AMELIE)
    page.locator("#password_input").fill("pas le bon")
    page.locator("#login_submit").click()
    page.locator("#username_input").wait_for()
    assert "/hub/login" in page.url
    page.context.close()


@pytest.fixture(scope="module")
def formateur(hub) -> Callable[[str, str], None]:
    """Presses the buttons of the instructor's dashboard, and waits for what it says."""
    page = hub.page(CLAIRE)
    assert f"/lab/tree/bureaux/{CLAIRE}/formateur.ipynb" in page.url
    hub.executer_la_page(CLAIRE)
    page.locator(".rncp-pilotage .rncp-question").last.wait_for()
    return lambda bouton, attendu: presser(page, bouton, attendu)


def test_le_formateur_distribue(hub, formateur):
    page = hub.page(CLAIRE)
    assert not page.get_by_text("from rncp_utils.pilotage").first.is_visible()
    for devoir in (FORMULAIRES, OBSERVE):
        page.get_by_label("Devoir :").select_option(devoir)
        formateur("Distribuer", f"Le devoir {devoir} est distribué")
    hub.photographier(CLAIRE, "tableau-formateur")


def test_deux_apprenants_remettent_leurs_formulaires(hub, formateur):
    for qui in (KARIM, LEA):
        recuperer(hub, qui, FORMULAIRES)
        lab = hub.ouvrir(qui, f"{FORMULAIRES}/f_m0.ipynb")
        lab.demarrer(".rncp-question", 4)
        remplir(lab, *REPONSES[qui][:2])
        assert lab.traces() == []
        enregistrer(lab)
        remettre(hub, qui, FORMULAIRES)


def test_le_travail_continue_quand_le_hub_est_tue_puis_relance(hub, formateur):
    recuperer(hub, AMELIE, FORMULAIRES)
    lab = hub.ouvrir(AMELIE, f"{FORMULAIRES}/f_m0.ipynb")
    lab.demarrer(".rncp-question", 4)
    os.kill(json.loads((hub.etat / "prive" / "hub.json").read_text())["pid"], signal.SIGKILL)
    # Without any Hub, the form still saves: the proxy and the server go on.
    remplir(lab, *REPONSES[AMELIE][:2])
    enregistrer(lab)
    assert "Le Hub est ouvert" in hub.rncp("demarrer")
    remettre(hub, AMELIE, FORMULAIRES)
    recuperer(hub, AMELIE, OBSERVE)
    lab = hub.ouvrir(AMELIE, f"{OBSERVE}/copie.ipynb")
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.model.cells.get(2).sharedModel.setSource("
        "'Je rappelle le client dans la journée et je lui propose un rendez-vous.')"
    )
    enregistrer(lab)
    remettre(hub, AMELIE, OBSERVE)


def test_un_apprenant_ne_voit_rien_de_ce_qui_n_est_pas_a_lui(hub, formateur):
    refus, temoins = sonder(hub, KARIM, AMELIE)
    assert {nom: dit for nom, dit in refus.items() if dit not in REFUS} == {}
    # The same gestures succeed where they should: the probe does probe.
    assert all(dit.startswith("PERMIS") for dit in temoins.values()), temoins
    page = hub.page(KARIM)
    for adresse, codes in ((f"/user/{AMELIE}/lab", (403, 404)), ("/services/rncp31919/formgrader", (403,))):
        assert page.goto(hub.url + adresse).status in codes, adresse
    assert page.goto(f"{hub.url}/hub/admin").status == 403


def test_les_noyaux_n_ecoutent_pas_sur_le_reseau(hub):
    """A kernel's network socket would let any account of the machine read what it prints."""
    code = """
        import glob, json, os
        ici = os.environ["JUPYTER_RUNTIME_DIR"]
        print(any("-ipc-" in nom for nom in os.listdir(ici)))
        print({json.load(open(chemin))["transport"] for chemin in glob.glob(ici + "/kernel-*.json")})
    """
    hub.ouvrir(KARIM, "accueil.ipynb")
    assert hub.executer(KARIM, code).split("\n")[:2] == ["True", "{'ipc'}"]


def test_un_apprenant_qui_prend_trop_de_memoire_n_arrete_que_son_calcul(hub):
    code = """
        import subprocess, sys
        print(subprocess.run([sys.executable, "-c", "x = b'1' * (3 << 30)"]).returncode)
    """
    assert groupes(KARIM), "les groupes de contrôle manquent à cette machine"
    assert hub.executer(KARIM, code).strip() == str(-signal.SIGKILL)
    assert f"{KARIM} : " in hub.rncp("etat")
    assert hub.executer(LEA, "print(1 + 1)").strip() == "2"


def test_chacun_de_l_equipe_a_ses_droits_et_pas_ceux_des_autres(hub, formateur):
    lire = f"""
        import json, os, sqlite3
        cours, domicile = {str(hub.cours)!r}, os.path.expanduser("~" + {AMELIE!r})
        def essai(geste):
            try:
                geste()
            except (OSError, sqlite3.Error) as erreur:
                return "refus"
            return "permis"
        def ecrire(chemin):
            with open(chemin, "a"):
                pass
        print(json.dumps([essai(g) for g in (
            lambda: os.listdir(domicile),
            lambda: os.listdir(cours + "/source"),
            lambda: ecrire(cours + "/gradebook.db"),
            lambda: ecrire(cours + "/source/F-M0/f_m0.ipynb"),
            lambda: os.listdir(cours + "/session"),
            lambda: os.listdir(cours + "/observations/B4-MES"),
        )]))
    """
    droits = {qui: json.loads(hub.executer(qui, lire)) for qui in (CLAIRE, MARC, SOPHIE)}
    # homes, sources, gradebook (write), source (write), session, observations
    assert droits == {
        CLAIRE: ["refus", "permis", "permis", "permis", "refus", "permis"],
        MARC: ["refus", "refus", "refus", "refus", "refus", "permis"],
        SOPHIE: ["refus", "permis", "refus", "refus", "permis", "refus"],
    }


def test_le_formateur_collecte_et_corrige(hub, formateur):
    page = hub.page(CLAIRE)
    for devoir, copies in ((FORMULAIRES, 3), (OBSERVE, 1)):
        page.get_by_label("Devoir :").select_option(devoir)
        formateur("Collecter", f"{copies} copie{'s' if copies > 1 else ''} dans le cours, dont {copies}")
        formateur("Corriger", f"{copies} copie{'s' if copies > 1 else ''} corrigée")
    with Gradebook(f"sqlite:///{hub.cours}/gradebook.db") as carnet:
        notes = {qui: carnet.find_submission(FORMULAIRES, qui).score for qui in REPONSES}
    assert notes == pytest.approx({qui: points for qui, (*_, points) in REPONSES.items()}, abs=1e-3)


def test_l_expert_remplit_et_signe_sa_grille(hub, formateur):
    page = hub.page(MARC)
    assert "/lab/tree/expert.ipynb" in page.url
    lab = hub.executer_la_page(MARC)
    page.get_by_text("Vous observez en tant que").wait_for()
    grilles = page.get_by_label("Grille :")
    grilles.select_option(label=grilles.locator("option", has_text=OBSERVE).inner_text())
    page.get_by_label("Apprenant :").select_option(AMELIE)
    presser(page, "Ouvrir la grille", "La grille est ouverte ci-dessous")
    niveaux = page.locator(".rncp-niveaux")
    niveaux.last.wait_for()
    for rang in range(niveaux.count()):
        niveaux.nth(rang).locator("input[type=radio]").last.press("Space")
    page.locator(".rncp-grille-observation .rncp-suivi", has_text="Grille complète, à signer").wait_for()
    hub.photographier(MARC, "grille")
    page.get_by_role("button", name="Signer la grille").press("Enter")
    page.locator(".rncp-grille-observation .rncp-suivi", has_text="Grille signée par Marc Aubry").wait_for()
    assert lab.traces() == []
    formateur("Importer les grilles", "Notes écrites dans le carnet : 2, pour 1 copie.")


def test_le_formateur_note_a_la_main_dans_formgrader(hub, formateur):
    page = hub.page(CLAIRE).context.new_page()
    page.set_default_timeout(ATTENTE_MS)
    page.goto(f"{hub.url}/services/rncp31919/formgrader/gradebook/{OBSERVE}/copie")
    page.locator("table a", has_text="Submission #1").first.click()
    page.wait_for_load_state("networkidle")
    note = page.locator("input.score#m4_ecrit")
    with page.expect_response(lambda r: "/formgrader/api/grade/" in r.url and r.request.method == "PUT") as ecrite:
        note.fill("4")
        note.press("Tab")
    assert ecrite.value.ok
    if IMAGES:
        page.screenshot(path=Path(IMAGES, "formgrader.png"))
    page.wait_for_load_state("networkidle")
    page.close()
    with Gradebook(f"sqlite:///{hub.cours}/gradebook.db") as carnet:
        [ecrit] = [n for n in carnet.find_submission(OBSERVE, AMELIE).notebooks[0].grades if n.name == "m4_ecrit"]
        assert (ecrit.manual_score, ecrit.needs_manual_grade) == (4.0, False)


def test_le_retour_revient_a_l_apprenant(hub, formateur):
    page = hub.page(CLAIRE)
    for devoir, copies in ((FORMULAIRES, 3), (OBSERVE, 1)):
        page.get_by_label("Devoir :").select_option(devoir)
        pluriel = "s" if copies > 1 else ""
        formateur("Rendre les retours", f"{copies} retour{pluriel} distribué{pluriel} pour {copies} copie")
    page = ouvrir_la_liste(hub, AMELIE)
    ligne = page.locator("#submitted_assignments_list .list_item", has_text=FORMULAIRES)
    ligne.get_by_role("button", name="Fetch Feedback").first.click()
    page.get_by_text("(view feedback)").first.wait_for()
    domicile = Path(pwd.getpwnam(AMELIE).pw_dir)
    [retour] = domicile.glob(f"{FORMULAIRES}/feedback/*/f_m0.html")
    assert "Marge commerciale" in retour.read_text(encoding="utf-8")
    chemin = retour.relative_to(domicile).as_posix()
    page.goto(f"{hub.url}/user/{AMELIE}/files/{chemin}")
    hub.photographier(AMELIE, "retour")
    # Nobody else's feedback came with it.
    assert not list(Path(pwd.getpwnam(LEA).pw_dir).glob("**/feedback/*/*.html"))


def test_le_coordinateur_exporte_et_prepare_le_jury(hub, formateur):
    page = hub.page(SOPHIE)
    assert f"/lab/tree/bureaux/{SOPHIE}/coordinateur.ipynb" in page.url
    lab = hub.executer_la_page(SOPHIE)
    page.locator(".rncp-pilotage .rncp-question").last.wait_for()
    page.get_by_label("Promotion :").fill("Promotion A")
    presser(page, "Enregistrer la session", "La session est enregistrée.")
    presser(page, "Préparer les inscriptions", "0 apprenant ajouté, 3 au total.")
    page.get_by_label("Avec les identifiants des apprenants").check()
    presser(page, "Exporter les tableaux", "Tableaux de 3 apprenants écrits.")
    hub.photographier(SOPHIE, "tableau-coordinateur")
    page.get_by_label("Aussi en PDF").uncheck()
    page.get_by_label("Dossier du jury").check()
    presser(page, "Écrire les documents", "1 document écrit.")
    assert lab.traces() == []
    [notes] = (hub.cours / "exports").glob("notes_par_cellule*.csv")
    texte = notes.read_text(encoding="utf-8-sig")
    assert all(qui in texte for qui in REPONSES)
    assert list((hub.cours / "exports").glob("*jury*.html"))


def test_l_audit_nomme_les_personnes_et_non_les_comptes_partages(hub, formateur):
    lignes = [json.loads(ligne) for ligne in (hub.cours / "journal_audit.jsonl").read_text().splitlines()]
    qui = {ligne["quoi"]: ligne["qui"] for ligne in lignes}
    assert qui["devoir distribué"] == CLAIRE
    assert qui["export des tableaux"] == SOPHIE


def test_l_arret_ne_laisse_aucun_processus(hub):
    dit = hub.rncp("arreter")
    assert "Le Hub est arrêté." in dit
    assert AMELIE in dit
    restes = []
    for chemin in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(hub.etat) in chemin.read_text(errors="replace"):
                restes.append(chemin.read_text(errors="replace").replace("\0", " "))
    assert restes == []
    assert "n'était pas en marche" in hub.rncp("arreter")
