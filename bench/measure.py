"""measure.py FILE COMMAND…: runs it, and adds a line to FILE: wall ms, CPU ms (its threads too), peak resident MB."""
import os
import signal
import sys
import time

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
begin = time.monotonic()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
try:
    _, status, used = os.wait4(pid, 0)
except BaseException:
    os.kill(pid, 15)
    os.wait4(pid, 0)
    raise
wall = time.monotonic() - begin
with open(sys.argv[1], "a") as out:
    out.write("%.1f %.1f %.1f\n" % (wall * 1e3, (used.ru_utime + used.ru_stime) * 1e3, used.ru_maxrss / 1024))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
