"""A file played again by whoever grades: forging the state, the journal or the identity gains nothing."""

from __future__ import annotations

import json
import sqlite3

import pytest

from rncp_utils.poste import base, journal
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.rejeu import lire_journal_de, rejouer
from rncp_utils.poste.tables import COMPAREES
from tests.poste.petit_poste import PLAN, QUI, analyser, decider, etat, faire, nouveau, petite, signer


@pytest.fixture
def remis(tmp_path, situation):
    """Path of a file on which ada has worked: an analysed credit file, a subscription."""
    poste = Poste.ouvrir(tmp_path, situation, **QUI)
    analyser(poste)
    poste.faire("debloquer")
    signer(poste)
    return base.chemin_du_poste(tmp_path, QUI["devoir"], QUI["cellule"])


def changer(chemin, *ordres):
    """What somebody does to a file with another program."""
    with sqlite3.connect(chemin) as connexion:
        for ordre in ordres:
            connexion.execute(*ordre) if isinstance(ordre, tuple) else connexion.execute(ordre)
    connexion.close()


def ajouter_au_journal(chemin, action, donnees, *, empreinte=None, resultat="accepte", **autres):
    """A row put in by hand, with the digest that the workstation would have written."""
    with sqlite3.connect(chemin) as connexion:
        rang, precedente = connexion.execute("SELECT id, empreinte FROM journal ORDER BY id DESC").fetchone()
        ligne = {"id": rang + 1, "ts": "2027-01-12T10:00:00+00:00", "ecran": "P6", "action": action}
        ligne |= {"donnees": donnees, "avant": None, "apres": None, "resultat": resultat} | autres
        [juste] = journal.enchainer(precedente, [ligne])
        valeurs = [*ligne.values(), juste if empreinte is None else empreinte]
        valeurs = [json.dumps(v) if isinstance(v, dict | None) else v for v in valeurs]
        connexion.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", valeurs)
    connexion.close()


def rejoue(chemin, situation, **autres):
    return rejouer(lire_journal_de(chemin), situation, **(QUI | autres))


def codes(rejeu):
    return [anomalie.code for anomalie in rejeu.anomalies]


def test_un_fichier_intact_donne_exactement_les_memes_tables(remis, situation, tmp_path):
    rejeu = rejoue(remis, situation)
    assert (rejeu.anomalies, rejeu.refusees, rejeu.ecart) == ((), (), False)
    rouvert = Poste.ouvrir(tmp_path, situation, **QUI)
    for table in COMPAREES:
        assert rejeu.poste.table(table.name) == rouvert.table(table.name)
    assert rejeu.poste.table("controle") == rouvert.table("controle")
    assert rejeu.poste.journal() == rouvert.journal()


def test_lire_et_rejouer_n_ecrivent_rien(remis, situation):
    avant = remis.read_bytes(), sorted(remis.parent.iterdir())
    rejoue(remis, situation)
    assert (remis.read_bytes(), sorted(remis.parent.iterdir())) == avant


def test_un_fichier_absent_laisse_un_poste_neuf(tmp_path, situation):
    rejeu = rejoue(tmp_path / "poste" / "absent.sqlite", situation)
    assert codes(rejeu) == ["absent"]
    assert rejeu.poste.journal() == []
    assert len(rejeu.poste.table("client")) == 2


@pytest.mark.parametrize(
    ("ordre", "table"),
    [
        ("UPDATE dossier SET etat = 'accepte', decision = 'accepte'", "dossier"),
        ("UPDATE champ SET valeur = '328000' WHERE nom = 'ca'", "champ"),
        ("UPDATE opportunite SET etat = 'ecartee'", "opportunite"),
        ("UPDATE avis SET cote = 1, sens = 'favorable'", "avis"),
        ("DELETE FROM etape_conseil WHERE etape = 'conseil'", "etape_conseil"),
        ("INSERT INTO rdv VALUES (1, '2027-02-01', 'Bilan', 'prevu')", "rdv"),
        ("UPDATE plan_ligne SET montant = CAST(montant AS TEXT) || '.5'", "plan_ligne"),
    ],
)
def test_un_etat_change_par_ailleurs_ne_compte_pas(remis, situation, ordre, table):
    juste = rejoue(remis, situation).poste.table(table)
    changer(remis, ordre)
    rejeu = rejoue(remis, situation)
    assert rejeu.ecart
    assert codes(rejeu) == ["ecart"]
    assert f"«\xa0{table}\xa0»" in rejeu.anomalies[0].phrase or f"« {table} »" in rejeu.anomalies[0].phrase
    assert rejeu.poste.table(table) == juste


def test_une_action_impossible_inseree_avec_sa_bonne_empreinte_ne_compte_pas(remis, situation):
    ajouter_au_journal(remis, "recevoir_decision", {})
    changer(remis, "UPDATE dossier SET etat = 'accepte', decision = 'accepte'")
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["action_impossible", "ecart"]
    assert [ligne["action"] for ligne in rejeu.refusees] == ["recevoir_decision"]
    assert etat(rejeu.poste) == "analyse"


def test_une_action_possible_ajoutee_a_la_main_se_voit_a_son_etat(remis, situation):
    """It counts, as if it had been done: what it lacks is its effect on the tables of the file."""
    ajouter_au_journal(remis, "abandonner", {"motif": "Le client renonce."})
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["ecart"]
    assert etat(rejeu.poste) == "abandonne"


def test_une_empreinte_fausse_est_signalee(remis, situation):
    ajouter_au_journal(remis, "consulter", {"ecran": "P1"}, empreinte="0" * 64)
    assert codes(rejoue(remis, situation)) == ["retouche"]


