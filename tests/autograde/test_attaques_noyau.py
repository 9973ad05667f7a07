"""Attacks on the run: a kernel that dies, hangs or floods is a result; the copy is read no further than it says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from rncp_utils.autograde.execution.dossiers import SET_ASIDE

pytestmark = pytest.mark.lent

SORTIE = "SORTIE" * 2_000
# Every file that may be somebody's; what is installed is nobody's.
PARCOURS = """import os
        def parcourir():
            for dossier, sous_dossiers, noms in os.walk("/"):
                inutiles = "usr proc sys dev lib lib64 .pyenv .venv site-packages rncp_utils".split()
                sous_dossiers[:] = [nom for nom in sous_dossiers if nom not in inutiles]
                yield from ((dossier, nom) for nom in noms)
"""
# Code of a cell put first, the rest of the copy being honest.
GESTES = {
    "sortie-immediate": "import os; os._exit(0)",
    "boucle": "while True: pass",
    "boucle-sourde": """
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
    "memoire": "lots = []\nwhile True: lots.append(bytearray(64 * 2**20))",
    "flot-stdout": f"for _ in range(20_000): print({SORTIE!r})",
    "flot-stderr": f"import sys\nfor _ in range(20_000): print({SORTIE!r}, file=sys.stderr)",
    "flot-affichage": f"from IPython.display import HTML, display\nfor _ in range(20_000): display(HTML({SORTIE!r}))",
    "flot-infini": f"while True: print({SORTIE!r})",
    "gros-message": "print('x' * 200_000_000)",
    "fils": """
        import threading, time
        def bavarder():
            while True:
                print("encore", flush=True)
                time.sleep(0.001)
        for _ in range(4): threading.Thread(target=bavarder, daemon=True).start()
        """,
    "processus": """
        import os, time
        if os.fork() == 0:
            while True: time.sleep(1)
        """,
    "bombe": """
        import os, time
        for _ in range(300):
            try:
                if os.fork() == 0:
                    time.sleep(30)
                    os._exit(0)
            except OSError:
                break
        """,
    "messages-casses": """
        import zmq
        noyau = get_ipython().kernel
        for _ in range(50): noyau.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", b"", b"{", b"{", b"{", b"{"])
        """,
    "environnement": "import os; print(dict(os.environ))",
    "lecture": f"""
        {PARCOURS}
        for dossier, nom in parcourir():
            if nom in ("gradebook.db", "banque.yaml", "cas.ipynb", "submission_secret.txt"):
                print("TRO" + "UVE", dossier, nom)
        for nom in ("../../../gradebook.db", "../../../source/B9-CAS/cas.ipynb", "cas.ipynb"):
            try:
                print("TRO" + "UVE", len(open(nom, "rb").read()))
            except OSError as erreur:
                print(type(erreur).__name__)
        """,
    "ecriture": """
        cours = "../../../"
        for nom in (cours + "gradebook.db", cours + "source/B9-CAS/cas.ipynb", "cas.ipynb", "/etc/rncp"):
            try:
                open(nom, "w").write("rncp")
            except OSError:
                pass
        """,
    "cles-d-un-autre": f"""
        {PARCOURS}
        for dossier, nom in parcourir():
            if nom.endswith((".sock", ".json")) or nom.startswith("k-"):
                print("VU", dossier, nom)
        """,
}
PERDUS = ("sortie-immediate", "boucle-sourde", "memoire", "flot-infini", "gros-message")
INTERROMPUS = ("boucle",)
# What these do hurts nobody: the honest answers that follow keep their points.
SANS_EFFET = ("fils", "processus", "environnement", "lecture", "ecriture", "cles-d-un-autre")


