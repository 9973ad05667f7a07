"""Points of a case: tolerance, method, known mistakes, constraints; bounded, silent on stderr, never a key."""

from __future__ import annotations

import json
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.evaluation import (
    Copie,
    association,
    choix,
    coherence,
    contrainte,
    formulaire_de,
    nombre,
    ordre,
    toutes_numeriques,
)
from rncp_utils.evaluation.formulaires import charger_formulaires
from rncp_utils.lecon import ecrire_reponses

CHAMPS = """
cas_va:
  - {id: marge, type: NUM, enonce: "Marge commerciale", unite: €}
  - {id: va, type: NUM, enonce: "Valeur ajoutée", unite: €}
  - {id: ebe, type: NUM, enonce: "EBE", unite: €}
  - {id: avis, type: QCU, enonce: "Lecture", options: [{id: a, texte: Saine}, {id: b, texte: Tendue}]}
  - {id: causes, type: QCM, enonce: "Causes", options: [{id: a, texte: A}, {id: b, texte: B}, {id: c, texte: C}]}
  - {id: etapes, type: ORD, enonce: "Étapes", elements: [{id: x, texte: X}, {id: y, texte: Y}, {id: z, texte: Z}]}
  - id: liens
    type: APP
    enonce: "Preuves"
    elements: [{id: p, texte: P}, {id: q, texte: Q}]
    options: [{id: u, texte: U}, {id: v, texte: V}]
  - id: equilibre
    type: TAB
    enonce: "Équilibre"
    elements: [{id: n, texte: N}]
    colonnes: [{id: frng, titre: FRNG, type: NUM, unite: €}, {id: bfr, titre: BFR, type: NUM, unite: €},
               {id: tn, titre: TN, type: NUM, unite: €}]
"""
MODELE = {
    "marge": "180 000 €",
    "va": "303600",
    "ebe": "66 900",
    "avis": "b",
    "causes": ["a", "c"],
    "etapes": {"x": "1", "y": "2", "z": "3"},
    "liens": {"p": "u", "q": "v"},
    "equilibre": {"n.frng": "153 800", "n.bfr": "158 700", "n.tn": "-4 900"},
}


def tn(copie):
    frng, bfr = copie.nombre("equilibre:n.frng"), copie.nombre("equilibre:n.bfr")
    return None if frng is None or bfr is None else frng - bfr


def va_depuis_la_marge(copie):
    marge = copie.nombre("marge")
    return None if marge is None else marge + 123_600


BAREMES = [
    nombre("marge", 180_000, points=2, tolerance=1, titre="Marge commerciale"),
    nombre("va", 303_600, points=2, tolerance=1, suite=va_depuis_la_marge),
    nombre("ebe", 66_900, points=2, tolerance=1, erreurs={"Les impôts et taxes semblent oubliés.": 75_400}),
    choix("avis", "b", points=1),
    choix("causes", ["a", "c"], points=2),
    ordre("etapes", ["x", "y", "z"], points=3),
    association("liens", {"p": "u", "q": "v"}, points=2),
    toutes_numeriques("equilibre", {"n.frng": 153_800, "n.bfr": 158_700, "n.tn": -4_900}, points=3),
    coherence("equilibre:n.tn", tn, points=1, titre="TN = FRNG − BFR"),
    contrainte("Une cause au moins", lambda copie: len(copie.reponse("causes")) >= 1, points=1, sinon="Aucune cause."),
]
MAXIMUM = 19


@pytest.fixture
def noter(tmp_path, monkeypatch):
    """Points of a copy whose answers are ``MODELE`` with changes."""
    dossier = tmp_path / "B1-CAS"
    dossier.mkdir()
    (dossier / "formulaires.yaml").write_text(CHAMPS, encoding="utf-8")
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    formulaire = formulaire_de("cas_va", dossier=dossier) | {"session": "2026-S2"}

    def appeler(change=None, *, baremes=BAREMES, tout=True):
        reponses = (MODELE if tout else {}) | (change or {})
        ecrire_reponses(dossier, "B1-CAS", "cas_va", "amelie.durand", "2026-S2", reponses)
        return Copie(formulaire, dossier=dossier).noter(baremes, maximum=MAXIMUM)

    appeler.dossier, appeler.formulaire = dossier, formulaire
    return appeler


def test_la_copie_modele_a_tous_les_points_et_la_vide_aucun(noter, capsys):
    assert noter() == MAXIMUM
    assert "Marge commerciale : 2,00 sur 2." in capsys.readouterr().out
    assert noter(tout=False) == 0.0


