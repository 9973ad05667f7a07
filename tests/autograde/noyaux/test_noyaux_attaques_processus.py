"""Attacks on the machine: other processes, memory, time, and what outlives a cell.

The code of an attack prints ``REUSSI`` for each thing that it obtains: in a stock kernel where it is cheap to show
(``genre``), never in ours.
"""

from __future__ import annotations

import os
from pathlib import Path


def test_tuer_le_correcteur(nouveau_noyau, cours, genre, verifier):
    """Signal 0 says what signal 9 would do."""
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer(f"""
        import os
        for pid in ({os.getpid()}, os.getppid()):
            try:
                os.kill(pid, 0)
                print("REUSSI" if pid > 1 else "soi-même")
            except OSError:
                pass
        print("FINI")
        """)
    verifier(genre, sortie, 2)


def test_voir_le_correcteur(nouveau_noyau, cours, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer(f"""
        for nom in ("cmdline", "environ", "root/etc/passwd"):
            try:
                if open("/proc/{os.getpid()}/" + nom, "rb").read(10): print("REUSSI", nom)
            except OSError:
                pass
        print("FINI")
        """)
    verifier(genre, sortie, 3)


def test_aucun_autre_processus(nouveau_noyau, cours, verifier):
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import os
        autres = [nom for nom in os.listdir("/proc") if nom.isdigit() and int(nom) not in (1, os.getpid())]
        if autres: print("REUSSI", autres)
        for nom in ("1/root/etc/shadow", "1/environ", "1/cwd/etc", "1/mem", "1/fd/0", "kcore", "keys"):
            try:
                with open("/proc/" + nom, "rb") as flux:
                    if flux.read(10): print("REUSSI", nom)
            except OSError:
                pass
        print("FINI")
        """)
    verifier("isole", sortie)


def test_environnement(nouveau_noyau, cours, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer(f"""
        import glob, os
        secret = {cours.secret[:10]!r} + {cours.secret[10:]!r}
        if secret in os.environ.values(): print("REUSSI")
        for chemin in glob.glob("/proc/[0-9]*/environ"):
            try:
                if secret.encode() in open(chemin, "rb").read():
                    print("REUSSI")
                    break
            except OSError:
                pass
        print("FINI")
        """)
    verifier(genre, sortie, 2)


def test_l_environnement_est_une_liste_fixe(nouveau_noyau, cours, monkeypatch):
    for nom in ("RNCP_APPRENANT", "RNCP_MODE", "NBGRADER_EXECUTION"):
        monkeypatch.setenv(nom, f"dit-{nom}")
    for nom in ("PYTHONPATH", "LD_PRELOAD", "DATABASE_URL", "JUPYTERHUB_API_TOKEN", "PYTHONSTARTUP"):
        monkeypatch.setenv(nom, "secret")
    noyau = nouveau_noyau("isole", cours.copie)
    env = eval(noyau.executer("import os; print(dict(os.environ))"))
    transmises = {nom: valeur for nom, valeur in env.items() if valeur.startswith("dit-")}
    assert transmises == {nom: f"dit-{nom}" for nom in ("RNCP_APPRENANT", "RNCP_MODE", "NBGRADER_EXECUTION")}
    systeme = {"HOME", "TMPDIR", "PATH", "LANG", "LC_ALL", "TZ", "PYTHONDONTWRITEBYTECODE"}
    bibliotheques = {
        "MALLOC_ARENA_MAX",
        "OPENBLAS_CORETYPE",
        "OPENBLAS_L2_SIZE",
        "JE_ARROW_MALLOC_CONF",
        "ARROW_DEFAULT_MEMORY_POOL",
    }
    bibliotheques |= {f"{nom}_NUM_THREADS" for nom in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    jupyter = {"IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"}
    affichage = {
        "MPLCONFIGDIR",
        "MPLBACKEND",
        "TERM",
        "CLICOLOR",
        "FORCE_COLOR",
        "CLICOLOR_FORCE",
        "PAGER",
        "GIT_PAGER",
    }
    assert set(env) - set(transmises) <= systeme | bibliotheques | jupyter | affichage
    assert "secret" not in env.values()


def test_aucun_descripteur_herite(nouveau_noyau, cours, verifier):
    """Files: none. Sockets: its own, and its clients', who came by the kernel's own addresses."""
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import os, socket, struct
        for numero in map(int, os.listdir("/proc/self/fd")):
            try:
                vers = os.readlink(f"/proc/self/fd/{numero}")
            except OSError:
                continue
            if vers.startswith("/") and vers not in ("/dev/null", "/proc/self/fd") and not vers.startswith("/proc/"):
                print("REUSSI", numero, vers)
            if vers.startswith("socket:"):
                with socket.socket(fileno=os.dup(numero)) as prise:
                    if prise.family != socket.AF_UNIX or prise.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        continue
                    pair = struct.unpack("3i", prise.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
                    if pair != os.getpid() and not str(prise.getsockname()).startswith("/noyau/k-"):
                        print("REUSSI", numero, prise)
        print("FINI")
        """)
    verifier("isole", sortie)