def test_un_refus_efface_du_journal_est_signale(remis, situation):
    changer(remis, "DELETE FROM journal WHERE resultat = 'refuse'")
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["retouche"]
    assert not rejeu.ecart


def test_un_refus_change_en_reussite(remis, situation):
    changer(remis, "UPDATE journal SET resultat = 'accepte' WHERE resultat = 'refuse'")
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["retouche", "action_impossible"]
    assert etat(rejeu.poste) == "analyse"


def test_une_reussite_changee_en_refus_compte_et_se_dit(remis, situation):
    changer(remis, "UPDATE journal SET resultat = 'refuse' WHERE action = 'signer'")
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["retouche", "action_possible"]
    assert rejeu.poste.table("souscription")[0]["etat"] == "signee"


def test_un_conseil_antidate_reste_apres_la_signature(remis, situation):
    """The order is the one of the rows: a time written by hand moves nothing."""
    changer(remis, "UPDATE journal SET ts = '2020-01-01T00:00:00+00:00' WHERE action = 'conseiller'")
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["retouche"]
    actions = [x["action"] for x in rejeu.poste.journal() if x["action"] in ("conseiller", "signer")]
    assert actions == ["conseiller", "signer"]


def test_des_lignes_permutees_ne_gagnent_rien(remis, situation):
    changer(
        remis,
        "UPDATE journal SET id = 900 WHERE action = 'conseiller'",
    )
    rejeu = rejoue(remis, situation)
    assert "retouche" in codes(rejeu)
    assert rejeu.poste.table("souscription")[0]["etat"] == "conseil"


@pytest.mark.parametrize(
    ("autres", "code"),
    [
        ({"apprenant": "bo"}, "autre_apprenant"),
        ({"devoir": "B5-MES"}, "autre_devoir"),
        ({"cellule": "x"}, "autre_cellule"),
    ],
)
def test_le_fichier_d_un_autre_n_apporte_rien(remis, situation, autres, code):
    rejeu = rejoue(remis, situation, **autres)
    assert codes(rejeu) == [code]
    assert rejeu.poste.journal() == []
    assert rejeu.poste.table("dossier") == []
    assert dict(rejeu.poste.table("identite")[0]).items() >= (QUI | autres).items()


def test_le_fichier_d_un_autre_renomme_par_lui(remis, situation):
    changer(remis, "UPDATE identite SET apprenant = 'bo'")
    rejeu = rejoue(remis, situation, apprenant="bo")
    assert codes(rejeu) == ["retouche"]


def test_le_fichier_d_un_autre_client(remis):
    autre = petite()
    object.__setattr__(autre, "code", "autre")
    rejeu = rejoue(remis, autre)
    assert codes(rejeu) == ["autre_situation"]
    assert rejeu.poste.journal() == []


def test_d_autres_chiffres_que_les_siens(remis):
    """The file of another variant: its own figures are recomputed, the gap is told."""
    from rncp_utils.donnees import variante

    rejeu = rejoue(remis, petite(cas_du_client=variante("CAS-01", "bo", "B5-MES", "s")))
    assert codes(rejeu) == ["ecart"]
    assert "« avis »" in rejeu.anomalies[0].phrase


def test_une_autre_version_de_la_situation_se_dit(remis):
    rejeu = rejoue(remis, petite(version=2))
    assert codes(rejeu) == ["version"]
    assert etat(rejeu.poste) == "analyse"


def test_des_actions_illisibles_sont_ecartees_et_les_autres_rejouees(remis, situation):
    changer(
        remis,
        "UPDATE journal SET donnees = '{\"ecran\": NaN}' WHERE id = 1",
        f"UPDATE journal SET donnees = '{'[' * 5_000}{']' * 5_000}' WHERE id = 2",
        "UPDATE journal SET donnees = '[1, 2]' WHERE id = 3",
    )
    rejeu = rejoue(remis, situation)
    assert codes(rejeu)[:2] == ["action_illisible", "action_illisible"]
    assert "retouche" in codes(rejeu)
    assert rejeu.poste.table("souscription")[0]["etat"] == "signee"


def test_beaucoup_d_actions_impossibles_sont_abregees(remis, situation):
    for _ in range(12):
        ajouter_au_journal(remis, "debloquer", {})
    rejeu = rejoue(remis, situation)
    assert codes(rejeu) == ["action_impossible"] * 6
    assert len(rejeu.refusees) == 12


def test_un_rejeu_va_jusqu_au_deblocage(tmp_path, situation):
    poste = Poste.ouvrir(tmp_path, situation, **QUI)
    decider(poste)
    faire(poste, "editer")
    faire(poste, "prendre_garantie", garantie=1)
    faire(poste, "debloquer")
    rejeu = rejoue(base.chemin_du_poste(tmp_path, QUI["devoir"], QUI["cellule"]), situation)
    assert (rejeu.anomalies, etat(rejeu.poste)) == ((), "debloque")


def test_un_plan_refait_dans_un_autre_ordre_donne_le_meme_etat():
    """Two ways to the same effects: what is graded is not the way."""
    un, autre = nouveau(), nouveau()
    for poste, plan in ((un, PLAN), (autre, PLAN[::-1])):
        faire(poste, "ouvrir_dossier")
        for sens, nature, montant in plan:
            faire(poste, "plan", sens=sens, nature=nature, montant=montant)
    lus = [{(x["sens"], x["nature"], x["montant"]) for x in poste.table("plan_ligne")} for poste in (un, autre)]
    assert lus[0] == lus[1]
