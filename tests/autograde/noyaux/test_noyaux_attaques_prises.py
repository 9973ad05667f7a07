"""Attacks by the network and by sockets, on other kernels, and on the walls themselves.

The code of an attack prints ``REUSSI`` for each thing that it obtains: in a stock kernel where it is cheap to show
(``genre``), never in ours.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest


@pytest.fixture
def ecoutes(tmp_path):
    """Listeners of every kind, outside; names them as Python's socket does."""
    abstrait = f"\0rncp-essai-{os.getpid()}"
    chemin = str(tmp_path / "p.sock")
    prises = []
    for famille, adresse in (
        (socket.AF_INET, ("0.0.0.0", 0)),
        (socket.AF_UNIX, abstrait),
        (socket.AF_UNIX, chemin),
    ):
        prise = socket.socket(famille)
        prise.bind(adresse)
        prise.listen(16)
        prises.append(prise)
    port = prises[0].getsockname()[1]
    yield {"port": port, "abstrait": abstrait, "chemin": chemin}
    for prise in prises:
        prise.close()


def _adresse_de_la_machine() -> str:
    """Address of an interface other than the loop, or another of the loop where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prise:
        try:
            prise.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
        except OSError:
            return "127.0.0.2"
        return prise.getsockname()[0]


def test_prises_de_la_machine(nouveau_noyau, cours, ecoutes, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer(f"""
        import socket
        port = {ecoutes["port"]}
        cibles = [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET, ({_adresse_de_la_machine()!r}, port)),
                  (socket.AF_UNIX, {ecoutes["abstrait"]!r}), (socket.AF_UNIX, {ecoutes["chemin"]!r})]
        for famille, adresse in cibles:
            with socket.socket(famille) as prise:
                prise.settimeout(2)
                try:
                    prise.connect(adresse)
                    print("REUSSI", adresse)
                except OSError:
                    pass
        print("FINI")
        """)
    verifier(genre, sortie, 4)


def test_le_monde_exterieur_est_sans_route(nouveau_noyau, cours, verifier):
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import errno, socket
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prise:
            try:
                prise.connect(("192.0.2.1", 53)); print("REUSSI")
            except OSError as erreur:
                print(erreur.errno == errno.ENETUNREACH)
        print(socket.if_nameindex())
        for famille in (socket.AF_PACKET, socket.AF_VSOCK, socket.AF_ALG):
            try:
                socket.socket(famille); print("REUSSI", famille)
            except OSError: pass
        print("FINI")
        """)
    verifier("isole", sortie)
    assert "[(1, 'lo')]" in sortie


def test_prises_du_zygote_et_des_autres_noyaux(nouveau_noyau, cours, zygote, verifier):
    victime = nouveau_noyau("isole", cours.copie)
    attaquant = nouveau_noyau("isole", cours.copie)
    sortie = attaquant.executer(f"""
        import os, socket, stat
        def essayer(adresse):
            for genre in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_UNIX, genre) as prise:
                    prise.settimeout(1)
                    try:
                        prise.connect(adresse); prise.send(b'{{"dossier": null}}\\n'); print("REUSSI", adresse)
                    except OSError: pass
        vues = []
        for dossier, _, fichiers in os.walk("/"):
            if dossier.startswith(("/proc", "/usr")): continue
            for nom in fichiers:
                try:
                    if stat.S_ISSOCK(os.lstat(f"{{dossier}}/{{nom}}").st_mode): vues.append(f"{{dossier}}/{{nom}}")
                except OSError: pass
        print(sorted(vues))
        for adresse in ({zygote!r}, {victime.manager.ip + "-1"!r}, {victime.manager.connection_file!r}):
            essayer(adresse)
        print("FINI")
        """)
    verifier("isole", sortie)
    assert [f"/noyau/k-{n}" for n in range(1, 6)] == eval(sortie.splitlines()[0])
    assert victime.executer("print('intacte')").strip() == "intacte"


def test_les_cles_d_un_autre_noyau(nouveau_noyau, cours, genre, verifier):
    victime, attaquant = nouveau_noyau(genre, cours.copie), nouveau_noyau(genre, cours.copie)
    cle = victime.manager.session.key.decode()
    connexions = Path(victime.manager.connection_file).parent
    sortie = attaquant.executer(f"""
        import glob
        cle = ({cle[:8]!r} + {cle[8:]!r}).encode()
        # Everywhere where a connection can be told: all of the kernel's own folders, and the victim's.
        noms = glob.glob("{connexions}/*.json")
        for dossier in {[] if genre == "stock" else ["/tmp", "/noyau", "/copie", "/dev/shm"]!r}:
            noms += glob.glob(f"{{dossier}}/**", recursive=True, include_hidden=True)
        for nom in noms:
            try:
                if cle in open(nom, "rb").read(10_000): print("REUSSI")
            except OSError: pass
        print("FINI")
        """)
    verifier(genre, sortie)


FOUILLE = """
import mmap
lignes = open("/proc/self/maps").read().splitlines()
tampon = mmap.mmap(-1, 32 * 2**20)  # after the list of what is searched
trouves = [0] * len(mots)
for ligne in lignes:
    bornes, droits, *_ = ligne.split()
    debut, fin = (int(x, 16) for x in bornes.split("-"))
    if not droits.startswith("rw") or fin >= 2**47: continue
    with open("/proc/self/mem", "rb", 0) as memoire:
        for ici in range(debut, fin, len(tampon)):
            memoire.seek(ici)
            try: lus = memoire.readinto(memoryview(tampon)[: fin - ici])
            except OSError: continue
            for rang, mot in enumerate(mots):
                position = tampon.find(mot, 0, lus)
                while position >= 0:
                    trouves[rang] += ici + position != id(mot) + bytes.__basicsize__ - 1
                    position = tampon.find(mot, position + 1, lus)
print(trouves)
"""


