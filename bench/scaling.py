"""How time and memory grow with the number of tracking files: `python bench/scaling.py [FILES] [TRACKING …]`.

For each number of tracking files, a tree of FILES files (default 50,000) is generated in a temporary folder, checked in
a process of its own, and removed. Tracking files come in groups of five, as they do in real projects: a wrapper, a
builder, two files that call them, and a page that calls the SDK itself. Every second group holds a defect; that all of
them are found, each once, is checked.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 50_000
TRACKING = (10, 100, 1_000)
GROUP = 5

PLAIN = """import {{ format }} from './format{other}';

export function total{n}(lines) {{
  const sum = lines.reduce((all, line) => all + line.price * line.count, 0);
  return format(sum, {{ currency: 'EUR', update: false }});
}}

export function track{n}(order) {{
  return order.parcels.map((parcel) => parcel.state);
}}
"""
WRAPPER = """export function send{n}(properties, ids) {{
  if (!window.exponea) {{
    return;
  }}
  if (ids) {{
    window.exponea.identify(ids, properties);
  }} else {{
    window.exponea.update(properties);
  }}
}}
"""
BUILDER = """export function profile{n}(customer) {{
  const known = {{ first_name: customer.firstName, email: customer.email }};
  return {{ ...known, plan: customer.plan }};
}}
"""
RIGHT = """import {{ send{n} }} from './wrapper{n}';
import {{ profile{n} }} from './builder{n}';

export function register{n}(customer) {{
  const ids = {{ registered: customer.email }};
  send{n}(profile{n}(customer), ids);
}}
"""
WRONG = """import {{ send{n} }} from './wrapper{n}';

export function subscribe{n}(customer) {{
  send{n}({{ newsletter: true, email: customer.email }});
}}
"""
HARMLESS = """import {{ send{n} }} from './wrapper{n}';

export function subscribe{n}(customer) {{
  send{n}({{ newsletter: true, language: customer.language }});
}}
"""
PAGE = """document.querySelector('#buy{n}').addEventListener('click', () => {{
  exponea.track('purchase', {{ total: cart.total, currency: 'EUR' }});
}});
"""


def generate(root: Path, files: int, tracking: int) -> int:
    """Write a tree of so many files; gives the number of defects in it."""
    defects = 0
    for n in range(tracking // GROUP):
        folder = root / f"shop{n % 100}" / f"feature{n}"
        folder.mkdir(parents=True)
        wrong = n % 2 == 0
        defects += wrong
        texts = {
            "wrapper": WRAPPER, "builder": BUILDER, "register": RIGHT, "subscribe": WRONG if wrong else HARMLESS,
            "page": PAGE,
        }  # fmt: skip
        for name, text in texts.items():
            (folder / f"{name}{n}.js").write_text(text.format(n=n))
    for n in range(files - tracking // GROUP * GROUP):
        folder = root / f"shop{n % 100}" / f"part{n // 100 % 50}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"module{n}.js").write_text(PLAIN.format(n=n, other=n % 97))
    return defects


RUN = """
import json, resource, sys
from trackaudit.pipeline import CheckOptions, check
result = check(CheckOptions(min_confidence="low")).result
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "findings": len(result.findings), "limits": sum(notice.kind == "limit" for notice in result.notices),
    "parsed": result.summary.files_parsed, "evaluated": result.summary.evaluated,
    "seconds": dict(result.summary.seconds), "memory": used.ru_maxrss,
}))
"""


def measure(files: int, tracking: int) -> str:
    """One row of the table."""
    import json

    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        defects = generate(root, files, tracking)
        # The root is the folder of the nearest configuration upward: this one.
        (root / "trackaudit.yaml").write_text("fail-on: warning\n")
        start = time.perf_counter()
        run = subprocess.run([sys.executable, "-c", RUN], cwd=root, capture_output=True, text=True, check=True)
        whole = time.perf_counter() - start
    told = json.loads(run.stdout)
    if told["findings"] != defects or told["limits"]:
        raise SystemExit(f"{defects} defects, {told['findings']} findings, {told['limits']} limits hit")
    flow = told["seconds"].get("flow", 0.0)
    megabytes = told["memory"] / (1024 if platform.system() == "Linux" else 1024 * 1024)
    cells = (
        f"{files:,}", f"{tracking:,}", f"{told['parsed']:,}", f"{told['evaluated']:,}", f"{whole:.2f}",
        f"{told['seconds'].get('parse', 0.0):.2f}", f"{flow:.2f}", f"{1000 * flow / tracking:.2f}", f"{megabytes:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    numbers = [int(word) for word in sys.argv[1:]]
    files, tracking = (numbers[0] if numbers else FILES), (numbers[1:] or TRACKING)
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print("| files | tracking | parsed | functions run | whole s | parse s | flow s | flow ms a file | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for count in tracking:
        print(measure(files, count), flush=True)


if __name__ == "__main__":
    main()
