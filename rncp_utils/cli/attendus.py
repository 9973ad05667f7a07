"""``rncp attendus``: what a grader compares a copy with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table


@click.command()
@click.argument("devoir")
@click.argument("apprenant")
@click.option("--session", default=None, help="Session, si le devoir n'est pas distribué ici (par exemple 2026-S2).")
@click.pass_obj
def attendus(cours: Path, devoir: str, apprenant: str, session: str | None) -> None:
    """Afficher les réponses attendues d'une copie, avec les chiffres de sa variante. Réservé au correcteur."""
    from rncp_utils.autograde.attendus import attendus_de
    from rncp_utils.autograde.cours import trouver_cours

    table = Table(title=f"{devoir}, copie de {apprenant} : confidentiel", show_edge=False)
    for titre in ("Partie", "Champ", "Attendu"):
        table.add_column(titre)
    for cellule, champs in attendus_de(trouver_cours(cours), devoir, apprenant, session).items():
        for champ, valeur in champs.items():
            for nom, texte in _lignes(champ, valeur):
                table.add_row(cellule, nom, texte)
    Console(highlight=False).print(table)


def _lignes(champ: str, valeur: Any) -> list[tuple[str, str]]:
    if isinstance(valeur, dict):
        return [(f"{champ} › {case}", str(texte)) for case, texte in valeur.items()]
    return [(champ, ", ".join(valeur) if isinstance(valeur, list) else str(valeur))]
