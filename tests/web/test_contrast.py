"""Text can be read: every text colour of the palette is at least 4.5:1 on every ground it stands on, in both themes."""

import re
from pathlib import Path

import pytest

from fillbook.journal.tags import Hue

TOKENS = (Path(__file__).resolve().parents[2] / "src/fillbook/web/static/css/tokens.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TEXTS = ("ink", "ink-2", "ink-3", "accent", "accent-strong", "gain", "loss", "amber", "violet")
GROUNDS = ("paper", "surface", "sunken")


def palettes() -> dict[str, dict[str, str]]:
    """(theme, gain colours) -> token -> colour."""
    parts = {"": TOKENS.split("[data-pnl", 1)[0]}
    parts |= dict(re.findall(r'\[data-pnl="(\w+)"\] \{(.*?)\}', TOKENS, re.DOTALL))
    common = PAIR.findall(parts.pop(""))
    found: dict[str, dict[str, str]] = {}
    for name, block in parts.items():
        pairs = [*common, *PAIR.findall(block)]
        found[f"light {name}"] = {token: light for token, light, _ in pairs}
        found[f"dark {name}"] = {token: dark for token, _, dark in pairs}
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_all_three_pairs_of_gain_colours_are_there_in_both_themes() -> None:
    names = {"teal_vermilion", "green_red", "red_green"}
    assert set(palettes()) == {f"{theme} {name}" for theme in ("light", "dark") for name in names}


@pytest.mark.parametrize("name", palettes())
def test_text_can_be_read_on_every_ground(name: str) -> None:
    palette = palettes()[name]
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(text, f"{text}-soft") for text in ("accent", "gain", "loss", "amber", "violet")]
    pairs += [(f"tag-{hue}", f"tag-{hue}-soft") for hue in Hue]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong")]
    assert {
        pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < 4.5
    } == {}


@pytest.mark.parametrize("name", palettes())
def test_the_edge_of_a_control_can_be_seen(name: str) -> None:
    palette = palettes()[name]
    assert min(contrast(palette["control"], palette[ground]) for ground in ("paper", "surface")) >= 3
