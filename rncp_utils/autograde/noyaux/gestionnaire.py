"""What nbclient and nbgrader ask for kernels: ``c.Execute.kernel_manager_class``.

nbclient gives a kernel manager no list of kernelspecs, so the manager brings the one that knows ours: nothing is
installed on the machine, and learners do not see this kernel in their JupyterLab.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from traitlets import CaselessStrEnum, DottedObjectName, Unicode, default
from traitlets.utils.importstring import import_item

NOM = "rncp-isole"
CLIENT = "rncp_utils.autograde.noyaux.client.ClientRapide"


class NoyauxSpecs(KernelSpecManager):
    """The usual kernelspecs, and this package's."""

    @default("kernel_dirs")
    def _kernel_dirs_default(self) -> list[str]:
        return [str(Path(__file__).parent / "kernels"), *super()._kernel_dirs_default()]


class GestionnaireIsole(AsyncKernelManager):
    """A kernel manager whose kernels are warm and walled in."""

    kernel_name = Unicode(NOM)
    transport = CaselessStrEnum(["tcp", "ipc"], default_value="ipc").tag(config=True)
    client_class = DottedObjectName(CLIENT).tag(config=True)

    @default("client_factory")
    def _client_factory_default(self) -> type:
        return import_item(self.client_class)

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return NoyauxSpecs(data_dir=self.data_dir)
