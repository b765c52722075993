"""`check --external`: dead is told from unsure, each address is asked once, and nobody's private network is."""

from __future__ import annotations

import datetime as dt
import socket
from typing import TYPE_CHECKING

import msgspec
import pytest
from asked_servers import Hosts, hosts

from proofpress.builder.inputs import Options
from proofpress.builder.mending import mends
from proofpress.outside import NO_NETWORK, Asked, ask_outside
from proofpress.update import check
from proofpress.web.asking import Answer, Manner, ask_all
from proofpress.web.reach import PUBLIC, NoNameError, NotAskedError, Reach, is_public_address, is_public_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Proofpress

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def web() -> Iterator[Hosts]:
    with hosts() as known:
        yield known


def ask(web: Hosts, *urls: str, timeout: float = 5.0) -> list[Answer]:
    found = ask_all(urls, Manner("test", timeout, web.reach))
    assert found is not None
    return [found[url] for url in urls]


# ---------------------------------------------------------------- what an answer means


@pytest.mark.parametrize(
    ("path", "state", "why", "asked"),
    [
        ("/200", "good", "200 OK", ["HEAD"]),
        ("/405", "good", "200 OK", ["HEAD", "GET"]),
        ("/404", "dead", "404 Not Found", ["HEAD", "GET"]),
        ("/410", "dead", "410 Gone", ["HEAD", "GET"]),
        ("/403", "unsure", "403 Forbidden", ["HEAD", "GET"]),
        ("/500", "unsure", "500 Internal Server Error", ["HEAD", "GET"]),
        ("/busy", "good", "200 OK", ["HEAD", "HEAD"]),
        ("/busy/long", "unsure", "429 Too Many Requests", ["HEAD"]),
        ("/reset", "good", "200 OK", ["HEAD", "HEAD"]),
        ("/to/302/200", "good", "200 OK", ["HEAD", "HEAD"]),
        ("/to/302/404", "dead", "404 Not Found", ["HEAD", "HEAD", "GET"]),
        ("/round", "unsure", "it redirects more than 10 times", ["HEAD"] * 10),
        ("/inside", "skipped", "'inside.test' is a host of a private network", ["HEAD"]),
        ("/a%20b c?d=é#e", "good", "200 OK", ["HEAD"]),
    ],
)
def test_dead_is_told_from_unsure(web: Hosts, path: str, state: str, why: str, asked: list[str]) -> None:
    (answer,) = ask(web, web.url(path))
    assert (answer.state, answer.why) == (state, why)
    assert [method for method, _, _ in web.asked] == asked


def test_a_way_that_leads_on_for_good_is_told_with_its_end(web: Hosts) -> None:
    url = web.url("/to/301/to/308/200")
    assert ask(web, url) == [Answer("moved", "200 OK", web.url("/200"))]
    assert ask(web, web.url("/to/301/to/302/200")) == [Answer("good", "200 OK")]


def test_a_host_that_is_not_there_is_dead_and_one_that_does_not_speak_is_unsure(web: Hosts) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = f"http://press.test:{closed.getsockname()[1]}/"
        urls = ["https://gone.test/", "https://unknown.test/", refused, web.url("/200")]
        found = [(one.state, one.why) for one in ask(web, *urls)]
    assert found == [
        ("dead", "there is no host 'gone.test'"),
        ("unsure", "temporary failure in name resolution"),
        ("unsure", "connection refused"),
        ("good", "200 OK"),
    ]


def test_a_host_that_is_too_slow_or_speaks_no_tls_is_unsure(web: Hosts) -> None:
    slow, plain, good = ask(
        web, web.url("/slow"), web.url("/").replace("http:", "https:"), web.url("/", "b.test"), timeout=0.5
    )
    assert (slow.state, slow.why) == ("unsure", "no answer within 0.5 seconds")
    assert plain.state == "unsure"
    assert plain.why
    assert good.state == "good"


def test_who_drips_an_answer_is_let_be(web: Hosts) -> None:
    dripping, good = ask(web, web.url("/drip", "a.test"), web.url("/200", "b.test"), timeout=0.3)
    assert (dripping.state, good.state) == ("unsure", "good")


def test_a_host_that_is_not_reached_in_the_middle_of_a_way_says_nothing_of_the_first(web: Hosts) -> None:
    away, good = ask(web, web.url("/away"), web.url("/200"))
    assert (away.state, away.why) == ("unsure", "temporary failure in name resolution")
    assert good.state == "good"


