"""Write signatures.json: `python tests/vectors/ecdsa/generate.py` from the repository's root."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LENGTHS = {"P-256": 32, "P-384": 48, "P-521": 66}


def _cases(length: int) -> dict[str, tuple[int, int]]:
    full = int.from_bytes(bytes(range(1, length + 1)))
    high = full | 1 << (8 * length - 1)
    return {
        "both numbers of full length": (full, full + 1),
        "both numbers with a sign byte": (high, high + 1),
        "R one byte short": (full >> 8, full),
        "S one byte short": (full, full >> 8),
        "S short with a sign byte": (full, high >> 8),
        "R and S of one byte": (1, 127),
        "R and S of one byte with a sign byte": (128, 255),
    }


def main() -> None:
    """Encode every case for every curve."""
    vectors = [
        {
            "name": f"{curve}: {name}",
            "component_length": length,
            "der": encode_dss_signature(r, s).hex(),
            "joined": (r.to_bytes(length) + s.to_bytes(length)).hex(),
        }
        for curve, length in LENGTHS.items()
        for name, (r, s) in _cases(length).items()
    ]
    Path(__file__).with_name("signatures.json").write_text(json.dumps(vectors, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
