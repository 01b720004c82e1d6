"""What a newcomer waits for and what an operator pays: seeding, second start, idle memory, size of the wheel."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SATUDATA = [sys.executable, "-m", "satudata.hub.cli"]
DEMO_DATA = ("satudata/datasets/demo/",)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = {**os.environ, "SATUDATA_HOME": str(home)}
        started = time.perf_counter()
        subprocess.run([*SATUDATA, "demo", "--seed-only"], env=environment, check=True, capture_output=True)
        print(f"ten demo datasets published       {time.perf_counter() - started:6.1f} s")
        second_start(environment, "demo")
        wheel(Path(folder))


def second_start(environment: dict[str, str], command: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    server = subprocess.Popen(
        [*SATUDATA, command, "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    break
            except OSError:
                if server.poll() is not None or time.perf_counter() - started > 60:
                    raise
                time.sleep(0.02)
        print(f"second start until ready          {time.perf_counter() - started:6.1f} s    target 5 s")
        time.sleep(3)  # idle, as the figure says
        print(f"web process, idle                 {memory(server.pid):6.0f} MB   target 300 MB")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            size = len(page.read())
        print(f"web process, after a first page   {memory(server.pid):6.0f} MB")
        print(f"home page                         {size / 1000:6.1f} kB   target 100 kB")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def memory(pid: int) -> float:
    """Resident memory in MB; the process named is the web process (children run only while there is work)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def wheel(folder: Path) -> None:
    if shutil.which("node") is None and not (ROOT / "hub/satudata/hub/static/app").exists():
        print("wheel: browser assets are not built")
        return
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    with zipfile.ZipFile(made) as content:
        sizes = {info.filename: info.compress_size for info in content.infolist()}
    demo = sum(size for name, size in sizes.items() if name.startswith(DEMO_DATA))
    print(f"wheel without demo data           {(made.stat().st_size - demo) / 1e6:6.2f} MB   target 5 MB")
    print(f"demo data in it                   {demo / 1e6:6.2f} MB   target 5 MB")


if __name__ == "__main__":
    main()
