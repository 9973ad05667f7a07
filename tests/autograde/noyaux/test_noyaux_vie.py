"""From the start of a kernel to its end, however it comes: nothing runs on, nothing is left on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rncp_utils.autograde.noyaux.zygote import Zygote
from rncp_utils.erreurs import ErreurRncp

# A client of its own, so that it can be killed: it starts a zygote and a kernel, says so, and waits.
CLIENT = """
import asyncio, os, sys, time
from rncp_utils.autograde.noyaux.gestionnaire import GestionnaireIsole

async def principal():
    km = GestionnaireIsole()
    await km.start_kernel()
    kc = km.client()
    kc.start_channels()
    await kc.wait_for_ready(timeout=30)
    await kc.execute_interactive("import os, time\\nif os.fork() == 0: time.sleep(600)")
    base = os.path.dirname(km.provisioner.dossier)
    print(base, flush=True)
    kc.execute("import time; time.sleep(600)")
    await asyncio.sleep(600)

asyncio.run(principal())
"""


def attendre(condition: Callable[[], bool], delai: float = 15.0) -> bool:
    limite = time.monotonic() + delai
    while not condition():
        if time.monotonic() > limite:
            return False
        time.sleep(0.05)
    return True


def processus_de(session: int) -> list[int]:
    """Processes that come from the gardien of this session number, kernels included: they hold its command line."""
    trouves = []
    for dossier in Path("/proc").glob("[0-9]*"):
        try:
            if b"noyaux.gardien" in (dossier / "cmdline").read_bytes():
                champs = (dossier / "stat").read_text().rpartition(")")[2].split()
                if session in (int(champs[3]), *_ancetres(int(dossier.name))):
                    trouves.append(int(dossier.name))
        except (OSError, IndexError):
            continue
    return trouves


def _ancetres(pid: int) -> list[int]:
    lignee = []
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            break
        lignee.append(pid)
    return lignee


@pytest.fixture
def client(tmp_path) -> Iterator[Callable[..., tuple[subprocess.Popen, Path, int]]]:
    """Starts a client with its own zygote: its process, the zygote's folder, the gardien's number."""
    ouverts: list[subprocess.Popen] = []

    def ouvrir(isolation: str = "requise") -> tuple[subprocess.Popen, Path, int]:
        env = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("RNCP_")}
        env |= {"RNCP_ISOLATION": isolation}
        processus = subprocess.Popen(
            [sys.executable, "-c", CLIENT], env=env, stdout=subprocess.PIPE, text=True, cwd=tmp_path
        )
        ouverts.append(processus)
        base = Path(processus.stdout.readline().strip())
        enfants = Path(f"/proc/{processus.pid}/task").glob("*/children")
        (gardien,) = [int(pid) for fichier in enfants for pid in fichier.read_text().split()]
        assert base.is_dir()
        return processus, base, gardien

    yield ouvrir
    for processus in ouverts:
        processus.kill()
        processus.wait()
        processus.stdout.close()


@pytest.mark.parametrize("isolation", ["requise", "aucune"])
@pytest.mark.parametrize("numero", [signal.SIGKILL, signal.SIGTERM])
def test_la_mort_du_client_ne_laisse_rien(client, isolation, numero):
    processus, base, gardien = client(isolation)
    assert len(processus_de(gardien)) >= 4
    os.kill(processus.pid, numero)
    processus.wait()
    assert attendre(lambda: not base.exists())
    assert attendre(lambda: not processus_de(gardien))


def test_la_mort_du_gardien_ne_laisse_aucun_processus(client):
    processus, base, gardien = client()
    famille = processus_de(gardien)
    os.kill(gardien, signal.SIGKILL)
    assert attendre(lambda: not _vivants(famille))
    processus.kill()
    # Its folder goes at the next start.
    assert base.exists()
    with Zygote.demarrer("aucune"):
        assert not base.exists()


def test_la_mort_de_la_reserve_arrete_tout(client):
    _, base, gardien = client()
    famille = processus_de(gardien)
    (reserve,) = [pid for pid in _enfants(gardien) if _memoire(pid) == max(map(_memoire, _enfants(gardien)))]
    os.kill(reserve, signal.SIGKILL)
    assert attendre(lambda: not _vivants(famille))
    assert attendre(lambda: not base.exists())


def test_la_mort_du_superviseur_est_celle_de_son_noyau_seul(client):
    _, _, gardien = client()
    enfants = _enfants(gardien)
    reserve = max(enfants, key=_memoire)
    (superviseur,) = set(enfants) - {reserve}
    famille = [pid for pid in processus_de(gardien) if pid not in (gardien, reserve)]
    os.kill(superviseur, signal.SIGKILL)
    assert attendre(lambda: not _vivants(famille))
    assert _vivants([gardien, reserve]) == [gardien, reserve]


def _enfants(pid: int) -> list[int]:
    return [int(mot) for mot in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memoire(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0])


def _vivants(pids: list[int]) -> list[int]:
    def vit(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (OSError, IndexError):
            return False

    return [pid for pid in pids if vit(pid)]


def test_arreter_un_zygote_arrete_ses_noyaux(nouveau_noyau, monkeypatch):
    with Zygote.demarrer("requise") as zygote:
        monkeypatch.setenv("RNCP_ZYGOTE", str(zygote.adresse))
        noyau = nouveau_noyau()
        assert zygote.vivant
        assert noyau.vivant
    assert not zygote.adresse.parent.exists()
    assert not noyau.vivant
    with pytest.raises(ErreurRncp, match="ne répond pas"):
        nouveau_noyau()


def test_un_zygote_que_personne_ne_voit(nouveau_noyau, zygote):
    adresse = Path(zygote)
    assert adresse.stat().st_mode & 0o777 == 0o600
    assert adresse.parent.stat().st_mode & 0o777 == 0o700


def test_chaque_noyau_efface_son_dossier(nouveau_noyau, zygote):
    noyau = nouveau_noyau()
    dossier = Path(noyau.manager.provisioner.dossier)
    assert dossier.parent == Path(zygote).parent
    noyau.fermer()
    assert attendre(lambda: not dossier.exists())


def test_sans_zygote_le_premier_noyau_en_demarre_un(client):
    """As formgrader's button does: configuration alone."""
    processus, base, _ = client()
    assert base.name.startswith("rncp-noyaux-")
    assert processus.poll() is None


