"""Situations of the workstation: whole, readable, the same at each call, for the case and its variants."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from sqlalchemy import create_engine, insert, select, text

from rncp_utils.credit.garanties.catalogue import surete
from rncp_utils.donnees.agence.numeros import cle_luhn
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import euros, pourcent
from rncp_utils.poste.situation import AUTRE_BANQUE, JOUR, Situation, lister_situations, situation
from rncp_utils.poste.tables import METADATA

CODES = ("fournil", "kelya", "nouri", "vasseur")
ELEVES = ("", *(f"apprenant{rang}" for rang in range(20)))
PLANTEES = {
    "client",
    "champ",
    "tiers",
    "lien",
    "compte",
    "mouvement",
    "engagement",
    "document",
    "opportunite",
    "rdv",
    "tache",
}
RUBRIQUES = ["identite", "activite", "dirigeant", "foyer", "equipements", "mouvements"]
_IBAN = re.compile(r"FR\d\d(?: \d{4}){5} \d{3}")


@cache
def _situation(code: str, eleve: str) -> Situation:
    return situation(code, apprenant=eleve, devoir="B5-MES", session="essai") if eleve else situation(code)


@pytest.fixture(params=CODES)
def toutes(request: pytest.FixtureRequest) -> list[Situation]:
    """A situation, on the case and on twenty variants."""
    return [_situation(request.param, eleve) for eleve in ELEVES]


def _lu(situation: Situation, table: str) -> dict[str, dict]:
    cle = {"document": "id", "champ": "nom"}[table]
    return {ligne[cle]: dict(ligne) for ligne in situation.lignes[table]}


def _texte(document: dict) -> str:
    return "\n".join(" : ".join(ligne) for ligne in document["lignes"])


def _textes(situation: Situation) -> str:
    """All that the documents in hand show."""
    return "\n".join(_texte(lu) for lu in situation.lignes["document"] if not lu["sur_demande"])


def _mois_apres(jour: dt.date, mois: int) -> dt.date:
    rang = jour.year * 12 + jour.month - 1 + mois
    return jour.replace(year=rang // 12, month=rang % 12 + 1, day=min(jour.day, 28))


def _en_cours(situation: Situation, document: dict) -> bool:
    """Whether a piece is still valid at the day of the workstation."""
    duree = situation.regles.validite_mois.get(document["piece"])
    fins = [document["date_validite"]]
    if duree:
        fins.append(_mois_apres(dt.date.fromisoformat(document["date_piece"]), duree).isoformat())
    return all(fin is None or fin >= situation.jour.isoformat() for fin in fins)


def _bien_signe(situation: Situation, document: dict) -> bool:
    return document["signataire"] in (None, situation.regles.representant)


def test_les_quatre_situations_sont_livrees() -> None:
    assert lister_situations() == CODES
    assert {situation(code).jour for code in CODES} == {JOUR} == {dt.date(2027, 1, 12)}


def test_les_lignes_entrent_dans_les_tables(toutes: list[Situation]) -> None:
    for une in toutes:
        moteur = create_engine("sqlite://")
        with moteur.begin() as connexion:
            connexion.execute(text("PRAGMA foreign_keys = ON"))
            METADATA.create_all(connexion)
            assert set(une.lignes) == PLANTEES
            for table in METADATA.sorted_tables:
                for ligne in une.lignes.get(table.name, ()):
                    assert set(ligne) | {"id"} == {colonne.name for colonne in table.columns}
                    connexion.execute(insert(table).values(**ligne))
            lus = connexion.execute(select(METADATA.tables["document"])).all()
        assert len(lus) == len(une.lignes["document"])


def test_huit_clients_dont_un_seul_est_suivi(toutes: list[Situation]) -> None:
    for une in toutes:
        clients = une.lignes["client"]
        (suivi,) = [client for client in clients if client["suivi"]]
        assert len(clients) == 8
        assert suivi["denomination"] == une.cas.denomination
        assert not any(client["opposition"] for client in clients)


def test_le_profil_du_cours_a_quatre_vides_et_un_chiffre_d_affaires_qui_ne_tient_pas() -> None:
    for code in CODES:
        une = _situation(code, "")
        champs = _lu(une, "champ")
        assert len(champs) == 18
        assert list(dict.fromkeys(champ["rubrique"] for champ in champs.values())) == RUBRIQUES
        assert sum(champ["valeur"] is None for champ in champs.values()) == 4
        remplis = {nom: champ for nom, champ in champs.items() if champ["valeur"] is not None}
        ancien = _mois_apres(une.jour, -12).isoformat()
        assert [nom for nom, champ in remplis.items() if champ["maj_le"] < ancien] == ["ca"]
        vrai = _chiffre_d_affaires(une)
        assert abs(int(champs["ca"]["valeur"]) / vrai - 1) > 0.05
        assert euros(vrai) in _textes(une)


def _chiffre_d_affaires(une: Situation) -> int:
    return une.cas.exercices["N"]["FL"] if une.cas.exercices else une.cas.tresorerie_micro["N"].encaissements


def test_les_valeurs_du_profil_sont_bien_ecrites(toutes: list[Situation]) -> None:
    motifs = {"montant": r"\d+(\.\d\d)?", "entier": r"\d+", "date": r"\d{4}-\d\d-\d\d", "siren": r"\d{9}"}
    for une in toutes:
        for champ in _lu(une, "champ").values():
            if champ["type"] == "choix":
                assert len(champ["choix"]) > 1
                assert champ["valeur"] in (None, *champ["choix"])
            elif champ["valeur"] is not None:
                assert re.fullmatch(motifs.get(champ["type"], r"\S.*"), champ["valeur"])
        siren = _lu(une, "champ")["siren"]["valeur"]
        assert siren == une.cas.siren
        assert cle_luhn(np.array([[int(c) for c in siren[:8]]]))[0] == int(siren[8])


# What completes the profile, and the document where it is read (field, document, text shown).
LECTURES = {
    "fournil": (
        ("loyer", "bail", lambda c: euros(c.exercices["N"].get("XQ"))),
        ("credits_prives", "releve_prive", lambda c: euros(c.foyer.charges[0].mensualites["N"])),
        ("credits_prives", "releve_prive", lambda c: euros(c.foyer.charges[1].mensualites["N"])),
        ("terminal", "facture_terminal", lambda c: "prestataire indépendant"),
        ("assurance_locaux", "assurance_local", lambda c: "autre assureur"),
    ),
    "vasseur": (
        ("loyer", "quittance", lambda c: euros(c.exercices["N"].get("XQ"))),
        ("effectif", "personnel", lambda c: "Salariés présents"),
        ("autres_revenus", "avis_imposition", lambda c: euros(c.foyer.revenus[2].montants["N"])),
        ("prevoyance", "prevoyance", lambda c: "autre assureur"),
    ),
    "nouri": (
        ("loyer", "quittance", lambda c: euros(c.exercices["N"].get("XQ"))),
        ("effectif", "urssaf", lambda c: "Aucun"),
        ("situation", "pacs", lambda c: "Séparation des patrimoines"),
        ("terminal", "impayes", lambda c: "je n'ai pas d'appareil"),
    ),
    "kelya": (
        ("naf", "livre", lambda c: "en ligne"),
        ("naf", "rne_2026", lambda c: c.naf),
        ("regime_social", "bulletin", lambda c: "régime des indépendants"),
        ("credits_prives", "releve_prive", lambda c: euros(c.foyer.charges[0].mensualites["N"])),
        ("terminal", "place_de_marche", lambda c: "aucun client sur place"),
    ),
}


def test_ce_qui_manque_au_profil_se_lit_dans_un_document() -> None:
    for code in CODES:
        une = _situation(code, "")
        lectures, documents = LECTURES[une.code], _lu(une, "document")
        vides = {nom for nom, champ in _lu(une, "champ").items() if champ["valeur"] is None}
        assert {champ for champ, _, _ in lectures} == vides
        for _, nom, montre in lectures:
            assert not documents[nom]["sur_demande"]
            assert montre(une.cas) in _texte(documents[nom])


# What proves or contradicts an opportunity: product, document, text shown.
PREUVES = {
    "fournil": (
        ("PREVOYANCE", "note_appel", "le fournil ferme et la maison ne vit plus"),
        ("TPE", "facture_terminal", "1,60"),
        ("MULTIRISQUE", "assurance_local", "en cours jusqu'au 30 novembre 2027"),
    ),
    "vasseur": (
        ("HOMMECLE", "note_appel", "la société ne rembourse plus"),
        ("PEE", "reunion", "épargne salariale"),
        ("VIE", "courrier_epargne", "m'oppose à toute proposition sur mon épargne privée"),
    ),
    "nouri": (
        ("PREVOYANCE", "note_appel", "je ne peux pas m'arrêter"),
        ("TPE", "impayes", "Les patients me demandent la carte"),
        ("PEE", "urssaf", "Salariés déclarés sur douze mois : Aucun"),
    ),
    "kelya": (
        ("CYBER", "attaque", "rien n'était assuré"),
        ("VAD", "place_de_marche", "page de paiement"),
        ("TPE", "place_de_marche", "aucun client sur place"),
    ),
}


def test_deux_opportunites_se_decouvrent_et_une_proposee_est_dementie() -> None:
    for code in CODES:
        une = _situation(code, "")
        documents, proposees = _lu(une, "document"), {lu["produit"] for lu in une.lignes["opportunite"]}
        possedes = {lu["nature"] for lu in une.lignes["engagement"]}
        *a_creer, dementie = (produit for produit, _, _ in PREUVES[une.code])
        assert not {*a_creer} & (proposees | possedes)
        assert {*a_creer} <= set(une.regles.produits)
        assert dementie in proposees
        for _, nom, montre in PREUVES[une.code]:
            assert not documents[nom]["sur_demande"]
            assert montre in _texte(documents[nom])


def test_le_registre_du_personnel_compte_les_salaries_du_cas() -> None:
    for eleve in ELEVES:
        une = _situation("vasseur", eleve)
        presents = dict(_lu(une, "document")["personnel"]["lignes"])["Salariés présents"]
        assert len(presents.split(", ")) == une.cas.effectif_salarie


def test_chaque_piece_a_un_document_une_est_perimee_et_une_autre_mal_signee_ou_absente(
    toutes: list[Situation],
) -> None:
    for une in toutes:
        perimees, autres = [], []
        for piece in une.regles.pieces:
            documents = [lu for lu in une.lignes["document"] if lu["piece"] == piece]
            recus = [lu for lu in documents if not lu["sur_demande"]]
            assert any(_en_cours(une, lu) and _bien_signe(une, lu) for lu in documents)
            perimees += [piece] if recus and not any(_en_cours(une, lu) for lu in recus) else []
            autres += [piece] if not any(_bien_signe(une, lu) for lu in recus) else []
        assert len(perimees) == len(autres) == 1
        assert perimees != autres


def test_ce_que_demande_une_decision_sous_conditions_existe(toutes: list[Situation]) -> None:
    for une in toutes:
        for condition in une.regles.conditions.values():
            (document,) = [lu for lu in une.lignes["document"] if lu["piece"] == condition.piece]
            assert document["sur_demande"]


# What the deed of the further guarantee names, and what it bears on.
ACTES = {
    "fournil": ("gage_materiel", ("four", "vitrine")),
    "nouri": ("hypotheque_conventionnelle", ("murs",)),
    "vasseur": ("nantissement_fonds_commerce", ("fonds",)),
    "kelya": ("gage_stocks", ("stock",)),
}


def test_l_acte_de_garantie_dit_sa_nature_et_sa_valeur_apres_decote(toutes: list[Situation]) -> None:
    for une in toutes:
        code, biens = ACTES[une.code]
        acte = dict(_lu(une, "document")["acte_garantie"]["lignes"])
        besoins = une.cas.projets[0].besoins
        retenu = sum(besoins[bien] for bien in biens) * (1 - surete(code).decote_defaut)
        assert acte["Valeur retenue, décote du cours déduite"] == euros(round(retenu))
        assert acte["Garantie"].split()[0] == surete(code).libelle.split()[0]


def test_le_plan_s_equilibre_et_se_lit(toutes: list[Situation]) -> None:
    for une in toutes:
        projet, textes = une.cas.projets[0], _textes(une)
        assert sum(projet.besoins.values()) == projet.apport + projet.pret.montant
        assert all(euros(besoin) in textes for besoin in projet.besoins.values())
        assert (euros(projet.apport) if projet.apport else "Aucun, mon épargne") in textes
        assert f"{projet.pret.duree_mois} mois" in textes
        assert pourcent(projet.pret.taux, 2) in textes


def test_la_duree_demandee_tient_dans_la_vie_du_bien() -> None:
    finances = {"fournil": "materiel_production", "vasseur": "fonds_commerce", "nouri": "murs", "kelya": "stock"}
    for code, bien in finances.items():
        une = _situation(code, "")
        assert une.cas.projets[0].pret.duree_mois <= une.regles.vie_mois[bien]


def _reserve(une: Situation) -> float:
    """What the down payment is taken from, in euros."""
    if une.code == "vasseur":
        return une.lignes["compte"][0]["solde"] / 100
    biens = une.cas.foyer.patrimoine
    return {"fournil": lambda: biens[1].valeur, "nouri": lambda: biens[0].mobilisable, "kelya": lambda: 0}[une.code]()


def test_l_apport_est_disponible(toutes: list[Situation]) -> None:
    for une in toutes:
        assert une.cas.projets[0].apport <= _reserve(une)


def test_les_trois_clients_du_devoir_ne_vont_pas_tous_au_meme_delegataire() -> None:
    for eleve in ELEVES:
        sous_la_delegation = {}
        for code in ("fournil", "nouri", "vasseur"):
            une = _situation(code, eleve)
            chez_nous = [lu["encours"] or 0 for lu in une.lignes["engagement"] if lu["nature"] != AUTRE_BANQUE]
            total = 100 * une.cas.projets[0].pret.montant + sum(chez_nous)
            sous_la_delegation[code] = total <= une.regles.delegation_montant
        assert sous_la_delegation == {"fournil": True, "nouri": False, "vasseur": False}


def test_les_iban_sont_valides_et_le_compte_a_debiter_a_son_rib(toutes: list[Situation]) -> None:
    for une in toutes:
        lus = {document["id"]: iban for document in une.lignes["document"] for iban in _IBAN.findall(_texte(document))}
        assert len(set(lus.values())) == len(lus) == 2
        for iban in lus.values():
            serre = iban.replace(" ", "")
            assert int(serre[4:] + "1527" + serre[2:4]) % 97 == 1
        assert _lu(une, "document")["rib_pro"]["piece"] == "rib"
        assert _lu(une, "document")["mandat"]["signataire"] == une.regles.representant


def test_les_produits_sont_ceux_de_la_gamme(toutes: list[Situation]) -> None:
    from rncp_utils.portefeuille.gamme import GAMME_DU_COURS, charger_gamme

    gamme = charger_gamme(GAMME_DU_COURS)
    codes = {produit.code for produit in gamme.produits}
    for une in toutes:
        documents = _lu(une, "document")
        assert set(une.regles.produits) <= codes
        assert {lu["nature"] for lu in une.lignes["engagement"]} <= codes | {AUTRE_BANQUE}
        for offre in une.regles.produits.values():
            assert all(documents[nom]["lignes"] for nom in (*offre.informations, *offre.remises))
        assert [(lu["origine"], lu["etat"]) for lu in une.lignes["opportunite"]] == [("systeme", "proposee")] * 2
        for lu in une.lignes["opportunite"]:
            assert lu["besoin"] in gamme.produit(lu["produit"]).besoins
            assert len(lu["motif"]) >= 20


def test_un_produit_du_devoir_a_formules_options_beneficiaire_et_mandat() -> None:
    for code, produit in (("fournil", "PREVOYANCE"), ("nouri", "PREVOYANCE"), ("vasseur", "HOMMECLE")):
        offre = _situation(code, "").regles.produits[produit]
        assert len(offre.formules) > 2
        assert len(offre.options) > 1
        assert offre.beneficiaire
        assert offre.mandat


def test_aucun_nom_a_remplacer_ne_reste_dans_un_document(toutes: list[Situation]) -> None:
    for une in toutes:
        assert not re.search(r"[{}]|n\.s\.", _textes(une) + str(une.lignes["mouvement"][0]["libelle"]))
        titres = [lu["titre"] for lu in une.lignes["document"]]
        assert len(set(titres)) == len(titres)


def test_le_meme_appel_donne_la_meme_situation() -> None:
    assert situation("nouri", apprenant="a", devoir="d", session="s") == situation(
        "nouri", apprenant="a", devoir="d", session="s"
    )
    assert situation("nouri", apprenant="a", devoir="d", session="s") != situation("nouri")
    assert situation("nouri").tirage == {}


def test_la_situation_ne_depend_ni_de_la_machine_ni_de_la_gamme_de_la_banque(tmp_path) -> None:
    ailleurs = tmp_path / "gamme.yaml"
    ailleurs.write_text("produits: []\n", encoding="utf-8")
    programme = (
        "import hashlib; from rncp_utils.poste.situation import situation;"
        "lignes = dict(situation('fournil', apprenant='a', devoir='d', session='s').lignes);"
        "print(hashlib.sha256(repr(lignes).encode()).hexdigest())"
    )
    environnement = {**os.environ, "PYTHONHASHSEED": "7", "RNCP_GAMME": str(ailleurs), "PYTHONIOENCODING": "utf-8"}
    lu = subprocess.run(
        [sys.executable, "-c", programme], env=environnement, capture_output=True, text=True, check=True
    )
    ici = repr(dict(situation("fournil", apprenant="a", devoir="d", session="s").lignes))
    assert lu.stdout.strip() == hashlib.sha256(ici.encode()).hexdigest()


@pytest.mark.parametrize(
    ("appel", "mot"),
    [
        ({"code": "boulanger"}, "fournil, kelya, nouri, vasseur"),
        ({"code": "fournil", "apprenant": "a"}, "donnez les trois"),
    ],
)
def test_une_demande_incomplete_est_refusee(appel: dict, mot: str) -> None:
    with pytest.raises(ErreurDonnees, match=mot):
        situation(**appel)
