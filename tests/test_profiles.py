"""Repairing split profiles: exports with planted duplicates in, and only what is one person's ever merges."""

from __future__ import annotations

import ast
import io
import json
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb", reason="needs trackaudit[profiles]")

import duckdb
from splitting import MIXED, Row, commands, held, lines, run

from trackaudit.cli import main
from trackaudit.profiles import groups
from trackaudit.profiles import plan as planning
from trackaudit.profiles.aim import Aim, Goal, goal_of
from trackaudit.profiles.broken import Broken
from trackaudit.profiles.columns import Asked
from trackaudit.profiles.export import connect, read
from trackaudit.profiles.model import Engagement, Profile

ROOT = Path(__file__).resolve().parent.parent
GOAL = Goal((Aim("registered", "email", "email"),), frozenset({"cookie"}), {}, 20)


# ------------------------------------------------------------------------------------------------------- the plan


def test_strays_merge_into_the_hard_id_as_it_is_spelt_and_the_rest_is_held_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, MIXED) == 0
    assert [(one["customer_ids"], one["update_timestamp"]) for one in commands(tmp_path)] == [
        ({"registered": "Jo@example.com", "cookie": "c2"}, 1700000100),
        ({"registered": "Jo@example.com", "cookie": "c3"}, 1704067200),
    ]
    assert held(tmp_path) == {
        "al@example.com": "conflict",
        "no@example.com": "unreachable",
        "undefined": "placeholder",
    }
    assert "Of 3 profiles they make 1" in capsys.readouterr().out


def test_a_line_is_a_request_body_of_at_most_fifty_commands(tmp_path: Path) -> None:
    rows = "".join(f"u{n}@example.com,a{n},\n,b{n},u{n}@example.com\n" for n in range(120))
    assert run(tmp_path, "registered,cookie,email\n" + rows) == 0
    bodies = lines(tmp_path / "plan.jsonl")
    assert [len(body["commands"]) for body in bodies] == [50, 50, 20]
    for body in bodies:
        assert set(body) == {"commands"}
        for command in body["commands"]:
            assert command["name"] == "customers"
            assert set(command["data"]) == {"customer_ids", "properties", "update_timestamp"}
    names = [command["command_id"] for body in bodies for command in body["commands"]]
    assert len(set(names)) == 120


def test_the_order_of_the_rows_does_not_change_the_plan(tmp_path: Path) -> None:
    head, *rows = MIXED.splitlines()
    plans = set()
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        assert run(tmp_path, "\n".join([head, *rows])) == 0
        plans.add((tmp_path / "plan.jsonl").read_bytes() + (tmp_path / "plan-held.jsonl").read_bytes())
    assert len(plans) == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("a@x.com,c1,,\nb@x.com,c2,a@x.com,\n,c3,a@x.com,\n", "conflict"),
        ("a@x.com,c1,b@x.com,\n,c3,a@x.com,\n", "two-identifiers"),
        ("a@x.com,c1,,\na@x.com,c2,,\n,c3,a@x.com,\n", "contradiction"),
        ("a@x.com,c1,,\n,c3,a@x.com,\nb@x.com,c3,,\n", "contradiction"),
        (",c1,,0171 23\n,c2,,+017123\n,c3,,(0171) 23\n", "other-identifier"),
        ("".join(f",c{n},a@x.com,\n" for n in range(30)), "crowd"),
        (",c1,jo,\n,c2,jo,\n", "not-an-address"),
        ("a@x.com,c1,,\n,undefined,a@x.com,\n", "unreachable"),
        (",c1,test@x.com,\n,c2,test@x.com,\n", "placeholder"),
    ],
)
def test_what_could_be_two_people_is_held(tmp_path: Path, rows: str, reason: str) -> None:
    assert run(tmp_path, "registered,cookie,email,phone\n" + rows) == 0
    assert commands(tmp_path) == []
    assert reason in held(tmp_path).values()


def test_two_accounts_with_one_address_are_held(tmp_path: Path) -> None:
    assert run(tmp_path, "registered,cookie,email,customer_id\na@x.com,c1,,7\n,c2,a@x.com,8\n") == 0
    assert held(tmp_path) == {"a@x.com": "two-accounts"}
    assert commands(tmp_path) == []


SEVERAL = "registered,customer_id,phone_id,cookie,email,phone\n"
DECLARED = """identifiers:
  registered: {type: hard, holds: email}
  customer_id: {type: hard, holds: customer_id}
  phone_id: {type: hard, holds: phone}
  cookie: {type: soft}
"""


