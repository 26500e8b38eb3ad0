"""The functions' packages: complete by themselves, pure Python, and the same wherever they are built."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra import function_asset
from infra.built_directory import built
from infra.function_asset import AssetError, FunctionAsset
from infra.precompiler import Precompiler
from tests.infra.template import Template

FUNCTIONS = {
    "token": (),
    "jobs": ("dynamodb",),
    "keys": ("cloudfront", "dynamodb", "kms", "resourcegroupstaggingapi", "s3"),
}
# Run with nothing but the standard library and the package on the path, as Lambda would, and with no credentials to
# find: a client is made of botocore's descriptions alone, so it shows that none of them was trimmed too far.
PROBE = """
import importlib, sys
package, function, services = sys.argv[1], sys.argv[2], sys.argv[3].split()
assert not [path for path in sys.path if "site-packages" in path], sys.path
sys.path.insert(0, package)
handler = importlib.import_module(f"jobpass_issuer.handlers.{function}").handler
assert callable(handler)
for service in services:
    from jobpass_issuer.aws.client import client
    client(service).meta.endpoint_url
strangers = [
    name for name, module in sys.modules.items()
    if getattr(module, "__file__", None) and not module.__file__.startswith((package, sys.base_prefix))
]
assert not strangers, strangers
"""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_package_imports_with_nothing_else_on_the_path(example: Template, function: str) -> None:
    package = _package(example, function)
    command = [sys.executable, "-I", "-S", "-B", "-c", PROBE, str(package), function, " ".join(FUNCTIONS[function])]
    environment = {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
        "POWERTOOLS_SERVICE_NAME": f"jobpass-{function}",
    }
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_the_probe_sees_a_missing_library(example: Template, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(_package(example, "token"), package)
    shutil.rmtree(package / "jwt")
    command = [sys.executable, "-I", "-S", "-B", "-c", PROBE, str(package), "token", ""]
    finished = subprocess.run(command, env={"AWS_REGION": "eu-west-1"}, capture_output=True, text=True, check=False)
    assert "No module named 'jwt'" in finished.stderr


@pytest.mark.parametrize("function", FUNCTIONS)
def test_package_holds_sources_and_data_only(example: Template, function: str) -> None:
    names = [path.relative_to(_package(example, function)) for path in _package(example, function).rglob("*")]
    assert not [name for name in names if name.suffix in {".so", ".pyd", ".dylib", ".dll"}]
    assert not [name for name in names if {"bin", "tests", "presets"} & set(name.parts)]
    compiled = [name.name for name in names if name.suffix == ".pyc"]
    assert all(name.endswith(".cpython-313.pyc") for name in compiled), compiled


@pytest.mark.parametrize("function", FUNCTIONS)
def test_package_keeps_every_librarys_licence(example: Template, function: str) -> None:
    libraries = list(_package(example, function).glob("*.dist-info"))
    assert len(libraries) >= 4
    for library in libraries:
        assert (library / "METADATA").is_file()
        assert [path for path in library.rglob("*") if path.name.upper().startswith(("LICENSE", "COPYING", "NOTICE"))]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_package_names_no_path_of_the_machine_that_built_it(example: Template, function: str) -> None:
    paths = [str(function_asset.ROOT).encode(), sys.prefix.encode(), str(Path.home()).encode() + b"/"]
    for file in _package(example, function).rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [path for path in paths if path in content], file


@pytest.mark.parametrize("function", FUNCTIONS)
def test_package_describes_the_services_that_the_function_calls_and_no_other(example: Template, function: str) -> None:
    data = _package(example, function) / "botocore" / "data"
    if not FUNCTIONS[function]:
        assert not data.parent.exists()
        return
    assert tuple(sorted(path.name for path in data.iterdir() if path.is_dir())) == FUNCTIONS[function]
    assert {path.name for path in data.iterdir() if path.is_file()} >= {"endpoints.json", "partitions.json"}


def test_the_token_functions_package_is_small_and_holds_what_it_imports_only(example: Template) -> None:
    package = _package(example, "token")
    assert sum(path.stat().st_size for path in package.rglob("*") if path.is_file()) <= 6_000_000
    modules = {path.name.removesuffix(".py") for path in package.iterdir() if path.suffix in {"", ".py"}}
    wanted = {"aws_lambda_powertools", "jmespath", "jobpass_issuer", "jwt", "typing_extensions"}
    assert modules - {"__pycache__"} == wanted


def test_compiled_modules_are_equal_wherever_they_are_made_and_change_the_digest(library: Path, tmp_path: Path) -> None:
    plain = FunctionAsset("probe", (), locks=library, precompiler=None).build(tmp_path / "plain")
    compiler = Precompiler.of(sys.executable)
    assert compiler
    one, other = (
        FunctionAsset("probe", (), locks=library, precompiler=compiler).build(tmp_path / where)
        for where in ("first", "a-longer-second")
    )
    name = f"probe_library/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"
    assert name in _inventory(one.path)
    assert _inventory(one.path) == _inventory(other.path)
    assert one.digest == other.digest != plain.digest
    assert not list(plain.path.rglob("*.pyc"))


def test_an_interpreter_that_does_not_run_compiles_nothing() -> None:
    assert Precompiler.of("no-such-python") is None


def test_only_the_jobs_function_carries_the_deployment(example: Template) -> None:
    carriers = [function for function in FUNCTIONS if (_package(example, function) / "deployment.json").exists()]
    assert carriers == ["jobs"]


def test_equal_inputs_give_equal_bytes_times_and_permissions(library: Path, tmp_path: Path) -> None:
    asset = FunctionAsset("probe", ("kms",), {"note.json": b"{}"}, locks=library)
    previous = os.umask(0o077)
    first = asset.build(tmp_path / "first")
    os.umask(0o002)
    second = asset.build(tmp_path / "second")
    os.umask(previous)
    assert first.digest == second.digest
    assert _inventory(first.path) == _inventory(second.path)
    assert "note.json" in _inventory(first.path)
    assert "probe_library/__init__.py" in _inventory(first.path)


def test_second_build_needs_no_network(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FunctionAsset("probe", ("kms",), locks=library).build(tmp_path)
    monkeypatch.delenv("PIP_FIND_LINKS")
    changed = FunctionAsset("probe", ("kms",), {"new.json": b"{}"}, locks=library).build(tmp_path)
    assert (changed.path / "new.json").read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("services", "files"), [(("s3",), {}), (("kms",), {"a": b"1"}), (("kms",), {"b": b"1"}), (("kms",), {"a": b"2"})]
)
def test_different_inputs_give_different_digests(
    library: Path, tmp_path: Path, services: tuple[str, ...], files: Mapping[str, bytes]
) -> None:
    plain = FunctionAsset("probe", ("kms",), locks=library).build(tmp_path)
    assert FunctionAsset("probe", services, files, locks=library).build(tmp_path).digest != plain.digest


def test_two_builds_at_once_leave_one_complete_package(library: Path, tmp_path: Path) -> None:
    packages: list[Path] = []

    def build() -> None:
        packages.append(FunctionAsset("probe", ("kms",), locks=library).build(tmp_path).path)

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(packages) == 2
    assert len(set(packages)) == 1
    assert "probe_library/__init__.py" in _inventory(packages[0])
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_of_two_that_ask_at_once_one_builds_and_the_other_waits(tmp_path: Path) -> None:
    filled: list[Path] = []
    begun, go_on = threading.Event(), threading.Event()

    def fill(draft: Path) -> None:
        filled.append(draft)
        begun.set()
        go_on.wait(10)

    threads = [threading.Thread(target=built, args=(tmp_path, "probe", "1", fill)) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(filled) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["probe-1"]


def test_compiled_library_is_refused_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locks = _locked_wheel(tmp_path / "locks", {"probe_library/_fast.so": b"\x7fELF"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(locks))
    with pytest.raises(AssetError, match=r"compiled code \(probe_library/_fast\.so\)"):
        FunctionAsset("probe", ("kms",), locks=locks).build(tmp_path / "build")
    assert list((tmp_path / "build").iterdir()) == []


def test_library_that_is_not_the_locked_one_is_refused(library: Path, tmp_path: Path) -> None:
    lock = library / "function-probe.txt"
    lock.write_text(lock.read_text("utf-8").replace("sha256:", "sha256:0")[:-1] + "\n", "utf-8")
    with pytest.raises(AssetError, match=r"pip could not install function-probe\.txt"):
        FunctionAsset("probe", ("kms",), locks=library).build(tmp_path / "build")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock file and the wheel that it names, which is all that pip may look at."""
    locks = _locked_wheel(tmp_path / "locks", {"probe_library/__init__.py": b"ANSWER = 42\n"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(locks))
    return locks


def _locked_wheel(directory: Path, files: Mapping[str, bytes]) -> Path:
    directory.mkdir()
    metadata = "probe_library-1.0.dist-info"
    members = {
        **files,
        f"{metadata}/METADATA": b"Metadata-Version: 2.1\nName: probe-library\nVersion: 1.0\n",
        f"{metadata}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_urlsafe_hash(body)},{len(body)}\n" for name, body in members.items())
    wheel = directory / "probe_library-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, body in {**members, f"{metadata}/RECORD": record.encode()}.items():
            archive.writestr(name, body)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f"probe-library==1.0 \\\n    --hash=sha256:{digest}\n"
    (directory / "function-probe.txt").write_text(lock, "utf-8")
    return directory


def _urlsafe_hash(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")


def _inventory(root: Path) -> dict[str, tuple[bytes, float, int]]:
    return {
        path.relative_to(root).as_posix(): (
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mtime,
            path.stat().st_mode,
        )
        for path in root.rglob("*")
    }


def _package(template: Template, function: str) -> Path:
    """Return the folder that the CDK CLI would upload for a function."""
    name = str(template.function(function)["Code"]["S3Key"]).removesuffix(".zip")
    return template.directory / f"asset.{name}"
