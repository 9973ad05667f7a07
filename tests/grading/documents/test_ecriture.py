"""Documents on the disk: names, workbooks, CSV, PDF; all of them or none."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re

import openpyxl
import pytest

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.grading import documents
from rncp_utils.grading.documents.pdf import SANS_CHROMIUM, Imprimante, chromium
from tests.machine import exiger

JOUR = dt.date(2026, 11, 23)


class TestEcriture:
    def ecrire(self, prete, liste, **options):
        return documents.ecrire_documents(
            liste,
            prete.cours / "exports",
            promotion="Promotion A / été",
            edite_le=JOUR,
            referentiel=prete.resultats.referentiel,
            regles=prete.resultats.regles,
            **options,
        )

    def test_html_classeur_et_csv_puis_une_version_de_plus(self, dossier):
        prete = dossier()
        stats = documents.statistiques_de_promotion(prete.resultats, JOUR)
        ecrits = self.ecrire(prete, [stats], pdf=False)
        noms = [chemin.name for chemin in ecrits.fichiers]
        base = "statistiques_Promotion-A-ete_20261123_v1"
        assert noms == [
            f"{base}.html",
            f"{base}.xlsx",
            *(f"{base}_{n}.csv" for n in ("devoirs", "competences", "questions", "ecarts")),
        ]
        classeur = openpyxl.load_workbook(ecrits.fichiers[1])
        assert classeur.sheetnames == ["Lisez-moi", "Devoirs", "Compétences", "Questions", "Écarts"]
        assert any(
            prete.resultats.regles.empreinte in str(ligne[1].value) for ligne in classeur["Lisez-moi"].iter_rows()
        )
        feuille = classeur["Devoirs"]
        assert feuille.freeze_panes == "B2"
        assert [case.number_format for case in feuille[2]][3] == "0.0%"
        with ecrits.fichiers[2].open(encoding="utf-8-sig", newline="") as fichier:
            ligne = next(csv.DictReader(fichier, delimiter=";"))
        assert float(ligne["moyenne_pct"].replace(",", ".")) == pytest.approx(feuille["D2"].value * 100)
        avant = ecrits.fichiers[0].read_bytes()
        assert self.ecrire(prete, [stats], pdf=False).fichiers[0].name.endswith("_v2.html")
        assert ecrits.fichiers[0].read_bytes() == avant

    def test_sans_chromium_le_html_suffit_et_l_outil_le_dit(self, dossier, monkeypatch):
        monkeypatch.setenv("RNCP_CHROMIUM", "")
        prete = dossier()
        ecrits = self.ecrire(prete, documents.livrets(prete.dossier, JOUR)[:1])
        assert [chemin.suffix for chemin in ecrits.fichiers] == [".html"]
        assert ecrits.remarques == [SANS_CHROMIUM]

    def test_un_chromium_qui_ne_repond_pas_laisse_le_html_et_se_dit(self, dossier, monkeypatch):
        monkeypatch.setenv("RNCP_CHROMIUM", "/bin/true")
        prete = dossier()
        ecrits = self.ecrire(prete, documents.livrets(prete.dossier, JOUR)[:1])
        assert [chemin.suffix for chemin in ecrits.fichiers] == [".html"]
        assert "Chromium ne répond pas" in ecrits.remarques[0]

    def test_un_echec_n_en_laisse_aucun(self, dossier):
        prete = dossier()
        bons = documents.livrets(prete.dossier, JOUR)[:2]
        (prete.cours / "exports").mkdir()

        def tomber(fait, total, quoi):
            raise ErreurRncp("Le disque est plein.")

        with pytest.raises(ErreurRncp, match="disque"):
            self.ecrire(prete, bons, pdf=False, suivi=tomber)
        assert list((prete.cours / "exports").iterdir()) == []

    def test_les_pdf_sont_des_a4_pagines_en_francais(self, dossier):
        exiger(chromium(), "Chromium n'est pas installé (paquet chromium).")
        prete = dossier()
        liste = [documents.proces_verbal(prete.dossier, JOUR), documents.livret_individuel(prete.dossier, "a00", JOUR)]
        ecrits = self.ecrire(prete, liste)
        pv, livret = (chemin.read_bytes() for chemin in ecrits.fichiers if chemin.suffix == ".pdf")
        assert pv.startswith(b"%PDF")
        # A4 in points, landscape then portrait.
        tailles = [
            tuple(round(float(n)) for n in re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", p).groups())
            for p in (pv, livret)
        ]
        assert tailles == [(842, 595), (595, 842)]
        assert b"/Lang" in pv
        assert b"/StructTreeRoot" in pv
        # A page of summary (and its end), one page for each of the six candidates, the mentions.
        assert 7 <= len(re.findall(rb"/Type ?/Page\b", pv)) <= 9

    def test_une_seule_imprimante_sert_plusieurs_pages(self):
        exiger(chromium(), "Chromium n'est pas installé (paquet chromium).")
        with Imprimante() as imprimante:
            pages = [imprimante.pdf(f"<html lang='fr'><title>{n}</title><p>{'é' * n}</p></html>") for n in (1, 9000)]
            pid = imprimante.pid
        assert all(page.startswith(b"%PDF") for page in pages)
        assert len(pages[1]) > len(pages[0])
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
