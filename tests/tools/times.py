"""Times as whole microseconds since 1970 (UTC), without a library: what the model reckons with."""
import datetime

DAY_US = 86400 * 1000000
HOUR_US = 3600 * 1000000
DAY_0 = datetime.date(1970, 1, 1).toordinal()


def days_of(text):
    """'2014-03-07' -> days since 1970."""
    year, month, day = text.split("-")
    return datetime.date(int(year), int(month), int(day)).toordinal() - DAY_0


def date_text(days):
    return datetime.date.fromordinal(days + DAY_0).isoformat()


def time_us(text):
    """'2014-03-07 10:20:30[.123456]' -> microseconds."""
    date, _, clock = text.partition(" ")
    clock, _, fraction = clock.partition(".")
    hour, minute, second = clock.split(":")
    seconds = (int(hour) * 60 + int(minute)) * 60 + int(second)
    return days_of(date) * DAY_US + seconds * 1000000 + int((fraction + "000000")[:6])


def time_text(us, digits=6):
    days, rest = divmod(us, DAY_US)
    seconds, fraction = divmod(rest, 1000000)
    text = "%s %02d:%02d:%02d" % (date_text(days), seconds // 3600, seconds // 60 % 60, seconds % 60)
    return text + (".%06d" % fraction)[:digits + 1] if digits else text


def last_sunday(year, month):
    """Days since 1970, for a month of 31 days."""
    days = days_of("%d-%02d-31" % (year, month))
    return days - (days + 4) % 7  # 1970-01-01 was a Thursday


def to_zone(us, zone):
    """An instant as the clocks of the zone show it. London since 1996: an hour ahead from the last Sunday of March, 01:00 UTC, to
    the last of October."""
    if zone == "UTC":
        return us
    year = int(date_text(us // DAY_US)[:4])
    begin, end = (last_sunday(year, month) * DAY_US + HOUR_US for month in (3, 10))
    return us + HOUR_US if begin <= us < end else us


def end_of_day(days, zone):
    """The instant at which the next day begins in the zone."""
    midnight = (days + 1) * DAY_US
    return midnight - (to_zone(midnight - 1, zone) - (midnight - 1))
