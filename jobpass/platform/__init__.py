"""The platform's side of Jobpass: a client that registers jobs, looks at them and ends them."""

from jobpass.platform.errors import Problem, RequestRefusedError, SettingsError
from jobpass.platform.job import Job, RegisteredJob, RoleAnswer
from jobpass.platform.jobs import Jobs

__all__ = ["Job", "Jobs", "Problem", "RegisteredJob", "RequestRefusedError", "RoleAnswer", "SettingsError"]
