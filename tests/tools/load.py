#!/usr/bin/env python3
"""Many clients of one server: load.py URL PROJECT PID [SECONDS]

300 connections stay open, 40 of them readers that take next to nothing of long answers, 20 streams of events, and 100 ask questions at
a time, over and over; some leave in the middle. First the slow ones are alone with somebody who asks quick questions. Every answer is whole and right, or a clean 429 or 503 (problem+json, Retry-After); the
process stays within its memory, and afterwards it is idle again. Standard library only.
"""
import asyncio
import json
import random
import sys
import time

url, project, pid = sys.argv[1], sys.argv[2], int(sys.argv[3])
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 10
host, port = url.split("//")[1].split(":")
random.seed(1)
counts, growth = {}, []
LONG = {"rows": ["invoice_line.invoice_no", "invoice_line.description", "invoice_line.stock_code"]}


def count(what):
    counts[what] = counts.get(what, 0) + 1


def resident_mb():
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")) // 1024


def head(method, path, body=b""):
    return (f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


async def read_answer(reader):
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    status = int(lines[0].split()[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readline()).strip(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return status, headers, body


def check(status, headers, body):
    count(status)
    if status in (429, 503):
        assert headers["content-type"] == "application/problem+json" and headers["retry-after"], headers
        assert json.loads(body)["status"] == status
    else:
        assert status == 200, (status, body[:500])
        document = json.loads(body)
        assert "error" not in document, document["error"]


async def call(connection, method, path, body=None):
    reader, writer = connection
    writer.write(head(method, path, json.dumps(body).encode() if body else b""))
    answer = await asyncio.wait_for(read_answer(reader), 120)
    check(*answer)
    return answer


async def asker(until, n):
    """Questions, most of them asked by others too, and the page's other calls; a refused connection is closed and made again."""
    connection = None
    while time.monotonic() < until:
        try:
            connection = connection or await asyncio.open_connection(host, int(port))
            which = random.random()
            if which < 0.4:
                limit = random.choice([1, 2, 3, 5, random.randrange(1000)]) + 1
                body = {"project": project, "query": {"measures": ["revenue"], "dimensions": ["invoice_line.stock_code"], "limit": limit}}
                status, _, text = await call(connection, "POST", "/api/v1/query", body)
                assert status != 200 or len(json.loads(text)["rows"]) <= limit
            elif which < 0.7:
                await call(connection, "POST", "/api/v1/ask", {"project": project, "question": random.choice(["revenue by country", "units by month", "top 3 products", f"revenue above {n}"])})
            elif which < 0.9:
                await call(connection, "GET", random.choice(["/health", f"/api/v1/model?project={project}", "/api/v1/status", f"/api/v1/runs?project={project}"]))
            else:  # leaves
                connection[1].write(head("POST", "/api/v1/query", json.dumps({"project": project, "query": LONG}).encode()))
                await asyncio.sleep(random.random() / 10)
                connection[1].close()
                connection = None
                count("left")
        except (ConnectionError, asyncio.IncompleteReadError):
            count("closed")  # after a 503 of too many connections, or an idle one
            connection = None
    if connection:
        connection[1].close()


async def slow(until):
    """Asks for a long answer and takes a few bytes of it a second."""
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection(host, int(port), limit=2048)
            writer.write(head("POST", "/api/v1/query", json.dumps({"project": project, "query": LONG}).encode()))
            while time.monotonic() < until and await reader.read(64):
                await asyncio.sleep(0.3)
            count("slow")
            writer.transport.abort()
        except ConnectionError:
            count("slow closed")


async def stream(until):
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head("GET", "/api/v1/events"))
        while time.monotonic() < until and await asyncio.wait_for(reader.read(1000), until - time.monotonic() + 1):
            count("event")
    except (asyncio.TimeoutError, ConnectionError):
        pass
    writer.close()


async def idle(until):
    try:
        connection = await asyncio.open_connection(host, int(port))
        await call(connection, "GET", "/health")
        await asyncio.sleep(max(until - time.monotonic(), 0))
        connection[1].close()
    except (ConnectionError, asyncio.IncompleteReadError):
        count("closed")


async def watch(until):
    while time.monotonic() < until:
        growth.append(resident_mb())
        await asyncio.sleep(0.5)


async def quick_beside_slow():
    """Readers that take next to nothing, five times as many as workers, do not stop a quick question."""
    until, took = time.monotonic() + 8, []
    readers = [asyncio.create_task(slow(until)) for _ in range(40)]
    await asyncio.sleep(3)
    connection = await asyncio.open_connection(host, int(port))
    for n in range(20):  # each is another one, so none is kept
        begun = time.monotonic()
        query = {"measures": ["revenue"], "dimensions": ["invoice_line.country"], "limit": n + 1}
        assert (await call(connection, "POST", "/api/v1/query", {"project": project, "query": query}))[0] == 200
        took.append(time.monotonic() - begun)
    connection[1].close()
    assert not any(reader.done() for reader in readers), "a slow reader did not stay"
    await asyncio.gather(*readers)
    print("beside 40 slow readers: a question in %.0f ms, at most %.0f" % (1000 * sorted(took)[10], 1000 * max(took)))
    assert max(took) < 5, "a quick question waited for slow readers"


async def main():
    await quick_beside_slow()
    before, until = resident_mb(), time.monotonic() + seconds
    work = [asker(until, n) for n in range(100)] + [slow(until) for _ in range(40)] + [stream(until) for _ in range(20)]
    await asyncio.gather(watch(until), *work, *[idle(until) for _ in range(140)])
    await asyncio.sleep(1)
    connection = await asyncio.open_connection(host, int(port))
    for _ in range(100):
        health = json.loads((await call(connection, "GET", "/health"))[2])
        text = (await call_text(connection, "/metrics")).decode()
        waiting = int(text.split("\nstarling_requests_waiting ")[1].split("\n")[0])
        if health["streams"] == 0 and waiting == 0:
            break
        await asyncio.sleep(0.2)
    assert health["streams"] == 0 and waiting == 0, (health, waiting)
    status, _, body = await call(connection, "POST", "/api/v1/query", {"project": project, "query": {"measures": ["revenue"]}})
    assert status == 200
    half = len(growth) // 2
    print("memory MB: before %d, first half at most %d, second half at most %d" % (before, max(growth[:half]), max(growth[half:])))
    print(", ".join(f"{what}: {n}" for what, n in sorted(counts.items(), key=str)))
    assert max(growth[half:]) < max(growth[:half]) * 1.25 + 50, "memory grows"
    assert counts.get(200, 0) > 200, "hardly anybody was answered"


async def call_text(connection, path):
    reader, writer = connection
    writer.write(head("GET", path))
    return (await asyncio.wait_for(read_answer(reader), 60))[2]


asyncio.run(main())
