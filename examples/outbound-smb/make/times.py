"""Times of the example. Everything is in UTC."""

from datetime import datetime, timedelta, timezone


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def iso(time, digits=3):
    text = time.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return (text[: len(text) - (6 - digits)] if digits else text[:19]) + "Z"


def sysmon(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.") + f"{time.microsecond // 1000:03}"


def epoch(time):
    return round(time.timestamp(), 6)


def millis(time):
    return round(time.timestamp() * 1000)


def later(time, seconds):
    return time + timedelta(seconds=seconds)