@pytest.mark.parametrize(
    ("rows", "options", "sent"),
    [
        ("a@x.com,,,c1,,\n,7,,c2,a@x.com,\n,7,,c3,,\n", [], None),  # one account id on two profiles
        ("a@x.com,,,c1,,\n,7,,c2,a@x.com,\n", [], [{"registered": "a@x.com", "cookie": "c2"}]),
        ("a@x.com,,,c1,,\n,7,,,a@x.com,\n", [], [{"customer_id": "7", "cookie": "c1"}]),
        ("a@x.com,,,,,\n,7,,,a@x.com,\n", [], None),  # nothing but hard IDs
        (",7,,,a@x.com,\n,,,c2,a@x.com,\n", [], [
            {"registered": "a@x.com", "cookie": "c2"}, {"customer_id": "7", "cookie": "c2"}]),
        ("a@x.com,,,c1,,017\n,,,c2,,017\n", [], None),  # only the phone number
        ("a@x.com,,017,c1,,\n,,,c2,,0 17\n", [], None),
        ("a@x.com,,017,c1,,\n,,,c2,,0 17\n", ["--hard-id", "phone_id"], [{"phone_id": "017", "cookie": "c2"}]),
        ("a@x.com,,,c1,,\n,,,c2,a@x.com,017\n,,,c3,,017\n", ["--hard-id", "registered", "--hard-id", "phone_id"], [
            {"registered": "a@x.com", "cookie": "c2"}, {"registered": "a@x.com", "cookie": "c3"}]),
        ("a@x.com,,,c1,,\n,,,c2,a@x.com,017\nb@x.com,,,c3,,017\n", ["--hard-id", "registered", "--hard-id", "phone_id"],
            None),  # two addresses, by way of a phone number
        ("a@x.com,undefined,,c1,,\n,,,c2,a@x.com,\n", [], None),  # a profile of nobody
    ],
)  # fmt: skip
def test_several_hard_ids_link_and_merge_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, options: list[str], sent: list[Row] | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trackaudit.yaml").write_text(DECLARED)
    assert run(tmp_path, SEVERAL + rows, *options) == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == (sent or [])
    assert len(lines(tmp_path / "plan-held.jsonl")) == (sent is None)


def test_account_ids_of_different_names_are_not_compared(tmp_path: Path) -> None:
    text = "customer_id,cookie,customer_number,member_id\n7,c1,,\n,c2,7,\n,c3,,7\n"
    assert run(tmp_path, text, "--hard", "customer_id") == 0
    assert commands(tmp_path) == []
    only = ["--property", "customer_number=customer_id"]
    assert run(tmp_path, text, "--hard", "customer_id", *only) == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == [{"customer_id": "7", "cookie": "c2"}]


@pytest.mark.parametrize("length", [21, 50, 300])
def test_a_chain_of_more_profiles_than_the_limit_is_held_however_long(tmp_path: Path, length: int) -> None:
    chain = "".join(f",,c{n},u{n // 2}@x.com,{(n + 1) // 2 + 100}\n" for n in range(length))
    text = f"registered,account,cookie,email,customer_id\na@y.com,,d1,,\n,,d2,a@y.com,\n{chain}"
    assert run(tmp_path, text, "--hard", "account=customer_id") == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == [{"registered": "a@y.com", "cookie": "d2"}]
    aside = lines(tmp_path / "plan-held.jsonl")
    assert {line["reason"] for line in aside} == {"chain"}
    assert sum(line["profiles"] for line in aside) == length


@pytest.mark.parametrize(
    ("moment", "stamp"),
    [
        *(("1700000000", 1700000000), ("1700000000000", 1700000000), ("2023-11-14 22:13:20", 1700000000)),
        *(("soon", 1), ("", 1), ("-5", 1), ("99999999999", 1), ("inf", 1), ("nan", 1)),
    ],
)
def test_a_call_never_claims_a_moment_in_the_future(tmp_path: Path, moment: str, stamp: int) -> None:
    assert run(tmp_path, f"registered,cookie,email,created\na@x.com,c1,,\n,c2,a@x.com,{moment}\n") == 0
    assert [one["update_timestamp"] for one in commands(tmp_path)] == [stamp]


