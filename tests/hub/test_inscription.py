"""Inscrire une classe avec de vrais comptes : une fois, deux fois, avec un autre rôle, et ce qui est refusé."""

from __future__ import annotations

import grp
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rncp_utils.grading.entrees import lire_inscriptions
from rncp_utils.grading.grilles import lire_observateurs
from rncp_utils.hub.comptes import GROUPE_EXPERTS, changer_le_mot_de_passe
from rncp_utils.hub.inscription import inscrire
from rncp_utils.hub.personnes import lire_personnes
from rncp_utils.referentiel import charger_referentiel

pytestmark = pytest.mark.lent
ENTETE = "identifiant;nom;prénom;rôle;groupe;voie;date d'entrée;qualité\n"
ADA, BO, CYD, DAN = "essai-i.ada", "essai-i.bo", "essai-i.cyd", "essai-i.dan"
CLASSE = (
    f"{ADA};Lovelace;Ada;apprenant;A;;05/10/2023;\n{BO};Petit;Bo;apprenant;A;;;\n"
    f"{CYD};Aubry;Cyd;expert;;;;directrice d'agence\n{DAN};Roy;Dan;coordinateur;;;;\n"
)


@pytest.fixture(scope="module")
def inscrire_texte(hub_installe):
    def inscrire_texte(lignes: str, **options):
        chemin = hub_installe.prive / "classe.csv"
        chemin.write_text(ENTETE + lignes, encoding="utf-8")
        return inscrire(hub_installe, chemin, **options)

    return inscrire_texte


@pytest.fixture(scope="module")
def premier(inscrire_texte):
    for reste in (ADA, BO, CYD, DAN):  # of a run that was cut off
        subprocess.run(["userdel", "--remove", reste], check=False, capture_output=True)
    return inscrire_texte(CLASSE)


def mots_de_passe(lieux) -> dict[str, str]:
    lignes = (lieux.prive / "mots_de_passe.csv").read_text(encoding="utf-8").splitlines()[1:]
    return dict(ligne.split(";") for ligne in lignes)


def test_chacun_a_un_compte_et_un_domicile_ferme(premier, hub_installe):
    assert premier.comptes_crees == [ADA, BO, CYD, DAN]
    for nom in (ADA, BO, CYD, DAN):
        fiche = pwd.getpwnam(nom)
        domicile = Path(fiche.pw_dir).stat()
        assert (domicile.st_uid, stat.S_IMODE(domicile.st_mode)) == (fiche.pw_uid, 0o700)
        assert fiche.pw_shell == "/usr/sbin/nologin"
    assert set(mots_de_passe(hub_installe)) == {ADA, BO, CYD, DAN}
    assert stat.S_IMODE(premier.mots_de_passe.stat().st_mode) == 0o600


def test_le_carnet_la_session_et_les_grilles_connaissent_la_classe(premier, hub_installe):
    with Gradebook(f"sqlite:///{hub_installe.cours}/gradebook.db") as carnet:
        assert {eleve.id: eleve.first_name for eleve in carnet.students} == {ADA: "Ada", BO: "Bo"}
    inscriptions = lire_inscriptions(hub_installe.cours, charger_referentiel())
    assert list(inscriptions["apprenant"]) == [ADA, BO]
    assert str(inscriptions["date_entree"][0]) == "2023-10-05"
    [expert] = lire_observateurs(hub_installe.cours)
    assert (expert.nom, expert.qualite) == ("Cyd Aubry", "directrice d'agence")
    assert CYD in grp.getgrnam(GROUPE_EXPERTS).gr_mem


def test_recommencer_ne_change_rien(premier, inscrire_texte, hub_installe):
    avant = mots_de_passe(hub_installe), lire_personnes(hub_installe)
    bilan = inscrire_texte(CLASSE)
    assert (bilan.comptes_crees, bilan.nouveaux_au_carnet, bilan.roles_changes) == ([], [], [])
    assert (mots_de_passe(hub_installe), lire_personnes(hub_installe)) == avant
    # An empty cell does not erase what was known.
    inscrire_texte(CLASSE.replace("05/10/2023", ""))
    inscriptions = lire_inscriptions(hub_installe.cours, charger_referentiel())
    assert str(inscriptions["date_entree"][0]) == "2023-10-05"


