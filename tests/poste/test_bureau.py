"""The workstation in its page: two tabs, a blocked file, the start again; the cell, its objectives, the chronology."""

from __future__ import annotations

import pytest

from rncp_utils.lecon.correction import Retour
from rncp_utils.poste.figures import chronologie
from rncp_utils.poste.interface import PAS_COMMENCE, PosteDeTravail
from rncp_utils.poste.poste import Poste
from tests.poste.ecran import DEVOIR, Ecran, Formulaire, Structure, lisible

VUE = "application/vnd.jupyter.widget-view+json"
MOTIF = "Un contrat de bail lu dans les documents du client."


# Two tabs, a file that cannot be written, the start again.


def test_deux_onglets_une_action_sur_un_etat_perime_n_est_pas_faite(ouvrir):
    ici, la = ouvrir().aller("P9"), ouvrir().aller("P9")
    la.remplir("creer_tache", À_faire="Rappeler le client", Pour="15/01/2027")
    dit = ici.remplir("creer_tache", À_faire="Rappeler le client", Pour="15/01/2027")
    assert "Le poste a changé ailleurs" in dit
    assert "Rappeler le client" in ici.html, "the fresh state is shown"
    rappels = [t for t in ici.poste.table("tache") if t["libelle"] == "Rappeler le client"]
    assert len(rappels) == 1
    assert "✔" in ici.remplir("creer_tache", À_faire="Relire le bail", Pour="15/01/2027")


def test_lire_dans_un_autre_onglet_ne_gene_pas(ouvrir):
    ici, la = ouvrir().aller("P9"), ouvrir()
    la.aller("P2").aller("P5")
    assert "✔" in ici.remplir("creer_tache", À_faire="Relire le bail", Pour="15/01/2027")


def test_deux_cellules_d_une_page_sur_le_meme_poste_restent_a_jour(cellule):
    from rncp_utils.poste.ecrans.bureau import _MONTRES

    autre = PosteDeTravail("fournil", devoir=DEVOIR, ecrans=("P9",), dossier=cellule.dossier)
    for une in (cellule, autre):
        une.affichages()
    ici, la = (Ecran(bureau=b) for (fichier, _), b in _MONTRES.items() if fichier == cellule.chemin)
    la.remplir("creer_tache", À_faire="Rappeler le client", Pour="15/01/2027")
    assert "✔" in ici.aller("P2").remplir("modifier", Champ="loyer", Nouvelle_valeur="18 000")
    assert "✔" in la.remplir("creer_tache", À_faire="Relire le bail", Pour="15/01/2027")


def test_un_poste_bloque_dit_pourquoi_et_n_ecrit_plus(ecran, ouvrir):
    ecran.poste.bloque = "Le dossier est protégé contre l'écriture."
    bloque = Ecran(ecran.poste)
    assert "Le dossier est protégé contre l&#x27;écriture." in bloque.html
    for code in ("P2", "P3", "P4", "P5", "P9"):
        formes = [w for w in bloque.aller(code).tout if "rncp-question" in w._dom_classes]
        assert all(Formulaire(forme).bouton.disabled for forme in formes)
    assert len(ecran.poste.journal()) == 1


def test_recommencer_demande_confirmation(ouvrir):
    ecran = ouvrir()
    ecran.aller("P4").remplir("ouvrir_dossier")
    ecran.bouton("Recommencer depuis le début").click()
    ecran.bouton("Non, continuer").click()
    assert len(ecran.poste.table("dossier")) == 1
    ecran.bouton("Recommencer depuis le début").click()
    ecran.bouton("Oui, recommencer").click()
    assert ecran.poste.table("dossier") == []
    assert "Dossier : brouillon" not in ecran.html


def test_recommencer_n_existe_pas_en_evaluation(ouvrir):
    ecran = ouvrir(entrainement=False)
    assert not [w for w in ecran.tout if getattr(w, "description", "") == "Recommencer depuis le début"]


def test_le_journal_ne_s_ecrit_que_deplie(ecran):
    ecran.aller("P2").remplir("modifier", Champ="siren", Nouvelle_valeur="123456789")
    assert "bloqué P2-B1" not in ecran.html
    ecran.bureau.volet.selected_index = 0
    assert "■ refusée (bloqué P2-B1)" in ecran.html
    assert "Champ modifié : SIREN, 123456789" in ecran.html


# The cell of the notebook.


def ecran_de(cellule):
    return Ecran(
        Poste.ouvrir(cellule.dossier, cellule.situation, devoir=DEVOIR, apprenant="amelie.durand", entrainement=True)
    )