def test_each_host_is_asked_over_one_connection_at_a_time_and_hosts_side_by_side(web: Hosts) -> None:
    urls = [web.url(f"/{n}00/{host}", host) for n in (2, 4) for host in ("a.test", "b.test", "c.test")]
    led = [web.url("/to/302/200", host) for host in ("a.test", "b.test")]
    ask(web, *urls, *led)
    assert set(web.at_once.values()) == {1}
    assert set(web.at_once) == {"a.test", "b.test", "c.test"}


# ---------------------------------------------------------------- whom nobody asks


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0",
     "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe",
     "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "ff02::1", "no address"],
)  # fmt: skip
def test_an_address_of_a_private_network_is_never_asked(address: str) -> None:
    assert not is_public_address(address)
    assert not is_public_name(address)


@pytest.mark.parametrize(
    "name",
    ["localhost", "printer", "a.local", "metadata.google.internal", "x.example", "example.com", "www.example.org", "LOCALHOST.",
     "a.test", "b.onion", ""],
)  # fmt: skip
def test_a_name_that_is_no_host_of_the_web_is_never_asked(name: str) -> None:
    with pytest.raises(NotAskedError):
        PUBLIC.addresses(name, 80)


@pytest.mark.parametrize("name", ["me.dev", "myexample.com", "93.184.215.14", "2606:4700::1111", "bücher.de"])
def test_others_may_be(name: str) -> None:
    assert is_public_name(name)


def test_a_name_that_leads_inside_is_not_asked_and_of_several_addresses_only_a_public_one(web: Hosts) -> None:
    inside, both = ask(web, web.url("/", "inside.test"), web.url("/", "both.test"))
    assert (inside.state, both.state) == ("skipped", "good")
    assert [host for _, host, _ in web.asked] == ["both.test"]


def test_the_address_that_was_found_fit_is_the_one_that_is_asked(web: Hosts) -> None:
    looked: list[str] = []

    def rebinding(name: str, _port: int) -> list[str]:
        looked.append(name)
        return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.1"]

    reach = Reach(name=lambda _: True, address=lambda address: address == "127.0.0.1", look_up=rebinding)
    url = web.url("/200", "turns.test")
    assert ask_all([url], Manner("test", 5.0, reach)) == {url: Answer("good", "200 OK")}
    assert looked == ["turns.test"]


def test_this_machine_is_not_asked_whatever_a_post_says(web: Hosts) -> None:
    urls = [f"http://127.0.0.1:{web.port}/", f"http://localhost:{web.port}/", f"http://[::ffff:127.0.0.1]:{web.port}/"]
    found = ask_all(urls, Manner("test"))
    assert found is not None
    assert {answer.state for answer in found.values()} == {"skipped"}
    assert web.asked == []


# ---------------------------------------------------------------- a site


def site(root: Path, web: Hosts, settings: str = "") -> Path:
    text = (
        f"See [moved]({web.url('/to/301/200')}#part) and [gone]({web.url('/404')}),\n<{web.url('/403')}>, "
        f"[good]({web.url('/200')}), ![an image]({web.url('/410')}) and [a login](http://me:word@press.test:{web.port}/200).\n"
    )
    post = root / "content/posts/2019-03-02-presses.md"
    post.parent.mkdir(parents=True)
    post.write_text(text, "utf-8")
    post.with_name("2020-01-01-again.md").write_text(
        f"Again [good]({web.url('/200')}#b), [gone]({web.url('/404')}).\n", "utf-8"
    )
    (root / "site.yaml").write_text(f"title: Out\nurl: https://me.dev/\n{settings}", "utf-8")
    return post


def asked(root: Path, web: Hosts, now: dt.datetime = NOW) -> Asked:
    check(Options(root=root, now=now, drafts=True, future=True, checks=True), outside=True)
    return ask_outside(root, now, reach=web.reach)


