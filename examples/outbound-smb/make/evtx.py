"""Writes small Windows event log files (EVTX) with plain binary XML: no templates.

A real file has templates and substitution values; a reader must understand both, and this is the
shorter way to a valid file. Layout: file header (4 KiB), chunks (64 KiB each), records in them. A
name stands once per chunk, later elements refer to it by its offset.
"""

import struct
import zlib

CHUNK = 65536
FILE_HEADER = 4096
CHUNK_HEADER = 512


def filetime(seconds):
    """Epoch seconds as 100 ns units since 1601."""
    return round((seconds + 11644473600) * 10_000_000)


def name_hash(name):
    value = 0
    for char in name:
        value = (value * 65599 + ord(char)) & 0xFFFFFFFF
    return value & 0xFFFF


class Xml:
    """Binary XML of one record, at a known offset of its chunk."""

    def __init__(self, offset, names):
        self.offset = offset
        self.names = names
        self.out = bytearray()

    def name(self, name):
        """A reference to a name; the name itself follows where it is the first of its chunk."""
        if name in self.names:
            self.out += struct.pack("<I", self.names[name])
            return
        at = self.offset + len(self.out) + 4
        self.names[name] = at
        self.out += struct.pack("<I", at)
        self.out += struct.pack("<IHH", 0, name_hash(name), len(name))
        self.out += name.encode("utf-16-le") + b"\0\0"

    def text(self, text):
        encoded = text.encode("utf-16-le")
        self.out += struct.pack("<BBH", 0x05, 0x01, len(encoded) // 2) + encoded

    def element(self, name, attributes=(), children=None, text=None):
        """Children is a function that writes them. The dependency identifier that elements of a
        template start with is absent from those that stand in a record itself."""
        self.out.append(0x41 if attributes else 0x01)
        size_at = len(self.out)
        self.out += b"\0\0\0\0"
        self.name(name)
        if attributes:
            list_at = len(self.out)
            self.out += b"\0\0\0\0"
            for at, (key, value) in enumerate(attributes):
                self.out.append(0x46 if at + 1 < len(attributes) else 0x06)
                self.name(key)
                self.text(value)
            struct.pack_into("<I", self.out, list_at, len(self.out) - list_at - 4)
        if children is None and text is None:
            self.out.append(0x03)
        else:
            self.out.append(0x02)
            if text is not None:
                self.text(text)
            else:
                children()
            self.out.append(0x04)
        struct.pack_into("<I", self.out, size_at, len(self.out) - size_at - 4)


def write_event(xml, event):
    def system():
        xml.element("Provider", [("Name", event["provider"]), ("Guid", event["guid"])])
        xml.element("EventID", text=str(event["id"]))
        xml.element("Version", text="5")
        xml.element("Level", text="4")
        xml.element("Task", text=str(event["id"]))
        xml.element("Opcode", text="0")
        xml.element("Keywords", text="0x8000000000000000")
        xml.element("TimeCreated", [("SystemTime", event["time_text"])])
        xml.element("EventRecordID", text=str(event["record"]))
        xml.element("Correlation")
        xml.element("Execution", [("ProcessID", "2476"), ("ThreadID", "3384")])
        xml.element("Channel", text=event["channel"])
        xml.element("Computer", text=event["computer"])
        xml.element("Security", [("UserID", "S-1-5-18")])

    def data():
        for key, value in event["data"].items():
            xml.element("Data", [("Name", key)], text=str(value))

    def body():
        xml.element("System", children=system)
        xml.element("EventData", children=data)

    xml.out += b"\x0f\x01\x01\x00"
    schema = "http://schemas.microsoft.com/win/2004/08/events/event"
    xml.element("Event", [("xmlns", schema)], children=body)
    xml.out.append(0x00)


def record(offset, names, event):
    names = dict(names)
    xml = Xml(offset + 24, names)
    write_event(xml, event)
    size = 24 + len(xml.out) + 4
    padding = -size % 8
    size += padding
    head = struct.pack("<4sIQQ", b"\x2a\x2a\0\0", size, event["record"], filetime(event["time"]))
    return head + bytes(xml.out) + b"\0" * padding + struct.pack("<I", size), names


def chunk(records, body):
    first, last = records[0], records[-1]
    data_at = CHUNK_HEADER + len(body)
    head = bytearray(CHUNK_HEADER)
    struct.pack_into("<8sQQQQIIII", head, 0, b"ElfChnk\0", first[0], last[0], first[0], last[0],
                     128, last[1], data_at, zlib.crc32(bytes(body)))
    struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120]) + bytes(head[128:512])))
    return bytes(head) + bytes(body) + b"\0" * (CHUNK - data_at)


def write(path, events):
    """Events: dicts with id, record, time (epoch seconds), time_text, provider, guid, channel,
    computer, data."""
    chunks, body, names, placed = [], bytearray(), {}, []
    for event in events:
        at = CHUNK_HEADER + len(body)
        written, known = record(at, names, event)
        if at + len(written) > CHUNK:
            chunks.append(chunk(placed, body))
            body, names, placed = bytearray(), {}, []
            at = CHUNK_HEADER
            written, known = record(at, names, event)
        names = known
        placed.append((event["record"], at))
        body += written
    chunks.append(chunk(placed, body))
    head = bytearray(FILE_HEADER)
    struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, len(chunks) - 1,
                     events[-1]["record"] + 1, 128, 1, 3, FILE_HEADER, len(chunks))
    struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120])))
    with open(path, "wb") as file:
        file.write(bytes(head))
        for one in chunks:
            file.write(one)
