"""The colours of all charts, light and dark, in one place.

Each colour is also a CSS variable, `--re-<name>`: the page's style sheet takes them from
`css_variables`.  This module imports nothing heavy, so that a build can read it quickly.
"""

from __future__ import annotations

from collections.abc import Mapping

# Marks have at least 3:1 against the paper, in light and in dark; tints are grounds for bands.
COLOURS: dict[str, str] = {
    "ink": "#1f2933",
    "muted": "#5f6b7a",
    "grid": "#d9dee4",
    "paper": "#ffffff",
    "china": "#c2410c",
    "rest": "#1f6fb2",
    "third": "#0f7f6b",
    "fourth": "#9a6a00",
    "fifth": "#7b4ab0",
    "grey": "#6a747d",
    "china_tint": "#f6d5c5",
    "rest_tint": "#cfe3f4",
    "third_tint": "#c9e8e1",
    "fourth_tint": "#f0e0b8",
    "fifth_tint": "#e3d7f2",
    "grey_tint": "#e6eaed",
}
DARK: dict[str, str] = {
    "ink": "#e4e7eb",
    "muted": "#a0abb8",
    "grid": "#39424d",
    "paper": "#14181d",
    "china": "#ff8a5b",
    "rest": "#6cb4f3",
    "third": "#4fc9b0",
    "fourth": "#e0b04a",
    "fifth": "#c29af0",
    "grey": "#98a3ad",
    "china_tint": "#55291a",
    "rest_tint": "#1c3a57",
    "third_tint": "#173f38",
    "fourth_tint": "#453712",
    "fifth_tint": "#3a2a55",
    "grey_tint": "#2a3036",
}
# The reader's own few colours: China stands out, the others differ by dash, marker and label.
_FORCED = {"paper": "Canvas", "china": "Highlight", "grey": "GrayText"}
_FORCED |= {
    name: f"color-mix(in srgb,{colour} {share}%,Canvas)"
    for name, colour, share in (
        ("grid", "CanvasText", 30),
        ("china_tint", "Highlight", 35),
        ("rest_tint", "CanvasText", 20),
        ("third_tint", "CanvasText", 30),
        ("fourth_tint", "CanvasText", 40),
        ("fifth_tint", "CanvasText", 50),
        ("grey_tint", "CanvasText", 15),
    )
}


def css_variables() -> str:
    """The colours as CSS custom properties: light, dark, print (light again), forced colours."""

    def block(selector: str, values: Mapping[str, str]) -> str:
        names = ";".join(f"--re-{name.replace('_', '-')}:{value}" for name, value in values.items())
        return f"{selector}{{{names}}}"

    forced = {name: _FORCED.get(name, "CanvasText") for name in COLOURS}
    light, dark = ":root", 'html[data-theme="dark"]'
    both = f"{light},{dark}"
    return "\n".join(
        [
            block(light, COLOURS),
            block(dark, DARK),
            f"@media print{{{block(both, COLOURS)}}}",
            f"@media (forced-colors:active){{{block(both, forced)}}}",
        ]
    )
