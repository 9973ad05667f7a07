"""Autograding from a notebook: the parallel run in a process of its own, its progress line by line.

The run forks its workers; a kernel, which has threads, is no process to fork from.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi, muet, nombre

TOTAL, FAITE, FIN, ERREUR = "total", "faite", "fin", "erreur"
MOTIFS_MONTRES = 20


def corriger(
    cours: Path, devoir: str, *, tout: bool = False, isolation: str = "requise", suivi: Suivi = muet
) -> CompteRendu:
    """Corrige les copies d'un devoir qui ne le sont pas encore (toutes, avec ``tout``).

    Raises
    ------
    ErreurRncp
        La correction n'a pas pu commencer ou s'est arrêtée : une phrase. Les copies déjà corrigées le restent.
    """
    options = {"cours": str(cours), "devoir": devoir, "tout": tout, "isolation": isolation}
    commande = [sys.executable, "-m", "rncp_utils.pilotage.correction", json.dumps(options)]
    fin: dict[str, Any] = {}
    with tempfile.TemporaryFile() as journal:
        processus = subprocess.Popen(
            commande, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=journal, start_new_session=True
        )
        try:
            fin = _suivre(processus, suivi)
        except BaseException:
            os.killpg(processus.pid, signal.SIGTERM)
            raise
        finally:
            processus.stdout.close()
            processus.wait()
        if not fin:
            journal.seek(0)
            lignes = journal.read().decode("utf-8", "replace").strip().splitlines()
            raise ErreurRncp(
                f"La correction s'est arrêtée sans finir ({lignes[-1][:200] if lignes else 'sans message'}) : "
                "recommencez, elle reprendra où elle en est ; sinon, prévenez l'administrateur."
            )
    if ERREUR in fin:
        raise ErreurRncp(fin[ERREUR])
    return _compte_rendu(fin)


def _suivre(processus: subprocess.Popen, suivi: Suivi) -> dict[str, Any]:
    """Read the run's lines to the end; give the last word, empty when there was none."""
    total, faites, fin = 0, 0, {}
    for ligne in processus.stdout:
        try:
            message = json.loads(ligne)
        except ValueError:  # something else wrote on the output
            continue
        if TOTAL in message:
            total = message[TOTAL]
        elif FAITE in message:
            faites += 1
            suivi(faites, total, f"Copie de {message[FAITE]}")
        elif FIN in message or ERREUR in message:
            fin = message.get(FIN) or message
    return fin


def _compte_rendu(fin: dict[str, Any]) -> CompteRendu:
    phrases = [f"{nombre(fin['corrigees'], 'copie corrigée')}, {nombre(fin['deja'], 'copie déjà corrigée')} avant."]
    if fin["ailleurs"]:
        phrases.append(f"{nombre(fin['ailleurs'], 'copie')} en cours de correction sur un autre poste.")
    alertes = [f"{apprenant} : {' '.join(motifs)}" for apprenant, motifs in fin["a_voir"]]
    if len(alertes) > MOTIFS_MONTRES:
        reste = len(alertes) - MOTIFS_MONTRES
        alertes = [
            *alertes[:MOTIFS_MONTRES],
            f"… et {reste} autres copies à examiner : voyez le tableau des anomalies.",
        ]
    if fin["echecs"]:
        alertes.insert(0, f"{nombre(fin['echecs'], 'copie')} sans note : elles sont à examiner, puis à corriger.")
    return CompteRendu(phrases, alertes)


def _principal(options: Sequence[str]) -> None:
    """The other process: one JSON object a line on the standard output."""
    from rncp_utils.autograde.lot.ouvrier import A_EXAMINER, AILLEURS, CORRIGEE, DEJA, ECHEC
    from rncp_utils.autograde.lot.passage import Options, corriger_devoir

    demande = json.loads(options[0])
    sortie = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    # Whatever prints in here must not be taken for a message.
    os.dup2(2, 1)

    def dire(**message: Any) -> None:
        sortie.write(json.dumps(message) + "\n")

    def suivre(total: int):
        dire(total=total)
        return lambda resultat: dire(faite=resultat.apprenant)

    try:
        reglages = Options(isolation=demande["isolation"], tout=demande["tout"])
        passage = corriger_devoir(Path(demande["cours"]), demande["devoir"], reglages, suivi=suivre)
    except ErreurRncp as erreur:
        dire(erreur=str(erreur))
        return
    a_voir = [(r.apprenant, list(r.motifs)) for r in passage.resultats if r.motifs]
    bilan = {
        "corrigees": len(passage.de(CORRIGEE, A_EXAMINER)),
        "deja": len(passage.de(DEJA)),
        "ailleurs": len(passage.de(AILLEURS)),
        "echecs": len(passage.de(ECHEC)),
        "a_voir": a_voir,
    }
    dire(fin=bilan)


if __name__ == "__main__":
    _principal(sys.argv[1:])
