"""The configuration of a deployment: `jobpass.yaml`, typed and checked."""

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import ConfigurationError, Problem
from jobpass.configuration.loading import load, parse

__all__ = ["Configuration", "ConfigurationError", "Problem", "load", "parse"]
