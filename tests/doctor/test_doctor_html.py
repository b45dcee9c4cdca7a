"""The report as a page: the whole of it, in a browser, small and dark too; whatever others wrote stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_report import AT, DAY, empty_report, sample_report

import browser
import png
from gpurules.doctor.model import (
    Ambiguity,
    Coverage,
    CoveragePoint,
    Fact,
    Finding,
    Gpu,
    LostGpu,
    Machine,
    Node,
    PathJoin,
    Reason,
    Report,
    RuleGroup,
    RuleState,
    Sample,
    Severity,
)
from gpurules.doctor.report import html_map
from gpurules.doctor.report.html import write
from gpurules.doctor.report.html_chart import HEIGHT, WIDTH, charts, strips
from gpurules.doctor.report.html_words import share
from gpurules.version import __version__
from loopback import serving

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "doctor"
DESKTOP, PHONE = 1280, 390
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
LIGHT_PAGE, DARK_PAGE = (0xF7, 0xF8, 0xF8), (0x12, 0x15, 0x18)


def test_the_whole_page(golden: Callable[[str, str], None]) -> None:
    golden("report.html", write(sample_report()).replace(__version__, "VERSION"))


def test_the_page_of_nothing(golden: Callable[[str, str], None]) -> None:
    golden("empty.html", write(empty_report()).replace(__version__, "VERSION"))


class Reader(HTMLParser):
    """Elements with their attributes, and the text; complains where elements do not nest."""

    VOID = frozenset({"meta", "br", "wbr", "path", "rect", "line"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


ATTRIBUTES = {
    "class",
    "id",
    "title",
    "lang",
    "charset",
    "content",
    "name",
    "http-equiv",
    "datetime",
    "scope",
    "d",
    "role",
}
ATTRIBUTES |= {"aria-label", "data-name", "viewbox", "preserveaspectratio", "d", "x", "y", "x1", "x2", "y1", "y2"}
ATTRIBUTES |= {"width", "height"}


def check_harmless(page: str) -> Reader:
    """That the page holds nothing that fetches, runs or leads elsewhere."""
    found = Reader(page)
    for tag, attributes in found.elements:
        assert tag not in ("script", "img", "iframe", "object", "embed", "link", "base", "form", "a", "use", "image")
        assert set(attributes) <= ATTRIBUTES, tag
    assert [tag for tag, _ in found.elements].count("style") == 1
    return found


def hostile(text: str) -> Report:
    """The report with ``text`` in every place that others write."""
    report = sample_report()
    labels = (("__name__", text), (text, text), ("pod", text))
    gpu = Gpu(text, text, text, text, text)
    return replace(
        report,
        server=text,
        evaluator=text,
        findings=(Finding(text, Severity.ERROR, "q", text, text, (), (Sample(labels, text),)),),
        facts=(Fact("KubeVirt", text),),
        paths=(PathJoin(text, 1, 1, 0, 0, 1, (Reason(text, 1),)),),
        coverage=(Coverage(text, 60.0, (text,), (CoveragePoint(AT, 1, 1),)),),
        ambiguities=(Ambiguity(text, (text,), 1.0, 60.0, (AT,)),),
        nodes=(Node(text, (Machine(text, text, (gpu,)), Machine(text, text, (), silent=True))),),
        lost=(LostGpu(gpu, labels, text),),
        loaded=replace(
            report.loaded,
            groups=(RuleGroup(text, text, 30.0, 1.0, 1),),
            rules=(RuleState(text, "failing", text, text),),
        ),
        recommendation=replace(report.recommendation, config=text),
        warnings=(text,),
    )


HOSTILE = [
    "<script>document.title='taken'</script>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "'><svg onload=alert(1)>",
    "</style></title><script>document.title='taken'</script>",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}{% raw %}[[ 7 ]]",
    "&lt;b&gt; &amp; &#60;",
    "javascript:alert(1)",
    "\x1b[31m\x00\r\n\u202eevil\u2066\ufeff",
    "\ud800",
    "x" * 100_000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:30]) for text in HOSTILE])
def test_what_others_wrote_stays_text(text: str) -> None:
    page = write(hostile(text))
    found = check_harmless(page)
    if text.isprintable() and len(text) < 100:
        assert found.text.count(text) >= 20 or not text
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert len(page) < 200_000
    page.encode()


@given(text=st.text(max_size=40))
def test_no_text_breaks_out(text: str) -> None:
    check_harmless(write(hostile(text)))


def saved(folder: Path, text: str) -> Path:
    """The page as a file."""
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    return file


def text_of(page: str) -> str:
    return " ".join(Reader(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).text.split())


def test_a_browser_shows_it_all(tmp_path: Path) -> None:
    shown = text_of(browser.dom(saved(tmp_path, write(sample_report()))))
    for said in (
        "1 error, 2 warnings",
        "https://thanos-query.monitoring.example, rules evaluated by k8s://monitoring/prometheus-k8s:9090",
        "89.2 % of GPUs join a VM 25 of 28",
        "error series-unjoined 3 of 28 GPU series on path pod-network join no VM.",
        "85.7 % now, worst 48 % at 12:09",
        "worker-1 3 VMs, 14 GPUs",
        "vision/label-7 sends nothing",
        "failing vmi_gpu:kubevirt_vmi_gpu_power_watts:max",
        "collection_interval: 30s",
    ):
        assert said in shown
    order = [shown.index(word) for word in ("series-unjoined", "gpu-vm-silent", "identity-ambiguous", "two-emitters")]
    assert order == sorted(order)


MEASURE = """<script>
const every = [...document.body.querySelectorAll("*")];
const wide = every.filter(one => one.getBoundingClientRect().right > innerWidth + 0.5).map(one => one.tagName);
parent.document.title += [innerWidth, document.documentElement.scrollWidth, ...wide].join(" ") + ";";
</script></body>"""
"""Appends to the title of the page around: the width of the window, that of the page, and what sticks out."""


def widths(page: str, folder: Path, *windows: int) -> set[str]:
    """What ``MEASURE`` says of the page in windows of these widths."""
    page = POLICY.sub("", page).replace("</body>", MEASURE).replace("<details>", "<details open>")
    frame = '<iframe style="width: {}px; height: 900px" frameborder="0" srcdoc="{}"></iframe>'
    frames = "<title></title>" + "".join(frame.format(width, escape(page)) for width in windows)
    (title,) = re.findall(r"<title>(.*?)</title>", browser.dom(saved(folder, frames), 1600))
    return set(title.split(";")) - {""}


@pytest.mark.parametrize("text", ["", "x" * 400, "a word " * 60], ids=["sample", "one long word", "many words"])
def test_nothing_is_wider_than_the_window(tmp_path: Path, text: str) -> None:
    page = write(hostile(text) if text else sample_report())
    windows = (320, PHONE, 768, DESKTOP)
    assert widths(page, tmp_path, *windows) == {f"{width} {width}" for width in windows}


def test_what_is_wider_than_the_window_is_seen(tmp_path: Path) -> None:
    page = write(sample_report()).replace("<main>", '<main><hr style="width: 700px">')
    assert widths(page, tmp_path, PHONE, DESKTOP) == {"390 716 HR", "1280 1280"}


@pytest.mark.parametrize(("dark", "expected"), [(False, LIGHT_PAGE), (True, DARK_PAGE)], ids=["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_light_and_dark(tmp_path: Path, width: int, dark: bool, expected: tuple[int, int, int]) -> None:
    seen = browser.picture(saved(tmp_path, write(sample_report())), width, 700, dark=dark)
    assert (seen.width, seen.height) == (width, 700)
    assert seen.pixel(2, 2) == expected
    assert seen.pixel(width - 3, 697) == expected
    shades = {sum(colour) // 3 for colour in seen.colours()}
    assert min(shades) < 60
    assert max(shades) > 200


TEXTS = [
    ("text", "page"),
    ("text", "surface"),
    ("muted", "page"),
    ("muted", "surface"),
    ("error", "page"),
    ("warning", "page"),
    ("joined", "surface"),
    ("none", "surface"),
    ("error", "surface"),
    ("error", "error-soft"),
    ("warning", "warning-soft"),
    ("note", "note-soft"),
    ("text", "warning-soft"),
]
"""A colour that text has, and what it stands on."""


@pytest.mark.parametrize(("ink", "paper"), TEXTS, ids=[" on ".join(row) for row in TEXTS])
def test_text_can_be_read(ink: str, paper: str) -> None:
    sheet = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", part)) for part in sheet.split("* {")[0].split("@media")
    )
    for colours in (light, {**light, **dark}):
        brighter, darker = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """The relative luminance of ``rrggbb`` (WCAG 2.2, which asks for a contrast of 4.5 to 1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def tampered(page: str, url: str) -> str:
    """The page as if escaping had failed: it holds what asks and what runs."""
    evil = (
        f'<img src="{url}/img"><script src="{url}/script"></script><script>document.title = "taken"</script>'
        f'<link rel="stylesheet" href="{url}/css"><iframe src="{url}/frame"></iframe>'
        f'<style>@import "{url}/import";</style>'
        f'<p style="background: url({url}/style)">x</p><svg><image href="{url}/svg"/></svg>'
    )
    return page.replace("<main>", "<main>" + evil)


def test_no_request_leaves_and_no_script_runs(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.reply("")) as server:
        texts = [f'"><img src={server.url}/a>', f"<script src={server.url}/b></script>", f"url({server.url}/c)"]
        for text in texts:
            browser.dom(saved(tmp_path, write(hostile(text))))
        page = tampered(write(sample_report()), server.url)
        assert "<title>taken</title>" not in browser.dom(saved(tmp_path, page))
        assert server.requests == []
        without = POLICY.sub("", page)
        assert "<title>taken</title>" in browser.dom(saved(tmp_path, without))
        assert {"GET /img", "GET /script", "GET /css", "GET /frame", "GET /import", "GET /style"} <= set(
            server.requests
        )


def test_the_policy_lets_the_style_sheet_in(tmp_path: Path) -> None:
    page = write(sample_report())
    seen = browser.picture(saved(tmp_path, page.replace("--page: #f7f8f8", "--page: #123456")), DESKTOP, 300)
    assert seen.pixel(2, 2) not in (LIGHT_PAGE, (0x12, 0x34, 0x56))


def test_the_picture_in_the_documentation(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = DOCS / "doctor.png"
    if request.config.getoption("--update-goldens"):
        file.write_bytes(browser.screenshot(saved(tmp_path, write(sample_report())), DESKTOP, 1560))
    seen = png.read(file.read_bytes())
    assert (seen.width, seen.pixel(2, 2)) == (DESKTOP, LIGHT_PAGE)
    assert file.stat().st_size < 250_000
    assert "(../doctor.png)" in (DOCS / "cli" / "doctor.md").read_text(encoding="utf-8")


SHARES = [(0, 0, "–"), (0, 3, "0 %"), (1, 3, "33.3 %"), (3, 3, "100 %"), (9999, 10_000, "99.9 %"), (1, 2, "50 %")]


@pytest.mark.parametrize(("part", "whole", "expected"), SHARES)
def test_shares(part: int, whole: int, expected: str) -> None:
    assert share(part, whole) == expected


def covered(*points: tuple[float, int, int]) -> Report:
    """A report of one path with points at (share of the window, carried, joined), half a window apart."""
    at = [CoveragePoint(AT - DAY + DAY * moment, carried, joined) for moment, carried, joined in points]
    return replace(empty_report(), coverage=(Coverage("remote", DAY / 4, (), tuple(at)),))


CHARTS = [
    (covered((0.25, 2, 1), (0.5, 4, 4)), "M0 100L0 50L150 50L300 0L300 100Z", "M0 100L0 75L150 75L300 0L300 100Z"),
    (covered((0.25, 1, 1), (1.0, 1, 0)), "M0 100L0 0L150 0L150 100ZM450 100L450 0L600 0L600 100Z", None),
    (covered((0.5, 1, 1), (0.25, 1, 1)), "M0 100L0 0L150 0L300 0L300 100Z", "M0 100L0 0L150 0L300 0L300 100Z"),
    (covered((0.0, 1, 1)), "M0 100L0 0L0 0L0 100Z", None),
]


@pytest.mark.parametrize(("report", "carried", "joined"), CHARTS, ids=["growing", "gap", "unordered", "edge"])
def test_charts(report: Report, carried: str, joined: str | None) -> None:
    (chart,) = charts(report)
    assert chart.carried == carried
    assert joined is None or chart.joined == joined


def test_a_path_that_carried_nothing_has_no_chart() -> None:
    assert charts(covered((0.5, 0, 0))) == []
    assert charts(covered()) == []


def test_the_worst_moment_is_marked_where_there_is_one() -> None:
    (steady,) = charts(covered((0.25, 1, 1), (0.5, 3, 3)))
    (worse,) = charts(covered((0.25, 2, 2), (0.5, 4, 1), (0.75, 4, 2)))
    assert (steady.worst_x, steady.worst) == (None, "and at every moment")
    assert (worse.worst_x, worse.now, worse.worst) == (WIDTH / 2, "50 % now", "worst 25 % at 15:04")
    assert HEIGHT == 100


def test_moments_of_an_ambiguity_are_stretches() -> None:
    moments = tuple(AT - DAY + DAY * share for share in (0.25, 0.26, 0.5))
    report = replace(empty_report(), ambiguities=(Ambiguity("pod", ("a", "b"), 3.0, DAY / 100, moments),))
    (strip,) = strips(report)
    assert strip.stretches == ((144.0, 12.0), (294.0, 6.0))
    assert (strip.key, strip.minutes) == ("a, b", "3 min")


def test_a_large_fleet_leaves_healthy_ones_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_map, "MACHINES_MAX", 3)
    gpu = Gpu("GPU-1", "0", "", "H100", "remote")
    healthy = tuple(Machine("a", f"vm-{number}", (gpu,)) for number in range(5))
    quiet = (Machine("a", "quiet", (), silent=True), Machine("a", "lost", ()))
    report = replace(empty_report(), nodes=(Node("n1", healthy), Node("n2", (replace(healthy[0]), *quiet))))
    found = html_map.fleet(report)
    assert [[row.name for row in card.rows] for card in found.cards] == [["vm-0"], ["quiet", "lost"]]
    assert (found.left_out, [card.summary for card in found.cards]) == (5, ["5 VMs, 5 GPUs", "3 VMs, 1 GPU"])
    assert "5 more VMs are not shown, all of them joined." in text_of(write(report))
    monkeypatch.setattr(html_map, "MACHINES_MAX", 1)
    assert "7 more VMs are not shown, 1 of them not joined." in text_of(write(report))
