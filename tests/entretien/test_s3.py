"""B3-MES as an expert would mark it: what each way of prospecting earns, and figures that can be worked out again."""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path

import nbformat
import pytest

from rncp_utils.calendrier import jour_ouvre
from rncp_utils.credit import tableau_amortissement
from rncp_utils.donnees import cas
from rncp_utils.entretien import charger_scenario, cles_entretien, noter_decisions, noter_entretien
from rncp_utils.entretien.graphe import parcourir
from rncp_utils.entretien.moteur import choix_offerts, demarrer, dire
from rncp_utils.entretien.partie import ouvrir_partie
from rncp_utils.grading.grilles import charger_grille
from rncp_utils.parametres import parametre

DEPOT = Path(__file__).parents[2]
DOSSIER = DEPOT / "source" / "B3-MES"
DEVOIR = "B3-MES"
ECRITES = ("m3_justif", "m3_reco", "m3_obs_c14", "m3_obs_c15")


@pytest.fixture(scope="module")
def s3():
    return charger_scenario(DOSSIER / "scenario.yaml", verite=DOSSIER / "verite.yaml")


@pytest.fixture(scope="module")
def cles():
    return cles_entretien(DOSSIER / "scenario.yaml", DOSSIER / "verite.yaml")


@pytest.fixture(scope="module")
def cellules() -> dict[str, nbformat.NotebookNode]:
    """Cells of the notebook, by id."""
    return {cellule.id: cellule for cellule in nbformat.read(DOSSIER / "b3_mes.ipynb", as_version=4).cells}


def lues(cellules, identifiant) -> dict[str, ast.expr]:
    """What a cell assigns to each name."""
    corps = ast.parse(cellules[identifiant].source).body
    return {noeud.targets[0].id: noeud.value for noeud in corps if isinstance(noeud, ast.Assign)}


def choisir(s3, preferer) -> list[str]:
    """Replies of somebody who always says what they prefer among what is offered."""
    situation, dits = demarrer(s3), []
    while s3.noeud(situation.noeud).choix:
        noeud = situation.noeud
        dit = max(choix_offerts(s3, situation), key=lambda c: preferer(noeud, c, s3.verite.annotation(noeud, c.id)))
        dits.append(dit.id)
        situation = dire(s3, situation, dit.id)
    return dits


def modele(s3, **autrement: str) -> list[str]:
    """The model interview, but for the replies named."""
    pas = dict(pas.split(".") for pas in s3.verite.parcours_modele)
    return [autrement.get(noeud, choix) for noeud, choix in pas.items()]


@pytest.fixture
def noter(cles, cellules, s3, tmp_path, apprenante):
    """Points of the two cells for an exchange, played in a folder of its own."""

    def _noter(choix) -> dict[str, float]:
        partie = ouvrir_partie(s3, dossier=tmp_path, devoir=DEVOIR, cellule="entretien", apprenant=apprenante)
        for identifiant in choix:
            assert partie.dire(identifiant), identifiant
        bareme = lues(cellules, "m3_reco_sim")
        decisions, titres = (ast.literal_eval(bareme[nom]) for nom in ("decisions", "titres"))
        return {
            "m3_appel": noter_entretien(cles, {f"I{i}": 3 for i in range(1, 7)}, devoir=DEVOIR, dossier=tmp_path),
            "m3_reco_sim": noter_decisions(
                cles, decisions, devoir=DEVOIR, titres=titres, maximum=10, retrait=2, dossier=tmp_path
            ),
        }

    return _noter


def test_le_meilleur_echange_vaut_tous_les_points(noter, s3):
    assert noter(modele(s3)) == {"m3_appel": 18, "m3_reco_sim": 10}


def test_un_pret_promis_ne_coute_que_la_conformite(noter, s3):
    assert noter(modele(s3, P13="b")) == {"m3_appel": 15, "m3_reco_sim": 10}


def test_le_benefice_forfaitaire_pris_pour_un_revenu_coute_la_reformulation(noter, s3):
    """Who takes 32 654 € for an income has not heard what is left: the exact reformulation is no longer offered."""
    # 23 of the 29 points of the truth: 80 % are asked.
    attendu = 18 - 3 - 3 * (1 - 23 / 29 / 0.80)
    assert noter(modele(s3, P5="b", P11="a"))["m3_appel"] == pytest.approx(attendu, abs=0.0001)


def test_la_fin_du_contrat_tue_devant_le_comite_coute_le_besoin_et_la_conformite(noter, s3):
    points = noter(modele(s3, P10="b", P13="e"))
    # One latent need of four, and 22 of the 29 points of the truth.
    assert points["m3_appel"] == pytest.approx(18 - 3 - 3 / 4 - 3 * (1 - 22 / 29 / 0.80), abs=0.0001)
    assert points["m3_reco_sim"] == 10