def test_bombe_de_processus(nouveau_noyau, cours, genre, verifier):
    """Bounded here to what shows the difference: 150 processes."""
    sortie = nouveau_noyau(genre, cours.copie).executer("""
        import os, time
        nombre = 0
        for _ in range(150):
            try:
                pid = os.fork()
            except OSError:
                break
            if pid == 0:
                time.sleep(3)
                os._exit(0)
            nombre += 1
        print("REUSSI" if nombre > 64 else "arrêté", nombre)
        print("FINI")
        """)
    verifier(genre, sortie)


def test_bombe_de_fils(nouveau_noyau, cours, verifier):
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import threading, time
        nombre = 0
        try:
            for _ in range(150):
                threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
                nombre += 1
        except RuntimeError:
            pass
        print("REUSSI" if nombre > 64 else "arrêté")
        print("FINI")
        """)
    verifier("isole", sortie)


def test_memoire(nouveau_noyau, cours, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie, **({} if genre == "stock" else {"memoire": 200 * 2**20}))
    sortie = noyau.executer("""
        lots = []
        try:
            for _ in range(40): lots.append(bytearray(10 * 2**20))
            print("REUSSI")
        except MemoryError:
            print("refus")
        print("FINI")
        """)
    if genre == "stock":
        verifier(genre, sortie)
    else:
        assert "REUSSI" not in sortie
        assert "NOYAU MORT" in sortie or "refus" in sortie
        if "NOYAU MORT" in sortie:
            assert noyau.manager.provisioner.fin == "la mémoire autorisée (200 Mio) a été dépassée"


def test_memoire_par_les_fichiers(nouveau_noyau, cours, verifier):
    noyau = nouveau_noyau("isole", cours.copie, temporaire=20 * 2**20, copie=20 * 2**20, fichier=15 * 2**20)
    sortie = noyau.executer("""
        for dossier in ("/tmp", "/dev/shm", "/copie"):
            ecrit = 0
            try:
                for rang in range(10):
                    with open(f"{dossier}/gros-{rang}", "wb") as flux:
                        for _ in range(10):
                            flux.write(bytes(2 * 2**20)); flux.flush()
                            ecrit += 2
            except OSError as erreur:
                print(dossier, erreur.strerror)
            print("REUSSI" if ecrit > 20 else "borné", ecrit)
        print("FINI")
        """)
    verifier("isole", sortie)


def test_temps_de_processeur(nouveau_noyau, cours):
    noyau = nouveau_noyau("isole", cours.copie, processeur=1)
    assert "NOYAU MORT" in noyau.executer("while True: pass", delai=30)


def test_duree(nouveau_noyau, cours):
    noyau = nouveau_noyau("isole", cours.copie, duree=1)
    assert "NOYAU MORT" in noyau.executer("import time; time.sleep(60)", delai=30)
    assert noyau.manager.provisioner.fin == "la durée autorisée (1 s) a été dépassée"


def test_boucle_interrompue(nouveau_noyau, cours, genre):
    noyau = nouveau_noyau(genre, cours.copie)
    assert "KeyboardInterrupt" in noyau.executer("while True: pass", interrompre_apres=0.5)
    assert noyau.executer("print('suite')").strip() == "suite"


def test_boucle_sourde_aux_interruptions(nouveau_noyau, cours):
    noyau = nouveau_noyau("isole", cours.copie)
    noyau.executer("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)")
    noyau.lancer("""
        while True:
            try:
                while True: pass
            except BaseException: pass
        """)
    noyau.interrompre()
    assert noyau.vivant
    noyau.boucle.run(noyau.manager.provisioner.kill())
    assert not noyau.vivant


def test_fils_et_processus_apres_la_cellule(nouveau_noyau, cours):
    """What a cell leaves running, however it hides, ends with the kernel."""
    noyau = nouveau_noyau("isole", cours.copie)
    marque = f"rncp{os.getpid()}"
    sortie = noyau.executer(f"""
        import os, subprocess, threading, time
        subprocess.Popen(["sleep", "300.{os.getpid()}"], start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["{marque}", "300"])
            os._exit(0)
        threading.Thread(target=time.sleep, args=(300,), daemon=True).start()
        time.sleep(0.3)
        print("FINI")
        """)
    assert "FINI" in sortie
    assert len(_processus(marque, f"300.{os.getpid()}")) == 2
    noyau.fermer()
    assert _processus(marque, f"300.{os.getpid()}") == []


def _processus(*marques: str) -> list[str]:
    """Command lines, of the whole machine, that hold one of these words."""
    trouves = []
    for chemin in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            ligne = chemin.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if any(marque in ligne for marque in marques):
            trouves.append(ligne)
    return trouves