def test_rien_d_un_autre_noyau_dans_le_sien(nouveau_noyau, cours, monkeypatch):
    """Kernels are copies of one process: it must not have seen the keys, nor the names, of those before."""
    monkeypatch.setenv("RNCP_APPRENANT", "zoe.precedente-1742")
    victimes = [nouveau_noyau("isole", cours.copie) for _ in range(3)]
    monkeypatch.setenv("RNCP_APPRENANT", "yves.suivant-2851")
    attaquant = nouveau_noyau("isole", cours.copie)
    siens = [attaquant.manager.session.key, b"yves.suivant-2851"]
    autres = [victime.manager.session.key for victime in victimes] + [b"zoe.precedente-1742"]
    # Written backwards, so that the code that looks for them is not what it finds.
    attaquant.executer(f"mots = [bytes(reversed(mot)) for mot in {[mot[::-1] for mot in siens + autres]!r}]")
    trouves = eval(attaquant.executer(FOUILLE))
    assert all(trouves[: len(siens)]), "the search finds what is there"
    assert trouves[len(siens) :] == [0] * len(autres)


def test_remplacer_ses_propres_prises(nouveau_noyau, cours, verifier):
    """A client that connects again must find the kernel, not what the kernel would have put there."""
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import os
        for geste in (lambda: os.unlink("/noyau/k-1"), lambda: os.symlink("/run/docker.sock", "/noyau/k-9"),
                      lambda: os.rename("/noyau/k-1", "/noyau/k-2"), lambda: os.chmod("/noyau", 0o777)):
            try:
                geste(); print("REUSSI")
            except OSError: pass
        print("FINI")
        """)
    verifier("isole", sortie)


def test_aucun_droit_et_aucun_moyen_d_en_reprendre(nouveau_noyau, cours, verifier):
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import ctypes, os
        statut = dict(l.split(":\\t") for l in open("/proc/self/status").read().splitlines() if ":\\t" in l)
        noms = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
        print(*(statut[nom].strip() for nom in noms))
        libc = ctypes.CDLL(None, use_errno=True)
        CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x20000
        pc = os.uname().machine == "x86_64"
        clone, keyctl, bpf, userfaultfd = (56, 250, 321, 323) if pc else (220, 219, 280, 282)
        gestes = {
            "unshare user": lambda: libc.unshare(CLONE_NEWUSER),
            "unshare mnt": lambda: libc.unshare(CLONE_NEWNS),
            "clone user": lambda: libc.syscall(clone, CLONE_NEWUSER | 17, 0, 0, 0, 0),
            "clone3": lambda: libc.syscall(435, 0, 0),
            "setns": lambda: libc.setns(os.open("/proc/self/ns/net", os.O_RDONLY), 0),
            "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
            "umount": lambda: libc.umount2(b"/copie", 2),
            "chroot": lambda: libc.chroot(b"/tmp"),
            "ptrace": lambda: libc.ptrace(16, 1, 0, 0),
            "setuid": lambda: libc.setuid(0),
            "setgid": lambda: libc.setgid(0),
            "sethostname": lambda: libc.sethostname(b"x", 1),
            "keyctl": lambda: libc.syscall(keyctl, 0, -3, 0),
            "io_uring": lambda: libc.syscall(425, 8, 0),
            "bpf": lambda: libc.syscall(bpf, 0, 0, 0),
            "userfaultfd": lambda: libc.syscall(userfaultfd, 0),
        }
        for nom, geste in gestes.items():
            resultat = geste()
            if resultat == 0 and nom.startswith("clone"): os._exit(0)
            if resultat >= 0: print("REUSSI", nom)
        try:
            os.mknod("/tmp/disque", 0o60666, os.makedev(254, 0)); print("REUSSI mknod")
        except OSError: pass
        print("FINI")
        """)
    verifier("isole", sortie)
    nul = "0" * 16
    assert sortie.splitlines()[0].split() == [nul] * 5 + ["1", "2"]


def test_programmes_qui_donnent_des_droits(nouveau_noyau, cours, verifier):
    """Set-uid programs of the system are seen, and give nothing."""
    sortie = nouveau_noyau("isole", cours.copie).executer("""
        import os, shutil, subprocess
        print(subprocess.run(["id", "-u"], capture_output=True, text=True).stdout.strip() == str(os.getuid()))
        for nom in ("su", "mount", "newgrp", "passwd", "sudo"):
            chemin = shutil.which(nom)
            if chemin and os.stat(chemin).st_mode & 0o4000:
                statut = subprocess.run([chemin, "--help"], capture_output=True)
        programme = "/tmp/programme"
        shutil.copy("/bin/true", programme); os.chmod(programme, 0o755)
        try:
            subprocess.run([programme]); print("REUSSI noexec")
        except OSError: pass
        print("FINI")
        """)
    verifier("isole", sortie)
    assert sortie.startswith("True")


def test_tuer_la_cloison_ne_tue_que_soi(nouveau_noyau, cours):
    victime, attaquant = nouveau_noyau("isole", cours.copie), nouveau_noyau("isole", cours.copie)
    attaquant.executer("""
        import os, signal
        for numero in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
            try: os.kill(1, numero)
            except OSError: pass
        try: os.kill(-1, signal.SIGKILL)
        except OSError: pass
        """)
    assert victime.executer("print('intacte')").strip() == "intacte"