@pytest.fixture(scope="module")
def corriges(nouveau_cours, zygote):
    from rncp_utils.autograde.lot.passage import Options, corriger_devoir

    cours = nouveau_cours()
    cours.regler("c.Execute.timeout = 8")
    for nom, code in GESTES.items():
        cours.deposer(nom, avant=dedent(code))
    cours.deposer("apres-trois-reponses", apres={"ebe": "\nimport os; os._exit(1)"})
    cours.deposer("dix-mille", changer=lambda nb: nb.cells.extend(new_code_cell("x = 1") for _ in range(10_000)))
    _fichiers(cours)
    os.environ["RNCP_SECRET_DU_CORRECTEUR"] = "mot-de-passe"
    try:
        passage = corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))
    finally:
        del os.environ["RNCP_SECRET_DU_CORRECTEUR"]
    return cours, passage, {resultat.apprenant: resultat for resultat in passage.resultats}


def _fichiers(cours) -> None:
    lecture = "import os\nfor nom in sorted(os.listdir('.')): print('VU', nom)\nprint(open('secret.txt').read())"
    secret = cours.dossier / "secret-du-correcteur.txt"
    secret.write_text("clé du devoir")
    for nom, poser in {"lien": os.symlink, "second-nom": os.link}.items():
        copie = cours.deposer(nom, avant=lecture)
        poser(secret, copie / "secret.txt")
    copie = cours.deposer("lien-vers-une-autre", avant=lecture)
    (copie / "reponses").symlink_to(cours.remise("lien"), target_is_directory=True)
    copie = cours.deposer("enorme")
    (copie / "reponses").mkdir()
    with (copie / "reponses" / "B9-CAS__marge.json").open("wb") as flux:
        flux.truncate(20 * 2**30)
    copie = cours.deposer("code-dans-les-reponses")
    (copie / "reponses").mkdir()
    code = "__import__('os').system('touch /tmp/rncp-code-execute')"
    (copie / "reponses" / "B9-CAS__marge.json").write_text(json.dumps({"version": code, "reponses": {code: code}}))
    nb = cours.deposer("notebook-lien") / "cas.ipynb"
    nb.unlink()
    nb.symlink_to(cours.dossier / "source" / cours.devoir / "cas.ipynb")


def _texte(cours, apprenant: str) -> str:
    return json.dumps([c.get("outputs") for c in cours.corrigee(apprenant).cells], ensure_ascii=False)


def test_chaque_copie_a_un_resultat_et_aucune_note_ne_manque(corriges):
    cours, passage, resultats = corriges
    assert passage.complet, [r for r in passage.resultats if r.etat == "échec"]
    notes = cours.notes()
    assert len(notes) == 10 * len(resultats)
    assert not [cle for cle, note in notes.items() if note[0] is None]


@pytest.mark.parametrize("geste", PERDUS)
def test_un_noyau_perdu_vaut_zero_et_une_personne_est_appelee(corriges, geste):
    cours, _, resultats = corriges
    assert resultats[geste].etat == "à examiner"
    assert any("arrêté" in motif for motif in resultats[geste].motifs), resultats[geste]
    notes = [note for (qui, _), note in cours.notes().items() if qui == geste]
    assert {note[0] for note in notes} == {0.0}
    assert all(note[2] for note in notes)
    assert "Une personne va examiner la copie" in cours.sorties(geste, "test-marge")


@pytest.mark.parametrize("geste", INTERROMPUS)
def test_une_boucle_est_interrompue_et_la_suite_est_corrigee(corriges, geste):
    cours, _, resultats = corriges
    assert cours.total(geste) == 24
    assert resultats[geste].etat == "à examiner"
    assert any("interrompue après 8 s" in motif for motif in resultats[geste].motifs)


@pytest.mark.parametrize("geste", SANS_EFFET)
def test_ce_qui_ne_gene_personne_ne_coute_rien(corriges, geste):
    cours, _, resultats = corriges
    assert cours.total(geste) == 24
    assert resultats[geste].etat == "corrigée"


