"""The clock that this process's SQLite sees, set to the millisecond: the default VFS gets a clock of ours."""
import ctypes
import ctypes.util
import sqlite3

JULIAN_1970_MS = 210866760000000  # SQLite counts milliseconds since noon, 24 November 4714 BC
READ_CLOCK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64))


class Vfs(ctypes.Structure):
    """sqlite3_vfs as far as its clock (https://www.sqlite.org/c3ref/vfs.html)."""
    _fields_ = ([(name, ctypes.c_int) for name in ("iVersion", "szOsFile", "mxPathname")]
                + [(name, ctypes.c_void_p) for name in (
                    "pNext", "zName", "pAppData", "xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen", "xDlError",
                    "xDlSym", "xDlClose", "xRandomness", "xSleep", "xCurrentTime", "xGetLastError")]
                + [("xCurrentTimeInt64", READ_CLOCK)])


class Clock:
    def __init__(self, now_ms):
        self.now_ms = now_ms
        library = ctypes.CDLL(ctypes.util.find_library("sqlite3") or "libsqlite3.so.0")
        library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        self.read = READ_CLOCK(self.tell)
        library.sqlite3_vfs_find(None).contents.xCurrentTimeInt64 = self.read
        seen = sqlite3.connect(":memory:").execute("SELECT strftime('%s', 'now')").fetchone()[0]
        assert int(seen) == now_ms // 1000, "Python's SQLite is another library than the system's: its clock cannot be set"

    def tell(self, _vfs, ret_now):
        ret_now[0] = self.now_ms + JULIAN_1970_MS
        return 0
