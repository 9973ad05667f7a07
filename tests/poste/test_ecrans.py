"""What the screens of the workstation show, to the learner and to the grader."""

from __future__ import annotations

import subprocess
import sys

import ipywidgets as widgets

from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.ecrans.tableaux import tableau
from rncp_utils.poste.ecrans.vue_journal import ACTIONS as ACTIONS_NOMMEES
from rncp_utils.poste.etats import DOSSIER, SOUSCRIPTION, pourquoi
from tests.poste.ecran import Structure, lisible

VUE = "application/vnd.jupyter.widget-view+json"
MOTIF = "Un contrat de bail lu dans les documents du client."


def test_importer_les_noms_ne_charge_pas_les_widgets():
    programme = (
        "import sys\nfrom rncp_utils.poste import PosteDeTravail\n"
        "print([nom for nom in ('ipywidgets', 'pandas', 'matplotlib', 'sqlalchemy') if nom in sys.modules])"
    )
    resultat = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True)
    assert resultat.stdout.strip() == "[]"


def test_le_bandeau_dit_qu_on_s_entraine_et_nomme_le_client_et_le_jour(ecran):
    assert "ENVIRONNEMENT DE FORMATION" in ecran.html
    assert "Le Fournil d&#x27;Élise · 12/01/2027" in ecran.html


def test_seuls_les_ecrans_demandes_ont_un_onglet_et_s_ouvrent_un_a_un(ouvrir):
    ecran = ouvrir(ecrans=("P1", "P2", "P3"))
    onglets = [w.description for w in ecran.tout if "rncp-onglet" in w._dom_classes]
    assert onglets == ["Tableau de bord", "Profil client", "Opportunités"]
    assert list(ecran.bureau.ouverts) == ["P1"]
    ecran.aller("P3")
    assert list(ecran.bureau.ouverts) == ["P1", "P3"]
    assert ">Opportunités</h3>" in ecran.html
    assert [w.description for w in ecran.tout if "rncp-onglet-actif" in w._dom_classes] == ["Opportunités"]


def test_chaque_ecran_montre_des_tableaux_lisibles_par_un_lecteur_d_ecran(ecran):
    ecran.aller("P4").remplir("ouvrir_dossier")
    ecran.aller("P7").remplir("commencer_conseil", Produit="PREVOYANCE")
    lus = {code: Structure(ecran.aller(code).html) for code in ECRANS}
    assert {code: lu.legendes - lu.tables for code, lu in lus.items()} == dict.fromkeys(ECRANS, 0)
    assert {code: lu.sans_portee for code, lu in lus.items()} == dict.fromkeys(ECRANS, 0)
    assert sum(lu.tables for lu in lus.values()) > 20


def test_chaque_champ_a_un_libelle_visible(ecran):
    for code in ECRANS:
        champs = [
            w for w in ecran.aller(code).tout if isinstance(w, widgets.Text | widgets.Textarea | widgets.Dropdown)
        ]
        assert all(champ.description for champ in champs), code


def test_chaque_action_du_poste_a_son_bouton_et_son_nom():
    from rncp_utils.poste.actions import ACTIONS

    assert set(ACTIONS_NOMMEES) == set(ACTIONS)


def test_toutes_les_actions_des_automates_ont_un_formulaire(ecran):
    montrees = set()
    for code in ECRANS:
        for widget in ecran.aller(code).tout:
            montrees |= {classe.removeprefix("rncp-action-") for classe in widget._dom_classes}
    for machine in (DOSSIER, SOUSCRIPTION):
        assert {action for passages in machine.values() for action in passages} <= montrees


def test_le_premier_ecran_est_note_une_fois_et_le_dernier_quitte_est_retrouve(ouvrir):
    ouvrir().aller("P5")
    ecran = ouvrir()
    assert ecran.bureau.code == "P5"
    assert [ligne["donnees"]["ecran"] for ligne in ecran.poste.journal()] == ["P1", "P5"]
    assert ouvrir(ecrans=("P1", "P2")).bureau.code == "P1"


def test_un_texte_hostile_reste_un_texte(ecran):
    ecran.aller("P9").remplir("compte_rendu", Compte_rendu="<script>alert(1)</script>", Suite="<b>rappeler</b>")
    assert "&lt;script&gt;" in ecran.html
    assert "<script>alert" not in ecran.html
    assert "<b>rappeler" not in ecran.html
    assert "&lt;b&gt;" in tableau("<b>", ("a",), [("<b>",)])


# P1


