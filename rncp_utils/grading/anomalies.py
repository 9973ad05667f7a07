"""Ce qui ne s'accorde pas entre le carnet de notes, ``source/`` et les fichiers de la session."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rncp_utils.erreurs import ErreurSchema
from rncp_utils.grading.entrees import Entrees
from rncp_utils.grading.epreuves import EN_TROP, VAE
from rncp_utils.grading.notes import NON_REMIS

COLONNES = ("apprenant", "devoir", "cellule", "code", "motif")
HORS_SOURCE, BAREME_DIFFERENT = "hors_source", "bareme_different"
RATTRAPAGE_EN_TROP, COPIE_VAE = "rattrapage_en_trop", "copie_vae"
ABSENCE_ET_COPIE, ABSENCE_SANS_DEVOIR = "absence_et_copie", "absence_sans_devoir"
APPRENANT_INCONNU, PROPOSITION_CHANGEE = "apprenant_inconnu", "proposition_changee"

Anomalies = Iterator[tuple[str, str, str, str, str]]


def reunir(
    signalees: pd.DataFrame | None,
    notes: pd.DataFrame,
    cellules: pd.DataFrame,
    entrees: Entrees,
    decisions: pd.DataFrame,
) -> pd.DataFrame:
    """The given anomalies, then what the gradebook, source/ and the session do not agree on."""
    signalees = pd.DataFrame(columns=list(COLONNES)) if signalees is None else signalees
    manquantes = {"apprenant", "devoir", "cellule", "motif"} - set(signalees.columns)
    if manquantes:
        raise ErreurSchema(
            f"La table des anomalies n'a pas les colonnes attendues ({', '.join(sorted(manquantes))}) : "
            "attendu apprenant, devoir, cellule, motif."
        )
    trouvees = [*_des_copies(notes), *_des_absences(entrees, notes), *_des_inconnus(entrees, notes)]
    trouvees += _des_decisions(decisions)
    tables = [
        signalees.reindex(columns=list(COLONNES)),
        _desaccords(notes, cellules),
        pd.DataFrame(trouvees, columns=list(COLONNES)),
    ]
    return pd.concat([table.astype(object) for table in tables], ignore_index=True).fillna("")


def _desaccords(notes: pd.DataFrame, cellules: pd.DataFrame) -> pd.DataFrame:
    """Graded cells that source/ does not tag, or whose points changed since the assignment was generated."""
    # Every learner has the same cells: the rows of the first one name them all.
    siennes = notes[notes["apprenant"] == notes["apprenant"].iloc[0]] if len(notes) else notes
    uniques = siennes.drop_duplicates(["devoir", "notebook", "cellule"])
    source = cellules.assign(notebook=cellules["notebook"].astype(str).str.removesuffix(".ipynb"))
    source = source.set_index(["devoir", "notebook", "cellule"])["points"].to_dict()
    points = [source.get(cle) for cle in uniques[["devoir", "notebook", "cellule"]].itertuples(index=False, name=None)]
    bareme = pd.Series(points, index=uniques.index, dtype=float)
    sans_etiquette = uniques[uniques["competence"].isna()].assign(
        code=HORS_SOURCE,
        motif="Cellule notée sans compétence dans source/ : ses points ne comptent que dans le total du devoir.",
    )
    change = uniques[bareme.notna() & ((bareme - uniques["max"]).abs() > 1e-9)].assign(
        code=BAREME_DIFFERENT,
        motif="Barème différent dans source/ et dans le carnet de notes : générez à nouveau le devoir, puis corrigez.",
    )
    return pd.concat([sans_etiquette, change]).assign(apprenant="")[list(COLONNES)]


def _des_copies(notes: pd.DataFrame) -> Anomalies:
    """Copies that the rules leave aside."""
    phrases = {
        EN_TROP: (
            RATTRAPAGE_EN_TROP,
            "Rattrapage en plus de ceux que les règles admettent : la copie ne compte pas.",
        ),
        VAE: (COPIE_VAE, "Candidat à la VAE : la copie ne compte pas, seul le livret de preuves est jugé."),
    }
    ecartees = notes[notes["prise_en_compte"].isin(list(phrases)) & (notes["statut"] != NON_REMIS)]
    copies = ecartees.drop_duplicates(["apprenant", "devoir"])[["apprenant", "devoir", "prise_en_compte"]]
    for apprenant, devoir, prise in copies.itertuples(index=False):
        yield apprenant, devoir, "", *phrases[prise]


def _des_absences(entrees: Entrees, notes: pd.DataFrame) -> Anomalies:
    if entrees.absences.empty:
        return
    devoirs = set(notes["devoir"].unique())
    concernees = notes[notes["apprenant"].isin(entrees.absences["apprenant"]) & (notes["statut"] != NON_REMIS)]
    remises = set(zip(concernees["apprenant"], concernees["devoir"], strict=True))
    for apprenant, devoir in entrees.absences[["apprenant", "devoir"]].itertuples(index=False):
        if (apprenant, devoir) in remises:
            motif = "Absence enregistrée, mais une copie est remise : la copie compte ; corrigez absences.csv."
            yield apprenant, devoir, "", ABSENCE_ET_COPIE, motif
        elif devoir not in devoirs:
            motif = "Absence à un devoir que le carnet de notes ne contient pas : elle ne peut pas compter."
            yield apprenant, devoir, "", ABSENCE_SANS_DEVOIR, motif


def _des_inconnus(entrees: Entrees, notes: pd.DataFrame) -> Anomalies:
    """Learners of the session that the gradebook does not know: a slip in an identifier would go unseen."""
    connus = set(notes["apprenant"].unique())
    for fichier, table in vars(entrees).items():
        for apprenant in dict.fromkeys(table["apprenant"]):
            if apprenant not in connus:
                yield apprenant, "", "", APPRENANT_INCONNU, f"« {apprenant} » ({fichier}) n'est pas au carnet de notes."


def _des_decisions(decisions: pd.DataFrame) -> Anomalies:
    """Decisions taken on a proposal that is no longer the same."""
    vues = decisions[(decisions["vue"] != "") & (decisions["vue"] != decisions["proposition"])]
    for ligne in vues.itertuples():
        motif = (
            f"{ligne.objet} : le jury a vu « {ligne.vue} », la proposition est maintenant « {ligne.proposition} » ; "
            "soumettez-lui le dossier à nouveau."
        )
        yield ligne.apprenant, "", "", PROPOSITION_CHANGEE, motif
