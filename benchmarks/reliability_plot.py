"""Draws how often proposed values are right against what they say of themselves, from results/extraction.json.

`python -m benchmarks.reliability_plot` writes docs/screenshots/reliability.svg.
"""

import json
import sys

from benchmarks.harness import RESULTS, ROOT

SIZE, EDGE = 360, 44
STEPS = 10


def main() -> None:
    figures = json.loads((RESULTS / "extraction.json").read_text(encoding="utf-8"))["figures"]
    points = [
        ((step + 0.5) / STEPS, figures[key])
        for step in range(STEPS)
        if (key := f"chorus_right_at_{step / STEPS:.1f}") in figures
    ]
    path = ROOT / "docs" / "screenshots" / "reliability.svg"
    path.write_text(draw(points, error=figures["chorus_calibration_error"]), encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def draw(points: list[tuple[float, float]], *, error: float) -> str:
    """An SVG: bars of what was right by step of confidence, and the line on which both are equal."""
    span, bar = SIZE - 2 * EDGE, (SIZE - 2 * EDGE) / STEPS

    def x(value: float) -> float:
        return EDGE + value * span

    def y(value: float) -> float:
        return SIZE - EDGE - value * span

    bars = "".join(
        f'<rect x="{x(said) - bar / 2 + 1:.1f}" y="{y(right):.1f}" width="{bar - 2:.1f}" height="{right * span:.1f}"/>'
        for said, right in points
    )
    ticks = "".join(
        f'<text x="{x(value):.1f}" y="{SIZE - EDGE + 18}" text-anchor="middle">{value:g}</text>'
        f'<text x="{EDGE - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        for value in (0, 0.5, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" '
        'font-family="sans-serif" font-size="12" role="img" aria-label="Reliability of proposed values">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/><g fill="#17594a">{bars}</g>'
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#b3261e" stroke-dasharray="4 4" fill="none"/>'
        f'<path d="M{x(0)} {y(1)}V{y(0)}H{x(1)}" stroke="#17201c" fill="none"/><g fill="#17201c">{ticks}'
        f'<text x="{SIZE / 2}" y="{SIZE - 8}" text-anchor="middle">confidence</text>'
        f'<text x="14" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 {SIZE / 2})">right</text>'
        f'<text x="{SIZE / 2}" y="24" text-anchor="middle">mean distance {error:.3f}</text></g></svg>\n'
    )


if __name__ == "__main__":
    main()
