"""One connection, or one process start, in the shape of each product."""

from times import epoch, iso, later, millis, sysmon

GUID = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"


class Process:
    def __init__(self, pid, image, guid, command=None, user="EXAMPLE\\ana", parent=None):
        self.pid, self.image, self.guid = pid, image, guid
        self.command, self.user, self.parent = command or image, user, parent

    @property
    def name(self):
        return self.image.rsplit("\\", 1)[-1]


SYSTEM = Process(4, "System", "{B9C2E0A1-4D10-6643-EB03-000000000900}", "", "NT AUTHORITY\\SYSTEM")
EXPLORER = Process(5120, "C:\\Windows\\explorer.exe", "{B9C2E0A1-4E31-6643-5B01-000000000900}")
SYNC = Process(7312, "C:\\Users\\ana\\Downloads\\sync.exe", "{B9C2E0A1-31F2-6643-9A04-000000000900}",
               "\"C:\\Users\\ana\\Downloads\\sync.exe\" --to \\\\files.example.net\\drop", parent=EXPLORER)


class Connection:
    def __init__(self, time, source, source_port, destination, port, process=SYSTEM, host="WS-0042",
                 transport="tcp"):
        self.time, self.source, self.source_port = time, source, source_port
        self.destination, self.port, self.process = destination, port, process
        self.host, self.transport = host, transport


# -- Sysmon ------------------------------------------------------------------------------------

def sysmon_connection(c):
    return {
        "RuleName": "-", "UtcTime": sysmon(c.time), "ProcessGuid": c.process.guid,
        "ProcessId": c.process.pid, "Image": c.process.image, "User": c.process.user,
        "Protocol": c.transport, "Initiated": "true", "SourceIsIpv6": "false",
        "SourceIp": c.source, "SourceHostname": f"{c.host}.example.com",
        "SourcePort": c.source_port, "SourcePortName": "-",
        "DestinationIsIpv6": "false", "DestinationIp": c.destination, "DestinationHostname": "-",
        "DestinationPort": c.port,
        "DestinationPortName": {445: "microsoft-ds", 139: "netbios-ssn", 443: "https"}.get(c.port, "-"),
    }


def sysmon_start(time, process):
    parent = process.parent
    return {
        "RuleName": "-", "UtcTime": sysmon(time), "ProcessGuid": process.guid,
        "ProcessId": process.pid, "Image": process.image, "FileVersion": "-", "Description": "-",
        "Product": "-", "Company": "-", "OriginalFileName": "-", "CommandLine": process.command,
        "CurrentDirectory": "C:\\Users\\ana\\", "User": process.user,
        "LogonGuid": "{B9C2E0A1-4E20-6643-3F2A-050000000000}", "LogonId": "0x52a3f",
        "TerminalSessionId": 1, "IntegrityLevel": "Medium",
        "Hashes": "MD5=0CC175B9C0F1B6A831C399E269772661,"
                  "SHA256=CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB,"
                  "IMPHASH=00000000000000000000000000000000",
        "ParentProcessGuid": parent.guid, "ParentProcessId": parent.pid,
        "ParentImage": parent.image, "ParentCommandLine": parent.command, "ParentUser": process.user,
    }


def sysmon_record(event_id, record, time, host, data):
    """For evtx.write."""
    return {
        "id": event_id, "record": record, "time": time.timestamp(), "time_text": iso(time, 6),
        "provider": "Microsoft-Windows-Sysmon", "guid": GUID, "channel": CHANNEL,
        "computer": f"{host}.example.com", "data": data,
    }


def evtx_dump(event_id, record, time, host, data):
    """As evtx_dump prints a record: typed values, GUIDs without braces."""
    typed = {}
    for key, value in data.items():
        if key.endswith("Guid"):
            value = value.strip("{}")
        elif value in ("true", "false"):
            value = value == "true"
        typed[key] = value
    return {"Event": {
        "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
        "System": {
            "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon", "Guid": GUID.strip("{}")}},
            "EventID": event_id, "Version": 5, "Level": 4, "Task": event_id, "Opcode": 0,
            "Keywords": "0x8000000000000000",
            "TimeCreated": {"#attributes": {"SystemTime": iso(time, 6)}},
            "EventRecordID": record, "Correlation": None,
            "Execution": {"#attributes": {"ProcessID": 2476, "ThreadID": 3384}},
            "Channel": CHANNEL, "Computer": f"{host}.example.com",
            "Security": {"#attributes": {"UserID": "S-1-5-18"}},
        },
        "EventData": typed,
    }}


