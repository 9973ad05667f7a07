"""What the machine offers is found out, said, and never guessed over: without walls, no kernel."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from rncp_utils.autograde.noyaux import cgroupes, seccomp, systeme
from rncp_utils.autograde.noyaux.isolation import ErreurIsolation, Examen, _exiger, examiner
from rncp_utils.autograde.noyaux.limites import Limites

ORDINAIRE = 64_123


def test_cette_machine_isole():
    """Where this fails, the sentence says what the machine refuses; nothing is skipped."""
    examen = examiner()
    assert examen.possible, examen.manques
    assert examen.complet
    assert bool(examen.cgroup_memoire) == (not any("pour la mémoire" in phrase for phrase in examen.reserves))


def _priver() -> None:
    """As a container that refuses namespaces: our own filter, put before the process starts."""
    systeme.prctl(systeme.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.appliquer()


def _sans_espaces(code: str) -> subprocess.CompletedProcess[str]:
    env = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("RNCP_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=_priver,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


OUVRIR = """
import asyncio, sys
from rncp_utils.autograde.noyaux.gestionnaire import GestionnaireIsole
from rncp_utils.erreurs import ErreurRncp
async def principal():
    km = GestionnaireIsole()
    km.log.setLevel("CRITICAL")
    try:
        await km.start_kernel()
    except ErreurRncp as erreur:
        print(type(erreur).__name__, erreur)
        return
    print("OUVERT")
    await km.shutdown_kernel(now=True)
"""


def test_sans_espaces_de_noms_aucun_noyau_ne_s_ouvre():
    fini = _sans_espaces(OUVRIR + "asyncio.run(principal())")
    assert fini.returncode == 0, fini.stderr
    genre, phrase = fini.stdout.strip().split(" ", 1)
    assert genre == "ErreurIsolation"
    assert phrase.startswith("Isolation impossible sur cette machine : ")
    assert "espace" in phrase
    assert "--isolation aucune" in phrase
    assert "Traceback" not in fini.stderr


def test_sans_isolation_il_faut_le_demander():
    fini = _sans_espaces("import os; os.environ['RNCP_ISOLATION'] = 'aucune'\n" + OUVRIR + "asyncio.run(principal())")
    assert fini.stdout.strip() == "OUVERT", fini.stderr


def test_une_autre_valeur_ne_desarme_pas(nouveau_noyau, monkeypatch):
    monkeypatch.setenv("RNCP_ISOLATION", "non")
    assert nouveau_noyau().executer("import os; print(os.getcwd())").strip() == "/copie"


def test_un_zygote_qui_isole_ne_cede_pas_a_un_demandeur(nouveau_noyau, monkeypatch):
    monkeypatch.setenv("RNCP_ISOLATION", "aucune")
    assert nouveau_noyau().executer("import os; print(os.getcwd())").strip() == "/copie"


def test_l_examen_dit_ce_qui_manque():
    fini = _sans_espaces(
        "from rncp_utils.autograde.noyaux.isolation import examiner\n"
        "e = examiner(); print(e.possible, e.complet); print(*e.manques, sep='\\n')"
    )
    premiere, *phrases = fini.stdout.splitlines()
    assert premiere == "False False"
    assert phrases
    assert all(phrase[0].isupper() and phrase.endswith(".") for phrase in phrases)


def test_exiger_nomme_tout_ce_qui_manque():
    examen = Examen(
        *[False] * 8, landlock=0, cgroup_memoire=0, cgroup_processus=0, complet=False, manques=("Ceci.", "Cela.")
    )
    with pytest.raises(ErreurIsolation, match=r"Ceci\. Cela\. Activez"):
        _exiger(examen)


def test_une_seule_commande_montre_l_examen():
    fini = subprocess.run(
        [sys.executable, "-I", "-m", "rncp_utils.autograde.noyaux.isolation"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert fini.returncode == 0
    assert "seccomp                  oui" in fini.stdout


VUE = """
import os, sys
from pathlib import Path
from tempfile import mkdtemp
from rncp_utils.autograde.noyaux import cloison, vue
from rncp_utils.autograde.noyaux.limites import Limites
dossier, bibliotheque = sys.argv[1:]
privilegie = cloison.est_privilegie()
plan = cloison.Plan(dossier, (*vue.chemins_lisibles(), bibliotheque), "", Limites(), privilegie, -1)
cloison.separer_processus(privilegie)
pid = os.fork()
if pid == 0:
    cloison._batir(plan)
    print(Path(bibliotheque, "module.py").read_text(), sorted(os.listdir("/tmp")), flush=True)
    try:
        Path(bibliotheque, "module.py").write_text("x")
        print("ECRIT", flush=True)
    except OSError:
        pass
    Path("/tmp/a-soi").write_text("x")
    os._exit(0)
