"""The parts of ministack that the seam is sewn to, and the check that they are where they were.

They are ministack's inner functions and tables, which a release may move without notice: so the version is pinned,
and a part that is missing stops the emulator before it serves anything.
"""

import importlib
import importlib.metadata
from typing import Any

PINNED_VERSION = "1.5.33"

_APP = "ministack.app"
_STS = "ministack.services.sts"
_IAM = "ministack.services.iam"
_CLOUDFRONT = "ministack.services.cloudfront"
_DYNAMODB = "ministack.services.dynamodb"
_EVALUATOR = "ministack.core.iam_evaluator"
_ACTIONS = "ministack.core.iam_actions"
_RESPONSES = "ministack.core.responses"
_PROVISIONERS = "ministack.services.cloudformation.provisioners"
_CLOUDTRAIL = "ministack.services.cloudtrail"
_EVENTBRIDGE = "ministack.services.eventbridge"
_KMS = "ministack.services.kms"
_S3 = "ministack.services.s3"
_SNS = "ministack.services.sns"
_SQS = "ministack.services.sqs"
_LAMBDA = "ministack.services.lambda_svc"
_CLOUDWATCH = "ministack.services.cloudwatch"
_LOGS = "ministack.services.cloudwatch_logs"

PARTS: dict[str, tuple[str, ...]] = {
    _APP: (
        "main", "_handle_post_body_shortcuts", "_ct_request_params", "_port_is_bindable",
        "_parse_cloudfront_dataplane_host", "_dispatch_service_request", "detect_service", "_routing_params",
        "extract_access_key_id",
    ),
    _CLOUDFRONT: ("_distributions", "_get_distribution_aliases"),
    # `_p` is IAM's; what the seam replaces is the name under which STS calls it.
    _STS: (
        "handle_request", "_p", "register_session", "_assumed_role_arn", "_role_id", "_session_policies", "_sessions",
        "_evict_expired_sessions",
    ),
    _IAM: (
        "_IAM_HANDLERS", "_oidc_providers", "_roles", "_error", "_xml", "_extract_tags", "_extract_tag_keys",
        "_now", "_future", "_gen_secret", "_gen_session_access_key", "_gen_session_token",
    ),
    _DYNAMODB: ("_update_ttl", "_update_continuous_backups", "_ttl_settings", "_pitr_settings"),
    _EVALUATOR: (
        "EvalContext", "evaluate_trust_policy", "_action_matches", "resolve_credential", "ResolvedCredential",
        "evaluate_resource_policy",
    ),
    _ACTIONS: ("request_tag_context", "extract_iam_action", "_match_rest_action"),
    _RESPONSES: (
        "error_response_json", "json_response", "get_account_id", "get_region", "get_request_client_ip",
        "request_scope",
    ),
    _KMS: ("_resolve_key",),
    _CLOUDTRAIL: ("_DISPATCH", "_get_event_queue", "_trails", "_event_selectors", "_DEFAULT_EVENT_SELECTORS"),
    _EVENTBRIDGE: (
        "_rules", "_targets", "_pattern_event_view", "_matches_pattern_view", "_invoke_target", "_dispatch_event",
    ),
    _S3: ("_bucket_owner_account", "_bucket_policies", "s3.handle_request"),
    _SNS: ("_topic_by_arn_any_scope", "_fanout"),
    _SQS: ("_queue_by_arn", "_queues"),
    _LAMBDA: ("_get_func_record_for_ref", "_execute_function_warm", "_invoke_depth"),
    _LOGS: (
        "_create_log_stream", "_put_log_events", "_append_log_events", "_fanout_to_subscription_filters",
        "_filter_log_events", "_log_groups", "_metric_filters", "_resolve_log_group_name",
        "_start_query", "_compile_insights_filter", "_row_from_record", "_split_insights_pipes",
    ),
    _CLOUDWATCH: (
        "_alarms", "_metrics", "_dims_key", "_calc_stats", "_stat_value", "_store_datum", "_evaluate_alarm",
        "_dispatch_alarm_actions", "_evaluate_parent_alarms", "_record_history", "record_metric",
    ),
    _PROVISIONERS: (
        "_RESOURCE_HANDLERS", "_STACK_TAG_PROPERTY", "_REPLACING_PROPERTIES", "_reconcile_tag_list", "_physical_name",
        "_cw_metric_alarm_record",
    ),
}  # fmt: skip


class MovedPartError(Exception):
    """Ministack is not the one that the seam was made for; the text names the remedy."""


def check() -> None:
    """Raise MovedPartError unless ministack is the pinned version and has every part that the seam needs."""
    try:
        version = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        version = "not installed"
    if version != PINNED_VERSION:
        raise MovedPartError(
            f"The embedded AWS needs ministack {PINNED_VERSION}; found: {version}. Remedy: delete .local/emulator-venv "
            f"and run the command again, or install the pinned requirements. To move to another version, set "
            f"PINNED_VERSION in local/seam/ministack_parts.py and run tests/local/seam, which show what has moved."
        )
    missing = [f"{module}.{name}" for module, names in PARTS.items() for name in names if not _has(module, name)]
    if missing:
        raise MovedPartError(
            f"The embedded AWS is sewn to parts of ministack that are no longer there: {', '.join(missing)}. "
            f"Remedy: install ministack {PINNED_VERSION} anew, or mend local/seam and its list of parts."
        )


def part(name: str) -> Any:
    """The part of ministack with this name, which PARTS must list."""
    (module,) = (module for module, names in PARTS.items() if name in names)
    return getattr(importlib.import_module(module), _bare(name))


def replace(module_of: str, replacement: object) -> None:
    """Put `replacement` where ministack looks the named function up when it calls it."""
    (module,) = (module for module, names in PARTS.items() if module_of in names)
    setattr(importlib.import_module(module), module_of, replacement)


def _bare(name: str) -> str:
    """The name in its module, of one that is listed with its service's, since several modules have it."""
    return name.rpartition(".")[2]


def _has(module: str, name: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), _bare(name))
    except (ImportError, AttributeError):  # the latter of a module that misses a part of another one
        return False
