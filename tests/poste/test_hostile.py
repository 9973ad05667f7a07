"""Files made to harm whoever reads them: each gives an anomaly and an untouched workstation, and runs nothing."""

from __future__ import annotations

import json
import os
import sqlite3

import pytest

from rncp_utils.poste import base
from rncp_utils.poste.journal import LIGNES_MAX
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.rejeu import lire_journal_de, rejouer
from tests.poste.petit_poste import QUI, faire


@pytest.fixture
def chemin(tmp_path, situation):
    """A file on which ada has worked a little."""
    faire(Poste.ouvrir(tmp_path, situation, **QUI), "ouvrir_dossier")
    return base.chemin_du_poste(tmp_path, QUI["devoir"], QUI["cellule"])


def changer(chemin, *ordres):
    connexion = sqlite3.connect(chemin, isolation_level=None)
    for ordre in ordres:
        connexion.execute(*ordre) if isinstance(ordre, tuple) else connexion.execute(ordre)
    connexion.close()


def refuse(chemin, situation, code):
    """The file is refused whole, for this reason."""
    rejeu = rejouer(lire_journal_de(chemin), situation, **QUI)
    assert [anomalie.code for anomalie in rejeu.anomalies] == [code]
    assert rejeu.poste.journal() == []
    assert rejeu.poste.table("dossier") == []
    phrase = rejeu.anomalies[0].phrase
    assert phrase.endswith(".")
    assert len(phrase) < 300
    return rejeu


@pytest.mark.parametrize(
    "contenu",
    [b"", b"{}", b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 4_000, os.urandom(8_192)],
    ids=["vide", "json", "entete", "entete et bruit", "bruit"],
)
def test_ce_qui_n_est_pas_une_base(chemin, situation, contenu):
    chemin.write_bytes(contenu)
    refuse(chemin, situation, "illisible")


def test_un_fichier_enorme_et_creux_n_est_pas_lu(chemin, situation):
    os.truncate(chemin, 200 * 1024 * 1024)
    refuse(chemin, situation, "trop_gros")


@pytest.mark.parametrize("sorte", ["lien", "dossier", "tube"])
def test_ce_qui_n_est_pas_un_fichier(chemin, situation, tmp_path, sorte):
    if sorte == "lien":
        chemin.rename(tmp_path / "vrai.sqlite")
        chemin.symlink_to(tmp_path / "vrai.sqlite")
    else:
        chemin.unlink()
        chemin.mkdir() if sorte == "dossier" else os.mkfifo(chemin)
    refuse(chemin, situation, "lien" if sorte == "lien" else "pas_un_fichier")


@pytest.mark.parametrize(
    "ordre",
    [
        "CREATE TRIGGER piege AFTER UPDATE ON dossier BEGIN DELETE FROM journal; END",
        "CREATE VIEW piege AS SELECT * FROM journal",
        "CREATE TABLE piege (x)",
        "CREATE INDEX piege ON journal (length(donnees))",
        "CREATE VIRTUAL TABLE piege USING fts5(x)",
        "ALTER TABLE rdv ADD COLUMN piege GENERATED ALWAYS AS (hex(zeroblob(100000000)))",
        "DROP TABLE avis",
    ],
)
def test_un_autre_schema_n_est_pas_lu(chemin, situation, ordre):
    changer(chemin, ordre)
    refuse(chemin, situation, "schema")


def test_une_vue_qui_prend_la_place_d_une_table(chemin, situation):
    """What would be run by merely reading the table: a query without end."""
    changer(
        chemin,
        "ALTER TABLE rdv RENAME TO vrai_rdv",
        "CREATE VIEW rdv AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n",
    )
    refuse(chemin, situation, "schema")


def test_un_schema_retouche_dans_ses_propres_pages(chemin, situation):
    octets = chemin.read_bytes()
    assert octets.count(b"CREATE TABLE journal") == 1
    chemin.write_bytes(octets.replace(b"CREATE TABLE journal", b"CREATE TABLE jourmal"))
    rejeu = rejouer(lire_journal_de(chemin), situation, **QUI)
    assert [a.code for a in rejeu.anomalies] in (["schema"], ["illisible"])
    assert rejeu.poste.journal() == []


def test_des_pages_abimees(chemin, situation):
    octets = bytearray(chemin.read_bytes())
    octets[4_096 * 3 :] = os.urandom(len(octets) - 4_096 * 3)
    chemin.write_bytes(octets)
    rejeu = rejouer(lire_journal_de(chemin), situation, **QUI)
    assert rejeu.anomalies[0].code in ("illisible", "integrite", "schema")
    assert rejeu.poste.journal() == []


