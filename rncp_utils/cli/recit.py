"""What a command tells at its end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from rncp_utils.demonstration.cycle import DEVOIR, Bilan
from rncp_utils.formats import formater_nombre
from rncp_utils.grading.documents import Ecrits


def raconter_demonstration(bilan: Bilan, console: Console) -> None:
    """A short table of the class, what was out of the ordinary, and where the files are."""
    exports = bilan.exports
    console.print()
    console.print(_table_de_la_classe(exports.notes, exports.anomalies))
    sans_statut = sorted(set(exports.competences.loc[exports.competences.statut == "non évalué", "competence"]))
    console.print(
        f"\nUne seule épreuve est passée ({DEVOIR}) : aucun statut n'est définitif "
        f"({len(sans_statut)} compétences sur {exports.competences.competence.nunique()} restent « non évalué »)."
    )
    console.print(f"{len(exports.anomalies)} anomalies relevées, dites une à une dans anomalies.csv.\n")
    console.print("[bold]Fichiers[/bold] (la page s'ouvre dans un navigateur, sans serveur) :")
    for chemin in exports.fichiers:
        console.print(f"  {_court(chemin)}", soft_wrap=True)
    _raconter_les_documents(bilan.documents, console)


def _raconter_les_documents(documents: Ecrits, console: Console) -> None:
    """The documents of the jury by name, the booklets by their number."""
    affichables = [chemin for chemin in documents.fichiers if chemin.suffix == (".pdf" if _pdf(documents) else ".html")]
    livrets = [chemin for chemin in affichables if chemin.name.startswith("livret")]
    console.print("\n[bold]Documents du jury[/bold] (session fictive : inscriptions, jury, une décision) :")
    for chemin in [*(c for c in affichables if c not in livrets), *livrets[:1]]:
        console.print(f"  {_court(chemin)}", soft_wrap=True)
    console.print(f"  … et {len(livrets) - 1} autres livrets, les pages HTML et les classeurs, dans le même dossier.")
    for remarque in documents.remarques:
        console.print(remarque)


def _pdf(documents: Ecrits) -> bool:
    return any(chemin.suffix == ".pdf" for chemin in documents.fichiers)


def _table_de_la_classe(notes: pd.DataFrame, anomalies: pd.DataFrame) -> Table:
    competences = sorted(notes["competence"].astype(str).unique(), key=lambda code: int(code[1:]))
    taux = notes.pivot_table(
        index="apprenant", columns="competence", values=["points", "max"], aggfunc="sum", min_count=1, observed=True
    )
    total = notes.groupby("apprenant", observed=True)["points"].sum(min_count=1)
    retard = notes.groupby("apprenant", observed=True)["retard_s"].max()
    table = Table(
        title=f"{DEVOIR} : taux de réussite par compétence, en %, et total sur 100",
        title_justify="left",
        show_edge=False,
    )
    table.add_column("Apprenant", no_wrap=True)
    for code in [*competences, "Total"]:
        table.add_column(code, justify="right", no_wrap=True)
    table.add_column("Remarque", no_wrap=True)
    for apprenant, points in total.items():
        cases = [_taux(taux.loc[apprenant], code) for code in competences]
        remarque = _remarque(points, retard[apprenant], anomalies[anomalies.apprenant == apprenant])
        table.add_row(str(apprenant), *cases, "–" if pd.isna(points) else formater_nombre(points, 1), remarque)
    return table


def _taux(ligne: pd.Series, competence: str) -> str:
    points, maximum = ligne["points"].get(competence), ligne["max"].get(competence)
    return "–" if pd.isna(points) else formater_nombre(100 * points / maximum, 0)


def _remarque(points: float, retard_s: float, anomalies: pd.DataFrame) -> str:
    if pd.isna(points):
        return "non remis"
    remarques = ["en retard"] if retard_s > 0 else []
    codes = set(anomalies["code"])
    remarques += ["copie vide"] if "copie_vide" in codes else ["copie abîmée"] if codes else []
    return ", ".join(remarques)


def _court(chemin: Path) -> Path:
    try:
        return chemin.resolve().relative_to(Path.cwd())
    except ValueError:
        return chemin
