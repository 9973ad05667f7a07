"""The file of a learner: found again, shared by two kernels, whole whatever befalls the machine."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.poste import base
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.rejeu import lire_journal_de, rejouer
from tests.poste.petit_poste import PLAN, QUI, decider, faire, nouveau, petite

DEPOT = Path(__file__).parents[2]


@pytest.fixture
def ouvrir(tmp_path, situation):
    """Opens the workstation of ada in the folder of the test."""

    def _ouvrir(dossier=tmp_path, quoi=situation, **autres):
        return Poste.ouvrir(dossier, quoi, **(QUI | autres))

    return _ouvrir


@pytest.fixture
def chemin(tmp_path):
    """Her file."""
    return base.chemin_du_poste(tmp_path, QUI["devoir"], QUI["cellule"])


def mis_de_cote(chemin):
    return sorted(chemin.parent.glob("*.mis-de-cote-*.sqlite"))


def test_le_fichier_est_cree_puis_retrouve(ouvrir, chemin):
    poste = ouvrir()
    assert chemin == chemin.parents[1] / "poste" / "B5-ESSAI__poste.sqlite"
    assert (poste.notes, poste.bloque) == ([], "")
    assert decider(poste) == "accepte"
    repris = ouvrir()
    assert repris.notes == []
    assert repris.journal() == poste.journal()
    assert repris.table("dossier") == poste.table("dossier")
    assert [p.name for p in chemin.parent.iterdir()] == [chemin.name]


def test_un_nom_de_devoir_qui_n_est_pas_un_nom(ouvrir):
    with pytest.raises(ErreurDonnees, match="ne peut pas nommer un fichier"):
        ouvrir(devoir="../ailleurs")


def test_un_dossier_au_nom_etrange(ouvrir, tmp_path):
    dossier = tmp_path / "élève n° 1 ? #100 % & 'ça'"
    dossier.mkdir()
    faire(ouvrir(dossier), "ouvrir_dossier")
    assert len(ouvrir(dossier).table("dossier")) == 1


def test_deux_onglets_se_voient(ouvrir):
    un, autre = ouvrir(), ouvrir()
    faire(un, "ouvrir_dossier")
    resultat = autre.faire("ouvrir_dossier")
    assert "est en cours" in resultat.phrase
    faire(autre, "plan", sens="besoin", nature="four", montant="1 000")
    assert un.table("plan_ligne") == autre.table("plan_ligne") != []


def test_le_fichier_d_une_autre_personne_est_mis_de_cote(ouvrir, chemin):
    faire(ouvrir(apprenant="bo"), "ouvrir_dossier")
    octets = chemin.read_bytes()
    poste = ouvrir()
    assert poste.table("dossier") == []
    assert "«\xa0bo\xa0» au lieu de «\xa0ada\xa0»" in poste.notes[0]
    [ancien] = mis_de_cote(chemin)
    assert ancien.read_bytes() == octets
    assert ancien.name in poste.notes[-1]
    faire(poste, "ouvrir_dossier")
    assert ouvrir().notes == []


@pytest.mark.parametrize("contenu", [b"", b"x" * 100, b"SQLite format 3\0" + b"x" * 5_000])
def test_un_fichier_illisible_est_mis_de_cote(ouvrir, chemin, contenu):
    chemin.parent.mkdir()
    chemin.write_bytes(contenu)
    poste = ouvrir()
    assert len(poste.notes) == 2
    assert mis_de_cote(chemin)[0].read_bytes() == contenu
    faire(poste, "ouvrir_dossier")


def test_un_fichier_coupe_en_deux_est_mis_de_cote(ouvrir, chemin):
    decider(ouvrir())
    entier = chemin.read_bytes()
    chemin.write_bytes(entier[: len(entier) // 2])
    poste = ouvrir()
    assert poste.table("dossier") == []
    assert poste.notes
    faire(poste, "ouvrir_dossier")


def test_un_fichier_retouche_reprend_ce_que_ses_actions_donnent(ouvrir, chemin):
    faire(ouvrir(), "ouvrir_dossier")
    with sqlite3.connect(chemin) as connexion:
        connexion.execute("UPDATE dossier SET etat = 'accepte'")
    poste = ouvrir()
    assert [d["etat"] for d in poste.table("dossier")] == ["brouillon"]
    assert any("n'est pas celui que donnent ses actions" in note for note in poste.notes)
    assert ouvrir().notes == []


def test_une_autre_version_de_la_situation_rejoue_les_actions(ouvrir, chemin):
    poste = ouvrir()
    faire(poste, "ouvrir_dossier")
    faire(poste, "plan", sens="besoin", nature="four", montant="1 000")
    repris = ouvrir(quoi=petite(version=2))
    assert repris.table("plan_ligne") == poste.table("plan_ligne")
    assert "version" in repris.notes[0]
    assert len(mis_de_cote(chemin)) == 1


def test_un_fichier_laisse_en_mode_wal_redevient_un_seul_fichier(ouvrir, chemin):
    faire(ouvrir(), "ouvrir_dossier")
    connexion = sqlite3.connect(chemin)
    connexion.execute("PRAGMA journal_mode = WAL")
    connexion.execute("UPDATE client SET activite = activite")
    connexion.commit()
    connexion.close()
    poste = ouvrir()
    assert poste.notes == []
    faire(poste, "plan", sens="besoin", nature="four", montant="1 000")
    assert [p.name for p in chemin.parent.iterdir()] == [chemin.name]


def test_un_dossier_qui_est_un_lien_ou_un_fichier_bloque_sans_rien_ecrire(ouvrir, tmp_path):
    ailleurs = tmp_path / "ailleurs"
    ailleurs.mkdir()
    (tmp_path / "poste").symlink_to(ailleurs)
    poste = ouvrir()
    assert "ne peut pas enregistrer" in poste.bloque
    assert poste.faire("ouvrir_dossier").phrase == poste.bloque
    assert len(poste.table("client")) == 2  # what is known of the client can still be read
    assert list(ailleurs.iterdir()) == []
    (tmp_path / "poste").unlink()
    (tmp_path / "poste").write_text("x")
    assert "ne peut pas enregistrer" in ouvrir().bloque


def test_un_fichier_efface_pendant_le_travail(ouvrir, chemin):
    poste = ouvrir()
    faire(poste, "ouvrir_dossier")
    assert poste.table("dossier") != []
    chemin.unlink()
    resultat = poste.faire("plan", sens="besoin", nature="four", montant="1 000")
    assert "réexécutez la case" in resultat.phrase
    assert not chemin.exists()
    assert poste.table("dossier") != []  # as it was last read
    assert poste.bloque
    assert ouvrir().table("dossier") == []


def test_recommencer_est_de_l_entrainement(ouvrir):
    epreuve = ouvrir()
    faire(epreuve, "ouvrir_dossier")
    assert not epreuve.recommencer()
    entrainement, autre_onglet = ouvrir(entrainement=True), ouvrir(entrainement=True)
    assert entrainement.recommencer()
    assert entrainement.table("dossier") == entrainement.journal() == autre_onglet.table("dossier") == []
    faire(autre_onglet, "ouvrir_dossier")
    assert ouvrir().notes == []


def test_un_poste_plein_le_dit(ouvrir, monkeypatch):
    monkeypatch.setattr("rncp_utils.poste.journal.LIGNES_MAX", 3)
    poste = ouvrir()
    for _ in range(3):
        faire(poste, "consulter", ecran="P1")
    resultat = poste.faire("consulter", ecran="P1")
    assert not resultat.accepte
    assert "le maximum" in resultat.phrase
    assert len(poste.journal()) == 3


def test_une_base_pleine_n_ecrit_rien_a_moitie(ouvrir, chemin, monkeypatch):
    """The room of the file itself: what SQLite says of a full disk, without one."""
    poste = ouvrir()
    monkeypatch.setattr(base, "TAILLE_MAX", chemin.stat().st_size)
    texte = "Le client est reçu. " * 90
    dits = [poste.faire("compte_rendu", texte=texte) for _ in range(10)]
    assert "le disque est plein" in dits[-1].phrase
    faits = sum(dit.accepte for dit in dits)
    assert len(poste.journal()) == len(poste.table("compte_rendu")) == faits
    monkeypatch.undo()
    faire(poste, "compte_rendu", texte=texte)
    assert ouvrir().notes == []


def test_un_autre_onglet_qui_tient_le_fichier(ouvrir, chemin, monkeypatch):
    poste = ouvrir()
    monkeypatch.setattr(base, "ATTENTE_S", 0.05)
    verrou = sqlite3.connect(chemin, isolation_level=None)
    verrou.execute("BEGIN EXCLUSIVE")
    assert "occupé par un autre onglet" in poste.faire("ouvrir_dossier").phrase
    verrou.execute("ROLLBACK")
    verrou.close()
    faire(poste, "ouvrir_dossier")


# One process that works, to be killed or to run beside another.
TRAVAIL = """
    import sys
    from pathlib import Path
    from rncp_utils.poste.poste import Poste
    from tests.poste.petit_poste import QUI, petite

    poste = Poste.ouvrir(Path(sys.argv[1]), petite(), **QUI)
    assert not poste.notes and not poste.bloque, (poste.notes, poste.bloque)
    poste.faire("ouvrir_dossier")
    print("pret", flush=True)
    for rang in range(int(sys.argv[2])):
        fait = poste.faire("plan", sens="besoin", nature="four", montant=1 + rang)
        fait = poste.faire("creer_tache", libelle=f"{sys.argv[3]} {rang}", jour="2027-02-01")
        assert fait.accepte, fait.phrase
        print(rang, flush=True)
    """


def _travailler(dossier, combien, nom):
    return subprocess.Popen(
        [sys.executable, "-c", dedent(TRAVAIL), str(dossier), str(combien), nom],
        cwd=DEPOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.lent
def test_tue_au_milieu_des_actions_puis_rouvert(tmp_path, ouvrir, chemin):
    hasard = random.Random(20270112)
    for mort in range(4):
        with _travailler(tmp_path, 100_000, f"essai {mort}") as enfant:
            assert enfant.stdout.readline() == "pret\n"
            dites = 0
            while dites < hasard.randint(1, 25):
                dites += bool(enfant.stdout.readline())
            enfant.kill()
            dites += len(enfant.stdout.readlines())
        poste = ouvrir()
        assert (poste.notes, poste.bloque) == ([], "")
        # All that was said done is there, and at most the one under way besides.
        taches = [t for t in poste.table("tache") if t["libelle"].startswith(f"essai {mort}")]
        assert dites <= len(taches) <= dites + 1
    rejeu = rejouer(lire_journal_de(chemin), petite(), **QUI)
    assert (rejeu.anomalies, rejeu.ecart) == ((), False)


@pytest.mark.lent
def test_deux_processus_a_la_fois_n_en_perdent_aucune(tmp_path, ouvrir, chemin):
    processus = [_travailler(tmp_path, 40, nom) for nom in ("un", "deux")]
    assert [p.communicate()[0].count("\n") for p in processus] == [41, 41]
    assert [p.returncode for p in processus] == [0, 0]
    poste = ouvrir()
    assert poste.notes == []
    libelles = [t["libelle"] for t in poste.table("tache")]
    assert sorted(libelles) == sorted(f"{nom} {rang}" for nom in ("un", "deux") for rang in range(40))
    assert len(poste.table("dossier")) == 1
    assert mis_de_cote(chemin) == []


SUR_UN_DISQUE = """
    import sys
    from pathlib import Path
    from rncp_utils.poste.poste import Poste
    from tests.poste.petit_poste import QUI, petite

    poste = Poste.ouvrir(Path(sys.argv[1]), petite(), **QUI)
    print(poste.bloque or "ouvert")
    dits = [poste.faire("compte_rendu", texte="Le client est venu. " * 90) for _ in range(int(sys.argv[2]))]
    print(sum(dit.accepte for dit in dits), len(poste.table("compte_rendu")), len(poste.table("journal")))
    print(dits[-1].phrase)
    """


@pytest.mark.lent
def test_disque_plein_puis_libere_et_dossier_protege(tmp_path):
    """On disks of their own, in a namespace of its own: nothing is mounted for anybody else."""
    travail = tmp_path / "travail.py"
    travail.write_text(dedent(SUR_UN_DISQUE))
    python = f"cd {DEPOT} && PYTHONPATH={DEPOT} {sys.executable} {travail}"
    script = f"""
        set -u
        D={tmp_path}/disque
        mkdir -p $D && mount -t tmpfs -o size=1m tmpfs $D || exit 90
        mkdir $D/a $D/b $D/c
        ({python} $D/a 1) > {tmp_path}/a.txt 2>&1
        # All the room but 60 Kio is taken.
        libre=$(df --output=avail -k $D | tail -1)
        head -c $(( (libre - 60) * 1024 )) /dev/zero > $D/bourrage
        ({python} $D/a 40) > {tmp_path}/plein.txt 2>&1
        ({python} $D/b 1) > {tmp_path}/neuf.txt 2>&1
        ls -A $D/b/poste > {tmp_path}/restes.txt 2>&1
        rm $D/bourrage
        ({python} $D/a 1) > {tmp_path}/libere.txt 2>&1
        mount -o remount,ro $D
        ({python} $D/a 1) > {tmp_path}/protege.txt 2>&1
        ({python} $D/c 1) > {tmp_path}/protege_neuf.txt 2>&1
        """
    espace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-r", "-m"]
    subprocess.run([*espace, "sh", "-c", dedent(script)], check=True, timeout=300)
    lus = {
        nom: (tmp_path / f"{nom}.txt").read_text().splitlines() for nom in ("a", "plein", "neuf", "libere", "protege")
    }
    assert lus["a"][:2] == ["ouvert", "1 1 1"], lus["a"]
    ouvert, compte, phrase = lus["plein"]
    faits, lignes, journal = (int(nombre) for nombre in compte.split())
    assert (ouvert, lignes, journal) == ("ouvert", faits + 1, faits + 1)
    assert 0 < faits < 40
    assert "le disque est plein" in phrase
    assert "le disque est plein" in lus["neuf"][0]
    assert (tmp_path / "restes.txt").read_text().strip() in ("", f"ls: cannot access '{tmp_path}/disque/b/poste'")
    assert lus["libere"][1] == f"1 {faits + 2} {faits + 2}"
    assert lus["protege"][0] == "ouvert"
    assert "protégé contre l'écriture" in lus["protege"][2]
    assert "protégé contre l'écriture" in (tmp_path / "protege_neuf.txt").read_text()


def test_chaque_variante_d_un_plan_s_ecrit_comme_en_memoire(ouvrir, situation):
    """The file holds nothing that a workstation in memory has not."""
    en_memoire, fichier = nouveau(situation), ouvrir()
    for poste in (en_memoire, fichier):
        faire(poste, "ouvrir_dossier")
        for sens, nature, montant in PLAN:
            faire(poste, "plan", sens=sens, nature=nature, montant=montant)
    assert en_memoire.table("plan_ligne") == fichier.table("plan_ligne")
