"""Booklet, jury file and minutes: what the jury and the learner can rely on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rncp_utils.erreurs import ErreurRegle
from rncp_utils.grading import documents
from rncp_utils.grading.documents import livret
from rncp_utils.grading.documents.session import Jure

JOUR = dt.date(2026, 11, 23)


# Those of the cohort that ``dossier`` makes; here for the parameters of the tests.
JURY = (
    Jure("Claire Petit", "directrice d'agence", present=True),
    Jure("Marc Aubry", "directeur du marché des professionnels", present=True),
    Jure("Sonia Ferrat", "chargée d'affaires professionnels", lien="tutrice d'Amélie Garnier", present=True),
)


class Texte(HTMLParser):
    """Text of a page, without its style, and the tags that are not closed in their place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ouverts: list[str] = []
        self.morceaux: list[str] = []
        self.feed(html)
        self.close()
        assert self.ouverts == []

    def handle_starttag(self, nom, attributs):
        if nom not in {"meta", "br", "line", "circle", "polygon"}:
            self.ouverts.append(nom)
        if nom == "svg":
            self.morceaux.append(dict(attributs)["aria-label"])

    def handle_startendtag(self, nom, attributs):
        """``<line/>`` of an SVG."""

    def handle_endtag(self, nom):
        assert self.ouverts.pop() == nom

    def handle_data(self, donnees):
        if "style" not in self.ouverts:
            self.morceaux.append(donnees)


def texte(document) -> str:
    """What a person reads, plain spaces and apostrophes."""
    brut = " ".join(Texte(document.html).morceaux).replace("\xa0", " ").replace("’", "'")
    return re.sub(r"\s+", " ", brut)


def tous(prete) -> list:
    """Every document of a cohort."""
    resultats = prete.resultats
    return [
        documents.dossier_du_jury(prete.dossier, JOUR),
        documents.proces_verbal(prete.dossier, JOUR),
        *documents.livrets(prete.dossier, JOUR),
        documents.statistiques_de_promotion(resultats, JOUR),
        documents.matrice_de_couverture(resultats, prete.cours / "course", JOUR),
        documents.suivi_de_remise(resultats, prete.cours, JOUR),
        documents.journal_d_audit(resultats, prete.cours, JOUR),
        documents.anomalies_des_copies(resultats, JOUR),
    ]


class TestTousLesDocuments:
    def test_chacun_dit_ses_regles_et_qu_il_n_est_pas_un_certificat(self, dossier, regles):
        for document in tous(dossier()):
            lu = texte(document)
            assert f"SHA-256 {regles.empreinte}" in lu, document.titre
            assert f"Version {regles.version} du" in lu
            assert "Ce document n'est pas un certificat" in lu
            # §4.4: these words are only those of the sheet, or of the sentence that says there is none.
            admis = [
                "Pas de remise d'un certificat de compétence si obtention du bloc",
                "ne donne pas lieu à la remise d'un certificat de compétence",
            ]
            for phrase in admis:
                lu = lu.replace(phrase, "")
            assert not re.search(r"certificats? de compétence|attestation de bloc", lu, re.IGNORECASE), document.titre
            assert not re.search(r"\brang\b|\bclassement\b", lu, re.IGNORECASE)

    def test_un_texte_hostile_reste_du_texte(self, dossier):
        prete = dossier(
            modifier=lambda copies: copies["a00"]["B1-SYN"]["commentaires"].update(
                b1_syn_c1_txt='</style><script>alert(1)</script>"\\'
            )
        )
        ligne = prete.resultats.inscriptions.index[0]
        prete.resultats.inscriptions.loc[ligne, "nom"] = "O'Brien</style><script>alert(2)</script>\"\\}"
        html = documents.livret_individuel(prete.dossier, "a00", JOUR).html
        assert "<script" not in html
        assert html.count("</style>") == 1
        assert "alert(2)" in texte(documents.livret_individuel(prete.dossier, "a00", JOUR))


