#!/usr/bin/env python3
"""Writes examples/outbound-smb: logs/, sources/ and the tables of ORIGIN.md. Same output each time."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import logs  # noqa: E402
import sources  # noqa: E402

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RULES = ("000", "001", "002", "003")
MARK = "<!-- below: written by make/make.py -->\n"


def tables(made):
    lines = ["## Expected alerts", "",
             "One run over all of `logs/`, with the rules' own schedules and without an asset table. Rule 003",
             "counts rows of its result, one for each source, destination and port in a window (an hour, ending",
             "ten minutes before the full hour); rule 000 counts sequences, without their building blocks.", "",
             "| file | events | " + " | ".join(RULES) + " |", "|---|---:|" + "---:|" * len(RULES)]
    total = dict.fromkeys(RULES, 0)
    for log in made:
        counts = [log.alerts.get(f"r{rule}", 0) for rule in RULES]
        for rule, count in zip(RULES, counts):
            total[rule] += count
        lines.append(f"| {log.name} | {len(log.events)} | " + " | ".join(map(str, counts)) + " |")
    lines.append(f"| all | {sum(len(log.events) for log in made)} | "
                 + " | ".join(str(total[rule]) for rule in RULES) + " |")
    for log in made:
        lines += ["", f"### {log.name}", "", "| time | what | " + " | ".join(RULES) + " |",
                  "|---|---|" + "---|" * len(RULES)]
        for time, note, alerts in sorted(log.notes, key=lambda n: n[0]):
            cells = ["alert" if alerts.get(f"r{rule}") else "" for rule in RULES]
            lines.append(f"| {time:%m-%d %H:%M:%S} | {note} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    sources.write(os.path.join(HERE, "sources"))
    made = logs.write(os.path.join(HERE, "logs"))
    path = os.path.join(HERE, "ORIGIN.md")
    with open(path, encoding="utf-8") as file:
        head = file.read().split(MARK)[0]
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + MARK + "\n" + tables(made))


if __name__ == "__main__":
    main()
