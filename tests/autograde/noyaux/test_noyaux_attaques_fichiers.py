"""Attacks on the disk: what a kernel sees, what it may write, what its folder brings.

The code of an attack prints ``REUSSI`` for each thing that it obtains: in a stock kernel where it is cheap to show
(``genre``), never in ours.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rncp_utils.erreurs import ErreurRncp


def test_lire_ce_qui_ne_regarde_pas_l_apprenant(nouveau_noyau, cours, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie)
    chemins = [str(chemin) for chemin in cours.tentations.values()]
    relatifs = [os.path.relpath(chemin, cours.copie) for chemin in chemins]
    sortie = noyau.executer(f"""
        for chemin in {chemins + relatifs!r}:
            try:
                if {cours.secret[:10]!r} + {cours.secret[10:]!r} in open(chemin).read(): print("REUSSI")
            except OSError:
                pass
        print("FINI")
        """)
    verifier(genre, sortie, 8)


def test_chercher_dans_tout_le_disque(nouveau_noyau, cours, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie)
    depart = str(cours.dossier) if genre == "stock" else "/"
    sortie = noyau.executer(f"""
        import os
        for dossier, _, fichiers in os.walk({depart!r}):
            for nom in fichiers:
                if "/site-packages/" not in dossier and (nom == "gradebook.db" or nom.endswith(".ipynb")):
                    print("REUSSI", dossier, nom)
        print("FINI")
        """)
    verifier(genre, sortie, 4)


def test_ecrire_chez_le_correcteur(nouveau_noyau, cours, genre, verifier):
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer(f"""
        for chemin in {[str(chemin) for chemin in cours.tentations.values()]!r}:
            try:
                open(chemin, "r+").write("falsifie")
                print("REUSSI")
            except OSError:
                pass
        print("FINI")
        """)
    verifier(genre, sortie, 4)
    contenus = {chemin.read_text(encoding="utf-8") for chemin in cours.tentations.values()}
    assert (contenus == {cours.secret}) == (genre == "isole")


def test_ecrire_dans_le_systeme_ou_les_bibliotheques(nouveau_noyau, cours, verifier):
    noyau = nouveau_noyau("isole", cours.copie)
    sortie = noyau.executer("""
        import os, sys, pandas, rncp_utils
        from pathlib import Path
        dossiers = ["/", "/usr", "/usr/bin", "/etc", "/dev", "/noyau", "/proc", sys.prefix, sys.base_prefix,
                    os.path.dirname(pandas.__file__), os.path.dirname(rncp_utils.__file__), os.__file__]
        for dossier in dossiers:
            try:
                (Path(dossier) / "rncp-intrus").write_text("x")
                print("REUSSI", dossier)
            except OSError:
                pass
        for fichier in (rncp_utils.__file__, "/etc/passwd", "/proc/self/mem", "/proc/sys/kernel/core_pattern"):
            try:
                open(fichier, "r+" if "mem" not in fichier else "w").close()
                print("REUSSI", fichier) if "self" not in fichier else None
            except OSError:
                pass
        print("FINI")
        """)
    verifier("isole", sortie)


def test_la_copie_est_a_soi_et_le_reste_du_dossier_intact(nouveau_noyau, cours):
    noyau = nouveau_noyau("isole", cours.copie)
    sortie = noyau.executer("""
        import os, shutil
        print(sorted(os.listdir(".")), open("charges.csv").read().split()[0])
        open("charges.csv", "w").write("change")
        shutil.rmtree("reponses")
        open("nouveau.txt", "w").write("x")
        print(sorted(os.listdir(".")))
        """)
    assert sortie.splitlines() == ["['charges.csv', 'reponses'] mois;charge", "['charges.csv', 'nouveau.txt']"]
    assert sorted(chemin.name for chemin in cours.copie.iterdir()) == ["cas.ipynb", "charges.csv", "reponses"]
    assert (cours.copie / "charges.csv").read_text(encoding="utf-8").startswith("mois")


def test_liens_dans_la_copie(nouveau_noyau, cours, genre, verifier):
    carnet = cours.tentations["carnet"]
    (cours.copie / "lien").symlink_to(carnet)
    (cours.copie / "dossier").symlink_to(carnet.parent, target_is_directory=True)
    (cours.copie / "second-nom").hardlink_to(carnet)
    os.mkfifo(cours.copie / "tube")
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer(f"""
        for nom in ("lien", "dossier/gradebook.db", "second-nom"):
            try:
                if {cours.secret[:10]!r} + {cours.secret[10:]!r} in open(nom).read(): print("REUSSI", nom)
            except OSError:
                pass
        print("FINI")
        """)
    verifier(genre, sortie, 3)


def test_modules_poses_dans_la_copie(nouveau_noyau, cours, genre, verifier):
    """None runs at start, and none takes the place of a library, loaded already or not."""
    noms = ["sitecustomize", "usercustomize", "pandas", "matplotlib", "tornado", "requests"]
    for nom in noms:
        (cours.copie / f"{nom}.py").write_text('print("REUSSI", __name__)\n', encoding="utf-8")
    (cours.copie / "intrus.pth").write_text('import sys; print("REUSSI pth")\n', encoding="utf-8")
    demarrage = cours.copie / ".ipython" / "profile_default" / "startup"
    demarrage.mkdir(parents=True)
    (demarrage / "00.py").write_text('print("REUSSI ipython"); DEMARRE = True\n', encoding="utf-8")
    noyau = nouveau_noyau(genre, cours.copie)
    sortie = noyau.executer("""
        import sys
        import pandas, requests
        print("FINI", "sitecustomize" in sys.modules and sys.modules["sitecustomize"].__file__)
        print("REUSSI demarrage") if "DEMARRE" in globals() else None
        """)
    verifier(genre, sortie, 2)


def test_un_module_de_l_apprenant_reste_utilisable(nouveau_noyau, cours):
    (cours.copie / "mes_fonctions.py").write_text("def double(x): return 2 * x\n", encoding="utf-8")
    code = "import mes_fonctions; print(mes_fonctions.double(21))"
    assert nouveau_noyau("isole", cours.copie).executer(code).strip() == "42"
    sans = nouveau_noyau("isole", cours.copie, options={"extra_arguments": ["--InteractiveShellApp.ignore_cwd=True"]})
    assert "ModuleNotFoundError" in sans.executer(code)


def test_une_copie_trop_grosse_est_refusee(nouveau_noyau, cours):

    with (cours.copie / "enorme.bin").open("wb") as flux:
        flux.truncate(2**30)
    with pytest.raises(ErreurRncp, match=r"dépasse 10 Mio \(fichier « enorme.bin »\)"):
        nouveau_noyau("isole", cours.copie, copie=10 * 2**20)


def test_un_dossier_que_tous_les_noyaux_lisent_est_refuse(nouveau_noyau):

    with pytest.raises(ErreurRncp, match="que tous les noyaux lisent"):
        nouveau_noyau("isole", Path("/usr/share"))


def test_des_milliers_de_fichiers_ne_coutent_qu_un_refus(nouveau_noyau, cours):

    for rang in range(25_000):
        (cours.copie / f"f{rang}").touch()
    with pytest.raises(ErreurRncp, match="Le noyau isolé n'a pas pu démarrer"):
        nouveau_noyau("isole", cours.copie)
