"""The file that CTLearn's own tools open: the network alone, with two traps of CTLearn 0.10.4 stepped around."""

from typing import Any

from iactflow.models.backend import keras


def upstream_model(network: Any) -> Any:
    """Make the model that ``ctlearn-predict-*`` opens of one of CTLearn's networks.

    Parameters
    ----------
    network : keras.Model
        One of CTLearn's networks, giving ``{task: tensor}``.

    Returns
    -------
    keras.Model
        With the same weights; a bare tensor for the type alone, as upstream has it.

    Notes
    -----
    Upstream stores the gammaness of the last partial batch under another name, and loses it, unless the last layer is
    named ``type``; and it takes any model whose last layer is a Softmax for one of the type alone. So the softmax of
    the type alone is named ``type``, and one among several tasks is an Activation.
    """
    tasks = list(network.output)
    if "type" not in tasks:
        return network
    if tasks != ["type"]:
        softmax = keras.layers.Activation("softmax", name="type_softmax")
        outputs = {**network.output, "type": softmax(network.get_layer("type").output)}
        return keras.Model(network.input, outputs, name=network.name)

    def copy(layer: Any) -> Any:
        names = {"type": "type_logits"} if not isinstance(layer, keras.layers.Softmax) else {layer.name: "type"}
        return layer.__class__.from_config({**layer.get_config(), "name": names.get(layer.name, layer.name)})

    model = keras.models.clone_model(network, clone_function=copy)
    model.set_weights(network.get_weights())
    return keras.Model(model.input, model.output["type"], name=network.name)
