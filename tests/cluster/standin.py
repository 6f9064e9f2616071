"""A stand-in for Kubeflow Pipelines' API server 2.17.0: no Kubeflow, but as strict as its source and OpenAPI are.

The server itself cannot be built from the package registries. This one takes the requests and gives the answers of
``kfp-server-api``'s models, refuses what they do not know, and keeps to what the real server's source shows: an unknown
parameter is a 400, a single-user server keeps no namespaces, recurring runs cannot be changed, details of a run
list every node of the workflow without a link from child to parent, a time that is not there is year 1 or 1970.
"""

import json
import uuid
from datetime import UTC, datetime, timedelta

import kfp_server_api
import yaml
from kfp import components

EPOCH = "1970-01-01T00:00:00Z"
NEVER = "0001-01-01T00:00:00Z"


class Refusal(Exception):
    """An answer that is no success: HTTP status, gRPC code, message."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.body = {"error": message, "code": code, "message": message, "details": []}


def strict(model, content):
    """Refuse what the OpenAPI model does not know, at every depth."""
    kind = getattr(kfp_server_api, model)
    keys = {name: kind.openapi_types[attribute] for attribute, name in kind.attribute_map.items()}
    for key, value in content.items():
        if key not in keys:
            raise Refusal(400, 3, f'proto: (line 1:2): unknown field "{key}"')
        if hasattr(kfp_server_api, keys[key]) and isinstance(value, dict):
            strict(keys[key], value)
        elif keys[key] == "str" and not isinstance(value, str):
            raise Refusal(400, 3, f"proto: invalid value for string field {key}: {value}")
        elif keys[key] == "bool" and not isinstance(value, bool):
            raise Refusal(400, 3, f"proto: invalid value for bool field {key}: {value}")
    return content


class Kubeflow:
    """The server's state, and what a test may set."""

    def __init__(self, *, multi_user=False, tag="2.17.0", token=None, namespaces=("kubeflow",), allowed=None):
        self.multi_user, self.tag, self.token = multi_user, tag, token
        self.namespaces, self.allowed = namespaces, namespaces if allowed is None else allowed
        self.pipelines, self.versions, self.experiments, self.runs, self.schedules = {}, {}, {}, {}, {}
        self.requests = []
        self.clock = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        #: States of the steps, one set per question about a run.
        self.progress = [{}]
        self.state = "SUCCEEDED"

    def now(self):
        self.clock += timedelta(seconds=1)
        return self.clock.isoformat().replace("+00:00", "Z")

    def in_namespace(self, namespace):
        if not self.multi_user:
            return ""
        if not namespace:
            raise Refusal(400, 3, "Invalid input error: a namespace cannot be empty in multi-user mode")
        if namespace not in self.allowed:
            # word for word, of 2.17.0
            raise Refusal(
                403,
                7,
                "Failed to authorize with API: PermissionDenied: User 'user@example.org' is not authorized with "
                f"reason:  (request: &ResourceAttributes{{Namespace:{namespace},Verb:list,Group:pipelines.kubeflow.org,"
                "Version:v1beta1,Resource:experiments,Subresource:,Name:,}): Unauthorized access",
            )
        return namespace

    def parameters(self, spec, given):
        known = spec["root"].get("inputDefinitions", {}).get("parameters", {})
        for name in given:
            if name not in known:
                raise Refusal(400, 3, f"parameter(s) provided are not required by pipeline: {name}")

    def spec_of(self, body):
        """Find the pipeline that a run or recurring run names, as the server resolves it."""
        reference, spec = body.get("pipeline_version_reference"), body.get("pipeline_spec")
        if (reference is None) == (spec is None):
            raise Refusal(400, 3, "Pipeline spec source is missing")
        if spec is not None:
            components.load_component_from_text(yaml.safe_dump_all([spec["pipeline_spec"], spec["platform_spec"]]))
            return spec["pipeline_spec"]
        if reference["pipeline_id"] not in self.pipelines:
            raise Refusal(404, 5, f"Pipeline {reference['pipeline_id']} not found")
        version = reference.get("pipeline_version_id")
        if version is None:
            version = self.newest(reference["pipeline_id"])[0]["pipeline_version_id"]
        return self.versions[version]["pipeline_spec"]["pipeline_spec"]

    def newest(self, pipeline):
        of_it = [version for version in self.versions.values() if version["pipeline_id"] == pipeline]
        return sorted(of_it, key=lambda version: version["created_at"], reverse=True)

    def details(self, run):
        """Nodes of the workflow as Argo names them: besides the steps their drivers and executors."""
        states = self.progress[min(run["asked"], len(self.progress) - 1)]
        begin = datetime.fromisoformat(run["created_at"])
        nodes = [
            ("root-driver", "SUCCEEDED", 2),
            ("exit-handler-1", "RUNNING", 0),
            ("exit-handler-1-driver", "SUCCEEDED", 2),
        ]
        for key, (state, seconds) in states.items():
            nodes += [(key, state, seconds), (f"{key}-driver", "SUCCEEDED", 3), ("executor", state, seconds)]
        return [
            {
                "run_id": run["run_id"],
                "task_id": str(uuid.uuid4()),
                "display_name": name,
                "create_time": run["created_at"],
                "start_time": run["created_at"],
                "end_time": (begin + timedelta(seconds=seconds)).isoformat() if seconds else NEVER,
                "state": state,
                "child_tasks": [{"pod_name": f"energy-x7k2p-{index}"}],
            }
            for index, (name, state, seconds) in enumerate(nodes)
        ]

    def answer_run(self, run_id):
        if run_id not in self.runs:
            raise Refusal(404, 5, f"Run {run_id} not found")
        run = self.runs[run_id]
        details = self.details(run)
        run["asked"] += 1
        over = run["asked"] >= len(self.progress)
        public = {key: value for key, value in run.items() if key != "asked"}
        return public | {
            "state": self.state if over else "RUNNING",
            "finished_at": self.now() if over else EPOCH,
            "run_details": {"task_details": details},
        }