os.waitpid(pid, 0)
"""


def test_des_bibliotheques_rangees_sous_tmp(tmp_path):
    """An environment made in the temporary folder is shown as any other; its neighbours are not."""
    for nom in ("s", "r", "bibliotheque"):
        (tmp_path / nom).mkdir()
    (tmp_path / "bibliotheque" / "module.py").write_text("contenu")
    commande = [sys.executable, "-c", VUE, str(tmp_path), str(tmp_path / "bibliotheque")]
    fini = subprocess.run(commande, capture_output=True, text=True, check=False)
    # The libraries of this very checkout may stand there too: they are shown, and nothing else.
    montres = [tmp_path, Path(sys.prefix), Path(sys.base_prefix), Path(systeme.__file__)]
    premiers = sorted({chemin.relative_to("/tmp").parts[0] for chemin in montres if chemin.is_relative_to("/tmp")})
    assert fini.stdout.splitlines() == [f"contenu {premiers}"], fini.stderr
    assert not Path("/tmp/a-soi").exists()


# --- control groups


def _arbre(racine: Path, *, controleurs: str, enfants: str) -> None:
    racine.mkdir(parents=True, exist_ok=True)
    (racine / "cgroup.procs").touch()
    (racine / "cgroup.controllers").write_text(controleurs)
    (racine / "cgroup.subtree_control").write_text(enfants)


def _montage(point: Path, genre: str, options: str = "rw", racine: str = "/") -> str:
    return f"30 23 0:26 {racine} {point} rw,nosuid - {genre} {genre} {options}\n"


def test_v2_delegue_par_systemd(tmp_path):
    """Our group holds us, so gives no controller: the kernel's is made beside, in the delegated one."""
    delegue = tmp_path / "user.slice" / "user-1000.slice" / "user@1000.service"
    for dossier in (tmp_path, tmp_path / "user.slice", delegue.parent):
        _arbre(dossier, controleurs="memory pids", enfants="memory pids")
        (dossier / "cgroup.procs").chmod(0o444)
    _arbre(delegue, controleurs="memory pids", enfants="memory pids")
    notre = delegue / "app.slice"
    _arbre(notre, controleurs="memory pids", enfants="")
    (notre / "cgroup.subtree_control").chmod(0o444)
    (notre / "cgroup.procs").chmod(0o444)
    if os.geteuid() == 0:  # root may write anywhere: say what this account could not
        (notre / "cgroup.controllers").write_text("")
    lieux = cgroupes.emplacements(f"0::/{notre.relative_to(tmp_path)}\n", _montage(tmp_path, "cgroup2"))
    (lieu,) = lieux
    assert lieu == cgroupes.Emplacement(delegue, 2, frozenset(["memory", "pids"]))


def test_v2_sans_delegation_n_offre_rien(tmp_path):
    _arbre(tmp_path, controleurs="cpu", enfants="cpu")
    _arbre(tmp_path / "a", controleurs="cpu", enfants="")
    assert cgroupes.emplacements("0::/a\n", _montage(tmp_path, "cgroup2")) == []


