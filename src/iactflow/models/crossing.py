"""Where the lines of several telescopes meet: the classical stereoscopic reconstruction, in closed form."""

from typing import Any

from iactflow.models.backend import PACKAGE, keras

#: Share of the lines' weight that holds parallel lines at the mean of their points.
_HOLD = 1e-3
#: Bounds of what networks and forests are given: deg, and units of 100 m.
_FARTHEST, _LONGEST = 6.0, 10.0
#: Metres of one unit of places.
PLACE_UNIT = 100.0
#: Typical values, which make inputs of order one.
_SCALE = 2.0
#: Numbers that `stereo_features` gives for each telescope.
N_FEATURES = 7


def crossing(points: Any, double: Any, weights: Any) -> Any:
    """Find the point that lies closest to several lines in a plane.

    Parameters
    ----------
    points : array or tensor, shape (n, k, 2)
        A point of each line.
    double : array or tensor, shape (n, k, 2)
        Unit vector at twice the angle of each line.
    weights : array or tensor, shape (n, k)
        Weight of each line, 0 for lines that are not there.

    Returns
    -------
    tensor, shape (n, 2)

    Notes
    -----
    Least squares of the weighted distances d_i = n_i (x - p_i) with n_i the normals: x = (sum w N)^-1 sum w N p with
    N = n n^T. A small multiple of the unit matrix about the weighted mean of the points keeps it defined where all
    lines are parallel; one line alone gives its own point.
    """
    ops = keras.ops
    cos, sin = double[..., 0], double[..., 1]
    normal = ops.stack([1 - cos, -sin, -sin, 1 + cos], axis=-1) / 2  # n n^T, row by row
    total = ops.maximum(ops.sum(weights, axis=1), 1e-6)
    share = weights / total[:, None]
    mean = ops.sum(share[..., None] * points, axis=1)
    beside = points - mean[:, None]
    a, b, _, d = (ops.sum(share * normal[..., number], axis=1) for number in range(4))
    x = ops.sum(share * (normal[..., 0] * beside[..., 0] + normal[..., 1] * beside[..., 1]), axis=1)
    y = ops.sum(share * (normal[..., 2] * beside[..., 0] + normal[..., 3] * beside[..., 1]), axis=1)
    a, d = a + _HOLD, d + _HOLD
    determinant = a * d - b * b
    return mean + ops.stack([d * x - b * y, a * y - b * x], axis=-1) / determinant[:, None]


def stereo_features(centroids: Any, places: Any, axis: Any, charge: Any, present: Any) -> Any:
    """Give what the crossing of the images' axes tells about each telescope's image.

    Parameters
    ----------
    centroids : array or tensor, shape (n, k, 2)
        Of the images, in deg along x and y of a camera that all telescopes share.
    places : array or tensor, shape (n, k, 2)
        Of the telescopes in the plane perpendicular to their pointing, along the same axes, in units of `PLACE_UNIT`.
    axis : array or tensor, shape (n, k, 2)
        Elongation of each image, see `iactflow.models.window.Window`.
    charge : array or tensor, shape (n, k)
        Of the cleaned images, in p.e.
    present : array or tensor, shape (n, k)
        One where there is an image, zero where there is none.

    Returns
    -------
    tensor, shape (n, k, N_FEATURES)
        Where the axes cross in the sky beside the centroid (2), where they cross on the ground beside the telescope
        (2), the distance of the latter, its ratio to the former (the height of the light), and how well the axes cross,
        all scaled to order one and bounded; zero where there is no image.
    """
    ops = keras.ops
    length = ops.sqrt(ops.sum(ops.square(axis), axis=-1) + 1e-6)
    double = axis / length[..., None]
    weights = charge * ops.square(length) * present
    source = crossing(centroids, double, weights)[:, None] - centroids
    core = crossing(places, double, weights)[:, None] - places
    source, core = _bounded(source, _FARTHEST), _bounded(core, _LONGEST)
    impact = ops.sqrt(ops.sum(ops.square(core), axis=-1) + 1e-4)
    away = ops.sqrt(ops.sum(ops.square(source), axis=-1) + 1e-2)
    share = weights / ops.maximum(ops.sum(weights, axis=1, keepdims=True), 1e-6)
    aligned = ops.sum(share[..., None] * double, axis=1)
    crossed = 1 - ops.sqrt(ops.sum(ops.square(aligned), axis=-1) + 1e-6)
    columns = [
        source / _SCALE,
        core / _SCALE,
        impact[..., None] / _SCALE,
        ops.log(impact / away)[..., None],
        ops.broadcast_to(crossed[:, None, None], ops.shape(impact[..., None])),
    ]
    return ops.concatenate(columns, axis=-1) * present[..., None]