def named(query, entries):
    """Apply the only filter that our client uses: one display_name."""
    if "filter" in query:
        (predicate,) = json.loads(query["filter"])["predicates"]
        assert (predicate["operation"], predicate["key"]) == ("EQUALS", "display_name"), predicate
        entries = [entry for entry in entries if entry["display_name"] == predicate["stringValue"]]
    return entries


def health(kubeflow, query, body):
    return {"commit_sha": "unknown", "tag_name": kubeflow.tag, "multi_user": kubeflow.multi_user}


def list_pipelines(kubeflow, query, body):
    namespace = kubeflow.in_namespace(query.get("namespace", ""))
    return {"pipelines": [one for one in named(query, kubeflow.pipelines.values()) if one["namespace"] == namespace]}


def create_pipeline(kubeflow, query, body):
    strict("V2beta1Pipeline", body)
    namespace = kubeflow.in_namespace(body.get("namespace"))
    if any((one["name"], one["namespace"]) == (body["name"], namespace) for one in kubeflow.pipelines.values()):
        raise Refusal(409, 6, "Already exist error: the pipeline already exists")
    made = body | {
        "pipeline_id": str(uuid.uuid4()),
        "namespace": namespace,
        "created_at": kubeflow.now(),
    }
    return kubeflow.pipelines.setdefault(made["pipeline_id"], made)


def list_versions(kubeflow, query, body, pipeline):
    assert query["sort_by"] == "created_at desc"
    return {"pipeline_versions": kubeflow.newest(pipeline)[: int(query["page_size"])]}


def get_version(kubeflow, query, body, pipeline, version):
    return kubeflow.versions[version]


def upload_version(kubeflow, query, text):
    components.load_component_from_text(text)
    spec, platform = yaml.safe_load_all(text)
    if any(one["name"] == query["name"] for one in kubeflow.newest(query["pipelineid"])):
        raise Refusal(409, 6, "Failed to create a pipeline version")
    made = {
        "pipeline_id": query["pipelineid"],
        "pipeline_version_id": str(uuid.uuid4()),
        "name": query["name"],
        "display_name": query["name"],
        "created_at": kubeflow.now(),
        "pipeline_spec": {"pipeline_spec": spec, "platform_spec": platform},
    }
    return kubeflow.versions.setdefault(made["pipeline_version_id"], made)


