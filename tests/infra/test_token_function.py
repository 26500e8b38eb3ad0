"""How the token function is run: as the configuration says, and otherwise as measured."""

from typing import Any

from tests.infra.conftest import Synthesize
from tests.infra.template import Template, text


def _token_function(template: Template) -> tuple[str, dict[str, Any]]:
    ((name, found),) = [
        (name, each["Properties"])
        for name, each in template.of_type("AWS::Lambda::Function").items()
        if each["Properties"].get("FunctionName") == "jobpass-token"
    ]
    return name, found


def _integrations(template: Template) -> set[str]:
    return {
        text(each["Properties"]["IntegrationUri"])
        for each in template.of_type("AWS::ApiGatewayV2::Integration").values()
    }


def test_without_a_word_of_it_the_function_is_small_and_called_as_it_is(example: Template) -> None:
    name, function = _token_function(example)

    assert function["MemorySize"] == 256
    assert function["Architectures"] == ["arm64"]
    assert "ReservedConcurrentExecutions" not in function
    assert not example.of_type("AWS::Lambda::Alias")
    assert not example.of_type("AWS::Lambda::Version")
    assert f"<{name}.Arn>" in _integrations(example)


def test_lambda_says_nothing_of_each_token_that_went_well(example: Template) -> None:
    _, function = _token_function(example)

    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert function["LoggingConfig"]["SystemLogLevel"] == "WARN"
    # Its own level stays as it is: records have none, and count as information.
    assert function["LoggingConfig"].get("ApplicationLogLevel", "INFO") == "INFO"


def test_grants_are_counted_from_the_records(example: Template) -> None:
    found = example.only("AWS::Logs::MetricFilter")

    assert found["FilterPattern"] == '{ $.record.kind = "grant" }'
    (into,) = found["MetricTransformations"]
    assert (into["MetricNamespace"], into["MetricName"]) == ("Jobpass/jobpass-token", "TokenGranted")


def test_memory_and_reserved_concurrency_are_the_configurations(synthesize: Synthesize) -> None:
    _, function = _token_function(synthesize(token_function={"memory_mb": 512, "reserved_concurrency": 50}))

    assert (function["MemorySize"], function["ReservedConcurrentExecutions"]) == (512, 50)


def test_what_is_kept_started_is_reached_by_an_alias(synthesize: Synthesize) -> None:
    template = synthesize(token_function={"provisioned_concurrency": 3})
    name, _ = _token_function(template)
    ((alias_name, alias),) = template.of_type("AWS::Lambda::Alias").items()
    ((version_name, _),) = template.of_type("AWS::Lambda::Version").items()

    assert alias["Properties"]["Name"] == "live"
    assert alias["Properties"]["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 3}
    assert text(alias["Properties"]["FunctionVersion"]) == f"<{version_name}.Version>"
    uris = _integrations(template)
    assert f"<{alias_name}>" in uris
    assert f"<{name}.Arn>" not in uris
    permitted = {
        text(each["Properties"]["FunctionName"]) for each in template.of_type("AWS::Lambda::Permission").values()
    }
    assert f"<{alias_name}>" in permitted
    assert f"<{name}.Arn>" not in permitted