def test_qui_laisse_passer_le_moment_garde_la_formulation_et_la_suite(noter, s3):
    assert noter(modele(s3, P15="a"))["m3_reco_sim"] == 6


def test_demander_un_nom_pendant_l_etude_du_pret_garde_la_moitie_du_moment(noter, s3):
    """The rule of the course: nothing may be waiting between the client and the bank."""
    assert noter(modele(s3, P15="c")) == {"m3_appel": 18, "m3_reco_sim": 8}


def test_un_secret_dit_pour_obtenir_un_nom_coute_deux_points_et_la_formulation(noter, s3):
    points = noter(modele(s3, P16="c"))
    assert points["m3_reco_sim"] == 10 - 4 - 2
    assert points["m3_appel"] == 15


def test_qui_ne_demande_jamais_de_recommandation_n_en_a_aucun_point(noter, s3):
    assert noter(modele(s3, P15="a", P16="a", P17="d"))["m3_reco_sim"] == 0


def test_qui_recite_ses_produits_est_econduit_avant_le_rendez_vous(noter, s3):
    dits = choisir(s3, lambda noeud, c, note: -c.confiance)
    assert len(dits) == 4
    assert noter(dits) == {"m3_appel": 0, "m3_reco_sim": 0}


def test_qui_ne_pose_que_des_questions_fermees_n_a_rien_pour_ses_questions(noter, s3):
    def interroger(noeud, choix, note):
        return (
            choix.confiance > 0 if noeud in ("P0", "P1", "P3") else 3 * (note.type == "fermee") - 9 * bool(note.rouge)
        )

    points = noter(choisir(s3, interroger))
    assert points["m3_appel"] < 9
    assert points["m3_reco_sim"] < 10


def test_chaque_faute_de_conduite_du_cahier_peut_etre_commise(s3):
    """Promise, tax advice, concealment, private life, secret, pressure: each is offered by some path."""
    rouges = {
        (noeud, choix): note.rouge
        for noeud, annote in s3.verite.noeuds.items()
        for choix, note in annote.choix.items()
        if note.rouge
    }
    assert set(rouges) <= parcourir(s3).choix
    assert set(rouges.values()) == {"promesse", "hors_role", "dissimulation", "sante", "secret", "pression"}


def test_il_y_a_plusieurs_chemins(s3):
    """Who is not trusted never hears that the half-time job ends."""
    froid = choisir(
        s3, lambda noeud, c, note: (noeud == "P3" and bool(note.datee)) - abs(c.confiance) - bool(note.rouge)
    )
    assert len(froid) == len(s3.verite.parcours_modele) - 1
    fins = {v.noeud for n in s3.noeuds for c in n.choix for v in c.vers if v.noeud.startswith("F")}
    assert fins == {"F1", "F2", "F3"}


def test_la_meilleure_replique_n_est_pas_toujours_de_la_meme_longueur(s3):
    meilleures = dict(pas.split(".") for pas in s3.verite.parcours_modele)
    rangs = []
    for noeud in (n for n in s3.noeuds if n.choix):
        longueurs = sorted((len(c.texte) for c in noeud.choix), reverse=True)
        rangs.append(longueurs.index(len(noeud.choix_de(meilleures[noeud.id]).texte)))
    assert max(rangs.count(rang) for rang in set(rangs)) <= len(rangs) / 2
    assert rangs.count(0) <= len(rangs) / 4


def test_les_chiffres_de_kelly_sont_ceux_de_son_cas_et_se_recalculent(s3):
    kelya = cas("CAS-06")
    n = kelya.tresorerie_micro["N"]
    pret, foyer = kelya.projets[0].pret, kelya.foyer
    mois = float(tableau_amortissement(pret.montant, pret.taux, pret.duree_mois)["echeance_hors_assurance"].iloc[0])
    dit = " ".join([s3.verite.resume, *(f"{c.texte} {c.reponse}" for x in s3.noeuds for c in x.choix)])
    salaire = foyer.revenus[1].montants["N"]
    charges = [charge.mensualites["N"] for charge in foyer.charges]
    for montant in (n.encaissements, n.revenu_disponible, n.benefice_forfaitaire, salaire, pret.montant, *charges):
        assert f"{montant:,} €".replace(",", " ") in dit, montant
    assert f"{round(0.029 * n.encaissements):,} €".replace(",", " ") in dit
    assert f"{mois:.2f} € par mois".replace(".", ",") in dit
    assert f"{parametre('tva.franchise.ventes', '2026-05-19'):,} €".replace(",", " ") in dit