def test_v1_et_conteneur(tmp_path):
    """The path in /proc/self/cgroup is the host's; the mount shows only what is below it."""
    for nom in ("memoire", "pids"):
        (tmp_path / nom / "x").mkdir(parents=True)
        (tmp_path / nom / "x" / "cgroup.procs").touch()
    montages = _montage(tmp_path / "memoire", "cgroup", "rw,memory", "/docker/abc")
    montages += _montage(tmp_path / "pids", "cgroup", "rw,pids")
    lieux = cgroupes.emplacements("4:memory:/docker/abc/x\n3:cpu,pids:/x\n0::/\n", montages)
    assert {(lieu.dossier, lieu.version) for lieu in lieux} == {(tmp_path / "memoire/x", 1), (tmp_path / "pids/x", 1)}


def test_reglages_d_un_groupe_v2(tmp_path):
    _arbre(tmp_path, controleurs="memory pids", enfants="memory pids")
    lieu = cgroupes.Emplacement(tmp_path, 2, frozenset(["memory", "pids"]))
    groupe = cgroupes.creer([lieu], "essai", Limites(memoire=1000, processus=7))
    dossier = tmp_path / "rncp-noyau-essai"
    assert (dossier / "memory.max").read_text() == "1000"
    assert (dossier / "pids.max").read_text() == "7"
    assert groupe.controleurs == {"memory", "pids"}
    groupe.accueillir(42)
    assert (dossier / "cgroup.procs").read_text() == "42"
    (dossier / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    assert groupe.tues_par_memoire() == 2


def test_un_groupe_v2_reel(tmp_path):
    """Joining and removing, on this machine's own hierarchy where it may be written."""
    montages = Path("/proc/self/mountinfo").read_text()
    racine = cgroupes._racines(montages).get("v2")
    if racine is None or not os.access(racine[0], os.W_OK):
        assert cgroupes.emplacements("0::/\n", montages.replace("cgroup2", "autre")) == []
        return
    groupe = cgroupes.creer([cgroupes.Emplacement(racine[0], 2, frozenset())], f"essai-{os.getpid()}", Limites())
    with subprocess.Popen(["sleep", "60"]) as processus:
        groupe.accueillir(processus.pid)
        assert f"rncp-noyau-essai-{os.getpid()}" in Path(f"/proc/{processus.pid}/cgroup").read_text()
        processus.kill()
    groupe.supprimer()
    assert not (racine[0] / f"rncp-noyau-essai-{os.getpid()}").exists()


def test_les_groupes_d_un_passage_tue_sont_retires(tmp_path):
    mort = subprocess.Popen(["true"])
    mort.wait()
    for nom in (mort.pid, os.getpid()):
        (tmp_path / f"rncp-noyau-{nom}").mkdir()
    cgroupes.nettoyer([cgroupes.Emplacement(tmp_path, 1, frozenset(["pids"]))])
    assert [chemin.name for chemin in tmp_path.iterdir()] == [f"rncp-noyau-{os.getpid()}"]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_le_filtre_tient_dans_ce_que_le_systeme_accepte(machine):
    programme = seccomp.programme(machine)
    assert len(programme) % 8 == 0
    assert len(programme) // 8 < 4096
    assert not seccomp.connait("z80")


# --- other accounts, other machines

DEFENSES = "memoire or bombe or lire or tuer or prises_de"


def _priver_de_groupes() -> None:
    """A machine whose control groups are not for us."""
    systeme.separer(systeme.CLONE_NEWNS)
    systeme.monter("none", "/", None, systeme.MS_REC | systeme.MS_PRIVATE)
    systeme.monter("tmpfs", "/sys/fs/cgroup", "tmpfs")


def _masquer_proc() -> None:
    """As container engines do: the system then refuses a new ``/proc`` to those who have no right here."""
    systeme.monter("tmpfs", "/proc/irq", "tmpfs")


@pytest.mark.lent
@pytest.mark.parametrize(
    "cas", ["ordinaire", *(pytest.param(autre, marks=pytest.mark.complet) for autre in ("sans cgroup", "conteneur"))]
)
def test_les_attaques_echouent_aussi_ailleurs(depot, cas):
    """The same attacks where an account without any right builds the walls, or where something is missing."""
    if os.geteuid() != 0:  # then the other tests are already an ordinary account's
        assert not examiner().administrateur
        return
    # Not in pytest's folder: another run may close it to others meanwhile.
    maison = Path(mkdtemp(prefix="rncp-ordinaire-"))
    os.chown(maison, ORDINAIRE, ORDINAIRE)

    def preparer() -> None:
        _priver_de_groupes()
        if cas == "conteneur":
            _masquer_proc()
        if cas != "sans cgroup":
            _rendre_accessibles([Path(sys.base_prefix), depot, maison])
            os.setgroups([])
            os.setresgid(ORDINAIRE, ORDINAIRE, ORDINAIRE)
            os.setresuid(ORDINAIRE, ORDINAIRE, ORDINAIRE)

    attaques = [str(chemin) for chemin in Path(__file__).parent.glob("test_noyaux_attaques_*.py")]
    choix = "not stock" if cas == "ordinaire" else f"not stock and ({DEFENSES})"
    commande = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", choix, *attaques]
    commande += ["--basetemp", str(maison / "t"), "--rootdir", str(depot)]
    env = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(("RNCP_", "PYTEST_"))}
    env |= {"HOME": str(maison), "TMPDIR": str(maison), "PYTHONDONTWRITEBYTECODE": "1"}
    options = {"capture_output": True, "text": True, "timeout": 550, "check": False}
    try:
        fini = subprocess.run(commande, env=env, cwd=depot, preexec_fn=preparer, **options)
    finally:
        shutil.rmtree(maison, ignore_errors=True)
    assert fini.returncode == 0, fini.stdout[-6000:] + fini.stderr[-2000:]
    assert "passed" in fini.stdout


