"""Who works in this kernel, and what for."""

from __future__ import annotations

import os
import pwd

APPRENANT = "apprenant"
CORRECTION = "correction"
TEST = "test"

# Account that the usual notebook container images give to everybody.
SHARED_ACCOUNT = "jovyan"


def apprenant() -> str:
    """Identifier of the learner: ``RNCP_APPRENANT`` if set, else the account name, or the Hub's on a shared account."""
    if impose := os.environ.get("RNCP_APPRENANT", "").strip():
        return impose
    try:
        # As nbgrader names the person who submits: from the account, not from variables that one may set.
        compte = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account number without a name, as some containers have
        compte = SHARED_ACCOUNT
    if compte == SHARED_ACCOUNT:
        return os.environ.get("JUPYTERHUB_USER", "").strip() or compte
    return compte


def mode() -> str:
    """``"correction"`` while nbgrader grades, ``"test"`` when ``RNCP_MODE`` says so, else ``"apprenant"``.

    ``nbgrader validate`` runs for the learner, on the learner's own machine: it counts as ``"apprenant"``.
    """
    if os.environ.get("NBGRADER_EXECUTION", "") not in ("", "validate"):
        return CORRECTION
    return TEST if os.environ.get("RNCP_MODE") == TEST else APPRENANT
