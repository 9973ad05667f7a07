"""La liste d'une classe : ce qui se lit, ce qui est refusé, et qu'un refus n'écrit rien."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from rncp_utils.cli import main
from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.hub.classe import lire_classe
from rncp_utils.hub.lieux import Lieux
from rncp_utils.hub.personnes import ecrire_personnes, groupes_du_hub, lire_personnes
from rncp_utils.referentiel import charger_referentiel

ENTETE = "identifiant;nom;prénom;rôle;groupe;voie;date d'entrée;qualité"


@pytest.fixture
def lire(tmp_path: Path):
    def lire(*lignes: str, entete: str = ENTETE, encodage: str = "utf-8"):
        chemin = tmp_path / "classe.csv"
        chemin.write_bytes("\r\n".join([entete, *lignes]).encode(encodage))
        return lire_classe(chemin, charger_referentiel())

    return lire


def test_la_classe_de_demonstration_a_les_quatre_roles(depot):
    classe = lire_classe(depot / "hub" / "classe_de_demonstration.csv", charger_referentiel())
    assert {personne.role for personne in classe} == {"apprenant", "formateur", "expert", "coordinateur"}
    assert sum(personne.role == "apprenant" for personne in classe) >= 3


def test_ce_qu_un_tableur_enregistre_se_lit(lire):
    voie = charger_referentiel().voies_acces.voies[0].code
    lues = lire(
        f"amelie.durand;Durand;Amélie;Apprenante;A;{voie};05/10/2023;",
        "",
        "marc;Aubry;Marc;Expert métier;;;;directeur d'agence",
        encodage="cp1252",
    )
    amelie, marc = lues
    assert (amelie.prenom, amelie.role, amelie.voie, amelie.date_entree) == (
        "Amélie",
        "apprenant",
        voie,
        dt.date(2023, 10, 5),
    )
    assert (marc.role, marc.qualite, marc.nom_complet) == ("expert", "directeur d'agence", "Marc Aubry")


@pytest.mark.parametrize(
    ("ligne", "phrase"),
    [
        ("Amelie;Durand;Amélie;apprenant", "l'identifiant « Amelie » ne convient pas"),
        ("../etc;Durand;Amélie;apprenant", "l'identifiant « ../etc » ne convient pas"),
        ("a+b;Durand;Amélie;apprenant", "l'identifiant « a+b » ne convient pas"),
        ("-x;Durand;Amélie;apprenant", "l'identifiant « -x » ne convient pas"),
        (f"{'a' * 33};Durand;Amélie;apprenant", "32 signes au plus"),
        (";Durand;Amélie;apprenant", "l'identifiant «  » ne convient pas"),
        ("amelie;;Amélie;apprenant", "le nom manque"),
        ("amelie;Dur:and;Amélie;apprenant", "le nom « Dur:and » contient un signe"),
        ("amelie;Durand;Amélie;directeur", "le rôle « directeur » est inconnu"),
        ("amelie;Durand;Amélie;apprenant;;inconnue", "la voie « inconnue » est inconnue"),
        ("amelie;Durand;Amélie;apprenant;;;hier", "la date « hier » ne se lit pas"),
        ("marc;Aubry;Marc;expert", "la qualité de l'expert manque"),
        ("claire;Petit;Claire;formateur;;;01/10/2023", "seul un apprenant a une voie"),
    ],
)
def test_chaque_faute_est_dite_avec_sa_ligne(lire, ligne, phrase):
    with pytest.raises(ErreurListe) as refus:
        lire("lea;Rossi;Léa;apprenant", ligne)
    assert phrase in str(refus.value)
    assert all(faute.startswith("ligne 3 : ") for faute in refus.value.fautes)


def test_toutes_les_fautes_sont_dites_en_une_fois(lire):
    with pytest.raises(ErreurListe) as refus:
        lire("amelie;Durand;Amélie;apprenant", "amelie;Durand;Amélie;formateur", "X;;Léa;chef")
    assert len(refus.value.fautes) == 4
    assert "écrit deux fois" in refus.value.fautes[0]


def test_un_fichier_sans_personne_ou_sans_colonne_est_refuse(lire):
    with pytest.raises(ErreurDonnees, match="ne contient personne"):
        lire()
    with pytest.raises(ErreurDonnees, match="n'a pas les colonnes role"):
        lire("amelie;Durand;Amélie", entete="identifiant;nom;prénom")


def test_un_fichier_refuse_n_ecrit_rien(depot, tmp_path):
    mauvais = tmp_path / "classe.csv"
    mauvais.write_text(f"{ENTETE}\namelie;Durand;Amélie;chef\n", encoding="utf-8")
    etat = tmp_path / "etat"
    arguments = ["--cours", str(depot), "hub", "--etat", str(etat), "inscrire", str(mauvais)]
    rendu = CliRunner().invoke(main, arguments)
    assert rendu.exit_code == 1
    assert "le rôle « chef » est inconnu" in rendu.output
    assert "Traceback" not in rendu.output
    assert not etat.exists()


def test_les_personnes_gardees_se_relisent_et_font_les_groupes(lire, tmp_path, depot):
    lieux = Lieux(depot, tmp_path)
    lieux.prive.mkdir()
    classe = lire("amelie;Durand;Amélie;apprenant;A;;2023-10-05", "marc;Aubry;Marc;expert;;;;directeur d'agence")
    ecrire_personnes(lieux, classe)
    assert lieux.personnes.stat().st_mode & 0o077 == 0
    assert lire_personnes(lieux) == {personne.identifiant: personne for personne in classe}
    groupes = groupes_du_hub(lieux, isole=True)
    assert groupes["nbgrader-rncp31919"] == {"users": ["amelie"]}
    assert groupes["experts-rncp31919"] == {"users": ["marc"]}
    # nbgrader finds its courses through the account that grades, and through no person here.
    assert groupes["formgrade-rncp31919"] == {"users": ["rncp-correcteur"]}
    assert groupes["coordination-rncp31919"] == {"users": []}
