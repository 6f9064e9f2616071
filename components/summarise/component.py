"""Kubeflow component that ends every run on a cluster, whether its steps succeeded or not."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def summarise(
    config: str,
    settings: list,
    run_id: str,
    started: str,
    status: dsl.PipelineTaskFinalStatus,
    summary: dsl.Output[dsl.Markdown],
) -> None:
    """Write how the run ended, what it cost and with which experiment.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as train.epochs=3.
    run_id
        Kubeflow's identifier of the run.
    started
        When the run was created, in UTC.
    status
        How the steps ended; Kubeflow fills it in.
    summary
        The account, for the dashboard.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.cluster.summary import summary_of

    with step():
        text = summary_of(status.state, status.error_message, config, settings, run_id=run_id, started=started)
        Path(summary.path).write_text(text)