class TestLivret:
    def test_radar_et_tableau_disent_les_memes_taux(self, dossier):
        prete = dossier()
        document = documents.livret_individuel(prete.dossier, "a02", JOUR)
        lignes = prete.resultats.competences.query("apprenant == 'a02'")
        assert document.html.count("<circle") == 5 + len(
            lignes
        )  # the scale and its thresholds, then one dot a competence
        for ligne in lignes.itertuples():
            cases = rf"<strong>{ligne.competence}</strong>.*?<td class=\"nombre\">([\d,]+)\xa0%</td>"
            taux = re.search(cases, document.html, re.DOTALL)[1]
            assert float(taux.replace(",", ".")) == pytest.approx(ligne.taux * 100, abs=0.06)

    def test_sans_note_pas_de_point_et_le_motif_se_lit(self, dossier):
        def sans_bloc_5(copies):
            copies["a00"].pop("B5-MES")

        document = documents.livret_individuel(dossier(modifier=sans_bloc_5).dossier, "a00", JOUR)
        assert document.html.count("<circle") == 5 + 22
        assert "épreuves manquantes : B5-MES" in texte(document)
        assert "25 compétences : 22 acquises, 3 non évaluées." in texte(document)

    def test_identite_clause_et_commentaires(self, dossier):
        lu = texte(documents.livret_individuel(dossier().dossier, "a00", JOUR))
        assert "Livret individuel de Amélie Garnier" in lu
        assert "Après un parcours de formation continue" in lu
        assert "15 septembre 2023" in lu
        assert (
            "La validation d'un bloc ne donne pas lieu à la remise d'un certificat de compétence (fiche RNCP 31919). "
            "Ce document est un relevé de positionnement sans valeur de certification." in lu
        )
        assert "B2-MES · mes_obs_c7 (C7) Réponse précise" in lu

    def test_une_epreuve_sans_copie_dit_si_le_cours_l_a(self, dossier, cours_entier):
        cours = [cellule for cellule in cours_entier if cellule[0] != "B5-MES"]
        prete = dossier(cours=cours)
        devoirs = prete.resultats.devoirs
        sans = replace(prete.resultats, devoirs=devoirs[devoirs["devoir"] != "B1-CAS"])
        epreuves = livret.epreuves_de(replace(prete.dossier, resultats=sans), "a00").table.set_index("epreuve")
        assert epreuves.loc["B1-CAS", "statut"] == "pas encore générée"
        assert epreuves.loc["B5-MES", "statut"] == "absente du cours"

    def test_hors_certification_un_bandeau_le_dit(self, dossier):
        lu = texte(documents.livret_individuel(dossier("19/12/2023").dossier, "a00", JOUR))
        assert "Hors certification. Entrée en formation le 19 décembre 2023, après la fin" in lu