def test_le_pret_ne_tient_pas_sans_le_salaire(s3):
    """What the marker reads: a year of repayments against what the business leaves once the household is paid."""
    kelya = cas("CAS-06")
    pret, foyer = kelya.projets[0].pret, kelya.foyer
    mois = float(tableau_amortissement(pret.montant, pret.taux, pret.duree_mois)["echeance_hors_assurance"].iloc[0])
    revenu = kelya.tresorerie_micro["N"].revenu_disponible
    charges = 12 * sum(charge.mensualites["N"] for charge in foyer.charges)
    annuite, reste = round(12 * mois), revenu - charges
    assert annuite > reste > 0
    corrige = (DEPOT / "corriges" / DEVOIR / "corrige.md").read_text(encoding="utf-8")
    calcul = f"{revenu:,} − {charges:,} = {reste:,} €".replace(",", " ")
    assert calcul in corrige and f"{annuite:,} € par an".replace(",", " ") in corrige


def test_la_scene_de_mai_2026_se_joue_avant_l_avis_d_impot(s3):
    """In May the notice of tax on 2025 is not out yet: Kelly has her tax return."""
    dit = " ".join([s3.verite.resume, *(f"{x.replique} {c.texte} {c.reponse}" for x in s3.noeuds for c in x.choix)])
    assert "112 600 € en 2025" in dit and "déclaration de revenus" in dit
    assert "avis d'impôt" not in dit


def test_aucune_suite_n_est_promise_a_qui_recommande_sans_l_accord_de_l_interesse(s3):
    suite = dict(pas.split(".") for pas in s3.verite.parcours_modele)["P17"]
    dit = s3.noeud("P17").choix_de(suite).texte
    assert "remercierai sous dix jours" in dit and "s'il le veut bien" in dit


def test_les_rendez_vous_tombent_les_jours_dits(s3):
    dit = " ".join([s3.brief_apprenant, *(c.texte for x in s3.noeuds for c in x.choix)])
    for annonce, jour in (("Mardi 12 mai 2026", dt.date(2026, 5, 12)), ("mardi 19", dt.date(2026, 5, 19))):
        assert annonce in dit
        assert jour.weekday() == 1
    assert jour_ouvre("2026-05-29") == dt.date(2026, 5, 29)
    assert jour_ouvre("2026-06-02") == dt.date(2026, 6, 2)


def test_toutes_les_relances_tombent_en_mai(cellules):
    """The form asks for the number of a day of May, whatever the day on which the message was sent."""
    for jour in ast.literal_eval(lues(cellules, "piece_message")["JOURS"]):
        envoi = dt.date(2026, 5, jour)
        assert jour_ouvre(envoi) == envoi
        premiere, seconde = jour_ouvre(envoi, 3), jour_ouvre(envoi, 10)
        assert envoi < premiere < seconde <= dt.date(2026, 5, 29)
        # A learner who counts days of the calendar is never right for the second one.
        assert seconde.day != envoi.day + 10


def test_le_groupe_illicite_et_le_canal_refuse_seraient_les_meilleurs(cellules):
    """Lawfulness decides: without it, another target and another channel would come first."""
    niveaux = [
        cartes * part * marge for cartes, part, marge in ast.literal_eval(lues(cellules, "piece_groupes")["NIVEAUX"])
    ]
    assert niveaux == sorted(niveaux)
    assert niveaux[3] + 28 * 10 * 30 < niveaux[4]
    canaux = ast.literal_eval(lues(cellules, "piece_canaux")["CANAUX"])
    assert all(0.40 / 2 < cout / haut < cout / bas for _, cout, haut, bas in canaux.values())
    assert max(cout / haut for _, cout, haut, _ in canaux.values()) < min(c / bas for _, c, _, bas in canaux.values())


def test_ce_que_l_expert_observe_est_la_grille_du_bloc(cellules):
    grille = charger_grille(DEVOIR)
    points = {"m3_obs_c14": 18, "m3_obs_c15": 16}
    for cellule in grille.cellules:
        notee = cellules[cellule.cellule]
        assert notee.metadata.nbgrader.points == points[cellule.cellule]
        assert notee.metadata.tags == [cellule.competence]
        assert f"/ maximum × {points[cellule.cellule]}." in notee.source


def test_le_bareme_ne_dit_rien_a_l_apprenant(cellules):
    for cellule in ECRITES:
        avant, marque, apres = cellules[cellule].source.partition("=== BEGIN MARK SCHEME ===")
        assert marque
        assert apres.rstrip().endswith("=== END MARK SCHEME ===")
        assert not re.search(r"\d{2} ?\d{3}|satisfaisant", avant)
