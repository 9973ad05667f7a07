"""B5-MES and F-B5: three people play them, somebody else forges a file, and each gets what the work is worth."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from rncp_utils.autograde.anomalies import anomalies_du_devoir
from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.autograde.execution.dossiers import copier_reponses
from rncp_utils.lecon.controle import controler
from rncp_utils.poste.base import TAILLE_MAX, chemin_du_poste
from rncp_utils.poste.rejeu import lire_journal_de
from rncp_utils.poste.situation import situation
from rncp_utils.poste.tirage import client_tire, mon_poste
from tests.poste.copies import SESSION, au_poste_de, corriger, jouer, preparer
from tests.poste.joueurs import CLE, DEVOIR, JOUEURS, MAXIMA, bon

ADA = "ada"
DEPOT = Path(__file__).parents[2]
NOTEBOOKS = {DEVOIR: "b5_mes.ipynb", "F-B5": "f_b5.ipynb"}


def _apprenant_de(client: str) -> str:
    """Somebody who works on this client."""
    noms = (f"apprenant{rang}" for rang in range(100))
    return next(nom for nom in noms if client_tire(CLE.CLIENTS, nom, DEVOIR, SESSION) == client)


def _corriger(copie: Path, apprenant: str, devoir: str = DEVOIR) -> dict[str, float]:
    return corriger(DEPOT / "source" / devoir / NOTEBOOKS[devoir], copie, apprenant)


def _lu(capsys) -> str:
    """What was printed, with plain spaces."""
    return capsys.readouterr().out.replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture
def copie(tmp_path):
    return preparer(tmp_path / "copie", DEVOIR, DEPOT)


@pytest.fixture(scope="module")
def jouee(tmp_path_factory):
    """The copy of the good player, who is Ada; each test works on a copy of it."""
    dossier = preparer(tmp_path_factory.mktemp("jouee") / "copie", DEVOIR, DEPOT)
    jouer(dossier, CLE.situation_de(ADA, SESSION), DEVOIR, ADA, bon(CLE.situation_de(ADA, SESSION)).actions)
    return dossier


@pytest.fixture
def de_ada(jouee, tmp_path):
    return Path(shutil.copytree(jouee, tmp_path / "copie"))


def _fichier(copie: Path) -> Path:
    return chemin_du_poste(copie, DEVOIR, "poste")


@pytest.mark.parametrize(
    ("joueur", "client"),
    [("bon", "fournil"), ("bon", "nouri"), ("moyen", "vasseur"), ("moyen", "fournil"), ("négligent", "nouri")],
)
def test_chacun_a_les_points_de_ce_qu_il_a_fait(copie, capsys, joueur, client):
    apprenant = _apprenant_de(client)
    une = CLE.situation_de(apprenant, SESSION)
    assert une.code == client
    attendu = JOUEURS[joueur](une)
    jouer(copie, une, DEVOIR, apprenant, attendu.actions)
    assert _corriger(copie, apprenant) == pytest.approx(attendu.points, abs=0.001)
    dit = capsys.readouterr()
    assert dit.err == ""
    assert ("À signaler" in dit.out) == (joueur == "négligent")


def _tous_les_faits(client: str) -> list[str]:
    """Learners of a client who, together, meet every set of facts of every axis; the fewest of them, nearly."""
    vus: dict[str, set[tuple[str, str]]] = {}
    for nom in (f"apprenant{rang}" for rang in range(300)):
        if client_tire(CLE.CLIENTS, nom, DEVOIR, SESSION) == client:
            vus[nom] = set(CLE.situation_de(nom, SESSION).tirage.items())
    restent, choisis = set().union(*vus.values()), []
    while restent:
        choisis.append(max(vus, key=lambda nom: len(vus[nom] & restent)))
        restent -= vus[choisis[-1]]
    return choisis


@pytest.mark.complet
@pytest.mark.parametrize("client", CLE.CLIENTS)
def test_quels_que_soient_les_faits_plantes_chacun_a_ses_points(tmp_path, client):
    for apprenant in _tous_les_faits(client):
        une = CLE.situation_de(apprenant, SESSION)
        for joueur, joue in JOUEURS.items():
            copie, attendu = preparer(tmp_path / apprenant / joueur, DEVOIR, DEPOT), joue(une)
            jouer(copie, une, DEVOIR, apprenant, attendu.actions)
            obtenu = _corriger(copie, apprenant)
            assert obtenu == pytest.approx(attendu.points, abs=0.001), (apprenant, joueur, dict(une.tirage))


def test_laisser_ce_qui_etait_plante_ne_rapporte_rien(copie):
    """A value that is wrong at the opening is not half right because it is also a usual mistake."""
    noms = (f"apprenant{rang}" for rang in range(400))
    apprenant = next(
        nom
        for nom in noms
        if (une := CLE.situation_de(nom, SESSION)).code == "fournil" and une.tirage["profil"] == "credits_prives"
    )
    une = CLE.situation_de(apprenant, SESSION)
    plante = next(champ["valeur"] for champ in une.lignes["champ"] if champ["nom"] == "credits_prives")
    jouer(copie, une, DEVOIR, apprenant, [("modifier", {"champ": "credits_prives", "valeur": plante})])
    assert _corriger(copie, apprenant)["m5_profil"] == 0


def test_le_bon_joueur_a_ete_bloque_et_n_en_perd_rien(de_ada):
    refusees = [ligne for ligne in lire_journal_de(_fichier(de_ada)).lignes if ligne["resultat"] == "refuse"]
    assert len(refusees) >= 2
    assert _corriger(de_ada, ADA) == MAXIMA


def test_un_blocage_force_est_signale_sans_retrait(copie, capsys):
    une = CLE.situation_de(ADA, SESSION)
    jouer(copie, une, DEVOIR, ADA, JOUEURS["négligent"](une).actions)
    _corriger(copie, ADA)
    signales = [ligne for ligne in capsys.readouterr().out.splitlines() if "À signaler" in ligne]
    assert [re.search(r"P\d-[AB]\d", ligne)[0] for ligne in signales] == ["P4-B1", "P8-B2"]
    assert all("un expert métier regarde" in ligne for ligne in signales)


def test_ce_que_lit_l_apprenant_ne_donne_aucune_reponse(copie, capsys):
    une = CLE.situation_de(ADA, SESSION)
    jouer(copie, une, DEVOIR, ADA, JOUEURS["négligent"](une).actions)
    _corriger(copie, ADA)
    lu, attendu = _lu(capsys), CLE.attendu_de(une)
    secrets = [*attendu.reglages.values(), *attendu.profil.values(), *attendu.opportunites, attendu.dementie]
    secrets = [secret for secret in secrets if isinstance(secret, str) and len(secret) > 1]
    assert [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", lu)] == []
    assert f"{une.cas.projets[0].pret.montant:,}".replace(",", " ") not in lu
    for ligne in lu.splitlines():
        assert re.fullmatch(r"[A-ZÀ-Ý].{5,300}\.", ligne), ligne


def test_rien_de_fait_ne_vaut_rien(copie, capsys):
    assert set(_corriger(copie, ADA).values()) == {0.0}
    assert "rien n'a été fait au poste de travail" in capsys.readouterr().out


def test_le_fichier_d_un_autre_ne_vaut_rien(de_ada, capsys):
    assert set(_corriger(de_ada, "bob").values()) == {0.0}
    assert "l'apprenant qu'il indique est « ada » au lieu de « bob »" in _lu(capsys)


@pytest.mark.parametrize(
    "octets", [b"", b"\xff" * 900, b"SQLite format 3\0" + b"\xff" * 5_000, b"x" * (TAILLE_MAX + 1)], ids=len
)
def test_un_fichier_illisible_ne_vaut_rien_et_n_arrete_rien(copie, capsys, octets):
    _fichier(copie).parent.mkdir()
    _fichier(copie).write_bytes(octets)
    assert set(_corriger(copie, ADA).values()) == {0.0}
    dit = capsys.readouterr()
    assert dit.err == ""
    assert "une personne doit l'examiner" in dit.out


def _retoucher(copie: Path, *ordres: str) -> None:
    with sqlite3.connect(_fichier(copie)) as base:
        for ordre in ordres:
            base.execute(ordre)


def test_un_etat_force_dans_la_base_n_a_aucun_effet(copie, capsys):
    une = CLE.situation_de(ADA, SESSION)
    jouer(copie, une, DEVOIR, ADA, [("ouvrir_dossier", {})])
    produit = next(iter(CLE.attendu_de(une).opportunites))
    _retoucher(
        copie,
        "UPDATE dossier SET etat = 'accepte', decision = 'accepte', delegataire = 'engagements', montant = 6000000",
        f"INSERT INTO souscription (id, produit, etat, options) VALUES (1, '{produit}', 'active', '[]')",
    )
    assert set(_corriger(copie, ADA).values()) == {0.0}
    assert "seul l'état rejoué compte, à examiner" in _lu(capsys)


def test_une_signature_glissee_avant_le_conseil_dans_le_journal_est_ecartee(copie, capsys):
    une = CLE.situation_de(ADA, SESSION)
    produit = next(iter(CLE.attendu_de(une).opportunites))
    jouer(copie, une, DEVOIR, ADA, [("commencer_conseil", {"produit": produit}), ("signer", {"souscription": 1})])
    _retoucher(
        copie,
        "UPDATE journal SET resultat = 'accepte' WHERE action = 'signer'",
        "UPDATE souscription SET etat = 'signee'",
    )
    assert _corriger(copie, ADA)["m5_ordre"] == 0
    dit = capsys.readouterr().out
    assert "elle est écartée" in dit
    assert "à examiner" in dit


def test_un_motif_tape_au_hasard_perd_son_point(copie):
    une = CLE.situation_de(ADA, SESSION)
    actions = [
        (nom, d | {"motif": "Excellente piste pour nous tous"} if nom == "creer_opportunite" else d)
        for nom, d in CLE.actions_du_modele(une)
    ]
    jouer(copie, une, DEVOIR, ADA, actions)
    assert _corriger(copie, ADA) == MAXIMA | {"m5_opp": 8.0}


def test_tout_creer_ne_rapporte_pas_tout(copie):
    une = CLE.situation_de(ADA, SESSION)
    attendu = CLE.attendu_de(une)
    motif = next(iter(attendu.opportunites.values()))[1]
    proposees = {ligne["produit"] for ligne in une.lignes["opportunite"]}
    autres = [code for code in une.regles.produits if code not in {*attendu.opportunites, *proposees}]
    toutes = [*autres, *attendu.opportunites]
    commun = {"motif": motif, "echeance": CLE.ECHEANCE, "probabilite": "50"}
    creees = [
        ("creer_opportunite", {"besoin": une.regles.produits[c].besoins[0], "produit": c} | commun) for c in toutes
    ]
    jouer(copie, une, DEVOIR, ADA, creees)
    assert _corriger(copie, ADA)["m5_opp"] == 0


def test_l_entrainement_se_note_de_la_meme_facon(tmp_path):
    cle = charger_attendus(DEPOT, "F-B5")
    une = cle.situation_de(ADA, SESSION)
    fautives, points = cle.actions_fautives(une)
    for nom, actions, attendu in (("modele", cle.actions_du_modele(une), None), ("fautes", fautives, points)):
        copie = preparer(tmp_path / nom, "F-B5", DEPOT)
        jouer(copie, une, "F-B5", ADA, actions)
        obtenu = _corriger(copie, ADA, "F-B5")
        assert obtenu == pytest.approx(attendu or dict(zip(obtenu, MAXIMA.values(), strict=True)), abs=0.001)


def test_les_attendus_se_lisent_et_se_rejouent(copie):
    lignes = CLE.modele(ADA, SESSION)["poste"]
    assert list(lignes) == sorted(lignes)
    actions = [ligne.partition(" ") for ligne in lignes.values()]
    une = CLE.situation_de(ADA, SESSION)
    resultats = jouer(copie, une, DEVOIR, ADA, [(nom, json.loads(donnees)) for nom, _, donnees in actions])
    assert all(resultat.accepte for resultat in resultats)


# The draw of the client.


def test_chacun_des_trois_clients_est_tire_et_toujours_le_meme():
    tires = [client_tire(CLE.CLIENTS, f"eleve{rang}", DEVOIR, SESSION) for rang in range(60)]
    assert tires == [client_tire(CLE.CLIENTS, f"eleve{rang}", DEVOIR, SESSION) for rang in range(60)]
    assert all(tires.count(client) >= 10 for client in CLE.CLIENTS)


def test_dans_source_c_est_le_client_du_cours(tmp_path):
    poste = mon_poste(CLE.CLIENTS, devoir=DEVOIR, dossier=tmp_path)
    assert poste.situation == situation("fournil")
    assert poste.chemin == chemin_du_poste(tmp_path, DEVOIR, "poste")


def test_chez_l_apprenant_ce_sont_son_client_et_ses_chiffres(copie):
    with au_poste_de(ADA):
        poste = mon_poste(CLE.CLIENTS, devoir="autre", dossier=copie)
        assert poste.situation == CLE.situation_de(ADA, SESSION)
    assert (poste.devoir, poste.session) == (DEVOIR, SESSION)


# Before handing in.


def test_un_poste_ou_rien_n_est_saisi_est_dit_avant_de_rendre(copie):
    shutil.copy(DEPOT / "source" / DEVOIR / NOTEBOOKS[DEVOIR], copie)
    une, rien = CLE.situation_de(ADA, SESSION), "« Le poste de travail » : aucune saisie n'y est enregistrée."
    assert rien in [constat.phrase for constat in controler(copie, ADA)]
    jouer(copie, une, DEVOIR, ADA, [("consulter", {"ecran": "P2"}), ("lire_document", {"document": "identite"})])
    assert rien in [constat.phrase for constat in controler(copie, ADA)]
    jouer(copie, une, DEVOIR, ADA, [("ouvrir_dossier", {})])
    constats = controler(copie, ADA)
    assert rien not in [constat.phrase for constat in constats]
    assert any("La fiche de préparation" in constat.phrase for constat in constats)


# What reaches the grader.


def test_le_fichier_du_poste_arrive_aux_tests_et_rien_d_autre(de_ada, tmp_path):
    (de_ada / "poste" / "programme.py").write_text("1/0")
    (de_ada / "poste" / "lien.sqlite").symlink_to("/etc/passwd")
    with (de_ada / "poste" / "enorme.sqlite").open("wb") as flux:
        flux.truncate(TAILLE_MAX + 5_000)
    cible = tmp_path / "tests"
    cible.mkdir()
    copier_reponses(de_ada, cible)
    arrives = {chemin.name: chemin for chemin in (cible / "poste").iterdir()}
    assert set(arrives) == {"B5-MES__poste.sqlite", "lien.sqlite", "enorme.sqlite"}
    assert arrives["B5-MES__poste.sqlite"].read_bytes() == _fichier(de_ada).read_bytes()
    codes = {nom: [a.code for a in lire_journal_de(arrives[nom]).anomalies] for nom in ("lien.sqlite", "enorme.sqlite")}
    assert codes == {"lien.sqlite": ["lien"], "enorme.sqlite": ["trop_gros"]}


@pytest.fixture
def cours(jouee, tmp_path) -> Path:
    """A released assignment, and the copy of Ada."""
    officiel, copie = tmp_path / "release" / DEVOIR, tmp_path / "submitted" / ADA / DEVOIR
    shutil.copytree(jouee, copie)
    for dossier in (officiel, copie):
        dossier.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEPOT / "source" / DEVOIR / "b5_mes.ipynb", dossier)
    shutil.copy(copie / "questions.json", officiel)
    return tmp_path


def _du_poste(cours: Path) -> list[str]:
    table = anomalies_du_devoir(cours, DEVOIR)
    for motif in table.motif:
        assert re.fullmatch(r"[A-ZÀ-Ý«].{20,400}\.", motif), motif
    return table[table.cellule == "poste"].code.tolist()


def test_un_poste_honnete_n_a_pas_d_anomalie_et_la_copie_n_est_pas_vide(cours):
    assert _du_poste(cours) == []
    assert "copie_vide" not in set(anomalies_du_devoir(cours, DEVOIR).code)


def test_un_poste_retouche_ou_d_un_autre_est_dit(cours):
    copie = cours / "submitted" / ADA / DEVOIR
    _retoucher(copie, "UPDATE dossier SET montant = 1")
    assert _du_poste(cours) == ["ecart"]
    _retoucher(copie, "UPDATE identite SET apprenant = 'bob'")
    assert _du_poste(cours) == ["autre_apprenant"]
    _fichier(copie).write_bytes(b"bonjour")
    assert _du_poste(cours) == ["illisible"]


def test_une_autre_session_ou_une_heure_impossible_est_a_examiner(cours):
    copie = cours / "submitted" / ADA / DEVOIR
    _retoucher(copie, "UPDATE identite SET session = '2025-S1'", "UPDATE journal SET ts = 'hier soir' WHERE id = 3")
    assert {"autre_session", "horodatage", "retouche"} <= set(_du_poste(cours))


def test_un_controle_force_est_parmi_les_anomalies(cours):
    copie = cours / "submitted" / ADA / DEVOIR
    _fichier(copie).unlink()
    une = CLE.situation_de(ADA, SESSION)
    jouer(copie, une, DEVOIR, ADA, JOUEURS["négligent"](une).actions)
    assert _du_poste(cours) == ["contournement"] * 2