def test_changer_de_role_retire_l_ancien(premier, inscrire_texte, hub_installe):
    bilan = inscrire_texte(f"{CYD};Aubry;Cyd;formateur;;;;\n")
    assert bilan.roles_changes == [f"{CYD} (expert → formateur)"]
    assert bilan.absents_du_fichier == [ADA, BO, DAN]
    assert CYD not in grp.getgrnam(GROUPE_EXPERTS).gr_mem
    assert lire_personnes(hub_installe)[CYD].role == "formateur"
    inscrire_texte(CLASSE)
    assert CYD in grp.getgrnam(GROUPE_EXPERTS).gr_mem


def test_un_compte_qui_n_est_pas_a_nous_est_refuse(premier, inscrire_texte, hub_installe):
    avant = lire_personnes(hub_installe)
    with pytest.raises(Exception, match="« daemon » est un compte du système lui-même"):
        inscrire_texte("daemon;Mon;Dae;apprenant;;;;\n")
    autre = "essai-i.annuaire"
    subprocess.run(["useradd", "--no-create-home", "--home-dir", "/nonexistent", autre], check=True)
    with pytest.raises(Exception, match="--comptes-existants"):
        inscrire_texte(f"{autre};Nu;An;apprenant;;;;\n")
    assert lire_personnes(hub_installe) == avant
    bilan = inscrire_texte(f"{autre};Nu;An;apprenant;;;;\n", comptes_existants=True)
    assert bilan.comptes_crees == []
    assert autre in lire_personnes(hub_installe)
    # Its password is the directory's business.
    assert autre not in mots_de_passe(hub_installe)


def test_un_mot_de_passe_tire_se_lit_sans_erreur(premier):
    mot = changer_le_mot_de_passe(ADA)
    assert len(mot) == 19
    assert not set(mot) & set("0O1lIi")
    assert mot != changer_le_mot_de_passe(ADA)


def test_chaque_dossier_a_le_proprietaire_et_les_droits_prevus(premier, hub_installe):
    def droits(chemin: Path) -> tuple[str, str, int]:
        lu = chemin.stat()
        return pwd.getpwuid(lu.st_uid).pw_name, grp.getgrgid(lu.st_gid).gr_name, stat.S_IMODE(lu.st_mode)

    cours = hub_installe.cours
    assert droits(hub_installe.prive) == ("root", "root", 0o700)
    assert droits(hub_installe.journaux) == ("root", "root", 0o700)
    assert droits(hub_installe.echange)[2] == 0o1777
    assert droits(cours) == ("rncp-correcteur", "rncp-cours", 0o2751)
    assert droits(cours / "source") == ("rncp-correcteur", "rncp-cours", 0o2750)
    assert droits(cours / "session") == ("rncp-coordination", "rncp-cours", 0o2700)
    assert droits(cours / "observations") == ("rncp-correcteur", "rncp-experts", 0o3770)
    ouverts = [
        chemin
        for chemin in cours.rglob("*")
        if not chemin.is_symlink() and chemin.stat().st_mode & 0o007 and "course" not in chemin.parts
    ]
    assert ouverts == []
    # The libraries that everybody runs are nobody's to change.
    for chemin in hub_installe.environnement.rglob("*.py"):
        assert not chemin.stat().st_mode & 0o022, chemin
    assert not list(hub_installe.environnement.rglob("_editable*"))


def test_les_comptes_du_cours_ne_se_connectent_pas(premier):
    for nom in ("rncp-correcteur", "rncp-coordination", "rncp-mandataire"):
        ombre = subprocess.run(["getent", "shadow", nom], capture_output=True, text=True, check=True).stdout
        assert ombre.split(":")[1][:1] in ("!", "*")
        assert pwd.getpwnam(nom).pw_uid < 1000
        assert Path(pwd.getpwnam(nom).pw_shell).name == "nologin"


def test_un_compte_sans_droits_execute_le_meme_python_et_nos_bibliotheques(hub_installe):
    code = "import sys, ssl, sqlite3, rncp_utils; print(sys.version); print(rncp_utils.__file__)"
    fini = subprocess.run(
        [hub_installe.dans_l_environnement("python"), "-I", "-c", code],
        user="nobody",
        group="nogroup",
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    # Not another patch release of it: libraries that work with one break with another.
    assert sys.version.splitlines()[0] in fini.stdout
    assert str(hub_installe.environnement) in fini.stdout.splitlines()[-1]
