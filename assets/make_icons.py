"""Draw the app's PNG icons again from static/img/favicon.svg, with an installed Chromium: `python assets/make_icons.py`.

The icon that phones mask into their own shape has its sign within the inner four fifths and colour up to the edge.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "src/fillbook/web/static/img"
SIZES = {"icon-180.png": (180, 0), "icon-192.png": (192, 0), "icon-512.png": (512, 0), "icon-mask-512.png": (512, 14)}


def main() -> None:
    """Write each size."""
    sys.path.insert(0, str(ROOT))
    from playwright.sync_api import sync_playwright

    from tests.support import chromium

    sign = (IMAGES / "favicon.svg").read_text(encoding="utf-8")
    with sync_playwright() as library:
        browser = library.chromium.launch(executable_path=chromium.ensure(), args=chromium.arguments())
        for name, (size, margin) in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            ground = "#2148c0" if margin or name == "icon-180.png" else "transparent"
            body = f"margin:0;background:{ground};padding:{margin}%;box-sizing:border-box"
            page.set_content(f'<body style="{body}"><style>svg{{display:block;width:100%;height:100%}}</style>{sign}</body>')
            page.screenshot(path=IMAGES / name, omit_background=not margin)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