def test_le_portefeuille_se_filtre_et_se_trie(ecran):
    [filtre, tri] = [w for w in ecran.tout if isinstance(w, widgets.Dropdown)][:2]
    assert "Portefeuille : 8 sur 8 clients" in ecran.html
    filtre.value = "alerte"
    avec_alerte = [c for c in ecran.poste.table("client") if c["alerte"] or c["opposition"]]
    assert 1 < len(avec_alerte) < 8
    assert f"Portefeuille : {len(avec_alerte)} sur 8 clients" in ecran.html
    filtre.value, tri.value = "tous", "nom"
    noms = [client["denomination"] for client in ecran.poste.table("client")]
    lus = sorted(noms, key=lambda nom: ecran.html.index(nom.replace("'", "&#x27;"), ecran.html.index("Portefeuille")))
    assert lus == sorted(noms, key=str.casefold)
    assert [ligne["donnees"]["objet"] for ligne in ecran.poste.journal()][1:] == [
        "filtre:alerte",
        "filtre:tous",
        "tri:nom",
    ]


# P2


def test_une_valeur_absente_se_dit_et_se_complete(ecran):
    ecran.aller("P2")
    manquantes = ecran.html.count("à compléter")
    assert manquantes == sum(champ["valeur"] is None for champ in ecran.poste.table("champ")) > 0
    dit = ecran.remplir("modifier", Champ="loyer", Nouvelle_valeur="18 000,50")
    assert "✔" in dit
    assert [c["valeur"] for c in ecran.poste.table("champ") if c["nom"] == "loyer"] == ["18000.50"]
    assert "18 000,50 €" in ecran.html
    assert ecran.html.count("à compléter") == manquantes - 1


def test_la_valeur_se_saisit_comme_le_champ_choisi_le_demande(ecran):
    forme = ecran.aller("P2").formulaire("modifier")
    champs = {c["nom"]: c for c in ecran.poste.table("champ")}
    forme.champ("Champ").value = "ca"
    assert forme.champ("Nouvelle valeur (en euros)").value == ""
    choix = next(c for c in champs.values() if c["type"] == "choix")
    forme.champ("Champ").value = choix["nom"]
    assert [option for _, option in forme.champ("Nouvelle valeur").options][1:] == choix["choix"]
    assert "✔" in ecran.remplir("modifier", Nouvelle_valeur=choix["choix"][0])


def test_une_donnee_impossible_est_bloquee_en_toutes_lettres(ecran):
    dit = ecran.aller("P2").remplir("modifier", Champ="siren", Nouvelle_valeur="123 456 789")
    assert "■ Bloqué (P2-B1) : " in dit
    assert "rncp-blocage" in dit
    assert ecran.formulaire("modifier").champ("Nouvelle valeur").value == "123 456 789", "what was typed stays"
    document = next(d["id"] for d in ecran.poste.table("document") if not d["sur_demande"])
    ecran.remplir("lire_document", Document=document)
    assert "■ Bloqué (P2-B1)" in ecran.formulaire("modifier").reponse, "one reads a document because of it"


# P3


def test_une_opportunite_se_cree_puis_s_ecarte(ecran):
    ecran.aller("P3")
    besoin, produit = ecran.poste.table("opportunite")[0]["besoin"], "TPE"
    avant = len(ecran.poste.table("opportunite"))
    dit = ecran.remplir(
        "creer_opportunite",
        Besoin=besoin,
        Produit=produit,
        Échéance="15/02/2027",
        Probabilité="60 %",
        Motif=MOTIF,
    )
    assert "✔" in dit
    creee = ecran.poste.table("opportunite")[-1]
    assert (creee["echeance"], creee["probabilite"], len(ecran.poste.table("opportunite"))) == (
        "2027-02-15",
        60,
        avant + 1,
    )
    assert ecran.formulaire("creer_opportunite").champ("Motif").value == "", "recorded, and emptied"
    dit = ecran.remplir("ecarter_opportunite", Opportunité=creee["id"], Motif="court")
    assert "■ Bloqué (P3-B1)" in dit
    ecran.remplir("ecarter_opportunite", Opportunité=creee["id"], Motif=MOTIF)
    assert "écartée" in ecran.html
    assert creee["id"] not in [
        valeur for _, valeur in ecran.formulaire("ecarter_opportunite").champ("Opportunité").options
    ]


# P4 to P6


def test_un_bouton_impossible_dit_pourquoi(ecran):
    forme = ecran.aller("P4").formulaire("saisir_demande")
    assert forme.bouton.disabled
    assert "Aucun dossier n&#x27;est ouvert" in forme.raison
    ecran.remplir("ouvrir_dossier")
    assert not forme.bouton.disabled
    assert "rncp-raison" not in forme.raison
    assert "Dossier : brouillon" in ecran.html
    debloquer = ecran.aller("P6").formulaire("debloquer")
    assert debloquer.bouton.disabled
    assert lisible(pourquoi("debloquer", "brouillon")) in debloquer.raison


def test_le_plan_dit_ce_qui_manque_pour_l_equilibrer(ecran):
    ecran.aller("P4").remplir("ouvrir_dossier")
    natures = ecran.poste.situation.regles.natures
    besoin, ressource = next(iter(natures["besoin"])), "pret"
    ecran.remplir("plan", Ligne=("besoin", besoin), Montant="60 000,50")
    assert "▲ Plan non équilibré : il manque 60 000,50 € aux ressources." in ecran.html
    ecran.remplir("plan", Ligne=("ressource", ressource), Montant="60 000,50 €")
    assert "✔ Plan équilibré : 60 000,50 € de chaque côté." in ecran.html


