"""The tables as they are shipped: read without a path, made again to the byte, described in the documentation."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from rncp_utils.cli import main
from rncp_utils.donnees import (
    charger,
    defauts_clients,
    finances_clients,
    liasses_du_portefeuille,
    lister_tables,
    suivi_comptes,
)
from rncp_utils.donnees.agence import chargement
from rncp_utils.donnees.agence.chargement import ecrire_tables, toutes_les_tables
from rncp_utils.donnees.agence.dictionnaire import CHEMIN, compter, dictionnaire
from rncp_utils.donnees.agence.generateur import generer_socle
from rncp_utils.donnees.agence.relation import assembler, preciser
from rncp_utils.donnees.agence.schemas import controler
from rncp_utils.donnees.agence.socle import Demande, Socle
from rncp_utils.entreprise import sig
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.risque import score_alerte

pytestmark = pytest.mark.xdist_group("agence")
DEPOT = Path(__file__).parents[2]


class TestCharger:
    def test_une_table_se_lit_sans_chemin_et_se_modifie_sans_risque(self):
        lue = charger("clients")
        lue["ca"] = 0
        assert (charger("clients")["ca"] > 0).all()
        assert lue.index.name == "id_client"

    def test_toutes_les_tables_se_lisent_et_se_nomment(self):
        assert len(lister_tables()) == 27
        for nom in lister_tables():
            assert len(charger(nom)) > 0

    def test_un_nom_inconnu_cite_les_tables(self):
        with pytest.raises(ErreurDonnees, match="Je ne connais pas la table « client » ; choisissez clients, pers"):
            charger("client")

    def test_un_fichier_abime_se_dit(self, tmp_path, monkeypatch):
        monkeypatch.setattr(chargement, "DOSSIER", tmp_path)
        (tmp_path / "comptes.parquet").write_bytes(b"rien")
        for nom in ("comptes", "credits"):
            with pytest.raises(ErreurDonnees, match=f"La table « {nom} » ne se lit pas"):
                charger(nom)


class TestSuivi:
    def test_le_suivi_lit_les_comptes_courants_a_toute_date(self):
        suivi = suivi_comptes()
        lus = suivi.indicateurs("2026-03-31")
        assert list(lus.index) == list(charger("clients").index)
        soldes = charger("soldes_jour")
        soldes = soldes[soldes["id_compte"].str.endswith("-1") & (soldes["date"] == "2026-03-31")]
        assert (suivi.soldes.cents[:, -1] / 100 == soldes.sort_values("id_compte")["solde"].to_numpy()).all()
        assert suivi.soldes.jours[0] == pd.Timestamp("2024-01-01")
        assert lus["part_flux"].between(0.02, 2.5).all()

    def test_les_arrieres_sont_ceux_des_echeanciers(self):
        dues = charger("echeances").query("date <= '2026-03-31' and date_paiement.isna()")
        client = dues["id_pret"].map(charger("credits").set_index("id_pret")["id_client"])
        attendu = dues["due"].groupby(client).sum()
        lu = suivi_comptes().indicateurs("2026-03-31")["arriere_total"]
        assert (lu[lu > 0].sort_index() - attendu.sort_index()).abs().max() < 0.01
        assert len(attendu) >= 3

    def test_les_signaux_financiers_nourrissent_le_score(self, socle: Socle):
        signaux = finances_clients("2026-03-31")
        lus = score_alerte(suivi_comptes().indicateurs("2026-03-31"), signaux, date="2026-03-31")
        touches = socle.marques("deces_dirigeant").union(socle.marques("perte_agrement"))
        assert signaux.loc[touches, "evenement_grave"].all()
        assert signaux["evenement_grave"].sum() == 2
        # Two balance sheets are due, the last of which closed three months ago.
        assert (signaux.loc[socle.marques("bilan_manquant"), "mois_depuis_cloture"] > 2).all()
        assert (lus.loc[touches, "niveau"] >= 1).all()

    def test_le_defaut_d_un_depassement_de_plus_de_90_jours_se_voit_avant_le_score(self):
        lus = defauts_clients("2025-09-30")
        assert lus.loc["C00009", ["jours_arriere", "defaut"]].tolist() == [197, True]
        assert finances_clients("2025-09-30").query("defaut").index.tolist() == ["C00009"]
        assert finances_clients("2026-03-31").query("defaut").index.tolist() == ["C00009", "C00027", "C00088", "C00103"]

    def test_les_liasses_du_portefeuille_s_analysent(self):
        liasses = liasses_du_portefeuille()
        ebe = sig(liasses)["ebe"]
        assert len(ebe) > 380
        assert ebe.notna().all()


class TestFichiers:
    def test_les_memes_tables_font_les_memes_octets(self, tmp_path):
        tables = toutes_les_tables()
        premiers = [chemin.read_bytes() for chemin in ecrire_tables(tables, tmp_path / "a")]
        seconds = [chemin.read_bytes() for chemin in ecrire_tables(tables, tmp_path / "b")]
        assert premiers == seconds
        assert sum(map(len, premiers)) < 15e6

    @pytest.mark.lent
    def test_les_tables_livrees_sont_celles_du_generateur(self, socle: Socle):
        tables = assembler(socle)
        for nom, table in tables.items():
            pd.testing.assert_frame_equal(table, charger(nom), check_exact=True, obj=nom)
        controler(tables, socle.demande.date_arrete)

    def test_la_verite_des_correcteurs_est_celle_du_plan(self, socle: Socle):
        lue = pd.read_csv(DEPOT / "corriges" / "portefeuille" / "verite.csv", parse_dates=["debut", "date_defaut"])
        attendue = preciser(socle.faits)
        assert lue["id_client"].tolist() == attendue["id_client"].tolist()
        assert lue["fait"].tolist() == attendue["fait"].tolist()
        assert (lue["debut"].fillna(pd.Timestamp(0)) == attendue["debut"].fillna(pd.Timestamp(0))).all()

    def test_la_verite_ne_voyage_pas_avec_la_bibliotheque(self):
        noms = {chemin.name for chemin in chargement.DOSSIER.iterdir()}
        assert noms == {f"{nom}.parquet" for nom in lister_tables()}
        colonnes = {colonne for nom in lister_tables() for colonne in charger(nom)}
        assert not colonnes & {"fait", "famille_du_fait", "date_defaut", "fort", "couple"}

    @pytest.mark.parametrize(("graine", "n"), [(5, 60), pytest.param(8, 240, marks=pytest.mark.complet)])
    def test_d_autres_portefeuilles_sont_acceptes(self, graine, n, plan):
        socle = generer_socle(Demande(graine, n_clients=n), plan)
        tables = assembler(socle, reference=60)
        controler(tables, socle.demande.date_arrete)
        assert len(tables["clients"]) == n
        personnes = tables["personnes"]
        ages = (pd.Timestamp("2026-03-31") - personnes["date_naissance"]).dt.days / 365.25
        assert set(personnes.loc[ages >= 62, "id_client"]) == set(socle.marques("dirigeant_senior"))


class TestDictionnaire:
    def test_le_document_livre_est_a_jour(self):
        attendu = dictionnaire(compter(toutes_les_tables()))
        assert (DEPOT / CHEMIN).read_text(encoding="utf-8") == attendu, "lancez « rncp donnees dictionnaire »"

    def test_chaque_table_et_chaque_colonne_y_sont(self):
        texte = (DEPOT / CHEMIN).read_text(encoding="utf-8")
        for nom in lister_tables():
            partie = texte.split(f"\n## {nom}\n")[1].split("\n## ")[0]
            table = charger(nom)
            for colonne in table.reset_index() if table.index.name else table:
                assert f"\n| `{colonne}` |" in partie


class TestCommande:
    def test_controler_dit_que_tout_va_bien(self):
        rendu = CliRunner().invoke(main, ["donnees", "controler"])
        assert rendu.exit_code == 0
        assert rendu.output.startswith("27 tables, ")
        assert rendu.output.endswith("aucune faute.\n")

    def test_un_plan_absent_se_dit_en_francais(self, tmp_path):
        rendu = CliRunner().invoke(main, ["donnees", "generer", "--plan", str(tmp_path / "plan.yaml")])
        assert rendu.exit_code == 1
        assert "n'existe pas : donnez son chemin avec --plan." in rendu.output

    @pytest.mark.complet
    def test_generer_ecrit_les_tables_et_la_verite(self, tmp_path, monkeypatch):
        plan = tmp_path / "plan.yaml"
        plan.write_bytes((DEPOT / "corriges" / "portefeuille" / "plan.yaml").read_bytes())
        monkeypatch.setattr(chargement.ecrire_tables, "__defaults__", (tmp_path / "tables",))
        rendu = CliRunner().invoke(main, ["donnees", "generer", "--plan", str(plan)], catch_exceptions=False)
        assert rendu.exit_code == 0, rendu.output
        assert rendu.output.startswith("27 tables écrites, ")
        ecrits = {chemin.name: chemin.read_bytes() for chemin in (tmp_path / "tables").iterdir()}
        livres = {chemin.name: chemin.read_bytes() for chemin in chargement.DOSSIER.iterdir()}
        assert ecrits == livres
        verite = (tmp_path / "verite.csv").read_bytes()
        assert verite == (DEPOT / "corriges" / "portefeuille" / "verite.csv").read_bytes()
