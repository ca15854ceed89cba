"""logs/: five small logs with hits and near-misses for each rule, in benign background."""

import gzip
import json
import os
import random

import evtx
import shapes as s
from times import at, later

SE, GB, US, CN, PARTNER = "89.160.20.112", "81.2.69.142", "216.160.83.56", "175.16.199.1", "2.125.160.216"
DAY = "2024-05-14T"


class Log:
    """Events of a file with what they are there for, and the alerts that are expected."""

    def __init__(self, name):
        self.name, self.events, self.notes, self.alerts = name, [], [], {}

    def add(self, time, event, note=None, **alerts):
        """alerts: r002=1 and so on, counted where the alert is raised."""
        self.events.append((time, len(self.events), event))
        if note:
            self.notes.append((time, note, alerts))
        for rule, count in alerts.items():
            self.alerts[rule] = self.alerts.get(rule, 0) + count

    def sorted(self):
        return [event for _, _, event in sorted(self.events, key=lambda e: e[:2])]


def uid(random_):
    return "C" + "".join(random_.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789") for _ in range(17))


def connection(time, source, destination, port, transport="tcp", source_port=None, **more):
    port_of = source_port or 49152 + sum(map(ord, time + source + destination)) % 16000
    return s.Connection(at(time), source, port_of, destination, port, transport=transport, **more)


def zeek_json():
    log, r = Log("zeek-hq/conn.log"), random.Random(1)

    def add(time, source, destination, port, note=None, transport="tcp", state="SF",
            service="gssapi,smb,ntlm", **alerts):
        c = connection(DAY + time, source, destination, port, transport)
        log.add(c.time, s.zeek(c, uid(r), state, service), note, **alerts)

    add("09:41:07.250", "10.20.30.40", SE, 445, "SMB to Sweden", r002=1, r003=1)
    add("09:43:12.004", "10.20.30.40", SE, 445, "the same again: Splunk counts it in the row above", r002=1)
    add("10:12:55.801", "10.20.31.7", GB, 139, "NetBIOS session to Great Britain", service="smb", r002=1, r003=1)
    add("11:05:31.420", "192.168.7.21", PARTNER, 445,
        "a partner's network; internal by the asset table", r002=1, r003=1)
    add("11:20:02.117", "10.20.30.41", US, 8445, "SMB by protocol on another port: Splunk only",
        service="smb", state="RSTO", r003=1)
    add("12:01:44.030", "10.20.30.42", CN, 445, "UDP: Elastic asks for TCP", "udp", service="", r003=1)
    add("12:10:09.655", "10.20.30.43", "203.0.113.45", 445, "a reserved network, of which Splunk's rule knows few", r003=1)
    add("13:00:18.200", "10.20.30.44", SE, 445, "no answer (S0): dropped for Splunk", state="S0", r002=1)
    add("13:04:50.999", "10.20.30.45", GB, 445, "refused (REJ): blocked for Splunk", state="REJ", r002=1)
    add("13:15:21.300", "10.20.30.46", US, 8445, "near miss: service gssapi,smb,ntlm is not smb, port 8445")
    add("13:20:00.000", "10.20.30.47", "100.64.3.9", 445, "near miss: shared address space, which both exclude")
    add("13:21:10.512", "10.20.30.48", SE, 446, "near miss: the port next door", service="")
    add("13:25:37.080", CN, "10.20.30.5", 445, "near miss: inbound", state="S0")
    add("13:26:00.750", "127.0.0.1", "127.0.0.1", 445, "near miss: loopback")
    for at_minute in range(0, 480, 20):
        add(f"{8 + at_minute // 60:02}:{at_minute % 60:02}:{r.randrange(60):02}.{r.randrange(1000):03}",
            f"10.20.30.{r.randrange(40, 90)}", "10.20.30.5", 445)
    for at_minute in range(0, 480, 8):
        add(f"{8 + at_minute // 60:02}:{at_minute % 60:02}:{r.randrange(60):02}.{r.randrange(1000):03}",
            f"10.20.30.{r.randrange(40, 90)}", r.choice([SE, GB, US, CN, "67.43.156.1"]), r.choice([443, 443, 80]),
            service=r.choice(["ssl", "ssl", "http"]))
    return log


def zeek_tsv():
    log, r = Log("zeek-branch/conn.log.gz"), random.Random(2)

    def add(time, source, destination, port, note=None, transport="tcp", state="SF",
            service="gssapi,smb", **alerts):
        c = connection(DAY + time, source, destination, port, transport)
        log.add(c.time, s.zeek(c, uid(r), state, service), note, **alerts)

    add("13:02:14.310", "172.16.9.14", CN, 445, "SMB to China", r002=1, r003=1)
    add("14:30:40.905", "172.16.9.14", CN, 445, "again, in another window of Splunk's schedule", r002=1, r003=1)
    add("14:41:03.001", "172.16.9.15", GB, 139, "no answer (S0)", state="S0", r002=1)
    add("15:02:50.420", "172.16.9.16", "198.51.100.7", 445, "a reserved network (TEST-NET-2)", r003=1)
    for at_minute in range(0, 300, 10):
        add(f"{12 + at_minute // 60:02}:{at_minute % 60:02}:{r.randrange(60):02}.{r.randrange(1000):03}",
            f"172.16.9.{r.randrange(10, 40)}", "172.16.0.8", r.choice([445, 389, 88]),
            service=r.choice(["gssapi,smb", "ldap_tcp", "krb_tcp", ""]))
    return log


def packetbeat():
    log, r = Log("packetbeat/flows.ndjson"), random.Random(3)

    def add(time, source, destination, port, note=None, transport="tcp", final=True,
            answered=True, flow_id=None, **alerts):
        c = connection(DAY + time, source, destination, port, transport)
        name = flow_id or f"EAT/////AP//////CP8AAAE{uid(r)}"
        log.add(c.time, s.flow(c, name, final, answered), note, **alerts)

    same = "EAT/////AP//////CP8AAAEmQd3S7vL"
    add("15:10:02.700", "10.20.40.9", GB, 445, "SMB to Great Britain, first report of the flow",
        final=False, flow_id=same, r002=1, r003=1)
    add("15:10:02.700", "10.20.40.9", GB, 445, "last report of the same flow", flow_id=same, r002=1)
    add("15:22:41.118", "10.20.40.10", US, 445, "no answer: for Splunk the action is unknown",
        answered=False, r002=1)
    add("15:31:09.204", "10.20.40.11", "192.0.2.10", 445, "a reserved network (TEST-NET-1)", r003=1)
    add("15:33:00.040", "10.20.40.12", "10.20.30.5", 445, "near miss: private destination")
    add("15:36:12.310", "10.20.40.13", SE, 137, "near miss: NetBIOS name service", "udp")
    add("15:40:55.009", "10.20.40.14", "169.254.7.7", 445, "link-local; Splunk's rule does not know it", r003=1)
    for minute in range(0, 60, 2):
        add(f"15:{minute:02}:{r.randrange(60):02}.{r.randrange(1000):03}", f"10.20.40.{r.randrange(9, 60)}",
            r.choice([SE, GB, US, CN]), 443)
    return log


def _process(machine, number, image, command=None, pid=None):
    """A process. Its GUID starts with the machine's."""
    guid = f"{{{machine}-31F2-6643-{number:04X}-000000000900}}"
    return s.Process(pid or 6000 + number * 4, image, guid, command, parent=s.EXPLORER)


CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"
POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"


def host_story(log, start, net, machine, host_ip, public, every):
    """What Sysmon saw on a workstation. start(time, process), net(connection) add the events;
    a browser opens a page once every so many minutes."""
    first, second = public
    dc = "10.20.30.5"

    kernel = s.Process(4, "System", f"{{{machine}-4D10-6643-EB03-000000000900}}", "", "NT AUTHORITY\\SYSTEM")

    def conn(time, destination, port, process=kernel, transport="tcp"):
        c = connection(time, host_ip, destination, port, transport)
        c.process = process
        return c

    net(conn("2024-05-03T10:00:11.320", first, 445), "the kernel's SMB to an address never seen before", r001=1)
    net(conn("2024-05-03T11:02:40.015", second, 139), "and to another", r001=1)
    net(conn("2024-05-08T09:30:00.500", first, 445), "near miss: the first address was seen five days ago")
    net(conn("2024-05-14T16:00:02.210", first, 445), "near miss: seen six days ago")
    net(conn("2024-05-14T16:05:19.870", second, 139), "not seen for eleven days: new again", r001=1)
    net(conn("2024-05-14T16:07:00.100", dc, 445), "near miss: the domain controller")
    net(conn("2024-05-14T16:08:31.000", "203.0.113.45", 445), "near miss: a reserved network")
    net(conn("2024-05-14T16:09:12.470", first, 445, transport="udp"), "near miss: UDP")

    sync = _process(machine, 0x49A, s.SYNC.image, s.SYNC.command, pid=7312)
    start(at("2024-05-14T16:20:00.120"), sync)
    net(conn("2024-05-14T16:20:41.730", CN, 445, sync), "a downloaded program speaks SMB by itself", r000=1)
    shell = _process(machine, 0x4A1, POWERSHELL)
    start(at("2024-05-14T16:31:10.000"), shell)
    net(conn("2024-05-14T16:33:02.640", dc, 445, shell), "PowerShell to an internal server: rule 000 asks for no network", r000=1)
    local = _process(machine, 0x4A7, POWERSHELL)
    start(at("2024-05-14T16:40:00.000"), local)
    net(conn("2024-05-14T16:40:20.000", "127.0.0.1", 445, local), "near miss: loopback")
    late = _process(machine, 0x4B0, "C:\\Tools\\backup.exe")
    start(at("2024-05-14T16:45:00.000"), late)
    net(conn("2024-05-14T17:05:00.000", dc, 445, late), "near miss: the start is older than the look-back")
    web = _process(machine, 0x4C2, CHROME)
    start(at("2024-05-14T17:10:00.000"), web)
    net(conn("2024-05-14T17:10:05.300", US, 443, web), "near miss: another port")
    orphan = _process(machine, 0x4D5, "C:\\Tools\\scan.exe")
    net(conn("2024-05-14T17:20:00.000", dc, 445, orphan), "near miss: a process whose start was not seen")
    random_ = random.Random(host_ip)
    for minute in range(0, 480, every):
        browser = _process(machine, 0x600 + minute, CHROME)
        time = later(at("2024-05-14T08:00:00"), minute * 60 + random_.randrange(600))
        start(time, browser)
        c = connection(time.strftime("%Y-%m-%dT%H:%M:%S"), host_ip, random_.choice([SE, GB, US, CN]), 443)
        c.time, c.process = later(time, 2.5), browser
        net(c)


def sysmon_evtx():
    log = Log("sysmon/WS-0060.evtx")

    def start(time, process):
        log.add(time, (1, time, s.sysmon_start(time, process)))

    def net(c, note=None, **alerts):
        c.host = "WS-0060"
        log.add(c.time, (3, later(c.time, 1.1), s.sysmon_connection(c)), note, **alerts)

    host_story(log, start, net, "B9C2E0A1", "10.20.30.60", (SE, GB), 160)
    return log


def winlogbeat():
    log = Log("winlogbeat/winlogbeat.ndjson")

    def start(time, process):
        log.add(time, s.winlogbeat_start(time, process, "WS-0077", 40000 + len(log.events)))

    def net(c, note=None, **alerts):
        c.host = "WS-0077"
        log.add(c.time, s.winlogbeat_connection(c, 40000 + len(log.events)), note, **alerts)

    host_story(log, start, net, "3F7A11D2", "10.20.30.77", (US, "67.43.156.1"), 60)
    return log


TSV_FIELDS = [("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"),
              ("id.resp_h", "addr"), ("id.resp_p", "port"), ("proto", "enum"), ("service", "string"),
              ("duration", "interval"), ("orig_bytes", "count"), ("resp_bytes", "count"),
              ("conn_state", "string"), ("local_orig", "bool"), ("local_resp", "bool"),
              ("missed_bytes", "count"), ("history", "string"), ("orig_pkts", "count"),
              ("orig_ip_bytes", "count"), ("resp_pkts", "count"), ("resp_ip_bytes", "count"),
              ("tunnel_parents", "set[string]")]


def tsv(records):
    lines = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-",
             "#path\tconn", "#open\t2024-05-14-12-00-00",
             "#fields\t" + "\t".join(name for name, _ in TSV_FIELDS),
             "#types\t" + "\t".join(kind for _, kind in TSV_FIELDS)]
    for record in records:
        cells = []
        for name, kind in TSV_FIELDS:
            value = record.get(name)
            if name == "tunnel_parents":
                cells.append("(empty)")
            elif value is None:
                cells.append("-")
            elif kind == "bool":
                cells.append("T" if value else "F")
            elif kind in ("time", "interval"):
                cells.append(f"{value:.6f}")
            else:
                cells.append(str(value))
        lines.append("\t".join(cells))
    lines.append("#close\t2024-05-14-18-00-00")
    return "\n".join(lines) + "\n"


def write(folder):
    logs = [zeek_json(), zeek_tsv(), packetbeat(), winlogbeat(), sysmon_evtx()]
    for log in logs:
        path = os.path.join(folder, log.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if path.endswith(".evtx"):
            records = [s.sysmon_record(kind, at_ + 1, time, "WS-0060", data)
                       for at_, (kind, time, data) in enumerate(log.sorted())]
            evtx.write(path, records)
        elif path.endswith(".gz"):
            with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as zipped:
                zipped.write(tsv(log.sorted()).encode())
        else:
            with open(path, "w", encoding="utf-8") as file:
                for event in log.sorted():
                    file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")
    return logs
