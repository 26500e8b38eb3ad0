"""What explain is asked about: tokens, roles and keys from files, `jobpass.yaml`, issuers and live accounts."""