def list_experiments(kubeflow, query, body):
    namespace = kubeflow.in_namespace(query.get("namespace", ""))
    return {
        "experiments": [one for one in named(query, kubeflow.experiments.values()) if one["namespace"] == namespace]
    }


def create_experiment(kubeflow, query, body):
    strict("V2beta1Experiment", body)
    made = body | {
        "experiment_id": str(uuid.uuid4()),
        "namespace": kubeflow.in_namespace(body.get("namespace")),
        "storage_state": "AVAILABLE",
        "created_at": kubeflow.now(),
    }
    return kubeflow.experiments.setdefault(made["experiment_id"], made)


def create_run(kubeflow, query, body):
    strict("V2beta1Run", body)
    experiment = kubeflow.experiments.get(body["experiment_id"])
    if experiment is None:
        raise Refusal(404, 5, "Experiment not found")
    if kubeflow.multi_user and experiment["namespace"] not in kubeflow.namespaces:
        raise Refusal(500, 13, f'Failed to create a workflow: namespaces "{experiment["namespace"]}" not found')
    if "pipeline_version_reference" in body and "pipeline_version_id" not in body["pipeline_version_reference"]:
        raise Refusal(400, 3, "pipeline_version_id is empty")
    kubeflow.parameters(kubeflow.spec_of(body), body["runtime_config"]["parameters"])
    made = body | {"run_id": str(uuid.uuid4()), "created_at": kubeflow.now(), "state": "PENDING", "asked": 0}
    kubeflow.runs[made["run_id"]] = made
    return {key: value for key, value in made.items() if key != "asked"}


def get_run(kubeflow, query, body, run):
    return kubeflow.answer_run(run)


def list_runs(kubeflow, query, body):
    assert query["sort_by"] == "created_at desc"
    found = [run for run in kubeflow.runs.values() if run["experiment_id"] == query["experiment_id"]]
    newest = sorted(found, key=lambda run: run["created_at"], reverse=True)[: int(query["page_size"])]
    return {"runs": [{key: value for key, value in run.items() if key != "asked"} for run in newest]}


def list_schedules(kubeflow, query, body):
    found = [one for one in kubeflow.schedules.values() if one["experiment_id"] == query["experiment_id"]]
    return {"recurringRuns": named(query, found)}


def create_schedule(kubeflow, query, body):
    strict("V2beta1RecurringRun", body)
    kubeflow.parameters(kubeflow.spec_of(body), body["runtime_config"].get("parameters", {}))
    # robfig/cron 1.2 takes five fields as well and reads the first as the second
    if (
        len(body["trigger"]["cron_schedule"]["cron"].split()) not in (5, 6)
        or not 1 <= int(body["max_concurrency"]) <= 10
    ):
        raise Refusal(400, 3, "Schedule or concurrency is invalid")
    made = body | {"recurring_run_id": str(uuid.uuid4()), "created_at": kubeflow.now(), "status": "ENABLED"}
    return kubeflow.schedules.setdefault(made["recurring_run_id"], made)


def delete_schedule(kubeflow, query, body, schedule):
    if kubeflow.schedules.pop(schedule, None) is None:
        raise Refusal(404, 5, "Recurring run not found")
    # the schedule owns the workflows of its runs, and Kubernetes deletes them with it
    if query.get("propagation_policy") != "ORPHAN":
        for run in [key for key, run in kubeflow.runs.items() if run.get("recurring_run_id") == schedule]:
            del kubeflow.runs[run]
    return {}


ROUTES = (
    ("healthz", {"GET": health}),
    ("pipelines", {"GET": list_pipelines, "POST": create_pipeline}),
    ("pipelines/upload_version", {"POST": upload_version}),
    ("pipelines/([^/]+)/versions", {"GET": list_versions}),
    ("pipelines/([^/]+)/versions/([^/]+)", {"GET": get_version}),
    ("experiments", {"GET": list_experiments, "POST": create_experiment}),
    ("runs", {"GET": list_runs, "POST": create_run}),
    ("runs/([^/]+)", {"GET": get_run}),
    ("recurringruns", {"GET": list_schedules, "POST": create_schedule}),
    ("recurringruns/([^/]+)", {"DELETE": delete_schedule}),
)