def _rendre_accessibles(chemins: list[Path]) -> None:
    """In a mount namespace of one's own: show these paths where a folder above them is closed to others."""
    systeme.separer(systeme.CLONE_NEWNS)
    systeme.monter("none", "/", None, systeme.MS_REC | systeme.MS_PRIVATE)
    fermes: dict[Path, list[tuple[Path, int]]] = {}
    for chemin in chemins:
        for dossier in [*reversed(chemin.resolve().parents), chemin.resolve()][1:]:
            if not dossier.stat().st_mode & stat.S_IXOTH and dossier != chemin.resolve():
                fermes.setdefault(dossier, []).append((chemin.resolve(), os.open(chemin, os.O_RDONLY | os.O_DIRECTORY)))
                break
    for ferme, caches in fermes.items():
        systeme.monter("tmpfs", str(ferme), "tmpfs", 0, "mode=755")
        for chemin, descripteur in caches:
            chemin.mkdir(parents=True, exist_ok=True)
            systeme.monter(f"/proc/self/fd/{descripteur}", str(chemin), None, systeme.MS_BIND | systeme.MS_REC)


FIGER = """
import os, threading, time
from rncp_utils.autograde.noyaux import cloison, systeme, vue
systeme.separer(systeme.CLONE_NEWNS | (0 if cloison.est_privilegie() else systeme.CLONE_NEWUSER))
os.makedirs(DOSSIER + "/prises")
os.mkdir(DOSSIER + "/vues")
systeme.monter(DOSSIER + "/prises", DOSSIER + "/vues", None, systeme.MS_BIND)
ouvert = open(DOSSIER + "/vues/en-cours", "w")
try:
    systeme.durcir_montage(DOSSIER + "/vues", systeme.ATTR_RDONLY)
except OSError as erreur:
    print(erreur.strerror)
vue.NOYAU = DOSSIER + "/vues"
threading.Timer(0.3, ouvert.close).start()
vue.figer_les_prises()
try:
    open(DOSSIER + "/vues/de-trop", "w")
except OSError as erreur:
    print(erreur.strerror)
"""


def test_une_ecriture_en_cours_retarde_la_protection_et_ne_l_empeche_pas(tmp_path):
    code = f"DOSSIER = {str(tmp_path)!r}\n" + FIGER
    env = os.environ | {"LC_ALL": "C"}
    rendu = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert rendu.stdout.split("\n")[:2] == ["Device or resource busy", "Read-only file system"], rendu.stderr