# -- Winlogbeat and the Fleet integration ------------------------------------------------------

def _windows_document(event_id, record, time, host, action, category, kinds, fields):
    return {
        "@timestamp": iso(time),
        "ecs": {"version": "8.0.0"},
        "event": {"action": action, "category": category, "type": kinds, "kind": "event",
                  "code": str(event_id), "module": "sysmon", "provider": "Microsoft-Windows-Sysmon",
                  "created": iso(later(time, 1.2))},
        "host": {"name": f"{host}.example.com", "hostname": host,
                 "os": {"family": "windows", "platform": "windows", "type": "windows"}},
        "log": {"level": "information"},
        "winlog": {"api": "wineventlog", "channel": CHANNEL, "computer_name": f"{host}.example.com",
                   "event_id": str(event_id), "opcode": "Info", "provider_guid": GUID,
                   "provider_name": "Microsoft-Windows-Sysmon", "record_id": record,
                   "process": {"pid": 2476, "thread": {"id": 3384}},
                   "user": {"identifier": "S-1-5-18", "domain": "NT AUTHORITY", "name": "SYSTEM",
                            "type": "User"}, "version": 5},
        **fields,
    }


def _network_fields(c, direction="egress"):
    domain, user = c.process.user.split("\\")
    process = {"entity_id": c.process.guid, "executable": c.process.image, "pid": c.process.pid}
    if "\\" in c.process.image:
        process["name"] = c.process.name
    return {
        "network": {"transport": c.transport, "type": "ipv4", "direction": direction,
                    "protocol": "microsoft-ds" if c.port == 445 else "unknown"},
        "source": {"ip": c.source, "port": c.source_port, "domain": f"{c.host}.example.com"},
        "destination": {"ip": c.destination, "port": c.port},
        "process": process,
        "user": {"id": "S-1-5-18", "name": user, "domain": domain},
        "related": {"ip": [c.source, c.destination], "user": [user]},
    }


def _process_fields(p):
    domain, user = p.user.split("\\")
    return {
        "process": {
            "entity_id": p.guid, "executable": p.image, "name": p.name, "pid": p.pid,
            "command_line": p.command, "working_directory": "C:\\Users\\ana\\",
            "parent": {"entity_id": p.parent.guid, "executable": p.parent.image,
                       "name": p.parent.name, "pid": p.parent.pid, "command_line": p.parent.command},
        },
        "user": {"id": "S-1-5-18", "name": user, "domain": domain},
        "related": {"user": [user]},
    }


def winlogbeat_connection(c, record):
    document = _windows_document(
        3, record, c.time, c.host, "Network connection detected (rule: NetworkConnect)",
        ["network"], ["start", "connection", "protocol"], _network_fields(c))
    document["agent"] = {"type": "winlogbeat", "version": "8.13.0", "name": c.host}
    return document


def winlogbeat_start(time, process, host, record):
    document = _windows_document(1, record, time, host, "Process Create (rule: ProcessCreate)",
                                 ["process"], ["start"], _process_fields(process))
    document["agent"] = {"type": "winlogbeat", "version": "8.13.0", "name": host}
    return document


def _fleet(document, dataset):
    document["agent"] = {"type": "filebeat", "version": "8.13.0", "name": document["host"]["hostname"]}
    document["data_stream"] = {"type": "logs", "dataset": dataset, "namespace": "default"}
    document["event"]["dataset"] = dataset
    return document


def fleet_connection(c, record):
    return _fleet(_windows_document(3, record, c.time, c.host, "Network connection", ["network"],
                                    ["start", "connection", "protocol"], _network_fields(c)),
                  "windows.sysmon_operational")


def fleet_start(time, process, host, record):
    return _fleet(_windows_document(1, record, time, host, "Process creation", ["process"],
                                    ["start"], _process_fields(process)),
                  "windows.sysmon_operational")


# -- Elastic Defend ----------------------------------------------------------------------------

