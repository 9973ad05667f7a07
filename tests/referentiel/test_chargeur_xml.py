"""Reading the open data: one sheet of an archive, and one French sentence for each bad file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.referentiel import france_competences
from rncp_utils.referentiel.france_competences import lire_fiche
from tests.referentiel.xml_fiches import VERSION, bloc, element, fiche, fichier

UN_BLOC = bloc("RNCP90001BC01", "Observer", "* Regarder      * Noter", "Dossier")
TROIS = fichier(*(fiche(f"RNCP9000{rang}", [UN_BLOC]) for rang in (1, 2, 3)))
BOMBE = (
    '<?xml version="1.0"?><!DOCTYPE FICHES [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><FICHES><FICHE><NUMERO_FICHE>&c;</NUMERO_FICHE></FICHE></FICHES>'
)
EXTERNE = '<!DOCTYPE FICHES [<!ENTITY a SYSTEM "file:///etc/hostname">]><FICHES>&a;</FICHES>'


@pytest.fixture
def ecrire(tmp_path: Path):
    def ecrire(contenu: str | bytes, nom: str = "fiches.xml") -> Path:
        chemin = tmp_path / nom
        chemin.write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
        return chemin

    return ecrire


@pytest.mark.parametrize("demandee", ["RNCP90002", "rncp90002", "90002"])
def test_une_fiche_parmi_plusieurs(ecrire, demandee: str) -> None:
    lue = lire_fiche(ecrire(TROIS), demandee)
    assert (lue.numero, lue.version) == ("90002", "4.1")
    assert lue.racine.lire("INTITULE") == "Titre essayé"
    (lu,) = lue.racine.tous("BLOCS_COMPETENCES", "BLOC_COMPETENCES")
    assert lu.lire("LISTE_COMPETENCES") == "* Regarder      * Noter"


def test_la_seule_fiche_n_a_pas_a_etre_nommee(ecrire) -> None:
    assert lire_fiche(ecrire(fichier(fiche("RNCP90001", [UN_BLOC])))).numero == "90001"


def test_l_archive_se_lit_sans_etre_depliee(ecrire, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as sortie:
        sortie.writestr("export-fiches.xml", TROIS)
    assert lire_fiche(archive, "RNCP90003").numero == "90003"


@pytest.mark.parametrize("codage", ["utf-16", "iso-8859-1"])
def test_un_autre_codage_annonce_est_lu(ecrire, codage: str) -> None:
    contenu = fichier(fiche("RNCP90001", [UN_BLOC])).replace("UTF-8", codage)
    assert lire_fiche(ecrire(contenu.encode(codage))).racine.lire("INTITULE") == "Titre essayé"


@pytest.mark.parametrize(
    ("contenu", "demandee", "attendu"),
    [
        ("bonjour", "", "n'est pas du XML ; téléchargez-le de nouveau"),
        (b"%PDF-1.7 \x00\x01", "", "n'est pas du XML"),
        (b"", "", "est vide"),
        (TROIS[:-40], "RNCP90001", "est un XML mal formé ou tronqué (ligne"),
        (BOMBE, "", "déclare un type de document ou des entités"),
        (EXTERNE, "", "déclare un type de document ou des entités"),
        ('<?xml version="1.0" encoding="martien"?><FICHES/>', "", "a un codage de caractères inconnu"),
        (fichier(fiche("RNCP90001", [UN_BLOC]), racine="BILANS"), "", "commence par « BILANS », et non par « FICHES »"),
        (fichier(), "", "ne contient aucune fiche"),
        (TROIS, "RNCP12345", "ne contient pas la fiche RNCP12345 ; vérifiez son numéro (3 fiches lues"),
        (TROIS, "", "contient 3 fiches (RNCP90001, RNCP90002, RNCP90003…) ; dites laquelle avec --fiche"),
        (TROIS, "RS12", "« RS12 » n'est pas un numéro de fiche"),
        (TROIS.replace("90003", "90002"), "90002", "contient plusieurs fois la fiche RNCP90002"),
        (fichier(fiche("RS6789", [UN_BLOC])), "", "ne donne pas un numéro RNCP (lu : « RS6789 »)"),
        (fichier("<FICHE>" + "<A>" * 50 + "</A>" * 50 + "</FICHE>"), "", "a des éléments emboîtés sans fin"),
    ],
)
def test_un_mauvais_fichier_est_refuse_en_une_phrase(ecrire, contenu, demandee: str, attendu: str) -> None:
    chemin = ecrire(contenu)
    with pytest.raises(ErreurDonnees) as refus:
        lire_fiche(chemin, demandee)
    assert attendu in str(refus.value)
    assert "\n" not in str(refus.value)


def test_une_fiche_sans_fin_est_refusee_avant_d_etre_gardee(ecrire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(france_competences, "TEXTE_MAX", 1_000)
    with pytest.raises(ErreurDonnees, match="a une fiche démesurée"):
        lire_fiche(ecrire(fichier(fiche("RNCP90001", [UN_BLOC], element("ACTIVITES_VISEES", "a " * 1_000)))))
    # What is skipped is not counted: the other sheets of an archive may be as long as they like.
    longue = fiche("RNCP90001", [UN_BLOC], element("ACTIVITES_VISEES", "a " * 1_000))
    assert lire_fiche(ecrire(fichier(longue, fiche("RNCP90002", [UN_BLOC]))), "90002").numero == "90002"


def test_une_balise_sans_fin_est_refusee(ecrire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(france_competences, "SANS_ELEMENT_MAX", 1_000)
    monkeypatch.setattr(france_competences, "MORCEAU", 500)
    with pytest.raises(ErreurDonnees, match="a un élément démesuré"):
        lire_fiche(ecrire(f"<FICHES>{VERSION}<FICHE a='{'a' * 10_000}'/></FICHES>"))


def test_une_archive_qui_se_deplie_sans_fin_est_refusee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(france_competences, "OCTETS_MAX", 100_000)
    archive = tmp_path / "bombe.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as sortie:
        sortie.writestr("a.xml", f"<FICHES>{' ' * 10_000_000}</FICHES>")
    with pytest.raises(ErreurDonnees, match="admis"):
        lire_fiche(archive)


@pytest.mark.parametrize("noms", [[], ["a.xml", "b.xml"]])
def test_une_archive_doit_contenir_un_seul_xml(tmp_path: Path, noms: list[str]) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as sortie:
        sortie.writestr("lisez-moi.txt", "")
        for nom in noms:
            sortie.writestr(nom, TROIS)
    with pytest.raises(ErreurDonnees, match=f"contient {len(noms)} fichiers XML, un seul est attendu"):
        lire_fiche(archive)


def test_une_archive_abimee_ou_un_fichier_absent(ecrire, tmp_path: Path) -> None:
    with pytest.raises(ErreurDonnees, match="n'est pas une archive lisible"):
        lire_fiche(ecrire(b"PK\x03\x04 abime", "export.zip"))
    with pytest.raises(ErreurDonnees, match="ne peut pas être ouvert"):
        lire_fiche(tmp_path / "absent.xml")
