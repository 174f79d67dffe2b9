#!/usr/bin/env python3
"""Checks of the source tree that no compiler makes. Standard library only.

usage: tools/lint.py [ROOT]        check the tree (default: this one); exit status 1 when anything was found
       tools/lint.py --list        the checks

Each finding is a line `file:line: [check] what is wrong; what to do`. The layers, their foreign headers and the exempt files
are in tools/layers.txt, the words of check `domain` in tools/domain_words.txt. C is read as text without its comments and
strings, not parsed: enough for these checks on code that clang-format has been over.
"""
import fnmatch
import os
import re
import subprocess
import sys

MAX_FILE_LINES = 1200
MAX_FUNCTION_LINES = 100
CHECKS = {
    "layers": "a folder of src/ includes headers of strictly lower levels and its own only",
    "prefix": "files of src/<folder>/ are called <folder>.* or <folder>_*.*",
    "internal": "a *_internal.h is included from its own folder only",
    "foreign": "a library's header is included in the one folder that owns it",
    "restricted": "headers marked restricted are included from the folders listed only",
    "exit": "only src/main.c ends the process",
    "state": "no mutable file-scope or static local variables but atomics",
    "domain": "src/ has no words of a business",
    "if": "no #if, #ifdef or #ifndef outside src/base/",
    "pragma-once": "each header opens with #pragma once",
    "banned": "no alloca, strcpy, strcat, sprintf, vsprintf or gets (variable-length arrays: the compiler's -Wvla)",
    "tree-text": "no path of somebody's own machine in any file",
    "readme": "each folder of src/ has a README.md",
    "size": f"no file of src/ has more than {MAX_FILE_LINES} lines",
    "function-size": f"functions have at most {MAX_FUNCTION_LINES} lines (a warning)",
    "script-mode": "a test script that begins with #! is executable: otherwise it is never run",
}
# Paths below somebody's home or work folder, and scratch folders of jobs.
MACHINE_PATH = re.compile(r"(?<![\w.~%}$-])/(?:home|Users|work|workspace)/\w|(?<![\w.~%}$-])/tmp/\w*_jobs\b")

ATTRIBUTE = re.compile(r"\b(?:__attribute__\s*\(\(.*?\)\)|(?:alignas|_Alignas)\s*\([^)]*\))", re.S)


class Layers:
    """tools/layers.txt, read."""

    def __init__(self, path):
        self.level, self.foreign, self.system, self.restricted, self.allowed = {}, {}, [], {}, set()
        for number, line in enumerate(read(path).splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] == "layer" and len(words) >= 3:
                self.level[words[2]] = int(words[1])
                self.foreign.update({header: words[2] for header in words[3:]})
            elif words[0] == "system":
                self.system += words[1:]
            elif words[0] == "restricted" and len(words) >= 3 and words[1].endswith(":"):
                self.restricted[words[1][:-1]] = words[2:]
            elif words[0] == "allow" and len(words) >= 4 and words[1] in CHECKS:
                self.allowed.add((words[1], words[2]))
            else:
                sys.exit(f"{path}:{number}: not understood: {line}")


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blank(match):
    """The matched text as spaces, its line ends kept, so that offsets and line numbers stay true."""
    return re.sub(r"[^\n]", " ", match.group())


def blank_literal(match):
    """As blank() for comments; of a string or character its quotes stay."""
    text = match.group()
    return blank(match) if text[0] == "/" else text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]


def strip_c(text):
    """C without comments and without the contents of strings and characters."""
    pattern = r"/\*.*?\*/|//(?:\\\n|[^\n])*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(pattern, blank_literal, text, flags=re.S)


def strip_directives(text):
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank, text, flags=re.M)


