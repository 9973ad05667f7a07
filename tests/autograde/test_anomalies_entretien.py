"""What is told of the interview of a copy, and of files that no part of the assignment asks for: one row a fault."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from rncp_utils.autograde.anomalies import anomalies_du_devoir
from rncp_utils.entretien import charger_scenario, demarrer
from rncp_utils.entretien.journal import Entete, chainer, contenu_du_journal, ecrire_journal
from rncp_utils.entretien.moteur import clore, dire
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import ecrire_reponses
from rncp_utils.lecon.reponses import empreinte

DEVOIR, ANA = "B2-MES", "ana"
S1 = charger_scenario("S1")
HEURE = "2026-11-26T10:{:02}:00+01:00"
ENTETE = Entete(DEVOIR, "entretien", ANA, "2026-S2", "S1", S1.version, "", HEURE.format(0))
APPEL = f'Entretien("S1", devoir="{DEVOIR}", session="2026-S2")'


def situation(heures=range(1, 9)):
    """The model interview, closed."""
    jouee, heures = demarrer(S1), list(heures)
    choix = [pas.split(".")[1] for pas in S1.verite.parcours_modele]
    for rang, identifiant in enumerate(choix):
        heure = heures[rang] if rang < len(heures) else heures[-1] + rang
        jouee = dire(S1, jouee, identifiant, HEURE.format(heure))
    return clore(jouee, HEURE.format(59))


@pytest.fixture
def cours(tmp_path) -> Path:
    """A released assignment of one interview, and the copy of one learner, untouched."""
    officiel, copie = tmp_path / "release" / DEVOIR, tmp_path / "submitted" / ANA / DEVOIR
    for dossier in (officiel, copie):
        dossier.mkdir(parents=True)
        cellule = new_code_cell(f"from rncp_utils.entretien import Entretien\n\n{APPEL}", id="entretien")
        nbformat.write(new_notebook(cells=[cellule]), dossier / "b2_mes.ipynb")
    return tmp_path


@pytest.fixture
def copie(cours) -> Path:
    return cours / "submitted" / ANA / DEVOIR


@pytest.fixture
def journal(copie) -> Path:
    """The journal of an honest interview."""
    return ecrire_journal(copie, ENTETE, situation(), "Un four.")


def lignes(cours: Path) -> list[tuple[str, str]]:
    """Cell and code of each row; each of them is a whole French sentence."""
    table = anomalies_du_devoir(cours, DEVOIR)
    assert set(table.apprenant) <= {ANA}
    for motif in table.motif:
        assert re.fullmatch(r"[A-ZÀ-Ý«].{20,400}\.", motif), motif
    return list(zip(table.cellule, table.code, strict=True))


def reecrire(journal: Path, **changements) -> dict:
    """Change the journal as somebody would who knows how it is sealed."""
    contenu = json.loads(journal.read_text(encoding="utf-8")) | changements
    graine = Entete(**{cle: contenu[cle] for cle in vars(ENTETE)}).graine
    contenu["evenements"] = chainer(graine, contenu["evenements"])
    contenu["empreinte"] = empreinte({cle: valeur for cle, valeur in contenu.items() if cle != "empreinte"})
    journal.write_text(json.dumps(contenu), encoding="utf-8")
    return contenu


def test_un_entretien_honnete_n_a_pas_d_anomalie(cours, journal):
    assert lignes(cours) == []


def test_un_entretien_jamais_commence_est_une_copie_vide(cours):
    assert lignes(cours) == [("", "copie_vide")]


@pytest.mark.parametrize(
    ("octets", "code"),
    [(b"\xff\xfe", "encodage"), (b'{"format": 1', "json"), (b"[]", "json"), (b"x" * 300_000, "trop_gros")],
)
def test_un_journal_illisible_est_dit_une_fois(cours, journal, octets, code):
    journal.write_bytes(octets)
    assert lignes(cours) == [("entretien", code)]


def test_un_journal_qui_est_un_lien_est_refuse(cours, journal, tmp_path):
    ailleurs = tmp_path / "ailleurs.json"
    journal.rename(ailleurs)
    journal.symlink_to(ailleurs)
    assert ("entretien", "lien") in lignes(cours)


def test_le_journal_d_une_autre_personne_est_refuse(cours, journal):
    reecrire(journal, apprenant="bob")
    assert lignes(cours) == [("entretien", "autre_apprenant")]
    [motif] = anomalies_du_devoir(cours, DEVOIR).motif
    assert motif == (
        "Journal de l'entretien : l'apprenant qu'il indique est « bob » au lieu de « ana » ; "
        "rien n'en est repris ; une personne doit l'examiner."
    )


@pytest.mark.parametrize(("cle", "valeur"), [("devoir", "B1-MES"), ("scenario", "S2"), ("cellule", "autre")])
def test_le_journal_d_un_autre_entretien_est_refuse(cours, journal, cle, valeur):
    reecrire(journal, **{cle: valeur})
    assert lignes(cours) == [("entretien", f"autre_{cle}")]


def test_une_autre_session_est_a_examiner(cours, journal):
    reecrire(journal, session="2025-S1")
    assert lignes(cours) == [("entretien", "autre_session")]


def test_un_journal_retouche_a_la_main_est_dit(cours, journal):
    texte = journal.read_text(encoding="utf-8")
    journal.write_text(texte.replace("Un four.", "Un four et un magasin."), encoding="utf-8")
    assert lignes(cours) == [("entretien", "retouche")]


def test_chaque_choix_impossible_a_sa_ligne(cours, journal):
    contenu = json.loads(journal.read_text(encoding="utf-8"))
    ajouts = [{"n": 2, "noeud": "N1", "choix": z, "horodatage": HEURE.format(1)} for z in ("zz", "clé", "?")]
    contenu["evenements"][1:1] = ajouts
    reecrire(journal, evenements=contenu["evenements"])
    assert lignes(cours) == [("entretien", "choix_impossible")] * 3


def test_un_entretien_laisse_en_chemin_est_dit(cours, journal):
    contenu = json.loads(journal.read_text(encoding="utf-8"))
    reecrire(journal, evenements=contenu["evenements"][:4])
    assert lignes(cours) == [("entretien", "non_clos")]
    reecrire(journal, evenements=[])
    assert lignes(cours) == [("entretien", "sans_echange")]


def test_des_heures_qui_reculent_ou_qui_ne_se_lisent_pas_sont_dites(cours, copie):
    journal = ecrire_journal(copie, ENTETE, situation([5, 1, 6, 7]), "")
    assert lignes(cours) == [("entretien", "horodatage")]
    contenu = json.loads(journal.read_text(encoding="utf-8"))
    for evenement in contenu["evenements"][:2]:
        evenement["horodatage"] = "hier soir"
    reecrire(journal, evenements=contenu["evenements"])
    assert lignes(cours) == [("entretien", "horodatage")]
    assert "l'heure de 2 échanges" in anomalies_du_devoir(cours, DEVOIR).motif[0]


def test_plusieurs_fautes_ont_chacune_leur_ligne(cours, copie, journal):
    contenu = json.loads(journal.read_text(encoding="utf-8"))
    contenu["evenements"] = contenu["evenements"][:3]
    contenu["evenements"][1]["choix"] = "zz"
    journal.write_text(json.dumps(contenu), encoding="utf-8")
    (copie / "reponses" / f"{DEVOIR}__entretien (1).json").write_text("{}", encoding="utf-8")
    codes = [code for _, code in lignes(cours)]
    assert codes[0] == "copie"
    assert {"retouche", "choix_impossible", "non_clos"} <= set(codes)


def test_un_fichier_qu_aucune_partie_ne_demande_est_dit(cours, copie, journal):
    ecrire_reponses(copie, "B1-CAS", "cas_va", ANA, "2026-S2", {"va": "1"})
    (copie / "reponses" / "notes.txt").write_text("brouillon", encoding="utf-8")
    assert lignes(cours) == [("", "fichier_etranger")]


def test_une_copie_vide_a_cote_du_fichier_d_un_autre_devoir_le_dit(cours, copie):
    ecrire_journal(copie, replace(ENTETE, devoir="B4-MES"), situation(), "")
    assert lignes(cours) == [("", "copie_vide"), ("", "fichier_etranger")]


def test_le_tableau_est_le_meme_deux_fois(cours, journal):
    reecrire(journal, session="2025-S1")
    assert anomalies_du_devoir(cours, DEVOIR).equals(anomalies_du_devoir(cours, DEVOIR))


def test_un_scenario_introuvable_est_la_faute_de_l_auteur(cours):
    chemin = cours / "release" / DEVOIR / "b2_mes.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell('Entretien("scenario.yaml")', id="e")]), chemin)
    with pytest.raises(ErreurRncp, match="Je ne trouve pas le scénario"):
        anomalies_du_devoir(cours, DEVOIR)


def test_le_contenu_du_journal_d_essai_est_celui_de_l_interface(journal):
    ecrit = json.loads(journal.read_text(encoding="utf-8"))
    assert ecrit == json.loads(json.dumps(contenu_du_journal(ENTETE, situation(), "Un four.")))


def test_une_erreur_bloquante_possible_est_dite_a_qui_a_la_verite(tmp_path):
    devoir, depot = "B4-MES", Path(__file__).parents[2] / "source" / "B4-MES"
    for dossier in ("release", "source", f"submitted/{ANA}"):
        (tmp_path / dossier / devoir).mkdir(parents=True)
        cellule = new_code_cell(f'Entretien("scenario.yaml", devoir="{devoir}")', id="entretien")
        nbformat.write(new_notebook(cells=[cellule]), tmp_path / dossier / devoir / "b4_mes.ipynb")
        shutil.copy(depot / "scenario.yaml", tmp_path / dossier / devoir)
    s4 = charger_scenario(depot / "scenario.yaml", verite=depot / "verite.yaml")
    jouee = demarrer(s4)
    for rang, pas in enumerate(s4.verite.parcours_modele):
        noeud, _, choix = pas.partition(".")
        jouee = dire(s4, jouee, "c" if noeud == "R10" else choix, HEURE.format(rang))
    entete = Entete(devoir, "entretien", ANA, "", "S4", s4.version, "", HEURE.format(0))
    ecrire_journal(tmp_path / "submitted" / ANA / devoir, entete, clore(jouee, HEURE.format(59)), "")
    assert anomalies_du_devoir(tmp_path, devoir).empty
    shutil.copy(depot / "verite.yaml", tmp_path / "source" / devoir)
    table = anomalies_du_devoir(tmp_path, devoir)
    assert table[["cellule", "code"]].to_numpy().tolist() == [["entretien", "erreur_bloquante"]]
    assert "l'échange 11 est une erreur bloquante possible pour C21" in table.motif[0]
    assert "si l'expert la confirme, écrivez-la dans « erreurs_bloquantes.csv »" in table.motif[0]
