#!/usr/bin/env python3
"""Follows the public stream of changed records, and prints each as a line of JSON."""

import argparse
import asyncio
import datetime
import hashlib
import importlib
import json
import os
import pathlib
import sys
import tempfile

STREAM = "ADIT-RECORDS"
# Records that are asked for at once.
BATCH = 200
PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "adit-python"


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    parser.add_argument("--name", default="subscriber", help="the NATS user, which its inbox and its consumer are called after")
    parser.add_argument("--organization", default="*", help="guid")
    parser.add_argument("--project", default="*", help="guid; - for records of no project")
    parser.add_argument("--domain", default="*", help="boards, git, pipelines or tfvc")
    parser.add_argument("--entity", default="*", help="for example pull_requests")
    parser.add_argument("--since", default="now", help="now, beginning, or a time: 2026-11-23T06:40:00Z")
    parser.add_argument("--count", type=int, help="end after so many records")
    parser.add_argument("--timeout", type=float, help="end when nothing came for so many seconds")
    parser.add_argument("--cache", type=pathlib.Path, default=CACHE, help="where generated classes are kept")
    return parser.parse_args()


def generated(cache):
    """The folder with the classes of the proto files as they are now; made when it is not there yet."""
    sources = sorted(PROTO.rglob("*.proto"))
    if not sources:
        sys.exit(f"error: there are no proto files in {PROTO}")
    import google.protobuf
    import grpc_tools
    from grpc_tools import protoc

    digest = hashlib.sha256(google.protobuf.__version__.encode())
    for source in sources:
        digest.update(str(source.relative_to(PROTO)).encode() + b"\0" + source.read_bytes())
    folder = cache / digest.hexdigest()[:16]
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: another subscriber may start at this moment.
        with tempfile.TemporaryDirectory(dir=cache) as work:
            made = pathlib.Path(work) / "classes"
            made.mkdir()
            well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
            arguments = ["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={made}"]
            if protoc.main(arguments + [str(source) for source in sources]) != 0:
                sys.exit("error: the proto files do not compile")
            try:
                made.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
    return folder, [source.relative_to(PROTO) for source in sources]


def load(cache):
    """Imports all generated classes; after that every message is found by its full name."""
    folder, sources = generated(cache)
    sys.path.insert(0, str(folder))
    for source in sources:
        importlib.import_module(".".join(source.with_suffix("").parts) + "_pb2")


def message_class(content_type):
    """The class that a content type names: `application/x-protobuf; messageType=adit.git.v1.Commit`."""
    from google.protobuf import descriptor_pool, message_factory

    parts = dict(part.strip().split("=", 1) for part in content_type.split(";") if "=" in part)
    descriptor = descriptor_pool.Default().FindMessageTypeByName(parts["messageType"])
    return message_factory.GetMessageClass(descriptor)


def shown(message):
    """A record with all that its message says of it."""
    from google.protobuf.json_format import MessageToDict

    headers = message.headers or {}
    record = None
    # What was deleted, and what is too large for a message, is told by its key alone.
    if message.data:
        record = message_class(headers["Content-Type"])()
        record.ParseFromString(message.data)
    organization, project, domain, entity = message.subject.split(".")[3:7]
    return {
        "time": message.metadata.timestamp.isoformat(),
        "sequence": message.metadata.sequence.stream,
        "operation": headers.get("Adit-Operation"),
        "organization_id": organization,
        "project_id": None if project == "-" else project,
        "domain": domain,
        "entity": entity.replace("-", "_"),
        "key": headers.get("Adit-Key"),
        "hash": headers.get("Adit-Hash"),
        "record": None if record is None else MessageToDict(record, preserving_proto_field_name=True),
    }


def consumer(name, subject, since):
    """A consumer of our own, which the server forgets when we have been away for five minutes."""
    from nats.js.api import ConsumerConfig, DeliverPolicy

    def beginning(**where):
        return ConsumerConfig(name=name, filter_subject=subject, inactive_threshold=300, **where)

    if since == "now":
        return beginning(deliver_policy=DeliverPolicy.NEW)
    if since == "beginning":
        return beginning(deliver_policy=DeliverPolicy.ALL)
    try:
        # Python 3.10 does not read the `Z`.
        time = datetime.datetime.fromisoformat(since.replace("Z", "+00:00"))
    except ValueError:
        sys.exit("error: --since takes `now`, `beginning`, or a time such as 2026-11-23T06:40:00Z")
    time = time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)
    return beginning(deliver_policy=DeliverPolicy.BY_START_TIME, opt_start_time=time.astimezone(datetime.timezone.utc))


def is_record(message):
    """JetStream gives out what one may read to any subject; what was given out says so, or has no key."""
    headers = message.headers or {}
    return "Adit-Key" in headers and "Nats-Stream" not in headers


async def follow(asked):
    import nats

    tokens = [asked.organization, asked.project, asked.domain, asked.entity.replace("_", "-")]
    subject = ".".join(["adit.records.v1", *tokens])
    # Each user hears answers on an inbox of its own only (deploy/nats/subscriber.conf).
    inbox = f"_INBOX_{asked.name}".encode()
    connection = await nats.connect(asked.server, name="subscribe.py", inbox_prefix=inbox, connect_timeout=10)
    try:
        stream = connection.jetstream()
        try:
            # What an earlier run has left may begin elsewhere.
            await stream.delete_consumer(STREAM, asked.name)
        except nats.js.errors.NotFoundError:
            pass
        await stream.add_consumer(STREAM, consumer(asked.name, subject, asked.since))
        records = await stream.pull_subscribe_bind(asked.name, STREAM)
        left = asked.count
        while left is None or left > 0:
            try:
                messages = await records.fetch(min(left or BATCH, BATCH), timeout=asked.timeout or 30)
            except (nats.errors.TimeoutError, asyncio.TimeoutError):
                if asked.timeout is None:
                    continue
                return left is None
            for message in messages:
                if is_record(message):
                    print(json.dumps(shown(message), ensure_ascii=False), flush=True)
                    left = None if left is None else left - 1
                await message.ack()
        return True
    finally:
        await connection.close()


def main():
    asked = options()
    load(asked.cache)
    try:
        return 0 if asyncio.run(follow(asked)) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing is left to be flushed to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