def close_brace(text, at):
    """The offset after the brace that closes the one at `at`."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, at):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def declarations(code):
    """Yields (offset, head, body, end) of each file-scope declaration; the body of anything but a function is None."""
    start = at = 0
    while match := re.compile(r"[;{]").search(code, at):
        head, at = code[start:match.start()], match.end()
        if match.group() == "{":
            at = close_brace(code, match.start())
            if not is_function_head(head):  # an initialiser, struct, union or enum, which goes on to its semicolon
                code = code[:match.start()] + re.sub(r"[^\n]", " ", code[match.start():at]) + code[at:]
                continue
        yield start, head, code[match.start():at] if match.group() == "{" else None, at
        start = at


def is_function_head(head):
    head = ATTRIBUTE.sub(" ", head)
    return "(" in head and "=" not in head and not re.search(r"\b(?:struct|union|enum)\s*\w*\s*$", head)


def is_mutable_variable(declaration):
    """Whether a declaration (without the bodies of structs) declares a variable that can change and is not atomic."""
    left = ATTRIBUTE.sub(" ", declaration).split("=")[0]
    if not left.strip() or re.match(r"\s*(?:typedef|static_assert|_Static_assert)\b", left):
        return False
    if re.fullmatch(r"\s*(?:struct|union|enum)\s*\w*\s*", left) or re.search(r"\b(?:_Atomic|atomic_\w+)\b", left):
        return False
    paren = left.find("(")
    if paren >= 0 and not re.match(r"\(\s*\*", left[paren:]):
        return False  # a prototype, or a macro that makes one
    if paren >= 0:
        return "const" not in left[paren:left.find(")", paren)]  # pointer to a function
    before_array = left.split("[")[0]
    return not re.search(r"\bconst\b", before_array.rsplit("*", 1)[-1])


class Lint:
    def __init__(self, root):
        self.root = root
        self.layers = Layers(os.path.join(root, "tools/layers.txt"))
        self.findings = []
        self.warnings = []

    def report(self, path, line, check, text):
        if (check, path) not in self.layers.allowed:
            found = self.warnings if check == "function-size" else self.findings
            found.append((path, line, check, text))

    def files(self):
        """Every file that is in git or could be added, or where there is no git every file but build output."""
        git = subprocess.run(["git", "-C", self.root, "ls-files", "-coz", "--exclude-standard"], capture_output=True)
        if git.returncode == 0:
            names = git.stdout.decode().split("\0")
        else:
            names = []
            for folder, folders, files in os.walk(self.root):
                folders[:] = [name for name in folders if name not in (".git", "build", "node_modules")]
                names += [os.path.relpath(os.path.join(folder, name), self.root) for name in files]
        return sorted(name for name in set(names) if os.path.isfile(os.path.join(self.root, name)))

    def run(self):
        self.read_domain_words()
        folders = set()
        for path in self.files():
            self.check_any(path)
            if re.fullmatch(r"src/.*\.[ch]", path):
                self.check_c(path)
            if path.startswith("src/") and path.count("/") >= 2:
                folders.add("/".join(path.split("/")[:2]))
        for folder in sorted(folders):
            if not os.path.isfile(os.path.join(self.root, folder, "README.md")):
                self.report(folder + "/README.md", 1, "readme", "is missing; write what comes in, what goes out and the "
                            "rules of threads and memory")

    # --- Checks of any file

    def check_any(self, path):
        full = os.path.join(self.root, path)
        with open(full, "rb") as file:
            data = file.read()
        if re.fullmatch(r"tests/(?:cli|tree|random|long|fault)/[^/]*\.sh", path) and data.startswith(b"#!") \
                and not os.access(full, os.X_OK):
            self.report(path, 1, "script-mode", "is not executable and would never run; chmod +x, or drop the #! line "
                        "when it is only sourced")
        if b"\0" in data[:8000]:
            return
        text = data.decode("utf-8", "replace")
        for match in MACHINE_PATH.finditer(text):
            self.report(path, line_of(text, match.start()), "tree-text", f"a path of one machine ({match.group()}...); "
                        "use a relative path or a setting")
        if path.startswith("src/"):
            self.check_domain(path, text)

    def read_domain_words(self):
        lines = [line.strip().lower() for line in read(os.path.join(self.root, "tools/domain_words.txt")).splitlines()]
        listed = [line for line in lines if line and line[0] not in "#-"]
        words = {line for line in listed if "_" not in line}
        self.words = words | {word + "s" for word in words} | {word + "es" for word in words} | \
            {word[:-1] + "ies" for word in words if word.endswith("y")}
        self.compounds = re.compile(r"(?<![a-z])(?:" + "|".join(line.replace("_", "[ _-]?") for line in listed if "_" in line) +
                                    r")(?![a-z])", re.I)
        phrases = [re.escape(line[1:].strip()).replace(r"\ ", r"\s+") for line in lines if line.startswith("-")]
        self.phrases = re.compile("|".join(phrases) or r"(?!)", re.I)

    def check_domain(self, path, text):
        text = self.phrases.sub(blank, text)
        words = [match for match in re.finditer(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text) if match.group().lower() in self.words]
        for match in words + list(self.compounds.finditer(text)):
            self.report(path, line_of(text, match.start()), "domain", f"'{match.group()}' belongs to a business; say it in "
                        "the terms of facts and dimensions, or in a pack")

    # --- Checks of C

    def check_c(self, path):
        text = read(os.path.join(self.root, path))
        parts = path.split("/")
        folder = parts[1] if len(parts) == 3 else None
        is_main = path == "src/main.c"
        if not is_main:
            self.check_place(path, parts)
        if text.count("\n") > MAX_FILE_LINES:
            self.report(path, text.count("\n"), "size", f"more than {MAX_FILE_LINES} lines; split it")
        # Comments go, strings stay, since includes are written like strings.
        self.check_includes(path, folder, is_main, re.sub(r"/\*.*?\*/", blank, text, flags=re.S))
        code = strip_c(text)
        self.check_directives(path, folder, code)
        self.check_calls(path, is_main, code)
        self.check_declarations(path, strip_directives(code))

    def check_place(self, path, parts):
        if len(parts) != 3:
            self.report(path, 1, "prefix", "is not in a folder of src/; move it to src/<folder>/")
        elif not re.fullmatch(re.escape(parts[1]) + r"(?:_\w+)?\.[ch]", parts[2]):
            self.report(path, 1, "prefix", f"does not carry its folder's name; call it {parts[1]}_{parts[2]}")
        if len(parts) == 3 and parts[1] not in self.layers.level:
            self.report(path, 1, "layers", f"folder '{parts[1]}' has no level; add it to tools/layers.txt")

    def check_includes(self, path, folder, is_main, text):
        level = self.layers.level.get(folder, 99)
        for match in re.finditer(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]", text, re.M):
            header, line = match.group(1), line_of(text, match.start(1))
            owner = header.split("/")[0] if "/" in header else None
            if owner in self.layers.level and header not in self.layers.foreign:
                if header.endswith("_internal.h") and owner != folder:
                    self.report(path, line, "internal", f"{header} is private to {owner}/; use {owner}/{owner}.h")
                if not is_main and owner != folder and self.layers.level[owner] >= level:
                    self.report(path, line, "layers", f"{folder} (level {level}) may not include {header} (level "
                                f"{self.layers.level[owner]}); turn the dependency round or pass a callback")
                if not is_main and folder not in self.layers.restricted.get(header, [folder]):
                    self.report(path, line, "restricted", f"{header} is for "
                                f"{' '.join(self.layers.restricted[header])} only; use a public header")
            elif header in self.layers.foreign:
                if self.layers.foreign[header] != folder:
                    self.report(path, line, "foreign", f"{header} belongs to {self.layers.foreign[header]}/; go through "
                                "that folder's headers")
            elif not any(fnmatch.fnmatch(header, pattern) for pattern in self.layers.system):
                self.report(path, line, "foreign", f"{header} is not known; write our own as \"folder/file.h\", give a "
                            "library's to one folder in tools/layers.txt")

    def check_directives(self, path, folder, code):
        first = re.search(r"\S[^\n]*", code)
        if path.endswith(".h") and not (first and re.match(r"#\s*pragma\s+once\b", first.group())):
            self.report(path, 1, "pragma-once", "does not begin with #pragma once; write it before anything but comments")
        if folder == "base":
            return
        for match in re.finditer(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b", code, re.M):
            self.report(path, line_of(code, match.start(1)), "if", f"#{match.group(1)} outside src/base/; decide at run "
                        "time, or give base/ a function that hides the difference")

    def check_calls(self, path, is_main, code):
        for match in re.finditer(r"(?<![\w.>])(exit|_exit|_Exit|quick_exit|abort)\s*\(", code):
            if not is_main:
                self.report(path, line_of(code, match.start()), "exit", f"{match.group(1)}() outside src/main.c; return "
                            "an error")
        for match in re.finditer(r"(?<![\w.>])(alloca|strcpy|strcat|sprintf|vsprintf|gets)\s*\(", code):
            self.report(path, line_of(code, match.start()), "banned", f"{match.group(1)}() has no bound; use Str, Buf or "
                        "an arena")

    def check_declarations(self, path, code):
        for start, head, body, end in declarations(code):
            line = line_of(code, start + len(head) - len(head.lstrip()))
            if body is None:
                if is_mutable_variable(head):
                    self.report_state(path, line, head)
                continue
            if line_of(code, end) - line + 1 > MAX_FUNCTION_LINES:
                self.report(path, line, "function-size", f"a function of {line_of(code, end) - line + 1} lines; consider "
                            "splitting it")
            for match in re.finditer(r"(?<!\[)\bstatic\b([^;={]*)", body):
                if is_mutable_variable(match.group(1)):
                    self.report_state(path, line_of(code, end - len(body) + match.start()), match.group(1))

    def report_state(self, path, line, declaration):
        name = re.search(r"(\w+)\s*\)?\s*(?:\[[^]]*\]\s*)*(?:\(.*\)\s*)?$", declaration.split("=")[0].strip(), re.S)
        self.report(path, line, "state", f"'{name.group(1) if name else declaration.strip()}' is state of the process; make "
                    "it const or _Atomic, or pass it in")


def main(arguments):
    if "--list" in arguments:
        for name, text in CHECKS.items():
            print(f"{name:15} {text}")
        return 0
    lint = Lint(arguments[0] if arguments else os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    lint.run()
    for path, line, check, text in sorted(set(lint.warnings)):
        print(f"{path}:{line}: warning: [{check}] {text}")
    for path, line, check, text in sorted(set(lint.findings)):
        print(f"{path}:{line}: [{check}] {text}")
    print(f"lint: {len(lint.findings)} findings, {len(lint.warnings)} warnings")
    return 1 if lint.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
