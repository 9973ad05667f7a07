"""What a learner does at the workstation, screen by screen: what is done, what is refused, what is told."""

from __future__ import annotations

import datetime as dt

import pytest

from rncp_utils.poste import etats
from rncp_utils.poste.actions import ACTIONS
from rncp_utils.poste.actions.champs import Refus
from rncp_utils.poste.poste import Resultat
from rncp_utils.typographie import typographier
from tests.poste.petit_poste import (
    DEMANDE,
    MOTIF,
    PLAN,
    alerte,
    bloque,
    decider,
    etat,
    faire,
    monter,
    nouveau,
    petite,
    signer,
)


def champ(poste, nom):
    return next(c for c in poste.table("champ") if c["nom"] == nom)


# P1, P2.


def test_consulter_est_note_avec_son_ecran(poste):
    assert faire(poste, "consulter", ecran="P4", objet="tri : échéance") == Resultat(True, "Consulté.")
    [ligne] = poste.journal()
    assert (ligne["ecran"], ligne["donnees"]) == ("P4", {"ecran": "P4", "objet": "tri : échéance"})


def test_le_profil_ancien_est_signale(poste):
    resultat = alerte(poste, "P2-A1", "consulter", ecran="P2")
    assert "Chiffre d'affaires" in resultat.controles[0].phrase
    alerte(poste, "P2-A2", "modifier", champ="ca", valeur="300 000")  # the accounts say 328 000
    faire(poste, "consulter", ecran="P2")
    assert poste.journal()[-1]["id"] not in {c["journal"] for c in poste.table("controle")}


@pytest.mark.parametrize(
    ("nom", "saisi", "garde"),
    [
        ("ca", "328 000 €", "328000"),
        ("ca", "328 000,50", "328000.50"),
        ("salaries", " 3 ", "3"),
        ("statut", "Mariée", "Mariée"),
        ("installation", "01/09/2015", "2015-09-01"),
        ("taux_marge", "65,90 %", "65.9"),
        ("telephone", "00 00 00 00 00", "00 00 00 00 00"),
        ("siren", "999 319 015", "999319015"),
    ],
)
def test_une_valeur_du_profil_est_gardee_sous_une_seule_forme(poste, nom, saisi, garde):
    faire(poste, "modifier", champ=nom, valeur=saisi)
    assert (champ(poste, nom)["valeur"], champ(poste, nom)["maj_le"]) == (garde, "2027-01-12")


def test_le_journal_dit_l_avant_et_l_apres(poste):
    faire(poste, "modifier", champ="ca", valeur="328 000")
    ligne = poste.journal()[-1]
    repere = {"table": "champ", "id": champ(poste, "ca")["id"]}
    assert ligne["avant"] == [repere | {"valeur": "250000", "maj_le": "2025-02-01"}]
    assert ligne["apres"] == [repere | {"valeur": "328000", "maj_le": "2027-01-12"}]


def test_un_siren_faux_est_refuse(poste):
    bloque(poste, "P2-B1", "modifier", champ="siren", valeur="999319016")


def test_une_valeur_hors_de_la_liste_est_refusee(poste):
    assert "n'est pas dans la liste" in bloque(poste, "", "modifier", champ="statut", valeur="Veuve")
    assert "n'existe pas" in bloque(poste, "", "modifier", champ="age", valeur="3")


# P3.

OPPORTUNITE = {"besoin": "proteger", "produit": "PREV", "motif": MOTIF, "echeance": "31/03/2027", "probabilite": "60 %"}


def test_une_opportunite_est_creee_puis_ecartee(poste):
    rang = faire(poste, "creer_opportunite", **OPPORTUNITE).id
    assert poste.table("opportunite")[rang - 1] == {
        "id": rang,
        "origine": "conseiller",
        "besoin": "proteger",
        "produit": "PREV",
        "motif": MOTIF,
        "echeance": "2027-03-31",
        "probabilite": 60,
        "etat": "ouverte",
        "motif_ecart": None,
    }
    bloque(poste, "P3-B1", "ecarter_opportunite", opportunite=rang, motif="Non.")
    faire(poste, "ecarter_opportunite", opportunite=rang, motif=MOTIF)
    assert poste.table("opportunite")[rang - 1]["etat"] == "ecartee"
    bloque(poste, "", "ecarter_opportunite", opportunite=rang, motif=MOTIF)


