"""ipykernel's application and kernel, made in two times: what needs no socket is done once, in the reserve.

Making them costs a kernel three times what forking it does: it touches an object of each loaded module, and each
page touched is a page copied.
"""

from __future__ import annotations

import sys
import uuid
from functools import lru_cache
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.application import BaseIPythonApplication
from IPython.core.profiledir import ProfileDir
from IPython.paths import get_ipython_dir
from traitlets import Type
from traitlets.config import Config

# What the arguments may say of a kernel that is made already; with anything else, it is made again.
_SANS_EFFET_SUR_LE_NOYAU = {
    "Application": {"log_level"},
    "IPKernelApp": {"log_level", "parent_handle"},
    "InteractiveShellApp": {"ignore_cwd"},
}
INLINE = "module://matplotlib_inline.backend_inline"
_BASE = Config({"HistoryManager": {"hist_file": ":memory:"}})


class PreparedKernel(IPythonKernel):
    """A kernel that its application finds made, and connects."""

    @classmethod
    def instance(cls, *args: Any, **kwargs: Any) -> PreparedKernel:
        if cls._instance is None:
            return super().instance(*args, **kwargs)
        if kwargs:  # its application's call; others only want to know which one it is
            cls._instance.raccorder(**kwargs)
        return cls._instance

    def raccorder(self, **kwargs: Any) -> None:
        """Give this process's session, sockets and streams to what was made without them."""
        kwargs.pop("user_ns")  # it has its own
        for nom, valeur in kwargs.items():
            setattr(self, nom, valeur)
        self.ident = str(uuid.uuid4())
        self._stdout, self._stderr = sys.stdout, sys.stderr
        shell = self.shell
        shell.ipython_dir, shell.profile_dir = self.parent.ipython_dir, self.profile_dir
        shell.displayhook.topic = self._topic("execute_result")
        for sortie in (shell.displayhook, shell.display_pub):
            sortie.session, sortie.pub_socket = self.session, self.iopub_socket
        # The environment was emptied since.
        shell.init_environment()


class _EnDeuxTemps(BaseIPythonApplication):
    """Comes after ``IPKernelApp`` in the order of classes: its ``super().initialize()`` is this one."""

    pret = False

    def initialize(self, argv: Any = None) -> None:
        if not self.pret:
            super().initialize(argv)
            self.pret = True
            return
        self.init_profile_dir()


class Application(IPKernelApp, _EnDeuxTemps):
    """A kernel without configuration files: nothing of the machine, nor of the copy, has a say in how it runs."""

    kernel_class = Type(PreparedKernel, klass="ipykernel.kernelbase.Kernel").tag(config=True)

    _pdb = False
    # Asked for by the arguments: the kernel's folder is not a place to import from. Otherwise it is the last one, so
    # that no file of a copy takes the place of a library; ipykernel would put it before the libraries.
    dossier_ignore = False
    # The arguments change what was made in the reserve: it is made again.
    refait = False

    def preparer(self) -> None:
        """First time: no socket, no thread."""
        # Handle 1 means « the parent is pid 1 »: no thread looks whether it lives, the supervisor does better.
        self.parent_handle = 1
        self.update_config(_BASE)
        _EnDeuxTemps.initialize(self, [])
        self.init_pdb()
        # It has to have one; the kernel's own takes its place.
        profil = ProfileDir.create_profile_dir_by_name(self.ipython_dir, "default")
        noyau = PreparedKernel.instance(parent=self, log=self.log, profile_dir=profil, user_ns=None)
        noyau.shell._sys_modules_keys = set(sys.modules)
        _raccorder_les_bibliotheques()

    def achever(self, fichier: str, config: Config) -> None:
        """Second time, in the kernel's process: ``fichier`` tells the connection."""
        self.refait = _change_le_noyau(config)
        if self.refait:
            PreparedKernel.instance().shell.clear_instance()
            PreparedKernel.clear_instance()
        self.update_config(config)
        self.dossier_ignore, self.ignore_cwd = self.ignore_cwd, True
        self.ipython_dir = get_ipython_dir()
        self.connection_file = fichier
        self.initialize([])
        if not self.dossier_ignore:
            sys.path.append("")

    def init_profile_dir(self) -> None:
        if self.pret:
            super().init_profile_dir()

    def init_config_files(self) -> None:
        """None are read."""

    def load_config_file(self, suppress_errors: Any = None) -> None:
        """None are read."""

    def init_code(self) -> None:
        if self.refait:
            super().init_code()
            return
        # No startup file to run; and ipykernel's list of the names of modules was made with the kernel.
        self.shell.user_ns_hidden.update(self.shell.user_ns)

    def init_pdb(self) -> None:
        if not self._pdb:
            super().init_pdb()
            self._pdb = True


def _raccorder_les_bibliotheques() -> None:
    """What these do at import when they find a kernel, and that the reserve, loading them before it, missed."""
    if "matplotlib" in sys.modules:
        import matplotlib

        matplotlib.rcParams["backend"] = INLINE
    if "ipywidgets" in sys.modules:
        import ipywidgets

        ipywidgets.register_comm_target()


def _change_le_noyau(config: Config) -> bool:
    return any(
        reglages != _BASE.get(section) and not set(reglages) <= _SANS_EFFET_SUR_LE_NOYAU.get(section, set())
        for section, reglages in config.items()
    )


@lru_cache(maxsize=64)
def lire_arguments(arguments: tuple[str, ...]) -> Config:
    """Configuration that command line arguments say; read once in the reserve for all the kernels that follow.

    Raises
    ------
    ValueError
        An argument that ipykernel does not know.
    """
    app = Application.instance()
    drapeaux, alias = app.flatten_flags()
    classes = list(app._classes_with_config_traits())
    chargeur = app._create_loader(list(arguments), alias, drapeaux, classes=classes)
    try:
        return Config(chargeur.load_config())
    except SystemExit as erreur:
        raise ValueError(f"arguments du noyau illisibles : {' '.join(arguments)}") from erreur