def _bounded(vectors: Any, longest: float) -> Any:
    """Shorten long vectors, whichever way they point."""
    length = keras.ops.sum(keras.ops.square(vectors), axis=-1, keepdims=True)
    return vectors / keras.ops.sqrt(1 + length / longest**2)


@keras.saving.register_keras_serializable(package=PACKAGE)
class Array(keras.layers.Layer):  # type: ignore[misc]
    """Put the windows of an array event together.

    Takes the outputs of `iactflow.models.window.Window` for k images of an event, and ``present``, ``place`` (m) and
    ``pointing`` (deg) as `iactflow.data.array.gather_events` gives them. Gives

    - ``telescopes`` (n, k, 3 + N_FEATURES + 1): the window's scalars, what the crossing of the axes tells, and the
      logarithm of the number of images;
    - ``offset`` (n, k, 2): each window's centre beside the event's, in deg, turned as the windows are;
    - ``crossing`` (n, k, 2): where the axes cross, beside each window's centre;
    - ``present`` (n, k): one where there is an image;
    - ``origin`` (n, 2), ``frame`` (n, 2, 2): an offset d from the event's centre is ``origin + d @ frame`` in the
      leader's camera, in deg.

    Notes
    -----
    Pointings that differ shift images by their difference in deg; the turn of one camera's axes against another's is
    left out, which takes pointings within a few degrees of each other.
    """

    def compute_output_spec(self, seen: dict[str, Any], array: dict[str, Any]) -> dict[str, Any]:
        """Give the shapes of the outputs."""
        n, k = seen["origin"].shape[:2]
        shapes = {
            "telescopes": (n, k, 4 + N_FEATURES),
            "offset": (n, k, 2),
            "crossing": (n, k, 2),
            "present": (n, k),
            "origin": (n, 2),
            "frame": (n, 2, 2),
        }
        return {name: keras.KerasTensor(shape, dtype="float32") for name, shape in shapes.items()}

    def call(self, seen: dict[str, Any], array: dict[str, Any]) -> dict[str, Any]:
        """Compute the geometry in the frame of the turned windows."""
        ops = keras.ops
        present = ops.cast(array["present"], "float32")
        count = ops.maximum(ops.sum(present, axis=1), 1.0)
        frame = seen["frame"][:, 0]
        a, b, c, d = (frame[:, i, j] for i in range(2) for j in range(2))
        turn = ops.reshape(ops.stack([d, -b, -c, a], axis=1) / (a * d - b * c)[:, None], (-1, 2, 2))
        centres = seen["origin"] + array["pointing"]
        origin = ops.sum(centres * present[..., None], axis=1) / count[:, None]
        offset = ops.einsum("nki,nij->nkj", centres - origin[:, None], turn) * present[..., None]
        places = ops.einsum("nki,nij->nkj", array["place"] / PLACE_UNIT, turn)
        moved = ops.einsum("nki,nij->nkj", array["pointing"], turn)
        scalars = seen["scalars"] * present[..., None]
        # Window gives the centroid in its own camera, turned about the camera's centre as places and offsets are.
        centroid = seen["centroid"] + moved - ops.einsum("ni,nij->nj", origin, turn)[:, None]
        features = stereo_features(centroid, places, seen["axis"], seen["charge"], present)
        crossed = (centroid + _SCALE * features[..., :2] - offset) * present[..., None]
        many = ops.broadcast_to(ops.log(count)[:, None, None], ops.shape(scalars[..., :1])) * present[..., None]
        return {
            "telescopes": ops.concatenate([scalars, features, many], axis=-1),
            "offset": offset,
            "crossing": crossed,
            "present": present,
            "origin": origin,
            "frame": frame,
        }
