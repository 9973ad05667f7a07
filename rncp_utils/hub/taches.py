"""What is written in the course, done by the account that owns the place: the administrator's rights stay out of it.

``python -m rncp_utils.hub.taches NOM`` reads its arguments on the standard input, as JSON, and answers the same way.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.hub.comptes import executer_comme
from rncp_utils.hub.deploiement import deployer
from rncp_utils.hub.lieux import Lieux

MASQUE = 0o027


def comme(compte: str, lieux: Lieux, tache: str, **arguments: Any) -> Any:
    """Do a task of :data:`TACHES` as ``compte``; its errors are raised here. Without root, as oneself.

    Raises
    ------
    ErreurRncp
        The sentence of the task, or the end of what it printed.
    """
    python = lieux.dans_l_environnement("python") if lieux.environnement.exists() else sys.executable
    env = {"PATH": f"{Path(python).parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    fini = subprocess.run(
        [python, "-I", "-m", "rncp_utils.hub.taches", tache],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        cwd="/",
        env=env | {"MPLCONFIGDIR": "/nonexistent", "IPYTHONDIR": "/nonexistent"},
        umask=MASQUE,
        check=False,
        **executer_comme(compte),
    )
    lignes = fini.stdout.strip().splitlines()
    try:
        reponse = json.loads(lignes[-1])
    except (IndexError, ValueError):
        detail = fini.stderr.strip().splitlines()
        raise ErreurRncp(
            f"L'étape « {tache} » s'est arrêtée ({detail[-1][:300] if detail else f'code {fini.returncode}'}) : "
            "recommencez, ce qui est déjà fait sera gardé."
        ) from None
    if "erreur" in reponse:
        raise ErreurRncp(reponse["erreur"])
    return reponse["rendu"]


def deployer_le_cours(livraison: str, cours: str) -> list[str]:
    """Sources, keys and dashboards of a version; give what instructors changed and keep."""
    return deployer(Path(livraison), Path(cours), Path(cours) / ".rncp" / "livraison.json")


def preparer_le_carnet(cours: str) -> bool:
    """Make the gradebook, so that those who only read it find one."""
    from rncp_utils.autograde.cours import ouvrir_cours

    with ouvrir_cours(Path(cours)).api.gradebook:
        return True


def adresse_du_carnet(cours: str) -> str:
    """SQLAlchemy address of the gradebook, as the settings of the course say."""
    from rncp_utils.autograde.cours import lire_config

    return lire_config(Path(cours))[1].db_url


def inscrire_au_cours(cours: str, apprenants: list[list[str]], experts: list[list[str]]) -> list[str]:
    """Put learners (identifier, name, first name) in the gradebook, declare experts; give the new learners."""
    declarer_les_experts(cours, experts, [identifiant for identifiant, *_ in apprenants])
    return inscrire_au_carnet(cours, apprenants) if apprenants else []


def inscrire_au_carnet(cours: str, apprenants: list[list[str]]) -> list[str]:
    """Put learners (identifier, name, first name) in the gradebook; give the new ones."""
    from rncp_utils.autograde.cours import ouvrir_cours

    with ouvrir_cours(Path(cours)).api.gradebook as carnet:
        connus = {eleve.id for eleve in carnet.students}
        for identifiant, nom, prenom in apprenants:
            carnet.update_or_create_student(identifiant, first_name=prenom, last_name=nom)
    return [identifiant for identifiant, *_ in apprenants if identifiant not in connus]


def inscrire_a_la_session(cours: str, apprenants: list[list[str]]) -> int:
    """Put learners (identifier, name, first name, way, date) in ``inscriptions.csv``; an empty cell changes nothing."""
    import pandas as pd

    from rncp_utils.grading.entrees import COLONNES_INSCRIPTIONS, DEROGATION, DOSSIER, INSCRIPTIONS, lire_inscriptions
    from rncp_utils.referentiel import charger_referentiel
    from rncp_utils.tableurs import ecrire_csv_fr

    connues = lire_inscriptions(Path(cours), charger_referentiel()).astype(object)
    lignes = {ligne["apprenant"]: ligne for ligne in connues.to_dict("records")}
    for identifiant, nom, prenom, voie, jour in apprenants:
        avant = lignes.get(identifiant, {"voie": "", "date_entree": None, DEROGATION: ""})
        date = dt.date.fromisoformat(jour) if jour else avant["date_entree"]
        lignes[identifiant] = avant | {"apprenant": identifiant, "nom": nom, "prenom": prenom}
        lignes[identifiant] |= {"voie": voie or avant["voie"], "date_entree": date}
    table = pd.DataFrame(list(lignes.values()), columns=[*COLONNES_INSCRIPTIONS, DEROGATION], dtype=object)
    ecrire_csv_fr(table.sort_values("apprenant"), Path(cours) / DOSSIER / INSCRIPTIONS)
    return len(table)


def declarer_les_experts(cours: str, experts: list[list[str]], apprenants: list[str]) -> int:
    """Declare experts (account, name, quality), and tell their dashboard who they are and whom they observe."""
    import pandas as pd

    from rncp_utils.grading.grilles import declarer_observateur
    from rncp_utils.pilotage.expert import ecrire_annuaire

    for _, nom, qualite in experts:
        declarer_observateur(Path(cours), nom, qualite)
    ecrire_annuaire(Path(cours), pd.DataFrame(experts, columns=["compte", "nom", "qualite"]), apprenants)
    return len(experts)


TACHES: dict[str, Callable[..., Any]] = {
    fonction.__name__: fonction
    for fonction in (
        deployer_le_cours,
        preparer_le_carnet,
        adresse_du_carnet,
        inscrire_au_cours,
        inscrire_a_la_session,
    )
}


def main(nom: str) -> None:
    """One line of JSON on the standard output: ``rendu`` or ``erreur``."""
    try:
        reponse = {"rendu": TACHES[nom](**json.load(sys.stdin))}
    except ErreurRncp as erreur:
        reponse = {"erreur": str(erreur)}
    print(json.dumps(reponse))


if __name__ == "__main__":
    main(sys.argv[1])
