"""The diagnosis of a company: what it computes, what it says is missing, and its three writings."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import openpyxl
import pytest
from rich.console import Console

from rncp_utils.entreprise import Liasse, diagnostiquer, ecrire_fec, ecrire_liasse_csv, fec_exemple
from rncp_utils.entreprise.diagnostic.documents import lire_entreprises
from rncp_utils.entreprise.diagnostic.synthese import SYMBOLES
from rncp_utils.entreprise.exemples import fournil, martin, martin_n1, mouvements_martin
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import euros


@pytest.fixture(scope="module")
def diagnostic_martin():
    return diagnostiquer([martin(), martin_n1()], mouvements=mouvements_martin())


@pytest.fixture(scope="module")
def diagnostic_fournil():
    return diagnostiquer(fournil())


def phrases(diagnostic) -> str:
    return "\n".join(constat.texte for constat in diagnostic.synthese)


class TestCalculs:
    @pytest.mark.parametrize(
        ("resultat", "nom", "attendu"),
        [
            ("sig", "valeur_ajoutee", 294_000),
            ("sig", "ebe", 82_000),
            ("sig", "resultat_net", 41_000),
            ("caf", "caf", 68_800),
            ("caf_bce", "caf_bce", 64_800),
            ("autofinancement", "autofinancement", 56_800),
            ("bilan", "frng", 105_500),
            ("bilan", "bfr", 96_500),
            ("bilan", "tresorerie_nette", 9_000),
            ("rotation", "delai_fournisseurs", 50),
            ("bce", "capacite_de_remboursement", 2.237654),
            ("ratios", "df_sur_caf", 2.107558),
            ("conan_holder", "score", 20.1909),
            ("altman", "score", 2.52888),
        ],
    )
    def test_martin(self, diagnostic_martin, resultat, nom, attendu):
        assert diagnostic_martin.dernier.valeur(resultat, nom) == pytest.approx(attendu, abs=5e-5)

    def test_flux_de_martin(self, diagnostic_martin):
        flux = diagnostic_martin.flux
        assert flux[["exploitation", "investissement", "financement"]].tolist() == [57_800, -43_500, -11_000]

    def test_l_ordre_des_exercices_est_indifferent(self):
        diagnostic = diagnostiquer([martin_n1(), martin()])
        assert [x.liasse.date_cloture.year for x in diagnostic.exercices] == [2023, 2024]

    def test_les_liasses_ne_changent_pas(self):
        liasse = martin()
        avant = dict(liasse.valeurs)
        diagnostiquer(liasse)
        assert dict(liasse.valeurs) == avant


class TestManques:
    def test_fournil_sans_bilan(self, diagnostic_fournil):
        (manque,) = [phrase for phrase in diagnostic_fournil.manques if "2033-A" in phrase]
        assert manque.endswith("Le bilan (2033-A) n'est pas fourni.")
        assert all(nom in manque for nom in ("Bilan fonctionnel", "Score Z' d'Altman", "Tableau de flux"))
        assert diagnostic_fournil.flux is None

    def test_prelevements_inconnus_de_fournil(self, diagnostic_fournil):
        assert any("prélèvements" in phrase and "(ZE)" in phrase for phrase in diagnostic_fournil.manques)
        lignes = [ligne.libelle for tableau in diagnostic_fournil.tableaux for ligne in tableau.lignes]
        assert "Autofinancement" not in lignes and "Associés (dividendes)" not in lignes

    def test_sans_exercice_precedent(self):
        diagnostic = diagnostiquer(replace(martin(), valeurs_n1=None))
        assert diagnostic.flux is None
        assert any("liasse de l'exercice précédent" in phrase for phrase in diagnostic.manques)

    def test_une_colonne_n1_en_net_ne_donne_pas_de_flux(self):
        imprimee = {code: valeur for code, valeur in martin_n1().valeurs.items() if code not in ("BK", "CK", "1A")}
        assert diagnostiquer(replace(martin(), valeurs_n1=imprimee)).flux is None

    def test_les_valeurs_par_defaut_sont_dites(self, diagnostic_martin):
        reserves = " ".join(diagnostic_martin.reserves)
        for mot in ("BZ", "crédit-bail", "TVA collectée (YY)", "TVA déductible (YZ)"):
            assert mot in reserves
        assert len(set(diagnostic_martin.reserves)) == len(diagnostic_martin.reserves)

    def test_rupture_de_plan_comptable(self):
        suivante = replace(martin(), date_cloture=dt.date(2025, 12, 31), valeurs_n1=None)
        sans_comptes = {code: valeur for code, valeur in suivante.valeurs.items() if not code.startswith("c")}
        diagnostic = diagnostiquer([martin(), replace(suivante, valeurs=sans_comptes)])
        assert any("PCG 2025" in reserve for reserve in diagnostic.reserves)

    def test_refus(self):
        with pytest.raises(ErreurDonnees, match="Aucune liasse"):
            diagnostiquer([])
        with pytest.raises(ErreurDonnees, match="plusieurs entreprises"):
            diagnostiquer([martin(), fournil()])
        with pytest.raises(ErreurDonnees, match="31/12/2024 figure plusieurs fois"):
            diagnostiquer([martin(), martin()])


class TestActiviteLiberale:
    def test_une_2035_a_ses_soldes_et_pas_de_bilan(self):
        valeurs = {"recettes": 100_000, "depenses": 55_000, "charges_sociales_perso": 15_000, "benefice": 45_000}
        diagnostic = diagnostiquer(Liasse(valeurs, regime="BNC", denomination="Cabinet Leroy"))
        assert [tableau.titre for tableau in diagnostic.tableaux] == ["Soldes de l'activité libérale"]
        assert diagnostic.dernier.valeur("bnc", "revenu_avant_cotisations") == 60_000
        assert f"Le bénéfice est de {euros(45_000)}." in phrases(diagnostic)
        assert (diagnostic.manques, diagnostic.figures, diagnostic.flux) == ([], [], None)

    def test_rien_a_calculer_se_dit(self):
        console = Console(width=100, highlight=False, file=io.StringIO())
        diagnostic = diagnostiquer(Liasse({"recettes": 100_000}, regime="BNC"))
        diagnostic.afficher(console)
        assert diagnostic.synthese == () and len(diagnostic.manques) == 1
        assert "Aucun constat" in console.file.getvalue()


class TestSynthese:
    def test_chaque_montant_vient_des_resultats(self, diagnostic_martin):
        """No amount of the sentences is absent from the results."""
        n = diagnostic_martin.dernier
        connus = {euros(valeur) for serie in n.resultats.values() for valeur in serie if isinstance(valeur, float)}
        connus |= {euros(abs(valeur)) for valeur in diagnostic_martin.flux} | {euros(x) for x in diagnostic_martin.flux}
        dits = re.findall(r"-?\d[\d\u202f]*\xa0€", phrases(diagnostic_martin))
        assert len(dits) > 10 and set(dits) <= connus

    def test_niveaux_de_martin(self, diagnostic_martin):
        niveaux = {constat.niveau for constat in diagnostic_martin.synthese}
        assert niveaux == {"conforme", "à surveiller", "constat"}
        (altman,) = [x for x in diagnostic_martin.synthese if "Altman" in x.phrase]
        assert (altman.niveau, altman.symbole) == ("à surveiller", "▲")

    def test_tout_jugement_dit_ce_qui_le_fonde(self, diagnostic_martin):
        juges = [x for x in diagnostic_martin.synthese if x.niveau != "constat" and "contrôles" not in x.phrase]
        assert juges and all("convention de cours" in x.repere or "à vérifier" in x.repere for x in juges)

    def test_une_perte_est_une_alerte(self):
        ecart = 150_000
        postes = ("FW", "GF", "HM")
        soldes = ("GG", "GW", "HN", "DI", "DL", "EE")
        perte = martin().avec(
            **{code: martin()[code] + ecart for code in postes}, **{code: martin()[code] - ecart for code in soldes}
        )
        diagnostic = diagnostiquer(replace(perte, valeurs_n1=None))
        alertes = [x.phrase for x in diagnostic.synthese if x.niveau == "alerte"]
        assert any(f"L'exercice est en perte : {euros(-109_000)}" in x for x in alertes)
        assert any(f"EBE de {euros(-68_000)}" in x for x in alertes)
        assert any("contrôles" in x and "K01" in x for x in alertes)

    def test_entreprise_individuelle(self, diagnostic_fournil):
        assert "avant toute rémunération de l'exploitant" in phrases(diagnostic_fournil)
        assert "Conan" not in phrases(diagnostic_fournil)

    def test_evolution_du_chiffre_d_affaires(self):
        avant = replace(martin(), date_cloture=dt.date(2023, 12, 31), valeurs_n1=None)
        hausse = {code: martin()[code] + 66_000 for code in ("FC", "FL", "FR", "HL", "FW", "GF", "HM")}
        apres = replace(martin().avec(**hausse), valeurs_n1=None)
        assert f"contre {euros(660_000)} à l'exercice précédent, soit une hausse de 10,0\xa0%" in phrases(
            diagnostiquer([avant, apres])
        )


class Page(HTMLParser):
    """Tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.balises: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, balise, attributs):
        self.balises.append((balise, dict(attributs)))

    def de(self, nom: str) -> list[dict]:
        return [attributs for balise, attributs in self.balises if balise == nom]


