"""The pipeline ``campaign``: DL1 files of a campaign become DL2 files, shares of them side by side."""

from typing import NamedTuple

from kfp import dsl

from iactflow.components.predict.component import predict
from iactflow.pipelines import default_text


class Outputs(NamedTuple):
    """What the pipeline gives back: of each share, where its DL2 files are."""

    dl2: list[dsl.Dataset]


@dsl.pipeline(name="campaign", display_name="Predict a campaign")
def campaign(
    models: list,
    data: list,
    target: str,
    config: str = default_text("campaign"),
    settings: list = [],  # noqa: B006 - kfp takes the default from the signature
    shards: list = ["1/4", "2/4", "3/4", "4/4"],  # noqa: B006
) -> Outputs:
    """Predict many DL1 files in shares that run side by side, one DL2 file each; started again it does what is left.

    Parameters
    ----------
    models
        Models as a list: folders that all nodes see, s3://bucket/model, or models:/NAME@ALIAS of MLflow.
    data
        DL1 files, folders, globs or s3:// to predict, as a list.
    target
        Where DL2 files go: s3://bucket/folder, or a folder that all nodes see. Files that are finished there stay.
    config
        Experiment file as YAML text, of which predict and data.ctapipe count; pipelines/configs/full.yaml is the
        default and explains each key.
    settings
        Changes to the experiment as KEY=VALUE, such as ["predict.keep=images"].
    shards
        Shares of the files, as a list of I/N.
    """
    with dsl.ParallelFor(shards, name="Shares", parallelism=0) as shard:
        share = predict(config=config, settings=settings, data=data, models=models, target=target, shard=shard)
        share.set_display_name("Predict a share")
    return Outputs(dl2=dsl.Collected(share.outputs["dl2"]))