def test_an_address_in_a_soft_id_is_found_and_merged(tmp_path: Path) -> None:
    assert run(tmp_path, "registered,cookie\na@x.com,c1\n,A@x.com\n") == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == [{"registered": "a@x.com", "cookie": "A@x.com"}]


def test_a_profile_that_two_files_list_alike_is_one(tmp_path: Path) -> None:
    text = "registered,cookie,email\na@x.com,c1,a@x.com\n,c2,a@x.com\n"
    (tmp_path / "again.csv").write_text(text)
    assert run(tmp_path, text, str(tmp_path / "again.csv")) == 0
    assert len(commands(tmp_path)) == 1


# ----------------------------------------------------------------------------------------------------- the proof

KINDS = ("strays", "case", "nobody", "conflict", "unreachable", "placeholder", "two", "alone", "soft", "crowd")


def planted(kinds: list[str]) -> tuple[list[Row], list[list[int]]]:
    """Profiles, and the groups of them (by index) that should become one."""
    rows: list[Row] = []
    wanted: list[list[int]] = []
    for number, kind in enumerate(kinds):
        mail = f"p{number}@example.com"
        at = len(rows)

        def row(hard: str, email: str, *cookies: str) -> None:
            rows.append({"registered": hard, "email": email, "cookie": list(cookies)})

        if kind == "strays":
            row(mail, mail, f"{number}a")
            row("", f" {mail}", f"{number}b", f"{number}c")
            row("", mail.upper(), f"{number}d")
        elif kind == "case":
            row(mail.title(), "", f"{number}a")
            row("", mail, f"{number}b")
        elif kind == "nobody":
            row("", mail, f"{number}a")
            row("", mail, f"{number}b")
        elif kind == "soft":
            row(mail, "", f"{number}a")
            row("", "", mail.upper())
        elif kind == "conflict":
            row(mail, mail, f"{number}a")
            row(mail.upper(), mail, f"{number}b")
            row("", mail, f"{number}c")
        elif kind == "unreachable":
            row(mail, mail, f"{number}a")
            row("", mail)
        elif kind == "placeholder":
            row("", "undefined", f"{number}a")
        elif kind == "crowd":
            row(mail, mail, f"{number}a")
            for one in range(20):
                row("", mail, f"{number}s{one}")
        elif kind == "two":
            row(mail, f"other{mail}", f"{number}a")
            row("", mail, f"{number}b")
        else:
            row(mail, mail, f"{number}a")
        if kind in ("strays", "case", "nobody", "soft"):
            wanted.append(list(range(at, len(rows))))
    return rows, wanted


def replayed(rows: list[Row], sent: list[Row]) -> tuple[list[Profile], list[Profile]]:
    """The profiles at first, and those that are left after the calls."""
    model = Engagement()
    for row in rows:
        profile = Profile()
        profile.hard = {"registered": row["registered"]} if row["registered"] else {}
        profile.soft = {("cookie", one) for one in row["cookie"]}
        profile.properties = {"email": row["email"]}
        model.profiles.append(profile)
    before = list(model.profiles)
    for call in sent:
        model.send(call["customer_ids"], call["properties"])
    return before, model.profiles


