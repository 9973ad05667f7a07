"""Warm kernels that a learner's code cannot leave.

Who does what, in processes:

- *gardien* (small): listens on a private Unix socket, forks one supervisor a kernel;
- *reserve* (big): holds the libraries and no secret, forks a kernel when a supervisor asks;
- *superviseur* (small, one a kernel): makes the namespaces, tells how the kernel ended, leaves nothing behind;
- *cloison* (small): first process of the kernel's namespaces; its end is the end of all that the kernel started;
- the kernel itself, which has given up every right before any learner's code runs.

``provisioner`` and ``gestionnaire`` are what Jupyter sees of it. In ``nbgrader_config.py``::

    c.Execute.kernel_manager_class = "rncp_utils.autograde.noyaux.gestionnaire.GestionnaireIsole"
    c.Execute.kernel_name = "rncp-isole"

(nbclient gives its kernel manager no list of kernelspecs: the manager class is the door.) ``RNCP_ZYGOTE`` and
``RNCP_ISOLATION`` then say which zygote and whether to wall in; without them the first kernel starts a zygote, which
ends with the process. When a kernel was ended, ``km.provisioner.fin`` says why, as a French sentence part.
"""
