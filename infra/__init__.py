"""The AWS resources of an issuer, one construct per capability."""