def _endpoint(time, host, dataset, event, fields):
    return {
        "@timestamp": iso(time, 6),
        "agent": {"type": "endpoint", "version": "8.13.0", "id": "2f1d6a1e-0b7f-4d5c-9a44-2f0f0c5b7a10"},
        "data_stream": {"type": "logs", "dataset": dataset, "namespace": "default"},
        "ecs": {"version": "8.10.0"},
        "event": {"kind": "event", "module": "endpoint", "dataset": dataset, "sequence": 48211,
                  "created": iso(time, 6), **event},
        "host": {"hostname": host, "name": host, "id": "5c2f0d5e-1f6c-4a55-8a3c-3c6f1f0b9a11",
                 "os": {"type": "windows", "family": "windows", "platform": "windows", "name": "Windows"}},
        **fields,
    }


def _entity(process):
    return f"MmYxZDZhMWUtMGI3Zi00ZDVj-{process.pid}-1715679487"


def defend_connection(c):
    domain, user = c.process.user.split("\\")
    return _endpoint(
        c.time, c.host, "endpoint.events.network",
        {"category": ["network"], "type": ["start"], "action": "connection_attempted",
         "outcome": "unknown"},
        {"network": {"transport": c.transport, "type": "ipv4", "direction": "egress"},
         "source": {"address": c.source, "ip": c.source, "port": c.source_port},
         "destination": {"address": c.destination, "ip": c.destination, "port": c.port},
         "process": {"entity_id": _entity(c.process), "executable": c.process.image,
                     "name": c.process.name, "pid": c.process.pid},
         "user": {"domain": domain, "name": user,
                  "id": "S-1-5-18" if user == "SYSTEM" else "S-1-5-21-1004336348-1177238915-682003330-1105"}})


def defend_start(time, process, host):
    domain, user = process.user.split("\\")
    return _endpoint(
        time, host, "endpoint.events.process",
        {"category": ["process"], "type": ["start"], "action": "start", "outcome": "unknown"},
        {"process": {"entity_id": _entity(process), "executable": process.image,
                     "name": process.name, "pid": process.pid, "command_line": process.command,
                     "args": [process.image, "--to", "\\\\files.example.net\\drop"], "args_count": 3,
                     "parent": {"entity_id": _entity(process.parent), "pid": process.parent.pid,
                                "name": process.parent.name, "executable": process.parent.image}},
         "user": {"domain": domain, "name": user, "id": "S-1-5-21-1004336348-1177238915-682003330-1105"}})


# -- network sensors ---------------------------------------------------------------------------

def zeek(c, uid, state="SF", service="gssapi,smb,ntlm", duration=4.217, sent=2816, received=5120):
    record = {"ts": epoch(c.time), "uid": uid, "id.orig_h": c.source, "id.orig_p": c.source_port,
              "id.resp_h": c.destination, "id.resp_p": c.port, "proto": c.transport}
    answered = state not in ("S0", "REJ")
    if service and answered:
        record["service"] = service
    if answered:
        record.update({"duration": duration, "orig_bytes": sent, "resp_bytes": received})
    packets = (12, 11) if answered else (1, 1 if state == "REJ" else 0)
    record.update({
        "conn_state": state, "local_orig": True, "local_resp": c.destination.startswith("10."),
        "missed_bytes": 0, "history": {"S0": "S", "REJ": "Sr"}.get(state, "ShADadFf"),
        "orig_pkts": packets[0], "orig_ip_bytes": (sent if answered else 0) + 40 * packets[0],
        "resp_pkts": packets[1], "resp_ip_bytes": (received if answered else 0) + 40 * packets[1]})
    return record