def test_sortie_immediate(nouveau_noyau):
    noyau = nouveau_noyau()
    assert "NOYAU MORT" in noyau.executer("import os; os._exit(7)")
    assert noyau.manager.provisioner.code == 7
    assert noyau.manager.provisioner.fin == ""


def test_arret_poli(nouveau_noyau):
    noyau = nouveau_noyau()
    noyau.boucle.run(noyau.manager.shutdown_kernel())
    assert noyau.manager.provisioner.code == 0


def test_redemarrage(nouveau_noyau, tmp_path):
    """The same client talks to the new kernel, which knows nothing of the old one."""
    (tmp_path / "donnees.txt").write_text("intact", encoding="utf-8")
    noyau = nouveau_noyau("isole", tmp_path)
    noyau.executer("x = 1; open('donnees.txt', 'w').write('change')")
    noyau.boucle.run(noyau.manager.restart_kernel(now=True))
    noyau.boucle.run(noyau.client.wait_for_ready(timeout=30))
    assert noyau.executer("print('x' in globals(), open('donnees.txt').read())").strip() == "False intact"


def test_deux_noyaux_tirent_des_nombres_differents(nouveau_noyau):
    code = "import random, numpy as np; print(random.random(), np.random.rand())"
    premier, second = (nouveau_noyau().executer(code).split() for _ in range(2))
    assert not set(premier) & set(second)


def test_le_zygote_ne_sait_rien_du_correcteur(nouveau_noyau):
    """A fork has its parent's memory: nothing there of nbgrader, of a gradebook or of the grading packages."""
    noyau = nouveau_noyau()
    sortie = noyau.executer("""
        import sys
        print(sorted({nom.split('.')[0] for nom in sys.modules} & {'nbgrader', 'sqlalchemy', 'psycopg', 'nbconvert'}))
        print([n for n in sys.modules if n.startswith(('rncp_utils.grading', 'rncp_utils.cli', 'rncp_utils.compet'))])
        print('pandas' in sys.modules, 'matplotlib.pyplot' in sys.modules, 'rncp_utils.lecon' in sys.modules)
        """)
    assert sortie.splitlines() == ["[]", "[]", "True True True"]


def test_toutes_les_bibliotheques_sont_chargees():
    with Zygote.demarrer("aucune") as zygote:
        assert zygote.manquantes == []


def test_des_arguments_illisibles_sont_dits(nouveau_noyau):
    with pytest.raises(ErreurRncp, match="arguments du noyau illisibles"):
        nouveau_noyau(options={"extra_arguments": ["--pas-un-argument"]})


def test_les_arguments_qui_changent_le_noyau_sont_suivis(nouveau_noyau):
    noyau = nouveau_noyau(options={"extra_arguments": ["--InteractiveShell.ast_node_interactivity=all"]})
    assert noyau.executer("1\n2").strip() == "12"


def test_vingt_noyaux_a_la_fois(nouveau_noyau):
    noyaux = [nouveau_noyau() for _ in range(20)]
    assert [noyau.executer(f"print({rang} ** 2)").strip() for rang, noyau in enumerate(noyaux)] == [
        str(rang**2) for rang in range(20)
    ]