def test_une_opportunite_sans_produit(poste):
    faire(poste, "creer_opportunite", **(OPPORTUNITE | {"produit": ""}))
    assert poste.table("opportunite")[-1]["produit"] is None


def test_les_controles_d_une_opportunite(poste):
    bloque(poste, "P3-B1", "creer_opportunite", **(OPPORTUNITE | {"motif": "Intéressé."}))
    bloque(poste, "", "creer_opportunite", **(OPPORTUNITE | {"echeance": "2027-01-11"}))
    bloque(poste, "", "creer_opportunite", **(OPPORTUNITE | {"besoin": "voyager"}))
    alerte(poste, "P3-A1", "creer_opportunite", **(OPPORTUNITE | {"besoin": "payer", "produit": "CARTE"}))


@pytest.mark.parametrize(("lue", "dit"), [("0 %", "rien à suivre"), (100, "tout est signé"), (101, "de 0 à 100 %")])
def test_une_certitude_n_est_pas_une_probabilite(poste, lue, dit):
    resultat = poste.faire("creer_opportunite", **(OPPORTUNITE | {"probabilite": lue}))
    assert not resultat.accepte
    assert dit in resultat.phrase.replace("\xa0", " ")
    assert len(poste.table("opportunite")) == 1


def test_l_opposition_commerciale_ferme_la_prospection():
    poste = nouveau(opposition=True)
    bloque(poste, "P3-B2", "creer_opportunite", **OPPORTUNITE)
    faire(poste, "ecarter_opportunite", opportunite=1, motif=MOTIF)
    faire(poste, "prendre_rendez_vous", jour="2027-01-18", objet="Bilan annuel")


@pytest.mark.parametrize(("jour", "mot"), [("11/01/2027", "passé"), ("17/01/2027", "fermée"), ("29/03/2027", "fermée")])
def test_un_rendez_vous_tombe_un_jour_ouvre_a_venir(poste, jour, mot):
    assert mot in bloque(poste, "", "prendre_rendez_vous", jour=jour, objet="Bilan")


def test_un_rendez_vous_pris(poste):
    faire(poste, "prendre_rendez_vous", jour=dt.date(2027, 1, 18), objet="Bilan")
    assert poste.table("rdv") == [{"id": 1, "jour": "2027-01-18", "objet": "Bilan", "etat": "prevu"}]


# P4, P5.


def test_les_saisies_d_une_demande(poste):
    monter(poste)
    [dossier] = poste.table("dossier")
    lus = {nom: dossier[nom] for nom in DEMANDE}
    assert lus == {"objet": "materiel", "bien": "four", "montant": 6_000_000, "duree": 84, "taux": 410}
    assert [(x["sens"], x["nature"], x["montant"]) for x in poste.table("plan_ligne")] == [
        ("besoin", "four", 6_800_000),
        ("besoin", "installation", 800_000),
        ("ressource", "pret", 6_000_000),
        ("ressource", "apport", 1_600_000),
    ]
    faire(poste, "plan", sens="besoin", nature="four", montant="70 000")
    assert poste.table("plan_ligne")[0]["montant"] == 7_000_000
    faire(poste, "plan", sens="besoin", nature="installation", montant=0)
    assert [x["nature"] for x in poste.table("plan_ligne")] == ["four", "pret", "apport"]
    assert "rien à retirer" in bloque(poste, "", "plan", sens="besoin", nature="installation", montant="0")


def test_les_controles_de_la_demande(poste):
    assert "Aucun dossier" in bloque(poste, "", "saisir_demande", **DEMANDE)
    faire(poste, "ouvrir_dossier")
    assert "est en cours" in bloque(poste, "", "ouvrir_dossier")
    bloque(poste, "P4-B2", "saisir_demande", **(DEMANDE | {"montant": "0"}))
    bloque(poste, "P4-B2", "plan", sens="besoin", nature="four", montant="-5")
    alerte(poste, "P4-A1", "saisir_demande", **(DEMANDE | {"bien": "informatique"}))
    faire(poste, "saisir_demande", **DEMANDE)


