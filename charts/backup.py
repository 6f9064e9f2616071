"""Save and restore what an installation holds: its databases and its buckets. docs/operations.md shows the commands.

The script talks to the servers through port-forwards or to servers elsewhere, with the accounts of the installation's
own Secrets, which it takes from environment variables so that no password stands in a command line:
``PIPELINES_USER``, ``PIPELINES_PASSWORD``, ``MLFLOW_USER``, ``MLFLOW_PASSWORD`` for the databases, ``S3_ACCESS_KEY``
and ``S3_SECRET_KEY`` for the store. It needs ``mariadb-dump`` and ``mariadb`` (Debian: mariadb-client).
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from minio import Minio

_CHUNK = 1 << 20


class BackupError(Exception):
    """What must hold for a backup or a restoration, and what to do."""


def save(folder: Path, options: argparse.Namespace) -> None:
    """Write a backup into a new folder, complete or not at all.

    Raises
    ------
    BackupError
        If the folder exists, a variable is missing, or a server refuses.
    """
    if folder.exists():
        raise BackupError(f"The folder of a backup must be new. Received: {folder}, which exists.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        part = Path(scratch) / "backup"
        (part / "databases").mkdir(parents=True)
        (part / "objects").mkdir()
        # Databases first: objects are only ever added, so every object that a row names is in the copy that follows.
        manifest: dict[str, Any] = {"format": 1, "databases": {}, "objects": []}
        for name, account in _databases(options):
            path = part / "databases" / f"{name}.sql.gz"
            with gzip.open(path, "wb") as out:
                _run(
                    ["mariadb-dump", "--single-transaction", "--no-tablespaces", "--routines", name],
                    account,
                    options,
                    out=out,
                )
            manifest["databases"][name] = _sha256(path)
        store = _store(options)
        for bucket in options.buckets:
            for entry in store.list_objects(bucket, recursive=True):
                manifest["objects"].append(_fetch(store, bucket, str(entry.object_name), part / "objects"))
        (part / "manifest.json").write_text(json.dumps(manifest, indent=1))
        part.rename(folder)
    print(f"{len(manifest['databases'])} databases and {len(manifest['objects'])} objects saved", file=sys.stderr)
    print(folder)


def restore(folder: Path, options: argparse.Namespace) -> None:
    """Put a backup's databases and objects in place of what is there; objects that the backup lacks stay.

    Raises
    ------
    BackupError
        If the backup is incomplete or damaged, before anything is changed; or if a server refuses.
    """
    manifest = json.loads((folder / "manifest.json").read_text())
    expected = {folder / "databases" / f"{name}.sql.gz": digest for name, digest in manifest["databases"].items()}
    expected |= {folder / "objects" / entry["sha256"]: entry["sha256"] for entry in manifest["objects"]}
    for path, digest in expected.items():
        if not path.exists() or _sha256(path) != digest:
            raise BackupError(f"Every file of a backup must be as it was saved. {path} is not; take another backup.")
    accounts = dict(_databases(options))
    unknown = set(manifest["databases"]) - set(accounts)
    if unknown:
        raise BackupError(
            f"Every database of the backup needs an account (--accounts). Without one: {sorted(unknown)}."
        )
    for name in manifest["databases"]:
        with gzip.open(folder / "databases" / f"{name}.sql.gz") as dump:
            _run(["mariadb", name], accounts[name], options, source=dump)
    store = _store(options)
    for entry in manifest["objects"]:
        path = folder / "objects" / entry["sha256"]
        store.fput_object(entry["bucket"], entry["key"], str(path), content_type=entry["content_type"])
    print(f"{len(manifest['databases'])} databases and {len(manifest['objects'])} objects restored", file=sys.stderr)


def _databases(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Give each database with the name of the account that owns it: ``pipelines=mlpipeline,metadb``."""
    pairs = []
    for each in options.accounts:
        account, _, names = each.partition("=")
        pairs += [(name, account.upper()) for name in names.split(",")]
    return pairs


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise BackupError(f"The environment variable {name} must be set; docs/operations.md reads it from its Secret.")
    return value


def _run(command: list[str], account: str, options: argparse.Namespace, source: Any = None, out: Any = None) -> None:
    host, _, port = options.database.rpartition(":")
    login = [f"--host={host}", f"--port={port}", f"--user={_variable(f'{account}_USER')}", "--protocol=tcp"]
    environment = {**os.environ, "MYSQL_PWD": _variable(f"{account}_PASSWORD")}
    program, *arguments = command
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [program, "--no-defaults", *login, *arguments],
            env=environment,
            stdin=subprocess.PIPE if source else subprocess.DEVNULL,
            stdout=subprocess.PIPE if out else subprocess.DEVNULL,
            stderr=complaints,
        )
        try:
            if source and process.stdin:
                shutil.copyfileobj(source, process.stdin, _CHUNK)
                process.stdin.close()
            if out and process.stdout:
                shutil.copyfileobj(process.stdout, out, _CHUNK)
        except BrokenPipeError:
            # The program has ended early; what it said follows.
            pass
        if process.wait():
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip()
            raise BackupError(f"{program} must succeed on {options.database} as {account}. It said: {said}")


def _store(options: argparse.Namespace) -> Minio:
    url = urlsplit(options.store)
    return Minio(
        url.netloc,
        access_key=_variable("S3_ACCESS_KEY"),
        secret_key=_variable("S3_SECRET_KEY"),
        secure=url.scheme == "https",
        region=options.region,
    )


def _fetch(store: Minio, bucket: str, key: str, folder: Path) -> dict[str, str]:
    """Copy an object into a file named by its content, so that equal objects take their room once."""
    answer = store.get_object(bucket, key)
    digest = hashlib.sha256()
    part = folder / "part"
    try:
        with part.open("wb") as out:
            for chunk in answer.stream(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
        kind = answer.headers.get("Content-Type", "application/octet-stream")
    finally:
        answer.close()
        answer.release_conn()
    part.rename(folder / digest.hexdigest())
    return {"bucket": bucket, "key": key, "sha256": digest.hexdigest(), "content_type": kind}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """Read the command line and do what it says; 0 done, 1 failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["save", "restore"])
    parser.add_argument("folder", type=Path, help="folder of the backup")
    parser.add_argument("--database", default="127.0.0.1:3306", help="HOST:PORT of the database [%(default)s]")
    parser.add_argument("--store", default="http://127.0.0.1:9000", help="URL of the object store [%(default)s]")
    parser.add_argument("--region", default="us-east-1", help="region of the object store [%(default)s]")
    parser.add_argument(
        "--accounts",
        nargs="+",
        default=["pipelines=mlpipeline,metadb", "mlflow=mlflow"],
        help="accounts and the databases they own [%(default)s]",
    )
    parser.add_argument("--buckets", nargs="+", default=["mlpipeline", "mlflow"], help="buckets [%(default)s]")
    options = parser.parse_args(arguments)
    try:
        {"save": save, "restore": restore}[options.action](options.folder, options)
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