def flow(c, flow_id, final=True, answered=True, integration=False, host="SENSOR-1"):
    document = {
        "@timestamp": iso(later(c.time, 10)),
        "agent": {"type": "packetbeat", "version": "8.13.0", "name": host},
        "ecs": {"version": "8.11.0"},
        "event": {"action": "network_flow", "category": ["network"], "kind": "event",
                  "dataset": "network_traffic.flow" if integration else "flow",
                  "type": ["connection", "end"] if final else ["connection"],
                  "start": iso(c.time), "end": iso(later(c.time, 4.2)), "duration": 4217000000},
        "flow": {"final": final, "id": flow_id},
        "host": {"name": host},
        "network": {"transport": c.transport, "type": "ipv4", "bytes": 8856 if answered else 120,
                    "packets": 23 if answered else 2, "community_id": "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
        "source": {"ip": c.source, "port": c.source_port, "bytes": 3296 if answered else 120,
                   "packets": 12 if answered else 2},
        "destination": {"ip": c.destination, "port": c.port},
        "type": "flow",
    }
    if answered:
        document["destination"].update({"bytes": 5560, "packets": 11})
    if integration:
        document["data_stream"] = {"type": "logs", "dataset": "network_traffic.flow", "namespace": "default"}
    return document


def auditbeat(c):
    """The socket data set, on Linux. The kernel's own connections have no process."""
    return {
        "@timestamp": iso(c.time),
        "agent": {"type": "auditbeat", "version": "8.13.0", "name": c.host},
        "ecs": {"version": "8.0.0"},
        "event": {"action": "network_flow", "category": ["network"], "kind": "event",
                  "type": ["info", "connection"], "module": "system", "dataset": "socket",
                  "start": iso(c.time), "end": iso(later(c.time, 4.2)), "duration": 4217000000},
        "service": {"type": "system"},
        "host": {"name": c.host, "os": {"type": "linux", "platform": "ubuntu", "family": "debian"}},
        "network": {"transport": c.transport, "type": "ipv4", "direction": "egress", "bytes": 8856,
                    "packets": 23},
        "source": {"ip": c.source, "port": c.source_port, "bytes": 3296, "packets": 12},
        "client": {"ip": c.source, "port": c.source_port},
        "destination": {"ip": c.destination, "port": c.port, "bytes": 5560, "packets": 11},
        "server": {"ip": c.destination, "port": c.port},
        "flow": {"complete": True, "final": True},
    }


def filebeat_zeek(c, uid):
    return {
        "@timestamp": iso(c.time),
        "agent": {"type": "filebeat", "version": "8.13.0", "name": "SENSOR-1"},
        "ecs": {"version": "1.12.0"},
        "event": {"kind": "event", "category": ["network"], "type": ["connection", "start", "end"],
                  "module": "zeek", "dataset": "zeek.connection", "id": uid, "duration": 4217000000},
        "fileset": {"name": "connection"}, "service": {"type": "zeek"}, "input": {"type": "log"},
        "network": {"transport": c.transport, "protocol": "gssapi,smb,ntlm", "direction": "outbound",
                    "bytes": 8856, "packets": 23, "community_id": "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
        "source": {"address": c.source, "ip": c.source, "port": c.source_port, "bytes": 3296, "packets": 12},
        "destination": {"address": c.destination, "ip": c.destination, "port": c.port, "bytes": 5560,
                        "packets": 11},
        "related": {"ip": [c.source, c.destination]},
        "zeek": {"session_id": uid,
                 "connection": {"state": "SF", "state_message": "Normal establishment and termination.",
                                "history": "ShADadFf", "local_orig": True, "local_resp": False,
                                "missed_bytes": 0}},
    }


# -- other endpoint products -------------------------------------------------------------------

def endgame(time, host, category, kind, subtype, fields):
    return {
        "@timestamp": iso(time),
        "event": {"module": "endgame", "dataset": "esensor", "kind": "event", "category": [category],
                  "type": [kind], "action": subtype, "created": iso(time)},
        "agent": {"type": "endgame", "id": "7c6b2a55-3d1c-4b39-9d9c-8a5be9d6a001", "version": "4.0.0"},
        "host": {"name": host, "hostname": host,
                 "os": {"type": "windows", "platform": "windows", "family": "windows"}},
        "endgame": {"event_type_full": f"{category}_event", "event_subtype_full": subtype,
                    "timestamp_utc": iso(time), **fields.pop("endgame", {})},
        **fields,
    }


def endgame_connection(c):
    domain, user = c.process.user.split("\\")
    return endgame(c.time, c.host, "network", "start", "ipv4_connection_attempt_event", {
        "endgame": {"pid": c.process.pid},
        "network": {"transport": c.transport, "direction": "outbound", "type": "ipv4"},
        "source": {"ip": c.source, "port": c.source_port},
        "destination": {"ip": c.destination, "port": c.port},
        "process": {"pid": c.process.pid, "name": c.process.name, "executable": c.process.image,
                    "entity_id": _entity(c.process)},
        "user": {"name": user, "domain": domain}})


def endgame_start(time, process, host):
    domain, user = process.user.split("\\")
    return endgame(time, host, "process", "start", "creation_event", {
        "endgame": {"pid": process.pid, "ppid": process.parent.pid},
        "process": {"pid": process.pid, "name": process.name, "executable": process.image,
                    "command_line": process.command, "entity_id": _entity(process),
                    "parent": {"pid": process.parent.pid, "name": process.parent.name}},
        "user": {"name": user, "domain": domain}})


def _m365(time, table, properties):
    return {"time": iso(later(time, 95), 7), "tenantId": "3d1f6f2e-7a0a-4f0e-8f0e-000000000042",
            "operationName": "Publish", "category": f"AdvancedHunting-{table}",
            "properties": {"Timestamp": iso(time, 6),
                           "DeviceId": "b8d3c1a09f5e4d7c8a61f2e3d4c5b6a7980f1e2d", **properties}}


def m365_connection(c):
    domain, user = c.process.user.split("\\")
    path = "c:\\windows\\system32\\ntoskrnl.exe" if c.process.pid == 4 else c.process.image
    return _m365(c.time, "DeviceNetworkEvents", {
        "DeviceName": f"{c.host.lower()}.example.com", "ActionType": "ConnectionSuccess",
        "RemoteIP": c.destination, "RemotePort": c.port, "RemoteUrl": None, "LocalIP": c.source,
        "LocalPort": c.source_port, "Protocol": "Tcp", "LocalIPType": "Private",
        "RemoteIPType": "Public", "InitiatingProcessFileName": path.rsplit("\\", 1)[-1],
        "InitiatingProcessFolderPath": path, "InitiatingProcessId": c.process.pid,
        "InitiatingProcessCommandLine": c.process.command,
        "InitiatingProcessAccountName": user.lower(), "InitiatingProcessAccountDomain": domain.lower(),
        "InitiatingProcessParentId": 0 if c.process.pid == 4 else c.process.parent.pid,
        "InitiatingProcessParentFileName": "" if c.process.pid == 4 else c.process.parent.name,
        "ReportId": 88123, "AdditionalFields": None})


def m365_start(time, process, host):
    domain, user = process.user.split("\\")
    return _m365(time, "DeviceProcessEvents", {
        "DeviceName": f"{host.lower()}.example.com", "ActionType": "ProcessCreated",
        "FileName": process.name, "FolderPath": process.image, "ProcessId": process.pid,
        "ProcessCommandLine": process.command, "ProcessIntegrityLevel": "Medium",
        "ProcessCreationTime": iso(time, 6), "AccountName": user, "AccountDomain": domain,
        "InitiatingProcessFileName": process.parent.name,
        "InitiatingProcessFolderPath": process.parent.image,
        "InitiatingProcessId": process.parent.pid,
        "InitiatingProcessCommandLine": process.parent.command, "ReportId": 88051})


def _sentinel_one(time, host, kind, category, fields):
    return {"timestamp": iso(time), "event.time": millis(time), "event.type": kind,
            "event.category": category, "event.id": f"01HXV{millis(time)}_{len(kind)}",
            "dataSource.name": "SentinelOne", "dataSource.category": "security", "i.scheme": "edr",
            "account.id": "1530000000000000042", "site.name": "example", "agent.version": "23.4.2.14",
            "agent.uuid": "6f1f9a0d3c2b4e5f8a9b0c1d2e3f4a5b", "endpoint.name": host,
            "endpoint.os": "windows", "endpoint.type": "desktop", "os.name": "Windows 11 Pro",
            "meta.event.name": kind.upper().replace(" ", ""), **fields}


def _s1_process(prefix, p, time):
    return {f"{prefix}.pid": p.pid, f"{prefix}.name": p.name, f"{prefix}.image.path": p.image,
            f"{prefix}.cmdline": p.command, f"{prefix}.user": p.user,
            f"{prefix}.uid": f"{p.pid:016X}", f"{prefix}.startTime": millis(time)}


def sentinel_one_connection(c):
    return _sentinel_one(c.time, c.host, "IP Connect", "ip", {
        "event.network.direction": "OUTGOING", "event.network.connectionStatus": "SUCCESS",
        "event.network.protocolName": "smb", "src.ip.address": c.source,
        "src.port.number": c.source_port, "dst.ip.address": c.destination, "dst.port.number": c.port,
        **_s1_process("src.process", c.process, later(c.time, -180))})


def sentinel_one_start(time, process, host):
    return _sentinel_one(time, host, "Process Creation", "process", {
        **_s1_process("src.process", process.parent, later(time, -3600)),
        **_s1_process("tgt.process", process, time)})