@pytest.fixture(scope="module")
def html(diagnostic_martin, tmp_path_factory) -> str:
    chemin = tmp_path_factory.mktemp("page") / "martin.html"
    return diagnostic_martin.ecrire_html(chemin).read_text(encoding="utf-8")


class TestEcritures:
    def test_page_sans_ressource_externe(self, html):
        page = Page(html)
        adresses = [a[nom] for _, a in page.balises for nom in ("src", "href", "srcset", "action") if nom in a]
        assert adresses and all(adresse.startswith("data:image/svg+xml;base64,") for adresse in adresses)
        assert not page.de("script") and not page.de("link") and "@import" not in html and "url(" not in html

    def test_page_accessible(self, html):
        page = Page(html)
        assert page.de("html") == [{"lang": "fr"}]
        assert len(page.de("h1")) == 1
        assert len(page.de("img")) == 3 and all(image["alt"].strip() for image in page.de("img"))
        assert len(page.de("caption")) == len(page.de("table"))
        assert all(entete.get("scope") in ("col", "row") for entete in page.de("th"))
        titres = [int(nom[1]) for nom, _ in page.balises if re.fullmatch(r"h[1-6]", nom)]
        assert all(suivant - titre <= 1 for titre, suivant in pairwise(titres))

    def test_les_couleurs_sont_doublees_d_un_signe_et_d_un_mot(self, html, diagnostic_martin):
        for constat in diagnostic_martin.synthese:
            assert f"{SYMBOLES[constat.niveau]} {constat.niveau}</span>" in html

    def test_un_nom_hostile_est_echappe(self, tmp_path):
        diagnostic = diagnostiquer(replace(fournil(), denomination="<script>alert(1)</script>"))
        assert "<script>" not in diagnostic.ecrire_html(tmp_path / "p.html").read_text(encoding="utf-8")

    def test_page_de_fournil(self, diagnostic_fournil, tmp_path):
        html = diagnostic_fournil.ecrire_html(tmp_path / "fournil.html").read_text(encoding="utf-8")
        assert len(Page(html).de("img")) == 1
        assert "Le bilan (2033-A) n’est pas fourni." in html

    def test_texte_en_100_colonnes(self, diagnostic_martin):
        console = Console(width=100, highlight=False, file=io.StringIO())
        diagnostic_martin.afficher(console)
        texte = console.file.getvalue()
        assert max(map(len, texte.splitlines())) <= 100
        assert re.search(r"Excédent brut d'exploitation \(EBE\) +82\u202f000\xa0€ +12,4\xa0%", texte)
        assert "472\u202f500\xa0€" in texte

    def test_controle_rompu_montre_ses_deux_cotes(self):
        console = Console(width=100, highlight=False, file=io.StringIO())
        diagnostiquer([martin().avec(EE=436_510), martin_n1()]).afficher(console)
        assert "K01 (bloquant)" in console.file.getvalue()
        assert f"écart {euros(10)}" in console.file.getvalue()

    def test_classeur(self, diagnostic_martin, tmp_path):
        classeur = openpyxl.load_workbook(diagnostic_martin.ecrire_xlsx(tmp_path / "martin.xlsx"))
        assert classeur.sheetnames[:2] == ["Synthèse", "SIG"]
        assert {"Contrôles", "Réserves", "Bilan fonctionnel"} <= set(classeur.sheetnames)
        lignes = {ligne[0]: ligne[1:] for ligne in classeur["Bilan fonctionnel"].iter_rows(values_only=True)}
        assert lignes["Fonds de roulement net global (FRNG)"] == ("€", 94_700, 105_500)
        assert classeur["Bilan fonctionnel"]["C2"].number_format == "0"