def test_completer_demande_la_saisie_l_equilibre_puis_les_pieces(poste):
    faire(poste, "ouvrir_dossier")
    assert "l'objet, le bien, le montant, la durée, le taux" in bloque(poste, "", "completer")
    faire(poste, "saisir_demande", **DEMANDE)
    bloque(poste, "P4-B1", "completer")
    for sens, nature, montant in PLAN:
        faire(poste, "plan", sens=sens, nature=nature, montant=montant)
    phrase = bloque(poste, "P5-B1", "completer")
    assert "Extrait du registre et Demande signée" in phrase


def test_une_piece_perimee_arrete_le_controle_et_se_remplace(poste):
    monter(poste)
    joint = alerte(poste, "P5-A2", "joindre", piece="extrait_registre", document="extrait_ancien")
    dit = joint.controles[0].phrase.replace("\xa0", " ")
    assert "plus de 3 mois" in dit
    assert "sera refusé" in dit
    faire(poste, "completer")
    bloque(poste, "P5-B2", "controler")
    faire(poste, "joindre", piece="extrait_registre", document="extrait_recent")
    faire(poste, "controler")
    assert etat(poste) == etats.CONTROLE
    assert len(poste.table("piece")) == 2


def test_une_piece_signee_par_un_autre_est_signalee_deux_fois(poste):
    monter(poste)
    alerte(poste, "P5-A1", "joindre", piece="demande", document="demande_paul")
    faire(poste, "completer")
    alerte(poste, "P5-A1", "controler")


def test_un_document_se_demande_avant_de_se_lire(poste):
    assert "demandez-le" in bloque(poste, "", "lire_document", document="extrait_recent")
    faire(poste, "demander_document", piece="extrait_registre")
    faire(poste, "lire_document", document="extrait_recent")
    assert "pas d'autre document" in bloque(poste, "", "demander_document", piece="extrait_registre")
    assert "n'existe pas" in bloque(poste, "", "lire_document", document="ailleurs")


def test_un_document_d_une_autre_nature_ne_se_joint_pas(poste):
    faire(poste, "ouvrir_dossier")
    assert "n'est pas la pièce" in bloque(poste, "", "joindre", piece="demande", document="releve")


def test_un_dossier_complet_ne_perd_plus_ses_pieces_ni_son_plan(poste):
    monter(poste)
    faire(poste, "retirer_piece", piece="demande")
    bloque(poste, "", "retirer_piece", piece="demande")
    faire(poste, "joindre", piece="demande", document="demande")
    faire(poste, "completer")
    for action, donnees in (
        ("retirer_piece", {"piece": "demande"}),
        ("plan", {"sens": "besoin", "nature": "four", "montant": "1"}),
        ("saisir_demande", DEMANDE),
        ("debloquer", {}),
    ):
        assert "au stade «\xa0complet\xa0»" in bloque(poste, "", action, **donnees)


def test_un_dossier_controle_revient_en_brouillon_avec_son_motif(poste):
    monter(poste)
    faire(poste, "completer")
    faire(poste, "controler")
    faire(poste, "renvoyer", motif="Le montant du devis a changé.")
    assert etat(poste) == etats.BROUILLON
    faire(poste, "plan", sens="besoin", nature="four", montant="69 000")


# What is typed.


