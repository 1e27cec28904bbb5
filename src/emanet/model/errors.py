# SPDX-License-Identifier: Apache-2.0
"""The error tree: what is raised, grouped by whose fault it is, each with what to do next.

Errors are raised for the programmer or the environment. What is wrong in somebody's data is a
``Finding`` (a value); what is allowed or not is a ``Decision`` (a value).

    EmanetError
    ├── UsageError              the caller: a wrong argument, path or identifier     exit 2
    │   ├── UnknownThing        no such delivery, accession or article
    │   └── ConfigError         emanet.toml or an environment variable is wrong
    ├── StorageError            the store underneath                                 exit 1
    │   ├── AlreadyThere        the key exists; nothing was written
    │   ├── NotThere            the key does not exist
    │   ├── StoreFull           no space left (ENOSPC, EDQUOT, EFBIG)
    │   ├── StoreBroken         read, write or fsync failed; never retried here
    │   ├── StoreBusy           another process is writing this archive
    │   ├── StoreAway           the network store does not answer; a retry may help
    │   └── StoreRefuses        read-only, or deletion is not granted
    ├── DamageError             sealed bytes differ from what was sealed             exit 3
    ├── SourceChanged           a delivered file changed while it was being taken in exit 1
    ├── WorkError               a worker or cluster could not do the work            exit 1
    ├── RegistryError           the catalogue cannot be opened or is of another age  exit 1
    └── ServeError              the web server cannot start on its address           exit 1
"""

from __future__ import annotations

from typing import ClassVar


class EmanetError(Exception):
    """Root of the tree.

    ``en`` and ``tr`` say what happened, ``next_en`` and ``next_tr`` what to do about it;
    ``exit_code`` is what the command line returns (0 done, 1 ours, 2 usage, 3 data).
    """

    exit_code: ClassVar[int] = 1
    next_en: ClassVar[str] = ""
    next_tr: ClassVar[str] = ""

    def __init__(self, en: str, tr: str = "") -> None:
        super().__init__(en)
        self.en = en
        self.tr = tr or en


class UsageError(EmanetError):
    """The caller asked for something that makes no sense."""

    exit_code = 2
    next_en = "Run the command with --help to see what it takes."
    next_tr = "Komutun ne istediğini görmek için --help ile çalıştırın."


class UnknownThing(UsageError):
    """No delivery, accession, article or file has this name."""

    next_en = "List what there is with 'emanet deliveries' or 'emanet find'."
    next_tr = "Var olanları 'emanet deliveries' ya da 'emanet find' ile listeleyin."


class ConfigError(UsageError):
    """The configuration cannot be used."""

    next_en = "Correct emanet.toml, or the environment variable of the same name."
    next_tr = "emanet.toml dosyasını ya da aynı adlı ortam değişkenini düzeltin."


class StorageError(EmanetError):
    """The store underneath failed or refused."""

    next_en = "Look at the disk or bucket; nothing that was acknowledged is lost."
    next_tr = "Diski ya da depoyu inceleyin; alındısı verilmiş hiçbir şey kaybolmadı."


class AlreadyThere(StorageError):
    """The key exists already; nothing was written."""


class NotThere(StorageError):
    """The key does not exist."""


class StoreFull(StorageError):
    """There is no space left; what was half written was taken away again."""

    next_en = "Free or add space, then run the same command again; it goes on where it stopped."
    next_tr = "Yer açın, sonra aynı komutu yeniden çalıştırın; kaldığı yerden sürer."


class StoreBroken(StorageError):
    """Reading, writing or flushing failed. A failed flush is never retried.

    The kernel may answer a second fsync with success though the bytes never reached the disk.
    """

    next_en = "Stop, check the device and its log, then run 'emanet verify'."
    next_tr = "Durun, aygıtı ve günlüğünü inceleyin, sonra 'emanet verify' çalıştırın."


class StoreBusy(StorageError):
    """Another process is writing this archive."""

    next_en = "Wait until the other command has ended, then run this one again."
    next_tr = "Öteki komutun bitmesini bekleyin, sonra bunu yeniden çalıştırın."


class StoreAway(StorageError):
    """The network store does not answer; trying again later may help."""


class StoreRefuses(StorageError):
    """The store is read-only, or deletion is not granted to this identity."""


class DamageError(EmanetError):
    """Sealed bytes are not what was sealed."""

    exit_code = 3
    next_en = "Run 'emanet verify' and restore the accession from another copy."
    next_tr = "'emanet verify' çalıştırın ve birimi başka bir kopyadan geri yükleyin."


class SourceChanged(EmanetError):
    """A delivered file changed while it was being taken in; nothing of it was sealed."""

    next_en = "Wait until the transfer into the drop area is finished, then ingest again."
    next_tr = "Teslim alanına aktarımın bitmesini bekleyip yeniden alın."


class WorkError(EmanetError):
    """Workers or the cluster could not do the work."""


class RegistryError(EmanetError):
    """The catalogue cannot be opened, or is of another age than this program."""

    next_en = "Run 'emanet rebuild': the catalogue is remade from storage."
    next_tr = "'emanet rebuild' çalıştırın: kütük depodan yeniden kurulur."


class ServeError(EmanetError):
    """The web server cannot start on the address it was given."""

    next_en = "Stop the other program, or choose another address with --bind HOST:PORT."
    next_tr = "Öteki programı durdurun ya da --bind HOST:PORT ile başka bir adres seçin."