class TestDocuments:
    def test_un_fec_donne_un_diagnostic(self, tmp_path):
        chemin = ecrire_fec(fec_exemple(400), tmp_path / "732829320FEC20241231.txt")
        entreprises = lire_entreprises([chemin])
        (liasse,) = entreprises["732829320"]
        assert (liasse.date_cloture, liasse.duree_mois, liasse.regime) == (dt.date(2024, 12, 31), 12, "RN")
        assert "bilan" in diagnostiquer(liasse).dernier.resultats
        assert any("Durée de 12 mois" in dit for dit in liasse.avertissements)

    def test_un_fec_mal_nomme_le_dit(self, tmp_path):
        chemin = ecrire_fec(fec_exemple(400), tmp_path / "export.txt")
        (liasse,) = lire_entreprises([chemin])["export"]
        assert liasse.siren == "" and liasse.date_cloture == dt.date(2024, 12, 31)
        assert any("n'est pas celui d'un FEC" in dit for dit in liasse.avertissements)

    def test_choisir_une_entreprise(self, tmp_path):
        for nom, liasse in {"m.csv": replace(martin(), siren="732829320"), "f.csv": fournil()}.items():
            ecrire_liasse_csv(liasse, tmp_path / nom)
        chemins = [tmp_path / "m.csv", tmp_path / "f.csv"]
        assert list(lire_entreprises(chemins)) == ["732829320", "Le Fournil"]
        assert list(lire_entreprises(chemins, siren="732 829 320")) == ["732829320"]
        assert list(lire_entreprises(chemins, siren="Le Fournil")) == ["Le Fournil"]
        with pytest.raises(ErreurDonnees, match="« 552081317 » n'est dans aucun des documents"):
            lire_entreprises(chemins, siren="552081317")
