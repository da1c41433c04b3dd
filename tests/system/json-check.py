# SPDX-License-Identifier: BSD-3-Clause
# Every command's JSON against the schema that the program prints of it, the manual's
# words about it, and the MIB's names. json-check.py PROGRAM MANUAL MIB POLICIES AGENT DEAD FIFO OPTION...;
# "event" written to the FIFO makes one.
import json
import os
import re
import select
import subprocess
import sys
import time

import jsonschema

program, manual, mib, policies, agent, dead, happen, *access = sys.argv[1:]
manual = open(manual, encoding="utf-8").read()
mib = open(mib, encoding="utf-8").read()
failures = 0


def verdict(name, wrong):
    global failures
    failures += bool(wrong)
    print(("not ok json-" if wrong else "ok json-") + name)
    for line in wrong:
        print("# " + line)


def run(*words):
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, timeout=60,
                          capture_output=True, encoding="utf-8")
    return done.returncode, done.stdout


def objects(text):
    decoder = json.JSONDecoder()
    found = []
    while text.strip():
        text = text.lstrip()
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def strict(schema):
    """What the program itself prints has nothing that its schema does not name."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
        for value in schema.values():
            strict(value)
    if isinstance(schema, list):
        for value in schema:
            strict(value)
    return schema


def schema_of(command):
    status, text = run("schema", command)
    if status != 0:
        return None
    schema = strict(json.loads(text))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
formats = jsonschema.FormatChecker(formats=())
formats.checks("date-time")(lambda text: not isinstance(text, str) or bool(DATE.match(text)))


def validate(command, schema, text, rows):
    wrong = []
    found = objects(text)
    if not found:
        wrong.append("nothing was printed")
    for value in found:
        validator = jsonschema.Draft202012Validator(schema, format_checker=formats)
        wrong += ["%s: %s" % ("/".join(map(str, e.path)), e.message[:200])
                  for e in list(validator.iter_errors(value))[:5]]
        if rows is not None and len(value.get("rows", [])) != rows:
            wrong.append("%d rows, wanted %d" % (len(value["rows"]), rows))
    return wrong


def words(command):
    """The arguments of a command in its shortest meaning."""
    if command in ("failover", "reconnect", "release"):
        return ["client:nas-1", "--server", "aaa1", "--reason", "why", "--yes", "--detach"]
    if command in ("pause", "resume"):
        return ["--server", "aaa1", "--reason", "why"]
    return []


# ---- the commands ----

help_text = run("--help")[1]
commands = re.findall(r"^  ([a-z]+)(?: .*)?$", help_text, re.M)
asking = [c for c in commands if schema_of(c) and c not in ("check", "explain", "simulate")]
expected = ("status servers parameters services conditions alternates groups clients operations "
            "events alarms failover reconnect release pause resume watch doctor").split()
verdict("commands", [c for c in expected if c not in asking])

for command in asking:
    if command == "watch":
        continue
    schema = schema_of(command)
    status, text = run(command, "--json", "--agent", agent, *access, *words(command))
    rows = 1 if command in expected[11:16] else None
    verdict(command, validate(command, schema, text, rows) +
            ([] if status <= 2 else ["status %d" % status]))
    if command in expected[11:16]:
        continue
    # Nobody there: said in the same form.
    status, text = run(command, "--json", "--agent", dead, *access)
    wrong = validate(command, schema, text, 1 if command == "doctor" else 0)
    said = objects(text)[0] if text else {}
    if said.get("agentState") != "refused" or not said.get("agentDetail"):
        wrong.append("agentState: %s" % said.get("agentState"))
    verdict(command + "-unanswered", wrong)

# Two agents are two objects.
found = objects(run("servers", "--json", "--agent", agent, "--agent", dead, *access)[1])
verdict("agents", [] if [f["agentState"] for f in found] == ["ok", "refused"] else [str(found)])

# Events one by one, as they come: the engine is told to have some until one is seen.
watching = subprocess.Popen([program, "watch", "--json", "--agent", agent, *access],
                            stdout=subprocess.PIPE)
os.set_blocking(watching.stdout.fileno(), False)
seen, until = b"", time.monotonic() + 30
while not seen.endswith(b"]}\n") and time.monotonic() < until:
    with open(happen, "w", encoding="utf-8") as fifo:
        fifo.write("event\n")
    if select.select([watching.stdout], [], [], 2)[0]:
        seen += watching.stdout.read() or b""
watching.terminate()
verdict("watch", validate("watch", schema_of("watch"), seen.decode(), 1))

# ---- policies ----

for name, usable in (("good", True), ("faulty", False), ("nowhere", False)):
    status, text = run("check", "%s/%s.xml" % (policies, name), "--json")
    wrong = validate("check", schema_of("check"), text, None)
    said = objects(text)[0]
    if said["usable"] != usable or status != (0 if usable else 1):
        wrong.append("usable: %s, status %d" % (said["usable"], status))
    if not usable and not [row for row in said["rows"] if row["severity"] == "error"]:
        wrong.append("no errors: " + text)
    verdict("check-" + name, wrong)

trace = policies + "/hot.trace"
with open(trace, "w", encoding="utf-8") as out:
    out.write("bellwether-trace 1\n0 cpu=10\n60 cpu=99\n300 cpu=5\n900 cpu=5\n")
good = policies + "/good.xml"
for name, more in (("explain", []), ("explain", ["--set", "cpu=99", "--clients"]),
                   ("explain", ["--set", "cpu=3", "--held", "10m"]),
                   ("simulate", ["--trace", trace]),
                   ("simulate", ["--trace", trace, "--compare", good])):
    status, text = run(name, good, "--json", *more)
    verdict("-".join([name, *more]).replace(policies, "").replace("--", ""),
            validate(name, schema_of(name), text, None) +
            (["status %d" % status] if status else []))

# ---- the manual and the MIB ----

section = manual.split("\n.Sh JSON\n", 1)[1].split("\n.Sh ", 1)[0]
schema = schema_of("servers")
verdict("manual-envelope", ["not in the manual: " + key for key in schema["properties"]
                            if key not in section])
verdict("manual-states", ["not in the manual: " + state
                          for state in schema["properties"]["agentState"]["enum"]
                          if not re.search(r"[ ,]%s[ ,\n]" % state, section)])
verdict("manual-steps", ["not in the manual: " + key for key in
                         schema_of("doctor")["properties"]["rows"]["items"]["properties"]
                         if key not in section])
verdict("manual-check", ["not in the manual: " + key for key in
                         [*schema_of("check")["properties"],
                          *schema_of("check")["properties"]["rows"]["items"]["properties"]]
                         if key not in section])
unknown = []
for command in asking:
    if command == "doctor":
        continue
    for key in schema_of(command)["properties"]["rows"]["items"]["properties"]:
        name = "bw" + key[0].upper() + key[1:]
        if key != "serverName" and not re.search(r"^%s OBJECT-TYPE" % name, mib, re.M):
            unknown.append("%s: %s" % (command, name))
verdict("mib-names", unknown)
sys.exit(failures > 0)
