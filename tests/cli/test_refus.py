"""What goes wrong in a command is one French sentence, never a traceback."""

from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from rncp_utils.cli.principal import CommandesFrancaises


def test_un_dossier_interdit_se_dit_en_une_phrase():
    @click.group(cls=CommandesFrancaises)
    def commandes():
        pass

    @commandes.command()
    def lire():
        raise PermissionError(13, "Permission denied", str(Path("session") / "jury.csv"))

    rendu = CliRunner().invoke(commandes, ["lire"])
    assert rendu.exit_code == 1
    assert "Ce compte n'a pas accès à « session/jury.csv »" in " ".join(rendu.output.split())
    assert "Traceback" not in rendu.output
