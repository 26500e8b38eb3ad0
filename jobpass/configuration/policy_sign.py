"""Signs that mean something in a policy, where what is written in `jobpass.yaml` ends up."""

# `${` begins a policy variable, and constants and conditions stand in trust policies.
POLICY_SIGNS = "${}"


def policy_sign_mistake(value: str) -> str | None:
    """Return why a value may not stand in a policy, or None where it may (IAM user guide, "Policy variables")."""
    sign = next((each for each in POLICY_SIGNS if each in value), None)
    return f"must not hold `{sign}`, with which policies write variables" if sign else None
