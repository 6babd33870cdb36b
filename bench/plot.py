"""Draws time and memory against size as one SVG that can be read on a light and on a dark page."""

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.axis { stroke: #57606a; stroke-width: 1 }
.grid { stroke: #d0d7de; stroke-width: 1 }
path { fill: none; stroke-width: 2.5 }
.alembic { stroke: #cf5b00 } circle.alembic { fill: #cf5b00 }
.liftlock { stroke: #0a69da } circle.liftlock { fill: #0a69da }
.postgresql { stroke-dasharray: 6 4 } circle.postgresql { stroke-dasharray: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .axis { stroke: #9198a1 } .grid { stroke: #3d444d }
  .alembic { stroke: #f0883e } circle.alembic { fill: #f0883e }
  .liftlock { stroke: #58a6ff } circle.liftlock { fill: #58a6ff }
}
"""
WIDTH, HEIGHT, LEFT, TOP, GAP = 330, 240, 55, 40, 90


def round_step(highest):
    """A step of 1, 2 or 5 times a power of ten that makes at most six parts."""
    step = 10.0 ** (len(str(int(highest))) - 2)
    for factor in (1, 2, 5, 10, 20):
        if highest / (step * factor) <= 6:
            return step * factor
    return step * 50


def panel(title, unit, left, lines, value):
    """Axes, grid and one line of points for each of `lines`."""
    widest = max(point[0] for points in lines.values() for point in points) * 1.03
    step = round_step(max(point[value] for points in lines.values() for point in points))
    highest = step * (int(max(point[value] for points in lines.values() for point in points) / step) + 1)
    at = lambda x, y: (left + x / widest * WIDTH, TOP + HEIGHT - y / highest * HEIGHT)
    parts = [f'<text class="title" x="{left}" y="{TOP - 16}">{title}</text>']
    for number in range(round(highest / step) + 1):
        _, y = at(0, number * step)
        parts.append(f'<line class="{"grid" if number else "axis"}" x1="{left}" x2="{left + WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{number * step:g}</text>')
    for size, *_ in next(iter(lines.values())):
        x, y = at(size, 0)
        parts.append(f'<text x="{x:.1f}" y="{y + 20:.1f}" text-anchor="middle">{size:.0f}</text>')
    parts.append(f'<text x="{left + WIDTH}" y="{TOP + HEIGHT + 40}" text-anchor="end">size of the database in MB; {unit}</text>')
    for name, points in lines.items():
        kind = name.lower().replace(",", "")
        places = [at(point[0], point[value]) for point in points]
        parts.append(f'<path class="{kind}" d="M' + " L".join(f"{x:.1f} {y:.1f}" for x, y in places) + '"/>')
        parts += [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places]
    return parts


def plot(lines):
    """`lines`: by "Program, Database" points of (megabytes, seconds, megabytes of memory)."""
    width, height = LEFT + 2 * WIDTH + GAP + 20, TOP + HEIGHT + 85
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    parts += ["<title>Time and memory of a migration against the size of the database</title>", f"<style>{STYLE}</style>"]
    parts += panel("Time", "seconds", LEFT, lines, 1)
    parts += panel("Peak memory", "MB", LEFT + WIDTH + GAP, lines, 2)
    x = LEFT
    for name in lines:
        kind, y = name.lower().replace(",", ""), height - 18
        parts.append(f'<path class="{kind}" d="M{x} {y} L{x + 34} {y}"/><text x="{x + 42}" y="{y + 4}">{name}</text>')
        x += 185
    return "\n".join([*parts, "</svg>", ""])
