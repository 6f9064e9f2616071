"""Kubeflow's API: the few calls that submitting, scheduling and following runs take."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iactflow.cluster.access import credentials
from iactflow.cluster.environment import Environment, Kubeflow
from iactflow.cluster.refusals import explained, not_kubeflow
from iactflow.cluster.version import check_version
from iactflow.errors import ConfigError

#: Environment variable that takes the place of ``kubeflow.endpoint``.
ENDPOINT = "KFP_ENDPOINT"
_PATIENCE = 30


class Client:
    """A connection to one Kubeflow Pipelines server.

    Parameters
    ----------
    environment : Environment
        Its ``kubeflow`` section says where and how; ``KFP_ENDPOINT`` overrides the endpoint.

    Raises
    ------
    ConfigError
        If the server does not let us in, is older than the SDK, or is not for as many users as the environment says.
    IactflowError
        If it cannot be reached.
    """

    def __init__(self, environment: Environment) -> None:
        import kfp_server_api as api

        self.kubeflow: Kubeflow = environment.kubeflow
        override = os.environ.get(ENDPOINT)
        self.endpoint = (override or self.kubeflow.endpoint).rstrip("/")
        self.dashboard = (self.endpoint if override else self.kubeflow.dashboard or self.endpoint).rstrip("/")
        access = credentials(self.kubeflow, self.endpoint)
        configuration = api.Configuration(host=self.endpoint)
        configuration.ssl_ca_cert = self.kubeflow.ca_file
        configuration.retries = False  # a refused connection is told at once
        if access.token is not None:
            configuration.api_key["authorization"] = access.token
            configuration.api_key_prefix["authorization"] = "Bearer"
        self._transport = api.ApiClient(configuration, cookie=access.cookie)
        self._pipelines = api.PipelineServiceApi(self._transport)
        self._uploads = api.PipelineUploadServiceApi(self._transport)
        self._experiments = api.ExperimentServiceApi(self._transport)
        self._runs = api.RunServiceApi(self._transport)
        self._recurring = api.RecurringRunServiceApi(self._transport)
        self.remark = self._check()

    @property
    def namespace(self) -> str | None:
        """The namespace that requests name: Kubeflow for a single user takes none."""
        return self.kubeflow.namespace if self.kubeflow.multi_user else None

    def run_url(self, run_id: str) -> str:
        """Give the address of a run's page."""
        return f"{self.dashboard}/#/runs/details/{run_id}"

    def schedule_url(self, recurring_run_id: str) -> str:
        """Give the address of a recurring run's page."""
        return f"{self.dashboard}/#/recurringrun/details/{recurring_run_id}"

    def pipeline(self, name: str) -> Any | None:
        """Find a pipeline by its name."""
        with self._explained("look for the pipeline"):
            found = self._pipelines.pipeline_service_list_pipelines(
                filter=_named(name), **self._in_namespace(), _request_timeout=_PATIENCE
            )
        return (found.pipelines or [None])[0]

    def create_pipeline(self, name: str, description: str) -> Any:
        """Make a pipeline without versions."""
        import kfp_server_api as api

        body = api.V2beta1Pipeline(display_name=name, name=name, description=description, namespace=self.namespace)
        with self._explained("create the pipeline"):
            return self._pipelines.pipeline_service_create_pipeline(body, _request_timeout=_PATIENCE)

    def newest_version(self, pipeline_id: str) -> Any | None:
        """Find the version that recurring runs follow."""
        with self._explained("list the versions of the pipeline"):
            found = self._pipelines.pipeline_service_list_pipeline_versions(
                pipeline_id, page_size=1, sort_by="created_at desc", _request_timeout=_PATIENCE
            )
        return (found.pipeline_versions or [None])[0]

    def spec_of(self, run: Any) -> dict[str, Any]:
        """Fetch the pipeline that a run ran, as compiled."""
        reference = run.pipeline_version_reference
        if reference is None:
            return _specification(run.pipeline_spec)
        with self._explained("fetch the version of the pipeline"):
            version = self._pipelines.pipeline_service_get_pipeline_version(
                reference.pipeline_id, reference.pipeline_version_id, _request_timeout=_PATIENCE
            )
        return _specification(version.pipeline_spec)

    def upload_version(self, pipeline_id: str, name: str, package: Path) -> Any:
        """Upload a compiled pipeline as a new version."""
        with self._explained("take the pipeline"):
            return self._uploads.upload_pipeline_version(
                str(package), name=name, pipelineid=pipeline_id, _request_timeout=_PATIENCE
            )

    def find_experiment(self, name: str) -> Any | None:
        """Find an experiment that is not archived by its name."""
        with self._explained("look for the experiment"):
            found = self._experiments.experiment_service_list_experiments(
                filter=_named(name), **self._in_namespace(), _request_timeout=_PATIENCE
            )
        return next((one for one in found.experiments or [] if one.storage_state != "ARCHIVED"), None)

    def experiment(self, name: str) -> Any:
        """Find an experiment by its name, or make it."""
        import kfp_server_api as api

        found = self.find_experiment(name)
        if found is not None:
            return found
        body = api.V2beta1Experiment(display_name=name, namespace=self.namespace)
        with self._explained("create the experiment"):
            return self._experiments.experiment_service_create_experiment(body, _request_timeout=_PATIENCE)

    def create_run(
        self,
        name: str,
        experiment_id: str,
        arguments: Mapping[str, Any],
        *,
        version: Any | None = None,
        spec: Mapping[str, Any] | None = None,
    ) -> Any:
        """Start a run of a version of a pipeline, or of a compiled pipeline that is not uploaded (`spec`)."""
        import kfp_server_api as api

        reference = None
        if version is not None:
            reference = api.V2beta1PipelineVersionReference(version.pipeline_id, version.pipeline_version_id)
        body = api.V2beta1Run(
            display_name=name,
            experiment_id=experiment_id,
            pipeline_version_reference=reference,
            pipeline_spec=spec,
            runtime_config=api.V2beta1RuntimeConfig(parameters=dict(arguments)),
        )
        with self._explained("create the run"):
            return self._runs.run_service_create_run(body, _request_timeout=_PATIENCE)

    def run(self, run_id: str) -> Any:
        """Fetch a run with the state of its steps."""
        with self._explained("tell about the run"):
            return self._runs.run_service_get_run(run_id, _request_timeout=_PATIENCE)

    def runs(self, experiment_id: str, count: int) -> list[Any]:
        """List the newest runs of an experiment."""
        with self._explained("list the runs"):
            found = self._runs.run_service_list_runs(
                experiment_id=experiment_id,
                **self._in_namespace(),
                page_size=count,
                sort_by="created_at desc",
                _request_timeout=_PATIENCE,
            )
        return list(found.runs or [])

    def schedules(self, name: str, experiment_id: str) -> list[Any]:
        """List the recurring runs of a name in an experiment."""
        with self._explained("list the recurring runs"):
            found = self._recurring.recurring_run_service_list_recurring_runs(
                experiment_id=experiment_id,
                **self._in_namespace(),
                filter=_named(name),
                page_size=100,
                _request_timeout=_PATIENCE,
            )
        return list(found.recurring_runs or [])

    def create_schedule(self, body: Any) -> Any:
        """Make a recurring run."""
        with self._explained("create the recurring run"):
            return self._recurring.recurring_run_service_create_recurring_run(body, _request_timeout=_PATIENCE)

    def delete_schedule(self, recurring_run_id: str) -> None:
        """Remove a recurring run; runs that it started stay and go on."""
        with self._explained("delete the recurring run"):
            # Kubernetes deletes what a schedule owns with it, which would end a training under way
            self._recurring.recurring_run_service_delete_recurring_run(
                recurring_run_id, propagation_policy="ORPHAN", _request_timeout=_PATIENCE
            )

    def _check(self) -> str | None:
        """Look at who answers before anything is changed; give a remark about its version."""
        with self._explained("say which version it is"):
            # called by hand, because the SDK's model of the answer leaves the version out
            health, _, _ = self._transport.call_api(
                "/apis/v2beta1/healthz",
                "GET",
                response_type="object",
                auth_settings=["Bearer"],
                _request_timeout=_PATIENCE,
            )
        if not isinstance(health, dict):
            raise not_kubeflow(self.kubeflow, self.endpoint)
        multi_user = bool(health.get("multi_user", False))
        if multi_user != self.kubeflow.multi_user:
            kept = "for several users" if multi_user else "for a single user"
            raise ConfigError(
                f"{self.endpoint} is Kubeflow {kept}: kubeflow.multi_user in the environment must be "
                f"{str(multi_user).lower()}. Received: {str(self.kubeflow.multi_user).lower()}."
            )
        return check_version(str(health.get("tag_name", "unknown")))

    def _in_namespace(self) -> dict[str, str]:
        return {"namespace": self.namespace} if self.namespace is not None else {}

    def _explained(self, doing: str) -> Any:
        return explained(self.kubeflow, self.endpoint, doing)


def _specification(content: Mapping[str, Any]) -> dict[str, Any]:
    """Take a pipeline's own part out of what the server keeps of it; a platform's part may stand beside it."""
    return dict(content.get("pipeline_spec", content))


def _named(name: str) -> str:
    return json.dumps({"predicates": [{"operation": "EQUALS", "key": "display_name", "stringValue": name}]})
