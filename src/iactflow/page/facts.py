"""What a result is about: its data, its model, its making."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from iactflow.data.result import Result
from iactflow.page import numbers
from iactflow.page.blocks import Block, Code, Facts, Table, Text
from iactflow.page.commands import store_commands
from iactflow.page.wording import scored, scored_sample


def identity(result: Result, samples: Sequence[str]) -> dict[str, str]:
    """Tell in a line what was scored; `samples` names the samples of events."""
    return {
        "Task": tasks_in_words(result.tasks),
        "Instrument": str(result.model.get("instrument", result.data["camera"]["name"])),
        "Camera": result.data["camera"]["name"],
        "Scored": f"{samples[0]} ({scored_sample(result)})",
        **({"And": ", ".join(samples[1:])} if samples[1:] else {}),
    }


def tasks_in_words(tasks: Sequence[str]) -> str:
    """Write names of tasks as people say them."""
    return ", ".join(task.replace("direction", " direction") for task in tasks)


def sample_line(result: Result) -> str:
    """Tell what a sample holds: images or array events, showers, particles, energies."""
    data = result.data
    return (
        f"{scored_sample(result)} ({', '.join(data['primaries'])}), "
        f"{_range(data['energy_tev'], 'TeV')}, zenith angle {_range(data['zenith_deg'], 'deg')}"
    )


def data_blocks(result: Result) -> list[Block]:
    """Describe the scored events: stores, counts, ranges, cuts."""
    data, (n_scored, row) = result.data, scored(result)
    facts = {
        "Showers made": data["sample"]["made"],
        "Sources": ", ".join(data["sources"]),
        "Stores": ", ".join(f"{store['path']} ({numbers.count(store['n_images'])} images)" for store in data["stores"]),
        "Hash of the stores": data["store_hash"],
        "Part": f"{data['split']}; train, validation and test never share a shower",
        "Images": numbers.count(data["n_images"]),
        "Array events": numbers.count(data["n_events"]),
        "Showers": numbers.count(data["n_showers"]),
        "Primaries": ", ".join(f"{name} ({numbers.count(n)} {row}s)" for name, n in data["primaries"].items()),
        "True energy": _range(data["energy_tev"], "TeV"),
        "Zenith angle": _range(data["zenith_deg"], "deg"),
    }
    if "intensity_pe" in data:
        facts["Intensity"] = _range(data["intensity_pe"], "p.e.")
    if "n_outside_range" in data:
        facts["Outside of the training's range"] = (
            f"{numbers.count(data['n_outside_range'])} of {numbers.count(n_scored)} {row}s"
        )
    cuts = [[cut["name"], numbers.count(cut["before"]), numbers.count(cut["removed"])] for cut in data["cuts"]]
    blocks: list[Block] = [Facts(facts)]
    if cuts:
        blocks.append(Table(["Cut", "Images before", "Removed"], cuts))
    learnt = result.model.get("stores")
    if learnt:
        head = ["Trained on", f"Training {row}s (showers)", f"Validation {row}s (showers)", "Hash"]
        blocks.append(Table(head, [_learnt(store) for store in learnt]))
    return blocks


def _learnt(store: Mapping[str, Any]) -> list[str]:
    return [
        str(store["path"]),
        *(
            f"{numbers.count(store[f'n_{part}'])} ({numbers.count(store[f'n_{part}_showers'])})"
            for part in ("train", "validation")
        ),
        str(store["hash"]),
    ]


def model_blocks(results: Mapping[str, Result]) -> list[Block]:
    """Describe the models: layers of networks, features and settings of forests."""
    blocks: list[Block] = []
    for name, result in results.items():
        model = result.model
        if model.get("summary"):
            blocks.append(Code(model["summary"], label=f"Layers of {name}"))
        if model.get("features"):
            settings = ", ".join(f"{key} {value}" for key, value in model["config"].items())
            blocks.append(
                Text(
                    f"{name}: {len(model['features'])} features ({', '.join(model['features'])}), "
                    f"label {model['label']}, {numbers.count(model['n_train'])} training {scored(result)[1]}s, "
                    f"{settings}."
                )
            )
    return blocks


def general_blocks(result: Result) -> list[Block]:
    """List general information: what was trained how, with which software."""
    model = result.model
    train = (model.get("config") or {}).get("train") or {}
    facts = {
        "Model": result.name,
        "Task": ", ".join(result.tasks),
        "Instrument": str(model.get("instrument", "–")),
        "Camera": f"{result.data['camera']['name']}, geometry {result.data['camera']['hash']}",
        "Label": ", ".join(str(label) for label in (model.get("labels") or {"": model.get("label", "–")}).values()),
        "Loss": str(model.get("loss", "–")),
        "Seed of the training": str(model.get("seed", "–")),
        "Seed of the resamplings": str(result.bootstrap.seed),
        **{
            key.replace("_", " ").capitalize(): str(train[key])
            for key in ("epochs", "batch_size", "learning_rate")
            if key in train
        },
        **({"Epoch that was kept": str(model["kept_epoch"])} if "kept_epoch" in model else {}),
        "Hash of the scored events": result.events_hash,
    }
    run = model.get("mlflow") or {}
    if run.get("run_id"):
        facts["MLflow run"] = f"{run['run_id']} in {run.get('tracking_uri', '')}"
    versions = {**(model.get("versions") or {}), **result.provenance.get("versions", {})}
    facts["Software"] = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return [Facts(facts)]


def reproduction_blocks(result: Result, command: str) -> list[Block]:
    """Give the commands that make the result and its page again.

    Parameters
    ----------
    result : Result
        What to make again.
    command : str
        The command that draws the page.
    """
    learnt = result.model.get("stores") or []
    lines, files = store_commands(result.provenance.get("stores") or [])
    if learnt:
        data = shlex.join(word for store in learnt for word in ("--data", store["path"]))
        converted = result.model.get("shrunk") if "runtime" in result.model else None
        trained = converted["from"]["path"] if converted else result.provenance["model"]
        lines.append(f"iactflow train experiment.yaml {data} --out {shlex.quote(trained)}")
        if converted:
            lines.append(converted["command"])
        files["experiment.yaml"] = _experiment(result)
    return [
        Text("With the same data, software and seeds these commands give the same numbers:"),
        Code("\n".join([*lines, result.provenance["command"], command])),
        *(Code(text, label=name) for name, text in files.items()),
    ]


def _experiment(result: Result) -> str:
    """Write the experiment file that trained and scored a network."""
    import yaml

    config = result.model["config"]
    experiment = {
        "task": result.tasks,
        "instrument": result.model["instrument"],
        "data": {"select": config["selection"]},
        "model": config["model"],
        "train": config["train"],
        "evaluate": result.provenance["config"],
    }
    return yaml.safe_dump(experiment, sort_keys=False, allow_unicode=True)


def _range(ends: list[float], unit: str) -> str:
    low, high = (numbers.number(end) for end in ends)
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"
