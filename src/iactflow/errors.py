"""Errors that a user can act on, each with the exit code of the command that meets it."""


class IactflowError(Exception):
    """Work failed for a reason that the message explains (exit code 1)."""

    exit_code = 1


class ConfigError(IactflowError):
    """A configuration value or a combination of options is wrong (exit code 2)."""

    exit_code = 2


class OutputExistsError(ConfigError):
    """The output is already there and ``--overwrite`` was not given (exit code 2)."""


class InputError(IactflowError):
    """An input is missing or cannot be used (exit code 3)."""

    exit_code = 3


#: The kind of error by exit code, for messages that come from another process.
BY_EXIT_CODE = {error.exit_code: error for error in (IactflowError, ConfigError, InputError)}