def test_la_demande_enregistree_reste_dans_ses_champs(ecran, ouvrir):
    ecran.aller("P4").remplir("ouvrir_dossier")
    regles = ecran.poste.situation.regles
    valeurs = {"Objet": next(iter(regles.objets)), "Bien": next(iter(regles.biens))}
    dit = ecran.remplir("saisir_demande", **valeurs, Montant="60000", Durée="84", Taux="4,1")
    assert "✔" in dit
    forme = ouvrir().formulaire("saisir_demande")
    lus = [forme.champ(nom).value for nom in ("Montant", "Durée", "Taux")]
    assert lus == ["60 000", "84", "4,10"]


def test_un_document_se_lit_depuis_tout_ecran_et_reste_ouvert(ecran):
    document = next(d for d in ecran.poste.table("document") if not d["sur_demande"] and d["lignes"])
    ecran.aller("P4").remplir("lire_document", Document=document["id"])
    lu = document["lignes"][0][0].replace("'", "&#x27;")
    assert lu in ecran.html
    assert lu in ecran.aller("P5").html
    assert [x["action"] for x in ecran.poste.journal()][-2:] == ["lire_document", "consulter"]


def test_un_document_qui_n_est_pas_demande_ne_se_voit_pas(ecran):
    pieces = ecran.poste.situation.regles.pieces
    demandables = [d for d in ecran.poste.table("document") if d["sur_demande"] and d["piece"] in pieces]
    ecran.aller("P4").remplir("ouvrir_dossier")
    ecran.aller("P5")
    titres = [libelle for libelle, _ in ecran.formulaire("joindre").champ("Document").options]
    assert demandables
    assert not {d["titre"] for d in demandables} & set(titres)
    ecran.remplir("demander_document", Pièce=demandables[0]["piece"])
    valeurs = [valeur for _, valeur in ecran.formulaire("joindre").champ("Document").options]
    assert demandables[0]["id"] in valeurs


# P7 and P8


def test_l_ordre_du_conseil_n_est_pas_force_mais_controle(ecran):
    ecran.aller("P7").remplir("commencer_conseil", Produit="PREVOYANCE")
    besoin = ecran.poste.situation.regles.produits["PREVOYANCE"].besoins[0]
    dit = ecran.remplir("conseiller", Besoin=besoin, Pourquoi="Il convient.")
    assert "■ Bloqué (P7-B1)" in dit
    info = ecran.poste.situation.regles.produits["PREVOYANCE"].informations[0]
    dit = ecran.remplir("informer", Document=info)
    assert "▲ Alerte (P7-A1)" in dit
    assert "✔" in dit
    signer = ecran.aller("P8").formulaire("signer")
    assert not signer.bouton.disabled
    signer.bouton.click()
    assert "■ Bloqué (P8-B2)" in signer.reponse
    assert "Prévoyance" in ecran.html


def test_les_choix_enregistres_reviennent_dans_leurs_champs(ecran, ouvrir):
    offre = ecran.poste.situation.regles.produits["PREVOYANCE"]
    besoin = offre.besoins[0]
    ecran.aller("P7").remplir("commencer_conseil", Produit="PREVOYANCE")
    ecran.remplir("recueillir", Besoin=besoin, Ce="Et si je m'arrête ?")
    ecran.remplir("informer", Document=offre.informations[0])
    ecran.remplir("conseiller", Besoin=besoin, Pourquoi="Elle couvre l'arrêt de travail.")
    rib = next(d for d in ecran.poste.table("document") if d["piece"] == "rib")
    iban = dict(map(tuple, rib["lignes"]))["IBAN"]
    regler = ecran.aller("P8").formulaire("regler")
    option = next(w for w in regler.tout if isinstance(w, widgets.Checkbox))
    option.value = True
    dit = ecran.remplir("regler", Formule=offre.formules[0], IBAN=iban, Référence="RUM-2027-01")
    assert "✔" in dit
    regle = ouvrir().formulaire("regler")
    assert regle.champ("Formule").value == offre.formules[0]
    assert regle.champ("IBAN").value == iban.replace(" ", "")
    assert [w.value for w in regle.tout if isinstance(w, widgets.Checkbox)][:2] == [True, False]


def test_les_deux_ecrans_suivent_la_meme_souscription(ecran):
    ecran.aller("P7").remplir("commencer_conseil", Produit="PREVOYANCE")
    ecran.remplir("commencer_conseil", Produit="TPE")
    assert ecran.bureau.souscription == 2
    suivie = ecran.bureau.ouverts["P7"].suivie.widget
    suivie.value = 1
    ecran.aller("P8")
    assert ecran.bureau.ouverts["P8"].suivie.widget.value == 1
    assert ecran.bureau.souscription == 1
