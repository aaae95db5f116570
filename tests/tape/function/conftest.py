"""Replay by NumPy is held to equal the ops bit for bit; kernels have tests of their own, with bounds of their own."""

import pytest


@pytest.fixture(autouse=True)
def kernels_only_where_they_are_tested(request, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("TAPEFIT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
    if request.path.name.startswith(("test_kernel", "test_descend")):
        monkeypatch.delenv("TAPEFIT_JIT", raising=False)
    else:
        monkeypatch.setenv("TAPEFIT_JIT", "0")
