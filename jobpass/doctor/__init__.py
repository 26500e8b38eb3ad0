"""What AWS and strict clients would find of an issuer: fetched facts, and pure checks over them."""
