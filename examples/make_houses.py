"""Write houses.csv: 120 made-up houses whose price follows a formula that is known.

    price = 40 + 1.8 area - 0.6 age + (0 east, 12 north, -8 south, 25 west) + noise

in thousands, with the area in square metres, the age in years and normal noise of standard deviation 10.
"""

from pathlib import Path

import numpy as np

PREMIUM = {"east": 0.0, "north": 12.0, "south": -8.0, "west": 25.0}


def main() -> None:
    """Draw the houses with a fixed seed and write them beside this file."""
    rng = np.random.default_rng(20)
    n = 120
    area = rng.integers(45, 220, n)
    age = rng.integers(0, 90, n)
    region = rng.choice(list(PREMIUM), n)
    premium = np.array([PREMIUM[name] for name in region])
    price = 40 + 1.8 * area - 0.6 * age + premium + rng.normal(0, 10, n)
    rows = [f"{a},{b},{r},{p:.1f}\n" for a, b, r, p in zip(area, age, region, price, strict=True)]
    Path(__file__).with_name("houses.csv").write_text("area,age,region,price\n" + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