@pytest.mark.parametrize(
    ("action", "donnees", "phrase"),
    [
        (
            "plan",
            {"montant": "soixante"},
            "« Montant » : j'ai lu « soixante » et je n'y trouve pas de nombre.",
        ),
        ("plan", {"montant": "12 %"}, "l'unité attendue est €"),
        ("plan", {"montant": 12.5}, "j'attendais un nombre"),
        ("plan", {"montant": 10**20}, "trop grand"),
        ("plan", {"montant": ""}, "« Montant » est vide"),
        ("plan", {"montant": "1", "sens": None}, "« Sens » est vide"),
        ("plan", {"montant": "1", "sens": ["besoin"]}, "j'attendais un texte et j'ai lu une liste"),
        ("plan", {"montant": "1", "couleur": "bleu"}, "ne connaît pas « couleur »"),
        ("saisir_demande", DEMANDE | {"taux": "45"}, "un taux de 0 à 30"),
        ("saisir_demande", DEMANDE | {"taux": "4,105"}, "deux décimales"),
        ("saisir_demande", DEMANDE | {"duree": "7 ans"}, "l'unité attendue est mois"),
        ("saisir_demande", DEMANDE | {"duree": "84,5"}, "un nombre entier de 1 à 360"),
        ("saisir_demande", DEMANDE | {"duree": True}, "j'attendais un nombre et j'ai lu oui"),
        ("prendre_rendez_vous", {"jour": "31/02/2027", "objet": "x"}, "j'attendais une date"),
        ("prendre_rendez_vous", {"jour": "demain", "objet": "x"}, "Saisissez par exemple 31/01/2027"),
        ("prendre_rendez_vous", {"jour": "2027-01-18", "objet": "x" * 201}, "compte 201 caractères"),
        ("signer", {"souscription": "1"}, "rien ne porte ce numéro"),
        ("regler", {"souscription": 1, "options": "deces"}, "j'attendais une liste"),
        ("danser", {}, "L'action « danser » n'existe pas"),
    ],
)
def test_une_saisie_illisible_est_dite_et_n_est_pas_notee(poste, action, donnees, phrase):
    if action == "plan":
        donnees = {"sens": "besoin", "nature": "four"} | donnees
    resultat = poste.faire(action, **donnees)
    assert not resultat.accepte
    assert typographier(phrase) in resultat.phrase
    assert poste.journal() == []


def test_un_demi_caractere_ou_un_zero_s_enregistre(poste):
    faire(poste, "compte_rendu", texte="a\ud800b\0c")
    assert poste.table("compte_rendu")[0]["texte"] == "a?bc"


def test_des_donnees_deja_lues_se_relisent_pareil(situation):
    """What a journal holds is what an action takes: the condition of a replay."""
    premier, second = nouveau(situation), nouveau(situation)
    decider(premier)
    signer(premier)
    for ligne in premier.journal():
        assert second.faire(ligne["action"], **ligne["donnees"]).accepte == (ligne["resultat"] == "accepte")
    sans_heure = [[{k: v for k, v in x.items() if k not in ("ts", "empreinte")} for x in p.journal()]
                  for p in (premier, second)]  # fmt: skip
    assert sans_heure[0] == sans_heure[1]


def test_chaque_action_a_un_ecran_et_des_libelles():
    for nom, action in ACTIONS.items():
        assert nom == action.nom
        assert action.ecran in {f"P{rang}" for rang in range(1, 10)}
        assert all(champ.libelle for champ in action.champs.values())


def test_un_defaut_de_la_bibliotheque_se_dit_en_une_phrase(poste, monkeypatch):
    def casser(e, d):
        e.ajouter("tache", libelle="x", jour=None, etat="a_faire")
        raise ZeroDivisionError

    action = ACTIONS["creer_tache"]
    monkeypatch.setitem(ACTIONS, "creer_tache", type(action)(action.nom, action.ecran, action.champs, casser))
    resultat = poste.faire("creer_tache", libelle="Relire")
    assert "ZeroDivisionError" in resultat.phrase
    assert (poste.table("tache"), poste.journal()) == ([], [])


def test_un_refus_reprend_ce_que_l_action_avait_deja_ecrit(poste, monkeypatch):
    def hesiter(e, d):
        e.ajouter("tache", libelle="x", jour=None, etat="a_faire")
        raise Refus("La tâche n'est pas créée.")

    action = ACTIONS["creer_tache"]
    monkeypatch.setitem(ACTIONS, "creer_tache", type(action)(action.nom, action.ecran, action.champs, hesiter))
    bloque(poste, "", "creer_tache", libelle="Relire")


def test_une_banque_qui_ne_calcule_pas_refuse_sans_se_taire():
    """A computation of the library that these figures do not allow is a refusal, in its own words."""
    poste = nouveau(petite(parts={"comportement": 9.0, "dirigeant": 0.8, "secteur": 0.6}))
    monter(poste)
    faire(poste, "completer")
    faire(poste, "controler")
    assert "fraction" in bloque(poste, "", "analyser")
    assert etat(poste) == etats.CONTROLE
