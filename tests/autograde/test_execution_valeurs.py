"""Values cross as data, whole or not at all, and no message of a kernel troubles the grader."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.autograde.execution.extraction import MIME, extraire, injecter, refus
from rncp_utils.autograde.execution.figures import decrire_figure
from rncp_utils.autograde.execution.valeurs import (
    NOEUDS_MAX,
    OCTETS_MAX,
    ValeurRefusee,
    decoder,
    encoder,
    lire_json,
    verifier,
)


def traverser(valeur: object) -> object:
    """The whole way of a value: A, the wire, the grader, B."""
    texte = json.dumps(encoder(valeur), allow_nan=False)
    return decoder(json.loads(json.dumps(verifier(lire_json(texte)), allow_nan=False)))


feuilles = (
    st.none()
    | st.booleans()
    | st.integers(-(10**290), 10**290)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False, places=4, min_value=-(10**12), max_value=10**12)
)
cles = st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 10**6) | st.dates() | st.none()
donnees = st.recursive(
    feuilles,
    lambda contenu: st.lists(contenu, max_size=5) | st.dictionaries(cles, contenu, max_size=5) | st.tuples(contenu),
    max_leaves=20,
)


@given(donnees)
def test_une_donnee_arrive_comme_elle_est_partie(valeur):
    arrivee = traverser(valeur)
    assert arrivee == valeur
    assert type(arrivee) is type(valeur)


def test_les_nombres_qui_n_en_sont_pas_traversent():
    nan, infini, moins = traverser([math.nan, math.inf, -math.inf])
    assert math.isnan(nan)
    assert (infini, moins) == (math.inf, -math.inf)


def test_les_ensembles_et_les_nombres_de_numpy_traversent():
    assert traverser({1, 2}) == {1, 2}
    assert traverser(np.float64(2.5)) == 2.5
    assert traverser(np.int64(7)) == 7
    recu = traverser(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(recu, np.arange(6.0).reshape(2, 3))


TABLES = [
    pd.DataFrame({"poste": ["a", "b", None], "montant": [1.5, math.nan, 3.0], "rang": [1, 2, 3]}),
    pd.DataFrame({"x": [True, False]}, index=pd.Index(["n", "n-1"], name="exercice")),
    pd.DataFrame({"d": pd.to_datetime(["2026-01-31", None])}, index=pd.date_range("2026-01-31", periods=2)),
    pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", "n"])),
    pd.DataFrame({"c": pd.Categorical(["a", "b"])}).astype({"c": "object"}),
    pd.DataFrame({"e": pd.array([1, None], dtype="Int64")}),
    pd.DataFrame(index=range(3)),
    pd.DataFrame({"mixte": [1, "deux", dt.date(2026, 1, 1)]}),
    pd.DataFrame([[1, 2.5]], columns=[2025, "n"]),
]


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_une_table_garde_ses_colonnes_ses_types_et_son_index(table):
    pd.testing.assert_frame_equal(traverser(table), table, check_freq=False)


def test_une_colonne_et_un_index_traversent():
    serie = pd.Series([1.0, 2.0], index=["a", "b"], name="ca")
    pd.testing.assert_series_equal(traverser(serie), serie)
    index = pd.Index([3, 1], name="n")
    pd.testing.assert_index_equal(traverser(index), index)


def profonde(niveaux: int) -> list:
    valeur: list = []
    for _ in range(niveaux):
        valeur = [valeur]
    return valeur


@pytest.mark.parametrize(
    "valeur",
    [lambda x: x, object(), print, 10**1000, profonde(50), [0] * (NOEUDS_MAX + 1), type("T", (int,), {})(3), 1j],
    ids=["fonction", "objet", "intégrée", "entier", "profonde", "longue", "sous-classe", "complexe"],
)
def test_ce_qui_n_est_pas_une_donnee_ne_traverse_pas(valeur):
    with pytest.raises(ValeurRefusee):
        encoder(valeur)


def test_un_objet_qui_ment_ne_fait_que_se_perdre():
    class Menteur(dict):
        def items(self):
            raise SystemExit

    class Egal(dict):
        __class__ = float  # type: ignore[assignment]

        def __eq__(self, autre):
            return True

    # One key refused, the other kept; what is said goes no further than a sentence.
    recu = json.loads(
        extraire({"a": Egal(), "b": 2, "c": math.pi}, ["a", "b", "c", "absente"])._repr_mimebundle_()[MIME]
    )
    assert recu["valeurs"] == {"a": {"$": "dict", "v": []}, "b": 2, "c": math.pi}
    with pytest.raises(SystemExit):
        extraire({"a": Menteur({1: 2})}, ["a"])


@pytest.mark.parametrize(
    "texte",
    [
        "[" * 100_000,
        "9" * 5_000,
        "[NaN]",
        "Infinity",
        "{",
        '"' + "a" * OCTETS_MAX + '"',
        None,
        b"1",
    ],
    ids=["imbriqué", "entier", "nan", "infini", "coupé", "long", "rien", "octets"],
)
def test_un_message_hostile_est_refuse_en_francais(texte):
    with pytest.raises(ValeurRefusee, match=r"^elle (dépasse|n'a pas)"):
        lire_json(texte)


@pytest.mark.parametrize(
    "arbre",
    [
        {"a": 1},
        {"$": "os.system", "v": "true"},
        {"$": "dict", "v": [[1, 2, 3]]},
        {"$": "entier", "v": "__import__('os')"},
        {"$": "entier", "v": "9" * 400},
        {"$": "date", "v": "hier"},
        {"$": "horodatage", "v": "now"},
        {"$": "rang", "v": 10**12},
        {"$": "tableau", "dtype": "object", "v": [1]},
        {"$": "tableau", "dtype": "float64", "v": "x"},
        {"$": "serie", "dtype": "category", "nom": None, "v": [], "index": {"$": "rang", "v": 0}},
        {"$": "table", "noms": ["a"], "colonnes": [], "index": {"$": "rang", "v": 0}},
        {"$": "table", "noms": [], "colonnes": [], "index": 3},
        {"$": ["dict"], "v": []},
        10**20,
        profonde(100),
        [0] * (2 * NOEUDS_MAX + 1),
    ],
)
def test_une_forme_qui_n_existe_pas_est_refusee(arbre):
    with pytest.raises(ValeurRefusee):
        verifier(arbre)


json_quelconque = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda contenu: (
        st.lists(contenu, max_size=4)
        | st.dictionaries(st.sampled_from(["$", "v", "dtype", "nom", "index", "noms", "colonnes"]), contenu, max_size=5)
        | st.builds(
            lambda genre, v: {"$": genre, "v": v},
            st.sampled_from(["dict", "tuple", "set", "serie", "table", "index", "multi", "rang", "duree", "decimal"]),
            contenu,
        )
    ),
    max_leaves=15,
)


@given(json_quelconque)
def test_n_importe_quel_json_est_refuse_ou_lu_sans_surprise(arbre):
    try:
        accepte = verifier(arbre)
    except ValeurRefusee:
        return
    espace: dict = {}
    injecter(espace, ["x"], json.dumps({"x": accepte}))
    reponse = json.loads(refus()._repr_mimebundle_()[MIME])
    assert ("x" in espace) != ("x" in reponse["refus"])


def test_une_valeur_qui_n_est_plus_la_est_retiree_de_b():
    espace = {"x": 1, "y": 2}
    injecter(espace, ["x"], "{}")
    assert espace == {"y": 2}


def test_trop_de_valeurs_a_la_fois_sont_refusees():
    texte = "a" * (OCTETS_MAX // 2)
    recu = json.loads(extraire({"a": texte, "b": texte, "c": 1}, ["a", "b", "c"])._repr_mimebundle_()[MIME])
    assert set(recu["valeurs"]) == {"a", "c"} or set(recu["valeurs"]) == {"a"}
    assert "dépasse" in recu["refus"]["b"]


def test_une_figure_devient_sa_description():
    from matplotlib.figure import Figure

    figure = Figure()
    axe = figure.subplots()
    axe.bar(["achats", "ventes"], [10.0, 30.0], label="exercice n")
    axe.plot([0, 1], [5.0, 6.0])
    axe.scatter([1, 2], [3, 4])
    axe.set(title="Activité", xlabel="poste", ylabel="k€")
    axe.legend()
    recu = traverser(figure)
    assert recu == decrire_figure(axe)
    assert recu == decrire_figure(recu)
    (dessin,) = recu["axes"]
    assert (dessin["titre"], dessin["x"], dessin["y"], dessin["legende"]) == ("Activité", "poste", "k€", ["exercice n"])
    assert {serie["genre"]: serie["y"] for serie in dessin["series"]} == {
        "ligne": [5.0, 6.0],
        "barres": [10.0, 30.0],
        "points": [3.0, 4.0],
    }
    with pytest.raises(TypeError):
        decrire_figure(3)


def test_un_decimal_enorme_reste_un_texte_court():
    assert traverser(Decimal("1E+400")) == Decimal("1E+400")