def test_les_points_acquis_avant_l_arret_sont_gardes(corriges):
    cours, _, resultats = corriges
    notes = {cellule: note for (qui, cellule), note in cours.notes().items() if qui == "apres-trois-reponses"}
    acquises = {"test-marge", "test-taux-de-marque", "test-valeur-ajoutee"}
    assert {cellule for cellule, note in notes.items() if note[0] > 0} == acquises
    assert {cellule for cellule, note in notes.items() if note[2]} == set(notes) - acquises
    assert resultats["apres-trois-reponses"].etat == "à examiner"


@pytest.mark.parametrize("geste", [nom for nom in GESTES if nom.startswith(("flot", "gros"))])
def test_une_sortie_sans_fin_reste_un_petit_fichier(corriges, geste):
    cours, _, resultats = corriges
    notebook = cours.dossier / "autograded" / geste / cours.devoir / "cas.ipynb"
    assert notebook.stat().st_size < 6 * 2**20
    dites = [*resultats[geste].motifs, *resultats[geste].remarques]
    assert any("sortie" in phrase or "répondait" in phrase or "arrêté" in phrase for phrase in dites), dites


def test_dix_mille_cellules_ne_retiennent_pas_la_correction(corriges):
    cours, _, resultats = corriges
    # The answers come first, and are graded; what is beyond the cap is told.
    assert cours.total("dix-mille") == 24
    assert any("plus de 1000 cellules" in motif for motif in resultats["dix-mille"].motifs)


@pytest.mark.parametrize("geste", ["lien", "second-nom", "lien-vers-une-autre"])
def test_un_lien_ne_montre_rien_du_correcteur(corriges, geste):
    cours, _, _ = corriges
    assert "clé du devoir" not in _texte(cours, geste)
    corrigee = cours.dossier / "autograded" / geste / cours.devoir
    assert not [c for c in corrigee.rglob("*") if c.is_symlink() or (c.is_file() and "clé du" in c.read_text())]
    assert [c.name for c in cours.remise(geste).iterdir() if c.name.endswith(SET_ASIDE)]
    assert (cours.dossier / "secret-du-correcteur.txt").read_text() == "clé du devoir"


def test_un_notebook_qui_est_un_lien_est_remplace(corriges):
    cours, _, _ = corriges
    assert cours.total("notebook-lien") == 0
    assert (
        "BEGIN SOLUTION"
        not in (cours.dossier / "autograded" / "notebook-lien" / cours.devoir / "cas.ipynb").read_text()
    )


@pytest.mark.parametrize("geste", ["enorme", "code-dans-les-reponses"])
def test_un_fichier_de_reponses_hostile_est_sans_effet(corriges, geste):
    cours, _, _ = corriges
    assert cours.total(geste) == 24
    assert not Path("/tmp/rncp-code-execute").exists()
    tailles = [c.lstat().st_size for c in (cours.dossier / "autograded" / geste).rglob("*")]
    assert max(tailles) < 2**20


def test_rien_du_correcteur_n_est_visible(corriges):
    cours, _, _ = corriges
    assert "mot-de-passe" not in _texte(cours, "environnement")
    assert "TROUVE" not in _texte(cours, "lecture")
    # Its own sockets and nobody else's.
    sorties = [sortie for c in cours.corrigee("cles-d-un-autre").cells for sortie in c.get("outputs", ())]
    lignes = "".join(sortie.get("text", "") for sortie in sorties).splitlines()
    vus = {ligne.split()[1] for ligne in lignes if ligne.startswith("VU ")}
    assert "/noyau" in vus
    assert vus <= {"/noyau", "/tmp"}


def test_rien_du_correcteur_n_est_ecrit(corriges):
    cours, _, _ = corriges
    assert not Path("/etc/rncp").exists()
    assert "rncp" not in (cours.dossier / "source" / cours.devoir / "charges.csv").read_text()
    nbformat.read(cours.dossier / "source" / cours.devoir / "cas.ipynb", as_version=4)