@pytest.mark.parametrize(
    ("change", "perte", "phrase"),
    [
        ({"marge": "170 000", "va": "293 600"}, 3, "Cohérent avec votre réponse précédente"),
        ({"ebe": "75 400"}, 1, "Les impôts et taxes semblent oubliés."),
        ({"ebe": "1"}, 2, "Réponse lue : 1\xa0€."),
        ({"ebe": "soixante"}, 2, "elle n'est pas un nombre lisible"),
        ({"avis": "je_ne_sais_pas"}, 1, "avis : 0,00 sur 1. Sans réponse."),
        ({"causes": ["a", "b"]}, 2, "causes : 0,00 sur 2."),
        ({"causes": []}, 3, "Cette réponse n'a pas pu être vérifiée"),
        ({"etapes": {"x": "1", "y": "3", "z": "2"}}, 1, "etapes : 2,00 sur 3."),
        ({"liens": {"p": "u", "q": "u"}}, 1, "1 sur 2."),
        ({"equilibre": {"n.frng": "150 000", "n.bfr": "158 700", "n.tn": "-8 700"}}, 2, "1 case sur 3."),
        ({"equilibre": {"n.frng": "153 800", "n.bfr": "158 700", "n.tn": "4 900"}}, 2, "ne se recoupent pas"),
    ],
)
def test_chaque_erreur_coute_ce_que_dit_le_bareme(noter, capsys, change, perte, phrase):
    assert noter(change) == pytest.approx(MAXIMUM - perte)
    sortie = capsys.readouterr()
    assert phrase in sortie.out
    assert sortie.err == ""
    assert "303\u202f600" not in sortie.out


def test_une_association_avec_penalite_ne_descend_pas_sous_zero(noter):
    bareme = [association("liens", {"p": "u", "q": "v"}, points=2, penalite=1.0)]
    assert noter(baremes=bareme) == 2
    assert noter({"liens": {"p": "u", "q": "u"}}, baremes=bareme) == 0
    assert noter({"liens": {"p": "u"}}, baremes=bareme) == 1


def test_un_avertissement_ne_fait_rien_ecrire_sur_stderr(noter, capsys):
    def bavard(copie):
        warnings.warn("attention", stacklevel=1)
        return True

    assert noter(baremes=[contrainte("Bavard", bavard, points=1)]) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("contenu", [b"", b"[" * 100_000, b"\xff", b'{"version": 1}', b'{"version": NaN}'])
def test_une_copie_hostile_vaut_zero_sans_arreter(noter, contenu):
    noter()
    (noter.dossier / "reponses" / "B1-CAS__cas_va.json").write_bytes(contenu)
    assert Copie(noter.formulaire, dossier=noter.dossier).noter(BAREMES, maximum=MAXIMUM) == 0.0


valeurs = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.text(max_size=3), max_size=4),
    st.dictionaries(st.text(max_size=6), st.one_of(st.text(max_size=4), st.integers()), max_size=4),
)


@given(st.dictionaries(st.sampled_from(list(MODELE)), valeurs))
def test_quoi_que_contienne_la_copie_la_note_est_bornee(tmp_path_factory, reponses):
    dossier = tmp_path_factory.mktemp("x") / "B1-CAS"
    (dossier / "reponses").mkdir(parents=True)
    (dossier / "formulaires.yaml").write_text(CHAMPS, encoding="utf-8")
    contenu = {"version": 1, "devoir": "B1-CAS", "cellule": "cas_va", "reponses": reponses}
    (dossier / "reponses" / "B1-CAS__cas_va.json").write_text(json.dumps(contenu), encoding="utf-8")
    points = Copie(formulaire_de("cas_va", dossier=dossier), dossier=dossier).noter(BAREMES, maximum=MAXIMUM)
    assert isinstance(points, float)
    assert 0 <= points <= MAXIMUM


def test_une_faute_de_l_auteur_se_voit(noter):
    with pytest.raises(ErreurDonnees, match="Le champ « caf » n'est pas dans le formulaire"):
        Copie(noter.formulaire, dossier=noter.dossier).question("caf")
    with pytest.raises(ErreurDonnees, match=r"« cas_x » n'est pas dans formulaires\.yaml, qui contient : cas_va"):
        formulaire_de("cas_x", dossier=noter.dossier)
    (noter.dossier / "formulaires.yaml").write_text("cas_va: 3", encoding="utf-8")
    with pytest.raises(ErreurListe, match="une cellule et la liste de ses champs"):
        charger_formulaires(noter.dossier / "formulaires.yaml")
