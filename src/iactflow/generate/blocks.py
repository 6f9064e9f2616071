"""Blocks: the part of a run that becomes one source of a store or one file, the same whoever makes it and when."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.samples import file_sha256
from iactflow.errors import ConfigError
from iactflow.generate.config import Generate

#: Images of a block; a multiple of the sampler's own blocks.
IMAGES_PER_BLOCK = 4096
#: Run numbers of generated images lie above those of simulated ones and fit 32 bits.
_FIRST_RUN, _RUNS = 2_050_000_000, 97_000_000
_CONDITIONS = 0xC04D


@dataclass(frozen=True)
class Block:
    """Images that are generated together.

    Attributes
    ----------
    generator : str
        Name of the generator.
    content : str
        Hash of its bundle.
    config : dict
        The section ``generate`` as far as it decides what images look like.
    number, first : int
        Number of the block in the run, and of its first image.
    n_images : int
        How many images it has.
    """

    generator: str
    content: str
    config: dict[str, Any]
    number: int
    first: int
    n_images: int

    @property
    def name(self) -> str:
        """Name of the source or, with an ending, of the file."""
        return f"{self.generator}_s{self.config['seed']}_b{self.number:05d}_i{self.n_images}"

    @property
    def run_card(self) -> str:
        """What the images of all blocks of the run depend on, as text."""
        return json.dumps({"generator": self.generator, "content": self.content, "config": self.config}, sort_keys=True)

    @property
    def identity(self) -> str:
        """Hash of everything that the block's images depend on."""
        return hashlib.sha256(f"{self.run_card} {self.number} {self.n_images}".encode()).hexdigest()

    @property
    def obs_id(self) -> int:
        """Number of the run in the data: another one for each generator, configuration and block."""
        digest = hashlib.blake2b(f"{self.run_card} {self.number}".encode(), digest_size=8).digest()
        return _FIRST_RUN + int.from_bytes(digest, "big") % _RUNS

    @property
    def conditions_seed(self) -> int:
        """Seed that the block's conditions are drawn with."""
        return int(np.random.SeedSequence([self.config["seed"], self.number, _CONDITIONS]).generate_state(1)[0])


def plan(generator: str, content: str, config: Generate, shard: tuple[int, int], showers: str = "") -> list[Block]:
    """Divide a run, or a share of it, into blocks.

    Parameters
    ----------
    generator, content : str
        Name and hash of the generator.
    config : Generate
        How many images, of what kind.
    shard : tuple of int
        (i, n): the i-th of n shares, counted from 1. All shares together are the whole run.
    showers : str
        Hash of the stores whose showers images are generated for; empty where conditions are drawn.

    Raises
    ------
    ConfigError
        If there is no such share.
    """
    number, count = shard
    if not 1 <= number <= count:
        raise ConfigError(f"--shard I/N must have 1 <= I <= N. Received: {number}/{count}.")
    told = config.model_dump(mode="json", exclude={"images", "split"})
    if showers:
        told["showers"] = showers
    firsts = range(0, config.images, IMAGES_PER_BLOCK)
    blocks = [
        Block(generator, content, told, k, first, min(IMAGES_PER_BLOCK, config.images - first))
        for k, first in enumerate(firsts)
    ]
    return blocks[number - 1 :: count]


def content_of(bundle: Path) -> str:
    """Identify a bundle by the names and contents of its files, checkpoints left out."""
    digest = hashlib.sha256()
    for path in sorted(bundle.rglob("*")):
        place = path.relative_to(bundle)
        if path.is_file() and place.parts[0] != "checkpoint":
            digest.update(f"{place} {file_sha256(path)}\n".encode())
    return digest.hexdigest()[:16]
