"""Observation grids: what an expert writes is kept, and only a signed grid becomes a note."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from rncp_utils.cli import main
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurRegle, ErreurSchema
from rncp_utils.grading.grilles import (
    FormulaireGrille,
    charger_grille,
    declarer_observateur,
    devoirs_observes,
    feuille_a_imprimer,
    importer_grilles,
    lire_observateurs,
    lire_saisies,
    ouvrir_saisie,
)
from rncp_utils.grading.grilles.modele import lire_grille
from rncp_utils.grading.grilles.saisie import Saisie, fichiers_de_saisie
from rncp_utils.grading.journal import FICHIER, Evenement, inscrire, lire_journal
from rncp_utils.grading.notes import notes_par_cellule

JOUR = dt.date(2026, 11, 12)
DEVOIR = "B4-MES"
# The two observed cells of B4-MES, and one answer that the machine grades for the same competence C21.
COURS = [
    (DEVOIR, "m4_action", "C21", 8, "test"),
    (DEVOIR, "m4_obs_crise", "C21", 4, "redaction"),
    (DEVOIR, "m4_obs_recl", "C22", 2, "redaction"),
]
EXPERT, SECOND, TROISIEME = "Claire Petit", "Marc Aubry", "Sonia Ferrat"


@pytest.fixture
def cours(tmp_path, carnet, etiquettes, source):
    """A course with two graded copies of B4-MES and three declared experts."""
    copies = {nom: {DEVOIR: {"notes": {"m4_action": 6.0}}} for nom in ("ali", "bea")}
    url = carnet(COURS, copies)
    source(COURS)
    for nom in (EXPERT, SECOND, TROISIEME):
        declarer_observateur(tmp_path, nom, "directrice d'agence")
    cellules = etiquettes(COURS)

    def importer(*saisies, **options):
        return importer_grilles(tmp_path, url, cellules, saisies, **options)

    def notes(apprenant="ali"):
        table = notes_par_cellule(url, cellules)
        return table[table["apprenant"] == apprenant].set_index("cellule")

    return SimpleNamespace(dossier=tmp_path, url=url, importer=importer, notes=notes)


def grille(niveau: int = 2, apprenant: str = "ali", observateur: str = EXPERT, signe: bool = True, **autres) -> Saisie:
    """A whole grid at one level, but for ``autres`` (criterion → level)."""
    saisie = Saisie(charger_grille(DEVOIR), apprenant, observateur, JOUR)
    for critere in saisie.grille.criteres:
        saisie = saisie.noter(critere, autres.get(critere, niveau))
        saisie = saisie.commenter(critere, "Vu pendant tout l'entretien.")
    return saisie.signer(JOUR) if signe else saisie


def test_chaque_epreuve_avec_expert_a_une_grille_qui_convient_a_la_fiche(referentiel):
    attendues = [epreuve.code for epreuve in referentiel.evaluations if epreuve.expert_metier]
    assert list(devoirs_observes()) == attendues
    observees = {d: [(c.cellule, c.competence, len(c.criteres)) for c in charger_grille(d).cellules] for d in attendues}
    assert observees == {
        "B2-MES": [("mes_obs_c7", "C7", 4), ("mes_obs_c9", "C9", 3), ("mes_obs_c11", "C11", 3)],
        "B3-MES": [("m3_obs_c14", "C14", 6), ("m3_obs_c15", "C15", 4)],
        "B4-MES": [("m4_obs_crise", "C21", 4), ("m4_obs_recl", "C22", 2)],
        "B5-MES": [("m5_obs", "C25", 4)],
    }


def test_une_grille_mal_ecrite_est_refusee_avec_toutes_ses_fautes(tmp_path, referentiel):
    texte = (charger_grille.__wrapped__.__globals__["DOSSIER"] / "B4-MES.yaml").read_text(encoding="utf-8")
    chemin = tmp_path / "B4-MES.yaml"
    chemin.write_text(texte.replace("competence: C21", "competence: C5").replace("c22_emotion", "c21_constat"))
    with pytest.raises(ErreurListe) as refus:
        lire_grille(chemin, referentiel)
    assert [faute.split(" ;")[0] for faute in refus.value.fautes] == [
        "« c21_constat » est écrit 2 fois",
        "m4_obs_crise : « C5 » n'est pas une compétence du bloc B4 (C16, C17, C18, C19, C20, C21, C22)",
    ]


def test_un_devoir_sans_grille_est_dit():
    with pytest.raises(ErreurSchema, match=r"B1-QST.*choisissez parmi B2-MES, B3-MES, B4-MES, B5-MES"):
        charger_grille("B1-QST")


class TestSaisie:
    def test_a_moitie_remplie_elle_est_gardee_et_se_retrouve(self, tmp_path):
        saisie = ouvrir_saisie(tmp_path, DEVOIR, "ali", EXPERT, jour=JOUR).noter("c21_constat", 3)
        saisie.commenter("c21_delais", "=délais ; « justes »").enregistrer(tmp_path)
        reprise = ouvrir_saisie(tmp_path, DEVOIR, "ali", "claire  PETIT")
        assert (reprise.niveaux, reprise.commentaires) == ({"c21_constat": 3}, {"c21_delais": "=délais ; « justes »"})
        assert (reprise.date, reprise.signe) == (JOUR, False)
        assert reprise.etat == (
            "Grille à compléter : 1 critère sur 6 renseigné, non signée. Ce qui est saisi est gardé."
        )

    def test_incomplete_ou_sans_motif_elle_ne_se_signe_pas(self):
        with pytest.raises(ErreurRegle, match="sans niveau, « Fait un constat factuel »"):
            Saisie(charger_grille(DEVOIR), "ali", EXPERT, JOUR).signer(JOUR)
        sans_motif = grille(signe=False).noter("c22_recours", 1).commenter("c22_recours", "non")
        with pytest.raises(ErreurRegle, match="niveau 0 ou 1 sans commentaire, « Donne une réponse motivée"):
            sans_motif.signer(JOUR)
        assert sans_motif.commenter("c22_recours", "Aucun recours n'est cité.").signer(JOUR).signe

    def test_signee_elle_ne_change_plus_sans_etre_rouverte(self):
        signee = grille()
        with pytest.raises(ErreurRegle, match="rouvrez-la"):
            signee.noter("c21_constat", 0)
        assert signee.rouvrir().noter("c21_constat", 3).niveaux["c21_constat"] == 3

    @pytest.mark.parametrize("niveau", [-1, 4, 1.5])
    def test_un_niveau_hors_echelle_est_refuse(self, niveau):
        with pytest.raises(ErreurDonnees, match="entier de 0 à 3"):
            grille(signe=False).noter("c21_constat", niveau)

    @pytest.mark.parametrize("apprenant", ["../ali", "..", "a/b"])
    def test_un_identifiant_ne_sort_pas_du_dossier(self, tmp_path, apprenant):
        with pytest.raises(ErreurDonnees, match="ne convient pas"):
            grille(apprenant=apprenant).enregistrer(tmp_path)

    def test_un_csv_d_excel_se_relit(self, tmp_path):
        chemin = grille(apprenant="éloïse").enregistrer(tmp_path)
        texte = chemin.read_text(encoding="utf-8-sig").replace("2026-11-12", "12/11/2026").replace(";oui", ";OUI")
        chemin.write_bytes(texte.encode("cp1252"))
        (relue,) = lire_saisies([chemin])
        assert relue == grille(apprenant="éloïse")

    def test_toutes_les_fautes_d_un_csv_sont_dites(self, tmp_path):
        chemin = grille().enregistrer(tmp_path)
        lignes = chemin.read_text(encoding="utf-8-sig").splitlines()
        lignes[1] = lignes[1].replace(";2;", ";5;")
        lignes[2] = lignes[2].replace("c21_delais", "c21_inconnu")
        lignes[3] = lignes[3].replace(";C21;", ";C22;")
        lignes.append(lignes[4])
        chemin.write_text("\n".join(lignes), encoding="utf-8")
        with pytest.raises(ErreurListe) as refus:
            lire_saisies([chemin])
        debuts = [faute.split(" : ", 1)[1].split(" ;")[0] for faute in refus.value.fautes]
        assert debuts == [
            "le niveau « 5 » n'est pas un entier de 0 à 3",
            "le critère « c21_inconnu » n'est pas dans la grille O-B4",
            "le critère « c21_alternative » prouve C21, pas C22",
            "le critère « c21_trace » est écrit deux fois",
        ]


class TestImport:
    def test_une_grille_signee_devient_note_et_commentaire(self, cours):
        bilan = cours.importer(grille(2, c21_constat=3))
        notes = cours.notes()
        # (3 + 2 + 2 + 2) / 12 of 4 points; 4 / 6 of 2 points.
        assert notes.loc[["m4_obs_crise", "m4_obs_recl"], "points"].tolist() == [3.0, 1.33]
        assert (notes["statut"] == "corrigé").all()
        assert notes.loc["m4_action", ["auto", "points"]].tolist() == [6.0, 6.0]
        assert notes["auto"].isna().tolist() == [False, True, True]
        commentaire = notes.at["m4_obs_crise", "commentaire"]
        assert commentaire.startswith("Observation de Claire Petit, le 12/11/2026, grille O-B4.")
        assert "- Fait un constat factuel : 3 sur 3 (conforme et adapté à l'imprévu). Vu pendant" in commentaire
        assert bilan.phrases() == ["Notes écrites dans le carnet : 2, pour 1 copie."]

    def test_une_grille_a_moitie_remplie_ou_non_signee_est_gardee_dite_et_sans_note(self, cours):
        vide = Saisie(charger_grille(DEVOIR), "bea", EXPERT, JOUR).noter("c21_constat", 3)
        bilan = cours.importer(grille(), vide, grille(apprenant="bea", observateur=SECOND, signe=False))
        assert [phrase.split(" : ")[0] for phrase in bilan.gardees] == [
            "B4-MES, bea (Claire Petit)",
            "B4-MES, bea (Marc Aubry)",
        ]
        assert "1 critère sur 6" in bilan.gardees[0]
        assert "à signer" in bilan.gardees[1]
        assert cours.notes("bea").loc[["m4_obs_crise", "m4_obs_recl"], "points"].isna().all()

    def test_importer_deux_fois_ne_change_rien_et_ne_se_journalise_qu_une_fois(self, cours):
        cours.importer(grille(), qui="a.formateur")
        avant = (cours.dossier / FICHIER).read_bytes()
        cours.importer(grille(), qui="a.formateur")
        assert (cours.dossier / FICHIER).read_bytes() == avant
        cours.importer(grille(3), qui="a.formateur")
        journal = lire_journal(cours.dossier)
        assert journal["avant"].tolist() == ["", "", "2,67", "1,33"]
        assert journal["apres"].tolist() == ["2,67", "1,33", "4,00", "2,00"]
        assert set(journal["qui"]) == {"a.formateur"}
        assert set(journal["intact"]) == {"oui"}
        assert journal["objet"].iloc[0] == "ali · B4-MES · m4_obs_crise"

    def test_deux_experts_proches_font_une_moyenne(self, cours):
        cours.importer(grille(2), grille(3, observateur=SECOND))
        assert cours.notes().at["m4_obs_crise", "points"] == pytest.approx(2.5 / 3 * 4, abs=0.005)
        assert "Marc Aubry" in cours.notes().at["m4_obs_crise", "commentaire"]

    def test_deux_experts_qui_s_ecartent_demandent_un_troisieme(self, cours):
        ecart = grille(3, observateur=SECOND, c21_trace=0)
        with pytest.raises(ErreurListe) as refus:
            cours.importer(grille(2), ecart)
        (faute,) = refus.value.fautes
        assert "s'écartent de plus d'un niveau sur « Trace l'entretien »" in faute
        assert "troisième expert" in faute
        assert math.isnan(cours.notes().at["m4_obs_crise", "points"])
        cours.importer(grille(2), ecart, grille(2, observateur=TROISIEME))
        # Medians: 2 for each criterion.
        assert cours.notes().at["m4_obs_crise", "points"] == pytest.approx(8 / 12 * 4, abs=0.005)

    def test_un_ecart_de_deux_niveaux_avec_la_machine_se_motive(self, cours):
        # The machine gave 6 of 8 for C21: level 2.25; a 0 is more than two levels below.
        bilan = cours.importer(grille(0))
        assert bilan.notes["niveau_machine"].iloc[0] == 2.25
        assert bilan.remarques == (
            "B4-MES, ali, m4_obs_crise : niveau 0,0 pour l'expert, 2,3 pour la machine, motivé par l'expert.",
        )

    def test_un_ecart_sans_motif_est_refuse(self, cours, carnet):
        with Gradebook(cours.url) as base:
            base.find_grade("m4_action", "copie", DEVOIR, "ali").auto_score = 0.0
            base.db.commit()
        muette = grille(2)
        muette = Saisie(muette.grille, "ali", EXPERT, JOUR, signe=True, niveaux=muette.niveaux)
        with pytest.raises(ErreurListe, match="écrivez au moins un commentaire qui l'explique"):
            cours.importer(muette)

    @pytest.mark.parametrize(
        ("saisies", "motif"),
        [
            ([grille(observateur="Paul Inconnu")], "« Paul Inconnu » n'est pas un observateur déclaré"),
            ([grille(), grille(3)], "deux grilles de Claire Petit"),
            ([grille(apprenant="zoe")], "le carnet de notes n'a pas cette cellule pour cet apprenant"),
            (
                [Saisie(charger_grille(DEVOIR), "ali", EXPERT, JOUR, signe=True)],
                "la grille est signée, mais elle ne peut pas l'être",
            ),
        ],
    )
    def test_une_faute_et_rien_n_est_ecrit(self, cours, saisies, motif):
        with pytest.raises(ErreurListe, match=motif):
            cours.importer(grille(apprenant="bea"), *saisies)
        assert cours.notes("bea")["manuel"].isna().all()
        assert not (cours.dossier / FICHIER).exists()

    def test_sans_copie_corrigee_la_grille_attend(self, cours):
        with Gradebook(cours.url) as base:
            base.add_student("zoe")
        with pytest.raises(ErreurListe, match="aucune copie n'est corrigée pour cet apprenant"):
            cours.importer(grille(apprenant="zoe"))

    def test_une_etiquette_qui_contredit_la_grille_est_dite(self, cours, etiquettes):
        autre = etiquettes([(d, c, "C20" if c == "m4_obs_recl" else k, p, n) for d, c, k, p, n in COURS])
        with pytest.raises(ErreurListe, match="le devoir l'étiquette C20, la grille C22"):
            importer_grilles(cours.dossier, cours.url, autre, [grille()])


class TestObservateurs:
    def test_declarer_deux_fois_corrige_la_qualite(self, tmp_path):
        declarer_observateur(tmp_path, "Élise  Roy", "directrice")
        declarer_observateur(tmp_path, "elise roy", "directrice de marché")
        assert [(o.nom, o.qualite) for o in lire_observateurs(tmp_path)] == [("elise roy", "directrice de marché")]

    def test_un_nom_ou_une_qualite_vide_est_refuse(self, tmp_path):
        with pytest.raises(ErreurDonnees, match="Le nom ou la qualité de l'expert manque"):
            declarer_observateur(tmp_path, "Élise Roy", "  ")


class TestJournal:
    def test_une_ligne_changee_ou_otee_se_voit(self, tmp_path):
        inscrire(tmp_path, [Evenement("a", "note", str(rang)) for rang in range(4)])
        chemin = tmp_path / FICHIER
        lignes = chemin.read_bytes().splitlines(keepends=True)
        chemin.write_bytes(lignes[0] + lignes[1].replace(b'"a"', b'"b"') + lignes[2] + lignes[3])
        assert lire_journal(tmp_path)["intact"].tolist() == ["oui", "oui", "non", "oui"]
        chemin.write_bytes(lignes[0] + lignes[2] + lignes[3])
        assert lire_journal(tmp_path)["intact"].tolist() == ["oui", "non", "oui"]

    def test_une_ligne_coupee_n_empeche_ni_de_lire_ni_d_ecrire(self, tmp_path):
        inscrire(tmp_path, [Evenement("a", "note", "1")])
        with (tmp_path / FICHIER).open("ab") as fichier:
            fichier.write(b'{"instant": "2026')
        inscrire(tmp_path, [Evenement("a", "note", "2")])
        table = lire_journal(tmp_path)
        assert table["quoi"].tolist() == ["note", "ligne illisible", "note"]
        assert table["intact"].tolist() == ["oui", "non", "oui"]


class TestFormulaire:
    def test_chaque_changement_est_enregistre_puis_la_signature(self, tmp_path):
        formulaire = FormulaireGrille(tmp_path, DEVOIR, "ali", EXPERT)
        niveau, texte = formulaire.champs["c21_constat"]
        niveau.value = 1
        (chemin,) = fichiers_de_saisie(tmp_path)
        assert lire_saisies([chemin])[0].niveaux == {"c21_constat": 1}
        formulaire.signer.click()
        assert "ne peut pas être signée" in formulaire.etat.value
        for autre, _ in formulaire.champs.values():
            autre.value = autre.value or 3
        formulaire.signer.click()
        assert "sans commentaire" in formulaire.etat.value
        texte.value = "Le constat vient trop tard."
        formulaire.signer.click()
        assert lire_saisies([chemin])[0].signe
        assert all(champ.disabled for paire in formulaire.champs.values() for champ in paire)
        formulaire.rouvrir.click()
        assert not lire_saisies([chemin])[0].signe

    def test_ouverte_de_nouveau_elle_montre_ce_qui_etait_saisi(self, tmp_path):
        grille(3).enregistrer(tmp_path)
        formulaire = FormulaireGrille(tmp_path, DEVOIR, "ali", EXPERT)
        assert {champ.value for champ, _ in formulaire.champs.values()} == {3}
        assert "Grille signée par Claire Petit" in formulaire.etat.value


class TestFeuille:
    def test_la_feuille_porte_chaque_critere_et_la_place_de_signer(self, referentiel, regles):
        une = charger_grille("B2-MES")
        html = feuille_a_imprimer(une, referentiel=referentiel, regles=regles, edite_le=JOUR, apprenant="ali").html
        assert html.count('class="case"') == 4 * len(une.criteres)
        assert html.count("Conforme") == len(une.criteres)
        assert "Date et signature" in html
        assert regles.empreinte in html

    def test_remplie_elle_dit_ce_qui_a_ete_vu(self, referentiel, regles):
        html = feuille_a_imprimer(
            charger_grille(DEVOIR), referentiel=referentiel, regles=regles, edite_le=JOUR, saisie=grille(), qualite="x"
        ).html
        assert html.count("✕") == 6
        assert 'class="case"' not in html
        assert "Grille signée par Claire Petit" in html


class TestCommande:
    def test_imprimer_ecrit_la_feuille_et_le_csv_a_remplir(self, tmp_path, monkeypatch):
        monkeypatch.setenv("RNCP_CHROMIUM", "")
        commande = ["grille", "imprimer", DEVOIR, "--sortie", str(tmp_path), "--csv", "--apprenant", "ali"]
        resultat = CliRunner().invoke(main, commande)
        assert resultat.exit_code == 0
        assert "Chromium n'est pas installé" in resultat.output
        assert {chemin.suffix for chemin in tmp_path.iterdir()} == {".html", ".csv"}
        assert "observations_B4-MES.csv" in resultat.output

    def test_importer_lit_les_grilles_du_cours(self, cours):
        (cours.dossier / "nbgrader_config.py").write_text(
            f'c = get_config()\nc.CourseDirectory.db_url = "{cours.url}"\n'
        )
        grille().enregistrer(cours.dossier)
        grille(apprenant="bea", signe=False).enregistrer(cours.dossier)
        resultat = CliRunner().invoke(
            main, ["--cours", str(cours.dossier), "grille", "importer", "--par", "a.formateur"]
        )
        assert resultat.exit_code == 0, resultat.output
        assert "Notes écrites dans le carnet : 2, pour 1 copie." in resultat.output
        assert "Gardée, sans note : B4-MES, bea" in resultat.output
        assert cours.notes().at["m4_obs_recl", "points"] == 1.33
