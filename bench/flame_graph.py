r"""flame_graph.py < perf-script-output > graph.svg: where the time went, as a flame graph.

    perf record --call-graph dwarf,16384 -F 399 -o perf.data \
      build/bin/shop load --store sqlite:flame.db --orders 5000 --seed 1
    perf script --no-inline -i perf.data | python3 bench/flame_graph.py > docs/flame_graph.svg

A box is a function; what it called stands on it; its width is its share of the samples. Threads stand side by side.
"""
import html
import re
import sys
from collections import defaultdict

WIDTH = 1200
ROW = 17
LEAST = 3  # boxes narrower than so many pixels are left out


class Node:
    def __init__(self):
        self.samples = 0
        self.children = defaultdict(Node)


def short(symbol):
    """The function's name without offset, template arguments, parameters and our own namespaces."""
    symbol = re.sub(r"\+0x[0-9a-f]+$", "", symbol).replace("(anonymous namespace)::", "")
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            break
        symbol = shorter
    symbol = re.sub(r"\(.*", "", symbol).strip()
    return re.sub(r"\b(lasagne|detail)::", "", symbol) or "?"


def read(lines):
    """The tree of all samples; frames of a sample come innermost first."""
    root = Node()
    thread, frames = "", []
    for line in list(lines) + ["\n"]:
        if not line.strip():
            if frames:
                node = root
                node.samples += 1
                for name in [thread] + frames[::-1]:
                    node = node.children[name]
                    node.samples += 1
            frames = []
        elif not line[0].isspace():
            thread = " ".join(line.split()[:2])
        else:
            parts = line.split(None, 1)
            name = short(re.sub(r" \([^()]*\)$", "", parts[1].strip())) if len(parts) == 2 else "?"
            if not frames or frames[-1] != name:
                frames.append(name)
    return root


def boxes(node, total, x=0.0, depth=0):
    for name, child in sorted(node.children.items()):
        width = WIDTH * child.samples / total
        if width >= LEAST:
            yield depth, x, width, name, child.samples
            yield from boxes(child, total, x, depth + 1)
        x += width


def main():
    root = read(sys.stdin)
    if root.samples == 0:
        sys.exit("flame_graph.py: no samples on the standard input; it takes the output of `perf script`")
    drawn = list(boxes(root, root.samples))
    height = (max(depth for depth, *_ in drawn) + 1) * ROW
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
          'font-size="11">')
    for depth, x, width, name, samples in drawn:
        y = height - (depth + 1) * ROW
        colour = f"hsl({20 + hash_of(name) % 35},80%,{62 + hash_of(name) % 13}%)"
        label = html.escape(name[: int(width / 6.2)]) if width > 30 else ""
        share = 100 * samples / root.samples
        print(f'<g><title>{html.escape(name)}: {share:.1f} %</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" '
              f'height="{ROW - 1}" fill="{colour}"/><text x="{x + 2:.1f}" y="{y + 12}">{label}</text></g>')
    print("</svg>")


def hash_of(name):
    """The same on every run, which Python's own is not."""
    return sum((i + 1) * ord(c) for i, c in enumerate(name))


if __name__ == "__main__":
    main()