@settings(max_examples=max(10, settings().max_examples // 20))
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_what_should_merge_does_and_nothing_else_ever_in_any_order_with_batches_repeated_or_lost(
    kinds: list[str], rng: random.Random
) -> None:
    rows, wanted = planted(kinds)
    shuffled = rng.sample(rows, len(rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in shuffled))
        database = connect(folder, "500MB")
        done = read(database, [str(path)], Asked({}, {"cookie": "cookie"}, {}), None, folder, Broken(io.StringIO()))
        planning.prepare(database, GOAL)
        account = planning.write(database, GOAL, done.profiles, f"{folder}/plan", f"{folder}/held")
        database.close()
        batches = [[one["data"] for one in line["commands"]] for line in lines(Path(folder, "plan"))]
    calls = [call for batch in batches for call in batch]
    assert (account.groups, account.before) == (len(wanted), sum(map(len, wanted)))
    assert account.commands == len(calls)

    every = rng.sample(calls, len(calls)) + rng.choices(calls, k=3) if calls else []
    before, after = replayed(rows, every)
    assert len(before) - len(after) == account.before - account.after
    assert Counter(owner(one) for one in after) == Counter(_expected(rows, wanted))

    some = [call for call in calls if rng.random() < 0.5]
    before, after = replayed(rows, rng.sample(some, len(some)) * 2)
    whose = {cookie: index for index, group in enumerate(wanted) for at in group for cookie in rows[at]["cookie"]}
    for profile in after:  # whatever was lost: no profile holds the cookies of two people
        assert len({whose.get(cookie, cookie) for _, cookie in profile.soft}) <= 1
    delivered = Counter(whose[call["customer_ids"]["cookie"]] for call in some)
    bare = {at for at, group in enumerate(wanted) if not any(rows[one]["registered"] for one in group)}
    assert len(before) - len(after) == sum(count - (group in bare) for group, count in delivered.items())


HARD = ("registered", "customer_id")
PERSON = st.fixed_dictionaries(
    {
        "registered": st.sampled_from([""] * 8 + ["p1@x.com", "p1@x.com", "P1@x.com", "p2@x.com"]),
        "customer_id": st.sampled_from([""] * 8 + ["1", "1", "2"]),
        "email": st.sampled_from([""] * 3 + ["p1@x.com", "P1@x.com", " p1@x.com"] * 3 + ["p2@x.com"]),
        "account": st.sampled_from([""] * 4 + ["1"] * 7 + ["2"]),
        "cookies": st.sampled_from([0, 1, 1, 1, 2]),
    }
)
FAMILIES = st.lists(st.lists(PERSON, min_size=2, max_size=4), min_size=8, max_size=20)


def linked(rows: list[Row]) -> list[list[int]]:
    """The rows that share an address or an account id, directly or by way of others; by hand."""
    names = [_named(row) for row in rows]
    together = [{at} for at in range(len(rows))]
    for one in range(len(rows)):
        for two in range(one):
            if names[one] & names[two] and together[one] is not together[two]:
                union = together[one] | together[two]
                for at in union:
                    together[at] = union
    unique = {id(union): sorted(union) for union in together}
    return [union for union in unique.values() if len(union) > 1]


def _named(row: Row) -> set[str]:
    return {row["registered"].lower(), row["email"].strip().lower(), row["customer_id"], row["account"]} - {""}


def one_person(some: list[Row]) -> bool:
    """Whether they can become one profile: one address, one account, no ID on two of them, all within reach."""
    every = set().union(*map(_named, some))
    # A second value clashes, the same one again contradicts.
    twice = any(len([row for row in some if row[name]]) > 1 for name in HARD)
    mails = sum("@" in name for name in every)
    within = all(row["cookies"] or row["registered"] or row["customer_id"] for row in some)
    return mails < 2 and len(every) - mails < 2 and not twice and within and any(row["cookies"] for row in some)


@settings(max_examples=max(10, settings().max_examples // 20))
@given(FAMILIES, st.randoms(use_true_random=False))
def test_profiles_that_several_identifiers_link_merge_unless_a_hard_id_had_two_values_in_any_order(
    families: list[list[Row]], rng: random.Random
) -> None:
    rows = [
        {**{name: value and f"{value[:-1]}{number}{value[-1]}" for name, value in row.items() if name != "cookies"},
         "cookies": row["cookies"]} for number, family in enumerate(families) for row in family
    ]  # fmt: skip
    rows = [
        row for at, row in enumerate(rows) if row["cookies"] or row not in rows[:at]
    ]  # else one profile, listed twice
    for at, row in enumerate(rows):
        row["cookie"] = [f"{at}-{n}" for n in range(row["cookies"])]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.jsonl")
        said = [
            {"ids": {name: row[name] for name in (*HARD, "cookie")},
             "properties": {"email": row["email"], "customer_id": row["account"]}} for row in rows
        ]  # fmt: skip
        path.write_text("".join(json.dumps(row) + "\n" for row in said))
        database = connect(folder, "500MB")
        done = read(
            database,
            [str(path)],
            Asked({"ids.customer_id": "customer_id"}, {}, {}),
            None,
            folder,
            Broken(io.StringIO()),
        )
        goal = goal_of(database, done, (), 20)
        planning.prepare(database, goal)
        account = planning.write(database, goal, done.profiles, f"{folder}/plan", f"{folder}/held")
        database.close()
        calls = [one["data"] for line in lines(Path(folder, "plan")) for one in line["commands"]]
        aside = lines(Path(folder, "held"))
    assert [aim.hard for aim in goal.aims] == list(HARD)
    components = linked(rows)
    wanted = [union for union in components if one_person([rows[at] for at in union])]
    assert (account.groups, account.before) == (len(wanted), sum(map(len, wanted)))
    assert len(aside) == len(components) - len(wanted)
    assert sum(line["profiles"] for line in aside) == sum(map(len, components)) - account.before

    person = {at: number for number, union in enumerate(components) for at in union}
    planned = {at for union in wanted for at in union}
    whose = {one: person.get(at, -1 - at) for at, row in enumerate(rows) for one in row["cookie"]}
    whose |= {row[name]: person.get(at, -1 - at) for at, row in enumerate(rows) for name in HARD if row[name]}
    every = rng.sample(calls, len(calls)) + rng.choices(calls, k=3) if calls else []
    some = [call for call in calls if rng.random() < 0.5]
    for sent in (every, rng.sample(some, len(some)) * 2):
        model = Engagement()
        for row in rows:
            profile = Profile()
            profile.hard = {name: row[name] for name in HARD if row[name]}
            profile.soft = {("cookie", one) for one in row["cookie"]}
            model.profiles.append(profile)
        at_first = list(model.profiles)
        for call in sent:
            model.send(call["customer_ids"], call["properties"])
        assert set(map(id, model.profiles)) <= set(map(id, at_first))  # no call makes a profile
        for profile in model.profiles:  # whatever was lost: no profile holds the IDs of two people
            its = [value for _, value in profile.soft] + list(profile.hard.values())
            assert len({whose[value] for value in its if value in whose}) <= 1
        for at, profile in enumerate(at_first):
            if at not in planned:  # what is held stays as it is
                assert any(profile is one for one in model.profiles)
                assert {value for _, value in profile.soft} == set(rows[at]["cookie"])
                assert profile.hard == {name: rows[at][name] for name in HARD if rows[at][name]}
        if sent is every:
            assert len(at_first) - len(model.profiles) == sum(len(union) - 1 for union in wanted)


def owner(profile: Profile) -> tuple[str, ...]:
    return tuple(sorted(cookie for _, cookie in profile.soft))


def _expected(rows: list[Row], wanted: list[list[int]]) -> list[tuple[str, ...]]:
    merged = {at for group in wanted for at in group}
    alone = [tuple(sorted(row["cookie"])) for at, row in enumerate(rows) if at not in merged]
    return alone + [tuple(sorted(one for at in group for one in rows[at]["cookie"])) for group in wanted]


def test_a_plan_that_would_not_make_one_profile_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = groups._calls
    monkeypatch.setattr(groups, "_calls", lambda *given: whole(*given)[:1])
    (tmp_path / "plan.jsonl").write_text("an older plan\n")
    assert run(tmp_path, MIXED) == 2
    assert (tmp_path / "plan.jsonl").read_text() == "an older plan\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "plan.jsonl"]
    assert "nothing was written" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------- diagnose


def test_a_diagnosis_counts_and_sets_the_code_to_blame_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.csv").write_text(MIXED)
    (tmp_path / "shop.js").write_text("exponea.update({ email: form.email.value });\n")
    ask = ["profiles", "diagnose", "export.csv", "--code", "shop.js", "--output-format", "json"]
    assert main(ask) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["shared"] == {"email": {"groups": 4, "profiles": 9}}
    assert found["can_merge"] == {"groups": 1, "profiles": 3}
    assert found["variants"] == {"case": 2, "space": 1}
    assert found["days"] == {"2023-11-14": 1, "2024-01-01": 1}
    assert [(one["held"], one["strays"], one["groups"], one["profiles"]) for one in found["groups"]] == [
        (None, [{"place": "property", "name": "email"}], 1, 3),
        ("conflict", [], 1, 2),
        ("placeholder", [{"place": "property", "name": "email"}], 1, 2),
        ("unreachable", [{"place": "property", "name": "email"}], 1, 2),
    ]
    first = found["groups"][0]
    assert first["examples"] == ["jo@example.com"]
    assert [(one["rule"], one["path"], one["line"], one["channel"], one["key"]) for one in first["findings"]] == [
        ("identifier-in-update", "shop.js", 1, "page", "email")
    ]
    assert main(["check", "shop.js", "--output-format", "json", "--output", "json:report.json"]) == 1
    capsys.readouterr()
    assert main(["profiles", "diagnose", "export.csv", "--findings", "report.json", "--groups", "groups.jsonl"]) == 0
    assert capsys.readouterr().out.count("[identifier-in-update, page, properties email]") == 3
    whole = lines(tmp_path / "groups.jsonl")
    assert [(one["shared"], one["held"], [code["path"] for code in one["code"]]) for one in whole] == [
        ([["email", "al@example.com"]], "conflict", []),
        ([["email", "jo@example.com"]], None, ["shop.js"]),
        ([["email", "no@example.com"]], "unreachable", ["shop.js"]),
        ([["email", "undefined"]], "placeholder", ["shop.js"]),
    ]


@pytest.mark.parametrize(
    ("code", "explains"),
    [
        ("exponea.update({ email: user.email });", True),
        ("exponea.identify({ cookie: user.email });", False),
        ("exponea.update({ contact_email: user.email });", False),
        ("exponea.track('seen', { email: user.email });", False),
    ],
)
def test_only_code_that_writes_the_very_property_is_set_beside_its_strays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, explains: bool
) -> None:
    (tmp_path / "export.csv").write_text("registered,cookie,email\na@x.com,c1,a@x.com\n,c2,a@x.com\n")
    (tmp_path / "shop.js").write_text(code)
    ask = ["profiles", "diagnose", str(tmp_path / "export.csv"), "--code", str(tmp_path / "shop.js")]
    assert main([*ask, "--output-format", "json"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert bool(group["findings"]) == explains
    assert main(ask) == 0
    assert ("no finding explains this" in capsys.readouterr().out) != explains


def test_a_crowd_is_told_by_its_places_and_its_code_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f",c{n},shop@x.com\n" for n in range(25))
    (tmp_path / "export.csv").write_text(f"registered,cookie,email\nshop@x.com,c,SHOP@x.com\n{rows}")
    (tmp_path / "shop.js").write_text("exponea.identify({ registered: friend.email });\n")
    ask = ["profiles", "diagnose", str(tmp_path / "export.csv"), "--code", str(tmp_path / "shop.js")]
    assert main([*ask, "--output-format", "json", "--groups", str(tmp_path / "groups.jsonl")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(place["place"], place["profiles"], place["without_hard_id"]) for place in found["places"]] == [
        ("hard", 1, 0),
        ("property", 26, 25),
    ]
    assert [one["rule"] for one in found["groups"][0]["findings"]] == ["id-of-someone-else"]
    (line,) = lines(tmp_path / "groups.jsonl")
    assert (line["shared"], line["profiles"], line["held"]) == ([["email", "shop@x.com"]], 26, "crowd")
    assert [code["line"] for code in line["code"]] == [1]


def test_two_spellings_of_a_hard_id_are_set_beside_the_code_that_does_not_lower_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "export.csv").write_text("registered,cookie\na@x.com,c1\nA@x.com,c2\n")
    (tmp_path / "shop.js").write_text("exponea.identify({ registered: form.email.value });\n")
    ask = ["profiles", "diagnose", str(tmp_path / "export.csv"), "--code", str(tmp_path / "shop.js")]
    assert main(ask) == 0
    out = capsys.readouterr().out
    assert "spelt differently in registered: 1 group, 2 profiles, held: conflict" in out
    assert "[hard-id-not-lowercased, page, ids registered]" in out


def test_a_report_without_the_entry_of_its_findings_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "export.csv").write_text(MIXED)
    (tmp_path / "old.json").write_text('{"findings": [{"rule": "r", "message": "m"}]}')
    ask = ["profiles", "diagnose", str(tmp_path / "export.csv"), "--findings", str(tmp_path / "old.json")]
    assert main(ask) == 2
    assert "or an older one's" in capsys.readouterr().err


def test_columns_are_told_before_anything_else_and_alone_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "export.csv").write_text(MIXED)
    assert main(["profiles", "diagnose", str(tmp_path / "export.csv"), "--columns-only"]) == 0
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "registered is hard, holds email (by its name)" in answer.err


# ---------------------------------------------------------------------------------------------------- the network


def test_the_package_imports_nothing_that_speaks_to_a_network() -> None:
    network = {"socket", "ssl", "http", "urllib", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "asyncio"}
    for path in [*(ROOT / "trackaudit" / "profiles").glob("*.py"), ROOT / "trackaudit" / "cli" / "profiles.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert network.isdisjoint(name.partition(".")[0] for name in names), path


def test_the_database_cannot_reach_a_network(tmp_path: Path) -> None:
    database = connect(str(tmp_path), "500MB")
    with pytest.raises(duckdb.Error):
        database.execute("SELECT * FROM read_csv('https://example.com/export.csv')")
    database.close()
