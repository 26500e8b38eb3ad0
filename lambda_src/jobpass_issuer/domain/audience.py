"""An audience: whom an ID token is for."""

MAX_LENGTH = 255
# What AWS's own guides and tools ask for (IAM user guide, "Create an OpenID Connect (OIDC) identity provider in IAM").
AWS = "sts.amazonaws.com"
# Microsoft Entra, "Configure an app to trust an external identity provider": the audience that it recommends.
AZURE = "api://AzureADTokenExchange"
_GOOGLE = "//iam.googleapis.com/projects/"


def mistake(audience: str) -> str | None:
    """Return what is wrong with an audience and how to mend it, or None where nothing is.

    IAM takes client IDs of 1 to 255 characters (IAM API, "CreateOpenIDConnectProvider").
    """
    if not audience:
        return "must not be empty: write the relying party's client ID, such as `sts.amazonaws.com`"
    if len(audience) > MAX_LENGTH:
        return f"is {len(audience)} characters long; {MAX_LENGTH} is the most"
    for character in audience:
        if not 0x21 <= ord(character) <= 0x7E:
            return f"must be printable ASCII without blanks; it holds U+{ord(character):04X}"
        if character in '"\\*?$<>{}':
            return f"must not hold `{character}`"
    return None


def google_provider(audience: str) -> str | None:
    """Return the full resource name of the Google Cloud provider that an audience names, or None where it names none.

    Google's default audience is that name with or without `https:` before it (Google Cloud, "Configure Workload
    Identity Federation with other identity providers").
    """
    name = audience.removeprefix("https:")
    return name if name.startswith(_GOOGLE) else None
