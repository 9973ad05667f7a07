"""What a command tells at its end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from rncp_utils.demonstration.cycle import Bilan
from rncp_utils.formats import formater_nombre
from rncp_utils.grading import Exports
from rncp_utils.grading.blocs import AJOURNE, VALIDATION
from rncp_utils.grading.certifications import HORS_CERTIFICATION
from rncp_utils.grading.documents import Ecrits
from rncp_utils.grading.notes import A_CONFIRMER
from rncp_utils.typographie import enumerer

SIGNES = {VALIDATION: "✔", AJOURNE: "✘", A_CONFIRMER: "?"}
# What the coordinator sees first of a copy: code of the anomaly → remark.
REMARQUES = {
    "copie_vide": "copie vide",
    "notebook_illisible": "notebook illisible",
    "json": "réponses illisibles",
    "retouche": "journal retouché",
    "cellule_manquante": "cellule supprimée",
    "erreur_bloquante": "erreur bloquante possible",
}


def raconter_demonstration(bilan: Bilan, console: Console) -> None:
    """A short table of the class, what was out of the ordinary, and where the files are."""
    exports = bilan.exports
    console.print()
    console.print(_table_de_la_classe(bilan))
    console.print("✔ proposé à validation   ✘ proposé ajourné   ? à confirmer   – non évalué   (taux en %)")
    for phrase in _phrases(bilan):
        console.print(f"\n{phrase}")
    console.print("\n[bold]Fichiers[/bold] (la page s'ouvre dans un navigateur, sans serveur) :")
    for chemin in exports.fichiers:
        console.print(f"  {_court(chemin)}", soft_wrap=True)
    _raconter_les_documents(bilan.documents, console)
    retours = bilan.cours.dossier / "feedback"
    console.print(f"\n[bold]Retours aux apprenants[/bold] : {_court(retours)} (apprenant, devoir).", soft_wrap=True)


def _phrases(bilan: Bilan) -> list[str]:
    """What was done, what is missing, what a person still has to do; no more."""
    exports = bilan.exports
    remises = exports.devoirs["statut"].ne("non remis").sum()
    phrases = [
        f"{len(bilan.epreuves)} épreuves, {remises} copies corrigées par la machine, puis par des formateurs et des "
        f"experts fictifs ; anomalies dites une à une dans anomalies.csv : {len(exports.anomalies)}."
    ]
    if bilan.absentes:
        phrases.append(
            f"Épreuves de la fiche absentes de cette démonstration : {', '.join(bilan.absentes)}. "
            "Leurs blocs restent « non évalué »."
        )
    attente = exports.blocs[exports.blocs["proposition"] == A_CONFIRMER]
    if not attente.empty:
        qui = [f"{ligne.apprenant} ({ligne.bloc})" for ligne in attente.itertuples()]
        phrases.append(f"À confirmer, une note manuelle manque : {enumerer(qui)}.")
    phrases.append(
        "L'outil propose, le jury décide : aucun statut n'est une certification. Personnes, copies, notes et décisions "
        "sont fictives."
    )
    if not bilan.isolee:
        phrases.append("Cette machine n'offre pas l'isolation : ces copies fictives ont été corrigées sans elle.")
    return phrases


def _raconter_les_documents(documents: Ecrits, console: Console) -> None:
    """The documents of the jury by name, the booklets by their number."""
    affichables = [chemin for chemin in documents.fichiers if chemin.suffix == (".pdf" if _pdf(documents) else ".html")]
    livrets = [chemin for chemin in affichables if chemin.name.startswith("livret")]
    console.print("\n[bold]Documents du jury[/bold] (session fictive : inscriptions, jury, décisions) :")
    for chemin in [*(c for c in affichables if c not in livrets), *livrets[:1]]:
        console.print(f"  {_court(chemin)}", soft_wrap=True)
    console.print(
        f"  … les livrets des autres apprenants ({len(livrets) - 1}), les pages HTML et les classeurs à côté."
    )
    for remarque in documents.remarques:
        console.print(remarque)


def _pdf(documents: Ecrits) -> bool:
    return any(chemin.suffix == ".pdf" for chemin in documents.fichiers)


def _table_de_la_classe(bilan: Bilan) -> Table:
    exports = bilan.exports
    codes = list(exports.referentiel.codes_blocs)
    table = Table(title="Ce que l'outil propose au jury", title_justify="left", show_edge=False)
    table.add_column("Apprenant", no_wrap=True)
    for code in codes:
        table.add_column(code, justify="right", no_wrap=True)
    table.add_column("Remarque")
    blocs = exports.blocs.set_index(["apprenant", "bloc"])
    for apprenant in exports.certifications["apprenant"]:
        cases = [_case(blocs.loc[(apprenant, code)]) for code in codes]
        table.add_row(str(apprenant), *cases, _remarque(apprenant, exports))
    return table


def _case(bloc: pd.Series) -> str:
    if pd.isna(bloc["taux"]):
        return "–"
    return f"{SIGNES.get(bloc['proposition'], '–')} {formater_nombre(100 * bloc['taux'], 0)}"


def _remarque(apprenant: str, exports: Exports) -> str:
    dossier = exports.certifications.set_index("apprenant").loc[apprenant]
    remarques = ["VAE"] if dossier["voie"] == "experience" else []
    remarques += [HORS_CERTIFICATION] if dossier["dossier"] == HORS_CERTIFICATION else []
    absences = exports.absences[exports.absences["apprenant"] == apprenant]
    remarques += [f"absence justifiée {devoir}" for devoir in absences["devoir"]]
    retards = exports.devoirs[(exports.devoirs["apprenant"] == apprenant) & (exports.devoirs["retard_s"] > 0)]
    remarques += [f"en retard {devoir}" for devoir in retards["devoir"]]
    siennes = exports.anomalies[exports.anomalies["apprenant"] == apprenant].drop_duplicates(["devoir", "code"])
    remarques += [f"{REMARQUES[a.code]} {a.devoir}" for a in siennes.itertuples() if a.code in REMARQUES]
    return ", ".join(remarques)


def _court(chemin: Path) -> Path:
    try:
        return chemin.resolve().relative_to(Path.cwd())
    except ValueError:
        return chemin
