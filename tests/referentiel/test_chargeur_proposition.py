"""A sheet is proposed, a person confirms: nothing guessed passes for read, nothing missing is invented."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.referentiel import charger_referentiel
from rncp_utils.referentiel.apercu import apercu, est_une_proposition
from rncp_utils.referentiel.chargement import DOSSIER_FICHES
from rncp_utils.referentiel.confirmation import confirmer
from rncp_utils.referentiel.marques import A_COMPLETER, marques
from rncp_utils.referentiel.proposition import ecrire_proposition, proposer, sans_provenance
from tests.referentiel.xml_fiches import bloc, comme_la_fiche, fiche, fichier

JOUR = dt.date(2026, 11, 27)
RNCP = charger_referentiel("rncp31919")


@pytest.fixture
def xml(tmp_path: Path):
    def ecrire(contenu: str) -> Path:
        chemin = tmp_path / "fiche.xml"
        chemin.write_text(contenu, encoding="utf-8")
        return chemin

    return ecrire


@pytest.fixture
def lue(xml) -> dict:
    return proposer(xml(comme_la_fiche(RNCP)), jour=JOUR).contenu


def test_les_25_competences_sont_proposees_et_a_confirmer(lue: dict) -> None:
    assert [(c["code"], c["code_bloc"]) for c in lue["competences"]] == [
        (c.code, c.code_bloc) for c in RNCP.competences
    ]
    assert [c["libelle"] for c in lue["competences"]] == [f"à confirmer : {c.libelle}" for c in RNCP.competences]
    assert [(b["code"], b["code_officiel"], tuple(b["competences"])) for b in lue["blocs"]] == [
        (b.code, f"RNCP31919BC{b.numero:02}", b.competences) for b in RNCP.blocs
    ]


def test_les_modalites_et_les_activites_sont_proposees(lue: dict) -> None:
    assert [(e["code"], e["libelle"], e.get("expert_metier")) for e in lue["evaluations"]] == [
        (e.code, f"à confirmer : {e.libelle}", "à confirmer : true" if e.expert_metier else None)
        for e in RNCP.evaluations
    ]
    assert [a["libelle"] for a in lue["activites"]] == [f"à confirmer : {a.libelle}" for a in RNCP.activites]


def test_ce_qui_est_ecrit_est_lu_sans_marque(lue: dict) -> None:
    assert lue["certification"] == {
        "code": "31919",
        "intitule": "Titre essayé",
        "type": "CQP",
        "niveau": None,
        "note_niveau": "non renseigné dans le fichier de France compétences",
    }
    assert lue["validite"] == {"debut": dt.date(2018, 12, 18), "fin": dt.date(2023, 12, 18)}
    assert lue["certificateur"]["nom"] == "CPNE inventée"
    statuts = {voie["code"]: (voie["statut"], voie["jury"]) for voie in lue["voies_acces"]["voies"]}
    assert statuts["formation_continue"] == ("ouvert", "3 professionnels métiers")
    assert statuts["eleve_ou_etudiant"] == ("ferme", None)
    assert lue["territoires"][0]["accessible"] is False
    assert lue["base_legale"]["date_jo"] == dt.date(2018, 12, 18)
    assert lue["base_legale"]["date"] == "à confirmer : 2018-12-11"


def test_ce_qui_manque_est_a_completer(lue: dict) -> None:
    manques = {lieu for lieu, texte in marques(sans_provenance(lue)) if texte == A_COMPLETER}
    assert {
        "certificateur › nom_court",
        "certificateur › signataire_qualite",
        "validite_composantes_acquises",
        "correspondance_activites › statut",
        "correspondance_activites › lignes › A1 › competences › n° 1",
        "voies_acces › voies › experience › statut",
    } <= manques
    assert lue["territoires"][1] == {
        "libelle": "Accessible en Polynésie française",
        "accessible": None,
        "note": "non dit dans le fichier de France compétences",
    }


def test_l_etat_de_l_enregistrement_est_dit(lue: dict) -> None:
    provenance = lue["proposition"]
    assert provenance["etat"].startswith("Enregistrement terminé le 18/12/2023 : cette fiche ne mène plus à une certif")
    assert "ACTIF : Oui" in provenance["etat"]
    assert provenance["certifications_citees"] == {"nouvelles": ["RNCP90002"], "anciennes": []}
    assert provenance["decoupes"][0] == "B1 : 6 éléments, d'après leurs codes"


def test_une_forme_inconnue_ne_propose_rien_et_garde_le_texte_lu(xml) -> None:
    paragraphe = "Le candidat analyse. Il rédige aussi un rapport. " * 12
    contenu = proposer(xml(fichier(fiche("RNCP90001", [bloc("RNCP90001BC01", "Un", paragraphe, paragraphe)])))).contenu
    assert contenu["competences"] == [{"code": "C1", "code_bloc": "B1.1", "libelle": A_COMPLETER}]
    assert contenu["evaluations"] == [{"code": "B1-E1", "bloc": "B1", "libelle": A_COMPLETER}]
    assert contenu["proposition"]["textes_lus"][0]["competences"] == paragraphe.strip()
    assert "forme non reconnue, rien n'est proposé" in contenu["proposition"]["decoupes"][0]


def test_les_codes_sont_refaits_quand_ceux_de_la_fiche_recommencent_a_chaque_bloc(xml) -> None:
    blocs = [bloc(f"RNCP90001BC0{n}", "Un", "C1 Lire le sol    C2 Noter", "Dossier    Dossier oral") for n in (1, 2)]
    contenu = proposer(xml(fichier(fiche("RNCP90001", blocs)))).contenu
    assert [c["code"] for c in contenu["competences"]] == ["C1", "C2", "C3", "C4"]
    assert [c.get("note_libelle") for c in contenu["competences"]] == [None, None, "code lu : C1", "code lu : C2"]
    assert [e["code"] for e in contenu["evaluations"]] == ["B1-DOS", "B1-DOS2", "B2-DOS", "B2-DOS2"]


@pytest.mark.parametrize(
    ("blocs", "attendu"),
    [
        ([], "n'a aucun bloc de compétences"),
        (["RNCP90001BC01", "RNCP90001BC01"], "donne plusieurs fois le code de bloc RNCP90001BC01"),
    ],
)
def test_une_fiche_sans_bloc_ou_aux_codes_en_double_est_refusee(xml, blocs: list[str], attendu: str) -> None:
    chemin = xml(fichier(fiche("RNCP90001", [bloc(code, "Un", "Lire", "Dossier") for code in blocs])))
    with pytest.raises(ErreurDonnees, match=attendu):
        proposer(chemin)


def test_des_dates_impossibles_sont_a_completer(xml) -> None:
    plus = "<DATE_EFFET>31/02/2020</DATE_EFFET><DATE_FIN_ENREGISTREMENT>2028-01-01</DATE_FIN_ENREGISTREMENT>"
    lu = proposer(xml(fichier(fiche("RNCP90001", [bloc("RNCP90001BC01", "Un", "Lire", "Dossier")], plus)))).contenu
    assert lu["validite"] == {"debut": A_COMPLETER, "fin": A_COMPLETER}
    assert "l'état de la fiche est à vérifier" in lu["proposition"]["etat"]


def test_le_modele_vide_38026_est_a_completer_partout() -> None:
    lue = proposer(DOSSIER_FICHES / "rncp38026.yaml", jour=JOUR)
    assert (lue.code, lue.a_confirmer) == ("38026", 0)
    assert lue.a_completer == 19
    assert lue.contenu["blocs"] == [A_COMPLETER]
    assert lue.contenu["validite"] == {"debut": A_COMPLETER, "fin": A_COMPLETER}


def test_une_fiche_complete_se_confirme_telle_quelle(tmp_path: Path) -> None:
    lue = proposer(DOSSIER_FICHES / "rncp31919.yaml", jour=JOUR)
    assert (lue.a_confirmer, lue.a_completer, lue.fautes) == (0, 0, ())
    ecrire_proposition(lue, tmp_path / "p.yaml")
    rendu = confirmer(tmp_path / "p.yaml", cours=tmp_path, par="Claire  Petit", jour=JOUR)
    assert rendu.chemin == tmp_path / "referentiel" / "rncp31919.yaml"
    assert rendu.referentiel == RNCP == charger_referentiel(rendu.chemin)
    tete = rendu.chemin.read_text(encoding="utf-8").splitlines()[:3]
    assert tete[0] == "# Fiche RNCP 31919, confirmée le 27/11/2026 par Claire Petit."
    assert tete[2].startswith("# Enregistrement terminé le 18/12/2023")


def test_une_proposition_ne_se_charge_pas_et_ne_se_confirme_pas_a_moitie(xml, tmp_path: Path) -> None:
    lue, chemin = proposer(xml(comme_la_fiche(RNCP)), jour=JOUR), tmp_path / "p.yaml"
    ecrire_proposition(lue, chemin)
    with pytest.raises(ErreurDonnees, match="est une proposition, que personne n'a confirmée"):
        charger_referentiel(chemin)
    with pytest.raises(ErreurListe, match=r"n'est pas confirmée ; il reste à relire 73 valeurs") as refus:
        confirmer(chemin, cours=tmp_path)
    assert len(refus.value.fautes) == lue.a_confirmer + lue.a_completer
    assert not (tmp_path / "referentiel").exists()


def relire(chemin: Path) -> None:
    """What a person does: takes the marks off the guesses, writes what was missing."""
    contenu = yaml.safe_load(re.sub("à confirmer : ", "", chemin.read_text(encoding="utf-8")))
    contenu["certificateur"] |= {"nom_court": "CPNE", "signataire_qualite": "Directrice"}
    contenu["correspondance_activites"] = {
        "statut": "proposition",
        "lignes": [ligne.model_dump(mode="json") for ligne in RNCP.correspondance_activites.lignes],
    }
    contenu["validite_composantes_acquises"] = "non prévue"
    contenu["base_legale"]["date"] = dt.date(2018, 12, 11)
    contenu["jury"]["membres"] = 3
    for evaluation in contenu["evaluations"]:
        if "expert_metier" in evaluation:
            evaluation["expert_metier"] = True
    for voie in contenu["voies_acces"]["voies"]:
        if voie["statut"] == A_COMPLETER:
            voie |= {"statut": "non_confirme", "motif": "absente du fichier"}
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_une_proposition_relue_devient_une_fiche(xml, tmp_path: Path) -> None:
    chemin = tmp_path / "p.yaml"
    ecrire_proposition(proposer(xml(comme_la_fiche(RNCP)), jour=JOUR), chemin)
    relire(chemin)
    fiche_lue = confirmer(chemin, sortie=tmp_path / "f.yaml", jour=JOUR).referentiel
    assert fiche_lue.competences == tuple(
        c.model_copy(update={"libelle_resume": None, "libelle_source": None, "note_libelle": None})
        for c in RNCP.competences
    )
    assert fiche_lue.evaluations == RNCP.evaluations
    assert fiche_lue.bloc("B3").code_officiel == "RNCP31919BC03"


def test_les_controles_de_la_fiche_valent_aussi_pour_une_proposition_relue(xml, tmp_path: Path) -> None:
    chemin = tmp_path / "p.yaml"
    ecrire_proposition(proposer(xml(comme_la_fiche(RNCP)), jour=JOUR), chemin)
    relire(chemin)
    chemin.write_text(chemin.read_text(encoding="utf-8").replace("membres: 3", "membres: '3'"), encoding="utf-8")
    with pytest.raises(ErreurListe, match=r"jury › membres.: un nombre entier est attendu \(lu.: «.3.»\)"):
        confirmer(chemin, sortie=tmp_path / "f.yaml")
    assert not (tmp_path / "f.yaml").exists()


def test_ni_relecture_ni_fiche_ne_sont_ecrasees_sans_le_dire(tmp_path: Path) -> None:
    lue, chemin = proposer(DOSSIER_FICHES / "rncp31919.yaml"), tmp_path / "p.yaml"
    ecrire_proposition(lue, chemin)
    with pytest.raises(ErreurDonnees, match="existe déjà, peut-être avec des relectures"):
        ecrire_proposition(lue, chemin)
    ecrire_proposition(lue, chemin, remplacer=True)
    confirmer(chemin, cours=tmp_path)
    with pytest.raises(ErreurDonnees, match="existe déjà ; donnez --sortie, ou --remplacer"):
        confirmer(chemin, cours=tmp_path)


@pytest.mark.parametrize("mention", ["à confirmer : Lire", "À compléter", "a\u0300 confirmer"])
def test_une_fiche_qui_garde_une_marque_est_refusee(fautes, mention: str) -> None:
    def abimer(fiche_lue: dict) -> None:
        fiche_lue["competences"][0]["libelle"] = mention

    (faute,) = fautes(abimer)
    assert faute.startswith("competences › K1 › libelle : «")


@pytest.mark.parametrize(
    ("nom", "contenu", "attendu"),
    [
        ("fiche.txt", "a: 1", "n'est ni une fiche .yaml, ni un fichier .xml ou .zip"),
        ("fiche.yaml", "- 1", "ce n'est pas une fiche"),
        ("fiche.yaml", "proposition: {}", "est déjà une proposition"),
    ],
)
def test_un_fichier_d_une_autre_nature_est_refuse(tmp_path: Path, nom: str, contenu: str, attendu: str) -> None:
    (tmp_path / nom).write_text(contenu, encoding="utf-8")
    with pytest.raises(ErreurDonnees, match=attendu):
        proposer(tmp_path / nom)


def test_un_yaml_d_une_autre_fiche_que_celle_demandee_est_refuse() -> None:
    with pytest.raises(ErreurDonnees, match="donne la fiche 31919, et non la 38026"):
        proposer(DOSSIER_FICHES / "rncp31919.yaml", demandee="RNCP38026")


def test_une_proposition_se_laisse_estimer_avant_d_etre_confirmee(xml, tmp_path: Path) -> None:
    chemin = tmp_path / "p.yaml"
    ecrire_proposition(proposer(xml(comme_la_fiche(RNCP)), jour=JOUR), chemin)
    assert est_une_proposition(chemin) and not est_une_proposition(DOSSIER_FICHES / "rncp31919.yaml")
    lue = apercu(chemin)
    assert [(c.code, c.libelle) for c in lue.competences] == [(c.code, c.libelle) for c in RNCP.competences]
    assert lue.evaluations == RNCP.evaluations
    assert (lue.certification.code, lue.validite.fin) == ("31919", dt.date(2023, 12, 18))


def test_une_proposition_sans_bloc_ne_s_estime_pas(tmp_path: Path) -> None:
    chemin = tmp_path / "p.yaml"
    ecrire_proposition(proposer(DOSSIER_FICHES / "rncp38026.yaml"), chemin)
    with pytest.raises(ErreurListe, match=r"La proposition p\.yaml ne permet pas encore d'estimer une couverture"):
        apercu(chemin)
