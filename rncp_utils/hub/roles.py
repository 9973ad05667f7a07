"""Who may do what on the Hub: one role a person, a Hub group a role, the least scopes for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COURS = "rncp31919"
# Accounts that nobody logs in with: the one that owns the course and grades, the one that keeps the session's papers.
CORRECTEUR, COORDINATION, MANDATAIRE = "rncp-correcteur", "rncp-coordination", "rncp-mandataire"
GROUPE_COURS, GROUPE_EXPERTS = "rncp-cours", "rncp-experts"
# Group of the Hub in which nbgrader looks for the graders of a course.
CORRECTEURS = f"formgrade-{COURS}"
SERVICE_INSCRIPTION, SERVICE_VEILLE = "inscription", "veille"


@dataclass(frozen=True)
class Role:
    """What a kind of person gets.

    Attributes
    ----------
    code
        As written in the CSV of people.
    groupe
        Group of the Hub; the first two have the names that nbgrader looks for.
    compte
        Shared system account under which the servers run; empty for the person's own.
    page
        Notebook that opens first.
    memoire, processus
        Bounds of a server with all its kernels: bytes, processes and threads.
    """

    code: str
    libelle: str
    groupe: str
    compte: str
    page: str
    memoire: int
    processus: int
    masque: int = 0o027


MIO = 1 << 20
APPRENANT = Role("apprenant", "apprenant", f"nbgrader-{COURS}", "", "accueil.ipynb", 1536 * MIO, 512, masque=0o022)
FORMATEUR = Role("formateur", "formateur", CORRECTEURS, CORRECTEUR, "formateur.ipynb", 4096 * MIO, 1024)
EXPERT = Role("expert", "expert métier", f"experts-{COURS}", "", "expert.ipynb", 1536 * MIO, 512)
COORDINATEUR = Role(
    "coordinateur", "coordinateur", f"coordination-{COURS}", COORDINATION, "coordinateur.ipynb", 4096 * MIO, 1024
)
ROLES = {role.code: role for role in (APPRENANT, FORMATEUR, EXPERT, COORDINATEUR)}


def role_des_groupes(groupes: list[str]) -> Role | None:
    """The role that these groups of the Hub give; None for somebody who has none."""
    return next((role for role in ROLES.values() if role.groupe in groupes), None)


def roles_du_hub() -> list[dict[str, Any]]:
    """``c.JupyterHub.load_roles``."""
    formgrader = [f"access:services!service={COURS}", "list:services", f"read:services!service={COURS}"]
    return [
        # A server acts for its owner, within the owner's own rights: the last three are void for a learner's.
        {
            "name": "server",
            "scopes": ["users:activity!user", "access:servers!user", "read:users:groups!user", *formgrader],
        },
        {"name": CORRECTEURS, "groups": [CORRECTEURS], "scopes": formgrader},
        # nbgrader asks in which courses the grading account is.
        {"name": f"correction-{COURS}", "services": [COURS], "scopes": [f"read:users:groups!user={CORRECTEUR}"]},
        {
            "name": SERVICE_VEILLE,
            "services": [SERVICE_VEILLE],
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        },
        {
            "name": SERVICE_INSCRIPTION,
            "services": [SERVICE_INSCRIPTION],
            "scopes": ["admin:users", "admin:groups", "read:servers", "delete:servers", "read:hub"],
        },
    ]
