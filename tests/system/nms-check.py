#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What no program here loads whole, looked at by its system's own rules.

nms-check.py exporter OURS THEIRS         snmp.yml against what its generator makes
nms-check.py same NEW OLD                 the two forms of snmp.yml hold the same
nms-check.py grafana|zabbix|librenms|opennms FOLDER
nms-check.py oids FOLDER MIB-OIDS         every OID of ours is one of the MIB's
nms-check.py scrape SNMP.YML NAMES SCRAPED WALKED MOVING
Says what is wrong; silence is the verdict."""
import json
import re
import sys
import xml.etree.ElementTree as tree
import yaml


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file) if path.endswith(".json") else yaml.safe_load(file)


def metrics(module):
    return {metric["name"]: metric for metric in module["metrics"]}


# ---- Prometheus ----


def exporter(ours, theirs):
    """The order in which things are walked is nobody's business. The words of enumerations
    are compared where the generator has them: it drops one that is a keyword of SMI."""
    ours, theirs = load(ours), load(theirs)
    if set(ours) != set(theirs):
        yield f"modules {sorted(ours)}, the generator's {sorted(theirs)}"
    for name in set(ours) & set(theirs):
        mine, its = ours[name], theirs[name]
        for key in ("walk", "get", "version", "auth"):
            left, right = (side.get(key, []) for side in (mine, its))
            if isinstance(left, list):
                left, right = sorted(left), sorted(right)
            if left != right:
                yield f"{name}: {key} is {mine.get(key)}, the generator's {its.get(key)}"
        mine, its = metrics(mine), metrics(its)
        for metric in sorted(set(mine) ^ set(its)):
            yield f"{name}: only one of them has {metric}"
        for metric in set(mine) & set(its):
            words = mine[metric].pop("enum_values", {})
            if not its[metric].pop("enum_values", {}).items() <= words.items():
                yield f"{metric}: other words of its enumeration"
            if mine[metric] != its[metric]:
                yield f"{metric}: {mine[metric]}, the generator's {its[metric]}"


def same(new, old):
    new, old = load(new), load(old)
    auth = dict(new["auths"]["bellwether"])
    for name, module in new["modules"].items():
        was = dict(old.get(name, {}))
        if {"version": was.pop("version", None), **was.pop("auth", {})} != auth:
            yield f"{name}: another access"
        if module != was:
            yield f"{name} differs"
    if set(new["modules"]) != set(old):
        yield "other modules"


def wrapped(value):
    return float(int(value) % 2**53)


def scrape(config, names, scraped, walked, moving):
    """Each number that was walked is a metric with that value and the MIB's name, and
    nothing else is one."""
    wanted, got = {}, {}
    with open(names, encoding="utf-8") as file:
        names = {oid: name for name, oid in (line.split() for line in file)}
    with open(moving, encoding="utf-8") as file:
        moving = {line.split(" ")[0].lstrip(".") for line in file}
    exported = {}
    for metric in load(config)["bellwether"]["metrics"]:
        if metric["type"] in ("gauge", "counter"):
            exported[metric["oid"]] = metric
    with open(walked, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"\.([\d.]+) = \w+: \(?(\d+)", line)
            oid = found and found[1]
            for cut in range(1, 4) if found else ():
                base = oid.rsplit(".", cut)[0]
                if base in exported and oid not in moving:
                    wanted[oid] = (names[base], wrapped(found[2]))
    with open(scraped, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"(bw\w+)(?:\{(.*)\})? ([-+.\de]+)$", line)
            if not found:
                continue
            metric = next((m for m in exported.values() if m["name"] == found[1]), None)
            labels = dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
            if metric:
                index = [labels[i["labelname"]] for i in metric.get("indexes", [])]
                oid = ".".join([metric["oid"], *(index or ["0"])])
                if oid not in moving:
                    got[oid] = (found[1], float(found[3]))
    for oid in sorted(set(wanted) | set(got)):
        if wanted.get(oid) != got.get(oid):
            yield f"{oid}: walked {wanted.get(oid)}, scraped {got.get(oid)}"
    if len(wanted) < 200:
        yield f"only {len(wanted)} values were walked"


# ---- Grafana ----


def grafana(folder):
    board = load(folder + "/grafana/bellwether.json")
    exported = {
        metric
        for module in load(folder + "/prometheus/snmp.yml")["modules"].values()
        for metric in metrics(module)
    }
    taken, ids = set(), set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        if cells & taken or place["x"] + place["w"] > 24:
            yield f"{panel['title']}: lies over another, or outside"
        taken |= cells
        if panel["id"] in ids or not panel["targets"]:
            yield f"{panel['title']}: no id of its own, or nothing to show"
        ids.add(panel["id"])
        for target in panel["targets"]:
            for metric in re.findall(r"\bbw[A-Z]\w+(?=\{)", target["expr"]):
                if metric not in exported:
                    yield f"{panel['title']}: {metric} is not exported"
        if len({target["refId"] for target in panel["targets"]}) < len(panel["targets"]):
            yield f"{panel['title']}: two targets of one refId"
    names = {variable["name"] for variable in board["templating"]["list"]}
    for used in set(re.findall(r"\$\{?(\w+)", json.dumps(board))) - names - {"__all"}:
        yield f"no variable {used}"
    for key in ("title", "uid", "schemaVersion", "time"):
        if not board.get(key):
            yield f"no {key}"


# ---- Zabbix ----


def walk(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, (dict, list)):
            yield from walk(child)


def zabbix(folder):
    export = load(folder + "/zabbix/bellwether.yaml")["zabbix_export"]
    (template,) = export["templates"]
    nodes = [node for node in walk(export) if isinstance(node, dict)]
    ids = [node["uuid"] for node in nodes if "uuid" in node]
    for uuid in ids:
        if not re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", uuid):
            yield f"{uuid} is no UUID of version 4"
        if ids.count(uuid) > 1:
            yield f"{uuid} stands for two things"
    keys = [n["key"] for n in nodes if "key" in n and "uuid" in n]
    maps = {m["name"] for m in template["valuemaps"]}
    macros = {m["macro"] for m in template["macros"]}
    for key in keys:
        if keys.count(key) > 1:
            yield f"key {key} twice"
    for node in nodes:
        expression = node.get("expression", "")
        for host, key in re.findall(r"/([^/()]+)/([^,)]+)", expression):
            if host != template["template"] or key not in keys:
                yield f"{expression}: no item {host} {key}"
        for macro in re.findall(r"\{\$[^}]*\}", expression):
            if macro not in macros:
                yield f"{expression}: no macro {macro}"
        if isinstance(node.get("valuemap"), dict) and node["valuemap"]["name"] not in maps:
            yield f"no value map {node['valuemap']}"
        if "color" in node and node["item"]["key"] not in keys:
            yield f"a graph of no item: {node['item']}"
        for text in node.values():
            if text is None:
                yield f"nothing in {node}"
    found = {rule["key"].split(".")[1] for rule in template["discovery_rules"]}
    for noun in {"server", "parameter", "service", "alternate"} - found:
        yield f"{noun}s are not discovered"


# ---- LibreNMS ----

SENSOR = {"oid", "value", "num_oid", "index", "descr", "group", "divisor", "warn_limit"}
STATE = {"value", "generic", "graph", "descr"}


def librenms(folder):
    detection = load(folder + "/librenms/os_detection/bellwether.yaml")
    for key in ("os", "text", "type", "discovery"):
        if key not in detection:
            yield f"os_detection: no {key}"
    for rule in detection["discovery"]:
        if not re.fullmatch(r"(\.\d+)+", rule["sysObjectID"][0]):
            yield f"os_detection: {rule}"
    modules = load(folder + "/librenms/os_discovery/bellwether.yaml")["modules"]
    sensors = dict(modules["sensors"])
    others = {o for d in sensors.pop("additional_oids")["data"] for o in d["oid"]}
    seen = set()
    for kind, data in sensors.items():
        for sensor in data["data"]:
            name = f"{kind} {sensor['value']}"
            extra = {"states", "state_name"} if kind == "state" else set()
            if set(sensor) - SENSOR - extra:
                yield f"{name}: unknown keys {set(sensor) - SENSOR - extra}"
            if not re.fullmatch(r"(\.\d+)+\.\{\{ \$index \}\}", sensor["num_oid"]):
                yield f"{name}: num_oid {sensor['num_oid']}"
            if (kind, sensor["index"]) in seen:
                yield f"{name}: twice"
            seen.add((kind, sensor["index"]))
            prefix = sensor["oid"].replace("Table", "")
            for used in re.findall(r"\{\{ \$(\w+)(?::\d)? \}\}", sensor["descr"]):
                if not used.startswith(prefix) and used not in others:
                    yield f"{name}: {used} is of another table"
            for state in sensor.get("states", []):
                if set(state) != STATE or state["generic"] not in range(4):
                    yield f"{name}: state {state}"
            if (kind == "state") != ("states" in sensor):
                yield f"{name}: states"


# ---- OpenNMS ----

EVENTS = "{http://xmlns.opennms.org/xsd/eventconf}"
DATA = "{http://xmlns.opennms.org/xsd/config/datacollection}"


def opennms(folder):
    masks, keys, clears = [], set(), set()
    for event in tree.parse(folder + "/opennms/events/bellwether.events.xml").getroot():
        mask = tree.tostring(event.find(EVENTS + "mask"))
        if mask in masks:
            yield f"two events of one mask: {event.find(EVENTS + 'uei').text}"
        masks.append(mask)
        for tag in ("uei", "event-label", "descr", "logmsg", "severity"):
            if not event.findtext(EVENTS + tag):
                yield f"an event without {tag}"
        alarm = event.find(EVENTS + "alarm-data")
        if alarm is not None:
            if (alarm.get("alarm-type") == "2") != ("clear-key" in alarm.keys()):
                yield f"{alarm.get('reduction-key')}: type and clear-key"
            keys.add(alarm.get("reduction-key"))
            clears.add(alarm.get("clear-key"))
    for clear in clears - keys - {None}:
        yield f"nothing is cleared by {clear}"
    root = tree.parse(folder + "/opennms/datacollection/bellwether.xml").getroot()
    types = {t.get("name") for t in root.iter(DATA + "resourceType")}
    groups = {g.get("name") for g in root.findall(DATA + "group")}
    order = [child.tag for child in root]
    if order != sorted(order, key=[DATA + t for t in
                                   ("resourceType", "group", "systemDef")].index):
        yield "resource types, groups, systems: in another order"
    included = [g.text for g in root.iter(DATA + "includeGroup")]
    if sorted(included) != sorted(groups):
        yield f"groups {groups}, included {included}"
    aliases = [o.get("alias") for o in root.iter(DATA + "mibObj")]
    for alias in aliases:
        if len(alias) > 19 or aliases.count(alias) > 1:
            yield f"alias {alias}"
    for mib_object in root.iter(DATA + "mibObj"):
        if mib_object.get("instance") not in types | {"0"}:
            yield f"{mib_object.get('alias')}: no resource type"
        if mib_object.get("type") not in ("gauge", "counter", "string"):
            yield f"{mib_object.get('alias')}: type {mib_object.get('type')}"


def oids(listing, *files):
    with open(listing, encoding="utf-8") as file:
        known = set(file.read().split())
    base = min(known, key=len)
    for name in files:
        found = 0
        with open(name, encoding="utf-8") as file:
            for oid in re.findall(re.escape(base) + r"(?:\.\d+)*", file.read()):
                found += 1
                if oid not in known and re.sub(r"\.0$", "", oid) not in known:
                    yield f"{name}: {oid} is nothing in the MIB"
        if not found:
            yield f"{name}: no OID of ours"


wrong = list(globals()[sys.argv[1]](*sys.argv[2:]))
print(*dict.fromkeys(wrong), sep="\n", end="\n" if wrong else "")
sys.exit(bool(wrong))