def test_la_cellule_montre_les_ecrans(cellule):
    reprise, bureau = cellule.affichages()
    assert "ouvrez le menu Exécution" in reprise["text/html"]
    assert VUE in bureau
    assert bureau["text/plain"] == "Poste de travail « fournil »"


def test_une_situation_inconnue_se_dit_a_la_place_du_poste(tmp_path):
    [seul] = PosteDeTravail("inconnue", devoir=DEVOIR, dossier=tmp_path).affichages()
    assert "Je ne connais pas la situation « inconnue »" in seul["text/html"].replace("\xa0", " ")


def test_en_correction_la_cellule_est_du_html_sans_widget(cellule, monkeypatch):
    ecran = ecran_de(cellule)
    ecran.aller("P4").remplir("ouvrir_dossier")
    ecran.aller("P2").remplir("modifier", Champ="loyer", Nouvelle_valeur="18 000")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [seul] = cellule.affichages()
    html = lisible(seul["text/html"])
    assert VUE not in seul
    assert "18 000 €" in html
    assert "Dossier : brouillon" in html
    assert "Champ modifié : Loyer des locaux, hors charges, 18 000" in html
    assert "amelie.durand" in html
    assert "<h3>Opportunités</h3>" not in html, "only the screens of the cell"
    lu = Structure(html)
    assert (lu.legendes, lu.sans_portee) == (lu.tables, 0)


def test_en_correction_un_poste_jamais_ouvert_se_dit(cellule, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [seul] = cellule.affichages()
    assert "Aucune action n&#x27;est enregistrée sur ce poste." in seul["text/html"]


def test_les_objectifs_se_lisent_dans_l_etat_rejoue(cellule):
    def loyer(rejoue):
        valeurs = {champ["nom"]: champ["valeur"] for champ in rejoue.table("champ")}
        juste = valeurs["loyer"] == "18000"
        return Retour(float(juste), "Le loyer est complété." if juste else "Le loyer manque.")

    juge = cellule.objectifs({"loyer": loyer, "autre": lambda _: Retour(0.5, "À moitié.")}, "loyer")
    assert juge.constats() == {"loyer": Retour(0.0, PAS_COMMENCE)}
    ecran_de(cellule).aller("P2").remplir("modifier", Champ="loyer", Nouvelle_valeur="18 000")
    assert juge.constats() == {"loyer": Retour(1.0, "Le loyer est complété.")}


def test_les_objectifs_ne_croient_pas_les_tables(cellule):
    import sqlite3

    ecran_de(cellule).aller("P4").remplir("ouvrir_dossier")
    with sqlite3.connect(cellule.chemin) as base:
        base.execute("UPDATE champ SET valeur = '18000' WHERE nom = 'loyer'")
    juge = cellule.objectifs({"loyer": lambda p: Retour(float("18000" in str(p.table("champ"))), "Loyer.")})
    assert juge.constats() == {"loyer": Retour(0.0, "Loyer.")}


# The chronology.


def ligne(minute, ecran, resultat="accepte", action="x"):
    return {
        "ts": f"2027-01-12T{10 + minute // 60}:{minute % 60:02}:00+01:00",
        "ecran": ecran,
        "action": action,
        "resultat": resultat,
    }


def test_la_chronologie_compte_temps_refus_et_retours_par_ecran():
    journal = [ligne(0, "P4"), ligne(3, "P5"), ligne(5, "P4", "refuse"), ligne(6, "P5")]
    figure = chronologie(journal)
    assert figure.donnees.loc["Demande de crédit"].to_dict() == {"Actions": 2, "Refus": 1, "Retours": 1, "Minutes": 2}
    assert figure.donnees.loc["Pièces"].to_dict() == {"Actions": 2, "Refus": 0, "Retours": 0, "Minutes": 4}
    assert "4 actions en 6 minutes, dont 1 refusée et 1 retour" in figure.alt
    assert '<th scope="row">Pièces</th>' in figure.html()


def test_lire_un_document_n_est_pas_changer_d_ecran():
    journal = [ligne(0, "P2"), ligne(1, "P5", action="lire_document"), ligne(2, "P2"), ligne(3, "P5")]
    figure = chronologie(journal)
    assert figure.donnees["Actions"].to_dict() == {"Profil client": 3, "Pièces": 1}
    assert figure.donnees["Retours"].sum() == 0


def test_une_longue_pause_ne_compte_pas():
    figure = chronologie([ligne(0, "P1"), ligne(45, "P1"), ligne(47, "P1")])
    assert figure.donnees["Minutes"].tolist() == [2]


def test_la_chronologie_d_un_poste_neuf_dit_quoi_faire(cellule):
    from rncp_utils.erreurs import ErreurDonnees

    with pytest.raises(ErreurDonnees, match="travaillez d'abord sur le poste"):
        cellule.chronologie()
