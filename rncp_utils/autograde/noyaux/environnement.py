"""Environment of the kernels: a fixed list, and what the caller may say of the copy. Nothing else of the parent's."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

# Whose copy, and what for; the other two are nbgrader's own words for it.
TRANSMISES = ("RNCP_APPRENANT", "RNCP_MODE", "NBGRADER_EXECUTION", "NBGRADER_VALIDATING")
VALEUR_MAX = 512
# Of the machine, not of the person who grades: time zone, and the kernel of OpenBLAS that suits the processor.
MACHINE = ("TZ", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
UN_SEUL_FIL = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def transmises(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of a caller that a kernel gets."""
    return {nom: env[nom][:VALEUR_MAX] for nom in TRANSMISES if nom in env}


def environnement_de_base(temporaire: str) -> dict[str, str]:
    """All that a process which holds the libraries needs; ``temporaire`` is its home and its place for caches."""
    env = {
        "HOME": temporaire,
        "TMPDIR": temporaire,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "IPYTHONDIR": f"{temporaire}/.ipython",
        "JUPYTER_CONFIG_DIR": f"{temporaire}/.jupyter",
        "JUPYTER_DATA_DIR": f"{temporaire}/.jupyter-data",
        "JUPYTER_RUNTIME_DIR": f"{temporaire}/.jupyter-runtime",
        "MPLCONFIGDIR": f"{temporaire}/.matplotlib",
        "PYTHONDONTWRITEBYTECODE": "1",
        # An arena a thread reserves address space that a limit would count.
        "MALLOC_ARENA_MAX": "2",
        # A thread of its own would make pyarrow's allocator unfit for a fork.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    env |= dict.fromkeys(UN_SEUL_FIL, "1")
    return env | {nom: os.environ[nom] for nom in MACHINE if nom in os.environ}
