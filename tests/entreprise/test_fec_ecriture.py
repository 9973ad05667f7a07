"""Un FEC écrit puis relu rend la même table et la même balance (P10)."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import balance, ecrire_fec, fec_exemple, lire_fec, nom_fec
from rncp_utils.entreprise.fec.format import CHAMPS
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

TEXTES = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="|"), max_size=12)
JOURS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@st.composite
def fecs(draw: st.DrawFn) -> pd.DataFrame:
    """Balanced entries of two lines, with any texts, dates and amounts."""
    lignes = []
    for numero in range(draw(st.integers(1, 8))):
        jour, centimes = pd.Timestamp(draw(JOURS)), draw(st.integers(-(10**11), 10**11))
        commun = {champ: draw(TEXTES) for champ in ("JournalCode", "JournalLib", "PieceRef", "EcritureLib")}
        commun |= {"EcritureNum": f"{numero:03d}", "EcritureDate": jour, "PieceDate": jour, "ValidDate": jour}
        for sens in ("Debit", "Credit"):
            propre = {champ: draw(TEXTES) for champ in ("CompteLib", "CompAuxNum", "CompAuxLib", "EcritureLet")}
            propre |= {"CompteNum": draw(st.from_regex(r"[1-7][0-9]{2,7}", fullmatch=True))}
            propre |= {"Debit": 0.0, "Credit": 0.0, sens: centimes / 100}
            propre |= {"DateLet": draw(st.sampled_from([jour, pd.NaT])), "Montantdevise": "", "Idevise": ""}
            lignes.append(commun | propre)
    fec = pd.DataFrame(lignes, columns=list(CHAMPS), index=pd.RangeIndex(2, len(lignes) + 2, name="ligne"))
    return fec.astype({champ: "datetime64[s]" for champ in CHAMPS if "Date" in champ})


@settings(deadline=None)
@given(fec=fecs(), separateur=st.sampled_from(["\t", "|"]))
def test_p10_ecrire_relire_rend_la_meme_balance(fec: pd.DataFrame, separateur: str) -> None:
    with tempfile.TemporaryDirectory() as dossier:
        relu = lire_fec(ecrire_fec(fec, Path(dossier) / "f.txt", separateur=separateur, encodage="utf-8-sig"))
    pd.testing.assert_frame_equal(relu, fec, check_dtype=False, check_categorical=False)
    for auxiliaires in (False, True):
        pd.testing.assert_frame_equal(
            balance(relu, auxiliaires=auxiliaires), balance(fec, auxiliaires=auxiliaires), check_exact=True
        )


@pytest.mark.parametrize("encodage", ["iso-8859-15", "cp1252", "utf-8-sig"])
def test_le_fec_d_exemple_revient_a_l_identique(tmp_path: Path, encodage: str) -> None:
    fec = fec_exemple(500)
    relu = lire_fec(ecrire_fec(fec, tmp_path / "f.txt", encodage=encodage))
    pd.testing.assert_frame_equal(relu, fec)


def test_ce_qui_est_ecrit(tmp_path: Path) -> None:
    lignes = ecrire_fec(fec_exemple(300), tmp_path / "f.txt").read_bytes().decode("iso-8859-15").split("\n")
    assert lignes[0] == "\t".join(CHAMPS)
    assert lignes[1] == (
        "AN\tÀ nouveaux\t1\t20240101\t411000\tClients\tC0001\tClient 0001\tOUVERTURE\t20240101\tÀ nouveau\t1200,00"
        "\t0,00\t\t\t20240101\t\t"
    )
    assert len(lignes) == 302
    assert lignes[-1] == ""


def test_un_fichier_plus_long_qu_un_paquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entier = ecrire_fec(fec_exemple(300), tmp_path / "a.txt").read_bytes()
    monkeypatch.setattr("rncp_utils.entreprise.fec.ecriture._PAQUET", 7)
    assert ecrire_fec(fec_exemple(300), tmp_path / "b.txt").read_bytes() == entier


def test_les_champs_de_tresorerie_suivent(tmp_path: Path) -> None:
    fec = fec_exemple(300)
    fec = fec.assign(IdClient="", NatOp="Vente", ModeRglt="CB", DateRglt=fec["EcritureDate"])
    relu = lire_fec(ecrire_fec(fec, tmp_path / "f.txt"))
    assert list(relu.columns) == [*CHAMPS, "DateRglt", "ModeRglt", "NatOp", "IdClient"]
    assert relu["DateRglt"].equals(relu["EcritureDate"])


def test_ce_qui_ne_peut_s_ecrire_laisse_le_fichier_d_avant(tmp_path: Path) -> None:
    fec = fec_exemple(300).astype({"EcritureLib": "str"})
    chemin = tmp_path / "f.txt"
    chemin.write_text("avant")
    for texte, phrase in [
        ("a\tb", r"Ligne 5, EcritureLib : « a\tb » contient le séparateur"),
        ("a\nb", "contient le séparateur ou une fin"),
        ("flèche →", "Le caractère « → » n'existe pas en iso-8859-15"),
    ]:
        with pytest.raises(ErreurDonnees, match=phrase):
            ecrire_fec(fec.assign(EcritureLib=fec["EcritureLib"].where(fec.index != 5, texte)), chemin)
    with pytest.raises(ErreurDonnees, match="dates illisibles"):
        ecrire_fec(fec.assign(illisible="EcritureDate « x »"), chemin)
    with pytest.raises(ErreurDonnees, match="montants absents"):
        ecrire_fec(fec.assign(Debit=np.nan), chemin)
    with pytest.raises(ErreurSchema, match="pas de champ PieceRef"):
        ecrire_fec(fec.drop(columns="PieceRef"), chemin)
    with pytest.raises(ErreurSchema, match="tabulation"):
        ecrire_fec(fec, chemin, separateur=";")
    assert [p.name for p in tmp_path.iterdir()] == ["f.txt"]
    assert chemin.read_text() == "avant"


def test_la_barre_verticale_dans_un_libelle(tmp_path: Path) -> None:
    fec = fec_exemple(300).assign(EcritureLib="a|b")
    assert lire_fec(ecrire_fec(fec, tmp_path / "f.txt"))["EcritureLib"].eq("a|b").all()
    with pytest.raises(ErreurDonnees, match="contient le séparateur"):
        ecrire_fec(fec, tmp_path / "f.txt", separateur="|")


def test_nom_legal() -> None:
    assert nom_fec("732829320", date(2025, 3, 31)) == "732829320FEC20250331.txt"
    with pytest.raises(ErreurDonnees, match="n'est pas valide"):
        nom_fec("732829321", date(2025, 3, 31))


@pytest.mark.parametrize("lignes", [300, 301, 302, 303, 304, 1000, 4321])
def test_l_exemple_a_le_nombre_de_lignes_demande(lignes: int) -> None:
    fec = fec_exemple(lignes)
    assert len(fec) == lignes
    assert set(fec["JournalCode"]) == {"AN", "AC", "VE", "BQ", "OD"}
    pd.testing.assert_frame_equal(fec, fec_exemple(lignes))
    assert not fec["Debit"].equals(fec_exemple(lignes, graine=2)["Debit"])
    assert fec_exemple(lignes, annee=2023)["EcritureDate"].dt.year.eq(2023).all()


def test_l_exemple_a_un_minimum() -> None:
    with pytest.raises(ErreurDonnees, match="demandez-en 300 au moins"):
        fec_exemple(10)
