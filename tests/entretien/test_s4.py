"""B4-MES as an expert would mark it: what each way of taking the call earns, and what is told of blocking errors."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from rncp_utils.conformite import echeances_reclamation, fin_de_preavis
from rncp_utils.donnees import cas
from rncp_utils.entreprise import sig
from rncp_utils.entretien import charger_scenario, cles_entretien, noter_decisions, noter_entretien
from rncp_utils.entretien.graphe import parcourir
from rncp_utils.entretien.moteur import choix_offerts, demarrer, dire
from rncp_utils.entretien.partie import ouvrir_partie

DEPOT = Path(__file__).parents[2]
DOSSIER = DEPOT / "source" / "B4-MES"
DEVOIR = "B4-MES"
JOUR = "2027-01-05"


@pytest.fixture(scope="module")
def s4():
    return charger_scenario(DOSSIER / "scenario.yaml", verite=DOSSIER / "verite.yaml")


@pytest.fixture(scope="module")
def cles():
    return cles_entretien(DOSSIER / "scenario.yaml", DOSSIER / "verite.yaml")


@pytest.fixture(scope="module")
def textes() -> dict[str, str]:
    """Sources of the graded cells and of the others, by id."""
    cellules = nbformat.read(DOSSIER / "b4_mes.ipynb", as_version=4).cells
    return {cellule.id: cellule.source for cellule in cellules}


def bareme(textes, cellule) -> tuple[dict, dict]:
    """The decisions that a cell grades and their titles, as they are written in the notebook."""
    corps = ast.parse(textes[cellule]).body
    lus = {noeud.targets[0].id: noeud.value for noeud in corps if isinstance(noeud, ast.Assign)}
    return ast.literal_eval(lus["decisions"]), ast.literal_eval(lus["titres"])


def choisir(s4, preferer) -> list[str]:
    """Replies of somebody who always says what they prefer among what is offered."""
    situation, dits = demarrer(s4), []
    while s4.noeud(situation.noeud).choix:
        offerts = choix_offerts(s4, situation)
        dit = max(offerts, key=lambda c: preferer(s4.verite.annotation(situation.noeud, c.id)))
        dits.append(dit.id)
        situation = dire(s4, situation, dit.id)
    return dits


@pytest.fixture
def noter(cles, textes, s4, tmp_path, apprenante):
    """Points of the three cells for a call, played in a folder of its own."""

    def _noter(choix) -> dict[str, float]:
        partie = ouvrir_partie(s4, dossier=tmp_path, devoir=DEVOIR, cellule="entretien", apprenant=apprenante)
        for identifiant in choix:
            assert partie.dire(identifiant)
        points = {"m4_signaux": noter_entretien(cles, {"I1": 4, "I2": 4}, devoir=DEVOIR, dossier=tmp_path)}
        for cellule, maximum in (("m4_action", 8), ("m4_recl", 6)):
            decisions, titres = bareme(textes, cellule)
            points[cellule] = noter_decisions(
                cles, decisions, devoir=DEVOIR, titres=titres, maximum=maximum, retrait=2, dossier=tmp_path
            )
        return points

    return _noter


def test_le_meilleur_appel_vaut_tous_les_points(noter, s4, capsys):
    assert noter([pas[-1] for pas in s4.verite.parcours_modele]) == {"m4_signaux": 8, "m4_action": 8, "m4_recl": 6}
    assert "erreur bloquante" not in capsys.readouterr().out


def test_qui_ne_pose_que_des_questions_fermees_a_peu_et_rien_pour_le_questionnement(noter, s4):
    points = noter(
        choisir(s4, lambda note: 3 * (note.type == "fermee") - 3 * (note.type == "ouverte") - 9 * bool(note.rouge))
    )
    assert points["m4_signaux"] < 3
    assert points["m4_action"] < 8


def test_qui_promet_perd_la_reclamation_et_est_signale(noter, s4, capsys):
    points = noter(choisir(s4, lambda note: (note.rouge == "promesse") + 0.5 * bool(note.rouge)))
    assert points["m4_recl"] == 0
    assert points["m4_action"] == 0
    sortie = capsys.readouterr().out
    assert "La demande de découvert, erreur bloquante possible pour C21" in sortie
    assert "un expert métier la confirme ou l'écarte" in sortie


def test_qui_propose_trop_tot_n_a_pas_compris(noter, s4):
    points = noter(choisir(s4, lambda note: 3 * note.prematuree + (note.type == "proposition") - 9 * bool(note.rouge)))
    assert points["m4_signaux"] < 6


def test_une_seule_erreur_bloquante_coute_la_moitie_des_actions_et_rien_d_autre(noter, s4):
    modele = [pas.split(".") for pas in s4.verite.parcours_modele]
    pour = [{"R10": "c"}.get(noeud, choix) for noeud, choix in modele]
    assert noter(pour) == {"m4_signaux": 8, "m4_action": 4, "m4_recl": 6}


def test_les_erreurs_bloquantes_sont_l_accord_et_la_rupture(s4):
    bloquantes = {
        (noeud, choix)
        for noeud, annote in s4.verite.noeuds.items()
        for choix, note in annote.choix.items()
        if note.bloquante
    }
    assert bloquantes == {("R10", "b"), ("R10", "c"), ("R13", "d")}
    assert {s4.verite.annotation(*pas).bloquante for pas in bloquantes} == {"C21"}
    assert bloquantes <= parcourir(s4).choix


def test_il_y_a_plusieurs_chemins(s4):
    """Who is not trusted never hears that the client is out of money."""
    froid = choisir(s4, lambda note: bool(note.signaux) - bool(note.rouge))
    assert len(froid) == len(s4.verite.parcours_modele) - 1
    fins = {s for n in s4.noeuds for c in n.choix for s in (v.noeud for v in c.vers) if s.startswith("F")}
    assert fins == {"F1", "F2"}


def test_la_meilleure_replique_n_est_pas_toujours_de_la_meme_longueur(s4):
    modele = dict(pas.split(".") for pas in s4.verite.parcours_modele)
    rangs = []
    for noeud in (n for n in s4.noeuds if n.choix):
        longueurs = sorted((len(c.texte) for c in noeud.choix), reverse=True)
        rangs.append(longueurs.index(len(noeud.choix_de(modele[noeud.id]).texte)))
    assert max(rangs.count(rang) for rang in set(rangs)) <= len(rangs) / 2
    assert rangs.count(0) <= len(rangs) / 4


def test_les_chiffres_de_marc_sont_ceux_de_son_cas_et_se_recalculent(s4, textes):
    canal = cas("CAS-02")
    courant = next(compte for compte in canal.comptes if compte.id == "courant")
    n = canal.exercices["N"]
    vehicule = next(credit for credit in canal.credits if credit.id == "vehicule")
    assert (courant.soldes["N"], courant.autorisation) == (-22_550, 15_000)
    assert (round(sig(n)["ebe"]), round(n["DL"]), round(n["DA"])) == (-22_300, -6_050, 20_000)
    dit = " ".join(
        [s4.brief_apprenant, s4.verite.resume, *(c.texte + " " + c.reponse for x in s4.noeuds for c in x.choix)]
    )
    for montant in (39 * 8, 33 * 8, 6 * 8):
        assert f"{montant} €" in dit
    for montant in (22_550 - 15_000, vehicule.crd["N"], 26_000 - vehicule.crd["N"]):
        assert f"{montant:,} €".replace(",", " ") in dit
    releve = canal.releve_mensuel()["solde"]
    assert releve.index[releve < 0][0].month == 3
    assert "devient débiteur en mars N (−2 800 €)" in textes["m4_hyp"]
    assert releve[releve < 0].iloc[0] == -2_800


def test_les_dates_du_bareme_sont_celles_de_la_bibliotheque(textes):
    corrige = (DEPOT / "corriges" / DEVOIR / "corrige.md").read_text(encoding="utf-8")
    assert f"{fin_de_preavis(JOUR):%d/%m/%Y}" == "06/03/2027"
    assert "avant le 7 mars 2027 (dernier jour du préavis : le 6)" in textes["m4_plan"]
    echeances = echeances_reclamation(JOUR)
    assert {nom: f"{jour:%d/%m/%Y}" for nom, jour in echeances.items()} == {
        "accuse": "19/01/2027",
        "reponse": "05/03/2027",
    }
    assert "avant le 5 mars 2027" in textes["m4_rep"]
    assert "accusé au plus tard le 19 janvier, réponse au plus tard le 5 mars 2027" in corrige


def test_le_bareme_ne_dit_rien_a_l_apprenant(textes):
    for cellule in ("m4_hyp", "m4_plan", "m4_rep", "m4_gar", "m4_renouv_arg", "m4_suivi"):
        avant, marque, apres = textes[cellule].partition("=== BEGIN MARK SCHEME ===")
        assert marque
        assert apres.rstrip().endswith("=== END MARK SCHEME ===")
        assert not re.search(r"\d{2} ?\d{3}|satisfaisant", avant)