class TestJury:
    def test_le_pv_porte_jury_candidats_et_places_de_signature(self, dossier):
        prete = dossier()
        document = documents.proces_verbal(prete.dossier, JOUR)
        lu = texte(document)
        assert document.html.count('class="place">Date et signature') == 3
        for jure in JURY:
            assert jure.nom in lu
            assert jure.qualite in lu
        assert "Sonia Ferrat déclare un lien : tutrice d'Amélie Garnier." in lu
        # By name, and one page each.
        noms = re.findall(r'<section class="candidat" aria-label="([^"]+)"', document.html)
        assert [nom.split()[1] for nom in noms] == sorted(prete.resultats.inscriptions["nom"])

    @pytest.mark.parametrize(
        ("jures", "motif"),
        [
            (JURY[:2], "Le jury compte 2 membres, la fiche en prévoit 3"),
            ((*JURY[:2], Jure("CLAIRE petit", "x", present=True)), "est inscrit deux fois"),
            ((*JURY[:2], Jure("Luc Roy", " ", present=True)), "La qualité de Luc Roy manque"),
            ((*JURY[:2], Jure("Luc Roy", "directeur")), "quorum n'est pas atteint : 2 membres présents sur 3"),
            ((), "Le jury n'est pas composé"),
        ],
    )
    def test_sans_jury_complet_pas_de_pv(self, dossier, jures, motif):
        prete = dossier(jures=jures)
        with pytest.raises(ErreurRegle, match=motif):
            documents.proces_verbal(prete.dossier, JOUR)
        assert motif in texte(documents.dossier_du_jury(prete.dossier, JOUR)) or not jures

    @pytest.mark.parametrize(
        ("entree", "admis"), [("18/12/2023", True), ("19/12/2023", False), ("", False), ("01/06/2026", False)]
    )
    def test_apres_la_fin_de_l_enregistrement_pas_de_pv(self, dossier, entree, admis):
        prete = dossier(entree)
        if admis:
            assert "Amélie Garnier" in texte(documents.proces_verbal(prete.dossier, JOUR))
            return
        with pytest.raises(ErreurRegle, match="Aucun candidat ne peut être certifié \\(6 dossiers\\)"):
            documents.proces_verbal(prete.dossier, JOUR)
        assert "non valable comme certification" in texte(documents.dossier_du_jury(prete.dossier, JOUR))

    def test_un_seul_dossier_hors_certification_est_ecarte_du_pv_et_nomme(self, dossier, inscrire):
        prete = dossier()
        inscrire(prete.cours, prete.apprenants, a02="08/01/2024")
        document = documents.proces_verbal(documents.lire_dossier(prete.recalculer(), prete.cours), JOUR)
        assert document.html.count('<section class="candidat"') == 5
        assert "Camille Roussel : Entrée en formation le 8 janvier 2024" in texte(document)
        assert "a02" not in document.tableaux[0].table["apprenant"].tolist()

    def test_une_voie_non_confirmee_est_ecartee(self, dossier):
        prete = dossier(voie="contrat_apprentissage")
        with pytest.raises(ErreurRegle, match="Voie d'accès non confirmée par la fiche"):
            documents.proces_verbal(prete.dossier, JOUR)

    def test_les_decisions_du_jury_et_leurs_motifs_y_sont(self, dossier, ecrire):
        prete = dossier()
        entetes = ["apprenant", "objet", "decision", "motif"]
        ecrire(prete.cours, "decisions.csv", [entetes, ["a05", "B1", "validé", "Oral très convaincant."]])
        relu = documents.lire_dossier(prete.recalculer(), prete.cours)
        document = documents.proces_verbal(relu, JOUR)
        assert "validé Oral très convaincant." in texte(document)
        table = document.tableaux[0].table
        (ligne,) = table[(table["apprenant"] == "a05") & (table["objet"] == "B1")].to_dict("records")
        assert (ligne["proposition"], ligne["decision"]) == ("proposé ajourné", "validé")

    def test_erreurs_bloquantes_absences_rattrapages_et_preuves_se_lisent(self, dossier, ecrire, cours_entier):
        cours = [*cours_entier, ("B1-QST-R1", "b1_qst_c1", "C1", 10, "test")]
        prete = dossier(cours=cours)
        ecrire(
            prete.cours,
            "erreurs_bloquantes.csv",
            [
                ["apprenant", "devoir", "competence", "motif", "leve", "motif_du_jury"],
                ["a00", "B4-MES", "C21", "Concours rompu sans préavis", "non", ""],
                ["a01", "B4-MES", "C21", "Concours rompu sans préavis", "oui", "Préavis retrouvé au dossier."],
            ],
        )
        absences = [["apprenant", "devoir", "justifiee", "motif"], ["a05", "B4-QST", "oui", "arrêt de travail"]]
        ecrire(prete.cours, "absences.csv", absences)
        relu = documents.lire_dossier(prete.recalculer(), prete.cours)
        lu = texte(documents.dossier_du_jury(relu, JOUR))
        assert "B4-MES, C21 · Concours rompu sans préavis (plafonne la compétence à « en cours »)." in lu
        assert "(levée par le jury : Préavis retrouvé au dossier.)" in lu
        livret = texte(documents.livret_individuel(relu, "a05", JOUR))
        assert "absence justifiée : arrêt de travail" in livret
        assert "B1-QST-R1 Questionnaire (rattrapage)" in livret

    def test_un_parcours_vae_montre_ses_preuves_et_aucune_epreuve(self, dossier, ecrire):
        prete = dossier(voie="experience")
        entetes = ["apprenant", "competence", "preuve", "niveau", "evaluateur", "date"]
        ecrire(prete.cours, "preuves.csv", [entetes, ["a00", "C4", "Dossier de prêt anonymisé", "2", "L. Roy", ""]])
        relu = documents.lire_dossier(prete.recalculer(), prete.cours)
        document = documents.dossier_du_jury(relu, JOUR)
        assert "C4 · Dossier de prêt anonymisé : 2 sur 3, par L. Roy." in texte(document)
        assert "B1-QST" not in document.html
        assert "Dossier de prêt anonymisé" in texte(documents.livret_individuel(relu, "a00", JOUR))

    def test_sans_inscription_le_dossier_le_dit(self, promotion):
        prete = promotion(5)
        vide = documents.lire_dossier(prete.resultats, prete.cours)
        attendu = "Aucune inscription : la voie d'accès et la date d'entrée sont à renseigner"
        assert attendu in texte(documents.dossier_du_jury(vide, JOUR))
        assert vide.candidat("a00").nom == "a00"
