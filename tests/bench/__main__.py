"""`make bench`: every `*_bench.py` of this folder, one after the other, each printing its own figures.

Figures are medians of one run on one machine: compare ratios taken in one run, not absolute times across machines.
Name some to run only those: `python tests/bench rows graphql`.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(wanted: list[str]) -> int:
    failed = []
    for script in sorted(FOLDER.glob("*_bench.py")):
        name = script.stem.removesuffix("_bench")
        if wanted and name not in wanted:
            continue
        print(f"\n== {name} ==", flush=True)
        if subprocess.run([sys.executable, str(script)], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nnot measured: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
