"""writer_report.py NAME FILE: what retail_writer.py's `follow` wrote down, in a line: rate reached, COMMIT, whole transactions."""
import sys

rows = sorted(tuple(map(int, line.split())) for line in open(sys.argv[2]))
commits = sorted((returned - called) / 1e6 for _, called, returned, _ in rows)
wholes = sorted(us / 1e3 for *_, us in rows)
seconds = (rows[-1][2] - rows[0][1]) / 1e9
print("%-41s %5.0f rows/s   COMMIT p50 %6.2f  p99 %6.2f  max %7.1f ms   transaction of 50 p50 %6.2f  p99 %6.2f  max %7.1f ms"
      % (sys.argv[1], (len(rows) - 1) * 50 / seconds, commits[len(rows) // 2], commits[len(rows) * 99 // 100], commits[-1],
         wholes[len(rows) // 2], wholes[len(rows) * 99 // 100], wholes[-1]))