def test_une_base_qui_ne_dit_pas_a_qui_elle_est(chemin, situation):
    changer(chemin, "DELETE FROM identite")
    refuse(chemin, situation, "identite")
    changer(chemin, "INSERT INTO identite SELECT 1, 'd', 'c', 'a', 's', 'x', 1, 'j', 'd'")
    changer(chemin, "INSERT INTO identite SELECT 2, 'd', 'c', 'a', 's', 'x', 1, 'j', 'd'")
    refuse(chemin, situation, "identite")


@pytest.mark.parametrize("valeur", [b"\xff\xfe", 10**15, "a" * 100_000, "ada\0", "\u202eada", "<script>"])
def test_une_identite_etrange(chemin, situation, valeur):
    changer(chemin, ("UPDATE identite SET apprenant = ?", (valeur,)))
    refuse(chemin, situation, "autre_apprenant")


def test_un_texte_qui_n_est_pas_de_l_utf8(chemin, situation):
    changer(chemin, "UPDATE identite SET apprenant = CAST(x'fffe' AS TEXT)")
    refuse(chemin, situation, "autre_apprenant")


def _remplir(chemin, combien, donnees):
    connexion = sqlite3.connect(chemin)
    [[dernier]] = connexion.execute("SELECT max(id) FROM journal")
    connexion.executemany(
        "INSERT INTO journal VALUES (?, 't', 'P1', 'consulter', ?, 'null', 'null', 'accepte', 'x')",
        [(dernier + rang, donnees) for rang in range(1, combien + 1)],
    )
    connexion.commit()
    connexion.close()


def test_trop_d_actions(chemin, situation):
    _remplir(chemin, LIGNES_MAX + 5, json.dumps({"ecran": "P10"}))
    lu = lire_journal_de(chemin)
    assert len(lu.lignes) == LIGNES_MAX
    assert [a.code for a in lu.anomalies] == ["trop_d_actions"]


@pytest.mark.parametrize(
    "donnees",
    [
        '{"ecran": NaN}',
        '{"ecran": Infinity}',
        "[" * 100_000,
        "[" * 900 + "]" * 900,
        '{"ecran": ' + "9" * 10_000 + "}",
        '{"ecran": "' + "x" * 200_000 + '"}',
        '{"ecran": {"a": [1, {"b": null}]}}',
        '{"ecran": "P1", "objet": "\\ud800"}',
        '{"ecran": "P1", "objet": "\\u0000"}',
        '{"ecran": 1e400}',
        '{"self": 1, "nom": 2}',
        "null",
        "",
        b"\x80\x04K\x01.",
        7,
    ],
    ids=range(15),
)
def test_des_donnees_tordues_n_arretent_rien(chemin, situation, donnees):
    _remplir(chemin, 3, donnees)
    rejeu = rejouer(lire_journal_de(chemin), situation, **QUI)
    assert len(rejeu.poste.table("dossier")) == 1
    assert {"retouche", "action_illisible"} & {a.code for a in rejeu.anomalies}
    assert all(len(a.phrase) < 600 for a in rejeu.anomalies)


def test_une_table_demesuree_est_un_ecart(chemin, situation):
    connexion = sqlite3.connect(chemin)
    lignes = ((rang, "x", "a_faire") for rang in range(1, 60_000))
    connexion.executemany("INSERT INTO tache VALUES (?, ?, NULL, ?)", lignes)
    connexion.commit()
    connexion.close()
    rejeu = rejouer(lire_journal_de(chemin), situation, **QUI)
    assert rejeu.ecart
    assert rejeu.poste.table("tache") == []


def test_un_journal_de_reprise_empoisonne_n_est_pas_suivi(chemin, situation, tmp_path):
    """A journal of SQLite left beside the file is applied by nobody who only reads, and erases nothing."""
    precieux = tmp_path / "precieux"
    precieux.write_text("notes")
    reprise = chemin.with_name(chemin.name + "-journal")
    reprise.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 600 + str(precieux).encode())
    avant = reprise.read_bytes()
    rejeu = rejouer(lire_journal_de(chemin), situation, **QUI)
    assert rejeu.anomalies == ()
    assert (reprise.read_bytes(), precieux.read_text()) == (avant, "notes")


def test_un_texte_hostile_est_montre_sur_une_ligne(chemin, situation):
    changer(chemin, ("UPDATE identite SET apprenant = ?", ("ada\n\x1b[31m" + "x" * 500,)))
    phrase = refuse(chemin, situation, "autre_apprenant").anomalies[0].phrase
    assert "\n" not in phrase
    assert "\x1b" not in phrase
