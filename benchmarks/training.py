"""Training steps with their input, beside CTLearn's: the same SingleCNN, file, mapper and batch size."""

from time import perf_counter

from benchmarks.reading import BATCH, store_and_loader
from benchmarks.table import Row, device

#: Steps that are timed, after some that are not.
STEPS, WARM_UP = 20, 3


def rows() -> list[Row]:
    """Measure both on the same machine in the same run."""
    import keras

    from iactflow.data.feeder import Feeder
    from iactflow.fitting.optimizers import make_optimizer
    from iactflow.fitting.steps import Steps
    from iactflow.models.assemble import picture_model, pixel_model
    from iactflow.models.config import Mapping
    from iactflow.models.registry import build_network
    from iactflow.models.tasks import TASKS

    with store_and_loader() as (store, loader_for):
        loader = loader_for("BilinearMapper")
        picture = picture_model(store.camera.geometry, Mapping(channels=["image", "peak_time"]))
        columns = [tensor.name for tensor in picture.inputs]
        everything = range(len(store))
        labels = {"energy": TASKS["energy"].labels(store, everything)}
        network = build_network("ctlearn.SingleCNN", picture.output_shape[1:], ["energy"])
        optimizer = make_optimizer("adam", 1e-3, schedule="constant", n_steps=STEPS)
        steps = Steps(pixel_model(picture, network), optimizer, "mae", ["energy"])
        feeder = Feeder(store, everything, columns, labels, batch_size=BATCH, seed=1)
        for number, batch in enumerate(feeder.epoch()):
            if number == WARM_UP:
                start = perf_counter()
            float(steps.fit(batch))
            if number == WARM_UP + STEPS - 1:
                break
        ours = STEPS * BATCH / (perf_counter() - start)

        theirs = build_network("ctlearn.SingleCNN", loader.input_shape, ["energy"])
        theirs.compile(keras.optimizers.Adam(1e-3), {"energy": "mae"})
        for number in range(WARM_UP + STEPS):
            if number == WARM_UP:
                start = perf_counter()
            theirs.train_on_batch(*loader[number])
        peer = STEPS * BATCH / (perf_counter() - start)
    name = "training steps of SingleCNN, input included"
    return [Row(name, ours, "events/s", "CTLearn 0.10.4", peer, ours / peer, STEPS * BATCH, device())]
