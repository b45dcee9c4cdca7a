"""Bad servers: each failure is one clear line with its cause, in bounded time, and shows no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asked import asked, fault_of

from gpurules.cli.main import run
from gpurules.cluster import patience
from gpurules.cluster.prometheus import ask, store
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.fault import Cause
from gpurules.cluster.prometheus.store import Store
from live_prometheus import free_port
from loopback import Exchange, serving

SECRET = "a-token-that-must-not-be-shown"
HEADERS = (("Authorization", f"Bearer {SECRET}"), ("X-Scope-OrgID", "tenant"))
EMPTY = '{"status":"success","data":{"resultType":"vector","result":[]}}'


def error(kind: str, text: str, **more: Any) -> str:
    return json.dumps({"status": "error", "errorType": kind, "error": text, **more})


def holding(element: str) -> str:
    return EMPTY.replace("[]", f"[{element}]")


def reply(*words: Any, **named: Any) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.reply(*words, **named)


def hang(exchange: Exchange) -> None:
    exchange.stopping.wait(30)


def drip(exchange: Exchange) -> None:
    """A byte now and then, so that something always comes."""
    exchange.send_response(200)
    exchange.end_headers()
    exchange.wfile.write(EMPTY[:-1].encode())
    while not exchange.stopping.wait(0.05):
        exchange.wfile.write(b" ")


def cut(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "1000")
    exchange.end_headers()
    exchange.wfile.write(EMPTY[:30].encode())


def raw(data: bytes) -> Callable[[Exchange], None]:
    def write(exchange: Exchange) -> None:
        exchange.wfile.write(data)
        exchange.close_connection = True

    return write


def echo(exchange: Exchange) -> None:
    exchange.reply(f"you sent {exchange.headers['Authorization']}\x1b[31m and more", 500, "text/plain")


def endless(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.end_headers()
    exchange.wfile.write(b'{"status":"success","data":{"resultType":"vector","result":[')
    while not exchange.stopping.is_set():
        exchange.wfile.write(b'{"metric":{"a":"b"},"value":[1,"1"]},' * 1000)


ELSEWHERE = {"Location": f"https://elsewhere.example/login?token={SECRET}"}
STATUS = json.dumps({"kind": "Status", "message": 'services "p" is forbidden', "code": 403})
BAD = [
    ("401", reply("", 401), Cause.DENIED, "the credentials are not accepted (401"),
    ("403", reply("go away\nplease", 403, "text/plain"), Cause.DENIED, "this account may not ask it (403: go away)"),
    ("404", reply("404 page not found", 404, "text/plain"), Cause.NOT_FOUND, "there is no /api/v1/query (404"),
    ("404 page", reply("<html>", 404, "text/html"), Cause.NOT_FOUND, "needs a path such as /prometheus"),
    ("400", reply(error("bad_data", "1:4: parse error: x"), 400), Cause.QUERY, ": 1:4: parse error: x"),
    ("422", reply(error("execution", "many-to-many\nnot \x1b[1mallowed"), 422), Cause.QUERY, "not \\x1b[1mallowed"),
    ("400 of another", reply("nonsense", 400, "text/plain"), Cause.FAILED, "it answers 400: nonsense"),
    ("200 with an error", reply(error("execution", "too many")), Cause.QUERY, "too many"),
    (
        "timed out there",
        reply(error("timeout", "query timed out"), 503),
        Cause.TIMEOUT,
        "503: query timed out; see --timeout",
    ),
    ("429 for ever", reply("slow down", 429, "text/plain", Retry_After="0"), Cause.BUSY, "it answers 429: slow down"),
    ("429 for an hour", reply("", 429, Retry_After="3600"), Cause.BUSY, "asks to be left alone for 3600 s; try again"),
    ("500", reply(error("internal", "no disk"), 500), Cause.FAILED, "it answers 500: no disk"),
    ("502 page", reply("<html>", 502, "text/html"), Cause.FAILED, "it answers 502: a web page"),
    ("302", reply("", 302, **ELSEWHERE), Cause.REDIRECT, "sends to https://elsewhere.example, which is not followed"),
    ("302 inside", reply("", 301, Location="/x/"), Cause.REDIRECT, "it answers 301 and sends to /x/"),
    ("302 nonsense", reply("", 302, Location="http://[x"), Cause.REDIRECT, "sends to a malformed address"),
    ("302 nowhere", reply("", 302), Cause.REDIRECT, "sends to nowhere"),
    ("HTML", reply("<html>", kind="text/html"), Cause.ANSWER, "a web page, not with JSON; see whether the address"),
    ("HTML that says JSON", reply("<html>"), Cause.ANSWER, "the answer is no JSON object"),
    ("truncated", reply(EMPTY[:40]), Cause.ANSWER, "the answer breaks off"),
    ("cut", cut, Cause.ANSWER, "the answer breaks off"),
    ("empty", reply(""), Cause.ANSWER, "the answer breaks off"),
    ("gzip", reply(b"\x1f\x8b", Content_Encoding="gzip"), Cause.ANSWER, "compressed"),
    ("other JSON", reply("{}"), Cause.ANSWER, "not what a Prometheus answers"),
    ("no data", reply('{"status":"success"}'), Cause.ANSWER, "no instant vector but a nothing"),
    ("matrix", reply(EMPTY.replace("vector", "matrix")), Cause.ANSWER, "no instant vector but a matrix"),
    (
        "labels",
        reply(EMPTY.replace("[]", '[{"metric":{"a":1},"value":[1,"1"]}]')),
        Cause.ANSWER,
        "labels that are none",
    ),
    ("sample", reply(EMPTY.replace("[]", '[{"metric":{},"value":[1,"x"]}]')), Cause.ANSWER, "a sample that is none"),
    ("no sample", reply(EMPTY.replace("[]", '[{"metric":{}}]')), Cause.ANSWER, "not what a Prometheus answers"),
    ("hangs", hang, Cause.TIMEOUT, "no whole answer within 0.5 s; see --timeout"),
    ("drips", drip, Cause.TIMEOUT, "no whole answer within 0.5 s"),
    ("no HTTP", raw(b"SSH-2.0-x\r\n"), Cause.UNREACHABLE, "no understandable answer"),
    ("closes", raw(b""), Cause.UNREACHABLE, "the connection was closed without an answer"),
    ("echoes", echo, Cause.FAILED, "it answers 500: you sent <hidden>\\x1b[31m and more"),
    ("API server", reply(STATUS, 403), Cause.DENIED, 'the API server answers 403: services "p" is forbidden'),
]


@pytest.mark.parametrize(("answer", "cause", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_servers(
    answer: Callable[[Exchange], None], cause: Cause, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)
    with serving(answer) as server:
        fault = fault_of(Access(server.url, HEADERS, timeout=0.5))
    assert fault is not None
    assert (fault.cause, fault.exit_code, len(fault.problems)) == (cause, 3, 1)
    assert str(fault).startswith(f"Prometheus {server.url}: ")
    assert says in str(fault)
    assert SECRET not in str(fault)
    assert not set("\x1b\n") & set(str(fault))


def test_nobody_is_there() -> None:
    fault = fault_of(Access(f"http://127.0.0.1:{free_port()}"))
    assert (fault.cause, "Connection refused" in str(fault)) == (Cause.UNREACHABLE, True)


def test_a_host_name_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def unknown(*_: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fault = fault_of(Access("http://prometheus.example:9090"))
    assert (fault.cause, "Name or service not known" in str(fault)) == (Cause.UNREACHABLE, True)


BUSY = [("Retry-After", "0"), ("Retry-After", "1"), ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"), ("X", "y")]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", BUSY, ids=[": ".join(row) for row in BUSY])
def test_a_busy_server_is_asked_again(header: tuple[str, str], status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(patience, "sleep", sleep)
    replies = [reply("", status, **dict([header])), reply("", status, **dict([header])), reply(EMPTY)]
    with serving(lambda exchange: replies[min(len(server.requests), 3) - 1](exchange)) as server:
        assert asked(Access(server.url), lambda store: store.instant("up")) == ()
    assert len(server.requests) == 3
    assert paused == ([1.0, 1.0] if header[1] == "1" else [0.01, 0.02])


def lots(kind: str, element: str, count: int, closing: str = "]}}") -> Callable[[Exchange], None]:
    """An answer with ``count`` elements, written as it goes."""

    def write(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.end_headers()
        exchange.wfile.write(f'{{"status":"success","data":{kind}'.encode())
        for number in range(count):
            exchange.wfile.write((("," if number else "") + element.replace("NUMBER", str(number))).encode())
        exchange.wfile.write(closing.encode())

    return write


VECTOR = '{"resultType":"vector","result":['
MATRIX = '{"resultType":"matrix","result":['
SAMPLE = '{"metric":{"a":"NUMBER"},"value":[1,"1"]}'
GROUP = '{"name":"g","rules":[{"name":"a","query":"b"}]}'
SERIES = '{"metric":{"a":"NUMBER"},"values":[]}'
MUCH: list[tuple[Callable[[Exchange], None], Callable[[Store], Any], str]] = [
    (lots(VECTOR, SAMPLE, 101), lambda one: one.instant("up"), "series"),
    (lots(MATRIX, SERIES, 101), lambda one: one.range("up", 0, 1, 1), "series"),
    (lots("[", '{"a":"NUMBER"}', 101, "]}"), lambda one: one.series(["up"], 0, 1), "series"),
    (lots("[", '"NUMBER"', 101, "]}"), lambda one: one.label_values("a", [], 0, 1), "label values"),
    (lots('{"groups":[', GROUP, 101), lambda one: one.rules(), "rules"),
    (lots('{"activeTargets":[', '{"labels":{}}', 101), lambda one: one.targets(), "targets"),
]


@pytest.mark.parametrize(("answer", "question", "what"), MUCH)
@pytest.mark.parametrize("most", [100, 101])
def test_more_than_was_agreed(
    answer: Callable[[Exchange], None], question: Callable[[Store], Any], what: str, most: int
) -> None:
    with serving(answer) as server:
        access = Access(server.url, largest_series=most)
        fault = fault_of(access, question)
    if most == 101:
        assert fault is None
    else:
        assert (fault.cause, fault.detail) == (Cause.TOO_MUCH, f"the answer has more {what} than 100")


def test_more_samples_and_bytes_than_were_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST_POINTS", 100)
    points = ",".join(f'[{moment},"1"]' for moment in range(51))
    with serving(lots(MATRIX, f'{{"metric":{{}},"values":[{points}]}}', 2)) as server:
        fault = fault_of(Access(server.url), lambda one: one.range("up", 0, 1, 1))
    assert (fault.cause, fault.detail) == (Cause.TOO_MUCH, "the answer has more samples than 100")
    monkeypatch.setattr(ask, "LARGEST_ANSWER", 10_000)
    with serving(endless) as server:
        fault = fault_of(Access(server.url))
    assert (fault.cause, fault.detail) == (Cause.TOO_MUCH, "the answer has more bytes than 10,000")


def test_an_endless_answer_is_left() -> None:
    with serving(endless) as server:
        fault = fault_of(Access(server.url))
    assert (fault.cause, fault.detail) == (Cause.TOO_MUCH, "the answer has more series than 100,000")


SEEN = ("401", "404 page", "429 for an hour", "500", "302", "HTML", "truncated", "hangs", "echoes", "no HTTP")


@pytest.mark.parametrize(("answer", "says"), [(row[1], row[3]) for row in BAD if row[0] in SEEN])
def test_what_a_user_sees_of_it(
    answer: Callable[[Exchange], None], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "token").write_text(SECRET + "\n", encoding="utf-8")
    with serving(answer) as server:
        asked = ["doctor", "--prometheus", server.url, "--bearer-token-file", str(tmp_path / "token")]
        code = run([*asked, "--timeout", "500ms", "--html", str(tmp_path / "report.html")])
    shown = capsys.readouterr()
    assert (code, shown.out, shown.err.count("\n")) == (3, "", 1)
    assert shown.err.startswith(f"gpurules: error: Prometheus {server.url}: ")
    assert says in shown.err
    assert SECRET not in shown.err
    assert not (tmp_path / "report.html").exists()
