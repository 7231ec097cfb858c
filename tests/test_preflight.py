from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest

from sammot.errors import InvalidInput, StorageFull
from sammot.preflight import ROOM, require_folder, require_port

if TYPE_CHECKING:
    from pathlib import Path


def test_a_free_port_is_fine_and_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    require_port("127.0.0.1", port)
    require_port("localhost", port)


def test_a_taken_port_says_how_to_choose_another() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(InvalidInput, match=r"is taken.*--port"),
    ):
        require_port("127.0.0.1", taken.getsockname()[1])


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"cannot listen on 192\.0\.2\.1"):
        require_port("192.0.2.1", 8000)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    require_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    require_folder(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="Cannot write to"):
        require_folder(tmp_path / "file")


def test_a_disk_that_is_nearly_full_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(_folder: Path) -> Any:
        return shutil._ntuple_diskusage(100 * ROOM, 100 * ROOM - ROOM // 2, ROOM // 2)  # type: ignore[attr-defined]

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(StorageFull, match=r"0\.50 GiB free, 1 GiB needed"):
        require_folder(tmp_path)