def test_a_site_s_links_are_told_at_their_places_each_asked_once(tmp_path: Path, web: Hosts) -> None:
    post = site(tmp_path, web)
    found = asked(tmp_path, web)
    told = [
        (one.path, one.rule, one.severity, one.excerpt[one.column - 1 :][: len(web.url("/404"))])
        for one in found.problems
    ]
    presses, again = "content/posts/2019-03-02-presses.md", "content/posts/2020-01-01-again.md"
    assert told == [
        (presses, "moved-link", "warning", web.url("/to/301/200")[: len(web.url("/404"))]),
        (presses, "dead-link", "error", web.url("/410")),
        (again, "dead-link", "error", web.url("/404")),
    ]
    moved, image, gone = found.problems
    archive = "an archived copy may be at https://web.archive.org/web"
    assert gone.message == f"'{web.url('/404')}' is gone: 404 Not Found"
    assert gone.hint == f"{archive}/2020/{web.url('/404')} (on /posts/again/ and 1 more page)"
    assert image.hint == f"{archive}/2019/{web.url('/410')}"
    assert found.notes[0] == "1 address gave no clear answer, and may be there:"
    assert found.notes[1].endswith(f"'{web.url('/403')}': 403 Forbidden")
    assert sorted(web.paths("HEAD")) == ["/200", "/200", "/403", "/404", "/410", "/to/301/200"]
    (mend,) = mends([moved], tmp_path, unsafe=True)
    assert mend.after == post.read_text("utf-8").replace("/to/301/200#part", "/200#part")
    assert mends([moved], tmp_path, unsafe=False) == []


def test_good_answers_are_remembered_for_a_week_and_no_others(tmp_path: Path, web: Hosts) -> None:
    site(tmp_path, web)
    asked(tmp_path, web)
    web.asked.clear()
    assert len(asked(tmp_path, web, NOW + dt.timedelta(days=6)).problems) == 3
    assert sorted(web.paths("HEAD")) == ["/403", "/404", "/410"]
    web.asked.clear()
    asked(tmp_path, web, NOW + dt.timedelta(days=8))
    assert "/to/301/200" in web.paths("HEAD")
    web.asked.clear()
    (tmp_path / ".proofpress/links.db").write_bytes(b"no database")
    asked(tmp_path, web, NOW + dt.timedelta(days=8))
    assert "/to/301/200" in web.paths("HEAD")


def test_settings_leave_addresses_out_and_weigh_the_rest(tmp_path: Path, web: Hosts) -> None:
    site(tmp_path, web, 'links: {ignore: ["*/404", "http://press.test:*/4[01]*"]}\nrules: {moved-link: off}\n')
    found = asked(tmp_path, web)
    assert (found.problems, found.notes) == ([], [])
    assert set(web.paths()) == {"/200", "/to/301/200"}


def test_a_comment_allows_what_only_the_web_can_tell(tmp_path: Path, web: Hosts) -> None:
    post = site(tmp_path, web)
    post.write_text("<!-- proofpress: allow dead-link, moved-link -->\n" + post.read_text("utf-8"), "utf-8")
    found = asked(tmp_path, web)
    assert [(one.path, one.rule) for one in found.problems] == [("content/posts/2020-01-01-again.md", "dead-link")]
    told = check(Options(root=tmp_path, now=NOW, drafts=True, future=True, checks=True), outside=True).problems
    assert "unused-allowance" not in {one.rule for one in told}


def test_without_a_network_one_line_says_so(tmp_path: Path, web: Hosts) -> None:
    def nobody(_name: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    site(tmp_path, web)
    check(Options(root=tmp_path, now=NOW, drafts=True, future=True, checks=True), outside=True)
    reach = Reach(name=lambda _: True, address=lambda _: True, look_up=nobody)
    assert ask_outside(tmp_path, NOW, reach=reach) == Asked([], [NO_NETWORK], {})
    many = [f"http://h{n}.test/" for n in range(100)]
    assert ask_all(many, Manner("test", reach=reach)) is None


def test_many_hosts_that_are_gone_are_not_taken_for_a_missing_network(web: Hosts) -> None:
    def few(name: str, _port: int) -> list[str]:
        if name != "example.com":
            raise NoNameError(f"there is no host '{name}'")
        return ["127.0.0.1"]

    many = [f"http://h{n}.test/" for n in range(20)]
    found = ask_all(many, Manner("test", reach=msgspec.structs.replace(web.reach, look_up=few)))
    assert found is not None
    assert {(url, answer.state) for url, answer in found.items()} == {(url, "dead") for url in many}


def test_the_command_asks_nobody_on_this_machine(tmp_path: Path, web: Hosts, proofpress: Proofpress) -> None:
    site(tmp_path, web)
    done = proofpress("check", "--external", cwd=tmp_path)
    assert "gave no clear answer" not in done.stderr
    assert done.returncode == 0
    assert web.asked == []
