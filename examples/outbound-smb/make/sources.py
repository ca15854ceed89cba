"""sources/: the same outbound connection as each product writes it, and what each rule says."""

import json
import os

import shapes as s
from times import at, later

TIME = at("2024-05-14T09:41:07.250")
KERNEL = s.Connection(TIME, "10.20.30.40", 49832, "89.160.20.112", 445)
USER = s.Connection(TIME, "10.20.30.40", 49832, "89.160.20.112", 445, s.SYNC)
START = later(TIME, -180)

NOT_SEARCHED = "its indices are not among those that the rule searches"
KERNEL_START = "process id 4 is excluded, and the kernel has no start event"
NOT_KERNEL = "the process is not the kernel (pid 4)"
NO_TRANSPORT = "the vendor's pipeline sets no network.transport"
NO_ACTION = "the add-on for Sysmon sets no action, which the data model makes unknown"
ECS = "all tests of the query hold"
CIM = "action is allowed, and the port fits"

# source, events, verdicts of 000, 001, 002, 003: (hit?, reason)
SOURCES = [
    ("zeek", [s.zeek(KERNEL, "CqlVyW1YwZ15RhTBc4")],
     (False, NOT_SEARCHED), (False, NOT_SEARCHED), (True, ECS), (True, CIM)),
    ("winlogbeat", [s.winlogbeat_connection(KERNEL, 912)],
     (False, KERNEL_START), (True, ECS), (False, NOT_SEARCHED), (False, NO_ACTION)),
    ("winlogbeat-process", [s.winlogbeat_start(START, s.SYNC, "WS-0042", 905), s.winlogbeat_connection(USER, 912)],
     (True, "a start and a connection of one process"), (False, NOT_KERNEL), (False, NOT_SEARCHED), (False, NO_ACTION)),
    ("sysmon", [s.fleet_connection(KERNEL, 912)],
     (False, KERNEL_START), (True, ECS), (False, NOT_SEARCHED), (False, NO_ACTION)),
    ("sysmon-process", [s.fleet_start(START, s.SYNC, "WS-0042", 905), s.fleet_connection(USER, 912)],
     (True, "a start and a connection of one process"), (False, NOT_KERNEL), (False, NOT_SEARCHED), (False, NO_ACTION)),
    ("sysmon_evtx", [s.evtx_dump(3, 912, later(TIME, 1.3), "WS-0042", s.sysmon_connection(KERNEL))],
     (False, KERNEL_START), (True, ECS), (False, NOT_SEARCHED), (False, NO_ACTION)),
    ("sysmon_evtx-process", [s.evtx_dump(1, 905, later(START, 0.2), "WS-0042", s.sysmon_start(START, s.SYNC)),
                             s.evtx_dump(3, 912, later(TIME, 1.3), "WS-0042", s.sysmon_connection(USER))],
     (True, "a start and a connection of one process"), (False, NOT_KERNEL), (False, NOT_SEARCHED), (False, NO_ACTION)),
    ("elastic_defend", [s.defend_connection(KERNEL)],
     (False, KERNEL_START), (True, ECS), (False, NOT_SEARCHED), (True, CIM)),
    ("elastic_defend-process", [s.defend_start(START, s.SYNC, "WS-0042"), s.defend_connection(USER)],
     (True, "a start and a connection of one process"), (False, NOT_KERNEL), (False, NOT_SEARCHED), (True, CIM)),
    ("packetbeat", [s.flow(KERNEL, "EAT/////AP//////CP8AAAEAAA")],
     (False, NOT_SEARCHED), (False, NOT_SEARCHED), (True, ECS), (True, "the destination answered, so action is allowed")),
    ("auditbeat", [s.auditbeat(s.Connection(TIME, "10.20.30.40", 49832, "89.160.20.112", 445, host="LX-0042"))],
     (False, NOT_SEARCHED), (False, NOT_SEARCHED), (True, ECS), (True, CIM)),
    ("filebeat_zeek", [s.filebeat_zeek(KERNEL, "CqlVyW1YwZ15RhTBc4")],
     (False, NOT_SEARCHED), (False, NOT_SEARCHED), (True, ECS), (True, CIM)),
    ("network_traffic", [s.flow(KERNEL, "EAT/////AP//////CP8AAAEAAA", integration=True)],
     (False, NOT_SEARCHED), (False, NOT_SEARCHED), (True, ECS), (True, "the destination answered, so action is allowed")),
    ("endgame", [s.endgame_connection(KERNEL)],
     (False, NOT_SEARCHED), (True, ECS), (False, NOT_SEARCHED), (True, CIM)),
    ("endgame-process", [s.endgame_start(START, s.SYNC, "WS-0042"), s.endgame_connection(USER)],
     (False, NOT_SEARCHED), (False, NOT_KERNEL), (False, NOT_SEARCHED), (True, CIM)),
    ("m365_defender", [s.m365_connection(KERNEL)],
     (False, NOT_SEARCHED), (False, NO_TRANSPORT), (False, NOT_SEARCHED), (True, CIM)),
    ("m365_defender-process", [s.m365_start(START, s.SYNC, "WS-0042"), s.m365_connection(USER)],
     (False, NOT_SEARCHED), (False, NO_TRANSPORT), (False, NOT_SEARCHED), (True, CIM)),
    ("sentinel_one", [s.sentinel_one_connection(KERNEL)],
     (False, NOT_SEARCHED), (False, NO_TRANSPORT), (False, NOT_SEARCHED), (True, CIM)),
    ("sentinel_one-process", [s.sentinel_one_start(START, s.SYNC, "WS-0042"), s.sentinel_one_connection(USER)],
     (False, NOT_SEARCHED), (False, NO_TRANSPORT), (False, NOT_SEARCHED), (True, CIM)),
]


def write(folder):
    os.makedirs(folder, exist_ok=True)
    rows = ["source\trule\tverdict\treason"]
    for name, events, *verdicts in SOURCES:
        with open(os.path.join(folder, f"{name}.ndjson"), "w", encoding="utf-8") as file:
            for event in events:
                file.write(json.dumps(event, ensure_ascii=False) + "\n")
        for rule, (hit, reason) in zip(("000", "001", "002", "003"), verdicts):
            rows.append(f"{name}\t{rule}\t{'hit' if hit else 'silent'}\t{reason}")
    with open(os.path.join(folder, "expected.tsv"), "w", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
