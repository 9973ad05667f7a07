"""Backup and restore: all of it comes back, nothing by half, and a damaged archive changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from rncp_utils.cli.hub_sauvegarde import restaurer as commande_restaurer
from rncp_utils.cli.hub_sauvegarde import sauvegarder as commande_sauvegarder
from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.hub import sauvegarde, sauvegarde_restauration
from rncp_utils.hub.installation import Reglages
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.processus import lancer
from rncp_utils.hub.sauvegarde_bases import Base
from tests.hub.sauvegardes import (
    FAUTES,
    SAUVES,
    abimer,
    apprenants,
    arbre,
    changer,
    creer_le_carnet,
    deux_bases,
    ecrire,
    executer,
    inscrire_au_hub,
    inscrits_au_hub,
    noter,
)


@pytest.fixture(scope="module")
def carnet_vide(tmp_path_factory) -> Path:
    """A gradebook as nbgrader makes it."""
    chemin = tmp_path_factory.mktemp("carnet") / "gradebook.db"
    creer_le_carnet(f"sqlite:///{chemin}")
    return chemin


@pytest.fixture
def lieux(tmp_path) -> Lieux:
    """The folder of a Hub in which a class has worked."""
    lieux = Lieux(tmp_path, tmp_path / "etat")
    cours, copie = lieux.cours, Path("lea.muller/B1-QST")
    ecrire(cours / "submitted" / copie / "questionnaire.ipynb", '{"cells": []}')
    ecrire(cours / "submitted" / copie / "timestamp.txt", "2026-11-20 10:00:00 UTC")
    ecrire(cours / "autograded" / copie / "questionnaire.ipynb", os.urandom(300_000), 0o444)
    ecrire(cours / "feedback" / copie / "questionnaire.html", "<html lang=fr>Très bien</html>")
    ecrire(cours / "session" / "decisions.csv", "apprenant;objet;decision\r\nlea.muller;B1;acquis\r\n")
    ecrire(cours / "session" / "inscriptions.csv", "apprenant;nom\r\nlea.muller;Müller\r\n")
    ecrire(cours / "observations" / "B1-MEP" / "grille d'été.csv", "critère;niveau\r\nécoute;3\r\n")
    ecrire(lieux.echange / "rncp31919" / "inbound" / "lea.muller+B1-QST+2026" / "copie.ipynb", "{}", 0o644)
    (lieux.echange / "rncp31919" / "outbound").mkdir()
    (lieux.echange / "rncp31919" / "inbound").chmod(0o333)
    lieux.echange.chmod(0o1777)
    (cours / "observations").chmod(0o3770)
    ecrire(lieux.prive / "personnes.csv", "identifiant;nom\nlea.muller;Müller\n", 0o600)
    ecrire(lieux.reglages, json.dumps(asdict(Reglages(port=1, port_du_hub=1, port_du_mandataire=1))), 0o600)
    (cours / "course").symlink_to("../lecons/course")
    os.mkfifo(cours / "tuyau")
    return lieux


@pytest.fixture
def bases_sqlite(lieux, carnet_vide) -> tuple[Base, ...]:
    shutil.copy(carnet_vide, lieux.cours / "gradebook.db")
    return deux_bases(f"sqlite:///{lieux.cours / 'gradebook.db'}", f"sqlite:///{lieux.base}")


@pytest.fixture(scope="module")
def carnet_vide_postgresql(postgresql) -> str:
    adresse = postgresql()
    creer_le_carnet(adresse)
    return adresse


@pytest.fixture
def bases_postgresql(postgresql, carnet_vide_postgresql) -> tuple[Base, ...]:
    return deux_bases(postgresql(carnet_vide_postgresql), postgresql())


@pytest.fixture(params=["sqlite", "postgresql"])
def bases(request) -> tuple[Base, ...]:
    """Both databases, of one kind then of the other."""
    return request.getfixturevalue(f"bases_{request.param}")


def test_tout_revient_comme_avant(lieux, bases):
    avant = arbre(lieux.etat)
    archive, manifeste = sauvegarde.sauvegarder(lieux, bases=bases)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert set(manifeste.omis) == {"cours/course", "cours/tuyau"}
    abimer(lieux, bases)
    if bases[0].genre == "postgresql":
        # A table that a later version would have added must not stay behind.
        inscrire_au_hub(bases[0].adresse, "table de trop")
    pendant = arbre(lieux.etat)

    _, garde = sauvegarde_restauration.restaurer(archive, lieux, bases)

    assert arbre(lieux.etat) == avant
    assert apprenants(bases[0].adresse) == ["lea.muller"]
    assert inscrits_au_hub(bases[1].adresse) == ["lea.muller"]
    assert arbre(garde) == pendant
    if bases[0].genre == "postgresql":
        with pytest.raises(Exception, match="users"):
            inscrits_au_hub(bases[0].adresse)
    # The gradebook goes on being written, and a second restoration gives the same.
    noter(bases[0].adresse, "suivant")
    sauvegarde_restauration.restaurer(archive, lieux, bases)
    assert (arbre(lieux.etat), apprenants(bases[0].adresse)) == (avant, ["lea.muller"])


def test_une_sauvegarde_pendant_que_l_on_ecrit(lieux, bases_sqlite):
    """Two tables that are written together are the same in the copy."""
    base = sqlite3.connect(lieux.base, timeout=60, check_same_thread=False)
    base.executescript(
        "CREATE TABLE un (n); CREATE TABLE deux (n); INSERT INTO un VALUES (0); INSERT INTO deux VALUES (0)"
    )
    fini, ecrits = threading.Event(), []

    def ecrire_sans_cesse() -> None:
        while not fini.is_set():
            with base:
                base.execute("UPDATE un SET n = n + 1")
                base.execute("UPDATE deux SET n = n + 1")
            ecrits.append(1)

    fil = threading.Thread(target=ecrire_sans_cesse)
    fil.start()
    try:
        archives = []
        for rang in range(3):
            depuis = len(ecrits)
            archives.append(sauvegarde.sauvegarder(lieux, lieux.etat / f"s{rang}", bases=bases_sqlite)[0])
            assert len(ecrits) > depuis, "l'écriture a été arrêtée pendant la sauvegarde"
    finally:
        fini.set()
        fil.join()
        base.close()
    for archive in archives:
        sauvegarde_restauration.restaurer(archive, lieux, bases_sqlite)
        with sqlite3.connect(lieux.base) as copie:
            assert copie.execute("SELECT un.n - deux.n FROM un, deux").fetchone() == (0,)


def noms(dossier: Path) -> list[str]:
    return sorted(chemin.name for chemin in dossier.iterdir())


@pytest.mark.parametrize("faute", FAUTES)
def test_une_archive_abimee_est_refusee_et_rien_ne_change(lieux, bases_sqlite, tmp_path, faute):
    archive, _ = sauvegarde.sauvegarder(lieux, tmp_path / "ailleurs", bases=bases_sqlite)
    abimee = tmp_path / "abimee.tar.gz"
    FAUTES[faute](archive, abimee)
    abimer(lieux, bases_sqlite)
    avant, dossiers = arbre(lieux.etat), noms(lieux.etat)
    with pytest.raises(ErreurDonnees) as refus:
        sauvegarde_restauration.restaurer(abimee, lieux, bases_sqlite)
    phrase = str(refus.value)
    assert "abimee.tar.gz" in phrase and "\n" not in phrase and phrase.endswith(".")
    assert arbre(lieux.etat) == avant
    assert apprenants(bases_sqlite[0].adresse) == ["intrus", "lea.muller"]
    assert [nom for nom in noms(lieux.etat) if nom != ".restauration.verrou"] == dossiers


def test_une_base_abimee_avant_la_sauvegarde_n_est_pas_restauree(lieux, bases_sqlite, tmp_path):
    archive, _ = sauvegarde.sauvegarder(lieux, tmp_path / "ailleurs", bases=bases_sqlite)
    octets = b"SQLite format 3\0" + b"\xff" * 8000

    def manifeste(contenu: bytes) -> bytes:
        lu = json.loads(contenu)
        return json.dumps(
            lu | {"fichiers": lu["fichiers"] | {"bases/hub.sqlite": hashlib.sha256(octets).hexdigest()}}
        ).encode()

    fausse = changer(
        archive, tmp_path / "f.tar.gz", remplacer={"bases/hub.sqlite": lambda c: octets, "manifeste.json": manifeste}
    )
    with pytest.raises(ErreurDonnees, match="la base du Hub n'y est pas lisible"):
        sauvegarde_restauration.restaurer(fausse, lieux, bases_sqlite)
    assert inscrits_au_hub(bases_sqlite[1].adresse) == ["lea.muller"]


def tuer_au(rang: int, appels: list[int]):
    """In a child process: die without a word at the ``rang``-th change of place."""
    vrai = sauvegarde_restauration._echanger

    def echanger(*arguments) -> None:
        if len(appels) == rang:
            os.kill(os.getpid(), signal.SIGKILL)
        appels.append(1)
        vrai(*arguments)

    return echanger


@pytest.mark.parametrize("rang", range(3))
def test_une_restauration_tuee_en_chemin_est_terminee_ensuite(lieux, bases, rang, monkeypatch):
    voulu = arbre(lieux.etat)
    archive, _ = sauvegarde.sauvegarder(lieux, bases=bases)
    abimer(lieux, bases)
    enfant = os.fork()
    if not enfant:
        sauvegarde_restauration._echanger = tuer_au(rang, [])
        sauvegarde_restauration.restaurer(archive, lieux, bases)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1]) == -signal.SIGKILL
    assert sauvegarde_restauration.inachevee(lieux)
    garde = sauvegarde_restauration.reprendre(lieux)
    assert arbre(lieux.etat) == voulu
    assert apprenants(bases[0].adresse) == ["lea.muller"]
    assert inscrits_au_hub(bases[1].adresse) == ["lea.muller"]
    assert (garde / "cours" / "submitted" / "intrus").is_dir()
    assert not sauvegarde_restauration.inachevee(lieux)
    assert sauvegarde_restauration.reprendre(lieux) is None


def test_une_restauration_tuee_avant_la_decision_est_oubliee(lieux, bases_sqlite):
    archive, _ = sauvegarde.sauvegarder(lieux, bases=bases_sqlite)
    abimer(lieux, bases_sqlite)
    avant = arbre(lieux.etat)
    enfant = os.fork()
    if not enfant:
        sauvegarde_restauration._decider = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        sauvegarde_restauration.restaurer(archive, lieux, bases_sqlite)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1]) == -signal.SIGKILL
    assert sauvegarde_restauration.reprendre(lieux) is None
    assert arbre(lieux.etat) == avant
    assert not (lieux.etat / sauvegarde_restauration.CHANTIER).exists()


@pytest.mark.parametrize("panne", ["cours", "echange", "prive", "hub"])
def test_une_etape_refusee_remet_tout_comme_avant(lieux, bases, panne, monkeypatch):
    archive, _ = sauvegarde.sauvegarder(lieux, bases=bases)
    abimer(lieux, bases)
    avant = arbre(lieux.etat)
    echanger, charger = sauvegarde_restauration._echanger, sauvegarde_restauration.charger_postgresql
    refus = []

    def echanger_ou_non(place, *suite):
        if place.name == panne:
            raise PermissionError("refus")
        echanger(place, *suite)

    def charger_ou_non(base, copie):
        # Once: what is put back afterwards is accepted.
        if base.nom == panne and not refus:
            refus.append(1)
            raise ErreurRncp("refus")
        charger(base, copie)

    monkeypatch.setattr(sauvegarde_restauration, "_echanger", echanger_ou_non)
    monkeypatch.setattr(sauvegarde_restauration, "charger_postgresql", charger_ou_non)
    if panne == "hub" and bases[0].genre == "sqlite":
        monkeypatch.setattr(sauvegarde_restauration, "_appliquer", lambda *_: charger_ou_non(bases[1], None))
    with pytest.raises((ErreurRncp, PermissionError), match="refus"):
        sauvegarde_restauration.restaurer(archive, lieux, bases)
    assert arbre(lieux.etat) == avant
    assert apprenants(bases[0].adresse) == ["intrus", "lea.muller"]
    assert inscrits_au_hub(bases[1].adresse) == ["intrus", "lea.muller"]
    assert not (lieux.etat / sauvegarde_restauration.CHANTIER).exists()


def test_sans_place_la_sauvegarde_le_dit_et_ne_laisse_rien(lieux, bases_sqlite, tmp_path):
    enfant = os.fork()
    if not enfant:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            sauvegarde.sauvegarder(lieux, tmp_path / "s", bases=bases_sqlite)
        except ErreurRncp as erreur:
            os._exit(7 if "libérez de la place" in str(erreur) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1]) == 7
    assert list((tmp_path / "s").iterdir()) == []


def test_une_autre_sorte_de_base_est_refusee(lieux, bases_sqlite, postgresql):
    archive, _ = sauvegarde.sauvegarder(lieux, bases=bases_sqlite)
    ailleurs = (Base("carnet", "le carnet de notes", postgresql()), bases_sqlite[1])
    with pytest.raises(ErreurDonnees, match="de genre « sqlite », et ici « postgresql »"):
        sauvegarde_restauration.restaurer(archive, lieux, ailleurs)


def test_une_base_qui_ne_repond_pas_est_dite(lieux, bases_sqlite):
    absente = Base("hub", "la base du Hub", "postgresql+psycopg://rncp:secret@/notes?host=/tmp/rncp-aucun-serveur")
    with pytest.raises(ErreurRncp, match="la base du Hub") as refus:
        sauvegarde.sauvegarder(lieux, bases=(bases_sqlite[0], absente))
    assert "secret" not in str(refus.value) and "\n" not in str(refus.value)


def test_les_comptes_inconnus_de_la_machine_sont_nommes(lieux, bases_sqlite, tmp_path):
    archive, _ = sauvegarde.sauvegarder(lieux, bases=bases_sqlite)

    def manifeste(contenu: bytes) -> bytes:
        return json.dumps(json.loads(contenu) | {"comptes": ["root", "zoe.inconnue"]}).encode()

    ailleurs = changer(archive, tmp_path / "a.tar.gz", remplacer={"manifeste.json": manifeste})
    if os.geteuid() == 0:
        with pytest.raises(ErreurDonnees, match=r"\(zoe.inconnue\) : inscrivez d'abord la classe"):
            sauvegarde_restauration.restaurer(ailleurs, lieux, bases_sqlite)
    else:
        # Without the administrator's rights all files are one's own.
        sauvegarde_restauration.restaurer(ailleurs, lieux, bases_sqlite)


@pytest.fixture
def a_la_main(lieux, bases_sqlite, monkeypatch):
    """The commands, on this folder."""
    for module in (sauvegarde, sauvegarde_restauration):
        monkeypatch.setattr(module, "bases_du_hub", lambda _: bases_sqlite)

    def appeler(commande, *arguments):
        return CliRunner().invoke(commande, list(map(str, arguments)), obj=lieux)

    return appeler


def test_les_commandes(lieux, bases_sqlite, a_la_main):
    faite = a_la_main(commande_sauvegarder)
    assert faite.exit_code == 0 and "Sauvegarde faite et relue" in faite.output
    (archive,) = (lieux.etat / "sauvegardes").iterdir()
    assert str(archive) in faite.output
    abimer(lieux, bases_sqlite)
    avant = arbre(lieux.etat)
    a_sec = a_la_main(commande_restaurer, archive)
    assert "À sec : rien n'a été changé" in a_sec.output and arbre(lieux.etat) == avant
    pour_de_bon = a_la_main(commande_restaurer, archive, "--executer")
    assert pour_de_bon.exit_code == 0, pour_de_bon.output
    assert (lieux.cours / "session" / "decisions.csv").exists()


def test_le_travail_en_cours_des_personnes_sur_demande(lieux, a_la_main):
    ecrire(lieux.domiciles / "lea.muller" / "brouillon.ipynb", "{}")
    a_la_main(commande_sauvegarder)
    a_la_main(commande_sauvegarder, "--vers", lieux.etat / "b", "--avec-domiciles")
    (archive,) = (lieux.etat / "b").iterdir()
    ecrire(lieux.domiciles / "lea.muller" / "brouillon.ipynb", "perdu")
    (sans,) = (lieux.etat / "sauvegardes").iterdir()
    a_la_main(commande_restaurer, sans, "--executer")
    assert (lieux.domiciles / "lea.muller" / "brouillon.ipynb").read_text() == "perdu"
    a_la_main(commande_restaurer, archive, "--executer")
    assert (lieux.domiciles / "lea.muller" / "brouillon.ipynb").read_text() == "{}"


def test_on_ne_restaure_pas_sous_un_hub_en_marche(lieux, a_la_main):
    a_la_main(commande_sauvegarder)
    (archive,) = (lieux.etat / "sauvegardes").iterdir()
    lance = lancer(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        journal=lieux.etat / "journal",
        env={},
        temoin=lieux.prive / "hub.json",
    )
    try:
        refus = a_la_main(commande_restaurer, archive, "--executer")
        assert isinstance(refus.exception, ErreurRncp) and "make hub-stop" in str(refus.exception)
    finally:
        lance.arreter(10)
    assert a_la_main(commande_restaurer, archive, "--executer").exit_code == 0


@pytest.mark.complet
def test_une_installation_avec_ses_comptes(hub_installe, rncp_hub, tmp_path):
    """As the administrator does it: files come back to their owners, and the gradebook stays the graders'."""
    lieux = hub_installe
    carnet, decisions = lieux.cours / "gradebook.db", lieux.cours / "session" / "decisions.csv"
    ecrire(decisions, "apprenant;objet\r\n")
    shutil.copystat(carnet, decisions)
    shutil.chown(decisions, "rncp-coordination", "rncp-cours")
    inscrire_au_hub(f"sqlite:///{lieux.base}", "lea")
    avant = proprietaires(lieux)
    faite = rncp_hub(lieux.etat, "sauvegarder", "--vers", str(tmp_path / "s"))
    assert faite.returncode == 0, faite.stderr
    (archive,) = (tmp_path / "s").iterdir()
    decisions.unlink()
    executer(f"sqlite:///{carnet}", "INSERT INTO student (id) VALUES ('intrus')")

    faite = rncp_hub(lieux.etat, "restaurer", str(archive), "--executer")

    assert faite.returncode == 0, faite.stderr
    assert proprietaires(lieux) == avant
    assert apprenants(f"sqlite:///{carnet}") == []
    assert inscrits_au_hub(f"sqlite:///{lieux.base}") == ["lea"]


def proprietaires(lieux: Lieux) -> dict[str, tuple[str, str, int]]:
    vus = {}
    for racine in SAUVES:
        for chemin in [lieux.etat / racine, *(lieux.etat / racine).rglob("*")]:
            if not chemin.is_symlink() and chemin.name != "verrou":
                nom = str(chemin.relative_to(lieux.etat))
                vus[nom] = (chemin.owner(), chemin.group(), stat.S_IMODE(chemin.stat().st_mode))
    return vus
